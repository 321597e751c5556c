//! `daftar encryption-key`: the keys that partners encrypt their messages to. One a line, in
//! hexadecimal digits, the newest first: that one is published.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde_json::json;
use signing::jwe::{DecryptionKey, KEY_BYTES, SECRETS_MAX};

use crate::args::{Common, EncryptionKey};
use crate::failure::Failure;
use crate::show::Show;

const OWNER_ONLY: u32 = 0o600;

pub fn run(common: &Common, command: &EncryptionKey) -> Result<(), Failure> {
    let (EncryptionKey::Make { file }
    | EncryptionKey::Rotate { file }
    | EncryptionKey::Show { file }) = command;
    match command {
        EncryptionKey::Make { .. } => write(file, &[new_key()])?,
        EncryptionKey::Rotate { .. } => rotate(file)?,
        EncryptionKey::Show { .. } => {}
    }
    let keys = app::encryption_keys(file)?;
    let jwks = json!({ "keys": [keys.current().jwk()] });
    let text = serde_json::to_string_pretty(&jwks).expect("plain values always serialize");
    Show::new(common).result(&text, &jwks);
    Ok(())
}

/// Thirty-two random bytes are no key once in four thousand million times.
const TRIES_MAX: usize = 16;

fn new_key() -> String {
    let mut secrets = (0..TRIES_MAX).map(|_| store::secret::<KEY_BYTES>());
    let secret = secrets.find(|secret| DecryptionKey::from_bytes(secret).is_ok());
    hex::encode(secret.expect("chance gives a key sooner or later"))
}

/// The oldest of too many goes. The file is replaced as a whole: a crash leaves the old or the new one.
fn rotate(file: &Path) -> Result<(), Failure> {
    app::encryption_keys(file)?;
    let text = std::fs::read_to_string(file)?;
    let old = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut lines = vec![new_key()];
    lines.extend(old.map(str::to_owned).take(SECRETS_MAX - 1));
    let beside = file.with_extension("new");
    write(&beside, &lines)?;
    Ok(std::fs::rename(&beside, file)?)
}

/// A file that stands is never written over: what was encrypted to its keys could not be read any more.
fn write(file: &Path, lines: &[String]) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(OWNER_ONLY);
    let mut out = options
        .open(file)
        .map_err(|why| Failure::Failed(format!("{}: {why}", file.display())))?;
    writeln!(out, "{}", lines.join("\n"))?;
    Ok(out.sync_all()?)
}
