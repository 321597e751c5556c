//! `POST /api/log/delays`: an entry of the log is shown to its person only after a moment.

use access::log::{self, DelayRefusal, DelayStop, NewDelay};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::Instant;
use kernel::ids::Uuid;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sent;
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

#[derive(Debug, Deserialize)]
pub struct DelayJson {
    id: Uuid,
    entry: String,
    until: Instant,
    ground: String,
}

pub async fn set(
    State(house): State<House>,
    seat: Seat,
    Sent(body): Sent<DelayJson>,
) -> Result<(StatusCode, Json<Value>), Stop> {
    let entry = body.entry.parse();
    let entry = entry.map_err(|wrong: log::NoEntryId| Stop::bad("entry", wrong.to_string()))?;
    let new = NewDelay {
        id: body.id,
        entry,
        until: body.until,
        ground: body.ground,
    };
    match log::delay(house.platform(), &seat.subject, &new).await {
        Ok(()) => {
            let told = json!({ "id": new.id, "entry": entry.to_string(), "until": new.until });
            Ok((StatusCode::CREATED, Json(told)))
        }
        Err(DelayStop::Refused(refusal)) => Err(stop_of(&refusal)),
        Err(DelayStop::Denied(denied)) => Err(denied.into()),
        Err(DelayStop::Store(fault)) => Err(fault.into()),
    }
}

fn stop_of(refusal: &DelayRefusal) -> Stop {
    let words = refusal.to_string();
    match refusal {
        DelayRefusal::NoLook => Stop::NotFound,
        DelayRefusal::OwnLook => Stop::conflict_en("own_look", words),
        DelayRefusal::OtherDelay => Stop::conflict_en("id_used", words),
        DelayRefusal::Past | DelayRefusal::TooLong { .. } => Stop::bad("until", words),
        DelayRefusal::NoGround => Stop::bad("ground", words),
    }
}
