//! Expressions: SQL's expression syntax, a closed list of it.
//!
//! `sqlparser` reads the words; [`parse`] copies what the language allows into
//! a small tree of our own and refuses the rest with its place. No sub-queries,
//! no casts, no `NULL`, no `IS`, no `LIKE`, no window functions.

mod parse;

pub use parse::parse;

use crate::source::Place;

/// An expression with the place of its first word.
#[derive(Debug, Clone)]
pub struct Ast {
    pub form: Form,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub enum Form {
    /// Digits as written: `5`, `0.75`.
    Number(String),
    /// `'dwelling'`: a code of a list.
    Code(String),
    YesNo(bool),
    /// `DATE '2026-02-01'`.
    Date(String),
    /// `mce` or `wage.amount`.
    Name(Vec<String>),
    Not(Box<Ast>),
    Minus(Box<Ast>),
    Binary(Operator, Box<Ast>, Box<Ast>),
    /// `WHEN condition THEN value` in order, then `ELSE`.
    Case(Vec<(Ast, Ast)>, Box<Ast>),
    Call {
        name: String,
        arguments: Vec<Ast>,
        filter: Option<Box<Ast>>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    And,
    Or,
    Compare(Comparison),
}

impl Operator {
    /// Every operator between two values, with its sign.
    pub const ALL: [(&'static str, Operator); 12] = [
        ("+", Operator::Add),
        ("-", Operator::Subtract),
        ("*", Operator::Multiply),
        ("/", Operator::Divide),
        ("and", Operator::And),
        ("or", Operator::Or),
        ("<", Operator::Compare(Comparison::Less)),
        ("<=", Operator::Compare(Comparison::AtMost)),
        ("=", Operator::Compare(Comparison::Equal)),
        ("<>", Operator::Compare(Comparison::Unequal)),
        (">=", Operator::Compare(Comparison::AtLeast)),
        (">", Operator::Compare(Comparison::Greater)),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    Greater,
}

impl Comparison {
    /// The same comparison with its sides changed.
    pub fn mirrored(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::AtMost => Comparison::AtLeast,
            Comparison::AtLeast => Comparison::AtMost,
            Comparison::Greater => Comparison::Less,
            same => same,
        }
    }

    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Less => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Equal => order.is_eq(),
            Comparison::Unequal => order.is_ne(),
            Comparison::AtLeast => order.is_ge(),
            Comparison::Greater => order.is_gt(),
        }
    }
}
