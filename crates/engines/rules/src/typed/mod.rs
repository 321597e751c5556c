//! Typed formulas: every node knows its type, its unit and its level.
//!
//! Types are money, number (with a fixed scale), integer spans (years, months,
//! days), date, month, yes/no and code. There are no implicit casts and no
//! floats. Numbers are whole numbers at a static scale; a division makes a
//! fraction that stays exact until a declared rounding.

mod check;
mod names;

pub use check::{BUILT_IN, ScaleHead, Scope, all_alike, check, rounded};
pub use names::{
    CASE_COLUMNS, MEMBER_COLUMNS, Table, Tables, Who, all_kinds, case_column, is_sound,
    never_negative,
};

use crate::source::Place;
use crate::syntax::Comparison;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Persons, vehicles, shares: a bare number.
    Bare,
    Money,
    Years,
    Months,
    Days,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// `scale` digits after the point; `fraction` when a denominator goes along.
    Number {
        unit: Unit,
        scale: u8,
        fraction: bool,
    },
    Date,
    Month,
    YesNo,
    Code(&'static [&'static str]),
    /// A code of the list with this number among the pack's own.
    OwnCode(u16),
}

/// Money stands in tiyin: two digits after the point.
pub const MONEY_SCALE: u8 = 2;
/// Digits after the point that a number may carry before it must be rounded.
pub const SCALE_MAX: u8 = 9;
pub const MONEY: Type = Type::Number {
    unit: Unit::Money,
    scale: MONEY_SCALE,
    fraction: false,
};
pub const INTEGER: Type = Type::Number {
    unit: Unit::Bare,
    scale: 0,
    fraction: false,
};
pub const MONTHS: Type = Type::Number {
    unit: Unit::Months,
    scale: 0,
    fraction: false,
};

impl Type {
    /// The word a pack author knows.
    pub fn word(self) -> String {
        match self {
            Type::Number {
                unit: Unit::Money, ..
            } => "money".into(),
            Type::Number {
                unit: Unit::Bare,
                scale: 0,
                fraction: false,
            } => "integer".into(),
            Type::Number {
                unit: Unit::Bare, ..
            } => "number".into(),
            Type::Number {
                unit: Unit::Years, ..
            } => "years".into(),
            Type::Number {
                unit: Unit::Months, ..
            } => "months".into(),
            Type::Number {
                unit: Unit::Days, ..
            } => "days".into(),
            Type::Date => "date".into(),
            Type::Month => "month".into(),
            Type::YesNo => "yes/no".into(),
            Type::Code(list) => format!("code ({})", list.join(", ")),
            Type::OwnCode(_) => "code".into(),
        }
    }
}

/// Whose value it is: constants belong to nobody, a row to its member or unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    Constant,
    Unit,
    Member,
    /// A row of the table with this number.
    Row(u16),
}

/// A typed formula.
#[derive(Debug, Clone)]
pub struct Tree {
    pub op: Op,
    pub ty: Type,
    pub level: Level,
    pub place: Place,
}

#[derive(Debug, Clone)]
pub enum Op {
    /// A whole number at the scale of the type; yes/no as 0/1; a code's place in its list.
    Constant(i64),
    Parameter(u16),
    Variable(u16),
    Case(u8),
    Member(u8),
    /// A declared input of a calculation.
    Input(u16),
    Field {
        table: u16,
        field: u16,
    },
    Not(Box<Tree>),
    Negate(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    Compare(Comparison, Box<Tree>, Box<Tree>),
    Add(Box<Tree>, Box<Tree>),
    Subtract(Box<Tree>, Box<Tree>),
    Multiply(Box<Tree>, Box<Tree>),
    Divide(Box<Tree>, Box<Tree>),
    Greatest(Box<Tree>, Box<Tree>),
    Least(Box<Tree>, Box<Tree>),
    /// The first value when it is known, else the second.
    KnownOr(Box<Tree>, Box<Tree>),
    Choose(Vec<(Tree, Tree)>, Box<Tree>),
    Round {
        value: Box<Tree>,
        step: i64,
        mode: Rounding,
    },
    Call(Function, Vec<Tree>),
    /// The brackets of a scale applied to a value.
    Scale(u16, Box<Tree>),
    Aggregate(Box<Aggregate>),
}

/// Over whom or what an aggregate runs: the members of the unit, or rows.
#[derive(Debug, Clone)]
pub struct Aggregate {
    pub kind: AggregateKind,
    /// `None` counts members.
    pub table: Option<u16>,
    pub value: Option<Tree>,
    pub filter: Option<Tree>,
    /// The value over nobody: written out for `min` and `max`, 0 for the others.
    pub empty: Option<Tree>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateKind {
    Count,
    Sum,
    Min,
    Max,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    HalfUp,
    HalfEven,
    Down,
    Up,
}

/// Functions over dates: each total, each on whole days or months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `completed_years(born, on)`
    CompletedYears,
    /// `year_of(date)`
    YearOf,
    /// `month_of(date)`
    MonthOf,
    /// `month_turning(born, years)`: the month in which that age is reached.
    MonthTurning,
    /// `months_between(from, to)`: how many months later `to` is.
    MonthsBetween,
    /// `add_months(month, n)`
    AddMonths,
}

impl Function {
    pub const ALL: [(&'static str, Function, &'static str); 6] = [
        (
            "completed_years",
            Function::CompletedYears,
            "completed_years(member.born, case.applied_on)",
        ),
        ("year_of", Function::YearOf, "year_of(case.applied_on)"),
        ("month_of", Function::MonthOf, "month_of(case.applied_on)"),
        (
            "month_turning",
            Function::MonthTurning,
            "month_turning(youngest_born, 18)",
        ),
        (
            "months_between",
            Function::MonthsBetween,
            "months_between(wage.month, case.window_end)",
        ),
        (
            "add_months",
            Function::AddMonths,
            "add_months(case.window_end, 1)",
        ),
    ];
}

impl Tree {
    /// Calls for this formula and for every part of it.
    pub fn visit(&self, seen: &mut dyn FnMut(&Tree)) {
        seen(self);
        self.parts(&mut |part| part.visit(seen));
    }

    /// Calls for each part that stands directly in this formula.
    pub fn parts(&self, see: &mut dyn FnMut(&Tree)) {
        match &self.op {
            Op::Not(a) | Op::Negate(a) | Op::Round { value: a, .. } | Op::Scale(_, a) => see(a),
            Op::And(a, b)
            | Op::Or(a, b)
            | Op::Compare(_, a, b)
            | Op::Add(a, b)
            | Op::Subtract(a, b)
            | Op::Multiply(a, b)
            | Op::Divide(a, b)
            | Op::Greatest(a, b)
            | Op::Least(a, b)
            | Op::KnownOr(a, b) => [a, b].into_iter().for_each(|part| see(part)),
            Op::Choose(arms, otherwise) => {
                arms.iter()
                    .flat_map(|(condition, value)| [condition, value])
                    .for_each(&mut *see);
                see(otherwise);
            }
            Op::Call(_, arguments) => arguments.iter().for_each(see),
            Op::Aggregate(aggregate) => {
                let parts = [&aggregate.value, &aggregate.filter, &aggregate.empty];
                parts.into_iter().flatten().for_each(see);
            }
            Op::Constant(_)
            | Op::Parameter(_)
            | Op::Variable(_)
            | Op::Case(_)
            | Op::Member(_)
            | Op::Input(_)
            | Op::Field { .. } => {}
        }
    }

    /// Marks the variables that the formula names.
    pub fn mark_variables(&self, wanted: &mut [bool]) {
        self.visit(&mut |part| {
            if let Op::Variable(index) = &part.op {
                wanted[usize::from(*index)] = true;
            }
        });
    }
}
