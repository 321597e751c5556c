//! Tables: accounts above, then one transfer a row with its expected answer last.
//!
//! An account is `Code.name debits credits`; a transfer is
//! `Step subject debit credit amount -> answer`. The answers are in the order in
//! which the engine asks, so a row with two faults shows the first.

use kernel::{Currency, Money};
use uuid::Uuid;

use crate::{Account, AccountId, Book, Code, Refusal, Step, Transfer, TransferId};

fn check(table: &str) {
    let mut book = Book::new();
    for (number, line) in table.lines().map(str::trim).enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            ["hold", account, debits, credits] => book.hold(Account {
                id: account_id(account),
                currency: Currency::Uzs,
                debits: money(debits),
                credits: money(credits),
            }),
            [step, subject, debit, credit, amount, "->", expected] => {
                let batch = [transfer(step, subject, debit, credit, amount)];
                let answer = match book.fold(&batch) {
                    Ok(folded) => {
                        book.apply(&batch, &folded);
                        if folded.repeated == 1 {
                            "repeated".into()
                        } else {
                            "ok".into()
                        }
                    }
                    Err(refused) => short(refused.refusal),
                };
                assert_eq!(answer, expected, "row {number}: {line}");
            }
            _ => panic!("row {number} is not a row: {line}"),
        }
    }
}

fn short(refusal: Refusal) -> String {
    match refusal {
        Refusal::AmountNotPositive { .. } => "not_positive".into(),
        Refusal::WrongAccounts { .. } => "wrong_accounts".into(),
        Refusal::IdTaken { amount } => format!("id_taken:{}", amount.minor()),
        Refusal::AccountUnknown { side } => format!("unknown_{side:?}"),
        Refusal::CurrencyDiffers { side, .. } => format!("currency_{side:?}"),
        Refusal::TooLarge { side } => format!("too_large_{side:?}"),
        Refusal::Overdrawn {
            available, asked, ..
        } => {
            format!("overdrawn:{}<{}", available.minor(), asked.minor())
        }
    }
}

fn transfer(step: &str, subject: &str, debit: &str, credit: &str, amount: &str) -> Transfer {
    let step = Step::ALL
        .into_iter()
        .find(|known| format!("{known:?}") == step)
        .expect("a step");
    let (amount, currency) = match amount.strip_suffix("RUB") {
        Some(amount) => (amount, Currency::Rub),
        None => (amount, Currency::Uzs),
    };
    Transfer {
        id: TransferId {
            step,
            subject: name(subject),
        },
        debit: account_id(debit),
        credit: account_id(credit),
        amount: money(amount),
        currency,
    }
}

fn account_id(text: &str) -> AccountId {
    let (code, owner) = text.split_once('.').unwrap_or((text, ""));
    let code = Code::ALL
        .into_iter()
        .find(|known| format!("{known:?}") == code)
        .expect("a code");
    AccountId::new(code, name(owner))
}

fn name(text: &str) -> Uuid {
    Uuid::from_u128(
        text.bytes()
            .fold(0, |number, byte| number * 256 + u128::from(byte)),
    )
}

fn money(text: &str) -> Money {
    let minor = if text == "MAX" {
        i64::MAX
    } else {
        text.parse().expect("a sum")
    };
    Money(minor)
}

#[test]
fn money_goes_from_the_budget_to_the_person_and_no_further_than_it_may() {
    check(
        "hold Budget 0 0
         hold Appropriation.line 0 0
         hold Commitment.line 0 0
         hold Payable.zuhra 0 0
         hold Order.o1 0 0
         hold Bank.00014 0 0
         hold Returned 0 0
         hold Treasury 0 0
         Commit      e1 Appropriation.line Commitment.line    100 -> overdrawn:0<100
         Appropriate a1 Budget             Appropriation.line 250 -> ok
         Commit      e1 Appropriation.line Commitment.line    100 -> ok
         Commit      e2 Appropriation.line Commitment.line    151 -> overdrawn:150<151
         Withdraw    a2 Appropriation.line Budget             151 -> overdrawn:150<151
         Withdraw    a2 Appropriation.line Budget             150 -> ok
         Due         p1 Commitment.line    Payable.zuhra      101 -> overdrawn:100<101
         Due         p1 Commitment.line    Payable.zuhra      100 -> ok
         Send        s1 Bank.00014         Order.o1           100 -> overdrawn:0<100
         Fund        o1 Order.o1           Treasury           100 -> ok
         Credit      p1 Payable.zuhra      Bank.00014         100 -> overdrawn:0<100
         Send        s1 Bank.00014         Order.o1           100 -> ok
         Credit      p1 Payable.zuhra      Bank.00014         100 -> ok
         Credit      p2 Payable.zuhra      Bank.00014         100 -> overdrawn:0<100",
    );
}

#[test]
fn returned_money_is_owed_again_and_pays_the_next_attempt() {
    check(
        "hold Payable.zuhra 0 100
         hold Order.o2 0 0
         hold Bank.00014 100 0
         hold Returned 0 0
         Return     p1 Returned      Bank.00014    100 -> ok
         FundAgain  o2 Order.o2      Returned      101 -> overdrawn:100<101
         FundAgain  o2 Order.o2      Returned      100 -> ok
         Send       s2 Bank.00014    Order.o2      100 -> ok
         Credit     p2 Payable.zuhra Bank.00014    100 -> ok
         ReturnLate p2 Returned      Payable.zuhra 100 -> ok
         ReturnLate p2 Returned      Payable.zuhra 100 -> repeated",
    );
}

#[test]
fn the_same_id_answers_the_same_and_another_content_is_refused() {
    check(
        "hold Budget 0 0
         hold Appropriation.line 0 0
         hold Appropriation.other 0 0
         Appropriate a1 Budget Appropriation.line  100 -> ok
         Appropriate a1 Budget Appropriation.line  100 -> repeated
         Appropriate a1 Budget Appropriation.line   99 -> id_taken:100
         Appropriate a1 Budget Appropriation.other 100 -> id_taken:100
         Appropriate a1 Budget Appropriation.line 100RUB -> id_taken:100",
    );
}

#[test]
fn the_first_fault_in_the_order_of_questions_is_named() {
    check(
        "hold Budget 0 0
         hold Appropriation.line 0 0
         hold Appropriation.full 0 9223372036854775807
         hold Commitment.line 0 0
         Due         x  Budget             Appropriation.line 0      -> not_positive
         Appropriate x  Budget             Appropriation.line -5     -> not_positive
         Due         x  Budget             Appropriation.line 1      -> wrong_accounts
         Appropriate x  Appropriation.line Budget             1      -> wrong_accounts
         Appropriate a1 Budget             Appropriation.line 5      -> ok
         Appropriate a1 Budget             Appropriation.none 5RUB   -> id_taken:5
         Commit      x  Appropriation.none Commitment.line    1RUB   -> unknown_Debit
         Commit      x  Appropriation.line Commitment.none    1RUB   -> currency_Debit
         Commit      x  Appropriation.line Commitment.none    1      -> unknown_Credit
         Commit      x  Appropriation.line Commitment.line    9RUB   -> currency_Debit
         Appropriate x  Budget             Appropriation.full 1      -> too_large_Credit
         Appropriate x  Budget             Appropriation.full MAX    -> too_large_Debit
         Commit      x  Appropriation.line Commitment.line    6      -> overdrawn:5<6",
    );
}

#[test]
fn a_refused_batch_names_its_transfer_and_changes_nothing() {
    let mut book = Book::new();
    for code in [Code::Budget, Code::Appropriation, Code::Commitment] {
        book.hold(Account::opened(AccountId::single(code), Currency::Uzs));
    }
    let batch = [
        transfer("Appropriate", "a", "Budget", "Appropriation", "10"),
        transfer("Commit", "b", "Appropriation", "Commitment", "7"),
        transfer("Commit", "c", "Appropriation", "Commitment", "4"),
    ];
    let refused = book.fold(&batch).expect_err("ten is not eleven");
    assert_eq!(refused.index, 2);
    assert_eq!(short(refused.refusal), "overdrawn:3<4");
    assert!(book.accounts().all(|account| account.balance().is_zero()));
    let folded = book.fold(&batch[..2]).expect("the first two fit");
    assert_eq!((folded.fresh.len(), folded.changes.len()), (2, 3));
}

#[test]
fn every_stored_number_reads_back() {
    for code in Code::ALL {
        assert_eq!(Code::from_number(code.number()), Some(code));
    }
    for step in Step::ALL {
        assert_eq!(Step::from_number(step.number()), Some(step));
        let (debit, credit) = step.accounts();
        assert_ne!(debit, credit, "{step:?}");
    }
    assert_eq!((Code::from_number(0), Step::from_number(12)), (None, None));
}
