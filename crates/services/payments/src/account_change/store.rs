//! SQL of account changes and of the accounts that they lead to.

use std::collections::HashMap;

use kernel::{Instant, PersonId};
use store::{Tx, bulk, execute, fetch_all, fetch_optional, fetch_values, lock_one};
use uuid::Uuid;

use super::model::{AccountChange, Destination, Refusal, State};
use super::nominee::Nominee;
use crate::run::Actor;
use crate::{Result, limits, sql};

type Row = (
    Uuid,
    Uuid,
    i64,
    Option<i64>,
    Option<String>,
    String,
    String,
    i64,
    i64,
);

fn read(row: Row) -> Result<AccountChange> {
    let (id, person, district, mfo, account, origin, state, asked_at, due_at) = row;
    let state = State::parse(&state).ok_or_else(|| store::Fault::Stored {
        what: "a state of an account change",
        reason: state,
    })?;
    Ok(AccountChange {
        id,
        person: PersonId(person),
        district: sql::district(district)?,
        to: destination(mfo, account)?,
        origin,
        state,
        asked_at: Instant(asked_at),
        due_at: Instant(due_at),
    })
}

pub fn destination(mfo: Option<i64>, account: Option<String>) -> Result<Option<Destination>> {
    let (Some(mfo), Some(account)) = (mfo, account) else {
        return Ok(None);
    };
    let (mfo, account) = (sql::mfo(mfo)?, sql::account(&account)?);
    Ok(Some(Destination { mfo, account }))
}

pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<Option<AccountChange>> {
    let row = lock_one!(
        tx,
        Row,
        "SELECT id, person, district, mfo, account, origin, state, asked_at, due_at
         FROM account_change WHERE id = $1",
        id
    )?;
    row.map(read).transpose()
}

/// The change of a person that has not ended; there is at most one.
pub async fn open_of(tx: &mut Tx, person: PersonId) -> Result<Option<AccountChange>> {
    let row = fetch_optional!(
        tx,
        Row,
        "SELECT id, person, district, mfo, account, origin, state, asked_at, due_at
         FROM account_change WHERE person = $1 AND state IN ('asked', 'waiting')
         ORDER BY asked_at DESC LIMIT 1",
        person.0
    )?;
    row.map(read).transpose()
}

/// Changes that wait for their second person, in the districts from `from` to before `to`.
pub async fn asked_in(tx: &mut Tx, (from, to): (i64, i64)) -> Result<Vec<AccountChange>> {
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT id, person, district, mfo, account, origin, state, asked_at, due_at
         FROM account_change WHERE state = 'asked' AND district >= $1 AND district < $2
         ORDER BY due_at, id LIMIT $3",
        from,
        to,
        limits::LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn due(tx: &mut Tx, now: Instant) -> Result<Vec<AccountChange>> {
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT id, person, district, mfo, account, origin, state, asked_at, due_at
         FROM account_change WHERE state = 'waiting' AND due_at <= $1
         ORDER BY due_at, id LIMIT $2",
        now.0,
        limits::ACCOUNT_CHANGES_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn insert(tx: &mut Tx, change: &AccountChange, actor: &Actor) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO account_change (id, person, district, mfo, account, origin, state, events,
            asked_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9)",
        change.id,
        change.person.0,
        i64::from(change.district),
        change.to.map(|to| i64::from(to.mfo.number())),
        change.to.map(|to| to.account.as_str().to_owned()),
        change.origin.as_str(),
        change.state.as_str(),
        change.asked_at.0,
        change.due_at.0
    )?;
    let at = change.asked_at;
    insert_event(tx, (change.id, 1), change.state, actor, at).await
}

/// Moves a change on, from where the caller saw it.
pub async fn set_state(
    tx: &mut Tx,
    change: &AccountChange,
    next: State,
    actor: &Actor,
    at: Instant,
) -> Result<()> {
    if !change.state.may_become(next) {
        return Err(Refusal::NotOpen {
            state: change.state,
        }
        .into());
    }
    let (seq,) = store::fetch_one!(
        tx,
        (i64,),
        "UPDATE account_change SET state = $2, events = events + 1 WHERE id = $1
         RETURNING events",
        change.id,
        next.as_str()
    )?;
    insert_event(tx, (change.id, seq), next, actor, at).await
}

async fn insert_event(
    tx: &mut Tx,
    (change, seq): (Uuid, i64),
    state: State,
    actor: &Actor,
    at: Instant,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO account_change_event (change, seq, state, actor, actor_person, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        change,
        seq,
        state.as_str(),
        actor.account.map(|account| account.0),
        actor.person.map(|person| person.0),
        at.0
    )?;
    Ok(())
}

/// Who asked.
pub async fn asker(tx: &mut Tx, change: Uuid) -> Result<Actor> {
    let (account, person) = store::fetch_one!(
        tx,
        (Option<Uuid>, Option<Uuid>),
        "SELECT actor, actor_person FROM account_change_event WHERE change = $1 AND seq = 1",
        change
    )?;
    Ok(Actor {
        account: account.map(kernel::ids::AccountId),
        person: person.map(PersonId),
    })
}

/// The newest version of each person's account; ended links are left out.
pub async fn current(tx: &mut Tx, persons: &[PersonId]) -> Result<HashMap<PersonId, Destination>> {
    const OF_PERSONS: bulk::With = bulk::With {
        v: "person",
        statement: "SELECT p.person, p.mfo, p.account FROM v CROSS JOIN payee_account p
            WHERE p.person = v.person AND p.account IS NOT NULL AND p.seq =
               (SELECT MAX(o.seq) FROM payee_account o WHERE o.person = p.person)",
    };
    let mut persons = persons.to_vec();
    persons.sort_unstable();
    persons.dedup();
    let rows: Vec<(Uuid, Option<i64>, Option<String>)> =
        bulk::select_in(tx, &OF_PERSONS, &persons, |row, person| {
            row.push(person.0);
        })
        .await?;
    let mut current = HashMap::with_capacity(rows.len());
    for (person, mfo, account) in rows {
        if let Some(to) = destination(mfo, account)? {
            current.insert(PersonId(person), to);
        }
    }
    Ok(current)
}

/// Whose newest version is this account.
pub async fn holders(tx: &mut Tx, to: &Destination) -> Result<Vec<PersonId>> {
    let rows = store::fetch_values!(
        tx,
        Uuid,
        "SELECT p.person FROM payee_account p WHERE p.account = $1 AND p.mfo = $2 AND p.seq =
           (SELECT MAX(o.seq) FROM payee_account o WHERE o.person = p.person)
         ORDER BY p.person LIMIT $3",
        to.account.as_str(),
        i64::from(to.mfo.number()),
        limits::LIST_MAX
    )?;
    Ok(rows.into_iter().map(PersonId).collect())
}

pub async fn insert_version(tx: &mut Tx, change: &AccountChange, at: Instant) -> Result<()> {
    let last = store::fetch_value!(
        tx,
        i64,
        "SELECT COALESCE(MAX(seq), 0) FROM payee_account WHERE person = $1",
        change.person.0
    )?;
    execute!(
        tx,
        "INSERT INTO payee_account (person, seq, mfo, account, change, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        change.person.0,
        last + 1,
        change.to.map(|to| i64::from(to.mfo.number())),
        change.to.map(|to| to.account.as_str().to_owned()),
        change.id,
        at.0
    )?;
    Ok(())
}

pub async fn insert_nominee(
    tx: &mut Tx,
    change: Uuid,
    nominee: &Nominee,
    back: Destination,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO account_nominee (change, nominee, basis, until, back_mfo, back_account)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (change) DO NOTHING",
        change,
        nominee.person.0,
        nominee.basis.trim(),
        nominee.until.0,
        i64::from(back.mfo.number()),
        back.account.as_str()
    )?;
    execute!(
        tx,
        "INSERT INTO account_nominee_open (change, until) VALUES ($1, $2)
         ON CONFLICT (change) DO NOTHING",
        change,
        nominee.until.0
    )?;
    Ok(())
}

type NomineeRow = (Uuid, String, i64);

fn read_nominee((person, basis, until): NomineeRow) -> Nominee {
    Nominee {
        person: PersonId(person),
        basis,
        until: Instant(until),
    }
}

pub async fn nominee(tx: &mut Tx, change: Uuid) -> Result<Option<Nominee>> {
    let row = fetch_optional!(
        tx,
        NomineeRow,
        "SELECT nominee, basis, until FROM account_nominee WHERE change = $1",
        change
    )?;
    Ok(row.map(read_nominee))
}

/// The nominee of the person's newest account.
pub async fn nominee_of(tx: &mut Tx, person: PersonId) -> Result<Option<Nominee>> {
    let row = fetch_optional!(
        tx,
        NomineeRow,
        "SELECT n.nominee, n.basis, n.until FROM payee_account p
         JOIN account_nominee n ON n.change = p.change
         WHERE p.person = $1 AND p.seq = (SELECT MAX(seq) FROM payee_account WHERE person = $1)",
        person.0
    )?;
    Ok(row.map(read_nominee))
}

/// Where the person's money goes after the nominee who receives it now.
pub async fn back_of_nominee(tx: &mut Tx, person: PersonId) -> Result<Option<Destination>> {
    let row = fetch_optional!(
        tx,
        (Option<i64>, Option<String>),
        "SELECT n.back_mfo, n.back_account FROM payee_account p
         JOIN account_nominee n ON n.change = p.change
         WHERE p.person = $1 AND p.seq = (SELECT MAX(seq) FROM payee_account WHERE person = $1)",
        person.0
    )?;
    row.map_or(Ok(None), |(mfo, account)| destination(mfo, account))
}

/// Where the person's newest entitlement pays.
pub async fn paid_to(tx: &mut Tx, person: PersonId) -> Result<Option<Destination>> {
    let row = fetch_optional!(
        tx,
        (Option<i64>, Option<String>),
        "SELECT mfo, account FROM entitlement WHERE payee = $1 ORDER BY to_month DESC, id DESC LIMIT 1",
        person.0
    )?;
    row.map_or(Ok(None), |(mfo, account)| destination(mfo, account))
}

/// True when a nominee's time is over that nobody has looked at yet.
pub async fn nominee_is_over(tx: &mut Tx, now: Instant) -> Result<bool> {
    let over = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT n.change FROM account_nominee_open n JOIN account_change c ON c.id = n.change
         WHERE n.until <= $1 AND c.state NOT IN ('asked', 'waiting') LIMIT 1",
        now.0
    )?;
    Ok(over.is_some())
}

/// Takes the nominees whose time is over: those through whom the money still goes, with their person,
/// district and where it goes back to. One that never took effect, or that another change replaced, has
/// nothing to end; one whose change still waits is looked at when it has taken effect.
pub async fn take_nominees_over(
    tx: &mut Tx,
    now: Instant,
) -> Result<Vec<(PersonId, u32, Destination)>> {
    let over = fetch_values!(
        tx,
        Uuid,
        "DELETE FROM account_nominee_open WHERE change IN (
            SELECT n.change FROM account_nominee_open n JOIN account_change c ON c.id = n.change
            WHERE n.until <= $1 AND c.state NOT IN ('asked', 'waiting') ORDER BY n.until, n.change LIMIT $2)
         RETURNING change",
        now.0,
        limits::ACCOUNT_CHANGES_MAX
    )?;
    const STANDING: bulk::With = bulk::With {
        v: "change",
        statement: "SELECT p.person, c.district, n.back_mfo, n.back_account
            FROM v CROSS JOIN account_nominee n CROSS JOIN account_change c
                CROSS JOIN payee_account p
            WHERE n.change = v.change AND c.id = v.change AND p.change = v.change
                AND c.state = 'applied' AND p.person = c.person
                AND p.seq = (SELECT MAX(o.seq) FROM payee_account o WHERE o.person = p.person)",
    };
    let mut rows: Vec<(Uuid, i64, i64, String)> =
        bulk::select_in(tx, &STANDING, &over, |row, change| {
            row.push(*change);
        })
        .await?;
    rows.sort_unstable();
    let standing = |(person, district, mfo, account): (Uuid, i64, i64, String)| {
        let (mfo, account) = (sql::mfo(mfo)?, sql::account(&account)?);
        Ok((
            PersonId(person),
            sql::district(district)?,
            Destination { mfo, account },
        ))
    };
    rows.into_iter().map(standing).collect()
}
