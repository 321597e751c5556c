//! What the banks' files leave for a person: lines that fit nothing, statements that do not
//! join, files that a bank rejected, banks that say nothing.

use kernel::ids::StatementId;
use kernel::{Day, Instant, Mfo, Money};
use store::{Tx, fetch_all};
use uuid::Uuid;

use super::gap::{self, Gap};
use crate::{Result, answer, limits, sql};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worklist {
    /// Lines of files.
    pub lines: Vec<UnmatchedLine>,
    /// Answers over the wire.
    pub answers: Vec<answer::Unmatched>,
    pub gaps: Vec<Gap>,
    pub rejected: Vec<Rejected>,
    pub silent: Vec<Silent>,
}

impl Worklist {
    pub fn is_empty(&self) -> bool {
        *self == Worklist::default()
    }
}

/// A line of a file that fits no payment of ours, or contradicts what we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmatchedLine {
    /// The bank's file; with the place the name under which the line is closed.
    pub file: Uuid,
    /// 0: of no bank that we gave a file to.
    pub mfo: i64,
    pub kind: String,
    pub message: String,
    pub place: i64,
    pub end_to_end: Option<String>,
    pub says: String,
    pub amount: Option<Money>,
    pub reason: Option<String>,
    pub reference: Option<String>,
    pub why: String,
    pub day: Option<Day>,
}

/// A file of ours that its bank did not take; it is written again by the next export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub statement: StatementId,
    pub mfo: Mfo,
    pub message: String,
    pub reason: Option<String>,
    pub at: Instant,
}

/// A statement that left, and of which the bank has not told everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    pub statement: StatementId,
    pub mfo: Mfo,
    pub message: String,
    /// When the file was first written.
    pub since: Instant,
    pub accepted: bool,
    pub lines: u64,
    pub unanswered: u64,
}

/// All that waits. A bank is silent when its file was written before `silent_before`.
pub async fn load(tx: &mut Tx, silent_before: Instant) -> Result<Worklist> {
    Ok(Worklist {
        gaps: gap::list(tx).await?,
        rejected: rejected(tx).await?,
        silent: silent(tx, silent_before).await?,
        ..load_unmatched(tx).await?
    })
}

/// Of all that waits what fits nothing: it alone is closed by a person.
pub async fn load_unmatched(tx: &mut Tx) -> Result<Worklist> {
    Ok(Worklist {
        lines: lines(tx).await?,
        answers: answer::unmatched(tx).await?,
        ..Worklist::default()
    })
}

#[derive(sqlx::FromRow)]
struct LineRow {
    file: Uuid,
    mfo: i64,
    kind: String,
    message: String,
    place: i64,
    end_to_end: Option<String>,
    says: String,
    amount_minor: Option<i64>,
    reason: Option<String>,
    reference: Option<String>,
    why: String,
    day: Option<i64>,
}

async fn lines(tx: &mut Tx) -> Result<Vec<UnmatchedLine>> {
    let rows = fetch_all!(
        tx,
        LineRow,
        "SELECT u.file, f.mfo, f.kind, f.message, u.place, u.end_to_end, u.says, u.amount_minor, u.reason,
            u.reference, u.why, u.day
         FROM unmatched_line u JOIN bank_file f ON f.id = u.file
         WHERE NOT EXISTS (SELECT 1 FROM closed_line c WHERE c.source = u.file AND c.place = u.place)
         ORDER BY u.file DESC, u.place LIMIT $1",
        limits::LIST_MAX
    )?;
    let line = |row: LineRow| UnmatchedLine {
        file: row.file,
        mfo: row.mfo,
        kind: row.kind,
        message: row.message,
        place: row.place,
        end_to_end: row.end_to_end,
        says: row.says,
        amount: row.amount_minor.map(Money),
        reason: row.reason,
        reference: row.reference,
        why: row.why,
        day: row.day.map(|day| Day(day as i32)),
    };
    Ok(rows.into_iter().map(line).collect())
}

async fn rejected(tx: &mut Tx) -> Result<Vec<Rejected>> {
    let rows = fetch_all!(
        tx,
        (Uuid, i64, String, Option<String>, i64),
        "SELECT s.id, s.mfo, f.message, r.reason, r.at FROM statement_rejection r
         JOIN statement_file f ON f.statement = r.statement AND f.attempt = r.attempt
         JOIN statement s ON s.id = r.statement
         WHERE s.accepted_at IS NULL AND NOT EXISTS (SELECT 1 FROM statement_file n
            WHERE n.statement = r.statement AND n.attempt > r.attempt)
         ORDER BY r.at, s.id LIMIT $1",
        limits::LIST_MAX
    )?;
    let read = |(statement, mfo, message, reason, at)| {
        Ok(Rejected {
            statement: StatementId(statement),
            mfo: sql::mfo(mfo)?,
            message,
            reason,
            at: Instant(at),
        })
    };
    rows.into_iter().map(read).collect()
}

async fn silent(tx: &mut Tx, before: Instant) -> Result<Vec<Silent>> {
    let rows = fetch_all!(
        tx,
        (Uuid, i64, String, i64, Option<i64>, i64, i64),
        "SELECT s.id, s.mfo, f.message, f.made_at, s.accepted_at, s.lines,
            s.lines - s.credited - s.returned
         FROM statement_file f JOIN statement s ON s.id = f.statement
         WHERE f.made_at < $1 AND s.lines > s.credited + s.returned
            AND NOT EXISTS (SELECT 1 FROM statement_file n
                WHERE n.statement = f.statement AND n.attempt > f.attempt)
            AND NOT EXISTS (SELECT 1 FROM statement_rejection r
                WHERE r.statement = f.statement AND r.attempt = f.attempt)
         ORDER BY f.made_at, s.id LIMIT $2",
        before.0,
        limits::LIST_MAX
    )?;
    let read = |(statement, mfo, message, since, accepted_at, lines, unanswered)| {
        let accepted: Option<i64> = accepted_at;
        Ok(Silent {
            statement: StatementId(statement),
            mfo: sql::mfo(mfo)?,
            message,
            since: Instant(since),
            accepted: accepted.is_some(),
            lines: sql::count(lines)?,
            unanswered: sql::count(unanswered)?,
        })
    };
    rows.into_iter().map(read).collect()
}
