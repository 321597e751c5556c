//! Arithmetic over whole columns in loops without branches.
//!
//! A loop computes all elements and gathers one bit: did anything not fit? If so
//! the column is computed again element by element, exactly ([`super::exact`]), and
//! what still does not fit becomes unknown and a fault of its unit. Elements that
//! are unknown hold numbers that mean nothing and may cost such a second pass.

use super::column::{Column, Numbers, both_known, join_states, less_known, map, zip};
use super::exact::{
    Exact, Overflow, Part, added, called, divided, multiplied, negated, order, rounded, scaled,
    whole,
};
use super::{Fault, Frame, calendar, scale};
use crate::batch::{AT_LEAST, KNOWN, UNKNOWN};
use crate::plan::{Node, Slot};
use crate::typed::{Function, Rounding};

/// Half of what 64 bits hold: a divisor up to here can be doubled.
const HALF: i64 = i64::MAX / 2;

impl Frame<'_> {
    /// Nodes whose every element is computed from the same elements of one or two others.
    pub(super) fn arithmetic(
        &self,
        slot: Slot,
        count: usize,
        out: &mut Column,
        faults: &mut Vec<Fault>,
    ) {
        if !self.exactly && self.quickly(slot, count, out) {
            return;
        }
        out.clear();
        match self.plan.nodes[slot as usize].node {
            Node::Negate(inner) => {
                self.each(slot, [inner, inner], count, out, faults, |a, _| negated(a))
            }
            Node::Add(left, right) => self.each(slot, [left, right], count, out, faults, |a, b| {
                added(a, b, 1)
            }),
            Node::Subtract(left, right) => {
                self.each(slot, [left, right], count, out, faults, |a, b| {
                    added(a, b, -1)
                })
            }
            Node::Multiply(left, right) => {
                self.each(slot, [left, right], count, out, faults, multiplied)
            }
            Node::Divide { left, right, shift } => {
                self.each(slot, [left, right], count, out, faults, |a, b| {
                    divided(a, b, shift)
                })
            }
            Node::Greatest(left, right) => self.extreme(left, right, true, count, out),
            Node::Least(left, right) => self.extreme(left, right, false, count, out),
            Node::Round {
                value,
                up,
                down,
                step,
                mode,
            } => {
                let round = |part: Part, _| {
                    let numerator = i128::from(part.value) * i128::from(up);
                    let denominator = i128::from(part.denominator) * i128::from(down);
                    let value = rounded(numerator, denominator, step, mode).ok_or(Overflow)?;
                    whole(value, part.state)
                };
                self.each(slot, [value, value], count, out, faults, round);
            }
            Node::Scale { brackets, value } => {
                let brackets = &self.plan.scales[usize::from(brackets)];
                let apply = |part: Part, _| scaled(brackets, part);
                self.each(slot, [value, value], count, out, faults, apply);
            }
            Node::Call {
                function,
                first,
                second,
            } => {
                let call = |a, b| called(function, a, b);
                self.each(slot, [first, second], count, out, faults, call);
            }
            other => unreachable!("{other:?} is not arithmetic"),
        }
    }

    /// The loops without branches; false when something does not fit them.
    fn quickly(&self, slot: Slot, count: usize, out: &mut Column) -> bool {
        let column = |slot: Slot| self.column(slot);
        match self.plan.nodes[slot as usize].node {
            Node::Negate(inner) => negate(column(inner), count, out),
            Node::Add(left, right) => add(column(left), column(right), count, out),
            Node::Subtract(left, right) => subtract(column(left), column(right), count, out),
            Node::Multiply(left, right) => multiply(column(left), column(right), count, out),
            Node::Divide { left, right, shift } => {
                divide(column(left), column(right), shift, count, out)
            }
            Node::Greatest(left, right) => {
                extreme(column(left), column(right), count, out, i64::max)
            }
            Node::Least(left, right) => extreme(column(left), column(right), count, out, i64::min),
            Node::Round {
                value,
                up,
                down,
                step,
                mode,
            } => round(column(value), [up, down, step], mode, count, out),
            Node::Scale { brackets, value } => {
                let brackets = &self.plan.scales[usize::from(brackets)];
                scale::apply(brackets, column(value), count, out)
            }
            Node::Call {
                function,
                first,
                second,
            } => match function {
                Function::CompletedYears => calendar::completed_years(
                    &mut self.years.borrow_mut(),
                    column(first),
                    column(second),
                    count,
                    out,
                ),
                Function::MonthsBetween => {
                    let (from, to) = (column(first), column(second));
                    join_states(count, from, to, &mut out.states, both_known);
                    zip(
                        count,
                        to.numbers(),
                        from.numbers(),
                        &mut out.whole,
                        difference,
                    )
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Element by element, exactly.
    fn each(
        &self,
        slot: Slot,
        [left, right]: [Slot; 2],
        count: usize,
        out: &mut Column,
        faults: &mut Vec<Fault>,
        compute: impl Fn(Part, Part) -> Exact,
    ) {
        let operand = self.plan.nodes[slot as usize];
        let fraction = operand.is_fraction();
        let (left, right) = (self.column(left), self.column(right));
        for index in 0..count {
            let (a, b) = (Part::of(left, index), Part::of(right, index));
            let computed = if a.state == UNKNOWN || b.state == UNKNOWN {
                Part::UNKNOWN
            } else {
                compute(a, b).unwrap_or_else(|Overflow| {
                    let unit = self.unit_of(operand.level, index);
                    faults.push(Fault { slot, unit });
                    Part::UNKNOWN
                })
            };
            out.push_number(computed.value, computed.state);
            if fraction {
                out.belows.push(computed.denominator);
            }
        }
    }

    /// The greater of a known value and an unknown one is at least the known one.
    fn extreme(&self, left: Slot, right: Slot, greatest: bool, count: usize, out: &mut Column) {
        let (left, right) = (self.column(left), self.column(right));
        for index in 0..count {
            let (a, b) = (Part::of(left, index), Part::of(right, index));
            let order = order(a, b);
            // Of two that are level the known one settles the least.
            let left_wins = if greatest {
                order.is_ge()
            } else {
                order.is_lt() || (order.is_eq() && a.state == KNOWN)
            };
            let of_one = if greatest { AT_LEAST } else { UNKNOWN };
            let (taken, state) = match (a.state, b.state) {
                (UNKNOWN, UNKNOWN) => (a, UNKNOWN),
                (UNKNOWN, _) => (b, of_one),
                (_, UNKNOWN) => (a, of_one),
                _ => {
                    let (winner, loser) = if left_wins { (a, b) } else { (b, a) };
                    // The least of a known value and of one that is at least as
                    // large is the known one.
                    let settled = if !greatest && winner.state == KNOWN {
                        KNOWN
                    } else {
                        winner.state.min(loser.state)
                    };
                    (winner, settled)
                }
            };
            out.push_number(if state == UNKNOWN { 0 } else { taken.value }, state);
            out.belows.push(taken.denominator);
        }
    }
}

fn sum(a: i64, b: i64) -> (i64, i64) {
    let sum = a.wrapping_add(b);
    (sum, (a ^ sum) & (b ^ sum))
}

/// `a - b`; the smallest number has no negative, so that it is never taken away.
fn difference(a: i64, b: i64) -> (i64, i64) {
    let difference = a.wrapping_sub(b);
    let amiss = ((a ^ b) & (a ^ difference)) | (b & b.wrapping_neg());
    (difference, amiss)
}

fn product(a: i64, b: i64) -> (i64, i64) {
    let (product, over) = a.overflowing_mul(b);
    (product, i64::from(over).wrapping_neg())
}

fn negate(inner: &Column, count: usize, out: &mut Column) -> bool {
    // Minus "at least five" is "at most minus five", which we do not keep.
    join_states(count, inner, inner, &mut out.states, both_known);
    out.below = inner.below;
    out.belows.extend_from_slice(&inner.belows);
    map(count, inner.numbers(), &mut out.whole, |a| difference(0, a))
}

fn add(left: &Column, right: &Column, count: usize, out: &mut Column) -> bool {
    join_states(count, left, right, &mut out.states, less_known);
    over_one(left, right, count, out, sum)
}

fn subtract(left: &Column, right: &Column, count: usize, out: &mut Column) -> bool {
    let state = |left, right| if right == KNOWN { left } else { UNKNOWN };
    join_states(count, left, right, &mut out.states, state);
    over_one(left, right, count, out, difference)
}

/// A sum or difference over the denominators of its sides: the same ones, one for
/// all on each side, or whole numbers on one side.
fn over_one(
    left: &Column,
    right: &Column,
    count: usize,
    out: &mut Column,
    f: impl Fn(i64, i64) -> (i64, i64),
) -> bool {
    let (a, b) = (left.numbers(), right.numbers());
    match (left.denominators(), right.denominators()) {
        (Numbers::One(one), Numbers::One(other)) if one == other => {
            out.below = one;
            zip(count, a, b, &mut out.whole, f)
        }
        (Numbers::One(one), Numbers::One(other)) => {
            let (below, amiss) = product(one, other);
            out.below = below;
            let crossed = |a, b| {
                let ((a, over), (b, beyond)) = (product(a, other), product(b, one));
                let (value, amiss) = f(a, b);
                (value, amiss | over | beyond)
            };
            amiss >= 0 && zip(count, a, b, &mut out.whole, crossed)
        }
        (Numbers::Each(each), Numbers::One(1)) => {
            out.belows.extend_from_slice(each);
            let mut second = Vec::with_capacity(count);
            zip(count, b, Numbers::Each(each), &mut second, product)
                && zip(count, a, Numbers::Each(&second), &mut out.whole, f)
        }
        (Numbers::One(1), Numbers::Each(each)) => {
            out.belows.extend_from_slice(each);
            let mut first = Vec::with_capacity(count);
            zip(count, a, Numbers::Each(each), &mut first, product)
                && zip(count, Numbers::Each(&first), b, &mut out.whole, f)
        }
        _ => false,
    }
}

fn multiply(left: &Column, right: &Column, count: usize, out: &mut Column) -> bool {
    join_states(count, left, right, &mut out.states, less_known);
    if left.has_bounds() || right.has_bounds() {
        // A lower bound survives a factor that is not negative.
        let (a, b) = (left.numbers(), right.numbers());
        for (index, state) in out.states.iter_mut().enumerate() {
            let survives = (left.state(index) != AT_LEAST || b.at(index) >= 0)
                && (right.state(index) != AT_LEAST || a.at(index) >= 0);
            if *state == AT_LEAST && !survives {
                *state = UNKNOWN;
            }
        }
    }
    multiplied_below(left.denominators(), right.denominators(), count, out)
        && zip(
            count,
            left.numbers(),
            right.numbers(),
            &mut out.whole,
            product,
        )
}

/// The product of two denominators is the denominator of a result.
fn multiplied_below(a: Numbers<'_>, b: Numbers<'_>, count: usize, out: &mut Column) -> bool {
    if let (Numbers::One(a), Numbers::One(b)) = (a, b) {
        let (below, amiss) = product(a, b);
        out.below = below;
        return amiss >= 0;
    }
    zip(count, a, b, &mut out.belows, product)
}

fn divide(left: &Column, right: &Column, shift: i64, count: usize, out: &mut Column) -> bool {
    let divisor = right.numbers();
    let negative = |b: i64| b | b.wrapping_sub(1);
    let positive = match divisor {
        Numbers::One(one) => one > 0,
        Numbers::Each(each) => each.iter().fold(0, |amiss, b| amiss | negative(*b)) >= 0,
    };
    if !positive {
        return false;
    }
    let state = |left, right| if right == KNOWN { left } else { UNKNOWN };
    join_states(count, left, right, &mut out.states, state);
    if !multiplied_below(left.denominators(), divisor, count, out) {
        return false;
    }
    let shifted = |a, below| {
        let (a, over) = product(a, below);
        let (value, amiss) = product(a, shift);
        (value, amiss | over)
    };
    zip(
        count,
        left.numbers(),
        right.denominators(),
        &mut out.whole,
        shifted,
    )
}

fn extreme(
    left: &Column,
    right: &Column,
    count: usize,
    out: &mut Column,
    f: impl Fn(i64, i64) -> i64,
) -> bool {
    let whole = left.denominators().is_one(1) && right.denominators().is_one(1);
    let plain = whole && left.all_known() && right.all_known();
    plain
        && zip(
            count,
            left.numbers(),
            right.numbers(),
            &mut out.whole,
            |a, b| (f(a, b), 0),
        )
}

fn round(
    value: &Column,
    [up, down, step]: [i64; 3],
    mode: Rounding,
    count: usize,
    out: &mut Column,
) -> bool {
    join_states(count, value, value, &mut out.states, less_known);
    let Some(finest) = down.checked_mul(step) else {
        return false;
    };
    let one = |value: i64, below: i64| {
        let ((numerator, over), (divisor, beyond)) = (product(value, up), product(below, finest));
        // A divisor amiss is reported; dividing by one meanwhile is safe.
        let beyond = beyond | HALF.wrapping_sub(divisor) | divisor;
        let divisor = if divisor > 0 { divisor } else { 1 };
        let quotient = numerator.div_euclid(divisor);
        let rest = numerator.wrapping_sub(quotient.wrapping_mul(divisor));
        let twice = rest.wrapping_mul(2);
        let more = match mode {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::HalfUp => twice >= divisor,
            Rounding::HalfEven => twice > divisor || (twice == divisor && quotient & 1 != 0),
        };
        let (multiple, amiss) = product(quotient.wrapping_add(i64::from(more)), step);
        (multiple, over | beyond | amiss)
    };
    zip(
        count,
        value.numbers(),
        value.denominators(),
        &mut out.whole,
        one,
    )
}
