//! The dialect `xroad`: the plain question, carried by our security server to the agency's
//! (X-Road: Message Protocol for REST).
//!
//! What the server says of the message is kept with the answer: its id, and the hash of our question.
//! The hash is `base64(SHA-512(SHA-512(headers) + SHA-512(body)))` over the bytes that the security
//! server signed. The headers among them are the server's own writing of ours, which a consumer does
//! not see, so a consumer cannot compute it again; it is checked for its form and kept, and joins the
//! answer to the server's signed log.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderMap;
use uuid::Uuid;

use super::{Frame, Reply, Sent, Stamp, header_text, plain};
use crate::answer::AnswerRefusal;
use crate::connector::Connector;
use crate::failure::CallFailure;
use crate::wire::Question;

/// Bytes of a SHA-512.
const HASH_BYTES: usize = 64;

/// What the file says beside the address of our security server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xroad {
    /// Our subsystem: `INSTANCE/CLASS/MEMBER/SUBSYSTEM`.
    pub client: String,
    /// The agency's service: `INSTANCE/CLASS/MEMBER/SUBSYSTEM/SERVICE`.
    pub service: String,
    /// Below the service: empty, or `/NAME...`.
    pub path: String,
    /// In whose name we ask, as the agency knows the officer.
    pub user_id: Option<String>,
}

/// Bytes of one part of an identifier.
const IDENTIFIER_CHARS_MAX: usize = 255;

/// Whether a text has so many parts between slashes, of the signs that X-Road lets stand.
pub fn is_identifier(text: &str, parts: usize) -> bool {
    let may_stand = |c: char| c.is_ascii_alphanumeric() || "'()+,-.=?".contains(c);
    let is_formed = |part: &str| {
        (1..=IDENTIFIER_CHARS_MAX).contains(&part.len()) && part.chars().all(may_stand)
    };
    text.split('/').count() == parts && text.split('/').all(is_formed)
}

/// Whether a text names a subsystem: `INSTANCE/CLASS/MEMBER/SUBSYSTEM`.
pub fn is_subsystem(text: &str) -> bool {
    is_identifier(text, 4)
}

pub fn stamp(headers: &HeaderMap) -> Stamp {
    Stamp {
        xroad_id: header_text(headers, "x-road-id"),
        xroad_request_hash: header_text(headers, "x-road-request-hash"),
        signature: None,
    }
}

pub fn write(connector: &Connector, xroad: &Xroad, request: Uuid, question: &Question<'_>) -> Sent {
    let mut sent = plain::write(connector, request, question);
    let server = connector.address.trim_end_matches('/');
    sent.address = format!("{server}/r1/{}{}", in_path(&xroad.service), xroad.path);
    sent.headers.extend([
        ("x-road-client", in_path(&xroad.client)),
        ("x-road-id", request.to_string()),
    ]);
    let user = xroad
        .user_id
        .iter()
        .map(|user| ("x-road-userid", user.clone()));
    let issue = question
        .issue
        .map(|issue| ("x-road-issue", issue.to_owned()));
    sent.headers.extend(user.chain(issue));
    sent
}

/// Of the signs that an identifier may have, the question mark alone means something in an address.
fn in_path(identifier: &str) -> String {
    identifier.replace('?', "%3F")
}

/// A fault of the security servers themselves; the agency has not answered.
pub fn fault(headers: &HeaderMap) -> Option<CallFailure> {
    headers.get("x-road-error")?;
    let fault = header_text(headers, "x-road-error").unwrap_or_else(|| "unreadable".to_owned());
    Some(CallFailure::SecurityServer { fault })
}

/// Faults of the question, which the same question would meet again.
pub fn is_ours(fault: &str) -> bool {
    fault.starts_with("Client.")
}

pub fn frame<'a>(connector: &Connector, reply: &Reply<'a>) -> Result<Frame<'a>, AnswerRefusal> {
    let stamp = reply.stamp;
    let (Some(id), Some(hash)) = (&stamp.xroad_id, &stamp.xroad_request_hash) else {
        return Err(AnswerRefusal::NoStamp);
    };
    if *id != reply.request.to_string() {
        return Err(AnswerRefusal::AnotherRequest { found: id.clone() });
    }
    let is_hash = STANDARD
        .decode(hash)
        .is_ok_and(|bytes| bytes.len() == HASH_BYTES);
    if !is_hash {
        return Err(AnswerRefusal::AnotherType {
            field: "X-Road-Request-Hash".to_owned(),
            expected: "a SHA-512 in base64",
        });
    }
    plain::frame(connector, reply)
}
