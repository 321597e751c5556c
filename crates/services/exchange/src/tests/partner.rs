//! A partner for tests: eight agencies behind one address that answer as told.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How an agency behaves.
#[derive(Debug, Clone, Default)]
pub enum Manner {
    #[default]
    Answers,
    /// Hangs longer than any time limit.
    Hangs,
    Status(u16),
    /// These bytes whatever is asked.
    Says(Vec<u8>),
    /// One field of the frame, or of each person's part, is other than it should be.
    Frame(&'static str, Value),
    Part(&'static str, Value),
    Pending(&'static str),
    /// Fails so many times, then answers.
    FailsFirst(u32),
    PassesOver,
    Twice,
    /// The list of wages stands twice in each person's part, the second one empty.
    WagesTwice,
}

#[derive(Debug, Default)]
pub struct Partner {
    pub manners: Mutex<HashMap<String, Manner>>,
    /// Every question received: agency and its JSON.
    pub questions: Mutex<Vec<(String, Value)>>,
    /// What the civil registry says of a PINFL.
    pub civil: Mutex<HashMap<String, Value>>,
}

impl Partner {
    pub fn set(&self, agency: &str, manner: Manner) {
        self.manners
            .lock()
            .unwrap()
            .insert(agency.to_owned(), manner);
    }

    pub fn asked(&self, agency: &str) -> Vec<Value> {
        let questions = self.questions.lock().unwrap();
        questions
            .iter()
            .filter(|(of, _)| of == agency)
            .map(|(_, q)| q.clone())
            .collect()
    }

    pub fn forget(&self) {
        self.questions.lock().unwrap().clear();
    }
}

/// The partner behind whatever door.
pub fn agencies() -> (Arc<Partner>, Router) {
    let partner = Arc::new(Partner::default());
    let router = Router::new()
        .route("/agencies/{agency}/query", post(answer))
        .with_state(partner.clone());
    (partner, router)
}

/// Starts the partner; its address.
pub async fn start() -> (Arc<Partner>, String) {
    let (partner, router) = agencies();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (partner, address)
}

async fn answer(
    State(partner): State<Arc<Partner>>,
    Path(agency): Path<String>,
    body: Bytes,
) -> (StatusCode, Vec<u8>) {
    let question: Value = serde_json::from_slice(&body).unwrap();
    partner
        .questions
        .lock()
        .unwrap()
        .push((agency.clone(), question.clone()));
    let manner = partner
        .manners
        .lock()
        .unwrap()
        .get(&agency)
        .cloned()
        .unwrap_or_default();
    let mut right = right_answer(&partner, &agency, &question);
    match manner {
        Manner::Answers => {}
        Manner::Hangs => tokio::time::sleep(Duration::from_secs(30)).await,
        Manner::Status(status) => return (StatusCode::from_u16(status).unwrap(), vec![]),
        Manner::Says(bytes) => return (StatusCode::OK, bytes),
        Manner::Frame(field, value) => right[field] = value,
        Manner::Part(field, value) => {
            for part in right["answers"].as_array_mut().unwrap() {
                part[field] = value.clone();
            }
        }
        Manner::Pending(ready_at) => {
            for part in right["answers"].as_array_mut().unwrap() {
                *part = json!({"pinfl": part["pinfl"], "pending": true, "ready_at": ready_at});
            }
        }
        Manner::FailsFirst(0) => {}
        Manner::FailsFirst(times) => {
            partner.set(&agency, Manner::FailsFirst(times - 1));
            return (StatusCode::SERVICE_UNAVAILABLE, vec![]);
        }
        Manner::PassesOver => right["answers"] = json!([]),
        Manner::Twice => {
            let parts = right["answers"].as_array_mut().unwrap();
            parts.push(parts[0].clone());
        }
        Manner::WagesTwice => {
            let twice = right
                .to_string()
                .replace("\"wages\":", "\"wages\":[],\"wages\":");
            return (StatusCode::OK, twice.into_bytes());
        }
    }
    (StatusCode::OK, right.to_string().into_bytes())
}

fn right_answer(partner: &Partner, agency: &str, question: &Value) -> Value {
    let persons = question["persons"].as_array().unwrap();
    let parts: Vec<Value> = persons
        .iter()
        .map(|pinfl| {
            let known = partner
                .civil
                .lock()
                .unwrap()
                .get(pinfl.as_str().unwrap())
                .cloned();
            let mut part = match agency {
                "civil_registry" => match known {
                    Some(known) => known,
                    None => return json!({"pinfl": pinfl, "found": false}),
                },
                other => payload(other),
            };
            part["pinfl"] = pinfl.clone();
            part["found"] = json!(true);
            part
        })
        .collect();
    json!({
        "request_id": question["request_id"],
        "agency": agency,
        "as_of": question["as_of"],
        "answers": parts,
    })
}

fn payload(agency: &str) -> Value {
    match agency {
        "tax" => json!({
            "wages": [{"payer": "Paxta MCHJ", "payer_tin": "123456789", "month": "2025-11", "amount_minor": 150}],
            "self_employment": [],
        }),
        "employment" => json!({
            "status": "employed", "employer": "Paxta MCHJ", "since": "2020-01-01", "service_employer": false,
        }),
        "cadastre" => json!({
            "properties": [{"cadastre_no": "10:01", "use": "dwelling", "address": "x", "area_m2": 60}],
        }),
        "vehicles" => json!({"vehicles": []}),
        "pension_fund" => json!({"payments": []}),
        "bank" => json!({
            "accounts": [{"mfo": "00014", "account": "22618000123456789001", "balance_minor": 10, "card": true}],
        }),
        _ => json!({"group": "none", "unable_to_work": false, "until": null}),
    }
}
