//! What the oracle of the SQL needs beside the engines: families, decisions, statements.
//!
//! ```text
//! oracle laws PACKS                               of each that decides: regime, day, unit
//! oracle make FOLDER SEED FAMILIES DAY UNIT       strange families as a snapshot
//! oracle split FOLDER SEED FAMILIES DAY UNIT      the same, a folder for each district
//! oracle decide FOLDER PACKS REGIME DAY CASE OUT  the engine's own decisions
//! oracle sql PACKS REGIME DAY CASE DIALECT        the statement
//! ```
//!
//! CASE is pre, final, migration or held.
#![allow(clippy::print_stdout, reason = "the statement is the output")]

use std::path::{Path, PathBuf};

use insight::snapshot::{Snapshot, Splitter, Subject, Writer};
use insight::synthetic::wild;
use kernel::Day;
use kernel::facts::CATALOGUE;
use rules::{CaseFacts, Dialect, Held, Origin, Pack, Plan, SourceFile, Stage, read_pack, to_sql};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["laws", packs] => {
            for (regime, pack) in laws(Path::new(packs)) {
                println!("{regime} {} {}", a_day_of(&pack), pack.unit().name);
            }
        }
        ["make", folder, seed, families, day, unit] => {
            let subject = subject(day, unit);
            let mut writer = Writer::create(Path::new(folder), &subject).expect("a new folder");
            each_family(seed, families, &subject, |family| {
                writer.push(family).expect("a portrait")
            });
            writer.finish().expect("room on the disk");
        }
        ["split", folder, seed, families, day, unit] => {
            let subject = subject(day, unit);
            let mut splitter = Splitter::create(Path::new(folder), &subject).expect("a new folder");
            each_family(seed, families, &subject, |family| {
                splitter.push(family).expect("a portrait")
            });
            splitter.finish().expect("room on the disk");
        }
        ["decide", folder, packs, regime, day, case, out] => {
            let plan = plan(packs, regime, day);
            let snapshot = Snapshot::open(Path::new(folder)).expect("a snapshot");
            let case = facts(&plan, case);
            let totals =
                insight::decisions::decide(&snapshot, &plan, &case, Path::new(out), 2, |_| {});
            println!("{:?}", totals.expect("a sound snapshot"));
        }
        ["sql", packs, regime, day, case, dialect] => {
            let plan = plan(packs, regime, day);
            let dialect = Dialect::named(dialect).expect("duckdb or datafusion");
            let statement = to_sql(&plan, &facts(&plan, case), dialect);
            println!("{}", statement.unwrap_or_else(|why| panic!("{why}")));
        }
        _ => panic!("see the head of this example"),
    }
}

fn subject(day: &str, unit: &str) -> Subject {
    Subject {
        taken_on: Day::parse(day).expect("a day"),
        country: "uz".to_owned(),
        unit_block: unit.to_owned(),
        kinds: CATALOGUE.iter().collect(),
    }
}

fn each_family(seed: &str, families: &str, subject: &Subject, mut each: impl FnMut(&[u8])) {
    let seed = seed.parse().expect("a seed");
    for number in 0..families.parse().expect("a number of families") {
        each(&wild::family(&subject.kinds, subject.taken_on, seed, number).pack());
    }
}

/// The regimes of a country that decide about somebody, in the order of their names.
fn laws(packs: &Path) -> Vec<(String, Pack)> {
    let entries = std::fs::read_dir(packs).expect("the folder of packs");
    let folders = entries.map(|entry| entry.expect("one").path());
    let folders = folders.filter(|path| path.is_dir());
    let name = |path: PathBuf| {
        path.file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    let mut names: Vec<String> = folders.map(name).collect();
    names.sort();
    let laws = names.into_iter().map(|name| {
        let pack = pack(packs, &name);
        (name, pack)
    });
    laws.filter(|(_, pack)| !pack.is_calculation()).collect()
}

/// The last day of a regime that is over, and a day of 2026 of one that is not.
fn a_day_of(pack: &Pack) -> Day {
    let day = Day::parse("2026-07-10").expect("a day");
    let over = pack.in_force().to.filter(|end| *end <= day);
    over.map_or(day, |end| end.plus_days(-1))
}

fn plan(packs: &str, regime: &str, day: &str) -> Plan {
    let plan = pack(Path::new(packs), regime).plan(Day::parse(day).expect("a day"));
    plan.unwrap_or_else(|why| panic!("{why}"))
}

fn pack(packs: &Path, regime: &str) -> Pack {
    let read = read_pack(regime, &files(&packs.join(regime)), &files(packs));
    read.unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn files(folder: &Path) -> Vec<SourceFile> {
    let entries = std::fs::read_dir(folder).expect("the folder of packs");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("one").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: &PathBuf| SourceFile {
        path: path.to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).expect("a file"),
    };
    paths.iter().map(read).collect()
}

fn facts(plan: &Plan, case: &str) -> CaseFacts {
    let application = CaseFacts::application(plan.decided_on(), plan.pack().cut_off_day());
    match case {
        "pre" => CaseFacts {
            stage: Stage::PreAssessment,
            ..application
        },
        "final" => application,
        "migration" => CaseFacts {
            origin: Origin::Migration,
            former_category: Some(1),
            ..application
        },
        // An award of some months in a middle band, looked at again.
        "held" => CaseFacts {
            origin: Origin::Reassessment,
            held: Some(Held {
                category: Some(1),
                months: 7,
            }),
            ..application
        },
        other => panic!("{other} is none of pre, final, migration, held"),
    }
}
