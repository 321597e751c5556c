//! SQL of the month's close.

use std::collections::HashMap;

use kernel::{Instant, Money, Month};
use store::{Ids, Tx, execute, fetch_all, fetch_value};

use super::Share;
use crate::case::narrow;
use crate::fault::Result;

/// Closes of one district that are looked back at: of twenty programmes, more than four years.
const CLOSED_MAX: i64 = 1_000;

pub(super) async fn is_closed(tx: &mut Tx, month: Month, district: u32) -> Result<bool> {
    Ok(fetch_value!(
        tx,
        bool,
        "SELECT EXISTS (SELECT 1 FROM month_close WHERE month = $1 AND district = $2)",
        i64::from(month.0),
        i64::from(district)
    )?)
}

/// The months that were shared before, by programme: at each of them who waited was put off.
pub(super) async fn closed_months(
    tx: &mut Tx,
    district: u32,
    before: Month,
) -> Result<HashMap<String, Vec<Month>>> {
    let rows = fetch_all!(
        tx,
        (String, i64),
        "SELECT programme, month FROM month_close WHERE district = $1 AND month < $2 \
         ORDER BY month DESC LIMIT $3",
        i64::from(district),
        i64::from(before.0),
        CLOSED_MAX
    )?;
    let mut months: HashMap<String, Vec<Month>> = HashMap::new();
    for (programme, month) in rows {
        let month = narrow("month", month).map(Month)?;
        months.entry(programme).or_default().push(month);
    }
    Ok(months)
}

pub(super) async fn record(
    tx: &mut Tx,
    ids: &Ids,
    month: Month,
    district: u32,
    programme: &str,
    limit: Money,
    share: &Share,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO month_close (month, district, programme, closed_at, limit_minor, awarded, \
         awarded_minor, waiting) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        i64::from(month.0),
        i64::from(district),
        programme,
        ids.now().0,
        limit.minor(),
        share.awarded.len() as i64,
        share.spent.minor(),
        share.waiting.len() as i64
    )?;
    Ok(())
}

/// One shared envelope, for the figures of a district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedEnvelope {
    pub programme: String,
    pub closed_at: Instant,
    pub limit: Money,
    pub awarded: i64,
    pub awarded_money: Money,
    pub waiting: i64,
}

pub async fn of_month(tx: &mut Tx, month: Month, district: u32) -> Result<Vec<ClosedEnvelope>> {
    let rows = fetch_all!(
        tx,
        (String, i64, i64, i64, i64, i64),
        "SELECT programme, closed_at, limit_minor, awarded, awarded_minor, waiting \
         FROM month_close WHERE month = $1 AND district = $2 ORDER BY programme",
        i64::from(month.0),
        i64::from(district)
    )?;
    let envelope = |(programme, closed_at, limit, awarded, money, waiting)| ClosedEnvelope {
        programme,
        closed_at: Instant(closed_at),
        limit: Money(limit),
        awarded,
        awarded_money: Money(money),
        waiting,
    };
    Ok(rows.into_iter().map(envelope).collect())
}
