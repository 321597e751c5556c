//! From the columns of one unit to its verdict, in the order of the law.

use super::{Truth, Verdict};
use crate::batch::{KNOWN, Stage};
use crate::pack::{StageRule, Step};
use crate::plan::eval::{Column, Scratch, rounded};
use crate::plan::{ConditionSlots, Plan, ProgrammeSlots, Slot};
use crate::typed::{Rounding, Type, Unit};
use kernel::{Money, Month};

/// The verdict and what goes with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub verdict: Verdict,
    pub programme: Option<u8>,
    pub category: Option<u8>,
    pub amount: Option<Money>,
    pub per_capita: Option<i64>,
    pub cap: Option<Month>,
    pub stage: StageRule,
    /// Where the pack itself is wrong about this unit: it is left open, never refused for it.
    pub fault: Option<Slot>,
}

/// What is known of a yes/no at one unit.
fn truth(column: &Column, index: usize) -> Truth {
    match (column.state(index), column.value(index)) {
        (KNOWN, 0) => Truth::NotMet,
        (KNOWN, _) => Truth::Met,
        _ => Truth::Unknown,
    }
}

/// The truth of a condition at the stage the case has reached.
pub(crate) fn condition_truth(
    plan: &Plan,
    scratch: &Scratch,
    index: usize,
    condition: usize,
    reached: StageRule,
) -> Truth {
    let waits = plan.pack.conditions[condition].stage == StageRule::FinalOnly
        && reached != StageRule::FinalOnly;
    if waits {
        return Truth::NotYet;
    }
    let slots: &ConditionSlots = &plan.conditions[condition];
    truth(&scratch.columns[slots.truth as usize], index)
}

/// Are the human steps over (`FinalOnly`), or still ahead or not needed (`Always`)?
/// The second value tells that they are needed and still ahead.
pub(crate) fn stage_reached(plan: &Plan, scratch: &Scratch, index: usize) -> (StageRule, bool) {
    let needed = plan
        .steps_when
        .is_some_and(|slot| truth(&scratch.columns[slot as usize], index) == Truth::Met);
    let pre = Stage::PreAssessment as i64;
    let ahead = needed
        && plan
            .stage_slot
            .is_some_and(|slot| scratch.columns[slot as usize].value(index) == pre);
    let reached = if needed && !ahead {
        StageRule::FinalOnly
    } else {
        StageRule::Always
    };
    (reached, ahead)
}

pub(crate) fn judge(plan: &Plan, scratch: &Scratch, index: usize) -> Judged {
    let (stage, ahead) = stage_reached(plan, scratch, index);
    let mut judged = Judged {
        verdict: Verdict::Unknown,
        programme: None,
        category: None,
        amount: None,
        per_capita: rank(plan, scratch, index),
        cap: None,
        stage,
        fault: None,
    };
    let mut unknown = false;
    for condition in 0..plan.conditions.len() {
        match condition_truth(plan, scratch, index, condition, stage) {
            Truth::NotMet => {
                judged.verdict = Verdict::NotEntitled;
                return judged;
            }
            Truth::Unknown => unknown = true,
            Truth::Met | Truth::NotYet => {}
        }
    }
    if unknown {
        return judged;
    }
    if ahead {
        judged.verdict = Verdict::NeedsVisit(
            plan.pack
                .steps
                .first()
                .map_or(Step::Visit, |step| step.step),
        );
        return judged;
    }
    award(plan, scratch, index, &mut judged);
    judged
}

fn rank(plan: &Plan, scratch: &Scratch, index: usize) -> Option<i64> {
    let rank = plan.rank?;
    let column = &scratch.columns[rank as usize];
    column
        .is_known(index)
        .then(|| whole(plan, scratch, rank, index))?
}

/// The pack's own count of members, when it is known and anybody is counted.
pub(super) fn members(plan: &Plan, scratch: &Scratch, index: usize) -> Option<u32> {
    let column = &scratch.columns[plan.members? as usize];
    let count = column.is_known(index).then(|| column.value(index))?;
    u32::try_from(count).ok().filter(|count| *count > 0)
}

/// A value at money's (or its own) scale as a whole number, rounded half up: for
/// ranking and display.
pub(crate) fn whole(plan: &Plan, scratch: &Scratch, slot: Slot, index: usize) -> Option<i64> {
    let column = &scratch.columns[slot as usize];
    let down = match plan.nodes[slot as usize].ty {
        Type::Number {
            unit: Unit::Money,
            scale,
            ..
        } => 10_i128.pow(u32::from(scale.saturating_sub(2))),
        _ => 1,
    };
    rounded(
        i128::from(column.value(index)),
        i128::from(column.denominator(index)) * down,
        1,
        Rounding::HalfUp,
    )
}

/// All conditions are met: the band, the benefit and its amount. Whoever met them all is not
/// refused without a ground: no band that fits, and a sum below zero, are faults of the pack.
fn award(plan: &Plan, scratch: &Scratch, index: usize, judged: &mut Judged) {
    if !plan.categories.is_empty() {
        let whens = plan.categories.iter().map(|category| category.when);
        match first_met(scratch, whens, index) {
            First::Met(category) => judged.category = Some(category),
            First::Unknown => return,
            First::None => {
                judged.fault = plan.categories.last().map(|category| category.when);
                return;
            }
        }
    }
    let programme = match first_met(scratch, plan.programmes.iter().map(|one| one.when), index) {
        First::Met(programme) => programme,
        open => {
            let hole = open == First::None;
            let last = plan.programmes.last().map(|programme| programme.when);
            judged.fault = last.filter(|_| hole);
            judged.category = None;
            return;
        }
    };
    let share = judged
        .category
        .and_then(|category| plan.categories[usize::from(category)].share);
    let slots = &plan.programmes[usize::from(programme)];
    let amount = amount(plan, scratch, slots, share, index);
    let Some(amount) = amount.filter(|amount| *amount >= Money::ZERO) else {
        judged.fault = amount.and_then(|_| slots.lines.first().copied());
        judged.category = None;
        return;
    };
    let until = slots
        .until
        .map(|slot| &scratch.columns[slot as usize])
        .filter(|column| column.is_known(index));
    judged.verdict = Verdict::Entitled;
    judged.programme = Some(programme);
    judged.amount = Some(amount);
    judged.cap = until.map(|column| Month(column.value(index) as i32));
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    Met(u8),
    Unknown,
    None,
}

/// The first of several formulas that holds. One unknown before it leaves the matter open.
fn first_met(scratch: &Scratch, whens: impl Iterator<Item = Slot>, index: usize) -> First {
    for (place, slot) in whens.enumerate() {
        match truth(&scratch.columns[slot as usize], index) {
            Truth::Met => return First::Met(place as u8),
            Truth::Unknown => return First::Unknown,
            _ => {}
        }
    }
    First::None
}

/// The sum of the lines, times the band's share, rounded half up to the tiyin.
fn amount(
    plan: &Plan,
    scratch: &Scratch,
    programme: &ProgrammeSlots,
    share: Option<Slot>,
    index: usize,
) -> Option<Money> {
    let mut sum = 0_i128;
    for slot in &programme.lines {
        let column = &scratch.columns[*slot as usize];
        if !column.is_known(index) {
            return None;
        }
        sum += i128::from(column.value(index));
    }
    let mut scale = 1;
    if let Some(slot) = share {
        let column = &scratch.columns[slot as usize];
        if !column.is_known(index) {
            return None;
        }
        sum = sum.checked_mul(i128::from(column.value(index)))?;
        if let Type::Number { scale: digits, .. } = plan.nodes[slot as usize].ty {
            scale = 10_i128.pow(u32::from(digits));
        }
    }
    rounded(sum, scale, 1, Rounding::HalfUp).map(Money)
}
