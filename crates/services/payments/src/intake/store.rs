//! SQL of files that came in.

use std::collections::HashMap;

use bankfile::{AccountStatement, FileStatus, Line, Said, Says};
use kernel::{Day, Instant, Money, RunId};
use store::{Fault, Tx, bulk, execute, fetch_one, fetch_optional};
use uuid::Uuid;

use super::Counts;
use super::check::Checked;
use crate::answer::Why;
use crate::{PaymentId, Result, sql};

/// A file as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    pub id: Uuid,
    pub sha256: [u8; 32],
    pub taken: i64,
    pub ended: bool,
}

pub async fn find_file(tx: &mut Tx, mfo: i64, checked: &Checked) -> Result<Option<FileRow>> {
    let row = fetch_optional!(
        tx,
        (Uuid, Vec<u8>, i64, Option<i64>),
        "SELECT id, sha256, taken, ended_at FROM bank_file
         WHERE mfo = $1 AND kind = $2 AND message = $3",
        mfo,
        checked.kind.as_str(),
        checked.message.as_str()
    )?;
    let Some((id, sha256, taken, ended_at)) = row else {
        return Ok(None);
    };
    Ok(Some(FileRow {
        id,
        sha256: sql::sha256(sha256)?,
        taken,
        ended: ended_at.is_some(),
    }))
}

pub async fn insert_file(
    tx: &mut Tx,
    id: Uuid,
    mfo: i64,
    checked: &Checked,
    at: Instant,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO bank_file (id, mfo, kind, message, sha256, made_at, items, taken, credited,
            returned, repeated, noted, unmatched, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, 0, $8)",
        id,
        mfo,
        checked.kind.as_str(),
        checked.message.as_str(),
        checked.sha256.as_slice(),
        checked.made_at.map(|at| at.0),
        checked.items as i64,
        at.0
    )?;
    Ok(())
}

/// False when the cursor is no longer where the page began.
pub async fn move_cursor(
    tx: &mut Tx,
    file: Uuid,
    from: i64,
    to: i64,
    counts: &Counts,
) -> Result<bool> {
    let moved = execute!(
        tx,
        "UPDATE bank_file SET taken = $3, credited = credited + $4, returned = returned + $5,
            repeated = repeated + $6, noted = noted + $7, unmatched = unmatched + $8
         WHERE id = $1 AND taken = $2",
        file,
        from,
        to,
        counts.credited as i64,
        counts.returned as i64,
        counts.repeated as i64,
        counts.noted as i64,
        counts.unmatched as i64
    )?;
    Ok(moved == 1)
}

/// How the end of a file was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `unmatched`: of the whole file, whoever took its pages.
    Now {
        unmatched: u64,
    },
    Before,
    /// Its last page is another process's, which has not come to it.
    NotWhole,
}

/// Asked alone (the lock of the intake): nothing moves between the two statements.
pub async fn end_file(tx: &mut Tx, file: Uuid, at: Instant) -> Result<Ending> {
    let (left, ended_at, unmatched) = fetch_one!(
        tx,
        (i64, Option<i64>, i64),
        "SELECT items - taken, ended_at, unmatched FROM bank_file WHERE id = $1",
        file
    )?;
    if ended_at.is_some() {
        return Ok(Ending::Before);
    }
    if left > 0 {
        return Ok(Ending::NotWhole);
    }
    execute!(
        tx,
        "UPDATE bank_file SET ended_at = $2 WHERE id = $1",
        file,
        at.0
    )?;
    Ok(Ending::Now {
        unmatched: unmatched as u64,
    })
}

/// The bank that an account of ours is kept in, now or when a file was written.
pub async fn bank_of_account(tx: &mut Tx, account: &str) -> Result<Option<i64>> {
    let row = fetch_optional!(
        tx,
        (i64,),
        "SELECT s.mfo FROM statement_file f JOIN statement s ON s.id = f.statement
         WHERE f.account = $1
         UNION SELECT mfo FROM bank_channel WHERE account = $1 LIMIT 1",
        account
    )?;
    Ok(row.map(|(mfo,)| mfo))
}

pub async fn bank_of_message(tx: &mut Tx, message: &str) -> Result<Option<i64>> {
    let row = fetch_optional!(
        tx,
        (i64,),
        "SELECT s.mfo FROM statement_file f JOIN statement s ON s.id = f.statement
         WHERE f.message = $1",
        message
    )?;
    Ok(row.map(|(mfo,)| mfo))
}

pub async fn bank_of_payment(tx: &mut Tx, payment: PaymentId) -> Result<Option<i64>> {
    let row = fetch_optional!(
        tx,
        (i64,),
        "SELECT s.mfo FROM payment p JOIN statement s ON s.id = p.statement WHERE p.id = $1",
        payment.0
    )?;
    Ok(row.map(|(mfo,)| mfo))
}

/// The order that holds the money of a run.
pub async fn order_of(tx: &mut Tx, run: RunId) -> Result<Uuid> {
    let (order,) = fetch_one!(
        tx,
        (Uuid,),
        "SELECT id FROM payment_order WHERE run = $1",
        run.0
    )?;
    Ok(order)
}

/// One side of a payment under the bank's own name of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    pub payment: PaymentId,
    pub side: Says,
    pub reference: String,
    pub day: Option<Day>,
    pub file: Uuid,
}

/// What the banks have told of each payment.
pub async fn bookings(
    tx: &mut Tx,
    payments: &[PaymentId],
) -> Result<HashMap<PaymentId, Vec<(Says, String)>>> {
    const OF_IDS: bulk::With = bulk::With {
        v: "id",
        statement: "SELECT b.payment, b.side, b.reference
            FROM v CROSS JOIN payment_booking b WHERE b.payment = v.id",
    };
    let rows: Vec<(Uuid, String, String)> =
        bulk::select_in(tx, &OF_IDS, payments, |row, payment| {
            row.push(payment.0);
        })
        .await?;
    let mut told: HashMap<PaymentId, Vec<(Says, String)>> = HashMap::new();
    for (payment, side, reference) in rows {
        let known = Says::ALL.into_iter().find(|says| says.as_str() == side);
        let side = known.ok_or(Fault::Stored {
            what: "a side of a booking",
            reason: side,
        })?;
        told.entry(PaymentId(payment))
            .or_default()
            .push((side, reference));
    }
    Ok(told)
}

pub async fn insert_bookings(tx: &mut Tx, bookings: &[Booking]) -> Result<()> {
    const BOOKING: bulk::Insert = bulk::Insert {
        into: "payment_booking (payment, side, reference, day, file)",
        on_conflict: "",
    };
    bulk::insert(tx, &BOOKING, bookings, |row, booking| {
        row.push(booking.payment.0)
            .push(booking.side.as_str())
            .push(booking.reference.as_str())
            .push(booking.day.map(|day| i64::from(day.0)))
            .push(booking.file);
    })
    .await?;
    Ok(())
}

/// What fits nothing, on its way into the work list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    place: i64,
    end_to_end: Option<String>,
    says: &'static str,
    amount: Option<Money>,
    reason: Option<String>,
    reference: Option<String>,
    why: Why,
    day: Option<Day>,
}

impl Unmatched {
    pub fn line(place: i64, line: &Line, why: Why) -> Unmatched {
        Unmatched {
            place,
            end_to_end: line.end_to_end.clone(),
            says: line.says.as_str(),
            amount: line.amount,
            reason: line.reason.clone(),
            reference: line.reference.clone(),
            why,
            day: line.day,
        }
    }

    /// A status of a file of ours, whose name stands as the reference.
    pub fn file(place: i64, status: &FileStatus, why: Why) -> Unmatched {
        Unmatched {
            place,
            end_to_end: None,
            says: match status.said {
                Said::Accepted => "file_accepted",
                Said::Rejected => "file_rejected",
                Said::Pending => "file_pending",
            },
            amount: None,
            reason: status.reason.clone(),
            reference: Some(status.original.clone()),
            why,
            day: None,
        }
    }
}

pub async fn insert_unmatched(
    tx: &mut Tx,
    file: Uuid,
    at: Instant,
    unmatched: &[Unmatched],
) -> Result<()> {
    const UNMATCHED: bulk::Insert = bulk::Insert {
        into: "unmatched_line (file, place, end_to_end, says, amount_minor, reason, reference,
            why, day, at)",
        on_conflict: "",
    };
    bulk::insert(tx, &UNMATCHED, unmatched, |row, line| {
        row.push(file)
            .push(line.place)
            .push(line.end_to_end.as_deref())
            .push(line.says)
            .push(line.amount.map(Money::minor))
            .push(line.reason.as_deref())
            .push(line.reference.as_deref())
            .push(line.why.as_str())
            .push(line.day.map(|day| i64::from(day.0)))
            .push(at.0);
    })
    .await?;
    Ok(())
}

pub async fn insert_accounts(
    tx: &mut Tx,
    file: Uuid,
    mfo: i64,
    at: Instant,
    accounts: &[(i64, AccountStatement)],
) -> Result<()> {
    const ACCOUNT: bulk::Insert = bulk::Insert {
        into: "account_statement (file, place, mfo, account, number, day, opening_minor,
            closing_minor, debits_minor, credits_minor, entries, said_entries, at)",
        on_conflict: "",
    };
    bulk::insert(tx, &ACCOUNT, accounts, |row, (place, statement)| {
        row.push(file)
            .push(*place)
            .push(mfo)
            .push(statement.account.as_deref().unwrap_or_default())
            .push(statement.number)
            .push(statement.day.map_or(0, |day| i64::from(day.0)))
            .push(statement.opening.map(Money::minor))
            .push(statement.closing.map(Money::minor))
            .push(statement.debits.minor())
            .push(statement.credits.minor())
            .push(statement.entries as i64)
            .push(statement.said_entries.map(|said| said as i64))
            .push(at.0);
    })
    .await?;
    Ok(())
}
