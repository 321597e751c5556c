//! A signed message, written by hand: as its sender writes it, or as a forger who may hold any key,
//! name any key and sign any text. Nothing here is the program's own signing.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use exchange::dci::keys::jwe::{self, DecryptionKey, EncryptionKey, Parties};
use exchange::dci::keys::{Jwks, SigningKey};
use exchange::dci::signature::Policy;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Whose key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    Own,
    /// Was in the set of the sender's keys and is no more.
    Revoked,
    OtherPartner,
    Stranger,
    /// The key of the installation itself.
    Ours,
    /// The sender's public key as the secret of an HMAC.
    PublicKeyAsSecret,
    Nobody,
}

impl Hand {
    pub fn key(self) -> SigningKey {
        let (seed, kid) = match self {
            Hand::Revoked => ([2; 32], "k0"),
            Hand::OtherPartner => ([3; 32], "k2"),
            Hand::Stranger => ([4; 32], "k9"),
            Hand::Ours => {
                let seed: Vec<u8> = (0..32).collect();
                return SigningKey::from_seed(&seed).expect("a seed");
            }
            _ => ([1; 32], "k1"),
        };
        SigningKey::from_seed(&seed).expect("a seed").named(kid)
    }

    fn sign(self, text: &[u8]) -> Vec<u8> {
        match self {
            Hand::Nobody => Vec::new(),
            Hand::PublicKeyAsSecret => {
                let jwks = Hand::Own.key().jwks();
                let x = jwks["keys"][0]["x"].as_str().expect("a public key");
                let secret = URL_SAFE_NO_PAD.decode(x).expect("base64url");
                let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
                ring::hmac::sign(&secret, text).as_ref().to_vec()
            }
            hand => hand.key().sign(text),
        }
    }
}

/// Which bytes are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The dialect's own.
    Right,
    /// The other dialect's: the same text to a reader, other bytes.
    Other,
    HeaderAlone,
    MessageAlone,
}

/// A message before it is signed, and how it will be.
#[derive(Clone, Debug)]
pub struct Draft {
    pub header: Value,
    pub message: Value,
    pub hand: Hand,
    pub form: Form,
    /// The field's parts.
    pub namespace: &'static str,
    pub kid_id: String,
    pub algorithm: &'static str,
    pub created: String,
    pub expires: String,
    pub covered: &'static str,
    /// The text of the header of a JWS.
    pub jose: String,
    /// The token that comes with it is another partner's.
    pub others_token: bool,
    /// The message before it was encrypted, and the key of its reader.
    pub plain: Value,
    pub to: EncryptionKey,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Sealed {
    pub body: Value,
    pub http: Vec<String>,
    pub others_token: bool,
}

/// JSON with sorted keys and no spaces: what both dialects sign, the one escaped, the other not.
fn canonical(value: &Value, escaped: bool) -> String {
    let plain = value.to_string();
    if !escaped {
        return plain;
    }
    let mut text = String::new();
    for c in plain.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// Other bytes each time; whose chance it is does not matter to a test.
pub fn chance() -> [u8; 32] {
    store::secret()
}

/// The key of the sender that is encrypted to.
pub fn own_opening_key() -> DecryptionKey {
    let key = DecryptionKey::from_bytes(&[5; 32]).expect("a key");
    key.named("e1")
}

impl Draft {
    pub fn plain_text(&self) -> String {
        self.plain.to_string()
    }

    /// Encrypted by `from` to the reader of this message.
    pub fn encrypted(&self, text: &[u8], from: &str) -> Value {
        let parties = Parties { from, to: "sr.gov" };
        jwe::seal(text, &self.to, parties, &mut chance)
    }

    /// Encrypted by the sender to a key of his own.
    pub fn to_himself(&self) -> Value {
        let set = json!({ "keys": [own_opening_key().jwk()] });
        let set = Jwks::of(&set).expect("keys");
        let parties = Parties {
            from: super::SENDER,
            to: "sr.gov",
        };
        let key = set.encryption_key().expect("a key");
        jwe::seal(self.plain_text().as_bytes(), key, parties, &mut chance)
    }

    fn covered_text(&self, escaped: bool) -> String {
        let escaped = escaped != (self.form == Form::Other);
        let whole = match self.form {
            Form::HeaderAlone => json!({ "header": self.header }),
            Form::MessageAlone => json!({ "message": self.message }),
            _ => json!({ "header": self.header, "message": self.message }),
        };
        canonical(&whole, escaped)
    }

    fn field(&self) -> String {
        let digest = STANDARD.encode(Sha256::digest(self.covered_text(true)));
        let lines = self.covered.split(' ').map(|name| match name {
            "(created)" => format!("(created): {}", self.created),
            "(expires)" => format!("(expires): {}", self.expires),
            _ => format!("digest: {digest}"),
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        format!(
            "namespace=\"{}\", kidId=\"{}\", algorithm=\"{}\", created=\"{}\", expires=\"{}\", \
             headers=\"{}\", signature=\"{}\"",
            self.namespace,
            self.kid_id,
            self.algorithm,
            self.created,
            self.expires,
            self.covered,
            STANDARD.encode(self.hand.sign(text.as_bytes()))
        )
    }

    fn jws(&self) -> String {
        let head = URL_SAFE_NO_PAD.encode(&self.jose);
        let payload = URL_SAFE_NO_PAD.encode(self.covered_text(false));
        let signature = self.hand.sign(format!("{head}.{payload}").as_bytes());
        format!("{head}..{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub fn seal(&self, policy: Policy) -> Sealed {
        let (field, http) = match policy {
            Policy::DciEd25519 => (self.field(), Vec::new()),
            _ => (String::new(), vec![self.jws()]),
        };
        Sealed {
            body: json!({ "signature": field, "header": self.header, "message": self.message }),
            http,
            others_token: self.others_token,
        }
    }
}

impl Sealed {
    /// The signature, wherever its dialect has it.
    pub fn signature(&mut self) -> String {
        match self.http.first() {
            Some(jws) => jws.clone(),
            None => self.body["signature"].as_str().expect("text").to_owned(),
        }
    }

    pub fn sign_with(&mut self, signature: &str) {
        match self.http.first_mut() {
            Some(jws) => signature.clone_into(jws),
            None => self.body["signature"] = signature.into(),
        }
    }

    /// Changes the bytes of the signature, where it has any.
    pub fn bytes(&mut self, change: fn(&mut Vec<u8>)) {
        let text = self.signature();
        let (before, coded, after, engine) = match self.http.is_empty() {
            true => {
                let (before, rest) = text.split_once("signature=\"").expect("signed");
                let coded = rest.strip_suffix('"').expect("quotes");
                (format!("{before}signature=\""), coded, "\"", &STANDARD)
            }
            false => {
                let (head, coded) = text.split_once("..").expect("detached");
                (format!("{head}.."), coded, "", &URL_SAFE_NO_PAD)
            }
        };
        let mut bytes = engine.decode(coded).expect("base64");
        change(&mut bytes);
        self.sign_with(&format!("{before}{}{after}", engine.encode(bytes)));
    }

    /// Changes the text of the signature; a change that changes nothing is a mistake of the table.
    pub fn text(&mut self, change: impl Fn(&str) -> String) {
        let before = self.signature();
        let after = change(&before);
        assert_ne!(before, after, "the mutant changes nothing");
        self.sign_with(&after);
    }

    pub fn swap(&mut self, from: &str, to: &str) {
        self.text(|text| text.replacen(from, to, 1));
    }
}
