//! One request of a message is wrong: the others are answered, at once, later, and when subscribing.

use serde_json::{Value, json};

use super::later::{only, partner, promised};
use super::listener::Listener;
use super::message::{Client, by_number, now, searches};
use super::register::{self, DISTRICT, Entry, mother};
use super::subscription::{lives_in, wish};

/// Three searches, of which the second is wrong in the field.
fn three(client: &Client, field: &str, value: Value) -> Value {
    let criteria = [(); 3].map(|()| by_number("UIN", mother()));
    let mut message = searches("t1", &criteria);
    message["search_request"][1][field] = value;
    client.message("search", 3, message)
}

/// How each request ended: its reference, and the code where it was refused.
fn ends(responses: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let ends = responses.as_array().expect("a list").iter().map(|one| {
        assert_eq!(one["status"] == "succ", one["status_reason_code"].is_null());
        (text(&one["reference_id"]), text(&one["status_reason_code"]))
    });
    ends.collect()
}

fn second_refused(code: &str) -> Vec<(String, String)> {
    let codes = ["", code, ""].into_iter().enumerate();
    codes
        .map(|(place, code)| (format!("r{place}"), code.to_owned()))
        .collect()
}

fn wrong_ones() -> [(&'static str, Value, &'static str); 3] {
    [
        ("timestamp", "yesterday".into(), "rjct.timestamp.invalid"),
        (
            "pagination",
            json!({ "page_size": 51 }),
            "rjct.pagination.invalid",
        ),
        ("locale", "en".into(), "rjct.search_criteria.invalid"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_searches_that_are_right_are_answered_beside_one_that_is_wrong() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        for (place, (field, value, code)) in wrong_ones().into_iter().enumerate() {
            let told = client
                .post("sync/search", &three(&client, field, value))
                .await;
            assert_eq!(told.status, 200, "{}", told.text);
            let told = told.json();
            assert_eq!(told["header"]["status"], "succ", "{told}");
            assert_eq!(
                ends(&told["message"]["search_response"]),
                second_refused(code)
            );
            // Nobody was looked at for the one that was refused.
            let looks = register.looks(client.sender_id, mother()).await;
            assert_eq!(looks, (2 * (place as i64 + 1), 0));
        }
        let events = register.count("SELECT COUNT(*) FROM security_event").await;
        assert_eq!(events, 0, "a slip in one of several is no attack");
        let mut all = three(&client, "timestamp", "yesterday".into());
        for place in [0, 2] {
            all["message"]["search_request"][place]["pagination"] = json!({ "page_size": 0 });
        }
        assert_eq!(
            client.refused("sync/search", &all).await,
            (400, "rjct.pagination.invalid".to_owned())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_for_what_is_answered_later() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        for (field, value, code) in wrong_ones() {
            promised(&client, "search", &three(&client, field, value)).await;
            let heard = only(register, &listener).await;
            let responses = &heard.body["message"]["search_response"];
            assert_eq!(ends(responses), second_refused(code));
        }
        let requests = ["now".to_owned(), now().to_string()]
            .into_iter()
            .enumerate()
            .map(|(place, at)| {
                json!({ "reference_id": format!("r{place}"), "timestamp": at,
                    "subscribe_criteria": wish("REGISTER", "Person", lives_in(DISTRICT)) })
            });
        let message = json!({ "transaction_id": "sub-1",
            "subscribe_request": requests.collect::<Value>() });
        promised(
            &client,
            "subscribe",
            &client.message("subscribe", 2, message),
        )
        .await;
        let heard = only(register, &listener).await;
        assert_eq!(
            ends(&heard.body["message"]["subscribe_response"]),
            [("r0", "rjct.timestamp.invalid"), ("r1", "")]
                .map(|(reference, code)| (reference.to_owned(), code.to_owned()))
        );
    })
    .await;
}
