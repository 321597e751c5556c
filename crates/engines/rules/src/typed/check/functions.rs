//! Calls of functions: each with its types, and an example in every refusal.

use super::numbers::{adopt, all_alike, is_literal, numeric, rounded, scaled};
use super::{Checked, Checker, leaf};
use crate::source::{Place, nearest};
use crate::syntax::{Ast, Form};
use crate::typed::{AggregateKind, Function, INTEGER, Level, Op, Rounding, SCALE_MAX, Type, Unit};

/// Functions besides those over dates: name, example, and what it gives.
pub const BUILT_IN: [(&str, &str, &str); 10] = [
    (
        "scale",
        "scale(income_tax, salary)",
        "the brackets of a `scale` block applied to a number",
    ),
    (
        "sum",
        "sum(wage.amount) filter (where wage.month = case.window_end)",
        "the sum over rows or members; 0 over nobody",
    ),
    (
        "count",
        "count(vehicle) filter (where vehicle.serviceable)",
        "how many rows or members; 0 over nobody",
    ),
    (
        "count_months",
        "count_months(wage.month, case.window_end, 12)",
        "in how many of so many months, the last one named, there is a row",
    ),
    (
        "min",
        "min(age, 200)",
        "the least, or the second value over nobody",
    ),
    (
        "max",
        "max(member.born, DATE '1900-01-01')",
        "the greatest, or the second value over nobody",
    ),
    (
        "greatest",
        "greatest(children - 2, 0)",
        "the greater of two",
    ),
    ("least", "least(a, b)", "the lesser of two"),
    (
        "round",
        "round(x, 0.01, 'half_up')",
        "to the nearest multiple: half_up, half_even, down, up",
    ),
    (
        "known_or",
        "known_or(x, otherwise)",
        "the first value if it is known, else the second: the only way to fill a gap",
    ),
];

impl Checker<'_> {
    pub(super) fn call(
        &self,
        name: &str,
        arguments: &[Ast],
        filter: Option<&Ast>,
        place: &Place,
    ) -> Checked {
        let kind = match name {
            "count" => Some(AggregateKind::Count),
            "sum" => Some(AggregateKind::Sum),
            "min" => Some(AggregateKind::Min),
            "max" => Some(AggregateKind::Max),
            _ => None,
        };
        if let Some(kind) = kind {
            return self.aggregate(kind, arguments, filter, place);
        }
        if name == "count_months" {
            return self.count_months(arguments, filter, place);
        }
        if let Some(filter) = filter {
            return Err(filter.place.error(
                format!("`{name}` takes no FILTER"),
                "FILTER belongs to sum, count, min, max",
            ));
        }
        match (name, arguments) {
            ("greatest" | "least" | "known_or", [left, right]) => {
                let (left, right) = (self.tree(left)?, self.tree(right)?);
                let level = self.join(&left, &right, place)?;
                let pair = all_alike(vec![left, right], place)?;
                let ty = pair[0].ty;
                if name != "known_or" {
                    numeric(&pair[0])?;
                }
                let mut pair = pair.into_iter().map(Box::new);
                let (left, right) = (pair.next().expect("left"), pair.next().expect("right"));
                let op = match name {
                    "greatest" => Op::Greatest(left, right),
                    "least" => Op::Least(left, right),
                    _ => Op::KnownOr(left, right),
                };
                Ok(leaf(op, ty, level, place))
            }
            ("round", [value, step, mode]) => self.round(value, step, mode, place),
            ("scale", [scale, value]) => self.scale(scale, value, place),
            _ => self.function(name, arguments, place),
        }
    }

    pub(super) fn round(&self, value: &Ast, step: &Ast, mode: &Ast, place: &Place) -> Checked {
        let value = self.tree(value)?;
        let Type::Number { unit, .. } = value.ty else {
            return Err(place.error(
                format!("{} cannot be rounded", value.ty.word()),
                "round(some_number, 0.01, 'half_up')",
            ));
        };
        let mode = match &mode.form {
            Form::Code(code) => Rounding::named(code),
            _ => None,
        };
        let (Some(mode), Form::Number(step)) = (mode, &step.form) else {
            return Err(place.error(
                "the rounding is not clear",
                "round(x, 0.01, 'half_up'), 'half_even', 'down' or 'up'",
            ));
        };
        rounded(value, step, mode, unit, place)
    }

    /// `scale(name, x)`: the brackets of a `scale` block applied to a number.
    fn scale(&self, scale: &Ast, value: &Ast, place: &Place) -> Checked {
        let named = match &scale.form {
            Form::Name(path) if path.len() == 1 => self.scope.scales.get(&path[0]),
            _ => None,
        };
        let Some(head) = named else {
            let known: Vec<&str> = self.scope.scales.keys().map(String::as_str).collect();
            let instead = format!("one of the `scale` blocks: {}", known.join(", "));
            return Err(scale.place.error("there is no such scale", instead));
        };
        let Type::Number { unit, scale, .. } = head.ty else {
            unreachable!("thresholds are numbers")
        };
        let value = self.tree(value)?;
        let (own, digits, fraction) = numeric(&value)?;
        if own != unit || fraction {
            let message = format!(
                "the scale is over {}, this is {}",
                head.ty.word(),
                value.ty.word()
            );
            let instead = "a whole value of that type; round(...) a fraction first";
            return Err(value.place.error(message, instead));
        }
        let value = scaled(value, unit, scale.max(digits));
        let digits = head.digits + scale.max(digits);
        if digits > SCALE_MAX {
            let instead = "round(..., 0.01, 'half_up') the value first";
            return Err(place.error("too many digits after the point", instead));
        }
        let ty = Type::Number {
            unit,
            scale: digits,
            fraction: false,
        };
        let level = value.level;
        Ok(leaf(
            Op::Scale(head.index, Box::new(value)),
            ty,
            level,
            place,
        ))
    }

    pub(super) fn function(&self, name: &str, arguments: &[Ast], place: &Place) -> Checked {
        let Some((_, function, example)) = Function::ALL.iter().find(|(known, ..)| *known == name)
        else {
            let known = Function::ALL.iter().map(|(known, ..)| *known);
            let known = known.chain(BUILT_IN.iter().map(|(name, ..)| *name));
            let instead = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of: {}", known.collect::<Vec<_>>().join(", ")),
            };
            return Err(place.error(format!("there is no function `{name}`"), instead));
        };
        let years = Type::Number {
            unit: Unit::Years,
            scale: 0,
            fraction: false,
        };
        let months = Type::Number {
            unit: Unit::Months,
            scale: 0,
            fraction: false,
        };
        let (wanted, result): (&[Type], Type) = match function {
            Function::CompletedYears => (&[Type::Date, Type::Date], years),
            Function::YearOf => (&[Type::Date], INTEGER),
            Function::MonthOf => (&[Type::Date], Type::Month),
            Function::MonthTurning => (&[Type::Date, years], Type::Month),
            Function::MonthsBetween => (&[Type::Month, Type::Month], months),
            Function::AddMonths => (&[Type::Month, months], Type::Month),
        };
        if arguments.len() != wanted.len() {
            let message = format!(
                "`{name}` takes {} values, here are {}",
                wanted.len(),
                arguments.len()
            );
            return Err(place.error(message, *example));
        }
        let mut level = Level::Constant;
        let mut trees = Vec::with_capacity(wanted.len());
        for (argument, wanted) in arguments.iter().zip(wanted) {
            let tree = self.tree(argument)?;
            let tree = if is_literal(&tree) && numeric(&tree).is_ok() {
                adopt(tree, *wanted)
            } else {
                tree
            };
            if tree.ty != *wanted {
                let message = format!(
                    "`{name}` needs a {} here, this is {}",
                    wanted.word(),
                    tree.ty.word()
                );
                return Err(argument.place.error(message, *example));
            }
            level = self.joined(level, tree.level, place)?;
            trees.push(tree);
        }
        Ok(leaf(Op::Call(*function, trees), result, level, place))
    }
}
