//! A reform against the law over a snapshot, measured.
//!
//! ```text
//! reform make SNAPSHOT PACKS_FOLDER REGIME DAY FAMILIES
//! reform run  SNAPSHOT PACKS_FOLDER REGIME DAY PARAMETER=VALUE
//! ```
//!
//! The first makes a synthetic country of 14 districts; the second prints one JSON object:
//! families, seconds to decide under both laws, seconds for all figures and tables, peak_mib.
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::path::Path;
use std::time::Instant;

use insight::bootstrap::Sample;
use insight::simulation::{Laws, Report, Steps, Study, Titles, of_snapshot};
use insight::snapshot::{Snapshot, Subject, Writer};
use insight::synthetic::country::Country;
use kernel::Day;
use kernel::facts::kind;
use rules::{Pack, SourceFile, read_pack};

const DISTRICTS: u64 = 14;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [verb, snapshot, packs, regime, day, last] = words.as_slice() else {
        panic!("make|run SNAPSHOT PACKS_FOLDER REGIME DAY FAMILIES|PARAMETER=VALUE");
    };
    let (snapshot, base) = (Path::new(snapshot), pack(Path::new(packs), regime));
    let day = Day::parse(day).expect("a day");
    match *verb {
        "make" => make(snapshot, &base, day, last.parse().expect("a number")),
        "run" => run(snapshot, &base, day, last),
        other => panic!("make or run, not {other}"),
    }
}

fn make(folder: &Path, pack: &Pack, day: Day, families: u64) {
    let asked = pack.required_kinds().iter();
    let subject = Subject {
        taken_on: day,
        country: "uz".to_owned(),
        unit_block: pack.unit().name.clone(),
        kinds: asked
            .map(|(code, _)| kind(*code).expect("a kind"))
            .collect(),
    };
    let country = Country {
        kinds: subject.kinds.clone(),
        day,
        seed: 1,
    };
    let mut writer = Writer::create(folder, &subject).expect("a new folder");
    for number in 0..families {
        let district = 1_700_000 + (number * DISTRICTS / families) as u32 * 1_000;
        country.push(writer.group(), number, district);
        writer.flush_if_full().expect("room on the disk");
    }
    writer.finish().expect("room on the disk");
}

fn run(snapshot: &Path, base: &Pack, day: Day, reform: &str) {
    let change = reform.split_once('=').expect("parameter=value");
    let reform = base.with_parameters(&[change]).expect("a change");
    let laws = Laws::new(base, &reform, day, Steps::Passed).expect("two laws");
    let snapshot = Snapshot::open(snapshot).expect("a snapshot");
    let began = Instant::now();
    let families = of_snapshot(&snapshot, &laws, &|_| ()).expect("a sound snapshot");
    let decided = began.elapsed().as_secs_f64();
    let line = base.parameters().iter().find(|one| one.name == "mce");
    let line = line.and_then(|one| one.at(day)).expect("a line").value;
    let study = Study::new(&families, line);
    let whole = Sample {
        share: 1.0,
        clusters: None,
        seed: 1,
        replicates: 0,
    };
    let measured = study.measured(&whole, &|| ());
    let titles = Titles {
        base: "base",
        reform: "reform",
        currency: base.currency(),
    };
    let report = Report::of(&study, &measured, &titles);
    let all = began.elapsed().as_secs_f64();
    let (winners, cost) = (&report.figures.rows[0][6], &report.figures.rows[10]);
    println!(
        r#"{{"families":{},"decide_seconds":{decided:.3},"figures_seconds":{:.3},"peak_mib":{},"winners":{},"cost_base":{},"cost_reform":{}}}"#,
        families.len(),
        all - decided,
        peak_mib(),
        winners.plain(),
        cost[4].plain(),
        cost[5].plain(),
    );
}

fn pack(folder: &Path, id: &str) -> Pack {
    let read = read_pack(id, &files(&folder.join(id)), &files(folder));
    read.unwrap_or_else(|errors| panic!("{id}: {}", errors[0]))
}

fn files(folder: &Path) -> Vec<SourceFile> {
    let entries = std::fs::read_dir(folder).expect("the folder of packs");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: &std::path::PathBuf| SourceFile {
        path: path.to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).expect("a file"),
    };
    paths.iter().map(read).collect()
}

/// The most memory the process ever held, as the kernel counts it.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse().ok()).unwrap_or(0) / 1024
}
