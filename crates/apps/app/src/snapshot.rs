//! The register as a snapshot: page by page out of the database, on a thread of its own into
//! Parquet. Memory holds a few pages and one stretch of units.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use access::{Action, Permit, Purpose};
use insight::snapshot::{Manifest, SnapshotError, Splitter, Subject, Writer};
use kernel::UnitId;
use kernel::facts::{FactKind, kind};
use registry::unit::UnitRow;
use rules::Pack;
use tokio::sync::mpsc;

use crate::daftar::Daftar;
use crate::error::{Error, Result};

const PAGE_UNITS: usize = 2_000;
const PAGES_WAITING_MAX: usize = 2;

impl Daftar {
    /// Writes the units that a pack assesses, with every kind of facts that a pack of the
    /// country reads. `progress` is told how many units are written.
    pub async fn snapshot(
        &self,
        pack: &Pack,
        folder: &Path,
        by_district: bool,
        progress: impl FnMut(u64),
    ) -> Result<Manifest> {
        let permit = self
            .permit(Action::AssessRegister, Purpose::Statistics, 0)
            .await?;
        let subject = Subject {
            taken_on: self.today(),
            country: self.config.country.clone(),
            unit_block: pack.unit().name.clone(),
            kinds: self.kinds_read(),
        };
        let folder: PathBuf = folder.to_owned();
        let (to_write, pages) = mpsc::channel(PAGES_WAITING_MAX);
        let block = subject.unit_block.clone();
        let writing =
            tokio::task::spawn_blocking(move || write(&folder, &subject, by_district, pages));
        let read = self.read_units(&permit, &block, to_write, progress).await;
        let written = writing.await;
        let manifest = written.unwrap_or_else(|why| std::panic::resume_unwind(why.into_panic()));
        // The writer's own error comes first: without it the reader would not have stopped.
        let manifest = manifest?;
        read?;
        Ok(manifest)
    }

    /// How many units a snapshot under a pack would have.
    pub async fn units(&self, pack: &Pack) -> Result<u64> {
        let mut tx = self.platform.db.read().await?;
        let count = registry::unit::count(&mut tx, &pack.unit().name).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn kinds_read(&self) -> Vec<&'static FactKind> {
        let law = self.shelf.current();
        let codes = law.iter().flat_map(|pack| pack.required_kinds());
        let codes: BTreeSet<u16> = codes.map(|(code, _)| *code).collect();
        codes.into_iter().filter_map(kind).collect()
    }

    async fn read_units(
        &self,
        permit: &Permit,
        block: &str,
        to_write: mpsc::Sender<Vec<UnitRow>>,
        mut progress: impl FnMut(u64),
    ) -> Result<()> {
        let mut after: Option<UnitId> = None;
        let mut read = 0;
        loop {
            let mut tx = self.platform.db.read().await?;
            let page = registry::unit::page(&mut tx, permit, block, after, PAGE_UNITS).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = Some(last.unit);
            read += page.len() as u64;
            if to_write.send(page).await.is_err() {
                return Ok(());
            }
            progress(read);
        }
    }
}

fn write(
    folder: &Path,
    subject: &Subject,
    by_district: bool,
    mut pages: mpsc::Receiver<Vec<UnitRow>>,
) -> std::result::Result<Manifest, SnapshotError> {
    if by_district {
        let mut splitter = Splitter::create(folder, subject)?;
        while let Some(page) = pages.blocking_recv() {
            page.iter()
                .try_for_each(|unit| splitter.push(&unit.packed))?;
        }
        return splitter.finish();
    }
    let mut writer = Writer::create(folder, subject)?;
    while let Some(page) = pages.blocking_recv() {
        page.iter().try_for_each(|unit| writer.push(&unit.packed))?;
    }
    writer.finish()
}

impl From<SnapshotError> for Error {
    fn from(why: SnapshotError) -> Error {
        Error::Snapshot(why)
    }
}
