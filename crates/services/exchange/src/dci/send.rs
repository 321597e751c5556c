//! Messages of ours on their way to a partner: sent until the partner has taken them, at an address
//! that is agreed at that moment, bounded in time, bytes and attempts. No redirect is followed. Each
//! partner has a road of its own (`road.rs`): one that is down holds up no other.

use std::collections::HashSet;
use std::time::Duration;

use futures::future::join_all;
use kernel::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::job::{self, Job, NewJob};
use store::{Fault, Tx, bulk, fetch_value};
use url::Url;
use uuid::Uuid;

use super::json;
use super::outgoing::{Reply, Told};
use super::partner::{self, Partner};
use super::road::{Road, Roads};
use super::subscription;
use crate::Exchange;
use crate::call::refused;
use crate::client::read_bounded;
use crate::failure::CallFailure;

/// The kind of the job that sends.
const SEND: &str = "dci.send";
/// Messages looked at in one round.
const SENDS_MAX: i64 = 32;
/// A round waits for its messages so long; a slower one goes on by itself.
const PATIENCE: Duration = Duration::from_secs(1);
/// The same where the last attempt to that partner has failed.
const PATIENCE_WITH_FAILED: Duration = Duration::from_millis(250);
/// Messages that wait for one partner; of what happens beyond, it is not told.
pub const WAITING_MAX: i64 = 10_000;
/// With waits that double up to an hour, about eight hours.
const ATTEMPTS_MAX: i64 = 16;
/// One attempt, from the first byte sent to the last one read.
const DEADLINE: Duration = Duration::from_secs(10);
/// No wish of a partner to wait holds longer than this.
const REST_S_MAX: i64 = 3_600;
/// Bytes of a partner's acknowledgement.
const ACK_BYTES_MAX: usize = 64 * 1024;

/// A message of ours that waits until its reader has taken it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    pub message_id: Uuid,
    /// The partner.
    pub sender_id: String,
    pub address: String,
    pub told: Told,
}

impl Outgoing {
    pub fn into_job(self) -> NewJob {
        let payload = serde_json::to_string(&self).expect("plain data becomes JSON");
        let job = NewJob::new(
            SEND,
            format!("{}{}", key_of(&self.sender_id), self.message_id),
            payload,
        );
        NewJob {
            attempts_max: ATTEMPTS_MAX,
            ..job
        }
    }

    fn of(job: &Job) -> store::Result<Outgoing> {
        serde_json::from_str(&job.payload).map_err(|why| Fault::Stored {
            what: "message to a partner",
            reason: why.to_string(),
        })
    }

    /// The subscription that a notification is of.
    fn subscription(&self) -> Option<Uuid> {
        let code = self.told.meta.as_ref()?.get("subscription_code")?;
        code.as_str()?.parse().ok()
    }
}

/// The outcome of a message that the partner took.
pub(super) const TAKEN: &str = "taken";

/// The beginning of the keys of a partner's messages; no name of a partner holds the line.
fn key_of(sender_id: &str) -> String {
    format!("{sender_id}|")
}

/// Messages that wait for a partner, up to [`WAITING_MAX`].
pub async fn waiting(tx: &mut Tx, sender_id: &str) -> store::Result<i64> {
    let key = key_of(sender_id);
    fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM job WHERE kind = $1 AND state = 'ready'
           AND SUBSTR(key, 1, CAST($2 AS INTEGER)) = $3 LIMIT $4) waiting",
        SEND,
        i64::try_from(key.chars().count()).unwrap_or(i64::MAX),
        key.as_str(),
        WAITING_MAX
    )
}

/// How a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Taken,
    /// The partner read it and wants it not: sent again, it would be the same.
    Refused,
    /// Nothing is agreed with the partner any more, or the subscription has ended.
    Dropped,
}

impl Ended {
    fn name(self) -> &'static str {
        match self {
            Ended::Taken => TAKEN,
            Ended::Refused => "refused",
            Ended::Dropped => "dropped",
        }
    }
}

/// Why a message waits for another attempt.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error(transparent)]
    Call(#[from] CallFailure),
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Exchange {
    /// Sends what is due, side by side; the number of attempts. A message to a partner that is left
    /// alone, or to whom enough is on its way, waits without losing an attempt.
    pub(crate) async fn send_due(&self) -> store::Result<usize> {
        let jobs = job::claim(&self.platform, SEND, SENDS_MAX, job::LEASE_S).await?;
        let wanted = self.drop_unwanted(jobs).await?;
        let roads = self.platform.keep(Roads::default);
        let mut under_way = Vec::new();
        for (job, sender_id) in wanted {
            let road = roads.to(&sender_id);
            match road.take() {
                Ok(place) => {
                    let (exchange, clean) = (self.clone(), road.breaker.is_clean());
                    let sending = tokio::spawn(async move {
                        exchange.send_on(&road, &job).await;
                        drop(place);
                    });
                    under_way.push((clean, sending));
                }
                Err(wait) => {
                    let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
                    let at = Instant(self.platform.clock.now().0.saturating_add(micros));
                    job::put_off(&self.platform, &job, at).await?;
                }
            }
        }
        let attempts = under_way.len();
        let waited = under_way.into_iter().map(|(clean, sending)| {
            let patience = if clean {
                PATIENCE
            } else {
                PATIENCE_WITH_FAILED
            };
            tokio::time::timeout(patience, sending)
        });
        join_all(waited).await;
        Ok(attempts)
    }

    /// Messages of subscriptions that have ended since end here: after its end was confirmed a
    /// subscription tells nothing. What is left, with its reader.
    async fn drop_unwanted(&self, jobs: Vec<Job>) -> store::Result<Vec<(Job, String)>> {
        let read = |job: Job| (Outgoing::of(&job).ok(), job);
        let jobs: Vec<(Option<Outgoing>, Job)> = jobs.into_iter().map(read).collect();
        let code_of = |outgoing: &Option<Outgoing>| outgoing.as_ref()?.subscription();
        let codes: HashSet<Uuid> = jobs.iter().filter_map(|(read, _)| code_of(read)).collect();
        let standing = self.standing_of(codes).await?;
        let (mut wanted, mut dropped) = (Vec::new(), Vec::new());
        for (outgoing, job) in jobs {
            let ended = code_of(&outgoing).is_some_and(|code| !standing.contains(&code));
            match outgoing {
                Some(outgoing) if ended => dropped.push((job, outgoing)),
                // What cannot be read fails when it is sent.
                outgoing => wanted.push((job, outgoing.map_or_else(String::new, |o| o.sender_id))),
            }
        }
        self.end_sending(&dropped, Ended::Dropped).await?;
        Ok(wanted)
    }

    async fn standing_of(&self, codes: HashSet<Uuid>) -> store::Result<HashSet<Uuid>> {
        if codes.is_empty() {
            return Ok(codes);
        }
        let mut tx = self.platform.db.read().await?;
        let codes: Vec<Uuid> = codes.into_iter().collect();
        subscription::standing_of(&mut tx, &codes).await
    }

    async fn send_on(&self, road: &Road, job: &Job) {
        let sent = self.send(job).await;
        match &sent {
            Ok(()) => road.breaker.succeeded(),
            Err(Unsent::Call(_)) => drop(road.breaker.failed()),
            Err(Unsent::Fault(_)) => {}
        }
        let Err(why) = sent else {
            return;
        };
        let failed = match &why {
            Unsent::Call(CallFailure::AskedToWait { s }) => {
                let s = i64::try_from(*s).unwrap_or(REST_S_MAX).min(REST_S_MAX);
                let at = self.platform.clock.now().plus_seconds(s);
                job::postpone(&self.platform, job, &why.to_string(), at).await
            }
            _ => job::fail(&self.platform, job, &why.to_string()).await,
        };
        if let Err(fault) = failed {
            tracing::error!(%fault, "a message to a partner is tried again when its lease is over");
        }
    }

    async fn send(&self, job: &Job) -> Result<(), Unsent> {
        let outgoing = Outgoing::of(job)?;
        let ended = match self.partner_at(&outgoing).await? {
            None => Ended::Dropped,
            Some((partner, url)) => {
                let reply = self.seal(&partner, outgoing.message_id, &outgoing.told);
                self.post(url, reply).await?
            }
        };
        Ok(self.end_sending(&[(job.clone(), outgoing)], ended).await?)
    }

    /// The reader and the address, when both are still agreed.
    async fn partner_at(&self, outgoing: &Outgoing) -> store::Result<Option<(Partner, Url)>> {
        let mut tx = self.platform.db.read().await?;
        let found = partner::find_open(&mut tx, &outgoing.sender_id).await?;
        let found = found.filter(|(partner, _)| partner.is_reached());
        Ok(found.and_then(|(partner, _)| {
            let url = partner.callback.as_ref()?.allows(&outgoing.address)?;
            Some((partner, url))
        }))
    }

    async fn post(&self, url: Url, reply: Reply) -> Result<Ended, CallFailure> {
        let signature = reply.signature.as_deref();
        let signature = signature.map(|signature| ("signature", signature));
        let headers = [("content-type", "application/json")];
        let headers = headers.into_iter().chain(signature);
        let exchange = async {
            let sent = self
                .to_partners
                .post(url.as_str(), headers, reply.body.into_bytes());
            let response = sent.await?;
            let status = response.status().as_u16();
            if status == 429 {
                return Err(refused(status, response.headers()));
            }
            let ack = read_bounded(response, ACK_BYTES_MAX).await?;
            let ack = json::read(&ack).unwrap_or(Value::Null);
            ended_of(status, &ack)
        };
        let ms = u64::try_from(DEADLINE.as_millis()).unwrap_or(u64::MAX);
        let within = tokio::time::timeout(DEADLINE, exchange).await;
        within.unwrap_or(Err(CallFailure::Timeout { ms }))
    }

    async fn end_sending(&self, sent: &[(Job, Outgoing)], ended: Ended) -> store::Result<()> {
        const SENT: bulk::Insert = bulk::Insert {
            into: "dci_sent (message_id, sender_id, action, at, outcome)",
            on_conflict: "",
        };
        if sent.is_empty() {
            return Ok(());
        }
        if ended != Ended::Taken {
            for (_, outgoing) in sent {
                let (sender, outcome) = (&outgoing.sender_id, ended.name());
                tracing::warn!(sender, outcome, message = %outgoing.message_id, "a message has ended");
            }
        }
        let at = self.platform.wall.now().0;
        let jobs: Vec<Job> = sent.iter().map(|(job, _)| job.clone()).collect();
        let mut tx = self.platform.db.begin().await?;
        bulk::insert(&mut tx, &SENT, sent, |row, (_, outgoing)| {
            row.push(outgoing.message_id)
                .push(outgoing.sender_id.as_str())
                .push(outgoing.told.action.as_str())
                .push(at)
                .push(ended.name());
        })
        .await?;
        job::done(&mut tx, &jobs).await?;
        tx.commit().await
    }
}

/// An acknowledgement that says no is a no; one that says nothing we read is a yes. Who has the
/// message already, from an attempt whose end we did not live to see, has taken it.
fn ended_of(status: u16, ack: &Value) -> Result<Ended, CallFailure> {
    let code = |pointer: &str| ack.pointer(pointer).and_then(Value::as_str);
    let twice = "rjct.message_id.duplicate";
    let codes = ["/errors/0/code", "/message/error/code"].map(code);
    if codes.contains(&Some(twice)) {
        return Ok(Ended::Taken);
    }
    if !(200..300).contains(&status) {
        return Err(CallFailure::Status { status });
    }
    match code("/message/ack_status") {
        Some("ERR") => Ok(Ended::Refused),
        _ => Ok(Ended::Taken),
    }
}
