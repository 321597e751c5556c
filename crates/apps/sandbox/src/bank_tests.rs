//! Nobody is paid twice, however often a statement comes.

use super::*;

fn now() -> Instant {
    Instant::parse_rfc3339("2026-02-05T10:00:00+05:00").unwrap()
}

fn tomorrow() -> Instant {
    now().plus_seconds(86_400)
}

fn statement(id: &str, payments: &[(u128, &str, i64)]) -> Statement {
    let line = |(payment, account, amount): &(u128, &str, i64)| Line {
        payment_id: Uuid::from_u128(*payment),
        account: (*account).into(),
        amount_minor: *amount,
    };
    Statement {
        statement_id: id.into(),
        order_id: "order".into(),
        run_id: "run".into(),
        month: "2026-02".into(),
        count: payments.len() as u64,
        total_minor: payments.iter().map(|(_, _, amount)| amount).sum(),
        lines: payments.iter().map(line).collect(),
    }
}

/// Account "closed" is closed, any other takes money.
fn fate(_: &str, account: &str) -> Option<ReturnReason> {
    (account == "closed").then_some(ReturnReason::AC04)
}

fn pay(banks: &mut Banks, statement: Statement) {
    let key = ("00601".to_owned(), statement.statement_id.clone());
    banks.take("00601", statement, now()).unwrap();
    banks.work(&key, tomorrow(), fate);
}

fn credited(banks: &Banks) -> i64 {
    let book = banks.book_of("00601", 0, usize::MAX);
    let credited = book
        .iter()
        .filter(|(_, booked)| booked.outcome == BookOutcome::Credited);
    credited.map(|(_, booked)| booked.amount_minor).sum()
}

#[test]
fn a_statement_sent_twice_is_booked_once() {
    let mut banks = Banks::default();
    let sent = statement("s", &[(1, "a", 10), (2, "closed", 20), (3, "c", 30)]);
    assert_eq!(banks.take("00601", sent.clone(), now()), Ok(true));
    assert!(banks.due(now(), false).is_empty());
    let due = banks.due(tomorrow(), false);
    assert_eq!(due.len(), 1);
    banks.work(&due[0], tomorrow(), fate);
    banks.work(&due[0], tomorrow(), fate);
    assert_eq!(banks.take("00601", sent, now()), Ok(false));
    assert!(banks.due(tomorrow(), true).is_empty());
    assert_eq!(credited(&banks), 40);
    let (complete, answers) = banks.answers("00601", "s", 0, 10).unwrap();
    assert!(complete);
    let outcomes: Vec<_> = answers
        .iter()
        .map(|(seq, booked)| (*seq, booked.reason))
        .collect();
    assert_eq!(
        outcomes,
        [(1, None), (2, Some(ReturnReason::AC04)), (3, None)]
    );
    assert_eq!(banks.answers("00601", "s", 2, 10).unwrap().1.len(), 1);
    assert!(banks.answers("00601", "other", 0, 10).is_none());
}

#[test]
fn a_payment_in_two_statements_is_credited_once_and_a_returned_one_may_be_tried_again() {
    let mut banks = Banks::default();
    pay(
        &mut banks,
        statement("first", &[(1, "a", 10), (2, "closed", 20)]),
    );
    pay(
        &mut banks,
        statement(
            "second",
            &[(1, "a", 10), (2, "mended", 20), (2, "mended", 20)],
        ),
    );
    assert_eq!(credited(&banks), 30);
    assert_eq!(banks.book_of("00601", 0, 100).len(), 3);
    let (complete, answers) = banks.answers("00601", "second", 0, 10).unwrap();
    assert!(complete);
    assert!(
        answers
            .iter()
            .all(|(_, booked)| booked.outcome == BookOutcome::Credited)
    );
}

#[test]
fn a_statement_that_does_not_add_up_is_refused() {
    fn check(change: impl Fn(&mut Statement), expected: &StatementRefusal) {
        let mut sent = statement("s", &[(1, "a", 10), (2, "b", 20)]);
        change(&mut sent);
        assert_eq!(
            Banks::default().take("00601", sent, now()).as_ref(),
            Err(expected)
        );
    }
    check(
        |s| s.count = 3,
        &StatementRefusal::Count { count: 3, lines: 2 },
    );
    check(
        |s| s.total_minor = 31,
        &StatementRefusal::Total {
            total_minor: 31,
            lines_minor: 30,
        },
    );
    let negative = StatementRefusal::Negative {
        payment_id: Uuid::from_u128(2),
        amount_minor: -1,
    };
    check(|s| s.lines[1].amount_minor = -1, &negative);
    let mut banks = Banks::default();
    pay(&mut banks, statement("s", &[(1, "a", 10)]));
    let conflict = StatementRefusal::Conflict {
        statement_id: "s".into(),
    };
    assert_eq!(
        banks.take("00601", statement("s", &[(1, "a", 11)]), now()),
        Err(conflict)
    );
}
