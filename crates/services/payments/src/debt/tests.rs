//! Plans of recovery, worked out by hand.

use kernel::{Money, Month, Period};
use proptest::prelude::*;

use super::model::{Limits, Refusal, State, plan};

fn month(text: &str) -> Month {
    Month::parse(text).expect("a month")
}

const LIMITS: Limits = Limits {
    share_percent_max: 20,
    floor: Money(300),
};

/// Of a payment from May on: `(first month, months, pays)`, the months after the debt at last.
#[track_caller]
fn check(left: i64, monthly: i64, to: Option<&str>, percent: u32, expected: &[(&str, i32, i64)]) {
    let months = Period {
        from: month("2026-05"),
        to: to.map(month),
    };
    let plan = plan(Money(left), Money(monthly), months, percent, LIMITS).expect("a plan");
    let found: Vec<_> = plan
        .segments
        .iter()
        .map(|one| {
            let count = one.months.to.map_or(-1, |to| to.0 - one.months.from.0);
            (one.months.from, count, one.pays.minor())
        })
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|&(text, count, pays)| (month(text), count, pays))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_plan_keeps_a_share_until_the_debt_is_gone() {
    // 20 of 100 of 1 000 a month: 200, 200, 100.
    check(
        500,
        1_000,
        Some("2027-01"),
        20,
        &[
            ("2026-05", 2, 800),
            ("2026-07", 1, 900),
            ("2026-08", 5, 1_000),
        ],
    );
    check(
        400,
        1_000,
        None,
        20,
        &[("2026-05", 2, 800), ("2026-07", -1, 1_000)],
    );
    check(5, 1_000, Some("2026-06"), 20, &[("2026-05", 1, 995)]);
}

#[test]
fn a_plan_ends_with_the_payments_and_leaves_the_rest_owed() {
    check(5_000, 1_000, Some("2026-08"), 10, &[("2026-05", 3, 900)]);
}

#[test]
fn the_floor_stays_with_the_person() {
    // 20 of 100 of 330 would be 66; 30 is above the floor of 300.
    check(
        45,
        330,
        Some("2026-09"),
        20,
        &[
            ("2026-05", 1, 300),
            ("2026-06", 1, 315),
            ("2026-07", 2, 330),
        ],
    );
    let months = Period {
        from: month("2026-05"),
        to: None,
    };
    let refused = plan(Money(45), Money(300), months, 20, LIMITS);
    assert_eq!(
        refused,
        Err(Refusal::BelowFloor {
            monthly: Money(300),
            floor: Money(300)
        })
    );
    for asked in [0, 21, 100] {
        let refused = plan(Money(45), Money(900), months, asked, LIMITS);
        assert_eq!(refused, Err(Refusal::Share { asked, most: 20 }));
    }
}

proptest! {
    #[test]
    fn no_month_of_a_plan_leaves_the_limits_and_all_of_them_take_no_more_than_the_debt(
        left in 1_i64..1_000_000,
        monthly in 1_i64..1_000_000,
        length in 1_i32..40,
        percent in 1_u32..=20,
    ) {
        let from = month("2026-05");
        let months = Period { from, to: Some(from.plus(length)) };
        let Ok(plan) = plan(Money(left), Money(monthly), months, percent, LIMITS) else {
            prop_assert!(monthly <= 300 || monthly * i64::from(percent) < 100);
            return Ok(());
        };
        let mut at = from;
        let mut taken = 0;
        for one in &plan.segments {
            prop_assert_eq!(one.months.from, at);
            at = one.months.to.expect("an end");
            prop_assert_eq!(one.pays + one.deduction, Money(monthly));
            prop_assert!(one.pays >= LIMITS.floor || one.deduction == Money::ZERO);
            prop_assert!(one.deduction.minor() * 100 <= monthly * i64::from(percent));
            taken += one.deduction.minor() * i64::from(at.0 - one.months.from.0);
        }
        prop_assert_eq!(at, from.plus(length));
        prop_assert_eq!(plan.takes(), Money(taken));
        prop_assert!(taken <= left);
        // Enough months take all of it.
        let deduction = plan.segments[0].deduction.minor();
        prop_assert!(taken == left || i64::from(length) * deduction < left);
    }
}

#[test]
fn every_state_has_a_word() {
    for state in State::ALL {
        assert_eq!(State::parse(state.word()), Some(state));
    }
    assert_eq!(State::parse("forgotten"), None);
}
