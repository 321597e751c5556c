//! Vouchers that another system printed: entered with their serials and numbers, their money
//! committed here where it is still owed.

use access::{Action, Permit};
use kernel::ids::AccountId;
use kernel::{Instant, Money, Month};
use store::{Ids, Tx};

use super::model::{Refusal, State, Voucher, hash};
use super::{line_with, load_group, promise, store as rows};
use crate::{Result, posting};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    pub serial: String,
    pub number: String,
    pub group: String,
    /// In hundredths of the group's currency.
    pub face: Money,
    pub state: State,
    pub expires_at: Instant,
}

/// Enters a list whole or not at all; `payer` is the partner that issued them.
pub async fn import(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    (payer, month): (AccountId, Month),
    printed: &[Printed],
) -> Result<()> {
    permit.must_be_for(&[Action::ManageAccounts]);
    posting::lock(tx).await?;
    for (index, one) in printed.iter().enumerate() {
        if rows::find_by_serial(tx, &one.serial).await?.is_some()
            || rows::find_by_number(tx, hash(&one.number)).await?.is_some()
        {
            // Line 1 is the heading.
            let (line, why) = (
                index + 2,
                "the serial or the number stands already".to_owned(),
            );
            return Err(Refusal::Row { line, why }.into());
        }
        enter(tx, ids, (payer, month), one).await?;
    }
    Ok(())
}

async fn enter(
    tx: &mut Tx,
    ids: &Ids,
    (payer, month): (AccountId, Month),
    one: &Printed,
) -> Result<()> {
    let group = load_group(tx, &one.group).await?;
    let amount = group.amount(one.face).ok_or(Refusal::Amount)?;
    let line = match one.state.is_live() {
        true => Some(line_with(tx, &group, month, amount).await?.appropriation),
        false => None,
    };
    let voucher = Voucher {
        id: ids.uuid(),
        serial: one.serial.clone(),
        payer,
        group: group.name,
        appropriation: line,
        month,
        currency: group.currency,
        face: one.face,
        amount,
        expires_at: one.expires_at,
        state: one.state,
    };
    if let Some(line) = line {
        promise(tx, ids, &voucher, line).await?;
    }
    let secret = (format!("import {}", one.serial), hash(&one.number));
    rows::insert(tx, ids.now(), &voucher, (&secret.0, secret.1), "import").await
}
