//! The dialect `dci`: a registry asked over the protocol of the Digital Convergence Initiative (SPDCI),
//! `POST .../registry/sync/search` where it answers at once and `.../registry/search` where it answers
//! later, in messages of its own. Our question is signed, the answer's signature is checked against the
//! keys that the registry has published, and both as one policy of the connector says. Where it is
//! agreed, both are encrypted too.
//!
//! Each person is one `search_request` by number (`idtype-value`, UIN); the answer's items are joined to
//! it by `reference_id`, and believed only when the record names the same number. What the standard has
//! no field for (the day and months asked about, the law, the consent) stands in `header.meta`, under
//! our signature.

use std::borrow::Cow;

use kernel::{Day, Instant, Pinfl};
use serde_json::{Map, Value, json};
use signing::jwe::DecryptionKeys;
use signing::{Jwks, SigningKey};
use uuid::Uuid;

pub use super::dci_sealed::{Came, Opened, open, seal};
use super::key_file::KeyFile;
use super::token::Grant;
use super::{Frame, Part, Reply, Sent, Told};
use crate::answer::AnswerRefusal;
use crate::connector::Connector;
use crate::dci::envelope::ITEMS_MAX;
use crate::dci::event::Event;
use crate::dci::json;
use crate::dci::signature::Policy;
use crate::failure::CallFailure;
use crate::wire::{PURPOSE, Question};

pub const VERSION: &str = "1.0.0";
/// Persons of one message.
pub const PERSONS_MAX: usize = ITEMS_MAX;

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
    pub signing_key: KeyFile<SigningKey>,
    /// The file of the registry's public keys, as a JSON Web Key Set.
    pub jwks: KeyFile<Jwks>,
    /// Where the token comes from that every message to it carries; `None`: it asks for none.
    pub grant: Option<Grant>,
    /// Messages are encrypted, both ways: the file of the keys that those to us are encrypted to.
    pub encryption_key: Option<KeyFile<DecryptionKeys>>,
    /// The folder of our own addresses where it tells us something.
    pub callback: Option<String>,
    /// Answers come later; `None`: at once.
    pub later: Option<Later>,
    /// What it is to tell us of.
    pub subscribe: Vec<Event>,
}

/// How a registry that answers later is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Later {
    /// After so long it is asked what has become of the question.
    pub within_s: i64,
}

impl Dci {
    /// The address of that name beside the one of searches.
    pub fn beside(&self, search: &str, name: &str) -> String {
        let folder = search.strip_suffix("sync/search");
        let folder = folder.or_else(|| search.strip_suffix("search"));
        format!("{}{name}", folder.unwrap_or(search))
    }
}

/// A question with its signature.
pub fn write(
    connector: &Connector,
    dci: &Dci,
    (request, now): (Uuid, Instant),
    question: &Question<'_>,
) -> Result<Sent, CallFailure> {
    let (mut header, message) = (
        header(dci, (request, now), question),
        message(dci, (request, now), question),
    );
    if let (Some(_), Some(callback)) = (&dci.later, &dci.callback) {
        header["sender_uri"] = format!("{callback}on-search").into();
    }
    seal(dci, &connector.address, (header, message), now)
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
    let came = Came {
        body: &body,
        signature: reply.stamp.signature.as_deref(),
        now: reply.now,
    };
    let opened = open(dci, &came, "on-search")?;
    frame_of(&opened, reply.request, question)
}

/// The frame of an answer that was opened.
pub fn frame_of(
    opened: &Opened,
    request: Uuid,
    question: &Question<'_>,
) -> Result<Frame<'static>, AnswerRefusal> {
    check_transaction(&opened.message, request)?;
    let as_of = as_of(&opened.header)?;
    let items = opened.message.get("search_response");
    let items = items.and_then(Value::as_array);
    let items = items.ok_or_else(|| another_type("message.search_response", "a list"))?;
    let parts = items.iter().map(|item| part(item, request, question));
    Ok(Frame {
        as_of,
        parts: parts.collect(),
    })
}

/// The transaction is our request's, and under the registry's signature: an answer to an earlier
/// question, signed as it may be, does not fit.
fn check_transaction(message: &Map<String, Value>, request: Uuid) -> Result<(), AnswerRefusal> {
    let found = message.get("transaction_id").and_then(Value::as_str);
    let found = found.ok_or_else(|| another_type("message.transaction_id", "a text"))?;
    match found == request.to_string() {
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

/// The person whom an item answers about, by the reference that we gave.
pub fn asked_about(item: &Value, request: Uuid, persons: &[Pinfl]) -> Option<Pinfl> {
    let named = item.get("reference_id").and_then(Value::as_str)?;
    let mut asked = persons.iter().enumerate();
    let found = asked.find(|(place, _)| reference(request, *place) == named);
    found.map(|(_, person)| *person)
}

fn part(item: &Value, request: Uuid, question: &Question<'_>) -> Part<'static> {
    let Some(person) = asked_about(item, request, question.persons) else {
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

pub fn another_type(field: &str, expected: &'static str) -> AnswerRefusal {
    AnswerRefusal::AnotherType {
        field: field.to_owned(),
        expected,
    }
}
