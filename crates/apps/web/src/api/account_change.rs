//! `GET /api/account-changes`, `POST /api/account-changes/{change}/confirm` and `/decline`: the second
//! look of staff; `POST /api/my/account-changes/{change}/stop`: the person says no.

use access::{Action, Purpose, Scope};
use axum::Json;
use axum::extract::{Path, State};
use kernel::ids::Uuid;
use payments::account_change::{self, AccountChange};
use serde_json::{Value, json};

use crate::desk::{permit_naming, permit_naming_one, reach_of};
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

/// The account by its two ends.
pub fn told(change: &AccountChange) -> Value {
    json!({
        "change": change.id,
        "state": change.state.as_str(),
        "origin": change.origin,
        "mfo": change.to.map(|to| to.mfo),
        "account": change.to.map(|to| to.account.masked()),
        "due_at": change.due_at,
    })
}

pub async fn list(State(house): State<House>, seat: Seat) -> Result<Json<Value>, Stop> {
    let permit = seat
        .permit(
            &house,
            Action::MendAccount,
            Purpose::Payment,
            reach_of(&seat.subject),
        )
        .await?;
    let mut tx = house.read().await?;
    let asked = account_change::list_asked(&mut tx, &permit).await?;
    drop(tx);
    let persons: Vec<_> = asked.iter().map(|change| change.person).collect();
    let (action, purpose) = (Action::MendAccount, Purpose::Payment);
    let named = permit_naming(&house, &seat, action, purpose, &persons).await?;
    named.must_be_for(&[Action::MendAccount]);
    let told: Vec<Value> = asked.iter().map(told).collect();
    Ok(Json(json!({ "changes": told })))
}

/// What a second member of staff says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Confirm,
    Decline,
}

pub async fn confirm(
    State(house): State<House>,
    seat: Seat,
    Path(change): Path<Uuid>,
) -> Result<Json<Value>, Stop> {
    second(&house, &seat, change, Word::Confirm).await?;
    Ok(Json(json!({ "change": change, "state": "waiting" })))
}

pub async fn decline(
    State(house): State<House>,
    seat: Seat,
    Path(change): Path<Uuid>,
) -> Result<Json<Value>, Stop> {
    second(&house, &seat, change, Word::Decline).await?;
    Ok(Json(json!({ "change": change, "state": "declined" })))
}

/// For the page and for programs alike.
pub async fn second(house: &House, seat: &Seat, change: Uuid, word: Word) -> Result<(), Stop> {
    let permit = seat
        .permit(
            house,
            Action::MendAccount,
            Purpose::Payment,
            reach_of(&seat.subject),
        )
        .await?;
    let mut tx = house.read().await?;
    let person = account_change::person_of(&mut tx, &permit, change).await?;
    drop(tx);
    let permit = match person {
        Some(person) => {
            let (action, purpose) = (Action::MendAccount, Purpose::Payment);
            permit_naming_one(house, seat, action, purpose, person).await?
        }
        None => permit,
    };
    let mut tx = house.begin().await?;
    let ids = &house.platform().ids;
    match word {
        Word::Confirm => account_change::confirm(&mut tx, ids, &permit, change).await?,
        Word::Decline => account_change::decline(&mut tx, ids, &permit, change).await?,
    }
    Ok(tx.commit().await?)
}

pub async fn stop(
    State(house): State<House>,
    seat: Seat,
    Path(change): Path<Uuid>,
) -> Result<Json<Value>, Stop> {
    say_no(&house, &seat, change).await?;
    Ok(Json(json!({ "change": change, "state": "stopped" })))
}

/// For the page and for programs alike.
pub async fn say_no(house: &House, seat: &Seat, change: Uuid) -> Result<(), Stop> {
    let permit = seat
        .permit(
            house,
            Action::StopAccountChange,
            Purpose::OwnInformation,
            Scope::own(&seat.subject),
        )
        .await?;
    let mut tx = house.begin().await?;
    account_change::stop(&mut tx, &house.platform().ids, &permit, change).await?;
    Ok(tx.commit().await?)
}
