//! Questions whose answer does not come: the registry is asked what has become of them. It says that
//! it is at work: they wait on. Anything else: they are given up, and who still needs to know asks anew.

use access::{Action, Permit, Purpose, Subject};
use kernel::PersonId;
use kernel::ids::RunId;
use serde_json::{Value, json};
use store::job::{self, Job, NewJob};
use store::{Tx, outbox};
use uuid::Uuid;

use super::ask::NotAsked;
use super::model::{About, Awaited, Became, State};
use super::store as rows;
use crate::dci::json;
use crate::dialect::dci::{self, Came, Dci};
use crate::events::{self, Answered};
use crate::{Exchange, Result};

/// The kind of the job that asks after a question.
pub const OVERDUE: &str = "awaited.overdue";
const OVERDUE_MAX: i64 = 32;
/// So often the deadline of one question is put off; then it is asked anew.
const PROLONGED_MAX: i64 = 10;

impl Exchange {
    /// Asks after what is due; the number of questions looked at.
    pub(crate) async fn ask_after_due(&self) -> store::Result<usize> {
        let jobs = job::claim(&self.platform, OVERDUE, OVERDUE_MAX, job::LEASE_S).await?;
        for job in &jobs {
            if let Err(why) = self.ask_after(job).await {
                job::fail(&self.platform, job, &why.to_string()).await?;
            }
        }
        Ok(jobs.len())
    }

    async fn ask_after(&self, job: &Job) -> Result<()> {
        let id = job.key.parse::<Uuid>().unwrap_or_default();
        let mut tx = self.platform.db.read().await?;
        let question = rows::find(&mut tx, id).await?;
        drop(tx);
        let question = question.filter(|question| question.state != State::Ended);
        let Some(question) = question else {
            return Ok(self.end(job).await?);
        };
        let line = self.lines.get(&question.agency);
        let within_s = line
            .and_then(|line| line.connector.dialect.later())
            .map(|(_, later)| later.within_s);
        let goes_on = question.prolonged < PROLONGED_MAX && self.is_at_work(&question).await;
        let now = self.platform.clock.now();
        let mut tx = self.platform.db.begin().await?;
        tx.alone(&format!("awaited {}", question.agency.name()))
            .await?;
        job::done(&mut tx, std::slice::from_ref(job)).await?;
        match within_s.filter(|_| goes_on) {
            Some(within_s) => {
                let until = now.plus_seconds(within_s);
                rows::prolong(&mut tx, id, until).await?;
                let again = NewJob::new(OVERDUE, id.to_string(), "{}").at(until);
                job::enqueue(&mut tx, &self.platform.ids, &[again]).await?;
            }
            None => self.give_up(&mut tx, &question).await?,
        }
        Ok(tx.commit().await?)
    }

    async fn give_up(&self, tx: &mut Tx, question: &Awaited) -> Result<()> {
        let now = self.platform.clock.now();
        let agency = question.agency.name();
        tracing::warn!(agency, question = %question.id, "no answer came; it is asked anew");
        for about in rows::persons_of(tx, question.id).await? {
            if about.became == Became::Awaited {
                let about = About {
                    became: Became::GivenUp,
                    reason: Some("no answer came in time".to_owned()),
                    ..about
                };
                rows::settle(tx, question.id, &about, now).await?;
            }
        }
        rows::end_if_settled(tx, question.id).await?;
        self.tell_cases(tx, question, Vec::new()).await
    }

    /// Whether the registry says that it still works at the question.
    async fn is_at_work(&self, question: &Awaited) -> bool {
        if question.state != State::Sent {
            return false;
        }
        match self.status_of(question).await {
            Ok(status) => status == "pdng" || status == "rcvd",
            Err(why) => {
                let agency = question.agency.name();
                tracing::info!(agency, %why, "the registry does not tell what became of a question");
                false
            }
        }
    }

    async fn status_of(&self, question: &Awaited) -> Result<String, NotAsked> {
        let unknown = || store::Fault::Stored {
            what: "awaited question",
            reason: "its registry has no connector any more".to_owned(),
        };
        let line = self.lines.get(&question.agency).ok_or_else(unknown)?;
        let later = line.connector.dialect.later();
        let (dci, _) = later.ok_or_else(unknown)?;
        let (id, now) = (self.platform.ids.uuid(), self.platform.wall.now());
        let address = dci.beside(&line.connector.address, "sync/txn/status");
        let sent = dci::seal(dci, &address, status_question(dci, question, id, now), now)?;
        let (_, body, signature) = line.deliver_signed(&sent).await?;
        let body = json::read(&body).unwrap_or(Value::Null);
        let came = Came {
            body: &body,
            signature: signature.as_deref(),
            now: self.platform.wall.now(),
        };
        let opened =
            dci::open(dci, &came, "txn-on-status").map_err(|why| store::Fault::Stored {
                what: "status of a question",
                reason: why.to_string(),
            })?;
        let status = opened.header.get("status").and_then(Value::as_str);
        Ok(status.unwrap_or_default().to_owned())
    }

    /// Those who wait have something new to look at, in the transaction of the change.
    pub(super) async fn tell_cases(
        &self,
        tx: &mut Tx,
        question: &Awaited,
        corrected: Vec<PersonId>,
    ) -> Result<()> {
        let cases = rows::cases_of(tx, question.id).await?;
        let answered = Answered { cases, corrected };
        let event = events::answered(question.id.to_string(), &answered);
        Ok(outbox::emit(tx, &self.platform.ids, &[event]).await?)
    }

    /// To join what a registry says to the persons: a look in the run that asked.
    pub(super) async fn permit_of(&self, question: &Awaited, persons: usize) -> Result<Permit> {
        let run = question
            .issue
            .as_deref()
            .and_then(|run| run.parse::<RunId>().ok());
        let (platform, system) = (&self.platform, Subject::system());
        let (action, purpose) = (Action::GatherFacts, Purpose::Assessment);
        Ok(access::batch(platform, &system, action, purpose, run, persons as u64).await?)
    }
}

fn status_question(
    dci: &Dci,
    question: &Awaited,
    id: Uuid,
    now: kernel::Instant,
) -> (Value, Value) {
    let header = json!({
        "version": dci::VERSION,
        "message_id": id.to_string(),
        "message_ts": now.to_string(),
        "action": "txn-status",
        "sender_id": dci.sender_id,
        "receiver_id": dci.receiver_id,
        "total_count": 1,
    });
    let message = json!({
        "transaction_id": id.to_string(),
        "txnstatus_request": {
            "reference_id": id.to_string(),
            "txn_type": "search",
            "attribute_type": "transaction_id",
            "attribute_value": question.id.to_string(),
        },
    });
    (header, message)
}
