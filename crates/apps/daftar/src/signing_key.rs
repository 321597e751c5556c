//! `daftar signing-key`: the keys under which answers to partners and files to banks leave. The first
//! line is the seed of the one that signs; of earlier ones the file holds the public half.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use access::log::KeyPlace;
use signing::{OursRefused, SigningKey as Key, SigningKeys};

use crate::args::{Common, SigningKey};
use crate::failure::Failure;
use crate::show::Show;

const OWNER_ONLY: u32 = 0o600;

pub fn run(common: &Common, command: &SigningKey) -> Result<(), Failure> {
    let (SigningKey::Make { file }
    | SigningKey::Rotate { file }
    | SigningKey::Forget { file, .. }
    | SigningKey::Show { file }) = command;
    match command {
        SigningKey::Make { .. } => make(file)?,
        SigningKey::Rotate { .. } => change(file, |keys| keys.rotate(store::secret()))?,
        SigningKey::Forget { kid, .. } => change(file, |keys| keys.forget(kid))?,
        SigningKey::Show { .. } => {}
    }
    let jwks = app::signing_keys(file)?.jwks();
    let text = serde_json::to_string_pretty(&jwks).expect("plain values always serialize");
    let show = Show::new(common);
    show.result(&text, &jwks);
    if matches!(
        command,
        SigningKey::Rotate { .. } | SigningKey::Forget { .. }
    ) {
        show.remark("A serve that runs has the keys of its start: start it again.");
    }
    Ok(())
}

/// A key that stands is never written over: what it signed could not be checked any more.
pub fn make(file: &Path) -> Result<(), Failure> {
    let seed = store::secret::<{ Key::SEED_BYTES }>();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(OWNER_ONLY);
    let mut out = options
        .open(file)
        .map_err(|why| Failure::Failed(format!("{}: {why}", file.display())))?;
    writeln!(out, "{}", hex::encode(seed))?;
    Ok(out.sync_all()?)
}

/// The file is replaced as a whole: a crash leaves the old or the new one.
fn change(
    file: &Path,
    how: impl FnOnce(SigningKeys) -> Result<SigningKeys, OursRefused>,
) -> Result<(), Failure> {
    let changed = how(app::signing_keys(file)?);
    let keys = changed.map_err(|why| Failure::Failed(format!("{}: {why}", file.display())))?;
    let place = KeyPlace::File(file.to_owned());
    Ok(place.replace_lines(&keys.to_text())?)
}
