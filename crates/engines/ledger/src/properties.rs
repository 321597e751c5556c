//! What holds for any batch: debits equal credits, nothing is overdrawn, a batch
//! folded twice or cut in pieces ends the same.

use kernel::{Currency, Money};
use proptest::prelude::*;
use uuid::Uuid;

use crate::{Account, AccountId, Book, Code, Limit, Step, Transfer};

const OWNERS: u128 = 3;

fn any_transfer() -> impl Strategy<Value = Transfer> {
    let step = prop::sample::select(Step::ALL.to_vec());
    (step, 0..40u128, 0..OWNERS, 0..OWNERS, 1..60i64).prop_map(
        |(step, subject, debit, credit, amount)| {
            let [subject, debit, credit] = [subject, debit, credit].map(Uuid::from_u128);
            Transfer::new(step, subject, debit, credit, Money(amount), Currency::Uzs)
        },
    )
}

fn open_book() -> Book {
    let mut book = Book::new();
    for code in Code::ALL {
        for owner in 0..OWNERS {
            let id = AccountId::new(code, Uuid::from_u128(owner));
            book.hold(Account::opened(id, Currency::Uzs));
        }
    }
    book
}

/// Posts one by one what can be posted, as a caller does that leaves out what is refused.
fn post_each(book: &mut Book, transfers: &[Transfer]) -> Vec<Transfer> {
    let mut accepted = Vec::new();
    for transfer in transfers {
        let batch = [*transfer];
        if let Ok(folded) = book.fold(&batch) {
            book.apply(&batch, &folded);
            accepted.push(*transfer);
        }
    }
    accepted
}

fn sorted(book: &Book) -> Vec<Account> {
    let mut accounts: Vec<Account> = book.accounts().copied().collect();
    accounts.sort_by_key(|account| account.id);
    accounts
}

proptest! {
    #[test]
    fn debits_equal_credits_and_no_limit_is_passed(
        transfers in prop::collection::vec(any_transfer(), 0..200)
    ) {
        let mut book = open_book();
        post_each(&mut book, &transfers);
        let debits: Money = book.accounts().map(|account| account.debits).sum();
        let credits: Money = book.accounts().map(|account| account.credits).sum();
        prop_assert_eq!(debits, credits);
        for account in book.accounts() {
            match account.id.code.limit() {
                Limit::None => {}
                Limit::DebitsWithinCredits => prop_assert!(account.debits <= account.credits),
                Limit::CreditsWithinDebits => prop_assert!(account.credits <= account.debits),
            }
        }
    }

    #[test]
    fn a_batch_ends_as_its_transfers_one_by_one_and_a_repeat_changes_nothing(
        transfers in prop::collection::vec(any_transfer(), 0..200)
    ) {
        let mut one_by_one = open_book();
        let accepted = post_each(&mut one_by_one, &transfers);

        let mut at_once = open_book();
        let folded = at_once.fold(&accepted).expect("each of them was accepted");
        at_once.apply(&accepted, &folded);
        prop_assert_eq!(sorted(&at_once), sorted(&one_by_one));

        let again = at_once.fold(&accepted).expect("a repeat is no fault");
        prop_assert!(again.fresh.is_empty() && again.changes.is_empty());
        prop_assert_eq!(again.repeated, accepted.len());
    }
}
