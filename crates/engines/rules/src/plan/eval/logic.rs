//! Three-valued logic (Kleene), comparisons and choices.

use super::Frame;
use super::column::{Bytes, Column, Numbers, both_known, join_states, zip, zip_bytes, zip_truth};
use super::exact::{Part, order};
use crate::batch::{AT_LEAST, KNOWN, UNKNOWN};
use crate::plan::Slot;
use crate::syntax::Comparison;
use std::cmp::Ordering;

impl Frame<'_> {
    pub(super) fn not(&self, inner: Slot, count: usize, out: &mut Column) {
        let inner = self.column(inner);
        join_states(count, inner, inner, &mut out.states, both_known);
        let truths = inner.truths();
        zip_bytes(count, truths, truths, &mut out.truth, |truth, _| truth ^ 1);
    }

    /// A known `settles` on either side settles the whole.
    pub(super) fn kleene(
        &self,
        [left, right]: [Slot; 2],
        settles: u8,
        count: usize,
        out: &mut Column,
    ) {
        let (left, right) = (self.column(left), self.column(right));
        let (a, b) = (left.truths(), right.truths());
        match settles {
            0 => zip_bytes(count, a, b, &mut out.truth, |a, b| a & b),
            _ => zip_bytes(count, a, b, &mut out.truth, |a, b| a | b),
        }
        if left.all_known() && right.all_known() {
            return;
        }
        let (known_left, known_right) = (left.states(), right.states());
        let states = out.spread_states(count).iter_mut();
        let mut settled = Vec::with_capacity(count);
        for (index, state) in states.enumerate() {
            let (one, other) = (known_left.at(index), known_right.at(index));
            let settled_by = |known: u8, truth: u8| u8::from(known == KNOWN && truth == settles);
            let by = settled_by(one, a.at(index)) | settled_by(other, b.at(index));
            *state = both_known(one, other) | by << 1;
            settled.push(by);
        }
        for (truth, by) in out.truth.iter_mut().zip(settled) {
            *truth = if by == 1 { settles } else { *truth };
        }
    }

    pub(super) fn compare(
        &self,
        comparison: Comparison,
        [left, right]: [Slot; 2],
        count: usize,
        out: &mut Column,
    ) {
        let (left, right) = (self.column(left), self.column(right));
        if self.exactly || !compare_quickly(comparison, left, right, count, out) {
            out.clear();
            for index in 0..count {
                let truth = compared(comparison, Part::of(left, index), Part::of(right, index));
                out.truth.push(u8::from(truth == Some(true)));
                out.states
                    .push(if truth.is_some() { KNOWN } else { UNKNOWN });
            }
        }
    }

    pub(super) fn choose(
        &self,
        condition: Slot,
        [met, unmet]: [Slot; 2],
        count: usize,
        out: &mut Column,
    ) {
        let (condition, met, unmet) =
            (self.column(condition), self.column(met), self.column(unmet));
        let truths = condition.truths();
        if met.is_yes_no() || unmet.is_yes_no() {
            choose_bytes(count, truths, met.truths(), unmet.truths(), &mut out.truth);
        } else {
            choose_numbers(
                count,
                truths,
                met.numbers(),
                unmet.numbers(),
                &mut out.whole,
            );
        }
        match (met.denominators(), unmet.denominators()) {
            (Numbers::One(one), Numbers::One(other)) if one == other => out.below = one,
            (one, other) => choose_numbers(count, truths, one, other, &mut out.belows),
        }
        if !(met.all_known() && unmet.all_known()) {
            choose_bytes(count, truths, met.states(), unmet.states(), &mut out.states);
        }
        if condition.all_known() {
            return;
        }
        // Where it is not known which of two values is taken: if they are the same, no matter.
        for (index, state) in out.spread_states(count).iter_mut().enumerate() {
            if !condition.is_known(index) {
                *state = same(Part::of(met, index), Part::of(unmet, index));
            }
        }
    }

    pub(super) fn known_or(&self, [left, right]: [Slot; 2], count: usize, out: &mut Column) {
        let (left, right) = (self.column(left), self.column(right));
        let yes_no = left.is_yes_no() || right.is_yes_no();
        let whole = left.denominators().is_one(1) && right.denominators().is_one(1);
        for index in 0..count {
            let taken = if left.is_known(index) { left } else { right };
            if yes_no {
                out.truth.push(taken.value(index) as u8);
            } else {
                out.whole.push(taken.value(index));
            }
            out.states.push(taken.state(index));
            if !whole {
                out.belows.push(taken.denominator(index));
            }
        }
    }
}

/// Crosswise: 14 000 / 2 is the same as 7 000.
fn same(met: Part, unmet: Part) -> u8 {
    let wide = |value: i64, denominator: i64| i128::from(value) * i128::from(denominator);
    if wide(met.value, unmet.denominator) == wide(unmet.value, met.denominator) {
        both_known(met.state, unmet.state)
    } else {
        UNKNOWN
    }
}

/// `met` where the truth is 1, else `unmet`: by masks, not by jumps.
fn choose_numbers(
    count: usize,
    truths: Bytes<'_>,
    met: Numbers<'_>,
    unmet: Numbers<'_>,
    out: &mut Vec<i64>,
) {
    let pick =
        |truth: u8, met: i64, unmet: i64| unmet ^ ((met ^ unmet) & i64::from(truth).wrapping_neg());
    let truths = match truths {
        Bytes::One(1) => return spread(count, met, out),
        Bytes::One(_) => return spread(count, unmet, out),
        Bytes::Each(truths) => truths,
    };
    out.clear();
    match (met, unmet) {
        (Numbers::One(a), Numbers::One(b)) => out.extend(truths.iter().map(|t| pick(*t, a, b))),
        (Numbers::Each(a), Numbers::One(b)) => {
            out.extend(truths.iter().zip(a).map(|(t, a)| pick(*t, *a, b)));
        }
        (Numbers::One(a), Numbers::Each(b)) => {
            out.extend(truths.iter().zip(b).map(|(t, b)| pick(*t, a, *b)));
        }
        (Numbers::Each(a), Numbers::Each(b)) => {
            let pairs = a.iter().zip(b);
            out.extend(truths.iter().zip(pairs).map(|(t, (a, b))| pick(*t, *a, *b)));
        }
    }
}

fn spread(count: usize, values: Numbers<'_>, out: &mut Vec<i64>) {
    out.clear();
    match values {
        Numbers::One(one) => out.resize(count, one),
        Numbers::Each(each) => out.extend_from_slice(each),
    }
}

fn choose_bytes(
    count: usize,
    truths: Bytes<'_>,
    met: Bytes<'_>,
    unmet: Bytes<'_>,
    out: &mut Vec<u8>,
) {
    out.clear();
    let pick = |index: usize| match truths.at(index) {
        1 => met.at(index),
        _ => unmet.at(index),
    };
    out.extend((0..count).map(pick));
}

/// Numbers without lower bounds; false when cross products do not fit.
fn compare_quickly(
    comparison: Comparison,
    left: &Column,
    right: &Column,
    count: usize,
    out: &mut Column,
) -> bool {
    if left.is_yes_no() || right.is_yes_no() || left.has_bounds() || right.has_bounds() {
        return false;
    }
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let (mut a, mut b) = (left.numbers(), right.numbers());
    match (left.denominators(), right.denominators()) {
        (Numbers::One(one), Numbers::One(other)) if one == other => {}
        (below_left, below_right) => {
            let product = |a: i64, b: i64| {
                let (product, over) = a.overflowing_mul(b);
                (product, i64::from(over).wrapping_neg())
            };
            let fits = zip(count, a, below_right, &mut first, product)
                && zip(count, b, below_left, &mut second, product);
            if !fits {
                return false;
            }
            (a, b) = (Numbers::Each(&first), Numbers::Each(&second));
        }
    }
    join_states(count, left, right, &mut out.states, both_known);
    let truth = &mut out.truth;
    match comparison {
        Comparison::Less => zip_truth(count, a, b, truth, |a, b| a < b),
        Comparison::AtMost => zip_truth(count, a, b, truth, |a, b| a <= b),
        Comparison::Equal => zip_truth(count, a, b, truth, |a, b| a == b),
        Comparison::Unequal => zip_truth(count, a, b, truth, |a, b| a != b),
        Comparison::AtLeast => zip_truth(count, a, b, truth, |a, b| a >= b),
        Comparison::Greater => zip_truth(count, a, b, truth, |a, b| a > b),
    }
    true
}

/// The truth of a comparison if it is settled. A side of which only a lower
/// bound is known settles what the bound alone settles.
fn compared(comparison: Comparison, left: Part, right: Part) -> Option<bool> {
    let order = order(left, right);
    match (left.state, right.state) {
        (KNOWN, KNOWN) => Some(comparison.holds(order)),
        (AT_LEAST, KNOWN) => from_below(comparison, order),
        (KNOWN, AT_LEAST) => from_below(mirrored(comparison), order.reverse()),
        _ => None,
    }
}

/// `x >= bound`, and `order` is how the bound stands to the other side.
fn from_below(comparison: Comparison, order: Ordering) -> Option<bool> {
    match comparison {
        Comparison::Less if order.is_ge() => Some(false),
        Comparison::AtMost | Comparison::Equal if order.is_gt() => Some(false),
        Comparison::AtLeast if order.is_ge() => Some(true),
        Comparison::Greater | Comparison::Unequal if order.is_gt() => Some(true),
        _ => None,
    }
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::AtLeast => Comparison::AtMost,
        Comparison::Greater => Comparison::Less,
        same => same,
    }
}
