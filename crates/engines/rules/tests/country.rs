//! The packs of a country side by side: one primary regime a day, overlays and programmes.

mod packs;

use kernel::Day;
use rules::{Diagnostic, OpenedBy, Pack, Standing, check_country};

fn day(text: &str) -> Day {
    Day::parse(text).expect(text)
}

fn country() -> Vec<Pack> {
    packs::ids().iter().map(|id| packs::pack(id)).collect()
}

/// The table of facts, section 0.
#[test]
fn the_standing_of_every_pack_is_that_of_the_table() {
    let found: Vec<String> = country()
        .iter()
        .map(|pack| {
            let period = pack.in_force();
            let until = period
                .to
                .map_or("open".into(), |to| to.plus_days(-1).to_string());
            format!(
                "{} {:?} {} {until}",
                pack.id(),
                pack.standing(),
                period.from
            )
        })
        .collect();
    let expected = [
        "uz-654a Primary 2020-10-21 2021-08-31",
        "uz-654b Primary 2021-09-01 2026-01-31",
        "uz-birth-grant Programme 2024-04-01 open",
        "uz-carer Programme 2020-02-01 open",
        "uz-cr44 Primary 2013-02-15 2020-10-20",
        "uz-elderly Programme 2020-02-01 open",
        "uz-lonely-elderly Programme 2025-01-01 open",
        "uz-pilot Overlay 2019-10-01 2020-12-31",
        "uz-poverty-line Programme 2021-05-31 open",
        "uz-reg3 Overlay 2024-12-01 2026-01-31",
        "uz-sr26 Primary 2026-02-01 open",
        "uz-survivor Programme 2023-12-01 open",
    ];
    assert_eq!(found, expected);
}

#[test]
fn on_each_day_from_2013_to_2027_exactly_one_regime_is_primary() {
    let packs = country();
    assert_eq!(check_country(&packs), []);
    let mut on = day("2013-02-15");
    let mut changes = vec![];
    while on <= day("2027-12-31") {
        let primary: Vec<&str> = packs
            .iter()
            .filter(|pack| pack.is_primary() && pack.in_force().contains(on))
            .map(Pack::id)
            .collect();
        let [one] = primary.as_slice() else {
            panic!("{on}: {primary:?}");
        };
        if changes.last() != Some(one) {
            changes.push(*one);
        }
        on = on.plus_days(1);
    }
    assert_eq!(changes, ["uz-cr44", "uz-654a", "uz-654b", "uz-sr26"]);
}

/// What the check says of the country with one text of one pack replaced.
fn complaints(id: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    let mut packs: Vec<Pack> = country();
    packs.retain(|pack| pack.id() != id);
    packs.push(packs::edited(id, from, to));
    check_country(&packs)
}

#[track_caller]
fn check(id: &str, from: &str, to: &str, file: &str, message: &str) {
    let found = complaints(id, from, to);
    let [one] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!((one.file.as_str(), one.message.as_str()), (file, message));
    assert!(one.excerpt.contains("in force from: "), "{}", one.excerpt);
    assert!(one.line > 1 && one.column > 1, "{one:?}");
}

#[test]
fn a_gap_between_primary_regimes_is_an_error_with_its_place() {
    check(
        "uz-654a",
        "in force until: 2021-08-31",
        "in force until: 2021-08-15",
        "uz/uz-654b/regime.md",
        "no regime is primary from 2021-08-16 to 2021-08-31, between `uz-654a` and `uz-654b`",
    );
}

#[test]
fn an_overlap_of_primary_regimes_is_an_error_with_its_place() {
    check(
        "uz-654b",
        "in force until: 2026-01-31",
        "in force until: 2026-02-10",
        "uz/uz-sr26/regime.md",
        "`uz-654b` and `uz-sr26` are both primary from 2026-02-01 to 2026-02-10",
    );
    check(
        "uz-654b",
        "in force until: 2026-01-31\n",
        "",
        "uz/uz-sr26/regime.md",
        "`uz-654b` and `uz-sr26` are both primary from 2026-02-01 on",
    );
}

#[test]
fn an_overlay_may_stand_over_a_primary_regime_and_only_in_its_territory() {
    let packs = country();
    let of = |id: &str| packs.iter().find(|pack| pack.id() == id).expect(id);
    let pilot = of("uz-pilot");
    assert_eq!(pilot.standing(), Standing::Overlay);
    // Gulistan lies in Syrdarya (1724), Yunusobod in the city of Tashkent (1726).
    assert!(pilot.reaches(1_724_401) && !pilot.reaches(1_726_266));
    assert!(of("uz-reg3").reaches(1_726_266));
    let found = complaints("uz-pilot", "standing: overlay", "standing: programme");
    assert_eq!(found, []);
}

#[test]
fn one_programme_is_opened_by_the_register_and_the_others_by_an_application() {
    let by_register: Vec<String> = country()
        .iter()
        .filter(|pack| pack.opened_by() == OpenedBy::Register)
        .map(|pack| pack.id().to_owned())
        .collect();
    assert_eq!(by_register, ["uz-lonely-elderly"]);
}

/// The complaints of the reader about one pack with one text replaced.
fn refused(id: &str, from: &str, to: &str) -> String {
    let (mut own, shared) = packs::pack_files(id);
    let file = own.iter_mut().find(|file| file.text.contains(from));
    let file = file.unwrap_or_else(|| panic!("`{from}` does not stand in {id}"));
    file.text = file.text.replacen(from, to, 1);
    let errors = rules::read_pack(id, &own, &shared).expect_err("the pack must be refused");
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    errors.join("\n")
}

#[test]
fn words_of_standing_that_nobody_knows_are_refused_with_what_to_write() {
    let check = |id: &str, from: &str, to: &str, instead: &str| {
        let found = refused(id, from, to);
        assert!(found.contains(instead), "{found}");
    };
    check(
        "uz-sr26",
        "standing: primary",
        "standing: main",
        "standing: primary, overlay or programme",
    );
    check(
        "uz-sr26",
        "standing: primary",
        "standing: primary\nterritory: 1724",
        "a primary regime is the law of the whole country",
    );
    check(
        "uz-pilot",
        "territory: 1724",
        "territory: Syrdarya",
        "a whole number from 10 to 9999999",
    );
    check(
        "uz-lonely-elderly",
        "opened by: register",
        "opened by: nobody",
        "opened by: application, or opened by: register",
    );
    check(
        "uz-sr26",
        "when unmet: suspend",
        "when unmet: wait",
        "when unmet: refuse, or when unmet: suspend",
    );
    check(
        "uz-sr26",
        "```term work",
        "```term works",
        "`work` suspends without an end",
    );
    check(
        "uz-sr26",
        "```letter suspended",
        "```letter refused",
        "the pack has no letter `suspended`",
    );
    check(
        "uz-reg3",
        "pays: nothing",
        "pays: a credit",
        "what a programme pays stands in its lines",
    );
    check(
        "uz-reg3",
        "pays: nothing\n",
        "",
        "line base: some_parameter, or pays: nothing",
    );
}

#[test]
fn a_letter_of_the_pack_prevails_over_the_shared_one() {
    let text = |id: &str| {
        let pack = packs::pack(id);
        let case = rules::CaseFacts::application(day("2025-07-10"), pack.cut_off_day());
        let plan = pack.plan(day("2025-07-10")).expect("a plan");
        let trace = rules::explain(&plan, &packs::nobodys_family(), &case).expect("a family");
        let letter = rules::letter(
            &pack,
            &trace,
            kernel::Lang::En,
            rules::LetterKind::WaitingList,
        );
        letter.expect("a letter").paragraphs.join(" ")
    };
    assert!(text("uz-654b").contains("Families with less income come first"));
    assert!(text("uz-survivor").contains("We will write when your turn comes"));
}

/// Each computed line against the number that was announced.
#[test]
fn the_computed_poverty_line_is_the_announced_one_on_every_day_since_2022() {
    let pack = packs::pack("uz-poverty-line");
    let mut on = day("2022-01-01");
    while on <= day("2026-12-31") {
        let plan = pack.plan(on).expect("a plan");
        let case = rules::CaseFacts::application(on, pack.cut_off_day());
        let trace = rules::explain(&plan, &packs::nobodys_family(), &case).expect("a family");
        let line = trace.condition("below").and_then(|below| below.limit);
        let line = line
            .expect("the line is known whatever the family earns")
            .minor();
        assert_eq!(line, announced(on), "{on}");
        on = on.plus_days(1);
    }
}

/// The table of facts, section 1.1, in tiyin: from the day on which each was in force.
fn announced(on: Day) -> i64 {
    let table = [
        ("2022-01-01", 498_000),
        ("2023-07-18", 568_000),
        ("2024-01-20", 621_000),
        ("2024-05-01", 648_000),
        ("2025-02-04", 669_000),
        ("2026-01-01", 715_000),
    ];
    let current = table.iter().rev().find(|(from, _)| day(from) <= on);
    current.expect("a row of the table").1 * 100
}
