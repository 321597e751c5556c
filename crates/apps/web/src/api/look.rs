//! `GET /api/looks` and the proof of one: what the citizen's page shows, for programs.

use access::Errand;
use access::log::{Look, Looks};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use exchange::asked::{Asked, Came};
use kernel::Instant;
use serde_json::{Value, json};

use crate::guest::Seat;
use crate::house::House;
use crate::seen::{self, Behind};
use crate::stop::Stop;

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(behind): Query<Behind>,
) -> Result<Json<Value>, Stop> {
    let seen = seen::of(&house, &seat, &behind).await?;
    let place = |looks: &Looks| looks.earlier.map(|earlier| earlier.to_string());
    Ok(Json(json!({
        "looks": seen.looks.page.iter().map(look).collect::<Vec<_>>(),
        "earlier": place(&seen.looks),
        "at_everybody": seen.at_everybody.page.iter().map(look).collect::<Vec<_>>(),
        "everybody_earlier": place(&seen.at_everybody),
        "questions": seen.questions.iter().map(question).collect::<Vec<_>>(),
    })))
}

fn look(look: &Look) -> Value {
    json!({
        "entry": look.entry.to_string(),
        "at": look.at,
        "role": look.role.name(),
        "office": look.office,
        "action": look.action.name(),
        "purpose": look.purpose.name(),
        "law": look.purpose.law().en,
        "case": look.case,
        "population": look.population,
        "errand": errand(&look.errand),
        "signed": look.signed,
        "withheld": look.withheld,
    })
}

/// For what a partner's system looked, as it said itself; nothing for whoever asks here.
pub fn errand(errand: &Errand) -> Value {
    match errand.is_none() {
        true => Value::Null,
        false => json!({ "id": errand.id, "user": errand.user, "issue": errand.issue }),
    }
}

fn question(asked: &Asked) -> Value {
    let at: Instant = asked.at;
    json!({
        "id": asked.id,
        "at": at,
        "agency": asked.agency.name(),
        "law": asked.legal_basis,
        "purpose": asked.purpose,
        "consent": asked.consent,
        "came": match asked.came {
            Came::Answer => "answer",
            Came::Nothing => "nothing",
            Came::Silence => "silence",
        },
    })
}

pub async fn proof(
    State(house): State<House>,
    seat: Seat,
    Path(entry): Path<String>,
) -> Result<Response, Stop> {
    let file = seen::proof(&house, &seat, &entry).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], file).into_response())
}
