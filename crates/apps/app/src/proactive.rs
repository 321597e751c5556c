//! Proactive awards over the whole register: casework chooses and awards, payments pays.

use access::{Action, Purpose};
use casework::case::first_paid_month;
use casework::proactive::{self, Free};
use kernel::ids::Uuid;
use kernel::{Money, Month, UnitId};
use payments::appropriation::{self, Budget};
use store::Tx;

use crate::daftar::Daftar;
use crate::entitle;
use crate::error::Result;

/// What a run of proactive awards did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProactiveReport {
    pub awarded: u64,
    /// Awarded, but no bank has told of a card of the payee yet.
    pub without_account: u64,
}

impl Daftar {
    /// Awards those whom the register run found entitled, within what is free in the first paid
    /// month after `month`, poorest first. `progress` hears how many are awarded so far.
    pub async fn award_register(
        &self,
        run: Uuid,
        month: Month,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<ProactiveReport> {
        let permit = self
            .permit(Action::AssessRegister, Purpose::Assessment, 0)
            .await?;
        let mut tx = self.platform.db.read().await?;
        let free = free(&mut tx, first_paid_month(month)).await?;
        let chosen = proactive::chosen(&mut tx, &self.shelf, run, &free).await?;
        drop(tx);
        let ids = &self.platform.ids;
        let mut report = ProactiveReport::default();
        let mut after = UnitId::NIL;
        loop {
            let mut tx = self.platform.db.begin().await?;
            let page =
                proactive::award_page(&mut tx, ids, &self.shelf, run, after, &chosen).await?;
            let Some((last, changes)) = page else {
                return Ok(report);
            };
            let followed = entitle::follow(&mut tx, ids, &permit, &changes).await?;
            entitle::wait_for_account(&mut tx, ids, &followed.without_account).await?;
            tx.commit().await?;
            after = last;
            report.awarded += changes.awards.len() as u64;
            report.without_account += followed.without_account.len() as u64;
            progress(report.awarded);
        }
    }
}

/// What every line of `month` has left when those who wait for an account have theirs.
pub(crate) async fn free(tx: &mut Tx, month: Month) -> Result<Free> {
    let mut promised = entitle::promised(tx, month).await?;
    let budgets = appropriation::available(tx, month).await?;
    let left = |line: Budget| {
        let free = line.available();
        let key = (line.district, line.programme);
        let taken = promised.remove(&key).unwrap_or(Money::ZERO);
        (key, free - taken)
    };
    Ok(budgets.into_iter().map(left).collect())
}
