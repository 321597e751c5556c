//! A statement's lines as they were frozen, page by page, for a paper that people read.

use std::collections::HashMap;

use access::{Action, Permit};
use kernel::{BankAccount, Money, PersonId};
use store::{Db, Tx, fetch_all};
use uuid::Uuid;

use super::file::{Head, Writer, changed};
use crate::cash::Named;
use crate::{PaymentId, Result, sql};

/// One payment of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub payment: PaymentId,
    pub payee: PersonId,
    pub to: Destination,
    pub amount: Money,
    /// Whose budget pays it.
    pub district: u32,
}

/// Where the money of a line goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Account(BankAccount),
    /// The cashier pays this person, named as the line was frozen.
    CashDesk {
        pinfl: String,
        name: String,
    },
}

/// The lines, a page after the other. Like the bank's file they are hashed on the way: the last
/// page is given out only when the whole hashes to what was sealed.
#[derive(Debug)]
pub struct Lines {
    db: Db,
    /// `None` after the last page.
    writer: Option<Writer>,
    sha256: [u8; 32],
}

impl Lines {
    pub fn of(db: &Db, permit: &Permit, head: &Head, sha256: [u8; 32]) -> Lines {
        permit.must_be_for(&[Action::ReadRun, Action::SettleRun]);
        Lines {
            db: db.clone(),
            writer: Some(Writer::new(db, head)),
            sha256,
        }
    }

    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Line>>> {
        let Some(writer) = &mut self.writer else {
            return Ok(None);
        };
        let Some((_, (rows, mut named))) = writer.next().await? else {
            return Ok(None);
        };
        if writer.ended() {
            self.end()?;
        }
        let Some((first, last)) = rows.first().zip(rows.last()) else {
            return Ok(None);
        };
        let mut tx = self.db.read().await?;
        let districts = districts_between(&mut tx, (first.0, last.0)).await?;
        let line = |(payment, account, amount, payee, _): super::file::LineRow| {
            let district = districts.get(&payment).copied().unwrap_or_default();
            Ok(Line {
                payment: PaymentId(payment),
                payee: PersonId(payee),
                to: destination(&account, named.remove(&payment))?,
                amount: Money(amount),
                district: sql::district(district)?,
            })
        };
        Ok(Some(rows.into_iter().map(line).collect::<Result<_>>()?))
    }

    fn end(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        let head = writer.head().clone();
        match writer.finish()? == self.sha256 {
            true => Ok(()),
            false => Err(changed(&head)),
        }
    }
}

fn destination(account: &str, cash: Option<Named>) -> Result<Destination> {
    Ok(match cash {
        Some(Named { pinfl, name }) => Destination::CashDesk { pinfl, name },
        None => Destination::Account(sql::account(account)?),
    })
}

async fn districts_between(tx: &mut Tx, (first, last): (Uuid, Uuid)) -> Result<HashMap<Uuid, i64>> {
    let rows = fetch_all!(
        tx,
        (Uuid, i64),
        "SELECT p.id, a.district FROM payment p JOIN appropriation a ON a.id = p.appropriation
         WHERE p.id >= $1 AND p.id <= $2",
        first,
        last
    )?;
    Ok(rows.into_iter().collect())
}
