//! "Who looked": what a person reads about the looks at the own data.

use kernel::day::Instant;
use kernel::ids::{CaseId, PersonId, RunId};
use store::{Fault, Result, Tx, bulk, fetch_all, fetch_value};
use uuid::Uuid;

use super::delay::DELAY_DAYS_MAX;
use super::entry_id::EntryId;
use super::verify::page_of;
use crate::{Action, Permit, Purpose, Role};

/// Looks on one page at most, the newest first.
pub const LOOKS_MAX: i64 = 200;

/// Whose looks: a person by name, the cases the person belongs to, and the batches whose own rows
/// hold the person. The services that own cases and runs say which those are.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    pub person: PersonId,
    pub cases: &'a [CaseId],
    pub runs: &'a [RunId],
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
    signed: bool,
    withheld: Option<String>,
}

/// Everything that a look shows. A delay is over when its moment has come; the entry of a delay
/// is shown with what it withheld, and one that withheld nothing when any delay must be over.
macro_rules! looks {
    ($from:literal, $where:literal, $now:literal, $over:literal) => {
        concat!(
            "SELECT l.chain_id, l.seq, l.at, l.role, l.office, l.action, l.purpose, l.case_id,
               l.run_id, l.population,
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
            " AND l.granted = TRUE
               AND NOT EXISTS (SELECT 1 FROM disclosure_delay d WHERE d.chain_id = l.chain_id
                 AND d.seq = l.seq AND d.until > ", $now, ")
               AND (l.action <> 'delay_disclosure' OR l.at < ", $over, " OR EXISTS (SELECT 1
                 FROM disclosure_delay d WHERE d.by_chain = l.chain_id AND d.by_seq = l.seq
                 AND NOT EXISTS (SELECT 1 FROM disclosure_delay e WHERE e.chain_id = d.chain_id
                   AND e.seq = d.seq AND e.until > ", $now, ")))"
        )
    };
}

const OF_CASES: bulk::With = bulk::With {
    v: "id, now, over",
    statement: looks!(
        "v CROSS JOIN access_log l",
        "l.case_id = v.id",
        "v.now",
        "v.over"
    ),
};
const OF_RUNS: bulk::With = bulk::With {
    v: "id, now, over",
    statement: looks!(
        "v CROSS JOIN access_log l",
        "l.run_id = v.id",
        "v.now",
        "v.over"
    ),
};

/// The newest looks at a person as of `now`, those of which the person is to know by then.
pub async fn of_person(
    tx: &mut Tx,
    permit: &Permit,
    whose: &Whose<'_>,
    now: Instant,
) -> Result<Vec<Look>> {
    must_be_own(permit, whose);
    let over = over(now);
    let mut rows = fetch_all!(
        tx,
        LookRow,
        concat!(
            looks!("access_log l", "l.person = $1", "$2", "$3"),
            " ORDER BY l.at DESC LIMIT $4"
        ),
        whose.person.0,
        now.0,
        over,
        LOOKS_MAX
    )?;
    rows.extend(
        bulk::select_in::<_, LookRow>(tx, &OF_CASES, whose.cases, |row, id| {
            row.push(id.0).push(now.0).push(over);
        })
        .await?,
    );
    rows.extend(
        bulk::select_in::<_, LookRow>(tx, &OF_RUNS, whose.runs, |row, id| {
            row.push(id.0).push(now.0).push(over);
        })
        .await?,
    );
    newest(rows)
}

/// The newest looks that went over the register as a whole, and so over everybody in it.
pub async fn of_everybody(tx: &mut Tx, permit: &Permit, now: Instant) -> Result<Vec<Look>> {
    permit.must_be_for(&[Action::ReadAccessLog]);
    let rows = fetch_all!(
        tx,
        LookRow,
        concat!(
            looks!(
                "access_log l",
                "l.population IS NOT NULL AND l.run_id IS NULL",
                "$1",
                "$2"
            ),
            " ORDER BY l.at DESC LIMIT $3"
        ),
        now.0,
        over(now),
        LOOKS_MAX
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
    let shown = fetch_all!(
        tx,
        LookRow,
        looks!("access_log l", "l.chain_id = $1 AND l.seq = $2", "$3", "$4"),
        entry.chain,
        entry.seq,
        now.0,
        over(now)
    )?;
    if shown.is_empty() {
        return Ok(false);
    }
    let row = page_of(tx, entry.chain, entry.seq, entry.seq).await?;
    let row = row.into_iter().next().map(|row| row.entry);
    Ok(row.is_some_and(|row| {
        let case = row.case_id.map(CaseId);
        let run = row.run_id.map(RunId);
        row.person == Some(whose.person.0)
            || case.is_some_and(|case| whose.cases.contains(&case))
            || run.is_some_and(|run| whose.runs.contains(&run))
            || (row.population.is_some() && run.is_none())
    }))
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
fn newest(mut rows: Vec<LookRow>) -> Result<Vec<Look>> {
    rows.sort_by_key(|row| (std::cmp::Reverse(row.at), row.chain_id, -row.seq));
    rows.dedup_by_key(|row| (row.chain_id, row.seq));
    rows.truncate(usize::try_from(LOOKS_MAX).unwrap_or(usize::MAX));
    rows.into_iter().map(look).collect()
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
