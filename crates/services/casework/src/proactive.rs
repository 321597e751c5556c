//! Proactive awards: who is entitled by the register alone is awarded without an application,
//! within the month's budget, poorest first. The run that assessed the register is the ground.

use std::collections::{BTreeMap, HashSet};

use ::store::{Ids, Tx};
use access::Permit;
use kernel::ids::Uuid;
use kernel::kin::Role;
use kernel::{CaseId, Money, Month, PersonId, Portrait, UnitId};
use serde_json::json;

use crate::aid;
use crate::application;
use crate::assessment::{self, Assessment, Basis};
use crate::award::{self, Changes, Running};
use crate::case::{self, Case, EventKind, Origin, State, Verdict, first_paid_month};
use crate::close::{Claim, share};
use crate::decision;
use crate::fault::Result;
use crate::roster;
use crate::shelf::Shelf;

/// Entitled units looked at in one read, and awarded in one transaction.
pub const PAGE_UNITS: usize = 2_000;

/// Money of a district's programme that is free in the first paid month.
pub type Free = BTreeMap<(u32, String), Money>;

/// Units of a run that its budget reaches, by district and programme, poorest first; a family
/// that an award pays already is passed over.
pub async fn chosen(tx: &mut Tx, shelf: &Shelf, run: Uuid, free: &Free) -> Result<HashSet<UnitId>> {
    let mut claims: BTreeMap<(u32, String), Vec<Claim>> = BTreeMap::new();
    let mut after = UnitId::NIL;
    loop {
        let page = assessment::entitled_of_run(tx, run, after, PAGE_UNITS).await?;
        let Some((last, _)) = page.last() else { break };
        after = last.unit;
        let paid = paid_already(tx, shelf, &page).await?;
        for (row, basis) in &page {
            let roster = roster::unpack(&row.roster)?;
            // Whoever is paid takes no part: the money goes to the next.
            if paid.stand_against(&roster) {
                continue;
            }
            let district = roster.district;
            let (Some(programme), Some(amount)) = (row.programme.clone(), row.amount) else {
                continue;
            };
            claims
                .entry((district, programme))
                .or_default()
                .push(Claim {
                    case: CaseId(row.unit.0),
                    per_capita_minor: row.per_capita_minor.unwrap_or(0),
                    lodged_at: basis.assessed_at,
                    pinfl: row.unit.to_string(),
                    amount,
                });
        }
    }
    let mut chosen = HashSet::new();
    for (envelope, claims) in claims {
        let limit = free.get(&envelope).copied().unwrap_or(Money::ZERO);
        chosen.extend(
            share(claims, limit)
                .awarded
                .into_iter()
                .map(|case| UnitId(case.0)),
        );
    }
    Ok(chosen)
}

/// One page of a run's entitled units after `after`: those chosen get a case, a decision and an
/// award. Answers the last unit of the page, or nothing at the end.
pub async fn award_page(
    tx: &mut Tx,
    ids: &Ids,
    shelf: &Shelf,
    permit: &Permit,
    run: Uuid,
    after: UnitId,
    chosen: &HashSet<UnitId>,
) -> Result<Option<(UnitId, Changes)>> {
    let page = assessment::entitled_of_run(tx, run, after, PAGE_UNITS).await?;
    let Some((last, _)) = page.last() else {
        return Ok(None);
    };
    let last = last.unit;
    let paid = paid_already(tx, shelf, &page).await?;
    let (mut cases, mut rows) = (Vec::new(), Vec::new());
    for (row, basis) in page.iter().filter(|(row, _)| chosen.contains(&row.unit)) {
        if !paid.stand_against(&roster::unpack(&row.roster)?) {
            cases.push(open(ids, row, basis)?);
            rows.push((row, basis));
        }
    }
    application::give_numbers(tx, &mut cases).await?;
    let (mut decisions, mut grounds) = (Vec::new(), Vec::new());
    let mut changes = Changes::default();
    for (case, (row, basis)) in cases.iter_mut().zip(rows) {
        let first = first_paid_month(basis.counted_month);
        let (decision, award) = decision::award(tx, ids, shelf, case, first, None).await?;
        // The case has its ground under its own id, so it is explained like any other.
        grounds.push(Assessment {
            subject: case.id.0,
            ..row.clone()
        });
        decisions.push(decision);
        changes.awards.push(award);
    }
    assessment::insert(tx, &grounds).await?;
    decision::insert(tx, ids, &decisions).await?;
    award::insert(tx, &changes.awards).await?;
    aid::note(tx, ids, shelf.zone(), permit, &changes.awards).await?;
    case::save(tx, &mut cases).await?;
    Ok(Some((last, changes)))
}

/// Persons of whom awards of the same benefit are or were.
#[derive(Default)]
struct Paid {
    now: HashSet<PersonId>,
    /// By an award that was paid once and for all.
    once: HashSet<PersonId>,
}

impl Paid {
    /// Somebody is paid now, or all children of the family had what each has once.
    fn stand_against(&self, roster: &Portrait) -> bool {
        let mut children = roster
            .members
            .iter()
            .filter(|member| member.role == Role::Child)
            .peekable();
        let all_had =
            children.peek().is_some() && children.all(|child| self.once.contains(&child.person));
        all_had || roster.members.iter().any(|m| self.now.contains(&m.person))
    }
}

async fn paid_already(tx: &mut Tx, shelf: &Shelf, page: &[(Assessment, Basis)]) -> Result<Paid> {
    let Some((_, basis)) = page.first() else {
        return Ok(Paid::default());
    };
    let mut persons = Vec::new();
    for (row, _) in page {
        persons.extend(
            roster::unpack(&row.roster)?
                .members
                .iter()
                .map(|member| member.person),
        );
    }
    let same = |running: &Running| shelf.is_same_benefit(&basis.regime, &running.award.regime);
    let mut paid = Paid::default();
    let running = award::of_persons(tx, &persons, first_paid_month(basis.counted_month)).await?;
    let now = running.into_iter().filter(|(_, running)| same(running));
    paid.now.extend(now.map(|(person, _)| person));
    if pays_once(shelf, page, basis)? {
        // One that is over counts too, unless it was stopped before it was paid.
        let of_all_time = award::of_persons(tx, &persons, Month(0)).await?.into_iter();
        let had = of_all_time.filter(|(_, had)| same(had) && had.end() > had.award.first_month);
        paid.once.extend(had.map(|(person, _)| person));
    }
    Ok(paid)
}

fn pays_once(shelf: &Shelf, page: &[(Assessment, Basis)], basis: &Basis) -> Result<bool> {
    let pack = shelf.regime(&basis.regime)?;
    let term = |row: &Assessment| pack.term(row.programme.as_deref()?, row.category.as_deref());
    let mut terms = page.iter().filter_map(|(row, _)| term(row));
    Ok(terms.any(|term| term.months == 1 && term.at_end == rules::AtEnd::Stop))
}

/// A new case of a unit that is to be awarded, without number yet.
fn open(ids: &Ids, row: &Assessment, basis: &Basis) -> Result<Case> {
    let id = CaseId(ids.uuid());
    let roster = roster::unpack(&row.roster)?;
    let mut case = Case {
        origin: Origin::Proactive,
        applicant: roster.head,
        unit: row.unit,
        district: roster.district,
        mahalla: roster.mahalla,
        regime: basis.regime.clone(),
        lodged_at: basis.assessed_at,
        applied_on: basis.applied_on,
        counted_month: basis.counted_month,
        window_end: basis.window_end,
        roster: Some(row.roster.clone()),
        verdict: Some(Verdict::Entitled),
        assessment: Some(row.id),
        pack: Some(basis.pack),
        programme: row.programme.clone(),
        category: row.category.clone(),
        amount: row.amount,
        per_capita_minor: row.per_capita_minor,
        last_month: last_month(&roster),
        ..Case::blank(id, State::Assessed)
    };
    let detail = json!({ "run": row.subject, "assessment": row.id });
    case.happened(basis.assessed_at, EventKind::Opened, None, detail);
    Ok(case)
}

/// A child's benefit ends with the month in which the youngest comes of age.
fn last_month(roster: &Portrait) -> Option<Month> {
    let children = roster
        .members
        .iter()
        .filter(|member| member.role == Role::Child);
    children
        .map(|child| award::child_leaves(child.born).plus(-1))
        .max()
}
