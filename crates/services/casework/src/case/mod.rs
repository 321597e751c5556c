//! A case: one question asked of the law about one family, from its opening to its decision.
//! What happened is appended to `case_event`; where it stands is the row of `case_now`.

mod member;
mod model;
mod read;
mod store;

use ::store::Tx;
use kernel::ids::{AccountId, AssessmentId};
use kernel::{CaseId, Day, DecisionId, Instant, Money, Month, PersonId, UnitId};
use serde_json::json;

use crate::award::AwardStop;
use crate::fault::{Fault, Result};
use crate::shelf::PackHash;
pub use member::{enter_rosters, open_of, that_read};
pub(crate) use model::words;
pub use model::{
    EventKind, Origin, State, UnknownWord, Wait, WaitFor, counted_month, first_paid_month,
    window_end,
};
pub use read::{note_read, runs_that_read};
pub(crate) use store::taken_numbers;
pub use store::{Queue, counted_by, find_by_number, of_applicant, of_area, of_unit, queue};
pub(crate) use store::{
    cause_of, continued, continuing, entitled_of_month, hash_of, held_of, load_many, narrow,
    open_of_regime, refused_of_units, save, successor, suspended, suspended_of_persons,
};

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    pub id: CaseId,
    /// What the family keeps: `4F7K29`.
    pub number: String,
    pub origin: Origin,
    /// The case whose award this one continues or replaces.
    pub former_case: Option<CaseId>,
    pub applicant: PersonId,
    pub unit: UnitId,
    pub district: u32,
    pub mahalla: u32,
    pub regime: String,
    pub bank_consent: bool,
    pub lodged_at: Instant,
    /// The local day whose law, parameters and ages hold.
    pub applied_on: Day,
    pub counted_month: Month,
    /// The last of the three months of income.
    pub window_end: Month,
    pub former_category: Option<String>,
    /// The award that the case continues; none at an application.
    pub held: Option<Held>,
    /// Who belonged to the family on that day: a packed portrait without facts, frozen when the
    /// civil registry had answered.
    pub roster: Option<Vec<u8>>,
    pub state: State,
    pub wait: Option<Wait>,
    pub verdict: Option<Verdict>,
    pub assessment: Option<AssessmentId>,
    /// The pack of the last assessment.
    pub pack: Option<PackHash>,
    pub programme: Option<String>,
    pub category: Option<String>,
    pub amount: Option<Money>,
    pub per_capita_minor: Option<i64>,
    /// The last month the law lets the benefit be paid for, if it sets one.
    pub last_month: Option<Month>,
    pub decision: Option<DecisionId>,
    pub decided_at: Option<Instant>,
    /// Events so far; the next one's number.
    pub events: i64,
    /// The members of the roster are in `case_member`.
    pub(crate) members_kept: bool,
    /// Events that happened in memory and are not stored yet.
    pub(crate) news: Vec<Event>,
}

/// An award that a case continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub category: Option<String>,
    /// Months paid in that category without a break by another.
    pub months: u32,
}

words! {
    /// What the law said at the last assessment.
    Verdict {
        Entitled = "entitled",
        NotEntitled = "not_entitled",
        Unknown = "unknown",
        NeedsVisit = "needs_visit",
        NeedsSeven = "needs_seven",
    }
}

/// Something that happened to a case, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub case: CaseId,
    pub seq: i64,
    pub at: Instant,
    pub kind: EventKind,
    /// The account of the person who did it; none when the machine did.
    pub account: Option<AccountId>,
    pub detail: serde_json::Value,
}

impl Case {
    /// A case of which only the id and the state are set.
    pub(crate) fn blank(id: CaseId, state: State) -> Case {
        Case {
            id,
            number: String::new(),
            origin: Origin::Application,
            former_case: None,
            applicant: PersonId::NIL,
            unit: UnitId::NIL,
            district: 0,
            mahalla: 0,
            regime: String::new(),
            bank_consent: false,
            lodged_at: Instant(0),
            applied_on: Day(0),
            counted_month: Month(0),
            window_end: Month(0),
            former_category: None,
            held: None,
            roster: None,
            state,
            wait: None,
            verdict: None,
            assessment: None,
            pack: None,
            programme: None,
            category: None,
            amount: None,
            per_capita_minor: None,
            last_month: None,
            decision: None,
            decided_at: None,
            events: 0,
            members_kept: false,
            news: Vec::new(),
        }
    }

    pub(crate) fn happened(
        &mut self,
        at: Instant,
        kind: EventKind,
        account: Option<AccountId>,
        detail: serde_json::Value,
    ) {
        self.news.push(Event {
            case: self.id,
            seq: self.events,
            at,
            kind,
            account,
            detail,
        });
        self.events += 1;
    }

    /// Keeps `since` while the case goes on waiting for the same one.
    pub(crate) fn waits(
        &mut self,
        who: WaitFor,
        detail: String,
        now: Instant,
        deadline: Option<Instant>,
    ) {
        let since = match &self.wait {
            Some(wait) if wait.who == who => wait.since,
            _ => now,
        };
        self.wait = Some(Wait {
            who,
            detail,
            since,
            deadline,
        });
    }
}

/// The case, which must be there.
pub async fn load(tx: &mut Tx, case: CaseId) -> Result<Case> {
    store::find(tx, case).await?.ok_or(Fault::NoCase(case))
}

pub async fn find(tx: &mut Tx, case: CaseId) -> Result<Option<Case>> {
    store::find(tx, case).await
}

/// Those of the cases that are there, in the order of their ids.
pub async fn load_all(tx: &mut Tx, cases: &[CaseId]) -> Result<Vec<Case>> {
    load_many(tx, cases).await
}

/// Cases whose award was stopped are over.
pub(crate) async fn end_stopped(tx: &mut Tx, now: Instant, stops: &[AwardStop]) -> Result<()> {
    let mut ended: Vec<CaseId> = stops.iter().map(|stop| stop.case).collect();
    ended.sort_unstable();
    let mut cases = load_many(tx, &ended).await?;
    cases.retain(|case| case.state == State::Awarded);
    for case in &mut cases {
        let stop = stops.iter().find(|stop| stop.case == case.id);
        let because = stop.map_or("stopped", |stop| stop.reason.word());
        case.state = State::Ended;
        case.happened(now, EventKind::Ended, None, json!({ "because": because }));
    }
    save(tx, &mut cases).await
}

/// Payments cannot pay the case's award yet, and says why.
pub async fn payment_waits(tx: &mut Tx, now: Instant, case: CaseId, why: &str) -> Result<()> {
    let mut case = load(tx, case).await?;
    case.happened(
        now,
        EventKind::PaymentWaits,
        None,
        json!({ "because": why }),
    );
    save(tx, &mut [case]).await
}

/// All that happened to a case, oldest first.
pub async fn events(tx: &mut Tx, case: CaseId) -> Result<Vec<Event>> {
    store::events(tx, case).await
}
