//! `daftar simulate`: a reform against the law over a snapshot of the register. Needs no database.

use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use app::packs::PacksError;
use insight::bootstrap::Sample;
use insight::simulation::{Families, Laws, Report, Side, Steps, Study, Titles, of_snapshot};
use insight::snapshot::Snapshot;
use insight::table::{Cell, Table, grouped, money_word};
use kernel::{Currency, Day};
use rules::Pack;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::args::{Common, Simulate};
use crate::config;
use crate::failure::Failure;
use crate::rules::named;
use crate::show::Show;

/// The parameter that is the poverty line unless `--line` says another.
const LINE: &str = "mce";

#[derive(Serialize)]
struct Failing {
    law: String,
    formula: String,
    families: u64,
}

#[derive(Serialize)]
struct Simulated {
    base: String,
    reform: String,
    on: String,
    currency: Currency,
    line_minor: i64,
    steps: &'static str,
    families: usize,
    income_unknown: usize,
    malformed: u64,
    /// Families for whom a formula of a law itself fails, by law and formula.
    failing: Vec<Failing>,
    sample_of: Option<u64>,
    seconds: f64,
    figures: Vec<Value>,
    deciles: Vec<Value>,
    districts: Vec<Value>,
    files: Vec<String>,
}

pub fn run(common: &Common, args: &Simulate) -> Result<(), Failure> {
    let snapshot = Snapshot::open(&args.population)?;
    let config = config::of(common, &snapshot.manifest.country);
    let packs = app::packs::read(&config.packs, &config.country).map_err(failed)?;
    let base = named(&packs, "--base", &args.base)?;
    let drafts = |folder: &Path| app::packs::at(&config.packs, &config.country, folder);
    let (reform, called) = reformed(&packs, &drafts, base, &args.reform)?;
    if let Some(folder) = &args.out {
        free(folder, args.overwrite)?;
    }
    let on = match &args.on {
        Some(text) => Day::parse(text).map_err(|why| Failure::argument("--on", why))?,
        None => snapshot.manifest.taken_on,
    };
    let line = line(base, args, on)?;
    let steps = if args.steps_ahead {
        Steps::Ahead
    } else {
        Steps::Passed
    };
    let laws = Laws::new(base, &reform, on, steps).map_err(failed)?;
    let show = Show::new(common);
    let began = Instant::now();
    let bar = show.count_bar(snapshot.manifest.units, "families decided twice");
    let mut families = of_snapshot(&snapshot, &laws, &|done| bar.inc(done))?;
    bar.finish_and_clear();
    let sample = sample(args, &mut families)?;
    let study = Study::new(&families, line);
    let bar = show.count_bar(u64::from(sample.replicates), "replicates");
    let measured = study.measured(&sample, &|| bar.inc(1));
    bar.finish_and_clear();
    let titles = Titles {
        base: base.id(),
        reform: &called,
        currency: base.currency(),
    };
    let report = Report::of(&study, &measured, &titles);
    let files = match &args.out {
        Some(folder) => write(folder, &report)?,
        None => Vec::new(),
    };
    let failing = families.failing.iter().map(|((law, formula), count)| {
        let law = match law {
            Side::Base => base.id().to_owned(),
            Side::Reform => called.clone(),
        };
        Failing {
            law,
            formula: formula.clone(),
            families: *count,
        }
    });
    let failing = failing.collect();
    let simulated = Simulated {
        base: base.id().to_owned(),
        reform: called,
        on: on.to_string(),
        currency: base.currency(),
        line_minor: line,
        steps: if args.steps_ahead { "ahead" } else { "passed" },
        families: families.len(),
        income_unknown: study.unknown_incomes(),
        malformed: families.malformed,
        failing,
        sample_of: args.sample_of,
        seconds: began.elapsed().as_secs_f64(),
        figures: objects(&report.figures),
        deciles: objects(&report.deciles),
        districts: objects(&report.districts),
        files,
    };
    show.result(&told(&simulated, &report), &simulated);
    Ok(())
}

fn failed(wrong: impl std::fmt::Display) -> Failure {
    Failure::Failed(wrong.to_string())
}

/// Reads a pack that lies in a folder of its own.
type Drafts<'a> = &'a dyn Fn(&Path) -> Result<Pack, PacksError>;

/// The reform and what it is called: the base (or another pack) with its changes.
fn reformed(
    packs: &[Pack],
    drafts: Drafts<'_>,
    base: &Pack,
    reform: &[String],
) -> Result<(Pack, String), Failure> {
    let (changes, regimes): (Vec<&String>, Vec<&String>) =
        reform.iter().partition(|one| is_change(one));
    if regimes.len() > 1 {
        return Err(Failure::argument("--reform", "it names two packs"));
    }
    let draft;
    let from = match regimes.first() {
        Some(folder) if Path::new(folder).is_dir() => {
            draft = drafts(Path::new(folder)).map_err(failed)?;
            &draft
        }
        Some(id) => named(packs, "--reform", id)?,
        None => base,
    };
    let changes: Vec<(&str, &str)> = changes
        .iter()
        .filter_map(|change| change.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect();
    for (place, (name, _)) in changes.iter().enumerate() {
        if changes[..place].iter().any(|(before, _)| before == name) {
            let why = format!("`{name}` is given twice: which of the values is meant?");
            return Err(Failure::argument("--reform", why));
        }
    }
    let mut called: Vec<String> = regimes.iter().map(|id| (*id).clone()).collect();
    called.extend(
        changes
            .iter()
            .map(|(name, value)| format!("{name}={value}")),
    );
    let pack = from.with_parameters(&changes);
    let pack = pack.map_err(|wrong| Failure::argument("--reform", wrong))?;
    Ok((pack, called.join(", ")))
}

/// A path may have an equals sign, the name of a parameter has no slash.
fn is_change(reform: &str) -> bool {
    let name = reform.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| !name.contains('/'))
}

/// The poverty line in minor units. It is the base's, so that a reform that moves its own threshold
/// is measured by the same line as the law.
fn line(base: &Pack, args: &Simulate, on: Day) -> Result<i64, Failure> {
    if let Some(whole) = args.line {
        return whole
            .checked_mul(100)
            .filter(|line| *line > 0)
            .ok_or_else(|| Failure::argument("--line", "an amount above nothing"));
    }
    let parameter = base.parameters().iter().find(|one| one.name == LINE);
    let value = parameter.and_then(|one| one.at(on)).map(|one| one.value);
    value.ok_or_else(|| {
        Failure::Failed(format!(
            "{} has no parameter `{LINE}` on {on}: give the poverty line with --line",
            base.id()
        ))
    })
}

/// How the families were drawn; a whole register has no error of sampling and needs few
/// replicates to show it.
fn sample(args: &Simulate, families: &mut Families) -> Result<Sample, Failure> {
    let drawn = families.len() as f64;
    let Some(of) = args.sample_of else {
        return Ok(Sample {
            share: 1.0,
            clusters: None,
            seed: args.seed,
            replicates: 0,
        });
    };
    if (of as f64) < drawn || drawn == 0.0 {
        return Err(Failure::argument(
            "--sample-of",
            format!("the snapshot has {drawn} families, the country not fewer"),
        ));
    }
    families.weight_of_each = of as f64 / drawn;
    let districts = args
        .districts_of
        .map(|all| (all, clusters(&families.district)));
    let share = match &districts {
        None => drawn / of as f64,
        Some((all, clusters)) => share_of_districts(*all, clusters)?,
    };
    Ok(Sample {
        share,
        clusters: districts.map(|(_, clusters)| clusters),
        seed: args.seed,
        replicates: args.replicates,
    })
}

/// Of two districts or more: one alone does not tell how much districts differ.
fn share_of_districts(all: u32, clusters: &[u32]) -> Result<f64, Failure> {
    let drawn = clusters.iter().max().map_or(0, |last| last + 1);
    if drawn < 2 || all < drawn {
        let why = format!("the snapshot has {drawn} districts; two or more of {all} were asked");
        return Err(Failure::argument("--districts-of", why));
    }
    Ok(f64::from(drawn) / f64::from(all))
}

/// Districts as clusters, numbered from 0.
fn clusters(districts: &[u32]) -> Vec<u32> {
    let mut known: Vec<u32> = districts.to_vec();
    known.sort_unstable();
    known.dedup();
    let place = |district: &u32| known.binary_search(district).expect("one of them") as u32;
    districts.iter().map(place).collect()
}

/// Figures of another simulation are not lost unasked.
fn free(folder: &Path, overwrite: bool) -> Result<(), Failure> {
    let taken = folder.join("figures.csv");
    if overwrite || !taken.exists() {
        return Ok(());
    }
    let why = format!(
        "{} holds a simulation: another folder, or --overwrite",
        folder.display()
    );
    Err(Failure::argument("--out", why))
}

fn write(folder: &Path, report: &Report) -> Result<Vec<String>, Failure> {
    fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    let mut open = |name: String| -> Result<File, Failure> {
        let path = folder.join(&name);
        files.push(path.display().to_string());
        Ok(File::create(path)?)
    };
    for table in report.tables() {
        table.write_csv(open(format!("{}.csv", table.name))?)?;
        let parquet = open(format!("{}.parquet", table.name))?;
        table.write_parquet(parquet).map_err(failed)?;
    }
    for plot in &report.plots {
        let mut file = open(format!("{}.svg", plot.name))?;
        std::io::Write::write_all(&mut file, plot.svg.as_bytes())?;
    }
    Ok(files)
}

/// Rows as objects by their columns; money in whole units.
fn objects(table: &Table) -> Vec<Value> {
    let object = |row: &Vec<Cell>| {
        let named = table.columns.iter().zip(row);
        let value = |cell: &Cell| match cell {
            Cell::Text(text) => json!(text),
            other => json!(other.number()),
        };
        let map: Map<String, Value> = named
            .map(|(name, cell)| ((*name).to_owned(), value(cell)))
            .collect();
        Value::Object(map)
    };
    table.rows.iter().map(object).collect()
}

fn told(simulated: &Simulated, report: &Report) -> String {
    let group = |first: &'static str| {
        [
            first,
            "families",
            "mean_income",
            "entitled_base",
            "entitled_reform",
            "coverage_base",
            "coverage_reform",
            "cost_base",
            "cost_reform",
            "change",
            "winners",
            "losers",
            "poor_base",
            "poor_reform",
        ]
    };
    let mut text = format!(
        "{} against {} on {}: {} families in {:.1} s. Money in {} a month; the poverty line is {} \
         a head, by the base's income.\n",
        simulated.reform,
        simulated.base,
        simulated.on,
        grouped(simulated.families as f64),
        simulated.seconds,
        money_word(simulated.currency),
        grouped(simulated.line_minor as f64 / 100.0),
    );
    text.push_str(&match simulated.steps {
        "ahead" => "Who still needs a human step gets nothing here.\n".to_owned(),
        _ => "Human steps (visit, conclusion) are taken as passed without objection.\n".to_owned(),
    });
    if simulated.income_unknown == simulated.families {
        text.push_str(
            "The base tells nobody's income: nothing is said of poverty, Gini and targeting.\n",
        );
    } else if simulated.income_unknown > 0 || simulated.malformed > 0 {
        text.push_str(&format!(
            "Income unknown: {} families, outside poverty, Gini and targeting. Not readable: {}.\n",
            grouped(simulated.income_unknown as f64),
            simulated.malformed
        ));
    }
    for one in &simulated.failing {
        text.push_str(&format!(
            "Left out: {} families for whom `{}` of {} fails (a number too large, a division by \
             nothing, an amount below zero, or no band that fits).\n",
            grouped(one.families as f64),
            one.formula,
            one.law,
        ));
    }
    if let Some(of) = simulated.sample_of {
        text.push_str(&format!(
            "A sample of {}; in brackets between which bounds 95 of 100 such samples would lie.\n",
            grouped(of as f64)
        ));
    }
    text.push_str(&format!(
        "\n{}\n\n{}\n\n{}\n",
        report.figures_text(),
        report.deciles.text(&group("decile")),
        report.districts.text(&group("district")),
    ));
    if !simulated.files.is_empty() {
        text.push_str(&format!("\nWritten: {}\n", simulated.files.join(", ")));
    }
    text
}
