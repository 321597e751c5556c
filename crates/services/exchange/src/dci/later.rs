//! Questions that are answered later. The message is kept as the work that it makes; the answer is
//! written in the transaction that ends the work, and goes out as a work of its own: whoever dies in
//! between leaves one of the two, never both and never none.

use access::{Answering, Errand};
use kernel::{Day, Instant};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::job::{self, Job, NewJob};
use store::{Fault, Tx, fetch_value};
use uuid::Uuid;

use super::outgoing::Told;
use super::partner;
use super::question::Question;
use super::search::{SearchFailed, Searcher};
use super::send::Outgoing;
use super::status::{self, Outcome, StatusOf};
use super::subscription;
use crate::Exchange;

/// The kind of the job that answers.
const ANSWER: &str = "dci.answer";
/// Requests of one partner that wait for their answers.
pub const WAITING_MAX: i64 = 1_000;
/// One that is older is not waited for any more.
const WAITING_S_MAX: i64 = 24 * 3600;
/// Questions taken at once: the heaviest end within their lease.
const ANSWERS_MAX: i64 = 4;

/// A message that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub correlation: Uuid,
    /// The id of the message that will answer, fixed now: the answer is one, however often it is sent.
    pub answer_id: Uuid,
    pub sender_id: String,
    pub address: String,
    pub action: String,
    pub transaction_id: String,
    pub message: Map<String, Value>,
    /// What the look will be for: the message is gone when it comes.
    #[serde(default, skip_serializing_if = "Errand::is_none")]
    pub errand: Errand,
}

impl Request {
    pub fn into_job(self) -> NewJob {
        let payload = serde_json::to_string(&self).expect("plain data becomes JSON");
        NewJob::new(ANSWER, self.correlation.to_string(), payload)
    }

    fn of(job: &Job) -> store::Result<Request> {
        serde_json::from_str(&job.payload).map_err(|why| Fault::Stored {
            what: "request of a partner",
            reason: why.to_string(),
        })
    }

    fn question(&self) -> store::Result<Question> {
        Question::from_action(&self.action).ok_or_else(|| Fault::Stored {
            what: "request of a partner",
            reason: format!("no question {}", self.action),
        })
    }
}

/// Requests of a partner that wait for their answers, up to [`WAITING_MAX`].
pub async fn waiting(tx: &mut Tx, sender_id: &str, now: Instant) -> store::Result<i64> {
    fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM dci_message m
           WHERE m.sender_id = $1 AND m.received_at > $2 AND m.answer_id IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM dci_sent s WHERE s.message_id = m.answer_id)
           LIMIT $3) waiting",
        sender_id,
        now.plus_seconds(-WAITING_S_MAX).0,
        WAITING_MAX
    )
}

impl Exchange {
    /// Answers what is due; the number of questions looked at.
    pub(super) async fn answer_due(&self, today: Day) -> store::Result<usize> {
        let jobs = job::claim(&self.platform, ANSWER, ANSWERS_MAX, job::LEASE_S).await?;
        for job in &jobs {
            if let Err(failed) = self.answer_job(job, today).await {
                tracing::error!(%failed, "a partner's question is tried again");
                job::fail(&self.platform, job, &failed.to_string()).await?;
            }
        }
        Ok(jobs.len())
    }

    async fn answer_job(&self, job: &Job, today: Day) -> Result<(), SearchFailed> {
        let request = Request::of(job)?;
        let mut tx = self.platform.db.read().await?;
        let asker = partner::find_open(&mut tx, &request.sender_id).await?;
        drop(tx);
        let Some((_, mut subject)) = asker else {
            return Ok(self.end(job).await?);
        };
        subject.errand = request.errand.clone();
        let question = request.question()?;
        let within = (request.transaction_id.as_str(), request.correlation);
        let prepared = match question.is_of_mapper() {
            true => Some(self.prepare(&subject, question, &request.message).await?),
            false => None,
        };
        let searched = match question {
            Question::Search => {
                let answering = Answering::new(&self.platform);
                let searcher = Searcher {
                    platform: &self.platform,
                    answering: &answering,
                    subject: &subject,
                    today,
                };
                let searched = self.search_all(&searcher, within, &request.message);
                let searched = searched.await?;
                answering.hand_in().await.durable().await?;
                Some(searched)
            }
            _ => None,
        };
        let now = self.platform.wall.now();
        let mut tx = self.platform.db.begin().await?;
        let told = match prepared {
            Some(prepared) => self.map(&mut tx, &prepared, within).await?,
            None => {
                let (told, outcomes) = match searched {
                    Some(searched) => searched,
                    None => self.tell(&mut tx, question, &request).await?,
                };
                status::note(&mut tx, request.correlation, now, &outcomes).await?;
                told
            }
        };
        job::done(&mut tx, std::slice::from_ref(job)).await?;
        let outgoing = Outgoing {
            message_id: request.answer_id,
            sender_id: request.sender_id,
            address: request.address,
            told,
        };
        job::enqueue(&mut tx, &self.platform.ids, &[outgoing.into_job()]).await?;
        Ok(tx.commit().await?)
    }

    /// The answer to a question that is no search, and how it ended.
    async fn tell(
        &self,
        tx: &mut Tx,
        question: Question,
        request: &Request,
    ) -> store::Result<(Told, Vec<Outcome>)> {
        let now = self.platform.wall.now();
        let within = (request.transaction_id.as_str(), request.correlation);
        match question {
            Question::Subscribe => {
                let ids = &self.platform.ids;
                subscription::subscribe(tx, ids, now, request).await
            }
            Question::Unsubscribe => {
                let (told, ended) = subscription::unsubscribe(tx, now, request).await?;
                Ok((told, vec![ended]))
            }
            _ => {
                let asked = StatusOf::read(&request.message).map_err(|why| Fault::Stored {
                    what: "request of a partner",
                    reason: why.to_string(),
                })?;
                let told = status::tell(tx, &request.sender_id, within, &asked);
                let (told, ended) = told.await?;
                Ok((told, vec![ended]))
            }
        }
    }

    /// Ends work that is not wanted any more.
    pub(crate) async fn end(&self, job: &Job) -> store::Result<()> {
        let mut tx = self.platform.db.begin().await?;
        job::done(&mut tx, std::slice::from_ref(job)).await?;
        tx.commit().await
    }
}
