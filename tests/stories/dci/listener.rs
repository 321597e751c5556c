//! A partner's own server: hears what it is told, and answers as the story wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// One message that came.
#[derive(Clone, Debug)]
pub struct Heard {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Clone, Debug, Default)]
struct Ear {
    heard: Arc<Mutex<Vec<Heard>>>,
    manners: Arc<Mutex<VecDeque<Manner>>>,
}

/// How the next message is answered; without one, well.
#[derive(Clone, Debug)]
pub enum Manner {
    Status(u16, String),
    Redirect(String),
    /// An acknowledgement without end.
    Flood,
}

#[derive(Debug)]
pub struct Listener {
    pub address: String,
    ear: Ear,
}

impl Listener {
    pub async fn new() -> Listener {
        let ear = Ear::default();
        let router = Router::new().fallback(hear).with_state(ear.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Listener { address, ear }
    }

    /// The folder that is agreed as the callback.
    pub fn folder(&self) -> String {
        format!("{}/registry", self.address)
    }

    pub fn next(&self, manner: Manner) {
        self.ear.manners.lock().expect("no panic").push_back(manner);
    }

    /// What came since the last look.
    pub fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.ear.heard.lock().expect("no panic"))
    }
}

async fn hear(State(ear): State<Ear>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 8 << 20).await.expect("a body");
    ear.heard.lock().expect("no panic").push(Heard {
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    });
    let manner = ear.manners.lock().expect("no panic").pop_front();
    match manner {
        None => r#"{"message":{"ack_status":"ACK"}}"#.into_response(),
        Some(Manner::Status(status, body)) => {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, body).into_response()
        }
        Some(Manner::Redirect(to)) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
        }
        Some(Manner::Flood) => "x".repeat(1 << 20).into_response(),
    }
}
