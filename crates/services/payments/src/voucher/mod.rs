//! Vouchers: a promise to whoever holds a number, paid to the merchant who took it.
//!
//! ```text
//! issue -> preactivated -> activated -> redeemed     its money becomes an entitlement of the merchant
//!                 |            |
//!                 +------------+-> cancelled, expired     its money is free again
//! ```
//! Issuing commits the amount on a budget line (Appropriation -> Commitment, under the voucher's id);
//! redeeming releases that and opens an entitlement in the same transaction, so that the merchant is
//! paid by the month's run as everybody is. A number is told once and kept as a hash; who asks again
//! under the same id gets the same voucher with another number, before it is activated.

mod import;
mod model;
mod store;

use ::store::{Ids, Tx};
use access::{Action, Permit};
use kernel::ids::AppropriationId;
use kernel::{AwardId, EntitlementId, Money, Month, Period, PersonId, UnitId};

use crate::appropriation::{self, Budget};
use crate::entitlement::{self, NewEntitlement};
use crate::posting::{self, Known};
use crate::{Error, Result};

pub use import::{Printed, import};
pub use model::{Group, Merchant, Refusal, State, Voucher, hash};

const DAY_S: i64 = 24 * 3600;

/// A command: one voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Made by the sender; the same one is the same command.
    pub request: String,
    pub group: String,
    pub currency: String,
    /// In hundredths of the currency.
    pub face: Money,
    pub serial: String,
    /// The secret, which goes to the holder and is not kept.
    pub number: String,
    pub note: String,
}

/// A command: pay the merchant who took the voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeem {
    pub number: String,
    pub merchant: String,
    pub bank_details: String,
    /// What the merchant sells.
    pub group: String,
    /// The voucher may be of another group; the merchant's pays then.
    pub any_group: bool,
}

pub async fn issue(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    (command, month): (&Issue, Month),
) -> Result<Voucher> {
    permit.must_be_for(&[Action::HandOverPayments]);
    let payer = permit.subject().account;
    posting::lock(tx).await?;
    if let Some(issued) = store::find_by_request(tx, payer, &command.request).await? {
        return renumber(tx, ids, issued, command).await;
    }
    let group = load_group(tx, &command.group).await?;
    if group.currency != command.currency {
        return Err(Refusal::WrongCurrency {
            group: group.name,
            wanted: group.currency,
            found: command.currency.clone(),
        }
        .into());
    }
    let amount = group.amount(command.face).ok_or(Refusal::Amount)?;
    let line = line_with(tx, &group, month, amount).await?;
    let voucher = Voucher {
        id: ids.uuid(),
        serial: command.serial.clone(),
        payer,
        group: group.name,
        appropriation: Some(line.appropriation),
        month,
        currency: group.currency,
        face: command.face,
        amount,
        expires_at: ids.now().plus_seconds(group.valid_days * DAY_S),
        state: State::Preactivated,
    };
    promise(tx, ids, &voucher, line.appropriation).await?;
    let secret = (command.request.as_str(), hash(&command.number));
    store::insert(tx, ids.now(), &voucher, secret, &command.note).await?;
    Ok(voucher)
}

/// The answer to an earlier request was lost, and its number with it: the voucher stays the same one
/// and gets another number, as long as nobody can pay with it.
async fn renumber(tx: &mut Tx, ids: &Ids, issued: Voucher, command: &Issue) -> Result<Voucher> {
    let said = (&command.group, &command.currency, command.face);
    if (&issued.group, &issued.currency, issued.face) != said
        || issued.state_at(ids.now()) != State::Preactivated
    {
        return Err(Refusal::IssuedAlready {
            serial: issued.serial,
        }
        .into());
    }
    store::set_number(tx, &issued, hash(&command.number), ids.now()).await?;
    Ok(issued)
}

async fn promise(tx: &mut Tx, ids: &Ids, voucher: &Voucher, line: AppropriationId) -> Result<()> {
    let commit = appropriation::commit(line, voucher.id, voucher.amount);
    posting::post(tx, ids.now(), &[commit], Known::New).await?;
    Ok(())
}

async fn load_group(tx: &mut Tx, name: &str) -> Result<Group> {
    let group = store::find_group(tx, name).await?;
    Ok(group.ok_or_else(|| Refusal::NoGroup(name.to_owned()))?)
}

/// The budget line of a group, with this much left.
async fn line_with(tx: &mut Tx, group: &Group, month: Month, amount: Money) -> Result<Budget> {
    let line = appropriation::find(tx, group.district, &group.programme, month).await?;
    let line = line.ok_or_else(|| {
        Refusal::NoMoney(format!(
            "{} of district {} has no appropriation in {month}",
            group.programme, group.district
        ))
    })?;
    if line.available() < amount {
        return Err(Refusal::NoMoney(format!(
            "{} of district {} in {month} has {} left, {amount} is asked",
            group.programme,
            group.district,
            line.available()
        ))
        .into());
    }
    Ok(line)
}

/// From now on the voucher can be redeemed. Said again it is the same.
pub async fn activate(tx: &mut Tx, ids: &Ids, permit: &Permit, serial: &str) -> Result<Voucher> {
    let voucher = own(tx, permit, serial).await?;
    match voucher.state_at(ids.now()) {
        State::Preactivated => {}
        State::Activated => return Ok(voucher),
        ended => return Err(Refusal::Ended(ended).into()),
    }
    let actor = Some(permit.subject().account);
    store::set_state(tx, &voucher, State::Activated, actor, ("", ids.now())).await?;
    Ok(voucher)
}

/// Takes a voucher back; its money is free again.
pub async fn cancel(tx: &mut Tx, ids: &Ids, permit: &Permit, serial: &str) -> Result<Voucher> {
    let voucher = own(tx, permit, serial).await?;
    let state = voucher.state_at(ids.now());
    if !state.is_live() {
        return Err(Refusal::Ended(state).into());
    }
    free(tx, ids, &voucher).await?;
    let actor = Some(permit.subject().account);
    store::set_state(tx, &voucher, State::Cancelled, actor, ("", ids.now())).await?;
    Ok(voucher)
}

/// A voucher that this payer issued, as it stands now.
pub async fn status(tx: &mut Tx, ids: &Ids, permit: &Permit, serial: &str) -> Result<Voucher> {
    let voucher = own(tx, permit, serial).await?;
    let state = voucher.state_at(ids.now());
    Ok(Voucher { state, ..voucher })
}

/// Somebody else's voucher is none.
async fn own(tx: &mut Tx, permit: &Permit, serial: &str) -> Result<Voucher> {
    permit.must_be_for(&[Action::HandOverPayments]);
    posting::lock(tx).await?;
    let found = store::find_by_serial(tx, serial).await?;
    let own = found.filter(|voucher| voucher.payer == permit.subject().account);
    Ok(own.ok_or(Refusal::NoSerial)?)
}

async fn free(tx: &mut Tx, ids: &Ids, voucher: &Voucher) -> Result<()> {
    let Some(line) = voucher.appropriation else {
        return Ok(());
    };
    let release = appropriation::release(line, voucher.id, voucher.amount);
    posting::post(tx, ids.now(), &[release], Known::New).await?;
    Ok(())
}

/// Pays the merchant, exactly once. Refused, it must leave nothing behind: the caller drops `tx`.
pub async fn redeem(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    (command, month): (&Redeem, Month),
) -> Result<Voucher> {
    permit.must_be_for(&[Action::HandOverPayments]);
    tx.alone("payments.entitlement").await?;
    posting::lock(tx).await?;
    let merchant = store::find_merchant(tx, &command.merchant, &command.bank_details).await?;
    let merchant = merchant.ok_or(Refusal::NoMerchant)?;
    let group = load_group(tx, &command.group).await?;
    if !store::was_ever_funded(tx, &group).await? {
        let why = format!("{} was never given any", group.name);
        return Err(Refusal::NoMoney(why).into());
    }
    let voucher = redeemable(tx, ids, command).await?;
    free(tx, ids, &voucher).await?;
    let month = match voucher.group == group.name {
        true => voucher.month,
        false => month,
    };
    let new = entitlement_of(&voucher, &merchant, &group, month);
    entitlement::open(tx, ids, &[new]).await.map_err(no_money)?;
    let actor = Some(permit.subject().account);
    let at = ids.now();
    store::set_state(tx, &voucher, State::Redeemed, actor, (&merchant.name, at)).await?;
    Ok(voucher)
}

async fn redeemable(tx: &mut Tx, ids: &Ids, command: &Redeem) -> Result<Voucher> {
    let found = store::find_by_number(tx, hash(&command.number)).await?;
    let voucher = found.ok_or(Refusal::NoNumber)?;
    match voucher.state_at(ids.now()) {
        State::Activated => {}
        State::Preactivated => return Err(Refusal::NotActivated.into()),
        ended => return Err(Refusal::Ended(ended).into()),
    }
    if voucher.group != command.group && !command.any_group {
        return Err(Refusal::OtherGroup(voucher.group).into());
    }
    Ok(voucher)
}

fn no_money(error: Error) -> Error {
    match error {
        Error::Entitlement(refusal) if refusal.is_of_budget() => {
            Refusal::NoMoney(refusal.to_string()).into()
        }
        other => other,
    }
}

/// The merchant is paid for whoever held the voucher, of whom nothing is known: it counts itself.
fn entitlement_of(
    voucher: &Voucher,
    merchant: &Merchant,
    group: &Group,
    month: Month,
) -> NewEntitlement {
    NewEntitlement {
        id: EntitlementId(voucher.id),
        award: AwardId(voucher.id),
        unit: UnitId(voucher.id),
        programme: group.programme.clone(),
        district: group.district,
        payee: PersonId(merchant.id),
        mfo: merchant.mfo,
        account: merchant.account,
        amount: voucher.amount,
        months: Period {
            from: month,
            to: Some(month.plus(1)),
        },
        members: vec![PersonId(voucher.id)],
    }
}

/// True when there is something for [`expire_due`] to do.
pub async fn is_due(tx: &mut Tx, ids: &Ids) -> Result<bool> {
    store::any_due(tx, ids.now()).await
}

/// Vouchers whose time has run out give their money back; how many.
pub async fn expire_due(tx: &mut Tx, ids: &Ids) -> Result<usize> {
    posting::lock(tx).await?;
    let due = store::due(tx, ids.now()).await?;
    for voucher in &due {
        free(tx, ids, voucher).await?;
        store::set_state(tx, voucher, State::Expired, None, ("", ids.now())).await?;
    }
    Ok(due.len())
}

/// Agrees on what vouchers of a group are for.
pub async fn set_group(tx: &mut Tx, ids: &Ids, permit: &Permit, group: &Group) -> Result<()> {
    permit.must_be_for(&[Action::ManageAccounts]);
    store::insert_group(tx, ids.now(), group).await
}

/// Enters who takes vouchers.
pub async fn add_merchant(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    merchant: &Merchant,
) -> Result<()> {
    permit.must_be_for(&[Action::ManageAccounts]);
    store::insert_merchant(tx, ids.now(), merchant).await
}
