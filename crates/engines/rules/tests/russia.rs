//! The packs of Russia: their cases, and what is their country's own.

mod packs;

use kernel::{Day, Lang, Money, Source};
use rules::cases::{ReadyCase, read_cases};
use rules::outcome::Truth;
use rules::{Batch, LetterKind, Need, Outcomes, Pack, Plan, Verdict, explain, letter};
use std::collections::BTreeMap;
use std::fs;

const PACKS: [(&str, usize); 6] = [
    ("ru-child", 80),
    ("ru-pension", 30),
    ("ru-pension-topup", 15),
    ("ru-social-contract", 15),
    ("ru-social-service", 15),
    ("ru-standard-of-living", 10),
];

/// The texts of the files of cases of a regime.
fn cases(id: &str) -> Vec<String> {
    let folder = packs::country("ru").join(id).join("cases");
    let entries = fs::read_dir(folder).expect("the folder of cases");
    entries
        .map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("a readable file"))
        .collect()
}

#[test]
fn the_cases_of_russia_come_out_as_the_law_says() {
    let mut wrong = Vec::new();
    for (id, least) in PACKS {
        let pack = packs::pack(id);
        let mut ran = 0;
        for yaml in cases(id) {
            let reports =
                rules::run_cases(&pack, &yaml).unwrap_or_else(|error| panic!("{id}: {error}"));
            ran += reports.len();
            let differ = reports.iter().filter(|one| !one.differences.is_empty());
            wrong.extend(
                differ.map(|one| format!("{id}: {}: {}", one.name, one.differences.join("; "))),
            );
        }
        assert!(ran >= least, "only {ran} cases of {id} were found");
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn one_regime_is_primary_on_every_day_since_2023() {
    let packs: Vec<Pack> = PACKS.iter().map(|(id, _)| packs::pack(id)).collect();
    assert_eq!(rules::check_country(&packs), []);
    let primary: Vec<&str> = packs
        .iter()
        .filter(|pack| pack.is_primary())
        .map(Pack::id)
        .collect();
    assert_eq!(primary, ["ru-child"]);
}

/// All cases of a pack and a day in one batch, in an order that mixes them.
#[test]
fn one_unit_alone_equals_its_row_in_the_batch() {
    for (id, _) in PACKS {
        let pack = packs::pack(id);
        let mut by_day: BTreeMap<Day, Vec<ReadyCase>> = BTreeMap::new();
        for case in cases(id)
            .iter()
            .flat_map(|yaml| read_cases(&pack, yaml).expect("sound cases"))
        {
            by_day.entry(case.decided_on).or_default().push(case);
        }
        for (day, cases) in by_day {
            let plan = pack.plan(day).expect("a plan");
            let alone: Vec<_> = cases
                .iter()
                .map(|case| decided(&plan, &[case]).remove(0))
                .collect();
            let mixed: Vec<usize> = (0..700).map(|place| place * 7919 % cases.len()).collect();
            let batch: Vec<&ReadyCase> = mixed.iter().map(|place| &cases[*place]).collect();
            for (row, place) in decided(&plan, &batch).iter().zip(mixed) {
                assert_eq!(*row, alone[place], "{id}: {}", cases[place].name);
            }
        }
    }
}

type Row = (Verdict, Option<Money>, Vec<u8>, Vec<Need>);

fn decided(plan: &Plan, cases: &[&ReadyCase]) -> Vec<Row> {
    let (mut batch, mut outcomes) = (Batch::new(plan), Outcomes::new());
    for case in cases {
        let portrait = case.portrait.pack();
        batch
            .push(&portrait, &case.facts)
            .expect("a sound portrait");
    }
    plan.decide(&batch, &mut outcomes);
    let row = |at| {
        (
            outcomes.verdict(at),
            outcomes.amount(at),
            outcomes.trace_bytes(at).to_vec(),
            outcomes.needs(at).to_vec(),
        )
    };
    (0..outcomes.len()).map(row).collect()
}

/// The first case of a file that has this name.
fn case_named(id: &str, name: &str) -> ReadyCase {
    let pack = packs::pack(id);
    let all = cases(id);
    all.iter()
        .flat_map(|yaml| read_cases(&pack, yaml).expect("sound cases"))
        .find(|case| case.name == name)
        .expect("a case of that name")
}

#[test]
fn a_letter_tells_roubles_and_the_sums_behind_them() {
    let pack = packs::pack("ru-child");
    let case = case_named(
        "ru-child",
        "40 000 for two adults and two children bring the whole benefit",
    );
    let plan = pack.plan(case.decided_on).expect("a plan");
    let trace = explain(&plan, &case.portrait, &case.facts).expect("a sound portrait");
    let said = |lang| {
        let letter = letter(&pack, &trace, lang, LetterKind::Awarded).expect("such a letter");
        letter.paragraphs.join("\n").replace('\u{a0}', " ")
    };
    let russian = said(Lang::Ru);
    assert!(
        russian.contains("36 742 рубля в месяц, на 12 месяцев"),
        "{russian}"
    );
    assert!(russian.contains("10 000 рублей"), "{russian}");
    assert!(said(Lang::UzLatn).contains("36 742 rubl"));
    assert!(said(Lang::En).contains("36 742 roubles a month"));
    assert!(!Lang::ALL.iter().any(|lang| said(*lang).contains('{')));
}

#[test]
fn an_overview_shows_each_value_with_its_source_and_awards_nothing() {
    let pack = packs::pack("ru-standard-of-living");
    let name = "a widow of 69 with a corporate pension, insurance and benefits";
    let case = case_named("ru-standard-of-living", name);
    let plan = pack.plan(case.decided_on).expect("a plan");
    let trace = explain(&plan, &case.portrait, &case.facts).expect("a sound portrait");
    assert_eq!((trace.amount, trace.programme), (None, None));
    assert!(!matches!(
        trace.verdict,
        Verdict::Entitled | Verdict::NotEntitled
    ));
    let shown: Vec<&str> = trace.shown.iter().map(|one| one.name.as_str()).collect();
    let order = [
        "income",
        "subsistence_minimum",
        "married",
        "widowed",
        "divorced",
        "additional_insurance",
        "corporate_pension_month",
        "benefits_held",
        "benefits_month",
        "disabled",
        "disabled_first_group",
    ];
    assert_eq!(shown, order);
    let insurance = &trace.shown[5];
    assert_eq!(
        insurance.label.ru,
        "Человек с дополнительной медицинской страховкой"
    );
    let sources: Vec<Source> = insurance.facts.iter().map(|fact| fact.source).collect();
    assert_eq!(sources, [Source::VoluntaryInsurer]);
    let groups = trace
        .groups
        .iter()
        .filter(|group| group.truth == Truth::Met);
    let groups: Vec<&str> = groups.map(|group| group.label.en.as_str()).collect();
    assert_eq!(groups, ["Single people"]);
}
