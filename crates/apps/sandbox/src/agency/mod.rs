//! The agencies of the country behind HTTP: `POST /agencies/{agency}/query`.
//!
//! Wire: JSON, snake_case, money in tiyin, days and months ISO. At most 100
//! persons a call, vehicles and bank one; the bank asks for consent. An unknown
//! personal number is `found: false`, a late answer `pending`.

mod answer;
mod civil;
pub mod fault;
mod income;
mod owned;
#[cfg(test)]
pub mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Day, Instant, Month, Pinfl};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::refusal::{Refusal, refuse};
use crate::world::World;
use answer::Answer;
pub use civil::dwelling_code;
use fault::Fault;
pub use income::{payer, pension_kind};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agency {
    CivilRegistry,
    Tax,
    Employment,
    Cadastre,
    Vehicles,
    PensionFund,
    Bank,
    Disability,
}

impl Agency {
    pub const ALL: [Agency; 8] = [
        Agency::CivilRegistry,
        Agency::Tax,
        Agency::Employment,
        Agency::Cadastre,
        Agency::Vehicles,
        Agency::PensionFund,
        Agency::Bank,
        Agency::Disability,
    ];

    fn persons_max(self) -> usize {
        match self {
            Agency::Vehicles | Agency::Bank => 1,
            _ => 100,
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct Question {
    pub request_id: String,
    #[serde(default)]
    pub consent: Option<String>,
    pub as_of: Day,
    pub window: Option<Window>,
    pub persons: Vec<String>,
}

/// First and last month of the incomes asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Window {
    pub from: Month,
    pub to: Month,
}

#[derive(Debug, Serialize)]
struct Reply<'a> {
    request_id: &'a str,
    agency: Agency,
    as_of: Day,
    answers: Vec<Answer>,
}

/// A window longer than this is a mistake of the asker.
const WINDOW_MONTHS_MAX: i64 = 36;
/// How long a hanging request hangs.
const HANG: Duration = Duration::from_secs(5);

pub async fn query(
    State(world): State<Arc<World>>,
    Path(agency): Path<Agency>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let question: Question = serde_json::from_slice(&body)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))?;
    admit(agency, &question)?;
    let rates = world.faults.rates;
    if rates.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(rates.delay_ms)).await;
    }
    match world.faults.of_request(agency, &question.request_id) {
        Fault::None => {}
        Fault::Hang => tokio::time::sleep(HANG).await,
        Fault::Cut => return Ok(cut()),
        Fault::Rubbish => return Ok(rubbish(agency)),
    }
    Ok(Json(reply(&world, agency, &question, world.now())).into_response())
}

fn admit(agency: Agency, question: &Question) -> Result<(), Refusal> {
    let persons = question.persons.len();
    if persons > agency.persons_max() {
        let most = agency.persons_max();
        let text = format!("{persons} persons in one call; {agency:?} takes {most} at most");
        return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, text));
    }
    if agency == Agency::Bank && question.consent.as_deref().unwrap_or("").is_empty() {
        return Err(refuse(
            StatusCode::FORBIDDEN,
            "the bank answers only with the person's consent".into(),
        ));
    }
    let long =
        |window: Window| !(0..WINDOW_MONTHS_MAX).contains(&window.to.months_since(window.from));
    if question.window.is_some_and(long) {
        return Err(refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("a window has 1 to {WINDOW_MONTHS_MAX} months"),
        ));
    }
    Ok(())
}

fn reply<'a>(world: &World, agency: Agency, question: &'a Question, now: Instant) -> Reply<'a> {
    let answer = |text: &String| {
        let known = Pinfl::parse(text)
            .ok()
            .and_then(|pinfl| Some((pinfl, world.country.find(pinfl)?)));
        let Some((pinfl, no)) = known else {
            return Answer::unknown(text);
        };
        match world
            .faults
            .pending(agency, pinfl, question.as_of.month(), now)
        {
            Some(ready_at) => Answer::pending(pinfl, ready_at),
            None => answer::about(&world.country, agency, no, question),
        }
    };
    Reply {
        request_id: &question.request_id,
        agency,
        as_of: question.as_of,
        answers: question.persons.iter().map(answer).collect(),
    }
}

/// Half an answer, then the connection breaks.
fn cut() -> Response {
    let parts = [
        Ok(Bytes::from_static(b"{\"request_id\":")),
        Err(std::io::Error::other("cut")),
    ];
    let body = Body::from_stream(futures::stream::iter(parts));
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "application/json")],
        body,
    )
        .into_response()
}

/// Well-formed JSON that means nothing.
fn rubbish(agency: Agency) -> Response {
    let answers = json!([{ "pinfl": 5, "found": "maybe", "wages": [{ "month": "2026-13", "amount_minor": -1 }] }]);
    Json(json!({ "request_id": null, "agency": agency, "answers": answers })).into_response()
}
