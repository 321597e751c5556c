//! SQL of restated months.

use ::store::{Fault, Ids, Tx, bulk, fetch_all, fetch_value};
use kernel::{AwardId, EntitlementId, Instant, Money};
use uuid::Uuid;

use super::annulled::Confirmed;
use super::model::{Paid, Reason, Restated, RestatedMonth};
use crate::{Result, sql};

/// Months of one award that are looked at: more than a lifetime.
const MONTHS_MAX: i64 = 1_200;

/// What each month of an award was paid: its first attempt (a reissue is the same money), what was
/// deducted from it for a debt, and what was restated, also of a month that was made good. Arrears
/// are no month of their own.
pub async fn paid(tx: &mut Tx, award: AwardId) -> Result<Vec<Paid>> {
    let rows = fetch_all!(
        tx,
        (i64, i64, i64),
        "WITH m AS (SELECT p.month, SUM(p.amount_minor + COALESCE(c.deduction_minor, 0)) AS amount
                FROM entitlement e JOIN payment p ON p.entitlement = e.id AND p.attempt = 1
                LEFT JOIN recovery c ON c.entitlement = e.id
                WHERE e.award = $1 AND NOT EXISTS
                    (SELECT 1 FROM settlement s WHERE s.entitlement = e.id)
                GROUP BY p.month),
            r AS (SELECT month, SUM(due_minor - paid_minor) AS difference, MAX(seq) AS times
                FROM restated_month WHERE award = $1 GROUP BY month)
         SELECT k.month, CAST(COALESCE(m.amount, 0) + COALESCE(r.difference, 0) AS BIGINT),
            COALESCE(r.times, 0)
         FROM (SELECT month FROM m UNION SELECT month FROM r) k
         LEFT JOIN m ON m.month = k.month LEFT JOIN r ON r.month = k.month
         ORDER BY k.month LIMIT $2",
        award.0,
        MONTHS_MAX
    )?;
    let paid = |(month, amount, restated)| {
        Ok(Paid {
            month: sql::month(month)?,
            amount: Money(amount),
            restated,
        })
    };
    rows.into_iter().map(paid).collect()
}

pub async fn insert(tx: &mut Tx, ids: &Ids, found: &[Restated]) -> Result<()> {
    const MONTH: bulk::Insert = bulk::Insert {
        into: "restated_month (id, award, month, seq, paid_minor, due_minor, reason, decision, at)",
        on_conflict: "",
    };
    const OPEN: bulk::Insert = bulk::Insert {
        into: "restated_month_open (restated, award)",
        on_conflict: "",
    };
    let at = ids.now();
    let rows: Vec<(Uuid, &Restated)> = found.iter().map(|one| (ids.uuid(), one)).collect();
    bulk::insert(tx, &MONTH, &rows, |row, (id, one)| {
        row.push(*id)
            .push(one.award.0)
            .push(i64::from(one.month.0))
            .push(one.seq)
            .push(one.paid.minor())
            .push(one.due.minor())
            .push(one.reason.word())
            .push(one.decision.map(|decision| decision.0))
            .push(at.0);
    })
    .await?;
    bulk::insert(tx, &OPEN, &rows, |row, (id, one)| {
        row.push(*id).push(one.award.0);
    })
    .await?;
    Ok(())
}

/// Which month `m` may be settled: what a death ($1) took away not before it is confirmed ($2), unless
/// the month was restated again since.
macro_rules! may_be_settled {
    () => {
        "(m.reason <> $1 OR m.at < $2 OR m.due_minor > m.paid_minor
            OR EXISTS (SELECT 1 FROM restated_month n
                WHERE n.award = m.award AND n.month = m.month AND n.seq > m.seq))"
    };
}
pub(super) use may_be_settled;

pub async fn is_open(tx: &mut Tx, confirmed: Confirmed) -> Result<bool> {
    Ok(fetch_value!(
        tx,
        bool,
        concat!(
            "SELECT EXISTS (SELECT 1 FROM restated_month_open o
                JOIN restated_month m ON m.id = o.restated WHERE ",
            may_be_settled!(),
            ")"
        ),
        Reason::Death.word(),
        confirmed.before.0
    )?)
}

type MonthRow = (i64, i64, i64, String, i64);

fn read((month, paid, due, reason, at): MonthRow) -> Result<RestatedMonth> {
    Ok(RestatedMonth {
        month: sql::month(month)?,
        paid: Money(paid),
        due: Money(due),
        reason: reason_of(&reason)?,
        at: Instant(at),
    })
}

pub fn reason_of(word: &str) -> Result<Reason> {
    let stored = || Fault::Stored {
        what: "a reason of restatement",
        reason: word.to_owned(),
    };
    Ok(Reason::parse(word).ok_or_else(stored)?)
}

pub async fn of_award(tx: &mut Tx, award: AwardId) -> Result<Vec<RestatedMonth>> {
    let rows = fetch_all!(
        tx,
        MonthRow,
        "SELECT month, paid_minor, due_minor, reason, at FROM restated_month
         WHERE award = $1 ORDER BY month, seq LIMIT $2",
        award.0,
        MONTHS_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn paid_by(tx: &mut Tx, entitlement: EntitlementId) -> Result<Vec<RestatedMonth>> {
    let rows = fetch_all!(
        tx,
        MonthRow,
        "SELECT m.month, m.paid_minor, m.due_minor, m.reason, m.at FROM settlement s
         JOIN settled_month d ON d.settlement = s.id JOIN restated_month m ON m.id = d.restated
         WHERE s.entitlement = $1 ORDER BY m.month, m.seq LIMIT $2",
        entitlement.0,
        MONTHS_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn of_debt(tx: &mut Tx, debt: Uuid) -> Result<Vec<RestatedMonth>> {
    let rows = fetch_all!(
        tx,
        MonthRow,
        "SELECT m.month, m.paid_minor, m.due_minor, m.reason, m.at
         FROM debt t JOIN settlement s ON s.award = t.award AND s.debt = t.id
         JOIN settled_month d ON d.settlement = s.id JOIN restated_month m ON m.id = d.restated
         WHERE t.id = $1 ORDER BY m.month, m.seq LIMIT $2",
        debt,
        MONTHS_MAX
    )?;
    rows.into_iter().map(read).collect()
}
