//! The social registry for partners, in the protocol of the Digital Convergence Initiative (SPDCI).
//!
//! ```text
//! bytes -> envelope (limits, signature, header) -> question -> permits -> records -> signed answer
//!              └> refusal, noted as a security event   └> later: a work, then a message of ours
//! event of the register -> subscriptions -> permits -> records -> a message of ours
//! ```
//!
//! What a partner's token, signature policy and territory allow is fixed when it is entered; no word
//! of a message widens it.
//!
//! # Reading order
//! `json.rs` (reading strangers' JSON, canonical forms), [`keys`], [`signature`] (two dialects),
//! [`callback`], [`partner`], `encryption.rs`, [`envelope`], [`query`], `wanted.rs`, [`search`], `tell.rs`,
//! `record.rs`, `words.rs`, `status.rs`, `answer.rs`, `outgoing.rs`, [`refusal`]; then what comes later:
//! [`later`], `send.rs`, `road.rs`, [`event`], [`subscription`], `notify.rs`; and what we are told: `life.rs`; accounts
//! of persons (G2P Connect): [`mapper`].

mod answer;
pub mod callback;
pub mod catalogue;
pub mod conformance;
mod encryption;
mod enrolled;
pub mod envelope;
pub mod event;
pub(crate) mod journal;
pub(crate) mod json;
pub mod later;
pub(crate) mod life;
pub mod mapper;
mod notify;
mod outgoing;
pub mod partner;
pub mod query;
mod question;
mod record;
pub mod refusal;
mod road;
pub mod search;
mod send;
pub mod signature;
mod status;
pub mod subscription;
mod tell;
pub(crate) use tell::area_of;
#[cfg(test)]
mod tests;
mod wanted;
mod words;

use kernel::Day;

use crate::Exchange;

pub use envelope::Arrived;
pub use notify::listen;
pub use outgoing::Reply;
pub use question::{Question, When};
pub use signing as keys;

/// What one round of the correspondence with partners did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    pub heard: usize,
    pub answered: usize,
    pub notified: usize,
    /// Questions of ours that were sent or asked after, and subscriptions.
    pub asked: usize,
    /// Attempts to send.
    pub sent: usize,
}

impl Round {
    pub fn is_idle(self) -> bool {
        self == Round::default()
    }
}

impl Exchange {
    /// One look at everything that partners wait for. `today` is the local day.
    pub async fn correspond(&self, today: Day) -> store::Result<Round> {
        Ok(Round {
            heard: self.hear_due().await?,
            answered: self.answer_due(today).await?,
            notified: self.notify_due(today).await?,
            asked: self.ask_due().await?
                + self.ask_after_due().await?
                + self.subscribe_due().await?,
            sent: self.send_due().await?,
        })
    }
}
