//! The social registry for partners, in the protocol of the Digital Convergence Initiative (SPDCI).
//!
//! # Reading order
//! `json.rs` (reading strangers' JSON, canonical forms), [`keys`], [`signature`] (two dialects).

mod json;
pub mod keys;
pub mod signature;
#[cfg(test)]
mod tests;
