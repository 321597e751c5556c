//! Keys of others (public, as a JSON Web Key Set) and the key that signs what is ours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self as ring_signature, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::jwe::{self, EncryptionKey};

/// Keys of one set: those in use and those that come next.
pub const KEYS_MAX: usize = 16;
const KID_BYTES_MAX: usize = 99;
const RSA_BYTES_MIN: usize = 256;
const RSA_BYTES_MAX: usize = 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    EdDsa,
    Es256,
    Rs256,
}

impl Algorithm {
    /// As a JWS names it.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
            Algorithm::Rs256 => "RS256",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    /// Ed25519, or an uncompressed point of P-256.
    Point(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub kid: String,
    pub algorithm: Algorithm,
    material: Material,
}

impl PublicKey {
    /// The algorithm is the key's own; what a message says of it is compared elsewhere.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match &self.material {
            Material::Rsa { n, e } => ring_signature::RsaPublicKeyComponents { n, e }.verify(
                &ring_signature::RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
            Material::Point(point) if self.algorithm == Algorithm::EdDsa => {
                UnparsedPublicKey::new(&ring_signature::ED25519, point).verify(message, signature)
            }
            Material::Point(point) => {
                UnparsedPublicKey::new(&ring_signature::ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
            }
        };
        checked.is_ok()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysRefused {
    #[error("they are not the JSON we take: {0}")]
    Unreadable(String),
    #[error("write {{\"keys\": [...]}} with at most {KEYS_MAX} keys")]
    Form,
    #[error("key {place}: {why}")]
    Key { place: usize, why: &'static str },
    #[error("two keys are named {0}")]
    Twice(String),
}

/// Somebody's keys by name: those that sign, and those that are encrypted to. Rotation is a new set
/// that holds both; revocation one without it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jwks {
    signing: Vec<PublicKey>,
    encryption: Vec<EncryptionKey>,
}

impl Jwks {
    pub fn parse(text: &str) -> Result<Jwks, KeysRefused> {
        let value = serde_json::from_str(text);
        Jwks::of(&value.map_err(|why| KeysRefused::Unreadable(why.to_string()))?)
    }

    /// Of a set that was read already.
    pub fn of(set: &Value) -> Result<Jwks, KeysRefused> {
        let listed = set.get("keys").and_then(Value::as_array);
        let listed = listed
            .filter(|keys| keys.len() <= KEYS_MAX)
            .ok_or(KeysRefused::Form)?;
        let mut keys = Jwks::default();
        for (place, jwk) in listed.iter().enumerate() {
            let refused = |why| KeysRefused::Key { place, why };
            let kid = kid_of(jwk).map_err(refused)?;
            if keys.kids().any(|known| known == kid) {
                return Err(KeysRefused::Twice(kid.to_owned()));
            }
            match jwk.get("use").and_then(Value::as_str) {
                Some("enc") => keys
                    .encryption
                    .push(encryption_of(kid, jwk).map_err(refused)?),
                _ => keys.signing.push(key_of(kid, jwk).map_err(refused)?),
            }
        }
        Ok(keys)
    }

    /// The one that its owner is written to: the first of its set.
    pub fn encryption_key(&self) -> Option<&EncryptionKey> {
        self.encryption.first()
    }

    pub fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.signing.iter().find(|key| key.kid == kid)
    }

    pub fn has_ed25519(&self) -> bool {
        let mut keys = self.signing.iter();
        keys.any(|key| key.algorithm == Algorithm::EdDsa)
    }

    /// No signature can be believed.
    pub fn is_empty(&self) -> bool {
        self.signing.is_empty()
    }

    pub fn kids(&self) -> impl Iterator<Item = &str> {
        let signing = self.signing.iter().map(|key| key.kid.as_str());
        signing.chain(self.encryption.iter().map(|key| key.kid.as_str()))
    }
}

/// The name of a key that may stand in a set.
fn kid_of(jwk: &Value) -> Result<&str, &'static str> {
    let private = |name: &&str| jwk.get(*name).is_some();
    if ["d", "p", "q", "k"].iter().any(private) {
        return Err("it holds a private part: send the public key only, and make a new pair");
    }
    let kid = jwk.get("kid").and_then(Value::as_str).unwrap_or("");
    if kid.is_empty() || kid.len() > KID_BYTES_MAX || kid.contains(['|', '"']) {
        return Err("kid must name it, without | and quotes");
    }
    Ok(kid)
}

fn encryption_of(kid: &str, jwk: &Value) -> Result<EncryptionKey, &'static str> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or("");
    if (text("kty"), text("crv")) != ("EC", "P-256") || !matches!(text("alg"), "" | jwe::ALG) {
        return Err("to encrypt to, only P-256 with ECDH-ES+A256KW is taken");
    }
    let key = jwk.as_object();
    key.and_then(|jwk| EncryptionKey::of(kid, jwk))
        .ok_or("x and y are no point of P-256 in base64url")
}

fn key_of(kid: &str, jwk: &Value) -> Result<PublicKey, &'static str> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or("");
    if !matches!(text("use"), "" | "sig") {
        return Err("its use is neither sig nor enc");
    }
    let (algorithm, material) = match (text("kty"), text("crv")) {
        ("OKP", "Ed25519") => (Algorithm::EdDsa, Material::Point(bytes(jwk, "x", 32)?)),
        ("EC", "P-256") => {
            let mut point = vec![4];
            point.extend(bytes(jwk, "x", 32)?);
            point.extend(bytes(jwk, "y", 32)?);
            (Algorithm::Es256, Material::Point(point))
        }
        ("RSA", "") => (Algorithm::Rs256, rsa(text("n"), text("e"))?),
        _ => return Err("only Ed25519, P-256 and RSA are taken"),
    };
    if !(text("alg").is_empty() || text("alg") == algorithm.name()) {
        return Err("its alg is not the one of its kind of key");
    }
    Ok(PublicKey {
        kid: kid.to_owned(),
        algorithm,
        material,
    })
}

fn bytes(jwk: &Value, name: &str, length: usize) -> Result<Vec<u8>, &'static str> {
    let text = jwk.get(name).and_then(Value::as_str).unwrap_or("");
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes
        .filter(|bytes| bytes.len() == length)
        .ok_or("a coordinate is not 32 bytes in base64url")
}

fn rsa(n: &str, e: &str) -> Result<Material, &'static str> {
    let decoded = URL_SAFE_NO_PAD
        .decode(n)
        .ok()
        .zip(URL_SAFE_NO_PAD.decode(e).ok());
    let (n, e) = decoded.ok_or("n and e are not base64url")?;
    if n.len() < RSA_BYTES_MIN || n.len() > RSA_BYTES_MAX || n[0] == 0 {
        return Err("an RSA key has 2048 to 8192 bits");
    }
    Ok(Material::Rsa { n, e })
}

/// Two hexadecimal digits a byte.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2).filter(digits)?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}

/// The name of an Ed25519 key of ours: a new key has a new name.
pub(crate) fn name_of(public: &[u8]) -> String {
    let mut kid = URL_SAFE_NO_PAD.encode(public);
    kid.truncate(16);
    kid
}

/// An Ed25519 key of ours as partners read it.
pub(crate) fn jwk_of(kid: &str, public: &[u8]) -> Value {
    let x = URL_SAFE_NO_PAD.encode(public);
    json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x })
}

/// The key with which we sign: Ed25519.
#[derive(Debug)]
pub struct SigningKey {
    kid: String,
    pair: Ed25519KeyPair,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an Ed25519 seed is 32 bytes, written as 64 hexadecimal digits")]
pub struct NotAKey;

impl SigningKey {
    /// Bytes of a seed.
    pub const SEED_BYTES: usize = 32;

    /// The name is made of the public key, so a new key has a new name.
    pub fn from_seed(seed: &[u8]) -> Result<SigningKey, NotAKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| NotAKey)?;
        let kid = name_of(pair.public_key().as_ref());
        Ok(SigningKey { kid, pair })
    }

    pub fn from_hex(text: &str) -> Result<SigningKey, NotAKey> {
        SigningKey::from_seed(&hex(text).ok_or(NotAKey)?)
    }

    pub fn named(self, kid: &str) -> SigningKey {
        SigningKey {
            kid: kid.to_owned(),
            ..self
        }
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// What partners verify with.
    pub fn jwks(&self) -> Value {
        json!({ "keys": [jwk_of(&self.kid, self.public())] })
    }

    /// The public half: 32 bytes.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}
