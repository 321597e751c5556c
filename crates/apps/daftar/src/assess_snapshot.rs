//! `daftar assess --snapshot`: the law over a snapshot, from Parquet to Parquet, on all cores.
//! Needs no database.

use std::path::Path;
use std::time::Instant;

use insight::decisions::{self, Totals};
use insight::snapshot::Snapshot;
use kernel::Day;
use rules::{CaseFacts, Pack, Stage};
use serde::Serialize;

use crate::args::{Assess, Common};
use crate::config;
use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct Decided {
    regime: String,
    on: String,
    out: String,
    families: u64,
    persons: u64,
    entitled: u64,
    not_entitled: u64,
    unknown: u64,
    needs_step: u64,
    left_out: u64,
    entitled_minor: i64,
    seconds: f64,
}

pub fn run(common: &Common, args: &Assess, folder: &Path) -> Result<(), Failure> {
    let Some(out) = &args.out else {
        return Err(Failure::argument("--snapshot", "it needs --out FILE"));
    };
    let snapshot = Snapshot::open(folder)?;
    let on = match &args.on {
        Some(text) => Day::parse(text).map_err(|why| Failure::argument("--on", why))?,
        None => snapshot.manifest.taken_on,
    };
    let pack = pack_of(common, args.regime.as_deref(), &snapshot, on)?;
    let plan = pack
        .plan(on)
        .map_err(|why| Failure::Failed(why.to_string()))?;
    let case = application(&pack, on);
    let show = Show::new(common);
    let bar = show.count_bar(snapshot.manifest.units, "families decided");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let began = Instant::now();
    let totals = decisions::decide(&snapshot, &plan, &case, out, threads, |done| {
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    let decided = decided(&pack, on, out, &totals, began)?;
    show.result(&told(&decided), &decided);
    Ok(())
}

/// The case of a family that applies on the day, before anybody has visited it: what a
/// register is assessed by.
pub fn application(pack: &Pack, on: Day) -> CaseFacts {
    let stage = if pack.steps().is_empty() {
        Stage::Final
    } else {
        Stage::PreAssessment
    };
    CaseFacts {
        stage,
        ..pack.application(on)
    }
}

fn pack_of(
    common: &Common,
    regime: Option<&str>,
    snapshot: &Snapshot,
    on: Day,
) -> Result<Pack, Failure> {
    let config = config::of(common, &snapshot.manifest.country);
    let packs = app::packs::read(&config.packs, &config.country)
        .map_err(|wrong| Failure::Failed(wrong.to_string()))?;
    let found = packs.into_iter().find(|pack| match regime {
        Some(id) => pack.id().eq_ignore_ascii_case(id),
        None => pack.in_force().contains(on),
    });
    found.ok_or_else(|| {
        let wanted = regime.map_or_else(|| format!("in force on {on}"), str::to_owned);
        Failure::Failed(format!("there is no pack {wanted}"))
    })
}

fn decided(
    pack: &Pack,
    on: Day,
    out: &Path,
    totals: &Totals,
    began: Instant,
) -> Result<Decided, Failure> {
    let sum = i64::try_from(totals.entitled_minor);
    Ok(Decided {
        regime: pack.id().to_owned(),
        on: on.to_string(),
        out: out.display().to_string(),
        families: totals.units,
        persons: totals.members,
        entitled: totals.entitled,
        not_entitled: totals.not_entitled,
        unknown: totals.unknown,
        needs_step: totals.needs_step,
        left_out: totals.left_out,
        entitled_minor: sum
            .map_err(|_| Failure::Failed("the sum of the benefits does not fit".to_owned()))?,
        seconds: began.elapsed().as_secs_f64(),
    })
}

fn told(decided: &Decided) -> String {
    format!(
        "{} families under {} on {} in {:.1} s: {} entitled ({} so'm a month), {} not, {} need facts, \
         {} need a human step; {} left out. Decisions: {}",
        decided.families,
        decided.regime,
        decided.on,
        decided.seconds,
        decided.entitled,
        som(decided.entitled_minor),
        decided.not_entitled,
        decided.unknown,
        decided.needs_step,
        decided.left_out,
        decided.out
    )
}
