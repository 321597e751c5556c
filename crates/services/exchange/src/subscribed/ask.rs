//! Subscribing at registries, and leaving.

use std::collections::BTreeSet;

use kernel::{Instant, Source};
use serde_json::{Value, json};
use store::Tx;
use store::job::{self, Job, NewJob};
use uuid::Uuid;

use super::store::{self as rows, State, Subscribed, newest};
use crate::Exchange;
use crate::dci::event::Event;
use crate::dci::json;
use crate::dialect::dci::{self, Dci};
use crate::failure::CallFailure;

/// The kind of the job that subscribes; its key is the message.
const SUBSCRIBE: &str = "registry.subscribe";
const SUBSCRIBES_MAX: i64 = 32;
const ATTEMPTS_MAX: i64 = 16;
/// A subscription that stands is asked for again after so long, and so is an answer that never came.
pub const ASKS_AGAIN_S: i64 = 86_400;

/// Why nothing is asked.
#[derive(Debug, thiserror::Error)]
pub enum NotSubscribed {
    #[error(
        "the file of {} has no subscribe = [...] in its table [dci]; see docs/connectors.md",
        .0.name()
    )]
    NotAgreed(Source),
    #[error("the registry did not take it: {0}")]
    Refused(String),
    #[error(transparent)]
    Call(#[from] CallFailure),
    #[error(transparent)]
    Fault(#[from] store::Fault),
}

impl Exchange {
    /// Subscribes where it is due; the number of messages sent.
    pub(crate) async fn subscribe_due(&self) -> store::Result<usize> {
        for agency in self.telling() {
            self.keep_subscribed(agency, false).await?;
        }
        let jobs = job::claim(&self.platform, SUBSCRIBE, SUBSCRIBES_MAX, job::LEASE_S).await?;
        for job in &jobs {
            if let Err(why) = self.subscribe_job(job).await {
                job::fail(&self.platform, job, &why.to_string()).await?;
            }
        }
        Ok(jobs.len())
    }

    /// Subscribes now to all that the file of an agency names, whatever had become of it.
    pub async fn subscribe(&self, agency: Source) -> Result<Vec<Subscribed>, NotSubscribed> {
        self.teller(agency)?;
        self.keep_subscribed(agency, true).await?;
        self.subscribe_due().await?;
        Ok(self.subscribed(agency).await?)
    }

    /// Ends what stands there. It is not asked for again until somebody subscribes.
    pub async fn unsubscribe(&self, agency: Source) -> Result<Vec<Subscribed>, NotSubscribed> {
        let (line, dci) = self.teller(agency)?;
        let mut tx = self.platform.db.read().await?;
        let all = rows::of_agency(&mut tx, agency).await?;
        drop(tx);
        // One that was asked for again each day is named once.
        let codes: BTreeSet<&str> = standing(&all)
            .filter_map(|one| one.code.as_deref())
            .collect();
        if !codes.is_empty() {
            let (id, now) = (self.platform.ids.uuid(), self.platform.wall.now());
            let message = json!({
                "transaction_id": id.to_string(),
                "timestamp": now.to_string(),
                "subscription_codes": codes,
            });
            let header = header(
                dci,
                (id, now),
                ("unsubscribe", "on-unsubscribe"),
                codes.len(),
            );
            let address = dci.beside(&line.connector.address, "unsubscribe");
            let sent = dci::seal(dci, &address, (header, message), now)?;
            let (status, body) = line.deliver(&sent).await?;
            taken(status, &body)?;
        }
        let now = self.platform.clock.now();
        let mut tx = self.platform.db.begin().await?;
        tx.alone(&format!("subscribing {}", agency.name())).await?;
        // What the registry says to it may have come meanwhile.
        let all = rows::of_agency(&mut tx, agency).await?;
        let newest = newest(&all);
        let is_newest = |one: &Subscribed| newest[one.event.name()].id == one.id;
        let leaving = |one: &&Subscribed| match one.state {
            State::Stands => true,
            State::Left => false,
            _ => is_newest(one),
        };
        for one in all.iter().filter(leaving) {
            rows::insert(&mut tx, &one.becomes(State::Left, now)).await?;
        }
        tx.commit().await?;
        Ok(self.subscribed(agency).await?)
    }

    /// What an agency tells us of, the newest word of each event.
    pub async fn subscribed(&self, agency: Source) -> store::Result<Vec<Subscribed>> {
        let mut tx = self.platform.db.read().await?;
        let all = rows::of_agency(&mut tx, agency).await?;
        Ok(newest(&all).into_values().cloned().collect())
    }

    /// The same of every agency whose file subscribes.
    pub async fn all_subscribed(&self) -> store::Result<Vec<Subscribed>> {
        let mut all = Vec::new();
        for agency in self.telling() {
            all.extend(self.subscribed(agency).await?);
        }
        Ok(all)
    }

    fn telling(&self) -> Vec<Source> {
        let telling = self.connectors().filter(|one| one.subscribes());
        telling.map(|connector| connector.agency).collect()
    }

    fn teller(&self, agency: Source) -> Result<(&crate::call::Line, &Dci), NotSubscribed> {
        let line = self.lines.get(&agency);
        match line.map(|line| (line, &line.connector.dialect)) {
            Some((line, crate::Dialect::Dci(dci))) if !dci.subscribe.is_empty() => Ok((line, dci)),
            _ => Err(NotSubscribed::NotAgreed(agency)),
        }
    }

    /// Keeps a message for each event that is due, with the job that sends it.
    async fn keep_subscribed(&self, agency: Source, at_once: bool) -> store::Result<()> {
        let Ok((line, dci)) = self.teller(agency) else {
            return Ok(());
        };
        let now = self.platform.clock.now();
        let mut tx = self.platform.db.read().await?;
        let all = rows::of_agency(&mut tx, agency).await?;
        drop(tx);
        let is_due = |event: &Event, all: &[Subscribed]| {
            let known = newest(all).get(event.name()).copied();
            known.is_none_or(|known| is_due(known, line.connector.retry_after_s, now))
                || (at_once && known.is_some_and(|known| known.state != State::Kept))
        };
        if !dci.subscribe.iter().any(|event| is_due(event, &all)) {
            return Ok(());
        }
        let mut tx = self.platform.db.begin().await?;
        tx.alone(&format!("subscribing {}", agency.name())).await?;
        let all = rows::of_agency(&mut tx, agency).await?;
        for event in dci.subscribe.iter().filter(|event| is_due(event, &all)) {
            self.keep_one(&mut tx, agency, *event, now).await?;
        }
        tx.commit().await
    }

    async fn keep_one(
        &self,
        tx: &mut Tx,
        agency: Source,
        event: Event,
        now: Instant,
    ) -> store::Result<()> {
        let kept = Subscribed {
            id: self.platform.ids.uuid(),
            version: 1,
            at: now,
            agency,
            event,
            state: State::Kept,
            code: None,
            reason: None,
        };
        rows::insert(tx, &kept).await?;
        let job = NewJob {
            attempts_max: ATTEMPTS_MAX,
            ..NewJob::new(SUBSCRIBE, kept.id.to_string(), agency.name())
        };
        job::enqueue(tx, &self.platform.ids, &[job]).await?;
        Ok(())
    }

    async fn subscribe_job(&self, job: &Job) -> Result<(), NotSubscribed> {
        let id = job.key.parse::<Uuid>().unwrap_or_default();
        let agency = Source::named(&job.payload);
        let found = agency.and_then(|agency| self.teller(agency).ok());
        let (Some(agency), Some((line, dci))) = (agency, found) else {
            return Ok(self.end(job).await?);
        };
        let mut tx = self.platform.db.read().await?;
        let all = rows::of_agency(&mut tx, agency).await?;
        drop(tx);
        let kept = all
            .iter()
            .find(|one| one.id == id && one.state == State::Kept);
        let Some(kept) = kept else {
            return Ok(self.end(job).await?);
        };
        let now = self.platform.wall.now();
        let header = header(dci, (id, now), ("subscribe", "on-subscribe"), 1);
        let address = dci.beside(&line.connector.address, "subscribe");
        let sent = dci::seal(dci, &address, (header, message(dci, kept, now)), now)?;
        let (status, body) = line.deliver(&sent).await?;
        let became = match taken(status, &body) {
            Ok(()) => kept.becomes(State::Sent, self.platform.clock.now()),
            Err(why) => Subscribed {
                reason: Some(why.to_string()),
                ..kept.becomes(State::Refused, self.platform.clock.now())
            },
        };
        let mut tx = self.platform.db.begin().await?;
        tx.alone(&format!("subscribing {}", agency.name())).await?;
        // Its answer may have come before the acknowledgement.
        let all = rows::of_agency(&mut tx, agency).await?;
        if all
            .iter()
            .any(|one| one.id == id && one.state == State::Kept)
        {
            rows::insert(&mut tx, &became).await?;
        }
        job::done(&mut tx, std::slice::from_ref(job)).await?;
        Ok(tx.commit().await?)
    }
}

/// Those that an end has to name.
fn standing(all: &[Subscribed]) -> impl Iterator<Item = &Subscribed> {
    all.iter().filter(|one| one.state == State::Stands)
}

fn is_due(known: &Subscribed, retry_after_s: i64, now: Instant) -> bool {
    let after = |s| known.at.plus_seconds(s) <= now;
    match known.state {
        State::Kept | State::Left => false,
        State::Sent | State::Stands => after(ASKS_AGAIN_S),
        State::Refused | State::Ended => after(retry_after_s),
    }
}

fn header(
    dci: &Dci,
    (id, now): (Uuid, Instant),
    (action, answer): (&str, &str),
    total: usize,
) -> Value {
    let mut header = json!({
        "version": dci::VERSION,
        "message_id": id.to_string(),
        "message_ts": now.to_string(),
        "action": action,
        "sender_id": dci.sender_id,
        "receiver_id": dci.receiver_id,
        "total_count": total,
    });
    if let Some(callback) = &dci.callback {
        header["sender_uri"] = format!("{callback}{answer}").into();
    }
    header
}

fn message(dci: &Dci, kept: &Subscribed, now: Instant) -> Value {
    json!({
        "transaction_id": kept.id.to_string(),
        "subscribe_request": [{
            "reference_id": kept.id.to_string(),
            "timestamp": now.to_string(),
            "locale": "uzb",
            "subscribe_criteria": {
                "version": dci::VERSION,
                "reg_type": dci.reg_type,
                "reg_event_type": kept.event.name(),
                "notify_record_type": dci.reg_record_type,
            },
        }],
    })
}

/// A yes, or the code of the no. Who has the message already, from an attempt whose end we did not
/// live to see, has taken it.
fn taken(status: u16, body: &[u8]) -> Result<(), NotSubscribed> {
    let ack = json::read(body).unwrap_or(Value::Null);
    let text = |pointer: &str| ack.pointer(pointer).and_then(Value::as_str);
    let codes = ["/errors/0/code", "/message/error/code"].map(text);
    let says_no = matches!(text("/message/ack_status"), Some("ERR" | "NACK"));
    let is_known = codes.contains(&Some("rjct.message_id.duplicate"));
    if is_known || (!says_no && (200..300).contains(&status)) {
        return Ok(());
    }
    let code = codes.into_iter().flatten().next();
    let code = code.map(|code| code.chars().filter(|c| !c.is_control()).take(60).collect());
    Err(NotSubscribed::Refused(
        code.unwrap_or_else(|| format!("HTTP status {status}")),
    ))
}
