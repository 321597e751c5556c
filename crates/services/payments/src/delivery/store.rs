//! SQL of files that were written.

use bankfile::pain001;
use kernel::ids::StatementId;
use kernel::{Day, Instant, RunId};
use store::{Tx, execute, fetch_one, fetch_optional, fetch_value};
use uuid::Uuid;

use super::CURRENCY;
use crate::channel::{FileChannel, read_form};
use crate::statement::Statement;
use crate::{Result, sql};

/// A file of a statement, as it was first written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    pub attempt: i64,
    pub message: String,
    pub made_at: Instant,
    pub pay_on: Day,
    pub channel: FileChannel,
    /// `None` until its bytes were made once.
    pub sha256: Option<[u8; 32]>,
    /// The bank did not take it.
    pub rejected: bool,
}

impl WrittenFile {
    pub fn head(&self, statement: &Statement) -> pain001::Head {
        pain001::Head {
            message: self.message.clone(),
            made_at: self.made_at,
            pay_on: self.pay_on,
            owner: self.channel.owner.clone(),
            account: self.channel.account.as_str().to_owned(),
            form: self.channel.form,
            bank: statement.mfo,
            currency: CURRENCY,
            lines: statement.lines,
            total: statement.total,
        }
    }
}

type Row = (
    i64,
    String,
    i64,
    i64,
    String,
    String,
    String,
    Option<Vec<u8>>,
    Option<i64>,
);

/// The last file of a statement.
pub async fn last_file(tx: &mut Tx, statement: StatementId) -> Result<Option<WrittenFile>> {
    let row = fetch_optional!(
        tx,
        Row,
        "SELECT f.attempt, f.message, f.made_at, f.pay_on, f.account, f.form, f.owner, f.sha256,
            r.at
         FROM statement_file f LEFT JOIN statement_rejection r
            ON r.statement = f.statement AND r.attempt = f.attempt
         WHERE f.statement = $1 ORDER BY f.attempt DESC LIMIT 1",
        statement.0
    )?;
    row.map(read).transpose()
}

fn read(row: Row) -> Result<WrittenFile> {
    let (attempt, message, made_at, pay_on, account, form, owner, sha256, rejected_at) = row;
    let channel = FileChannel {
        account: sql::account(&account)?,
        form: read_form(&form)?,
        owner,
    };
    Ok(WrittenFile {
        attempt,
        message,
        made_at: Instant(made_at),
        pay_on: Day(pay_on as i32),
        channel,
        sha256: sha256.map(sql::sha256).transpose()?,
        rejected: rejected_at.is_some(),
    })
}

pub async fn insert_file(tx: &mut Tx, statement: StatementId, file: &WrittenFile) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO statement_file (statement, attempt, message, made_at, pay_on, account, form,
            owner) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        statement.0,
        file.attempt,
        file.message.as_str(),
        file.made_at.0,
        i64::from(file.pay_on.0),
        file.channel.account.as_str(),
        file.channel.form.as_str(),
        file.channel.owner.as_str()
    )?;
    Ok(())
}

/// Keeps the hash of a file's bytes once; answers the one that is kept.
pub async fn keep_hash(
    tx: &mut Tx,
    statement: StatementId,
    attempt: i64,
    sha256: [u8; 32],
) -> Result<[u8; 32]> {
    execute!(
        tx,
        "UPDATE statement_file SET sha256 = $3
         WHERE statement = $1 AND attempt = $2 AND sha256 IS NULL",
        statement.0,
        attempt,
        sha256.as_slice()
    )?;
    let (kept,) = fetch_one!(
        tx,
        (Vec<u8>,),
        "SELECT sha256 FROM statement_file WHERE statement = $1 AND attempt = $2",
        statement.0,
        attempt
    )?;
    Ok(sql::sha256(kept)?)
}

/// The statement and attempt that a message of ours was.
pub async fn find_by_message(tx: &mut Tx, message: &str) -> Result<Option<(StatementId, i64)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, i64),
        "SELECT statement, attempt FROM statement_file WHERE message = $1",
        message
    )?;
    Ok(row.map(|(statement, attempt)| (StatementId(statement), attempt)))
}

/// The bank did not take a file; false when that was known already.
pub async fn reject(
    tx: &mut Tx,
    (statement, attempt): (StatementId, i64),
    reason: Option<&str>,
    file: Uuid,
    at: Instant,
) -> Result<bool> {
    let changed = execute!(
        tx,
        "INSERT INTO statement_rejection (statement, attempt, reason, file, at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (statement, attempt) DO NOTHING",
        statement.0,
        attempt,
        reason,
        file,
        at.0
    )?;
    Ok(changed == 1)
}

/// How many statements of a run have not left: neither accepted nor written.
pub async fn unwritten(tx: &mut Tx, run: RunId) -> Result<i64> {
    Ok(fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM statement s WHERE s.run = $1 AND s.accepted_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM statement_file f
             WHERE f.statement = s.id AND f.sha256 IS NOT NULL)",
        run.0
    )?)
}
