//! Debts: what a person was paid beyond what was due.
//!
//! ```text
//! found -> notified -> recovering -> recovered
//!    |         |-> disputed -> recovering | waived
//!    +---------+-> waived
//! ```
//! The system finds a debt and tells the person; it never cuts a payment by itself. An officer
//! plans the recovery or waives it, with a note. A plan takes at most a share of a month's payment
//! and never below a floor (both stand in the country's pack), by replacing the entitlement with
//! one that pays less: so the budget, the run and the bank see an ordinary entitlement, and what is
//! not paid goes back to the budget line.

mod model;
mod store;
#[cfg(test)]
mod tests;

use ::store::{Ids, Tx};
use kernel::ids::AccountId;
use kernel::{EntitlementId, Money, Month, PersonId};
use uuid::Uuid;

use crate::entitlement::{self, NewEntitlement, Stop};
use crate::{Error, Result};
pub use model::{Change, Debt, DebtEvent, Limits, NewDebt, Plan, Refusal, Segment, State, plan};

/// A decision of an officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decide {
    pub debt: Uuid,
    pub note: String,
    pub by: AccountId,
}

/// A debt that a settlement found.
pub(crate) async fn find_out(tx: &mut Tx, ids: &Ids, new: &NewDebt) -> Result<Uuid> {
    let id = ids.uuid();
    store::insert(tx, ids, id, new).await?;
    Ok(id)
}

/// Debts of a person in a programme that nobody has begun to recover, the oldest first, with what
/// is left of each.
pub(crate) async fn that_may_be_offset(
    tx: &mut Tx,
    payee: PersonId,
    programme: &str,
) -> Result<Vec<(Uuid, Money)>> {
    let debts = store::of_payee(tx, payee).await?;
    let may = |debt: &&Debt| debt.programme == programme && debt.state.may_be_offset();
    Ok(debts
        .iter()
        .filter(may)
        .map(|debt| (debt.id, debt.left()))
        .collect())
}

/// What was owed to the person lowers the debt; one that is nothing any more is recovered.
pub(crate) async fn offset(tx: &mut Tx, ids: &Ids, debt: Uuid, amount: Money) -> Result<()> {
    let debt = load(tx, debt).await?;
    let state = match debt.left() == amount {
        true => State::Recovered,
        false => debt.state,
    };
    store::change(tx, ids, &debt, Change::Offset, state, amount, "", None).await
}

pub async fn load(tx: &mut Tx, debt: Uuid) -> Result<Debt> {
    let found = store::find(tx, debt).await?;
    found.ok_or(Error::Debt(Refusal::Unknown { debt }))
}

/// Debts of a person, the newest first.
pub async fn of_payee(tx: &mut Tx, payee: PersonId) -> Result<Vec<Debt>> {
    store::of_payee(tx, payee).await
}

/// Is there a debt whose person was not told, or that runs are recovering?
pub async fn is_moving(tx: &mut Tx) -> Result<bool> {
    store::is_moving(tx).await
}

/// Debts whose persons were not told yet.
pub async fn found(tx: &mut Tx) -> Result<Vec<Debt>> {
    store::found(tx).await
}

/// Debts that are not over, the oldest first; of one district, or of all.
pub async fn open(tx: &mut Tx, district: Option<u32>) -> Result<Vec<Debt>> {
    store::open(tx, district).await
}

pub async fn events(tx: &mut Tx, debt: Uuid) -> Result<Vec<DebtEvent>> {
    store::events(tx, debt).await
}

/// The person was told of the debt, of its arithmetic and of how to object.
pub async fn notify(tx: &mut Tx, ids: &Ids, debt: Uuid) -> Result<()> {
    let debt = load(tx, debt).await?;
    if debt.state != State::Found {
        return Ok(());
    }
    let told = State::Notified;
    store::change(
        tx,
        ids,
        &debt,
        Change::Notified,
        told,
        Money::ZERO,
        "",
        None,
    )
    .await
}

/// Nothing is recovered.
pub async fn waive(tx: &mut Tx, ids: &Ids, decide: &Decide) -> Result<()> {
    end(tx, ids, decide, Change::Waived, State::Waived).await
}

/// The person objects: nothing is recovered until an officer decides.
pub async fn dispute(tx: &mut Tx, ids: &Ids, decide: &Decide) -> Result<()> {
    end(tx, ids, decide, Change::Disputed, State::Disputed).await
}

async fn end(tx: &mut Tx, ids: &Ids, decide: &Decide, change: Change, to: State) -> Result<()> {
    model::check_note(&decide.note)?;
    tx.alone("payments.restatement").await?;
    let debt = load(tx, decide.debt).await?;
    debt.must_be_undecided()?;
    let by = Some(decide.by);
    store::change(tx, ids, &debt, change, to, debt.left(), &decide.note, by).await
}

/// Plans the recovery from the payments of the debt's programme to the same person, from the
/// first month that has no run: so many percent of a month's payment.
pub async fn recover(
    tx: &mut Tx,
    ids: &Ids,
    decide: &Decide,
    percent: u32,
    limits: Limits,
    from: Month,
) -> Result<Plan> {
    model::check_note(&decide.note)?;
    tx.alone("payments.restatement").await?;
    let debt = load(tx, decide.debt).await?;
    debt.must_be_undecided()?;
    let paying = store::paying(tx, &debt, from).await?;
    let (paying, months) = paying.ok_or(Refusal::NothingToTakeFrom {
        debt: debt.id,
        month: from,
    })?;
    let plan = plan(debt.left(), paying.amount, months, percent, limits)?;
    let segments = plan.segments.iter();
    let made: Vec<_> = segments
        .map(|one| (EntitlementId(ids.uuid()), *one))
        .collect();
    replace(tx, ids, &paying, &made, decide).await?;
    store::insert_recoveries(tx, debt.id, &made, percent, limits).await?;
    let (to, by) = (State::Recovering, Some(decide.by));
    store::change(
        tx,
        ids,
        &debt,
        Change::Planned,
        to,
        plan.takes(),
        &decide.note,
        by,
    )
    .await?;
    Ok(plan)
}

/// The entitlement ends, and others take its place that pay less, and then as much again.
async fn replace(
    tx: &mut Tx,
    ids: &Ids,
    paying: &NewEntitlement,
    made: &[(EntitlementId, Segment)],
    decide: &Decide,
) -> Result<()> {
    let Some((_, first)) = made.first() else {
        return Ok(());
    };
    let stop = Stop {
        entitlement: paying.id,
        last_month: first.months.from.plus(-1),
        reason: format!("recovery of debt {}", decide.debt),
        by: Some(decide.by),
    };
    let others = made.iter().map(|(id, segment)| NewEntitlement {
        id: *id,
        amount: segment.pays,
        months: segment.months,
        ..paying.clone()
    });
    let others: Vec<NewEntitlement> = others.collect();
    entitlement::replace(tx, ids, &[stop], &others).await?;
    Ok(())
}

/// Debts whose plan has taken all of them become recovered; answers how many.
pub async fn end_recovered(tx: &mut Tx, ids: &Ids) -> Result<usize> {
    let debts = store::recovered(tx).await?;
    for debt in &debts {
        let to = State::Recovered;
        store::change(tx, ids, debt, Change::Recovered, to, Money::ZERO, "", None).await?;
    }
    Ok(debts.len())
}

/// How much of a payment was kept for a debt: `None` of an ordinary one.
pub async fn deduction(tx: &mut Tx, entitlement: EntitlementId) -> Result<Option<(Uuid, Money)>> {
    store::deduction(tx, entitlement).await
}
