//! Numbers: literals, units, scales, fractions and rounding.

use super::{Checked, Checker, leaf};
use crate::source::{Diagnostic, Place};
use crate::syntax::Operator;
use crate::typed::{INTEGER, Level, MONEY_SCALE, Op, Rounding, SCALE_MAX, Tree, Type, Unit};

impl Rounding {
    pub fn named(word: &str) -> Option<Rounding> {
        Some(match word {
            "half_up" => Rounding::HalfUp,
            "half_even" => Rounding::HalfEven,
            "down" => Rounding::Down,
            "up" => Rounding::Up,
            _ => return None,
        })
    }
}

/// A rounding to a step written in the major unit (`0.01`, `1`, `1000`).
pub fn rounded(value: Tree, step: &str, mode: Rounding, unit: Unit, place: &Place) -> Checked {
    let step_tree = number(step, place)?;
    let (Op::Constant(step), Type::Number { scale, .. }) = (step_tree.op, step_tree.ty) else {
        unreachable!("a number is a constant");
    };
    let target = if unit == Unit::Money {
        MONEY_SCALE
    } else {
        scale
    };
    if scale > target || step <= 0 {
        return Err(place.error(
            "money is rounded to a positive step of whole tiyin",
            "round: 0.01 half_up",
        ));
    }
    let step = step.checked_mul(10_i64.pow(u32::from(target - scale)));
    let step = step.ok_or_else(|| place.error("the step is too large", "round: 1000 down"))?;
    let ty = Type::Number {
        unit,
        scale: target,
        fraction: false,
    };
    let level = value.level;
    Ok(leaf(
        Op::Round {
            value: Box::new(value),
            step,
            mode,
        },
        ty,
        level,
        place,
    ))
}

pub(super) fn number(digits: &str, place: &Place) -> Checked {
    let scale = digits.split_once('.').map_or(0, |(_, after)| after.len());
    let wrong = || {
        place.error(
            format!("`{digits}` is not a number the engine can hold"),
            "at most 15 digits, 9 of them after the point",
        )
    };
    let bare: String = digits.chars().filter(|c| *c != '.').collect();
    if scale > usize::from(SCALE_MAX) || bare.is_empty() || bare.len() > 15 {
        return Err(wrong());
    }
    let value = bare.parse().map_err(|_| wrong())?;
    let ty = Type::Number {
        unit: Unit::Bare,
        scale: scale as u8,
        fraction: false,
    };
    Ok(leaf(Op::Constant(value), ty, Level::Constant, place))
}

impl Checker<'_> {
    pub(super) fn coded(&self, code: &str, other: &Tree, place: &Place) -> Checked {
        let list: Vec<&str> = match other.ty {
            Type::Code(list) => list.to_vec(),
            Type::OwnCode(index) => {
                let list = &self.scope.codes[usize::from(index)];
                list.iter().map(String::as_str).collect()
            }
            _ => {
                let message = format!("'{code}' is compared with {}", other.ty.word());
                let instead = "only a field with codes is compared with a code";
                return Err(place.error(message, instead));
            }
        };
        match list.iter().position(|known| *known == code) {
            Some(index) => Ok(leaf(
                Op::Constant(index as i64),
                other.ty,
                Level::Constant,
                place,
            )),
            None => Err(place.error(
                format!("there is no code '{code}' here"),
                format!("one of: {}", list.join(", ")),
            )),
        }
    }
}

pub(super) fn arithmetic(
    operator: Operator,
    left: Tree,
    right: Tree,
    level: Level,
    place: &Place,
) -> Checked {
    let (op, ty) = match operator {
        Operator::Multiply => multiplied(left, right, place)?,
        Operator::Divide => divided(left, right, place)?,
        _ => added(operator, left, right, place)?,
    };
    Ok(leaf(op, ty, level, place))
}

fn added(
    operator: Operator,
    left: Tree,
    right: Tree,
    place: &Place,
) -> Result<(Op, Type), Diagnostic> {
    let fraction = numeric(&left)?.2 || numeric(&right)?.2;
    let (left, right) = aligned(left, right, place)?;
    let (unit, scale, _) = numeric(&left)?;
    let (left, right) = (Box::new(left), Box::new(right));
    let op = match operator {
        Operator::Add => Op::Add(left, right),
        _ => Op::Subtract(left, right),
    };
    Ok((
        op,
        Type::Number {
            unit,
            scale,
            fraction,
        },
    ))
}

fn multiplied(left: Tree, right: Tree, place: &Place) -> Result<(Op, Type), Diagnostic> {
    let (left_unit, left_scale, left_fraction) = numeric(&left)?;
    let (right_unit, right_scale, right_fraction) = numeric(&right)?;
    let unit = match (left_unit, right_unit) {
        (Unit::Bare, unit) | (unit, Unit::Bare) => unit,
        _ => {
            let message = format!("{} times {}", left.ty.word(), right.ty.word());
            return Err(place.error(message, "one side must be a bare number"));
        }
    };
    let scale = left_scale + right_scale;
    if scale > SCALE_MAX {
        let instead = "round(..., 0.01, 'half_up') one of the sides";
        return Err(place.error("too many digits after the point", instead));
    }
    let ty = Type::Number {
        unit,
        scale,
        fraction: left_fraction || right_fraction,
    };
    Ok((Op::Multiply(Box::new(left), Box::new(right)), ty))
}

fn divided(left: Tree, right: Tree, place: &Place) -> Result<(Op, Type), Diagnostic> {
    let ((left_unit, scale, _), (right_unit, ..)) = (numeric(&left)?, numeric(&right)?);
    let unit = match (left_unit, right_unit) {
        (unit, Unit::Bare) => unit,
        (left, right) if left == right => Unit::Bare,
        _ => {
            let message = format!("{} divided by {}", left.ty.word(), right.ty.word());
            return Err(place.error(message, "divide by a bare number or by the same unit"));
        }
    };
    let ty = Type::Number {
        unit,
        scale,
        fraction: true,
    };
    Ok((Op::Divide(Box::new(left), Box::new(right)), ty))
}

pub(super) fn numeric(tree: &Tree) -> Result<(Unit, u8, bool), Diagnostic> {
    match tree.ty {
        Type::Number {
            unit,
            scale,
            fraction,
        } => Ok((unit, scale, fraction)),
        other => Err(tree.place.error(
            format!("this is {}, but a number is needed", other.word()),
            "use a number here",
        )),
    }
}

pub(super) fn is_literal(tree: &Tree) -> bool {
    match &tree.op {
        Op::Constant(_) => true,
        Op::Negate(inner) => is_literal(inner),
        _ => false,
    }
}

/// Both sides in one unit and at one scale. A literal takes the unit of the
/// other side, except that a sum of money other than 0 must be a parameter: it
/// has a date and a law.
pub(super) fn aligned(left: Tree, right: Tree, place: &Place) -> Result<(Tree, Tree), Diagnostic> {
    let ((left_unit, left_scale, _), (right_unit, right_scale, _)) =
        (numeric(&left)?, numeric(&right)?);
    let fits = |literal: &Tree, unit: Unit| {
        is_literal(literal) && (unit != Unit::Money || matches!(literal.op, Op::Constant(0)))
    };
    let unit = match (left_unit, right_unit) {
        (left, right) if left == right => left,
        (_, unit) if fits(&left, unit) => unit,
        (unit, _) if fits(&right, unit) => unit,
        (Unit::Money, _) | (_, Unit::Money) if is_literal(&left) || is_literal(&right) => {
            return Err(place.error(
                "a sum of money is written into a formula",
                "a `parameter`, with its date and its law",
            ));
        }
        _ => {
            let message = format!("{} meets {}", left.ty.word(), right.ty.word());
            return Err(place.error(message, "both sides in one unit"));
        }
    };
    let scale = left_scale.max(right_scale);
    Ok((scaled(left, unit, scale), scaled(right, unit, scale)))
}

/// The same value at a larger scale.
pub(super) fn scaled(tree: Tree, unit: Unit, scale: u8) -> Tree {
    let Type::Number {
        scale: from,
        fraction,
        ..
    } = tree.ty
    else {
        return tree;
    };
    let ty = Type::Number {
        unit,
        scale,
        fraction,
    };
    if from == scale {
        return Tree { ty, ..tree };
    }
    let factor = 10_i64.pow(u32::from(scale - from));
    let (place, level) = (tree.place.clone(), tree.level);
    let factor = leaf(Op::Constant(factor), INTEGER, Level::Constant, &place);
    leaf(
        Op::Multiply(Box::new(tree), Box::new(factor)),
        ty,
        level,
        &place,
    )
}

pub(super) fn adopt(tree: Tree, wanted: Type) -> Tree {
    match (tree.ty, wanted) {
        (
            Type::Number {
                unit: Unit::Bare,
                scale: 0,
                ..
            },
            Type::Number { scale: 0, .. },
        ) => Tree { ty: wanted, ..tree },
        _ => tree,
    }
}

/// All values of one type, numbers at one scale.
pub fn all_alike(values: Vec<Tree>, place: &Place) -> Result<Vec<Tree>, Diagnostic> {
    if values.iter().all(|value| numeric(value).is_err()) {
        if let Some(other) = values.iter().find(|value| value.ty != values[0].ty) {
            let message = format!(
                "one value is {}, another {}",
                values[0].ty.word(),
                other.ty.word()
            );
            return Err(place.error(message, "all values of one type"));
        }
        return Ok(values);
    }
    let mut unit: Option<Unit> = None;
    let (mut scale, mut fraction) = (0, false);
    for value in &values {
        let (own, own_scale, own_fraction) = numeric(value)?;
        let zero = matches!(value.op, Op::Constant(0));
        let bends = zero || (is_literal(value) && own == Unit::Bare);
        match unit {
            None if !bends => unit = Some(own),
            Some(unit) if unit != own && !(bends && (unit != Unit::Money || zero)) => {
                let message = format!("one value is {}, another is not", value.ty.word());
                return Err(value.place.error(
                    message,
                    "all values in one unit; sums of money are parameters",
                ));
            }
            _ => {}
        }
        scale = scale.max(own_scale);
        fraction |= own_fraction;
    }
    let unit = unit.unwrap_or(Unit::Bare);
    let written = |value: &&Tree| is_literal(value) && !matches!(value.op, Op::Constant(0));
    if unit == Unit::Money
        && let Some(literal) = values.iter().find(written)
    {
        return Err(literal.place.error(
            "a sum of money is written into a formula",
            "a `parameter`, with its date and its law",
        ));
    }
    Ok(values
        .into_iter()
        .map(|value| fractioned(scaled(value, unit, scale), fraction))
        .collect())
}

/// A whole number may stand where a fraction is expected: its denominator is 1.
fn fractioned(tree: Tree, fraction: bool) -> Tree {
    match tree.ty {
        Type::Number {
            unit,
            scale,
            fraction: false,
        } if fraction => {
            let (level, place) = (tree.level, tree.place.clone());
            let one = leaf(Op::Constant(1), INTEGER, Level::Constant, &place);
            leaf(
                Op::Divide(Box::new(tree), Box::new(one)),
                Type::Number {
                    unit,
                    scale,
                    fraction: true,
                },
                level,
                &place,
            )
        }
        _ => tree,
    }
}
