//! `GET /api/account-tasks`, `POST /api/account-tasks/{task}`: returned payments.

use access::{Action, Purpose};
use axum::Json;
use axum::extract::{Path, Query, State};
use kernel::account::{BankAccount, Mfo};
use kernel::ids::{TaskId, Uuid};
use payments::account_change::Asked;
use payments::account_task::{self, Mend};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Sent, account_change};
use crate::desk::{permit_naming, permit_naming_one, reach_of};
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

#[derive(Debug, Deserialize)]
pub struct After {
    after: Option<TaskId>,
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<After>,
) -> Result<Json<Value>, Stop> {
    let scope = reach_of(&seat.subject);
    let permit = seat
        .permit(&house, Action::MendAccount, Purpose::Payment, scope)
        .await?;
    let mut tx = house.read().await?;
    let tasks = account_task::list_open(&mut tx, &permit, page.after).await?;
    drop(tx);
    let payees: Vec<_> = tasks.iter().map(|task| task.payee).collect();
    let (action, purpose) = (Action::MendAccount, Purpose::Payment);
    let permit = permit_naming(&house, &seat, action, purpose, &payees).await?;
    let mut tx = house.read().await?;
    let pinfls = registry::person::pinfls_of(&mut tx, &permit, &payees).await?;
    let rows = tasks.iter().map(|task| {
        let pinfl = pinfls.get(&task.payee).map(ToString::to_string);
        json!({
            "task": task.id, "pinfl": pinfl, "payment": task.payment.0, "reason": task.reason,
            "since": task.since, "amount_minor": task.amount.minor(),
        })
    });
    Ok(Json(json!({ "tasks": rows.collect::<Vec<_>>() })))
}

#[derive(Debug, Deserialize)]
pub struct MendJson {
    id: Uuid,
    mfo: String,
    account: String,
}

pub async fn mend(
    State(house): State<House>,
    seat: Seat,
    Path(task): Path<TaskId>,
    Sent(body): Sent<MendJson>,
) -> Result<Json<Value>, Stop> {
    let mfo = Mfo::parse(&body.mfo).map_err(|wrong| Stop::bad("mfo", wrong.to_string()))?;
    let account = BankAccount::parse(&body.account)
        .map_err(|wrong| Stop::bad("account", wrong.to_string()))?;
    let asked = take(
        &house,
        &seat,
        &Mend {
            id: body.id,
            task,
            mfo,
            account,
        },
    )
    .await?;
    let change = match &asked {
        Asked::Change(change) => account_change::told(change),
        Asked::Already => Value::Null,
    };
    Ok(Json(json!({ "task": task, "change": change })))
}

/// Asks for the new account, for the page and for programs alike.
pub async fn take(house: &House, seat: &Seat, mend: &Mend) -> Result<Asked, Stop> {
    let scope = reach_of(&seat.subject);
    let permit = seat
        .permit(house, Action::MendAccount, Purpose::Payment, scope)
        .await?;
    let mut tx = house.read().await?;
    let payee = account_task::payee_of(&mut tx, &permit, mend.task).await?;
    drop(tx);
    let permit = match payee {
        Some(payee) => {
            let (action, purpose) = (Action::MendAccount, Purpose::Payment);
            permit_naming_one(house, seat, action, purpose, payee).await?
        }
        None => permit,
    };
    let mut tx = house.begin().await?;
    let asked = account_task::mend(&mut tx, &house.platform().ids, &permit, mend).await?;
    tx.commit().await?;
    Ok(asked)
}
