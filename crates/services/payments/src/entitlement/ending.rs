//! The ends of entitlements: what a stop cuts, and whether a run stands in its way.

use std::collections::HashMap;

use kernel::ids::AccountId;
use kernel::{BankAccount, EntitlementId, Instant, Mfo, Money, Month};
use store::{Tx, bulk, fetch_values};
use uuid::Uuid;

use super::model::{Refusal, Stop};
use crate::{Result, sql};

/// An entitlement that a stop cuts: it ends at `to` instead of `until_now`.
#[derive(Clone, Debug)]
pub struct Ending {
    pub id: EntitlementId,
    pub district: u32,
    pub programme: String,
    pub amount: Money,
    pub to: Month,
    pub until_now: Month,
    pub mfo: Mfo,
    pub account: BankAccount,
    pub events: i64,
    pub reason: String,
    pub by: Option<AccountId>,
}

/// The stops that change something, in the order of entitlements.
pub async fn load_ending(tx: &mut Tx, batch: &[Stop]) -> Result<Vec<Ending>> {
    const OF_IDS: bulk::With = bulk::With {
        v: "id",
        statement: "SELECT e.id, e.district, e.programme, e.amount_minor, e.from_month,
            e.to_month, e.mfo, e.account, e.events
            FROM v CROSS JOIN entitlement e WHERE e.id = v.id",
    };
    let mut stops: Vec<&Stop> = batch.iter().collect();
    stops.sort_by_key(|stop| (stop.entitlement, stop.last_month));
    stops.dedup_by_key(|stop| stop.entitlement);
    let rows: Vec<Row> = bulk::select_in(tx, &OF_IDS, &stops, |row, stop| {
        row.push(stop.entitlement.0);
    })
    .await?;
    let mut found: HashMap<Uuid, Row> = rows.into_iter().map(|row| (row.0, row)).collect();
    let mut ending = Vec::new();
    for stop in stops {
        let entitlement = stop.entitlement;
        let row = found.remove(&entitlement.0);
        ending.extend(cut(stop, row.ok_or(Refusal::Unknown { entitlement })?)?);
    }
    Ok(ending)
}

type Row = (Uuid, i64, String, i64, i64, i64, i64, String, i64);

/// `None` when the entitlement ends no later already.
fn cut(stop: &Stop, row: Row) -> Result<Option<Ending>> {
    let (id, district, programme, amount, from, until_now, mfo, account, events) = row;
    let to = stop.last_month.plus(1).max(sql::month(from)?);
    let until_now = sql::month(until_now)?;
    if to >= until_now {
        return Ok(None);
    }
    Ok(Some(Ending {
        id: EntitlementId(id),
        district: sql::district(district)?,
        programme,
        amount: Money(amount),
        to,
        until_now,
        mfo: sql::mfo(mfo)?,
        account: sql::account(&account)?,
        events,
        reason: stop.reason.clone(),
        by: stop.by,
    }))
}

/// The first ending entitlement that has a payment in a month it loses.
pub async fn in_run(tx: &mut Tx, ending: &[Ending]) -> Result<Option<(EntitlementId, Month)>> {
    const PAID: bulk::With = bulk::With {
        v: "month, entitlement",
        statement: "SELECT p.entitlement, p.month FROM v CROSS JOIN payment p
            WHERE p.month = v.month AND p.entitlement = v.entitlement AND p.attempt = 1",
    };
    let Some(first) = ending.iter().map(|ending| ending.to).min() else {
        return Ok(None);
    };
    let months = fetch_values!(
        tx,
        i64,
        "SELECT DISTINCT month FROM payment_run WHERE month >= $1 ORDER BY month",
        i64::from(first.0)
    )?;
    for month in months {
        let month = sql::month(month)?;
        let losing: Vec<&Ending> = ending
            .iter()
            .filter(|e| e.to <= month && month < e.until_now)
            .collect();
        let found: Vec<(Uuid, i64)> = bulk::select_in(tx, &PAID, &losing, |row, ending| {
            row.push(i64::from(month.0)).push(ending.id.0);
        })
        .await?;
        if let Some((entitlement, _)) = found.into_iter().min() {
            return Ok(Some((EntitlementId(entitlement), month)));
        }
    }
    Ok(None)
}

pub async fn end(tx: &mut Tx, at: Instant, ending: &[Ending]) -> Result<()> {
    const END: bulk::Insert = bulk::Insert {
        into: "entitlement_event (entitlement, seq, change, to_month, mfo, account, reason,
            changed_by, at)",
        on_conflict: "",
    };
    const ENTITLEMENT: bulk::With = bulk::With {
        v: "id, until",
        statement: "UPDATE entitlement SET to_month = v.until, events = events + 1
            FROM v WHERE entitlement.id = v.id",
    };
    // A member's place ends no earlier than it begins: an empty period counts nobody.
    const MEMBER: bulk::With = bulk::With {
        v: "id, until",
        statement: "UPDATE entitlement_member
            SET to_month = CASE WHEN from_month > v.until THEN from_month ELSE v.until END
            FROM v WHERE entitlement_member.entitlement = v.id AND to_month > v.until",
    };
    for update in [ENTITLEMENT, MEMBER] {
        bulk::update_from(tx, &update, ending, |row, ending| {
            row.push(ending.id.0).push(i64::from(ending.to.0));
        })
        .await?;
    }
    bulk::insert(tx, &END, ending, |row, ending| {
        row.push(ending.id.0)
            .push(ending.events + 1)
            .push("stopped")
            .push(i64::from(ending.to.0))
            .push(i64::from(ending.mfo.number()))
            .push(ending.account.as_str())
            .push(ending.reason.as_str())
            .push(ending.by.map(|by| by.0))
            .push(at.0);
    })
    .await?;
    Ok(())
}
