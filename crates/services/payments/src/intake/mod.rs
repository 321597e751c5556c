//! Intake: files of the banks that are answered to with files.
//!
//! A file is read twice: first to its end, so that nothing of a broken file is believed,
//! then page by page, each page in one transaction with the file's cursor. An intake that
//! was interrupted goes on where its last page ended; a file that was taken whole changes
//! nothing when it comes again.
//!
//! What its lines do is what the answers over the wire do ([`crate::answer`]): the same
//! events, postings, tasks and counts. What fits nothing is kept in a work list
//! ([`worklist`]), where statements that do not join lie too ([`gap`]).
//!
//! | file | a line is | what it does |
//! |---|---|---|
//! | pain.002 | accepted, pending | the statement is accepted; no payment moves: accepted is not paid |
//! | pain.002 | rejected | the payment is returned with its code |
//! | pain.002 | a whole file rejected | the file is written again under another name |
//! | camt.054, camt.053, MT940 | a debit | the payment is credited |
//! | camt.054, camt.053, MT940 | a credit | the payment is returned, early or late |
//! | pacs.004 | a return | the payment is returned, early or late |

mod check;
pub mod closing;
pub mod gap;
mod judge;
mod page;
mod store;
pub mod worklist;

use std::io::{BufReader, Read, Seek, SeekFrom};

use ::store::Platform;
use access::{Action, Permit};
use bankfile::{BankFile, Item, Kind};
use kernel::{Instant, Mfo, Zone};
use signing::file::Signed;
use signing::jws::Forged;
use uuid::Uuid;

use crate::limits::ANSWERS_PAGE_MAX;
use crate::{Result, answer, channel, events, sql};
use check::Checked;
use page::Sender;
use store::{Ending, FileRow};

/// Bytes read from a file at once.
const READ_BYTES: usize = 256 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Unreadable(#[from] bankfile::Fault),
    #[error("a {} called {message} came from bank {mfo:05} before, with other content", kind.as_str())]
    MessageTaken {
        kind: Kind,
        message: String,
        mfo: i64,
    },
    #[error("file {file} is being taken in by another process")]
    Busy { file: Uuid },
    #[error(
        "bank {mfo:05} signs its files, and this one has no signature beside it ({})",
        signing::file::SUFFIX
    )]
    Unsigned { mfo: i64 },
    #[error("the file is not as bank {mfo:05} signed it: {why}")]
    Forged { mfo: i64, why: Forged },
    #[error("there is a signature beside the file, and no key of bank {mfo:05} to check it with")]
    NoKeys { mfo: i64 },
}

/// What one intake did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub file: Uuid,
    pub kind: Kind,
    pub message: String,
    /// `None`: of no bank that we gave a file to.
    pub bank: Option<Mfo>,
    /// It was taken before: nothing changed.
    pub unchanged: bool,
    pub counts: Counts,
    /// Files of ours that the bank rejects whole, or has had before.
    pub rejected_files: u64,
    pub duplicate_files: u64,
    /// What is wrong with the statements of this file.
    pub gaps: u64,
}

/// What became of the items of a file; the five add up to all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub credited: u64,
    pub returned: u64,
    pub repeated: u64,
    pub noted: u64,
    pub unmatched: u64,
}

/// Takes a file in, known by its content. `zone`: of its days; `signature`: what lay beside it.
pub async fn take(
    platform: &Platform,
    permit: &Permit,
    zone: Zone,
    mut input: impl Read + Seek + Send,
    signature: Option<&str>,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Taken> {
    permit.must_be_for(&[Action::SettleRun]);
    let checked = check::check(&mut input, zone)?;
    let sender = page::sender(platform, &checked).await?;
    check_signature(platform, &checked, sender.mfo, signature).await?;
    let file = begin(platform, &checked, &sender).await?;
    let mut taken = Taken {
        file: file.id,
        kind: checked.kind,
        message: checked.message.clone(),
        bank: (sender.mfo != 0)
            .then(|| sql::mfo(sender.mfo))
            .transpose()?,
        unchanged: file.ended,
        counts: Counts::default(),
        rejected_files: 0,
        duplicate_files: 0,
        gaps: 0,
    };
    if !file.ended {
        input.seek(SeekFrom::Start(0))?;
        let reader = BufReader::with_capacity(READ_BYTES, input);
        let mut file_items = BankFile::open(reader, zone).map_err(Refusal::from)?;
        pages(
            platform,
            zone,
            &sender,
            &file,
            &mut file_items,
            &mut taken,
            &mut progress,
        )
        .await?;
        end(platform, &sender, &mut taken).await?;
    }
    // Also after a file that was taken before: whoever took it may have died here.
    answer::settle_all(platform).await?;
    Ok(taken)
}

/// A bank whose keys we hold is believed only under its signature. A signature that nobody can
/// check is not waved through.
async fn check_signature(
    platform: &Platform,
    checked: &Checked,
    mfo: i64,
    signature: Option<&str>,
) -> Result<()> {
    let keys = channel::keys(&mut platform.db.read().await?, mfo).await?;
    let refusal = match (keys.is_empty(), signature) {
        (true, None) => return Ok(()),
        (true, Some(_)) => Refusal::NoKeys { mfo },
        (false, None) => Refusal::Unsigned { mfo },
        (false, Some(jws)) => {
            let sha256 = hex::encode(checked.sha256);
            let fits = Signed::verify(jws, &keys).and_then(|it| it.fits(checked.bytes, &sha256));
            match fits {
                Ok(()) => return Ok(()),
                Err(why) => Refusal::Forged { mfo, why },
            }
        }
    };
    tracing::warn!(mfo, %refusal, "a bank's file is refused");
    Err(refusal.into())
}

/// When the bank made a file; `None` when it does not say, or cannot be read.
pub fn made_at(input: impl std::io::BufRead, zone: Zone) -> Option<Instant> {
    BankFile::open(input, zone).ok()?.head().made_at
}

/// The file's row, made now or by an earlier intake.
async fn begin(platform: &Platform, checked: &Checked, sender: &Sender) -> Result<FileRow> {
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.intake").await?;
    if let Some(known) = store::find_file(&mut tx, sender.mfo, checked).await? {
        if known.sha256 != checked.sha256 {
            return Err(Refusal::MessageTaken {
                kind: checked.kind,
                message: checked.message.clone(),
                mfo: sender.mfo,
            }
            .into());
        }
        return Ok(known);
    }
    let id = platform.ids.uuid();
    store::insert_file(&mut tx, id, sender.mfo, checked, platform.clock.now()).await?;
    tx.commit().await?;
    Ok(FileRow {
        id,
        sha256: checked.sha256,
        taken: 0,
        ended: false,
    })
}

async fn pages<R: std::io::BufRead>(
    platform: &Platform,
    zone: Zone,
    sender: &Sender,
    file: &FileRow,
    items: &mut BankFile<R>,
    taken: &mut Taken,
    progress: &mut (impl FnMut(u64) + Send),
) -> Result<()> {
    let made_at = items.head().made_at.unwrap_or_else(|| platform.clock.now());
    let mut place = 0;
    let mut done = file.taken;
    loop {
        let mut page: Vec<(i64, Item)> = Vec::new();
        while page.len() < ANSWERS_PAGE_MAX
            && let Some(item) = items.next_item().map_err(Refusal::from)?
        {
            place += 1;
            if place > file.taken {
                page.push((place, item));
            }
        }
        if page.is_empty() {
            return Ok(());
        }
        let context = page::Context {
            zone,
            made_at,
            file: file.id,
            sender,
        };
        page::take(platform, &context, &page, done, taken).await?;
        done = place;
        progress(done as u64);
    }
}

/// The file is taken whole: what is wrong with its statements is told, once. The process
/// that took the last page may find that another has ended the file: nothing is missing.
async fn end(platform: &Platform, sender: &Sender, taken: &mut Taken) -> Result<()> {
    let now = platform.clock.now();
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.intake").await?;
    let ending = store::end_file(&mut tx, taken.file, now).await?;
    if ending == Ending::NotWhole {
        return Err(Refusal::Busy { file: taken.file }.into());
    }
    let gaps = gap::list(&mut tx).await?;
    taken.gaps = gaps.iter().filter(|gap| gap.file == taken.file).count() as u64;
    if let Ending::Now { unmatched } = ending {
        let told = events::BankFileTaken {
            file: taken.file,
            mfo: sender.mfo,
            kind: taken.kind.as_str(),
            unmatched,
            rejected_files: taken.rejected_files,
            gaps: taken.gaps,
        };
        events::emit_bank_file(&mut tx, &platform.ids, &told).await?;
    }
    Ok(tx.commit().await?)
}

/// The instant at which a day's booking counts: its beginning.
fn at(day: Option<kernel::Day>, zone: Zone, made_at: Instant) -> Instant {
    day.map_or(made_at, |day| Instant::start_of(day, zone))
}
