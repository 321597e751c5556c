//! Partners are told of what happens, to whom they may see, until they end it.

use access::Area;
use kernel::{Pinfl, Sex};
use serde_json::{Value, json};

use super::later::{only, partner, promised};
use super::listener::Listener;
use super::message::{Client, now, predicate};
use super::register::{self, DISTRICT, Entry, MAHALLA, OTHER_DISTRICT, Register};
use super::register::{child, far_away, mother, person};
use crate::stage::wire;

pub fn wish(event: &str, kind: &str, filter: Value) -> Value {
    json!({ "reg_type": "ns:org:RegistryType:Social", "reg_event_type": event,
        "filter": filter, "notify_record_type": kind })
}

fn uin(who: Pinfl) -> Value {
    json!({ "type": "UIN", "value": who.to_string() })
}

pub fn lives_in(code: u32) -> Value {
    predicate("location", "eq", code.into())
}

/// Subscribes; the answer that came to each wish.
pub async fn subscribe(
    register: &Register,
    listener: &Listener,
    client: &Client,
    wishes: &[Value],
) -> Vec<Value> {
    let requests = wishes.iter().enumerate().map(|(place, wish)| {
        json!({ "reference_id": format!("r{place}"), "timestamp": now().to_string(),
            "subscribe_criteria": wish })
    });
    let requests = requests.collect::<Value>();
    let message = json!({ "transaction_id": "sub-1", "subscribe_request": requests });
    let body = client.message("subscribe", wishes.len(), message);
    let correlation = promised(client, "subscribe", &body).await;
    let heard = only(register, listener).await;
    assert_eq!(heard.path, "/registry/on-subscribe");
    assert_eq!(heard.body["header"]["action"], "on-subscribe");
    assert_eq!(heard.body["message"]["correlation_id"], correlation);
    let responses = heard.body["message"]["subscribe_response"]
        .as_array()
        .cloned();
    responses.expect("a list")
}

fn code_of(response: &Value) -> String {
    assert_eq!(response["status"], "succ", "{response}");
    let begun = &response["subscriptions"][0];
    assert_eq!(begun["status"], "subscribe");
    begun["code"].as_str().expect("a code").to_owned()
}

async fn unsubscribe(
    register: &Register,
    listener: &Listener,
    client: &Client,
    codes: &[&str],
) -> Value {
    let message = json!({ "transaction_id": "sub-2", "timestamp": now().to_string(),
        "subscription_codes": codes });
    let body = client.message("unsubscribe", codes.len(), message);
    promised(client, "unsubscribe", &body).await;
    let heard = only(register, listener).await;
    assert_eq!(heard.path, "/registry/on-unsubscribe");
    heard.body["message"].clone()
}

/// The civil registry tells of something.
pub async fn happens(register: &Register, number: u32, what: Value) {
    let registry = Client::new(register, "civil", register.civil_token().await);
    let mut event = what;
    event["id"] = format!("0199c0de-0000-7000-8000-0000000001{number:02}").into();
    let url = format!("{}/api/civil-events", register.address);
    let answer = wire::post(&url, &registry.token, &event).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    register.daftar.settle().await.expect("a settling");
}

fn newborn() -> Pinfl {
    person(Sex::Female, "2025-12-20", 77)
}

pub fn birth(mother: Pinfl) -> Value {
    json!({ "kind": "birth", "mother": mother.to_string(), "child": {
        "pinfl": newborn().to_string(), "sex": "f", "born": "2025-12-20",
        "names": { "family": "Karimova", "given": "Zilola", "patronymic": "Rustam qizi" } } })
}

fn death(who: Pinfl) -> Value {
    json!({ "kind": "death", "on": "2025-12-20", "person": who.to_string() })
}

/// Who is told of in a notification, and of what.
fn told(body: &Value) -> Vec<(String, String)> {
    assert_eq!(body["header"]["action"], "notify");
    let events = body["message"]["notify_event"].as_array().expect("events");
    let one = |event: &Value| {
        let data = &event["data"];
        let record = &data["reg_records"];
        let person = record.get("demographic_info").unwrap_or(record);
        let name = person["name"]["given_name"].as_str().unwrap_or("a group");
        let what = data["reg_event_type"].as_str().expect("an event");
        (what.to_owned(), name.to_owned())
    };
    events.iter().map(one).collect()
}

fn pair(event: &str, name: &str) -> (String, String) {
    (event.to_owned(), name.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_birth_is_told_to_who_wants_to_hear_and_stands_in_the_log() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let wishes = [
            wish("REGISTER", "Person", lives_in(DISTRICT)),
            wish(
                "spdci-common:RegistryEventType:LiveBirth",
                "Member",
                lives_in(OTHER_DISTRICT),
            ),
            wish("NewHouseHoldMember", "Group", lives_in(MAHALLA)),
            wish("death", "Member", lives_in(DISTRICT)),
        ];
        let codes: Vec<String> = subscribe(register, &listener, &client, &wishes)
            .await
            .iter()
            .map(code_of)
            .collect();
        happens(register, 1, birth(mother())).await;
        register.correspond().await;
        let mut heard = listener.heard();
        heard.sort_by_key(|one| told(&one.body));
        assert_eq!(heard.len(), 2, "{heard:?}");
        assert!(heard.iter().all(|one| one.path == "/registry/notify"));
        assert_eq!(
            told(&heard[0].body),
            [pair("NewHouseHoldMember", "a group")]
        );
        assert_eq!(told(&heard[1].body), [pair("REGISTER", "Zilola")]);
        let group = &heard[0].body["message"]["notify_event"][0]["data"]["reg_records"];
        assert_eq!(group["group_size"], 3, "{group}");
        assert_eq!(
            heard[1].body["header"]["meta"]["subscription_code"],
            codes[0]
        );
        assert_eq!(heard[1].body["message"]["transaction_id"], "sub-1");
        // Alone once, and with the family once.
        assert_eq!(register.looks(client.sender_id, newborn()).await, (2, 0));
        assert_eq!(register.looks(client.sender_id, mother()).await, (1, 0));
        assert_eq!(register.looks(client.sender_id, far_away()).await, (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_is_told_with_the_family_that_remains_until_the_subscription_ends() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let wishes = [
            wish("death", "Person", lives_in(MAHALLA)),
            wish("death", "Person", uin(child())),
            wish("death", "Person", uin(far_away())),
            wish("UPDATE", "Group", lives_in(MAHALLA)),
        ];
        let begun = subscribe(register, &listener, &client, &wishes).await;
        let codes: Vec<String> = begun.iter().map(code_of).collect();
        happens(register, 1, death(child())).await;
        register.correspond().await;
        let mut heard: Vec<_> = listener.heard().iter().map(|one| told(&one.body)).collect();
        heard.sort();
        let dead = [pair("death", "Aziz")];
        assert_eq!(
            heard,
            [
                vec![pair("UPDATE", "a group")],
                dead.to_vec(),
                dead.to_vec()
            ]
        );

        let ended = unsubscribe(register, &listener, &client, &[&codes[2]]).await;
        assert_eq!(
            (&ended["status"], &ended["subscription_status"][0]["status"]),
            (&json!("succ"), &json!("unsubscribe"))
        );
        happens(register, 2, death(far_away())).await;
        register.correspond().await;
        assert_eq!(listener.heard().len(), 0);
        assert_eq!(register.looks(client.sender_id, far_away()).await, (0, 0));
        let versions = "SELECT COUNT(*) FROM dci_subscription";
        assert_eq!(
            register.count(versions).await,
            5,
            "an end is a version more"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_who_lives_outside_of_the_territory() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let entry = Entry {
            territory: Area::District(OTHER_DISTRICT),
            callback: Some(listener.folder()),
            ..Entry::plain("district.example.org")
        };
        let client = register.partner(entry).await;
        let everywhere = json!([{ "expression1":
            { "attribute_name": "age", "operator": "ge", "attribute_value": 0 } }]);
        let wishes = [
            wish("live_birth", "Member", everywhere.clone()),
            wish("live_birth", "Member", uin(newborn())),
            wish("UPDATE", "Group", everywhere),
        ];
        subscribe(register, &listener, &client, &wishes).await;
        happens(register, 1, birth(mother())).await;
        register.correspond().await;
        assert_eq!(listener.heard().len(), 0);
        assert_eq!(register.looks(client.sender_id, newborn()).await, (0, 0));
        assert_eq!(register.count("SELECT COUNT(*) FROM job").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_is_refused_with_the_word_of_the_standard() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let mut often = wish("REGISTER", "Member", uin(mother()));
        often["frequency"] = json!({ "frequency": "0 0 5 * * ?" });
        let wishes = [
            wish("REGISTER", "Member", uin(mother())),
            wish("REGISTER", "Member", uin(mother())),
            wish("fire", "Member", uin(mother())),
            wish("REGISTER", "Farmer", uin(mother())),
            wish(
                "REGISTER",
                "Member",
                json!({ "type": "UIN", "value": "TEST-001" }),
            ),
            wish(
                "REGISTER",
                "Member",
                predicate("poverty_score", "lt", 5.into()),
            ),
            wish("REGISTER", "Member", Value::Null),
            often,
        ];
        let codes: Vec<Value> = subscribe(register, &listener, &client, &wishes)
            .await
            .iter()
            .map(|response| response["status_reason_code"].clone())
            .collect();
        let details = json!("rjct.notify_details.invalid");
        assert_eq!(
            codes,
            [
                Value::Null,
                json!("rjct.event.already_subscribed"),
                json!("rjct.notify_types.invalid"),
                details.clone(),
                json!("rjct.person_id.invalid"),
                details.clone(),
                details.clone(),
                details,
            ]
        );
    })
    .await;
}

/// The message of docs/dci.md, with the times of this hour.
fn message_of_the_page() -> Value {
    let page = crate::stage::repository().join("docs/dci.md");
    let page = std::fs::read_to_string(page).expect("a page");
    let (_, block) = page.split_once("```json\n").expect("a message");
    let (block, _) = block.split_once("```").expect("its end");
    let block = block.replace("2026-11-28T09:00:00+05:00", &now().to_string());
    serde_json::from_str(&block).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_message_of_the_page_subscribes() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        promised(&client, "subscribe", &message_of_the_page()).await;
        let heard = only(register, &listener).await;
        code_of(&heard.body["message"]["subscribe_response"][0]);
        happens(register, 1, birth(mother())).await;
        register.correspond().await;
        let heard = listener.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert_eq!(told(&heard[0].body), [pair("live_birth", "Zilola")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_subscriptions_that_are_named_end_or_none() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let wishes = [wish("death", "Member", uin(mother()))];
        let begun = subscribe(register, &listener, &client, &wishes).await;
        let code = code_of(&begun[0]);
        let strange = "0199c0de-0000-7000-8000-000000000009";
        for codes in [["sub-test-001"].as_slice(), &[&code, strange]] {
            let refused = unsubscribe(register, &listener, &client, codes).await;
            assert_eq!(
                refused["status_reason_code"], "rjct.subscription_code.invalid",
                "{refused}"
            );
        }
        // Another partner cannot end it, nor learn that it is there.
        let theirs = Listener::new().await;
        let entry = Entry {
            callback: Some(theirs.folder()),
            ..Entry::plain("other.example.org")
        };
        let other = register.partner(entry).await;
        let refused = unsubscribe(register, &theirs, &other, &[&code]).await;
        assert_eq!(
            refused["status_reason_code"],
            "rjct.subscription_code.invalid"
        );

        let ended = unsubscribe(register, &listener, &client, &[&code, &code]).await;
        assert_eq!(ended["status"], "succ", "{ended}");
        let again = unsubscribe(register, &listener, &client, &[&code]).await;
        assert_eq!(
            again["status_reason_code"],
            "rjct.event.already_unsubscribed"
        );

        let long = "s".repeat(100);
        let message = json!({ "transaction_id": "t", "timestamp": now().to_string(),
            "subscription_codes": [long] });
        let body = client.message("unsubscribe", 1, message);
        let refused = client.refused("unsubscribe", &body).await;
        assert_eq!(refused, (400, "rjct.subscription_code.invalid".to_owned()));
        let message = json!({ "transaction_id": "t", "timestamp": "2026-01-05T09:00:00",
            "subscription_codes": [code] });
        let body = client.message("unsubscribe", 1, message);
        assert_eq!(
            client.refused("unsubscribe", &body).await.1,
            "rjct.timestamp.invalid"
        );
    })
    .await;
}
