//! A checkpoint of the log as a signed note (C2SP `tlog-checkpoint`): the size and the root of
//! the tree, when it was made, and the signature of the installation's key.
//!
//! ```text
//! daftar.uz/5f3a9c1e
//! 81230
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! at 2026-01-16T04:30:00Z
//!
//! — daftar.uz/5f3a9c1e Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5...
//! ```
//! A note has one reading and one spelling: what is read must be written back byte for byte.

use base64::prelude::{BASE64_STANDARD, Engine};
use kernel::day::Instant;

use super::canonical::Hash;
use super::key::{Keys, PublicKey};

/// Bytes of a note at most.
pub const NOTE_BYTES_MAX: usize = 1024;
/// An em dash and a space: by this a line is known as a signature.
const SIGNED: &str = "\u{2014} ";

/// What a key of the installation has signed: all entries up to `size`, as one hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the installation's keys.
    pub name: String,
    /// Entries of all chains together.
    pub size: u64,
    pub root: [u8; 32],
    pub at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteRefused {
    #[error("a checkpoint has not this form")]
    Form,
    #[error("it was signed as '{found}', and the keys at hand are of '{expected}'")]
    OtherName { found: String, expected: String },
    #[error("none of the keys at hand has the id {id}")]
    UnknownKey { id: String },
    #[error("the key {id} was taken out of use before a checkpoint of {size} entries")]
    OldKey { id: String, size: u64 },
    #[error("the signature is not one of key {id}")]
    Signature { id: String },
}

impl Checkpoint {
    fn text(&self) -> String {
        let root = BASE64_STANDARD.encode(self.root);
        format!("{}\n{}\n{root}\nat {}\n", self.name, self.size, self.at)
    }

    /// The note; `None` when the keys at hand only verify.
    pub(super) fn sign(&self, keys: &Keys) -> Option<String> {
        let text = self.text();
        let (id, signature) = keys.sign(&text)?;
        Some(note(&text, &self.name, id, &signature))
    }

    /// Reads a note and holds it against the keys; also says whose signature it has.
    pub fn open<'k>(
        note: &str,
        keys: &'k Keys,
    ) -> Result<(Checkpoint, &'k PublicKey), NoteRefused> {
        let (checkpoint, id, signature) = read(note).ok_or(NoteRefused::Form)?;
        if checkpoint.name != keys.name() {
            return Err(NoteRefused::OtherName {
                found: checkpoint.name,
                expected: keys.name().to_owned(),
            });
        }
        let words = hex::encode(id);
        let key = keys.public().iter().find(|key| key.id_bytes() == id);
        let key = key.ok_or_else(|| NoteRefused::UnknownKey { id: words.clone() })?;
        let size = checkpoint.size;
        if key.last_size().is_some_and(|last| size > last) {
            return Err(NoteRefused::OldKey { id: words, size });
        }
        if !key.has_signed(&checkpoint.text(), &signature) {
            return Err(NoteRefused::Signature { id: words });
        }
        Ok((checkpoint, key))
    }
}

fn note(text: &str, name: &str, id: [u8; 4], signature: &[u8; 64]) -> String {
    let mut signed = id.to_vec();
    signed.extend_from_slice(signature);
    format!(
        "{text}\n{SIGNED}{name} {}\n",
        BASE64_STANDARD.encode(signed)
    )
}

fn read(text: &str) -> Option<(Checkpoint, [u8; 4], [u8; 64])> {
    if text.len() > NOTE_BYTES_MAX {
        return None;
    }
    let mut lines = text.lines();
    let name = lines.next()?.to_owned();
    let size = lines.next()?.parse().ok()?;
    let root = BASE64_STANDARD.decode(lines.next()?).ok()?;
    let at = Instant::parse_rfc3339(lines.next()?.strip_prefix("at ")?).ok()?;
    let signature = lines.nth(1)?.strip_prefix(SIGNED)?;
    let (_, signature) = signature.split_once(' ')?;
    let signed = BASE64_STANDARD.decode(signature).ok()?;
    let (id, signature) = signed.split_first_chunk::<4>()?;
    let checkpoint = Checkpoint {
        name,
        size,
        root: Hash::try_from(root).ok()?,
        at,
    };
    let signature = signature.try_into().ok()?;
    let again = note(&checkpoint.text(), &checkpoint.name, *id, &signature);
    (again == text).then_some((checkpoint, *id, signature))
}
