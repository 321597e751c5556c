//! Pension fund, social insurance, employment service and register of students behind X-Road: our part
//! plays both security servers.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha512};

use super::{Agency, Question, answered, served};
use crate::world::World;

/// The one subsystem that has an agreement with these services.
const CLIENT: &str = "UZ/GOV/201122334/DAFTAR";
const SERVICES: [(&str, Agency); 4] = [
    ("UZ/GOV/200900111/PENSION/payments", Agency::PensionFund),
    ("UZ/GOV/200900222/EMPLOYMENT/status", Agency::Employment),
    ("UZ/GOV/200900333/EDUCATION/study", Agency::Education),
    (
        "UZ/GOV/200900444/SOCIALINSURANCE/payments",
        Agency::SocialInsurance,
    ),
];

pub async fn call(
    State(world): State<Arc<World>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let named = uri.path().strip_prefix("/xroad/r1/").unwrap_or_default();
    let service = SERVICES.iter().find(|(service, _)| {
        named
            .strip_prefix(service)
            .is_some_and(|rest| rest == "/query")
    });
    let Some((service, agency)) = service else {
        return fault(500, "Server.ServerProxy.UnknownService", "no such service");
    };
    if text("x-road-client") != Some(CLIENT) {
        return fault(
            500,
            "Server.ServerProxy.AccessDenied",
            "no agreement with this client",
        );
    }
    let Some(id) = text("x-road-id") else {
        return fault(400, "Client.BadRequest", "no X-Road-Id");
    };
    let question: Question = match serde_json::from_slice(&body) {
        Ok(question) => question,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    if let Err(refusal) = super::admit(*agency, &question) {
        return refusal.into_response();
    }
    let signed = format!(
        "POST {} HTTP/1.1\r\nX-Road-Client:{CLIENT}\r\nX-Road-Id:{id}\r\n",
        uri.path()
    );
    let given = vec![
        ("x-road-id", id.to_owned()),
        ("x-road-service", (*service).to_owned()),
        ("x-road-request-hash", request_hash(&signed, &body)),
    ];
    let answer = |fault| (answered(&world, *agency, &question, fault), given);
    served(&world, *agency, &question, answer).await
}

/// As the message protocol has it: over the headers that were signed, then over the body.
fn request_hash(headers: &str, body: &[u8]) -> String {
    let both = [Sha512::digest(headers), Sha512::digest(body)].concat();
    STANDARD.encode(Sha512::digest(both))
}

/// A fault of X-Road itself.
fn fault(status: u16, kind: &'static str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({ "type": kind, "message": message, "detail": "sandbox" });
    (status, [("x-road-error", kind)], Json(body)).into_response()
}
