//! A decision: awarded, refused or put on the waiting list. Made by the system out of an
//! assessment; there is no way for a person to make one.

use ::store::outbox::{self, NewEvent};
use ::store::{Ids, Tx, bulk, fetch_all};
use kernel::ids::AssessmentId;
use kernel::kin::Role;
use kernel::{AwardId, CaseId, DecisionId, Instant, Money, Month, Portrait};
use serde_json::json;
use uuid::Uuid;

use crate::award::{AtEnd, Award, Member, child_leaves, end_month};
use crate::case::{Case, EventKind, State, narrow, words};
use crate::fault::{Fault, Result};
use crate::shelf::Shelf;
use crate::{events, roster};

words! {
    Outcome {
        Awarded = "awarded",
        Refused = "refused",
        WaitingList = "waiting_list",
        Suspended = "suspended",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub id: DecisionId,
    pub case: CaseId,
    pub assessment: AssessmentId,
    pub outcome: Outcome,
    pub decided_at: Instant,
    /// The first month that is paid.
    pub first_month: Option<Month>,
    pub programme: Option<String>,
    pub category: Option<String>,
    pub amount: Option<Money>,
}

/// Decisions of one case that are listed.
const OF_CASE_MAX: i64 = 100;

/// The decision out of the case's last assessment; the case remembers it.
pub(crate) fn of(
    case: &mut Case,
    ids: &Ids,
    outcome: Outcome,
    first_month: Option<Month>,
) -> Decision {
    let decision = Decision {
        id: DecisionId(ids.uuid()),
        case: case.id,
        assessment: case
            .assessment
            .expect("a case is assessed before it is decided"),
        outcome,
        decided_at: ids.now(),
        first_month,
        programme: case.programme.clone(),
        category: case.category.clone(),
        amount: case.amount,
    };
    case.decision = Some(decision.id);
    case.decided_at = Some(decision.decided_at);
    decision
}

pub(crate) fn refuse(case: &mut Case, ids: &Ids) -> Decision {
    refuse_telling(case, ids, |decision| json!({ "decision": decision }))
}

/// Entitled, but put off at as many closes as the law allows.
pub(crate) fn refuse_postponed(case: &mut Case, ids: &Ids, times: u32) -> Decision {
    refuse_telling(
        case,
        ids,
        |decision| json!({ "decision": decision, "postponed": times }),
    )
}

fn refuse_telling(
    case: &mut Case,
    ids: &Ids,
    detail: impl FnOnce(DecisionId) -> serde_json::Value,
) -> Decision {
    case.state = State::Refused;
    case.wait = None;
    let decision = of(case, ids, Outcome::Refused, None);
    case.happened(ids.now(), EventKind::Refused, None, detail(decision.id));
    decision
}

/// The award of before stops; the case stays, and is looked at again each month.
pub(crate) fn suspend(case: &mut Case, ids: &Ids) -> Decision {
    case.state = State::Suspended;
    case.wait = None;
    let decision = of(case, ids, Outcome::Suspended, None);
    case.happened(
        ids.now(),
        EventKind::Suspended,
        None,
        json!({ "decision": decision.id }),
    );
    decision
}

/// Grants the term that the pack gives, from `first` on; no longer than `until`, where a term
/// runs already.
pub(crate) async fn award(
    tx: &mut Tx,
    ids: &Ids,
    shelf: &Shelf,
    case: &mut Case,
    first: Month,
    until: Option<Month>,
) -> Result<(Decision, Award)> {
    let hash = case.pack.ok_or(Fault::NotAssessed(case.id))?;
    let pack = shelf.kept(tx, &case.regime, &hash).await?;
    let roster = roster::of(case)?.ok_or(Fault::NotAssessed(case.id))?;
    case.state = State::Awarded;
    case.wait = None;
    let decision = of(case, ids, Outcome::Awarded, Some(first));
    let programme = case
        .programme
        .clone()
        .expect("an entitled case has a programme");
    let term = pack
        .term(&programme, case.category.as_deref())
        .ok_or_else(|| Fault::Pack {
            regime: case.regime.clone(),
            on: case.applied_on,
            reason: format!("it gives no term for {programme}"),
        })?;
    let end = end_month(first, term.months, case.last_month);
    let award = Award {
        id: AwardId(ids.uuid()),
        case: case.id,
        decision: decision.id,
        unit: case.unit,
        payee: case.applicant,
        district: case.district,
        regime: case.regime.clone(),
        programme,
        category: case.category.clone(),
        amount: case.amount.expect("an entitled case has an amount"),
        first_month: first,
        end_month: until.map_or(end, |until| end.min(until).max(first.plus(1))),
        at_end: at_end(term.at_end),
        members: members(&roster),
    };
    let detail = json!({ "decision": decision.id, "award": award.id, "first_month": first,
        "end_month": award.end_month, "amount_minor": award.amount });
    case.happened(ids.now(), EventKind::Awarded, None, detail);
    Ok((decision, award))
}

fn at_end(at_end: rules::AtEnd) -> AtEnd {
    match at_end {
        rules::AtEnd::Reassess => AtEnd::Reassess,
        rules::AtEnd::Renewal => AtEnd::Renewal,
        rules::AtEnd::Stop => AtEnd::Stop,
    }
}

fn members(roster: &Portrait) -> Vec<Member> {
    let until = |member: &kernel::portrait::Member| {
        (member.role == Role::Child).then(|| child_leaves(member.born))
    };
    roster
        .members
        .iter()
        .map(|m| Member {
            person: m.person,
            until: until(m),
        })
        .collect()
}

const DECISION: bulk::Insert = bulk::Insert {
    into: "decision (case_id, id, assessment, outcome, decided_at, first_month, programme, \
           category, amount_minor)",
    on_conflict: "",
};

/// Stores decisions and tells those who listen.
pub(crate) async fn insert(tx: &mut Tx, ids: &Ids, decisions: &[Decision]) -> Result<()> {
    if decisions.is_empty() {
        return Ok(());
    }
    bulk::insert(tx, &DECISION, decisions, |row, decision| {
        row.push(decision.case.0)
            .push(decision.id.0)
            .push(decision.assessment.0)
            .push(decision.outcome.word())
            .push(decision.decided_at.0)
            .push(decision.first_month.map(|month| i64::from(month.0)))
            .push(decision.programme.as_deref())
            .push(decision.category.as_deref())
            .push(decision.amount.map(Money::minor));
    })
    .await?;
    let told: Vec<_> = decisions
        .iter()
        .map(|d| json!({ "case": d.case, "decision": d.id }))
        .collect();
    let payload = json!({ "decisions": told }).to_string();
    let key = format!("{} decisions", decisions.len());
    outbox::emit(tx, ids, &[NewEvent::new(events::DECIDED, key, payload)]).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct DecisionRow {
    case_id: Uuid,
    id: Uuid,
    assessment: Uuid,
    outcome: String,
    decided_at: i64,
    first_month: Option<i64>,
    programme: Option<String>,
    category: Option<String>,
    amount_minor: Option<i64>,
}

/// Decisions of a case in the order of their making.
pub async fn of_case(tx: &mut Tx, case: CaseId) -> Result<Vec<Decision>> {
    let rows = fetch_all!(
        tx,
        DecisionRow,
        "SELECT case_id, id, assessment, outcome, decided_at, first_month, programme, category, \
         amount_minor FROM decision WHERE case_id = $1 ORDER BY id LIMIT $2",
        case.0,
        OF_CASE_MAX
    )?;
    rows.into_iter().map(decision_of).collect()
}

fn decision_of(row: DecisionRow) -> Result<Decision> {
    Ok(Decision {
        id: DecisionId(row.id),
        case: CaseId(row.case_id),
        assessment: AssessmentId(row.assessment),
        outcome: row.outcome.parse()?,
        decided_at: Instant(row.decided_at),
        first_month: row
            .first_month
            .map(|month| narrow("month", month).map(Month))
            .transpose()?,
        programme: row.programme,
        category: row.category,
        amount: row.amount_minor.map(Money),
    })
}
