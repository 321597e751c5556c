//! The access log: every look at personal data, chained by hashes.
//!
//! Each process writes a chain of its own: `hash = SHA-256(prev_hash ||
//! canonical bytes of the row)`, the first row's `prev_hash` being 32 zeros. A
//! row changed, removed from the middle, added or reordered breaks the chain
//! ([`verify`]). A tail cut off, or a whole chain, is seen only by what others
//! keep: signed checkpoints, which join the chains, come with a later issue.
//!
//! Measured (`examples/permits.rs`, release, SQLite synced at every commit, two
//! cores under heavy load of other work): 193 permits a second from one task
//! that waits for each (a commit of 4 ms), 1,600 from 16 tasks, 171,000 from 256
//! (1.5 ms each in the median: they share commits); `verify` 68,000 rows a second.

mod canonical;
mod looks;
mod verify;
mod writer;

pub(crate) use canonical::Entry;
pub use looks::{LOOKS_MAX, Look, of_person};
pub use verify::{BROKEN_MAX, Broken, Verified, verify};
pub(crate) use writer::Writer;
