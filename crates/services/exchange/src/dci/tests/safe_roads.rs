//! Partners at `https` addresses: told over TLS, by an authority that is trusted here, or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::{IntoResponse, Redirect};
use store::Platform;
use store::testing::each_db;

use super::roads::{count, enter, write_to};
use crate::Exchange;
use crate::tests::tls::bench::{Authority, Holds, Identity, serve};

const LOCAL: &str = "127.0.0.1";
const SENT: &str = "SELECT COUNT(*) FROM dci_sent WHERE outcome = 'taken'";
const WAITING: &str = "SELECT COUNT(*) FROM job WHERE kind = 'dci.send' AND state = 'ready'";

/// A partner who counts what comes, and sends it on where `onward` says so.
fn ear(onward: Option<String>) -> (Arc<AtomicUsize>, Router) {
    let heard = Arc::new(AtomicUsize::new(0));
    let hearing = Arc::clone(&heard);
    let router = Router::new().fallback(move || {
        hearing.fetch_add(1, Ordering::SeqCst);
        let answer = match &onward {
            None => r#"{"message":{"ack_status":"ACK"}}"#.into_response(),
            Some(to) => Redirect::temporary(to).into_response(),
        };
        async move { answer }
    });
    (heard, router)
}

/// One message is sent to a partner that shows `identity`: the times it was heard and taken, and why
/// it waits.
async fn told(
    platform: &Platform,
    exchange: &Exchange,
    sender_id: &str,
    identity: &Identity,
) -> (usize, i64, String) {
    let (heard, router) = ear(None);
    let server = serve(identity, None, router).await;
    let callback = format!("{}/cb", server.address);
    enter(platform, sender_id, &callback).await;
    let before = count(platform, SENT).await;
    write_to(platform, sender_id, &callback, 1).await;
    exchange.send_due().await.unwrap();
    let why = why_it_waits(platform, sender_id).await;
    let taken = count(platform, SENT).await - before;
    (heard.load(Ordering::SeqCst), taken, why)
}

/// Waits until every message to a partner was tried, however busy the machine is.
async fn why_it_waits(platform: &Platform, sender_id: &str) -> String {
    let key = format!("{sender_id}|%");
    let began = Instant::now();
    loop {
        let mut tx = platform.db.read().await.unwrap();
        let untried =
            "SELECT COUNT(*) FROM job WHERE key LIKE $1 AND (error IS NULL OR state = 'running')";
        if store::fetch_value!(tx, i64, untried, key.as_str()).unwrap() == 0 {
            let why = "SELECT COALESCE(MAX(error), '') FROM job WHERE key LIKE $1";
            return store::fetch_value!(tx, String, why, key.as_str()).unwrap();
        }
        drop(tx);
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{sender_id} waits"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn exchange(platform: &Platform) -> Exchange {
    Exchange::new(platform.clone(), Vec::new(), crate::tests::keys()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_over_tls_is_told_when_the_extra_authority_vouches_for_it() {
    let schemas = [access::SCHEMA, registry::SCHEMA, crate::SCHEMA];
    each_db(&schemas, async |platform| {
        let folder = tempfile::tempdir().unwrap();
        let national = Authority::named("National");
        let file = folder.path().join("national.pem");
        std::fs::write(&file, national.pem()).unwrap();
        let trusting = exchange(&platform).trusting_partners_of(&file).unwrap();
        let good = national.server(LOCAL, Holds::Now);
        let stranger = Authority::named("Stranger").server(LOCAL, Holds::Now);
        let (expired, other) = (
            national.server(LOCAL, Holds::NoMore),
            national.server("other.uz", Holds::Now),
        );
        let told_by = async |exchange: &Exchange, name: &str, identity: &Identity| {
            told(&platform, exchange, name, identity).await
        };
        assert_eq!(
            told_by(&trusting, "good.uz", &good).await,
            (1, 1, String::new())
        );
        for (name, exchange, identity, expected) in [
            ("alone.uz", &exchange(&platform), &good, "of no authority"),
            ("stranger.uz", &trusting, &stranger, "of no authority"),
            ("expired.uz", &trusting, &expired, "has expired"),
            ("other.uz", &trusting, &other, "of another name"),
        ] {
            let (heard, taken, why) = told_by(exchange, name, identity).await;
            assert_eq!((heard, taken), (0, 0), "{name}");
            assert!(why.contains(expected), "{name}: {why}");
        }
        // A partner in plain is told by the same hand.
        let (heard, router) = ear(None);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let plain = format!("http://{}/cb", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        enter(&platform, "plain.uz", &plain).await;
        write_to(&platform, "plain.uz", &plain, 1).await;
        trusting.send_due().await.unwrap();
        assert_eq!(why_it_waits(&platform, "plain.uz").await, "");
        assert_eq!(heard.load(Ordering::SeqCst), 1);
        assert_eq!(count(&platform, SENT).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_of_a_partner_leads_a_message_out_of_tls() {
    let schemas = [access::SCHEMA, registry::SCHEMA, crate::SCHEMA];
    each_db(&schemas, async |platform| {
        let folder = tempfile::tempdir().unwrap();
        let national = Authority::named("National");
        let file = folder.path().join("national.pem");
        std::fs::write(&file, national.pem()).unwrap();
        let trusting = exchange(&platform).trusting_partners_of(&file).unwrap();
        let (led, plain) = ear(None);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let elsewhere = format!("http://{}/cb/on-search", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, plain).await.unwrap() });
        let (heard, router) = ear(Some(elsewhere));
        let identity = national.server(LOCAL, Holds::Now);
        let server = serve(&identity, None, router).await;
        let callback = format!("{}/cb", server.address);
        enter(&platform, "leads.uz", &callback).await;
        write_to(&platform, "leads.uz", &callback, 1).await;
        // Named in plain, an address is not the agreed one: nothing goes there.
        write_to(
            &platform,
            "leads.uz",
            &callback.replace("https:", "http:"),
            1,
        )
        .await;
        trusting.send_due().await.unwrap();
        let why = why_it_waits(&platform, "leads.uz").await;
        assert!(why.contains("307"), "{why}");
        assert_eq!(
            (heard.load(Ordering::SeqCst), led.load(Ordering::SeqCst)),
            (1, 0)
        );
        assert_eq!(count(&platform, WAITING).await, 1);
        let dropped = "SELECT COUNT(*) FROM dci_sent WHERE outcome = 'dropped'";
        assert_eq!(count(&platform, dropped).await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_file_of_authorities_is_read_when_the_program_starts() {
    let platform = crate::tests::platform_of_one().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("national.pem");
    let refused = || exchange(&platform).trusting_partners_of(&file).unwrap_err();
    assert!(refused().why.contains("cannot be read"), "{}", refused());
    std::fs::write(&file, "rubbish").unwrap();
    assert!(
        refused().why.contains("certificates (PEM)"),
        "{}",
        refused()
    );
}
