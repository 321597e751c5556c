//! Scales over whole columns: a pass for each bracket, which stays in the cache.

use super::column::{Column, Numbers, both_known, join_states, less_known};
use crate::pack::ScaleKind;
use crate::plan::Brackets;

/// False when a result does not fit.
pub(super) fn apply(brackets: &Brackets, value: &Column, count: usize, out: &mut Column) -> bool {
    // A lower bound survives only where more never gives less.
    let state = if brackets.rising {
        less_known
    } else {
        both_known
    };
    join_states(count, value, value, &mut out.states, state);
    out.whole.resize(count, 0);
    let one;
    let values = match value.numbers() {
        Numbers::Each(each) => each,
        Numbers::One(value) => {
            one = vec![value; count];
            &one[..]
        }
    };
    let thresholds = &brackets.thresholds;
    let mut amiss = 0;
    for (place, (threshold, each)) in thresholds.iter().zip(&brackets.values).enumerate() {
        let upper = thresholds.get(place + 1).copied().unwrap_or(i64::MAX);
        let (threshold, each) = (*threshold, *each);
        amiss |= match brackets.kind {
            ScaleKind::MarginalRate => add_part(values, [threshold, upper, each], &mut out.whole),
            ScaleKind::SingleAmount => {
                for (value, out) in values.iter().zip(&mut out.whole) {
                    *out = if *value >= threshold { each } else { *out };
                }
                0
            }
            ScaleKind::MarginalAmount => {
                let mut amiss = 0;
                for (value, out) in values.iter().zip(&mut out.whole) {
                    let more = if *value > threshold { each } else { 0 };
                    let (sum, over) = out.overflowing_add(more);
                    amiss |= i64::from(over).wrapping_neg();
                    *out = sum;
                }
                amiss
            }
        };
    }
    amiss >= 0
}

/// The rate of one bracket for the part of each value inside it.
fn add_part(values: &[i64], [threshold, upper, rate]: [i64; 3], out: &mut [i64]) -> i64 {
    let mut amiss = 0;
    for (value, out) in values.iter().zip(out) {
        let inside = (*value).min(upper).max(threshold).wrapping_sub(threshold);
        let (part, over) = inside.overflowing_mul(rate);
        let (sum, beyond) = out.overflowing_add(part);
        amiss |= i64::from(over | beyond).wrapping_neg();
        *out = sum;
    }
    amiss
}
