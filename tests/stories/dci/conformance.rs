//! What a partner is told that it has shown: what succeeded, and nothing that was refused.

use exchange::dci::conformance::{self, Report};
use exchange::dci::partner;
use kernel::Instant;
use serde_json::{Value, json};

use super::later::{only, partner, promised};
use super::listener::Listener;
use super::message::{Client, by_number, now, searches, status_by};
use super::register::{self, Entry, Register, mother};

async fn report(register: &Register, sender_id: &str) -> Report {
    let mut tx = register
        .daftar
        .platform
        .db
        .read()
        .await
        .expect("a snapshot");
    let found = partner::find_open(&mut tx, sender_id).await;
    let (partner, _) = found.expect("partners").expect("a partner");
    let report = conformance::report(&mut tx, &partner, Instant(0)).await;
    report.expect("a report")
}

/// What was shown, each with how often.
fn shown(report: &Report) -> Vec<(&str, i64)> {
    let shown = report.points.iter().filter(|point| point.times > 0);
    shown.map(|point| (point.what, point.times)).collect()
}

fn refused(report: &Report) -> Vec<(&str, i64)> {
    let mut refused: Vec<_> = report
        .refused
        .iter()
        .map(|one| {
            assert!(!one.reason.is_empty(), "{one:?}");
            (one.code.as_str(), one.times)
        })
        .collect();
    refused.sort_unstable();
    refused
}

fn whats(report: &Report) -> Vec<&str> {
    report.points.iter().map(|point| point.what).collect()
}

async fn search(client: &Client, transaction: &str, criteria: Value) {
    let body = client.message("search", 1, searches(transaction, &[criteria]));
    let answer = client.post("sync/search", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn ask_status(client: &Client, transaction: &str) {
    let asked = status_by("transaction_id", transaction);
    let body = client.message("txn-status", 1, asked);
    let answer = client.post("sync/txn/status", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_refused_is_not_shown() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        let poverty = json!({ "query_type": "idtype-value",
            "query": { "type": "poverty_score", "value": "5" } });
        search(&client, "t1", poverty).await;
        ask_status(&client, "never-asked").await;
        let bad = report(register, client.sender_id).await;
        assert!(!bad.conforms(), "{bad:?}");
        assert!(shown(&bad).is_empty(), "{bad:?}");
        let expected = [
            ("err.request.not_found", 1),
            ("rjct.search_criteria.invalid", 1),
        ];
        assert_eq!(refused(&bad), expected);

        search(&client, "t2", by_number("UIN", mother())).await;
        ask_status(&client, "t2").await;
        let good = report(register, client.sender_id).await;
        assert!(good.conforms(), "{good:?}");
        let expected = [
            ("searches, answered at once", 1),
            ("asks for the status of a search", 1),
        ];
        assert_eq!(shown(&good), expected);
        assert_eq!(good.refused.len(), 2, "{good:?}");
    })
    .await;
}

async fn subscribes(
    register: &Register,
    listener: &Listener,
    client: &Client,
    event: &str,
) -> Value {
    let wish = json!({ "reg_event_type": event, "notify_record_type": "Member",
        "filter": { "type": "UIN", "value": mother().to_string() } });
    let item = json!({ "reference_id": "r1", "timestamp": now().to_string(),
        "subscribe_criteria": wish });
    let message = json!({ "transaction_id": "sub", "subscribe_request": [item] });
    let body = client.message("subscribe", 1, message);
    promised(client, "subscribe", &body).await;
    let heard = only(register, listener).await;
    heard.body["message"]["subscribe_response"][0].clone()
}

async fn unsubscribes(register: &Register, listener: &Listener, client: &Client, code: &str) {
    let message = json!({ "transaction_id": "end", "timestamp": now().to_string(),
        "subscription_codes": [code] });
    let body = client.message("unsubscribe", 1, message);
    promised(client, "unsubscribe", &body).await;
    only(register, listener).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_is_shown_when_it_stands_and_its_end_when_it_ended() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        subscribes(register, &listener, &client, "fire").await;
        unsubscribes(register, &listener, &client, "nope").await;
        let bad = report(register, client.sender_id).await;
        assert_eq!(shown(&bad), [("takes what its subscription became", 1)]);
        let expected = [
            ("rjct.notify_types.invalid", 1),
            ("rjct.subscription_code.invalid", 1),
        ];
        assert_eq!(refused(&bad), expected);

        let begun = subscribes(register, &listener, &client, "death").await;
        let code = begun["subscriptions"][0]["code"].as_str().expect("a code");
        unsubscribes(register, &listener, &client, code).await;
        let good = report(register, client.sender_id).await;
        let expected = [
            ("subscribes", 1),
            ("takes what its subscription became", 2),
            ("ends a subscription", 1),
        ];
        assert_eq!(shown(&good), expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_is_for_later_answers_whatever_else_its_partner_is() {
    register::each(async |register| {
        let callback = Some("http://127.0.0.1:9/cb".to_owned());
        let registry = Entry {
            callback: callback.clone(),
            civil_registry: true,
            ..Entry::plain("registry.example.org")
        };
        let mapper = Entry {
            callback,
            account_mapper: true,
            ..Entry::plain("mapper.example.org")
        };
        let later = [
            "takes a later answer",
            "subscribes",
            "takes what its subscription became",
            "takes a notification",
            "ends a subscription",
        ];
        let others: [(Entry, &[&str]); 2] = [
            (
                registry,
                &[
                    "tells of births, deaths or unions",
                    "searches, answered later",
                ],
            ),
            (
                mapper,
                &[
                    "links an account to a person",
                    "asks which account is linked",
                    "links an account, answered later",
                ],
            ),
        ];
        for (entry, own) in others {
            let client = register.partner(entry).await;
            let report = report(register, client.sender_id).await;
            assert_eq!(whats(&report), [own, &later].concat());
        }
    })
    .await;
}
