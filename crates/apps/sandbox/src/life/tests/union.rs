//! Marriages and divorces: who, since when, and who is told.

use std::collections::HashSet;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::Uri;
use kernel::Pinfl;

use super::*;
use crate::agency::dci::{as_asker, is_true};
use crate::agency::tests::{Place, open};
use crate::population::person::{PersonNo, Role};

/// Of February and March, as Daftar's own interface was told.
async fn two_months() -> (World, Vec<Value>) {
    let (world, paper) = world(1).await;
    live(&world, &paper).await;
    for _ in 0..2 {
        let stepped = go(&world, &paper, "2026-03-20T09:00:00+05:00").await;
        assert_eq!(stepped.failed, 0);
    }
    let events = paper.lock().unwrap().events.clone();
    let unions = events
        .into_iter()
        .filter(|event| is_of(event, "marriage") || is_of(event, "divorce"));
    (world, unions.collect())
}

fn is_of(event: &Value, kind: &str) -> bool {
    event["kind"] == kind
}

fn day_of(event: &Value) -> kernel::Day {
    kernel::Day::parse(event["on"].as_str().unwrap()).unwrap()
}

fn both(world: &World, event: &Value) -> [PersonNo; 2] {
    ["person", "spouse"].map(|name| {
        let pinfl = Pinfl::parse(event[name].as_str().unwrap()).unwrap();
        world.country.find(pinfl).unwrap()
    })
}

#[tokio::test]
async fn grown_children_of_two_homes_marry_and_couples_part_each_told_once() {
    let (world, unions) = two_months().await;
    for kind in ["marriage", "divorce"] {
        let days: Vec<&str> = unions
            .iter()
            .filter(|event| is_of(event, kind))
            .map(|event| event["on"].as_str().unwrap())
            .collect();
        // Of 1,200 families: three marriages a month, one divorce.
        let expected: &[usize] = if kind == "marriage" { &[3, 3] } else { &[1, 1] };
        let on = |day: &str| days.iter().filter(|on| **on == day).count();
        assert_eq!([on("2026-02-18"), on("2026-03-18")], expected, "{kind}");
    }
    let ids: HashSet<&str> = unions
        .iter()
        .map(|event| event["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), unions.len(), "told once");
    let mut people = HashSet::new();
    for event in &unions {
        let (on, [one, other]) = (day_of(event), both(&world, event));
        assert!(people.insert(one) && people.insert(other), "{event}");
        let pair = [one, other].map(|no| world.country.person(no));
        assert!(pair.iter().all(|person| person.is_alive(on)));
        assert_ne!(pair[0].sex(), pair[1].sex());
        let before = on.plus_days(-1);
        let spouses = |day| [one, other].map(|no| world.country.spouse_of(no, day));
        if is_of(event, "marriage") {
            assert_ne!(pair[0].family, pair[1].family);
            assert!(
                pair.iter()
                    .all(|person| person.role == Role::Grown && person.age(on) >= 18)
            );
            assert_eq!(
                (spouses(before), spouses(on)),
                ([None; 2], [Some(other), Some(one)])
            );
        } else {
            assert_eq!(
                (spouses(before), spouses(on)),
                ([Some(other), Some(one)], [None; 2])
            );
        }
    }
}

#[tokio::test]
async fn nobody_with_a_case_marries_or_parts() {
    let (world, unions) = two_months().await;
    let touched: HashSet<u32> = unions
        .iter()
        .flat_map(|event| both(&world, event))
        .map(|no| world.country.person(no).family)
        .collect();
    let cases = world.cases();
    assert!(cases.lodged.len() > 100 && cases.agenda.is_empty());
    assert!(
        cases
            .lodged
            .values()
            .all(|case| !touched.contains(&case.family))
    );
}

/// What the civil registry answers about somebody on a day.
async fn spouse_told(place: &Place, person: &Value, on: &str) -> Value {
    let question = json!({ "request_id": "r", "as_of": on, "persons": [person] });
    let (status, answer) = place
        .post("/agencies/civil_registry/query", &question)
        .await;
    assert_eq!(status, 200, "{answer}");
    answer["answers"][0]["spouse"].clone()
}

#[tokio::test]
async fn the_registry_answers_as_it_has_told() {
    let (world, unions) = two_months().await;
    let place = open(world).await;
    for event in &unions {
        let on = day_of(event);
        let (on, before) = (on.to_string(), on.plus_days(-1).to_string());
        for (asked, other) in [("person", "spouse"), ("spouse", "person")] {
            let told = spouse_told(&place, &event[asked], &on).await;
            let told_before = spouse_told(&place, &event[asked], &before).await;
            if is_of(event, "marriage") {
                assert_eq!(told, json!({ "pinfl": event[other], "since": on }));
                assert_eq!(told_before, Value::Null);
            } else {
                assert_eq!(told, Value::Null);
                assert_eq!(told_before["pinfl"], event[other]);
            }
        }
    }
}

type Heard = Arc<Mutex<Vec<(String, Value)>>>;

async fn hear(State(heard): State<Heard>, uri: Uri, body: Bytes) -> StatusCode {
    let told = serde_json::from_slice(&body).unwrap();
    heard.lock().unwrap().push((uri.path().to_owned(), told));
    StatusCode::ACCEPTED
}

async fn subscriber() -> (Heard, String) {
    let heard = Heard::default();
    let router = Router::new().fallback(hear).with_state(Arc::clone(&heard));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let folder = format!("http://{}/cb", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (heard, folder)
}

async fn subscribe(place: &Place, folder: &str, events: &[&str]) {
    for event in events {
        let header = json!({ "version": "1.0.0", "message_id": event, "action": "subscribe",
            "sender_id": "daftar.uz", "receiver_id": "civil_registry.uz",
            "sender_uri": format!("{folder}/on-subscribe") });
        let message = json!({ "transaction_id": format!("t-{event}"), "subscribe_request": [{
            "reference_id": "a", "subscribe_criteria": { "reg_event_type": event } }] });
        let keys = &place.world.keys;
        let signature = as_asker(keys, "civil_registry", (&header, &message));
        let body = json!({ "signature": signature, "header": header, "message": message });
        let (status, said) = place
            .post("/dci/civil_registry/registry/subscribe", &body)
            .await;
        assert_eq!(status, 202, "{said}");
    }
}

#[tokio::test]
async fn who_has_subscribed_is_told_of_both_in_signed_messages_and_others_are_not() {
    let (world, paper) = world(1).await;
    let (heard, folder) = subscriber().await;
    let place = open(world).await;
    subscribe(&place, &folder, &["marriage", "divorce"]).await;
    while heard.lock().unwrap().len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    heard.lock().unwrap().clear();
    live(&place.world, &paper).await;
    let by_interface = paper.lock().unwrap().events.clone();
    let kinds: HashSet<&str> = by_interface
        .iter()
        .filter_map(|event| event["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        HashSet::from(["birth", "death"]),
        "nobody subscribed to those"
    );
    let heard = heard.lock().unwrap().clone();
    let mut events: Vec<&str> = Vec::new();
    for (path, told) in &heard {
        assert_eq!(
            (path.as_str(), &told["header"]["action"]),
            ("/cb/notify", &json!("notify"))
        );
        assert!(
            is_true(&place.world.keys, told, &HeaderMap::new()),
            "{told}"
        );
        let data = &told["message"]["notify_event"][0]["data"];
        let event = data["reg_event_type"].as_str().unwrap();
        assert_eq!(told["message"]["transaction_id"], format!("t-{event}"));
        let record = &data["reg_records"];
        assert_eq!(
            record[format!("{event}_date")],
            "2026-02-18T00:00:00Z",
            "{record}"
        );
        let related = &record["related_person"][0];
        assert_eq!(related["relationship_type"], "spouse");
        let of = |listed: &Value| listed[0]["identifier_value"].clone();
        let pair = json!({ "person": of(&record["identifier"]),
            "spouse": of(&related["related_member"]["member_identifier"]) });
        let [one, other] = both(&place.world, &pair);
        let spouse = place
            .world
            .country
            .spouse_of(one, kernel::Day::new(2026, 2, 18).unwrap());
        assert_eq!(spouse, (event == "marriage").then_some(other));
        events.push(event);
    }
    events.sort_unstable();
    assert_eq!(events, ["divorce", "marriage", "marriage", "marriage"]);
}
