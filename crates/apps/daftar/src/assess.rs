//! `daftar assess`: the law over the register, all of it or what changed.

use std::time::Instant;

use access::{Action, Purpose};
use app::Daftar;
use casework::assessment::{self, Again, Order, standing};
use kernel::Day;
use serde::Serialize;

use crate::args::{Assess, Common};
use crate::assess_snapshot;
use crate::config;
use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct Assessed {
    run: String,
    /// The run whose rows hold for the families that were not decided again.
    since: Option<String>,
    decided: u64,
    regime: String,
    on: String,
    families: u64,
    entitled: u64,
    not_entitled: u64,
    unknown: u64,
    needs_step: u64,
    malformed: u64,
    entitled_minor: i64,
    awarded: Option<u64>,
    seconds: f64,
    award_seconds: Option<f64>,
}

pub async fn run(common: &Common, args: &Assess) -> Result<(), Failure> {
    if let Some(folder) = &args.snapshot {
        return assess_snapshot::run(common, args, folder);
    }
    let daftar = Daftar::open(config::existing(common)).await?;
    let on = match (&args.on, args.since) {
        (Some(text), _) => Day::parse(text).map_err(|why| Failure::argument("--on", why))?,
        // Facts of today under the law of that day: what would it have decided, had it known?
        (None, Some(run)) => {
            let mut tx = daftar.platform.db.read().await?;
            standing::decided_on(&mut tx, run).await?
        }
        (None, None) => daftar.today(),
    };
    let pack = match &args.regime {
        Some(id) => daftar.shelf.regime(id)?,
        None => daftar.shelf.in_force(on)?,
    };
    if args.award {
        daftar.check_runs_before_award(on.month()).await?;
    }
    daftar.keep_units_of(&pack).await?;
    let show = Show::new(common);
    let bar = show.count_bar(0, "families assessed");
    let permit = daftar
        .permit(Action::AssessRegister, Purpose::Assessment, 0)
        .await?;
    let began = Instant::now();
    let mut progress = |done| bar.set_position(done);
    let order = Order {
        pack: &pack,
        decided_on: on,
        month: on.month(),
        again: match args.since {
            Some(run) => Again::Since(run),
            None if args.full => Again::Whole,
            None => Again::Newest,
        },
    };
    let (platform, shelf) = (&daftar.platform, &daftar.shelf);
    let report =
        assessment::register_again(platform, &permit, shelf, &order, &mut progress).await?;
    bar.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    if args.since.is_some() && report.since.is_none() {
        show.remark(
            "the law or the day is another, or too much changed: all families were decided",
        );
    }
    let mut assessed = Assessed {
        run: report.run.to_string(),
        since: report.since.map(|run| run.to_string()),
        decided: report.decided,
        regime: pack.id().to_owned(),
        on: on.to_string(),
        families: report.units,
        entitled: report.entitled,
        not_entitled: report.not_entitled,
        unknown: report.unknown,
        needs_step: report.needs_step,
        malformed: report.malformed,
        entitled_minor: report.entitled_minor,
        awarded: None,
        seconds,
        award_seconds: None,
    };
    if args.award {
        let began = Instant::now();
        let bar = show.count_bar(0, "families awarded");
        let awarded = daftar
            .award_register(report.run, on.month(), |done| bar.set_position(done))
            .await?;
        bar.finish_and_clear();
        assessed.awarded = Some(awarded.awarded);
        assessed.award_seconds = Some(began.elapsed().as_secs_f64());
    }
    show.result(&told(&assessed), &assessed);
    Ok(())
}

fn told(assessed: &Assessed) -> String {
    let mut text = format!(
        "{} families under {} on {} in {:.1} s: {} entitled ({} so'm a month), {} not, {} need facts, \
         {} need a human step",
        assessed.families,
        assessed.regime,
        assessed.on,
        assessed.seconds,
        assessed.entitled,
        som(assessed.entitled_minor),
        assessed.not_entitled,
        assessed.unknown,
        assessed.needs_step
    );
    if let Some(awarded) = assessed.awarded {
        text.push_str(&format!("; {awarded} awarded"));
    }
    if let Some(since) = &assessed.since {
        text.push_str(&format!(
            ". {} decided again, the others as in run {since}",
            assessed.decided
        ));
    }
    text.push_str(&format!("\nRun {}", assessed.run));
    text
}
