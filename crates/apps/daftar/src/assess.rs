//! `daftar assess`: the law over the register, all of it or what changed.

use std::sync::Arc;
use std::time::Instant;

use access::{Action, Purpose};
use app::Daftar;
use casework::assessment::{self, Again, Order, standing};
use kernel::Day;
use kernel::ids::Uuid;
use rules::Pack;
use serde::Serialize;

use crate::args::{Assess, Common};
use crate::assess_snapshot;
use crate::config;
use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct Assessed {
    run: Uuid,
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
    /// Of those awarded: no bank has told of a card of the payee yet.
    without_account: Option<u64>,
    seconds: f64,
    award_seconds: Option<f64>,
}

pub async fn run(common: &Common, args: &Assess) -> Result<(), Failure> {
    if let Some(folder) = &args.snapshot {
        return assess_snapshot::run(common, args, folder);
    }
    let daftar = Daftar::open(config::existing(common)).await?;
    let (pack, on) = law(&daftar, args).await?;
    if args.award {
        daftar.check_runs_before_award(on.month()).await?;
    }
    daftar.keep_units_of(&pack).await?;
    let show = Show::new(common);
    let mut assessed = assess(&daftar, args, (&pack, on), &show).await?;
    if args.award {
        award(&daftar, on, &show, &mut assessed).await?;
    }
    show.result(&told(&assessed), &assessed);
    Ok(())
}

/// The law and its day: what is named, else what the run had that is gone on from (facts of
/// today under the law of that day: what would it have decided, had it known?), else what is in
/// force today.
async fn law(daftar: &Daftar, args: &Assess) -> Result<(Arc<Pack>, Day), Failure> {
    let before = match args.since {
        Some(run) => {
            let mut tx = daftar.platform.db.read().await?;
            Some(standing::law_of(&mut tx, run).await?)
        }
        None => None,
    };
    let on = match (&args.on, &before) {
        (Some(text), _) => Day::parse(text).map_err(|why| Failure::argument("--on", why))?,
        (None, Some((_, day))) => *day,
        (None, None) => daftar.today(),
    };
    let pack = match (&args.regime, before) {
        (Some(id), _) => daftar.shelf.regime(id)?,
        // Another day has another law.
        (None, Some((id, day))) if day == on => daftar.shelf.regime(&id)?,
        _ => daftar.shelf.in_force(on)?,
    };
    Ok((pack, on))
}

async fn assess(
    daftar: &Daftar,
    args: &Assess,
    (pack, on): (&Arc<Pack>, Day),
    show: &Show,
) -> Result<Assessed, Failure> {
    let permit = daftar
        .permit(Action::AssessRegister, Purpose::Assessment, 0)
        .await?;
    let order = Order {
        pack,
        decided_on: on,
        month: on.month(),
        again: match args.since {
            Some(run) => Again::Since(run),
            None if args.full => Again::Whole,
            None => Again::Newest,
        },
    };
    let bar = show.count_bar(0, "families assessed");
    let began = Instant::now();
    let mut progress = |done| bar.set_position(done);
    let (platform, shelf) = (&daftar.platform, &daftar.shelf);
    let report =
        assessment::register_again(platform, &permit, shelf, &order, &mut progress).await?;
    bar.finish_and_clear();
    if args.since.is_some() && report.since.is_none() {
        show.remark(
            "the law or the day is another, or too much changed: all families were decided",
        );
    }
    Ok(Assessed {
        run: report.run,
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
        without_account: None,
        seconds: began.elapsed().as_secs_f64(),
        award_seconds: None,
    })
}

async fn award(
    daftar: &Daftar,
    on: Day,
    show: &Show,
    assessed: &mut Assessed,
) -> Result<(), Failure> {
    let began = Instant::now();
    let bar = show.count_bar(0, "families awarded");
    let awarded = daftar
        .award_register(assessed.run, on.month(), |done| bar.set_position(done))
        .await?;
    bar.finish_and_clear();
    assessed.awarded = Some(awarded.awarded);
    assessed.without_account = Some(awarded.without_account);
    assessed.award_seconds = Some(began.elapsed().as_secs_f64());
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
    if let Some(waiting @ 1..) = assessed.without_account {
        text.push_str(&format!(
            ", {waiting} of them wait: no bank has told of a card of the payee (looked for each day)"
        ));
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
