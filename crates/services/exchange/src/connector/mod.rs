//! One agency as configuration: where it is, what it bears, on which law we ask, and how its words
//! become our facts. Each is one file; see `connectors/` in the repository.

mod dci;
mod facts;
mod file;
mod folder;
mod gateway;
mod grant;
#[cfg(test)]
mod tests;
mod tls;
mod xroad;

use std::sync::Arc;

use kernel::Source;

use crate::dialect::Dialect;
use crate::mapping::Mapping;
use crate::tls::Tls;

pub use file::{ConnectorRefused, Places};
pub use folder::ConnectorsRefused;

/// Read from a file; every limit has a name and a default.
#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    /// The agency, by the name of its source: `tax`, `civil_registry`...
    pub agency: Source,
    /// The file that it was read from, for people.
    pub file: String,
    pub dialect: Dialect,
    /// Where questions are sent to.
    pub address: String,
    /// Whom we trust at an `https` address, and what we show there.
    pub(crate) tls: Tls,
    /// Time one attempt may take, from connecting to the last byte.
    pub timeout_ms: u64,
    pub attempts_max: u32,
    /// Persons in one question.
    pub persons_max: usize,
    /// Questions under way at one time.
    pub parallel_max: usize,
    /// How many days an answer may be used again instead of asking.
    pub valid_days: i32,
    /// The law that lets us ask, sent with each question and kept with each answer.
    pub legal_basis: String,
    /// Asked only with the person's consent. The bank always is, whatever its file says.
    pub needs_consent: bool,
    /// Failures in a row that open the breaker.
    pub breaker_failures_max: u32,
    pub breaker_open_ms: u64,
    /// When to ask again after the agency stayed silent.
    pub retry_after_s: i64,
    /// How its answers become facts; empty for the civil registry, whose mapping is in code.
    pub(crate) mapping: Arc<Mapping>,
}

/// The agencies that can be asked, civil registry first.
pub const AGENCIES: [Source; 14] = [
    Source::CivilRegistry,
    Source::Tax,
    Source::Employment,
    Source::Cadastre,
    Source::Vehicles,
    Source::PensionFund,
    Source::Bank,
    Source::Disability,
    Source::HealthInsurance,
    Source::Education,
    Source::NonStatePensionFund,
    Source::VoluntaryInsurer,
    Source::FarmerRegistry,
    Source::SocialInsurance,
];

/// Whether nobody may ask this agency without the person's consent: no file can take that away.
pub(crate) fn always_needs_consent(agency: Source) -> bool {
    agency == Source::Bank
}

impl Connector {
    /// The kinds of facts that it brings.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.mapping.kinds.iter().map(|of| of.kind.name)
    }

    /// Whether its file subscribes there.
    pub fn subscribes(&self) -> bool {
        matches!(&self.dialect, Dialect::Dci(dci) if !dci.subscribe.is_empty())
    }

    /// The same agency as it answers at once; most do anyway.
    pub(crate) fn at_once(&self) -> Connector {
        let mut connector = self.clone();
        if let Dialect::Dci(dci) = &mut connector.dialect
            && dci.later.take().is_some()
        {
            connector.address = dci.beside(&self.address, "sync/search");
        }
        connector
    }

    /// Kinds that benefits ask this agency for and that its file does not map: they stay unknown.
    pub fn unmapped(&self) -> Vec<&'static str> {
        let asked = kernel::facts::kinds().filter(|kind| kind.agency() == self.agency);
        let is_mapped = |name: &str| self.kinds().any(|mapped| mapped == name);
        asked
            .map(|kind| kind.name)
            .filter(|name| !is_mapped(name))
            .collect()
    }
}
