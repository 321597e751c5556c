//! What each line does, by what is known when it comes. The expected column is the road of
//! the money, told by hand.

use kernel::ids::StatementId;
use kernel::{Money, PersonId};

use super::*;
use Fit::{Credited, Repeated, Returned, ReturnedLate};
use Says::{Accepted, CameBack, Debited, Pending, Rejected};

const BANK: i64 = 14;

fn payment(outcome: Option<Outcome>, told: &[(Says, &str)]) -> Payment {
    Payment {
        known: Known {
            statement: StatementId::from_u128(1),
            payee: PersonId::from_u128(2),
            account: "22618000123456789001".to_owned(),
            amount: Money(100),
            outcome,
            events: i64::from(outcome.is_some()),
        },
        bank: BANK,
        by_file: true,
        told: told
            .iter()
            .map(|(says, reference)| (*says, (*reference).to_owned()))
            .collect(),
    }
}

fn line(says: Says, reference: &str) -> Line {
    Line {
        says,
        end_to_end: None,
        original: None,
        account: None,
        creditor: None,
        amount: Some(Money(100)),
        currency: Some("UZS".to_owned()),
        reason: None,
        reference: Some(reference.to_owned()),
        day: None,
    }
}

#[test]
fn a_line_does_what_the_road_of_the_money_leaves_to_do() {
    let credited = Some(Outcome::Credited);
    let returned = Some(Outcome::Returned);
    #[track_caller]
    fn check(known: (Option<Outcome>, &[(Says, &str)]), says: (Says, &str), expected: Fit) {
        let found = judge(
            &line(says.0, says.1),
            Some(&payment(known.0, known.1)),
            BANK,
        );
        assert_eq!(found, Verdict::Does(expected), "{known:?} then {says:?}");
    }
    use Says::Returned as Announced;
    let again = Fit::Unmatched(Why::BookedAgain);
    // The straight road, and the same told by a second file.
    check((None, &[]), (Debited, "D1"), Credited);
    check((credited, &[(Debited, "D1")]), (Debited, "D1"), Repeated);
    // A second debit of one payment is never silent, whatever came of the first.
    check((credited, &[(Debited, "D1")]), (Debited, "D2"), again);
    check(
        (returned, &[(Debited, "D1"), (CameBack, "R1")]),
        (Debited, "D2"),
        again,
    );
    // Rejected at once.
    check((None, &[]), (Rejected, ""), Returned);
    check((returned, &[]), (Rejected, ""), Repeated);
    check(
        (credited, &[(Debited, "D1")]),
        (Rejected, ""),
        Fit::Unmatched(Why::RejectedAfterBooking),
    );
    check(
        (returned, &[]),
        (Debited, "D1"),
        Fit::Unmatched(Why::CreditedAfterReturn),
    );
    // Back late: announced, then booked, then told by the day's statement; or booked alone.
    check(
        (credited, &[(Debited, "D1")]),
        (Announced, "A1"),
        ReturnedLate,
    );
    check(
        (returned, &[(Debited, "D1"), (Announced, "A1")]),
        (CameBack, "R1"),
        Repeated,
    );
    check(
        (
            returned,
            &[(Debited, "D1"), (Announced, "A1"), (CameBack, "R1")],
        ),
        (CameBack, "R1"),
        Repeated,
    );
    check(
        (credited, &[(Debited, "D1")]),
        (CameBack, "R1"),
        ReturnedLate,
    );
    check((returned, &[(CameBack, "R1")]), (Announced, "A1"), Repeated);
    check((returned, &[(CameBack, "R1")]), (CameBack, "R2"), again);
    // Back before we heard that it had left: the debit that follows is its first half.
    check((None, &[]), (CameBack, "R1"), Returned);
    check((None, &[]), (Announced, "A1"), Returned);
    check((returned, &[(CameBack, "R1")]), (Debited, "D1"), Repeated);
    check((returned, &[(Announced, "A1")]), (Debited, "D1"), Repeated);
    // A statement of the day when it left, read after it came back.
    check(
        (returned, &[(Debited, "D1"), (CameBack, "R1")]),
        (Debited, "D1"),
        Repeated,
    );
    // Rejected, and yet money comes: nobody knows from where.
    check((returned, &[]), (CameBack, "R1"), again);
}

#[test]
fn a_status_on_the_way_moves_no_money() {
    for says in [Accepted, Pending] {
        let found = judge(&line(says, ""), Some(&payment(None, &[])), BANK);
        assert_eq!(found, Verdict::Noted, "{says:?}");
    }
    for code in ["DUPL", "AM05"] {
        let twice = Line {
            reason: Some(code.to_owned()),
            ..line(Rejected, "")
        };
        assert_eq!(
            judge(&twice, Some(&payment(None, &[])), BANK),
            Verdict::Noted
        );
    }
    assert_eq!(judge(&line(Pending, ""), None, BANK), Verdict::Noted);
}

#[test]
fn a_line_that_does_not_fit_goes_to_people() {
    #[track_caller]
    fn check(line: Line, payment: Option<&Payment>, sender: i64, expected: Why) {
        let found = judge(&line, payment, sender);
        assert_eq!(found, Verdict::Does(Fit::Unmatched(expected)));
    }
    let known = payment(None, &[]);
    check(line(Debited, "D1"), None, BANK, Why::UnknownPayment);
    check(line(Debited, "D1"), Some(&known), 0, Why::UnknownSender);
    check(line(Debited, "D1"), Some(&known), 401, Why::OtherBank);
    let by_wire = Payment {
        by_file: false,
        ..known.clone()
    };
    check(line(Debited, "D1"), Some(&by_wire), BANK, Why::NotByFile);
    let sum = |amount| Line {
        amount,
        ..line(Debited, "D1")
    };
    check(sum(Some(Money(99))), Some(&known), BANK, Why::AmountDiffers);
    check(sum(None), Some(&known), BANK, Why::NoAmount);
    let currency = Line {
        currency: Some("EUR".to_owned()),
        ..line(Debited, "D1")
    };
    check(currency, Some(&known), BANK, Why::CurrencyDiffers);
    let to = |says, account: &str| Line {
        creditor: Some(account.to_owned()),
        ..line(says, "D1")
    };
    for other in ["22618000123456789002", "NL41MOCK0000000001", "x"] {
        check(to(Debited, other), Some(&known), BANK, Why::AccountDiffers);
    }
    // Wrapped or not, it is the account; and in money that came back it is anybody's.
    let wrapped = bankfile::account::iban("22618000123456789001");
    for (says, account) in [
        (Debited, wrapped.as_str()),
        (Debited, "22618000123456789001"),
        (CameBack, "23402000300100001010"),
    ] {
        let found = judge(&to(says, account), Some(&known), BANK);
        assert!(
            !matches!(found, Verdict::Does(Fit::Unmatched(_))),
            "{account}"
        );
    }
}

#[test]
fn a_booking_without_a_name_is_named_by_its_day() {
    let nameless = Line {
        reference: None,
        day: kernel::Day::parse("2026-11-24").ok(),
        ..line(Debited, "")
    };
    assert_eq!(reference(&nameless), "day 2026-11-24");
    assert_eq!(reference(&line(Debited, "D1")), "D1");
}
