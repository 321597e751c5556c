//! A service behind security servers: the headers of our question, the stamp of the answer, and the
//! faults of the servers themselves.

use std::path::Path;
use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha512};

use super::*;
use crate::{Places, Stamp};

const SERVICE: &str = "/r1/UZ/GOV/200900111/PENSION/payments/query";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Server {
    #[default]
    Carries,
    /// A fault of X-Road: HTTP status and type.
    Fails(u16, &'static str),
    /// A header of the answer is another; empty: it is not there.
    Says(&'static str, &'static str),
}

#[derive(Debug, Default)]
struct Seen {
    server: Mutex<Server>,
    calls: Mutex<Vec<(String, HeaderMap)>>,
}

/// As the message protocol has it: over the headers that the server signed, then over the body.
fn request_hash(headers: &str, body: &[u8]) -> String {
    let both = [Sha512::digest(headers), Sha512::digest(body)].concat();
    STANDARD.encode(Sha512::digest(both))
}

async fn serve(
    State(seen): State<Arc<Seen>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = (uri.path().to_owned(), headers.clone());
    seen.calls.lock().unwrap().push(call);
    let server = *seen.server.lock().unwrap();
    if let Server::Fails(status, fault) = server {
        let status = StatusCode::from_u16(status).unwrap();
        let body = json!({"type": fault, "message": "it failed", "detail": "a1"});
        return (status, [("x-road-error", fault)], axum::Json(body)).into_response();
    }
    let id = headers["x-road-id"].to_str().unwrap().to_owned();
    let signed = format!("POST {} HTTP/1.1\r\nX-Road-Id:{id}\r\n", uri.path());
    let mut given = vec![
        ("x-road-id", id),
        ("x-road-request-hash", request_hash(&signed, &body)),
    ];
    if let Server::Says(name, value) = server {
        given.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            given.push((name, value.to_owned()));
        }
    }
    let question: Value = serde_json::from_slice(&body).unwrap();
    let persons = question["persons"].as_array().unwrap();
    let part = |pinfl: &Value| {
        json!({"pinfl": pinfl, "found": true,
            "payments": [{"kind": "old_age", "month": "2025-12", "amount_minor": 900}]})
    };
    let answer = json!({
        "request_id": question["request_id"], "agency": "pension_fund",
        "as_of": question["as_of"], "answers": persons.iter().map(part).collect::<Vec<_>>(),
    });
    let mut response = axum::Json(answer).into_response();
    for (name, value) in given {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

struct Behind {
    story: Story,
    seen: Arc<Seen>,
}

async fn behind(platform: &Platform) -> Behind {
    let seen = Arc::new(Seen::default());
    let router = Router::new()
        .route(SERVICE, post(serve))
        .with_state(Arc::clone(&seen));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let plain = include_str!("plain/pension_fund.toml");
    let (_, facts) = plain.split_once("[facts.pension]").unwrap();
    let file = format!(
        r#"
agency = "pension_fund"
dialect = "xroad"
address = "{{base}}"
legal_basis = "PKM-654"
[limits]
attempts_max = 2
timeout_ms = 5000
[xroad]
client = "UZ/GOV/201122334/DAFTAR"
service = "UZ/GOV/200900111/PENSION/payments"
path = "/query"
user_id = "UZ-officer-17"
[facts.pension]{facts}"#
    );
    let places = Places {
        base: &base,
        keys: Path::new("/nowhere"),
    };
    let fund = Connector::parse("pension_fund.toml", &file, &places);
    let mut story = story(platform).await;
    let mut all: Vec<Connector> = story.exchange.connectors().cloned().collect();
    all.retain(|one| one.agency != Source::PensionFund);
    all.iter_mut().for_each(|one| one.timeout_ms = 5_000);
    all.push(fund.unwrap_or_else(|why| panic!("{why}")));
    story.exchange = Exchange::new(platform.clone(), all, super::keys()).unwrap();
    Behind { story, seen }
}

impl Behind {
    /// What the case is told of the pension fund.
    async fn told(&self) -> Vec<String> {
        let silent = self.story.gather(ask_about(1)).await.silent;
        assert!(silent.iter().all(|one| one.agency == Source::PensionFund));
        silent.iter().map(|one| one.reason.to_string()).collect()
    }
}

#[tokio::test]
async fn a_question_names_us_the_message_and_the_case_and_the_stamp_is_kept() {
    each_db(SCHEMAS, async |platform| {
        let behind = behind(&platform).await;
        let gathered = behind.story.gather(ask_about(1)).await;
        assert_eq!(gathered.silent, []);
        let (path, headers) = behind.seen.calls.lock().unwrap()[0].clone();
        assert_eq!(path, SERVICE);
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-road-client"), "UZ/GOV/201122334/DAFTAR");
        assert_eq!(header("x-road-userid"), "UZ-officer-17");
        assert_eq!(header("x-road-issue"), CaseId::from_u128(1).to_string());
        let id = header("x-road-id");
        let answered = gathered.answered.iter();
        let mut tx = platform.db.read().await.unwrap();
        let mut kept = 0;
        for one in answered {
            let stamp = evidence::stamp_of(&mut tx, &behind.story.permit, one.evidence);
            let stamp = stamp.await.unwrap().unwrap();
            if one.agency != Source::PensionFund {
                assert_eq!(stamp, Stamp::default(), "{:?}", one.agency);
                continue;
            }
            kept += 1;
            assert_eq!(stamp.xroad_id.as_deref(), Some(id.as_str()));
            let hash = STANDARD.decode(stamp.xroad_request_hash.unwrap()).unwrap();
            assert_eq!(hash.len(), 64);
        }
        assert_eq!(kept, 2);
    })
    .await;
}

#[tokio::test]
async fn a_fault_of_the_security_servers_is_told_by_its_type() {
    let platform = platform_of_one().await;
    let behind = behind(&platform).await;
    let check = async |status: u16, fault: &'static str, calls: usize| {
        *behind.seen.server.lock().unwrap() = Server::Fails(status, fault);
        behind.seen.calls.lock().unwrap().clear();
        let expected = format!("the security server says {fault}");
        assert_eq!(behind.told().await, vec![expected; 2]);
        assert_eq!(behind.seen.calls.lock().unwrap().len(), calls, "{fault}");
        behind.story.exchange.lines[&Source::PensionFund]
            .breaker
            .succeeded();
    };
    // The way may be open again a moment later; a question that is wrong stays wrong.
    check(500, "Server.ServerProxy.NetworkError", 2).await;
    check(500, "Server.ClientProxy.UnknownMember", 2).await;
    check(400, "Client.BadRequest", 1).await;
}

#[tokio::test]
async fn an_answer_without_the_stamp_of_our_message_is_not_believed() {
    let platform = platform_of_one().await;
    let behind = behind(&platform).await;
    let other = "0197f0c0-0000-7000-8000-000000000000";
    let bare = "came through no security server: it has no X-Road-Id and X-Road-Request-Hash";
    let another = format!("answers another request ({other})");
    let form = "X-Road-Request-Hash is not a SHA-512 in base64";
    for (name, value, expected) in [
        ("x-road-id", "", bare),
        ("x-road-request-hash", "", bare),
        ("x-road-id", other, another.as_str()),
        ("x-road-request-hash", "AAAA", form),
        ("x-road-request-hash", "no base64", form),
    ] {
        *behind.seen.server.lock().unwrap() = Server::Says(name, value);
        let expected = format!("its answer was refused: {expected}");
        assert_eq!(behind.told().await, vec![expected; 2], "{name} {value}");
        behind.story.exchange.lines[&Source::PensionFund]
            .breaker
            .succeeded();
    }
    let facts = behind.story.facts_of(&platform, husband(1)).await;
    assert!(facts.iter().all(|fact| fact.source != Source::PensionFund));
}

#[test]
fn identifiers_are_those_that_x_road_lets_stand() {
    let places = Places {
        base: "http://127.0.0.1:9",
        keys: Path::new("/nowhere"),
    };
    let file = |client: &str, path: &str| {
        let text = format!(
            "agency = \"civil_registry\"\ndialect = \"xroad\"\naddress = \"{{base}}\"\n\
             legal_basis = \"law\"\n[xroad]\nclient = \"{client}\"\n\
             service = \"UZ/GOV/1/CIVIL/persons\"\npath = \"{path}\"\n"
        );
        let read = Connector::parse("c.toml", &text, &places);
        read.map(|_| String::new())
            .unwrap_or_else(|why| why.to_string())
    };
    assert_eq!(file("UZ/GOV/1/DAF-TAR.(x)", "/query"), "");
    for client in [
        "UZ/GOV/1",
        "UZ/GOV/1/A/B",
        "UZ//1/A",
        "UZ/GOV/1/\u{49b}",
        "UZ/GOV/1/a b",
    ] {
        assert!(
            file(client, "/query").starts_with("c.toml:6: xroad.client: write"),
            "{client}"
        );
    }
    for path in ["query", "/../admin", "/a?b", "/a b"] {
        assert!(
            file("UZ/GOV/1/A", path).starts_with("c.toml:8: xroad.path: write"),
            "{path}"
        );
    }
}
