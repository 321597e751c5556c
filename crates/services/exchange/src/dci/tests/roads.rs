//! Partners beside each other: one that hangs holds up no other's messages, and its own wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use access::{Action, Area, Permit, Purpose, SecretHash, Subject};
use axum::Router;
use serde_json::json;
use store::Platform;
use store::job;
use store::testing::each_db;

use crate::Exchange;
use crate::dci::outgoing::Told;
use crate::dci::partner::{self, NewPartner};
use crate::dci::road::{FAILURES_MAX, PLACES_MAX};
use crate::dci::send::Outgoing;
use crate::dci::signature::Policy;

/// A partner's server: how often it was called, and its address. One that hangs answers nobody.
async fn server(hangs: bool) -> (Arc<AtomicUsize>, String) {
    let called = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&called);
    let router = Router::new().fallback(move || {
        let calls = Arc::clone(&calls);
        async move {
            calls.fetch_add(1, Ordering::SeqCst);
            if hangs {
                std::future::pending::<()>().await;
            }
            r#"{"message":{"ack_status":"ACK"}}"#
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/cb", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (called, address)
}

pub async fn enter(platform: &Platform, sender_id: &str, callback: &str) {
    enter_within(platform, sender_id, callback, Area::Country).await;
}

pub async fn enter_within(platform: &Platform, sender_id: &str, callback: &str, territory: Area) {
    let (system, action) = (Subject::system(), Action::ManageAccounts);
    let permit = Permit::batch(platform, &system, action, Purpose::Upkeep, None, 0)
        .await
        .unwrap();
    let new = NewPartner {
        sender_id: sender_id.to_owned(),
        office: sender_id.to_owned(),
        territory,
        receiver_id: "sr.gov".to_owned(),
        policy: Policy::None,
        jwks: r#"{"keys":[]}"#.to_owned(),
        legal_basis: "Agreement 12".to_owned(),
        callback: Some(callback.to_owned()),
        civil_registry: false,
        account_mapper: false,
        encrypted: false,
        xroad_client: None,
        secret: SecretHash::of("seven white horses").unwrap(),
    };
    partner::add(platform, &permit, &new).await.unwrap();
}

pub async fn write_to(platform: &Platform, sender_id: &str, callback: &str, messages: usize) {
    let jobs: Vec<_> = (0..messages)
        .map(|_| {
            Outgoing {
                message_id: platform.ids.uuid(),
                sender_id: sender_id.to_owned(),
                address: format!("{callback}/on-search"),
                told: Told::of_one("on-search", "succ", json!({})),
            }
            .into_job()
        })
        .collect();
    let mut tx = platform.db.begin().await.unwrap();
    job::enqueue(&mut tx, &platform.ids, &jobs).await.unwrap();
    tx.commit().await.unwrap();
}

pub async fn count(platform: &Platform, sql: &'static str) -> i64 {
    let mut tx = platform.db.read().await.unwrap();
    store::fetch_value!(tx, i64, sql).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_that_hangs_holds_up_nobody_elses_messages_and_loses_none_of_its_own() {
    const DOWN: usize = 300;
    const UP: usize = 60;
    each_db(
        &[access::SCHEMA, registry::SCHEMA, crate::SCHEMA],
        async |platform| {
            let ((hung, down), (taken, up)) = (server(true).await, server(false).await);
            let exchange =
                Exchange::new(platform.clone(), Vec::new(), crate::tests::keys()).unwrap();
            enter(&platform, "down.uz", &down).await;
            enter(&platform, "up.uz", &up).await;
            // Those of the one that is down came first.
            write_to(&platform, "down.uz", &down, DOWN).await;
            write_to(&platform, "up.uz", &up, UP).await;
            let began = Instant::now();
            while taken.load(Ordering::SeqCst) < UP {
                exchange.send_due().await.unwrap();
                let lasted = began.elapsed();
                assert!(lasted < Duration::from_secs(9), "held up for {lasted:?}");
                // Messages put off for want of a place are looked at again.
                platform.clock.step(10_000).unwrap();
            }
            assert!(
                hung.load(Ordering::SeqCst) <= PLACES_MAX,
                "no more at once to one partner"
            );
            assert!(u32::try_from(PLACES_MAX).unwrap() <= FAILURES_MAX);
            let waits = "SELECT COUNT(*) FROM job WHERE kind = 'dci.send' AND key LIKE 'down.uz|%'";
            assert_eq!(count(&platform, waits).await, i64::try_from(DOWN).unwrap());
            let tried = "SELECT COALESCE(MAX(attempts), 0) FROM job WHERE key LIKE 'down.uz|%'";
            assert!(
                count(&platform, tried).await <= 1,
                "who was put off has lost no attempt"
            );
        },
    )
    .await;
}
