//! From a parsed formula to a typed one: names, types, units and levels.

mod aggregates;
mod functions;
mod months;
mod names;
mod numbers;

pub use functions::BUILT_IN;
pub use numbers::{all_alike, rounded};

use self::numbers::{aligned, arithmetic, number, numeric};
use super::{Level, Op, Tables, Tree, Type};
use crate::source::{Diagnostic, Place};
use crate::syntax::{Ast, Comparison, Form, Operator};
use kernel::Day;
use std::collections::{BTreeMap, BTreeSet};

type Checked = Result<Tree, Diagnostic>;

/// The names a formula may use.
#[derive(Debug, Default)]
pub struct Scope {
    pub parameters: BTreeMap<String, (u16, Type)>,
    /// Parameters whose value depends on where the unit lives.
    pub by_territory: BTreeSet<String>,
    pub variables: BTreeMap<String, (u16, Type, Level)>,
    pub tables: Tables,
    pub inputs: BTreeMap<String, (u16, Type, Level)>,
    pub scales: BTreeMap<String, ScaleHead>,
    /// The lists of codes that the pack's inputs declare.
    pub codes: Vec<Vec<String>>,
    /// A calculation has neither case nor portrait.
    pub calculation: bool,
    /// Names that are declared with a mistake: whoever uses them is not to blame.
    pub broken: BTreeSet<String>,
}

/// What a formula must know of a scale.
#[derive(Debug, Clone, Copy)]
pub struct ScaleHead {
    pub index: u16,
    /// Of the thresholds, and of amounts.
    pub ty: Type,
    /// Digits that a rate adds; 0 for amounts.
    pub digits: u8,
}

impl Scope {
    pub fn is_taken(&self, name: &str) -> bool {
        self.parameters.contains_key(name)
            || self.variables.contains_key(name)
            || self.inputs.contains_key(name)
            || self.scales.contains_key(name)
    }
}

/// Checks a formula whose value belongs to `entity` (the unit or a member).
pub fn check(ast: &Ast, scope: &Scope, entity: Level) -> Checked {
    Checker {
        scope,
        entity,
        row: None,
        within: false,
    }
    .tree(ast)
}

/// `row` is the table whose rows are in sight, `within` tells that an aggregate
/// is around us already.
struct Checker<'a> {
    scope: &'a Scope,
    entity: Level,
    row: Option<u16>,
    within: bool,
}

impl Checker<'_> {
    fn tree(&self, ast: &Ast) -> Checked {
        let place = &ast.place;
        match &ast.form {
            Form::Number(digits) => number(digits, place),
            Form::YesNo(truth) => Ok(leaf(
                Op::Constant(i64::from(*truth)),
                Type::YesNo,
                Level::Constant,
                place,
            )),
            Form::Date(text) => match Day::parse(text) {
                Ok(day) => Ok(leaf(
                    Op::Constant(i64::from(day.0)),
                    Type::Date,
                    Level::Constant,
                    place,
                )),
                Err(error) => Err(place.error(error.to_string(), "DATE '2026-02-01'")),
            },
            Form::Code(_) => Err(place.error(
                "a code stands alone here",
                "compare it with a field that has codes: property.use = 'dwelling'",
            )),
            Form::Name(path) => self.name(path, place),
            Form::Not(inner) => {
                let inner = self.yes_no(inner)?;
                let level = inner.level;
                Ok(leaf(Op::Not(Box::new(inner)), Type::YesNo, level, place))
            }
            Form::Minus(inner) => {
                let inner = self.tree(inner)?;
                numeric(&inner)?;
                let (ty, level) = (inner.ty, inner.level);
                Ok(leaf(Op::Negate(Box::new(inner)), ty, level, place))
            }
            Form::Binary(operator, left, right) => self.binary(*operator, left, right, place),
            Form::Case(arms, otherwise) => self.choose(arms, otherwise, place),
            Form::Call {
                name,
                arguments,
                filter,
            } => self.call(name, arguments, filter.as_deref(), place),
        }
    }

    fn yes_no(&self, ast: &Ast) -> Checked {
        let tree = self.tree(ast)?;
        if tree.ty == Type::YesNo {
            return Ok(tree);
        }
        let message = format!("this is {}, but a yes/no is needed", tree.ty.word());
        Err(ast
            .place
            .error(message, "compare it with something, as in `x > 0`"))
    }

    fn binary(&self, operator: Operator, left: &Ast, right: &Ast, place: &Place) -> Checked {
        match operator {
            Operator::And | Operator::Or => {
                let (left, right) = (self.yes_no(left)?, self.yes_no(right)?);
                let level = self.join(&left, &right, place)?;
                let (left, right) = (Box::new(left), Box::new(right));
                let op = if operator == Operator::And {
                    Op::And(left, right)
                } else {
                    Op::Or(left, right)
                };
                Ok(leaf(op, Type::YesNo, level, place))
            }
            Operator::Compare(comparison) => self.compare(comparison, left, right, place),
            _ => {
                let (left, right) = (self.tree(left)?, self.tree(right)?);
                let level = self.join(&left, &right, place)?;
                arithmetic(operator, left, right, level, place)
            }
        }
    }

    fn compare(&self, comparison: Comparison, left: &Ast, right: &Ast, place: &Place) -> Checked {
        let (left, right) = match (&left.form, &right.form) {
            (Form::Code(code), Form::Code(_)) => {
                return Err(place.error(
                    format!("two codes, '{code}' and another, are compared"),
                    "compare a field with a code",
                ));
            }
            (Form::Code(code), _) => {
                let other = self.tree(right)?;
                (self.coded(code, &other, &left.place)?, other)
            }
            (_, Form::Code(code)) => {
                let other = self.tree(left)?;
                let code = self.coded(code, &other, &right.place)?;
                (other, code)
            }
            _ => (self.tree(left)?, self.tree(right)?),
        };
        let level = self.join(&left, &right, place)?;
        let (left, right) = if numeric(&left).is_ok() && numeric(&right).is_ok() {
            aligned(left, right, place)?
        } else if left.ty == right.ty {
            (left, right)
        } else {
            let message = format!("{} is compared with {}", left.ty.word(), right.ty.word());
            return Err(place.error(message, "both sides of one type"));
        };
        let ordered = !matches!(left.ty, Type::YesNo | Type::Code(_) | Type::OwnCode(_));
        if !ordered && !matches!(comparison, Comparison::Equal | Comparison::Unequal) {
            return Err(place.error(format!("{} has no order", left.ty.word()), "use = or <>"));
        }
        Ok(leaf(
            Op::Compare(comparison, Box::new(left), Box::new(right)),
            Type::YesNo,
            level,
            place,
        ))
    }

    fn choose(&self, arms: &[(Ast, Ast)], otherwise: &Ast, place: &Place) -> Checked {
        let mut values = Vec::with_capacity(arms.len() + 1);
        let mut conditions = Vec::with_capacity(arms.len());
        for (condition, value) in arms {
            conditions.push(self.yes_no(condition)?);
            values.push(self.tree(value)?);
        }
        values.push(self.tree(otherwise)?);
        let mut level = Level::Constant;
        for part in conditions.iter().chain(&values) {
            level = self.joined(level, part.level, place)?;
        }
        let values = all_alike(values, place)?;
        let ty = values[0].ty;
        let mut values = values.into_iter();
        let arms = conditions.into_iter().zip(values.by_ref()).collect();
        let otherwise = values.next().expect("the ELSE value");
        Ok(leaf(
            Op::Choose(arms, Box::new(otherwise)),
            ty,
            level,
            place,
        ))
    }

    fn join(&self, left: &Tree, right: &Tree, place: &Place) -> Result<Level, Diagnostic> {
        self.joined(left.level, right.level, place)
    }

    /// The finer of two levels, if one belongs to the other.
    fn joined(&self, left: Level, right: Level, place: &Place) -> Result<Level, Diagnostic> {
        let (coarse, fine) = if left <= right {
            (left, right)
        } else {
            (right, left)
        };
        let fits = match (coarse, fine) {
            (Level::Member, Level::Row(table)) => self.scope.tables.of_person(table),
            (Level::Row(one), Level::Row(other)) => one == other,
            _ => true,
        };
        if fits {
            return Ok(fine);
        }
        Err(place.error(
            "rows of different owners meet in one formula",
            "aggregate one of them first",
        ))
    }
}

fn leaf(op: Op, ty: Type, level: Level, place: &Place) -> Tree {
    Tree {
        op,
        ty,
        level,
        place: place.clone(),
    }
}
