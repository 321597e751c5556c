//! Delivery: the statements of a funded run as files for the banks that take files, one
//! pain.001 a bank, and a manifest that proves the whole.
//!
//! ```text
//! statement  sealed -> written (attempt 1) -> accepted (told by the bank's own files)
//!                         |
//!                         +- rejected whole -> written (attempt 2, under another name)
//! ```
//! The row of a file is committed before its first byte is written, and holds all that the
//! bytes are made from. Writing again after a crash, or a year later, gives the same bytes,
//! and their hash must be the same. A file is given its name only when it is whole.

mod manifest;
mod store;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use ::store::Platform;
use ::store::job::{self, NewJob};
use access::{Action, Permit};
use bankfile::pain001::{self, Cashed, Credit, Unwritten};
use kernel::ids::StatementId;
use kernel::{Instant, Mfo, Money, Month, RunId, Zone};
use sha2::{Digest, Sha256};
use signing::SigningKey;
use signing::file::Signed;

use crate::channel::{self, Way};
use crate::hashing::Hashing;
use crate::order::Order;
use crate::run::{self, ADVANCE, Actor, Run, RunSheet, State};
use crate::statement::{self, Statement};
use crate::{CURRENCY, Error, Result, sql};

pub use manifest::{ByWire, Manifest, Written};
pub(crate) use store::{WrittenFile, find_by_message, reject, unwritten};

/// The file that lies beside the others.
pub const MANIFEST: &str = "manifest.json";
/// Attempts of one statement: its name has two digits left for them.
pub const ATTEMPTS_MAX: i64 = 99;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("run {run} is {}: files are written for a run that the treasury has funded", found.as_str())]
    NotFunded { run: RunId, found: State },
    #[error("bank {mfo} has rejected {ATTEMPTS_MAX} files of statement {statement}")]
    TooManyAttempts { mfo: Mfo, statement: StatementId },
    #[error("statement {statement} was written with another hash before: its lines were changed")]
    Changed { statement: StatementId },
}

/// Writes the files of a run into a folder, and the manifest last. Doing it again writes
/// the same bytes. With a key each file has its signature beside it ([`signing::file`]).
/// `progress` hears how many lines there are so far.
pub async fn export(
    platform: &Platform,
    permit: &Permit,
    zone: Zone,
    run: RunId,
    folder: &Path,
    key: Option<&SigningKey>,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Manifest> {
    permit.must_be_for(&[Action::SettleRun]);
    let mut tx = platform.db.read().await?;
    let sheet = run::load_sheet(&mut tx, run).await?;
    drop(tx);
    let Some(order) = sheet
        .order
        .as_ref()
        .filter(|_| sheet.run.state >= State::Funded)
    else {
        let found = sheet.run.state;
        return Err(Refusal::NotFunded { run, found }.into());
    };
    check_totals(&sheet, order)?;
    fs::create_dir_all(folder)?;
    let mut manifest = Manifest::of(&sheet.run, order, key);
    for statement in &sheet.statements {
        match prepare(platform, zone, sheet.run.month, statement).await? {
            None => manifest.add_by_wire(statement),
            Some(file) => {
                let written = write(
                    platform,
                    &sheet.run,
                    order,
                    statement,
                    &file,
                    folder,
                    &mut progress,
                )
                .await?;
                sign(folder, &written.file, written.bytes, &written.sha256, key)?;
                manifest.files.push(written);
            }
        }
    }
    manifest.check_totals(&sheet.run)?;
    let mut bytes = serde_json::to_vec_pretty(&manifest).expect("plain values always serialize");
    bytes.push(b'\n');
    put(folder, MANIFEST, |out| Ok(out.write_all(&bytes)?))?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    sign(folder, MANIFEST, bytes.len() as u64, &sha256, key)?;
    send_if_all_left(platform, run).await?;
    Ok(manifest)
}

/// What two persons approved is what the treasury funded is what the statements hold.
fn check_totals(sheet: &RunSheet, order: &Order) -> Result<()> {
    let statements_total: Money = sheet.statements.iter().map(|one| one.total).sum();
    if order.total == statements_total && order.total == sheet.run.total {
        return Ok(());
    }
    Err(run::Refusal::TotalsDiffer {
        run: sheet.run.id,
        order: order.id,
        order_total: order.total,
        statements_total,
    }
    .into())
}

/// The file that a statement goes by; `None` when it goes, or went, over the wire.
async fn prepare(
    platform: &Platform,
    zone: Zone,
    month: Month,
    statement: &Statement,
) -> Result<Option<WrittenFile>> {
    let now = platform.clock.now();
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.intake").await?;
    let files = channel::find_files(&mut tx, statement.mfo).await?;
    let wanted = match (&files, statement.state) {
        (Some(_), statement::State::Sealed) => Way::File,
        _ => Way::Wire,
    };
    let known = store::last_file(&mut tx, statement.id).await?;
    if known.is_none() && wanted == Way::Wire {
        return Ok(None);
    }
    if channel::claim(&mut tx, statement.id, wanted, now).await? == Way::Wire {
        return Ok(None);
    }
    let attempt = match known {
        Some(file) if file.rejected => file.attempt + 1,
        Some(file) => return Ok(Some(file)),
        None => 1,
    };
    if attempt > ATTEMPTS_MAX {
        let (mfo, statement) = (statement.mfo, statement.id);
        return Err(Refusal::TooManyAttempts { mfo, statement }.into());
    }
    // A bank whose channel was taken away in between keeps what its first file said.
    let Some(channel) = files else {
        return Ok(None);
    };
    let made_at = Instant(now.0.div_euclid(1_000_000) * 1_000_000);
    let file = WrittenFile {
        attempt,
        message: message_of(statement.id, attempt),
        made_at,
        pay_on: run::pay_on(month, made_at.day(zone)),
        channel,
        sha256: None,
        rejected: false,
    };
    store::insert_file(&mut tx, statement.id, &file).await?;
    tx.commit().await?;
    Ok(Some(file))
}

/// The name of a file within 35 characters; a bank refuses a name that it has had before.
fn message_of(statement: StatementId, attempt: i64) -> String {
    let name = bankfile::name_of(statement.0);
    match attempt {
        1 => name,
        later => format!("{name}-{later}"),
    }
}

async fn write(
    platform: &Platform,
    run: &Run,
    order: &Order,
    statement: &Statement,
    file: &WrittenFile,
    folder: &Path,
    progress: &mut (impl FnMut(u64) + Send),
) -> Result<Written> {
    let name = format!("{}-{}.xml", statement.mfo, file.message);
    let partial = partial_path(folder, &name);
    let out = Hashing::new(BufWriter::new(File::create(&partial)?));
    let mut writer = pain001::Writer::begin(out, file.head(statement))?;
    let head = statement.head(order.id, run.month);
    let sealed = statement.sha256.expect("an approved statement is sealed");
    let mut lines = 0;
    statement::file::each_line(&platform.db, &head, sealed, |row, named| {
        let (payment, account, amount, _, month) = row;
        let note = format!("Ijtimoiy nafaqa, {}", sql::month(*month)?);
        writer.credit(&Credit {
            payment: *payment,
            account,
            amount: Money(*amount),
            note: &note,
            cash: named.map(|named| Cashed {
                pinfl: &named.pinfl,
                name: &named.name,
            }),
        })?;
        lines += 1;
        if lines % 1_000 == 0 {
            progress(lines);
        }
        Ok(())
    })
    .await?;
    let (out, bytes, sha256) = writer.end()?.end();
    let out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    out.sync_all()?;
    keep_hash(platform, statement.id, file, sha256).await?;
    name_file(&partial, folder, &name)?;
    Ok(Written::of(statement, file, name, bytes, sha256))
}

async fn keep_hash(
    platform: &Platform,
    statement: StatementId,
    file: &WrittenFile,
    sha256: [u8; 32],
) -> Result<()> {
    let mut tx = platform.db.begin().await?;
    let kept = store::keep_hash(&mut tx, statement, file.attempt, sha256).await?;
    if kept != sha256 {
        return Err(Refusal::Changed { statement }.into());
    }
    Ok(tx.commit().await?)
}

/// The signature beside a file that stands. Where nobody signs, none of an earlier key stays.
fn sign(
    folder: &Path,
    file: &str,
    bytes: u64,
    sha256: &str,
    key: Option<&SigningKey>,
) -> Result<()> {
    let name = format!("{file}{}", signing::file::SUFFIX);
    let Some(key) = key else {
        return match fs::remove_file(folder.join(&name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        };
    };
    let signed = Signed {
        file: file.to_owned(),
        bytes,
        sha256: sha256.to_owned(),
    };
    put(folder, &name, |out| {
        Ok(writeln!(out, "{}", signed.sign(key))?)
    })
}

/// Brings the run to `sent` when the last of its statements has left, whichever way.
async fn send_if_all_left(platform: &Platform, run: RunId) -> Result<()> {
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    let found = run::find(&mut tx, run).await?;
    let is_funded = found.is_some_and(|run| run.state == State::Funded);
    if !is_funded || store::unwritten(&mut tx, run).await? > 0 {
        return Ok(());
    }
    let step = (State::Funded, State::Sent);
    run::change_state(&mut tx, &platform.ids, run, step, &Actor::SYSTEM, "").await?;
    let payload = serde_json::json!({ "run": run }).to_string();
    let job = NewJob::new(ADVANCE, run.to_string(), payload);
    job::enqueue(&mut tx, &platform.ids, &[job]).await?;
    Ok(tx.commit().await?)
}

/// A file gets its name only when it is whole and on the disk.
fn put(folder: &Path, name: &str, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let partial = partial_path(folder, name);
    let mut file = File::create(&partial)?;
    fill(&mut file)?;
    file.sync_all()?;
    Ok(name_file(&partial, folder, name)?)
}

/// After this the file stands in the folder under its name, whatever happens to the machine: the
/// name is an entry of the folder, which goes to the disk by itself.
fn name_file(partial: &Path, folder: &Path, name: &str) -> io::Result<()> {
    fs::rename(partial, folder.join(name))?;
    File::open(folder)?.sync_all()
}

fn partial_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.partial"))
}

impl From<Unwritten> for Error {
    fn from(unwritten: Unwritten) -> Error {
        match unwritten {
            Unwritten::Io(error) => Error::File(error),
            Unwritten::Differs { .. } => Error::Fault(::store::Fault::Stored {
                what: "a statement's lines",
                reason: unwritten.to_string(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_name_has_35_characters_at_most_and_is_another_at_every_attempt() {
        let statement = StatementId::from_u128(u128::MAX);
        let names: Vec<String> = (1..=ATTEMPTS_MAX)
            .map(|attempt| message_of(statement, attempt))
            .collect();
        assert!(names.iter().all(|name| name.len() <= 35));
        let different: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len());
        assert_eq!(names[1], format!("{}-2", "f".repeat(32)));
    }
}
