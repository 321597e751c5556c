//! Signatures of messages, in the two dialects that partners speak.
//!
//! - `dci-ed25519`, as OpenSPP writes it: a field of the body,
//!   `namespace="dci", kidId="SENDER|KEY|ed25519", algorithm="ed25519", created="S", expires="S",
//!   headers="(created) (expires) digest", signature="BASE64"`, over the digest of the Python form.
//! - `jws-detached`, as OpenG2P writes it: the HTTP header `Signature` holds `HEADER..SIGNATURE`, over
//!   the sorted UTF-8 form. It has no times of its own: the signed `message_ts` stands in for them. A
//!   fraction below 0.0001 may stand in it as orjson writes it or as Python does: either text is this
//!   message's and no other's.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use signing::jws;

use super::json::{self, Form, signed_text};
use super::keys::{Algorithm, Jwks, SigningKey};

/// How long a signature of ours holds, and the longest that one of a partner may.
pub const LIFE_S: i64 = 300;
/// Clocks of two systems differ by so much at most.
pub const SKEW_S: i64 = 60;
const FIELD_BYTES_MAX: usize = 2_000;
const COVERED: &str = "(created) (expires) digest";

/// How a partner signs. No word of a message changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Not at all: for trying out, never for a partner in service.
    None,
    DciEd25519,
    JwsDetached,
}

impl Policy {
    pub const ALL: [Policy; 3] = [Policy::None, Policy::DciEd25519, Policy::JwsDetached];

    pub fn name(self) -> &'static str {
        match self {
            Policy::None => "none",
            Policy::DciEd25519 => "dci-ed25519",
            Policy::JwsDetached => "jws-detached",
        }
    }

    pub fn from_name(name: &str) -> Option<Policy> {
        Policy::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

/// Why a signature is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    #[error("the message is not signed")]
    Missing,
    #[error("the signature is not written as agreed: {0}")]
    Form(&'static str),
    #[error("the signature names the key of another sender")]
    OtherSender,
    #[error("the signature names a key that this sender does not have")]
    UnknownKey,
    #[error("the algorithm is not the one of the key")]
    Algorithm,
    #[error("the signature is from the future")]
    NotYet,
    #[error("the signature has expired")]
    Expired,
    #[error("the signature would hold longer than {LIFE_S} seconds")]
    TooLong,
    #[error("the signature is not of this message")]
    Wrong,
}

/// A message and what came with it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub sender_id: &'a str,
    pub header: &'a Value,
    pub message: &'a Value,
    /// The field `signature` of the body.
    pub field: Option<&'a str>,
    /// The HTTP header `Signature`.
    pub http: Option<&'a str>,
}

/// Checks a message as its sender's policy says, `now_s` being seconds since 1970.
pub fn verify(signed: &Signed<'_>, policy: Policy, keys: &Jwks, now_s: i64) -> Result<(), Forged> {
    match policy {
        Policy::None => unsigned(signed),
        Policy::DciEd25519 => verify_field(signed, keys, now_s),
        Policy::JwsDetached => verify_jws(signed, keys),
    }
}

/// Who signs nothing says so, or says nothing. A signature that nobody can check is not waved through.
fn unsigned(signed: &Signed<'_>) -> Result<(), Forged> {
    let plain = matches!(signed.field, None | Some("" | "unsigned" | "unsigned-stub"));
    if plain && signed.http.is_none() {
        return Ok(());
    }
    Err(Forged::UnknownKey)
}

fn verify_field(signed: &Signed<'_>, keys: &Jwks, now_s: i64) -> Result<(), Forged> {
    let field = signed.field.filter(|field| !field.is_empty());
    let parts = Parts::of(field.ok_or(Forged::Missing)?)?;
    if parts.sender != signed.sender_id {
        return Err(Forged::OtherSender);
    }
    let key = keys.find(parts.key).ok_or(Forged::UnknownKey)?;
    if key.algorithm != Algorithm::EdDsa {
        return Err(Forged::Algorithm);
    }
    within(parts.created_s, parts.expires_s, now_s)?;
    let text = signing_string(signed, parts.created, parts.expires);
    if key.verifies(text.as_bytes(), &parts.signature) {
        return Ok(());
    }
    Err(Forged::Wrong)
}

fn within(created_s: i64, expires_s: i64, now_s: i64) -> Result<(), Forged> {
    if created_s > now_s + SKEW_S {
        return Err(Forged::NotYet);
    }
    if expires_s < now_s - SKEW_S || expires_s < created_s {
        return Err(Forged::Expired);
    }
    if expires_s - created_s > LIFE_S {
        return Err(Forged::TooLong);
    }
    Ok(())
}

fn signing_string(signed: &Signed<'_>, created: &str, expires: &str) -> String {
    let canonical = signed_text(signed.header, signed.message, Form::PythonAscii);
    let digest = STANDARD.encode(Sha256::digest(canonical));
    format!("(created): {created}\n(expires): {expires}\ndigest: {digest}")
}

/// The field, taken apart: each name once, none unknown, every value in quotes.
struct Parts<'a> {
    sender: &'a str,
    key: &'a str,
    created: &'a str,
    created_s: i64,
    expires: &'a str,
    expires_s: i64,
    signature: Vec<u8>,
}

const NAMES: [&str; 7] = [
    "namespace",
    "kidId",
    "algorithm",
    "created",
    "expires",
    "headers",
    "signature",
];

impl<'a> Parts<'a> {
    fn of(field: &'a str) -> Result<Parts<'a>, Forged> {
        let [
            namespace,
            kid_id,
            algorithm,
            created,
            expires,
            headers,
            signature,
        ] = split(field)?;
        if !matches!(namespace, "dci" | "spdci") {
            return Err(Forged::Form("namespace"));
        }
        if headers != COVERED {
            return Err(Forged::Form("headers"));
        }
        let mut names = kid_id.split('|');
        let (sender, key) = (names.next().unwrap_or(""), names.next().unwrap_or(""));
        if names.next() != Some("ed25519") || names.next().is_some() || algorithm != "ed25519" {
            return Err(Forged::Algorithm);
        }
        Ok(Parts {
            sender,
            key,
            created,
            created_s: seconds(created)?,
            expires,
            expires_s: seconds(expires)?,
            signature: STANDARD
                .decode(signature)
                .map_err(|_| Forged::Form("signature"))?,
        })
    }
}

fn split(field: &str) -> Result<[&str; 7], Forged> {
    if field.len() > FIELD_BYTES_MAX {
        return Err(Forged::Form("too long"));
    }
    let mut found: [Option<&str>; 7] = [None; 7];
    for part in field.split(',') {
        let (name, value) = part.trim_start().split_once('=').ok_or(Forged::Form("="))?;
        let place = NAMES.iter().position(|known| *known == name);
        let place = place.ok_or(Forged::Form("an unknown name"))?;
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        let value = value.filter(|value| !value.contains('"'));
        let value = value.ok_or(Forged::Form("quotes"))?;
        if found[place].replace(value).is_some() {
            return Err(Forged::Form("a name stands twice"));
        }
    }
    let mut values = [""; 7];
    for (value, found) in values.iter_mut().zip(found) {
        *value = found.ok_or(Forged::Form("a name is missing"))?;
    }
    Ok(values)
}

/// Plain digits: `+1`, ` 1` and `01` are other texts for the same number, and not taken.
fn seconds(text: &str) -> Result<i64, Forged> {
    let number: i64 = text.parse().map_err(|_| Forged::Form("a time"))?;
    if number < 0 || number.to_string() != text {
        return Err(Forged::Form("a time"));
    }
    Ok(number)
}

fn verify_jws(signed: &Signed<'_>, keys: &Jwks) -> Result<(), Forged> {
    let jws = signed.http.ok_or(Forged::Missing)?;
    // The field is not covered by this signature: it may only be empty or say the same.
    if !matches!(signed.field, None | Some("")) && signed.field != Some(jws) {
        return Err(Forged::Form("another signature in the body"));
    }
    if jws.len() > FIELD_BYTES_MAX {
        return Err(Forged::Form("too long"));
    }
    let (head, signature) = jws.split_once("..").ok_or(Forged::Form("detached"))?;
    let key = jws::key_of(&jws_header(head)?, keys).map_err(|refused| match refused {
        jws::Forged::UnknownKey => Forged::UnknownKey,
        jws::Forged::Algorithm => Forged::Algorithm,
        jws::Forged::Form(_) | jws::Forged::Wrong => Forged::Form("the JWS header"),
    })?;
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Forged::Form("signature"))?;
    let input = jws_input(head, signed, Form::RawUtf8);
    if key.verifies(input.as_bytes(), &signature) {
        return Ok(());
    }
    let as_python = jws_input(head, signed, Form::PythonUtf8);
    if as_python != input && key.verifies(as_python.as_bytes(), &signature) {
        return Ok(());
    }
    Err(Forged::Wrong)
}

/// Read as strictly as the message itself: a name that stands twice is refused.
fn jws_header(head: &str) -> Result<Map<String, Value>, Forged> {
    let form = Forged::Form("the JWS header");
    let bytes = URL_SAFE_NO_PAD.decode(head).map_err(|_| form)?;
    match json::read(&bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(form),
    }
}

fn jws_input(head: &str, signed: &Signed<'_>, form: Form) -> String {
    let payload = signed_text(signed.header, signed.message, form);
    format!("{head}.{}", URL_SAFE_NO_PAD.encode(payload))
}

/// Our own signature: the field of the body, or the HTTP header, as the reader's policy says.
pub fn sign(signed: &Signed<'_>, policy: Policy, key: &SigningKey, now_s: i64) -> String {
    match policy {
        Policy::None => "unsigned".to_owned(),
        Policy::DciEd25519 => {
            let (created, expires) = (now_s.to_string(), (now_s + LIFE_S).to_string());
            let text = signing_string(signed, &created, &expires);
            let signature = STANDARD.encode(key.sign(text.as_bytes()));
            format!(
                "namespace=\"dci\", kidId=\"{}|{}|ed25519\", algorithm=\"ed25519\", \
                 created=\"{created}\", expires=\"{expires}\", headers=\"{COVERED}\", \
                 signature=\"{signature}\"",
                signed.sender_id,
                key.kid()
            )
        }
        Policy::JwsDetached => {
            let head = json!({ "alg": Algorithm::EdDsa.name(), "kid": key.kid() });
            let head = URL_SAFE_NO_PAD.encode(head.to_string());
            let signature = key.sign(jws_input(&head, signed, Form::RawUtf8).as_bytes());
            format!("{head}..{}", URL_SAFE_NO_PAD.encode(signature))
        }
    }
}
