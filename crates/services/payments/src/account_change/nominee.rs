//! Guardians and nominees: somebody else receives a person's money, on a document and for a time.
//!
//! It is an account change like any other (staff ask, a second one confirms, 72 hours, the person can
//! stop it), to the nominee's account, with the document beside it. When the time is over the money
//! goes back where it went before, and the person is told.

use ::store::{Ids, Tx};
use access::{Action, Permit};
use kernel::{Instant, PersonId};
use uuid::Uuid;

use super::model::{Destination, Refusal, State};
use super::{AccountChange, Ask, Asked, store};
use crate::run::Actor;
use crate::{Result, events};

/// Characters of the basis: the name, number and day of a document.
pub const BASIS_CHARS_MAX: usize = 200;
/// What stands as the origin of a change that the end of a nominee makes.
const ENDED: &str = "nominee_ended";

/// Who receives the money, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nominee {
    pub person: PersonId,
    /// The guardianship decision or the power of attorney.
    pub basis: String,
    /// When it ends; the last second in which money may still go there is before it.
    pub until: Instant,
}

/// A command of staff: pay this person's money to the nominee's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskNominee {
    pub ask: Ask,
    pub nominee: Nominee,
}

pub async fn ask(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    command: &AskNominee,
) -> Result<AccountChange> {
    permit.must_be_for(&[Action::MendAccount]);
    check(command, ids.now())?;
    let standing = store::nominee(tx, command.ask.id).await?;
    if standing.is_some_and(|standing| standing != command.nominee) {
        return Err(Refusal::IdTaken { id: command.ask.id }.into());
    }
    let back = back_to(tx, command.ask.person).await?;
    let change = match super::ask(tx, ids, permit, &command.ask).await? {
        // The account is the person's already: whose it is, is the question.
        Asked::Already => return Err(Refusal::OwnAccount.into()),
        Asked::Change(change) => change,
    };
    store::insert_nominee(tx, change.id, &command.nominee, back).await?;
    Ok(change)
}

fn check(command: &AskNominee, now: Instant) -> std::result::Result<(), Refusal> {
    let nominee = &command.nominee;
    let found = nominee.basis.trim().chars().count();
    if found == 0 || found > BASIS_CHARS_MAX {
        return Err(Refusal::Basis { found });
    }
    if nominee.person == command.ask.person {
        return Err(Refusal::OwnNominee);
    }
    if command.ask.to.is_none() || nominee.until <= now {
        return Err(Refusal::NomineeEnded);
    }
    Ok(())
}

/// Where the money goes when the nominee ends: where it goes now, which may be the cash desks.
async fn back_to(tx: &mut Tx, person: PersonId) -> Result<Destination> {
    if let Some(back) = store::back_of_nominee(tx, person).await? {
        return Ok(back);
    }
    if let Some(linked) = store::current(tx, &[person]).await?.remove(&person) {
        return Ok(linked);
    }
    let paid = store::paid_to(tx, person).await?;
    Ok(paid.ok_or(Refusal::NowhereToReturn)?)
}

/// Who receives a person's money instead of the person, if anybody does.
pub async fn of(tx: &mut Tx, person: PersonId) -> Result<Option<Nominee>> {
    store::nominee_of(tx, person).await
}

/// The nominee that a change names, if it names one.
pub async fn of_change(tx: &mut Tx, change: Uuid) -> Result<Option<Nominee>> {
    store::nominee(tx, change).await
}

/// Nominees whose time is over, as changes that take effect now.
pub(super) async fn end(tx: &mut Tx, ids: &Ids) -> Result<Vec<AccountChange>> {
    let now = ids.now();
    let mut changes = Vec::new();
    for (person, district, back) in store::take_nominees_over(tx, now).await? {
        let change = AccountChange {
            id: ids.uuid(),
            person,
            district,
            to: Some(back),
            origin: ENDED.to_owned(),
            state: State::Waiting,
            asked_at: now,
            due_at: now,
        };
        store::insert(tx, &change, &Actor::SYSTEM).await?;
        events::emit_account_change(tx, ids, &change).await?;
        changes.push(change);
    }
    Ok(changes)
}
