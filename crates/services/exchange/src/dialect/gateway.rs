//! The dialect `gateway`: the interagency gateway of Uzbekistan. A token first, then one JSON call a
//! person: `{transaction_id, sender_pin, purpose, consent, pinfl}`, and whatever a service asks for
//! beside. Services frame their answers in their own ways, so the connector's file says where what
//! stands.

use std::borrow::Cow;

use kernel::{Day, Instant, Pinfl, Zone};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::token::Grant;
use super::{Frame, Part, Reply, Sent, Told};
use crate::answer::{AnswerRefusal, not_the_format};
use crate::connector::Connector;
use crate::dci::json;
use crate::wire::Question;

/// What the file says beside the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    pub grant: Grant,
    /// The officer in whose name we ask.
    pub sender_pin: Pinfl,
    pub purpose: String,
    /// Further fields of the question, by name.
    pub also: Vec<(String, Also)>,
    pub answer: AnswerPlaces,
}

/// What stands in a further field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Also {
    AsOf,
    WindowFrom,
    WindowTo,
    LegalBasis,
    /// The name of the consent; null where none is needed.
    Consent,
    Text(String),
}

/// JSON pointers into an answer, and the words of its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPlaces {
    pub transaction: String,
    pub person: String,
    pub result: String,
    pub found: Vec<String>,
    pub nothing: Vec<String>,
    pub pending: Vec<String>,
    pub ready_at: String,
    /// The day that it speaks for; without one, the day of receipt.
    pub as_of: Option<String>,
    pub body: String,
}

pub fn write(
    connector: &Connector,
    gateway: &Gateway,
    request: Uuid,
    question: &Question<'_>,
) -> Sent {
    let consent = if question.consent.is_some() { "Y" } else { "N" };
    let pinfl = question.persons.first().map(ToString::to_string);
    let mut fields = Map::new();
    fields.insert("transaction_id".to_owned(), request.to_string().into());
    fields.insert(
        "sender_pin".to_owned(),
        gateway.sender_pin.to_string().into(),
    );
    fields.insert("purpose".to_owned(), gateway.purpose.clone().into());
    fields.insert("consent".to_owned(), consent.into());
    fields.insert("pinfl".to_owned(), pinfl.into());
    for (name, also) in &gateway.also {
        fields.insert(name.clone(), also.value(question));
    }
    Sent {
        address: connector.address.clone(),
        headers: vec![("content-type", "application/json".to_owned())],
        body: Value::Object(fields).to_string().into_bytes(),
    }
}

impl Also {
    fn value(&self, question: &Question<'_>) -> Value {
        match self {
            Also::AsOf => question.as_of.to_string().into(),
            Also::WindowFrom => question.window.0.to_string().into(),
            Also::WindowTo => question.window.1.to_string().into(),
            Also::LegalBasis => question.legal_basis.into(),
            Also::Consent => question.consent.into(),
            Also::Text(text) => text.as_str().into(),
        }
    }
}

pub fn frame(gateway: &Gateway, reply: &Reply<'_>) -> Result<Frame<'static>, AnswerRefusal> {
    let places = &gateway.answer;
    let text = std::str::from_utf8(reply.body).map_err(|_| AnswerRefusal::AnotherType {
        field: "the answer".to_owned(),
        expected: "UTF-8",
    })?;
    let answer = json::read_str(text).map_err(|error| not_the_format(&error))?;
    let transaction = text_at(&answer, &places.transaction)?;
    if transaction != reply.request.to_string() {
        return Err(AnswerRefusal::AnotherRequest {
            found: short(transaction),
        });
    }
    let as_of = match &places.as_of {
        None => reply.received_at.day(Zone::utc()),
        Some(place) => {
            Day::parse(text_at(&answer, place)?).map_err(|_| another_type(place, "a day"))?
        }
    };
    let person = Pinfl::parse(text_at(&answer, &places.person)?)
        .map_err(|_| another_type(&places.person, "a PINFL"))?;
    let told = told(places, &answer)?;
    Ok(Frame {
        as_of,
        parts: vec![Part::About { person, told }],
    })
}

fn told(places: &AnswerPlaces, answer: &Value) -> Result<Told<'static>, AnswerRefusal> {
    let result = match answer.pointer(&places.result) {
        Some(Value::String(word)) => word.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Ok(Told::Neither),
    };
    if places.pending.contains(&result) {
        let promised = answer.pointer(&places.ready_at).filter(|at| !at.is_null());
        let ready_at = promised.map(|at| {
            let at = at.as_str().and_then(|at| Instant::parse_rfc3339(at).ok());
            at.ok_or_else(|| another_type(&places.ready_at, "a time with its zone"))
        });
        return Ok(Told::Pending {
            ready_at: ready_at.transpose()?,
        });
    }
    if places.nothing.contains(&result) {
        return Ok(Told::Nothing);
    }
    match (places.found.contains(&result), answer.pointer(&places.body)) {
        (true, Some(body)) => Ok(Told::Found(Cow::Owned(body.to_string()))),
        (true, None) => Err(another_type(&places.body, "there")),
        (false, _) => Ok(Told::Neither),
    }
}

fn text_at<'a>(answer: &'a Value, place: &str) -> Result<&'a str, AnswerRefusal> {
    let text = answer.pointer(place).and_then(Value::as_str);
    text.ok_or_else(|| another_type(place, "a text"))
}

fn another_type(place: &str, expected: &'static str) -> AnswerRefusal {
    AnswerRefusal::AnotherType {
        field: crate::mapping::label(place, ""),
        expected,
    }
}

/// What a stranger wrote where an id belongs, cut for a message.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
