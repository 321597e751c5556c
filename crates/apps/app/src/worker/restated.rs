//! Restated months become arrears and debts, and persons are told of debts.

use casework::notice::{self, Notice, Told};
use payments::debt;
use payments::restatement;

use super::Settled;
use super::gather::payable_from;
use crate::daftar::Daftar;
use crate::error::Result;

impl Daftar {
    /// Settles what is open. What the budget does not reach stays, and is no work that was done.
    pub(super) async fn settle_restated(&self) -> Result<Settled> {
        let mut tx = self.platform.db.read().await?;
        let is_due = restatement::is_open(&mut tx).await? || debt::is_moving(&mut tx).await?;
        drop(tx);
        if !is_due {
            return Ok(Settled::default());
        }
        let ids = &self.platform.ids;
        let mut tx = self.platform.db.begin().await?;
        let pay_month = payable_from(&mut tx, self.today().month()).await?;
        let settled = restatement::settle(&mut tx, ids, pay_month).await?;
        let found = debt::found(&mut tx).await?;
        let told = |debt: &debt::Debt| Notice {
            about: debt.id,
            person: debt.payee,
            told: Told::DebtFound,
        };
        let notices: Vec<Notice> = found.iter().map(told).collect();
        notice::write(&mut tx, ids.now(), &notices).await?;
        for debt in &found {
            debt::notify(&mut tx, ids, debt.id).await?;
        }
        let recovered = debt::end_recovered(&mut tx, ids).await?;
        tx.commit().await?;
        Ok(Settled {
            changes: settled.arrears + settled.debts + settled.cancelled + recovered,
            messages: notices.len(),
            ..Settled::default()
        })
    }
}
