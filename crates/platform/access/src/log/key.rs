//! The keys that sign the log's checkpoints, as lines of text in the form of signed notes
//! (C2SP `signed-note`): witnesses and auditors have programs that read it.
//!
//! ```text
//! PRIVATE+KEY+daftar.uz/5f3a9c1e+b1c2d3e4+AQ...     the one that signs
//! daftar.uz/5f3a9c1e+0a1b2c3d+AQ... 81230           an earlier one, and the last size it signed
//! ```
//! The lines live outside the database, in a file that only its owner reads or in a variable:
//! whoever can write every row can still not sign. A key is known by its id, which is made of its
//! name and its public half. After a rotation the private half of the earlier key is gone; what it
//! signed stays valid, and nothing later than that is.

use base64::prelude::{BASE64_STANDARD, Engine};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Lines of one text of keys at most: a rotation a month for twenty years.
pub const KEYS_MAX: usize = 256;
/// Characters of a name at most.
const NAME_CHARS_MAX: usize = 100;
const PRIVATE: &str = "PRIVATE+KEY+";
/// What signed notes call Ed25519.
const ED25519: u8 = 1;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefused {
    #[error("line {line} is no key: {why}")]
    Line { line: usize, why: &'static str },
    #[error("there is no key in it")]
    Empty,
    #[error("more than {KEYS_MAX} keys")]
    TooMany,
    #[error("two private keys: which one signs?")]
    TwoPrivate,
    #[error("two keys of two names: one installation's log has one name")]
    TwoNames,
}

/// Who may have signed: the public half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
    last_size: Option<u64>,
}

/// The installation's keys, or those that somebody who verifies was given.
pub struct Keys {
    private: Option<SigningKey>,
    public: Vec<PublicKey>,
}

impl PublicKey {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of the hash of name and key, as eight digits.
    pub fn id(&self) -> String {
        hex::encode(self.id_bytes())
    }

    pub(super) fn id_bytes(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(self.name.as_bytes());
        hasher.update([b'\n', ED25519]);
        hasher.update(self.key.as_bytes());
        let hash: [u8; 32] = hasher.finalize().into();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Of an earlier key: the size of the last checkpoint it signed.
    pub fn last_size(&self) -> Option<u64> {
        self.last_size
    }

    pub(super) fn has_signed(&self, text: &str, signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.key.verify_strict(text.as_bytes(), &signature).is_ok()
    }

    fn line(&self) -> String {
        let end = self.last_size.map(|size| format!(" {size}"));
        self.bare_line() + &end.unwrap_or_default()
    }

    /// The line without the last size: what does not change while the key is known.
    pub fn bare_line(&self) -> String {
        let bytes = encode(self.key.as_bytes());
        format!("{}+{}+{bytes}", self.name, self.id())
    }
}

impl Keys {
    /// A first key from 32 unguessable bytes.
    pub fn new(name: &str, seed: [u8; 32]) -> Keys {
        assert!(is_name(name), "'{name}' is no name of a key");
        let private = SigningKey::from_bytes(&seed);
        let public = PublicKey {
            name: name.to_owned(),
            key: private.verifying_key(),
            last_size: None,
        };
        Keys {
            private: Some(private),
            public: vec![public],
        }
    }

    /// A new key that signs from now on; the one before it has signed up to `last_size`.
    pub fn rotate(mut self, seed: [u8; 32], last_size: u64) -> Keys {
        let next = Keys::new(self.name(), seed);
        for key in &mut self.public {
            key.last_size.get_or_insert(last_size);
        }
        self.public.extend(next.public);
        Keys {
            private: next.private,
            public: self.public,
        }
    }

    /// Reads lines of keys, public or private; empty lines and those that begin with `#` are
    /// passed over.
    pub fn parse(text: &str) -> Result<Keys, KeyRefused> {
        let mut keys = Keys {
            private: None,
            public: Vec::new(),
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            keys.add(number + 1, line)?;
        }
        if keys.public.is_empty() {
            return Err(KeyRefused::Empty);
        }
        Ok(keys)
    }

    fn add(&mut self, line: usize, text: &str) -> Result<(), KeyRefused> {
        if self.public.len() == KEYS_MAX {
            return Err(KeyRefused::TooMany);
        }
        let (public, private) = read(text).map_err(|why| KeyRefused::Line { line, why })?;
        if self
            .public
            .first()
            .is_some_and(|one| one.name != public.name)
        {
            return Err(KeyRefused::TwoNames);
        }
        if private.is_some() {
            if self.private.is_some() {
                return Err(KeyRefused::TwoPrivate);
            }
            self.private = private;
        }
        self.public.push(public);
        Ok(())
    }

    /// The name that every key of the installation has.
    pub fn name(&self) -> &str {
        &self.public[0].name
    }

    /// Whoever may have signed, the earliest first.
    pub fn public(&self) -> &[PublicKey] {
        &self.public
    }

    /// True when there is a private half to sign with.
    pub fn can_sign(&self) -> bool {
        self.private.is_some()
    }

    /// A signature by the one private key, and the id of that key.
    pub(super) fn sign(&self, text: &str) -> Option<([u8; 4], [u8; 64])> {
        let private = self.private.as_ref()?;
        let signer = private.verifying_key();
        let public = self.public.iter().find(|one| one.key == signer)?;
        Some((public.id_bytes(), private.sign(text.as_bytes()).to_bytes()))
    }

    /// The lines that anybody may have.
    pub fn public_lines(&self) -> String {
        self.public.iter().map(|key| key.line() + "\n").collect()
    }

    /// All lines, the private one among them: for the file that only its owner reads.
    pub fn secret_lines(&self) -> String {
        let mut lines = String::new();
        for key in &self.public {
            let private = self.private.as_ref();
            match private.filter(|private| private.verifying_key() == key.key) {
                Some(private) => {
                    let bytes = encode(private.as_bytes());
                    lines += &format!("{PRIVATE}{}+{}+{bytes}\n", key.name, key.id());
                }
                None => lines += &(key.line() + "\n"),
            }
        }
        lines
    }
}

/// Never shows the private half.
impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("can_sign", &self.can_sign())
            .field("public", &self.public_lines())
            .finish()
    }
}

fn encode(key: &[u8; 32]) -> String {
    let mut bytes = vec![ED25519];
    bytes.extend_from_slice(key);
    BASE64_STANDARD.encode(bytes)
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '+';
    (1..=NAME_CHARS_MAX).contains(&name.len()) && name.chars().all(plain)
}

/// One line: `name+id+key`, or the same behind `PRIVATE+KEY+`.
fn read(line: &str) -> Result<(PublicKey, Option<SigningKey>), &'static str> {
    let (is_private, line) = match line.strip_prefix(PRIVATE) {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let (line, last_size) = match line.split_once(' ') {
        Some((line, size)) => {
            let size = size.trim().parse();
            (
                line,
                Some(size.map_err(|_| "after the key stands no size")?),
            )
        }
        None => (line, None),
    };
    if is_private && last_size.is_some() {
        return Err("a private key signs on and has no last size");
    }
    // The key's own text may hold a '+'.
    let mut parts = line.splitn(3, '+');
    let (Some(name), Some(id), Some(bytes)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("write name+id+key");
    };
    if !is_name(name) {
        return Err("the name has a space or is too long");
    }
    let bytes = BASE64_STANDARD.decode(bytes);
    let bytes = bytes.map_err(|_| "the key is no base64")?;
    let Some((&ED25519, key)) = bytes.split_first() else {
        return Err("the key is not one of Ed25519");
    };
    let key: [u8; 32] = key.try_into().map_err(|_| "the key has not 32 bytes")?;
    let private = is_private.then(|| SigningKey::from_bytes(&key));
    let public = match &private {
        Some(private) => private.verifying_key(),
        None => VerifyingKey::from_bytes(&key).map_err(|_| "the key is no point of the curve")?,
    };
    let public = PublicKey {
        name: name.to_owned(),
        key: public,
        last_size,
    };
    if public.id() != id {
        return Err("the id does not belong to the name and the key");
    }
    Ok((public, private))
}
