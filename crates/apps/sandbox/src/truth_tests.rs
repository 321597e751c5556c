//! Situations computed by hand from the tables of the law.

use kernel::Pinfl;

use super::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// An adult with nothing but three months' income in soʻm.
fn adult(male: bool, age: i32, income_soum: i64) -> Adult {
    Adult {
        male,
        age,
        income: income_soum * 100,
        income_whole: true,
        dwellings: Some(1),
        nonresidential: Some(0),
        vehicles: Some(vec![]),
        balance: Some(0),
        in_service: Some(false),
        unable_to_work: Some(false),
        exempt: false,
    }
}

/// Father and mother (who owns nothing) with children; income of three months in soʻm.
fn couple(income_soum: i64, children: &[i32]) -> Family {
    let mother = Adult {
        dwellings: Some(0),
        ..adult(false, 33, 0)
    };
    Family {
        on: day("2026-01-12"),
        adults: vec![adult(true, 35, income_soum), mother],
        children: children.to_vec(),
        findings: Findings {
            at_home: Some(true),
            informal_by_visit: 0,
            seven: Some((0, false)),
        },
        moved: false,
    }
}

fn brief(judgement: Judgement) -> String {
    match judgement.outcome {
        Outcome::Refused => format!("refused {}", judgement.reasons.join(" ")),
        Outcome::Awarded => format!(
            "{} {} {}",
            judgement.programme.unwrap_or("-"),
            judgement.category.unwrap_or("-"),
            judgement.amount.unwrap_or(0) / 100
        ),
        waiting => format!("{waiting:?}"),
    }
}

#[test]
fn the_benefit_grows_with_children_and_with_the_youngest_under_three() {
    fn check(children: &[i32], expected_soum: i64) {
        assert_eq!(
            monthly_benefit(children),
            expected_soum * 100,
            "{children:?}"
        );
    }
    // Vectors of facts 1.1: kids 1, 5, 9 and kids 4, 6, 8, 10; none: material assistance.
    check(&[1, 5, 9], 635_000);
    check(&[4, 6, 8, 10], 660_000);
    check(&[], 420_000);
    check(&[2], 360_000);
    check(&[3], 275_000);
    check(&[1, 1], 525_000); // twins under three: one is the first, the other the second
    check(&[17], 275_000);
    check(&[0, 1, 1, 1, 1], 855_000);
}

#[test]
fn income_of_654b_is_tested_up_to_and_including_one_minimum() {
    fn check(income_soum: i64, expected: &str) {
        assert_eq!(
            brief(judge_654b(&couple(income_soum, &[10, 6]))),
            expected,
            "{income_soum}"
        );
    }
    // 715,000 x 4 members x 3 months = 8,580,000.
    check(8_579_999, "child_benefit - 440000");
    check(8_580_000, "child_benefit - 440000");
    check(8_580_001, "refused INC_OFFICIAL");
    check(0, "child_benefit - 440000");
}

#[test]
fn the_minimum_of_2025_holds_until_its_last_day() {
    // 669,000 x 4 x 3 = 8,028,000.
    let mut family = couple(8_028_001, &[10, 6]);
    family.on = day("2025-12-31");
    assert_eq!(brief(judge_654b(&family)), "refused INC_OFFICIAL");
    family.on = day("2026-01-01");
    assert_eq!(brief(judge_654b(&family)), "child_benefit - 440000");
}

#[test]
fn bands_of_sr26_close_at_125_and_open_at_150() {
    fn check(income_soum: i64, difficult: bool, moved: bool, expected: &str) {
        let mut family = couple(income_soum, &[1, 5, 9]);
        family.on = day("2026-02-10");
        family.moved = moved;
        family.findings.seven = Some((0, difficult));
        assert_eq!(
            brief(judge_sr26(&family)),
            expected,
            "{income_soum} {difficult} {moved}"
        );
    }
    // Five members: 1.0 = 10,725,000; 1.25 = 13,406,250; 1.5 = 16,087,500 in three months.
    check(10_724_999, false, false, "child_benefit POOR 635000");
    check(10_725_000, false, false, "refused INC_OFFICIAL");
    check(10_725_000, true, false, "child_benefit BORDERLINE 476250");
    check(10_725_000, false, true, "child_benefit BORDERLINE 476250");
    check(13_406_250, true, false, "child_benefit BORDERLINE 476250");
    check(13_406_251, true, false, "child_benefit BORDERLINE 317500");
    check(16_087_499, true, false, "child_benefit BORDERLINE 317500");
    check(16_087_500, true, false, "refused INC_OFFICIAL");
    check(16_087_500, false, true, "refused INC_OFFICIAL");
}

#[test]
fn informal_income_counts_once_by_the_greater_finding() {
    fn check(by_visit: i64, by_seven: i64, expected: &str) {
        // Official: 2,000,000 a month; 1.0 of four members is 2,860,000 a month.
        let mut family = couple(6_000_000, &[10, 6]);
        family.findings.informal_by_visit = by_visit * 100;
        family.findings.seven = Some((by_seven * 100, false));
        assert_eq!(
            brief(judge_sr26(&family)),
            expected,
            "{by_visit} {by_seven}"
        );
    }
    check(859_999, 859_999, "child_benefit POOR 440000");
    check(860_000, 0, "refused INC_INFORMAL");
    check(0, 860_000, "refused INC_INFORMAL");
}

#[test]
fn who_is_unable_to_work_or_cares_for_an_infant_is_state_supported() {
    fn check(change: impl Fn(&mut Family), expected: &str) {
        let mut family = couple(3_000_000, &[1]);
        change(&mut family);
        let category = judge_sr26(&family).category;
        assert_eq!(category, Some(expected), "{family:?}");
    }
    check(|_| {}, "POOR"); // the father is able
    check(
        |family| family.adults[0].unable_to_work = Some(true),
        "STATE_SUPPORTED",
    );
    check(|family| family.adults[0].age = 60, "STATE_SUPPORTED");
    check(|family| family.adults[0].age = 59, "POOR");
    check(|family| drop(family.adults.remove(0)), "STATE_SUPPORTED"); // a mother alone
    check(|family| drop(family.adults.remove(1)), "STATE_SUPPORTED"); // a father alone
    let infant_grown = |family: &mut Family| {
        family.adults.remove(0);
        family.children = vec![3];
    };
    check(infant_grown, "POOR");
    let old_woman = |family: &mut Family| {
        infant_grown(family);
        family.adults[0].age = 55;
    };
    check(old_woman, "STATE_SUPPORTED");
}

#[test]
fn any_property_filter_refuses_and_the_edge_belongs_where_the_law_puts_it() {
    fn check(change: impl Fn(&mut Adult), expected: &str) {
        let mut family = couple(3_000_000, &[10]);
        change(&mut family.adults[0]);
        assert_eq!(brief(judge_654b(&family)), expected);
    }
    let car = |made_year, serviceable| Vehicle {
        made_year,
        serviceable,
    };
    let fine = "child_benefit - 275000";
    check(|adult| adult.dwellings = Some(2), "refused PROP_DWELLING");
    check(
        |adult| adult.nonresidential = Some(1),
        "refused PROP_NONRES",
    );
    check(
        |adult| adult.vehicles = Some(vec![car(2019, true)]),
        "refused VEH_AGE",
    );
    check(|adult| adult.vehicles = Some(vec![car(2018, true)]), fine);
    check(|adult| adult.vehicles = Some(vec![car(2024, false)]), fine);
    check(
        |adult| adult.vehicles = Some(vec![car(2000, true), car(2001, true)]),
        "refused VEH_COUNT",
    );
    check(
        |adult| adult.vehicles = Some(vec![car(2000, true), car(2001, false)]),
        fine,
    );
    check(|adult| adult.balance = Some(635_500_000), "refused BANK");
    check(|adult| adult.balance = Some(635_499_999), fine);
    check(
        |adult| adult.in_service = Some(true),
        "refused EMPLOYER_CLASS",
    );
}

#[test]
fn service_is_no_filter_of_sr26() {
    let mut family = couple(3_000_000, &[10]);
    family.adults[0].in_service = Some(true);
    assert_eq!(brief(judge_sr26(&family)), "child_benefit POOR 275000");
}

#[test]
fn a_silent_agency_makes_wait_unless_another_answer_already_refuses() {
    let mut family = couple(3_000_000, &[10]);
    family.adults[1].income_whole = false;
    assert_eq!(brief(judge_654b(&family)), "WaitingAgency");
    let mut rich = couple(3 * 3 * 715_000 + 1, &[10]);
    rich.adults[1].income_whole = false;
    assert_eq!(brief(judge_654b(&rich)), "refused INC_OFFICIAL");
    family.adults[0].dwellings = Some(2);
    assert_eq!(brief(judge_654b(&family)), "refused PROP_DWELLING");
    assert_eq!(brief(judge_sr26(&family)), "refused PROP_DWELLING");
    let mut family = couple(3_000_000, &[10]);
    family.adults[1].unable_to_work = None;
    assert_eq!(brief(judge_654b(&family)), "child_benefit - 275000");
    // Who is able to work matters only where nobody else is known to be.
    family.findings = Findings {
        at_home: Some(true),
        informal_by_visit: 0,
        seven: Some((0, false)),
    };
    assert_eq!(brief(judge_sr26(&family)), "child_benefit POOR 275000");
    family.adults[0].unable_to_work = None;
    assert_eq!(brief(judge_sr26(&family)), "WaitingAgency");
}

#[test]
fn people_must_have_come_before_sr26_decides() {
    fn check(at_home: Option<bool>, seven: Option<(i64, bool)>, expected: &str) {
        let mut family = couple(3_000_000, &[10]);
        family.findings = Findings {
            at_home,
            informal_by_visit: 0,
            seven,
        };
        assert_eq!(brief(judge_sr26(&family)), expected);
    }
    check(None, None, "WaitingVisit");
    check(Some(true), None, "WaitingVisit");
    check(Some(false), None, "refused NOT_AT_HOME");
    check(Some(true), Some((0, false)), "child_benefit POOR 275000");
}

#[test]
fn the_budget_goes_to_the_poorest_and_nobody_jumps_the_queue() {
    let queue = |rows: &[(i64, i64, i64)]| -> Vec<InQueue> {
        let one = |(nth, (sum, amount, lodged)): (usize, &(i64, i64, i64))| InQueue {
            programme: "child_benefit",
            amount: *amount,
            per_head: PerHead {
                sum: *sum,
                parts: 12,
            },
            lodged_at: Instant(*lodged),
            pinfl: Pinfl::make(kernel::Sex::Male, day("1990-01-01"), 100, nth as u16),
        };
        rows.iter().enumerate().map(one).collect()
    };
    fn check(queue: &[InQueue], limit: i64, expected: &[bool]) {
        assert_eq!(
            share_budget(queue, |_| Some(limit)),
            expected,
            "limit {limit}"
        );
    }
    let rows = queue(&[(300, 40, 1), (100, 50, 2), (200, 30, 3), (200, 30, 1)]);
    check(&rows, 150, &[true, true, true, true]);
    check(&rows, 149, &[false, true, true, true]);
    check(&rows, 80, &[false, true, false, true]); // equal income: lodged first
    // The second does not fit, so the third waits though it would.
    check(
        &queue(&[(1, 50, 1), (2, 60, 1), (3, 10, 1)]),
        70,
        &[true, false, false],
    );
}

#[test]
fn who_told_at_home_of_a_reason_need_not_work() {
    let mut family = couple(0, &[10]);
    assert_eq!(brief(judge_sr26(&family)), "child_benefit POOR 275000");
    family.adults[0].exempt = true;
    assert_eq!(brief(judge_sr26(&family)), "child_benefit POOR 275000");
    family.adults[1].exempt = true;
    let told = "child_benefit STATE_SUPPORTED 275000";
    assert_eq!(brief(judge_sr26(&family)), told);
    // The disability register then makes no difference.
    family.adults[1].unable_to_work = None;
    assert_eq!(brief(judge_sr26(&family)), told);
}
