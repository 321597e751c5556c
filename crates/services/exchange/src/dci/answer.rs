//! From a message that arrived to the answer that goes back: at once, or the promise of a later one.

use std::sync::Arc;

use access::{Answering, Subject};
use kernel::Day;
use serde_json::{Map, Value, json};
use store::{Tx, job};
use uuid::Uuid;

use super::envelope::{self, Arrived, Envelope};
use super::journal::{self, Answered, Journal, Message};
use super::later::{self, Request};
use super::mapper;
use super::outgoing::{Reply, Told};
use super::partner::{Partner, Senders};
use super::question::{Question, When};
use super::refusal::Refusal;
use super::search::{Found, SearchFailed, Searcher};
use super::signature::Policy;
use super::status::{self, Outcome, StatusOf};
use super::wanted::{REGISTRY, Rejected};
use super::words;
use crate::Exchange;
use crate::security::Refused;

/// Why there is no answer: refused as a whole, or something failed on our side.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Failed(#[from] store::Fault),
}

impl Exchange {
    /// Answers a message of whoever holds `subject`'s token. `today` is the local day.
    pub async fn answer_dci(
        &self,
        subject: &Subject,
        (question, when): (Question, When),
        arrived: &Arrived<'_>,
        today: Day,
    ) -> Reply {
        let answered = self.answered(subject, (question, when), arrived, today);
        let refusal = match answered.await {
            Ok(reply) => return reply,
            Err(Unanswered::Refused(refusal)) => refusal,
            Err(Unanswered::Failed(fault)) => {
                tracing::error!(%fault, "a partner's message could not be answered");
                let why = "it failed on our side; try again";
                Refusal::new(500, "err.service.unavailable", why)
            }
        };
        let refused = Refused {
            asked: question.action(),
            code: refusal.reason,
            reason: &refusal.message,
        };
        self.note_refused(subject, arrived.body, refused).await;
        Reply {
            status: refusal.status,
            body: refusal.body("", self.platform.wall.now()).to_string(),
            signature: None,
        }
    }

    async fn answered(
        &self,
        subject: &Subject,
        (question, when): (Question, When),
        arrived: &Arrived<'_>,
        today: Day,
    ) -> Result<Reply, Unanswered> {
        let body = envelope::body(arrived)?;
        let claimed = envelope::claimed_id(&body).unwrap_or_default();
        let (partner, was_taken) = self.sender_of(subject, claimed).await?;
        let partner: &Partner = &partner;
        let ours = (self.encryption_keys.as_deref(), self.platform.wall.now());
        let envelope = envelope::open_body((arrived, &body), partner, question, ours)?;
        if question == Question::Notify {
            return self.hear_life(partner, subject, &envelope, today).await;
        }
        if question.is_of_mapper() {
            mapper::allowed(partner)?;
            if when == When::AtOnce {
                let from = (partner, subject);
                return self.map_at_once(from, question, &envelope).await;
            }
        }
        if when == When::Later {
            return self.promise((partner, subject), question, envelope).await;
        }
        if was_taken {
            return Err(taken_already().into());
        }
        self.answer_at_once((partner, subject), question, &envelope, today)
            .await
    }

    /// Reads, and tells when what was looked at and that the message was taken are durable: one wait
    /// for the disk. Of a message that comes twice at the same moment both are read, and one is told.
    async fn answer_at_once(
        &self,
        (partner, subject): (&Partner, &Subject),
        question: Question,
        envelope: &Envelope,
        today: Day,
    ) -> Result<Reply, Unanswered> {
        let message = self.message_of(partner, envelope, (question, self.platform.ids.uuid()));
        let answering = Answering::new(&self.platform);
        let within = (envelope.transaction_id.as_str(), message.correlation);
        let (told, outcomes) = match question {
            Question::Search => {
                let searcher = Searcher {
                    platform: &self.platform,
                    answering: &answering,
                    subject,
                    today,
                };
                let searched = self.search_all(&searcher, within, &envelope.message);
                searched.await.map_err(failed)?
            }
            Question::Enrolled => {
                let (from, of) = ((subject, &answering), (envelope, message.correlation));
                self.tell_enrolled(from, of, today).await.map_err(failed)?
            }
            Question::TxnStatus => {
                let asked = StatusOf::read(&envelope.message)?;
                let mut tx = self.platform.db.read().await?;
                let told = status::tell(&mut tx, &partner.sender_id, within, &asked);
                let (told, ended) = told.await?;
                (told, vec![ended])
            }
            _ => {
                let why = "this is answered later";
                return Err(Refusal::new(404, "err.request.not_found", why).into());
            }
        };
        self.keep_answered(message, outcomes, answering).await?;
        Ok(self.seal(partner, self.platform.ids.uuid(), &told))
    }

    /// Returns when everything that an answer rests on is durable.
    async fn keep_answered(
        &self,
        message: Message,
        outcomes: Vec<Outcome>,
        answering: Answering<'_>,
    ) -> Result<(), Unanswered> {
        let at = self.platform.wall.now();
        let answered = Answered {
            message,
            at,
            outcomes,
        };
        let looks = answering.hand_in().await;
        let taken = self.platform.add::<Journal>(answered).await;
        let taken = taken.kept().await.map_err(unwritten)?;
        looks.durable().await.map_err(|why| failed(why.into()))?;
        match taken {
            true => Ok(()),
            false => Err(taken_already().into()),
        }
    }

    fn message_of(
        &self,
        partner: &Partner,
        envelope: &Envelope,
        (question, correlation): (Question, Uuid),
    ) -> Message {
        Message {
            sender_id: partner.sender_id.clone(),
            message_id: envelope.message_id.clone(),
            received_at: self.platform.wall.now(),
            action: question.action(),
            transaction_id: envelope.transaction_id.clone(),
            correlation,
            answer: None,
        }
    }

    /// Whose token it is, and whether its message of this id was taken before.
    async fn sender_of(
        &self,
        subject: &Subject,
        message_id: String,
    ) -> Result<(Arc<Partner>, bool), Unanswered> {
        let asked = (subject.account, message_id);
        let sender = self.platform.look_up::<Senders>(asked).await?;
        let (partner, was_taken) = sender.ok_or_else(|| {
            let why = "this account is entered as no partner";
            Refusal::new(400, "err.sender_id.invalid", why)
        })?;
        if partner.policy != Policy::None && self.signing_key.is_none() {
            let why = "this installation has no key to sign its answer with";
            return Err(Refusal::new(503, "err.service.unavailable", why).into());
        }
        if !partner.is_reached() || (partner.encrypted && self.encryption_keys.is_none()) {
            let why = "one of us has no key for the encryption that is agreed";
            return Err(Refusal::new(503, "err.service.unavailable", why).into());
        }
        Ok((partner, was_taken))
    }

    /// The first message of an id is taken, a second one is a replay.
    pub(super) async fn take(
        &self,
        tx: &mut Tx,
        partner: &Partner,
        envelope: &Envelope,
        (question, correlation, answer): (Question, Uuid, Option<Uuid>),
    ) -> Result<(), Unanswered> {
        let message = Message {
            answer,
            ..self.message_of(partner, envelope, (question, correlation))
        };
        match journal::insert(tx, &[&message]).await? {
            1 => Ok(()),
            _ => Err(taken_already().into()),
        }
    }

    /// Takes the message and the work that it makes, both or neither, and says so.
    async fn promise(
        &self,
        (partner, subject): (&Partner, &Subject),
        question: Question,
        envelope: Envelope,
    ) -> Result<Reply, Unanswered> {
        let correlation = self.platform.ids.uuid();
        let request = Request {
            correlation,
            answer_id: self.platform.ids.uuid(),
            sender_id: partner.sender_id.clone(),
            address: address(partner, question, envelope.sender_uri.as_deref())?,
            action: question.action().to_owned(),
            transaction_id: envelope.transaction_id.clone(),
            message: envelope.message.clone(),
            errand: subject.errand.clone(),
        };
        let mut tx = self.platform.db.begin().await?;
        if later::waiting(&mut tx, &partner.sender_id, self.platform.wall.now()).await?
            >= later::WAITING_MAX
        {
            let why = "too many of your requests wait for their answers";
            return Err(Refusal::new(429, "err.request.too_many_requests", why).into());
        }
        let row = (question, correlation, Some(request.answer_id));
        self.take(&mut tx, partner, &envelope, row).await?;
        job::enqueue(&mut tx, &self.platform.ids, &[request.into_job()]).await?;
        tx.commit().await?;
        Ok(self.acknowledged(correlation))
    }

    pub(crate) fn acknowledged(&self, correlation: Uuid) -> Reply {
        let ack = json!({ "message": {
            "ack_status": "ACK",
            "timestamp": self.platform.wall.now().to_string(),
            "correlation_id": correlation.to_string(),
        } });
        Reply {
            status: 202,
            body: ack.to_string(),
            signature: None,
        }
    }

    /// Every question of a search: what is told, and how each ended.
    pub(super) async fn search_all(
        &self,
        searcher: &Searcher<'_>,
        (transaction_id, correlation): (&str, Uuid),
        message: &Map<String, Value>,
    ) -> Result<(Told, Vec<Outcome>), SearchFailed> {
        let items = message.get("search_request").and_then(Value::as_array);
        let (mut responses, mut outcomes) = (Vec::new(), Vec::new());
        for item in items.into_iter().flatten().filter_map(Value::as_object) {
            let found = match search_one(searcher, item).await {
                Ok(found) => Ok(found),
                Err(SearchFailed::Rejected(rejected)) => Err(rejected),
                Err(failed) => return Err(failed),
            };
            outcomes.push(outcome(item, &found));
            responses.push(self.search_response(item, found));
        }
        let succeeded = outcomes.iter().any(|outcome| outcome.status == "succ");
        let count = responses.len();
        let message = json!({
            "transaction_id": transaction_id,
            "correlation_id": correlation.to_string(),
            "search_response": responses,
        });
        let told = Told {
            action: Question::Search.answer_action().to_owned(),
            status: if succeeded { "succ" } else { "rjct" }.to_owned(),
            total: count,
            completed: count,
            meta: None,
            message,
        };
        Ok((told, outcomes))
    }

    fn search_response(
        &self,
        item: &Map<String, Value>,
        outcome: Result<Found, Rejected>,
    ) -> Value {
        let mut response = json!({
            "reference_id": item.get("reference_id"),
            "timestamp": self.platform.wall.now().to_string(),
            "status": if outcome.is_ok() { "succ" } else { "rjct" },
        });
        if let Some(locale) = words::locale_of(item) {
            response["locale"] = locale.into();
        }
        match outcome {
            Ok(found) => {
                response["data"] = json!({
                    "version": "1.0.0",
                    "reg_type": REGISTRY,
                    "reg_record_type": found.kind.name(),
                    "reg_records": found.records,
                });
                response["pagination"] = json!({
                    "page_size": found.page.size,
                    "page_number": found.page.number,
                    "total_count": found.total,
                });
            }
            Err(rejected) => {
                response["status_reason_code"] = rejected.code.into();
                response["status_reason_message"] = words::of_refusal(item, &rejected).into();
            }
        }
        response
    }
}

/// What is wrong with one question is told in its answer; the others of the message are looked up.
async fn search_one(
    searcher: &Searcher<'_>,
    item: &Map<String, Value>,
) -> Result<Found, SearchFailed> {
    envelope::check_alone(item, "rjct.search_criteria.invalid")?;
    searcher.search(item).await
}

fn outcome(item: &Map<String, Value>, found: &Result<Found, Rejected>) -> Outcome {
    let (status, reason, records) = match found {
        Ok(found) => ("succ", None, found.records.len()),
        Err(rejected) => ("rjct", Some(rejected.code), 0),
    };
    Outcome {
        reference_id: envelope::id(item, "reference_id").unwrap_or_default(),
        status,
        reason,
        records,
    }
}

/// Where the answer goes: to the address that the message names when it is an agreed one, to the
/// agreed one of that answer when it names none.
fn address(partner: &Partner, question: Question, named: Option<&str>) -> Result<String, Refusal> {
    let refused = |why: &str| Refusal::new(400, "err.sender_uri.invalid", why);
    let callback = partner.callback.as_ref();
    let callback =
        callback.ok_or_else(|| refused("no callback is agreed with you; ask at once"))?;
    let url = match named {
        None => callback.below(question.answer_name()),
        Some(named) => callback.allows(named).ok_or_else(|| {
            refused("header.sender_uri is not below the callback agreed with you")
        })?,
    };
    Ok(url.into())
}

fn failed(failed: SearchFailed) -> Unanswered {
    match failed {
        SearchFailed::Fault(fault) => fault.into(),
        SearchFailed::Register(registry::RegisterError::Fault(fault)) => fault.into(),
        other => {
            tracing::error!(%other, "a partner's search failed");
            let why = "the search is not allowed or failed on our side";
            Refusal::new(403, "err.request.forbidden", why).into()
        }
    }
}

fn unwritten(reason: String) -> Unanswered {
    Unanswered::Failed(store::Fault::Stored {
        what: "dci_message",
        reason,
    })
}

fn taken_already() -> Refusal {
    let why = "a message with this id has been taken already";
    Refusal::rejected("rjct.message_id.duplicate", why)
}
