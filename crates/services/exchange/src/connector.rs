//! One agency as configuration: where it is, what it bears, on which law we ask.

use kernel::Source;
use serde::Deserialize;

/// Read from the installation's configuration; every limit has a name and a default.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    /// The agency, by the name of its source: `tax`, `civil_registry`...
    pub agency: Source,
    /// Questions are sent to `{base_url}/query`.
    pub base_url: String,
    /// Time one attempt may take, from connecting to the last byte.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
    #[serde(default = "attempts_max")]
    pub attempts_max: u32,
    /// Persons in one question.
    #[serde(default = "persons_max")]
    pub persons_max: usize,
    /// Questions under way at one time.
    #[serde(default = "parallel_max")]
    pub parallel_max: usize,
    /// How many days an answer may be used again instead of asking.
    #[serde(default = "valid_days")]
    pub valid_days: i32,
    /// The law that lets us ask, sent with each question and kept with each answer.
    pub legal_basis: String,
    /// Asked only with the person's consent (bank balances).
    #[serde(default)]
    pub needs_consent: bool,
    /// Failures in a row that open the breaker.
    #[serde(default = "breaker_failures_max")]
    pub breaker_failures_max: u32,
    #[serde(default = "breaker_open_ms")]
    pub breaker_open_ms: u64,
    /// When to ask again after the agency stayed silent.
    #[serde(default = "retry_after_s")]
    pub retry_after_s: i64,
}

fn timeout_ms() -> u64 {
    2_000
}
fn attempts_max() -> u32 {
    3
}
fn persons_max() -> usize {
    100
}
fn parallel_max() -> usize {
    8
}
fn valid_days() -> i32 {
    30
}
fn breaker_failures_max() -> u32 {
    5
}
fn breaker_open_ms() -> u64 {
    5_000
}
fn retry_after_s() -> i64 {
    3_600
}

/// The agencies whose facts a benefit of Uzbekistan needs, civil registry first.
pub const AGENCIES: [Source; 8] = [
    Source::CivilRegistry,
    Source::Tax,
    Source::Employment,
    Source::Cadastre,
    Source::Vehicles,
    Source::PensionFund,
    Source::Bank,
    Source::Disability,
];

impl Connector {
    /// A connector with the default limits. Vehicles and bank take one person a call.
    pub fn new(agency: Source, base_url: impl Into<String>) -> Connector {
        let one_by_one = matches!(agency, Source::Vehicles | Source::Bank);
        Connector {
            agency,
            base_url: base_url.into(),
            timeout_ms: timeout_ms(),
            attempts_max: attempts_max(),
            persons_max: if one_by_one { 1 } else { persons_max() },
            parallel_max: if one_by_one { 32 } else { parallel_max() },
            valid_days: valid_days(),
            legal_basis: legal_basis(agency).to_owned(),
            needs_consent: agency == Source::Bank,
            breaker_failures_max: breaker_failures_max(),
            breaker_open_ms: breaker_open_ms(),
            retry_after_s: retry_after_s(),
        }
    }

    /// All eight agencies behind one address, as the sandbox serves them:
    /// `{base_url}/agencies/{agency}/query`.
    pub fn all_at(base_url: &str) -> Vec<Connector> {
        let at = |agency: Source| format!("{base_url}/agencies/{}", agency.name());
        AGENCIES
            .into_iter()
            .map(|agency| Connector::new(agency, at(agency)))
            .collect()
    }
}

/// Assignment of benefits rests on the resolution on the Social Register; bank
/// balances are asked with the applicant's consent.
fn legal_basis(agency: Source) -> &'static str {
    match agency {
        Source::Bank => "consent of the applicant; PKM-654 of 2021-10-21, 2",
        _ => "PKM-654 of 2021-10-21; PKM-35 of 2026, data of ministries and agencies",
    }
}
