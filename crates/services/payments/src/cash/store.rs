//! SQL of cash desks.

use std::collections::HashMap;

use kernel::{BankAccount, Instant, Mfo};
use store::{Tx, bulk, execute, fetch_optional, fetch_value};
use uuid::Uuid;

use super::{CARRIED_MAX, CashPayee, Desk, Refusal, UNCLAIMED};
use crate::run::Actor;
use crate::{Result, sql};

pub async fn newest_desk(tx: &mut Tx) -> Result<Option<Desk>> {
    let row = fetch_optional!(
        tx,
        (Option<i64>, Option<String>),
        "SELECT mfo, account FROM cash_desk ORDER BY seq DESC LIMIT 1"
    )?;
    let Some((Some(mfo), Some(account))) = row else {
        return Ok(None);
    };
    Ok(Some(Desk {
        mfo: sql::mfo(mfo)?,
        account: sql::account(&account)?,
    }))
}

pub async fn insert_desk(
    tx: &mut Tx,
    at: Instant,
    desk: Option<Desk>,
    actor: &Actor,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO cash_desk (seq, mfo, account, set_by, at)
         VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM cash_desk), $1, $2, $3, $4)",
        desk.map(|desk| i64::from(desk.mfo.number())),
        desk.map(|desk| desk.account.as_str().to_owned()),
        actor.account.map(|account| account.0),
        at.0
    )?;
    Ok(())
}

pub async fn is_desk(tx: &mut Tx, mfo: Mfo, account: BankAccount) -> Result<bool> {
    let rows = fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM cash_desk WHERE mfo = $1 AND account = $2",
        i64::from(mfo.number()),
        account.as_str()
    )?;
    Ok(rows > 0)
}

pub async fn persons_paid_to(tx: &mut Tx, desk: &Desk) -> Result<i64> {
    Ok(fetch_value!(
        tx,
        i64,
        "SELECT COUNT(DISTINCT payee) FROM entitlement WHERE mfo = $1 AND account = $2",
        i64::from(desk.mfo.number()),
        desk.account.as_str()
    )?)
}

/// A new version of each payee whose name or number is not what was noted last.
pub async fn insert_changed(tx: &mut Tx, at: Instant, payees: &[CashPayee]) -> Result<()> {
    const NEWEST: bulk::With = bulk::With {
        v: "person",
        statement: "SELECT c.person, c.seq, c.pinfl, c.name FROM v CROSS JOIN cash_payee c
            WHERE c.person = v.person AND c.seq =
                (SELECT MAX(o.seq) FROM cash_payee o WHERE o.person = c.person)",
    };
    const PAYEE: bulk::Insert = bulk::Insert {
        into: "cash_payee (person, seq, pinfl, name, at)",
        on_conflict: "",
    };
    let mut payees: Vec<&CashPayee> = payees.iter().collect();
    payees.sort_unstable_by_key(|payee| payee.person);
    payees.dedup_by_key(|payee| payee.person);
    let rows: Vec<(Uuid, i64, String, String)> =
        bulk::select_in(tx, &NEWEST, &payees, |row, payee| {
            row.push(payee.person.0);
        })
        .await?;
    let known: HashMap<Uuid, (i64, String, String)> = rows
        .into_iter()
        .map(|(person, seq, pinfl, name)| (person, (seq, pinfl, name)))
        .collect();
    let changed: Vec<(&CashPayee, i64)> = payees
        .into_iter()
        .filter_map(|payee| match known.get(&payee.person.0) {
            None => Some((payee, 1)),
            Some((_, pinfl, name)) if *pinfl == payee.pinfl.to_string() && *name == payee.name => {
                None
            }
            Some((seq, ..)) => Some((payee, seq + 1)),
        })
        .collect();
    bulk::insert(tx, &PAYEE, &changed, |row, (payee, seq)| {
        row.push(payee.person.0)
            .push(*seq)
            .push(payee.pinfl.to_string())
            .push(payee.name.as_str())
            .push(at.0);
    })
    .await?;
    Ok(())
}

/// A line that goes to a desk, as it is built: the payment, its payee, and where it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goes<'a> {
    pub payment: Uuid,
    pub payee: Uuid,
    pub mfo: i64,
    pub account: &'a str,
}

/// Writes the name of each line that goes to a desk beside it.
pub(crate) async fn freeze(tx: &mut Tx, lines: &[Goes<'_>]) -> Result<()> {
    const NAMED: bulk::With = bulk::With {
        v: "payment, person",
        statement: "INSERT INTO cash_line (payment, pinfl, name)
            SELECT v.payment, c.pinfl, c.name FROM v CROSS JOIN cash_payee c
            WHERE c.person = v.person AND c.seq =
                (SELECT MAX(o.seq) FROM cash_payee o WHERE o.person = c.person)",
    };
    let desks: Vec<(i64, String)> = store::fetch_all!(
        tx,
        (i64, String),
        "SELECT DISTINCT mfo, account FROM cash_desk WHERE account IS NOT NULL"
    )?;
    if desks.is_empty() {
        return Ok(());
    }
    let at_desk = |line: &&Goes<'_>| {
        desks
            .iter()
            .any(|(mfo, account)| *mfo == line.mfo && account == line.account)
    };
    let cash: Vec<&Goes<'_>> = lines.iter().filter(at_desk).collect();
    let named = bulk::update_from(tx, &NAMED, &cash, |row, line| {
        row.push(line.payment).push(line.payee);
    })
    .await?;
    match cash.len() - usize::try_from(named).unwrap_or(usize::MAX) {
        0 => Ok(()),
        count => Err(Refusal::Unnamed { count }.into()),
    }
}

/// How the cashier knows the person of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub pinfl: String,
    pub name: String,
}

/// The names of the lines of a page of a statement that go to a desk.
pub(crate) async fn named_between(
    tx: &mut Tx,
    (first, last): (Uuid, Uuid),
) -> Result<HashMap<Uuid, Named>> {
    let rows = store::fetch_all!(
        tx,
        (Uuid, String, String),
        "SELECT payment, pinfl, name FROM cash_line WHERE payment >= $1 AND payment <= $2",
        first,
        last
    )?;
    let named = |(payment, pinfl, name)| (payment, Named { pinfl, name });
    Ok(rows.into_iter().map(named).collect())
}

/// Mends the tasks of unclaimed payments at once, to be paid at `desk` again; answers which.
pub async fn carry_over(
    tx: &mut Tx,
    at: Instant,
    desk: &Desk,
    tasks: &[Uuid],
) -> Result<Vec<Uuid>> {
    const CARRY: bulk::With = bulk::With {
        v: "id, mfo, account, at, reason, attempts",
        statement: "UPDATE account_task SET state = 'mended', mfo = v.mfo, account = v.account,
                mended_at = v.at
            FROM v CROSS JOIN payment p CROSS JOIN cash_line c
            WHERE account_task.id = v.id AND account_task.reason = v.reason
                AND p.id = account_task.payment AND c.payment = p.id AND p.attempt <= v.attempts
            RETURNING account_task.id",
    };
    let carried: Vec<(Uuid,)> = bulk::select_in(tx, &CARRY, tasks, |row, task| {
        row.push(*task)
            .push(i64::from(desk.mfo.number()))
            .push(desk.account.as_str())
            .push(at.0)
            .push(UNCLAIMED)
            .push(CARRIED_MAX);
    })
    .await?;
    Ok(carried.into_iter().map(|(task,)| task).collect())
}
