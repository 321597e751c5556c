//! Questions that a registry answers later: kept before they leave us, sent until they are taken,
//! joined to the messages that answer them, and asked after when none comes.
//!
//! ```text
//! kept ──taken by the registry──> sent ──everybody is told of, or given up──> ended
//! of each person:  awaited ─> told | nothing | refused | given_up      told ─> told (corrected)
//! ```
//!
//! - The same is not asked twice while it is under way.
//! - A message is joined by its transaction, which is ours, its correlation, which is the registry's,
//!   and the persons that were asked about; all of it stands under the registry's signature.
//! - Order, repetition and delay of messages change nothing: what was sent later holds, what came
//!   before is kept as evidence and makes no fact.
//! - Whoever dies at any moment loses nothing: each step is one transaction, with the job of the next.
//!
//! # Reading order
//! `keep.rs`, `ask.rs`, `hear.rs`, `overdue.rs`, `model.rs`, `store.rs` (SQL).

mod ask;
mod hear;
mod keep;
mod model;
mod overdue;
mod store;

pub(crate) use keep::Standing;
