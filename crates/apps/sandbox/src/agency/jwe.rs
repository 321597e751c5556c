//! Encrypted messages of registries: JWE in the flattened form, `ECDH-ES+A256KW` over P-256 with
//! `A256GCM`, writer and reader named in `apu` and `apv`. Written from the agreement's description
//! (docs/decisions/0008), apart from Daftar's own: what one side encrypts, the other has to read.

use aes_kw::{KeyInit, KwAes256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const ALG: &str = "ECDH-ES+A256KW";
const ENC: &str = "A256GCM";
const KEY_BYTES: usize = 32;
/// A wrapped key is eight bytes longer (RFC 3394).
const WRAPPED_BYTES: usize = KEY_BYTES + 8;
/// Of a thumbprint, as Daftar names its own keys.
const KID_CHARS: usize = 16;

/// Who writes and who reads.
pub type Parties<'a> = (&'a str, &'a str);

/// A key that messages are encrypted to, with its secret half.
#[derive(Clone, Debug)]
pub struct Secret(SecretKey);

impl Secret {
    /// The one that follows from a name.
    pub fn of(name: &str) -> Secret {
        let mut bytes = Sha256::digest(name);
        loop {
            match SecretKey::from_slice(&bytes) {
                Ok(secret) => return Secret(secret),
                // Once in four thousand million times a hash is no key; its own hash is another one.
                Err(_) => bytes = Sha256::digest(bytes),
            }
        }
    }

    pub fn hex(&self) -> String {
        hex::encode(self.0.to_bytes())
    }

    /// The public half, for a set of keys.
    pub fn jwk(&self, kid: &str) -> Value {
        let mut jwk = point(&self.0.public_key());
        jwk["use"] = "enc".into();
        jwk["alg"] = ALG.into();
        jwk["kid"] = kid.into();
        jwk
    }

    /// As Daftar names its own: the thumbprint of the public half (RFC 7638), cut short.
    pub fn thumbprint(&self) -> String {
        let jwk = point(&self.0.public_key()).to_string();
        let mut kid = BASE64.encode(Sha256::digest(jwk));
        kid.truncate(KID_CHARS);
        kid
    }

    /// Chance for one text: like all chance of this country it follows from its seed. Another text has
    /// another key, so that no nonce comes twice under one.
    fn chance(&self, what: &str, text: &[u8]) -> [u8; KEY_BYTES] {
        let hash = Sha256::new().chain_update(self.0.to_bytes());
        hash.chain_update(what).chain_update(text).finalize().into()
    }
}

/// The members that a thumbprint wants, in the order of their names.
fn point(key: &PublicKey) -> Value {
    let sec1 = key.to_sec1_point(false);
    let coordinates = sec1.x().zip(sec1.y());
    let [x, y] = coordinates.map_or_else(Default::default, |(x, y)| {
        [BASE64.encode(x), BASE64.encode(y)]
    });
    json!({ "crv": "P-256", "kty": "EC", "x": x, "y": y })
}

/// The key that wraps: what both sides come to, by the Concat KDF of NIST SP 800-56A in one round.
fn agreed(secret: &SecretKey, public: &PublicKey, (from, to): Parties<'_>) -> [u8; KEY_BYTES] {
    let mut hash = Sha256::new().chain_update(1_u32.to_be_bytes());
    hash.update(secret.diffie_hellman(public).raw_secret_bytes());
    for text in [ALG, from, to] {
        hash.update((text.len() as u32).to_be_bytes());
        hash.update(text);
    }
    let bits = 8 * KEY_BYTES as u32;
    hash.chain_update(bits.to_be_bytes()).finalize().into()
}

fn gcm(key: &[u8; KEY_BYTES]) -> Option<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, key).ok()?;
    Some(LessSafeKey::new(key))
}

/// Encrypts to a reader's key that has this name.
pub fn encrypt(
    text: &[u8],
    writer: &Secret,
    (reader, kid): (&Secret, &str),
    parties: Parties<'_>,
) -> Option<Value> {
    let of_message = hex::encode(writer.chance("ephemeral", text));
    let Secret(ephemeral) = Secret::of(&of_message);
    let (content_key, iv) = (writer.chance("key", text), writer.chance("iv", text));
    let wrapping = agreed(&ephemeral, &reader.0.public_key(), parties);
    let mut wrapped = [0; WRAPPED_BYTES];
    KwAes256::new(&wrapping.into())
        .wrap_key(&content_key, &mut wrapped)
        .ok()?;
    let iv = iv.first_chunk::<NONCE_LEN>()?;
    let nonce = Nonce::assume_unique_for_key(*iv);
    let mut ciphertext = text.to_vec();
    let tag = gcm(&content_key)?
        .seal_in_place_separate_tag(nonce, Aad::empty(), &mut ciphertext)
        .ok()?;
    Some(json!({
        "header": { "alg": ALG, "enc": ENC, "kid": kid, "epk": point(&ephemeral.public_key()),
            "apu": BASE64.encode(parties.0), "apv": BASE64.encode(parties.1) },
        "encrypted_key": BASE64.encode(wrapped), "iv": BASE64.encode(iv),
        "ciphertext": BASE64.encode(&ciphertext), "tag": BASE64.encode(tag),
    }))
}

/// Decrypts what was encrypted to our key of this name; nothing where anything is not as agreed.
pub fn decrypt(
    message: &Value,
    (reader, kid): (&Secret, &str),
    parties: Parties<'_>,
) -> Option<Vec<u8>> {
    let header = &message["header"];
    let bytes = |value: &Value| BASE64.decode(value.as_str()?).ok();
    let is_agreed = header["alg"] == ALG && header["enc"] == ENC && header["kid"] == kid;
    let named = [("apu", parties.0), ("apv", parties.1)];
    let is_theirs = |(name, party): &(&str, &str)| header[name] == BASE64.encode(party);
    if !is_agreed || !named.iter().all(is_theirs) {
        return None;
    }
    // An uncompressed point: a byte that says so, then both coordinates.
    let epk = [
        vec![4],
        bytes(&header["epk"]["x"])?,
        bytes(&header["epk"]["y"])?,
    ]
    .concat();
    let epk = PublicKey::from_sec1_bytes(&epk).ok()?;
    let mut content_key = [0; KEY_BYTES];
    KwAes256::new(&agreed(&reader.0, &epk, parties).into())
        .unwrap_key(&bytes(&message["encrypted_key"])?, &mut content_key)
        .ok()?;
    let nonce = Nonce::try_assume_unique_for_key(&bytes(&message["iv"])?).ok()?;
    let mut text = [bytes(&message["ciphertext"])?, bytes(&message["tag"])?].concat();
    let opened = gcm(&content_key)?.open_in_place(nonce, Aad::empty(), &mut text);
    Some(opened.ok()?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTIES: Parties<'_> = ("daftar.uz", "disability.uz");

    fn written() -> (Value, Secret) {
        let (writer, reader) = (Secret::of("writer"), Secret::of("reader"));
        let message = encrypt(b"whom we ask about", &writer, (&reader, "r"), PARTIES);
        (message.unwrap(), reader)
    }

    #[test]
    fn what_is_encrypted_is_read_by_its_reader_alone() {
        let (message, reader) = written();
        let read = |reader: &Secret, kid, parties| decrypt(&message, (reader, kid), parties);
        assert_eq!(read(&reader, "r", PARTIES).unwrap(), b"whom we ask about");
        assert!(!message.to_string().contains(&BASE64.encode("whom")));
        assert_eq!(read(&Secret::of("another"), "r", PARTIES), None);
        assert_eq!(read(&reader, "of before", PARTIES), None);
        assert_eq!(read(&reader, "r", ("tax.uz", "disability.uz")), None);
    }

    #[test]
    fn what_was_changed_is_not_read() {
        let (message, reader) = written();
        let paths = [
            "/encrypted_key",
            "/iv",
            "/ciphertext",
            "/tag",
            "/header/epk/x",
            "/header/alg",
            "/header/enc",
            "/header/apu",
            "/header/apv",
        ];
        for path in paths {
            let mut changed = message.clone();
            let part = changed.pointer_mut(path).unwrap();
            let text = part.as_str().unwrap();
            let other = if text.starts_with('A') { "B" } else { "A" };
            *part = format!("{other}{}", &text[1..]).into();
            assert_eq!(decrypt(&changed, (&reader, "r"), PARTIES), None, "{path}");
            *changed.pointer_mut(path).unwrap() = Value::Null;
            assert_eq!(decrypt(&changed, (&reader, "r"), PARTIES), None, "{path}");
        }
    }

    #[test]
    fn another_text_has_another_key() {
        let (writer, reader) = (Secret::of("writer"), Secret::of("reader"));
        let parts = |text: &[u8]| {
            let message = encrypt(text, &writer, (&reader, "r"), PARTIES).unwrap();
            ["encrypted_key", "iv"].map(|part| message[part].clone())
        };
        let (one, other) = (parts(b"one"), parts(b"two"));
        assert!(one[0] != other[0] && one[1] != other[1]);
        assert_eq!(one, parts(b"one"), "the same country says the same");
    }
}
