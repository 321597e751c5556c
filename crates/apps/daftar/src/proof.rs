//! `daftar proof` and `daftar verify-proof`: what the access log holds, taken out of the house, and
//! checked by anybody. The check needs the file and, to know whose it is, the public key; no database.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use access::log::{self, EntryId, Keys, NOTE_BYTES_MAX, PROOF_BYTES_MAX, PublicKey};
use access::{Action, Purpose, Scope, Subject};
use app::Daftar;
use serde::Serialize;

use crate::args::{Common, Proof, VerifyProof};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

/// Bytes of a file of public lines at most.
const KEY_BYTES_MAX: usize = 64 * 1024;

pub async fn write(common: &Common, command: &Proof) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let keys = daftar.key_place().load()?;
    let text = match command {
        Proof::Checkpoint => {
            daftar.checkpoint().await?;
            let mut tx = daftar.platform.db.read().await?;
            let newest = log::newest(&mut tx).await?;
            newest.ok_or(log::ProveFault::NoCheckpoint)?
        }
        Proof::Entry { entry } => of_entry(&daftar, &keys, entry.parse()?).await?,
        Proof::Consistency { older } => {
            let older = text(read(older, NOTE_BYTES_MAX)?)?;
            daftar.checkpoint().await?;
            let mut tx = daftar.platform.db.read().await?;
            log::prove_consistency(&mut tx, &keys, &older)
                .await?
                .to_json()
        }
    };
    Show::new(common).file(&text);
    Ok(())
}

/// Reading an entry is a look like any other, and stands in the log itself.
async fn of_entry(daftar: &Daftar, keys: &Keys, entry: EntryId) -> Result<String, Failure> {
    let (system, scope) = (Subject::system(), Scope::country());
    let (action, purpose) = (Action::ReadAccessLog, Purpose::Oversight);
    let permit = access::permit(&daftar.platform, &system, action, purpose, scope).await?;
    daftar.checkpoint().await?;
    let mut tx = daftar.platform.db.read().await?;
    let proof = log::prove_entry(&mut tx, &permit, keys, entry).await?;
    Ok(proof.to_json())
}

#[derive(Serialize)]
struct Verified {
    /// Nothing where the file was held against its own key alone: whose it is nobody has said.
    holds: Option<bool>,
    /// Whether the key came from elsewhere than the file itself.
    key_given: bool,
    keys: Vec<String>,
    says: String,
}

pub fn verify(common: &Common, args: &VerifyProof) -> Result<(), Failure> {
    let given = args.key.as_deref().map(keys).transpose()?;
    let bytes = read(&args.proof, PROOF_BYTES_MAX)?;
    let proven = match given {
        Some(keys) => log::verify_proof(&bytes, &keys).map(|proven| (proven, None)),
        None => log::verify_proof_alone(&bytes).map(|(proven, keys)| (proven, Some(keys))),
    };
    let (holds, keys, says) = match &proven {
        Ok((proven, None)) => (Some(true), Vec::new(), proven.words()),
        Ok((proven, Some(own))) => {
            let lines: Vec<String> = own.public().iter().map(PublicKey::bare_line).collect();
            let says = format!("{}\n\n{}", not_known(&lines), proven.words());
            (None, lines, says)
        }
        Err(refused) => (
            Some(false),
            Vec::new(),
            format!("The proof does not hold: {refused}"),
        ),
    };
    let verified = Verified {
        holds,
        key_given: args.key.is_some(),
        keys,
        says,
    };
    Show::new(common).result(&verified.says, &verified);
    proven.map(drop).map_err(|_| Failure::InPart)
}

/// What a proof that was checked by itself does not prove.
fn not_known(lines: &[String]) -> String {
    format!(
        "Not checked: whose key it is. The signature was held against the key that the file itself \
         carries:\n{}\nWhoever writes such a file can put a key of his own into it. Compare the line \
         with what the installation publishes (/log/key, or on paper), or check with --key.",
        lines.join("\n")
    )
}

/// A line of a key, or the file that holds some.
fn keys(key: &str) -> Result<Keys, Failure> {
    let lines = if key.contains('+') && !Path::new(key).exists() {
        key.to_owned()
    } else {
        text(read(Path::new(key), KEY_BYTES_MAX)?)?
    };
    Keys::parse(&lines).map_err(|why| Failure::argument("--key", why))
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::Failed("the file is no text".to_owned()))
}

/// At most as much as is allowed, and one byte more to see that it is too large.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let (mut bytes, most) = (Vec::new(), most as u64 + 1);
    if path == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut bytes)?;
    } else {
        let file = File::open(path)
            .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
        file.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
