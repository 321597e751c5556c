//! Months as they were paid and as they are due.

use kernel::{AwardId, Money, Month, Period};

use super::model::{Paid, Reason, Restatement, differences};

/// A month, what it was paid with all restatements, how often it was restated.
type Row = (&'static str, i64, i64);

fn month(text: &str) -> Month {
    Month::parse(text).expect("a month")
}

#[track_caller]
fn check(paid: &[Row], (from, to, due): (&str, &str, i64), expected: &[(&str, i64, i64)]) {
    let paid = paid.iter().map(|&(text, amount, restated)| Paid {
        month: month(text),
        amount: Money(amount),
        restated,
    });
    let restatement = Restatement {
        award: AwardId::from_u128(1),
        months: Period {
            from: month(from),
            to: Some(month(to)),
        },
        due: Money(due),
        reason: Reason::Birth,
        decision: None,
    };
    let found = differences(&restatement, &paid.collect::<Vec<_>>());
    let found: Vec<_> = found
        .iter()
        .map(|one| (one.month, one.difference().minor(), one.seq))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|&(text, difference, seq)| (month(text), difference, seq))
        .collect();
    assert_eq!(found, expected);
}

const PAID: [Row; 3] = [
    ("2026-02", 100, 0),
    ("2026-03", 100, 0),
    ("2026-04", 100, 0),
];

#[test]
fn each_paid_month_of_the_stretch_is_compared() {
    check(
        &PAID,
        ("2026-03", "2026-05", 150),
        &[("2026-03", 50, 1), ("2026-04", 50, 1)],
    );
    check(&PAID, ("2026-02", "2026-03", 40), &[("2026-02", -60, 1)]);
    check(&PAID, ("2026-04", "2027-01", 0), &[("2026-04", -100, 1)]);
}

#[test]
fn the_same_again_and_months_that_were_not_paid_differ_in_nothing() {
    check(&PAID, ("2026-02", "2026-05", 100), &[]);
    check(&PAID, ("2026-05", "2026-09", 150), &[]);
    check(&PAID, ("2026-04", "2026-04", 150), &[]);
    check(&[], ("2026-02", "2026-05", 100), &[]);
}

#[test]
fn a_correction_of_a_correction_counts_what_the_first_one_found() {
    let restated = [("2026-02", 150, 1), ("2026-03", 100, 0)];
    check(
        &restated,
        ("2026-02", "2026-04", 120),
        &[("2026-02", -30, 2), ("2026-03", 20, 1)],
    );
}

#[test]
fn every_reason_has_a_word() {
    for reason in Reason::ALL {
        assert_eq!(Reason::parse(reason.word()), Some(reason));
    }
    assert_eq!(Reason::parse("whim"), None);
}
