//! The dialect of the national gateway, against one that counts its tokens, loses patience and lies.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant as Stopwatch};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::*;
use crate::Places;
use crate::dialect::secret::SecretPlace;
use crate::dialect::token::{Grant, Tokens};

const SECRET: &str = "kept/away from+all logs";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Patience {
    #[default]
    Answers,
    /// The first token is taken back before it is used.
    RevokesFirst,
    NeverLetsIn,
    /// 429 with so many seconds, once.
    AsksToWaitOnce(u64),
    AsksToWait(u64),
    /// One field of the answer is other than it should be.
    Says(&'static str, &'static str),
}

#[derive(Debug, Default)]
struct Gate {
    patience: Mutex<Patience>,
    life_s: Mutex<u64>,
    /// The `Authorization` of each request for a token.
    granted: Mutex<Vec<String>>,
    /// Token and question of each call.
    calls: Mutex<Vec<(String, Value)>>,
}

impl Gate {
    fn tokens(&self) -> usize {
        self.granted.lock().unwrap().len()
    }

    fn calls(&self) -> Vec<(String, Value)> {
        self.calls.lock().unwrap().clone()
    }
}

async fn token(State(gate): State<Arc<Gate>>, headers: HeaderMap, body: String) -> Response {
    assert_eq!(body, "grant_type=client_credentials");
    let authorization = headers["authorization"].to_str().unwrap().to_owned();
    let number = {
        let mut granted = gate.granted.lock().unwrap();
        granted.push(authorization);
        granted.len()
    };
    // Slow enough that all who ask at once would come here.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let life_s = *gate.life_s.lock().unwrap();
    let token = format!("token-{number}");
    let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": life_s});
    axum::Json(body).into_response()
}

async fn service(State(gate): State<Arc<Gate>>, headers: HeaderMap, body: Bytes) -> Response {
    let question: Value = serde_json::from_slice(&body).unwrap();
    let bearer = headers["authorization"].to_str().unwrap().to_owned();
    gate.calls
        .lock()
        .unwrap()
        .push((bearer.clone(), question.clone()));
    let patience = *gate.patience.lock().unwrap();
    let wait = |s: u64| {
        let after = [("retry-after", s.to_string())];
        (StatusCode::TOO_MANY_REQUESTS, after, "").into_response()
    };
    let mut answer = json!({
        "transaction_id": question["transaction_id"], "pinfl": question["pinfl"],
        "as_of": question["day"], "result": "found",
        "data": {
            "wages": [{"payer": "Paxta MCHJ", "month": "2025-11", "amount_minor": 150}],
            "self_employment": [],
        },
    });
    match patience {
        Patience::RevokesFirst if bearer == "Bearer token-1" => {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        Patience::NeverLetsIn => return StatusCode::UNAUTHORIZED.into_response(),
        Patience::AsksToWaitOnce(s) => {
            *gate.patience.lock().unwrap() = Patience::Answers;
            return wait(s);
        }
        Patience::AsksToWait(s) => return wait(s),
        Patience::Says(field, value) => answer[field] = json!(value),
        Patience::Answers | Patience::RevokesFirst => {}
    }
    axum::Json(answer).into_response()
}

async fn open(gate: Arc<Gate>) -> String {
    let router = Router::new()
        .route("/oauth2/token", post(token))
        .route("/tax/income/v1", post(service))
        .with_state(gate);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn officer() -> Pinfl {
    Pinfl::make(Sex::Female, day("1975-03-08"), 17, 5)
}

/// Tax behind the gateway, everybody else plain.
fn tax_file() -> String {
    let plain = include_str!("plain/tax.toml");
    let (_, facts) = plain.split_once("[facts.wage]").unwrap();
    format!(
        r#"
agency = "tax"
dialect = "gateway"
address = "{{base}}/tax/income/v1"
legal_basis = "PKM-654"
[limits]
timeout_ms = 5000
attempts_max = 2
[gateway]
token_address = "{{base}}/oauth2/token"
client_id = "daftar"
secret_file = "gateway.secret"
sender_pin = "{}"
[gateway.also]
day = "{{as_of}}"
from = "{{window_from}}"
to = "{{window_to}}"
[gateway.answer]
as_of = "/as_of"
[facts.wage]{facts}"#,
        officer()
    )
}

struct Behind {
    story: Story,
    gate: Arc<Gate>,
    keys: tempfile::TempDir,
}

async fn behind(platform: &Platform) -> Behind {
    let gate = Arc::new(Gate::default());
    *gate.life_s.lock().unwrap() = 3_600;
    let base = open(Arc::clone(&gate)).await;
    let keys = tempfile::tempdir().unwrap();
    std::fs::write(keys.path().join("gateway.secret"), format!("{SECRET}\n")).unwrap();
    let places = Places {
        base: &base,
        keys: keys.path(),
    };
    let tax =
        Connector::parse("tax.toml", &tax_file(), &places).unwrap_or_else(|why| panic!("{why}"));
    let mut story = story(platform).await;
    let mut all: Vec<Connector> = story.exchange.connectors().cloned().collect();
    all.retain(|one| one.agency != Source::Tax);
    // Here the others are not the point; a busy machine shall not make them silent.
    all.iter_mut().for_each(|one| one.timeout_ms = 5_000);
    all.push(tax);
    story.exchange = Exchange::new(platform.clone(), all, super::keys()).unwrap();
    Behind { story, gate, keys }
}

impl Behind {
    /// What the case is told of tax.
    async fn silent(&self) -> Vec<SilentReason> {
        let gathered = self.story.gather(ask_about(1)).await;
        assert!(
            gathered
                .silent
                .iter()
                .all(|silent| silent.agency == Source::Tax)
        );
        gathered
            .silent
            .into_iter()
            .map(|silent| silent.reason)
            .collect()
    }
}

#[tokio::test]
async fn a_question_carries_the_token_and_the_five_fields_of_the_gateway() {
    each_db(SCHEMAS, async |platform| {
        let behind = behind(&platform).await;
        assert_eq!(behind.silent().await, []);
        let calls = behind.gate.calls();
        assert_eq!(calls.len(), 2, "one person a call");
        let (bearer, question) = &calls[0];
        assert_eq!(bearer, "Bearer token-1");
        let of_person = calls.iter().any(|(_, q)| q["pinfl"] == json!(husband(1)));
        assert!(of_person);
        assert!(uuid::Uuid::parse_str(question["transaction_id"].as_str().unwrap()).is_ok());
        let mut fields = question.as_object().unwrap().clone();
        fields.remove("transaction_id");
        fields.remove("pinfl");
        assert_eq!(
            Value::Object(fields),
            json!({"sender_pin": officer(), "purpose": "benefit_assignment", "consent": "N",
                "day": "2026-01-05", "from": "2025-10", "to": "2025-12"})
        );
        let facts = behind.story.facts_of(&platform, husband(1)).await;
        let wage = facts.iter().find(|fact| fact.kind == code::WAGE).unwrap();
        assert_eq!(wage.unpack_body().unwrap().rows.len(), 1);
        // RFC 6749, 2.3.1: written as in a form, then Basic.
        let basic = STANDARD.encode("daftar:kept%2Faway+from%2Ball+logs");
        assert_eq!(
            *behind.gate.granted.lock().unwrap(),
            [format!("Basic {basic}")]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_fetches_the_token_for_all_who_wait() {
    let platform = platform_of_one().await;
    let behind = behind(&platform).await;
    (1..=20).for_each(|number| know_family(&behind.story.partner, number));
    let asks: Vec<Ask> = (1..=20).map(ask_about).collect();
    let gathered = gather::ask(&behind.story.exchange, &behind.story.permit, asks)
        .await
        .unwrap();
    assert!(gathered.iter().all(|gathered| gathered.silent.is_empty()));
    assert_eq!(behind.gate.calls().len(), 40);
    assert_eq!(behind.gate.tokens(), 1);
}

#[tokio::test]
async fn a_token_that_is_over_or_refused_is_fetched_anew_once() {
    let platform = platform_of_one().await;
    let over = behind(&platform).await;
    *over.gate.life_s.lock().unwrap() = 0;
    assert_eq!(over.silent().await, []);
    assert_eq!(over.silent().await, [], "answers that are valid ask nobody");
    let fetched = over.gate.tokens();
    assert!((1..=2).contains(&fetched), "{fetched}");
    over.story
        .gather(Ask {
            window: (Month::new(2025, 9).unwrap(), Month::new(2025, 12).unwrap()),
            ..ask_about(1)
        })
        .await;
    assert!(
        over.gate.tokens() > fetched,
        "no token is used after its end"
    );

    let platform = platform_of_one().await;
    let revoked = behind(&platform).await;
    *revoked.gate.patience.lock().unwrap() = Patience::RevokesFirst;
    assert_eq!(revoked.silent().await, []);
    assert_eq!(revoked.gate.tokens(), 2, "both questions share the new one");

    let platform = platform_of_one().await;
    let shut = behind(&platform).await;
    *shut.gate.patience.lock().unwrap() = Patience::NeverLetsIn;
    let failed = SilentReason::Failed(CallFailure::Status { status: 401 });
    assert_eq!(shut.silent().await, vec![failed; 2]);
    assert!(
        shut.gate.calls().len() <= 4,
        "twice a question, not for ever"
    );
}

#[tokio::test]
async fn a_gateway_that_asks_to_wait_is_waited_for_within_bounds() {
    let platform = platform_of_one().await;
    let soon = behind(&platform).await;
    *soon.gate.patience.lock().unwrap() = Patience::AsksToWaitOnce(1);
    let began = Stopwatch::now();
    assert_eq!(soon.silent().await, []);
    assert!(
        began.elapsed() >= Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );

    let platform = platform_of_one().await;
    let late = behind(&platform).await;
    *late.gate.patience.lock().unwrap() = Patience::AsksToWait(7_200);
    let began = Stopwatch::now();
    let gathered = late.story.gather(ask_about(1)).await;
    assert!(
        began.elapsed() < Duration::from_secs(crate::REST_S_MAX),
        "nobody sits there"
    );
    let again = platform.clock.now().plus_seconds(3_590);
    for silent in &gathered.silent {
        let reason = &silent.reason;
        assert!(
            matches!(reason, SilentReason::Failed(CallFailure::AskedToWait { s }) if *s > 3_590),
            "{reason}"
        );
        assert!(silent.retry_at.unwrap() >= again);
    }
    let told = gathered
        .silent
        .iter()
        .map(|silent| silent.retry_at.unwrap())
        .max();
    assert_eq!(told, Some(platform.clock.now().plus_seconds(7_200)));
    let before = late.gate.calls().len();
    late.story.gather(ask_about(1)).await;
    assert_eq!(late.gate.calls().len(), before, "left in peace meanwhile");
    assert!(
        late.story.exchange.left_alone().is_empty(),
        "and not taken for ill"
    );
}

#[tokio::test]
async fn an_answer_to_somebody_else_or_about_somebody_else_is_not_believed() {
    let platform = platform_of_one().await;
    let behind = behind(&platform).await;
    let other = husband(7).to_string();
    let other: &'static str = Box::leak(other.into_boxed_str());
    for (field, value, expected) in [
        (
            "transaction_id",
            "0197f0c0-0000-7000-8000-000000000000",
            "its answer was refused: answers another request (0197f0c0-0000-7000-8000-000000000000)",
        ),
        ("pinfl", other, "passed the person over"),
        (
            "pinfl",
            "12",
            "its answer was refused: pinfl is not a PINFL",
        ),
        (
            "result",
            "perhaps",
            "its answer was refused: says neither found nor pending",
        ),
        (
            "as_of",
            "yesterday",
            "its answer was refused: as_of is not a day",
        ),
        (
            "as_of",
            "2025-01-01",
            "its answer was refused: speaks for 2025-01-01, 30 days or more before 2026-01-05",
        ),
        (
            "data",
            "none",
            "its answer was refused: wages is not a list",
        ),
    ] {
        *behind.gate.patience.lock().unwrap() = Patience::Says(field, value);
        let reasons = behind.silent().await;
        let told: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        assert_eq!(told, [expected; 2], "{field} {value}");
        // The breaker counts answers that are not believed; here they are the point.
        behind.story.exchange.lines[&Source::Tax]
            .breaker
            .succeeded();
    }
    let facts = behind.story.facts_of(&platform, husband(1)).await;
    assert!(facts.iter().all(|fact| fact.source != Source::Tax));
}

#[tokio::test]
async fn a_token_belongs_to_its_address_client_and_secret() {
    let gate = Arc::new(Gate::default());
    *gate.life_s.lock().unwrap() = 3_600;
    let address = format!("{}/oauth2/token", open(Arc::clone(&gate)).await);
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    std::fs::write(&one, "first").unwrap();
    std::fs::write(&two, "second").unwrap();
    let grant = |client_id: &str, file: &Path| Grant {
        address: address.clone(),
        client_id: client_id.to_owned(),
        secret: SecretPlace::File(file.to_owned()),
    };
    let (tokens, client) = (
        Tokens::default(),
        crate::tls::Tls::default().client().unwrap(),
    );
    let get = async |grant: &Grant| {
        tokens
            .get(&client, grant, Duration::from_secs(5))
            .await
            .unwrap()
            .header()
    };
    assert_eq!(get(&grant("a", &one)).await, "Bearer token-1");
    assert_eq!(get(&grant("a", &one)).await, "Bearer token-1");
    assert_eq!(get(&grant("a", &two)).await, "Bearer token-2");
    assert_eq!(get(&grant("b", &one)).await, "Bearer token-3");
    std::fs::write(&one, "changed").unwrap();
    assert_eq!(
        get(&grant("a", &one)).await,
        "Bearer token-4",
        "a new secret holds at once"
    );
    let shown = format!("{tokens:?}");
    assert!(
        !shown.contains("token-") && !shown.contains("first"),
        "{shown}"
    );
}

#[tokio::test]
async fn without_its_secret_nobody_is_asked_and_the_person_reads_of_no_question() {
    let platform = platform_of_one().await;
    let behind = behind(&platform).await;
    std::fs::remove_file(behind.keys.path().join("gateway.secret")).unwrap();
    let reasons = behind.silent().await;
    let no_token =
        |reason: &SilentReason| matches!(reason, SilentReason::Failed(CallFailure::NoToken { .. }));
    assert!(
        reasons.len() == 2 && reasons.iter().all(no_token),
        "{reasons:?}"
    );
    assert_eq!((behind.gate.tokens(), behind.gate.calls().len()), (0, 0));
    let told = super::told::asked_about(&platform, husband(1)).await;
    assert_eq!(super::told::of(&told, Source::Tax), []);
    let shown = format!("{:?}", behind.story.exchange);
    assert!(!shown.contains("kept/away"), "a secret in Debug");
}
