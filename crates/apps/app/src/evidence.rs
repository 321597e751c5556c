//! The keys that seal what agencies say: made by `init`, kept apart from the database.

use exchange::RestKeys;
use exchange::evidence::is_any_sealed;
use store::{Platform, secret};

use crate::config::Config;
use crate::daftar::Daftar;
use crate::error::{Error, Result};

/// The keys at hand. The first are made when nothing lies sealed yet; never new ones in place of
/// those that are lost: what they sealed could not be read any more, and nobody would notice.
pub(crate) async fn keys(config: &Config, platform: &Platform) -> Result<RestKeys> {
    let place = config.evidence_key_place();
    if place.exists() {
        return read(&place.lines()?);
    }
    let mut tx = platform.db.read().await?;
    if is_any_sealed(&mut tx).await? {
        return Err(Error::EvidenceKeyLost);
    }
    drop(tx);
    let keys = RestKeys::new(secret());
    match place.create_lines(&keys.secret_lines()) {
        Ok(()) => Ok(keys),
        // Another process that started with us made them.
        Err(_) if place.exists() => read(&place.lines()?),
        Err(fault) => Err(fault.into()),
    }
}

fn read(lines: &str) -> Result<RestKeys> {
    RestKeys::from_text(lines).map_err(|why| Error::KeyFile {
        file: "the keys of evidence".to_owned(),
        why: why.to_string(),
    })
}

impl Config {
    /// The keys of evidence that stand; none is made.
    pub fn evidence_keys(&self) -> Result<RestKeys> {
        read(&self.evidence_key_place().lines()?)
    }
}

impl Daftar {
    /// A new key seals from the next start of a process on; the old ones still open.
    pub fn rotate_evidence_key(config: &Config) -> Result<RestKeys> {
        let keys = config.evidence_keys()?.rotate(secret());
        let place = config.evidence_key_place();
        place.replace_lines(&keys.secret_lines())?;
        Ok(keys)
    }
}
