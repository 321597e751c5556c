//! The agencies of the country behind HTTP, each in its own dialect: civil registry, register of
//! disabled persons and register of farmers over DCI, signed (`dci.rs`) and, where it is agreed,
//! encrypted (`encryption.rs`), and employment beside its other door; tax, cadastre, vehicles and
//! compulsory medical insurance behind the national gateway (`gateway.rs`); pension fund, social
//! insurance, employment and education behind X-Road (`xroad.rs`); the private ones plain: bank, non-state pension fund and voluntary insurer.
//! Plain speak all of them too, `POST /agencies/{agency}/query`, for trying out.
//!
//! Wire: JSON, snake_case, money in tiyin, days and months ISO. At most 100
//! persons a call, vehicles and bank one; the private ones ask for consent. An unknown
//! personal number is `found: false`, a late answer `pending`.

mod answer;
mod civil;
mod contradiction;
pub mod correspondence;
pub mod dci;
#[cfg(test)]
mod dialect_tests;
mod encryption;
#[cfg(test)]
mod encryption_tests;
pub mod fault;
pub mod gateway;
mod income;
pub mod jwe;
mod owned;
pub mod record;
mod register;
pub mod scenario;
#[cfg(test)]
pub mod tests;
pub mod xroad;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Day, Month, Pinfl};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::refusal::{Refusal, refuse};
use crate::world::World;
use answer::Answer;
pub use civil::dwelling_code;
use fault::{Fault, Given};
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
    HealthInsurance,
    Education,
    NonStatePensionFund,
    VoluntaryInsurer,
    FarmerRegistry,
    SocialInsurance,
}

impl Agency {
    pub const ALL: [Agency; 14] = [
        Agency::CivilRegistry,
        Agency::Tax,
        Agency::Employment,
        Agency::Cadastre,
        Agency::Vehicles,
        Agency::PensionFund,
        Agency::Bank,
        Agency::Disability,
        Agency::HealthInsurance,
        Agency::Education,
        Agency::NonStatePensionFund,
        Agency::VoluntaryInsurer,
        Agency::FarmerRegistry,
        Agency::SocialInsurance,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Agency::CivilRegistry => "civil_registry",
            Agency::Tax => "tax",
            Agency::Employment => "employment",
            Agency::Cadastre => "cadastre",
            Agency::Vehicles => "vehicles",
            Agency::PensionFund => "pension_fund",
            Agency::Bank => "bank",
            Agency::Disability => "disability",
            Agency::HealthInsurance => "health_insurance",
            Agency::Education => "education",
            Agency::NonStatePensionFund => "non_state_pension_fund",
            Agency::VoluntaryInsurer => "voluntary_insurer",
            Agency::FarmerRegistry => "farmer_registry",
            Agency::SocialInsurance => "social_insurance",
        }
    }

    /// Whether its answers are signed, whoever asks.
    fn signs(self) -> bool {
        self.is_registry() && self != Agency::Employment
    }

    /// Whether it speaks DCI; the employment service does beside X-Road, since countries have either.
    pub fn is_registry(self) -> bool {
        matches!(
            self,
            Agency::CivilRegistry
                | Agency::Disability
                | Agency::FarmerRegistry
                | Agency::Employment
        )
    }

    /// Whether it is nobody's duty to tell, and the person is asked first.
    fn is_private(self) -> bool {
        matches!(
            self,
            Agency::Bank | Agency::NonStatePensionFund | Agency::VoluntaryInsurer
        )
    }

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

/// A window longer than this is a mistake of the asker.
const WINDOW_MONTHS_MAX: i64 = 36;
/// An answer out of its order is held back so long: those of later requests overtake it.
const HELD_BACK: Duration = Duration::from_millis(150);
/// A slow drip: so many bytes one by one, each after this pause.
const DROPS: usize = 25;
const DROP: Duration = Duration::from_millis(200);

pub async fn query(
    State(world): State<Arc<World>>,
    Path(agency): Path<Agency>,
    body: Bytes,
) -> Result<Response, Refusal> {
    let question: Question = serde_json::from_slice(&body)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))?;
    admit(agency, &question)?;
    let answer = |fault| (answered(&world, agency, &question, fault), Vec::new());
    Ok(served(&world, agency, &question, answer).await)
}

/// What an agency gives to a request, as the request's fate has it.
async fn served(
    world: &World,
    agency: Agency,
    question: &Question,
    answer: impl FnOnce(Fault) -> Given,
) -> Response {
    let rates = world.faults.rates;
    if rates.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(rates.delay_ms)).await;
    }
    let fault = world.faults.of_question(agency, question, world.now());
    match fault {
        Fault::Cut => return cut(),
        Fault::Reset => return reset(),
        Fault::Rubbish => return rubbish(agency),
        Fault::Hang { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
        Fault::Reorder => tokio::time::sleep(HELD_BACK).await,
        _ => {}
    }
    let given = answer(fault);
    match (fault, world.faults.recorded(agency)) {
        (Fault::Replay, Some(recorded)) => return whole(recorded),
        (Fault::Drip, _) => return drip(given),
        // The first of all has no answer before it: it is true, and is what those after it hear.
        (Fault::None | Fault::Replay, _) => world.faults.record(agency, &given),
        _ => {}
    }
    whole(given)
}

fn whole((body, headers): Given) -> Response {
    let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn admit(agency: Agency, question: &Question) -> Result<(), Refusal> {
    let persons = question.persons.len();
    if persons > agency.persons_max() {
        let most = agency.persons_max();
        let text = format!("{persons} persons in one call; {agency:?} takes {most} at most");
        return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, text));
    }
    if agency.is_private() && question.consent.as_deref().unwrap_or("").is_empty() {
        let text = format!("{} answers only with the person's consent", agency.name());
        return Err(refuse(StatusCode::FORBIDDEN, text));
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

/// The plain answer.
fn answered(world: &World, agency: Agency, question: &Question, fault: Fault) -> Vec<u8> {
    let mut answers = parts(world, agency, question, fault);
    match fault {
        Fault::Duplicate => answers.extend(answers.clone()),
        Fault::Reorder => answers.reverse(),
        _ => {}
    }
    let reply = json!({
        "request_id": question.request_id,
        "agency": agency,
        "as_of": fault.as_of(question.as_of),
        "answers": answers,
    });
    reply.to_string().into_bytes()
}

/// What is said of each person, in the order in which they were asked about.
fn parts(world: &World, agency: Agency, question: &Question, fault: Fault) -> Vec<Value> {
    let now = world.now();
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
    let answers = question.persons.iter().map(answer);
    let mut parts: Vec<Value> = answers
        .map(|answer| serde_json::to_value(answer).expect("plain data becomes JSON"))
        .collect();
    if let Fault::Contradictory { row } = fault {
        contradiction::tell(&world.faults.scenario, row, (agency, question), &mut parts);
    }
    parts
}

/// The connection breaks before anything of the answer.
fn reset() -> Response {
    let nothing = [Err::<Bytes, _>(std::io::Error::other("reset"))];
    Body::from_stream(futures::stream::iter(nothing)).into_response()
}

/// A byte at a time, for longer than anybody waits; then the rest.
fn drip((body, headers): Given) -> Response {
    let drops = futures::stream::unfold((body, 0), |(body, at)| async move {
        let left = body.get(at..)?;
        let drop = if at < DROPS { left.get(..1)? } else { left };
        if drop.is_empty() {
            return None;
        }
        tokio::time::sleep(DROP).await;
        let (drop, next) = (Bytes::copy_from_slice(drop), at + drop.len());
        Some((Ok::<_, std::convert::Infallible>(drop), (body, next)))
    });
    let mut response = whole((Vec::new(), headers));
    *response.body_mut() = Body::from_stream(drops);
    response
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
