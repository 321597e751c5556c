//! Casework: from a passport at the mahalla to a decision. Nobody approves or refuses: people
//! bring facts, the law decides, and the budget is shared poorest first.
//!
//! ```text
//!  application::lodge ──> case: gathering ──┬─> visiting ──┬─> assessed ──close::month──┬─> awarded
//!  migration::regime ───────┘ (agencies)    │ (visit,      │                            └─> waiting_list
//!  reassessment, renewal ───┘               │  Seven)      │
//!                                           └──────────────┴─> refused | suspended <─> awarded
//! ```
//!
//! Reading order: [`case`] (states, waits), [`application`], [`assessment`] (what the law said,
//! stored so that it replays), [`step`] (visit, conclusion), [`escalation`] (one that
//! did not come in time), [`decision`], [`contradiction`] (sources
//! that disagree), [`close`], [`award`],
//! [`migration`], [`reassessment`], [`annulment`], [`suspension`], [`renewal`], [`letter`], [`notice`],
//! [`language`], [`figures`], [`verify`].
//!
//! Whoever calls opens the transaction where money follows in it: payments commits in the same
//! one. Units: money in tiyin, days and months of the local calendar, instants UTC.

mod aid;
pub mod annulment;
pub mod application;
pub mod assessment;
pub mod award;
pub mod case;
pub mod close;
pub mod contradiction;
pub mod decision;
pub mod escalation;
pub mod events;
mod fault;
pub mod figures;
pub mod language;
pub mod letter;
pub mod migration;
pub mod notice;
pub mod proactive;
#[cfg(test)]
mod programme_tests;
pub mod reassessment;
pub mod renewal;
pub mod roster;
pub mod shelf;
pub mod step;
pub mod suspension;
#[cfg(test)]
mod testing;
pub mod verify;

pub use case::Case;
pub use fault::{Fault, Result, Stop};
pub use shelf::Shelf;

/// Tables of casework.
pub const SCHEMA: &[store::Migration] = &[
    store::migration!("casework", "0001_casework"),
    store::migration!("casework", "0002_letter_language"),
    store::migration!("casework", "0003_escalation"),
    store::migration!("casework", "0004_suspension"),
    store::migration!("casework", "0005_register_runs"),
    store::migration!("casework", "0006_case_read"),
    store::migration!("casework", "0007_notice"),
    store::migration!("casework", "0008_case_member"),
    store::migration!("casework", "0009_resumed"),
];
