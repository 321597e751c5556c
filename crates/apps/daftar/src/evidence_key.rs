//! `daftar evidence-key`: the keys that seal what agencies say.

use app::{Config, Daftar};
use serde_json::json;

use crate::args::{Common, EvidenceKey};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

pub fn run(common: &Common, command: &EvidenceKey) -> Result<(), Failure> {
    let config: Config = config::existing(common);
    let keys = match command {
        EvidenceKey::Show => config.evidence_keys()?,
        EvidenceKey::Rotate => Daftar::rotate_evidence_key(&config)?,
    };
    let ids = keys.ids();
    let text = match command {
        EvidenceKey::Show => ids.join("\n"),
        EvidenceKey::Rotate => format!(
            "{} seals from the next start of each process on; {} older still open.",
            ids[0],
            ids.len() - 1
        ),
    };
    Show::new(common).result(&text, &json!({ "keys": ids }));
    Ok(())
}
