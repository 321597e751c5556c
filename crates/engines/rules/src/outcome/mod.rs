//! What was decided about each unit of a batch, and why, in columns.

mod judge;
mod needs;
mod packed;
mod results;

pub(crate) use judge::{condition_truth, stage_reached};
pub use packed::{PackedCondition, PackedTrace, PackedValue, TraceDamaged};
pub use results::{ExactValue, ResultColumn, Results};

use crate::batch::{Batch, Block};
use crate::pack::{Pack, Step};
use crate::plan::Plan;
use crate::plan::eval::Scratch;
use kernel::{FactId, Money, Month, PersonId, UnitId};
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Entitled,
    /// A condition is known not to be met.
    NotEntitled,
    /// Facts are missing that matter, see [`Outcomes::needs`].
    Unknown,
    /// No ground of refusal is known; this human step comes next.
    NeedsVisit(Step),
}

/// A fact without which the unit cannot be decided.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Need {
    /// `None` for facts of the family itself.
    pub person: Option<PersonId>,
    /// The kind's code in the kernel's catalogue, which also names the agency.
    pub kind: u16,
}

/// Is a condition met?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    Met,
    NotMet,
    Unknown,
    /// The condition does not count at this stage.
    NotYet,
}

/// The decisions of one batch. Kept and refilled, so that the hot path does not
/// allocate.
#[derive(Debug, Default)]
pub struct Outcomes {
    rows: Vec<Row>,
    traces: Vec<u8>,
    facts: Vec<u8>,
    needs: Vec<Need>,
    names: Arc<Names>,
    pub(crate) scratch: Scratch,
}

/// Names of programmes and categories by their place in the pack, and the months of
/// their awards: by programme, first without a category, then by category.
#[derive(Debug, Default)]
pub(crate) struct Names {
    programmes: Vec<String>,
    categories: Vec<String>,
    terms: Vec<Vec<Option<u32>>>,
}

impl Names {
    pub fn of(pack: &Pack) -> Names {
        let categories = pack.categories.iter().map(|category| category.id.clone());
        let categories: Vec<String> = categories.collect();
        let months = |programme: &str, category: Option<&str>| {
            pack.term(programme, category).map(|term| term.months)
        };
        let terms = pack.programmes.iter().map(|programme| {
            let with = categories
                .iter()
                .map(|category| months(&programme.id, Some(category)));
            std::iter::once(months(&programme.id, None))
                .chain(with)
                .collect()
        });
        Names {
            terms: terms.collect(),
            programmes: pack
                .programmes
                .iter()
                .map(|programme| programme.id.clone())
                .collect(),
            categories,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Row {
    unit: UnitId,
    verdict: Verdict,
    programme: Option<u8>,
    category: Option<u8>,
    amount: Option<Money>,
    per_capita: Option<i64>,
    members: u32,
    cap: Option<Month>,
    fault: Option<u32>,
    /// Ends of this row's stretches; they start where the row before ended.
    trace_end: u32,
    facts_end: u32,
    needs_end: u32,
}

impl Outcomes {
    pub fn new() -> Outcomes {
        Outcomes::default()
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn unit(&self, i: usize) -> UnitId {
        self.rows[i].unit
    }

    pub fn verdict(&self, i: usize) -> Verdict {
        self.rows[i].verdict
    }

    /// The benefit, when entitled.
    pub fn programme(&self, i: usize) -> Option<&str> {
        self.rows[i]
            .programme
            .map(|index| self.names.programmes[usize::from(index)].as_str())
    }

    /// The band, when entitled under a pack that has bands.
    pub fn category(&self, i: usize) -> Option<&str> {
        self.rows[i]
            .category
            .map(|index| self.names.categories[usize::from(index)].as_str())
    }

    /// A month's benefit for the unit, when entitled.
    pub fn amount(&self, i: usize) -> Option<Money> {
        self.rows[i].amount
    }

    /// The rank key: the pack's rank variable in tiyin, rounded half up. For
    /// ranking and display only; conditions compare the exact value.
    pub fn per_capita_minor(&self, i: usize) -> Option<i64> {
        self.rows[i].per_capita
    }

    /// The people of the unit as the pack counts them, by its variable `members`; whoever lives
    /// in the portrait where the pack has none, or does not know, or counts nobody.
    pub fn members(&self, i: usize) -> u32 {
        self.rows[i].members
    }

    /// Months of the award, when entitled.
    pub fn term_months(&self, i: usize) -> Option<u32> {
        let row = &self.rows[i];
        let by_category = self.names.terms.get(usize::from(row.programme?))?;
        by_category
            .get(row.category.map_or(0, |index| usize::from(index) + 1))
            .copied()
            .flatten()
    }

    /// The last month the law lets this benefit be paid for, if it sets one.
    pub fn last_month(&self, i: usize) -> Option<Month> {
        self.rows[i].cap
    }

    /// The name of the formula that overflowed, divided by nothing, came to an amount below zero,
    /// or was the last of several that all left the unit out, if one did: a variable by its name
    /// alone, others as `condition income`. Such a unit is [`Verdict::Unknown`].
    pub fn fault(&self, i: usize, plan: &Plan) -> Option<String> {
        Some(plan.name_of(self.rows[i].fault?))
    }

    /// Appends the stored form of the trace; see [`PackedTrace`] for its layout.
    pub fn trace_packed(&self, i: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(self.trace_bytes(i));
    }

    pub fn trace_bytes(&self, i: usize) -> &[u8] {
        let start = i
            .checked_sub(1)
            .map_or(0, |before| self.rows[before].trace_end);
        &self.traces[start as usize..self.rows[i].trace_end as usize]
    }

    /// Appends the truth of every condition, in the pack's order.
    pub fn truths(&self, i: usize, out: &mut Vec<Truth>) {
        packed::truths(self.trace_bytes(i), out);
    }

    /// Appends the ids of the facts that were looked at, 16 bytes each.
    pub fn facts_used(&self, i: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(self.fact_bytes(i));
    }

    pub fn fact_bytes(&self, i: usize) -> &[u8] {
        let start = i
            .checked_sub(1)
            .map_or(0, |before| self.rows[before].facts_end);
        &self.facts[start as usize..self.rows[i].facts_end as usize]
    }

    pub fn fact_ids(&self, i: usize) -> impl Iterator<Item = FactId> + '_ {
        self.fact_bytes(i)
            .as_chunks::<16>()
            .0
            .iter()
            .map(|bytes| FactId::from_bytes(*bytes))
    }

    /// What is missing: for an unknown verdict the facts that would settle it; for
    /// any other verdict the facts that were missing and did not matter to it.
    pub fn needs(&self, i: usize) -> &[Need] {
        let start = i
            .checked_sub(1)
            .map_or(0, |before| self.rows[before].needs_end);
        &self.needs[start as usize..self.rows[i].needs_end as usize]
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.traces.clear();
        self.facts.clear();
        self.needs.clear();
    }

    /// Reads the block's columns into rows.
    pub(crate) fn take_block(
        &mut self,
        plan: &Plan,
        batch: &Batch,
        block: &Block,
        scratch: &Scratch,
    ) {
        self.names.clone_from(&plan.names);
        for index in 0..block.units.len() {
            let judged = judge::judge(plan, scratch, index);
            let unit = block.units.start + index;
            let first_need = self.needs.len();
            needs::collect(plan, batch, block, scratch, index, &mut self.needs);
            let mut verdict = judged.verdict;
            if verdict == Verdict::Unknown {
                verdict = needs::next_step(plan, &self.needs[first_need..])
                    .map_or(verdict, Verdict::NeedsVisit);
            }
            let judged = judge::Judged { verdict, ..judged };
            packed::write(plan, scratch, index, &judged, &mut self.traces);
            let facts =
                batch.fact_start[unit] as usize * 16..batch.fact_start[unit + 1] as usize * 16;
            self.facts.extend_from_slice(&batch.fact_ids[facts]);
            let fault = scratch
                .faults
                .iter()
                .find(|fault| fault.unit == unit)
                .map(|fault| fault.slot)
                .or(judged.fault);
            self.rows.push(Row {
                unit: batch.unit(unit),
                verdict,
                programme: judged.programme,
                category: judged.category,
                amount: judged.amount,
                per_capita: judged.per_capita,
                members: judge::members(plan, scratch, index)
                    .unwrap_or(batch.member_count(unit) as u32),
                cap: judged.cap,
                fault,
                trace_end: self.traces.len() as u32,
                facts_end: self.facts.len() as u32,
                needs_end: self.needs.len() as u32,
            });
        }
    }
}
