//! Arithmetic of one element, exact: through 128 bits, fractions reduced before
//! they are refused. The tight loops hand over to it whatever does not fit them.

use super::column::Column;
use crate::batch::{AT_LEAST, KNOWN, UNKNOWN};
use crate::pack::ScaleKind;
use crate::plan::Brackets;
use crate::typed::{Function, Rounding};
use kernel::day::{completed_years, day_of_turning};
use kernel::{Day, Month};
use std::cmp::Ordering;

/// A value with its denominator and how much of it is known.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub value: i64,
    pub denominator: i64,
    pub state: u8,
}

/// The number that does not fit 64 bits, or a division by nothing.
pub(super) struct Overflow;

pub(super) type Exact = Result<Part, Overflow>;

impl Part {
    pub(super) const UNKNOWN: Part = Part {
        value: 0,
        denominator: 1,
        state: UNKNOWN,
    };

    pub(super) fn of(column: &Column, index: usize) -> Part {
        Part {
            value: column.value(index),
            denominator: column.denominator(index),
            state: column.state(index),
        }
    }
}

/// Exact order of two values of one scale: fractions by cross multiplication,
/// which always fits 128 bits.
pub(super) fn order(left: Part, right: Part) -> Ordering {
    if left.denominator == right.denominator {
        return left.value.cmp(&right.value);
    }
    let left_cross = i128::from(left.value) * i128::from(right.denominator);
    left_cross.cmp(&(i128::from(right.value) * i128::from(left.denominator)))
}

fn fitted(numerator: i128, denominator: i128, state: u8) -> Exact {
    let (numerator, denominator) = if denominator < 0 {
        (-numerator, -denominator)
    } else {
        (numerator, denominator)
    };
    if let (Ok(value), Ok(denominator)) = (i64::try_from(numerator), i64::try_from(denominator)) {
        return Ok(Part {
            value,
            denominator,
            state,
        });
    }
    let common = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
    let common = i128::try_from(common).map_err(|_| Overflow)?.max(1);
    let value = i64::try_from(numerator / common).map_err(|_| Overflow)?;
    let denominator = i64::try_from(denominator / common).map_err(|_| Overflow)?;
    Ok(Part {
        value,
        denominator,
        state,
    })
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

pub(super) fn whole(value: i64, state: u8) -> Exact {
    Ok(Part {
        value,
        denominator: 1,
        state,
    })
}

pub(super) fn negated(part: Part) -> Exact {
    let value = part.value.checked_neg().ok_or(Overflow)?;
    // Minus "at least five" is "at most minus five", which we do not keep.
    Ok(Part {
        value,
        state: if part.state == KNOWN { KNOWN } else { UNKNOWN },
        ..part
    })
}

pub(super) fn added(a: Part, b: Part, sign: i64) -> Exact {
    let state = if sign < 0 && b.state != KNOWN {
        UNKNOWN
    } else {
        a.state.min(b.state)
    };
    if a.denominator == 1 && b.denominator == 1 {
        let second = b.value.checked_mul(sign).ok_or(Overflow)?;
        return whole(a.value.checked_add(second).ok_or(Overflow)?, state);
    }
    let first = i128::from(a.value) * i128::from(b.denominator);
    let second = i128::from(b.value) * i128::from(a.denominator) * i128::from(sign);
    if a.denominator == b.denominator {
        let sum = i128::from(a.value) + i128::from(b.value) * i128::from(sign);
        return fitted(sum, i128::from(a.denominator), state);
    }
    let sum = first.checked_add(second).ok_or(Overflow)?;
    fitted(
        sum,
        i128::from(a.denominator) * i128::from(b.denominator),
        state,
    )
}

pub(super) fn multiplied(a: Part, b: Part) -> Exact {
    // A lower bound survives a factor that is not negative.
    let survives = (a.state != AT_LEAST || b.value >= 0) && (b.state != AT_LEAST || a.value >= 0);
    let state = if survives {
        a.state.min(b.state)
    } else {
        UNKNOWN
    };
    if a.denominator == 1 && b.denominator == 1 {
        return whole(a.value.checked_mul(b.value).ok_or(Overflow)?, state);
    }
    let numerator = i128::from(a.value) * i128::from(b.value);
    fitted(
        numerator,
        i128::from(a.denominator) * i128::from(b.denominator),
        state,
    )
}

pub(super) fn divided(a: Part, b: Part, shift: i64) -> Exact {
    if b.value == 0 {
        return Err(Overflow);
    }
    let state = match (a.state, b.state) {
        (KNOWN, KNOWN) => KNOWN,
        (AT_LEAST, KNOWN) if b.value > 0 => AT_LEAST,
        _ => UNKNOWN,
    };
    let numerator = (i128::from(a.value) * i128::from(b.denominator))
        .checked_mul(i128::from(shift))
        .ok_or(Overflow)?;
    fitted(
        numerator,
        i128::from(a.denominator) * i128::from(b.value),
        state,
    )
}

/// `numerator / denominator` (denominator positive) as the nearest multiple of `step`.
pub(crate) fn rounded(
    numerator: i128,
    denominator: i128,
    step: i64,
    mode: Rounding,
) -> Option<i64> {
    let divisor = denominator.checked_mul(i128::from(step))?;
    let (quotient, rest) = (numerator.div_euclid(divisor), numerator.rem_euclid(divisor));
    let twice = rest.checked_mul(2)?;
    let up = match mode {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::HalfUp => twice >= divisor,
        Rounding::HalfEven => twice > divisor || (twice == divisor && quotient % 2 != 0),
    };
    let multiple = quotient.checked_add(i128::from(up))?;
    i64::try_from(multiple.checked_mul(i128::from(step))?).ok()
}

/// A function over dates of known values.
pub(super) fn called(function: Function, a: Part, b: Part) -> Exact {
    if a.state != KNOWN || b.state != KNOWN {
        return Ok(Part::UNKNOWN);
    }
    let day = |value: i64| i32::try_from(value).map(Day).map_err(|_| Overflow);
    let small = |value: i64| i32::try_from(value).map_err(|_| Overflow);
    let value = match function {
        Function::CompletedYears => i64::from(completed_years(day(a.value)?, day(b.value)?)),
        Function::YearOf => i64::from(day(a.value)?.year()),
        Function::MonthOf => i64::from(day(a.value)?.month().0),
        Function::MonthTurning => {
            i64::from(day_of_turning(day(a.value)?, small(b.value)?).month().0)
        }
        Function::MonthsBetween => b.value.checked_sub(a.value).ok_or(Overflow)?,
        Function::AddMonths => i64::from(Month(small(a.value)?).plus(small(b.value)?).0),
    };
    whole(value, KNOWN)
}

/// The brackets of a scale applied to one whole value.
pub(super) fn scaled(brackets: &Brackets, part: Part) -> Exact {
    let state = match part.state {
        AT_LEAST if !brackets.rising => UNKNOWN,
        state => state,
    };
    let pairs = brackets.thresholds.iter().zip(&brackets.values);
    let value: i128 = match brackets.kind {
        ScaleKind::MarginalRate => {
            let uppers = brackets.thresholds[1..].iter().copied().chain([i64::MAX]);
            let parts = pairs.zip(uppers).map(|((threshold, rate), upper)| {
                let inside = part.value.clamp(*threshold, upper) - threshold;
                i128::from(inside) * i128::from(*rate)
            });
            parts.sum()
        }
        ScaleKind::SingleAmount => {
            let reached = pairs.rev().find(|(threshold, _)| **threshold <= part.value);
            reached.map_or(0, |(_, amount)| i128::from(*amount))
        }
        ScaleKind::MarginalAmount => {
            let exceeded = pairs.filter(|(threshold, _)| **threshold < part.value);
            exceeded.map(|(_, amount)| i128::from(*amount)).sum()
        }
    };
    whole(i64::try_from(value).map_err(|_| Overflow)?, state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_follows_its_declared_rule() {
        let check = |numerator: i128, denominator: i128, step: i64, expected: [i64; 4]| {
            let modes = [
                Rounding::HalfUp,
                Rounding::HalfEven,
                Rounding::Down,
                Rounding::Up,
            ];
            for (mode, expected) in modes.into_iter().zip(expected) {
                let result = rounded(numerator, denominator, step, mode);
                assert_eq!(
                    result,
                    Some(expected),
                    "{numerator}/{denominator} by {step} {mode:?}"
                );
            }
        };
        check(5, 2, 1, [3, 2, 2, 3]);
        check(7, 2, 1, [4, 4, 3, 4]);
        check(1, 3, 1, [0, 0, 0, 1]);
        check(6, 3, 1, [2, 2, 2, 2]);
        check(150, 1, 100, [200, 200, 100, 200]);
        check(250, 1, 100, [300, 200, 200, 300]);
        // Below zero "up" is towards more, "half up" too.
        check(-5, 2, 1, [-2, -2, -3, -2]);
        assert_eq!(
            rounded(i128::from(i64::MAX) * 3, 1, 1, Rounding::Down),
            None
        );
    }

    #[test]
    fn a_fraction_too_large_is_reduced_before_it_is_refused() {
        let large = i128::from(i64::MAX);
        assert!(matches!(
            fitted(large * 6, large * 3, KNOWN),
            Ok(Part {
                value: 2,
                denominator: 1,
                ..
            })
        ));
        assert!(fitted(large * 6, 1, KNOWN).is_err());
        let part = |value: i64, denominator: i64| Part {
            value,
            denominator,
            state: KNOWN,
        };
        let sum = added(part(1, 3), part(1, 6), 1).ok().expect("a sum");
        assert_eq!(
            (sum.value * 2, sum.denominator),
            (sum.denominator, sum.denominator)
        );
        assert!(divided(part(1, 1), part(0, 1), 1).is_err());
        let negative = divided(part(1, 1), part(-2, 1), 1)
            .ok()
            .expect("a quotient");
        assert_eq!((negative.value, negative.denominator), (-1, 2));
    }
}
