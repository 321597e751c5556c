//! The law over the register: a reader, deciders and a writer work at once, each page of units
//! passing from one to the next. Memory holds a few pages, however large the country, and the
//! ids of changed units when a run rests on another ([`super::again`]).

use std::sync::Arc;

use ::store::Platform;
use access::Permit;
use kernel::ids::AssessmentId;
use kernel::portrait::PortraitView;
use kernel::{Day, Month, UnitId};
use registry::unit::UnitRow;
use rules::{Batch, CaseFacts, Malformed, Outcomes, Pack, Plan};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::again::{self, Again, Ground};
use super::standing::{self, RunEnd, Said};
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

/// What a run is to do.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    pub pack: &'a Arc<Pack>,
    pub decided_on: Day,
    /// The month whose close the assessment is for.
    pub month: Month,
    pub again: Again,
}

/// What holds of the register after the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterReport {
    pub run: Uuid,
    /// The run that this one rests on.
    pub since: Option<Uuid>,
    /// Units that this run decided itself; the rows of the others are carried.
    pub decided: u64,
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
    let order = Order {
        pack,
        decided_on,
        month,
        again: Again::Whole,
    };
    register_again(platform, permit, shelf, &order, progress).await
}

/// The same, deciding only what changed since another run where there is one to rest on. What
/// holds afterwards is what a run over the whole register would have said.
pub async fn register_again(
    platform: &Platform,
    permit: &Permit,
    shelf: &Shelf,
    order: &Order<'_>,
    progress: Progress<'_>,
) -> Result<RegisterReport> {
    let pack = order.pack;
    if pack.is_simulated() {
        return Err(Fault::Simulated(pack.id().to_owned()));
    }
    let plan = shelf.plan(pack, order.decided_on)?;
    let basis = basis(platform, pack, order.decided_on, order.month);
    let begun = begin(platform, shelf, pack, &basis, order.month).await?;
    let block = pack.unit().name.as_str();
    let mut tx = platform.db.read().await?;
    let ground = again::ground(&mut tx, permit, block, &basis, order.again).await?;
    drop(tx);
    let (to_decide, pages) = mpsc::channel(PAGES_WAITING_MAX);
    let (to_write, decided) = mpsc::channel(PAGES_WAITING_MAX);
    let decider = Decider {
        plan,
        facts: decide::case_facts(pack, &basis),
        run: begun.run,
        basis: basis.id,
        ids: platform.ids.clone(),
    };
    let deciding = tokio::task::spawn_blocking(move || decider.work(pages, &to_write));
    let reading = read(platform, permit, block, ground.as_ref(), to_decide);
    let writing = write(platform, begun.run, ground.as_ref(), decided, progress);
    let (read, written) = tokio::join!(reading, writing);
    deciding
        .await
        .map_err(|panicked| std::panic::resume_unwind(panicked.into_panic()))
        .ok();
    read?;
    finish(platform, &begun, ground.as_ref(), written?).await
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
        held: None,
        stage,
    }
}

/// A run, and the version of the register of which it sees everything.
struct Begun {
    run: Uuid,
    register_version: i64,
}

async fn begin(
    platform: &Platform,
    shelf: &Shelf,
    pack: &Pack,
    basis: &Basis,
    month: Month,
) -> Result<Begun> {
    let run = platform.ids.uuid();
    let mut tx = platform.db.begin().await?;
    shelf.store(&mut tx, basis.assessed_at).await?;
    store::insert_bases(&mut tx, std::slice::from_ref(basis)).await?;
    store::insert_run(&mut tx, run, basis, &pack.unit().name, month).await?;
    let register_version = registry::unit::version(&mut tx).await?;
    tx.commit().await?;
    Ok(Begun {
        run,
        register_version,
    })
}

/// Units on their way to the decider, and ids that were to be read and are no more.
#[derive(Default)]
struct Read {
    units: Vec<UnitRow>,
    gone: Vec<UnitId>,
}

async fn read(
    platform: &Platform,
    permit: &Permit,
    block: &str,
    ground: Option<&Ground>,
    to_decide: mpsc::Sender<Read>,
) -> Result<()> {
    match ground {
        Some(ground) => read_changed(platform, permit, block, &ground.changed, to_decide).await,
        None => read_all(platform, permit, block, to_decide).await,
    }
}

async fn read_all(
    platform: &Platform,
    permit: &Permit,
    block: &str,
    to_decide: mpsc::Sender<Read>,
) -> Result<()> {
    let mut after: Option<UnitId> = None;
    loop {
        let mut tx = platform.db.read().await?;
        let units = registry::unit::page(&mut tx, permit, block, after, PAGE_UNITS).await?;
        drop(tx);
        let Some(last) = units.last() else {
            return Ok(());
        };
        after = Some(last.unit);
        let is_last = units.len() < PAGE_UNITS;
        let page = Read {
            units,
            ..Read::default()
        };
        // A closed channel means the writer failed; its own error is told.
        if to_decide.send(page).await.is_err() || is_last {
            return Ok(());
        }
    }
}

async fn read_changed(
    platform: &Platform,
    permit: &Permit,
    block: &str,
    changed: &[UnitId],
    to_decide: mpsc::Sender<Read>,
) -> Result<()> {
    for ids in changed.chunks(PAGE_UNITS) {
        let mut tx = platform.db.read().await?;
        let units = registry::unit::load_many(&mut tx, permit, block, ids).await?;
        drop(tx);
        let there = |id: &UnitId| units.binary_search_by_key(id, |row| row.unit).is_ok();
        let gone = ids.iter().copied().filter(|id| !there(id)).collect();
        if to_decide.send(Read { units, gone }).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
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
    malformed: Vec<UnitId>,
    gone: Vec<UnitId>,
}

impl Decider {
    fn work(self, mut pages: mpsc::Receiver<Read>, to_write: &mpsc::Sender<Page>) {
        let mut batch = Batch::new(&self.plan);
        let mut outcomes = Outcomes::new();
        while let Some(read) = pages.blocking_recv() {
            let mut page = self.decide(&read.units, &mut batch, &mut outcomes);
            page.gone = read.gone;
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
            let told = roster::covering(&unit.packed, self.facts.window_end);
            match told
                .map_err(Malformed::from)
                .and_then(|told| batch.push(&told, &self.facts))
            {
                Ok(()) => rosters.push(bare(&unit.packed)),
                Err(bad) => {
                    tracing::warn!(unit = %unit.unit, %bad, "the portrait cannot be assessed");
                    page.malformed.push(unit.unit);
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
    run: Uuid,
    ground: Option<&Ground>,
    mut decided: mpsc::Receiver<Page>,
    progress: Progress<'_>,
) -> Result<RegisterReport> {
    let mut report = ground.map_or_else(RegisterReport::default, |ground| carried(&ground.chain));
    while let Some(page) = decided.recv().await {
        let mut tx = platform.db.begin().await?;
        if let Some(ground) = ground {
            let decided = page.rows.iter().map(|row| row.unit);
            let others = page.malformed.iter().chain(&page.gone).copied();
            let units: Vec<UnitId> = decided.chain(others).collect();
            overtake(&mut tx, ground, &units, &mut report).await?;
        }
        store::insert(&mut tx, &page.rows).await?;
        standing::insert_without(&mut tx, run, &page.malformed, true).await?;
        standing::insert_without(&mut tx, run, &page.gone, false).await?;
        tx.commit().await?;
        for row in &page.rows {
            let minor = row.amount.map_or(0, kernel::Money::minor);
            count(&mut report, Some((row.verdict, minor)), 1)?;
        }
        for _ in &page.malformed {
            count(&mut report, None, 1)?;
        }
        report.decided += (page.rows.len() + page.malformed.len()) as u64;
        progress(report.decided);
    }
    Ok(report)
}

/// What held after the run that this one rests on.
fn carried(chain: &standing::Chain) -> RegisterReport {
    let end = &chain.end;
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    RegisterReport {
        run: Uuid::nil(),
        since: Some(end.run),
        decided: 0,
        units: count(end.units),
        entitled: count(end.entitled),
        not_entitled: count(end.not_entitled),
        unknown: count(end.unknown),
        needs_step: count(end.needs_step),
        malformed: count(end.malformed),
        entitled_minor: end.entitled_minor,
    }
}

/// Takes what held of the units out of the counts; answers those of which something held.
async fn overtake(
    tx: &mut ::store::Tx,
    ground: &Ground,
    units: &[UnitId],
    report: &mut RegisterReport,
) -> Result<Vec<UnitId>> {
    let said = standing::of_units(tx, &ground.chain, units).await?;
    let mut held = Vec::new();
    for unit in units {
        match said.get(unit) {
            Some(Said::Assessed(before)) => {
                let minor = before.amount.map_or(0, kernel::Money::minor);
                count(report, Some((before.verdict, minor)), -1)?;
            }
            Some(Said::Malformed) => count(report, None, -1)?,
            Some(Said::Gone) | None => continue,
        }
        held.push(*unit);
    }
    Ok(held)
}

/// Units that are no more lose their rows, and the run has come to its end.
async fn finish(
    platform: &Platform,
    begun: &Begun,
    ground: Option<&Ground>,
    mut report: RegisterReport,
) -> Result<RegisterReport> {
    report.run = begun.run;
    let mut tx = platform.db.begin().await?;
    if let Some(ground) = ground {
        let changed = |unit: &&UnitId| ground.changed.binary_search(unit).is_ok();
        let gone = ground.gone.iter().filter(|unit| !changed(unit)).copied();
        let gone: Vec<UnitId> = gone.collect();
        for units in gone.chunks(PAGE_UNITS) {
            let held = overtake(&mut tx, ground, units, &mut report).await?;
            standing::insert_without(&mut tx, begun.run, &held, false).await?;
        }
    }
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let end = RunEnd {
        run: begun.run,
        since: report.since,
        depth: ground.map_or(0, |ground| ground.chain.end.depth + 1),
        register_version: begun.register_version,
        finished_at: platform.clock.now().0,
        decided: whole(report.decided),
        units: whole(report.units),
        entitled: whole(report.entitled),
        not_entitled: whole(report.not_entitled),
        unknown: whole(report.unknown),
        needs_step: whole(report.needs_step),
        malformed: whole(report.malformed),
        entitled_minor: report.entitled_minor,
    };
    standing::insert_end(&mut tx, &end).await?;
    tx.commit().await?;
    Ok(report)
}

/// Counts a unit in (1) or out (-1): its verdict and money, or nothing for a malformed one.
fn count(report: &mut RegisterReport, said: Option<(Verdict, i64)>, by: i64) -> Result<()> {
    let wrong = || Fault::Stored {
        what: "the sum of a run",
        reason: "it does not fit".to_owned(),
    };
    let group = match said.map(|(verdict, _)| verdict) {
        None => &mut report.malformed,
        Some(Verdict::Entitled) => &mut report.entitled,
        Some(Verdict::NotEntitled) => &mut report.not_entitled,
        Some(Verdict::Unknown) => &mut report.unknown,
        Some(Verdict::NeedsVisit | Verdict::NeedsSeven) => &mut report.needs_step,
    };
    *group = group.checked_add_signed(by).ok_or_else(wrong)?;
    report.units = report.units.checked_add_signed(by).ok_or_else(wrong)?;
    let minor = said.map_or(0, |(_, minor)| minor * by);
    let sum = report.entitled_minor.checked_add(minor);
    report.entitled_minor = sum.ok_or_else(wrong)?;
    Ok(())
}
