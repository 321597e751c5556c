//! SQL of entitlements.

use std::collections::{HashMap, HashSet};

use kernel::ids::AccountId;
use kernel::{AwardId, BankAccount, EntitlementId, Instant, Mfo, Money, Month, PersonId, UnitId};
use store::{Tx, bulk, fetch_all, fetch_optional};
use uuid::Uuid;

use super::model::{Counted, Entitlement, NewEntitlement, pair, period};
use crate::{Result, sql};

/// What an entitlement can never change: by it a repeated command is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    pub award: Uuid,
    pub payee: Uuid,
    pub district: i64,
    pub programme: String,
    pub amount: Money,
    pub from: i64,
}

impl Core {
    pub fn of(new: &NewEntitlement) -> Core {
        Core {
            award: new.award.0,
            payee: new.payee.0,
            district: i64::from(new.district),
            programme: new.programme.clone(),
            amount: new.amount,
            from: i64::from(new.months.from.0),
        }
    }
}

pub async fn standing(
    tx: &mut Tx,
    batch: &[(usize, &NewEntitlement)],
) -> Result<HashMap<EntitlementId, Core>> {
    const OF_IDS: bulk::With = bulk::With {
        v: "id",
        statement: "SELECT e.id, e.award, e.payee, e.district, e.programme, e.amount_minor,
            e.from_month FROM v CROSS JOIN entitlement e WHERE e.id = v.id",
    };
    let rows: Vec<(Uuid, Uuid, Uuid, i64, String, i64, i64)> =
        bulk::select_in(tx, &OF_IDS, batch, |row, (_, new)| {
            row.push(new.id.0);
        })
        .await?;
    let core = |(id, award, payee, district, programme, amount, from)| {
        let amount = Money(amount);
        (
            EntitlementId(id),
            Core {
                award,
                payee,
                district,
                programme,
                amount,
                from,
            },
        )
    };
    Ok(rows.into_iter().map(core).collect())
}

/// Whom a batch counts, each once, in key order.
fn persons<'a>(batch: &[(usize, &'a NewEntitlement)]) -> Vec<(&'a str, PersonId)> {
    let of = |new: &'a NewEntitlement| new.members.iter().map(|&one| (new.programme.as_str(), one));
    let mut persons: Vec<(&str, PersonId)> = batch.iter().flat_map(|(_, new)| of(new)).collect();
    persons.sort_unstable();
    persons.dedup();
    persons
}

/// Where the persons of a batch are counted already, in the same programmes.
pub async fn counted<'a>(
    tx: &mut Tx,
    batch: &[(usize, &'a NewEntitlement)],
) -> Result<HashMap<(&'a str, PersonId), Vec<Counted>>> {
    const OF_PERSONS: bulk::With = bulk::With {
        v: "programme, person",
        statement: "SELECT m.programme, m.person, m.entitlement, m.from_month, m.to_month
            FROM v CROSS JOIN entitlement_member m
            WHERE m.programme = v.programme AND m.person = v.person",
    };
    let programmes: HashMap<&str, &'a str> = batch
        .iter()
        .map(|(_, new)| (new.programme.as_str(), new.programme.as_str()))
        .collect();
    let persons = persons(batch);
    let rows: Vec<(String, Uuid, Uuid, i64, i64)> =
        bulk::select_in(tx, &OF_PERSONS, &persons, |row, (programme, person)| {
            row.push(*programme).push(person.0);
        })
        .await?;
    let mut standing: HashMap<(&'a str, PersonId), Vec<Counted>> = HashMap::new();
    for (programme, person, entitlement, from, to) in rows {
        let Some(&programme) = programmes.get(programme.as_str()) else {
            continue;
        };
        standing
            .entry((programme, PersonId(person)))
            .or_default()
            .push(Counted {
                entitlement: EntitlementId(entitlement),
                from: sql::month(from)?,
                to: sql::month(to)?,
            });
    }
    Ok(standing)
}

pub async fn insert(tx: &mut Tx, at: Instant, batch: &[(usize, &NewEntitlement)]) -> Result<()> {
    const ENTITLEMENT: bulk::Insert = bulk::Insert {
        into: "entitlement (id, award, unit, payee, district, programme, amount_minor,
            from_month, to_month, mfo, account, events)",
        on_conflict: "",
    };
    bulk::insert(tx, &ENTITLEMENT, batch, |row, (_, new)| {
        let (from, to) = pair(&new.months);
        row.push(new.id.0)
            .push(new.award.0)
            .push(new.unit.0)
            .push(new.payee.0)
            .push(i64::from(new.district))
            .push(new.programme.as_str())
            .push(new.amount.minor())
            .push(i64::from(from.0))
            .push(i64::from(to.0))
            .push(i64::from(new.mfo.number()))
            .push(new.account.as_str())
            .push(1_i64);
    })
    .await?;
    insert_members(tx, batch).await?;
    let events: Vec<Event> = batch.iter().map(|(_, new)| Event::opened(new)).collect();
    insert_events(tx, at, &events).await
}

async fn insert_members(tx: &mut Tx, batch: &[(usize, &NewEntitlement)]) -> Result<()> {
    const MEMBER: bulk::Insert = bulk::Insert {
        into: "entitlement_member (programme, person, entitlement, from_month, to_month)",
        on_conflict: "",
    };
    let mut members: Vec<(&str, PersonId, &NewEntitlement)> = batch
        .iter()
        .flat_map(|(_, new)| {
            new.members
                .iter()
                .map(|&person| (new.programme.as_str(), person, *new))
        })
        .collect();
    members.sort_unstable_by_key(|(programme, person, new)| (*programme, *person, new.id));
    bulk::insert(tx, &MEMBER, &members, |row, (programme, person, new)| {
        let (from, to) = pair(&new.months);
        row.push(*programme)
            .push(person.0)
            .push(new.id.0)
            .push(i64::from(from.0))
            .push(i64::from(to.0));
    })
    .await?;
    Ok(())
}

/// A row of an entitlement's history: what holds from now on.
struct Event<'a> {
    entitlement: EntitlementId,
    seq: i64,
    change: &'static str,
    to: Month,
    mfo: Mfo,
    account: BankAccount,
    reason: &'a str,
    by: Option<AccountId>,
}

impl<'a> Event<'a> {
    fn opened(new: &'a NewEntitlement) -> Event<'a> {
        Event {
            entitlement: new.id,
            seq: 1,
            change: "opened",
            to: pair(&new.months).1,
            mfo: new.mfo,
            account: new.account,
            reason: "",
            by: None,
        }
    }
}

async fn insert_events(tx: &mut Tx, at: Instant, events: &[Event<'_>]) -> Result<()> {
    const EVENT: bulk::Insert = bulk::Insert {
        into: "entitlement_event (entitlement, seq, change, to_month, mfo, account, reason,
            changed_by, at)",
        on_conflict: "",
    };
    bulk::insert(tx, &EVENT, events, |row, event| {
        row.push(event.entitlement.0)
            .push(event.seq)
            .push(event.change)
            .push(i64::from(event.to.0))
            .push(i64::from(event.mfo.number()))
            .push(event.account.as_str())
            .push(event.reason)
            .push(event.by.map(|by| by.0))
            .push(at.0);
    })
    .await?;
    Ok(())
}

/// Pays to another account from the next run on.
pub(crate) async fn set_account(
    tx: &mut Tx,
    at: Instant,
    id: EntitlementId,
    mfo: Mfo,
    account: BankAccount,
    by: Option<AccountId>,
) -> Result<()> {
    let (to, events) = store::fetch_one!(
        tx,
        (i64, i64),
        "UPDATE entitlement SET mfo = $2, account = $3, events = events + 1 WHERE id = $1
         RETURNING to_month, events",
        id.0,
        i64::from(mfo.number()),
        account.as_str()
    )?;
    let event = Event {
        entitlement: id,
        seq: events,
        change: "account_changed",
        to: sql::month(to)?,
        mfo,
        account,
        reason: "",
        by,
    };
    insert_events(tx, at, &[event]).await
}

type EntitlementRow = (
    Uuid,
    Uuid,
    Uuid,
    Uuid,
    i64,
    String,
    i64,
    i64,
    i64,
    i64,
    String,
);

fn read(row: EntitlementRow) -> Result<Entitlement> {
    let (id, award, unit, payee, district, programme, amount, from, to, mfo, account) = row;
    Ok(Entitlement {
        id: EntitlementId(id),
        award: AwardId(award),
        unit: UnitId(unit),
        payee: PersonId(payee),
        district: sql::district(district)?,
        programme,
        amount: Money(amount),
        months: period(sql::month(from)?, sql::month(to)?),
        mfo: sql::mfo(mfo)?,
        account: sql::account(&account)?,
    })
}

pub async fn find(tx: &mut Tx, id: EntitlementId) -> Result<Option<Entitlement>> {
    let row = fetch_optional!(
        tx,
        EntitlementRow,
        "SELECT id, award, unit, payee, district, programme, amount_minor, from_month, to_month,
            mfo, account FROM entitlement WHERE id = $1",
        id.0
    )?;
    row.map(read).transpose()
}

pub async fn of_award(tx: &mut Tx, award: AwardId) -> Result<Vec<Entitlement>> {
    let rows = fetch_all!(
        tx,
        EntitlementRow,
        "SELECT id, award, unit, payee, district, programme, amount_minor, from_month, to_month,
            mfo, account FROM entitlement e WHERE award = $1 AND NOT EXISTS
                (SELECT 1 FROM settlement s WHERE s.entitlement = e.id)
         ORDER BY from_month, id LIMIT 1000",
        award.0
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn paying(tx: &mut Tx, awards: &[AwardId]) -> Result<HashSet<AwardId>> {
    const OF_AWARDS: bulk::With = bulk::With {
        v: "award",
        statement: "SELECT e.award FROM v CROSS JOIN entitlement e WHERE e.award = v.award",
    };
    let rows: Vec<(Uuid,)> = bulk::select_in(tx, &OF_AWARDS, awards, |row, award| {
        row.push(award.0);
    })
    .await?;
    Ok(rows.into_iter().map(|(award,)| AwardId(award)).collect())
}

pub async fn counting(
    tx: &mut Tx,
    programme: &str,
    person: PersonId,
    month: Month,
) -> Result<Option<EntitlementId>> {
    let found = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT entitlement FROM entitlement_member WHERE programme = $1 AND person = $2
         AND from_month <= $3 AND to_month > $3 LIMIT 1",
        programme,
        person.0,
        i64::from(month.0)
    )?;
    Ok(found.map(|(id,)| EntitlementId(id)))
}

/// The key begins with the programme: each of the few programmes is looked at.
pub async fn counting_in_any(
    tx: &mut Tx,
    person: PersonId,
    month: Month,
) -> Result<Option<EntitlementId>> {
    let found = fetch_optional!(
        tx,
        (Uuid,),
        "WITH RECURSIVE known(programme) AS (
           SELECT MIN(programme) FROM entitlement_member
           UNION ALL
           SELECT (SELECT MIN(m.programme) FROM entitlement_member m
                   WHERE m.programme > known.programme)
           FROM known WHERE known.programme IS NOT NULL)
         SELECT m.entitlement FROM known JOIN entitlement_member m
           ON m.programme = known.programme AND m.person = $1
         WHERE m.from_month <= $2 AND m.to_month > $2 LIMIT 1",
        person.0,
        i64::from(month.0)
    )?;
    Ok(found.map(|(id,)| EntitlementId(id)))
}
