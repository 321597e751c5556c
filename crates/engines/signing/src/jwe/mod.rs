//! JSON Web Encryption (RFC 7516) in the flattened form: a header, an encrypted key, an IV, a
//! ciphertext and a tag. `ECDH-ES+A256KW` over P-256, with `A256GCM`; nothing else is written or read.
//!
//! The header is the unprotected one of that form, so the additional data is empty. Its names are
//! covered by other means: `epk`, `apu` and `apv` by the agreement, the rest by the one choice there is,
//! and all of it by the signature around the message. Chance is handed in.

mod agree;
mod keys;
#[cfg(test)]
mod tests;

use aes_kw::{KeyInit, KwAes256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Map, Value, json};

pub use agree::Parties;
pub use keys::{DecryptionKey, DecryptionKeys, EncryptionKey, KEY_BYTES, NoSecret, SECRETS_MAX};

/// How the key of a message is brought to its reader: the only way here.
pub const ALG: &str = "ECDH-ES+A256KW";
/// How the message is encrypted: the only way here.
pub const ENC: &str = "A256GCM";
const IV_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// A wrapped key is eight bytes longer (RFC 3394).
const WRAPPED_BYTES: usize = KEY_BYTES + 8;
/// Thirty-two random bytes are no key once in four thousand million times.
const TRIES_MAX: usize = 16;
/// The parts of a message. `protected`, `unprotected`, `aad` and `recipients` of the RFC are not
/// DCI's: another reader could take them to mean another message.
const PARTS: [&str; 5] = ["header", "encrypted_key", "iv", "ciphertext", "tag"];
/// Other names are refused: `zip` is a bomb, `p2c` work without end, `jku`, `x5u` and `jwk` bring a
/// key of the writer's choice, `crit` changes what is meant.
const NAMES: [&str; 6] = ["alg", "enc", "kid", "epk", "apu", "apv"];
const EPK_NAMES: [&str; 4] = ["kty", "crv", "x", "y"];

/// Why a message is not read. What fails inside of the arithmetic is one word, whatever it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    #[error("an encrypted message has header, encrypted_key, iv, ciphertext and tag alone: {0}")]
    Form(&'static str),
    #[error("only {ALG} with {ENC} is read here")]
    Algorithm,
    #[error("it is encrypted to a key that is not ours, or no more")]
    UnknownKey,
    #[error("apu and apv must be its sender and receiver")]
    Parties,
    #[error("it cannot be decrypted")]
    Wrong,
}

/// Encrypts to a key. `chance` gives other random bytes each time it is asked.
pub fn seal(
    plaintext: &[u8],
    to: &EncryptionKey,
    parties: Parties<'_>,
    chance: &mut dyn FnMut() -> [u8; KEY_BYTES],
) -> Value {
    let ephemeral = (0..TRIES_MAX).find_map(|_| SecretKey::from_slice(&chance()).ok());
    let ephemeral = ephemeral.expect("chance gives a key sooner or later");
    let (content_key, iv) = (chance(), chance());
    let wrapping = KwAes256::new(&agree::agreed(&ephemeral, &to.point, ALG, parties).into());
    let mut wrapped = [0; WRAPPED_BYTES];
    wrapping
        .wrap_key(&content_key, &mut wrapped)
        .expect("a key of 32 bytes fits into 40");
    let mut text = plaintext.to_vec();
    let iv = &iv[..IV_BYTES];
    let nonce = Nonce::try_assume_unique_for_key(iv).expect("an IV has 12 bytes");
    // The key is used once: no nonce can come twice under it.
    let tag = gcm(&content_key)
        .seal_in_place_separate_tag(nonce, Aad::empty(), &mut text)
        .expect("a message is shorter than 64 GiB");
    let [encrypted_key, iv, ciphertext, tag] =
        [&wrapped[..], iv, &text, tag.as_ref()].map(|part| URL_SAFE_NO_PAD.encode(part));
    json!({
        "header": { "alg": ALG, "enc": ENC, "kid": to.kid,
            "epk": keys::jwk_of(&ephemeral.public_key()),
            "apu": URL_SAFE_NO_PAD.encode(parties.from), "apv": URL_SAFE_NO_PAD.encode(parties.to) },
        "encrypted_key": encrypted_key, "iv": iv, "ciphertext": ciphertext, "tag": tag,
    })
}

/// Decrypts what was encrypted to one of our keys, by `parties.from` to `parties.to`.
pub fn open(
    message: &Map<String, Value>,
    keys: &DecryptionKeys,
    parties: Parties<'_>,
) -> Result<Vec<u8>, Unopened> {
    if !message.keys().all(|name| PARTS.contains(&name.as_str())) {
        return Err(Unopened::Form("another part"));
    }
    let header = message.get("header").and_then(Value::as_object);
    let header = header.ok_or(Unopened::Form("header"))?;
    let (key, ephemeral) = agreement(header, keys, parties)?;
    let wrapped = bytes(message, "encrypted_key", Some(WRAPPED_BYTES))?;
    let iv = bytes(message, "iv", Some(IV_BYTES))?;
    let tag = bytes(message, "tag", Some(TAG_BYTES))?;
    let mut text = bytes(message, "ciphertext", None)?;

    let wrapping = KwAes256::new(&agree::agreed(&key.secret, &ephemeral, ALG, parties).into());
    let mut content_key = [0; KEY_BYTES];
    wrapping
        .unwrap_key(&wrapped, &mut content_key)
        .map_err(|_| Unopened::Wrong)?;
    text.extend(tag);
    let nonce = Nonce::try_assume_unique_for_key(&iv).map_err(|_| Unopened::Wrong)?;
    let opened = gcm(&content_key).open_in_place(nonce, Aad::empty(), &mut text);
    let length = opened.map_err(|_| Unopened::Wrong)?.len();
    text.truncate(length);
    Ok(text)
}

fn gcm(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    let key = UnboundKey::new(&AES_256_GCM, key).expect("a key of AES-256 has 32 bytes");
    LessSafeKey::new(key)
}

/// Our key that the header names, and the key that the writer made for this message.
fn agreement<'k>(
    header: &Map<String, Value>,
    keys: &'k DecryptionKeys,
    parties: Parties<'_>,
) -> Result<(&'k DecryptionKey, p256::PublicKey), Unopened> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    if !header.keys().all(|name| NAMES.contains(&name.as_str())) {
        return Err(Unopened::Form("another name in the header"));
    }
    if text("alg") != Some(ALG) || text("enc") != Some(ENC) {
        return Err(Unopened::Algorithm);
    }
    let key = text("kid").and_then(|kid| keys.find(kid));
    let key = key.ok_or(Unopened::UnknownKey)?;
    let named = [("apu", parties.from), ("apv", parties.to)];
    if !named
        .iter()
        .all(|(name, party)| text(name) == Some(&URL_SAFE_NO_PAD.encode(party)))
    {
        return Err(Unopened::Parties);
    }
    let epk = header.get("epk").and_then(Value::as_object);
    let epk = epk.filter(|epk| epk.keys().all(|name| EPK_NAMES.contains(&name.as_str())));
    let curve = |epk: &&Map<String, Value>| {
        epk.get("kty") == Some(&"EC".into()) && epk.get("crv") == Some(&"P-256".into())
    };
    let epk = epk.filter(curve).ok_or(Unopened::Form("epk"))?;
    let point = keys::point(epk).ok_or(Unopened::Form("epk"))?;
    Ok((key, point))
}

fn bytes(
    message: &Map<String, Value>,
    name: &'static str,
    length: Option<usize>,
) -> Result<Vec<u8>, Unopened> {
    let text = message.get(name).and_then(Value::as_str);
    let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let fits = |bytes: &Vec<u8>| length.is_none_or(|length| bytes.len() == length);
    bytes.filter(fits).ok_or(Unopened::Form(name))
}
