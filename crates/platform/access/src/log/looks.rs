//! "Who looked": what a person reads about the looks at the own data.

use kernel::day::Instant;
use kernel::ids::{CaseId, PersonId, RunId};
use store::{Fault, Result, Tx, bulk, fetch_all, fetch_value};
use uuid::Uuid;

use super::before::Before;
use super::delay::DELAY_DAYS_MAX;
use super::entry_id::EntryId;
use crate::{Action, Errand, Permit, Purpose, Role};

/// Looks on one page at most, the newest first.
pub const LOOKS_MAX: usize = 200;

/// One more than a page has: so it is known that there are earlier ones.
macro_rules! rows_max {
    () => {
        " LIMIT 201"
    };
}

/// Whose looks: a person by name, the cases the person belongs to, and the batches whose own rows
/// hold the person. The services that own cases and runs say which those are.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    pub person: PersonId,
    pub cases: &'a [CaseId],
    pub runs: &'a [RunId],
}

/// A page of looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looks {
    /// The newest first.
    pub page: Vec<Look>,
    /// Where the page of earlier ones begins, if there are any.
    pub earlier: Option<Before>,
}

/// One look. It names the office, not the officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub entry: EntryId,
    pub at: Instant,
    pub role: Role,
    pub office: String,
    pub action: Action,
    pub purpose: Purpose,
    pub case: Option<CaseId>,
    pub run: Option<RunId>,
    /// Of a batch: how many it looked at together.
    pub population: Option<u64>,
    /// For what a partner's system looked, as it said itself.
    pub errand: Errand,
    /// A signed checkpoint holds it: a proof can be had.
    pub signed: bool,
    /// It was withheld for a time, on this ground.
    pub withheld: Option<String>,
}

#[derive(sqlx::FromRow)]
struct LookRow {
    chain_id: Uuid,
    seq: i64,
    at: i64,
    role: String,
    office: String,
    action: String,
    purpose: String,
    case_id: Option<Uuid>,
    run_id: Option<Uuid>,
    population: Option<i64>,
    #[sqlx(flatten)]
    errand: Errand,
    signed: bool,
    withheld: Option<String>,
}

/// Everything that a look shows; a person's own visits are none. A delay is over when its moment
/// has come; the entry of a delay is shown with what it withheld, and one that withheld nothing
/// when any delay must be over.
macro_rules! looks {
    ($from:literal, $where:expr, $now:literal, $over:literal) => {
        concat!(
            "SELECT l.chain_id, l.seq, l.at, l.role, l.office, l.action, l.purpose, l.case_id,
               l.run_id, l.population, l.errand_id, l.errand_user, l.errand_issue,
               EXISTS (SELECT 1 FROM log_segment s WHERE s.chain_id = l.chain_id AND s.to_seq >= l.seq)
                 AS signed,
               (SELECT d.ground FROM disclosure_delay d
                WHERE (d.chain_id = l.chain_id AND d.seq = l.seq)
                  OR (d.by_chain = l.chain_id AND d.by_seq = l.seq)
                ORDER BY d.until DESC, d.id LIMIT 1) AS withheld
             FROM ",
            $from,
            " WHERE ",
            $where,
            " AND l.granted = TRUE AND l.purpose <> 'own_information'
               AND NOT EXISTS (SELECT 1 FROM disclosure_delay d WHERE d.chain_id = l.chain_id
                 AND d.seq = l.seq AND d.until > ", $now, ")
               AND (l.action <> 'delay_disclosure' OR l.at < ", $over, " OR EXISTS (SELECT 1
                 FROM disclosure_delay d WHERE d.by_chain = l.chain_id AND d.by_seq = l.seq
                 AND NOT EXISTS (SELECT 1 FROM disclosure_delay e WHERE e.chain_id = d.chain_id
                   AND e.seq = d.seq AND e.until > ", $now, ")))"
        )
    };
}

/// The newest looks behind a place; `newest` sorts in the same order.
macro_rules! page {
    ($from:literal, $where:expr, $now:literal, $over:literal, $at:literal, $chain:literal, $seq:literal) => {
        concat!(
            looks!($from, $where, $now, $over),
            " AND l.at <= ",
            $at,
            " AND (l.at < ",
            $at,
            " OR l.chain_id > ",
            $chain,
            " OR (l.chain_id = ",
            $chain,
            " AND l.seq < ",
            $seq,
            "))
              ORDER BY l.at DESC, l.chain_id, l.seq DESC",
            rows_max!()
        )
    };
}

/// A page of what is found by the rows of a list.
macro_rules! page_of_list {
    ($from:literal, $where:literal) => {
        bulk::With {
            v: "id, now, over, at, chain, seq",
            statement: page!($from, $where, "v.now", "v.over", "v.at", "v.chain", "v.seq"),
        }
    };
}

/// A row of a batch is of the register as a whole when it says "as many as there are" (0), or when
/// the action goes over all of it whatever its number. Batches over a few are not: a partner's
/// search by number, the events of an hour. Whom such a batch reads has a row of the own, or the
/// rows of its run. Accounts of staff and refused messages are not the register.
macro_rules! whole {
    () => {
        "l.population IS NOT NULL AND l.run_id IS NULL
         AND ((l.population = 0 AND l.action NOT IN ('manage_accounts', 'read_security_events'))
           OR l.action IN ('assess_register', 'import_register')
           OR (l.action = 'search_register' AND l.population > 100))"
    };
}

const OF_CASES: bulk::With = page_of_list!("v CROSS JOIN access_log l", "l.case_id = v.id");
const OF_RUNS: bulk::With = page_of_list!("v CROSS JOIN access_log l", "l.run_id = v.id");

/// The newest looks at a person as of `now`, those of which the person is to know by then.
pub async fn of_person(
    tx: &mut Tx,
    permit: &Permit,
    whose: &Whose<'_>,
    now: Instant,
    before: Before,
) -> Result<Looks> {
    must_be_own(permit, whose);
    let mut rows = by_name(tx, whose.person, now, before).await?;
    rows.extend(by_list(tx, whose.person, now, before).await?);
    let bind = |row: &mut bulk::Values, id: Uuid| {
        let Before { at, entry } = before;
        row.push(id).push(now.0).push(over(now));
        row.push(at.0).push(entry.chain).push(entry.seq);
    };
    let of_cases = bulk::select_in(tx, &OF_CASES, whose.cases, |row, id| bind(row, id.0));
    rows.extend(of_cases.await?);
    let of_runs = bulk::select_in(tx, &OF_RUNS, whose.runs, |row, id| bind(row, id.0));
    rows.extend(of_runs.await?);
    newest(rows)
}

async fn by_name(
    tx: &mut Tx,
    person: PersonId,
    now: Instant,
    before: Before,
) -> Result<Vec<LookRow>> {
    fetch_all!(
        tx,
        LookRow,
        page!(
            "access_log l",
            "l.person = $1",
            "$2",
            "$3",
            "$4",
            "$5",
            "$6"
        ),
        person.0,
        now.0,
        over(now),
        before.at.0,
        before.entry.chain,
        before.entry.seq
    )
}

/// Of lists that showed the person among others.
async fn by_list(
    tx: &mut Tx,
    person: PersonId,
    now: Instant,
    before: Before,
) -> Result<Vec<LookRow>> {
    fetch_all!(
        tx,
        LookRow,
        page!(
            "person_read r CROSS JOIN access_log l",
            "r.person = $1 AND l.run_id = r.run",
            "$2",
            "$3",
            "$4",
            "$5",
            "$6"
        ),
        person.0,
        now.0,
        over(now),
        before.at.0,
        before.entry.chain,
        before.entry.seq
    )
}

/// The newest looks that went over the register as a whole, and so over everybody in it.
pub async fn of_everybody(
    tx: &mut Tx,
    permit: &Permit,
    now: Instant,
    before: Before,
) -> Result<Looks> {
    permit.must_be_for(&[Action::ReadAccessLog]);
    let rows = fetch_all!(
        tx,
        LookRow,
        page!("access_log l", whole!(), "$1", "$2", "$3", "$4", "$5"),
        now.0,
        over(now),
        before.at.0,
        before.entry.chain,
        before.entry.seq
    )?;
    newest(rows)
}

/// True when an entry is a look at this person, or at everybody, that the person may know of.
pub async fn is_look_at(
    tx: &mut Tx,
    permit: &Permit,
    whose: &Whose<'_>,
    entry: EntryId,
    now: Instant,
) -> Result<bool> {
    must_be_own(permit, whose);
    let mut shown = fetch_all!(
        tx,
        LookRow,
        looks!("access_log l", "l.chain_id = $1 AND l.seq = $2", "$3", "$4"),
        entry.chain,
        entry.seq,
        now.0,
        over(now)
    )?;
    let Some(row) = shown.pop() else {
        return Ok(false);
    };
    let case = row.case_id.map(CaseId);
    let run = row.run_id.map(RunId);
    let is_listed = case.is_some_and(|case| whose.cases.contains(&case))
        || run.is_some_and(|run| whose.runs.contains(&run));
    Ok(is_listed || names(tx, entry, whose.person).await?)
}

/// The entry names the person, by itself or in its list, or is of the register as a whole.
async fn names(tx: &mut Tx, entry: EntryId, person: PersonId) -> Result<bool> {
    fetch_value!(
        tx,
        bool,
        concat!(
            "SELECT EXISTS (SELECT 1 FROM access_log l WHERE l.chain_id = $1 AND l.seq = $2
               AND (l.person = $3 OR EXISTS (SELECT 1 FROM person_read r
                   WHERE r.person = $3 AND r.run = l.run_id) OR (",
            whole!(),
            ")))"
        ),
        entry.chain,
        entry.seq,
        person.0
    )
}

/// True when a permit for this action over this run stands in the log.
pub async fn knows_of_run(tx: &mut Tx, action: Action, run: RunId) -> Result<bool> {
    fetch_value!(
        tx,
        bool,
        "SELECT EXISTS (SELECT 1 FROM access_log
         WHERE run_id = $1 AND action = $2 AND granted = TRUE)",
        run.0,
        action.name()
    )
}

fn must_be_own(permit: &Permit, whose: &Whose<'_>) {
    permit.must_be_for(&[Action::ReadAccessLog]);
    let named = permit.person();
    assert!(
        named.is_none_or(|named| named == whose.person),
        "a permit for another person's log"
    );
}

/// Looks before this moment are withheld no more.
fn over(now: Instant) -> i64 {
    now.plus_seconds(-DELAY_DAYS_MAX * 24 * 3600).0
}

/// A row may be found by its person and again by its case.
fn newest(mut rows: Vec<LookRow>) -> Result<Looks> {
    rows.sort_by_key(|row| (std::cmp::Reverse(row.at), row.chain_id, -row.seq));
    rows.dedup_by_key(|row| (row.chain_id, row.seq));
    let more = rows.len() > LOOKS_MAX;
    rows.truncate(LOOKS_MAX);
    let page: Vec<Look> = rows.into_iter().map(look).collect::<Result<_>>()?;
    let last = page.last().filter(|_| more);
    let earlier = last.map(|look| Before {
        at: look.at,
        entry: look.entry,
    });
    Ok(Looks { page, earlier })
}

fn look(row: LookRow) -> Result<Look> {
    Ok(Look {
        entry: EntryId {
            chain: row.chain_id,
            seq: row.seq,
        },
        at: Instant(row.at),
        role: Role::from_name(&row.role).ok_or_else(|| unknown(&row.role))?,
        office: row.office,
        action: Action::from_name(&row.action).ok_or_else(|| unknown(&row.action))?,
        purpose: Purpose::from_name(&row.purpose).ok_or_else(|| unknown(&row.purpose))?,
        case: row.case_id.map(CaseId),
        run: row.run_id.map(RunId),
        population: row.population.and_then(|n| u64::try_from(n).ok()),
        errand: row.errand,
        signed: row.signed,
        withheld: row.withheld,
    })
}

/// A look is never left out because its word is strange.
fn unknown(word: &str) -> Fault {
    Fault::Stored {
        what: "access_log",
        reason: format!("the word '{word}' is unknown to this version"),
    }
}
