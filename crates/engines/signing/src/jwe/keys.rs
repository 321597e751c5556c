//! Keys that messages are encrypted to: P-256, the public halves in JSON Web Key Sets.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use serde_json::{Map, Value, json};

use super::ALG;

/// Bytes of a secret key, and of a coordinate.
pub const KEY_BYTES: usize = 32;
/// Keys of a file: the one that is published, and those that still open what was sent before.
pub const SECRETS_MAX: usize = 8;
const KID_CHARS: usize = 16;

/// Somebody else's key: we write to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionKey {
    pub kid: String,
    pub(super) point: PublicKey,
}

impl EncryptionKey {
    pub(crate) fn of(kid: &str, jwk: &Map<String, Value>) -> Option<EncryptionKey> {
        Some(EncryptionKey {
            kid: kid.to_owned(),
            point: point(jwk)?,
        })
    }
}

/// A point of the curve from its two coordinates; any other pair is nobody's key. A pair off the
/// curve would give away our secret key bit by bit.
pub(super) fn point(jwk: &Map<String, Value>) -> Option<PublicKey> {
    let mut sec1 = vec![4];
    for name in ["x", "y"] {
        let text = jwk.get(name)?.as_str()?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        sec1.extend(Some(bytes).filter(|bytes| bytes.len() == KEY_BYTES)?);
    }
    PublicKey::from_sec1_bytes(&sec1).ok()
}

pub(super) fn jwk_of(public: &PublicKey) -> Value {
    // Uncompressed: a byte that says so, then both coordinates.
    let sec1 = public.to_sec1_point(false);
    let (x, y) = sec1.as_bytes()[1..].split_at(KEY_BYTES);
    let [x, y] = [x, y].map(|coordinate| URL_SAFE_NO_PAD.encode(coordinate));
    json!({ "crv": "P-256", "kty": "EC", "x": x, "y": y })
}

/// Our own key: what was written to its public half is read with it.
#[derive(Clone)]
pub struct DecryptionKey {
    kid: String,
    pub(super) secret: SecretKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an encryption key is 32 bytes between 1 and the order of P-256, written as 64 hexadecimal digits; \
     a file has 1 to {SECRETS_MAX} lines"
)]
pub struct NoSecret;

impl DecryptionKey {
    /// The name is the thumbprint of the public half (RFC 7638), cut short: a new key has a new name.
    pub fn from_bytes(secret: &[u8]) -> Result<DecryptionKey, NoSecret> {
        let secret = SecretKey::from_slice(secret).map_err(|_| NoSecret)?;
        let mut kid = thumbprint(&secret.public_key());
        kid.truncate(KID_CHARS);
        Ok(DecryptionKey { kid, secret })
    }

    pub fn named(self, kid: &str) -> DecryptionKey {
        DecryptionKey {
            kid: kid.to_owned(),
            ..self
        }
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What others write to us with.
    pub fn jwk(&self) -> Value {
        let mut jwk = jwk_of(&self.secret.public_key());
        jwk["use"] = "enc".into();
        jwk["alg"] = ALG.into();
        jwk["kid"] = self.kid.as_str().into();
        jwk
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKey({})", self.kid)
    }
}

fn thumbprint(public: &PublicKey) -> String {
    use sha2::{Digest, Sha256};
    // The required members in the order of their names.
    URL_SAFE_NO_PAD.encode(Sha256::digest(jwk_of(public).to_string()))
}

/// Our keys, the newest first: that one is published, the others still read what comes late.
#[derive(Debug, Clone)]
pub struct DecryptionKeys(Vec<DecryptionKey>);

impl DecryptionKeys {
    pub fn new(keys: Vec<DecryptionKey>) -> Result<DecryptionKeys, NoSecret> {
        match keys.len() {
            1..=SECRETS_MAX => Ok(DecryptionKeys(keys)),
            _ => Err(NoSecret),
        }
    }

    /// One key a line in hexadecimal digits.
    pub fn from_text(text: &str) -> Result<DecryptionKeys, NoSecret> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys =
            lines.map(|line| DecryptionKey::from_bytes(&crate::keys::hex(line).ok_or(NoSecret)?));
        DecryptionKeys::new(keys.collect::<Result<_, _>>()?)
    }

    pub fn find(&self, kid: &str) -> Option<&DecryptionKey> {
        self.0.iter().find(|key| key.kid == kid)
    }

    /// The one that others write to from now on.
    pub fn current(&self) -> &DecryptionKey {
        &self.0[0]
    }
}
