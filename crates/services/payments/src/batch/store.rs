//! SQL of batches and of what is checked before paying.

use std::collections::BTreeSet;

use kernel::ids::AccountId;
use kernel::{Instant, Money, Month};
use store::{Ids, Tx, bulk, execute, fetch_all, fetch_optional, fetch_value, fetch_values};
use uuid::Uuid;

use super::{Failure, INSTRUCTIONS_MAX, Instruction, NewBatch, Received, Refusal, Standing, State};
use crate::account_change::Destination;
use crate::limits::BANKS_MAX;
use crate::{Result, sql};

/// An instruction and what came of it.
pub struct Row<'a> {
    pub id: Uuid,
    pub instruction: &'a Instruction,
    pub judged: std::result::Result<Destination, String>,
}

impl<'a> Row<'a> {
    pub fn new(
        id: Uuid,
        instruction: &'a Instruction,
        judged: std::result::Result<Destination, String>,
    ) -> Row<'a> {
        Row {
            id,
            instruction,
            judged,
        }
    }
}

/// The same list, received before; another one under one of its ids is refused.
pub async fn find_same(tx: &mut Tx, payer: AccountId, new: &NewBatch) -> Result<Option<Received>> {
    let row = fetch_optional!(
        tx,
        (Uuid, String, String, Vec<u8>),
        "SELECT id, request, batch, sha256 FROM payment_batch
         WHERE payer = $1 AND (request = $2 OR batch = $3) ORDER BY received_at LIMIT 1",
        payer.0,
        new.request.as_str(),
        new.batch.as_str()
    )?;
    let Some((id, request, batch, sha256)) = row else {
        return Ok(None);
    };
    if (&request, &batch) != (&new.request, &new.batch) || sql::sha256(sha256)? != new.sha256 {
        return Err(taken(request == new.request, new).into());
    }
    let failed = fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM payment_instruction WHERE batch = $1 AND failed IS NOT NULL",
        id
    )?;
    Ok(Some(Received {
        instructions: new.instructions.len(),
        failed: usize::try_from(failed).unwrap_or_default(),
    }))
}

fn taken(by_request: bool, new: &NewBatch) -> Refusal {
    let (name, value) = match by_request {
        true => ("RequestID", &new.request),
        false => ("BatchID", &new.batch),
    };
    Refusal::IdTaken {
        name,
        value: value.clone(),
    }
}

pub async fn insert(
    tx: &mut Tx,
    ids: &Ids,
    payer: AccountId,
    (new, month): (&NewBatch, Month),
    rows: &[Row<'_>],
) -> Result<()> {
    const INSTRUCTION: bulk::Insert = bulk::Insert {
        into: "payment_instruction (id, batch, instruction, payee, amount_minor, failed)",
        on_conflict: "",
    };
    let id = ids.uuid();
    execute!(
        tx,
        "INSERT INTO payment_batch (id, payer, request, source, batch, sha256, month, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        payer.0,
        new.request.as_str(),
        new.source.as_str(),
        new.batch.as_str(),
        new.sha256.to_vec(),
        i64::from(month.0),
        ids.now().0
    )?;
    bulk::insert(tx, &INSTRUCTION, rows, |row, one| {
        let asked = one.instruction.asked.as_ref().ok();
        row.push(one.id)
            .push(id)
            .push(one.instruction.name.as_str())
            .push(asked.map(|(payee, _)| payee.0))
            .push(asked.map(|(_, amount)| amount.minor()))
            .push(one.judged.as_ref().err().map(String::as_str));
    })
    .await?;
    Ok(())
}

/// Banks that we are agreed with, or have paid before.
pub async fn known_banks(tx: &mut Tx) -> Result<BTreeSet<u32>> {
    let rows = fetch_values!(
        tx,
        i64,
        "SELECT mfo FROM bank_channel UNION SELECT mfo FROM statement
         UNION SELECT mfo FROM entitlement ORDER BY 1 LIMIT $1",
        BANKS_MAX as i64
    )?;
    let mfo = |column| Ok(sql::mfo(column)?.number());
    rows.into_iter().map(mfo).collect()
}

pub async fn find_same_check(tx: &mut Tx, payer: AccountId, new: &NewBatch) -> Result<bool> {
    let row = fetch_optional!(
        tx,
        (String, Vec<u8>),
        "SELECT batch, sha256 FROM prepayment_check WHERE payer = $1 AND request = $2",
        payer.0,
        new.request.as_str()
    )?;
    let Some((batch, sha256)) = row else {
        return Ok(false);
    };
    if batch != new.batch || sql::sha256(sha256)? != new.sha256 {
        return Err(taken(true, new).into());
    }
    Ok(true)
}

pub async fn insert_check(
    tx: &mut Tx,
    ids: &Ids,
    payer: AccountId,
    new: &NewBatch,
    failures: &[Failure],
) -> Result<()> {
    const FAILURE: bulk::Insert = bulk::Insert {
        into: "prepayment_failure (payer, request, instruction, reason)",
        on_conflict: "",
    };
    execute!(
        tx,
        "INSERT INTO prepayment_check (payer, request, batch, sha256, at)
         VALUES ($1, $2, $3, $4, $5)",
        payer.0,
        new.request.as_str(),
        new.batch.as_str(),
        new.sha256.to_vec(),
        ids.now().0
    )?;
    bulk::insert(tx, &FAILURE, failures, |row, failure| {
        row.push(payer.0)
            .push(new.request.as_str())
            .push(failure.instruction.as_str())
            .push(failure.reason.as_str());
    })
    .await?;
    Ok(())
}

pub async fn failures(
    tx: &mut Tx,
    payer: AccountId,
    request: &str,
    batch: &str,
) -> Result<Option<Vec<Failure>>> {
    let checked = fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM prepayment_check WHERE payer = $1 AND request = $2 AND batch = $3",
        payer.0,
        request,
        batch
    )?;
    if checked == 0 {
        return Ok(None);
    }
    let rows = fetch_all!(
        tx,
        (String, String),
        "SELECT instruction, reason FROM prepayment_failure WHERE payer = $1 AND request = $2
         ORDER BY instruction LIMIT $3",
        payer.0,
        request,
        INSTRUCTIONS_MAX as i64
    )?;
    let failure = |(instruction, reason)| Failure {
        instruction,
        reason,
    };
    Ok(Some(rows.into_iter().map(failure).collect()))
}

pub async fn find(tx: &mut Tx, payer: AccountId, batch: &str) -> Result<Option<Uuid>> {
    let row = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT id FROM payment_batch WHERE payer = $1 AND batch = $2",
        payer.0,
        batch
    )?;
    Ok(row.map(|(id,)| id))
}

type StandingRow = (
    String,
    Option<i64>,
    Option<String>,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<i64>,
);

/// The last attempt of each, and its last answer.
pub async fn standing(tx: &mut Tx, batch: Uuid) -> Result<Vec<Standing>> {
    let rows = fetch_all!(
        tx,
        StandingRow,
        "SELECT i.instruction, i.amount_minor, i.failed, b.received_at, p.attempt, e.state,
            e.reason, e.at
         FROM payment_instruction i JOIN payment_batch b ON b.id = i.batch
         LEFT JOIN payment p ON p.month = b.month AND p.entitlement = i.id AND p.attempt =
            (SELECT MAX(q.attempt) FROM payment q WHERE q.month = b.month AND q.entitlement = i.id)
         LEFT JOIN payment_event e ON e.payment = p.id AND e.seq =
            (SELECT MAX(l.seq) FROM payment_event l WHERE l.payment = p.id)
         WHERE i.batch = $1 ORDER BY i.instruction LIMIT $2",
        batch,
        INSTRUCTIONS_MAX as i64
    )?;
    Ok(rows.into_iter().map(read).collect())
}

fn read(row: StandingRow) -> Standing {
    let (name, amount, failed, received_at, attempt, answer, reason, at) = row;
    let state = match (&failed, attempt, answer.as_deref()) {
        (Some(_), ..) => State::Failed,
        (None, None, _) => State::Accepted,
        (None, Some(_), Some("credited")) => State::Credited,
        (None, Some(_), Some("returned")) => State::Returned,
        (None, Some(_), _) => State::InRun,
    };
    Standing {
        name,
        amount: amount.map(Money),
        state,
        reason: failed.or(reason).unwrap_or_default(),
        received_at: Instant(received_at),
        since: Instant(at.unwrap_or(received_at)),
    }
}
