//! The month's close: after the cut-off, the budget of each district and programme is shared
//! poorest first. Entitled families within it are awarded; the others wait for the next month.

mod model;
mod store;

use std::collections::{BTreeMap, HashSet};

use ::store::{Ids, Tx};
use kernel::ids::Uuid;
use kernel::{CaseId, Money, Month, PersonId};
use serde_json::json;

use crate::award::{self, Award};
use crate::case::{self, Case, EventKind, State, WaitFor, first_paid_month};
use crate::decision::{self, Decision, Outcome};
use crate::fault::Result;
use crate::shelf::Shelf;
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
    pub awards: Vec<Award>,
    pub waiting: usize,
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
    let mut cases = store::claimants(tx, month, district).await?;
    let mut closed = Closed::default();
    let first = first_paid_month(month);
    let doubled = doubled(tx, &cases, first).await?;
    let mut shares = share_all(&cases, &doubled, envelopes);
    for (programme, limit) in limits(envelopes, &shares) {
        shares.entry(programme.clone()).or_default();
        let share = &shares[&programme];
        store::record(tx, ids, month, district, &programme, limit, share).await?;
    }
    let mut decisions = Vec::new();
    let awarded: HashSet<CaseId> = shares
        .values()
        .flat_map(|s| s.awarded.iter().copied())
        .collect();
    for case in &mut cases {
        if doubled.contains(&case.id) {
            end_as_double(case, ids);
            closed.doubled += 1;
        } else if awarded.contains(&case.id) {
            let (decision, award) = decision::award(tx, ids, shelf, case, first).await?;
            decisions.push(decision);
            closed.awards.push(award);
        } else {
            closed.waiting += 1;
            decisions.extend(put_on_waiting_list(case, ids));
        }
    }
    decision::insert(tx, ids, &decisions).await?;
    award::insert(tx, &closed.awards).await?;
    case::save(tx, &mut cases).await?;
    Ok(closed)
}

/// Every programme that has an envelope or a claimant, with its limit.
fn limits(envelopes: &[Envelope], shares: &BTreeMap<String, Share>) -> Vec<(String, Money)> {
    let limit = |programme: &str| {
        envelopes
            .iter()
            .find(|e| e.programme == programme)
            .map_or(Money::ZERO, |e| e.limit)
    };
    let mut programmes: Vec<String> = shares.keys().cloned().collect();
    programmes.extend(envelopes.iter().map(|envelope| envelope.programme.clone()));
    programmes.sort();
    programmes.dedup();
    programmes
        .into_iter()
        .map(|programme| (programme.clone(), limit(&programme)))
        .collect()
}

fn share_all(
    cases: &[Case],
    doubled: &HashSet<CaseId>,
    envelopes: &[Envelope],
) -> BTreeMap<String, Share> {
    let mut claims: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    for case in cases.iter().filter(|case| !doubled.contains(&case.id)) {
        let programme = case
            .programme
            .clone()
            .expect("an entitled case has a programme");
        claims.entry(programme).or_default().push(Claim {
            case: case.id,
            per_capita_minor: case.per_capita_minor.unwrap_or(0),
            lodged_at: case.lodged_at,
            number: case.number.clone(),
            amount: case.amount.expect("an entitled case has an amount"),
        });
    }
    let limit = |programme: &str| {
        envelopes
            .iter()
            .find(|e| e.programme == programme)
            .map_or(Money::ZERO, |e| e.limit)
    };
    claims
        .into_iter()
        .map(|(programme, claims)| (programme.clone(), share(claims, limit(&programme))))
        .collect()
}

/// Nobody is paid for twice: a case of which a member is already in a running award, or in an
/// earlier case of this close, is ended. It happens when two spouses applied apart.
async fn doubled(tx: &mut Tx, cases: &[Case], first: Month) -> Result<HashSet<CaseId>> {
    let mut doubled = HashSet::new();
    let mut claimed: HashSet<PersonId> = HashSet::new();
    let members: Vec<(CaseId, Vec<PersonId>)> = cases
        .iter()
        .map(|case| Ok((case.id, crate::roster::persons(case)?)))
        .collect::<Result<_>>()?;
    let all: Vec<PersonId> = members
        .iter()
        .flat_map(|(_, persons)| persons.iter().copied())
        .collect();
    let paid = award::of_persons(tx, &all, first).await?;
    let paid: HashSet<PersonId> = paid.into_iter().map(|(person, _)| person).collect();
    for (case, persons) in members {
        if persons
            .iter()
            .any(|person| paid.contains(person) || claimed.contains(person))
        {
            doubled.insert(case);
        } else {
            claimed.extend(persons);
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
fn put_on_waiting_list(case: &mut Case, ids: &Ids) -> Option<Decision> {
    let now = ids.now();
    case.waits(WaitFor::Close, String::new(), now, None);
    if case.state == State::WaitingList {
        return None;
    }
    case.state = State::WaitingList;
    let decision = decision::of(case, ids, Outcome::WaitingList, None);
    case.happened(
        now,
        EventKind::PutOnWaitingList,
        None,
        json!({ "decision": decision.id.0 as Uuid }),
    );
    Some(decision)
}
