//! `GET /api/looks` and the proof of one: what the citizen's page shows, for programs.

use access::log::Look;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use exchange::asked::{Asked, Came};
use kernel::Instant;
use serde_json::{Value, json};

use crate::guest::Seat;
use crate::house::House;
use crate::seen;
use crate::stop::Stop;

pub async fn list(State(house): State<House>, seat: Seat) -> Result<Json<Value>, Stop> {
    let seen = seen::of(&house, &seat).await?;
    Ok(Json(json!({
        "looks": seen.looks.iter().map(look).collect::<Vec<_>>(),
        "at_everybody": seen.at_everybody.iter().map(look).collect::<Vec<_>>(),
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
        "signed": look.signed,
        "withheld": look.withheld,
    })
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
