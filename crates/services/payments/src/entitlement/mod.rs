//! Entitlements: an award's money, month by month, that a run pays.
//!
//! An amount never changes: a change is the end of one entitlement and the opening of
//! another ([`replace`]). What does change (the end, the account) is an event first and a
//! column of the entitlement second.

mod budget;
mod counted;
mod ending;
mod model;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use ::store::{Ids, Tx, bug};
use kernel::{AwardId, EntitlementId, Month, PersonId};

use crate::limits::ENTITLEMENTS_MAX;
use crate::{Result, events};

pub use model::{Entitlement, NewEntitlement, Refusal, Stop};
pub(crate) use store::set_account;

/// How many were new; the rest stood already, the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    pub fresh: usize,
    pub repeated: usize,
}

/// Opens a batch whole or not at all: entitlements, whom they count, and the commitment
/// of their money.
pub async fn open(tx: &mut Tx, ids: &Ids, batch: &[NewEntitlement]) -> Result<Opened> {
    check_size(batch.len())?;
    model::check_each(batch)?;
    if !bug::is_planted("ledger_without_lock") {
        tx.alone("payments.entitlement").await?;
    }
    let fresh = only_fresh(tx, batch).await?;
    let standing = store::counted(tx, &fresh).await?;
    if !bug::is_planted("person_counted_twice") {
        model::check_counted_once(&fresh, &standing)?;
    }
    budget::commit(tx, ids, &fresh).await?;
    store::insert(tx, ids.now(), &fresh).await?;
    counted::count(tx, &fresh).await?;
    let opened: Vec<_> = fresh.iter().map(|(_, new)| new.id.0).collect();
    events::emit_set(tx, ids, events::ENTITLEMENTS_OPENED, "open", &opened).await?;
    Ok(Opened {
        fresh: fresh.len(),
        repeated: batch.len() - fresh.len(),
    })
}

/// Opens arrears: an entitlement of one month that counts nobody, since its persons are counted in
/// the months that it makes good.
pub(crate) async fn open_arrears(tx: &mut Tx, ids: &Ids, new: &NewEntitlement) -> Result<()> {
    assert!(new.members.is_empty(), "arrears count nobody");
    let batch = [(0, new)];
    budget::commit(tx, ids, &batch).await?;
    store::insert(tx, ids.now(), &batch).await?;
    events::emit_set(tx, ids, events::ENTITLEMENTS_OPENED, "arrears", &[new.id.0])
        .await
        .map_err(Into::into)
}

/// Ends entitlements after their last month and frees what was committed for later
/// months. One that ends earlier already stays as it is; one whose later month stands in
/// a run is refused. Answers how many ended.
pub async fn stop(tx: &mut Tx, ids: &Ids, batch: &[Stop]) -> Result<usize> {
    check_size(batch.len())?;
    tx.alone("payments.entitlement").await?;
    let cut = ending::load_ending(tx, batch).await?;
    if let Some((entitlement, month)) = ending::in_run(tx, &cut).await? {
        return Err(Refusal::AlreadyInRun { entitlement, month }.into());
    }
    budget::release(tx, ids, &cut).await?;
    counted::uncount(tx, &cut).await?;
    ending::end(tx, ids.now(), &cut).await?;
    let ended: Vec<_> = cut.iter().map(|ending| ending.id.0).collect();
    events::emit_set(tx, ids, events::ENTITLEMENTS_STOPPED, "stop", &ended).await?;
    Ok(cut.len())
}

/// Ends some and opens others in one step, so that a family passes from one to the other
/// without a month lost or counted twice.
pub async fn replace(
    tx: &mut Tx,
    ids: &Ids,
    stops: &[Stop],
    batch: &[NewEntitlement],
) -> Result<Opened> {
    stop(tx, ids, stops).await?;
    open(tx, ids, batch).await
}

pub async fn find(tx: &mut Tx, id: EntitlementId) -> Result<Option<Entitlement>> {
    store::find(tx, id).await
}

/// What an award's months are paid by, in their order; arrears are beside them.
pub async fn of_award(tx: &mut Tx, award: AwardId) -> Result<Vec<Entitlement>> {
    store::of_award(tx, award).await
}

/// Those of the awards that are paid by an entitlement.
pub async fn paying(tx: &mut Tx, awards: &[AwardId]) -> Result<HashSet<AwardId>> {
    store::paying(tx, awards).await
}

/// The live entitlement, if any, that counts a person in a programme and month.
pub async fn counting(
    tx: &mut Tx,
    programme: &str,
    person: PersonId,
    month: Month,
) -> Result<Option<EntitlementId>> {
    store::counting(tx, programme, person, month).await
}

/// The same in whatever programme.
pub async fn counting_in_any(
    tx: &mut Tx,
    person: PersonId,
    month: Month,
) -> Result<Option<EntitlementId>> {
    store::counting_in_any(tx, person, month).await
}

fn check_size(count: usize) -> Result<()> {
    match count > ENTITLEMENTS_MAX {
        true => Err(Refusal::TooMany {
            count,
            most: ENTITLEMENTS_MAX,
        }
        .into()),
        false => Ok(()),
    }
}

/// The entitlements that do not stand yet, in the order of their ids, each with its place
/// in the batch.
async fn only_fresh<'a>(
    tx: &mut Tx,
    batch: &'a [NewEntitlement],
) -> Result<Vec<(usize, &'a NewEntitlement)>> {
    let mut fresh: Vec<(usize, &NewEntitlement)> = batch.iter().enumerate().collect();
    fresh.sort_by_key(|(_, new)| new.id);
    let mut standing = store::standing(tx, &fresh).await?;
    let mut kept: Vec<(usize, &NewEntitlement)> = Vec::with_capacity(fresh.len());
    for (index, new) in fresh {
        match standing.get(&new.id) {
            None => {
                standing.insert(new.id, store::Core::of(new));
                kept.push((index, new));
            }
            Some(core) if *core == store::Core::of(new) => {}
            Some(core) => {
                return Err(Refusal::IdTaken {
                    index,
                    amount: core.amount,
                }
                .into());
            }
        }
    }
    Ok(kept)
}
