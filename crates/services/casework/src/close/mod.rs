//! The month's close: after the cut-off, the budget of each district and programme is shared
//! poorest first. Entitled families within it are awarded; the others wait for the next month.

mod model;
mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use ::store::{Ids, Tx};
use kernel::{CaseId, Money, Month, PersonId, Pinfl};
use serde_json::json;

use crate::award::{self, Award, AwardStop, Running, StopReason, continued};
use crate::case::{self, Case, EventKind, State, WaitFor, first_paid_month};
use crate::decision::{self, Decision};
use crate::fault::{Fault, Result};
use crate::shelf::Shelf;
use crate::suspension;
use access::Permit;
pub use model::{Claim, Share, share};
pub use store::{ClosedEnvelope, of_month};

/// The money of a district for a programme in the first paid month, still free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub programme: String,
    pub limit: Money,
}

/// What a close did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// Awards in whose place another was made.
    pub stops: Vec<AwardStop>,
    pub awards: Vec<Award>,
    pub waiting: usize,
    /// Entitled, but put off as often as their law allows.
    pub postponed: usize,
    /// Cases whose members another award already pays.
    pub doubled: usize,
    /// The district's month was closed before: nothing was done.
    pub already: bool,
}

/// Closes `month` for one district, in the caller's transaction: payments commits the same
/// money in it. A programme without an envelope has no money. Doing it again changes nothing.
pub async fn month(
    tx: &mut Tx,
    ids: &Ids,
    shelf: &Shelf,
    permit: &Permit,
    month: Month,
    district: u32,
    envelopes: &[Envelope],
) -> Result<Closed> {
    tx.alone(&format!("close {month} {district}")).await?;
    if store::is_closed(tx, month, district).await? {
        return Ok(Closed {
            already: true,
            ..Closed::default()
        });
    }
    let mut cases = case::entitled_of_month(tx, month, district).await?;
    let first = first_paid_month(month);
    let doubled = doubled(tx, shelf, &cases, first).await?;
    let pinfls = pinfls(tx, permit, &cases).await?;
    let held = held(tx, &cases, first).await?;
    let claims = claims(&cases, &doubled, &pinfls, &held, envelopes, first);
    let shares = share_all(claims, envelopes);
    for (programme, (limit, share)) in &shares {
        store::record(tx, ids, month, district, programme, *limit, share).await?;
    }
    let awarded = shares
        .values()
        .flat_map(|(_, share)| share.awarded.iter().copied())
        .collect();
    let mut outcome = Outcome {
        ids,
        shelf,
        first,
        closed_months: store::closed_months(tx, district, month).await?,
        awarded,
        doubled,
        held,
        decisions: Vec::new(),
    };
    let closed = outcome.conclude_all(tx, &mut cases).await?;
    decision::insert(tx, ids, &outcome.decisions).await?;
    award::insert_stops(tx, &closed.stops, ids.now()).await?;
    case::end_stopped(tx, ids.now(), &closed.stops).await?;
    award::insert(tx, &closed.awards).await?;
    case::save(tx, &mut cases).await?;
    suspension::replaced(tx, shelf, ids.now(), &closed.awards).await?;
    Ok(closed)
}

/// What is concluded for each case of the district.
struct Outcome<'a> {
    ids: &'a Ids,
    shelf: &'a Shelf,
    first: Month,
    /// Earlier closes of the district, by programme.
    closed_months: HashMap<String, Vec<Month>>,
    awarded: HashSet<CaseId>,
    doubled: HashSet<CaseId>,
    held: HashMap<CaseId, Vec<Running>>,
    decisions: Vec<Decision>,
}

impl Outcome<'_> {
    async fn conclude_all(&mut self, tx: &mut Tx, cases: &mut [Case]) -> Result<Closed> {
        let mut closed = Closed::default();
        for case in cases {
            if self.doubled.contains(&case.id) {
                end_as_double(case, self.ids);
                closed.doubled += 1;
            } else if self.awarded.contains(&case.id) {
                self.award(tx, case, &mut closed).await?;
            } else if let Some(times) = self.postponed_enough(tx, case).await? {
                closed.postponed += 1;
                let decision = decision::refuse_postponed(case, self.ids, times);
                self.decisions.push(decision);
            } else {
                closed.waiting += 1;
                self.decisions.extend(put_on_waiting_list(case, self.ids));
            }
        }
        Ok(closed)
    }

    /// How often the case was put off, if its law lets it wait no longer. Who is paid already and
    /// waits to be paid more is not refused for it.
    async fn postponed_enough(&self, tx: &mut Tx, case: &Case) -> Result<Option<u32>> {
        if case.state != State::WaitingList || case.former_case.is_some() {
            return Ok(None);
        }
        let hash = case.pack.ok_or(Fault::NotAssessed(case.id))?;
        let pack = self.shelf.kept(tx, &case.regime, &hash).await?;
        let Some(most) = pack.waiting_list_months() else {
            return Ok(None);
        };
        let programme = case.programme.as_deref().unwrap_or_default();
        let closes = self.closed_months.get(programme).into_iter().flatten();
        let put_off = closes.filter(|month| **month >= case.counted_month).count();
        let put_off = u32::try_from(put_off).unwrap_or(u32::MAX);
        Ok((put_off >= most).then_some(put_off))
    }

    /// A case that waited for money to grow takes the place of what it continues.
    async fn award(&mut self, tx: &mut Tx, case: &mut Case, closed: &mut Closed) -> Result<()> {
        let until = continued::end_of_term(tx, case).await?;
        let (ids, shelf) = (self.ids, self.shelf);
        let (decision, award) = decision::award(tx, ids, shelf, case, self.first, until).await?;
        let held = self.held.remove(&case.id).unwrap_or_default();
        let stops = continued::stops(&held, self.first, decision.id, StopReason::Replaced);
        closed.stops.extend(stops);
        self.decisions.push(decision);
        closed.awards.push(award);
        Ok(())
    }
}

/// Awards that run in the first paid month and that one of the cases continues.
async fn held(tx: &mut Tx, cases: &[Case], first: Month) -> Result<HashMap<CaseId, Vec<Running>>> {
    let mut held = HashMap::new();
    for case in cases.iter().filter(|case| case.former_case.is_some()) {
        held.insert(case.id, continued::awards_of(tx, case, first).await?);
    }
    Ok(held)
}

async fn pinfls(tx: &mut Tx, permit: &Permit, cases: &[Case]) -> Result<HashMap<PersonId, Pinfl>> {
    let applicants: Vec<PersonId> = cases.iter().map(|case| case.applicant).collect();
    Ok(registry::person::pinfls_of(tx, permit, &applicants).await?)
}

/// Who claims money of which programme; of an award that the case continues, what it grows by.
fn claims(
    cases: &[Case],
    doubled: &HashSet<CaseId>,
    pinfls: &HashMap<PersonId, Pinfl>,
    held: &HashMap<CaseId, Vec<Running>>,
    envelopes: &[Envelope],
    first: Month,
) -> BTreeMap<String, Vec<Claim>> {
    let empty = envelopes
        .iter()
        .map(|envelope| (envelope.programme.clone(), Vec::new()));
    let mut claims: BTreeMap<String, Vec<Claim>> = empty.collect();
    for case in cases.iter().filter(|case| !doubled.contains(&case.id)) {
        let programme = case
            .programme
            .clone()
            .expect("an entitled case has a programme");
        let amount = case.amount.expect("an entitled case has an amount");
        let line = (case.district, programme.as_str());
        let has = award::held_in(line, held.get(&case.id).map_or(&[], Vec::as_slice), first);
        claims.entry(programme).or_default().push(Claim {
            case: case.id,
            per_capita_minor: case.per_capita_minor.unwrap_or(0),
            lodged_at: case.lodged_at,
            pinfl: pinfls
                .get(&case.applicant)
                .map(Pinfl::to_string)
                .unwrap_or_default(),
            amount: (amount - has).max(Money::ZERO),
        });
    }
    claims
}

/// Every programme that has an envelope or a claimant, with its limit and how it is shared.
fn share_all(
    claims: BTreeMap<String, Vec<Claim>>,
    envelopes: &[Envelope],
) -> BTreeMap<String, (Money, Share)> {
    let shared = |(programme, claims): (String, Vec<Claim>)| {
        let envelope = envelopes
            .iter()
            .find(|envelope| envelope.programme == programme);
        let limit = envelope.map_or(Money::ZERO, |envelope| envelope.limit);
        (programme, (limit, share(claims, limit)))
    };
    claims.into_iter().map(shared).collect()
}

/// Nobody is paid for twice: a case of which a member is already in a running award, or in an
/// earlier case of this close, is ended. It happens when two spouses applied apart.
async fn doubled(
    tx: &mut Tx,
    shelf: &Shelf,
    cases: &[Case],
    first: Month,
) -> Result<HashSet<CaseId>> {
    let mut doubled = HashSet::new();
    let members: Vec<Vec<PersonId>> = cases
        .iter()
        .map(crate::roster::persons)
        .collect::<Result<_>>()?;
    let all: Vec<PersonId> = members.iter().flatten().copied().collect();
    // The regimes under which each person is paid, and the cases that pay.
    let mut paid: HashMap<PersonId, Vec<(String, CaseId)>> = HashMap::new();
    for (person, running) in award::of_persons(tx, &all, first).await? {
        let award = running.award;
        let by = (award.regime, award.case);
        paid.entry(person).or_default().push(by);
    }
    for (case, persons) in cases.iter().zip(members) {
        let paying = persons.iter().filter_map(|person| paid.get(person));
        // What the case continues it takes the place of.
        let mut others = paying
            .flatten()
            .filter(|(_, by)| case.former_case != Some(*by));
        if others.any(|(regime, _)| shelf.is_same_benefit(&case.regime, regime)) {
            doubled.insert(case.id);
        } else {
            for person in persons {
                let by = (case.regime.clone(), case.id);
                paid.entry(person).or_default().push(by);
            }
        }
    }
    Ok(doubled)
}

fn end_as_double(case: &mut Case, ids: &Ids) {
    case.state = State::Ended;
    case.wait = None;
    case.happened(
        ids.now(),
        EventKind::Ended,
        None,
        json!({ "because": "member_of_another_award" }),
    );
}

/// The decision is made once; a case that keeps waiting gets no second letter.
pub(crate) fn put_on_waiting_list(case: &mut Case, ids: &Ids) -> Option<Decision> {
    let now = ids.now();
    case.waits(WaitFor::Close, String::new(), now, None);
    if case.state == State::WaitingList {
        return None;
    }
    case.state = State::WaitingList;
    let decision = decision::of(case, ids, decision::Outcome::WaitingList, None);
    case.happened(
        now,
        EventKind::PutOnWaitingList,
        None,
        json!({ "decision": decision.id }),
    );
    Some(decision)
}
