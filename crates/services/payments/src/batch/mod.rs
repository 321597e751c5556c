//! Batches: lists of payments that a payer hands over.
//!
//! An instruction that holds becomes an entitlement of one month under its own id: from there on its
//! money goes the way of all others: commitment, line of a run, order, statement, answer. One that
//! does not hold is kept with the reason. The same list sent again answers the same.

mod store;

use std::collections::{BTreeSet, HashMap};

use ::store::{Ids, Tx};
use access::{Action, Permit};
use kernel::ids::AccountId;
use kernel::{AwardId, EntitlementId, Instant, Money, Month, Period, PersonId, UnitId};

use crate::account_change::{self, Destination};
use crate::entitlement::{self, NewEntitlement};
use crate::payer::Payer;
use crate::{Error, Result};

/// Instructions of one list.
pub const INSTRUCTIONS_MAX: usize = 500;

/// A payment that is handed over; what was read of it, or why it cannot be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub name: String,
    pub asked: std::result::Result<(PersonId, Money), String>,
}

/// A list as it came: ids made by the sender, and the hash of what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBatch {
    pub request: String,
    pub source: String,
    pub batch: String,
    pub sha256: [u8; 32],
    pub instructions: Vec<Instruction>,
}

/// Where an instruction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Failed,
    /// Its money is promised; the next run of the month pays it.
    Accepted,
    InRun,
    Credited,
    Returned,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub name: String,
    pub amount: Option<Money>,
    pub state: State,
    pub reason: String,
    pub received_at: Instant,
    pub since: Instant,
}

/// How many were taken in, and how many of them cannot be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub instructions: usize,
    pub failed: usize,
}

/// An instruction that cannot be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub instruction: String,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{name} {value} belongs to another request with other content")]
    IdTaken { name: &'static str, value: String },
}

/// Takes a list in, whole.
pub async fn receive(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    payer: &Payer,
    (new, month): (&NewBatch, Month),
) -> Result<Received> {
    permit.must_be_for(&[Action::HandOverPayments]);
    tx.alone("payments.batch").await?;
    if let Some(received) = store::find_same(tx, payer.account, new).await? {
        return Ok(received);
    }
    let judged = judge(tx, &new.instructions).await?;
    let mut rows: Vec<store::Row<'_>> = new
        .instructions
        .iter()
        .zip(judged)
        .map(|(instruction, judged)| store::Row::new(ids.uuid(), instruction, judged))
        .collect();
    open(tx, ids, payer, month, &mut rows).await?;
    store::insert(tx, ids, payer.account, (new, month), &rows).await?;
    Ok(Received {
        instructions: rows.len(),
        failed: rows.iter().filter(|row| row.judged.is_err()).count(),
    })
}

/// The account that each would be paid to, or why there is none.
async fn judge(
    tx: &mut Tx,
    instructions: &[Instruction],
) -> Result<Vec<std::result::Result<Destination, String>>> {
    let persons: Vec<PersonId> = instructions
        .iter()
        .filter_map(|one| one.asked.as_ref().ok())
        .map(|(person, _)| *person)
        .collect();
    let accounts = account_change::current(tx, &persons).await?;
    let banks = store::known_banks(tx).await?;
    let judge = |one: &Instruction| {
        let (person, _) = one.asked.as_ref().map_err(String::clone)?;
        judge_account(&accounts, &banks, *person)
    };
    Ok(instructions.iter().map(judge).collect())
}

fn judge_account(
    accounts: &HashMap<PersonId, Destination>,
    banks: &BTreeSet<u32>,
    person: PersonId,
) -> std::result::Result<Destination, String> {
    let to = accounts
        .get(&person)
        .ok_or("no account is linked to this person, or its 72 hours are not over")?;
    if banks.contains(&to.mfo.number()) {
        return Ok(*to);
    }
    Err(format!("we pay no bank with the MFO {}", to.mfo))
}

/// Promises the money: of all at once, or of one after the other when one of them is refused.
async fn open(
    tx: &mut Tx,
    ids: &Ids,
    payer: &Payer,
    month: Month,
    rows: &mut [store::Row<'_>],
) -> Result<()> {
    let new: Vec<NewEntitlement> = rows
        .iter()
        .filter_map(|row| entitlement_of(payer, month, row))
        .collect();
    if refused(entitlement::open(tx, ids, &new).await)?.is_none() {
        return Ok(());
    }
    for row in rows {
        let Some(one) = entitlement_of(payer, month, row) else {
            continue;
        };
        if let Some(why) = refused(entitlement::open(tx, ids, &[one]).await)? {
            row.judged = Err(why);
        }
    }
    Ok(())
}

fn entitlement_of(payer: &Payer, month: Month, row: &store::Row<'_>) -> Option<NewEntitlement> {
    let to = row.judged.as_ref().ok()?;
    let (payee, amount) = *row.instruction.asked.as_ref().ok()?;
    Some(NewEntitlement {
        id: EntitlementId(row.id),
        award: AwardId(row.id),
        unit: UnitId(row.id),
        programme: payer.programme.clone(),
        district: payer.district,
        payee,
        mfo: to.mfo,
        account: to.account,
        amount,
        months: Period {
            from: month,
            to: Some(month.plus(1)),
        },
        members: vec![payee],
    })
}

/// Why an entitlement is not opened, in words for the payer.
fn refused(opened: Result<entitlement::Opened>) -> Result<Option<String>> {
    use entitlement::Refusal::{AmountNotPositive, CountedTwice, NoAppropriation, OverBudget};
    match opened {
        Ok(_) => Ok(None),
        Err(Error::Entitlement(CountedTwice {
            programme, month, ..
        })) => Ok(Some(format!(
            "this person is paid from {programme} in {month} already"
        ))),
        Err(Error::Entitlement(AmountNotPositive { .. })) => {
            Ok(Some("the amount is not above zero".to_owned()))
        }
        Err(Error::Entitlement(why @ (NoAppropriation { .. } | OverBudget { .. }))) => {
            Ok(Some(why.to_string()))
        }
        Err(other) => Err(other),
    }
}

/// Checks a list without paying it, and keeps what was wrong with it.
pub async fn check(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    payer: &Payer,
    new: &NewBatch,
) -> Result<()> {
    permit.must_be_for(&[Action::HandOverPayments]);
    tx.alone("payments.batch").await?;
    if store::find_same_check(tx, payer.account, new).await? {
        return Ok(());
    }
    let judged = judge(tx, &new.instructions).await?;
    let failures: Vec<Failure> = new
        .instructions
        .iter()
        .zip(judged)
        .filter_map(|(one, judged)| {
            judged.err().map(|reason| Failure {
                instruction: one.name.clone(),
                reason,
            })
        })
        .collect();
    store::insert_check(tx, ids, payer.account, new, &failures).await
}

/// What was wrong with a list that was checked; nothing when it was never checked.
pub async fn failures(
    tx: &mut Tx,
    permit: &Permit,
    payer: AccountId,
    (request, batch): (&str, &str),
) -> Result<Option<Vec<Failure>>> {
    permit.must_be_for(&[Action::HandOverPayments]);
    store::failures(tx, payer, request, batch).await
}

/// Where the instructions of a list are, in the order of their names; nothing for no list of this payer.
pub async fn standing(
    tx: &mut Tx,
    permit: &Permit,
    payer: AccountId,
    batch: &str,
) -> Result<Option<Vec<Standing>>> {
    permit.must_be_for(&[Action::HandOverPayments]);
    let Some(id) = store::find(tx, payer, batch).await? else {
        return Ok(None);
    };
    store::standing(tx, id).await.map(Some)
}
