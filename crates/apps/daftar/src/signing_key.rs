//! `daftar signing-key`: the key under which answers to partners and files to banks leave.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use signing::SigningKey as Key;

use crate::args::{Common, SigningKey};
use crate::failure::Failure;
use crate::show::Show;

const OWNER_ONLY: u32 = 0o600;

pub fn run(common: &Common, command: &SigningKey) -> Result<(), Failure> {
    let (SigningKey::Make { file } | SigningKey::Show { file }) = command;
    if let SigningKey::Make { file } = command {
        make(file)?;
    }
    let jwks = app::signing_key(file)?.jwks();
    let text = serde_json::to_string_pretty(&jwks).expect("plain values always serialize");
    Show::new(common).result(&text, &jwks);
    Ok(())
}

/// A key that stands is never written over: what it signed could not be checked any more.
fn make(file: &Path) -> Result<(), Failure> {
    let seed = store::secret::<{ Key::SEED_BYTES }>();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(OWNER_ONLY);
    let mut out = options
        .open(file)
        .map_err(|why| Failure::Failed(format!("{}: {why}", file.display())))?;
    writeln!(out, "{}", hex::encode(seed))?;
    Ok(out.sync_all()?)
}
