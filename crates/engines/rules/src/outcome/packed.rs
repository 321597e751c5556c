//! The stored form of a trace.
//!
//! Version 1: version, verdict, programme + 1, category + 1 (one byte each; 0 is
//! none), number of conditions (one byte), the conditions in the pack's order, the
//! amount. A condition is one byte — bits 0-1 truth, 2-3 how much of the value is
//! known, 4-5 of the limit, 6 and 7 whether they are fractions — then its value
//! and its limit if known: numerators, and denominators of fractions, as numbers
//! of seven bits a byte, zigzag. The amount is the same, in tiyin, 0 when there is
//! none. Nothing of it names a person.

use super::judge::{Judged, condition_truth};
use super::{Truth, Verdict};
use crate::batch::{KNOWN, UNKNOWN};
use crate::pack::Step;
use crate::plan::eval::Scratch;
use crate::plan::{Plan, Slot};
use kernel::Money;

const VERSION: u8 = 1;

/// A trace read back from its stored form.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PackedTrace {
    pub verdict: Verdict,
    /// Places in the pack's lists.
    pub programme: Option<u8>,
    pub category: Option<u8>,
    pub conditions: Vec<PackedCondition>,
    pub amount: Option<Money>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct PackedCondition {
    pub truth: Truth,
    pub value: Option<PackedValue>,
    pub limit: Option<PackedValue>,
}

/// A value as it was compared: exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedValue {
    pub numerator: i64,
    pub denominator: i64,
    /// Only a lower bound was known.
    pub at_least: bool,
}

/// The bytes are not a trace of this or an earlier version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored trace is damaged at byte {0}")]
pub struct TraceDamaged(pub usize);

pub(crate) fn write(
    plan: &Plan,
    scratch: &Scratch,
    index: usize,
    judged: &Judged,
    out: &mut Vec<u8>,
) {
    let place = |place: Option<u8>| place.map_or(0, |place| place + 1);
    let head = [
        VERSION,
        verdict_code(judged.verdict),
        place(judged.programme),
        place(judged.category),
    ];
    out.extend_from_slice(&head);
    out.push(plan.conditions.len() as u8);
    for (condition, slots) in plan.conditions.iter().enumerate() {
        let truth = condition_truth(plan, scratch, index, condition, judged.stage);
        let at = out.len();
        out.push(0);
        let (value, value_fraction) = write_value(scratch, slots.value, index, out);
        let (limit, limit_fraction) = write_value(scratch, slots.limit, index, out);
        out[at] = truth as u8
            | value << 2
            | limit << 4
            | u8::from(value_fraction) << 6
            | u8::from(limit_fraction) << 7;
    }
    put(out, judged.amount.map_or(0, |amount| amount.0));
}

fn write_value(
    scratch: &Scratch,
    slot: Option<Slot>,
    index: usize,
    out: &mut Vec<u8>,
) -> (u8, bool) {
    let Some(slot) = slot else {
        return (UNKNOWN, false);
    };
    let column = &scratch.columns[slot as usize];
    let state = column.state(index);
    if state == UNKNOWN {
        return (UNKNOWN, false);
    }
    put(out, column.value(index));
    let denominator = column.denominator(index);
    if denominator != 1 {
        put(out, denominator);
    }
    (state, denominator != 1)
}

fn verdict_code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Entitled => 0,
        Verdict::NotEntitled => 1,
        Verdict::Unknown => 2,
        Verdict::NeedsVisit(Step::Visit) => 3,
        Verdict::NeedsVisit(Step::Seven) => 4,
    }
}

fn put(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

impl PackedTrace {
    pub fn read(bytes: &[u8]) -> Result<PackedTrace, TraceDamaged> {
        let mut reader = Reader { bytes, at: 0 };
        if reader.byte()? != VERSION {
            return Err(TraceDamaged(0));
        }
        let verdict = match reader.byte()? {
            0 => Verdict::Entitled,
            1 => Verdict::NotEntitled,
            2 => Verdict::Unknown,
            3 => Verdict::NeedsVisit(Step::Visit),
            4 => Verdict::NeedsVisit(Step::Seven),
            _ => return Err(TraceDamaged(1)),
        };
        let (programme, category) = (reader.byte()?.checked_sub(1), reader.byte()?.checked_sub(1));
        let count = reader.byte()?;
        let conditions = (0..count)
            .map(|_| reader.condition())
            .collect::<Result<_, _>>()?;
        let amount = reader.number()?;
        if reader.at != bytes.len() {
            return Err(TraceDamaged(reader.at));
        }
        let amount = (verdict == Verdict::Entitled).then_some(Money(amount));
        Ok(PackedTrace {
            verdict,
            programme,
            category,
            conditions,
            amount,
        })
    }
}

/// Appends the truths of a trace's conditions, in the pack's order; what is damaged ends them.
pub(crate) fn truths(bytes: &[u8], out: &mut Vec<Truth>) {
    let mut reader = Reader { bytes, at: 4 };
    let count = reader.byte().unwrap_or(0);
    let read = (0..count).map_while(|_| reader.condition().ok());
    out.extend(read.map(|condition| condition.truth));
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, TraceDamaged> {
        let byte = *self.bytes.get(self.at).ok_or(TraceDamaged(self.at))?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<i64, TraceDamaged> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte()?;
            if shift > 63 {
                return Err(TraceDamaged(self.at));
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
            shift += 7;
        }
    }

    fn condition(&mut self) -> Result<PackedCondition, TraceDamaged> {
        let flags = self.byte()?;
        let truth = match flags & 3 {
            0 => Truth::Met,
            1 => Truth::NotMet,
            2 => Truth::Unknown,
            _ => Truth::NotYet,
        };
        let value = self.value(flags >> 2 & 3, flags >> 6 & 1 == 1)?;
        let limit = self.value(flags >> 4 & 3, flags >> 7 == 1)?;
        Ok(PackedCondition {
            truth,
            value,
            limit,
        })
    }

    fn value(&mut self, state: u8, fraction: bool) -> Result<Option<PackedValue>, TraceDamaged> {
        if state == UNKNOWN {
            return Ok(None);
        }
        let numerator = self.number()?;
        let denominator = if fraction { self.number()? } else { 1 };
        Ok(Some(PackedValue {
            numerator,
            denominator,
            at_least: state != KNOWN,
        }))
    }
}
