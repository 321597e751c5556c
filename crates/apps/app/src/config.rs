//! Where things are: from flags, or from the environment (`DAFTAR_DATABASE`, `DAFTAR_PACKS`, ...).

use std::path::PathBuf;

use access::log::KeyPlace;

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
    /// A folder with one file an agency instead of those that come with the program.
    pub connectors: Option<PathBuf>,
    /// The folder of the secrets and keys that files of agencies name.
    pub agency_keys: PathBuf,
    /// A demonstration: virtual clock, clock messages accepted.
    pub demo: bool,
    /// The seed of ids in a demonstration; a real installation takes the system's randomness.
    pub seed: Option<u64>,
    /// Where the keys lie that sign the log's checkpoints; see [`Config::key_place`].
    pub log_key: Option<KeyPlace>,
    /// Where the keys lie that seal what agencies say; see [`Config::evidence_key_place`].
    pub evidence_key: Option<KeyPlace>,
    /// A file with the Ed25519 seed, in hexadecimal digits, that signs answers to partners.
    pub signing_key: Option<PathBuf>,
    /// A file with the keys, one a line, that partners encrypt their messages to; the first is
    /// published, the others open what was on its way when it came.
    pub encryption_key: Option<PathBuf>,
    /// A file of authorities (PEM) that vouch for partners at `https` addresses, beside the machine's.
    pub partner_ca: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            country: "uz".to_owned(),
            database: "sqlite:daftar.db".to_owned(),
            http: "127.0.0.1:8080".to_owned(),
            packs: PathBuf::from("packs"),
            partners: "http://127.0.0.1:8090".to_owned(),
            connectors: None,
            agency_keys: PathBuf::from("agency-keys"),
            demo: false,
            seed: None,
            log_key: None,
            evidence_key: None,
            signing_key: None,
            encryption_key: None,
            partner_ca: None,
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
            connectors: variable("DAFTAR_CONNECTORS").map(PathBuf::from),
            agency_keys: variable("DAFTAR_AGENCY_KEYS").map_or(plain.agency_keys, PathBuf::from),
            demo: variable("DAFTAR_DEMO").is_some_and(|flag| flag == "1"),
            seed: variable("DAFTAR_SEED").and_then(|seed| seed.parse().ok()),
            log_key: key_from(&variable, "DAFTAR_LOG_KEY"),
            evidence_key: key_from(&variable, "DAFTAR_EVIDENCE_KEY"),
            signing_key: variable("DAFTAR_SIGNING_KEY").map(PathBuf::from),
            encryption_key: variable("DAFTAR_ENCRYPTION_KEY").map(PathBuf::from),
            partner_ca: variable("DAFTAR_PARTNER_CA").map(PathBuf::from),
        }
    }

    /// The file or variable of the log's keys. Unless it was said: a file beside the SQLite file,
    /// or one named after the PostgreSQL database in the working folder.
    pub fn key_place(&self) -> KeyPlace {
        let place = self.log_key.clone();
        place.unwrap_or_else(|| self.beside_the_database(KEY_FILE))
    }

    /// The file or variable of the keys that seal what agencies say; unless it was said, a file as
    /// of [`Config::key_place`].
    pub fn evidence_key_place(&self) -> KeyPlace {
        let place = self.evidence_key.clone();
        place.unwrap_or_else(|| self.beside_the_database(EVIDENCE_KEY_FILE))
    }

    fn beside_the_database(&self, ending: &str) -> KeyPlace {
        let path = match self.database.strip_prefix("sqlite:") {
            Some(path) => path.strip_prefix("//").unwrap_or(path),
            None => self.database.rsplit('/').next().unwrap_or("daftar"),
        };
        let name = path.split('?').next().unwrap_or(path);
        KeyPlace::File(PathBuf::from(format!("{name}.{ending}")))
    }
}

/// The name of a file of keys ends so.
const KEY_FILE: &str = "log-key";
const EVIDENCE_KEY_FILE: &str = "evidence-key";

/// The variable `NAME` holds the lines themselves, `NAME_FILE` names their file.
fn key_from(variable: impl Fn(&str) -> Option<String>, name: &str) -> Option<KeyPlace> {
    let lines = variable(name).map(KeyPlace::Text);
    let file = || variable(&format!("{name}_FILE")).map(|path| KeyPlace::File(path.into()));
    lines.or_else(file)
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
    fn the_keys_lie_beside_the_database_unless_it_is_said_otherwise() {
        let check = |database: &str, expected: &str| {
            let config = Config {
                database: database.to_owned(),
                ..Config::default()
            };
            let expected = KeyPlace::File(PathBuf::from(expected));
            assert_eq!(config.key_place(), expected, "{database}");
        };
        check("sqlite:daftar.db", "daftar.db.log-key");
        check("sqlite:///srv/daftar.db", "/srv/daftar.db.log-key");
        check(
            "postgres://daftar@db/country?sslmode=require",
            "country.log-key",
        );
        let said = Config::read(|name| (name == "DAFTAR_LOG_KEY_FILE").then(|| "k".to_owned()));
        assert_eq!(said.key_place(), KeyPlace::File(PathBuf::from("k")));
        let beside = said.evidence_key_place();
        assert_eq!(
            beside,
            KeyPlace::File(PathBuf::from("daftar.db.evidence-key"))
        );
        let text = Config::read(|name| (name == "DAFTAR_EVIDENCE_KEY").then(|| "07".to_owned()));
        assert_eq!(text.evidence_key_place(), KeyPlace::Text("07".to_owned()));
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
