//! Orders accepted once, funded a working day later, covering exactly their statements.

use super::*;

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

fn order(id: &str, total: i64, budget: i64, bank: i64) -> Order {
    Order {
        order_id: id.into(),
        run_id: "run".into(),
        month: "2026-02".into(),
        currency: "UZS".into(),
        total_minor: total,
        budget_lines: vec![BudgetLine {
            district: "1724220".into(),
            programme: "child_benefit".into(),
            amount_minor: budget,
        }],
        banks: vec![BankLine {
            mfo: "00601".into(),
            statement_id: "s".into(),
            count: 1,
            total_minor: bank,
            sha256: String::new(),
        }],
    }
}

fn offered(id: &str, total_minor: i64) -> Offered {
    Offered {
        statement_id: id.into(),
        count: 1,
        total_minor,
        sha256: String::new(),
    }
}

#[test]
fn an_order_is_accepted_once_and_only_when_its_sums_agree() {
    let mut treasury = Treasury::default();
    let now = at("2026-02-04T10:00:00+05:00");
    assert_eq!(treasury.accept(order("a", 5, 5, 5), now), Ok(true));
    assert_eq!(treasury.accept(order("a", 5, 5, 5), now), Ok(false));
    let conflict = OrderRefusal::Conflict {
        order_id: "a".into(),
    };
    assert_eq!(treasury.accept(order("a", 6, 6, 6), now), Err(conflict));
    let budget = OrderRefusal::BudgetSum {
        total_minor: 5,
        budget_lines_minor: 4,
    };
    assert_eq!(treasury.accept(order("b", 5, 4, 5), now), Err(budget));
    let bank = OrderRefusal::BankSum {
        total_minor: 5,
        banks_minor: 6,
    };
    assert_eq!(treasury.accept(order("b", 5, 5, 6), now), Err(bank));
}

#[test]
fn an_order_is_funded_on_the_next_working_day() {
    let mut treasury = Treasury::default();
    // Friday.
    let _ = treasury.accept(order("a", 5, 5, 5), at("2026-02-06T10:00:00+05:00"));
    assert!(
        treasury
            .fund(at("2026-02-06T18:00:00+05:00"), false)
            .is_empty()
    );
    assert!(
        treasury
            .fund(at("2026-02-07T10:00:00+05:00"), false)
            .is_empty()
    );
    assert_eq!(
        treasury.covers("00601", "a", &offered("s", 5)),
        Err(Uncovered::NotFunded)
    );
    assert_eq!(
        treasury.fund(at("2026-02-09T10:00:00+05:00"), false),
        vec!["a".to_owned()]
    );
    assert_eq!(treasury.state("a").map(|state| state.funded_minor), Some(5));
    assert_eq!(treasury.covers("00601", "a", &offered("s", 5)), Ok(()));
    assert_eq!(
        treasury.covers("00601", "a", &offered("other", 5)),
        Err(Uncovered::NotInOrder)
    );
    let differs = Uncovered::Differs {
        count: 1,
        total_minor: 5,
    };
    assert_eq!(
        treasury.covers("00601", "a", &offered("s", 6)),
        Err(differs)
    );
}

#[test]
fn an_order_is_funded_at_once_where_that_is_asked() {
    let mut treasury = Treasury::default();
    let now = at("2026-02-07T10:00:00+05:00");
    let _ = treasury.accept(order("a", 5, 5, 5), now);
    assert_eq!(treasury.fund(now, true).len(), 1);
}
