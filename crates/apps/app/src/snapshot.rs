//! The register as a snapshot: page by page out of the database, on a thread of its own into
//! Parquet. Memory holds a few pages and one stretch of units.
//!
//! All pages are read in one transaction, so that the families stand as they were at one
//! moment, whatever is written meanwhile. SQLite's log and PostgreSQL's old rows are kept until
//! it ends, which takes seconds for a million families.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use access::{Action, Permit, Purpose};
use insight::snapshot::{Manifest, SnapshotError, Splitter, Subject, Writer};
use kernel::UnitId;
use kernel::facts::{FactKind, kind};
use registry::unit::UnitRow;
use rules::Pack;
use store::Tx;
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
        let mut tx = self.platform.db.read().await?;
        let what = (block.as_str(), PAGE_UNITS);
        let read = read_units(&mut tx, &permit, what, to_write, progress).await;
        let written = writing.await;
        let manifest = written.unwrap_or_else(|why| std::panic::resume_unwind(why.into_panic()));
        // The reader's own error comes first: by it the writer was left without an end.
        read?;
        Ok(manifest?)
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
}

/// Every unit of a block, so many a page; an empty page says that there are no more. Ends
/// early, without an error of its own, when the writer is gone.
async fn read_units(
    tx: &mut Tx,
    permit: &Permit,
    (block, page_units): (&str, usize),
    to_write: mpsc::Sender<Vec<UnitRow>>,
    mut progress: impl FnMut(u64),
) -> Result<()> {
    let mut after: Option<UnitId> = None;
    let mut read = 0;
    loop {
        let page = registry::unit::page(tx, permit, block, after, page_units).await?;
        let last = page.last().map(|unit| unit.unit);
        read += page.len() as u64;
        if to_write.send(page).await.is_err() || last.is_none() {
            return Ok(());
        }
        after = last;
        progress(read);
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
        each_unit(&mut pages, folder, |unit| splitter.push(&unit.packed))?;
        return splitter.finish();
    }
    let mut writer = Writer::create(folder, subject)?;
    each_unit(&mut pages, folder, |unit| writer.push(&unit.packed))?;
    writer.finish()
}

/// Pages that stop without an end are half a register: no snapshot comes of them.
fn each_unit(
    pages: &mut mpsc::Receiver<Vec<UnitRow>>,
    folder: &Path,
    mut each: impl FnMut(&UnitRow) -> std::result::Result<(), SnapshotError>,
) -> std::result::Result<(), SnapshotError> {
    loop {
        match pages.blocking_recv() {
            None => return Err(SnapshotError::Half(folder.to_owned())),
            Some(page) if page.is_empty() => return Ok(()),
            Some(page) => page.iter().try_for_each(&mut each)?,
        }
    }
}

impl From<SnapshotError> for Error {
    fn from(why: SnapshotError) -> Error {
        Error::Snapshot(why)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use kernel::{Day, Pinfl, RunId, Sex};
    use store::Platform;

    use super::*;

    const HEADER: &str = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone\n";

    async fn permit(platform: &Platform, action: Action, purpose: Purpose) -> Permit {
        let run = Some(RunId(platform.ids.uuid()));
        access::batch(
            platform,
            &access::Subject::system(),
            action,
            purpose,
            run,
            0,
        )
        .await
        .unwrap()
    }

    /// Men who live alone, by these numbers.
    async fn import(platform: &Platform, numbers: std::ops::Range<u16>) {
        let born = Day::parse("1990-01-01").unwrap();
        let line = |number: u16| {
            let pinfl = Pinfl::make(Sex::Male, born, 123, number).number();
            format!(
                "F{number},D{number},1724220,1724220001,{pinfl:014},head,,Sinov,Ota,,m,{born},,\n"
            )
        };
        let file = HEADER.to_owned() + &numbers.clone().map(line).collect::<String>();
        let permit = permit(platform, Action::ImportRegister, Purpose::Registration).await;
        let file = Cursor::new(file.into_bytes());
        let report = registry::import::run(platform, &permit, file, &mut ()).await;
        let report = report.unwrap();
        assert_eq!(
            (report.accepted, report.rejected),
            (numbers.len() as u64, 0)
        );
    }

    #[tokio::test]
    async fn a_snapshot_is_the_register_of_one_moment() {
        let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs");
        let law = crate::packs::one(&packs, "uz", "uz-sr26").unwrap();
        let schemas = [access::SCHEMA, registry::SCHEMA];
        store::testing::each_db(&schemas, async |platform| {
            let upkeep = permit(&platform, Action::AssessCase, Purpose::Upkeep).await;
            let today = platform.clock.now().day(kernel::Zone::tashkent());
            registry::unit::ensure_block(&platform, &upkeep, law.unit(), today)
                .await
                .unwrap();
            import(&platform, 0..6).await;
            let read = permit(&platform, Action::AssessRegister, Purpose::Statistics).await;
            let block = law.unit().name.as_str();
            let mut tx = platform.db.read().await.unwrap();
            let (to_write, mut pages) = mpsc::channel(1);
            let reading = read_units(&mut tx, &read, (block, 1), to_write, |_| ());
            let watching = async {
                let mut units = pages.recv().await.unwrap().len();
                // Four of the six are not read yet.
                import(&platform, 6..16).await;
                while let Some(page) = pages.recv().await.filter(|page| !page.is_empty()) {
                    units += page.len();
                }
                units
            };
            let (read, seen) = tokio::join!(reading, watching);
            read.unwrap();
            assert_eq!(seen, 6);
            drop(tx);
            let mut tx = platform.db.read().await.unwrap();
            assert_eq!(registry::unit::count(&mut tx, block).await.unwrap(), 16);
        })
        .await;
    }

    #[test]
    fn pages_that_stop_without_an_end_are_no_snapshot() {
        let folder = tempfile::tempdir().unwrap();
        for by_district in [false, true] {
            let to = folder.path().join(by_district.to_string());
            let subject = Subject {
                taken_on: Day::parse("2026-03-10").unwrap(),
                country: "uz".to_owned(),
                unit_block: "nuclear_family".to_owned(),
                kinds: Vec::new(),
            };
            let (to_write, pages) = mpsc::channel(1);
            drop(to_write);
            let half = write(&to, &subject, by_district, pages);
            assert!(matches!(half, Err(SnapshotError::Half(_))), "{half:?}");
            assert!(!to.join("manifest.json").exists());
        }
    }
}
