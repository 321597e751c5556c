//! Cash desks: whoever has no account is paid in cash by one bank of the country, against the
//! passport.
//!
//! ```text
//! desk set -> entitlement without an account -> line that names the person
//!     -> credited: the person came        (told by the bank)
//!     -> returned, NOAS: nobody came by the end of the bank's month
//!            -> carried over: the next reissue run pays it at the desk again
//!            -> after CARRIED_MAX months a task: somebody visits the person
//! ```
//! The money of all of them goes to the bank's own account for its desks, so that nothing of the
//! ledger, the order or the statement is different; only the line says whom the cashier pays.

mod store;

use ::store::{Ids, Tx};
use access::{Action, Permit};
use kernel::{BankAccount, Mfo, PersonId, Pinfl};
use uuid::Uuid;

use crate::Result;
use crate::run::Actor;

pub(crate) use store::{Goes, Named, freeze, named_between};

/// "No answer from customer" of the external return reasons of ISO 20022: nobody came for it.
pub const UNCLAIMED: &str = "NOAS";
/// How often a payment is carried over before somebody has to look for the person.
pub const CARRIED_MAX: i64 = 3;
/// Characters of a name on a line: `Max140Text` of ISO 20022.
pub const NAME_CHARS_MAX: usize = 140;

/// Where the money for cash goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Desk {
    pub mfo: Mfo,
    /// The bank's own account for its desks; many persons' money goes there.
    pub account: BankAccount,
}

/// A person whom the desks pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CashPayee {
    pub person: PersonId,
    pub pinfl: Pinfl,
    /// As in the passport.
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("accounts are kept in so'm; this one is not")]
    NotInSoum,
    #[error("{count} persons are paid to this account already: it is not the bank's own")]
    OfPersons { count: i64 },
    #[error("{count} payments go to the cash desks and name nobody")]
    Unnamed { count: usize },
}

/// Sets the bank whose desks pay from now on; with none, nobody new is sent to a desk.
pub async fn set(tx: &mut Tx, ids: &Ids, permit: &Permit, desk: Option<Desk>) -> Result<()> {
    permit.must_be_for(&[Action::SettleRun]);
    tx.alone("payments.cash").await?;
    if find_desk(tx).await? == desk {
        return Ok(());
    }
    if let Some(desk) = desk {
        if !desk.account.is_in_soum() {
            return Err(Refusal::NotInSoum.into());
        }
        let persons = store::persons_paid_to(tx, &desk).await?;
        if persons > 0 && !is_desk(tx, desk.mfo, desk.account).await? {
            return Err(Refusal::OfPersons { count: persons }.into());
        }
    }
    store::insert_desk(tx, ids.now(), desk, &Actor::of(permit)).await
}

/// The desks that pay whoever has no account, if there are any.
pub async fn find_desk(tx: &mut Tx) -> Result<Option<Desk>> {
    store::newest_desk(tx).await
}

/// Is this, or was it once, the account of the desks?
pub async fn is_desk(tx: &mut Tx, mfo: Mfo, account: BankAccount) -> Result<bool> {
    store::is_desk(tx, mfo, account).await
}

/// Notes how the cashier knows these persons. Called with the entitlements that pay them.
pub async fn note(tx: &mut Tx, ids: &Ids, payees: &[CashPayee]) -> Result<()> {
    store::insert_changed(tx, ids.now(), payees).await
}

/// Of tasks that were just opened, those that nobody came for go to the desk again with the next
/// reissue run. What was carried over often enough stays open.
pub(crate) async fn carry_over(tx: &mut Tx, ids: &Ids, tasks: &[Uuid]) -> Result<Vec<Uuid>> {
    match find_desk(tx).await? {
        Some(desk) => store::carry_over(tx, ids.now(), &desk, tasks).await,
        None => Ok(Vec::new()),
    }
}
