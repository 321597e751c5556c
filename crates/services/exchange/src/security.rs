//! Security events: every message of a partner that was not believed, not understood or not allowed.
//!
//! A row says when, whose account, what was asked, the code and the words of the refusal, and the hash
//! and length of what came. The message itself is not kept: whoever is refused could fill the disk and
//! write other people's data into a log.

use std::collections::{BTreeSet, HashMap};

use access::{Subject, account};
use kernel::Instant;
use kernel::ids::AccountId;
use sha2::{Digest, Sha256};
use store::{Tx, execute, fetch_all};
use uuid::Uuid;

use crate::Exchange;

/// Events of one list.
pub const EVENTS_MAX: i64 = 1_000;

/// Why a message is refused, and what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused<'a> {
    pub asked: &'a str,
    pub code: &'a str,
    pub reason: &'a str,
}

/// An event as an officer reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityEvent {
    pub at: Instant,
    /// The login of the account whose token the message came with.
    pub sender: String,
    pub asked: String,
    pub code: String,
    pub reason: String,
    pub sha256: Vec<u8>,
    pub bytes: i64,
}

/// Which events are listed: the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub sender: Option<String>,
    /// Codes that begin so: `err.signature`.
    pub code: Option<String>,
    pub since: Option<Instant>,
    /// At most [`EVENTS_MAX`].
    pub limit: i64,
}

impl Exchange {
    /// A failure to write it down does not turn a refusal into an answer.
    pub async fn note_refused(&self, subject: &Subject, body: &[u8], refused: Refused<'_>) {
        let (asked, code) = (refused.asked, refused.code);
        tracing::warn!(office = %subject.office, asked, code, "a message is refused");
        if let Err(fault) = self.write_refused(subject, body, refused).await {
            tracing::error!(%fault, "a refused message could not be noted");
        }
    }

    async fn write_refused(
        &self,
        subject: &Subject,
        body: &[u8],
        refused: Refused<'_>,
    ) -> store::Result<()> {
        let mut tx = self.platform.db.begin().await?;
        execute!(
            tx,
            "INSERT INTO security_event (id, at, account, asked, code, reason, sha256, bytes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            self.platform.ids.uuid(),
            self.platform.wall.now().0,
            subject.account.0,
            refused.asked,
            refused.code,
            refused.reason,
            Sha256::digest(body).to_vec(),
            i64::try_from(body.len()).unwrap_or(i64::MAX)
        )?;
        tx.commit().await
    }
}

#[derive(sqlx::FromRow)]
struct EventRow {
    at: i64,
    account: Uuid,
    asked: String,
    code: String,
    reason: String,
    sha256: Vec<u8>,
    bytes: i64,
}

/// The newest events that are wanted.
pub async fn list(tx: &mut Tx, wanted: &Wanted) -> store::Result<Vec<SecurityEvent>> {
    let account = match &wanted.sender {
        None => None,
        Some(sender) => match account::find_by_login(tx, sender).await? {
            Some(subject) => Some(subject.account.0),
            None => return Ok(Vec::new()),
        },
    };
    let code = wanted.code.as_deref().unwrap_or("");
    let rows = fetch_all!(
        tx,
        EventRow,
        "SELECT at, account, asked, code, reason, sha256, bytes FROM security_event
         WHERE at >= $1 AND (account = $2 OR $3 = 1) AND SUBSTR(code, 1, CAST($4 AS INTEGER)) = $5
         ORDER BY at DESC, id DESC LIMIT $6",
        wanted.since.map_or(0, |since| since.0),
        account.unwrap_or_default(),
        i64::from(account.is_none()),
        i64::try_from(code.chars().count()).unwrap_or(i64::MAX),
        code,
        wanted.limit.clamp(0, EVENTS_MAX)
    )?;
    let logins = logins(tx, &rows).await?;
    let event = |row: EventRow| SecurityEvent {
        at: Instant(row.at),
        sender: logins.get(&row.account).cloned().unwrap_or_default(),
        asked: row.asked,
        code: row.code,
        reason: row.reason,
        sha256: row.sha256,
        bytes: row.bytes,
    };
    Ok(rows.into_iter().map(event).collect())
}

async fn logins(tx: &mut Tx, rows: &[EventRow]) -> store::Result<HashMap<Uuid, String>> {
    let accounts: BTreeSet<Uuid> = rows.iter().map(|row| row.account).collect();
    let mut logins = HashMap::new();
    for account in accounts {
        if let Some(login) = account::find_login(tx, AccountId(account)).await? {
            logins.insert(account, login);
        }
    }
    Ok(logins)
}
