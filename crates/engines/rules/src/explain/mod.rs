//! The whole explanation of one decision: a reading of the very columns that
//! decided it, not a second implementation.

mod arithmetic;
mod counterfactual;
mod evidence;
mod groups;
mod nearest;
mod quantity;
mod said;

pub use arithmetic::ArithmeticLine;
pub use counterfactual::{Change, Direction};
pub use evidence::{EvidenceCell, EvidenceRow, FactUsed, shown_cells};
pub use groups::{GroupTrace, ShownTrace};
pub use nearest::{FactChange, NEAREST_MAX, RowChange, nearest};
pub use quantity::{Quantity, QuantityKind};
pub use said::{Said, filled};

use crate::batch::{Batch, CaseFacts, Malformed, Origin, Stage};
use crate::outcome::{Need, Outcomes, Truth, Verdict};
use crate::pack::{ParameterValue, StageRule, Status, Term};
use crate::plan::Plan;
use crate::plan::eval::Scratch;
use crate::syntax::Comparison;
use kernel::{Day, Lang, Money, Month, Portrait, UnitId};

/// One decision explained.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Trace {
    pub pack: String,
    pub pack_hash: String,
    pub regime: Said,
    pub law: Said,
    pub unit: UnitId,
    pub decided_on: Day,
    pub applied_on: Day,
    pub counted_month: Month,
    pub window_end: Month,
    pub origin: Origin,
    pub stage: Stage,
    pub verdict: Verdict,
    pub programme: Option<Chosen>,
    pub category: Option<Chosen>,
    pub amount: Option<Money>,
    pub term: Option<Term>,
    /// The last month the law lets the benefit be paid for.
    pub last_month: Option<Month>,
    pub per_capita: Option<Quantity>,
    /// In the law's order.
    pub conditions: Vec<ConditionTrace>,
    /// The place of the condition that decided a refusal: the first not met.
    pub deciding: Option<usize>,
    pub variables: Vec<VariableTrace>,
    /// Side by side, each with its sources: an overview hides none in a score.
    pub shown: Vec<ShownTrace>,
    pub groups: Vec<GroupTrace>,
    pub arithmetic: Vec<ArithmeticLine>,
    pub parameters: Vec<ParameterUsed>,
    pub facts: Vec<FactUsed>,
    /// What is missing; for a settled verdict, what was missing and did not matter.
    pub needs: Vec<NeedTrace>,
    pub changes: Vec<Change>,
    /// The formula that overflowed, if one did.
    pub fault: Option<String>,
}

/// A programme or a category, with its name and its law.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Chosen {
    pub id: String,
    pub label: Said,
    pub law: Said,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ConditionTrace {
    pub id: String,
    pub code: String,
    pub label: Said,
    pub law: Said,
    pub truth: Truth,
    pub value: Option<Quantity>,
    pub limit: Option<Quantity>,
    pub comparison: Option<Comparison>,
    /// The pack's sentence for this outcome, filled.
    pub text: Said,
    /// What to do about it, when it is not met.
    pub advice: Option<Said>,
    /// The rows behind the value: payer and month, plate, cadastral number.
    pub evidence: Vec<EvidenceRow>,
    /// The facts consulted, also those that said "nothing held".
    pub facts: Vec<FactUsed>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct VariableTrace {
    pub name: String,
    pub label: Said,
    /// `None`: unknown.
    pub value: Option<Quantity>,
}

/// A dated value that entered the decision.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ParameterUsed {
    pub name: String,
    pub label: Said,
    pub value: Quantity,
    pub in_force: Day,
    pub announced: Day,
    pub law: String,
    pub status: Status,
}

/// A missing fact and who could tell.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NeedTrace {
    pub need: Need,
    pub kind: Said,
    pub agency: Said,
}

impl Trace {
    pub fn condition(&self, id: &str) -> Option<&ConditionTrace> {
        self.conditions.iter().find(|condition| condition.id == id)
    }
}

/// Decides one portrait and explains it.
pub fn explain(plan: &Plan, portrait: &Portrait, case: &CaseFacts) -> Result<Trace, Malformed> {
    let mut batch = Batch::new(plan);
    batch.push(&portrait.pack(), case)?;
    let mut outcomes = Outcomes::new();
    plan.decide(&batch, &mut outcomes);
    let scratch = &outcomes.scratch;
    let reader = Reader {
        plan,
        portrait,
        batch: &batch,
        scratch,
    };
    Ok(reader.trace(case, &outcomes))
}

/// What the parts of an explanation read from: the block of this one unit.
struct Reader<'a> {
    plan: &'a Plan,
    portrait: &'a Portrait,
    batch: &'a Batch,
    scratch: &'a Scratch,
}

impl Reader<'_> {
    fn trace(&self, case: &CaseFacts, outcomes: &Outcomes) -> Trace {
        let pack = &self.plan.pack;
        let verdict = outcomes.verdict(0);
        let facts = self.facts();
        let conditions = self.conditions(&facts);
        let deciding = conditions
            .iter()
            .position(|condition| condition.truth == Truth::NotMet);
        let programme = outcomes
            .programme(0)
            .and_then(|id| pack.programmes.iter().find(|programme| programme.id == id));
        let category = outcomes
            .category(0)
            .and_then(|id| pack.categories.iter().find(|category| category.id == id));
        let chosen = |id: &String, label, law| Chosen {
            id: id.clone(),
            label: Said::of(label),
            law: Said::of(law),
        };
        let changes = counterfactual::changes(&conditions, verdict);
        Trace {
            pack: pack.id.clone(),
            pack_hash: pack.hash_hex(),
            regime: Said::of(&pack.title),
            law: Said::of(&pack.law),
            unit: self.portrait.unit,
            decided_on: self.plan.decided_on,
            applied_on: case.applied_on,
            counted_month: case.counted_month,
            window_end: case.window_end,
            origin: case.origin,
            stage: case.stage,
            verdict,
            programme: programme
                .map(|programme| chosen(&programme.id, &programme.label, &programme.law)),
            category: category.map(|category| chosen(&category.id, &category.label, &category.law)),
            amount: outcomes.amount(0),
            term: programme.and_then(|programme| pack.term(&programme.id, outcomes.category(0))),
            last_month: outcomes.last_month(0),
            per_capita: self
                .plan
                .rank
                .and_then(|rank| Quantity::read(self.plan, self.scratch, rank, 0)),
            deciding,
            variables: self.variables(),
            shown: self.shown(&facts),
            groups: self.groups(),
            arithmetic: self.arithmetic(outcomes),
            parameters: self.parameters(),
            needs: outcomes.needs(0).iter().map(need_trace).collect(),
            changes,
            fault: outcomes.fault(0, self.plan),
            conditions,
            facts,
        }
    }

    fn conditions(&self, facts: &[FactUsed]) -> Vec<ConditionTrace> {
        let (reached, _) = crate::outcome::stage_reached(self.plan, self.scratch, 0);
        (0..self.plan.conditions.len())
            .map(|condition| self.condition(condition, reached, facts))
            .collect()
    }

    fn condition(&self, index: usize, reached: StageRule, facts: &[FactUsed]) -> ConditionTrace {
        let condition = &self.plan.pack.conditions[index];
        let slots = &self.plan.conditions[index];
        let truth = crate::outcome::condition_truth(self.plan, self.scratch, 0, index, reached);
        let read = |slot: Option<_>| {
            slot.and_then(|slot| Quantity::read(self.plan, self.scratch, slot, 0))
        };
        let (value, limit) = (read(slots.value), read(slots.limit));
        let written = match truth {
            Truth::Met => &condition.met,
            Truth::NotMet => &condition.unmet,
            Truth::Unknown | Truth::NotYet => &condition.unknown,
        };
        let (evidence, kinds) = self.evidence(slots.truth);
        let advice = condition.advice.as_ref().filter(|_| truth == Truth::NotMet);
        ConditionTrace {
            id: condition.id.clone(),
            code: condition.code.clone(),
            label: Said::of(&condition.label),
            law: Said::of(&condition.law),
            truth,
            value,
            limit,
            comparison: condition.comparison,
            text: Said::each(|lang| {
                filled(written, lang, |place| self.place(place, value, limit, lang))
            }),
            advice: advice.map(|advice| {
                Said::each(|lang| {
                    filled(advice, lang, |place| self.place(place, value, limit, lang))
                })
            }),
            evidence,
            facts: facts
                .iter()
                .filter(|fact| kinds.contains(&fact.kind))
                .cloned()
                .collect(),
        }
    }

    /// What stands for a place in a condition's text.
    fn place(
        &self,
        place: &str,
        value: Option<Quantity>,
        limit: Option<Quantity>,
        lang: Lang,
    ) -> Option<String> {
        let shown = |quantity: Option<Quantity>| {
            Some(quantity.map_or_else(|| "—".to_owned(), |quantity| quantity.text(lang)))
        };
        match place {
            "value" => shown(value),
            "limit" => shown(limit),
            _ => {
                let name = place.strip_prefix("param:")?;
                let index = self
                    .plan
                    .pack
                    .parameters
                    .iter()
                    .position(|parameter| parameter.name == name)?;
                let used = self.used(index)?;
                Some(
                    self.of(self.plan.pack.parameters[index].ty, used.value)
                        .text(lang),
                )
            }
        }
    }

    fn variables(&self) -> Vec<VariableTrace> {
        let mut read = Vec::new();
        for (variable, slot) in self.plan.pack.variables.iter().zip(&self.plan.variables) {
            let Some(slot) = slot.filter(|_| variable.level == crate::typed::Level::Unit) else {
                continue;
            };
            let value = Quantity::read(self.plan, self.scratch, slot, 0);
            read.push(VariableTrace {
                name: variable.name.clone(),
                label: Said::of(&variable.label),
                value,
            });
        }
        read
    }

    /// The value of a parameter that the plan used for this unit.
    fn used(&self, index: usize) -> Option<&ParameterValue> {
        self.plan.used_at(index, self.portrait.district)
    }

    fn parameters(&self) -> Vec<ParameterUsed> {
        let mut read = Vec::new();
        for (index, parameter) in self.plan.pack.parameters.iter().enumerate() {
            let Some(used) = self.used(index) else {
                continue;
            };
            read.push(ParameterUsed {
                name: parameter.name.clone(),
                label: Said::of(&parameter.label),
                value: self.of(parameter.ty, used.value),
                in_force: used.in_force,
                announced: used.announced,
                law: used.law.clone(),
                status: used.status,
            });
        }
        read
    }
}

fn need_trace(need: &Need) -> NeedTrace {
    let kind = kernel::facts::kind(need.kind).expect("needs are of kinds of the catalogue");
    NeedTrace {
        need: *need,
        kind: Said::of(&kind.label),
        agency: Said::of(&kind.agency().label()),
    }
}

/// The columns of the one block a batch of one unit has.
fn only_block(batch: &Batch) -> crate::batch::Block {
    batch
        .blocks()
        .next()
        .expect("a batch of one unit has one block")
}
