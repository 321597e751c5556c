//! Bulk import of persons with their families, of incomes, of bank accounts and of the cases of a
//! regional aid system, from CSV.
//!
//! Four kinds of file, told apart by the header; columns in any order, unknown ones
//! ignored; UTF-8 with or without a byte-order mark; commas; `docs/import.md` has the
//! table of columns and rules. Rows of a family (and the rows of a person)
//! stand together.
//!
//! A bad row is rejected with line, field and reason; the good ones are kept. Running
//! the same file again changes nothing. Memory is bounded: a row of at most 8 KiB, a
//! few chunks of rows, and some 40 bytes a person to notice what comes twice.
//!
//! ```text
//! reading thread: lines -> cells -> rows -> families ──chunks──> writer: look up, compose, insert, commit
//! ```

mod account_row;
mod aid_row;
mod answers;
mod cells;
mod columns;
mod complete;
mod enter;
mod families;
mod income_row;
mod lines;
mod person_row;
mod read;
mod report;
#[cfg(test)]
pub(crate) mod tests;
mod update;
mod write;

use crate::{Permit, fact, unit};
use access::Action;
use enter::Entering;
use kernel::{EvidenceId, Zone};
use read::{Chunk, Work};
use std::io::Read;
use store::Platform;
use tokio::sync::mpsc;
use write::Desk;

pub use columns::{ACCOUNT_COLUMNS, AID_COLUMNS, INCOME_COLUMNS, PERSON_COLUMNS};
pub use lines::ROW_BYTES_MAX;
pub use report::{ImportError, ImportReport, REJECTS_KEPT_MAX, Reason, Reject};

/// Chunks read ahead of the writer.
const CHUNKS_AHEAD_MAX: usize = 1;

/// Told after each committed chunk.
pub trait Progress: Send {
    /// `bytes` of the file and `rows` of it are done, counted from its beginning.
    fn advanced(&mut self, bytes: u64, rows: u64);
}

/// For callers who do not watch.
impl Progress for () {
    fn advanced(&mut self, _bytes: u64, _rows: u64) {}
}

/// What a caller says of a file beside its rows.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Options {
    /// Kinds of fact of which the register now holds the agency's whole list: whoever is
    /// not on it holds nothing.
    pub complete: Vec<u16>,
}

/// Imports a file of any kind.
pub async fn run(
    platform: &Platform,
    permit: &Permit,
    file: impl Read + Send + 'static,
    progress: &mut dyn Progress,
) -> Result<ImportReport, ImportError> {
    run_with(platform, permit, file, &Options::default(), progress).await
}

/// Imports a file of any kind; whole lists are taken as such once all of it is in.
pub async fn run_with(
    platform: &Platform,
    permit: &Permit,
    file: impl Read + Send + 'static,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<ImportReport, ImportError> {
    permit.must_be_for(&[Action::ImportRegister]);
    complete::check(&options.complete)?;
    let entering = Entering {
        run: EvidenceId(platform.ids.uuid()),
        known_from: platform.clock.now(),
        today: platform.clock.now().day(Zone::tashkent()),
    };
    let (to_writer, mut chunks) = mpsc::channel(CHUNKS_AHEAD_MAX);
    let reader = tokio::task::spawn_blocking(move || read::read(file, entering.today, &to_writer));
    let mut report = ImportReport::default();
    let mut failed = None;
    while let Some(chunk) = chunks.recv().await {
        if let Err(error) =
            write_chunk(platform, permit, entering, chunk, &mut report, progress).await
        {
            failed = Some(error);
            break; // the channel closes, and the reader with it
        }
    }
    drop(chunks);
    let ended = reader.await.expect("the reading thread does not panic");
    match failed {
        Some(error) => Err(error),
        None => {
            report.last_line_open = ended?;
            report.rejects.sort_by_key(|reject| reject.line);
            complete::record(platform, permit, entering, &options.complete).await?;
            Ok(report)
        }
    }
}

async fn write_chunk(
    platform: &Platform,
    permit: &Permit,
    entering: Entering,
    chunk: Chunk,
    report: &mut ImportReport,
    progress: &mut dyn Progress,
) -> Result<(), ImportError> {
    let mut tx = platform
        .db
        .begin()
        .await
        .map_err(crate::RegisterError::from)?;
    tx.alone(unit::projection::UNITS)
        .await
        .map_err(crate::RegisterError::from)?;
    let blocks = unit::blocks(&mut tx).await?;
    let extracts = fact::current_packed(&mut tx, &[fact::REGISTER]).await?;
    let desk = Desk {
        ids: &platform.ids,
        entering,
        blocks: &blocks,
        extracts: &extracts,
    };
    let written = match chunk.work {
        Work::Families(families) => write::write_families(&mut tx, &desk, families).await?,
        Work::Answers(persons) => answers::write_answers(&mut tx, permit, &desk, persons).await?,
    };
    tx.commit().await.map_err(crate::RegisterError::from)?;
    written.add_to(report);
    chunk
        .rejects
        .into_iter()
        .for_each(|reject| report.reject(reject));
    progress.advanced(chunk.bytes, chunk.rows);
    Ok(())
}
