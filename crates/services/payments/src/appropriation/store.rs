//! SQL of appropriations.

use kernel::ids::AppropriationId;
use kernel::{Instant, Money, Month};
use store::{Tx, execute, fetch_all, fetch_optional, fetch_value};
use uuid::Uuid;

use super::{Budget, SetLimit};
use crate::{Result, sql};

type BudgetRow = (Uuid, i64, String, i64, i64, i64);

fn read(row: BudgetRow) -> Result<Budget> {
    let (id, district, programme, month, limit, unspent) = row;
    Ok(Budget {
        appropriation: AppropriationId(id),
        district: sql::district(district)?,
        programme,
        month: sql::month(month)?,
        limit: Money(limit),
        committed: Money(limit) - Money(unspent),
    })
}

pub async fn find_event(tx: &mut Tx, id: Uuid) -> Result<Option<(AppropriationId, Money)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, i64),
        "SELECT appropriation, limit_minor FROM appropriation_event WHERE id = $1",
        id
    )?;
    Ok(row.map(|(appropriation, limit)| (AppropriationId(appropriation), Money(limit))))
}

pub async fn find_line(
    tx: &mut Tx,
    (district, programme, month): (u32, &str, Month),
) -> Result<Option<Budget>> {
    let row = fetch_optional!(
        tx,
        BudgetRow,
        "SELECT a.id, a.district, a.programme, a.month, a.limit_minor,
            COALESCE(l.credits_minor - l.debits_minor, 0)
         FROM appropriation a LEFT JOIN ledger_account l ON l.code = 2 AND l.owner = a.id
         WHERE a.month = $1 AND a.district = $2 AND a.programme = $3",
        i64::from(month.0),
        i64::from(district),
        programme
    )?;
    row.map(read).transpose()
}

pub async fn of_months(tx: &mut Tx, from: Month, to: Month) -> Result<Vec<Budget>> {
    let rows = fetch_all!(
        tx,
        BudgetRow,
        "SELECT a.id, a.district, a.programme, a.month, a.limit_minor,
            COALESCE(l.credits_minor - l.debits_minor, 0)
         FROM appropriation a LEFT JOIN ledger_account l ON l.code = 2 AND l.owner = a.id
         WHERE a.month >= $1 AND a.month < $2 ORDER BY a.month, a.district, a.programme",
        i64::from(from.0),
        i64::from(to.0)
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn owed_by_entitlements(tx: &mut Tx, command: &SetLimit) -> Result<Money> {
    let sum = fetch_value!(
        tx,
        i64,
        "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM entitlement
         WHERE from_month <= $1 AND to_month > $1 AND district = $2 AND programme = $3",
        i64::from(command.month.0),
        i64::from(command.district),
        command.programme.as_str()
    )?;
    Ok(Money(sum))
}

pub async fn insert_line(tx: &mut Tx, line: &Budget) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO appropriation (id, district, programme, month, limit_minor)
         VALUES ($1, $2, $3, $4, 0)",
        line.appropriation.0,
        i64::from(line.district),
        line.programme.as_str(),
        i64::from(line.month.0)
    )?;
    Ok(())
}

pub async fn write_limit(
    tx: &mut Tx,
    at: Instant,
    line: AppropriationId,
    command: &SetLimit,
) -> Result<()> {
    execute!(
        tx,
        "UPDATE appropriation SET limit_minor = $2 WHERE id = $1",
        line.0,
        command.limit.minor()
    )?;
    execute!(
        tx,
        "INSERT INTO appropriation_event (id, appropriation, limit_minor, set_by, at)
         VALUES ($1, $2, $3, $4, $5)",
        command.id,
        line.0,
        command.limit.minor(),
        command.set_by.map(|account| account.0),
        at.0
    )?;
    Ok(())
}

pub async fn is_programme(tx: &mut Tx, name: &str) -> Result<bool> {
    let found = fetch_optional!(
        tx,
        (i64,),
        "SELECT month FROM appropriation WHERE programme = $1 LIMIT 1",
        name
    )?;
    Ok(found.is_some())
}
