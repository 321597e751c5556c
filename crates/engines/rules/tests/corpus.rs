//! The corpus of the fuzz targets, replayed on the ordinary compiler. The seeds of the
//! evaluator are packed portraits: `UPDATE_CORPUS=1` writes them from cases.

#[path = "../../../../fuzz/src/lib.rs"]
mod fuzz;
mod small;

use rules::cases::read_cases;
use std::path::{Path, PathBuf};

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../fuzz/corpus")
        .join(target)
}

fn replay(target: &str, run: fn(&[u8])) {
    let mut count = 0;
    for entry in std::fs::read_dir(corpus(target)).expect("the corpus") {
        let data = std::fs::read(entry.expect("an entry").path()).expect("a readable file");
        run(&data);
        count += 1;
    }
    assert!(count >= 5, "only {count} inputs of {target}");
}

#[test]
fn the_corpus_of_the_reader_ends_in_errors_or_packs() {
    replay("reader", fuzz::reader);
}

#[test]
fn the_corpus_of_the_expression_compiler_ends_in_errors_or_plans() {
    replay("expression", fuzz::expression);
}

#[test]
fn the_corpus_of_the_evaluator_ends_in_errors_or_verdicts() {
    seeds();
    replay("evaluator", fuzz::evaluator);
}

const FORMULAS: [&str; 6] = [
    "count(vehicle) filter (where vehicle.serviceable) <= vehicles_max",
    "sum(wage.amount) / members <= line",
    "known_or(max(wage.amount, line), grant) * 1.25 < upper_line or children > 0",
    "case when members > 2 then grant * 1000000 else line / (members - members) end > line",
    "count(member) filter (where completed_years(member.born, case.applied_on) >= 18) > 0",
    "greatest(sum(wage.amount) filter (where wage.month = case.window_end), line) between grant and line",
];

const FAMILIES: &str = "
- name: two adults
  decided_on: 2026-03-05
  family:
    applicant: { age: 34, sex: female, wage: 900 000 }
    spouse: { age: 36, sex: male, wage: unknown, vehicle: [{ plate: 01A123BC, made_year: 2010, serviceable: true }] }
    children: [1, 5]
  expect: { verdict: unknown }
- name: alone
  decided_on: 2026-03-05
  family:
    applicant: { age: 80, sex: male }
  expect: { verdict: entitled }
";

/// Every formula with every family.
fn seeds() {
    if std::env::var_os("UPDATE_CORPUS").is_none() {
        return;
    }
    let pack = small::read(small::TEXT).expect("the small law");
    for (family, case) in read_cases(&pack, FAMILIES)
        .expect("sound cases")
        .iter()
        .enumerate()
    {
        for (at, formula) in FORMULAS.iter().enumerate() {
            let mut data = format!("{formula}\n%%%%\n").into_bytes();
            case.portrait.pack_into(&mut data);
            let file = corpus("evaluator").join(format!("family-{family}-{at}"));
            std::fs::write(file, data).expect("a writable folder");
        }
    }
}
