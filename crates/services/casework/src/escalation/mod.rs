//! A visit or a conclusion that did not come in time is told to the district officer. The family
//! is never refused for it: the case waits on, and a step that comes late is taken like any other.
//!
//! ```text
//! await a step ──(job at the deadline)──> still awaited? ──> escalation, open until the case
//!                                         done already?  ──> nothing        waits no longer for it
//! ```

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use ::store::job::{Job, NewJob};
use ::store::{Tx, bulk, fetch_all, fetch_value};
use kernel::{CaseId, Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::case::{self, Case, EventKind, State, WaitFor, narrow};
use crate::events;
use crate::fault::{Fault, Result};

/// Jobs followed in one transaction.
pub const JOBS_MAX: i64 = 1_000;

/// A step that is late, as the district officer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escalation {
    pub case: CaseId,
    pub number: String,
    /// The visit or the conclusion of the Seven.
    pub step: WaitFor,
    pub district: u32,
    pub mahalla: u32,
    /// Late since then.
    pub deadline: Instant,
    pub opened_at: Instant,
}

/// What the job of a deadline carries.
#[derive(Serialize, Deserialize)]
struct Due {
    case: CaseId,
    step: String,
}

/// The step a case waits for, with its deadline.
fn awaited(case: &Case) -> Option<(WaitFor, Instant)> {
    let wait = case.wait.as_ref()?;
    let human = matches!(wait.who, WaitFor::Visit | WaitFor::Seven);
    let deadline = wait.deadline.filter(|_| human)?;
    (case.state == State::Visiting).then_some((wait.who, deadline))
}

/// The job that looks at the case when its step should have come.
pub(crate) fn due_job(case: &Case) -> Option<NewJob> {
    let (step, deadline) = awaited(case)?;
    let due = Due {
        case: case.id,
        step: step.word().to_owned(),
    };
    let payload = serde_json::to_string(&due).expect("plain data becomes JSON");
    // A step that is awaited anew has another deadline, and a job of its own.
    let key = format!("{} {} {}", case.id, step.word(), deadline.0);
    Some(NewJob::new(events::STEP_DUE, key, payload).at(deadline))
}

const EXISTING: bulk::With = bulk::With {
    v: "case_id, step, deadline",
    statement: "SELECT e.case_id FROM v CROSS JOIN escalation e WHERE e.case_id = v.case_id \
                AND e.step = v.step AND e.deadline = v.deadline",
};
const ESCALATION: bulk::Insert = bulk::Insert {
    into: "escalation (case_id, step, deadline, district, mahalla, opened_at)",
    on_conflict: "(case_id, step, deadline) DO NOTHING",
};

/// Follows the jobs of deadlines that are over: a step that has not come is told to the district
/// officer and written into the case. Answers how many are late.
pub async fn follow(tx: &mut Tx, now: Instant, jobs: &[Job]) -> Result<usize> {
    let mut wanted = HashSet::with_capacity(jobs.len());
    for job in jobs {
        let due: Due = serde_json::from_str(&job.payload).map_err(|e| Fault::Stored {
            what: "the job of a deadline",
            reason: e.to_string(),
        })?;
        wanted.insert((due.case, due.step));
    }
    let ids: Vec<CaseId> = wanted.iter().map(|(case, _)| *case).collect();
    let mut late = case::load_many(tx, &ids).await?;
    late.retain(|case| {
        awaited(case).is_some_and(|(step, deadline)| {
            deadline <= now && wanted.contains(&(case.id, step.word().to_owned()))
        })
    });
    let told = told_already(tx, &late).await?;
    late.retain(|case| !told.contains(&case.id));
    open(tx, now, &mut late).await?;
    Ok(late.len())
}

async fn told_already(tx: &mut Tx, late: &[Case]) -> Result<HashSet<CaseId>> {
    let rows: Vec<(Uuid,)> = bulk::select_in(tx, &EXISTING, late, bind_key).await?;
    Ok(rows.into_iter().map(|(case,)| CaseId(case)).collect())
}

fn bind_key(row: &mut bulk::Values, case: &Case) {
    let (step, deadline) = awaited(case).expect("only cases that wait for a step are bound");
    row.push(case.id.0).push(step.word()).push(deadline.0);
}

async fn open(tx: &mut Tx, now: Instant, late: &mut [Case]) -> Result<()> {
    bulk::insert(tx, &ESCALATION, late, |row, case| {
        bind_key(row, case);
        row.push(i64::from(case.district))
            .push(i64::from(case.mahalla))
            .push(now.0);
    })
    .await?;
    for case in late.iter_mut() {
        let (step, deadline) = awaited(case).expect("a case that waits for a step");
        let detail = json!({ "step": step.word(), "since": deadline });
        case.happened(now, EventKind::StepLate, None, detail);
    }
    case::save(tx, late).await
}

/// Open ones of an area, the longest late first: at most `limit`.
pub async fn open_in(
    tx: &mut Tx,
    (district, mahalla): (Option<u32>, Option<u32>),
    limit: u32,
) -> Result<Vec<Escalation>> {
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT e.case_id, c.number, e.step, e.deadline, e.district, e.mahalla, e.opened_at \
         FROM escalation e JOIN case_now c ON c.id = e.case_id AND c.state = 'visiting' \
         AND c.wait = e.step AND c.wait_deadline = e.deadline \
         WHERE ($1 = 0 OR e.district = $1) AND ($2 = 0 OR e.mahalla = $2) \
         ORDER BY e.deadline, e.case_id LIMIT $3",
        i64::from(district.unwrap_or(0)),
        i64::from(mahalla.unwrap_or(0)),
        i64::from(limit)
    )?;
    rows.into_iter().map(Escalation::try_from).collect()
}

/// How many are open in an area.
pub async fn count_open(
    tx: &mut Tx,
    (district, mahalla): (Option<u32>, Option<u32>),
) -> Result<i64> {
    Ok(fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM escalation e JOIN case_now c ON c.id = e.case_id \
         AND c.state = 'visiting' AND c.wait = e.step AND c.wait_deadline = e.deadline \
         WHERE ($1 = 0 OR e.district = $1) AND ($2 = 0 OR e.mahalla = $2)",
        i64::from(district.unwrap_or(0)),
        i64::from(mahalla.unwrap_or(0))
    )?)
}

#[derive(sqlx::FromRow)]
struct Row {
    case_id: Uuid,
    number: String,
    step: String,
    deadline: i64,
    district: i64,
    mahalla: i64,
    opened_at: i64,
}

impl TryFrom<Row> for Escalation {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Escalation> {
        Ok(Escalation {
            case: CaseId(row.case_id),
            number: row.number,
            step: row.step.parse()?,
            district: narrow("district", row.district)?,
            mahalla: narrow("mahalla", row.mahalla)?,
            deadline: Instant(row.deadline),
            opened_at: Instant(row.opened_at),
        })
    }
}
