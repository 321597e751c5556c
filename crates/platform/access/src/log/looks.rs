//! "Who looked": what a person reads about the looks at the own data.

use kernel::day::Instant;
use kernel::ids::{CaseId, PersonId, RunId};
use store::{Fault, Result, Tx, bulk, fetch_all};
use uuid::Uuid;

use crate::{Action, Permit, Purpose, Role};

/// Looks on one page at most, the newest first.
pub const LOOKS_MAX: i64 = 200;

/// One look. It names the office, not the officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub at: Instant,
    pub role: Role,
    pub office: String,
    pub action: Action,
    pub purpose: Purpose,
    pub case: Option<CaseId>,
    pub run: Option<RunId>,
    /// Of a batch: how many it looked at together.
    pub population: Option<u64>,
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
}

const OF_CASES: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT l.chain_id, l.seq, l.at, l.role, l.office, l.action, l.purpose, l.case_id,
          l.run_id, l.population
        FROM v CROSS JOIN access_log l WHERE l.case_id = v.id AND l.granted = TRUE",
};
const OF_RUNS: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT l.chain_id, l.seq, l.at, l.role, l.office, l.action, l.purpose, l.case_id,
          l.run_id, l.population
        FROM v CROSS JOIN access_log l WHERE l.run_id = v.id AND l.granted = TRUE",
};

/// The newest looks at `person`: by name, in the cases the person belongs to,
/// and by the batches whose own rows hold the person. The services that own
/// cases and runs say which those are.
pub async fn of_person(
    tx: &mut Tx,
    permit: &Permit,
    person: PersonId,
    cases: &[CaseId],
    runs: &[RunId],
) -> Result<Vec<Look>> {
    permit.must_be_for(&[Action::ReadAccessLog]);
    assert!(
        permit.person().is_none_or(|named| named == person),
        "a permit for another person's log"
    );
    let mut rows = fetch_all!(
        tx,
        LookRow,
        "SELECT chain_id, seq, at, role, office, action, purpose, case_id, run_id, population
         FROM access_log WHERE person = $1 AND granted = TRUE ORDER BY at DESC LIMIT $2",
        person.0,
        LOOKS_MAX
    )?;
    rows.extend(
        bulk::select_in::<_, LookRow>(tx, &OF_CASES, cases, |row, id| {
            row.push(id.0);
        })
        .await?,
    );
    rows.extend(
        bulk::select_in::<_, LookRow>(tx, &OF_RUNS, runs, |row, id| {
            row.push(id.0);
        })
        .await?,
    );
    newest(rows)
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
        at: Instant(row.at),
        role: Role::from_name(&row.role).ok_or_else(|| unknown(&row.role))?,
        office: row.office,
        action: Action::from_name(&row.action).ok_or_else(|| unknown(&row.action))?,
        purpose: Purpose::from_name(&row.purpose).ok_or_else(|| unknown(&row.purpose))?,
        case: row.case_id.map(CaseId),
        run: row.run_id.map(RunId),
        population: row.population.and_then(|n| u64::try_from(n).ok()),
    })
}

/// A look is never left out because its word is strange.
fn unknown(word: &str) -> Fault {
    Fault::Stored {
        what: "access_log",
        reason: format!("the word '{word}' is unknown to this version"),
    }
}
