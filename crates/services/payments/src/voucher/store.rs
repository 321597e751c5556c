//! SQL of vouchers.

use kernel::ids::{AccountId, AppropriationId};
use kernel::{Instant, Money};
use store::{Tx, execute, fetch_all, fetch_one, fetch_optional, fetch_value};
use uuid::Uuid;

use super::model::{Group, Merchant, Refusal, State, Voucher};
use crate::limits::VOUCHERS_MAX;
use crate::{Result, sql};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    serial: String,
    payer: Uuid,
    voucher_group: String,
    appropriation: Option<Uuid>,
    month: i64,
    currency: String,
    face_minor: i64,
    amount_minor: i64,
    expires_at: i64,
    state: String,
}

fn read(row: Row) -> Result<Voucher> {
    let state = State::parse(&row.state).ok_or_else(|| store::Fault::Stored {
        what: "a state of a voucher",
        reason: row.state,
    })?;
    Ok(Voucher {
        id: row.id,
        serial: row.serial,
        payer: AccountId(row.payer),
        group: row.voucher_group,
        appropriation: row.appropriation.map(AppropriationId),
        month: sql::month(row.month)?,
        currency: row.currency,
        face: Money(row.face_minor),
        amount: Money(row.amount_minor),
        expires_at: Instant(row.expires_at),
        state,
    })
}

pub async fn find_by_serial(tx: &mut Tx, serial: &str) -> Result<Option<Voucher>> {
    let row = fetch_optional!(
        tx,
        Row,
        "SELECT id, serial, payer, voucher_group, appropriation, month, currency, face_minor,
            amount_minor, expires_at, state FROM voucher WHERE serial = $1",
        serial
    )?;
    row.map(read).transpose()
}

pub async fn find_by_number(tx: &mut Tx, hash: [u8; 32]) -> Result<Option<Voucher>> {
    let row = fetch_optional!(
        tx,
        Row,
        "SELECT id, serial, payer, voucher_group, appropriation, month, currency, face_minor,
            amount_minor, expires_at, state FROM voucher WHERE number_hash = $1",
        hash.to_vec()
    )?;
    row.map(read).transpose()
}

pub async fn find_by_request(
    tx: &mut Tx,
    payer: AccountId,
    request: &str,
) -> Result<Option<Voucher>> {
    let row = fetch_optional!(
        tx,
        Row,
        "SELECT id, serial, payer, voucher_group, appropriation, month, currency, face_minor,
            amount_minor, expires_at, state FROM voucher WHERE payer = $1 AND request = $2",
        payer.0,
        request
    )?;
    row.map(read).transpose()
}

/// Another number instead of the one that was lost.
pub async fn set_number(tx: &mut Tx, voucher: &Voucher, hash: [u8; 32], at: Instant) -> Result<()> {
    let (seq,) = fetch_one!(
        tx,
        (i64,),
        "UPDATE voucher SET number_hash = $2, events = events + 1 WHERE id = $1
         RETURNING events",
        voucher.id,
        hash.to_vec()
    )?;
    let (actor, said) = (Some(voucher.payer), ("another number", at));
    insert_event(tx, (voucher.id, seq), voucher.state, actor, said).await
}

pub async fn insert(
    tx: &mut Tx,
    at: Instant,
    voucher: &Voucher,
    (request, hash): (&str, [u8; 32]),
    note: &str,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO voucher (id, serial, number_hash, payer, request, voucher_group,
            appropriation, month, currency, face_minor, amount_minor, expires_at, state, events)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)",
        voucher.id,
        voucher.serial.as_str(),
        hash.to_vec(),
        voucher.payer.0,
        request,
        voucher.group.as_str(),
        voucher.appropriation.map(|line| line.0),
        i64::from(voucher.month.0),
        voucher.currency.as_str(),
        voucher.face.minor(),
        voucher.amount.minor(),
        voucher.expires_at.0,
        voucher.state.as_str()
    )?;
    let actor = Some(voucher.payer);
    insert_event(tx, (voucher.id, 1), voucher.state, actor, (note, at)).await
}

/// Moves a voucher on, from where the caller saw it under the lock of the ledger.
pub async fn set_state(
    tx: &mut Tx,
    voucher: &Voucher,
    next: State,
    actor: Option<AccountId>,
    said: (&str, Instant),
) -> Result<()> {
    if !voucher.state.may_become(next) {
        return Err(Refusal::Ended(voucher.state).into());
    }
    let (seq,) = fetch_one!(
        tx,
        (i64,),
        "UPDATE voucher SET state = $2, events = events + 1 WHERE id = $1 RETURNING events",
        voucher.id,
        next.as_str()
    )?;
    insert_event(tx, (voucher.id, seq), next, actor, said).await
}

async fn insert_event(
    tx: &mut Tx,
    (voucher, seq): (Uuid, i64),
    state: State,
    actor: Option<AccountId>,
    (note, at): (&str, Instant),
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO voucher_event (voucher, seq, state, actor, note, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        voucher,
        seq,
        state.as_str(),
        actor.map(|account| account.0),
        note,
        at.0
    )?;
    Ok(())
}

pub async fn any_due(tx: &mut Tx, now: Instant) -> Result<bool> {
    let found = fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM (SELECT 1 AS one FROM voucher
            WHERE state IN ('preactivated', 'activated') AND expires_at <= $1 LIMIT 1) due",
        now.0
    )?;
    Ok(found > 0)
}

pub async fn due(tx: &mut Tx, now: Instant) -> Result<Vec<Voucher>> {
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT id, serial, payer, voucher_group, appropriation, month, currency, face_minor,
            amount_minor, expires_at, state FROM voucher
         WHERE state IN ('preactivated', 'activated') AND expires_at <= $1
         ORDER BY expires_at, id LIMIT $2",
        now.0,
        VOUCHERS_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn find_group(tx: &mut Tx, name: &str) -> Result<Option<Group>> {
    let row = fetch_optional!(
        tx,
        (String, String, i64, String, i64, i64),
        "SELECT name, currency, rate_e4, programme, district, valid_days FROM voucher_group
         WHERE name = $1 ORDER BY known_from DESC LIMIT 1",
        name
    )?;
    let Some((name, currency, rate_e4, programme, district, valid_days)) = row else {
        return Ok(None);
    };
    Ok(Some(Group {
        name,
        currency,
        rate_e4,
        programme,
        district: sql::district(district)?,
        valid_days,
    }))
}

pub async fn insert_group(tx: &mut Tx, at: Instant, group: &Group) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO voucher_group (name, known_from, currency, rate_e4, programme, district,
            valid_days) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        group.name.as_str(),
        at.0,
        group.currency.as_str(),
        group.rate_e4,
        group.programme.as_str(),
        i64::from(group.district),
        group.valid_days
    )?;
    Ok(())
}

/// True when the budget of the group ever had money.
pub async fn was_ever_funded(tx: &mut Tx, group: &Group) -> Result<bool> {
    let lines = fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM appropriation
         WHERE district = $1 AND programme = $2 AND limit_minor > 0",
        i64::from(group.district),
        group.programme.as_str()
    )?;
    Ok(lines > 0)
}

pub async fn find_merchant(
    tx: &mut Tx,
    name: &str,
    bank_details: &str,
) -> Result<Option<Merchant>> {
    let row = fetch_optional!(
        tx,
        (Uuid, String, String, i64, String),
        "SELECT id, name, bank_details, mfo, account FROM voucher_merchant
         WHERE name = $1 AND bank_details = $2",
        name,
        bank_details
    )?;
    let Some((id, name, bank_details, mfo, account)) = row else {
        return Ok(None);
    };
    Ok(Some(Merchant {
        id,
        name,
        bank_details,
        mfo: sql::mfo(mfo)?,
        account: sql::account(&account)?,
    }))
}

pub async fn insert_merchant(tx: &mut Tx, at: Instant, merchant: &Merchant) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO voucher_merchant (id, name, bank_details, mfo, account, entered_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        merchant.id,
        merchant.name.as_str(),
        merchant.bank_details.as_str(),
        i64::from(merchant.mfo.number()),
        merchant.account.as_str(),
        at.0
    )?;
    Ok(())
}
