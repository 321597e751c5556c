//! The civil registry tells of births, deaths, marriages and divorces in the protocol, and they become
//! life events.

use kernel::{Pinfl, Sex};
use serde_json::{Value, json};

use super::message::{Client, now};
use super::register::{self, Entry, Register, child, mother, person};
use crate::stage::wire;

fn identifier(who: Pinfl) -> Value {
    json!({ "identifier_type": "UIN", "identifier_value": who.to_string() })
}

fn newborn() -> Pinfl {
    person(Sex::Female, "2025-10-03", 77)
}

fn birth(mother: Pinfl) -> Value {
    let unknown = person(Sex::Male, "1988-08-08", 500);
    json!({ "reg_event_type": "spdci-common:RegistryEventType:LiveBirth",
        "reg_record_type": "Person", "reg_records": {
            "identifier": [identifier(newborn())], "sex": "female",
            "birth_date": "2025-10-03T10:20:15",
            "name": { "surname": "Karimova", "given_name": "Zilola", "second_name": "Rustam qizi" },
            "parent1_identifier": identifier(unknown), "parent2_identifier": identifier(mother) } })
}

fn death(who: Pinfl) -> Value {
    death_on(who, "2025-10-04")
}

fn death_on(who: Pinfl, on: &str) -> Value {
    json!({ "reg_event_type": "death", "reg_record_type": "Person", "reg_records": {
        "identifier": identifier(who), "death_date": on } })
}

fn union(event: &str, (one, other): (Pinfl, Pinfl), on: &str) -> Value {
    let spouse = json!({ "@type": "Member", "member_identifier": [identifier(other)] });
    json!({ "reg_event_type": event, "reg_record_type": "Person", "reg_records": {
        "identifier": [identifier(one)],
        format!("{event}_date"): [on],
        "related_person": [{ "relationship_type": "spouse", "related_member": spouse }] } })
}

fn notification(client: &Client, told: &[Value]) -> Value {
    let events = told.iter().enumerate().map(|(place, data)| {
        json!({ "reference_id": format!("e{place}"), "timestamp": now().to_string(), "data": data })
    });
    let events = events.collect::<Value>();
    let message = json!({ "transaction_id": "n1", "notify_event": events });
    client.message("notify", told.len(), message)
}

async fn registry(register: &Register) -> Client {
    let entry = Entry {
        civil_registry: true,
        ..Entry::plain("civil.gov")
    };
    register.partner(entry).await
}

const LIFE_EVENTS: &str = "SELECT COUNT(*) FROM life_event";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn births_and_deaths_that_are_told_become_life_events_once() {
    register::each(async |register| {
        let client = registry(register).await;
        let body = notification(&client, &[birth(mother()), death(child())]);
        let told = client.post("notify", &body).await;
        assert_eq!(told.status, 202, "{}", told.text);
        assert_eq!(told.json()["message"]["ack_status"], "ACK");
        assert_eq!(register.count(LIFE_EVENTS).await, 2);
        register.id_of(newborn()).await;
        let dead = "SELECT COUNT(*) FROM person WHERE died IS NOT NULL";
        assert_eq!(register.count(dead).await, 1);
        register.daftar.settle().await.expect("a settling");

        // Told again in another message it is the same birth; the same message is a replay.
        let again = notification(&client, &[birth(mother()), death(child())]);
        assert_eq!(client.post("notify", &again).await.status, 202);
        assert_eq!(
            client.refused("notify", &again).await.1,
            "rjct.message_id.duplicate"
        );
        // A registry tells of the whole country: of strangers nothing is entered.
        let stranger = person(Sex::Female, "1999-09-09", 501);
        let strangers = notification(&client, &[birth(stranger), death(stranger)]);
        assert_eq!(client.post("notify", &strangers).await.status, 202);
        assert_eq!(register.count(LIFE_EVENTS).await, 2);
    })
    .await;
}

/// Taken back after it was told, told again, and taken back before it is told, in one message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_that_the_registry_takes_back_is_none_in_any_order() {
    register::each(async |register| {
        let client = registry(register).await;
        let annulled = |who| {
            let mut told = death(who);
            told["reg_event_type"] = "death_annulled".into();
            told
        };
        let dead = "SELECT COUNT(*) FROM person p WHERE p.died IS NOT NULL AND NOT EXISTS \
                    (SELECT 1 FROM person q WHERE q.id = p.id AND q.known_from > p.known_from)";
        for (told, expected) in [
            (vec![death(child())], 1),
            (vec![annulled(child())], 0),
            (vec![death(child()), annulled(child())], 0),
            (vec![annulled(mother()), death(mother())], 0),
            (vec![death_on(child(), "2025-10-03")], 1),
        ] {
            let answer = client.post("notify", &notification(&client, &told)).await;
            assert_eq!(answer.status, 202, "{}", answer.text);
            assert_eq!(register.count(dead).await, expected, "{told:?}");
            register.daftar.settle().await.expect("a settling");
        }
    })
    .await;
}

/// A divorce is told before its marriage, and the marriage by both of its registries.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn marriages_and_divorces_that_are_told_become_life_events_once_in_any_order() {
    register::each(async |register| {
        let client = registry(register).await;
        let (she, he) = (mother(), person(Sex::Male, "1960-01-01", 1));
        let stranger = person(Sex::Male, "1985-05-05", 502);
        for told in [
            union("divorce", (he, she), "2025-09-20"),
            union("marriage", (she, he), "2025-08-10"),
            union("marriage", (he, she), "2025-08-10"),
            union("marriage", (she, stranger), "2025-10-01"),
        ] {
            let body = notification(&client, std::slice::from_ref(&told));
            let answer = client.post("notify", &body).await;
            assert_eq!(answer.status, 202, "{told}: {}", answer.text);
        }
        assert_eq!(register.count(LIFE_EVENTS).await, 2);
        let open = "SELECT COUNT(*) FROM relation WHERE valid_from = 20310 AND valid_to IS NULL";
        assert_eq!(
            register.count(open).await,
            0,
            "no marriage of the two goes on"
        );
        let ended = "SELECT COUNT(*) FROM relation WHERE valid_from = 20310 AND valid_to = 20351";
        assert_eq!(register.count(ended).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_wrongly_or_by_another_partner_enters_nothing() {
    register::each(async |register| {
        let client = registry(register).await;
        let broken = |path: &str, value: Value| {
            let mut told = birth(mother());
            *told.pointer_mut(path).expect("a field") = value;
            told
        };
        let old = person(Sex::Male, "1960-01-01", 1);
        let mut alone = union("marriage", (mother(), old), "2025-08-10");
        alone["reg_records"]["related_person"] = json!([]);
        let mut never = death(child());
        never["reg_records"]["death_date"] = "".into();
        for wrong in [
            broken("/reg_event_type", "fetal_death".into()),
            broken("/reg_records", json!([])),
            broken("/reg_records/identifier", json!([])),
            broken("/reg_records/identifier", identifier_of("TEST-001")),
            broken("/reg_records/sex", "unknown".into()),
            broken("/reg_records/birth_date", "2999-01-03".into()),
            broken("/reg_records/birth_date", "3 January".into()),
            broken("/reg_records/name", Value::Null),
            broken("/reg_records/name/surname", "x".repeat(201).into()),
            broken("/reg_records/parent2_identifier", json!({})),
            never,
            alone,
            union("marriage", (mother(), mother()), "2025-08-10"),
            union("divorce", (mother(), old), "2999-01-01"),
            // What can be read, and cannot have happened.
            broken("/reg_records/sex", "male".into()),
            broken("/reg_records/birth_date", "2025-10-02".into()),
            broken("/reg_records/identifier", identifier(mother())),
            union("marriage", (mother(), newborn()), "2025-10-04"),
            union("divorce", (mother(), old), "1950-01-01"),
            death_on(child(), "1950-01-01"),
        ] {
            // One that is right does not go in without the other.
            let body = notification(&client, &[death(mother()), wrong.clone()]);
            let refused = client.refused("notify", &body).await;
            assert_eq!(refused, (400, "err.request.bad".to_owned()), "{wrong}");
        }
        let asker = register.partner(Entry::plain("spmis.example.org")).await;
        let body = notification(&asker, &[death(mother())]);
        let refused = asker.refused("notify", &body).await;
        assert_eq!(refused, (403, "err.request.forbidden".to_owned()));
        let event = json!({ "id": "0199c0de-0000-7000-8000-000000000001", "kind": "death",
            "on": "2025-10-04", "person": mother().to_string() });
        let url = format!("{}/api/civil-events", register.address);
        assert_eq!(wire::post(&url, &asker.token, &event).await.status, 403);
        assert_eq!(register.count(LIFE_EVENTS).await, 0);
    })
    .await;
}

fn identifier_of(value: &str) -> Value {
    json!({ "identifier_type": "UIN", "identifier_value": value })
}
