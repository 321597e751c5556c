//! From flags to the configuration of the rooms below.

use std::path::PathBuf;

use access::log::KeyPlace;
use app::Config;

use crate::args::Common;

/// What every command shares.
pub fn of(common: &Common, country: &str) -> Config {
    Config {
        country: country.to_owned(),
        database: common.database.clone(),
        packs: common.packs.clone(),
        connectors: common.agencies.connectors.clone(),
        agency_keys: agency_keys(common),
        log_key: key("DAFTAR_LOG_KEY", common.log_key.as_ref()),
        evidence_key: key("DAFTAR_EVIDENCE_KEY", common.evidence_key.as_ref()),
        ..Config::default()
    }
}

fn agency_keys(common: &Common) -> PathBuf {
    let named = common.agencies.agency_keys.clone();
    named.unwrap_or_else(|| Config::default().agency_keys)
}

/// The lines in the variable, else the file that was named; never a key on the command line,
/// where every process of the machine could read it.
fn key(variable: &str, file: Option<&PathBuf>) -> Option<KeyPlace> {
    let lines = std::env::var(variable).ok().map(KeyPlace::Text);
    lines.or_else(|| file.cloned().map(KeyPlace::File))
}

/// An existing database; its country is the packs' only one for now.
pub fn existing(common: &Common) -> Config {
    of(common, &Config::default().country)
}
