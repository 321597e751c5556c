//! The envelope of a message: read with limits, believed only when its signature is.

use std::collections::BTreeSet;

use kernel::Instant;
use serde_json::{Map, Value};
use signing::jwe::DecryptionKeys;

use super::encryption;
use super::enrolled;
use super::json;
use super::partner::Partner;
use super::question::Question;
use super::refusal::Refusal;
use super::signature::{self, Forged, LIFE_S, SKEW_S, Signed};
use super::status::StatusOf;
use super::wanted::Rejected;

/// Bytes of one message.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Questions of one message.
pub const ITEMS_MAX: usize = 20;
/// Names that others choose: message, transaction, reference.
pub const ID_CHARS_MAX: usize = 99;
/// Records of one page.
pub const PAGE_SIZE_MAX: u64 = 50;
const VERSION: &str = "1.0.0";

/// What came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    pub body: &'a [u8],
    pub content_type: Option<&'a str>,
    /// The HTTP header `Signature`.
    pub signature: Option<&'a str>,
}

/// A message of a partner whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub message_id: String,
    pub transaction_id: String,
    /// Where the sender wants the answer.
    pub sender_uri: Option<String>,
    pub message: Map<String, Value>,
}

/// The body of a message, as yet believed in nothing.
pub fn body(arrived: &Arrived<'_>) -> Result<Map<String, Value>, Refusal> {
    object(read_body(arrived)?, "the body")
}

/// What a body says its id is.
pub fn claimed_id(body: &Map<String, Value>) -> Option<String> {
    id(body.get("header")?.as_object()?, "message_id")
}

/// Reads a message. Form first, then the signature, then what it says: a stranger learns no more
/// than that the form was wrong.
pub fn open(
    arrived: &Arrived<'_>,
    partner: &Partner,
    question: Question,
    keys_and_now: (Option<&DecryptionKeys>, Instant),
) -> Result<Envelope, Refusal> {
    open_body((arrived, &body(arrived)?), partner, question, keys_and_now)
}

/// [`open`], where the body was read already.
pub fn open_body(
    (arrived, body): (&Arrived<'_>, &Map<String, Value>),
    partner: &Partner,
    question: Question,
    (ours, now): (Option<&DecryptionKeys>, Instant),
) -> Result<Envelope, Refusal> {
    let header = required_object(body, "header")?;
    let message = required_object(body, "message")?;
    let signed = Signed {
        sender_id: &partner.sender_id,
        header: &body["header"],
        message: &body["message"],
        field: body.get("signature").and_then(Value::as_str),
        http: arrived.signature,
    };
    let now_s = now.0.div_euclid(1_000_000);
    signature::verify(&signed, partner.policy, &partner.keys, now_s).map_err(forged)?;
    check_header(header, partner, question, now)?;
    let message = match partner.encrypted {
        true => encryption::open(message, partner, ours)?,
        false => message.clone(),
    };
    let counted = header.contains_key("total_count") || question != Question::Notify;
    let counted = counted.then(|| header.get("total_count").and_then(Value::as_u64));
    let transaction_id = read(&message, question, counted)?;
    Ok(Envelope {
        message_id: id(header, "message_id").unwrap_or_default(),
        transaction_id,
        sender_uri: sender_uri(header)?,
        message,
    })
}

/// Whether a message is well formed, and has as many requests as the header counts; its transaction.
fn read(
    message: &Map<String, Value>,
    question: Question,
    counted: Option<Option<u64>>,
) -> Result<String, Refusal> {
    let transaction_id = id_or_why(message, "transaction_id")
        .map_err(|why| Refusal::bad(format!("message.{why}")))?;
    let items = match question {
        Question::Unsubscribe => check_codes(message)?,
        Question::TxnStatus => StatusOf::read(message).map(|_| 1)?,
        Question::Enrolled => enrolled::Asked::read(message).map(|_| 1)?,
        question => check_items(message, question)?,
    };
    // In the header of what is told, as of answers, the standard lets the number out.
    if counted.is_some_and(|counted| counted != Some(items as u64)) {
        let why = format!("header.total_count must be {items}, the number of requests");
        return Err(Refusal::rejected("rjct.total_count.invalid", why));
    }
    Ok(transaction_id)
}

pub(crate) fn read_body(arrived: &Arrived<'_>) -> Result<Value, Refusal> {
    let kind = arrived.content_type.unwrap_or("").to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    if parts.next() != Some("application/json") {
        let why = "send Content-Type: application/json";
        return Err(Refusal::new(415, "err.request.bad", why));
    }
    let mut charsets = parts.filter_map(|part| part.strip_prefix("charset="));
    if charsets.any(|charset| charset.trim_matches('"') != "utf-8") {
        return Err(Refusal::new(415, "err.request.bad", "the body is UTF-8"));
    }
    if arrived.body.len() > BODY_BYTES_MAX {
        let why = format!("a message has at most {BODY_BYTES_MAX} bytes");
        return Err(Refusal::new(413, "err.request.bad", why));
    }
    json::read(arrived.body).map_err(Refusal::bad)
}

fn object(value: Value, name: &str) -> Result<Map<String, Value>, Refusal> {
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(Refusal::bad(format!("{name} must be an object"))),
    }
}

fn required_object<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a Map<String, Value>, Refusal> {
    let found = body.get(name).and_then(Value::as_object);
    found.ok_or_else(|| Refusal::bad(format!("{name} is missing or no object")))
}

fn forged(forged: Forged) -> Refusal {
    let code = match forged {
        Forged::Missing => "err.signature.missing",
        _ => "err.signature.invalid",
    };
    Refusal::new(401, code, forged)
}

fn check_header(
    header: &Map<String, Value>,
    partner: &Partner,
    question: Question,
    now: Instant,
) -> Result<(), Refusal> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let absent_or = |name: &str, wanted: &str| header.get(name).is_none_or(|value| value == wanted);
    if !absent_or("version", VERSION) {
        let code = "err.version.not_supported";
        return Err(Refusal {
            reason: "rjct.version.invalid",
            ..Refusal::new(400, code, format!("version {VERSION} is spoken here"))
        });
    }
    if text("sender_id") != Some(partner.sender_id.as_str()) {
        let why = "header.sender_id is not the partner of this token";
        return Err(Refusal::new(400, "err.sender_id.invalid", why));
    }
    // A message to somebody else that a partner signed is not a message to us.
    if !absent_or("receiver_id", &partner.receiver_id) {
        let why = format!("this is {}", partner.receiver_id);
        return Err(Refusal::new(400, "err.receiver_id.invalid", why));
    }
    encryption::check(header, partner)?;
    id_or_why(header, "message_id").map_err(|why| Refusal::bad(format!("header.{why}")))?;
    if text("action") != Some(question.action()) {
        let why = format!("header.action must be {} here", question.action());
        return Err(Refusal::rejected("rjct.action.invalid", why));
    }
    check_age(text("message_ts"), now)
}

/// Old messages are not taken: together with the ids that were seen, nothing can be played again.
fn check_age(sent_at: Option<&str>, now: Instant) -> Result<(), Refusal> {
    let sent_at = sent_at.and_then(|text| Instant::parse_rfc3339(text).ok());
    let reason = "rjct.message_ts.invalid";
    let Some(sent_at) = sent_at else {
        let why = "header.message_ts is a time with its zone, as 2026-11-21T10:00:00Z";
        return Err(Refusal::rejected(reason, why));
    };
    if sent_at > now.plus_seconds(SKEW_S) || sent_at < now.plus_seconds(-LIFE_S - SKEW_S) {
        let why = format!("header.message_ts is more than {LIFE_S} seconds from our time, {now}");
        return Err(Refusal::rejected(reason, why));
    }
    Ok(())
}

fn sender_uri(header: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    match header.get("sender_uri") {
        None => Ok(None),
        Some(Value::String(uri)) => Ok(Some(uri.clone())),
        Some(_) => Err(Refusal::bad("header.sender_uri is no text")),
    }
}

/// The number of questions, each with a reference of its own: without it no answer could name it. What
/// else is wrong with one of them is told in its own answer where each has one, unless all are wrong.
fn check_items(message: &Map<String, Value>, question: Question) -> Result<usize, Refusal> {
    let name = question.items();
    let items = message.get(name).and_then(Value::as_array);
    let items = items.ok_or_else(|| Refusal::bad(format!("message.{name} is no list")))?;
    if items.is_empty() || items.len() > ITEMS_MAX {
        let why = format!("a message has 1 to {ITEMS_MAX} requests");
        return Err(Refusal::rejected("rjct.total_count.limit_exceeded", why));
    }
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for item in items {
        let item = item.as_object();
        let item = item.ok_or_else(|| Refusal::bad("a request is no object"))?;
        let reference = id_or_why(item, "reference_id")
            .map_err(|why| Refusal::rejected("rjct.reference_id.invalid", why))?;
        if !seen.insert(reference) {
            let why = "a reference_id stands twice";
            return Err(Refusal::rejected("rjct.reference_id.duplicate", why));
        }
        wrong.extend(check_item(item).err());
    }
    let is_whole = !question.is_answered_by_item() || wrong.len() == items.len();
    match wrong.into_iter().next().filter(|_| is_whole) {
        Some(refusal) => Err(refusal),
        None => Ok(items.len()),
    }
}

/// Why one request of a message cannot be read, while others of it are answered. `other` is the word
/// where the standard has no finer one.
pub(super) fn check_alone(item: &Map<String, Value>, other: &'static str) -> Result<(), Rejected> {
    check_item(item).map_err(|refusal| Rejected {
        code: match refusal.reason.starts_with("rjct") {
            true => refusal.reason,
            false => other,
        },
        message: refusal.message,
    })
}

/// The language that a request wants its answer in, if it can be read.
pub(super) fn locale(item: &Map<String, Value>) -> Option<&str> {
    let is_code = |text: &&str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_lowercase());
    item.get("locale")?.as_str().filter(is_code)
}

/// The number of subscriptions that are to end, each named as we name them or longer.
fn check_codes(message: &Map<String, Value>) -> Result<usize, Refusal> {
    check_timestamp(message)?;
    let codes = message.get("subscription_codes").and_then(Value::as_array);
    let codes = codes.ok_or_else(|| Refusal::bad("message.subscription_codes is no list"))?;
    if codes.is_empty() || codes.len() > ITEMS_MAX {
        let why = format!("a message names 1 to {ITEMS_MAX} subscriptions");
        return Err(Refusal::rejected("rjct.total_count.limit_exceeded", why));
    }
    for code in codes {
        if let Some(wrong) = wrong_in_id(Some(code)) {
            let why = format!("a subscription code {wrong}");
            return Err(Refusal::rejected("rjct.subscription_code.invalid", why));
        }
    }
    Ok(codes.len())
}

fn check_timestamp(fields: &Map<String, Value>) -> Result<(), Refusal> {
    let timestamp = fields.get("timestamp").and_then(Value::as_str);
    if timestamp.is_some_and(|text| Instant::parse_rfc3339(text).is_ok()) {
        return Ok(());
    }
    let why = "timestamp is a time with its zone, as 2026-11-21T10:00:00Z";
    Err(Refusal::rejected("rjct.timestamp.invalid", why))
}

fn check_item(item: &Map<String, Value>) -> Result<(), Refusal> {
    check_timestamp(item)?;
    if item.contains_key("locale") && locale(item).is_none() {
        return Err(Refusal::bad(
            "locale has three small letters, as uzb, rus, eng",
        ));
    }
    page(item).map(|_| ())
}

/// Which records of an answer are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub size: u64,
    pub number: u64,
}

/// The standard has it in the criteria; some partners write it beside them.
pub fn page(item: &Map<String, Value>) -> Result<Page, Refusal> {
    let inner = item
        .get("search_criteria")
        .and_then(|c| c.get("pagination"));
    let Some(wanted) = inner.or_else(|| item.get("pagination")) else {
        return Ok(Page {
            size: PAGE_SIZE_MAX,
            number: 1,
        });
    };
    let number = |name: &str, absent: u64| match wanted.get(name) {
        None => Some(absent),
        Some(value) => value.as_u64().filter(|n| *n >= 1),
    };
    let size = number("page_size", PAGE_SIZE_MAX).filter(|size| *size <= PAGE_SIZE_MAX);
    let number = number("page_number", 1).filter(|number| *number <= u64::from(u32::MAX));
    match (wanted.is_object(), size, number) {
        (true, Some(size), Some(number)) => Ok(Page { size, number }),
        _ => {
            let why = format!("page_size is 1 to {PAGE_SIZE_MAX}, page_number counts from 1");
            Err(Refusal::rejected("rjct.pagination.invalid", why))
        }
    }
}

pub(crate) fn id(fields: &Map<String, Value>, name: &str) -> Option<String> {
    id_or_why(fields, name).ok()
}

/// A name that others chose, or what is wrong with the field.
pub(super) fn id_or_why(fields: &Map<String, Value>, name: &str) -> Result<String, String> {
    let found = fields.get(name);
    match (wrong_in_id(found), found.and_then(Value::as_str)) {
        (None, Some(text)) => Ok(text.to_owned()),
        (wrong, _) => Err(format!("{name} {}", wrong.unwrap_or_default())),
    }
}

fn wrong_in_id(found: Option<&Value>) -> Option<String> {
    let Some(value) = found else {
        return Some("is missing".to_owned());
    };
    let Some(text) = value.as_str() else {
        return Some("is no text".to_owned());
    };
    if !(1..=ID_CHARS_MAX).contains(&text.chars().count()) {
        return Some(format!("must have 1 to {ID_CHARS_MAX} characters"));
    }
    let control = text.contains(char::is_control);
    control.then(|| "has a control character, as a line break".to_owned())
}
