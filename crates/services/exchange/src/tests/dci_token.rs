//! Registries of the protocol that let in who carries a token: the standard has it at every address.

use std::path::Path;
use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::dci_asking::{OURS, REGISTRYS, file, key};
use super::dci_registries::{employment_facts, search};
use super::*;
use crate::dci::signature::Policy;
use crate::{Places, Sent};

const GRANT: &str = r#"token_address = "{base}/oauth2/client/token"
client_id = "daftar"
secret_file = "registry.secret"
"#;
const SUBSCRIBES: &str = r#"callback = "http://127.0.0.1:9/dci/cb/registry"
subscribe = ["death"]
"#;
const LATER: &str = r#"answers = "later"
callback = "http://127.0.0.1:9/dci/cb/registry"
"#;
const DISABILITY: &str = r#"[facts.disability]
row = ""
[facts.disability.fields]
group = { from = "/disability_group" }
unable_to_work = { from = "/unable_to_work" }
"#;

#[derive(Debug, Default)]
struct Door {
    /// Tokens that were given, the last of which lets in unless it was taken back.
    granted: Mutex<usize>,
    is_taken_back: Mutex<bool>,
    /// Path and status of each message.
    came: Mutex<Vec<(String, u16)>>,
}

impl Door {
    fn granted(&self) -> usize {
        *self.granted.lock().unwrap()
    }

    fn take_back(&self) {
        *self.is_taken_back.lock().unwrap() = true;
    }

    /// What has come since the last look, by the end of its path, each once.
    fn came(&self) -> Vec<(String, u16)> {
        let mut came = std::mem::take(&mut *self.came.lock().unwrap());
        came.sort();
        came.dedup();
        came
    }

    fn grant(&self, headers: &HeaderMap, body: &[u8]) -> Response {
        assert_eq!(body, b"grant_type=client_credentials");
        let basic = format!("Basic {}", STANDARD.encode("daftar:open-sesame"));
        if headers["authorization"] != basic.as_str() {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        let mut granted = self.granted.lock().unwrap();
        *granted += 1;
        *self.is_taken_back.lock().unwrap() = false;
        let token = format!("token-{granted}");
        let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
        axum::Json(body).into_response()
    }

    fn lets_in(&self, headers: &HeaderMap) -> bool {
        let bearer = format!("Bearer token-{}", self.granted());
        let carries = headers
            .get("authorization")
            .is_some_and(|said| said == bearer.as_str());
        carries && !*self.is_taken_back.lock().unwrap()
    }
}

async fn door(
    State(door): State<Arc<Door>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if uri.path() == "/oauth2/client/token" {
        return door.grant(&headers, &body);
    }
    let (_, action) = uri.path().split_once("/registry/").unwrap();
    let action = action.to_owned();
    if !door.lets_in(&headers) {
        door.came.lock().unwrap().push((action, 401));
        return StatusCode::UNAUTHORIZED.into_response();
    }
    door.came.lock().unwrap().push((action.clone(), 200));
    match action.as_str() {
        "sync/search" => search(body).await.into_response(),
        _ => json!({"message": {"ack_status": "ACK", "correlation_id": "c1"}})
            .to_string()
            .into_response(),
    }
}

/// What the registries of this story do not know.
fn ask_of_others() -> Ask {
    let mut ask = ask_about(1);
    ask.kinds
        .retain(|need| !matches!(need.kind, code::EMPLOYMENT | code::DISABILITY));
    ask
}

struct Behind {
    story: Story,
    door: Arc<Door>,
    keys: tempfile::TempDir,
}

fn secret(keys: &Path, secret: &str) {
    std::fs::write(keys.join("registry.secret"), secret).unwrap();
}

/// The agencies whose files these are, behind one door; the others are those of every story.
async fn behind(platform: &Platform, files: &[String]) -> Behind {
    let door = Arc::new(Door::default());
    let router = Router::new()
        .fallback(self::door)
        .with_state(Arc::clone(&door));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let keys = tempfile::tempdir().unwrap();
    std::fs::write(keys.path().join("daftar.seed"), OURS).unwrap();
    let published = key(REGISTRYS).jwks().to_string();
    std::fs::write(keys.path().join("registry.jwks.json"), published).unwrap();
    secret(keys.path(), "open-sesame\n");
    let places = Places {
        base: &base,
        keys: keys.path(),
    };
    let read = |text: &String| {
        Connector::parse("x.toml", text, &places).unwrap_or_else(|why| panic!("{why}"))
    };
    let files: Vec<Connector> = files.iter().map(read).collect();
    let mut story = story(platform).await;
    story.gather(ask_of_others()).await;
    let mut all: Vec<Connector> = story.exchange.connectors().cloned().collect();
    all.retain(|one| files.iter().all(|other| other.agency != one.agency));
    all.iter_mut().for_each(|one| one.timeout_ms = 5_000);
    all.extend(files);
    story.exchange = Exchange::new(platform.clone(), all, crate::tests::keys()).unwrap();
    Behind { story, door, keys }
}

fn employment(grant: &str) -> String {
    let more = format!("{grant}{}", employment_facts());
    file("employment", "Member", Policy::DciEd25519, &more)
}

impl Behind {
    /// Why a case knows nothing of somebody, each reason once.
    async fn told(&self) -> Vec<String> {
        let silent = self.story.gather(ask_about(1)).await.silent;
        let mut told: Vec<String> = silent.iter().map(|one| one.reason.to_string()).collect();
        told.dedup();
        told
    }
}

const NOT_LET_IN: &str = "answered with HTTP status 401: we are not let in; see token_address, \
                          client_id and the keys in the connector's file";

#[tokio::test]
async fn a_registry_that_wants_a_token_is_asked_with_one_and_says_so_to_who_has_none() {
    each_db(SCHEMAS, async |platform| {
        let without = behind(&platform, &[employment("")]).await;
        assert_eq!(without.told().await, [NOT_LET_IN]);
        assert_eq!(without.door.came(), [("sync/search".to_owned(), 401)]);
        assert_eq!(without.door.granted(), 0);
    })
    .await;
    each_db(SCHEMAS, async |platform| {
        let with = behind(&platform, &[employment(GRANT)]).await;
        assert_eq!(with.told().await, [""; 0]);
        assert_eq!(with.door.granted(), 1, "one for all who wait");
        assert_eq!(with.door.came(), [("sync/search".to_owned(), 200)]);
    })
    .await;
}

#[tokio::test]
async fn a_registry_s_token_that_is_over_is_fetched_anew_once() {
    let platform = platform_of_one().await;
    let behind = behind(&platform, &[employment(GRANT)]).await;
    let (line, grant) = {
        let line = &behind.story.exchange.lines[&Source::Employment];
        (
            line,
            line.connector.dialect.grant().expect("it has one").clone(),
        )
    };
    let sent = Sent {
        address: line.connector.address.replace("sync/search", "subscribe"),
        headers: Vec::new(),
        body: b"{}".to_vec(),
    };
    assert_eq!(grant.client_id, "daftar");
    assert_eq!(line.deliver(&sent).await.unwrap().0, 200);
    assert_eq!((behind.door.granted(), behind.door.came().len()), (1, 1));
    behind.door.take_back();
    assert_eq!(line.deliver(&sent).await.unwrap().0, 200);
    assert_eq!((behind.door.granted(), behind.door.came().len()), (2, 2));

    // Whose secret is another one gets no token, and nothing is sent.
    secret(behind.keys.path(), "guessed");
    let failure = line.deliver(&sent).await.unwrap_err();
    let why = "no access token: client_id and secret are not known at token_address";
    assert_eq!(failure.to_string(), why);
    assert_eq!(behind.door.came(), []);
}

#[tokio::test]
async fn questions_that_are_answered_later_and_subscriptions_carry_the_token_too() {
    let platform = platform_of_one().await;
    let of = |agency, record, more: String| {
        let text = file(agency, record, Policy::DciEd25519, &more);
        text.replace(
            "disability/registry/sync/search",
            "disability/registry/search",
        )
    };
    let files = [
        of(
            "civil_registry",
            "CRVSPerson",
            format!("{GRANT}{SUBSCRIBES}"),
        ),
        of(
            "disability",
            "PWDPerson",
            format!("{GRANT}{LATER}{DISABILITY}"),
        ),
    ];
    let behind = behind(&platform, &files).await;
    behind.story.gather(ask_about(1)).await;
    while !behind
        .story
        .exchange
        .correspond(day("2026-01-05"))
        .await
        .unwrap()
        .is_idle()
    {}
    let came = behind.door.came();
    let taken = |action: &str| came.contains(&(action.to_owned(), 200));
    assert!(taken("search") && taken("subscribe"), "{came:?}");
    assert!(came.iter().all(|(_, status)| *status == 200), "{came:?}");
    assert_eq!(behind.door.granted(), 1, "the two doors are one");
}
