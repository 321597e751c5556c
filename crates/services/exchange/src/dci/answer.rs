//! From a message that arrived to the answer that goes back.

use access::Subject;
use kernel::Day;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use store::{execute, fetch_all, fetch_optional};
use uuid::Uuid;

use super::envelope::{self, Arrived, Envelope, Question};
use super::partner::{self, Partner};
use super::refusal::Refusal;
use super::search::{Found, SearchFailed, Searcher};
use super::signature::{self, Policy, Signed};
use super::wanted::Rejected;
use crate::Exchange;

/// Questions of one transaction that a status tells of.
const OUTCOMES_MAX: i64 = 200;

/// What goes back over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// JSON.
    pub body: String,
    /// The HTTP header `Signature`, for partners who want it there.
    pub signature: Option<String>,
}

/// Why there is no answer: refused as a whole, or something failed on our side.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
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
        question: Question,
        arrived: &Arrived<'_>,
        today: Day,
    ) -> Reply {
        let refusal = match self.answered(subject, question, arrived, today).await {
            Ok(reply) => return reply,
            Err(Unanswered::Refused(refusal)) => refusal,
            Err(Unanswered::Failed(fault)) => {
                tracing::error!(%fault, "a partner's message could not be answered");
                Refusal::new(
                    500,
                    "err.service.unavailable",
                    "it failed on our side; try again",
                )
            }
        };
        if let Err(fault) = self.note_refused(subject, arrived, &refusal).await {
            tracing::error!(%fault, "a refused message could not be noted");
        }
        Reply {
            status: refusal.status,
            body: refusal.body("", self.platform.wall.now()).to_string(),
            signature: None,
        }
    }

    async fn answered(
        &self,
        subject: &Subject,
        question: Question,
        arrived: &Arrived<'_>,
        today: Day,
    ) -> Result<Reply, Unanswered> {
        let mut tx = self.platform.db.read().await?;
        let partner = partner::find_by_account(&mut tx, subject.account).await?;
        drop(tx);
        let Some(partner) = partner else {
            let why = "this account is entered as no partner";
            return Err(Refusal::new(400, "err.sender_id.invalid", why).into());
        };
        if partner.policy != Policy::None && self.signing_key.is_none() {
            let why = "this installation has no key to sign its answer with";
            return Err(Refusal::new(503, "err.service.unavailable", why).into());
        }
        let now = self.platform.wall.now();
        let envelope = envelope::open(arrived, &partner, question, now)?;
        let correlation = self.platform.ids.uuid();
        self.take(&partner, &envelope, question, correlation)
            .await?;
        let (message, succeeded) = match question {
            Question::Search => {
                let searcher = Searcher {
                    platform: &self.platform,
                    subject,
                    today,
                };
                self.search_all(&searcher, &envelope, correlation).await?
            }
            Question::TxnStatus => self.status_of(&partner, &envelope, correlation).await?,
        };
        Ok(self.reply(&partner, question, message, succeeded))
    }

    /// The first message of an id is taken, a second one is a replay.
    async fn take(
        &self,
        partner: &Partner,
        envelope: &Envelope,
        question: Question,
        correlation: Uuid,
    ) -> Result<(), Unanswered> {
        let mut tx = self.platform.db.begin().await?;
        let taken = execute!(
            tx,
            "INSERT INTO dci_message
               (sender_id, message_id, received_at, action, transaction_id, correlation_id)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (sender_id, message_id) DO NOTHING",
            partner.sender_id.as_str(),
            envelope.message_id.as_str(),
            self.platform.wall.now().0,
            question.action(),
            envelope.transaction_id.as_str(),
            correlation
        )?;
        tx.commit().await?;
        if taken == 1 {
            return Ok(());
        }
        let why = "a message with this id has been taken already";
        Err(Refusal::rejected("rjct.message_id.duplicate", why).into())
    }

    async fn search_all(
        &self,
        searcher: &Searcher<'_>,
        envelope: &Envelope,
        correlation: Uuid,
    ) -> Result<(Value, bool), Unanswered> {
        let items = envelope.message["search_request"].as_array();
        let mut responses = Vec::new();
        for item in items.into_iter().flatten().filter_map(Value::as_object) {
            let outcome = match searcher.search(item).await {
                Ok(found) => Ok(found),
                Err(SearchFailed::Rejected(rejected)) => Err(rejected),
                Err(SearchFailed::Fault(fault)) => return Err(fault.into()),
                Err(SearchFailed::Register(registry::RegisterError::Fault(fault))) => {
                    return Err(fault.into());
                }
                Err(other) => {
                    tracing::error!(%other, "a partner's search failed");
                    let why = "the search is not allowed or failed on our side";
                    return Err(Refusal::new(403, "err.request.forbidden", why).into());
                }
            };
            self.note_outcome(item, &outcome, correlation).await?;
            responses.push(self.search_response(item, outcome));
        }
        let succeeded = responses
            .iter()
            .any(|response| response["status"] == "succ");
        let message = json!({
            "transaction_id": envelope.transaction_id,
            "correlation_id": correlation.to_string(),
            "search_response": responses,
        });
        Ok((message, succeeded))
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
        if let Some(locale) = item.get("locale") {
            response["locale"] = locale.clone();
        }
        match outcome {
            Ok(found) => {
                response["data"] = json!({
                    "version": "1.0.0",
                    "reg_type": "ns:org:RegistryType:Social",
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
                response["status_reason_message"] = rejected.message.into();
            }
        }
        response
    }

    async fn note_outcome(
        &self,
        item: &Map<String, Value>,
        outcome: &Result<Found, Rejected>,
        correlation: Uuid,
    ) -> store::Result<()> {
        let reference = envelope::id(item, "reference_id").unwrap_or_default();
        let (status, reason, records) = match outcome {
            Ok(found) => ("succ", None, found.records.len()),
            Err(rejected) => ("rjct", Some(rejected.code), 0),
        };
        let mut tx = self.platform.db.begin().await?;
        execute!(
            tx,
            "INSERT INTO dci_outcome (correlation_id, reference_id, at, status, reason, records)
             VALUES ($1, $2, $3, $4, $5, $6)",
            correlation,
            reference,
            self.platform.wall.now().0,
            status,
            reason,
            i64::try_from(records).unwrap_or(i64::MAX)
        )?;
        tx.commit().await
    }

    /// How an earlier search of the same partner ended. The records are not told again: who wants
    /// them asks again, and is written into the log again.
    async fn status_of(
        &self,
        partner: &Partner,
        envelope: &Envelope,
        correlation: Uuid,
    ) -> Result<(Value, bool), Unanswered> {
        let asked = envelope.message.get("txnstatus_request");
        let text = |name: &str| {
            asked
                .and_then(|asked| asked.get(name))
                .and_then(Value::as_str)
        };
        let value = text("attribute_value").unwrap_or("");
        let by_correlation = match (text("txn_type"), text("attribute_type")) {
            (Some("search"), Some("transaction_id")) => false,
            (Some("search"), Some("correlation_id")) => true,
            _ => {
                let why = "ask for txn_type search by transaction_id or correlation_id";
                return Err(Refusal::bad(why).into());
            }
        };
        let mut tx = self.platform.db.read().await?;
        let sender = partner.sender_id.as_str();
        let found = if by_correlation {
            fetch_optional!(
                tx,
                (String, Uuid),
                "SELECT transaction_id, correlation_id FROM dci_message
                 WHERE sender_id = $1 AND correlation_id = $2 AND action = 'search'",
                sender,
                value.parse::<Uuid>().unwrap_or_default()
            )?
        } else {
            fetch_optional!(
                tx,
                (String, Uuid),
                "SELECT transaction_id, correlation_id FROM dci_message
                 WHERE sender_id = $1 AND transaction_id = $2 AND action = 'search'
                 ORDER BY received_at DESC LIMIT 1",
                sender,
                value
            )?
        };
        let (transaction, searched) = found.clone().unwrap_or((value.to_owned(), correlation));
        let outcomes = fetch_all!(
            tx,
            (String, i64, String, Option<String>),
            "SELECT reference_id, at, status, reason FROM dci_outcome
             WHERE correlation_id = $1 ORDER BY reference_id LIMIT $2",
            searched,
            OUTCOMES_MAX
        )?;
        let listed: Vec<Value> = outcomes.into_iter().map(told).collect();
        let status = json!({
            "transaction_id": transaction,
            "correlation_id": searched.to_string(),
            "search_response": listed,
        });
        let message = json!({
            "transaction_id": envelope.transaction_id,
            "correlation_id": correlation.to_string(),
            "txnstatus_response": { "txn_type": "search", "txn_status": status },
        });
        Ok((message, found.is_some()))
    }

    fn reply(&self, partner: &Partner, question: Question, message: Value, good: bool) -> Reply {
        let now = self.platform.wall.now();
        let header = json!({
            "version": "1.0.0",
            "message_id": self.platform.ids.uuid().to_string(),
            "message_ts": now.to_string(),
            "action": question.answer_action(),
            "status": if good { "succ" } else { "rjct" },
            "sender_id": partner.receiver_id,
            "receiver_id": partner.sender_id,
            "total_count": 1,
            "completed_count": 1,
            "is_msg_encrypted": false,
        });
        let signed = Signed {
            sender_id: &partner.receiver_id,
            header: &header,
            message: &message,
            field: None,
            http: None,
        };
        let now_s = now.0.div_euclid(1_000_000);
        let signature = self
            .signing_key
            .as_ref()
            .map(|key| signature::sign(&signed, partner.policy, key, now_s));
        let detached = partner.policy == Policy::JwsDetached;
        let field = match (&signature, detached) {
            (Some(field), false) => field.clone(),
            (None, false) => "unsigned".to_owned(),
            (_, true) => String::new(),
        };
        let body = json!({ "signature": field, "header": header, "message": message });
        Reply {
            status: 200,
            body: body.to_string(),
            signature: signature.filter(|_| detached),
        }
    }

    /// Every message that was not believed or not understood.
    async fn note_refused(
        &self,
        subject: &Subject,
        arrived: &Arrived<'_>,
        refusal: &Refusal,
    ) -> store::Result<()> {
        tracing::warn!(office = %subject.office, code = refusal.reason, "a message is refused");
        let mut tx = self.platform.db.begin().await?;
        execute!(
            tx,
            "INSERT INTO security_event (id, at, account, code, reason, sha256, bytes)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            self.platform.ids.uuid(),
            self.platform.wall.now().0,
            subject.account.0,
            refusal.reason,
            refusal.message.as_str(),
            Sha256::digest(arrived.body).to_vec(),
            i64::try_from(arrived.body.len()).unwrap_or(i64::MAX)
        )?;
        tx.commit().await
    }
}

fn told((reference, at, status, reason): (String, i64, String, Option<String>)) -> Value {
    let mut told = json!({
        "reference_id": reference,
        "timestamp": kernel::Instant(at).to_string(),
        "status": status,
    });
    if let Some(reason) = reason {
        told["status_reason_code"] = reason.into();
    }
    told
}
