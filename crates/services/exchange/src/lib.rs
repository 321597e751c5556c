//! Asking agencies, so that the citizen brings no papers; and keeping what they said.
//!
//! ```text
//! Ask (case, applicant, window, kinds) ─> civil registry ─> registry: persons, ties, units
//!                                      └> the other agencies, all families together
//!                                         ─> evidence as received ─> registry facts
//! ```
//!
//! - A silent, pending or babbling agency leaves its facts unknown; the case is told
//!   when to ask again. Nothing here turns silence into "nothing held".
//! - Only what the pack needs is asked, only of whom it needs it, and not again while
//!   an answer is valid.
//! - Every answer is kept byte for byte, sealed, with its hash, request and legal basis; what
//!   was not believed is kept apart, in `evidence_refused`.
//!
//! And the other way round: [`dci`] answers partners that ask us, [`govstack`] those that hand
//! payments over.
//!
//! # Reading order
//! [`Connector`] (one agency's file), [`consent`], [`gather`], `call.rs` (one question over HTTP),
//! `client.rs` and `tls/` (what carries it, and whom it trusts), `failure.rs` (why nothing came),
//! `dialect/` (how it is written, and the frame of its answer), `answer.rs` and `possible.rs` (what
//! is believed), `awaited/` (questions that are answered later), [`subscribed`] (what we are told
//! of), `heard.rs`, `mapping.rs` and `civil.rs` (from the agency's fields to facts), `evidence.rs`
//! (SQL), `mended.rs` (what an agency says otherwise than before), [`asked`] (what a person reads of all that), `breaker.rs`, `wire.rs`; [`security`]
//! (messages that were refused); [`roll`] and [`verify`] (that nothing of it is changed unseen).

mod answer;
pub mod asked;
mod awaited;
mod breaker;
mod call;
mod civil;
mod civil_record;
mod client;
mod connector;
pub mod consent;
pub mod dci;
mod dialect;
pub mod events;
pub mod evidence;
mod failure;
pub mod gather;
pub mod govstack;
mod heard;
mod mapping;
mod mended;
mod payee;
mod possible;
pub mod roll;
pub mod security;
pub mod subscribed;
#[cfg(test)]
mod tests;
mod tls;
pub mod trial;
pub mod verify;
mod wire;

use call::Line;
use client::Client;
use dialect::token::Tokens;
use kernel::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use store::Platform;
use tls::Tls;

pub use answer::AnswerRefusal;
pub use call::{ANSWER_BYTES_A_PERSON, ANSWER_BYTES_BASE, REST_S_MAX};
pub use connector::{AGENCIES, Connector, ConnectorRefused, ConnectorsRefused, Places};
pub use dialect::basic::client_of;
pub use dialect::{Dialect, Sent, Stamp};
pub use failure::CallFailure;
pub use heard::Heard;
pub use signing::rest::RestKeys;
pub use tls::{TlsFailure, TlsRefused};

/// Tables of this crate.
pub const SCHEMA: &[store::Migration] = &[
    store::migration!("exchange", "0001_evidence"),
    store::migration!("exchange", "0002_unanswered"),
    store::migration!("exchange", "0003_partner"),
    store::migration!("exchange", "0004_callback"),
    store::migration!("exchange", "0005_account_mapper"),
    store::migration!("exchange", "0007_security"),
    store::migration!("exchange", "0008_consent"),
    store::migration!("exchange", "0009_stamp"),
    store::migration!("exchange", "0010_awaited"),
    store::migration!("exchange", "0011_registry_subscription"),
    store::migration!("exchange", "0020_sealed"),
    store::migration!("exchange", "0021_event_of_agency"),
    store::migration!("exchange", "0022_partner_behind_xroad"),
    store::migration!("exchange", "0023_sent_of_partner"),
    store::migration!("exchange", "0024_append_only"),
    store::migration!("exchange", "0025_roll"),
    store::migration!("exchange", "0027_mended"),
];

/// The agencies at hand; cheap to clone, every clone shares limits and breakers.
#[derive(Clone, Debug)]
pub struct Exchange {
    platform: Platform,
    /// Carries our messages to partners.
    to_partners: Client,
    lines: Arc<BTreeMap<Source, Line>>,
    evidence_keys: Arc<RestKeys>,
    signing_key: Option<Arc<dci::keys::SigningKey>>,
    /// What partners verify with: also keys that signed before a rotation.
    verified_with: Arc<serde_json::Value>,
    encryption_keys: Option<Arc<dci::keys::jwe::DecryptionKeys>>,
    /// The programmes that the law names.
    programmes: Arc<RwLock<BTreeSet<String>>>,
}

#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    #[error("two connectors are configured for {}", .0.name())]
    AgencyTwice(Source),
    #[error("the connector of {} may not take {persons_max} persons a call", .agency.name())]
    PersonsMax { agency: Source, persons_max: usize },
    #[error(transparent)]
    Connectors(#[from] ConnectorsRefused),
    #[error("no HTTP client: {0}")]
    Client(TlsRefused),
    #[error(transparent)]
    Denied(#[from] access::Denied),
    #[error(transparent)]
    Register(#[from] registry::RegisterError),
    #[error(transparent)]
    Fault(#[from] store::Fault),
}

pub type Result<T, E = ExchangeError> = std::result::Result<T, E>;

impl Exchange {
    /// `evidence_keys` seal what agencies say before it is kept.
    pub fn new(
        platform: Platform,
        connectors: Vec<Connector>,
        evidence_keys: RestKeys,
    ) -> Result<Exchange> {
        let client = Tls::default().client().map_err(ExchangeError::Client)?;
        let tokens = Arc::new(Tokens::default());
        let mut lines = BTreeMap::new();
        for mut connector in connectors {
            connector.needs_consent |= connector::always_needs_consent(connector.agency);
            let (agency, persons_max) = (connector.agency, connector.persons_max);
            if persons_max == 0 || persons_max > gather::PERSONS_A_CALL_MAX {
                return Err(ExchangeError::PersonsMax {
                    agency,
                    persons_max,
                });
            }
            let line = Line::new(connector, Arc::clone(&tokens), client.clone());
            if lines.insert(agency, line).is_some() {
                return Err(ExchangeError::AgencyTwice(agency));
            }
        }
        Ok(Exchange {
            platform,
            to_partners: client,
            lines: Arc::new(lines),
            evidence_keys: Arc::new(evidence_keys),
            signing_key: None,
            verified_with: Arc::new(serde_json::json!({ "keys": [] })),
            encryption_keys: None,
            programmes: Arc::default(),
        })
    }

    /// Partners at `https` addresses are trusted by the authorities of this file (PEM) too, not by the
    /// machine's alone.
    pub fn trusting_partners_of(self, authorities: &Path) -> Result<Exchange, TlsRefused> {
        Ok(Exchange {
            to_partners: tls::client_trusting_also(authorities)?,
            ..self
        })
    }

    /// With the key that signs answers to partners, and those that signed before it.
    pub fn signing_with(self, keys: dci::keys::SigningKeys) -> Exchange {
        Exchange {
            verified_with: Arc::new(keys.jwks()),
            signing_key: Some(Arc::new(keys.into_current())),
            ..self
        }
    }

    /// With the keys that partners encrypt their messages to.
    pub fn encrypted_to(self, keys: dci::keys::jwe::DecryptionKeys) -> Exchange {
        Exchange {
            encryption_keys: Some(Arc::new(keys)),
            ..self
        }
    }

    /// In which programmes a partner may ask for somebody: those of the law as it is now.
    pub fn know_programmes(&self, names: BTreeSet<String>) {
        let known = self.programmes.write();
        *known.unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// The public keys that partners verify our answers with, and the one that they encrypt to.
    pub fn jwks(&self) -> serde_json::Value {
        let mut set = (*self.verified_with).clone();
        if let (Some(keys), Some(list)) = (&self.encryption_keys, set["keys"].as_array_mut()) {
            list.push(keys.current().jwk());
        }
        set
    }

    /// The connectors at hand, in the order of their agencies.
    pub fn connectors(&self) -> impl Iterator<Item = &Connector> {
        self.lines.values().map(|line| &line.connector)
    }

    /// Agencies whose breaker is open: left alone for a while.
    pub fn left_alone(&self) -> Vec<Source> {
        let open = self.lines.iter().filter(|(_, line)| line.breaker.is_open());
        open.map(|(agency, _)| *agency).collect()
    }
}
