//! How many families a second one core decides: portraits already packed, the
//! stored trace packed, nothing written.
//!
//! `cargo run --release -p rules --example decide_speed -- FAMILIES PACKS_FOLDER`
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]
#![allow(
    clippy::disallowed_methods,
    reason = "a measurement reads the clock and the packs"
)]

use kernel::facts::{Cell, FactBody, code, kind};
use kernel::kin::{Role, Tie};
use kernel::portrait::{Member, PackedFact};
use kernel::{Day, FactId, PersonId, Portrait, Sex, UnitId};
use rules::{
    Batch, CaseFacts, Outcomes, Pack, Plan, SourceFile, Stage, Verdict, explain, read_pack,
};
use std::path::Path;
use std::time::{Duration, Instant};

/// The allocator of the shipped program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 10_000;

/// Runs of one family, of which the median is told.
const ALONE: usize = 2_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let families: usize = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_000);
    let folder = arguments.next().unwrap_or_else(|| "packs/uz".to_owned());
    for (id, day) in [
        ("uz-654b", Day::new(2025, 7, 10)),
        ("uz-sr26", Day::new(2026, 3, 10)),
    ] {
        measure(&pack(Path::new(&folder), id), day.expect("a day"), families);
    }
}

fn pack(folder: &Path, id: &str) -> Pack {
    let own = files(&folder.join(id));
    match read_pack(id, &own, &files(folder)) {
        Ok(pack) => pack,
        Err(errors) => panic!("{id}: {}", errors[0]),
    }
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

fn measure(pack: &Pack, day: Day, families: usize) {
    let plan = pack.plan(day).expect("a plan");
    let portraits: Vec<Vec<u8>> = (0..BATCH as u64)
        .map(|seed| portrait(pack, day, seed).pack())
        .collect();
    let case = CaseFacts {
        held: None,
        stage: Stage::PreAssessment,
        ..CaseFacts::application(day, pack.cut_off_day())
    };
    let (mut batch, mut outcomes) = (Batch::new(&plan), Outcomes::new());
    let (mut entitled, mut bytes, mut done) = (0, 0, 0);
    let mut pushing = Duration::ZERO;
    let start = Instant::now();
    while done < families {
        batch.clear();
        let push = Instant::now();
        for portrait in &portraits {
            batch.push(portrait, &case).expect("a sound portrait");
        }
        pushing += push.elapsed();
        plan.decide(&batch, &mut outcomes);
        for index in 0..outcomes.len() {
            entitled += usize::from(matches!(
                outcomes.verdict(index),
                Verdict::Entitled | Verdict::NeedsVisit(_)
            ));
            bytes += outcomes.trace_bytes(index).len();
        }
        done += BATCH;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}: {:.0} families a second on one core ({:.0} % of the time reading portraits), {} of 100 entitled, trace of {} bytes, portrait of {}",
        pack.id(),
        done as f64 / seconds,
        100.0 * pushing.as_secs_f64() / seconds,
        100 * entitled / done,
        bytes / done,
        portraits.iter().map(Vec::len).sum::<usize>() / BATCH,
    );
    alone(&plan, pack, &case);
}

/// One family decided, and one explained in all four languages: the median of many families,
/// one after the other.
fn alone(plan: &Plan, pack: &Pack, case: &CaseFacts) {
    let (mut batch, mut outcomes) = (Batch::new(plan), Outcomes::new());
    let families = (0..ALONE as u64).map(|seed| portrait(pack, plan.decided_on(), seed));
    let families: Vec<Portrait> = families.collect();
    let packed: Vec<Vec<u8>> = families.iter().map(Portrait::pack).collect();
    let mut verdicts = Vec::new();
    let mut decide = |packed: &Vec<u8>| {
        batch.clear();
        batch.push(packed, case).expect("a sound portrait");
        plan.decide(&batch, &mut outcomes);
        verdicts.push(outcomes.verdict(0));
    };
    let decided = timed(&packed, &mut decide);
    let mut verdicts = verdicts.into_iter();
    let mut explain = |family: &Portrait| {
        let trace = explain(plan, family, case).expect("a sound portrait");
        assert_eq!(Some(trace.verdict), verdicts.next());
    };
    let explained = timed(&families, &mut explain);
    println!(
        "{{\"pack\": \"{}\", \"case_us_p50\": {decided:.2}, \"explain_us_p50\": {explained:.1}}}",
        pack.id(),
    );
}

/// The median of what each of them takes, in microseconds.
fn timed<T>(families: &[T], work: &mut impl FnMut(&T)) -> f64 {
    let one = |family| {
        let start = Instant::now();
        work(family);
        start.elapsed()
    };
    let mut times: Vec<Duration> = families.iter().map(one).collect();
    times.sort();
    times[families.len() / 2].as_secs_f64() * 1e6
}

/// Numbers that look random and are the same every time.
fn mix(seed: u64, salt: u64) -> u64 {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 31;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 29
}

/// Two adults and up to four children, every kind of fact answered.
fn portrait(pack: &Pack, day: Day, seed: u64) -> Portrait {
    let children = mix(seed, 1) % 5;
    let mut next = u128::from(seed) << 32;
    let mut id = || {
        next += 1;
        next
    };
    let mut members = Vec::new();
    for place in 0..2 + children {
        let (role, years) = match place {
            0 => (Role::Applicant, 25 + mix(seed, 2) % 40),
            1 => (Role::Spouse, 25 + mix(seed, 3) % 40),
            _ => (Role::Child, mix(seed, 10 + place) % 18),
        };
        let born = day.plus_days(-(years as i32) * 365 - (mix(seed, 20 + place) % 360) as i32);
        let mut facts = Vec::new();
        if role != Role::Child {
            for (kind, _) in pack
                .required_kinds()
                .iter()
                .filter(|(kind, _)| !matches!(*kind, code::VISIT | code::SEVEN))
            {
                facts.push(fact(
                    *kind,
                    day,
                    mix(seed, u64::from(*kind) * 7 + place),
                    FactId::from_u128(id()),
                ));
            }
        }
        let tie = if role == Role::Child {
            Tie::Own
        } else {
            Tie::None
        };
        let sex = if place == 0 { Sex::Female } else { Sex::Male };
        members.push(Member {
            person: PersonId::from_u128(id()),
            role,
            tie,
            sex,
            born,
            died: None,
            facts,
        });
    }
    let head = members[0].person;
    Portrait {
        unit: UnitId::from_u128(u128::from(seed)),
        head,
        district: 1_703_202,
        mahalla: 0,
        members,
        facts: Vec::new(),
    }
}

fn fact(kind_code: u16, day: Day, luck: u64, id: FactId) -> PackedFact {
    let month = i64::from(day.month().0);
    let body = match kind_code {
        code::WAGE if luck.is_multiple_of(2) => {
            let amount = 50_000_000 + (luck / 8 % 150_000_000) as i64;
            FactBody::new(
                (1..=3)
                    .map(|back| {
                        vec![
                            Cell::Int(month - back),
                            Cell::Int(amount),
                            Cell::Text("Ipak yoʻli MCHJ".into()),
                        ]
                    })
                    .collect(),
            )
        }
        code::PROPERTY if !luck.is_multiple_of(3) => FactBody::new(vec![vec![
            Cell::Int(0),
            Cell::Text("10:03:02:01:0147".into()),
            Cell::Int(74),
        ]]),
        code::VEHICLE if luck.is_multiple_of(5) => FactBody::new(vec![vec![
            Cell::Text("01A123BC".into()),
            Cell::Text("Nexia".into()),
            Cell::Int(2000 + (luck / 8 % 25) as i64),
            Cell::Int(1),
        ]]),
        code::ACCOUNT => FactBody::new(vec![vec![
            Cell::Missing,
            Cell::Missing,
            Cell::Int((luck % 90_000_000) as i64),
            Cell::Int(1),
        ]]),
        _ => FactBody::nothing(),
    };
    let source = kind(kind_code).expect("a kind").agency();
    PackedFact {
        id,
        kind: kind_code,
        source,
        as_of: day,
        body: body.pack(),
    }
}
