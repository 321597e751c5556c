//! Our payments against the banks' own books.
//!
//! A book is read in pages and never held: each page is looked up, and at the end a
//! fingerprint that does not depend on the order (the wrapping sum of what each credited
//! line hashes to) must equal that of our own credited lines. So a line that is missing,
//! doubled or changed on either side shows, in memory that does not grow with the book.

use std::collections::HashMap;

use kernel::{Mfo, Money};
use sha2::{Digest, Sha256};
use store::{Db, Platform, Tx, bulk, fetch_all, fetch_values};
use uuid::Uuid;

use super::Difference;
use crate::bank::{BookEntry, Outcome, Partners};
use crate::limits::{DIFFERENCES_MAX, STATEMENT_PAGE_LINES};
use crate::{PaymentId, Result, sql};

/// The comparison with one bank's book: [`BookCheck::take`] each page, then
/// [`BookCheck::end`].
#[derive(Debug)]
pub struct BookCheck {
    mfo: Mfo,
    theirs: Fingerprint,
    differences: Vec<Difference>,
}

/// Lines, sum and order-free hash of credited payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fingerprint {
    lines: u64,
    total: Money,
    hash: u128,
}

impl Fingerprint {
    fn add(&mut self, payment: Uuid, account: &str, amount: i64) {
        let mut hasher = Sha256::new();
        hasher.update(payment.as_bytes());
        hasher.update(account.as_bytes());
        hasher.update(amount.to_le_bytes());
        let hash: [u8; 32] = hasher.finalize().into();
        let (half, _) = hash.split_at(16);
        let number = half
            .iter()
            .fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
        self.lines += 1;
        self.total += Money(amount);
        self.hash = self.hash.wrapping_add(number);
    }
}

/// Compares with the books of all banks that ever got a statement.
pub async fn against_banks(platform: &Platform, partners: &Partners) -> Result<Vec<Difference>> {
    let mut tx = platform.db.read().await?;
    let banks = fetch_values!(
        tx,
        i64,
        "SELECT DISTINCT s.mfo FROM statement s LEFT JOIN statement_way w ON w.statement = s.id
         WHERE s.accepted_at IS NOT NULL AND COALESCE(w.way, 'wire') = 'wire' ORDER BY s.mfo"
    )?;
    drop(tx);
    let mut differences = Vec::new();
    for mfo in banks {
        let mfo = sql::mfo(mfo)?;
        let mut check = BookCheck::of(mfo);
        let mut after = 0;
        loop {
            let page = partners.book(mfo, after).await?;
            let Some(last) = page.iter().map(|entry| entry.seq).max() else {
                break;
            };
            check.take(&platform.db, &page).await?;
            after = last;
        }
        differences.extend(check.end(&platform.db).await?);
    }
    Ok(differences)
}

struct Ours {
    account: String,
    amount: i64,
    mfo: i64,
    state: Option<String>,
    events: i64,
}

impl BookCheck {
    pub fn of(mfo: Mfo) -> BookCheck {
        BookCheck {
            mfo,
            theirs: Fingerprint::default(),
            differences: Vec::new(),
        }
    }

    /// A page of the bank's book.
    pub async fn take(&mut self, db: &Db, page: &[BookEntry]) -> Result<()> {
        let mut tx = db.read().await?;
        let ours = ours(&mut tx, page).await?;
        for entry in page {
            if entry.outcome == Outcome::Credited {
                self.theirs
                    .add(entry.payment_id.0, &entry.account, entry.amount_minor);
            }
            let Some(wrong) = self.compare(entry, ours.get(&entry.payment_id)) else {
                continue;
            };
            self.say(
                "the bank's book is ours, line by line",
                entry.payment_id,
                wrong,
            );
        }
        Ok(())
    }

    fn compare(&self, entry: &BookEntry, ours: Option<&Ours>) -> Option<String> {
        let Some(ours) = ours else {
            return Some("the bank booked a payment that we never made".to_owned());
        };
        if ours.mfo != i64::from(self.mfo.number()) {
            return Some(format!("it was meant for bank {:05}", ours.mfo));
        }
        if ours.account != entry.account {
            return Some("the bank booked another account".to_owned());
        }
        if ours.amount != entry.amount_minor {
            return Some(format!(
                "{} here, {} there",
                ours.amount, entry.amount_minor
            ));
        }
        // A book keeps the credit that it took back later as a line of its own.
        let later = ours.events > 1 && entry.outcome == Outcome::Credited;
        match ours.state.as_deref() {
            Some(state) if state == entry.outcome.as_str() || later => None,
            Some(state) => Some(format!("{state} here, {} there", entry.outcome.as_str())),
            None => Some(format!(
                "not answered here, {} there",
                entry.outcome.as_str()
            )),
        }
    }

    /// The end of the book: what the bank never booked, and what it booked twice.
    pub async fn end(mut self, db: &Db) -> Result<Vec<Difference>> {
        let ours = self.ours(db).await?;
        if ours != self.theirs {
            let found = format!(
                "bank {}: {} lines of {} credited here, {} of {} in its book{}",
                self.mfo,
                ours.lines,
                ours.total,
                self.theirs.lines,
                self.theirs.total,
                if ours.lines == self.theirs.lines {
                    ", of other payments"
                } else {
                    ""
                }
            );
            self.differences.push(Difference {
                check: "the bank's book has our lines once",
                found,
            });
        }
        Ok(self.differences)
    }

    /// Every credit that this bank told us.
    async fn ours(&self, db: &Db) -> Result<Fingerprint> {
        let mut print = Fingerprint::default();
        let mut after = Uuid::nil();
        loop {
            let mut tx = db.read().await?;
            let rows = fetch_all!(
                tx,
                (Uuid, String, i64),
                "SELECT p.id, p.account, p.amount_minor FROM payment p
                 JOIN statement s ON s.id = p.statement
                 LEFT JOIN statement_way w ON w.statement = s.id
                 JOIN payment_event e ON e.payment = p.id AND e.state = 'credited'
                 WHERE p.id > $1 AND s.mfo = $2 AND COALESCE(w.way, 'wire') = 'wire'
                 ORDER BY p.id LIMIT $3",
                after,
                i64::from(self.mfo.number()),
                STATEMENT_PAGE_LINES
            )?;
            let Some(last) = rows.last() else {
                return Ok(print);
            };
            after = last.0;
            rows.iter()
                .for_each(|(id, account, amount)| print.add(*id, account, *amount));
        }
    }

    fn say(&mut self, check: &'static str, payment: PaymentId, found: String) {
        if (self.differences.len() as i64) < DIFFERENCES_MAX {
            self.differences.push(Difference {
                check,
                found: format!("{payment}: {found}"),
            });
        }
    }
}

async fn ours(tx: &mut Tx, page: &[BookEntry]) -> Result<HashMap<PaymentId, Ours>> {
    const OF_IDS: bulk::With = bulk::With {
        v: "id",
        statement: "SELECT p.id, p.account, p.amount_minor, s.mfo, e.state, e.seq
            FROM v CROSS JOIN payment p JOIN statement s ON s.id = p.statement
            LEFT JOIN payment_event e ON e.payment = p.id
            WHERE p.id = v.id",
    };
    let mut ids: Vec<PaymentId> = page.iter().map(|entry| entry.payment_id).collect();
    ids.sort_unstable();
    ids.dedup();
    type Row = (Uuid, String, i64, i64, Option<String>, Option<i64>);
    let rows: Vec<Row> = bulk::select_in(tx, &OF_IDS, &ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    let mut ours: HashMap<PaymentId, Ours> = HashMap::with_capacity(rows.len());
    for (id, account, amount, mfo, state, seq) in rows {
        let seq = seq.unwrap_or(0);
        let newer = ours
            .get(&PaymentId(id))
            .is_none_or(|known| known.events < seq);
        if newer {
            ours.insert(
                PaymentId(id),
                Ours {
                    account,
                    amount,
                    mfo,
                    state,
                    events: seq,
                },
            );
        }
    }
    Ok(ours)
}
