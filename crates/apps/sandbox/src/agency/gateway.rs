//! Tax, cadastre, vehicles and compulsory medical insurance behind the national gateway: a token for a secret, then one JSON call a
//! person with the five fields of the gateway.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{Day, Month, Pinfl};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::fault::Fault;
use super::{Agency, Question, Window, served};
use crate::refusal::{Refusal, refuse};
use crate::seed;
use crate::world::World;

const CLIENT: &str = "daftar";
const LIFE_S: u64 = 3_600;

/// Tokens that were given, and until when they let in.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<HashMap<String, Instant>>);

impl Tokens {
    pub(super) fn give(&self, seed: u64) -> String {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        tokens.retain(|_, until| *until > now);
        let count = tokens.len() as u64;
        let token = format!(
            "{:016x}{:016x}",
            seed::mix(&[seed, 41, count]),
            seed::mix(&[seed, 42, count])
        );
        tokens.insert(token.clone(), now + Duration::from_secs(LIFE_S));
        token
    }

    /// Whether a request carries one that is not over.
    pub(super) fn let_in(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let token = text(headers, "authorization").and_then(|text| text.strip_prefix("Bearer "));
        match token.is_some_and(|token| self.lets_in(token)) {
            true => Ok(()),
            false => {
                let text = "no token, or one that is over".to_owned();
                Err(refuse(StatusCode::UNAUTHORIZED, text))
            }
        }
    }

    fn lets_in(&self, token: &str) -> bool {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens
            .get(token)
            .is_some_and(|until| *until > Instant::now())
    }
}

pub async fn token(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Refusal> {
    granted((&world.tokens, &world.keys.gateway_secret), &headers, &body)
}

/// That of the registries, which all have one door.
pub async fn registry_token(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: String,
) -> Result<Json<Value>, Refusal> {
    let of = (&world.registry_tokens, world.keys.registry_secret.as_str());
    granted(of, &headers, &body)
}

/// RFC 6749, 4.4: client credentials, by Basic.
fn granted(
    (tokens, secret): (&Tokens, &str),
    headers: &HeaderMap,
    body: &str,
) -> Result<Json<Value>, Refusal> {
    if body != "grant_type=client_credentials" {
        let text = "send grant_type=client_credentials".to_owned();
        return Err(refuse(StatusCode::BAD_REQUEST, text));
    }
    // Neither name nor secret has a sign that a form would write otherwise.
    let known = format!("{CLIENT}:{secret}");
    let expected = format!("Basic {}", STANDARD.encode(known));
    if text(headers, "authorization") != Some(expected.as_str()) {
        let text = "this client and secret are not known here".to_owned();
        return Err(refuse(StatusCode::UNAUTHORIZED, text));
    }
    // Of another secret another token.
    let token = tokens.give(seed::of_text(secret));
    Ok(Json(json!({
        "access_token": token, "token_type": "Bearer", "expires_in": LIFE_S,
    })))
}

#[derive(Debug, Deserialize)]
struct Call {
    transaction_id: String,
    sender_pin: String,
    purpose: String,
    consent: String,
    pinfl: String,
    as_of: Day,
    from: Option<Month>,
    to: Option<Month>,
}

pub async fn call(
    State(world): State<Arc<World>>,
    Path((ministry, service)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let agency = match (ministry.as_str(), service.as_str()) {
        ("soliq", "income") => Agency::Tax,
        ("kadastr", "property") => Agency::Cadastre,
        ("yhxx", "vehicles") => Agency::Vehicles,
        ("sugurta", "pregnancy") => Agency::HealthInsurance,
        _ => {
            let text = format!("no service {ministry}/{service}");
            return Err(refuse(StatusCode::NOT_FOUND, text));
        }
    };
    world.tokens.let_in(&headers)?;
    let call: Call = serde_json::from_slice(&body)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))?;
    admit(&call)?;
    let question = Question {
        request_id: call.transaction_id.clone(),
        consent: (call.consent == "Y").then(|| call.purpose.clone()),
        as_of: call.as_of,
        window: call.from.zip(call.to).map(|(from, to)| Window { from, to }),
        persons: vec![call.pinfl.clone()],
    };
    let answer = |fault: Fault| (answer(&world, agency, &question, fault), Vec::new());
    Ok(served(&world, agency, &question, answer).await)
}

fn admit(call: &Call) -> Result<(), Refusal> {
    let wrong = |text: &str| Err(refuse(StatusCode::BAD_REQUEST, text.to_owned()));
    if Pinfl::parse(&call.sender_pin).is_err() {
        return wrong("sender_pin is no PINFL");
    }
    if call.purpose.is_empty() {
        return wrong("purpose is empty");
    }
    match call.consent.as_str() {
        "Y" | "N" => Ok(()),
        _ => wrong("consent is Y or N"),
    }
}

fn answer(world: &World, agency: Agency, question: &Question, fault: Fault) -> Vec<u8> {
    let as_of = fault.as_of(question.as_of);
    let part = super::parts(world, agency, question, fault).remove(0);
    let result = match (&part["pending"], &part["found"]) {
        (Value::Bool(true), _) => "pending",
        (_, Value::Bool(true)) => "found",
        _ => "not_found",
    };
    let answer = json!({
        "transaction_id": question.request_id, "pinfl": question.persons[0], "as_of": as_of,
        "result": result, "ready_at": part["ready_at"], "data": part,
    });
    let text = answer.to_string();
    match fault {
        // The same key twice, the second time with nothing: who takes the last one reads of nothing held.
        Fault::Duplicate => {
            let nothing =
                r#","data":{"wages":[],"self_employment":[],"properties":[],"vehicles":[]}}"#;
            format!("{}{nothing}", &text[..text.len() - 1]).into_bytes()
        }
        _ => text.into_bytes(),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
