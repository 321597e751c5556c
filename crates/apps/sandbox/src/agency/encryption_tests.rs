//! Questions and answers of registries over a real socket, encrypted and not.

use kernel::Instant;
use serde_json::{Value, json};

use super::Agency;
use super::dci::{ASKER, as_asker, is_true};
use super::fault::Rates;
use super::jwe::{decrypt, encrypt};
use super::scenario::Scenario;
use super::tests::{Place, open};
use crate::world::{Setup, World};

const REGISTRY: &str = "civil_registry.uz";

async fn place(encrypted: bool) -> Place {
    let setup = Setup {
        families: 50,
        seed: 1,
        rates: Rates::default(),
        scenario: Scenario::default(),
        start: Instant::parse_rfc3339("2026-01-05T09:00:00+05:00").unwrap(),
        at_once: false,
        encrypted,
        book: None,
        cards: crate::cards::Cards::default(),
        daftar: None,
    };
    open(World::new(setup).unwrap()).await
}

fn somebody(place: &Place) -> String {
    place.world.country.population.people[0].pinfl.to_string()
}

fn question(place: &Place) -> Value {
    json!({ "transaction_id": "t1", "search_request": [{ "reference_id": "a", "search_criteria": {
        "query_type": "idtype-value", "query": { "type": "UIN", "value": somebody(place) } } }] })
}

fn encrypted(place: &Place, message: &Value) -> Value {
    let keys = &place.world.keys;
    let (registry, kid) = keys.encryption(Agency::CivilRegistry).unwrap();
    let (asker, _) = keys.asker_encryption();
    let text = message.to_string();
    encrypt(text.as_bytes(), asker, (registry, &kid), (ASKER, REGISTRY)).unwrap()
}

/// Asks with a message and what its header says of it, signed as it stands.
async fn ask(place: &Place, message: &Value, said: Value) -> (u16, Value) {
    let header = json!({ "version": "1.0.0", "message_id": "m1", "action": "search",
        "message_ts": "2026-01-05T04:00:00Z", "sender_id": ASKER, "receiver_id": REGISTRY,
        "is_msg_encrypted": said, "meta": { "as_of": "2026-01-05" } });
    let signature = as_asker(&place.world.keys, "civil_registry", (&header, message));
    let body = json!({ "signature": signature, "header": header, "message": message });
    place
        .post("/dci/civil_registry/registry/sync/search", &body)
        .await
}

#[tokio::test]
async fn an_encrypted_question_gets_an_encrypted_answer_that_is_signed_as_it_stands() {
    let place = place(true).await;
    let asked = encrypted(&place, &question(&place));
    let (status, answer) = ask(&place, &asked, true.into()).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["header"]["is_msg_encrypted"], true);
    assert!(
        !answer.to_string().contains(&somebody(&place)),
        "nobody on the way reads it"
    );
    assert!(is_true(&place.world.keys, &answer, &Default::default()));
    let (asker, kid) = place.world.keys.asker_encryption();
    let text = decrypt(&answer["message"], (asker, &kid), (REGISTRY, ASKER)).unwrap();
    let told: Value = serde_json::from_slice(&text).unwrap();
    let record = &told["search_response"][0]["data"]["reg_records"][0];
    assert_eq!(
        record["identifier"][0]["identifier_value"],
        somebody(&place)
    );
}

#[tokio::test]
async fn what_is_not_as_agreed_is_refused_whatever_its_header_says() {
    let (sealed, plain) = (place(true).await, place(false).await);
    let invalid = (400, json!({ "error": "err.encryption.invalid" }));
    for said in [json!(false), Value::Null, json!("true"), json!(true)] {
        let asked = ask(&sealed, &question(&sealed), said.clone()).await;
        assert_eq!(asked, invalid, "plain, and says {said}");
        if said != true {
            let message = encrypted(&sealed, &question(&sealed));
            assert_eq!(
                ask(&sealed, &message, said.clone()).await,
                invalid,
                "encrypted, and says {said}"
            );
        }
    }
    let message = encrypted(&plain, &question(&plain));
    assert_eq!(ask(&plain, &message, true.into()).await, invalid);
    assert_eq!(ask(&plain, &question(&plain), true.into()).await, invalid);
    assert_eq!(ask(&plain, &question(&plain), false.into()).await.0, 200);
    assert_eq!(ask(&plain, &question(&plain), Value::Null).await.0, 200);
}
