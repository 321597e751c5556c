//! The access log: every look at personal data, chained by hashes.
//!
//! Each process writes a chain of its own: `hash = SHA-256(prev_hash ||
//! canonical bytes of the row)`, the first row's `prev_hash` being 32 zeros. A
//! row changed, removed from the middle, added or reordered breaks the chain
//! ([`verify`]).
//!
//! Every [`CHECKPOINT_S`] seconds, and when a process ends well, a [`checkpoint()`] joins the chains:
//! each entry becomes a leaf of one Merkle tree ([`tree`]), and the installation's key, which is
//! not in the database, signs its root ([`note`]). So a chain rewritten from end to end is found
//! ([`verify_checkpoints`]), a person proves an entry to others with a file ([`Proof`]), and who
//! keeps a checkpoint sees whether a later one holds all of it. Not seen by anybody: entries that
//! vanish before the first checkpoint after them; and, if nobody outside kept one, the newest
//! checkpoints cut off together with their entries.
//!
//! Measured (`examples/permits.rs`, release, SQLite synced at every commit, two
//! cores under heavy load of other work): 193 permits a second from one task
//! that waits for each (a commit of 4 ms), 1,600 from 16 tasks, 171,000 from 256
//! (1.5 ms each in the median: they share commits); `verify` 68,000 rows a second.

mod before;
mod canonical;
mod checkpoint;
mod delay;
mod delay_verify;
mod entry_id;
mod hold;
mod key;
mod key_place;
mod leaves;
mod looks;
mod note;
mod proof;
mod prove;
mod sealed;
#[cfg(test)]
mod tests;
mod tree;
mod verify;
mod writer;

/// Seconds between two checkpoints, as long as there is something new.
pub const CHECKPOINT_S: i64 = 300;

pub use before::{Before, NoBefore};
pub(crate) use canonical::Entry;
pub use checkpoint::{CheckpointFault, ENTRIES_MAX, change_keys, checkpoint, newest};
pub use delay::{DELAY_DAYS_MAX, DelayRefusal, DelayStop, NewDelay, delay};
pub use delay_verify::{VerifiedDelays, verify_delays};
pub use entry_id::{EntryId, NoEntryId};
pub use hold::{held_after, hold};
pub use key::{KEYS_MAX, KeyRefused, Keys, PublicKey};
pub use key_place::{KeyFault, KeyPlace};
pub use looks::{LOOKS_MAX, Look, Looks, Whose, is_look_at, knows_of_run, of_everybody, of_person};
pub use note::{Checkpoint, NOTE_BYTES_MAX, NoteRefused};
pub use proof::{
    ConsistencyProof, EntryProof, PROOF_BYTES_MAX, Proof, ProofRefused, Proven, ProvenEntry,
    verify_proof, verify_proof_alone,
};
pub use prove::{ProveFault, prove_consistency, prove_entry};
pub use sealed::{Sealed, TORN_MAX, Torn, verify_checkpoints};
pub use verify::{BROKEN_MAX, Broken, Verified, verify};
pub(crate) use writer::{Chain, NewEntry};
