//! The register: who lives in the country, who belongs to whom and where they
//! live, what sources said about them, and the units of assessment that follow.
//!
//! ```text
//! import file ─┐                        ┌─> unit_now: one packed portrait a unit,
//! civil answer ├─> person, identifier,  │   read by the batch assessor
//! life event  ─┘   relation, residence ─┤
//! agency answer ──> fact ───────────────┘   (projections change in the same transaction)
//! ```
//!
//! Nothing is overwritten: a later row for the same key supersedes an earlier one, a
//! withdrawal is a row too. `unit_now` and `unit_member_now` are projections that
//! [`unit::rebuild`] makes anew and [`unit::verify`] compares.
//!
//! # Reading order
//! [`person`], [`kin`], [`fact`], [`unit`], [`civil`], [`event`], [`import`], `events.rs`.
//!
//! Every use case takes a [`Permit`]: whoever reads or changes personal data has been
//! written into the access log before.

pub mod civil;
pub mod event;
pub mod events;
pub mod fact;
pub mod import;
pub mod kin;
pub mod person;
mod stored;
#[cfg(test)]
mod testing;
pub mod unit;

use access::Permit;
use kernel::{FactId, PersonId, UnitId};

/// Tables of this crate.
pub const SCHEMA: &[store::Migration] = &[
    store::migration!("registry", "0001_register"),
    store::migration!("registry", "0002_unit_version"),
    store::migration!("registry", "0003_death_ahead"),
    store::migration!("registry", "0004_death_annulled"),
];

pub type Result<T, E = RegisterError> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    #[error(transparent)]
    Fault(#[from] store::Fault),
    #[error("the register holds no person {0}")]
    NoPerson(PersonId),
    #[error("the register holds nobody with this PINFL")]
    UnknownPinfl,
    /// A message of the civil registry that cannot be true.
    #[error("impossible: {0}")]
    Impossible(#[from] event::Impossible),
    #[error("the register holds no unit {0}")]
    NoUnit(UnitId),
    #[error("the register holds no fact {0}")]
    NoFact(FactId),
    #[error("no unit block is named {0}: a pack that uses it must be loaded first")]
    NoBlock(String),
    #[error(
        "unit block {0} is already known with another composition: give the new one a new name"
    )]
    BlockChanged(String),
    #[error("fact {id} of kind {kind} is refused: {reason}")]
    FactRefused {
        id: FactId,
        kind: u16,
        reason: String,
    },
}

/// For who can tell only of the store: whatever else is wrong is told by its own words.
impl From<RegisterError> for store::Fault {
    fn from(error: RegisterError) -> store::Fault {
        match error {
            RegisterError::Fault(fault) => fault,
            other => store::Fault::Stored {
                what: "register",
                reason: other.to_string(),
            },
        }
    }
}
