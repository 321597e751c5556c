//! `/demo/clock` and `/demo/settle`: a demonstration's clock. Without the
//! demonstration these addresses do not exist.

use std::sync::Arc;

use access::{Action, Purpose, Scope};
use axum::Json;
use axum::extract::State;
use kernel::Instant;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sent;
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

#[derive(Debug, Deserialize)]
pub struct ClockJson {
    now: String,
}

pub async fn clock(
    State(house): State<House>,
    seat: Seat,
    Sent(body): Sent<ClockJson>,
) -> Result<Json<Value>, Stop> {
    let to =
        Instant::parse_rfc3339(&body.now).map_err(|wrong| Stop::bad("now", wrong.to_string()))?;
    may_step(&house, &seat).await?;
    house.daftar.set_clock(to)?;
    Ok(Json(json!({ "now": house.daftar.now() })))
}

pub async fn settle(State(house): State<House>, seat: Seat) -> Result<Json<Value>, Stop> {
    may_step(&house, &seat).await?;
    // On a thread of its own: long work, and a caller who hangs up does not stop it halfway.
    let daftar = Arc::clone(&house.daftar);
    let runtime = tokio::runtime::Handle::current();
    let settled = tokio::task::spawn_blocking(move || runtime.block_on(daftar.settle()));
    let settled = settled.await.map_err(Stop::fault)??;
    Ok(Json(json!({
        "gathered": settled.gathered, "assessed": settled.assessed, "refused": settled.refused,
        "changes": settled.changes, "messages": settled.messages, "reactions": settled.reactions,
        "late": settled.late, "runs": settled.runs, "failed": settled.failed,
    })))
}

async fn may_step(house: &House, seat: &Seat) -> Result<(), Stop> {
    let permit = seat
        .permit(house, Action::StepClock, Purpose::Upkeep, Scope::country())
        .await?;
    permit.must_be_for(&[Action::StepClock]);
    Ok(())
}
