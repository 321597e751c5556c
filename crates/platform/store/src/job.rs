//! Work for later: enqueued in the transaction of the change, claimed under a
//! lease by any worker of any process, retried with backoff, and at last dead
//! with an owner who looks at it.
//!
//! ```no_run
//! # use store::{job::{self, NewJob}, Platform};
//! # async fn example(platform: &Platform) -> store::Result<()> {
//! let mut tx = platform.db.begin().await?;
//! job::enqueue(&mut tx, &platform.ids, &[NewJob::new("gather", "case 17", "{\"case\":17}")]).await?;
//! tx.commit().await?;
//!
//! for job in job::claim(platform, "gather", 100, job::LEASE_S).await? {
//!     let done: Result<(), String> = Ok(()); // the work, without a transaction
//!     match done {
//!         Ok(()) => {
//!             let mut tx = platform.db.begin().await?;
//!             // ... its effect, in this same transaction ...
//!             job::done(&mut tx, std::slice::from_ref(&job)).await?;
//!             tx.commit().await?;
//!         }
//!         Err(error) => { job::fail(platform, &job, &error).await?; }
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! A job that is done is deleted; what it did is told by its effect and by the
//! outbox. A worker that dies keeps its jobs until their lease ends; then they
//! are claimed again. One that was only slow learns at [`done`] that its job
//! was taken over, and its transaction must not be committed.

use crate::{Fault, Ids, Platform, Result, Tx, bulk, execute, fetch_all, fetch_value};
use kernel::day::Instant;
use uuid::Uuid;

/// Jobs claimed at once at most.
pub const CLAIM_MAX: i64 = 10_000;
/// A lease that fits most work, in seconds of the platform's clock.
pub const LEASE_S: i64 = 120;
/// Attempts when the job does not say.
pub const ATTEMPTS_MAX: i64 = 8;
/// First wait after a failure; it doubles up to the longest.
pub const BACKOFF_S_MIN: i64 = 5;
pub const BACKOFF_S_MAX: i64 = 3600;
/// Characters of an error that are kept.
const ERROR_CHARS_MAX: usize = 1000;

const SECOND_US: i64 = 1_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    pub kind: &'static str,
    /// While a job of this kind and key waits, a second one is not added.
    pub key: String,
    /// JSON, known to the kind.
    pub payload: String,
    /// Not before this moment; `Instant(0)` is at once.
    pub run_at: Instant,
    pub attempts_max: i64,
    /// Who looks at it when it is dead.
    pub owner: &'static str,
}

impl NewJob {
    pub fn new(kind: &'static str, key: impl Into<String>, payload: impl Into<String>) -> NewJob {
        NewJob {
            kind,
            key: key.into(),
            payload: payload.into(),
            run_at: Instant(0),
            attempts_max: ATTEMPTS_MAX,
            owner: "operator",
        }
    }

    pub fn at(mut self, run_at: Instant) -> NewJob {
        self.run_at = run_at;
        self
    }
}

/// A claimed job. `attempts` counts this one and is the fence of its lease.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Job {
    pub id: Uuid,
    pub kind: String,
    pub key: String,
    pub payload: String,
    pub attempts: i64,
    pub attempts_max: i64,
    pub owner: String,
}

/// What became of a failed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    RetryAt(Instant),
    /// A newer job of the same kind and key waits already; this one went.
    Superseded,
    Dead,
}

const NEW: bulk::Insert = bulk::Insert {
    into: "job (id, kind, key, payload, state, run_at, attempts, attempts_max, owner)",
    on_conflict: "(kind, key) WHERE state = 'ready' DO NOTHING",
};

/// Adds jobs in the transaction of the change; the number added (those whose
/// key waits already are not).
pub async fn enqueue(tx: &mut Tx, ids: &Ids, jobs: &[NewJob]) -> Result<u64> {
    let at_once = ids.now().0;
    bulk::insert(tx, &NEW, jobs, |row, job| {
        row.push(ids.uuid())
            .push(job.kind)
            .push(job.key.as_str())
            .push(job.payload.as_str())
            .push("ready")
            .push(if job.run_at.0 == 0 {
                at_once
            } else {
                job.run_at.0
            })
            .push(0_i64)
            .push(job.attempts_max)
            .push(job.owner);
    })
    .await
}

/// Takes up to `limit` jobs of `kind` that are due, for `lease_s` seconds. No
/// two workers get the same job; oldest first.
pub async fn claim(platform: &Platform, kind: &str, limit: i64, lease_s: i64) -> Result<Vec<Job>> {
    let now = platform.clock.now().0;
    let mut tx = platform.db.read().await?;
    let any = fetch_value!(
        tx,
        bool,
        "SELECT EXISTS (SELECT 1 FROM job WHERE kind = $1 AND run_at <= $2 AND state <> 'dead')",
        kind,
        now
    )?;
    drop(tx);
    if !any {
        return Ok(Vec::new()); // an idle worker never takes the writer
    }
    let mut tx = platform.db.begin().await?;
    bury_worn_out(&mut tx, kind, now).await?;
    let limit = limit.clamp(0, CLAIM_MAX);
    let until = now + lease_s * SECOND_US;
    let mut jobs = claim_due(&mut tx, kind, now, limit, until).await?;
    tx.commit().await?;
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

async fn claim_due(tx: &mut Tx, kind: &str, now: i64, limit: i64, until: i64) -> Result<Vec<Job>> {
    match tx {
        Tx::Sqlite(_) => fetch_all!(
            tx,
            Job,
            "UPDATE job SET state = 'running', attempts = attempts + 1, run_at = $4 WHERE id IN
               (SELECT id FROM job WHERE kind = $1 AND run_at <= $2 AND state <> 'dead'
                ORDER BY run_at, id LIMIT $3)
             RETURNING id, kind, key, payload, attempts, attempts_max, owner",
            kind,
            now,
            limit,
            until
        ),
        Tx::Pg(_) => fetch_all!(
            tx,
            Job,
            "UPDATE job SET state = 'running', attempts = attempts + 1, run_at = $4 WHERE id IN
               (SELECT id FROM job WHERE kind = $1 AND run_at <= $2 AND state <> 'dead'
                ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
             RETURNING id, kind, key, payload, attempts, attempts_max, owner",
            kind,
            now,
            limit,
            until
        ),
    }
}

/// A job whose last attempt never came back has killed its worker, perhaps:
/// it is not given to the next.
async fn bury_worn_out(tx: &mut Tx, kind: &str, now: i64) -> Result<()> {
    let buried = execute!(
        tx,
        "UPDATE job SET state = 'dead', error = 'the last attempt never came back'
         WHERE kind = $1 AND run_at <= $2 AND state = 'running' AND attempts >= attempts_max",
        kind,
        now
    )?;
    if buried > 0 {
        tracing::error!(kind, buried, "jobs died without a word");
    }
    Ok(())
}

const DONE: bulk::With = bulk::With {
    v: "id, attempts",
    statement: "DELETE FROM job WHERE (id, attempts, state) IN
        (SELECT id, attempts, 'running' FROM v)",
};

/// Ends the jobs in the transaction of their effect. [`Fault::LeaseLost`]:
/// another worker has one of them; roll back.
pub async fn done(tx: &mut Tx, jobs: &[Job]) -> Result<()> {
    let ended = bulk::update_from(tx, &DONE, jobs, |row, job| {
        row.push(job.id).push(job.attempts);
    })
    .await?;
    if ended == jobs.len() as u64 {
        return Ok(());
    }
    Err(Fault::LeaseLost { job: jobs[0].id })
}

const PROLONG: bulk::With = bulk::With {
    v: "id, attempts, until",
    statement: "UPDATE job SET run_at = v.until FROM v
        WHERE job.id = v.id AND job.attempts = v.attempts AND job.state = 'running'",
};

/// Prolongs the lease of jobs still at work; the number still ours.
pub async fn heartbeat(platform: &Platform, jobs: &[Job], lease_s: i64) -> Result<u64> {
    let until = platform.clock.now().0 + lease_s * SECOND_US;
    let mut tx = platform.db.begin().await?;
    let ours = bulk::update_from(&mut tx, &PROLONG, jobs, |row, job| {
        row.push(job.id).push(job.attempts).push(until);
    })
    .await?;
    tx.commit().await?;
    Ok(ours)
}

/// Sends a failed job back for later, or buries it after its last attempt.
pub async fn fail(platform: &Platform, job: &Job, error: &str) -> Result<Failed> {
    let retry_at = Instant(platform.clock.now().0 + backoff_us(job, platform.ids.random_u64()));
    postpone(platform, job, error, retry_at).await
}

/// As [`fail`], at a moment the caller knows better (an agency said when).
pub async fn postpone(
    platform: &Platform,
    job: &Job,
    error: &str,
    retry_at: Instant,
) -> Result<Failed> {
    let error: String = error.chars().take(ERROR_CHARS_MAX).collect();
    let mut tx = platform.db.begin().await?;
    let failed = if job.attempts >= job.attempts_max {
        bury(&mut tx, job, &error).await?;
        tracing::error!(job = %job.id, kind = job.kind, owner = job.owner, error, "job is dead");
        Failed::Dead
    } else {
        retry(&mut tx, job, &error, retry_at).await?
    };
    tx.commit().await?;
    Ok(failed)
}

/// Sends a claimed job back untried: nothing has failed, so no attempt is counted.
pub async fn put_off(platform: &Platform, job: &Job, until: Instant) -> Result<()> {
    let mut tx = platform.db.begin().await?;
    if let Failed::RetryAt(_) = retry(&mut tx, job, "", until).await? {
        execute!(
            tx,
            "UPDATE job SET attempts = attempts - 1, error = NULL
             WHERE id = $1 AND attempts = $2 AND state = 'ready'",
            job.id,
            job.attempts
        )?;
    }
    tx.commit().await
}

async fn bury(tx: &mut Tx, job: &Job, error: &str) -> Result<()> {
    let buried = execute!(
        tx,
        "UPDATE job SET state = 'dead', error = $3
         WHERE id = $1 AND attempts = $2 AND state = 'running'",
        job.id,
        job.attempts,
        error
    )?;
    still_ours(buried, job)
}

async fn retry(tx: &mut Tx, job: &Job, error: &str, retry_at: Instant) -> Result<Failed> {
    tx.alone(&format!("job {} {}", job.kind, job.key)).await?;
    let newer = fetch_value!(
        tx,
        bool,
        "SELECT EXISTS (SELECT 1 FROM job WHERE kind = $1 AND key = $2 AND state = 'ready')",
        job.kind.as_str(),
        job.key.as_str()
    )?;
    if newer {
        done(tx, std::slice::from_ref(job)).await?;
        return Ok(Failed::Superseded);
    }
    let kept = execute!(
        tx,
        "UPDATE job SET state = 'ready', run_at = $3, error = $4
         WHERE id = $1 AND attempts = $2 AND state = 'running'",
        job.id,
        job.attempts,
        retry_at.0,
        error
    )?;
    still_ours(kept, job)?;
    Ok(Failed::RetryAt(retry_at))
}

fn still_ours(rows: u64, job: &Job) -> Result<()> {
    if rows == 1 {
        return Ok(());
    }
    Err(Fault::LeaseLost { job: job.id })
}

/// Doubles with each attempt, and half of it is chance, so that a thousand
/// jobs that failed together do not come back together.
fn backoff_us(job: &Job, random: u64) -> i64 {
    let doublings = job.attempts.clamp(1, 20) - 1;
    let whole = (BACKOFF_S_MIN << doublings).min(BACKOFF_S_MAX) * SECOND_US;
    let jitter = i64::try_from(random % (whole as u64 / 2)).unwrap_or(0);
    whole / 2 + jitter
}

/// The keys of all jobs of a kind that are not done: ready, at work or dead.
pub async fn keys(tx: &mut Tx, kind: &str) -> Result<Vec<String>> {
    let rows = fetch_all!(
        tx,
        (String,),
        "SELECT DISTINCT key FROM job WHERE kind = $1 ORDER BY key",
        kind
    )?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}

/// A dead job, for its owner's page.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DeadJob {
    pub id: Uuid,
    pub kind: String,
    pub key: String,
    pub owner: String,
    pub attempts: i64,
    pub error: Option<String>,
}

pub async fn dead(tx: &mut Tx, limit: i64) -> Result<Vec<DeadJob>> {
    fetch_all!(
        tx,
        DeadJob,
        "SELECT id, kind, key, owner, attempts, error FROM job WHERE state = 'dead'
         ORDER BY id LIMIT $1",
        limit
    )
}

/// Jobs of a kind that wait for a later moment are due now: what they wait for has come.
pub async fn hasten(tx: &mut Tx, ids: &Ids, kind: &'static str, keys: &[String]) -> Result<()> {
    for key in keys {
        execute!(
            tx,
            "UPDATE job SET run_at = $3
             WHERE kind = $1 AND key = $2 AND state = 'ready' AND run_at > $3",
            kind,
            key.as_str(),
            ids.now().0
        )?;
    }
    Ok(())
}

/// Gives a dead job its attempts again, unless the same waits already.
pub async fn revive(tx: &mut Tx, ids: &Ids, job: Uuid) -> Result<bool> {
    let revived = execute!(
        tx,
        "UPDATE job SET state = 'ready', attempts = 0, run_at = $2
         WHERE id = $1 AND state = 'dead' AND NOT EXISTS (SELECT 1 FROM job other
           WHERE other.kind = job.kind AND other.key = job.key AND other.state = 'ready')",
        job,
        ids.now().0
    )?;
    Ok(revived == 1)
}

/// Jobs of a kind by state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct JobCount {
    pub kind: String,
    pub state: String,
    pub jobs: i64,
    /// The earliest moment one of them may be taken, microseconds UTC.
    pub next_at: i64,
}

/// What waits, for the figures page and for a story that steps its clock to
/// the next thing to do.
pub async fn counts(tx: &mut Tx) -> Result<Vec<JobCount>> {
    fetch_all!(
        tx,
        JobCount,
        "SELECT kind, state, COUNT(*) AS jobs, MIN(run_at) AS next_at FROM job
         GROUP BY kind, state ORDER BY kind, state"
    )
}
