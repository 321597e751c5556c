//! Messages to a registry and from it: encrypted where that is agreed, signed, of now, and between the
//! two that agreed.

use std::sync::Arc;

use kernel::Instant;
use serde_json::{Map, Value, json};
use signing::jwe::{self, DecryptionKeys, Parties};
use signing::{Jwks, SigningKey, SigningKeys};

use super::Sent;
use super::dci::{Dci, VERSION, another_type};
use super::key_file::{KeyFile, NoKey};
use crate::answer::AnswerRefusal;
use crate::dci::json;
use crate::dci::signature::{self, LIFE_S, Policy, SKEW_S, Signed};
use crate::failure::CallFailure;

/// A message of ours to the registry: encrypted where that is agreed, then signed.
pub fn seal(
    dci: &Dci,
    address: &str,
    (mut header, message): (Value, Value),
    now: Instant,
) -> Result<Sent, CallFailure> {
    let key = signing_key(dci)?;
    let message = match dci.encryption_key {
        Some(_) => encrypt(dci, &message)?,
        None => message,
    };
    header["is_msg_encrypted"] = dci.encryption_key.is_some().into();
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
        address: address.to_owned(),
        headers,
        body: body.to_string().into_bytes(),
    })
}

fn encrypt(dci: &Dci, message: &Value) -> Result<Value, CallFailure> {
    let no_key = CallFailure::NoKey {
        why: "the registry has published no key to encrypt to",
    };
    let keys = jwks(dci).map_err(|_| no_key.clone())?;
    let key = keys.encryption_key().ok_or(no_key)?;
    let parties = Parties {
        from: &dci.sender_id,
        to: &dci.receiver_id,
    };
    let text = message.to_string();
    Ok(jwe::seal(text.as_bytes(), key, parties, &mut || {
        store::secret()
    }))
}

fn seconds(at: Instant) -> i64 {
    at.0.div_euclid(1_000_000)
}

/// A message of the registry that is believed to be its own, to us and of now.
#[derive(Debug)]
pub struct Opened {
    pub header: Map<String, Value>,
    pub message: Map<String, Value>,
    /// When it was sent, as it says under its signature.
    pub sent_at: Instant,
}

/// What came from the registry: the body, and the HTTP header `Signature`.
#[derive(Debug, Clone, Copy)]
pub struct Came<'a> {
    pub body: &'a Value,
    pub signature: Option<&'a str>,
    /// By the system's clock.
    pub now: Instant,
}

/// Opens a message of the registry that does `action`.
pub fn open(dci: &Dci, came: &Came<'_>, action: &'static str) -> Result<Opened, AnswerRefusal> {
    let body = came.body;
    let (header, message) = (object(body, "header")?, object(body, "message")?);
    let signed = Signed {
        sender_id: &dci.receiver_id,
        header: &body["header"],
        message: &body["message"],
        field: body.get("signature").and_then(Value::as_str),
        http: came.signature,
    };
    let keys = jwks(dci)?;
    signature::verify(&signed, dci.policy, &keys, seconds(came.now))
        .map_err(AnswerRefusal::Forged)?;
    let sent_at = check_header(dci, header, (action, came.now))?;
    let said = header.get("is_msg_encrypted");
    let is_encrypted = said.is_some_and(|said| *said != Value::Bool(false));
    let message = match (&dci.encryption_key, is_encrypted) {
        (None, false) => message.clone(),
        (Some(keys), true) => decrypt(dci, keys, message)?,
        (agreed, _) => {
            return Err(AnswerRefusal::Encryption {
                agreed: agreed.is_some(),
            });
        }
    };
    Ok(Opened {
        header: header.clone(),
        message,
        sent_at,
    })
}

fn decrypt(
    dci: &Dci,
    keys: &KeyFile<DecryptionKeys>,
    message: &Map<String, Value>,
) -> Result<Map<String, Value>, AnswerRefusal> {
    let parties = Parties {
        from: &dci.receiver_id,
        to: &dci.sender_id,
    };
    let keys = keys.read(|text| DecryptionKeys::from_text(text).ok());
    let keys = keys.map_err(|_| AnswerRefusal::NoKeys)?;
    let text = jwe::open(message, &keys, parties).map_err(|_| AnswerRefusal::NotOpened)?;
    match json::read(&text) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(another_type("the encrypted message", "an object")),
    }
}

fn object<'a>(body: &'a Value, name: &str) -> Result<&'a Map<String, Value>, AnswerRefusal> {
    let found = body.get(name).and_then(Value::as_object);
    found.ok_or_else(|| another_type(name, "an object"))
}

/// From the registry, to us, of now: a true answer of before is no answer. When it was sent.
fn check_header(
    dci: &Dci,
    header: &Map<String, Value>,
    (action, now): (&'static str, Instant),
) -> Result<Instant, AnswerRefusal> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let absent_or = |name: &str, wanted: &str| header.get(name).is_none_or(|value| value == wanted);
    if !absent_or("version", VERSION) {
        return Err(another_type("header.version", VERSION));
    }
    if text("sender_id") != Some(dci.receiver_id.as_str()) {
        return Err(AnswerRefusal::AnotherAgency);
    }
    if !absent_or("receiver_id", &dci.sender_id) {
        return Err(AnswerRefusal::ToAnother);
    }
    if text("action") != Some(action) {
        return Err(another_type("header.action", action));
    }
    let sent_at = text("message_ts").and_then(|at| Instant::parse_rfc3339(at).ok());
    let sent_at =
        sent_at.ok_or_else(|| another_type("header.message_ts", "a time with its zone"))?;
    let (earliest, latest) = (now.plus_seconds(-LIFE_S - SKEW_S), now.plus_seconds(SKEW_S));
    match earliest <= sent_at && sent_at <= latest {
        true => Ok(sent_at),
        false => Err(AnswerRefusal::NotOfNow { found: sent_at }),
    }
}

fn signing_key(dci: &Dci) -> Result<Arc<SigningKey>, CallFailure> {
    let file = &dci.signing_key;
    let key = file.read(|text| Some(SigningKeys::from_text(text).ok()?.into_current()));
    key.map_err(|no_key| {
        let why = match no_key {
            NoKey::Unreadable => "our signing key cannot be read",
            NoKey::Form => "our signing key is no Ed25519 seed in hexadecimal digits",
        };
        tracing::error!(file = %file.path().display(), why, "no key to sign a question with");
        CallFailure::NoKey { why }
    })
}

fn jwks(dci: &Dci) -> Result<Arc<Jwks>, AnswerRefusal> {
    let file = &dci.jwks;
    let keys = file.read(|text| Jwks::parse(text).ok());
    keys.map_err(|_| {
        tracing::error!(file = %file.path().display(), "no keys to check a registry's answers with");
        AnswerRefusal::NoKeys
    })
}
