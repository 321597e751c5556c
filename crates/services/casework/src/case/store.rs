//! SQL of cases.

use std::collections::HashSet;

use kernel::ids::{AccountId, AssessmentId};
use kernel::{CaseId, Day, DecisionId, Instant, Money, Month, PersonId, UnitId};
use store::{Tx, bulk, fetch_all, fetch_optional};
use uuid::Uuid;

use super::{Case, Event, EventKind, Held, State, Wait, WaitFor};
use crate::fault::{Fault, Result};
use crate::reassessment::Cause;
use crate::shelf::PackHash;

/// Cases on one page of a queue.
pub const PAGE_CASES_MAX: i64 = 500;
/// Cases of one person that are listed.
const OF_PERSON_MAX: i64 = 100;
/// Events of one case that are listed.
const EVENTS_MAX: i64 = 1_000;

const TAKEN_NUMBERS: bulk::With = bulk::With {
    v: "number",
    statement: "SELECT t.number FROM v CROSS JOIN case_now t WHERE t.number = v.number",
};

/// The columns in the order of [`CaseRow`] and of [`bind`].
macro_rules! columns {
    () => {
        "id, number, origin, former_case, applicant, unit, district, mahalla, regime, \
         bank_consent, lodged_at, applied_on, counted_month, window_end, former_category, roster, state, \
         wait, wait_detail, wait_since, wait_deadline, verdict, assessment, pack, programme, category, \
         amount_minor, per_capita_minor, last_month, decision, decided_at, held_category, \
         held_months, events"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM case_now ", $rest)
    };
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    id: Uuid,
    number: String,
    origin: String,
    former_case: Option<Uuid>,
    applicant: Uuid,
    unit: Uuid,
    district: i64,
    mahalla: i64,
    regime: String,
    bank_consent: bool,
    lodged_at: i64,
    applied_on: i64,
    counted_month: i64,
    window_end: i64,
    former_category: Option<String>,
    roster: Option<Vec<u8>>,
    state: String,
    wait: Option<String>,
    wait_detail: Option<String>,
    wait_since: Option<i64>,
    wait_deadline: Option<i64>,
    verdict: Option<String>,
    assessment: Option<Uuid>,
    pack: Option<Vec<u8>>,
    programme: Option<String>,
    category: Option<String>,
    amount_minor: Option<i64>,
    per_capita_minor: Option<i64>,
    last_month: Option<i64>,
    decision: Option<Uuid>,
    decided_at: Option<i64>,
    held_category: Option<String>,
    held_months: Option<i64>,
    events: i64,
}

impl TryFrom<CaseRow> for Case {
    type Error = Fault;

    fn try_from(row: CaseRow) -> Result<Case> {
        let wait = wait_of(&row)?;
        let members_kept = row.roster.is_some();
        Ok(Case {
            id: CaseId(row.id),
            number: row.number,
            origin: row.origin.parse()?,
            former_case: row.former_case.map(CaseId),
            applicant: PersonId(row.applicant),
            unit: UnitId(row.unit),
            district: narrow("district", row.district)?,
            mahalla: narrow("mahalla", row.mahalla)?,
            regime: row.regime,
            bank_consent: row.bank_consent,
            lodged_at: Instant(row.lodged_at),
            applied_on: Day(narrow("applied_on", row.applied_on)?),
            counted_month: Month(narrow("counted_month", row.counted_month)?),
            window_end: Month(narrow("window_end", row.window_end)?),
            former_category: row.former_category,
            held: held_of(row.held_category, row.held_months)?,
            roster: row.roster,
            state: row.state.parse()?,
            wait,
            verdict: row.verdict.map(|word| word.parse()).transpose()?,
            assessment: row.assessment.map(AssessmentId),
            pack: row.pack.map(|hash| hash_of(&hash)).transpose()?,
            programme: row.programme,
            category: row.category,
            amount: row.amount_minor.map(Money),
            per_capita_minor: row.per_capita_minor,
            last_month: row
                .last_month
                .map(|m| narrow("last_month", m).map(Month))
                .transpose()?,
            decision: row.decision.map(DecisionId),
            decided_at: row.decided_at.map(Instant),
            events: row.events,
            members_kept,
            news: Vec::new(),
        })
    }
}

fn wait_of(row: &CaseRow) -> Result<Option<Wait>> {
    let Some(who) = &row.wait else {
        return Ok(None);
    };
    Ok(Some(Wait {
        who: who.parse()?,
        detail: row.wait_detail.clone().unwrap_or_default(),
        since: Instant(row.wait_since.unwrap_or(row.lodged_at)),
        deadline: row.wait_deadline.map(Instant),
    }))
}

pub(crate) fn held_of(category: Option<String>, months: Option<i64>) -> Result<Option<Held>> {
    let months = months
        .map(|months| narrow("held_months", months))
        .transpose()?;
    Ok(months.map(|months| Held { category, months }))
}

pub(crate) fn hash_of(stored: &[u8]) -> Result<PackHash> {
    stored.try_into().map_err(|_| Fault::Stored {
        what: "a pack's hash",
        reason: format!("{} bytes instead of 32", stored.len()),
    })
}

pub(crate) fn narrow<T: TryFrom<i64>>(what: &'static str, value: i64) -> Result<T> {
    T::try_from(value).map_err(|_| Fault::Stored {
        what,
        reason: format!("{value} does not fit"),
    })
}

pub(super) async fn find(tx: &mut Tx, case: CaseId) -> Result<Option<Case>> {
    fetch_optional!(tx, CaseRow, select!("WHERE id = $1"), case.0)?
        .map(Case::try_from)
        .transpose()
}

/// By the number as the family types it.
pub async fn find_by_number(tx: &mut Tx, typed: &str) -> Result<Option<Case>> {
    let Some(number) = crate::application::number::read(typed) else {
        return Ok(None);
    };
    fetch_optional!(tx, CaseRow, select!("WHERE number = $1"), number)?
        .map(Case::try_from)
        .transpose()
}

/// Those of the numbers that cases have.
pub(crate) async fn taken_numbers(tx: &mut Tx, numbers: &[String]) -> Result<HashSet<String>> {
    let taken: Vec<(String,)> = bulk::select_in(tx, &TAKEN_NUMBERS, numbers, |row, number| {
        row.push(number.as_str());
    })
    .await?;
    Ok(taken.into_iter().map(|(number,)| number).collect())
}

/// Cases that a person opened, newest first.
pub async fn of_applicant(tx: &mut Tx, person: PersonId) -> Result<Vec<Case>> {
    all(fetch_all!(
        tx,
        CaseRow,
        select!("WHERE applicant = $1 ORDER BY lodged_at DESC, id DESC LIMIT $2"),
        person.0,
        OF_PERSON_MAX
    )?)
}

/// Cases of a unit, newest first.
pub async fn of_unit(tx: &mut Tx, unit: UnitId) -> Result<Vec<Case>> {
    all(fetch_all!(
        tx,
        CaseRow,
        select!("WHERE unit = $1 ORDER BY lodged_at DESC, id DESC LIMIT $2"),
        unit.0,
        OF_PERSON_MAX
    )?)
}

/// Entitled cases of a district counted in `month` or before it, in the order in which they
/// came: poorest first, then by lodging and number.
pub(crate) async fn entitled_of_month(
    tx: &mut Tx,
    month: Month,
    district: u32,
) -> Result<Vec<Case>> {
    all(fetch_all!(
        tx,
        CaseRow,
        select!(
            "WHERE state IN ('assessed', 'waiting_list') AND district = $1 \
             AND counted_month <= $2 ORDER BY per_capita_minor, lodged_at, number"
        ),
        i64::from(district),
        i64::from(month.0)
    )?)
}

/// All cases counted in a month or before it, in the order of their ids.
pub async fn counted_by(tx: &mut Tx, month: Month) -> Result<Vec<Case>> {
    all(fetch_all!(
        tx,
        CaseRow,
        select!("WHERE counted_month <= $1 ORDER BY id"),
        i64::from(month.0)
    )?)
}

/// Open cases that still stand under a regime.
pub(crate) async fn open_of_regime(tx: &mut Tx, regime: &str, limit: i64) -> Result<Vec<Case>> {
    all(fetch_all!(
        tx,
        CaseRow,
        select!(
            "WHERE regime = $1 AND state IN ('gathering', 'visiting', 'assessed', 'waiting_list') \
             ORDER BY id LIMIT $2"
        ),
        regime,
        limit
    )?)
}

/// Suspended cases after `after` whose last look was before `month`, in the order of their ids.
pub(crate) async fn suspended(
    tx: &mut Tx,
    month: Month,
    after: CaseId,
    limit: i64,
) -> Result<Vec<Case>> {
    all(fetch_all!(
        tx,
        CaseRow,
        select!(
            "WHERE state = 'suspended' AND counted_month < $1 AND id > $2 ORDER BY id LIMIT $3"
        ),
        i64::from(month.plus(-1).0),
        after.0,
        limit
    )?)
}

const SUSPENDED_OF: bulk::With = bulk::With {
    v: "k",
    statement: "SELECT DISTINCT c.id FROM v CROSS JOIN award_member m \
                JOIN award a ON a.id = m.award JOIN case_now c ON c.former_case = a.case_id \
                WHERE m.person = v.k AND c.state = 'suspended'",
};

/// Suspended cases whose award, before it stopped, was for one of these persons.
pub(crate) async fn suspended_of_persons(tx: &mut Tx, persons: &[PersonId]) -> Result<Vec<Case>> {
    let rows: Vec<(Uuid,)> = bulk::select_in(tx, &SUSPENDED_OF, persons, |row, person| {
        row.push(person.0);
    })
    .await?;
    let cases: Vec<CaseId> = rows.into_iter().map(|(case,)| CaseId(case)).collect();
    load_many(tx, &cases).await
}

const REFUSED_OF: bulk::With = bulk::With {
    v: "unit, since",
    statement: "SELECT c.id FROM v CROSS JOIN case_now c WHERE c.unit = v.unit \
                AND c.state = 'refused' AND c.decided_at >= v.since \
                AND NOT EXISTS (SELECT 1 FROM case_now o WHERE o.unit = c.unit \
                  AND o.regime = c.regime AND o.lodged_at > c.lodged_at)",
};

/// Refusals since then that are the last word to their units.
pub(crate) async fn refused_of_units(
    tx: &mut Tx,
    units: &[UnitId],
    since: Instant,
) -> Result<Vec<Case>> {
    let rows: Vec<(Uuid,)> = bulk::select_in(tx, &REFUSED_OF, units, |row, unit| {
        row.push(unit.0).push(since.0);
    })
    .await?;
    let cases: Vec<CaseId> = rows.into_iter().map(|(case,)| CaseId(case)).collect();
    load_many(tx, &cases).await
}

/// The last case that took the place of one whose award has ended.
pub(crate) async fn successor(tx: &mut Tx, case: CaseId) -> Result<Option<Case>> {
    fetch_optional!(
        tx,
        CaseRow,
        select!(
            "WHERE former_case = $1 AND state IN ('awarded', 'ended') ORDER BY id DESC LIMIT 1"
        ),
        case.0
    )?
    .map(Case::try_from)
    .transpose()
}

const CONTINUING: bulk::With = bulk::With {
    v: "k",
    statement: "SELECT c.id FROM v CROSS JOIN case_now c WHERE c.former_case = v.k \
                AND c.state IN ('prepared', 'gathering', 'visiting', 'assessed', 'suspended', \
                'waiting_list')",
};

/// The open cases that continue these, those that wait for money to grow by among them.
pub(crate) async fn continuing(tx: &mut Tx, formers: &[Case]) -> Result<Vec<Case>> {
    let rows: Vec<(Uuid,)> = bulk::select_in(tx, &CONTINUING, formers, |row, former| {
        row.push(former.id.0);
    })
    .await?;
    let ids: Vec<CaseId> = rows.into_iter().map(|(id,)| CaseId(id)).collect();
    load_many(tx, &ids).await
}

/// Those of the cases that an open case continues already. One that waits for money to grow by stops
/// neither a renewal nor a change of law.
pub(crate) async fn continued(tx: &mut Tx, formers: &[Case]) -> Result<HashSet<CaseId>> {
    let open = continuing(tx, formers).await?.into_iter();
    Ok(open
        .filter(|case| case.state != State::WaitingList)
        .filter_map(|case| case.former_case)
        .collect())
}

/// Which open cases to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    pub district: Option<u32>,
    pub mahalla: Option<u32>,
    pub wait: Option<WaitFor>,
    /// Continue after this case.
    pub after: Option<CaseId>,
    pub limit: u32,
}

/// Cases that wait, in the order of their opening.
pub async fn queue(tx: &mut Tx, queue: Queue) -> Result<Vec<Case>> {
    all(fetch_all!(
        tx,
        CaseRow,
        select!(
            "WHERE state IN ('prepared', 'gathering', 'visiting', 'assessed', 'waiting_list') \
             AND id > $1 AND ($2 = 0 OR district = $2) AND ($3 = 0 OR mahalla = $3) \
             AND ($4 = '' OR wait = $4) ORDER BY id LIMIT $5"
        ),
        queue.after.unwrap_or(CaseId::NIL).0,
        i64::from(queue.district.unwrap_or(0)),
        i64::from(queue.mahalla.unwrap_or(0)),
        queue.wait.map_or("", WaitFor::word),
        i64::from(queue.limit).clamp(1, PAGE_CASES_MAX)
    )?)
}

/// Every case of an area, also decided ones, the newest first, after one already seen.
pub async fn of_area(
    tx: &mut Tx,
    (district, mahalla): (Option<u32>, Option<u32>),
    after: Option<CaseId>,
    limit: u32,
) -> Result<Vec<Case>> {
    all(fetch_all!(
        tx,
        CaseRow,
        select!(
            "WHERE id < $1 AND ($2 = 0 OR district = $2) AND ($3 = 0 OR mahalla = $3) \
             ORDER BY id DESC LIMIT $4"
        ),
        after.map_or(Uuid::max(), |case| case.0),
        i64::from(district.unwrap_or(0)),
        i64::from(mahalla.unwrap_or(0)),
        i64::from(limit).clamp(1, PAGE_CASES_MAX)
    )?)
}

fn all(rows: Vec<CaseRow>) -> Result<Vec<Case>> {
    rows.into_iter().map(Case::try_from).collect()
}

#[derive(sqlx::FromRow)]
struct EventRow {
    case_id: Uuid,
    seq: i64,
    at: i64,
    kind: String,
    account: Option<Uuid>,
    detail: String,
}

pub(super) async fn events(tx: &mut Tx, case: CaseId) -> Result<Vec<Event>> {
    let rows = fetch_all!(
        tx,
        EventRow,
        "SELECT case_id, seq, at, kind, account, detail FROM case_event \
         WHERE case_id = $1 ORDER BY seq LIMIT $2",
        case.0,
        EVENTS_MAX
    )?;
    rows.into_iter().map(event_of).collect()
}

/// Why a reassessment was opened.
pub(crate) async fn cause_of(tx: &mut Tx, case: CaseId) -> Result<Option<Cause>> {
    let events = events(tx, case).await?;
    let opened = events.iter().find(|event| event.kind == EventKind::Opened);
    let word = opened.and_then(|event| event.detail.get("cause")?.as_str());
    Ok(word.map(str::parse).transpose()?)
}

fn event_of(row: EventRow) -> Result<Event> {
    Ok(Event {
        case: CaseId(row.case_id),
        seq: row.seq,
        at: Instant(row.at),
        kind: row.kind.parse()?,
        account: row.account.map(AccountId),
        detail: serde_json::from_str(&row.detail).map_err(|e| Fault::Stored {
            what: "case_event.detail",
            reason: e.to_string(),
        })?,
    })
}

const OF_IDS: bulk::With = bulk::With {
    v: "k",
    statement: concat!(
        "SELECT ",
        columns!(),
        " FROM v CROSS JOIN case_now WHERE case_now.id = v.k"
    ),
};

/// The cases that are there, in the order of their ids.
pub(crate) async fn load_many(tx: &mut Tx, cases: &[CaseId]) -> Result<Vec<Case>> {
    let mut ids: Vec<Uuid> = cases.iter().map(|case| case.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<CaseRow> = bulk::select_in(tx, &OF_IDS, &ids, |row, id| {
        row.push(*id);
    })
    .await?;
    let mut found = all(rows)?;
    found.sort_by_key(|case| case.id);
    Ok(found)
}

const CASE: bulk::Insert = bulk::Insert {
    into: concat!("case_now (", columns!(), ")"),
    on_conflict: "(id) DO UPDATE SET applicant = excluded.applicant, unit = excluded.unit, \
        district = excluded.district, mahalla = excluded.mahalla, origin = excluded.origin, \
        regime = excluded.regime, applied_on = excluded.applied_on, \
        counted_month = excluded.counted_month, window_end = excluded.window_end, \
        former_category = excluded.former_category, roster = excluded.roster, \
        state = excluded.state, wait = excluded.wait, wait_detail = excluded.wait_detail, \
        wait_since = excluded.wait_since, wait_deadline = excluded.wait_deadline, \
        verdict = excluded.verdict, assessment = excluded.assessment, \
        pack = excluded.pack, \
        programme = excluded.programme, category = excluded.category, \
        amount_minor = excluded.amount_minor, per_capita_minor = excluded.per_capita_minor, \
        last_month = excluded.last_month, \
        decision = excluded.decision, decided_at = excluded.decided_at, \
        held_category = excluded.held_category, held_months = excluded.held_months, \
        events = excluded.events",
};

const EVENT: bulk::Insert = bulk::Insert {
    into: "case_event (case_id, seq, at, kind, account, detail)",
    on_conflict: "",
};

/// Stores cases, new or changed, with what happened to them since they were loaded. Two
/// transactions that change one case collide on the number of the event, and one is redone.
pub(crate) async fn save(tx: &mut Tx, cases: &mut [Case]) -> Result<()> {
    cases.sort_by_key(|case| case.id);
    bulk::insert(tx, &CASE, cases, bind).await?;
    super::member::keep(tx, cases).await?;
    let news: Vec<Event> = cases
        .iter_mut()
        .flat_map(|case| case.news.drain(..))
        .collect();
    bulk::insert(tx, &EVENT, &news, |row, event| {
        row.push(event.case.0)
            .push(event.seq)
            .push(event.at.0)
            .push(event.kind.word())
            .push(event.account.map(|account| account.0))
            .push(event.detail.to_string());
    })
    .await?;
    Ok(())
}

fn bind(row: &mut bulk::Values, case: &Case) {
    let wait = case.wait.as_ref();
    row.push(case.id.0)
        .push(case.number.as_str())
        .push(case.origin.word())
        .push(case.former_case.map(|former| former.0))
        .push(case.applicant.0)
        .push(case.unit.0)
        .push(i64::from(case.district))
        .push(i64::from(case.mahalla))
        .push(case.regime.as_str())
        .push(case.bank_consent)
        .push(case.lodged_at.0)
        .push(i64::from(case.applied_on.0))
        .push(i64::from(case.counted_month.0))
        .push(i64::from(case.window_end.0))
        .push(case.former_category.as_deref())
        .push(case.roster.as_deref())
        .push(case.state.word())
        .push(wait.map(|wait| wait.who.word()))
        .push(wait.map(|wait| wait.detail.as_str()))
        .push(wait.map(|wait| wait.since.0))
        .push(
            wait.and_then(|wait| wait.deadline)
                .map(|deadline| deadline.0),
        )
        .push(case.verdict.map(super::Verdict::word))
        .push(case.assessment.map(|assessment| assessment.0))
        .push(case.pack.as_ref().map(|hash| hash.as_slice()))
        .push(case.programme.as_deref())
        .push(case.category.as_deref())
        .push(case.amount.map(Money::minor))
        .push(case.per_capita_minor)
        .push(case.last_month.map(|month| i64::from(month.0)))
        .push(case.decision.map(|decision| decision.0))
        .push(case.decided_at.map(|at| at.0))
        .push(case.held.as_ref().and_then(|held| held.category.as_deref()))
        .push(case.held.as_ref().map(|held| i64::from(held.months)))
        .push(case.events);
}
