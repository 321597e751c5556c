//! The gateway's token goes the same way as its calls: nothing of it in plain, nothing to strangers.

use std::sync::Mutex;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::Value;

use super::*;
use crate::dialect::key_file::KeyFile;
use crate::dialect::secret::SecretPlace;
use crate::dialect::token::{Grant, Tokens};
use crate::tls::Tls;

/// What came: `token`, or the bearer of a call.
type Came = Arc<Mutex<Vec<String>>>;

async fn token(State(came): State<Came>) -> axum::Json<Value> {
    let mut came = came.lock().unwrap();
    came.push("token".to_owned());
    let token = format!("token-{}", came.len());
    axum::Json(json!({"access_token": token, "token_type": "Bearer", "expires_in": 3_600}))
}

async fn call(State(came): State<Came>, headers: HeaderMap, body: Bytes) -> axum::Json<Value> {
    let bearer = headers["authorization"].to_str().unwrap().to_owned();
    came.lock().unwrap().push(bearer);
    let question: Value = serde_json::from_slice(&body).unwrap();
    axum::Json(json!({
        "transaction_id": question["transaction_id"], "pinfl": question["pinfl"], "result": "found",
        "data": {
            "wages": [{"payer": "Paxta MCHJ", "month": "2025-11", "amount_minor": 150}],
            "self_employment": [],
        },
    }))
}

fn gate() -> (Came, Router) {
    let came = Came::default();
    let router = Router::new()
        .route("/token", post(token))
        .route("/tax", post(call))
        .with_state(Arc::clone(&came));
    (came, router)
}

fn file(service: &str, token: &str, more: &str) -> String {
    let plain = include_str!("../plain/tax.toml");
    let (_, facts) = plain.split_once("[facts.wage]").unwrap();
    let officer = Pinfl::make(Sex::Female, day("1975-03-08"), 17, 5);
    format!(
        "agency = \"tax\"\ndialect = \"gateway\"\naddress = \"{service}/tax\"\n\
         legal_basis = \"PKM-654\"\n{more}\n[gateway]\ntoken_address = \"{token}/token\"\n\
         client_id = \"daftar\"\nsecret_file = \"secret\"\nsender_pin = \"{officer}\"\n\
         [facts.wage]{facts}"
    )
}

fn connector(world: &World, text: &str) -> Result<Connector, String> {
    let keys = world.keys.path();
    let places = Places { base: "", keys };
    Connector::parse("tax.toml", text, &places).map_err(|refused| refused.to_string())
}

#[tokio::test]
async fn the_token_comes_by_the_same_authority_and_certificate_as_the_answer() {
    let world = World::new().await;
    std::fs::write(world.keys.path().join("secret"), "kept away").unwrap();
    let ours = world.ours.client(Holds::Now);
    ours.put(world.keys.path(), "daftar.pem", "daftar.key");
    let stranger = Authority::named("Stranger").server(LOCAL, Holds::Now);
    let trusted = world.trusted();
    let bearer = "Bearer token-1".to_owned();
    for (what, grants, more, expected, heard) in [
        (
            "good",
            &trusted,
            SHOWING,
            Ok(()),
            vec!["token".to_owned(), bearer],
        ),
        (
            "nothing shown",
            &trusted,
            TRUSTING,
            untrusted(TlsFailure::NoneShown),
            vec![],
        ),
        (
            "a stranger grants",
            &stranger,
            SHOWING,
            untrusted(TlsFailure::Authority),
            vec![],
        ),
    ] {
        let (came, router) = gate();
        let granting = serve(grants, Some(&world.ours), router.clone()).await;
        let service = serve(&trusted, Some(&world.ours), router).await;
        let text = file(&service.address, &granting.address, more);
        let exchange = only(&world.platform, connector(&world, &text).unwrap());
        assert_eq!(outcome(&exchange).await, expected, "{what}");
        assert_eq!(*came.lock().unwrap(), heard, "{what}");
        assert_eq!(
            service.connections(),
            usize::from(expected.is_ok()),
            "{what}"
        );
    }
}

#[tokio::test]
async fn a_table_of_tls_lets_no_secret_go_in_plain() {
    let world = World::new().await;
    let text = file(
        "https://gateway.example",
        "http://gateway.example",
        TRUSTING,
    );
    let refused = connector(&world, &text).unwrap_err();
    assert!(
        refused.contains("tls: gateway.token_address is http: write it as https"),
        "{refused}"
    );
    let text = file(
        "https://gateway.example",
        "https://gateway.example",
        TRUSTING,
    );
    assert!(connector(&world, &text).is_ok());
}

#[tokio::test]
async fn a_token_that_came_by_one_authority_is_not_used_by_whom_another_vouches_for() {
    let world = World::new().await;
    let secret = world.keys.path().join("secret");
    std::fs::write(&secret, "kept away").unwrap();
    let both = format!("{}{}", world.national.pem(), world.ours.pem());
    std::fs::write(world.keys.path().join("both.pem"), both).unwrap();
    let (_, router) = gate();
    let server = serve(&world.trusted(), None, router).await;
    let grant = Grant {
        address: format!("{}/token", server.address),
        client_id: "daftar".to_owned(),
        secret: SecretPlace::File(secret),
    };
    let tokens = Tokens::default();
    let token = async |authority: &str| {
        let tls = Tls {
            ca: Some(KeyFile::new(world.keys.path().join(authority))),
            own: None,
        };
        let client = tls.client().unwrap();
        let within = Duration::from_secs(20);
        let token = tokens.get(&client, &grant, within).await;
        token.unwrap().header()
    };
    assert_eq!(token("national.pem").await, "Bearer token-1");
    assert_eq!(token("both.pem").await, "Bearer token-2");
    assert_eq!(token("national.pem").await, "Bearer token-1");
}
