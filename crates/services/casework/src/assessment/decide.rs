//! The only place where casework meets the engine: portraits in, opinions out. One case is a
//! batch of one, so a family alone gets what it gets among a million.

use kernel::facts::code;
use kernel::portrait::PackedFact;
use kernel::{Day, Portrait};
use rules::outcome::{PackedTrace, Truth};
use rules::{Batch, CaseFacts, Outcomes, Pack, Plan, Step, WhenUnmet};

use super::model::{Opinion, Stage};
use super::{Assessment, Basis};
use crate::case::{Case, Held, Origin, Verdict, WaitFor};
use crate::fault::{Fault, Result};
use crate::shelf::PackHash;

/// What the engine said about one unit, with what has to be stored of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decided {
    pub opinion: Opinion,
    pub pack: PackHash,
    pub decided_on: Day,
    pub stage: Stage,
    pub facts: Vec<u8>,
    pub trace: Vec<u8>,
    /// Working days for each human step, as the pack gives them.
    pub deadlines: Vec<(WaitFor, u32)>,
}

/// A step without a deadline in its pack has to be taken the same day.
const DEADLINE_DAYS_PLAIN: u32 = 0;

impl Decided {
    pub fn deadline_working_days(&self, who: WaitFor) -> u32 {
        let found = self.deadlines.iter().find(|(step, _)| *step == who);
        found.map_or(DEADLINE_DAYS_PLAIN, |(_, days)| *days)
    }
}

/// Decides cases of one law and day, in their order.
pub(super) fn decide(plan: &Plan, cases: &[(&Case, &Portrait)]) -> Result<Vec<Decided>> {
    let mut batch = Batch::new(plan);
    let mut stages = Vec::with_capacity(cases.len());
    let mut packed = Vec::new();
    for (case, portrait) in cases {
        let steps = Steps::taken(portrait);
        let stage = stage_of(plan.pack(), case, steps);
        packed.clear();
        portrait.pack_into(&mut packed);
        push(
            &mut batch,
            &packed,
            &facts_of_case(plan.pack(), case, stage),
        )?;
        stages.push((stage, steps));
    }
    let mut outcomes = Outcomes::new();
    plan.decide(&batch, &mut outcomes);
    Ok(stages
        .iter()
        .enumerate()
        .map(|(i, (stage, steps))| decided(plan, &outcomes, i, *stage, *steps))
        .collect())
}

fn push(batch: &mut Batch, packed: &[u8], facts: &CaseFacts) -> Result<()> {
    batch.push(packed, facts).map_err(|bad| Fault::Stored {
        what: "a portrait",
        reason: bad.to_string(),
    })
}

fn decided(plan: &Plan, outcomes: &Outcomes, i: usize, stage: Stage, steps: Steps) -> Decided {
    Decided {
        opinion: opinion(plan, outcomes, i, steps.at_home.is_some()),
        pack: plan.pack().hash(),
        decided_on: plan.decided_on(),
        stage,
        facts: outcomes.fact_bytes(i).to_vec(),
        trace: outcomes.trace_bytes(i).to_vec(),
        deadlines: plan
            .pack()
            .steps()
            .iter()
            .map(|step| (wait_for(step.step), step.deadline_working_days))
            .collect(),
    }
}

fn opinion(plan: &Plan, outcomes: &Outcomes, i: usize, visited: bool) -> Opinion {
    let mut missing: Vec<String> = outcomes
        .needs(i)
        .iter()
        .filter_map(|need| agency(need.kind))
        .collect();
    missing.sort();
    missing.dedup();
    Opinion {
        verdict: verdict_of(outcomes.verdict(i), visited),
        programme: outcomes.programme(i).map(str::to_owned),
        category: outcomes.category(i).map(str::to_owned),
        amount: outcomes.amount(i),
        per_capita_minor: outcomes.per_capita_minor(i),
        last_month: outcomes.last_month(i),
        only_suspends: only_suspends(plan, outcomes.trace_bytes(i)),
        missing,
    }
}

/// Whom to ask for facts of this kind.
fn agency(kind: u16) -> Option<String> {
    kernel::facts::kind(kind).map(|kind| kind.agency().name().to_owned())
}

/// The rules say that a step is due; after the visit it is the conclusion.
pub(super) fn verdict_of(verdict: rules::Verdict, visited: bool) -> Verdict {
    match verdict {
        rules::Verdict::Entitled => Verdict::Entitled,
        rules::Verdict::NotEntitled => Verdict::NotEntitled,
        rules::Verdict::Unknown => Verdict::Unknown,
        rules::Verdict::NeedsVisit(Step::Visit) if !visited => Verdict::NeedsVisit,
        rules::Verdict::NeedsVisit(_) => Verdict::NeedsSeven,
    }
}

fn wait_for(step: Step) -> WaitFor {
    match step {
        Step::Visit => WaitFor::Visit,
        Step::Seven => WaitFor::Seven,
    }
}

/// How far the human steps of a case have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Steps {
    /// Whether somebody was at home; none before the visit.
    at_home: Option<bool>,
    concluded: bool,
}

impl Steps {
    fn taken(portrait: &Portrait) -> Steps {
        let of = |kind: u16| portrait.facts.iter().find(|fact| fact.kind == kind);
        Steps {
            at_home: of(code::VISIT).map(was_at_home),
            concluded: of(code::SEVEN).is_some(),
        }
    }
}

/// Whether a visit is among the kinds of a unit's own facts.
pub(super) fn visited(mut kinds: impl Iterator<Item = u16>) -> bool {
    kinds.any(|kind| kind == code::VISIT)
}

fn was_at_home(visit: &PackedFact) -> bool {
    let kind = kernel::facts::kind(code::VISIT).expect("the catalogue has visits");
    let column = kind.field("at_home").expect("the catalogue's own column");
    let body = kernel::facts::BodyView::new(&visit.body);
    let at_home = body
        .ok()
        .and_then(|body| body.rows().next()?.cell(column).int());
    at_home == Some(1)
}

/// Official facts alone come first. The final assessment comes after the conclusion of the
/// Seven (PKM-35, step 4), or at once when nobody was at home.
fn stage_of(pack: &Pack, case: &Case, steps: Steps) -> Stage {
    let over = steps.at_home == Some(false) || (steps.at_home.is_some() && steps.concluded);
    if pack.steps().is_empty() || case.origin != Origin::Application || over {
        Stage::Final
    } else {
        Stage::PreAssessment
    }
}

fn facts_of_case(pack: &Pack, case: &Case, stage: Stage) -> CaseFacts {
    CaseFacts {
        applied_on: case.applied_on,
        counted_month: case.counted_month,
        window_end: case.window_end,
        origin: origin_of(case.origin),
        former_category: former(pack, case.former_category.as_deref()),
        held: held(pack, case.held.as_ref()),
        stage: stage_to_rules(stage),
    }
}

/// The same from what was stored.
pub(super) fn case_facts(pack: &Pack, basis: &Basis) -> CaseFacts {
    CaseFacts {
        applied_on: basis.applied_on,
        counted_month: basis.counted_month,
        window_end: basis.window_end,
        origin: origin_of(basis.origin),
        former_category: former(pack, basis.former_category.as_deref()),
        held: held(pack, basis.held.as_ref()),
        stage: stage_to_rules(basis.stage),
    }
}

/// A member of a regime that had no categories is a former member all the same.
fn former(pack: &Pack, category: Option<&str>) -> Option<u8> {
    category.map(|id| pack.category_index(id).unwrap_or(0))
}

fn held(pack: &Pack, held: Option<&Held>) -> Option<rules::Held> {
    held.map(|held| rules::Held {
        category: held
            .category
            .as_deref()
            .and_then(|id| pack.category_index(id)),
        months: held.months,
    })
}

/// Is every condition that is not met one that only suspends?
fn only_suspends(plan: &Plan, trace: &[u8]) -> bool {
    let Ok(trace) = PackedTrace::read(trace) else {
        return false;
    };
    let conditions = plan.pack().conditions().zip(&trace.conditions);
    let mut unmet = conditions
        .filter(|(_, found)| found.truth == Truth::NotMet)
        .map(|(condition, _)| condition.when_unmet == WhenUnmet::Suspend)
        .peekable();
    unmet.peek().is_some() && unmet.all(|suspends| suspends)
}

fn stage_to_rules(stage: Stage) -> rules::Stage {
    match stage {
        Stage::PreAssessment => rules::Stage::PreAssessment,
        Stage::Final => rules::Stage::Final,
    }
}

fn origin_of(origin: Origin) -> rules::Origin {
    match origin {
        Origin::Application | Origin::Proactive => rules::Origin::Application,
        Origin::Migration => rules::Origin::Migration,
        Origin::Reassessment => rules::Origin::Reassessment,
        Origin::Renewal => rules::Origin::Renewal,
    }
}

/// One row of a run over the register, out of its place in the batch.
pub(super) fn register_row(
    run: (uuid::Uuid, uuid::Uuid),
    id: kernel::ids::AssessmentId,
    outcomes: &Outcomes,
    i: usize,
    (roster, visited): (Vec<u8>, bool),
) -> Assessment {
    Assessment {
        subject: run.0,
        unit: outcomes.unit(i),
        id,
        basis: run.1,
        roster,
        facts: outcomes.fact_bytes(i).to_vec(),
        verdict: verdict_of(outcomes.verdict(i), visited),
        programme: outcomes.programme(i).map(str::to_owned),
        category: outcomes.category(i).map(str::to_owned),
        amount: outcomes.amount(i),
        per_capita_minor: outcomes.per_capita_minor(i),
        trace: outcomes.trace_bytes(i).to_vec(),
    }
}
