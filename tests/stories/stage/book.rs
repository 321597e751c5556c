//! The banks' own book beside our payments, compared without any code of the payments crate.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Month;
use serde::Deserialize;
use store::{Db, Tx};
use uuid::Uuid;

use super::{Stage, wire};

#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    pub payment_id: Uuid,
    pub account: String,
    pub amount_minor: i64,
    pub outcome: String,
}

#[derive(Deserialize)]
struct Page {
    entries: Vec<Entry>,
}

/// A payment of ours and the last that was heard of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Paid {
    pub id: Uuid,
    pub entitlement: Uuid,
    pub month: i64,
    pub account: String,
    pub amount_minor: i64,
    pub state: Option<String>,
}

/// Every line of every bank's book; small districts fit into one page of a bank.
pub async fn read(sandbox: &str) -> Vec<Entry> {
    let banks = wire::get(&format!("{sandbox}/banks"), "").await;
    let banks: Vec<String> = serde_json::from_str(&banks.text).expect("a list of banks");
    let mut book = Vec::new();
    for mfo in banks {
        let page = wire::get(&format!("{sandbox}/banks/{mfo}/book"), "").await;
        let page: Page = serde_json::from_str(&page.text).expect("a book");
        book.extend(page.entries);
    }
    book
}

pub async fn payments(db: &Db) -> Vec<Paid> {
    let mut tx = db.read().await.expect("a snapshot");
    store::fetch_all!(
        tx,
        Paid,
        "SELECT p.id, p.entitlement, p.month, p.account, p.amount_minor, \
         (SELECT e.state FROM payment_event e WHERE e.payment = p.id \
          ORDER BY e.seq DESC LIMIT 1) AS state FROM payment p"
    )
    .expect("payments")
}

/// Everybody to whom the month's money is owed stands in the books exactly once with it, as
/// credited or as returned; nothing else stands there; and we know the same. Gives the number of
/// credits and their sum.
pub fn compare(
    book: &[Entry],
    payments: Vec<Paid>,
    owed: &BTreeMap<Uuid, i64>,
    month: Month,
) -> (usize, i64) {
    let payments: BTreeMap<Uuid, Paid> = payments.into_iter().map(|p| (p.id, p)).collect();
    let mut credited: BTreeSet<Uuid> = BTreeSet::new();
    let mut returned: BTreeSet<Uuid> = BTreeSet::new();
    let mut sum = 0;
    for entry in book {
        let ours = payments.get(&entry.payment_id);
        let ours = ours.unwrap_or_else(|| panic!("the bank booked what we never made: {entry:?}"));
        assert_eq!(ours.month, i64::from(month.0));
        assert_eq!(
            (&ours.account, ours.amount_minor),
            (&entry.account, entry.amount_minor)
        );
        assert_eq!(
            ours.state.as_deref(),
            Some(entry.outcome.as_str()),
            "{entry:?}"
        );
        if entry.outcome == "credited" {
            assert!(credited.insert(ours.entitlement), "paid twice: {entry:?}");
            sum += entry.amount_minor;
        } else {
            assert!(returned.insert(ours.entitlement), "sent twice: {entry:?}");
        }
    }
    assert!(!owed.is_empty(), "a story in which nobody is owed anything");
    let answered: BTreeSet<Uuid> = credited.union(&returned).copied().collect();
    assert_eq!(answered, owed.keys().copied().collect(), "somebody is lost");
    let expected: i64 = owed
        .iter()
        .filter(|(id, _)| credited.contains(id))
        .map(|(_, minor)| minor)
        .sum();
    assert_eq!(sum, expected);
    (credited.len(), sum)
}

impl Stage {
    pub async fn book(&self) -> Vec<Entry> {
        read(&self.sandbox_address).await
    }

    pub async fn payments(&self) -> Vec<Paid> {
        payments(&self.daftar.platform.db).await
    }

    /// What is owed for the month and to whom: the money of every award that runs in it.
    pub async fn owed(&self, month: Month) -> BTreeMap<Uuid, i64> {
        let mut tx = self.daftar.platform.db.read().await.expect("a snapshot");
        owed(&mut tx, month).await.into_iter().collect()
    }

    /// [`compare`], for the awards of the month.
    pub async fn nobody_is_paid_twice_and_nobody_lost(&self, month: Month) -> (usize, i64) {
        let (book, payments) = (self.book().await, self.payments().await);
        compare(&book, payments, &self.owed(month).await, month)
    }
}

async fn owed(tx: &mut Tx, month: Month) -> Vec<(Uuid, i64)> {
    store::fetch_all!(
        tx,
        (Uuid, i64),
        "SELECT a.id, a.amount_minor FROM award a WHERE a.first_month <= $1 AND a.end_month > $1 \
         AND NOT EXISTS (SELECT 1 FROM award_stop s WHERE s.award = a.id AND s.from_month <= $1)",
        i64::from(month.0)
    )
    .expect("awards")
}
