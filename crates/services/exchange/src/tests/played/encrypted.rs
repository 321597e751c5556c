//! Registries that encrypt, asked by the shipped files with the lines that docs/connectors.md gives.

use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use sandbox::agency::{correspondence, record};
use store::Clock;

use super::*;
use crate::dci::Arrived;
use crate::subscribed::State as Became;
use crate::trial::{Told, Trial, Wanted};
use crate::{Exchange, Heard};

macro_rules! shipped {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../connectors/",
            $name,
            ".toml"
        ))
    };
}

const REGISTRIES: [(Source, &str); 3] = [
    (Source::CivilRegistry, shipped!("civil_registry")),
    (Source::Disability, shipped!("disability")),
    (Source::FarmerRegistry, shipped!("farmer_registry")),
];
const ENCRYPTED: &str = "[dci]\nencrypted = true\nencryption_key_file = \"daftar.encryption\"\n";

type Connectors = fn(&Places<'_>) -> Vec<Connector>;

/// Those that come with the program; of registries with these lines more.
fn with_lines(places: &Places<'_>, lines: &str) -> Vec<Connector> {
    let mut all = Connector::shipped(places).unwrap();
    all.retain(|one| REGISTRIES.iter().all(|(agency, _)| one.agency != *agency));
    let registry = |(_, text): (Source, &str)| {
        let text = text.replace("[dci]\n", lines);
        Connector::parse("x.toml", &text, places).unwrap_or_else(|why| panic!("{why}"))
    };
    all.extend(REGISTRIES.map(registry));
    all
}

fn encrypting(places: &Places<'_>) -> Vec<Connector> {
    with_lines(places, ENCRYPTED)
}

fn plain(places: &Places<'_>) -> Vec<Connector> {
    Connector::shipped(places).unwrap()
}

fn no_fault(_: &[Pinfl]) -> String {
    String::new()
}

async fn tried(played: &Played, agency: Source, person: Pinfl) -> Trial {
    let wanted = Wanted {
        agency,
        person,
        consent: None,
        as_of: day("2026-01-05"),
        window: (Month::new(2025, 10).unwrap(), Month::new(2025, 12).unwrap()),
    };
    let system = Subject::system();
    let trial = played.exchange.try_out(&system, wanted);
    trial.await.unwrap()
}

fn holds(body: &[u8], number: &str) -> bool {
    String::from_utf8_lossy(body).contains(number)
}

#[tokio::test]
async fn a_family_is_told_the_same_over_an_encrypted_connector_as_over_a_plain_one() {
    each_db(SCHEMAS, async |platform| {
        let open = play(&platform, no_fault).await;
        let sealed = play_as(&platform, no_fault, (true, encrypting)).await;
        for person in &open.applicants[..20] {
            for (agency, _) in REGISTRIES {
                let [one, other] = [
                    tried(&open, agency, *person).await,
                    tried(&sealed, agency, *person).await,
                ];
                let (one_came, other_came) = (one.came.unwrap(), other.came.unwrap());
                assert_eq!(one_came.told, other_came.told, "{agency:?}");
                let is_told = matches!(&one_came.told, Told::Civil(_) | Told::Facts { .. });
                assert!(is_told, "{:?}", one_came.told);
                let number = person.to_string();
                assert!(holds(&one.sent.body, &number), "plain is plain");
                assert!(
                    !holds(&other.sent.body, &number),
                    "nobody on the way reads it"
                );
                assert!(!holds(&other_came.body, &number));
            }
        }
        let gathered = sealed.gather(sealed.applicants[0], "2026-01-05").await;
        assert_eq!(gathered.silent, []);
        let facts = sealed.facts(&platform, sealed.applicants[0]).await;
        assert!(facts.iter().any(|fact| fact.source == Source::Disability));
    })
    .await;
}

#[tokio::test]
async fn where_one_side_alone_encrypts_nothing_is_told_and_the_case_hears_it() {
    each_db(SCHEMAS, async |platform| {
        let sides: [(bool, Connectors); 2] = [(true, plain), (false, encrypting)];
        for (encrypted, connectors) in sides {
            let played = play_as(&platform, no_fault, (encrypted, connectors)).await;
            let silent = played
                .gather(played.applicants[0], "2026-01-05")
                .await
                .silent;
            assert!(!silent.is_empty());
            for one in silent {
                let told = (one.agency, one.reason.to_string());
                let expected = (
                    Source::CivilRegistry,
                    "answered with HTTP status 400".to_owned(),
                );
                assert_eq!(told, expected);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_encrypted_answer_that_is_forged_signed_by_a_stranger_or_replayed_is_refused() {
    each_db(SCHEMAS, async |platform| {
        const FAULTS: [(&str, &str); 3] = [
            ("forged", WRONG),
            ("wrong-key", WRONG),
            ("replay", "answers another request"),
        ];
        let script = |applicants: &[Pinfl]| -> String {
            let row = |((fault, _), who): (&(&str, &str), &Pinfl)| {
                format!(
                    "[[fault]]\nagency = 'disability'\npersons = ['{who}']\nfault = '{fault}'\n"
                )
            };
            FAULTS.iter().zip(&applicants[1..]).map(row).collect()
        };
        let played = play_as(&platform, script, (true, encrypting)).await;
        let first = played.gather(played.applicants[0], "2026-01-05").await;
        assert_eq!(first.silent, []);
        for ((fault, expected), who) in FAULTS.iter().zip(&played.applicants[1..]) {
            let silent = played.gather(*who, "2026-01-05").await.silent;
            assert!(!silent.is_empty(), "{fault}");
            for one in silent {
                let told = one.reason.to_string();
                assert_eq!(one.agency, Source::Disability);
                assert!(told.contains(expected), "{fault}: {told}");
            }
        }
    })
    .await;
}

type Came = Arc<Mutex<Vec<(String, Bytes)>>>;

async fn door(State(came): State<Came>, uri: Uri, body: Bytes) -> StatusCode {
    came.lock().unwrap().push((uri.path().to_owned(), body));
    StatusCode::ACCEPTED
}

/// Our own addresses, where the registry tells us something.
async fn callback() -> (Came, String) {
    let came = Came::default();
    let router = Router::new().fallback(door).with_state(Arc::clone(&came));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let folder = format!("http://{}/dci/cb/registry", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (came, folder)
}

async fn hear(exchange: &Exchange, came: &Came, heard: Heard) {
    let came = std::mem::take(&mut *came.lock().unwrap());
    assert!(!came.is_empty());
    for (path, body) in came {
        assert!(path.ends_with(heard.action()), "{path}");
        assert!(holds(&body, "\"is_msg_encrypted\":true"));
        let arrived = Arrived {
            body: &body,
            content_type: Some("application/json"),
            signature: None,
        };
        let reply = exchange.hear_registry(heard, &arrived, day("2026-03-01"));
        let reply = reply.await;
        assert_eq!(reply.status, 202, "{}", reply.body);
    }
}

/// The registry's own messages, from the subscribing to what has happened.
#[tokio::test]
async fn what_a_registry_tells_encrypted_becomes_a_life_event() {
    each_db(SCHEMAS, async |platform| {
        // Its messages are dated by the system's clock.
        let mut platform = platform.clone();
        platform.wall = Clock::system();
        let (came, folder) = callback().await;
        let lines = format!(
            "{ENCRYPTED}callback = \"{folder}\"\nsubscribe = [\"marriage\", \"divorce\"]\n"
        );
        let connectors = |places: &Places<'_>| {
            let mut all = encrypting(places);
            let civil = shipped!("civil_registry").replace("[dci]\n", &lines);
            all.retain(|one| one.agency != Source::CivilRegistry);
            all.push(Connector::parse("x.toml", &civil, places).unwrap());
            all
        };
        let played = play_as(&platform, no_fault, (true, connectors)).await;
        let country = &played.world.country;
        let on = day("2026-02-18");
        let couple = played.applicants.iter().find_map(|who| {
            let spouse = country.spouse_of(country.find(*who)?, on)?;
            Some((*who, country.person(spouse).pinfl))
        });
        let (person, spouse) = couple.unwrap();
        assert_eq!(played.gather(person, "2026-01-05").await.silent, []);

        let correspond = played.exchange.correspond(day("2026-01-05"));
        correspond.await.unwrap();
        while came.lock().unwrap().len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        hear(&played.exchange, &came, Heard::OnSubscribe).await;
        let subscribed = played.exchange.subscribed(Source::CivilRegistry).await;
        let subscribed = subscribed.unwrap();
        assert_eq!(subscribed.len(), 2);
        assert!(subscribed.iter().all(|one| one.state == Became::Stands));

        platform.clock.step(60 * 86_400_000_000).unwrap();
        for (kind, on) in [("divorce", on), ("marriage", on.plus_days(1))] {
            let subscribers = played.world.correspondence.subscribers(kind);
            let happened = json!({"kind": kind, "on": on, "person": person, "spouse": spouse});
            let told = record::of_event(&happened);
            assert!(correspondence::notify(&played.world, &subscribers, &told).await);
            assert!(!holds(&came.lock().unwrap()[0].1, &person.to_string()));
            hear(&played.exchange, &came, Heard::Notify).await;
        }
        let life = "SELECT COUNT(*) FROM life_event WHERE kind IN (3, 4)";
        assert_eq!(count(&platform, life).await, 2);
    })
    .await;
}
