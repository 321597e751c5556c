//! The dialects over a real socket: who is let in, what is given, and each fault as it is meant.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::fault::Rates;
use super::tests::{Place, place};

const TAX: &str = "/gateway/soliq/income/v1";
const PENSION: &str = "/xroad/r1/UZ/GOV/200900111/PENSION/payments/query";
const DISABILITY: &str = "/dci/disability/registry/sync/search";
const REGISTRIES: &str = "/dci/oauth2/client/token";
const CIVIL: &str = "/dci/civil_registry/registry/sync/search";

struct Said {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: String,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

async fn say(place: &Place, path: &str, headers: &[(&str, &str)], body: String) -> Said {
    let mut request = place
        .client
        .post(format!("{}{path}", place.base))
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    Said {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}

fn somebody(place: &Place) -> String {
    place.world.country.population.people[0].pinfl.to_string()
}

async fn token(place: &Place, secret: &str) -> Said {
    let basic = format!("Basic {}", STANDARD.encode(format!("daftar:{secret}")));
    let headers = [("authorization", basic.as_str())];
    say(
        place,
        "/gateway/oauth2/token",
        &headers,
        "grant_type=client_credentials".into(),
    )
    .await
}

fn call(person: &str, transaction: &str) -> String {
    json!({"transaction_id": transaction, "sender_pin": "30101901234569", "purpose": "benefit_assignment",
        "consent": "N", "pinfl": person, "as_of": "2026-01-05", "from": "2025-10", "to": "2025-12"})
    .to_string()
}

#[tokio::test]
async fn the_gateway_lets_in_who_has_its_secret_and_a_token() {
    let place = place(Rates::default()).await;
    let person = somebody(&place);
    assert_eq!(token(&place, "guessed").await.status, 401);
    assert_eq!(say(&place, TAX, &[], call(&person, "t")).await.status, 401);
    let given = token(&place, &place.world.keys.gateway_secret).await.json();
    assert_eq!(
        (&given["token_type"], &given["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    let bearer = format!("Bearer {}", given["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let said = say(&place, TAX, &headers, call(&person, "t1")).await;
    let answer = said.json();
    assert_eq!((said.status, &answer["result"]), (200, &json!("found")));
    assert_eq!(
        (&answer["transaction_id"], &answer["pinfl"]),
        (&json!("t1"), &json!(person))
    );
    assert!(answer["data"]["wages"].is_array());
    let stranger = say(&place, TAX, &headers, call("12", "t2")).await.json();
    assert_eq!(stranger["result"], "not_found");
    let wrong = call(&person, "t3").replace("\"N\"", "\"perhaps\"");
    assert_eq!(say(&place, TAX, &headers, wrong).await.status, 400);
}

fn plain(person: &str, request: &str) -> String {
    json!({"request_id": request, "as_of": "2026-01-05", "persons": [person],
        "window": {"from": "2025-10", "to": "2025-12"}})
    .to_string()
}

#[tokio::test]
async fn x_road_knows_its_client_and_stamps_the_answer() {
    let place = place(Rates::default()).await;
    let person = somebody(&place);
    let ask = async |path: &str, client: &str| {
        let headers = [("x-road-client", client), ("x-road-id", "id-1")];
        say(&place, path, &headers, plain(&person, "r")).await
    };
    let good = ask(PENSION, "UZ/GOV/201122334/DAFTAR").await;
    assert_eq!(good.headers["x-road-id"], "id-1");
    let hash = STANDARD
        .decode(good.headers["x-road-request-hash"].as_bytes())
        .unwrap();
    assert_eq!((good.status, hash.len()), (200, 64));
    assert_eq!(good.json()["answers"][0]["found"], true);
    let denied = ask(PENSION, "UZ/GOV/1/OTHER").await;
    assert_eq!(
        denied.headers["x-road-error"],
        "Server.ServerProxy.AccessDenied"
    );
    let nowhere = ask("/xroad/r1/UZ/GOV/1/A/b/query", "UZ/GOV/201122334/DAFTAR").await;
    assert_eq!(
        nowhere.headers["x-road-error"],
        "Server.ServerProxy.UnknownService"
    );
}

/// A question to a registry, signed by whoever asks in this country.
fn search(place: &Place, path: &str, request: &str) -> (String, Option<String>) {
    let agency = if path == CIVIL {
        "civil_registry"
    } else {
        "disability"
    };
    let header = json!({"version": "1.0.0", "message_id": request,
        "message_ts": "2026-01-05T04:00:00Z", "action": "search", "sender_id": "daftar.uz",
        "receiver_id": format!("{agency}.uz"), "total_count": 1, "meta": {"as_of": "2026-01-05"}});
    let message = json!({"transaction_id": request, "search_request": [{
        "reference_id": "a", "timestamp": "2026-01-05T04:00:00Z", "search_criteria": {
            "query_type": "idtype-value", "query": {"type": "UIN", "value": somebody(place)}}}]});
    let signature = super::dci::as_asker(&place.world.keys, agency, (&header, &message));
    let body = json!({"signature": signature, "header": header, "message": message});
    (
        body.to_string(),
        (agency == "disability").then_some(signature),
    )
}

async fn asked(place: &Place, path: &str, request: &str) -> Said {
    let (body, http) = search(place, path, request);
    with_token(place, path, http, body).await
}

/// A message as it is signed, by who has the registry's token.
async fn with_token(place: &Place, path: &str, http: Option<String>, body: String) -> Said {
    let bearer = format!("Bearer {}", place.registry_token());
    let signature = http.iter().map(|http| ("signature", http.as_str()));
    let headers: Vec<(&str, &str)> = signature
        .chain([("authorization", bearer.as_str())])
        .collect();
    say(place, path, &headers, body).await
}

/// Each door has its own secret and its own tokens.
#[tokio::test]
async fn a_registry_lets_in_who_has_its_token() {
    let place = place(Rates::default()).await;
    let keys = &place.world.keys;
    let ask = async |bearer: Option<&str>| {
        let (body, http) = search(&place, CIVIL, "r1");
        let bearer = bearer.map(|token| ("authorization", format!("Bearer {token}")));
        let signature = http.map(|http| ("signature", http));
        let headers: Vec<(&str, String)> = signature.into_iter().chain(bearer).collect();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        say(&place, CIVIL, &headers, body).await.status
    };
    let door = async |path: &str, secret: &str| {
        let basic = format!("Basic {}", STANDARD.encode(format!("daftar:{secret}")));
        let grant = "grant_type=client_credentials".to_owned();
        let said = say(&place, path, &[("authorization", basic.as_str())], grant).await;
        let token = said.json()["access_token"].as_str().map(str::to_owned);
        (said.status, token)
    };
    assert_eq!(door(REGISTRIES, &keys.gateway_secret).await.0, 401);
    let (_, of_gateway) = door("/gateway/oauth2/token", &keys.gateway_secret).await;
    let (_, of_registries) = door(REGISTRIES, &keys.registry_secret).await;
    assert_eq!(ask(None).await, 401);
    assert_eq!(ask(of_gateway.as_deref()).await, 401);
    assert_eq!(ask(of_registries.as_deref()).await, 200);
}

#[tokio::test]
async fn a_registry_answers_who_signed_the_question_and_signs_the_answer() {
    let place = place(Rates::default()).await;
    for path in [CIVIL, DISABILITY] {
        let said = asked(&place, path, "r1").await;
        assert_eq!(said.status, 200, "{}", said.body);
        let answer = said.json();
        assert_eq!(answer["message"]["transaction_id"], "r1");
        let item = &answer["message"]["search_response"][0];
        assert_eq!(
            (&item["reference_id"], &item["status"]),
            (&json!("a"), &json!("succ"))
        );
        let record = &item["data"]["reg_records"][0];
        assert_eq!(
            record["identifier"][0]["identifier_value"],
            json!(somebody(&place))
        );
        assert!(
            super::dci::is_true(&place.world.keys, &answer, &said.headers),
            "{path}"
        );
        let (body, http) = search(&place, path, "r2");
        let other = body.replace("2026-01-05T04:00:00Z", "2026-01-05T04:00:01Z");
        let refused = with_token(&place, path, http, other).await;
        assert_eq!(refused.status, 401, "{path}");
        assert!(refused.body.contains("err.signature.invalid"), "{path}");
    }
}

#[tokio::test]
async fn each_fault_is_what_its_flag_says() {
    let rates = Rates {
        forged: 1000,
        ..Rates::default()
    };
    let forged = place(rates).await;
    let said = asked(&forged, DISABILITY, "r1").await;
    assert_eq!(
        said.json()["message"]["search_response"][0]["data"]["reg_records"][0]["disability_group"],
        "I"
    );
    assert!(!super::dci::is_true(
        &forged.world.keys,
        &said.json(),
        &said.headers
    ));

    let stranger = place(Rates {
        wrong_key: 1000,
        ..Rates::default()
    })
    .await;
    let said = asked(&stranger, CIVIL, "r1").await;
    assert!(!super::dci::is_true(
        &stranger.world.keys,
        &said.json(),
        &said.headers
    ));

    let stale = place(Rates {
        stale: 1000,
        ..Rates::default()
    })
    .await;
    let answer = asked(&stale, CIVIL, "r1").await.json();
    assert_eq!(
        answer["header"]["meta"]["as_of"], "2024-12-01",
        "400 days before"
    );
    assert_eq!(answer["header"]["message_ts"], "2026-01-05T03:00:00Z");

    let twice = place(Rates {
        duplicate: 1000,
        ..Rates::default()
    })
    .await;
    let answer = asked(&twice, CIVIL, "r1").await.json();
    assert_eq!(
        answer["message"]["search_response"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    let bank = |request: &str| {
        plain("12", request).replace("\"persons\"", "\"consent\":\"c\",\"persons\"")
    };
    let answer = say(&twice, "/agencies/bank/query", &[], bank("b1"))
        .await
        .json();
    assert_eq!(answer["answers"].as_array().map(Vec::len), Some(2));

    let cut = place(Rates {
        reset: 1000,
        ..Rates::default()
    })
    .await;
    let url = format!("{}/agencies/bank/query", cut.base);
    let sent = cut.client.post(url).body(bank("b1")).send().await;
    assert!(sent.is_err(), "no answer at all");

    let slow = place(Rates {
        drip: 1000,
        ..Rates::default()
    })
    .await;
    let began = std::time::Instant::now();
    let answer = say(&slow, "/agencies/bank/query", &[], bank("b1")).await;
    assert!(
        began.elapsed() > Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(answer.json()["request_id"], "b1", "whole in the end");
}

/// Half of the requests meet it: those that do get what another was given.
#[tokio::test]
async fn a_replay_is_an_answer_of_before() {
    let place = place(Rates {
        replay: 500,
        ..Rates::default()
    })
    .await;
    let mut replayed = 0;
    for number in 0..40 {
        let request = format!("r{number}");
        let said = asked(&place, CIVIL, &request).await;
        let answer = said.json();
        assert!(
            super::dci::is_true(&place.world.keys, &answer, &said.headers),
            "true, and old"
        );
        replayed += i32::from(answer["message"]["transaction_id"] != json!(request));
    }
    assert!((10..30).contains(&replayed), "{replayed} of 40");
}
