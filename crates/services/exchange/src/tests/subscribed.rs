//! A civil registry that we subscribe to: it takes the subscription or not, tells of births and deaths,
//! stops telling, and is subscribed to again.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use serde_json::Value;

use super::awaited::{header, sealed, verified};
use super::dci_asking::{OURS, REGISTRYS, STRANGERS, file, key};
use super::*;
use crate::dci::Arrived;
use crate::dci::signature::Policy;
use crate::subscribed::{ASKS_AGAIN_S, State as Became};
use crate::{Heard, Places};

pub(super) const TODAY: &str = "2026-01-05";
const SUBSCRIBES: &str = r#"callback = "http://127.0.0.1:9/dci/cb/registry"
subscribe = ["live_birth", "death", "marriage", "divorce"]
"#;

#[derive(Debug, Default)]
struct Registry(Mutex<Vec<(String, Value)>>);

async fn door(
    State(registry): State<Arc<Registry>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> String {
    let asked: Value = serde_json::from_slice(&body).unwrap();
    verified(&asked, Policy::DciEd25519, &headers);
    registry
        .0
        .lock()
        .unwrap()
        .push((uri.path().to_owned(), asked));
    json!({"message": {"ack_status": "ACK", "correlation_id": "c1"}}).to_string()
}

pub(super) struct Telling {
    pub(super) exchange: Exchange,
    registry: Arc<Registry>,
    _keys: tempfile::TempDir,
}

/// The family is known before; the registry of this story is only told of by its subscriptions.
pub(super) async fn telling(platform: &Platform) -> Telling {
    let story = story(platform).await;
    story.gather(ask_about(1)).await;
    let registry = Arc::new(Registry::default());
    let router = Router::new()
        .fallback(door)
        .with_state(Arc::clone(&registry));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let keys = tempfile::tempdir().unwrap();
    std::fs::write(keys.path().join("daftar.seed"), OURS).unwrap();
    let published = key(REGISTRYS).jwks().to_string();
    std::fs::write(keys.path().join("registry.jwks.json"), published).unwrap();
    let places = Places {
        base: &base,
        keys: keys.path(),
    };
    let text = file(
        "civil_registry",
        "CRVSPerson",
        Policy::DciEd25519,
        SUBSCRIBES,
    );
    let connector = Connector::parse("c.toml", &text, &places);
    let connector = connector.unwrap_or_else(|why| panic!("{why}"));
    Telling {
        exchange: Exchange::new(platform.clone(), vec![connector], crate::tests::keys()).unwrap(),
        registry,
        _keys: keys,
    }
}

impl Telling {
    pub(super) async fn correspond(&self) {
        while !self
            .exchange
            .correspond(day(TODAY))
            .await
            .unwrap()
            .is_idle()
        {}
    }

    /// What was asked of the registry since the last look.
    fn asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.registry.0.lock().unwrap())
    }

    /// Subscriptions that were asked for, by event.
    pub(super) fn wished(&self) -> BTreeMap<String, Value> {
        let asked = self.asked().into_iter();
        let wished = asked.map(|(path, asked)| {
            assert_eq!(path, "/dci/civil_registry/registry/subscribe");
            let wish = &asked["message"]["subscribe_request"][0]["subscribe_criteria"];
            (wish["reg_event_type"].as_str().unwrap().to_owned(), asked)
        });
        wished.collect()
    }

    async fn hear(&self, heard: Heard, body: &str) -> (u16, String) {
        let arrived = Arrived {
            body: body.as_bytes(),
            content_type: Some("application/json"),
            signature: None,
        };
        let reply = self
            .exchange
            .hear_registry(heard, &arrived, day(TODAY))
            .await;
        let said: Value = serde_json::from_str(&reply.body).unwrap();
        let code = said["errors"][0]["code"].as_str().unwrap_or("ACK");
        (reply.status, code.to_owned())
    }

    async fn states(&self) -> BTreeMap<&'static str, (Became, Option<String>)> {
        let all = self
            .exchange
            .subscribed(Source::CivilRegistry)
            .await
            .unwrap();
        all.into_iter()
            .map(|one| (one.event.name(), (one.state, one.reason)))
            .collect()
    }

    /// The registry says how a subscribing ended: a code, or a reason why not.
    async fn answers(&self, platform: &Platform, asked: &Value, said: Result<&str, &str>) {
        let request = &asked["message"]["subscribe_request"][0];
        let mut item = json!({"reference_id": request["reference_id"], "status": "rjct"});
        match said {
            Ok(code) => {
                item["status"] = json!("succ");
                item["subscriptions"] = json!([{"code": code, "status": "subscribe"}]);
            }
            Err(reason) => item["status_reason_code"] = json!(reason),
        }
        let message = json!({"transaction_id": asked["message"]["transaction_id"],
            "correlation_id": "c1", "subscribe_response": [item]});
        let header = header(
            &asked["header"]["message_id"],
            "on-subscribe",
            "succ",
            platform.wall.now(),
        );
        let body = sealed(REGISTRYS, header, message);
        for _ in 0..2 {
            assert_eq!(
                self.hear(Heard::OnSubscribe, &body).await,
                (202, "ACK".to_owned())
            );
        }
    }
}

fn death(platform: &Platform, ids: (&str, &str), told_by: (&Value, &str)) -> String {
    death_on("2026-01-04", platform, ids, told_by)
}

fn death_on(
    on: &str,
    platform: &Platform,
    (id, seed): (&str, &str),
    (transaction, code): (&Value, &str),
) -> String {
    let mut header = header(&json!(id), "notify", "succ", platform.wall.now());
    header["meta"] = json!({"subscription_code": code});
    let who = json!([{"identifier_type": "UIN", "identifier_value": husband(1).to_string()}]);
    let message = json!({"transaction_id": transaction, "notify_event": [{
        "reference_id": "e1", "timestamp": platform.wall.now().to_string(),
        "data": {"reg_event_type": "death", "reg_record_type": "CRVSPerson",
            "reg_records": {"identifier": who, "death_date": on}}}]});
    sealed(seed, header, message)
}

const LIFE: &str = "SELECT COUNT(*) FROM life_event";

#[tokio::test]
async fn what_a_registry_tells_by_a_subscription_of_ours_becomes_a_life_event_once() {
    each_db(SCHEMAS, async |platform| {
        let telling = telling(&platform).await;
        telling.correspond().await;
        let wished = telling.wished();
        let events: Vec<&str> = wished.keys().map(String::as_str).collect();
        assert_eq!(events, ["death", "divorce", "live_birth", "marriage"]);
        let uri = &wished["death"]["header"]["sender_uri"];
        assert_eq!(uri, "http://127.0.0.1:9/dci/cb/registry/on-subscribe");
        telling.answers(&platform, &wished["death"], Ok("d1")).await;
        telling
            .answers(
                &platform,
                &wished["live_birth"],
                Err("rjct.notify_types.invalid"),
            )
            .await;
        telling
            .answers(
                &platform,
                &wished["marriage"],
                Err("rjct.event.already_subscribed"),
            )
            .await;
        let states = telling.states().await;
        let reason = |text: &str| Some(text.to_owned());
        assert_eq!(states["death"], (Became::Stands, None));
        assert_eq!(
            states["live_birth"],
            (Became::Refused, reason("rjct.notify_types.invalid"))
        );
        assert_eq!(
            states["marriage"],
            (Became::Stands, reason("rjct.event.already_subscribed"))
        );
        assert_eq!(states["divorce"], (Became::Sent, None));

        let transaction = wished["death"]["message"]["transaction_id"].clone();
        let unknown = json!("0199c0de-0000-7000-8000-000000000001");
        for (what, body, expected) in [
            (
                "no subscription of ours",
                death(&platform, ("n1", REGISTRYS), (&unknown, "d9")),
                (404, "err.request.not_found"),
            ),
            (
                "a stranger",
                death(&platform, ("n1", STRANGERS), (&transaction, "d1")),
                (401, "err.signature.invalid"),
            ),
        ] {
            let (status, code) = expected;
            assert_eq!(
                telling.hear(Heard::Notify, &body).await,
                (status, code.to_owned()),
                "{what}"
            );
        }
        assert_eq!(count(&platform, LIFE).await, 0);
        assert_eq!(
            count(&platform, "SELECT COUNT(*) FROM security_event").await,
            2
        );
        // By the transaction, by the code, and the same message again.
        for (id, of) in [
            ("n1", (&transaction, "")),
            ("n2", (&unknown, "d1")),
            ("n2", (&unknown, "d1")),
        ] {
            let body = death(&platform, (id, REGISTRYS), of);
            assert_eq!(
                telling.hear(Heard::Notify, &body).await,
                (202, "ACK".to_owned())
            );
            assert_eq!(count(&platform, LIFE).await, 1);
        }
        let dead = "SELECT COUNT(*) FROM person WHERE died IS NOT NULL";
        assert_eq!(count(&platform, dead).await, 1);
    })
    .await;
}

/// The message is signed and of the registry, and all the same it cannot be true.
#[tokio::test]
async fn a_death_before_the_birth_is_refused_as_often_as_it_is_told_and_each_is_an_event() {
    each_db(SCHEMAS, async |platform| {
        let telling = telling(&platform).await;
        telling.correspond().await;
        let wished = telling.wished();
        telling.answers(&platform, &wished["death"], Ok("d1")).await;
        let transaction = &wished["death"]["message"]["transaction_id"];
        let body = death_on(
            "1950-01-01",
            &platform,
            ("n1", REGISTRYS),
            (transaction, "d1"),
        );
        for told in 1..=2 {
            let refused = (400, "err.request.bad".to_owned());
            assert_eq!(telling.hear(Heard::Notify, &body).await, refused);
            let events = "SELECT COUNT(*) FROM security_event
                WHERE reason = 'impossible: a death before the birth of the dead'";
            assert_eq!(count(&platform, events).await, told);
        }
        assert_eq!(count(&platform, LIFE).await, 0);
        let dead = "SELECT COUNT(*) FROM person WHERE died IS NOT NULL";
        assert_eq!(count(&platform, dead).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_subscription_that_the_registry_has_ended_is_told_and_asked_for_again() {
    each_db(SCHEMAS, async |platform| {
        let telling = telling(&platform).await;
        telling.correspond().await;
        for (event, asked) in telling.wished() {
            telling
                .answers(&platform, &asked, Ok(&format!("{event}-1")))
                .await;
        }
        telling.correspond().await;
        assert_eq!(
            telling.asked().len(),
            0,
            "what stands is not asked for each round"
        );
        // It says so itself.
        let ended = json!({"transaction_id": "t1", "correlation_id": "c1",
            "subscription_status": [{"code": "death-1", "status": "unsubscribe"}]});
        let header = header(&json!("u1"), "on-unsubscribe", "succ", platform.wall.now());
        let body = sealed(REGISTRYS, header, ended);
        assert_eq!(telling.hear(Heard::OnUnsubscribe, &body).await.0, 202);
        let reason = Some("the registry has ended it".to_owned());
        assert_eq!(telling.states().await["death"], (Became::Ended, reason));
        platform.clock.step(3_600_000_000).unwrap();
        telling.correspond().await;
        let wished = telling.wished();
        assert_eq!(wished.keys().collect::<Vec<_>>(), ["death"]);
        telling
            .answers(&platform, &wished["death"], Ok("death-2"))
            .await;

        // It has forgotten one, and says nothing: the next day's asking brings a new code.
        platform.clock.step(ASKS_AGAIN_S * 1_000_000).unwrap();
        telling.correspond().await;
        let wished = telling.wished();
        assert_eq!(wished.len(), 4);
        for (event, asked) in &wished {
            let known = Err("rjct.event.already_subscribed");
            let said = if event == "marriage" {
                Ok("marriage-2")
            } else {
                known
            };
            telling.answers(&platform, asked, said).await;
        }
        assert!(
            telling
                .states()
                .await
                .values()
                .all(|(state, _)| *state == Became::Stands)
        );
        let ended = "SELECT COUNT(*) FROM registry_subscription
            WHERE state = 'ended' AND reason = 'the registry had ended it'";
        assert_eq!(count(&platform, ended).await, 1);
    })
    .await;
}

#[tokio::test]
async fn who_has_left_is_told_no_more_and_subscribes_again_only_by_hand() {
    each_db(SCHEMAS, async |platform| {
        let telling = telling(&platform).await;
        telling.correspond().await;
        let wished = telling.wished();
        for (event, asked) in &wished {
            telling
                .answers(&platform, asked, Ok(&format!("{event}-1")))
                .await;
        }
        // Asked for again on seven days, each is still one subscription.
        for _ in 0..7 {
            platform.clock.step(ASKS_AGAIN_S * 1_000_000).unwrap();
            telling.correspond().await;
            for (event, asked) in telling.wished() {
                let code = format!("{event}-1");
                telling.answers(&platform, &asked, Ok(&code)).await;
            }
        }
        telling
            .exchange
            .unsubscribe(Source::CivilRegistry)
            .await
            .unwrap();
        let (path, left) = telling.asked().remove(0);
        assert_eq!(path, "/dci/civil_registry/registry/unsubscribe");
        assert_eq!(
            left["message"]["subscription_codes"]
                .as_array()
                .unwrap()
                .len(),
            4
        );
        assert!(
            telling
                .states()
                .await
                .values()
                .all(|(state, _)| *state == Became::Left)
        );
        let transaction = &wished["death"]["message"]["transaction_id"];
        let body = death(&platform, ("n1", REGISTRYS), (transaction, "death-1"));
        assert_eq!(telling.hear(Heard::Notify, &body).await.0, 404);
        platform.clock.step(10 * ASKS_AGAIN_S * 1_000_000).unwrap();
        telling.correspond().await;
        assert_eq!(telling.asked().len(), 0);
        let again = telling
            .exchange
            .subscribe(Source::CivilRegistry)
            .await
            .unwrap();
        assert_eq!(again.len(), 4);
        assert_eq!(telling.wished().len(), 4);
        let refused = telling.exchange.subscribe(Source::Tax).await.unwrap_err();
        assert!(
            refused.to_string().contains("subscribe = [...]"),
            "{refused}"
        );
    })
    .await;
}
