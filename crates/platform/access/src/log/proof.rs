//! A proof in a file: anybody who has it and the installation's public key can check it, with no
//! database and no word of the installation.
//!
//! Two things can be proved. That an entry stands in the log that was signed: the entry, the way
//! of hashes from it to the root, the signed checkpoint. And that a later checkpoint holds all of
//! an earlier one, unchanged and in the same order: whoever keeps checkpoints (an auditor, the
//! Accounts Chamber) sees by it that nothing was taken out or rewritten in between.
//!
//! A proof carries the public halves of the keys that signed it, so that it can be checked by itself;
//! whose they are, it cannot say. Checked with keys from elsewhere, its own must be among them.
//!
//! A proof has one spelling: what is read must be written back byte for byte.

use kernel::day::Instant;
use kernel::printable::in_one_line;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::canonical::{Entry, Hash};
use super::key::{KeyRefused, Keys, PublicKey};
use super::note::{Checkpoint, NoteRefused};
use super::tree;
use crate::Errand;

/// Bytes of a proof at most.
pub const PROOF_BYTES_MAX: usize = 64 * 1024;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "proves", rename_all = "snake_case")]
pub enum Proof {
    Entry(Box<EntryProof>),
    Consistency(ConsistencyProof),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryProof {
    pub(super) entry: EntryJson,
    pub(super) index: u64,
    #[serde(with = "hashes")]
    pub(super) path: Vec<Hash>,
    pub(super) checkpoint: String,
    /// Left out of the proofs that are older than it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) keys: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    pub(super) older: String,
    pub(super) newer: String,
    #[serde(with = "hashes")]
    pub(super) path: Vec<Hash>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) keys: Vec<String>,
}

/// A row of the log as it was hashed. `account` is the number of an account, no name: without it
/// the hash could not be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryJson {
    chain: Uuid,
    seq: i64,
    #[serde(with = "instant")]
    at: Instant,
    account: Uuid,
    role: String,
    office: String,
    action: String,
    purpose: String,
    granted: bool,
    territory: Option<i64>,
    person: Option<Uuid>,
    case: Option<Uuid>,
    run: Option<Uuid>,
    population: Option<i64>,
    /// Left out where there is none: so are the proofs written that are older than it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "maybe_hash")]
    digest: Option<Vec<u8>>,
    /// What a partner's system said for what it asks; so are these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    errand_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    errand_user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    errand_issue: Option<String>,
    #[serde(with = "one_hash")]
    previous: Hash,
}

impl EntryJson {
    pub(super) fn new(chain: Uuid, seq: i64, entry: Entry, previous: Hash) -> EntryJson {
        EntryJson {
            chain,
            seq,
            at: Instant(entry.at),
            account: entry.account,
            role: entry.role,
            office: entry.office,
            action: entry.action,
            purpose: entry.purpose,
            granted: entry.granted,
            territory: entry.territory,
            person: entry.person,
            case: entry.case_id,
            run: entry.run_id,
            population: entry.population,
            digest: entry.digest,
            errand_id: entry.errand.id,
            errand_user: entry.errand.user,
            errand_issue: entry.errand.issue,
            previous,
        }
    }

    fn errand(&self) -> Errand {
        Errand {
            id: self.errand_id.clone(),
            user: self.errand_user.clone(),
            issue: self.errand_issue.clone(),
        }
    }

    fn hash(&self) -> Hash {
        let entry = Entry {
            at: self.at.0,
            account: self.account,
            role: self.role.clone(),
            office: self.office.clone(),
            action: self.action.clone(),
            purpose: self.purpose.clone(),
            granted: self.granted,
            territory: self.territory,
            person: self.person,
            case_id: self.case,
            run_id: self.run,
            population: self.population,
            digest: self.digest.clone(),
            errand: self.errand(),
        };
        entry.hash(self.chain, self.seq, &self.previous)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefused {
    #[error("the file has more than {PROOF_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the file is no proof: {0}")]
    Form(String),
    #[error("the file says what a proof says, but not as Daftar writes it; it was changed")]
    Spelling,
    #[error("it carries no key: give the public lines of the installation")]
    NoKey,
    #[error("the key that it carries is refused: {0}")]
    Key(KeyRefused),
    #[error("it carries another key than those that were given")]
    OtherKey,
    #[error("its checkpoint is refused: {0}")]
    Checkpoint(NoteRefused),
    #[error("the entry does not stand at this place of the log that was signed")]
    NotIncluded,
    #[error(
        "the later log does not begin with the earlier one: something was taken out or rewritten"
    )]
    NotConsistent,
}

/// What a proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proven {
    /// The entry, its place, and the checkpoint that holds it with the id of its key.
    Entry(Box<ProvenEntry>),
    Consistency {
        older: Checkpoint,
        newer: Checkpoint,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenEntry {
    entry: EntryJson,
    index: u64,
    checkpoint: Checkpoint,
    key: String,
}

impl Proof {
    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("texts, numbers and ids");
        text.push('\n');
        text
    }

    pub fn read(bytes: &[u8]) -> Result<Proof, ProofRefused> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(ProofRefused::TooLarge);
        }
        let proof: Proof =
            serde_json::from_slice(bytes).map_err(|wrong| ProofRefused::Form(wrong.to_string()))?;
        if proof.to_json().as_bytes() != bytes {
            return Err(ProofRefused::Spelling);
        }
        Ok(proof)
    }

    /// The keys that it carries. Whoever wrote the file chose them.
    pub fn own_keys(&self) -> Result<Keys, ProofRefused> {
        let carried = self.carried();
        if carried.is_empty() {
            return Err(ProofRefused::NoKey);
        }
        Keys::parse(&carried.join("\n")).map_err(ProofRefused::Key)
    }

    fn carried(&self) -> &[String] {
        match self {
            Proof::Entry(proof) => &proof.keys,
            Proof::Consistency(proof) => &proof.keys,
        }
    }

    /// Checks every hash and every signature.
    pub fn verify(&self, keys: &Keys) -> Result<Proven, ProofRefused> {
        let known: Vec<String> = keys.public().iter().map(PublicKey::bare_line).collect();
        if !self.carried().iter().all(|line| known.contains(line)) {
            return Err(ProofRefused::OtherKey);
        }
        match self {
            Proof::Entry(proof) => proof.verify(keys),
            Proof::Consistency(proof) => proof.verify(keys),
        }
    }
}

/// Reads a proof and checks it: all that `daftar verify-proof --key` does.
pub fn verify_proof(bytes: &[u8], keys: &Keys) -> Result<Proven, ProofRefused> {
    Proof::read(bytes)?.verify(keys)
}

/// The same with the keys that the file carries, which are told: that they are the installation's, it
/// does not prove.
pub fn verify_proof_alone(bytes: &[u8]) -> Result<(Proven, Keys), ProofRefused> {
    let proof = Proof::read(bytes)?;
    let keys = proof.own_keys()?;
    Ok((proof.verify(&keys)?, keys))
}

impl EntryProof {
    fn verify(&self, keys: &Keys) -> Result<Proven, ProofRefused> {
        let (checkpoint, key) =
            Checkpoint::open(&self.checkpoint, keys).map_err(ProofRefused::Checkpoint)?;
        let leaf = tree::leaf(&self.entry.hash());
        let (size, root) = (checkpoint.size, &checkpoint.root);
        if !tree::includes(&leaf, self.index, size, &self.path, root) {
            return Err(ProofRefused::NotIncluded);
        }
        Ok(Proven::Entry(Box::new(ProvenEntry {
            entry: self.entry.clone(),
            index: self.index,
            key: key.id(),
            checkpoint,
        })))
    }
}

impl ConsistencyProof {
    fn verify(&self, keys: &Keys) -> Result<Proven, ProofRefused> {
        let open = |note| Checkpoint::open(note, keys).map_err(ProofRefused::Checkpoint);
        let ((older, _), (newer, _)) = (open(&self.older)?, open(&self.newer)?);
        let heads = [(older.size, &older.root), (newer.size, &newer.root)];
        if !tree::extends(heads[0], heads[1], &self.path) {
            return Err(ProofRefused::NotConsistent);
        }
        Ok(Proven::Consistency { older, newer })
    }
}

impl Proven {
    /// In plain words, also what it does not prove.
    pub fn words(&self) -> String {
        match self {
            Proven::Entry(proven) => proven.words(),
            Proven::Consistency { older, newer } => format!(
                "The log of {} with {} entries at {} begins with the log of {} entries that was \
                 signed at {}: none of those was taken out, changed, moved or put between.\n\
                 Not proved: what happened to entries after them.",
                newer.name, newer.size, newer.at, older.size, older.at
            ),
        }
    }
}

impl ProvenEntry {
    /// Its place in the tree, counted from zero.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// For what a partner's system asked. Shown to eyes, and nobody here checked it.
    fn said(&self) -> String {
        let named = ["case", "user", "request"];
        let entry = &self.entry;
        let words = [&entry.errand_issue, &entry.errand_user, &entry.errand_id];
        let said = named.iter().zip(words).filter_map(|(name, word)| {
            let word = in_one_line(word.as_deref()?);
            Some(format!("{name} {word}"))
        });
        let said: Vec<String> = said.collect();
        match said.is_empty() {
            true => String::new(),
            false => format!(" It said itself: {}.", said.join(", ")),
        }
    }

    fn words(&self) -> String {
        let (entry, checkpoint) = (&self.entry, &self.checkpoint);
        let verdict = if entry.granted {
            "was allowed"
        } else {
            "was refused"
        };
        let whose = [
            entry.person.map(|id| format!("person {id}")),
            entry.case.map(|id| format!("case {id}")),
            entry.run.map(|id| format!("run {id}")),
            entry.population.map(|n| match (n, entry.run) {
                (0, Some(_)) => "all who are in it".to_owned(),
                (0, None) => "the register as a whole".to_owned(),
                (n, _) => format!("{n} together"),
            }),
        ];
        let whose: Vec<String> = whose.into_iter().flatten().collect();
        let said = self.said();
        format!(
            "At {} the account {} ({}, {}) {verdict} to {} for {}: {}.{said}\n\
             This is entry {} of the {} that {} signed with key {} at {}; whoever changes, hides \
             or backdates it contradicts that signature.\n\
             Not proved: that no other entry exists. Keep this file and the key.",
            entry.at,
            entry.account,
            entry.role,
            entry.office,
            entry.action,
            entry.purpose,
            whose.join(", "),
            self.index + 1,
            checkpoint.size,
            checkpoint.name,
            self.key,
            checkpoint.at,
        )
    }
}

mod instant {
    use kernel::day::Instant;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(at)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(from)?;
        Instant::parse_rfc3339(&text).map_err(D::Error::custom)
    }
}

mod one_hash {
    use super::Hash;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(hash))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        of(&String::deserialize(from)?).map_err(D::Error::custom)
    }

    pub fn of(text: &str) -> Result<Hash, &'static str> {
        let bytes = hex::decode(text).map_err(|_| "a hash is 64 digits 0-9 a-f")?;
        bytes.try_into().map_err(|_| "a hash is 64 digits 0-9 a-f")
    }
}

mod maybe_hash {
    use super::one_hash;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(digest: &Option<Vec<u8>>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(digest.as_deref().unwrap_or_default()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
        let hash = one_hash::of(&String::deserialize(from)?).map_err(D::Error::custom)?;
        Ok(Some(hash.to_vec()))
    }
}

mod hashes {
    use super::{Hash, one_hash};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(hashes: &[Hash], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(hashes.iter().map(hex::encode))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Hash>, D::Error> {
        let texts: Vec<String> = Vec::deserialize(from)?;
        let hashes: Result<Vec<Hash>, _> = texts.iter().map(|text| one_hash::of(text)).collect();
        hashes.map_err(D::Error::custom)
    }
}
