//! A batch of transfers folded in memory over the accounts that it touches.

use std::collections::HashMap;

use kernel::Money;

use crate::account::{Account, AccountId, Limit};
use crate::transfer::{Refusal, Refused, Side, Transfer, TransferId};

/// The accounts and the earlier transfers that a batch may meet.
#[derive(Clone, Debug, Default)]
pub struct Book {
    accounts: HashMap<AccountId, Account>,
    transfers: HashMap<TransferId, Transfer>,
}

/// What a batch adds to one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub account: AccountId,
    pub debits: Money,
    pub credits: Money,
}

/// What is to be written, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// Places in the batch of the transfers that are new.
    pub fresh: Vec<usize>,
    /// How many were known already, with the same content.
    pub repeated: usize,
    /// One change for each account, in the order of account ids.
    pub changes: Vec<Change>,
}

impl Book {
    pub fn new() -> Book {
        Book::default()
    }

    /// Puts an account in, as it is stored.
    pub fn hold(&mut self, account: Account) {
        self.accounts.insert(account.id, account);
    }

    /// Puts an earlier transfer in, as it is stored.
    pub fn remember(&mut self, transfer: Transfer) {
        self.transfers.insert(transfer.id, transfer);
    }

    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// Whether a transfer can overdraw the account on this side. The accounts at risk
    /// must be held as they are stored; the others may be held as newly opened.
    pub fn at_risk(account: AccountId, side: Side) -> bool {
        matches!(
            (account.code.limit(), side),
            (Limit::DebitsWithinCredits, Side::Debit) | (Limit::CreditsWithinDebits, Side::Credit)
        )
    }

    /// Folds a batch in its order. The book itself stays as it was.
    pub fn fold(&self, batch: &[Transfer]) -> Result<Folded, Refused> {
        let mut fold = Fold::over(self, batch.len());
        for (index, transfer) in batch.iter().enumerate() {
            fold.take(index, transfer).map_err(|refusal| Refused {
                index,
                id: transfer.id,
                refusal,
            })?;
        }
        Ok(fold.end(batch))
    }

    /// Makes a folded batch part of the book.
    pub fn apply(&mut self, batch: &[Transfer], folded: &Folded) {
        for &index in &folded.fresh {
            self.remember(batch[index]);
        }
        for change in &folded.changes {
            let account = self
                .accounts
                .get_mut(&change.account)
                .expect("folded over this book");
            account.debits += change.debits;
            account.credits += change.credits;
        }
    }
}

struct Fold<'a> {
    book: &'a Book,
    places: HashMap<AccountId, usize>,
    touched: Vec<Touched>,
    seen: HashMap<TransferId, Transfer>,
    fresh: Vec<usize>,
}

struct Touched {
    before: Account,
    now: Account,
}

impl<'a> Fold<'a> {
    fn over(book: &'a Book, transfers: usize) -> Fold<'a> {
        Fold {
            book,
            places: HashMap::with_capacity(transfers),
            touched: Vec::with_capacity(transfers),
            seen: HashMap::with_capacity(transfers),
            fresh: Vec::with_capacity(transfers),
        }
    }

    fn take(&mut self, index: usize, transfer: &Transfer) -> Result<(), Refusal> {
        check_shape(transfer)?;
        if self.repeats(transfer)? {
            return Ok(());
        }
        let debit = self.place(transfer.debit, Side::Debit, transfer)?;
        let credit = self.place(transfer.credit, Side::Credit, transfer)?;
        let debited = moved(&self.touched[debit].now, Side::Debit, transfer.amount)?;
        let credited = moved(&self.touched[credit].now, Side::Credit, transfer.amount)?;
        self.touched[debit].now = debited;
        self.touched[credit].now = credited;
        self.seen.insert(transfer.id, *transfer);
        self.fresh.push(index);
        Ok(())
    }

    fn repeats(&self, transfer: &Transfer) -> Result<bool, Refusal> {
        let earlier = self
            .book
            .transfers
            .get(&transfer.id)
            .or_else(|| self.seen.get(&transfer.id));
        match earlier {
            None => Ok(false),
            Some(earlier) if earlier == transfer => Ok(true),
            Some(earlier) => Err(Refusal::IdTaken {
                amount: earlier.amount,
            }),
        }
    }

    fn place(&mut self, id: AccountId, side: Side, transfer: &Transfer) -> Result<usize, Refusal> {
        let place = match self.places.get(&id) {
            Some(&place) => place,
            None => {
                let account = *self
                    .book
                    .accounts
                    .get(&id)
                    .ok_or(Refusal::AccountUnknown { side })?;
                self.touched.push(Touched {
                    before: account,
                    now: account,
                });
                self.places.insert(id, self.touched.len() - 1);
                self.touched.len() - 1
            }
        };
        let held = self.touched[place].now.currency;
        if held != transfer.currency {
            return Err(Refusal::CurrencyDiffers {
                side,
                held,
                asked: transfer.currency,
            });
        }
        Ok(place)
    }

    fn end(self, batch: &[Transfer]) -> Folded {
        let changed = self
            .touched
            .iter()
            .filter(|touched| touched.before != touched.now);
        let mut changes: Vec<Change> = changed
            .map(|touched| Change {
                account: touched.now.id,
                debits: touched.now.debits - touched.before.debits,
                credits: touched.now.credits - touched.before.credits,
            })
            .collect();
        changes.sort_unstable_by_key(|change| change.account);
        let debits: Money = changes.iter().map(|change| change.debits).sum();
        let credits: Money = changes.iter().map(|change| change.credits).sum();
        assert_eq!(
            debits, credits,
            "a batch whose debits differ from its credits"
        );
        Folded {
            repeated: batch.len() - self.fresh.len(),
            fresh: self.fresh,
            changes,
        }
    }
}

fn check_shape(transfer: &Transfer) -> Result<(), Refusal> {
    if transfer.amount <= Money::ZERO {
        return Err(Refusal::AmountNotPositive {
            amount: transfer.amount,
        });
    }
    let (debit, credit) = (transfer.debit.code, transfer.credit.code);
    if transfer.id.step.accounts() != (debit, credit) {
        return Err(Refusal::WrongAccounts {
            step: transfer.id.step,
            debit,
            credit,
        });
    }
    Ok(())
}

/// The account after the transfer, if its limit allows.
fn moved(account: &Account, side: Side, amount: Money) -> Result<Account, Refusal> {
    let mut after = *account;
    let total = match side {
        Side::Debit => &mut after.debits,
        Side::Credit => &mut after.credits,
    };
    *total = total
        .checked_add(amount)
        .ok_or(Refusal::TooLarge { side })?;
    if Book::at_risk(account.id, side) && after.balance().is_negative() {
        return Err(Refusal::Overdrawn {
            side,
            available: account.balance(),
            asked: amount,
        });
    }
    Ok(after)
}
