//! Values of parameters that depend on where a unit lives, the country's own block,
//! months that are counted once, and the blocks of an overview.

mod packs;

use kernel::Day;
use rules::cases::read_cases;
use rules::{Diagnostic, Pack, Trace, explain, read_pack};

const TOPUP: &str = "ru-pension-topup";
/// The row of the sample region in the country's file, as far as its value.
const REGION: &str = "| 2026-01-01 | 2026-01-01 | 15 640 | 72        |";

fn told(pack: &Pack, territory: u32, day: &str) -> Trace {
    let yaml = format!(
        "- name: one\n  decided_on: {day}\n  territory: {territory}\n  family:\n    \
         applicant: {{ age: 70, pension: 13 500 }}\n  expect: {{}}\n"
    );
    let case = read_cases(pack, &yaml).expect("a sound case").remove(0);
    let plan = pack.plan(case.decided_on).expect("a plan");
    explain(&plan, &case.portrait, &case.facts).expect("a sound portrait")
}

fn amount(pack: &Pack, territory: u32, day: &str) -> String {
    let amount = told(pack, territory, day).amount;
    amount.expect("an award").to_string()
}

#[test]
fn the_nearest_territory_prevails_over_a_wider_one_and_over_the_country() {
    let nearer =
        format!("| 2026-01-01 | 2026-01-01 | 15 000 | 7270 | sample | recalled |\n{REGION}");
    let pack = packs::edited(TOPUP, REGION, &nearer);
    for (territory, expected) in [
        (72_701_000, "1500.00"),
        (72_700_000, "1500.00"),
        (72_710_000, "2140.00"),
        (72_999_999, "2140.00"),
        (73_000_000, "2788.00"),
        (71_999_999, "2788.00"),
    ] {
        assert_eq!(
            amount(&pack, territory, "2026-03-10"),
            expected,
            "{territory}"
        );
    }
}

#[test]
fn a_value_that_the_region_has_not_announced_yet_does_not_hold_there() {
    let later = REGION.replacen("2026-01-01", "2026-03-01", 1);
    let later = later.replacen("| 2026-01-01 |", "| 2026-03-11 |", 1);
    let pack = packs::edited(TOPUP, REGION, &later);
    assert_eq!(amount(&pack, 72_000_000, "2026-03-10"), "2788.00");
    assert_eq!(amount(&pack, 72_000_000, "2026-03-11"), "2140.00");
}

#[test]
fn where_a_territorys_value_has_ended_the_countrys_holds_again() {
    let ended = format!(
        "{REGION} act | recalled |\n| 2026-05-01 | 2026-05-10 | - | 72 | repeal | recalled |\n\
         | 2026-07-01 | 2026-06-20 | 15 000 | 72 "
    );
    let pack = packs::edited(TOPUP, REGION, &(ended + "|"));
    for (day, expected) in [
        ("2026-04-30", "2140.00"),
        // The repeal holds from May and is known from the tenth.
        ("2026-05-09", "2140.00"),
        ("2026-05-10", "2788.00"),
        ("2026-06-30", "2788.00"),
        ("2026-07-01", "1500.00"),
    ] {
        assert_eq!(amount(&pack, 72_000_000, day), expected, "{day}");
    }
    let trace = told(&pack, 72_000_000, "2026-05-10");
    let used = trace
        .parameters
        .iter()
        .find(|one| one.name == "pm_pensioner");
    assert_eq!(
        used.expect("it was used").law,
        "federal budget law for 2026"
    );
}

#[test]
fn what_ends_nearer_leaves_what_holds_wider() {
    let both = format!(
        "| 2026-01-01 | 2026-01-01 | 15 000 | 7270 | act | recalled |\n\
         | 2026-04-01 | 2026-03-20 | - | 7270 | repeal | recalled |\n{REGION}"
    );
    let pack = packs::edited(TOPUP, REGION, &both);
    assert_eq!(amount(&pack, 72_701_000, "2026-03-31"), "1500.00");
    assert_eq!(amount(&pack, 72_701_000, "2026-04-01"), "2140.00");
}

#[test]
fn an_end_has_a_territory_and_something_to_end() {
    let of_country = format!("| 2026-02-01 | 2026-02-01 | - |  | act | recalled |\n{REGION}");
    let message = "only a territory's own value ends";
    check(TOPUP, REGION, &of_country, message, "next value");
    let message = "there is no value of `pm_pensioner` here that could end";
    let first = format!("| 2026-02-01 | 2026-02-01 | - | 71 | act | recalled |\n{REGION}");
    check(TOPUP, REGION, &first, message, "own value before");
    let twice = format!(
        "{REGION} act | recalled |\n| 2026-02-01 | 2026-02-01 | - | 72 | act | recalled |\n\
         | 2026-03-01 | 2026-03-01 | - | 72 |"
    );
    check(TOPUP, REGION, &twice, message, "own value before");
    let early = format!("{REGION} act | recalled |\n| 2026-01-01 | 2026-01-01 | - | 72 |");
    check(TOPUP, REGION, &early, "overlap", "each day once");
}

#[test]
fn a_territory_left_behind_by_the_country_is_told_of() {
    let federal = format!("| 2027-01-01 | 2026-12-01 | 17 000 | | law | recalled |\n{REGION}");
    let told = |pack: &Pack| {
        let found = rules::checker::check(pack);
        let told = found
            .iter()
            .filter(|one| one.message.contains("still prevails"));
        told.map(|one| (one.message.clone(), one.excerpt.contains("| 72 ")))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&packs::pack(TOPUP)), []);
    let behind = told(&packs::edited(TOPUP, REGION, &federal));
    let of_region = behind.iter().filter(|(_, region)| *region).count();
    assert_eq!(of_region, 1, "{behind:#?}");
    let message = "this value of `pm_pensioner` still prevails in its territory over the country's of 2027-01-01";
    assert!(
        behind.iter().all(|(told, _)| told == message),
        "{behind:#?}"
    );
    let ended = format!("{federal} act | recalled |\n| 2027-01-01 | 2026-12-01 | - | 72 |");
    let ended = told(&packs::edited(TOPUP, REGION, &ended));
    assert_eq!(ended.iter().filter(|(_, region)| *region).count(), 0);
    assert_eq!(ended.len(), behind.len() - 1);
}

#[test]
fn the_explanation_names_the_value_of_the_territory_with_its_law() {
    let pack = packs::pack(TOPUP);
    let used = |territory| {
        let trace = told(&pack, territory, "2026-03-10");
        let used = trace.parameters.into_iter();
        let mut used = used.filter(|one| one.name == "pm_pensioner");
        used.next().expect("the minimum was used")
    };
    let (region, country) = (used(72_000_000), used(45_000_000));
    assert_eq!(
        (region.value.minor(), country.value.minor()),
        (1_564_000, 1_628_800)
    );
    assert!(region.law.starts_with("sample value"));
    assert_eq!(country.law, "federal budget law for 2026");
    let parameter = pack
        .parameters()
        .iter()
        .find(|one| one.name == "pm_pensioner");
    let parameter = parameter.expect("the parameter");
    assert!(parameter.by_territory());
    let day = Day::parse("2026-03-10").expect("a day");
    assert_eq!(parameter.at(day).map(|value| value.value), Some(1_628_800));
    let there = parameter.at_place(day, 62_000_000);
    assert_eq!(there.map(|value| value.value), Some(1_750_000));
}

/// What is said of the pack when one text of it is replaced.
fn refused(id: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    let (mut own, mut shared) = packs::pack_files(id);
    let mut found = 0;
    for file in own.iter_mut().chain(&mut shared) {
        found += file.text.matches(from).count();
        file.text = file.text.replacen(from, to, 1);
    }
    assert!(found > 0, "`{from}` does not stand in {id}");
    read_pack(id, &own, &shared).expect_err("a mistake")
}

fn check(id: &str, from: &str, to: &str, message: &str, instead: &str) {
    let errors = refused(id, from, to);
    let hit = errors
        .iter()
        .any(|error| error.message.contains(message) && error.instead.contains(instead));
    assert!(hit, "{errors:#?}");
}

#[test]
fn a_territory_that_is_no_code_and_a_day_that_overlaps_are_refused() {
    let with = |code: &str| REGION.replace("72  ", code);
    check(
        TOPUP,
        REGION,
        &with("7x  "),
        "`7x` is not the code",
        "2 to 8 digits",
    );
    check(
        TOPUP,
        REGION,
        &with("7   "),
        "`7` is not the code",
        "2 to 8 digits",
    );
    check(
        TOPUP,
        REGION,
        &with("721234567"),
        "`721234567` is not the code",
        "2 to 8 digits",
    );
    let twice = format!("{REGION} sample | recalled |\n{REGION}");
    check(
        TOPUP,
        REGION,
        &twice,
        "two values of `pm_pensioner` overlap",
        "each day once",
    );
}

#[test]
fn the_country_is_described_once_and_in_known_words() {
    check(
        TOPUP,
        "currency: RUB",
        "currency: EUR",
        "`EUR` is not a currency",
        "RUB",
    );
    check(
        TOPUP,
        "territories: oktmo",
        "territories: okato",
        "no such codes",
        "oktmo",
    );
    let in_the_regime = "```country ru\ncurrency: RUB\nterritories: oktmo\n```\n\n```unit person";
    check(
        TOPUP,
        "```unit person",
        in_the_regime,
        "described in a shared file",
        "country's folder",
    );
}

#[test]
fn months_are_counted_over_a_written_number_of_them() {
    let from = "count_months(excused_month.month, case.window_end, 12)";
    let child =
        |to: &str, message: &str, instead: &str| check("ru-child", from, to, message, instead);
    child(
        "count_months(excused_month.month, case.window_end, 37)",
        "how many months?",
        "1 to 36",
    );
    child(
        "count_months(excused_month.month, case.window_end)",
        "a last month",
        "count_months(",
    );
    child(
        "count_months(12, case.window_end, 12)",
        "not a month of a row",
        "count_months(",
    );
    child(
        "count_month(excused_month.month, case.window_end, 12)",
        "no function `count_month`",
        "`count_months`",
    );
}

#[test]
fn what_an_overview_shows_is_a_variable_of_the_unit_and_stands_once() {
    let id = "ru-standard-of-living";
    let row = "| widowed                 |";
    check(
        id,
        row,
        "| age |",
        "only variables of the unit",
        "over the members",
    );
    check(id, row, "| widow |", "no variable `widow`", "`widowed`");
    check(id, row, "| married |", "stands here twice", "one row");
    check(
        id,
        "when: members = 1 and not married",
        "when: members",
        "must be yes/no",
        "comparison",
    );
}

#[test]
fn a_pack_with_neither_programme_nor_overview_is_not_whole() {
    let id = "ru-standard-of-living";
    let (mut own, shared) = packs::pack_files(id);
    for file in &mut own {
        // A fence with the word `text` is prose.
        file.text = file.text.replace("```shown", "```text");
        file.text = file.text.replace("```group ", "```text ");
    }
    let errors = read_pack(id, &own, &shared).expect_err("not whole");
    let missing = |kind: &str| {
        let message = format!("the pack has no `{kind}` block");
        errors.iter().any(|error| error.message == message)
    };
    assert!(missing("programme") && missing("condition"), "{errors:#?}");
}
