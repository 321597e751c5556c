//! Properties of the engine: one unit alone equals its row in the batch; a pack
//! reads back from its canonical text; a plan is the same every time.

mod packs;

use rules::cases::{ReadyCase, read_cases};
use rules::{Batch, Outcomes, Pack, Plan};
use std::collections::BTreeMap;

/// Everything that is stored of one decision.
#[derive(Debug, PartialEq)]
struct Row {
    verdict: rules::Verdict,
    programme: Option<String>,
    category: Option<String>,
    amount: Option<kernel::Money>,
    per_capita: Option<i64>,
    last_month: Option<kernel::Month>,
    trace: Vec<u8>,
    facts: Vec<u8>,
    needs: Vec<rules::Need>,
}

fn row(outcomes: &Outcomes, index: usize) -> Row {
    Row {
        verdict: outcomes.verdict(index),
        programme: outcomes.programme(index).map(str::to_owned),
        category: outcomes.category(index).map(str::to_owned),
        amount: outcomes.amount(index),
        per_capita: outcomes.per_capita_minor(index),
        last_month: outcomes.last_month(index),
        trace: outcomes.trace_bytes(index).to_vec(),
        facts: outcomes.fact_bytes(index).to_vec(),
        needs: outcomes.needs(index).to_vec(),
    }
}

fn decided(plan: &Plan, cases: &[&ReadyCase]) -> Vec<Row> {
    let (mut batch, mut outcomes) = (Batch::new(plan), Outcomes::new());
    for case in cases {
        batch
            .push(&case.portrait.pack(), &case.facts)
            .expect("a sound portrait");
    }
    plan.decide(&batch, &mut outcomes);
    (0..outcomes.len())
        .map(|index| row(&outcomes, index))
        .collect()
}

fn all_cases(pack: &Pack) -> Vec<ReadyCase> {
    let folder = packs::folder().join(pack.id()).join("cases");
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of cases") {
        let yaml =
            std::fs::read_to_string(entry.expect("an entry").path()).expect("a readable file");
        cases.extend(read_cases(pack, &yaml).expect("sound cases"));
    }
    cases
}

/// Enough copies of the cases to fill several blocks, in an order that mixes them.
#[test]
fn one_unit_alone_equals_its_row_in_the_batch() {
    for id in ["uz-654b", "uz-sr26"] {
        let pack = packs::pack(id);
        let cases = all_cases(&pack);
        let mut by_day: BTreeMap<kernel::Day, Vec<&ReadyCase>> = BTreeMap::new();
        cases
            .iter()
            .for_each(|case| by_day.entry(case.decided_on).or_default().push(case));
        for (day, cases) in by_day {
            let plan = pack.plan(day).expect("a plan");
            let alone: Vec<Row> = cases
                .iter()
                .map(|case| decided(&plan, &[case]).remove(0))
                .collect();
            let mixed: Vec<usize> = (0..2_000).map(|place| place * 7919 % cases.len()).collect();
            let batch = decided(
                &plan,
                &mixed.iter().map(|at| cases[*at]).collect::<Vec<_>>(),
            );
            for (place, at) in mixed.iter().enumerate() {
                assert_eq!(batch[place], alone[*at], "{id}: {}", cases[*at].name);
            }
        }
    }
}

#[test]
fn a_damaged_portrait_is_refused_and_leaves_the_batch_as_it_was() {
    let pack = packs::pack("uz-654b");
    let cases = all_cases(&pack);
    let case = &cases[0];
    let plan = pack.plan(case.decided_on).expect("a plan");
    let bytes = case.portrait.pack();
    let (mut batch, mut outcomes) = (Batch::new(&plan), Outcomes::new());
    for cut in 0..bytes.len() {
        assert!(
            batch.push(&bytes[..cut], &case.facts).is_err(),
            "cut at {cut}"
        );
    }
    batch.push(&bytes, &case.facts).expect("a sound portrait");
    plan.decide(&batch, &mut outcomes);
    assert_eq!(row(&outcomes, 0), decided(&plan, &[case]).remove(0));
}

#[test]
fn a_pack_reads_back_from_its_canonical_text() {
    for id in ["uz-654b", "uz-sr26"] {
        let pack = packs::pack(id);
        let text = pack.canonical_text();
        let again = Pack::from_canonical(&text).expect("the same pack");
        assert_eq!(again.hash(), pack.hash());
        assert_eq!(again.canonical_text(), text);
        for cut in [0, 10, text.len() / 2, text.len() - 1] {
            let cut = text.floor_char_boundary(cut);
            assert!(Pack::from_canonical(&text[..cut]).is_err(), "cut at {cut}");
        }
    }
}

#[test]
fn a_parameter_counts_from_the_day_it_is_both_announced_and_in_force() {
    let pack = packs::pack("uz-654b");
    let amount = pack
        .parameters()
        .iter()
        .find(|parameter| parameter.name == "child_second")
        .expect("the parameter");
    let at = |text: &str| {
        amount
            .at(kernel::Day::parse(text).expect("a day"))
            .map(|value| value.value)
    };
    assert_eq!(at("2021-08-31"), None);
    assert_eq!(at("2021-09-01"), Some(15_000_000));
    // Announced on 2 June, in force on 1 July.
    assert_eq!(at("2025-06-30"), Some(15_000_000));
    assert_eq!(at("2025-07-01"), Some(16_500_000));
}
