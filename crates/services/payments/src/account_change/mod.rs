//! Account changes: a person is paid elsewhere from now on, but not at once.
//!
//! ```text
//! ask (staff) -> asked -> waiting -> applied        72 hours after the asking
//! ask (the person, a partner) ^ |
//!          declined <- asked     +-> stopped         by the person, at any time before
//! ```
//! Whoever takes over a desk, a partner's key or somebody's account so cannot turn anybody's money
//! to himself unseen: the person is told at the asking ([`crate::events::ACCOUNT_CHANGE_ASKED`]),
//! by the number that the register had before, and says no on the page of payments. One change of
//! a person at a time.
//!
//! A guardian or nominee ([`nominee`]) is a change to somebody else's account, on a document and for a
//! time.
//!
//! What took effect is a version in `payee_account`: the mapper from a person to an account.

mod model;
pub mod nominee;
mod store;

use std::collections::HashMap;

use ::store::{Ids, Tx, fetch_optional, fetch_values};
use access::{Action, Area, Permit};
use kernel::{EntitlementId, Instant, PersonId};
use uuid::Uuid;

use crate::run::Actor;
use crate::{Result, cash, entitlement, events};

pub use model::{AccountChange, Destination, Origin, Refusal, State, WAIT_S};

/// A command: pay this person there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Made by the sender; the same id is the same command.
    pub id: Uuid,
    pub person: PersonId,
    /// Where the person lives.
    pub district: u32,
    /// `None`: the link is to end; what is paid already stays as it is.
    pub to: Option<Destination>,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is so already.
    Already,
    Change(AccountChange),
}

/// Who may ask.
const ASKERS: &[Action] = &[Action::LinkAccount, Action::MendAccount];

pub async fn ask(tx: &mut Tx, ids: &Ids, permit: &Permit, command: &Ask) -> Result<Asked> {
    permit.must_be_for(ASKERS);
    if command.to.is_some_and(|to| !to.account.is_in_soum()) {
        return Err(Refusal::NotInSoum.into());
    }
    if let Some(to) = command.to
        && cash::is_desk(tx, to.mfo, to.account).await?
    {
        return Err(Refusal::CashDesk.into());
    }
    tx.alone("payments.account_change").await?;
    if let Some(standing) = store::lock(tx, command.id).await? {
        return same(command, standing).map(Asked::Change);
    }
    if !permit.opens_person(command.person, Area::District(command.district)) {
        return Err(Refusal::Unknown { id: command.id }.into());
    }
    if let Some(open) = store::open_of(tx, command.person).await? {
        if open.to == command.to {
            return Ok(Asked::Change(open));
        }
        return Err(Refusal::AnotherWaits {
            due_at: open.due_at,
        }
        .into());
    }
    let now = current(tx, &[command.person]).await?;
    match (now.get(&command.person).copied(), command.to) {
        (None, None) => return Err(Refusal::NothingLinked.into()),
        (now, to) if now == to && pays_only_to(tx, command).await? => return Ok(Asked::Already),
        _ => {}
    }
    open(tx, ids, permit, command).await.map(Asked::Change)
}

fn same(command: &Ask, standing: AccountChange) -> Result<AccountChange> {
    if (standing.person, standing.to) == (command.person, command.to) {
        return Ok(standing);
    }
    Err(Refusal::IdTaken { id: command.id }.into())
}

async fn open(tx: &mut Tx, ids: &Ids, permit: &Permit, command: &Ask) -> Result<AccountChange> {
    let (now, origin) = (ids.now(), Origin::of_role(permit.subject().role));
    let change = AccountChange {
        id: command.id,
        person: command.person,
        district: command.district,
        to: command.to,
        origin: origin.as_str().to_owned(),
        state: origin.first_state(),
        asked_at: now,
        due_at: now.plus_seconds(WAIT_S),
    };
    store::insert(tx, &change, &Actor::of(permit)).await?;
    events::emit_account_change(tx, ids, &change).await?;
    Ok(change)
}

/// True when nothing of the person's is paid to another account, and nothing waits for a new one.
async fn pays_only_to(tx: &mut Tx, command: &Ask) -> Result<bool> {
    let Some(to) = command.to else {
        return Ok(true);
    };
    let elsewhere = ::store::fetch_value!(
        tx,
        i64,
        "SELECT (SELECT COUNT(*) FROM entitlement WHERE payee = $1 AND (mfo <> $2 OR account <> $3))
            + (SELECT COUNT(*) FROM account_task WHERE payee = $1 AND (state = 'open'
                OR (state = 'mended' AND (mfo <> $2 OR account <> $3))))",
        command.person.0,
        i64::from(to.mfo.number()),
        to.account.as_str()
    )?;
    Ok(elsewhere == 0)
}

/// A second member of staff has looked at it: its time runs on.
pub async fn confirm(tx: &mut Tx, ids: &Ids, permit: &Permit, id: Uuid) -> Result<()> {
    second(tx, ids, permit, id, State::Waiting).await
}

/// A second member of staff says no.
pub async fn decline(tx: &mut Tx, ids: &Ids, permit: &Permit, id: Uuid) -> Result<()> {
    second(tx, ids, permit, id, State::Declined).await
}

async fn second(tx: &mut Tx, ids: &Ids, permit: &Permit, id: Uuid, next: State) -> Result<()> {
    permit.must_be_for(&[Action::MendAccount]);
    tx.alone("payments.account_change").await?;
    let change = load(tx, permit, id).await?;
    let actor = Actor::of(permit);
    if change.state != State::Asked {
        return Err(Refusal::NotOpen {
            state: change.state,
        }
        .into());
    }
    if store::asker(tx, id).await?.is_same_person(&actor) {
        return Err(Refusal::SamePerson.into());
    }
    store::set_state(tx, &change, next, &actor, ids.now()).await
}

/// The person says no. Said again it is the same.
pub async fn stop(tx: &mut Tx, ids: &Ids, permit: &Permit, id: Uuid) -> Result<()> {
    permit.must_be_for(&[Action::StopAccountChange]);
    tx.alone("payments.account_change").await?;
    let change = load(tx, permit, id).await?;
    if change.state == State::Stopped {
        return Ok(());
    }
    store::set_state(tx, &change, State::Stopped, &Actor::of(permit), ids.now()).await
}

/// Not a word about whether there is such a change of somebody else.
async fn load(tx: &mut Tx, permit: &Permit, id: Uuid) -> Result<AccountChange> {
    let found = store::lock(tx, id).await?;
    let opened =
        found.filter(|change| permit.opens_person(change.person, Area::District(change.district)));
    Ok(opened.ok_or(Refusal::Unknown { id })?)
}

/// True when there is something for [`apply_due`] to do.
pub async fn is_due(tx: &mut Tx, ids: &Ids) -> Result<bool> {
    let now = ids.now();
    Ok(!store::due(tx, now).await?.is_empty() || store::nominee_is_over(tx, now).await?)
}

/// Changes whose time has come take effect, and nominees whose time is over end; how many.
pub async fn apply_due(tx: &mut Tx, ids: &Ids) -> Result<usize> {
    tx.alone("payments.account_change").await?;
    let mut due = store::due(tx, ids.now()).await?;
    due.extend(nominee::end(tx, ids).await?);
    if due.is_empty() {
        return Ok(0);
    }
    tx.alone("payments.entitlement").await?;
    for change in &due {
        apply(tx, ids, change).await?;
    }
    Ok(due.len())
}

async fn apply(tx: &mut Tx, ids: &Ids, change: &AccountChange) -> Result<()> {
    let now = ids.now();
    store::set_state(tx, change, State::Applied, &Actor::SYSTEM, now).await?;
    store::insert_version(tx, change, now).await?;
    let Some(to) = change.to else {
        return Ok(());
    };
    redirect_entitlements(tx, now, change.person, to).await?;
    mend_tasks(tx, ids, change, to).await
}

/// Every entitlement of the person that pays elsewhere. Lines that are built already stay as built.
async fn redirect_entitlements(
    tx: &mut Tx,
    at: Instant,
    person: PersonId,
    to: Destination,
) -> Result<()> {
    let elsewhere = fetch_values!(
        tx,
        Uuid,
        "SELECT id FROM entitlement WHERE payee = $1 AND (mfo <> $2 OR account <> $3) ORDER BY id",
        person.0,
        i64::from(to.mfo.number()),
        to.account.as_str()
    )?;
    for id in elsewhere {
        entitlement::set_account(tx, at, EntitlementId(id), to.mfo, to.account, None).await?;
    }
    Ok(())
}

/// What came back waits no longer: the next reissue pays it to the new account, also what was to be
/// carried over in cash.
async fn mend_tasks(tx: &mut Tx, ids: &Ids, change: &AccountChange, to: Destination) -> Result<()> {
    let asker = store::asker(tx, change.id).await?;
    let mended = fetch_values!(
        tx,
        Uuid,
        "UPDATE account_task SET state = 'mended', mend = $2, mfo = $3, account = $4,
            mended_by = $5, mended_at = $6
         WHERE state IN ('open', 'mended') AND payee = $1 RETURNING id",
        change.person.0,
        change.id,
        i64::from(to.mfo.number()),
        to.account.as_str(),
        asker.account.map(|by| by.0),
        ids.now().0
    )?;
    Ok(events::emit_set(tx, ids, events::ACCOUNTS_MENDED, "mended", &mended).await?)
}

/// Where those of the persons who have a linked account are paid.
pub async fn current(tx: &mut Tx, persons: &[PersonId]) -> Result<HashMap<PersonId, Destination>> {
    store::current(tx, persons).await
}

/// The persons whom an account is linked to.
pub async fn holders(tx: &mut Tx, permit: &Permit, to: &Destination) -> Result<Vec<PersonId>> {
    permit.must_be_for(ASKERS);
    store::holders(tx, to).await
}

/// The change of a person that has not ended.
pub async fn open_of(
    tx: &mut Tx,
    permit: &Permit,
    person: PersonId,
) -> Result<Option<AccountChange>> {
    permit.must_be_for(&[
        Action::LinkAccount,
        Action::MendAccount,
        Action::ReadOwnPayments,
    ]);
    let open = store::open_of(tx, person).await?;
    Ok(open.filter(|change| permit.opens_person(person, Area::District(change.district))))
}

/// Changes that wait for their second member of staff, the first due first.
pub async fn list_asked(tx: &mut Tx, permit: &Permit) -> Result<Vec<AccountChange>> {
    permit.must_be_for(&[Action::MendAccount]);
    let mut asked = store::asked_in(tx, crate::account_task::districts(permit.area())).await?;
    asked.retain(|change| permit.opens_person(change.person, Area::District(change.district)));
    Ok(asked)
}

/// Whose change it is, when the permit opens it: so that a permit can be asked for that names the
/// person.
pub async fn person_of(tx: &mut Tx, permit: &Permit, id: Uuid) -> Result<Option<PersonId>> {
    permit.must_be_for(&[Action::MendAccount]);
    let row = fetch_optional!(
        tx,
        (Uuid, i64),
        "SELECT person, district FROM account_change WHERE id = $1",
        id
    )?;
    crate::account_task::opened(permit, row)
}

/// A change with no permit: what the system tells its person.
pub async fn find(tx: &mut Tx, permit: &Permit, id: Uuid) -> Result<Option<AccountChange>> {
    permit.must_be_for(&[Action::AssessCase]);
    store::lock(tx, id).await
}
