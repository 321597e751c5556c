//! What each fuzz target does with a heap of bytes. Nothing here may panic, hang or grow:
//! hostile bytes end in an error. A plain test replays the corpus through the same
//! functions (`crates/engines/rules/tests/corpus.rs`).

use kernel::{Day, Portrait};
use rules::outcome::PackedTrace;
use rules::{Batch, CaseFacts, Outcomes, Pack, Receipt, SourceFile, Stage};

/// A small law that has one of everything; formulas are put into it.
const SMALL: &str = include_str!("../../crates/engines/rules/tests/small/pack.md");
/// The formula that makes room for another one.
const PLACE: &str = "formula: count(vehicle) filter (where vehicle.serviceable) <= vehicles_max";
/// Between the files of a pack, and between a formula and a portrait.
const CUT: &str = "\n%%%%\n";
/// More than a fuzzer's input needs; the limits of packs have tests of their own.
const BYTES_MAX: usize = 64 << 10;

/// Bytes as the files of a pack: read, checked, written canonically and read again.
pub fn reader(data: &[u8]) {
    let Some(text) = short_text(data) else {
        return;
    };
    let files: Vec<SourceFile> = text.split(CUT).map(file).collect();
    let Ok(pack) = rules::read_pack("small", &files, &[]) else {
        return;
    };
    rules::checker::check(&pack);
    let again = Pack::from_canonical(&pack.canonical_text()).expect("a pack reads back");
    assert_eq!(again.hash(), pack.hash());
}

/// Bytes as one formula: parsed, typed, checked and lowered.
pub fn expression(data: &[u8]) {
    if let Some(pack) = short_text(data).and_then(|text| with_formula(&text)) {
        rules::checker::check(&pack);
        drop(pack.plan(day()));
    }
}

/// Bytes as a formula and a packed portrait (or a receipt): decided and explained.
pub fn evaluator(data: &[u8]) {
    drop(Receipt::read(data).and_then(|receipt| receipt.replay(&[])));
    let cut = CUT.as_bytes();
    let Some(at) = data.windows(cut.len()).position(|window| window == cut) else {
        return;
    };
    let (formula, portrait) = (&data[..at], &data[at + cut.len()..]);
    let plan = short_text(formula)
        .and_then(|text| with_formula(&text))
        .and_then(|pack| pack.plan(day()).ok());
    let Some(plan) = plan else {
        return;
    };
    let case = CaseFacts {
        stage: Stage::Final,
        ..CaseFacts::application(day(), 16)
    };
    let (mut batch, mut outcomes) = (Batch::new(&plan), Outcomes::new());
    if batch.push(portrait, &case).is_err() {
        return;
    }
    plan.decide(&batch, &mut outcomes);
    PackedTrace::read(outcomes.trace_bytes(0)).expect("a trace reads back");
    if let Ok(portrait) = Portrait::unpack(portrait) {
        let trace = rules::explain(&plan, &portrait, &case).expect("it was decided");
        assert_eq!(trace.verdict, outcomes.verdict(0));
    }
}

fn short_text(data: &[u8]) -> Option<String> {
    (data.len() <= BYTES_MAX).then(|| String::from_utf8_lossy(data).into_owned())
}

fn file(text: &str) -> SourceFile {
    SourceFile {
        path: "small/pack.md".into(),
        text: text.into(),
    }
}

/// Continuation lines are indented, so that a formula cannot end its block.
fn with_formula(text: &str) -> Option<Pack> {
    let formula = text.replace(['\r', '\n'], "\n  ");
    let law = SMALL.replacen(PLACE, &format!("formula: {formula}"), 1);
    rules::read_pack("small", &[file(&law)], &[]).ok()
}

fn day() -> Day {
    Day::new(2026, 3, 5).expect("a day of the calendar")
}
