//! Three-valued logic (Kleene), comparisons and choices.

use super::{Column, Frame};
use crate::batch::{AT_LEAST, KNOWN, UNKNOWN};
use crate::plan::Slot;
use crate::syntax::Comparison;
use std::cmp::Ordering;

impl Frame<'_> {
    pub(super) fn not(&self, inner: Slot, out: &mut Column) {
        let inner = self.column(inner);
        out.value.extend(inner.value.iter().map(|value| 1 - value));
        out.state.extend_from_slice(&inner.state);
    }

    pub(super) fn and(&self, left: Slot, right: Slot, out: &mut Column) {
        self.kleene(left, right, 0, out);
    }

    pub(super) fn or(&self, left: Slot, right: Slot, out: &mut Column) {
        self.kleene(left, right, 1, out);
    }

    /// A known `settles` on either side settles the whole.
    fn kleene(&self, left: Slot, right: Slot, settles: i64, out: &mut Column) {
        let (left, right) = (self.column(left), self.column(right));
        for index in 0..left.value.len() {
            let settled =
                |side: &Column| side.state[index] == KNOWN && side.value[index] == settles;
            if settled(left) || settled(right) {
                out.push(settles, KNOWN);
            } else {
                let both = left.state[index] == KNOWN && right.state[index] == KNOWN;
                out.push(
                    if both { 1 - settles } else { 0 },
                    if both { KNOWN } else { UNKNOWN },
                );
            }
        }
    }

    pub(super) fn compare(
        &self,
        comparison: Comparison,
        left: Slot,
        right: Slot,
        out: &mut Column,
    ) {
        let (left, right) = (self.column(left), self.column(right));
        for index in 0..left.value.len() {
            match compared(comparison, left, right, index) {
                Some(truth) => out.push(i64::from(truth), KNOWN),
                None => out.push(0, UNKNOWN),
            }
        }
    }

    pub(super) fn choose(&self, condition: Slot, met: Slot, unmet: Slot, out: &mut Column) {
        let (condition, met, unmet) =
            (self.column(condition), self.column(met), self.column(unmet));
        let fraction = !met.denominator.is_empty() || !unmet.denominator.is_empty();
        for index in 0..condition.value.len() {
            let (value, denominator, state) = if condition.state[index] == KNOWN {
                let taken = if condition.value[index] == 1 {
                    met
                } else {
                    unmet
                };
                (
                    taken.value[index],
                    taken.denominator(index),
                    taken.state[index],
                )
            } else {
                undecided(met, unmet, index)
            };
            out.push(value, state);
            if fraction {
                out.denominator.push(denominator);
            }
        }
    }

    pub(super) fn known_or(&self, left: Slot, right: Slot, out: &mut Column) {
        let (left, right) = (self.column(left), self.column(right));
        let fraction = !left.denominator.is_empty() || !right.denominator.is_empty();
        for index in 0..left.value.len() {
            let taken = if left.state[index] == KNOWN {
                left
            } else {
                right
            };
            out.push(taken.value[index], taken.state[index]);
            if fraction {
                out.denominator.push(taken.denominator(index));
            }
        }
    }
}

/// It is not known which of two values is taken: if they are the same, no matter.
fn undecided(met: &Column, unmet: &Column, index: usize) -> (i64, i64, u8) {
    let same = met.value[index] == unmet.value[index]
        && met.denominator(index) == unmet.denominator(index);
    if same && met.state[index] == KNOWN && unmet.state[index] == KNOWN {
        (met.value[index], met.denominator(index), KNOWN)
    } else {
        (0, 1, UNKNOWN)
    }
}

/// The truth of a comparison if it is settled. A side of which only a lower
/// bound is known settles what the bound alone settles.
fn compared(comparison: Comparison, left: &Column, right: &Column, index: usize) -> Option<bool> {
    let order = order(left, right, index);
    match (left.state[index], right.state[index]) {
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

/// Exact order of two values of one scale: fractions by cross multiplication,
/// which always fits 128 bits.
pub(super) fn order(left: &Column, right: &Column, index: usize) -> Ordering {
    let (a, b) = (left.value[index], right.value[index]);
    if left.denominator.is_empty() && right.denominator.is_empty() {
        return a.cmp(&b);
    }
    let left_cross = i128::from(a) * i128::from(right.denominator(index));
    left_cross.cmp(&(i128::from(b) * i128::from(left.denominator(index))))
}
