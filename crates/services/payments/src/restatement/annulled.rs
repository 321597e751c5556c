//! A death that was taken back: what it had restated is as it was before, and months that were not paid
//! because of it are made good.

use ::store::{Ids, Tx, fetch_all};
use kernel::{AwardId, Instant, Money, Month};

use super::model::{Reason, Restated, Restatement, differences, with_unpaid};
use super::store;
use crate::{Result, sql};

/// When a death that was told lately becomes a debt: only one that was restated before this moment.
/// Until then the civil registry may take it back, and nobody is asked for money on a wrong message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub before: Instant,
}

/// The months of an award from `since` on that a death restated last are due again what they had before
/// it; answers them. One whose debt was waived stays: the family has kept the money of it.
pub async fn take_back(
    tx: &mut Tx,
    ids: &Ids,
    award: AwardId,
    since: Month,
) -> Result<Vec<Restated>> {
    tx.alone("payments.restatement").await?;
    let rows = fetch_all!(
        tx,
        (i64, i64, i64, i64),
        "SELECT m.month, m.seq, m.due_minor, m.paid_minor FROM restated_month m
         WHERE m.award = $1 AND m.reason = $2 AND m.month >= $3
            AND NOT EXISTS (SELECT 1 FROM restated_month n
                WHERE n.award = m.award AND n.month = m.month AND n.seq > m.seq)
            AND NOT EXISTS (SELECT 1 FROM settled_month d JOIN settlement s ON s.id = d.settlement
                JOIN debt t ON t.id = s.debt WHERE d.restated = m.id AND t.state = 'waived')
         ORDER BY m.month",
        award.0,
        Reason::Death.word(),
        i64::from(since.0)
    )?;
    let back = |(month, seq, has, had): (i64, i64, i64, i64)| {
        Ok(Restated {
            award,
            month: sql::month(month)?,
            seq: seq + 1,
            paid: Money(has),
            due: Money(had),
            reason: Reason::DeathAnnulled,
            decision: None,
        })
    };
    let found: Vec<Restated> = rows.into_iter().map(back).collect::<Result<_>>()?;
    store::insert(tx, ids, &found).await?;
    Ok(found)
}

/// Months of an award that no run paid, and that were due all the same. The same again finds nothing.
pub async fn make_good(tx: &mut Tx, ids: &Ids, restatement: &Restatement) -> Result<Vec<Restated>> {
    tx.alone("payments.restatement").await?;
    let paid = with_unpaid(restatement, store::paid(tx, restatement.award).await?);
    let found = differences(restatement, &paid);
    store::insert(tx, ids, &found).await?;
    Ok(found)
}
