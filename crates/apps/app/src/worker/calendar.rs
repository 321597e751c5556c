//! What the calendar asks of the machine: the month's close, terms that end, children who come
//! of age. Each is done once a month, however often the clock is looked at.

use access::{Action, Purpose};
use casework::{reassessment, suspension};
use kernel::Month;
use store::setting;

use crate::daftar::Daftar;
use crate::error::{Error, Result};

/// The setting that holds the last month whose beginning was kept.
const KEPT: &str = "calendar_kept";
/// Months caught up in one go after a long rest.
const MONTHS_MAX: i32 = 24;

/// What the beginning of a month brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    pub months: usize,
    pub awarded: usize,
    pub reassessments: usize,
}

impl Daftar {
    /// Does what is due since the last time.
    pub(super) async fn keep_calendar(&self) -> Result<Calendar> {
        let this = self.today().month();
        let mut kept = Calendar::default();
        let mut next = match self.kept_month().await? {
            Some(month) => month.plus(1),
            None => this,
        };
        next = next.max(this.plus(-MONTHS_MAX));
        while next <= this {
            kept.awarded += self.month_close(next.plus(-1)).await?.awards;
            kept.reassessments += self.begin_month(next).await?;
            kept.months += 1;
            next = next.plus(1);
        }
        Ok(kept)
    }

    async fn kept_month(&self) -> Result<Option<Month>> {
        let mut tx = self.platform.db.read().await?;
        let Some(stored) = setting::find(&mut tx, KEPT).await? else {
            return Ok(None);
        };
        let month = Month::parse(&stored).map_err(|e| Error::Damaged {
            what: "a setting",
            why: e.to_string(),
        })?;
        Ok(Some(month))
    }

    /// Terms that ended with the month before, children who came of age in it, and payments that
    /// are suspended.
    pub async fn begin_month(&self, month: Month) -> Result<usize> {
        let permit = self.permit(Action::AssessCase, Purpose::Upkeep, 0).await?;
        let mut tx = self.platform.db.read().await?;
        let kept = registry::unit::blocks(&mut tx).await?;
        drop(tx);
        for one in kept {
            let block = &one.block.name;
            registry::unit::recompose_due(&self.platform, &permit, block, month.first_day())
                .await?;
        }
        let mut tx = self.platform.db.begin().await?;
        let aged = reassessment::comings_of_age(&mut tx, &self.platform, month).await?;
        let ended = reassessment::term_ends(&mut tx, &self.platform, month).await?;
        let suspended = suspension::look(&mut tx, &self.platform, &self.shelf, month).await?;
        setting::set(&mut tx, KEPT, &month.to_string()).await?;
        tx.commit().await?;
        Ok(aged + ended + suspended.again)
    }
}
