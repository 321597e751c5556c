//! JSON Web Signature in its compact form, `HEADER.PAYLOAD.SIGNATURE`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::{Algorithm, Jwks, PublicKey, SigningKey};

/// Bytes of a whole JWS here: a file's hash and name, no document.
pub const BYTES_MAX: usize = 4_096;
/// Other names are refused: `jku`, `x5u` and `jwk` would let the text bring its own key, `crit`
/// and `b64` change what is signed.
const NAMES: [&str; 4] = ["alg", "kid", "typ", "x5t#S256"];

/// Why a signature is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    #[error("the signature is not a compact JWS of at most {BYTES_MAX} bytes: {0}")]
    Form(&'static str),
    #[error("the signature names a key that this sender does not have")]
    UnknownKey,
    #[error("the algorithm is not the one of the key")]
    Algorithm,
    #[error("the signature does not fit what it signs")]
    Wrong,
}

pub fn sign(payload: &[u8], key: &SigningKey) -> String {
    let head = json!({ "alg": Algorithm::EdDsa.name(), "kid": key.kid() });
    let (head, payload) = (
        URL_SAFE_NO_PAD.encode(head.to_string()),
        URL_SAFE_NO_PAD.encode(payload),
    );
    let signed = format!("{head}.{payload}");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The payload, when one of the keys signed it.
pub fn verify(jws: &str, keys: &Jwks) -> Result<Vec<u8>, Forged> {
    if jws.len() > BYTES_MAX {
        return Err(Forged::Form("too long"));
    }
    let (signed, signature) = jws.rsplit_once('.').ok_or(Forged::Form("three parts"))?;
    let (head, payload) = signed.split_once('.').ok_or(Forged::Form("three parts"))?;
    let form = Forged::Form("the header");
    let head: Map<String, Value> =
        serde_json::from_slice(&decoded(head, "the header")?).map_err(|_| form)?;
    let key = key_of(&head, keys)?;
    let payload = decoded(payload, "the payload")?;
    match key.verifies(signed.as_bytes(), &decoded(signature, "the signature")?) {
        true => Ok(payload),
        false => Err(Forged::Wrong),
    }
}

/// The key that a header names, when the header says no more than it may.
pub fn key_of<'k>(header: &Map<String, Value>, keys: &'k Jwks) -> Result<&'k PublicKey, Forged> {
    if !header.keys().all(|name| NAMES.contains(&name.as_str())) {
        return Err(Forged::Form("the header"));
    }
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let key = text("kid").and_then(|kid| keys.find(kid));
    let key = key.ok_or(Forged::UnknownKey)?;
    match text("alg") == Some(key.algorithm.name()) {
        true => Ok(key),
        false => Err(Forged::Algorithm),
    }
}

fn decoded(part: &str, name: &'static str) -> Result<Vec<u8>, Forged> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Forged::Form(name))
}
