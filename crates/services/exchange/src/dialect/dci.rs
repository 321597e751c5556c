//! The dialect `dci`: a registry asked at once over the protocol of the Digital Convergence Initiative
//! (SPDCI), `POST .../registry/sync/search`. Our question is signed, the answer's signature is checked
//! against the keys that the registry has published, and both as one policy of the connector says.
//!
//! Each person is one `search_request` by number (`idtype-value`, UIN); the answer's items are joined to
//! it by `reference_id`, and believed only when the record names the same number. What the standard has
//! no field for (the day and months asked about, the law, the consent) stands in `header.meta`, under
//! our signature.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use kernel::{Day, Instant, Pinfl};
use serde_json::{Map, Value, json};
use signing::{Jwks, SigningKey};
use uuid::Uuid;

use super::{Frame, Part, Reply, Sent, Told};
use crate::answer::AnswerRefusal;
use crate::call::CallFailure;
use crate::connector::Connector;
use crate::dci::envelope::ITEMS_MAX;
use crate::dci::json;
use crate::dci::signature::{self, LIFE_S, Policy, SKEW_S, Signed};
use crate::wire::{PURPOSE, Question};

const VERSION: &str = "1.0.0";
/// Persons of one message.
pub const PERSONS_MAX: usize = ITEMS_MAX;
/// Bytes of a file of keys.
const KEYS_BYTES_MAX: u64 = 64 * 1024;

/// What the file says beside the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dci {
    /// As the registry knows us.
    pub sender_id: String,
    /// As we know the registry: it signs by this name.
    pub receiver_id: String,
    pub reg_type: String,
    pub reg_record_type: String,
    pub policy: Policy,
    /// The file of our Ed25519 seed.
    pub signing_key: PathBuf,
    /// The file of the registry's public keys, as a JSON Web Key Set.
    pub jwks: PathBuf,
}

/// A question with its signature.
pub fn write(
    connector: &Connector,
    dci: &Dci,
    (request, now): (Uuid, Instant),
    question: &Question<'_>,
) -> Result<Sent, CallFailure> {
    let key = signing_key(dci)?;
    let header = header(dci, (request, now), question);
    let message = message(dci, (request, now), question);
    let signed = Signed {
        sender_id: &dci.sender_id,
        header: &header,
        message: &message,
        field: None,
        http: None,
    };
    let signature = signature::sign(&signed, dci.policy, &key, seconds(now));
    let mut headers = vec![("content-type", "application/json".to_owned())];
    let field = match dci.policy {
        Policy::JwsDetached => {
            headers.push(("signature", signature));
            String::new()
        }
        Policy::DciEd25519 | Policy::None => signature,
    };
    let body = json!({ "signature": field, "header": header, "message": message });
    Ok(Sent {
        address: connector.address.clone(),
        headers,
        body: body.to_string().into_bytes(),
    })
}

fn seconds(at: Instant) -> i64 {
    at.0.div_euclid(1_000_000)
}

fn header(dci: &Dci, (request, now): (Uuid, Instant), question: &Question<'_>) -> Value {
    json!({
        "version": VERSION,
        "message_id": request.to_string(),
        "message_ts": now.to_string(),
        "action": "search",
        "sender_id": dci.sender_id,
        "receiver_id": dci.receiver_id,
        "total_count": question.persons.len(),
        "is_msg_encrypted": false,
        "meta": {
            "as_of": question.as_of,
            "window_from": question.window.0,
            "window_to": question.window.1,
            "purpose": PURPOSE,
            "legal_basis": question.legal_basis,
            "consent": question.consent,
        },
    })
}

fn message(dci: &Dci, (request, now): (Uuid, Instant), question: &Question<'_>) -> Value {
    let item = |(place, person): (usize, &Pinfl)| {
        json!({
            "reference_id": reference(request, place),
            "timestamp": now.to_string(),
            "locale": "uzb",
            "search_criteria": {
                "version": VERSION,
                "reg_type": dci.reg_type,
                "reg_record_type": dci.reg_record_type,
                "query_type": "idtype-value",
                "query": { "type": "UIN", "value": person },
                "pagination": { "page_size": 2, "page_number": 1 },
            },
        })
    };
    let items: Vec<Value> = question.persons.iter().enumerate().map(item).collect();
    json!({ "transaction_id": request.to_string(), "search_request": items })
}

/// Names an item in this message and in no other.
fn reference(request: Uuid, place: usize) -> String {
    format!("{request}-{place}")
}

/// The answer, when the registry signed it and it answers this question.
pub fn frame(
    dci: &Dci,
    reply: &Reply<'_>,
    question: &Question<'_>,
) -> Result<Frame<'static>, AnswerRefusal> {
    let body = json::read(reply.body).map_err(|_| another_type("the answer", "JSON as agreed"))?;
    let (header, message) = (object(&body, "header")?, object(&body, "message")?);
    let signed = Signed {
        sender_id: &dci.receiver_id,
        header: &body["header"],
        message: &body["message"],
        field: body.get("signature").and_then(Value::as_str),
        http: reply.stamp.signature.as_deref(),
    };
    let keys = jwks(dci)?;
    signature::verify(&signed, dci.policy, &keys, seconds(reply.now))
        .map_err(AnswerRefusal::Forged)?;
    check_header(dci, header, reply)?;
    check_transaction(message, reply)?;
    let as_of = as_of(header)?;
    let items = message.get("search_response").and_then(Value::as_array);
    let items = items.ok_or_else(|| another_type("message.search_response", "a list"))?;
    let parts = items.iter().map(|item| part(item, reply.request, question));
    Ok(Frame {
        as_of,
        parts: parts.collect(),
    })
}

fn object<'a>(body: &'a Value, name: &str) -> Result<&'a Map<String, Value>, AnswerRefusal> {
    let found = body.get(name).and_then(Value::as_object);
    found.ok_or_else(|| another_type(name, "an object"))
}

/// From the registry, to us, of now: a true answer of before is no answer.
fn check_header(
    dci: &Dci,
    header: &Map<String, Value>,
    reply: &Reply<'_>,
) -> Result<(), AnswerRefusal> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    if text("sender_id") != Some(dci.receiver_id.as_str()) {
        return Err(AnswerRefusal::AnotherAgency);
    }
    if text("receiver_id").is_some_and(|receiver| receiver != dci.sender_id) {
        return Err(AnswerRefusal::ToAnother);
    }
    if text("action") != Some("on-search") {
        return Err(another_type("header.action", "on-search"));
    }
    let sent_at = text("message_ts").and_then(|at| Instant::parse_rfc3339(at).ok());
    let sent_at =
        sent_at.ok_or_else(|| another_type("header.message_ts", "a time with its zone"))?;
    let (earliest, latest) = (
        reply.now.plus_seconds(-LIFE_S - SKEW_S),
        reply.now.plus_seconds(SKEW_S),
    );
    match earliest <= sent_at && sent_at <= latest {
        true => Ok(()),
        false => Err(AnswerRefusal::NotOfNow { found: sent_at }),
    }
}

/// The transaction is our request's, and under the registry's signature: an answer to an earlier
/// question, signed as it may be, does not fit.
fn check_transaction(message: &Map<String, Value>, reply: &Reply<'_>) -> Result<(), AnswerRefusal> {
    let found = message.get("transaction_id").and_then(Value::as_str);
    let found = found.ok_or_else(|| another_type("message.transaction_id", "a text"))?;
    match found == reply.request.to_string() {
        true => Ok(()),
        false => Err(AnswerRefusal::AnotherRequest {
            found: found.chars().filter(|c| !c.is_control()).take(40).collect(),
        }),
    }
}

/// The day that it speaks for: as the registry says, or the day on which it was sent.
fn as_of(header: &Map<String, Value>) -> Result<Day, AnswerRefusal> {
    let said = header.get("meta").and_then(|meta| meta.get("as_of"));
    let text = match said {
        Some(said) => said.as_str(),
        None => header.get("message_ts").and_then(Value::as_str),
    };
    let day = text.and_then(|text| Day::parse(text.get(..10)?).ok());
    day.ok_or_else(|| another_type("header.meta.as_of", "a day"))
}

fn part(item: &Value, request: Uuid, question: &Question<'_>) -> Part<'static> {
    let named = item.get("reference_id").and_then(Value::as_str);
    let asked = question.persons.iter().enumerate();
    let mut asked = asked.map(|(place, person)| (reference(request, place), *person));
    let person = asked.find(|(reference, _)| Some(reference.as_str()) == named);
    let Some((_, person)) = person else {
        return Part::Unreadable(AnswerRefusal::NotAsked);
    };
    let told = match item.get("status").and_then(Value::as_str) {
        Some("succ") => found(item, person),
        Some("pdng") => ready_at(item).map(|ready_at| Told::Pending { ready_at }),
        _ => Ok(Told::Neither),
    };
    Part::About {
        person,
        told: told.unwrap_or_else(Told::Refused),
    }
}

/// The one record of the person; none: the registry knows nothing.
fn found(item: &Value, person: Pinfl) -> Result<Told<'static>, AnswerRefusal> {
    let records = item.pointer("/data/reg_records").and_then(Value::as_array);
    let records = records.ok_or_else(|| another_type("data.reg_records", "a list"))?;
    match records.as_slice() {
        [] => Ok(Told::Nothing),
        [record] if names(record, person) => Ok(Told::Found(Cow::Owned(record.to_string()))),
        [_] => Err(AnswerRefusal::NotAsked),
        _ => Err(AnswerRefusal::Twice),
    }
}

/// Whether a record carries the number, as a Person or as a Member does.
fn names(record: &Value, person: Pinfl) -> bool {
    let person = person.to_string();
    let lists = ["identifier", "member_identifier"].map(|name| record.get(name));
    let mut identifiers = lists
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten();
    identifiers.any(|identifier| {
        identifier.get("identifier_type").and_then(Value::as_str) == Some("UIN")
            && identifier.get("identifier_value").and_then(Value::as_str) == Some(person.as_str())
    })
}

fn ready_at(item: &Value) -> Result<Option<Instant>, AnswerRefusal> {
    let promised = item.get("ready_at").filter(|at| !at.is_null());
    let at = promised.map(|at| {
        let at = at.as_str().and_then(|at| Instant::parse_rfc3339(at).ok());
        at.ok_or_else(|| another_type("ready_at", "a time with its zone"))
    });
    at.transpose()
}

fn another_type(field: &str, expected: &'static str) -> AnswerRefusal {
    AnswerRefusal::AnotherType {
        field: field.to_owned(),
        expected,
    }
}

/// Read anew for each question: a key that was changed holds at once.
fn signing_key(dci: &Dci) -> Result<Arc<SigningKey>, CallFailure> {
    let no_key = |why: &'static str| {
        tracing::error!(file = %dci.signing_key.display(), why, "no key to sign a question with");
        CallFailure::NoKey { why }
    };
    let text =
        key_file(&dci.signing_key).ok_or_else(|| no_key("our signing key cannot be read"))?;
    let key = SigningKey::from_hex(text.trim());
    let key =
        key.map_err(|_| no_key("our signing key is no Ed25519 seed in hexadecimal digits"))?;
    Ok(Arc::new(key))
}

fn jwks(dci: &Dci) -> Result<Jwks, AnswerRefusal> {
    let unusable = || {
        tracing::error!(file = %dci.jwks.display(), "no keys to check a registry's answers with");
        AnswerRefusal::NoKeys
    };
    let text = key_file(&dci.jwks).ok_or_else(unusable)?;
    Jwks::parse(&text).map_err(|_| unusable())
}

fn key_file(path: &std::path::Path) -> Option<String> {
    let length = std::fs::metadata(path).ok()?.len();
    if length > KEYS_BYTES_MAX {
        return None;
    }
    std::fs::read_to_string(path).ok()
}
