//! Where things are: from flags, or from the environment (`DAFTAR_DATABASE`, `DAFTAR_PACKS`, ...).

use std::path::PathBuf;

/// All that an installation is told from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `uz`: the folder under `packs/`, and the country the database serves for ever.
    pub country: String,
    /// `sqlite:FILE` or `postgres://USER@HOST/NAME`.
    pub database: String,
    /// The address that `serve` listens on.
    pub http: String,
    pub packs: PathBuf,
    /// Where agencies, treasury and banks answer.
    pub partners: String,
    /// A demonstration: virtual clock, clock messages accepted.
    pub demo: bool,
    /// The seed of ids in a demonstration; a real installation takes the system's randomness.
    pub seed: Option<u64>,
    /// A file with the Ed25519 seed, in hexadecimal digits, that signs answers to partners.
    pub signing_key: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            country: "uz".to_owned(),
            database: "sqlite:daftar.db".to_owned(),
            http: "127.0.0.1:8080".to_owned(),
            packs: PathBuf::from("packs"),
            partners: "http://127.0.0.1:8090".to_owned(),
            demo: false,
            seed: None,
            signing_key: None,
        }
    }
}

impl Config {
    /// The defaults, overridden by what `variable` knows: `Config::read(|name| std::env::var(name).ok())`.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Config {
        let plain = Config::default();
        let text = |name: &str, plain: String| variable(name).unwrap_or(plain);
        Config {
            country: text("DAFTAR_COUNTRY", plain.country),
            database: text("DAFTAR_DATABASE", plain.database),
            http: text("DAFTAR_HTTP", plain.http),
            packs: variable("DAFTAR_PACKS").map_or(plain.packs, PathBuf::from),
            partners: text("DAFTAR_PARTNERS", plain.partners),
            demo: variable("DAFTAR_DEMO").is_some_and(|flag| flag == "1"),
            seed: variable("DAFTAR_SEED").and_then(|seed| seed.parse().ok()),
            signing_key: variable("DAFTAR_SIGNING_KEY").map(PathBuf::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_environment_does_not_say_is_the_default() {
        let config = Config::read(|name| (name == "DAFTAR_HTTP").then(|| "127.0.0.1:9".to_owned()));
        assert_eq!(
            config,
            Config {
                http: "127.0.0.1:9".to_owned(),
                ..Config::default()
            }
        );
    }

    #[test]
    fn a_demonstration_is_asked_for_by_1_only() {
        let demo = |value: &str| {
            Config::read(|name| (name == "DAFTAR_DEMO").then(|| value.to_owned())).demo
        };
        assert!(demo("1"));
        assert!(!demo("0"));
        assert!(!demo(""));
    }
}
