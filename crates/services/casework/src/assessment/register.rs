//! The law over the whole register: a reader, deciders and a writer work at once, each page of
//! units passing from one to the next. Memory holds a few pages, however large the country.

use std::sync::Arc;

use ::store::Platform;
use access::Permit;
use kernel::ids::AssessmentId;
use kernel::portrait::PortraitView;
use kernel::{Day, Month, UnitId};
use registry::unit::UnitRow;
use rules::{Batch, CaseFacts, Outcomes, Pack, Plan};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Assessment, Basis, Stage, decide, store};
use crate::case::{Origin, Verdict, window_end};
use crate::fault::{Fault, Result};
use crate::roster;
use crate::shelf::Shelf;

/// Units of one page: one batch of the engine and one transaction of the writer.
pub const PAGE_UNITS: usize = 8_192;
/// Pages that may wait between two workers.
const PAGES_WAITING_MAX: usize = 2;

/// Told after each page: units done so far.
pub type Progress<'a> = &'a mut (dyn FnMut(u64) + Send);

/// What the run found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterReport {
    pub run: Uuid,
    pub units: u64,
    pub entitled: u64,
    pub not_entitled: u64,
    pub unknown: u64,
    /// Nothing speaks against them; a human step comes next.
    pub needs_step: u64,
    /// Portraits that could not be read.
    pub malformed: u64,
    /// A month's money of all entitled.
    pub entitled_minor: i64,
}

/// Assesses every registered unit under `pack` as if it had applied on `decided_on`, for the
/// close of `month`. Stores one assessment a unit; opens no case.
pub async fn register(
    platform: &Platform,
    permit: &Permit,
    shelf: &Shelf,
    pack: &Arc<Pack>,
    decided_on: Day,
    month: Month,
    progress: Progress<'_>,
) -> Result<RegisterReport> {
    let plan = shelf.plan(pack, decided_on)?;
    let basis = basis(platform, pack, decided_on, month);
    let run = begin(platform, shelf, pack, &basis, month).await?;
    let facts = decide::case_facts(pack, &basis);
    let (to_decide, pages) = mpsc::channel(PAGES_WAITING_MAX);
    let (to_write, decided) = mpsc::channel(PAGES_WAITING_MAX);
    let decider = Decider {
        plan,
        facts,
        run,
        basis: basis.id,
        ids: platform.ids.clone(),
    };
    let deciding = tokio::task::spawn_blocking(move || decider.work(pages, &to_write));
    let reading = read(platform, permit, pack.unit().name.as_str(), to_decide);
    let writing = write(platform, decided, progress);
    let (read, written) = tokio::join!(reading, writing);
    deciding
        .await
        .map_err(|panicked| std::panic::resume_unwind(panicked.into_panic()))
        .ok();
    read?;
    Ok(RegisterReport { run, ..written? })
}

fn basis(platform: &Platform, pack: &Pack, decided_on: Day, month: Month) -> Basis {
    let stage = if pack.steps().is_empty() {
        Stage::Final
    } else {
        Stage::PreAssessment
    };
    Basis {
        id: platform.ids.uuid(),
        regime: pack.id().to_owned(),
        pack: pack.hash(),
        language_version: rules::LANGUAGE,
        decided_on,
        assessed_at: platform.clock.now(),
        applied_on: decided_on,
        counted_month: month,
        window_end: window_end(decided_on),
        origin: Origin::Application,
        former_category: None,
        stage,
    }
}

async fn begin(
    platform: &Platform,
    shelf: &Shelf,
    pack: &Pack,
    basis: &Basis,
    month: Month,
) -> Result<Uuid> {
    let run = platform.ids.uuid();
    let mut tx = platform.db.begin().await?;
    shelf.store(&mut tx, basis.assessed_at).await?;
    store::insert_bases(&mut tx, std::slice::from_ref(basis)).await?;
    store::insert_run(&mut tx, run, basis, &pack.unit().name, month).await?;
    tx.commit().await?;
    Ok(run)
}

async fn read(
    platform: &Platform,
    permit: &Permit,
    block: &str,
    to_decide: mpsc::Sender<Vec<UnitRow>>,
) -> Result<()> {
    let mut after: Option<UnitId> = None;
    loop {
        let mut tx = platform.db.read().await?;
        let page = registry::unit::page(&mut tx, permit, block, after, PAGE_UNITS).await?;
        drop(tx);
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.unit);
        let is_last = page.len() < PAGE_UNITS;
        // A closed channel means the writer failed; its own error is told.
        if to_decide.send(page).await.is_err() || is_last {
            return Ok(());
        }
    }
}

struct Decider {
    plan: Arc<Plan>,
    facts: CaseFacts,
    run: Uuid,
    basis: Uuid,
    ids: ::store::Ids,
}

#[derive(Default)]
struct Page {
    rows: Vec<Assessment>,
    malformed: u64,
}

impl Decider {
    fn work(self, mut pages: mpsc::Receiver<Vec<UnitRow>>, to_write: &mpsc::Sender<Page>) {
        let mut batch = Batch::new(&self.plan);
        let mut outcomes = Outcomes::new();
        while let Some(units) = pages.blocking_recv() {
            let page = self.decide(&units, &mut batch, &mut outcomes);
            if to_write.blocking_send(page).is_err() {
                return;
            }
        }
    }

    fn decide(&self, units: &[UnitRow], batch: &mut Batch, outcomes: &mut Outcomes) -> Page {
        batch.clear();
        let mut rosters = Vec::with_capacity(units.len());
        let mut page = Page::default();
        for unit in units {
            match batch.push(&unit.packed, &self.facts) {
                Ok(()) => rosters.push(bare(&unit.packed)),
                Err(bad) => {
                    tracing::warn!(unit = %unit.unit, %bad, "the portrait cannot be assessed");
                    page.malformed += 1;
                }
            }
        }
        self.plan.decide(batch, outcomes);
        let of = (self.run, self.basis);
        let rows = rosters.into_iter().enumerate().map(|(i, roster)| {
            decide::register_row(of, AssessmentId(self.ids.uuid()), outcomes, i, roster)
        });
        page.rows = rows.collect();
        page
    }
}

/// The roster, and whether somebody has visited. The engine has just read these bytes, so they
/// are sound.
fn bare(packed: &[u8]) -> (Vec<u8>, bool) {
    let view = PortraitView::new(packed).expect("a portrait that was read before");
    let visited = decide::visited(view.facts().map(|fact| fact.kind));
    (roster::pack_view(&view), visited)
}

async fn write(
    platform: &Platform,
    mut decided: mpsc::Receiver<Page>,
    progress: Progress<'_>,
) -> Result<RegisterReport> {
    let mut report = RegisterReport::default();
    while let Some(page) = decided.recv().await {
        let mut tx = platform.db.begin().await?;
        store::insert(&mut tx, &page.rows).await?;
        tx.commit().await?;
        count(&mut report, &page)?;
        progress(report.units);
    }
    Ok(report)
}

fn count(report: &mut RegisterReport, page: &Page) -> Result<()> {
    report.units += page.rows.len() as u64 + page.malformed;
    report.malformed += page.malformed;
    for row in &page.rows {
        match row.verdict {
            Verdict::Entitled => report.entitled += 1,
            Verdict::NotEntitled => report.not_entitled += 1,
            Verdict::Unknown => report.unknown += 1,
            Verdict::NeedsVisit | Verdict::NeedsSeven => report.needs_step += 1,
        }
        let minor = row.amount.map_or(0, kernel::Money::minor);
        report.entitled_minor =
            report
                .entitled_minor
                .checked_add(minor)
                .ok_or_else(|| Fault::Stored {
                    what: "the sum of a run",
                    reason: "it does not fit".to_owned(),
                })?;
    }
    Ok(())
}
