//! Open restated months become arrears or debts.

use std::collections::BTreeMap;

use ::store::{Ids, Tx, bulk, execute, fetch_all};
use kernel::{AwardId, EntitlementId, Money, Month, Period};
use uuid::Uuid;

use super::annulled::Confirmed;
use super::model::Reason;
use super::store::{may_be_settled, reason_of};
use crate::debt::{self, NewDebt};
use crate::entitlement::{self, Entitlement, NewEntitlement};
use crate::{Error, Result};

/// Open months of one round.
const OPEN_MAX: i64 = 10_000;

/// What a round did, in awards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Arrears that the next run pays.
    pub arrears: usize,
    pub debts: usize,
    /// A debt fell by what was owed, or more and less cancelled each other.
    pub cancelled: usize,
    /// The budget does not reach: tried again.
    pub waiting: usize,
}

/// One award with its open months.
struct Open {
    award: AwardId,
    months: Vec<Uuid>,
    net: Money,
    reason: Reason,
}

/// Settles what is open, award by award. `pay_month` is the next month that has no run: arrears
/// are committed from its budget and paid with it.
pub async fn settle(
    tx: &mut Tx,
    ids: &Ids,
    pay_month: Month,
    confirmed: Confirmed,
) -> Result<Settled> {
    tx.alone("payments.restatement").await?;
    let mut settled = Settled::default();
    for open in open(tx, confirmed).await? {
        one(tx, ids, &open, pay_month, &mut settled).await?;
    }
    Ok(settled)
}

async fn open(tx: &mut Tx, confirmed: Confirmed) -> Result<Vec<Open>> {
    let rows = fetch_all!(
        tx,
        (Uuid, Uuid, i64, String),
        concat!(
            "SELECT m.award, m.id, m.due_minor - m.paid_minor, m.reason
             FROM restated_month_open o JOIN restated_month m ON m.id = o.restated
             WHERE ",
            may_be_settled!(),
            " ORDER BY m.award, m.month, m.seq LIMIT $3"
        ),
        Reason::Death.word(),
        confirmed.before.0,
        OPEN_MAX
    )?;
    let mut by_award: BTreeMap<Uuid, Open> = BTreeMap::new();
    for (award, month, difference, reason) in rows {
        let reason = reason_of(&reason)?;
        let open = by_award.entry(award).or_insert_with(|| Open {
            award: AwardId(award),
            months: Vec::new(),
            net: Money::ZERO,
            reason,
        });
        open.months.push(month);
        open.net += Money(difference);
        // The newest reason is what the person is told.
        open.reason = reason;
    }
    Ok(by_award.into_values().collect())
}

/// How the open months of an award end.
struct End {
    offset: Money,
    entitlement: Option<EntitlementId>,
    debt: Option<Uuid>,
}

async fn one(
    tx: &mut Tx,
    ids: &Ids,
    open: &Open,
    pay_month: Month,
    settled: &mut Settled,
) -> Result<()> {
    let Some(paying) = entitlement::of_award(tx, open.award).await?.pop() else {
        settled.waiting += 1;
        return Ok(());
    };
    let end = if open.net.is_negative() {
        settled.debts += 1;
        let new = NewDebt {
            award: open.award,
            unit: paying.unit,
            payee: paying.payee,
            district: paying.district,
            programme: paying.programme,
            reason: open.reason,
            amount: -open.net,
        };
        End {
            offset: Money::ZERO,
            entitlement: None,
            debt: Some(debt::find_out(tx, ids, &new).await?),
        }
    } else {
        match owed(tx, ids, open.net, &paying, pay_month).await? {
            Some(end) => {
                settled.arrears += usize::from(end.entitlement.is_some());
                settled.cancelled += usize::from(end.entitlement.is_none());
                end
            }
            None => {
                settled.waiting += 1;
                return Ok(());
            }
        }
    };
    write(tx, ids, open, &end).await
}

/// What is owed lowers a debt first; the rest is an entitlement of the month that is paid next.
/// `None`: the budget does not reach, and nothing was written.
async fn owed(
    tx: &mut Tx,
    ids: &Ids,
    net: Money,
    paying: &Entitlement,
    pay_month: Month,
) -> Result<Option<End>> {
    let debts = debt::that_may_be_offset(tx, paying.payee, &paying.programme).await?;
    let mut offset = Money::ZERO;
    let mut lowered = Vec::new();
    for (debt, left) in debts {
        let part = left.min(net - offset);
        if part > Money::ZERO {
            lowered.push((debt, part));
            offset += part;
        }
    }
    let rest = net - offset;
    let mut entitlement = None;
    if rest > Money::ZERO {
        let arrears = arrears(ids, paying, rest, pay_month);
        match entitlement::open_arrears(tx, ids, &arrears).await {
            Ok(()) => entitlement = Some(arrears.id),
            Err(Error::Entitlement(refusal)) if refusal.is_of_budget() => return Ok(None),
            Err(other) => return Err(other),
        }
    }
    for (debt, part) in lowered {
        debt::offset(tx, ids, debt, part).await?;
    }
    Ok(Some(End {
        offset,
        entitlement,
        debt: None,
    }))
}

/// An entitlement of one month that counts nobody: its persons are counted in the months that it
/// makes good.
fn arrears(ids: &Ids, paying: &Entitlement, amount: Money, month: Month) -> NewEntitlement {
    NewEntitlement {
        id: EntitlementId(ids.uuid()),
        award: paying.award,
        unit: paying.unit,
        programme: paying.programme.clone(),
        district: paying.district,
        payee: paying.payee,
        mfo: paying.mfo,
        account: paying.account,
        amount,
        months: Period {
            from: month,
            to: Some(month.plus(1)),
        },
        members: Vec::new(),
    }
}

async fn write(tx: &mut Tx, ids: &Ids, open: &Open, end: &End) -> Result<()> {
    const MONTH: bulk::Insert = bulk::Insert {
        into: "settled_month (restated, settlement)",
        on_conflict: "",
    };
    const CLOSED: bulk::With = bulk::With {
        v: "id",
        statement: "DELETE FROM restated_month_open WHERE restated IN (SELECT id FROM v)",
    };
    let settlement = ids.uuid();
    execute!(
        tx,
        "INSERT INTO settlement (id, award, net_minor, offset_minor, entitlement, debt, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        settlement,
        open.award.0,
        open.net.minor(),
        end.offset.minor(),
        end.entitlement.map(|id| id.0),
        end.debt,
        ids.now().0
    )?;
    bulk::insert(tx, &MONTH, &open.months, |row, month| {
        row.push(*month).push(settlement);
    })
    .await?;
    bulk::update_from(tx, &CLOSED, &open.months, |row, month| {
        row.push(*month);
    })
    .await?;
    Ok(())
}
