//! Appropriations: how much a district may spend from a programme in one month (the month
//! that is paid). Source of law: the Budget Code (recalled).
//!
//! A limit is set by a command with its own id and may be changed by another; what is
//! committed cannot be taken back. In the ledger: Budget -> Appropriation (the limit),
//! Appropriation -> Commitment (what entitlements were promised).

mod store;
#[cfg(test)]
mod tests;

use ::store::{Ids, Tx, bug};
use kernel::ids::{AccountId, AppropriationId};
use kernel::{Money, Month};
use ledger::{Step, Transfer};
use uuid::Uuid;

use crate::posting::{self, Known, ONE, transfer};
use crate::{Error, Result};

/// A command: the limit of one line, whatever it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetLimit {
    /// Made by the sender; the same id is the same command.
    pub id: Uuid,
    pub district: u32,
    pub programme: String,
    pub month: Month,
    pub limit: Money,
    /// The treasurer; `None` when the system did it.
    pub set_by: Option<AccountId>,
}

/// What a line has and what of it is promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    pub appropriation: AppropriationId,
    pub district: u32,
    pub programme: String,
    pub month: Month,
    pub limit: Money,
    pub committed: Money,
}

impl Budget {
    pub fn available(&self) -> Money {
        self.limit - self.committed
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("a limit is zero or more, {limit} was asked")]
    LimitNegative { limit: Money },
    #[error("the id {id} belongs to another command: its limit was {limit}")]
    IdTaken { id: Uuid, limit: Money },
    #[error(
        "{programme} of district {district} in {month} has {committed} promised already; \
         a limit of {limit} is below that"
    )]
    BelowCommitted {
        district: u32,
        programme: String,
        month: Month,
        committed: Money,
        limit: Money,
    },
}

/// Sets the limit of a line. A line that is new takes over at once what running
/// entitlements are owed in its month.
pub async fn set(tx: &mut Tx, ids: &Ids, command: &SetLimit) -> Result<AppropriationId> {
    if command.limit.is_negative() {
        return Err(Refusal::LimitNegative {
            limit: command.limit,
        }
        .into());
    }
    posting::lock(tx).await?;
    let before = store::find_event(tx, command.id).await?;
    let before = before.filter(|_| !bug::is_planted("command_without_its_id"));
    if let Some((appropriation, limit)) = before {
        return match limit == command.limit {
            true => Ok(appropriation),
            false => Err(Refusal::IdTaken {
                id: command.id,
                limit,
            }
            .into()),
        };
    }
    let (line, carried) =
        match store::find_line(tx, (command.district, &command.programme, command.month)).await? {
            Some(line) => (line, Money::ZERO),
            None => open_line(tx, ids, command).await?,
        };
    let committed = line.committed + carried;
    if command.limit < committed {
        return Err(below_committed(command, committed));
    }
    let mut batch: Vec<Transfer> = limit_change(command, &line).into_iter().collect();
    if !carried.is_zero() {
        batch.push(commit(line.appropriation, ids.uuid(), carried));
    }
    posting::post(tx, ids.now(), &batch, Known::New).await?;
    store::write_limit(tx, ids.now(), line.appropriation, command).await?;
    Ok(line.appropriation)
}

/// Whether any budget line, of whatever month, is of a programme of this name.
pub async fn is_programme(tx: &mut Tx, name: &str) -> Result<bool> {
    store::is_programme(tx, name).await
}

/// Every line of a month, in the order of district and programme.
pub async fn available(tx: &mut Tx, month: Month) -> Result<Vec<Budget>> {
    store::of_months(tx, month, month.plus(1)).await
}

/// One line, if it stands.
pub async fn find(
    tx: &mut Tx,
    district: u32,
    programme: &str,
    month: Month,
) -> Result<Option<Budget>> {
    store::find_line(tx, (district, programme, month)).await
}

/// Every line from a month on.
pub async fn from_month(tx: &mut Tx, month: Month) -> Result<Vec<Budget>> {
    store::of_months(tx, month, Month(i32::MAX)).await
}

/// Appropriation -> Commitment, under a fresh subject.
pub(crate) fn commit(line: AppropriationId, subject: Uuid, amount: Money) -> Transfer {
    transfer(Step::Commit, subject, line.0, line.0, amount)
}

/// Commitment -> Appropriation, under a fresh subject.
pub(crate) fn release(line: AppropriationId, subject: Uuid, amount: Money) -> Transfer {
    transfer(Step::Release, subject, line.0, line.0, amount)
}

async fn open_line(tx: &mut Tx, ids: &Ids, command: &SetLimit) -> Result<(Budget, Money)> {
    let line = Budget {
        appropriation: AppropriationId(ids.uuid()),
        district: command.district,
        programme: command.programme.clone(),
        month: command.month,
        limit: Money::ZERO,
        committed: Money::ZERO,
    };
    let carried = store::owed_by_entitlements(tx, command).await?;
    if command.limit < carried {
        return Err(below_committed(command, carried));
    }
    store::insert_line(tx, &line).await?;
    Ok((line, carried))
}

fn limit_change(command: &SetLimit, line: &Budget) -> Option<Transfer> {
    let change = command.limit - line.limit;
    let owner = line.appropriation.0;
    match change.minor() {
        0 => None,
        1.. => Some(transfer(Step::Appropriate, command.id, ONE, owner, change)),
        _ => Some(transfer(Step::Withdraw, command.id, owner, ONE, -change)),
    }
}

fn below_committed(command: &SetLimit, committed: Money) -> Error {
    Refusal::BelowCommitted {
        district: command.district,
        programme: command.programme.clone(),
        month: command.month,
        committed,
        limit: command.limit,
    }
    .into()
}
