//! Writes batches of the `ledger` engine: the accounts at risk are read once, the batch
//! is folded in memory (and refused there, naming the transfer), then written once.
//!
//! One posting at a time in the whole installation ([`Tx::alone`]), so a balance read is
//! still true when it is written; the `CHECK` of the table stands behind it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Instant, Money};
use ledger::{Account, AccountId, Book, Change, Code, Folded, Side, Step, Transfer, TransferId};
use store::{Tx, bug, bulk};
use uuid::Uuid;

use crate::{CURRENCY, Result};

/// What the caller knows of the ids of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Made in this very transaction: no earlier transfer can have them.
    New,
    /// May have been posted before; the same content then changes nothing.
    MayRepeat,
}

/// A transfer in the country's currency.
pub(crate) fn transfer(
    step: Step,
    subject: Uuid,
    debit: Uuid,
    credit: Uuid,
    amount: Money,
) -> Transfer {
    Transfer::new(step, subject, debit, credit, amount, CURRENCY)
}

/// The owner of a bank's account in the ledger: its MFO.
pub(crate) fn bank_owner(mfo: kernel::Mfo) -> Uuid {
    Uuid::from_u128(u128::from(mfo.number()))
}

/// The owner of an account that exists once: a source, or the money sent back.
pub(crate) const ONE: Uuid = Uuid::nil();

pub(crate) async fn lock(tx: &mut Tx) -> Result<()> {
    if bug::is_planted("ledger_without_lock") {
        return Ok(());
    }
    Ok(tx.alone("payments.ledger").await?)
}

/// Posts a batch, or refuses it whole.
pub(crate) async fn post(
    tx: &mut Tx,
    at: Instant,
    batch: &[Transfer],
    known: Known,
) -> Result<Folded> {
    if batch.is_empty() {
        return Ok(Folded {
            fresh: Vec::new(),
            repeated: 0,
            changes: Vec::new(),
        });
    }
    lock(tx).await?;
    let mut book = Book::new();
    let read = hold_accounts(tx, &mut book, batch).await?;
    if known == Known::MayRepeat {
        remember_transfers(tx, &mut book, batch).await?;
    }
    let folded = book.fold(batch)?;
    write_transfers(tx, at, batch, &folded).await?;
    write_changes(tx, &book, &folded, &read).await?;
    Ok(folded)
}

/// Posts transfers of a caller outside of the payments, all of them new: for measuring how quick
/// posting alone is. Nothing that pays anybody comes this way.
#[doc(hidden)]
pub async fn post_new(tx: &mut Tx, at: Instant, batch: &[Transfer]) -> Result<usize> {
    Ok(post(tx, at, batch, Known::New).await?.fresh.len())
}

/// Puts the accounts at risk into the book as they are stored, the others as opened;
/// answers which ones are stored.
async fn hold_accounts(
    tx: &mut Tx,
    book: &mut Book,
    batch: &[Transfer],
) -> Result<BTreeSet<AccountId>> {
    let mut at_risk = BTreeSet::new();
    for transfer in batch {
        for (account, side) in [
            (transfer.debit, Side::Debit),
            (transfer.credit, Side::Credit),
        ] {
            if Book::at_risk(account, side) {
                at_risk.insert(account);
            }
            book.hold(Account::opened(account, CURRENCY));
        }
    }
    let at_risk: Vec<AccountId> = at_risk.into_iter().collect();
    let found = load(tx, &at_risk).await?;
    for account in &found {
        book.hold(*account);
    }
    Ok(found.iter().map(|account| account.id).collect())
}

async fn load(tx: &mut Tx, ids: &[AccountId]) -> Result<Vec<Account>> {
    const OF_IDS: bulk::With = bulk::With {
        v: "code, owner",
        statement: "SELECT a.code, a.owner, a.currency, a.debits_minor, a.credits_minor
            FROM v CROSS JOIN ledger_account a WHERE a.code = v.code AND a.owner = v.owner",
    };
    let rows: Vec<(i64, Uuid, String, i64, i64)> = bulk::select_in(tx, &OF_IDS, ids, |row, id| {
        row.push(i64::from(id.code.number())).push(id.owner);
    })
    .await?;
    rows.into_iter().map(read_account).collect()
}

fn read_account(row: (i64, Uuid, String, i64, i64)) -> Result<Account> {
    let (code, owner, currency, debits, credits) = row;
    let stored = |reason: String| store::Fault::Stored {
        what: "a ledger account",
        reason,
    };
    let code = u8::try_from(code)
        .ok()
        .and_then(Code::from_number)
        .ok_or_else(|| stored(format!("code {code}")))?;
    Ok(Account {
        id: AccountId::new(code, owner),
        currency: currency
            .parse()
            .map_err(|_| stored(format!("currency {currency}")))?,
        debits: Money(debits),
        credits: Money(credits),
    })
}

async fn remember_transfers(tx: &mut Tx, book: &mut Book, batch: &[Transfer]) -> Result<()> {
    const OF_IDS: bulk::With = bulk::With {
        v: "step, subject",
        statement: "SELECT t.subject, t.debit, t.credit, t.amount_minor
            FROM v CROSS JOIN ledger_transfer t WHERE t.step = v.step AND t.subject = v.subject",
    };
    let mut of_step: BTreeMap<Step, Vec<TransferId>> = BTreeMap::new();
    for transfer in batch {
        of_step
            .entry(transfer.id.step)
            .or_default()
            .push(transfer.id);
    }
    for (step, mut ids) in of_step {
        ids.sort_unstable();
        let rows: Vec<(Uuid, Uuid, Uuid, i64)> = bulk::select_in(tx, &OF_IDS, &ids, |row, id| {
            row.push(i64::from(id.step.number())).push(id.subject);
        })
        .await?;
        for (subject, debit, credit, amount) in rows {
            book.remember(transfer(step, subject, debit, credit, Money(amount)));
        }
    }
    Ok(())
}

async fn write_transfers(
    tx: &mut Tx,
    at: Instant,
    batch: &[Transfer],
    folded: &Folded,
) -> Result<()> {
    const TRANSFER: bulk::Insert = bulk::Insert {
        into: "ledger_transfer (step, subject, debit, credit, amount_minor, at)",
        on_conflict: "",
    };
    let mut fresh: Vec<&Transfer> = folded.fresh.iter().map(|&index| &batch[index]).collect();
    fresh.sort_by_key(|transfer| transfer.id);
    bulk::insert(tx, &TRANSFER, &fresh, |row, transfer| {
        row.push(i64::from(transfer.id.step.number()))
            .push(transfer.id.subject)
            .push(transfer.debit.owner)
            .push(transfer.credit.owner)
            .push(transfer.amount.minor())
            .push(at.0);
    })
    .await?;
    Ok(())
}

/// An account that was read is written with its new totals (the ledger is locked, so they
/// are still true, and the row proposed by the upsert passes the table's check); any other
/// is opened, or added to.
async fn write_changes(
    tx: &mut Tx,
    book: &Book,
    folded: &Folded,
    read: &BTreeSet<AccountId>,
) -> Result<()> {
    const TOTALS: bulk::Insert = bulk::Insert {
        into: "ledger_account (code, owner, currency, debits_minor, credits_minor)",
        on_conflict: "(code, owner) DO UPDATE SET
            debits_minor = excluded.debits_minor, credits_minor = excluded.credits_minor",
    };
    const ADD: bulk::Insert = bulk::Insert {
        into: "ledger_account (code, owner, currency, debits_minor, credits_minor)",
        on_conflict: "(code, owner) DO UPDATE SET
            debits_minor = ledger_account.debits_minor + excluded.debits_minor,
            credits_minor = ledger_account.credits_minor + excluded.credits_minor",
    };
    let after = |change: &Change| {
        let before = book.account(change.account).expect("folded over this book");
        let (debits, credits) = (
            before.debits + change.debits,
            before.credits + change.credits,
        );
        (change.account, debits.minor(), credits.minor())
    };
    let rows = folded.changes.iter().map(after);
    let (totals, added): (Vec<_>, Vec<_>) = rows.partition(|row| read.contains(&row.0));
    for (insert, rows) in [(TOTALS, totals), (ADD, added)] {
        bulk::insert(tx, &insert, &rows, |row, (account, debits, credits)| {
            row.push(i64::from(account.code.number()))
                .push(account.owner)
                .push(CURRENCY.code())
                .push(*debits)
                .push(*credits);
        })
        .await?;
    }
    Ok(())
}
