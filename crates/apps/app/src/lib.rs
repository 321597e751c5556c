//! Wiring: one installation out of the rooms of the house, and the events of one service made
//! commands of another.
//!
//! Reading order: [`Config`], [`Daftar`] (open, init, clock, packs), [`worker`] (what the machine
//! does by itself), `close.rs` (the month's close, the change of law), [`entitle`] (awards become
//! money), [`statement`] (a bank's statement on paper), `log.rs` (the log's key and checkpoints),
//! `evidence.rs` (the keys that seal what agencies say), `verify.rs`, [`demo`].

pub mod close;
pub mod config;
mod daftar;
mod debt;
pub mod demo;
pub mod entitle;
mod error;
mod evidence;
mod home;
mod log;
pub mod packs;
mod proactive;
pub mod run_check;
mod snapshot;
pub mod statement;
#[cfg(test)]
mod tests;
mod verify;
pub mod worker;

pub use close::MonthClosed;
pub use config::Config;
pub use daftar::{Daftar, connectors, encryption_keys, places, signing_keys};
pub use error::{Error, Result};
pub use proactive::ProactiveReport;
pub use worker::Settled;
