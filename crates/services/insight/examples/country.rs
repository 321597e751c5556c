//! A country from Parquet to decisions in Parquet, measured.
//!
//! ```text
//! country make FOLDER FAMILIES PACKS    a synthetic country as a snapshot, in parts
//! country read FOLDER PACKS             only reads the columns that the law needs
//! country decide FOLDER PACKS OUT       decides by the Social Register of 2026
//! ```
//!
//! Each prints one JSON object: families, members, seconds, peak_mib.
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use insight::snapshot::{Snapshot, Subject, Writer, join};
use insight::synthetic::country::Country;
use kernel::Day;
use kernel::facts::kind;
use rules::{CaseFacts, Pack, SourceFile, Stage, read_pack};

const REGIME: &str = "uz-sr26";
const THREADS: usize = 2;
/// Folders the country is split into: one a region.
const PARTS: u64 = 14;
/// Members of a synthetic family are fewer.
const MEMBERS_MAX: u64 = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let began = Instant::now();
    let (families, members) = match words.as_slice() {
        ["make", folder, families, packs] => make(
            Path::new(folder),
            families.parse().expect("a number of families"),
            &pack(Path::new(packs)),
        ),
        ["read", folder, packs] => read(Path::new(folder), &pack(Path::new(packs))),
        ["decide", folder, packs, out] => {
            decide(Path::new(folder), &pack(Path::new(packs)), Path::new(out))
        }
        _ => panic!("make FOLDER FAMILIES PACKS | read FOLDER PACKS | decide FOLDER PACKS OUT"),
    };
    println!(
        r#"{{"families":{families},"members":{members},"seconds":{:.3},"peak_mib":{}}}"#,
        began.elapsed().as_secs_f64(),
        peak_mib()
    );
}

fn day() -> Day {
    Day::new(2026, 3, 10).expect("a day")
}

fn pack(folder: &Path) -> Pack {
    let read = read_pack(REGIME, &files(&folder.join(REGIME)), &files(folder));
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

fn make(folder: &Path, families: u64, pack: &Pack) -> (u64, u64) {
    let kinds = pack.required_kinds().iter();
    let kinds = kinds.map(|(code, _)| kind(*code).expect("a kind"));
    let subject = Subject {
        taken_on: day(),
        country: "uz".to_owned(),
        unit_block: pack.unit().name.clone(),
        kinds: kinds.collect(),
    };
    let country = Country {
        kinds: subject.kinds.clone(),
        day: day(),
        seed: 1,
    };
    std::fs::create_dir_all(folder).expect("a folder");
    let part = |part: u64| {
        let (from, to) = (families * part / PARTS, families * (part + 1) / PARTS);
        let to_folder = folder.join(name(part));
        let first_member = (from * MEMBERS_MAX) as i64;
        let mut writer = Writer::numbered(&to_folder, &subject, from as i64, first_member)
            .expect("a new folder");
        for number in from..to {
            country.push(writer.group(), number, district(part));
            writer.flush_if_full().expect("room on the disk");
        }
        writer.finish().expect("room on the disk");
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS as u64 {
            let part = &part;
            scope.spawn(move || (thread..PARTS).step_by(THREADS).for_each(part));
        }
    });
    let parts: Vec<String> = (0..PARTS).map(name).collect();
    let manifest = join(folder, &parts).expect("all parts");
    (manifest.units, manifest.members)
}

fn district(part: u64) -> u32 {
    1_700_000 + part as u32 * 1_000
}

fn name(part: u64) -> String {
    district(part).to_string()
}

fn read(folder: &Path, pack: &Pack) -> (u64, u64) {
    let plan = pack.plan(day()).expect("a plan");
    let snapshot = Snapshot::open(folder).expect("a snapshot");
    let what = snapshot.what(&plan).expect("all kinds");
    let count = |(units, members): &mut (u64, u64), _, group: &insight::snapshot::Group| {
        *units += group.units.count as u64;
        *members += group.members.unit.len() as u64;
        Ok(())
    };
    let states = snapshot.each(&what, THREADS, || (0, 0), count);
    let states = states.expect("a sound snapshot");
    states
        .iter()
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

fn decide(folder: &Path, pack: &Pack, out: &Path) -> (u64, u64) {
    let plan = pack.plan(day()).expect("a plan");
    let snapshot = Snapshot::open(folder).expect("a snapshot");
    let case = CaseFacts {
        stage: Stage::PreAssessment,
        ..CaseFacts::application(day(), pack.cut_off_day())
    };
    let totals = insight::decisions::decide(&snapshot, &plan, &case, out, THREADS, |_| {});
    let totals = totals.expect("a sound snapshot");
    eprintln!("{totals:?}");
    (totals.units, totals.members)
}

/// The most memory this process ever held, as Linux counts it; 0 elsewhere.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
