//! Proactive awards over the whole register: casework chooses and awards, payments pays.

use access::{Action, Purpose};
use casework::case::first_paid_month;
use casework::proactive::{self, Free};
use kernel::ids::Uuid;
use kernel::{Money, Month, UnitId};
use payments::appropriation::{self, Budget};
use payments::restatement::Confirmed;
use store::Tx;

use crate::daftar::Daftar;
use crate::entitle;
use crate::error::{Error, Result};

/// What a run of proactive awards did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProactiveReport {
    pub awarded: u64,
    /// Awarded, but no bank has told of a card of the payee yet.
    pub without_account: u64,
}

impl Daftar {
    /// Whether awards of who is assessed in `month` would still be paid from their first month.
    pub async fn check_runs_before_award(&self, month: Month) -> Result<()> {
        let mut tx = self.platform.db.read().await?;
        refuse_missed_runs(&mut tx, month).await
    }

    /// Awards those whom the register run found entitled, within what is free in the first paid
    /// month after `month`, poorest first. `progress` hears how many are awarded so far. Refused
    /// when a payment run of that month or a later one is built already.
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
        refuse_missed_runs(&mut tx, month).await?;
        let free = free(&mut tx, first_paid_month(month), self.confirmed()).await?;
        let chosen = proactive::chosen(&mut tx, &self.shelf, run, &free).await?;
        drop(tx);
        let ids = &self.platform.ids;
        let mut report = ProactiveReport::default();
        let mut after = UnitId::NIL;
        loop {
            let mut tx = self.platform.db.begin().await?;
            refuse_missed_runs(&mut tx, month).await?;
            let page =
                proactive::award_page(&mut tx, ids, &self.shelf, &permit, run, after, &chosen)
                    .await?;
            let Some((last, changes)) = page else {
                return Ok(report);
            };
            let followed = entitle::follow(&mut tx, ids, &permit, &changes).await?;
            entitle::wait(&mut tx, ids, &followed).await?;
            tx.commit().await?;
            after = last;
            report.awarded += changes.awards.len() as u64;
            report.without_account += followed.without_account.len() as u64;
            progress(report.awarded);
        }
    }
}

/// A run takes the awards that it finds: of one that is made later it holds nothing.
async fn refuse_missed_runs(tx: &mut Tx, month: Month) -> Result<()> {
    let first = first_paid_month(month);
    match payments::run::last_regular(tx).await? {
        Some(last) if last >= first => Err(Error::RunIsBuilt { first, last }),
        _ => Ok(()),
    }
}

/// What every line of `month` has left when those who wait for an account have theirs,
/// and those of whom a death is told that is not confirmed; nothing
/// where more was promised than there is.
pub(crate) async fn free(tx: &mut Tx, month: Month, confirmed: Confirmed) -> Result<Free> {
    let mut promised: Free = Free::new();
    for award in entitle::promised(tx, confirmed).await? {
        if award.first_month <= month && month < award.end_month {
            let line = (award.district, award.programme);
            *promised.entry(line).or_insert(Money::ZERO) += award.amount;
        }
    }
    let budgets = appropriation::available(tx, month).await?;
    let left = |line: Budget| {
        let free = line.available();
        let key = (line.district, line.programme);
        let taken = promised.remove(&key).unwrap_or(Money::ZERO);
        (key, (free - taken).max(Money::ZERO))
    };
    Ok(budgets.into_iter().map(left).collect())
}
