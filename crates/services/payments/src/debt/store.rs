//! SQL of debts.

use ::store::{
    Fault, Ids, Tx, bulk, execute, fetch_all, fetch_optional, fetch_value, fetch_values,
};
use kernel::ids::AccountId;
use kernel::{AwardId, EntitlementId, Instant, Money, Month, Period, PersonId};
use uuid::Uuid;

use super::model::{Change, Debt, DebtEvent, Limits, NewDebt, Refusal, Segment, State};
use crate::entitlement::{self, NewEntitlement};
use crate::limits::LIST_MAX;
use crate::restatement::Reason;
use crate::{Result, sql};

/// A debt with what runs have kept for it: every payment of an entitlement that recovers it.
macro_rules! debts {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.award, d.payee, d.district, d.programme, d.reason, d.amount_minor,
                d.offset_minor, CAST(COALESCE((SELECT SUM(c.deduction_minor) FROM recovery c
                    JOIN payment p ON p.entitlement = c.entitlement AND p.attempt = 1
                    WHERE c.debt = d.id), 0) AS BIGINT) AS taken, d.state, d.events, d.found_at
             FROM debt d ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    award: Uuid,
    payee: Uuid,
    district: i64,
    programme: String,
    reason: String,
    amount_minor: i64,
    offset_minor: i64,
    taken: i64,
    state: String,
    events: i64,
    found_at: i64,
}

fn read(row: Row) -> Result<Debt> {
    Ok(Debt {
        id: row.id,
        award: AwardId(row.award),
        payee: PersonId(row.payee),
        district: sql::district(row.district)?,
        programme: row.programme,
        reason: Reason::parse(&row.reason).ok_or_else(|| stored(&row.reason))?,
        amount: Money(row.amount_minor),
        offset: Money(row.offset_minor),
        taken: Money(row.taken),
        state: State::parse(&row.state).ok_or_else(|| stored(&row.state))?,
        events: row.events,
        found_at: Instant(row.found_at),
    })
}

fn stored(word: &str) -> Fault {
    Fault::Stored {
        what: "a word of a debt",
        reason: word.to_owned(),
    }
}

pub async fn insert(tx: &mut Tx, ids: &Ids, id: Uuid, new: &NewDebt) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO debt (id, award, unit, payee, district, programme, reason, amount_minor,
            offset_minor, state, events, found_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 'found', 1, $9)",
        id,
        new.award.0,
        new.unit.0,
        new.payee.0,
        i64::from(new.district),
        new.programme.as_str(),
        new.reason.word(),
        new.amount.minor(),
        ids.now().0
    )?;
    event(tx, ids, (id, 1), Change::Found, new.amount, "", None).await
}

async fn event(
    tx: &mut Tx,
    ids: &Ids,
    (debt, seq): (Uuid, i64),
    change: Change,
    amount: Money,
    note: &str,
    by: Option<AccountId>,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO debt_event (debt, seq, change, amount_minor, note, changed_by, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        debt,
        seq,
        change.word(),
        amount.minor(),
        note,
        by.map(|by| by.0),
        ids.now().0
    )?;
    Ok(())
}

/// Moves a debt on, and writes why.
#[allow(clippy::too_many_arguments, reason = "an event and its row")]
pub async fn change(
    tx: &mut Tx,
    ids: &Ids,
    debt: &Debt,
    change: Change,
    to: State,
    amount: Money,
    note: &str,
    by: Option<AccountId>,
) -> Result<()> {
    let offset = match change {
        Change::Offset => amount.minor(),
        _ => 0,
    };
    execute!(
        tx,
        "UPDATE debt SET state = $2, events = events + 1, offset_minor = offset_minor + $3
         WHERE id = $1",
        debt.id,
        to.word(),
        offset
    )?;
    event(
        tx,
        ids,
        (debt.id, debt.events + 1),
        change,
        amount,
        note,
        by,
    )
    .await
}

pub async fn find(tx: &mut Tx, debt: Uuid) -> Result<Option<Debt>> {
    let row = fetch_optional!(tx, Row, debts!("WHERE d.id = $1"), debt)?;
    row.map(read).transpose()
}

pub async fn of_payee(tx: &mut Tx, payee: PersonId) -> Result<Vec<Debt>> {
    let rows = fetch_all!(
        tx,
        Row,
        debts!("WHERE d.payee = $1 ORDER BY d.id LIMIT $2"),
        payee.0,
        LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn open(tx: &mut Tx, district: Option<u32>) -> Result<Vec<Debt>> {
    let rows = fetch_all!(
        tx,
        Row,
        debts!(
            "WHERE d.state IN ('found', 'notified', 'disputed', 'recovering')
             AND ($1 < 0 OR d.district = $1) ORDER BY d.id LIMIT $2"
        ),
        district.map_or(-1, i64::from),
        LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn is_moving(tx: &mut Tx) -> Result<bool> {
    Ok(fetch_value!(
        tx,
        bool,
        "SELECT EXISTS (SELECT 1 FROM debt WHERE state IN ('found', 'recovering'))"
    )?)
}

/// Debts whose persons were not told.
pub async fn found(tx: &mut Tx) -> Result<Vec<Debt>> {
    let rows = fetch_all!(
        tx,
        Row,
        debts!("WHERE d.state = 'found' ORDER BY d.id LIMIT $1"),
        LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

/// Debts under a plan of which nothing is left.
pub async fn recovered(tx: &mut Tx) -> Result<Vec<Debt>> {
    let rows = fetch_all!(
        tx,
        Row,
        debts!(
            "WHERE d.state = 'recovering' AND d.amount_minor - d.offset_minor <=
                (SELECT SUM(c.deduction_minor) FROM recovery c JOIN payment p
                    ON p.entitlement = c.entitlement AND p.attempt = 1 WHERE c.debt = d.id)
             ORDER BY d.id LIMIT $1"
        ),
        LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

type EventRow = (String, i64, String, Option<Uuid>, i64);

pub async fn events(tx: &mut Tx, debt: Uuid) -> Result<Vec<DebtEvent>> {
    let rows = fetch_all!(
        tx,
        EventRow,
        "SELECT change, amount_minor, note, changed_by, at FROM debt_event
         WHERE debt = $1 ORDER BY seq LIMIT $2",
        debt,
        LIST_MAX
    )?;
    let event = |(change, amount, note, by, at): EventRow| {
        Ok(DebtEvent {
            change: Change::parse(&change).ok_or_else(|| stored(&change))?,
            amount: Money(amount),
            note,
            by: by.map(AccountId),
            at: Instant(at),
        })
    };
    rows.into_iter().map(event).collect()
}

/// The entitlement that pays the person in `from`, and its months from then on. Nothing is taken
/// from arrears, nor twice from one payment.
pub async fn paying(
    tx: &mut Tx,
    debt: &Debt,
    from: Month,
) -> Result<Option<(NewEntitlement, Period<Month>)>> {
    let rows = fetch_all!(
        tx,
        (Uuid, bool),
        "SELECT e.id, EXISTS (SELECT 1 FROM recovery c WHERE c.entitlement = e.id)
         FROM entitlement e WHERE e.payee = $1 AND e.programme = $2 AND e.to_month > $3
            AND NOT EXISTS (SELECT 1 FROM settlement s WHERE s.entitlement = e.id)
         ORDER BY e.from_month, e.id LIMIT 2",
        debt.payee.0,
        debt.programme.as_str(),
        i64::from(from.0)
    )?;
    let Some((id, recovers)) = rows.first() else {
        return Ok(None);
    };
    if *recovers {
        return Err(Refusal::AnotherPlan { debt: debt.id }.into());
    }
    let Some(found) = entitlement::find(tx, EntitlementId(*id)).await? else {
        return Ok(None);
    };
    let members = fetch_values!(
        tx,
        Uuid,
        "SELECT person FROM entitlement_member WHERE entitlement = $1 ORDER BY person LIMIT $2",
        found.id.0,
        LIST_MAX
    )?;
    let months = Period {
        from: found.months.from.max(from),
        to: found.months.to,
    };
    let paying = NewEntitlement {
        id: found.id,
        award: found.award,
        unit: found.unit,
        programme: found.programme,
        district: found.district,
        payee: found.payee,
        mfo: found.mfo,
        account: found.account,
        amount: found.amount,
        months: found.months,
        members: members.into_iter().map(PersonId).collect(),
    };
    Ok(Some((paying, months)))
}

pub async fn insert_recoveries(
    tx: &mut Tx,
    debt: Uuid,
    made: &[(EntitlementId, Segment)],
    percent: u32,
    limits: Limits,
) -> Result<()> {
    const RECOVERY: bulk::Insert = bulk::Insert {
        into: "recovery (entitlement, debt, deduction_minor, share_percent, floor_minor)",
        on_conflict: "",
    };
    let deducting = made.iter().filter(|(_, one)| one.deduction > Money::ZERO);
    let deducting: Vec<_> = deducting.collect();
    bulk::insert(tx, &RECOVERY, &deducting, |row, (id, segment)| {
        row.push(id.0)
            .push(debt)
            .push(segment.deduction.minor())
            .push(i64::from(percent))
            .push(limits.floor.minor());
    })
    .await?;
    Ok(())
}

pub async fn deduction(tx: &mut Tx, entitlement: EntitlementId) -> Result<Option<(Uuid, Money)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, i64),
        "SELECT debt, deduction_minor FROM recovery WHERE entitlement = $1",
        entitlement.0
    )?;
    Ok(row.map(|(debt, minor)| (debt, Money(minor))))
}
