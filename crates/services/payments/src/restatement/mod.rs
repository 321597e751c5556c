//! Months that were paid and are decided again: late births and deaths, corrected incomes, values
//! of the law announced for a day that has passed.
//!
//! ```text
//! restate   month by month: what was due against what was paid -> restated months, open
//! settle    all open months of an award together:
//!             more was due  -> arrears: an entitlement of the next month, which counts nobody
//!             less was due  -> a debt ([`crate::debt`])
//!             they cancel   -> nothing moves
//! ```
//! The decision, the award, the entitlement and the payment of before stand as they were: what
//! changes is a row beside them. Arrears first lower a debt of the same person and programme that
//! nobody has begun to recover. Where the budget does not reach, the months stay open and are
//! settled later, together with what came since.
//!
//! A death is a debt only when it is [`Confirmed`]: for some days the registry may take it back, and what it
//! restated downwards stays open. Taken back, the months have what they had before ([`take_back`]), so
//! both cancel each other; and months that went unpaid are made good ([`make_good`]).
//!
//! Why nothing is paid twice: a month's restatement counts what earlier ones of it found, so the
//! same one again finds no difference; a restated month is settled once (its key); arrears are an
//! entitlement like any other, with one line a month.

mod annulled;
mod model;
mod settle;
mod store;
#[cfg(test)]
mod tests;

use ::store::{Ids, Tx};

use crate::{Error, Result};
pub use annulled::{Confirmed, make_good, take_back};
pub use model::{Paid, Reason, Refusal, Restated, RestatedMonth, Restatement, differences};
pub use settle::{Settled, settle};

/// Restatements of one command.
const RESTATEMENTS_MAX: usize = 10_000;

/// Compares what is due with what each month was paid; answers the months that differ, which wait
/// to be settled now. Months without a payment are left out: what was not paid is not restated,
/// but awarded.
pub async fn restate(tx: &mut Tx, ids: &Ids, batch: &[Restatement]) -> Result<Vec<Restated>> {
    if batch.len() > RESTATEMENTS_MAX {
        let (count, most) = (batch.len(), RESTATEMENTS_MAX);
        return Err(Error::Restatement(Refusal::TooMany { count, most }));
    }
    tx.alone("payments.restatement").await?;
    let mut found = Vec::new();
    for restatement in batch {
        let paid = store::paid(tx, restatement.award).await?;
        found.extend(differences(restatement, &paid));
    }
    store::insert(tx, ids, &found).await?;
    Ok(found)
}

/// Does a restated month wait that can be settled now?
pub async fn is_open(tx: &mut Tx, confirmed: Confirmed) -> Result<bool> {
    store::is_open(tx, confirmed).await
}

/// What was restated of an award, in the order of months.
pub async fn of_award(tx: &mut Tx, award: kernel::AwardId) -> Result<Vec<RestatedMonth>> {
    store::of_award(tx, award).await
}

/// The restated months that an entitlement of arrears pays; none of an ordinary entitlement.
pub async fn paid_by(
    tx: &mut Tx,
    entitlement: kernel::EntitlementId,
) -> Result<Vec<RestatedMonth>> {
    store::paid_by(tx, entitlement).await
}

/// The restated months that made a debt.
pub async fn of_debt(tx: &mut Tx, debt: uuid::Uuid) -> Result<Vec<RestatedMonth>> {
    store::of_debt(tx, debt).await
}
