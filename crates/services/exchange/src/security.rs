//! Security events: every message of a partner that was not believed, not understood or not allowed;
//! and every answer of an agency that may be forged.
//!
//! A row says when, whose account, what was asked, the code and the words of the refusal, and the hash
//! and length of what came. The message itself is not kept: whoever is refused could fill the disk and
//! write other people's data into a log.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use access::{Subject, account};
use kernel::ids::AccountId;
use kernel::{Instant, Source};
use sha2::{Digest, Sha256};
use store::{Tx, bulk, execute, fetch_all};
use uuid::Uuid;

use crate::{Exchange, evidence};

/// What is asked where an agency's answer is the event.
const ANSWER: &str = "answer";

/// Events of one list.
pub const EVENTS_MAX: i64 = 1_000;

/// Events of one account that are kept in one hour: whoever sends more fills no disk with it.
pub const EVENTS_AN_HOUR_MAX: u32 = 10_000;
/// The code of the last one of an hour, which stands for all that follow.
pub const UNLISTED: &str = "unlisted";

/// How many messages of each account were refused in its last hour.
#[derive(Debug, Default)]
struct Hours(Mutex<HashMap<AccountId, (i64, u32)>>);

impl Hours {
    /// The number of this one in its hour.
    fn count(&self, account: AccountId, now: Instant) -> u32 {
        let hour = now.0.div_euclid(3_600_000_000);
        let mut hours = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, refused) = hours.entry(account).or_insert((hour, 0));
        if *of != hour {
            (*of, *refused) = (hour, 0);
        }
        *refused = refused.saturating_add(1);
        *refused
    }
}

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
    /// The login of the account whose token the message came with, or the agency whose answer it is.
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
    /// A login, or the name of an agency.
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
        let now = self.platform.wall.now();
        let hours = self.platform.keep(Hours::default);
        let refused = match hours.count(subject.account, now).cmp(&EVENTS_AN_HOUR_MAX) {
            Ordering::Less => refused,
            Ordering::Equal => Refused {
                code: UNLISTED,
                reason: "this one and the further ones of the hour are not listed",
                ..refused
            },
            Ordering::Greater => return,
        };
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

/// Answers of agencies that may be forged. What an honest agency gets wrong is none of these.
pub(crate) async fn insert_answers(
    tx: &mut Tx,
    refused: &[evidence::Refused],
) -> store::Result<()> {
    const EVENT: bulk::Insert = bulk::Insert {
        into: "security_event (id, at, account, agency, asked, code, reason, sha256, bytes)",
        on_conflict: "",
    };
    let forged = refused
        .iter()
        .filter_map(|one| Some((one, one.security_code?)));
    let forged: Vec<_> = forged.collect();
    for (one, code) in &forged {
        tracing::warn!(agency = one.agency.name(), code, "an answer may be forged");
    }
    let account = Subject::system().account;
    bulk::insert(tx, &EVENT, &forged, |row, (one, code)| {
        row.push(one.id)
            .push(one.received_at.0)
            .push(account.0)
            .push(i64::from(one.agency.code()))
            .push(ANSWER)
            .push(*code)
            .push(one.reason.as_str())
            .push(evidence::sha256(&one.body))
            .push(i64::try_from(one.body.len()).unwrap_or(i64::MAX));
    })
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct EventRow {
    at: i64,
    account: Uuid,
    agency: Option<i64>,
    asked: String,
    code: String,
    reason: String,
    sha256: Vec<u8>,
    bytes: i64,
}

/// The newest events that are wanted.
pub async fn list(tx: &mut Tx, wanted: &Wanted) -> store::Result<Vec<SecurityEvent>> {
    let (account, agency) = match &wanted.sender {
        None => (None, None),
        Some(sender) => match Source::named(sender) {
            Some(agency) => (None, Some(i64::from(agency.code()))),
            // What a partner sent before it was closed stays readable.
            None => match account::find_even_closed(tx, sender).await? {
                Some((account, _)) => (Some(account.0), None),
                None => return Ok(Vec::new()),
            },
        },
    };
    let code = wanted.code.as_deref().unwrap_or("");
    let rows = fetch_all!(
        tx,
        EventRow,
        "SELECT at, account, agency, asked, code, reason, sha256, bytes FROM security_event
         WHERE at >= $1 AND ($3 = 1 OR account = $2) AND ($7 = 0 OR agency = $7)
           AND SUBSTR(code, 1, CAST($4 AS INTEGER)) = $5
         ORDER BY at DESC, id DESC LIMIT $6",
        wanted.since.map_or(0, |since| since.0),
        account.unwrap_or_default(),
        i64::from(account.is_none()),
        i64::try_from(code.chars().count()).unwrap_or(i64::MAX),
        code,
        wanted.limit.clamp(0, EVENTS_MAX),
        agency.unwrap_or(0)
    )?;
    let logins = logins(tx, &rows).await?;
    let event = |row: EventRow| SecurityEvent {
        at: Instant(row.at),
        sender: row
            .agency
            .and_then(agency_name)
            .unwrap_or_else(|| logins.get(&row.account).cloned().unwrap_or_default()),
        asked: row.asked,
        code: row.code,
        reason: row.reason,
        sha256: row.sha256,
        bytes: row.bytes,
    };
    Ok(rows.into_iter().map(event).collect())
}

fn agency_name(code: i64) -> Option<String> {
    let agency = u8::try_from(code).ok().and_then(Source::from_code);
    agency.map(|agency| agency.name().to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;
    use access::Role;
    use store::testing::each_db;

    /// A partner whose messages are all refused: the hour's last row says that there are more.
    #[tokio::test]
    async fn a_flood_of_refused_messages_is_listed_up_to_a_maximum_an_hour() {
        let schemas = [access::SCHEMA, registry::SCHEMA, crate::SCHEMA];
        each_db(&schemas, async |platform| {
            let exchange =
                Exchange::new(platform.clone(), Vec::new(), crate::tests::keys()).unwrap();
            let partner = Subject {
                role: Role::Partner,
                ..Subject::system()
            };
            let refused = Refused {
                asked: "search",
                code: "err.signature.invalid",
                reason: "forged",
            };
            let hours = platform.keep(Hours::default);
            for _ in 0..EVENTS_AN_HOUR_MAX - 2 {
                hours.count(partner.account, platform.wall.now());
            }
            let codes = async || {
                let mut tx = platform.db.read().await.unwrap();
                let listed = list(
                    &mut tx,
                    &Wanted {
                        limit: 10,
                        ..Wanted::default()
                    },
                )
                .await;
                listed
                    .unwrap()
                    .into_iter()
                    .map(|event| event.code)
                    .collect::<Vec<_>>()
            };
            for _ in 0..5 {
                exchange.note_refused(&partner, b"forged", refused).await;
            }
            assert_eq!(codes().await, [UNLISTED, "err.signature.invalid"]);
            platform.clock.step(3_600_000_000).unwrap();
            exchange.note_refused(&partner, b"forged", refused).await;
            assert_eq!(codes().await[0], "err.signature.invalid", "another hour");
        })
        .await;
    }
}
