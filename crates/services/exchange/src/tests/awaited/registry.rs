//! The registry of these stories: what it does with questions, and the messages that it sends later.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kernel::Cell;
use serde_json::Value;
use std::sync::Mutex;

use super::super::dci_asking::{NAME, OUR_NAME, OURS, REGISTRYS, disability_record, file, key};
use super::super::*;
use crate::dci::Arrived;
use crate::dci::signature::{self, Policy, Signed};
use crate::{Heard, Places};
use signing::Jwks;
use signing::jwe::{self, DecryptionKeys, Parties};

const LATER: &str = r#"answers = "later"
answers_within_s = 86400
callback = "http://127.0.0.1:9/dci/cb/registry"
"#;
const DISABILITY: &str = r#"
[facts.disability]
row = ""
[facts.disability.fields]
group = { from = "/disability_group" }
unable_to_work = { from = "/unable_to_work" }
"#;

/// What the registry does with the next questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tests) enum Door {
    #[default]
    Takes,
    /// It takes the question, and its acknowledgement is lost.
    TakesSilently,
    Down,
    Refuses,
}

#[derive(Debug, Default)]
pub(in crate::tests) struct Registry {
    pub(in crate::tests) door: Mutex<Door>,
    pub(in crate::tests) questions: Mutex<Vec<Value>>,
    /// What it says of a question that it is asked after.
    pub(in crate::tests) status: Mutex<&'static str>,
    pub(in crate::tests) asked_after: Mutex<Vec<Value>>,
    /// Questions as they came, before they were opened.
    pub(in crate::tests) came: Mutex<Vec<String>>,
    pub(in crate::tests) encrypted: bool,
}

pub(in crate::tests) const OUR_ENCRYPTION: &str =
    "1111111111111111111111111111111111111111111111111111111111111111";
pub(in crate::tests) const ITS_ENCRYPTION: &str =
    "2222222222222222222222222222222222222222222222222222222222222222";

fn decryption(secret: &str) -> DecryptionKeys {
    DecryptionKeys::from_text(secret).unwrap()
}

fn opened(message: &Value) -> Value {
    let parties = Parties {
        from: OUR_NAME,
        to: NAME,
    };
    let message = message.as_object().unwrap();
    let text = jwe::open(message, &decryption(ITS_ENCRYPTION), parties).expect("encrypted to it");
    serde_json::from_slice(&text).unwrap()
}

/// Encrypted to whoever has this secret.
pub(in crate::tests) fn encrypted(secret: &str, message: &Value) -> Value {
    let parties = Parties {
        from: NAME,
        to: OUR_NAME,
    };
    let jwks = Jwks::of(&json!({"keys": [decryption(secret).current().jwk()]})).unwrap();
    let text = message.to_string();
    let key = jwks.encryption_key().unwrap();
    jwe::seal(text.as_bytes(), key, parties, &mut || store::secret())
}

pub fn verified(asked: &Value, policy: Policy, headers: &HeaderMap) {
    let http = headers.get("signature").map(|text| text.to_str().unwrap());
    let signed = Signed {
        sender_id: OUR_NAME,
        header: &asked["header"],
        message: &asked["message"],
        field: asked["signature"].as_str().filter(|text| !text.is_empty()),
        http,
    };
    let sent_at = Instant::parse_rfc3339(asked["header"]["message_ts"].as_str().unwrap()).unwrap();
    let ours = Jwks::of(&key(OURS).jwks()).unwrap();
    signature::verify(&signed, policy, &ours, sent_at.0 / 1_000_000).expect("ours");
}

async fn door(
    State(registry): State<Arc<Registry>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut asked: Value = serde_json::from_slice(&body).unwrap();
    verified(&asked, Policy::DciEd25519, &headers);
    registry.came.lock().unwrap().push(asked.to_string());
    if registry.encrypted {
        asked["message"] = opened(&asked["message"]);
    }
    if uri.path().ends_with("/sync/txn/status") {
        registry.asked_after.lock().unwrap().push(asked.clone());
        let status = *registry.status.lock().unwrap();
        let header = header(
            &asked["header"]["message_id"],
            "txn-on-status",
            status,
            now_of(&asked),
        );
        let message = json!({"transaction_id": asked["message"]["transaction_id"],
            "txnstatus_response": {"txn_type": "search", "txn_status": {}}});
        return sealed(REGISTRYS, header, message).into_response();
    }
    let door = *registry.door.lock().unwrap();
    let mut questions = registry.questions.lock().unwrap();
    let known = questions
        .iter()
        .any(|one| one["header"]["message_id"] == asked["header"]["message_id"]);
    if known {
        let body = json!({"errors": [{"code": "rjct.message_id.duplicate"}]});
        return (StatusCode::BAD_REQUEST, body.to_string()).into_response();
    }
    match door {
        Door::Down => return StatusCode::BAD_GATEWAY.into_response(),
        Door::Refuses => {
            let body = json!({"message": {"ack_status": "ERR", "error": {"code": "err.request.forbidden"}}});
            return (StatusCode::FORBIDDEN, body.to_string()).into_response();
        }
        Door::Takes | Door::TakesSilently => {}
    }
    questions.push(asked);
    if door == Door::TakesSilently {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    let correlation = format!("c{}", questions.len());
    let ack = json!({"message": {"ack_status": "ACK", "correlation_id": correlation}});
    (StatusCode::ACCEPTED, ack.to_string()).into_response()
}

fn now_of(asked: &Value) -> Instant {
    Instant::parse_rfc3339(asked["header"]["message_ts"].as_str().unwrap()).unwrap()
}

pub fn header(message_id: &Value, action: &str, status: &str, at: Instant) -> Value {
    json!({
        "version": "1.0.0", "message_id": format!("{}-{action}", message_id.as_str().unwrap()),
        "message_ts": at.to_string(), "action": action, "status": status, "sender_id": NAME,
        "receiver_id": OUR_NAME, "total_count": 1, "is_msg_encrypted": false,
    })
}

pub fn sealed(seed: &str, header: Value, message: Value) -> String {
    let at = Instant::parse_rfc3339(header["message_ts"].as_str().unwrap()).unwrap();
    let signed = Signed {
        sender_id: header["sender_id"].as_str().unwrap(),
        header: &header,
        message: &message,
        field: None,
        http: None,
    };
    let by = key(seed).named(key(REGISTRYS).kid());
    let signature = signature::sign(&signed, Policy::DciEd25519, &by, at.0 / 1_000_000);
    json!({"signature": signature, "header": header, "message": message}).to_string()
}

/// One message of the registry.
#[derive(Debug, Clone)]
pub(in crate::tests) struct Message {
    pub(in crate::tests) id: String,
    /// Seconds after the question was asked.
    pub(in crate::tests) after_s: i64,
    pub(in crate::tests) correlation: String,
    /// The places of the persons it tells of, with the group that each has.
    pub(in crate::tests) told: Vec<(usize, &'static str)>,
    pub(in crate::tests) seed: &'static str,
}

impl Message {
    pub(in crate::tests) fn new(id: &str, after_s: i64, told: &[(usize, &'static str)]) -> Message {
        Message {
            id: id.to_owned(),
            after_s,
            correlation: "c1".to_owned(),
            told: told.to_vec(),
            seed: REGISTRYS,
        }
    }

    pub(in crate::tests) fn parts(&self, asked: &Value) -> (Value, Value) {
        let at = now_of(asked).plus_seconds(self.after_s);
        let mut header = header(&json!(self.id), "on-search", "succ", at);
        header["message_id"] = json!(self.id);
        header["meta"] = json!({"as_of": asked["header"]["meta"]["as_of"]});
        let requests = &asked["message"]["search_request"];
        let item = |(place, group): &(usize, &'static str)| {
            let request = &requests[*place];
            let mut record = disability_record(&request["search_criteria"]["query"]["value"]);
            record["disability_group"] = json!(group);
            json!({"reference_id": request["reference_id"], "timestamp": at.to_string(),
                "status": "succ", "data": {"version": "1.0.0", "reg_records": [record]}})
        };
        let items: Vec<Value> = self.told.iter().map(item).collect();
        let message = json!({"transaction_id": asked["message"]["transaction_id"],
            "correlation_id": self.correlation, "search_response": items});
        (header, message)
    }

    pub(in crate::tests) fn of(&self, asked: &Value) -> String {
        let (header, message) = self.parts(asked);
        sealed(self.seed, header, message)
    }
}

pub(in crate::tests) struct Awaiting {
    pub(in crate::tests) story: Story,
    pub(in crate::tests) registry: Arc<Registry>,
    pub(in crate::tests) keys: tempfile::TempDir,
}

pub(in crate::tests) async fn awaiting(platform: &Platform) -> Awaiting {
    set(platform, false).await
}

pub(in crate::tests) async fn set(platform: &Platform, encrypted: bool) -> Awaiting {
    let registry = Arc::new(Registry {
        encrypted,
        ..Registry::default()
    });
    *registry.status.lock().unwrap() = "rjct";
    let router = Router::new()
        .fallback(door)
        .with_state(Arc::clone(&registry));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let keys = tempfile::tempdir().unwrap();
    std::fs::write(keys.path().join("daftar.seed"), OURS).unwrap();
    std::fs::write(keys.path().join("daftar.enc"), OUR_ENCRYPTION).unwrap();
    let mut published = key(REGISTRYS).jwks();
    let its = decryption(ITS_ENCRYPTION).current().jwk();
    published["keys"].as_array_mut().unwrap().push(its);
    std::fs::write(
        keys.path().join("registry.jwks.json"),
        published.to_string(),
    )
    .unwrap();
    let places = Places {
        base: &base,
        keys: keys.path(),
    };
    let text = file("disability", "PWDPerson", Policy::DciEd25519, "");
    let agreed = "encrypted = true\nencryption_key_file = \"daftar.enc\"\n";
    let agreed = if encrypted { agreed } else { "" };
    let text = text.replace("/sync/search", "/search") + LATER + agreed + DISABILITY;
    let mut story = story(platform).await;
    let mut all: Vec<Connector> = story.exchange.connectors().cloned().collect();
    all.retain(|one| one.agency != Source::Disability);
    all.iter_mut().for_each(|one| one.timeout_ms = 5_000);
    all.push(Connector::parse("x.toml", &text, &places).unwrap_or_else(|why| panic!("{why}")));
    story.exchange = Exchange::new(platform.clone(), all, crate::tests::keys()).unwrap();
    Awaiting {
        story,
        registry,
        keys,
    }
}

impl Awaiting {
    /// Whom the case still waits for, each reason once.
    pub(in crate::tests) async fn silent(&self, ask: Ask) -> Vec<(Source, String)> {
        let silent = self.story.gather(ask).await.silent;
        let mut told: Vec<(Source, String)> = silent
            .iter()
            .map(|one| (one.agency, one.reason.to_string()))
            .collect();
        told.sort();
        told.dedup();
        told
    }

    pub(in crate::tests) async fn correspond(&self) {
        let today = day("2026-01-05");
        while !self
            .story
            .exchange
            .correspond(today)
            .await
            .unwrap()
            .is_idle()
        {}
    }

    pub(in crate::tests) fn questions(&self) -> Vec<Value> {
        self.registry.questions.lock().unwrap().clone()
    }

    /// The status and the code of the answer to a message.
    pub(in crate::tests) async fn hear(&self, body: &str) -> (u16, String) {
        let arrived = Arrived {
            body: body.as_bytes(),
            content_type: Some("application/json"),
            signature: None,
        };
        let reply = self
            .story
            .exchange
            .hear_registry(Heard::OnSearch, &arrived, day("2026-01-05"))
            .await;
        let said: Value = serde_json::from_str(&reply.body).unwrap();
        let code = said["errors"][0]["code"].as_str().unwrap_or("ACK");
        (reply.status, code.to_owned())
    }

    pub(in crate::tests) async fn taken(&self, body: &str) {
        assert_eq!(self.hear(body).await, (202, "ACK".to_owned()));
    }

    /// Groups of disability of the family, by the place of the person in the question.
    pub(in crate::tests) async fn groups(
        &self,
        platform: &Platform,
        number: u16,
    ) -> Vec<Option<i64>> {
        let mut groups = Vec::new();
        for who in [husband(number), wife(number), child(number)] {
            let facts = self.story.facts_of(platform, who).await;
            let found = facts.iter().find(|fact| fact.kind == code::DISABILITY);
            let row = found.map(|fact| fact.unpack_body().unwrap().rows[0][0].clone());
            groups.push(row.map(|cell| match cell {
                Cell::Int(group) => group,
                other => panic!("{other:?}"),
            }));
        }
        groups
    }
}

/// The places in a question, which asks in the order of numbers, of husband, wife and child.
pub(in crate::tests) fn places(asked: &Value, number: u16) -> [usize; 3] {
    let requests = asked["message"]["search_request"].as_array().unwrap();
    [husband(number), wife(number), child(number)].map(|who| {
        let of = |one: &Value| one["search_criteria"]["query"]["value"] == who.to_string();
        requests.iter().position(of).expect("asked about")
    })
}
