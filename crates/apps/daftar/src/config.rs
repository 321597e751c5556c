//! From flags to the configuration of the rooms below.

use app::Config;

use crate::args::Common;

/// What every command shares.
pub fn of(common: &Common, country: &str) -> Config {
    Config {
        country: country.to_owned(),
        database: common.database.clone(),
        packs: common.packs.clone(),
        ..Config::default()
    }
}

/// An existing database; its country is the packs' only one for now.
pub fn existing(common: &Common) -> Config {
    of(common, &Config::default().country)
}
