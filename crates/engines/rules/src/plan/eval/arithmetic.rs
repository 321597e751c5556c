//! Exact arithmetic, rounding and calendar functions.

use super::logic::order;
use super::{Column, Fault, Frame};
use crate::batch::{AT_LEAST, KNOWN, UNKNOWN};
use crate::plan::{Node, Slot};
use crate::typed::{Function, Rounding};
use kernel::day::{completed_years, day_of_turning};
use kernel::{Day, Month};

/// A value with its denominator and how much of it is known.
#[derive(Clone, Copy)]
struct Part {
    value: i64,
    denominator: i64,
    state: u8,
}

/// The number that does not fit 64 bits, or a division by nothing.
struct Overflow;

type Exact = Result<Part, Overflow>;

impl Frame<'_> {
    /// Nodes whose every element is computed from the same elements of one or
    /// two others.
    pub(super) fn arithmetic(&self, slot: Slot, out: &mut Column, faults: &mut Vec<Fault>) {
        let operand = self.plan.nodes[slot as usize];
        let fraction = operand.is_fraction();
        match operand.node {
            Node::Negate(inner) => {
                self.each(slot, inner, inner, fraction, out, faults, |part, _| {
                    negated(part)
                })
            }
            Node::Add(left, right) => {
                self.each(slot, left, right, fraction, out, faults, |a, b| {
                    added(a, b, 1)
                })
            }
            Node::Subtract(left, right) => {
                self.each(slot, left, right, fraction, out, faults, |a, b| {
                    added(a, b, -1)
                })
            }
            Node::Multiply(left, right) => {
                self.each(slot, left, right, fraction, out, faults, multiplied)
            }
            Node::Divide { left, right, shift } => {
                self.each(slot, left, right, fraction, out, faults, |a, b| {
                    divided(a, b, shift)
                });
            }
            Node::Greatest(left, right) => self.extreme(left, right, true, fraction, out),
            Node::Least(left, right) => self.extreme(left, right, false, fraction, out),
            Node::Round {
                value,
                up,
                down,
                step,
                mode,
            } => {
                self.each(slot, value, value, fraction, out, faults, |part, _| {
                    let (numerator, denominator) = (
                        i128::from(part.value) * i128::from(up),
                        i128::from(part.denominator) * i128::from(down),
                    );
                    whole(
                        rounded(numerator, denominator, step, mode).ok_or(Overflow)?,
                        part.state,
                    )
                });
            }
            Node::Call {
                function,
                first,
                second,
            } => {
                self.each(slot, first, second, fraction, out, faults, |a, b| {
                    called(function, a, b)
                });
            }
            other => unreachable!("{other:?} is not arithmetic"),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one loop for all of arithmetic")]
    fn each(
        &self,
        slot: Slot,
        left: Slot,
        right: Slot,
        fraction: bool,
        out: &mut Column,
        faults: &mut Vec<Fault>,
        compute: impl Fn(Part, Part) -> Exact,
    ) {
        let (left, right) = (self.column(left), self.column(right));
        let part = |column: &Column, index: usize| Part {
            value: column.value[index],
            denominator: column.denominator(index),
            state: column.state[index],
        };
        for index in 0..left.value.len() {
            let (a, b) = (part(left, index), part(right, index));
            let computed = if a.state == UNKNOWN || b.state == UNKNOWN {
                Part {
                    value: 0,
                    denominator: 1,
                    state: UNKNOWN,
                }
            } else {
                compute(a, b).unwrap_or_else(|Overflow| {
                    let level = self.plan.nodes[slot as usize].level;
                    faults.push(Fault {
                        slot,
                        unit: self.unit_of(level, index),
                    });
                    Part {
                        value: 0,
                        denominator: 1,
                        state: UNKNOWN,
                    }
                })
            };
            out.push(computed.value, computed.state);
            if fraction {
                out.denominator.push(computed.denominator);
            }
        }
    }

    /// The greater of a known value and an unknown one is at least the known one.
    fn extreme(&self, left: Slot, right: Slot, greatest: bool, fraction: bool, out: &mut Column) {
        let (left, right) = (self.column(left), self.column(right));
        for index in 0..left.value.len() {
            let (a, b) = (left.state[index], right.state[index]);
            let left_wins = order(left, right, index).is_ge() == greatest;
            let (taken, state) = match (a, b) {
                (UNKNOWN, UNKNOWN) => (left, UNKNOWN),
                (UNKNOWN, _) => (right, if greatest { AT_LEAST } else { UNKNOWN }),
                (_, UNKNOWN) => (left, if greatest { AT_LEAST } else { UNKNOWN }),
                _ => {
                    let (winner, state, loser) = if left_wins {
                        (left, a, b)
                    } else {
                        (right, b, a)
                    };
                    // The least of a known value and of one that is at least as
                    // large is the known one.
                    let settled = if greatest {
                        a.min(b)
                    } else if state == KNOWN {
                        KNOWN
                    } else {
                        state.min(loser)
                    };
                    (winner, settled)
                }
            };
            out.push(
                if state == UNKNOWN {
                    0
                } else {
                    taken.value[index]
                },
                state,
            );
            if fraction {
                out.denominator.push(taken.denominator(index));
            }
        }
    }
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

fn whole(value: i64, state: u8) -> Exact {
    Ok(Part {
        value,
        denominator: 1,
        state,
    })
}

fn negated(part: Part) -> Exact {
    let value = part.value.checked_neg().ok_or(Overflow)?;
    // Minus "at least five" is "at most minus five", which we do not keep.
    Ok(Part {
        value,
        state: if part.state == KNOWN { KNOWN } else { UNKNOWN },
        ..part
    })
}

fn added(a: Part, b: Part, sign: i64) -> Exact {
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

fn multiplied(a: Part, b: Part) -> Exact {
    // A lower bound survives a factor that is not negative.
    let bounded = a.value >= 0 && b.value >= 0;
    let state = if (a.state == KNOWN && b.state == KNOWN) || bounded {
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

fn divided(a: Part, b: Part, shift: i64) -> Exact {
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

fn called(function: Function, a: Part, b: Part) -> Exact {
    if a.state != KNOWN || b.state != KNOWN {
        return Ok(Part {
            value: 0,
            denominator: 1,
            state: UNKNOWN,
        });
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
