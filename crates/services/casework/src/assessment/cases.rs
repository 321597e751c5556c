//! Assessing cases whose facts came in: hundreds in one transaction, written in sets.

use std::collections::{BTreeMap, HashMap, HashSet};

use ::store::{Ids, Tx};
use access::Permit;
use kernel::facts::code;
use kernel::ids::AssessmentId;
use kernel::kin::Role;
use kernel::{
    CaseId, Day, EvidenceId, Fact, FactBody, FactId, Instant, Money, Month, Portrait, Source,
};
use serde_json::json;
use uuid::Uuid;

use super::conclude::{Work, await_agencies};
use super::decide::{self, Decided};
use super::model::Silent;
use super::{Assessment, Basis, store};
use crate::award::{Changes, FreeLines};
use crate::case::{self, Case, EventKind, State, Verdict};
use crate::fault::{Fault, Result};
use crate::roster;
use crate::shelf::{PackHash, Shelf};

/// Cases of one transaction at most.
pub const CASES_MAX: usize = 1_000;

/// A case whose agencies were asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub case: CaseId,
    /// Agencies that have not answered.
    pub silent: Vec<Silent>,
    /// What they had said before, sorted: it holds no more, and nothing rests on it.
    pub lapsed: Vec<EvidenceId>,
    /// What those who have answered had said to other questions, sorted: it stands back behind their
    /// answer to this one.
    pub aside: Vec<EvidenceId>,
}

impl Answered {
    /// The civil registry has to have spoken before anybody knows who the family is.
    fn knows_the_family(&self) -> bool {
        self.silent
            .iter()
            .all(|silent| silent.agency != kernel::Source::CivilRegistry.name())
    }
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessed {
    pub assessed: usize,
    pub refused: usize,
    pub suspended: usize,
    /// Entitlements that begin or end at once: of families whose award goes on.
    pub changes: Changes,
}

/// Assesses cases on the facts that are in. Cases that are decided meanwhile are passed over.
/// `payable_from` is the first month that no payment run holds yet: money of earlier months is
/// on its way and is not changed. A suspended payment resumes, and one that goes on grows, within
/// what is `free`.
pub async fn ready_cases(
    tx: &mut Tx,
    ids: &Ids,
    shelf: &Shelf,
    permit: &Permit,
    answered: &[Answered],
    payable_from: Month,
    free: FreeLines,
) -> Result<Assessed> {
    assert!(
        answered.len() <= CASES_MAX,
        "{} cases in one transaction",
        answered.len()
    );
    let by_case: HashMap<CaseId, &Answered> = answered.iter().map(|a| (a.case, a)).collect();
    let wanted: Vec<CaseId> = answered.iter().map(|a| a.case).collect();
    let mut cases = case::load_many(tx, &wanted).await?;
    cases.retain(|case| case.state.takes_facts());
    let now = ids.now();
    let (mut known, mut unknown): (Vec<Case>, Vec<Case>) = cases
        .into_iter()
        .partition(|case| case.roster.is_some() || by_case[&case.id].knows_the_family());
    for case in &mut unknown {
        await_agencies(case, &silent_names(&by_case[&case.id].silent), now);
    }
    freeze(tx, shelf, permit, &mut known).await?;
    let mut work = Work {
        ids,
        permit,
        shelf,
        now,
        payable_from,
        free,
        by_case,
        report: Assessed::default(),
        decisions: Vec::new(),
    };
    let decided = assess(tx, &work, &mut known).await?;
    // Awards that go on take their money before those that resume.
    let mut places: Vec<usize> = (0..known.len()).collect();
    places.sort_by_key(|place| known[*place].state == State::Suspended);
    for place in places {
        work.conclude(tx, &mut known[place], &decided[place])
            .await?;
    }
    known.append(&mut unknown);
    work.write(tx, &mut known).await
}

/// Fixes who the family is on the day of the application, once the civil registry has spoken.
async fn freeze(tx: &mut Tx, shelf: &Shelf, permit: &Permit, cases: &mut Vec<Case>) -> Result<()> {
    let mut gone = Vec::new();
    for case in cases.iter_mut().filter(|case| case.roster.is_none()) {
        let block = shelf.regime(&case.regime)?.unit().name.clone();
        let Some(unit) = registry::unit::of_person(tx, permit, &block, case.applicant).await?
        else {
            gone.push(case.id);
            continue;
        };
        let mut portrait = unit.portrait()?;
        roster::freeze(&mut portrait, case.applied_on);
        case.unit = unit.unit;
        case.district = unit.district;
        case.mahalla = unit.mahalla;
        case.roster = Some(roster::pack(&portrait));
    }
    if !gone.is_empty() {
        tracing::warn!(
            cases = gone.len(),
            "applicants sit in no unit any more; their cases wait"
        );
        cases.retain(|case| !gone.contains(&case.id));
    }
    Ok(())
}

/// Runs the law over all cases and stores what it said; the answers in the order of the cases.
async fn assess(tx: &mut Tx, work: &Work<'_>, cases: &mut [Case]) -> Result<Vec<Decided>> {
    let asked: Vec<(&Case, &Answered)> = cases
        .iter()
        .map(|case| (case, work.by_case[&case.id]))
        .collect();
    let portraits = portraits(tx, work, &asked).await?;
    let mut groups: BTreeMap<(PackHash, Day), Vec<usize>> = BTreeMap::new();
    for (place, case) in cases.iter().enumerate() {
        let pack = work.shelf.regime(&case.regime)?;
        groups
            .entry((pack.hash(), case.applied_on))
            .or_default()
            .push(place);
    }
    let mut decided: Vec<Option<Decided>> = vec![None; cases.len()];
    for ((hash, on), places) in groups {
        let pack = work.shelf.kept(tx, "", &hash).await?;
        let plan = work.shelf.plan(&pack, on)?;
        let group: Vec<(&Case, &Portrait)> = places
            .iter()
            .map(|place| (&cases[*place], &portraits[*place]))
            .collect();
        for (place, opinion) in places.iter().zip(decide::decide(&plan, &group)?) {
            decided[*place] = Some(opinion);
        }
    }
    let decided: Vec<Decided> = decided
        .into_iter()
        .map(|d| d.expect("every case is in a group"))
        .collect();
    keep(tx, work, cases, &decided).await?;
    Ok(decided)
}

/// The frozen roster with the newest facts about its members and the unit; each case with what its
/// agencies answered.
async fn portraits(
    tx: &mut Tx,
    work: &Work<'_>,
    asked: &[(&Case, &Answered)],
) -> Result<Vec<Portrait>> {
    let permit = work.permit;
    let mut portraits = Vec::with_capacity(asked.len());
    for (case, _) in asked {
        portraits.push(roster::of(case)?.ok_or(Fault::NotAssessed(case.id))?);
    }
    let mut owners: Vec<Uuid> = portraits
        .iter()
        .flat_map(|p| {
            p.members
                .iter()
                .map(|member| member.person.0)
                .chain([p.unit.0])
        })
        .chain([registry::fact::REGISTER])
        .collect();
    owners.sort_unstable();
    owners.dedup();
    let mut facts = registry::fact::current(tx, permit, &owners).await?;
    let answers = answers_behind(tx, permit, (asked, &facts)).await?;
    let declared = declarations(work, asked, &portraits, &facts)?;
    if !declared.is_empty() {
        registry::fact::record(tx, permit, &declared).await?;
        facts.extend(declared);
        facts.sort_by_key(|fact| (fact.owner, fact.kind, fact.source.code()));
    }
    for (portrait, (case, answered)) in portraits.iter_mut().zip(asked) {
        match answered.aside.is_empty() {
            true => roster::fill(portrait, &facts, case, &answered.lapsed),
            false => {
                let own = facts_of(portrait, &facts);
                let own = facts_behind(&own, &answers, &answered.aside);
                roster::fill(portrait, &own, case, &answered.lapsed);
            }
        }
    }
    Ok(portraits)
}

/// Everything ever said of whom the newest word is an answer to another question.
async fn answers_behind(
    tx: &mut Tx,
    permit: &Permit,
    (asked, facts): (&[(&Case, &Answered)], &[Fact]),
) -> Result<Vec<Fact>> {
    let aside = asked.iter().flat_map(|(_, answered)| &answered.aside);
    let aside: HashSet<EvidenceId> = aside.copied().collect();
    if aside.is_empty() {
        return Ok(Vec::new());
    }
    let owners = facts.iter().filter(|fact| aside.contains(&fact.evidence));
    let mut owners: Vec<Uuid> = owners.map(|fact| fact.owner).collect();
    owners.dedup();
    let mut answers = registry::fact::history(tx, permit, &owners).await?;
    answers.sort_by_key(|fact| fact.owner);
    Ok(answers)
}

/// The facts of the members and the unit of one portrait, and of the whole register, in their order.
fn facts_of<'a>(portrait: &Portrait, facts: &'a [Fact]) -> Vec<&'a Fact> {
    let members = portrait.members.iter().map(|member| member.person.0);
    let mut owners: Vec<Uuid> = members
        .chain([portrait.unit.0, registry::fact::REGISTER])
        .collect();
    owners.sort_unstable();
    let of = |owner: &Uuid| {
        let from = facts.partition_point(|fact| fact.owner < *owner);
        let owner = *owner;
        facts[from..]
            .iter()
            .take_while(move |fact| fact.owner == owner)
    };
    owners.iter().flat_map(of).collect()
}

/// The newest facts, and in the place of those that rest on what is set aside the newest that do not.
fn facts_behind(facts: &[&Fact], answers: &[Fact], aside: &[EvidenceId]) -> Vec<Fact> {
    let is_aside = |fact: &Fact| aside.binary_search(&fact.evidence).is_ok();
    let behind = |newest: &&Fact| {
        if !is_aside(newest) {
            return Some((*newest).clone());
        }
        let from = answers.partition_point(|fact| fact.owner < newest.owner);
        let own = answers[from..]
            .iter()
            .take_while(|fact| fact.owner == newest.owner);
        let of = |fact: &&Fact| {
            let key = |fact: &Fact| (fact.owner, fact.kind, fact.source.code());
            key(fact) == key(newest) && !is_aside(fact)
        };
        let best = own.filter(of).max_by_key(|fact| (fact.as_of, fact.id));
        best.cloned()
    };
    facts.iter().filter_map(behind).collect()
}

/// What no agency knows of and an adult states by applying: to have none, unless one is in the
/// register. What is kept back the visit and the Seven are there to find. Only what the form asks
/// for is stated: of a reason not to work, say, nobody was asked.
const STATED: u16 = code::OTHER_INCOME;

fn declarations(
    work: &Work<'_>,
    asked: &[(&Case, &Answered)],
    portraits: &[Portrait],
    facts: &[Fact],
) -> Result<Vec<Fact>> {
    let mut known: HashSet<Uuid> = facts
        .iter()
        .filter(|fact| fact.kind == STATED)
        .map(|fact| fact.owner)
        .collect();
    let mut declared: Vec<Fact> = Vec::new();
    for ((case, _), portrait) in asked.iter().zip(portraits) {
        let pack = work.shelf.regime(&case.regime)?;
        if !pack
            .required_kinds()
            .iter()
            .any(|(kind, _)| *kind == STATED)
        {
            continue;
        }
        let adults = portrait
            .members
            .iter()
            .filter(|one| one.role != Role::Child);
        for owner in adults.map(|adult| adult.person.0) {
            if known.insert(owner) {
                declared.push(none_stated(work, case, STATED, owner));
            }
        }
    }
    Ok(declared)
}

fn none_stated(work: &Work<'_>, case: &Case, kind: u16, owner: Uuid) -> Fact {
    Fact {
        id: FactId(work.ids.uuid()),
        owner,
        kind,
        source: Source::Declaration,
        as_of: case.applied_on,
        received_at: work.now,
        evidence: EvidenceId(case.id.0),
        body: FactBody::nothing(),
    }
}

/// A case that was decided is asked again with what is known now, and so much is due by it; nothing where
/// too little is known. `answered` is what the agencies said to the same question since. The case stays as
/// it is; what the law says is kept.
pub(super) async fn due_again(
    tx: &mut Tx,
    work: &Work<'_>,
    (case, answered): (&Case, &Answered),
) -> Result<Option<Money>> {
    let portrait = portraits(tx, work, &[(case, answered)]).await?.remove(0);
    let hash = work.shelf.regime(&case.regime)?.hash();
    let pack = work.shelf.kept(tx, "", &hash).await?;
    let plan = work.shelf.plan(&pack, case.applied_on)?;
    let decided = decide::decide(&plan, &[(case, &portrait)])?.remove(0);
    let opinion = &decided.opinion;
    let due = match opinion.verdict {
        Verdict::Entitled => opinion.amount,
        Verdict::NotEntitled => Some(Money::ZERO),
        _ => None,
    };
    keep(tx, work, &mut [case.clone()], &[decided]).await?;
    Ok(due)
}

async fn keep(tx: &mut Tx, work: &Work<'_>, cases: &mut [Case], decided: &[Decided]) -> Result<()> {
    let mut bases: Vec<Basis> = Vec::new();
    let mut rows = Vec::with_capacity(cases.len());
    for (case, decided) in cases.iter_mut().zip(decided) {
        let basis = basis_of(case, decided, work);
        let same = bases.iter().find(|known| {
            Basis {
                id: basis.id,
                ..(*known).clone()
            } == basis
        });
        let basis_id = match same {
            Some(known) => known.id,
            None => {
                bases.push(basis);
                bases[bases.len() - 1].id
            }
        };
        let id = AssessmentId(work.ids.uuid());
        rows.push(row_of(case, decided, id, basis_id));
        remember(case, decided, id, work.now);
    }
    store::insert_bases(tx, &bases).await?;
    rows.sort_by_key(|row| (row.subject, row.unit, row.id));
    store::insert(tx, &rows).await
}

fn basis_of(case: &Case, decided: &Decided, work: &Work<'_>) -> Basis {
    Basis {
        id: work.ids.uuid(),
        regime: case.regime.clone(),
        pack: decided.pack,
        language_version: rules::LANGUAGE,
        decided_on: decided.decided_on,
        assessed_at: work.now,
        applied_on: case.applied_on,
        counted_month: case.counted_month,
        window_end: case.window_end,
        origin: case.origin,
        former_category: case.former_category.clone(),
        held: case.held.clone(),
        stage: decided.stage,
    }
}

fn row_of(case: &Case, decided: &Decided, id: AssessmentId, basis: Uuid) -> Assessment {
    let opinion = &decided.opinion;
    Assessment {
        subject: case.id.0,
        unit: case.unit,
        id,
        basis,
        roster: case
            .roster
            .clone()
            .expect("an assessed case has its roster"),
        facts: decided.facts.clone(),
        verdict: opinion.verdict,
        programme: opinion.programme.clone(),
        category: opinion.category.clone(),
        amount: opinion.amount,
        per_capita_minor: opinion.per_capita_minor,
        trace: decided.trace.clone(),
    }
}

fn remember(case: &mut Case, decided: &Decided, id: AssessmentId, now: Instant) {
    let opinion = &decided.opinion;
    case.assessment = Some(id);
    case.pack = Some(decided.pack);
    case.verdict = Some(opinion.verdict);
    case.programme.clone_from(&opinion.programme);
    case.category.clone_from(&opinion.category);
    case.amount = opinion.amount;
    case.per_capita_minor = opinion.per_capita_minor;
    case.last_month = opinion.last_month;
    let detail = json!({ "assessment": id, "verdict": opinion.verdict.word() });
    case.happened(now, EventKind::Assessed, None, detail);
}

fn silent_names(silent: &[Silent]) -> Vec<String> {
    let mut names: Vec<String> = silent.iter().map(|silent| silent.agency.clone()).collect();
    names.sort();
    names.dedup();
    names
}
