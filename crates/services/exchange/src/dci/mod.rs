//! The social registry for partners, in the protocol of the Digital Convergence Initiative (SPDCI).
//!
//! ```text
//! bytes -> envelope (limits, signature, header) -> question -> permits -> records -> signed answer
//!              └> refusal, noted as a security event
//! ```
//!
//! What a partner's token, signature policy and territory allow is fixed when it is entered; no word
//! of a message widens it.
//!
//! # Reading order
//! `json.rs` (reading strangers' JSON, canonical forms), [`keys`], [`signature`] (two dialects),
//! [`partner`], [`envelope`], [`query`], `wanted.rs`, [`search`], `tell.rs`, `record.rs`, `answer.rs`, [`refusal`].

mod answer;
pub mod envelope;
mod json;
pub mod keys;
pub mod partner;
pub mod query;
mod record;
pub mod refusal;
pub mod search;
pub mod signature;
mod tell;
#[cfg(test)]
mod tests;
mod wanted;

pub use answer::Reply;
pub use envelope::{Arrived, Question};
