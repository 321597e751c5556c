//! The month's close and the change of law: casework and payments in one transaction.

use access::{Action, Permit, Purpose};
use casework::close::{self, Envelope};
use casework::migration::{self, Change, Moved};
use casework::{case, figures};
use kernel::{Day, Money, Month};

use crate::daftar::Daftar;
use crate::error::Result;
use crate::{entitle, proactive};

/// What a month's close did in all districts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthClosed {
    pub awards: usize,
    pub waiting: usize,
    pub doubled: usize,
    /// District, programme, and the money that was free before the close.
    pub envelopes: Vec<(u32, String, Money)>,
}

impl Daftar {
    /// Shares the budget of the month after `month` among the cases counted by `month`, district
    /// by district, each in one transaction. Doing it again changes nothing.
    pub async fn month_close(&self, month: Month) -> Result<MonthClosed> {
        let mut closed = MonthClosed::default();
        let mut tx = self.platform.db.read().await?;
        let districts = figures::districts(&mut tx).await?;
        drop(tx);
        // One look for all districts: everybody reads of it once a month.
        let permit = self
            .permit(Action::CloseMonth, Purpose::Assessment, 0)
            .await?;
        for district in districts {
            self.close_district(&permit, month, district, &mut closed)
                .await?;
        }
        Ok(closed)
    }

    async fn close_district(
        &self,
        permit: &Permit,
        month: Month,
        district: u32,
        closed: &mut MonthClosed,
    ) -> Result<()> {
        let ids = &self.platform.ids;
        let mut tx = self.platform.db.begin().await?;
        let paid = case::first_paid_month(month);
        let free = proactive::free(&mut tx, paid, self.confirmed()).await?;
        let envelopes: Vec<Envelope> = free
            .into_iter()
            .filter(|((of, _), _)| *of == district)
            .map(|((_, programme), limit)| Envelope { programme, limit })
            .collect();
        let done = close::month(
            &mut tx,
            ids,
            &self.shelf,
            permit,
            month,
            district,
            &envelopes,
        )
        .await?;
        if done.already {
            return Ok(());
        }
        let changes = casework::award::Changes {
            stops: done.stops,
            awards: done.awards,
            ..casework::award::Changes::default()
        };
        let followed = entitle::follow(&mut tx, ids, permit, &changes).await?;
        entitle::wait(&mut tx, ids, &followed).await?;
        tx.commit().await?;
        closed.awards += changes.awards.len();
        closed.waiting += done.waiting;
        closed.doubled += done.doubled;
        let named = envelopes
            .into_iter()
            .map(|e| (district, e.programme, e.limit));
        closed.envelopes.extend(named);
        Ok(())
    }

    /// Moves families and waiting cases to the regime in force on `on` from the one before it.
    pub async fn change_of_law(&self, on: Day) -> Result<Moved> {
        let to = self.shelf.in_force(on)?;
        let from = self.shelf.in_force(on.plus_days(-1))?;
        if from.id() == to.id() {
            return Ok(Moved::default());
        }
        let change = Change {
            from: from.id().to_owned(),
            to: to.id().to_owned(),
            on,
            first_month: on.month(),
        };
        Ok(migration::regime(&self.platform, &change).await?)
    }
}
