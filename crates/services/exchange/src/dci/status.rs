//! How earlier searches ended. The records are not told again: who wants them asks again, and is
//! written into the log again.

use serde_json::{Map, Value, json};
use store::{Tx, bulk, fetch_all, fetch_optional};
use uuid::Uuid;

use super::envelope;
use super::outgoing::Told;
use super::question::Question;
use super::refusal::Refusal;

/// Questions of one transaction that a status tells of.
const OUTCOMES_MAX: i64 = 200;

/// Which earlier question is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusOf {
    about: Question,
    named: Named,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    Transaction(String),
    /// One that is no id of ours is nobody's.
    Correlation(String),
}

impl StatusOf {
    pub fn read(message: &Map<String, Value>) -> Result<StatusOf, Refusal> {
        let asked = message.get("txnstatus_request").and_then(Value::as_object);
        let asked = asked.ok_or_else(|| Refusal::bad("message.txnstatus_request is missing"))?;
        let text = |name: &str| asked.get(name).and_then(Value::as_str);
        let value = envelope::id_or_why(asked, "attribute_value").map_err(Refusal::bad)?;
        let named = match text("attribute_type") {
            Some("transaction_id") => Some(Named::Transaction(value)),
            Some("correlation_id") => Some(Named::Correlation(value)),
            _ => None,
        };
        let about = text("txn_type").and_then(Question::told_of);
        match (about, named) {
            (Some(about), Some(named)) => Ok(StatusOf { about, named }),
            _ => {
                let why = "ask for txn_type search, link, update, unlink or resolve, \
                           by transaction_id or correlation_id";
                Err(Refusal::bad(why))
            }
        }
    }

    /// Of what was never asked nothing is told but the name that it was asked for by. The standard
    /// wants the other name, too: it is empty.
    fn unknown(&self) -> Value {
        let (name, transaction, correlation) = match &self.named {
            Named::Transaction(value) => ("transaction_id", value.as_str(), ""),
            Named::Correlation(value) => ("correlation_id", "", value.as_str()),
        };
        json!({
            "transaction_id": transaction,
            "correlation_id": correlation,
            "status": REJECTED,
            "status_reason_code": NOT_ASKED,
            "status_reason_message": format!("no question of yours has this {name}"),
            self.about.answers(): [],
        })
    }

    /// The standard of searches repeats the question's name, that of mappers the answer's.
    fn txn_type(&self) -> &'static str {
        match self.about.is_of_mapper() {
            true => self.about.answer_action(),
            false => self.about.action(),
        }
    }
}

/// The code of a status of what was never asked.
const NOT_ASKED: &str = "err.request.not_found";

/// How a question ended that was refused.
pub(super) const REJECTED: &str = "rjct";

/// How one question of a message ended. A message that is one question has no reference of its own:
/// there it is the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub reference_id: String,
    pub status: &'static str,
    pub reason: Option<&'static str>,
    pub records: usize,
}

const NEW: bulk::Insert = bulk::Insert {
    into: "dci_outcome (correlation_id, reference_id, at, status, reason, records)",
    on_conflict: "",
};

pub async fn note(
    tx: &mut Tx,
    correlation: Uuid,
    at: kernel::Instant,
    outcomes: &[Outcome],
) -> store::Result<()> {
    note_all(tx, &[(correlation, at, outcomes)]).await
}

/// The outcomes of several messages, each with its correlation and time.
pub async fn note_all(
    tx: &mut Tx,
    ended: &[(Uuid, kernel::Instant, &[Outcome])],
) -> store::Result<()> {
    let mut rows = Vec::with_capacity(ended.len());
    for (correlation, at, outcomes) in ended {
        rows.extend(outcomes.iter().map(|outcome| (*correlation, *at, outcome)));
    }
    bulk::insert(tx, &NEW, &rows, |row, (correlation, at, outcome)| {
        row.push(*correlation)
            .push(outcome.reference_id.as_str())
            .push(at.0)
            .push(outcome.status)
            .push(outcome.reason)
            .push(i64::try_from(outcome.records).unwrap_or(i64::MAX));
    })
    .await?;
    Ok(())
}

/// The status of a search of `sender_id`, told in the transaction and correlation of the asking; and
/// how this asking ended itself.
pub async fn tell(
    tx: &mut Tx,
    sender_id: &str,
    (transaction_id, correlation): (&str, Uuid),
    asked: &StatusOf,
) -> store::Result<(Told, Outcome)> {
    let found = find(tx, sender_id, asked).await?;
    let (status, told) = match &found {
        None => (REJECTED, asked.unknown()),
        Some((transaction, searched)) => {
            let ended = outcomes_of(tx, *searched).await?;
            let status = if ended.is_empty() { "pdng" } else { "succ" };
            let told = json!({
                "transaction_id": transaction,
                "correlation_id": searched.to_string(),
                asked.about.answers(): ended,
            });
            (status, told)
        }
    };
    let message = json!({
        "transaction_id": transaction_id,
        "correlation_id": correlation.to_string(),
        "txnstatus_response": { "txn_type": asked.txn_type(), "txn_status": told },
    });
    let ended = Outcome {
        reference_id: transaction_id.to_owned(),
        status,
        reason: found.is_none().then_some(NOT_ASKED),
        records: 0,
    };
    let action = Question::TxnStatus.answer_action();
    Ok((Told::of_one(action, status, message), ended))
}

/// How the questions of a message ended; none while it waits for its answer.
async fn outcomes_of(tx: &mut Tx, searched: Uuid) -> store::Result<Vec<Value>> {
    let outcomes = fetch_all!(
        tx,
        (String, i64, String, Option<String>),
        "SELECT reference_id, at, status, reason FROM dci_outcome
         WHERE correlation_id = $1 ORDER BY reference_id LIMIT $2",
        searched,
        OUTCOMES_MAX
    )?;
    Ok(outcomes.into_iter().map(outcome).collect())
}

/// Of several messages of one transaction the newest is found.
async fn find(
    tx: &mut Tx,
    sender_id: &str,
    asked: &StatusOf,
) -> store::Result<Option<(String, Uuid)>> {
    let action = asked.about.action();
    match &asked.named {
        Named::Correlation(value) => fetch_optional!(
            tx,
            (String, Uuid),
            "SELECT transaction_id, correlation_id FROM dci_message
             WHERE sender_id = $1 AND correlation_id = $2 AND action = $3",
            sender_id,
            value.parse::<Uuid>().unwrap_or_default(),
            action
        ),
        Named::Transaction(value) => fetch_optional!(
            tx,
            (String, Uuid),
            "SELECT transaction_id, correlation_id FROM dci_message
             WHERE sender_id = $1 AND transaction_id = $2 AND action = $3
             ORDER BY received_at DESC, message_id LIMIT 1",
            sender_id,
            value.as_str(),
            action
        ),
    }
}

fn outcome((reference, at, status, reason): (String, i64, String, Option<String>)) -> Value {
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
