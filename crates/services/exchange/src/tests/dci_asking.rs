//! Registries asked over DCI: civil registry and disability, each with keys of its own, honest and not.
//! Nothing that a forger, a stranger or a recorder of old answers says becomes a fact.

use std::path::Path;
use std::sync::Mutex;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use signing::{Jwks, SigningKey};

use super::*;
use crate::dci::signature::{self, Policy, Signed};
use crate::{Places, security};

pub(super) const OURS: &str = "1111111111111111111111111111111111111111111111111111111111111111";
pub(super) const REGISTRYS: &str =
    "2222222222222222222222222222222222222222222222222222222222222222";
pub(super) const STRANGERS: &str =
    "3333333333333333333333333333333333333333333333333333333333333333";
pub(super) const OUR_NAME: &str = "daftar.example.uz";
pub(super) const NAME: &str = "registry.example.uz";

pub(super) fn key(seed: &str) -> SigningKey {
    SigningKey::from_hex(seed).unwrap()
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Conduct {
    #[default]
    Honest,
    /// The record is changed after it was signed.
    Forges,
    /// Signed by a stranger who calls the key by the registry's name.
    WrongKey,
    /// Signed by a key that the registry never published.
    UnknownKey,
    Unsigned,
    /// A true answer is lost on its way; somebody has recorded it.
    Loses,
    /// The recorded answer, whatever is asked now.
    Replays,
    /// A true answer that was under way for ten minutes.
    Stale,
    /// Addressed to another asker.
    ToAnother,
    /// In the name of another registry.
    InAnothersName,
    /// The record of another person under our reference.
    AnotherPerson,
    TwoRecords,
    KnowsNobody,
    Later,
    Rejects,
    /// An item twice.
    Twice,
}

#[derive(Debug, Default)]
struct Registry {
    conduct: Mutex<Conduct>,
    questions: Mutex<Vec<Value>>,
    recorded: Mutex<Option<Vec<u8>>>,
    policy: Mutex<Option<Policy>>,
}

impl Registry {
    fn be(&self, conduct: Conduct) {
        *self.conduct.lock().unwrap() = conduct;
    }
}

fn identifiers(pinfl: &Value) -> Value {
    json!([{"@type": "Identifier", "identifier_type": "UIN", "identifier_value": pinfl}])
}

/// The same family as the plain civil registry of these tests tells of.
fn civil_record(pinfl: &Value) -> Value {
    let name = json!({"surname": "Karimov", "given_name": "Oʻktam", "second_name": "Anvar oʻgʻli"});
    json!({
        "@type": "CRVSPerson", "identifier": identifiers(pinfl), "name": name, "sex": "male",
        "birth_date": "1980-05-01T00:00:00Z", "marital_status": "M",
        "marriage_date": "2010-06-01T00:00:00Z", "phone_number": ["+998901234567"],
        "address": [{"@type": "Address", "country_code": "UZ", "sub_region_code": "1726262",
            "locality": "1726262001", "address_line_1": "D-1", "since": "2010-06-01"}],
        "related_person": [
            {"relationship_type": "spouse", "related_member": {"member_identifier": identifiers(&json!(wife(1)))}},
            {"relationship_type": "parent", "related_member": {"member_identifier": []}},
            {"relationship_type": "child", "since": "2015-01-01", "related_member": {
                "member_identifier": identifiers(&json!(child(1))),
                "demographic_info": {"name": name, "sex": "male", "birth_date": "2015-01-01T00:00:00Z"}}},
        ],
    })
}

pub(super) fn disability_record(pinfl: &Value) -> Value {
    json!({"@type": "PWDPerson", "personal_details": {"identifier": identifiers(pinfl)},
        "identifier": identifiers(pinfl), "disability_group": "II", "unable_to_work": true})
}

async fn search(
    State(registry): State<Arc<Registry>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let policy = registry
        .policy
        .lock()
        .unwrap()
        .unwrap_or(Policy::DciEd25519);
    let http = headers.get("signature").map(|text| text.to_str().unwrap());
    let signed = Signed {
        sender_id: OUR_NAME,
        header: &asked["header"],
        message: &asked["message"],
        field: asked["signature"]
            .as_str()
            .filter(|field| !field.is_empty()),
        http,
    };
    let ours = Jwks::of(&key(OURS).jwks()).unwrap();
    let sent_at = Instant::parse_rfc3339(asked["header"]["message_ts"].as_str().unwrap()).unwrap();
    let now_s = sent_at.0 / 1_000_000;
    signature::verify(&signed, policy, &ours, now_s).expect("our signature holds");
    registry.questions.lock().unwrap().push(asked.clone());
    let conduct = *registry.conduct.lock().unwrap();
    if conduct == Conduct::Replays {
        let recorded = registry.recorded.lock().unwrap().clone().unwrap();
        return ([("content-type", "application/json")], recorded).into_response();
    }
    let (body, http) = answer(&asked, (conduct, policy), sent_at);
    if conduct == Conduct::Loses {
        *registry.recorded.lock().unwrap() = Some(body);
        return axum::http::StatusCode::BAD_GATEWAY.into_response();
    }
    let mut response = ([("content-type", "application/json")], body).into_response();
    if let Some(http) = http {
        response
            .headers_mut()
            .insert("signature", http.parse().unwrap());
    }
    response
}

fn item(asked: &Value, conduct: Conduct) -> Value {
    let criteria = &asked["search_criteria"];
    let pinfl = &criteria["query"]["value"];
    let of = match conduct {
        Conduct::AnotherPerson => json!(husband(7)),
        _ => pinfl.clone(),
    };
    let record = match criteria["reg_record_type"].as_str().unwrap() {
        "PWDPerson" => disability_record(&of),
        _ => civil_record(&of),
    };
    let records = match conduct {
        Conduct::KnowsNobody => json!([]),
        Conduct::TwoRecords => json!([record, record]),
        _ => json!([record]),
    };
    let mut item = json!({
        "reference_id": asked["reference_id"], "timestamp": asked["timestamp"], "status": "succ",
        "data": {"version": "1.0.0", "reg_records": records},
    });
    match conduct {
        Conduct::Later => {
            item["status"] = json!("pdng");
            item["ready_at"] = json!("2026-01-08T09:00:00+05:00");
        }
        Conduct::Rejects => item["status"] = json!("rjct"),
        _ => {}
    }
    item
}

fn answer(
    asked: &Value,
    (conduct, policy): (Conduct, Policy),
    sent_at: Instant,
) -> (Vec<u8>, Option<String>) {
    let requests = asked["message"]["search_request"].as_array().unwrap();
    let mut items: Vec<Value> = requests.iter().map(|one| item(one, conduct)).collect();
    if conduct == Conduct::Twice {
        items.push(items[0].clone());
    }
    let now = match conduct {
        Conduct::Stale => sent_at.plus_seconds(-600),
        _ => sent_at,
    };
    let sender = match conduct {
        Conduct::InAnothersName => "other.example.uz",
        _ => NAME,
    };
    let receiver = match conduct {
        Conduct::ToAnother => "somebody.example.uz",
        _ => OUR_NAME,
    };
    let header = json!({
        "version": "1.0.0", "message_id": "m1", "message_ts": now.to_string(), "action": "on-search",
        "status": "succ", "sender_id": sender, "receiver_id": receiver, "total_count": items.len(),
        "is_msg_encrypted": false, "meta": {"as_of": asked["header"]["meta"]["as_of"]},
    });
    let message = json!({"transaction_id": asked["message"]["transaction_id"],
        "correlation_id": "c1", "search_response": items});
    let signed = Signed {
        sender_id: sender,
        header: &header,
        message: &message,
        field: None,
        http: None,
    };
    let by = match conduct {
        Conduct::WrongKey => key(STRANGERS).named(key(REGISTRYS).kid()),
        Conduct::UnknownKey => key(STRANGERS),
        _ => key(REGISTRYS),
    };
    // A stale answer is dated in its header alone: its signature would still hold.
    let signature = match conduct {
        Conduct::Unsigned => String::new(),
        _ => signature::sign(&signed, policy, &by, sent_at.0 / 1_000_000),
    };
    let mut body = json!({"signature": "", "header": header, "message": message});
    if conduct == Conduct::Forges {
        body["message"]["search_response"][0]["data"]["reg_records"][0]["disability_group"] =
            json!("none");
    }
    let http = (policy == Policy::JwsDetached).then(|| signature.clone());
    if policy == Policy::DciEd25519 {
        body["signature"] = json!(signature);
    }
    (body.to_string().into_bytes(), http)
}

pub(super) fn file(agency: &str, record: &str, policy: Policy, facts: &str) -> String {
    format!(
        r#"
agency = "{agency}"
dialect = "dci"
address = "{{base}}/dci/{agency}/registry/sync/search"
legal_basis = "PKM-654"
[limits]
attempts_max = 1
timeout_ms = 5000
[dci]
sender_id = "{OUR_NAME}"
receiver_id = "{NAME}"
reg_type = "ns:org:RegistryType:{agency}"
reg_record_type = "{record}"
policy = "{}"
signing_key_file = "daftar.seed"
jwks_file = "registry.jwks.json"
{facts}"#,
        policy.name()
    )
}

const DISABILITY: &str = r#"
[facts.disability]
row = ""
[facts.disability.fields]
group = { from = "/disability_group" }
unable_to_work = { from = "/unable_to_work" }
"#;

struct Asking {
    story: Story,
    registry: Arc<Registry>,
    keys: tempfile::TempDir,
}

async fn asking(platform: &Platform, policy: Policy) -> Asking {
    let registry = Arc::new(Registry::default());
    *registry.policy.lock().unwrap() = Some(policy);
    let router = Router::new()
        .route("/dci/disability/registry/sync/search", post(search))
        .route("/dci/civil_registry/registry/sync/search", post(search))
        .with_state(Arc::clone(&registry));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let keys = tempfile::tempdir().unwrap();
    std::fs::write(keys.path().join("daftar.seed"), format!("{OURS}\n")).unwrap();
    let published = key(REGISTRYS).jwks().to_string();
    std::fs::write(keys.path().join("registry.jwks.json"), published).unwrap();
    let places = Places {
        base: &base,
        keys: keys.path(),
    };
    let files = [
        file("disability", "PWDPerson", policy, DISABILITY),
        file("civil_registry", "CRVSPerson", policy, ""),
    ];
    let mut story = story(platform).await;
    let mut all: Vec<Connector> = story.exchange.connectors().cloned().collect();
    all.retain(|one| !matches!(one.agency, Source::Disability | Source::CivilRegistry));
    all.iter_mut().for_each(|one| one.timeout_ms = 5_000);
    for text in files {
        all.push(Connector::parse("x.toml", &text, &places).unwrap_or_else(|why| panic!("{why}")));
    }
    story.exchange = Exchange::new(platform.clone(), all, super::keys()).unwrap();
    Asking {
        story,
        registry,
        keys,
    }
}

impl Asking {
    /// What the case is told, by agency, each reason once.
    async fn told(&self) -> Vec<(Source, String)> {
        let silent = self.story.gather(ask_about(1)).await.silent;
        let mut told: Vec<(Source, String)> = silent
            .iter()
            .map(|one| (one.agency, one.reason.to_string()))
            .collect();
        told.sort();
        told.dedup();
        for agency in [Source::Disability, Source::CivilRegistry] {
            self.story.exchange.lines[&agency].breaker.succeeded();
        }
        told
    }

    async fn has_disability(&self, platform: &Platform) -> bool {
        let facts = self.story.facts_of(platform, husband(1)).await;
        facts.iter().any(|fact| fact.kind == code::DISABILITY)
    }
}

#[tokio::test]
async fn a_family_and_its_disability_come_from_signed_answers() {
    for policy in [Policy::DciEd25519, Policy::JwsDetached] {
        each_db(SCHEMAS, async |platform| {
            let asking = asking(&platform, policy).await;
            let gathered = asking.story.gather(ask_about(1)).await;
            assert_eq!(gathered.silent, []);
            // civil 1; six agencies for two adults; disability for all three
            assert_eq!(gathered.answered.len(), 1 + 6 * 2 + 3);
            let facts = asking.story.facts_of(&platform, wife(1)).await;
            let disability = facts
                .iter()
                .find(|fact| fact.kind == code::DISABILITY)
                .unwrap();
            let body = disability.unpack_body().unwrap();
            // none, I, II, III, child; and unable to work
            assert_eq!(
                body.rows,
                [vec![kernel::Cell::Int(2), kernel::Cell::Int(1)]]
            );
            let signed = gathered
                .answered
                .iter()
                .find(|one| one.agency == Source::Disability);
            let mut tx = platform.db.read().await.unwrap();
            let evidence = signed.unwrap().evidence;
            let stamp = evidence::stamp_of(&mut tx, &asking.story.permit, evidence).await;
            let in_header = stamp.unwrap().unwrap().signature.is_some();
            assert_eq!(
                in_header,
                policy == Policy::JwsDetached,
                "kept beside the body"
            );
            let questions = asking.registry.questions.lock().unwrap().clone();
            assert_eq!(questions.len(), 2, "three persons share a message");
            let asked = &questions[1];
            assert_eq!(asked["header"]["total_count"], 3);
            assert_eq!(asked["header"]["action"], "search");
            assert_eq!(asked["header"]["receiver_id"], NAME);
            let one = &asked["message"]["search_request"][0];
            assert_eq!(one["search_criteria"]["query_type"], "idtype-value");
            assert_eq!(one["search_criteria"]["query"]["type"], "UIN");
            assert_eq!(one["locale"], "uzb");
        })
        .await;
    }
}

/// The codes of the security events of this registry, the newest first.
async fn events(platform: &Platform) -> Vec<&'static str> {
    let mut tx = platform.db.read().await.unwrap();
    let wanted = security::Wanted {
        sender: Some("disability".to_owned()),
        limit: security::EVENTS_MAX,
        ..security::Wanted::default()
    };
    let events = security::list(&mut tx, &wanted).await.unwrap();
    let code = |event: security::SecurityEvent| {
        assert_eq!(
            (event.sender.as_str(), event.asked.as_str()),
            ("disability", "answer")
        );
        &*String::leak(event.code)
    };
    events.into_iter().map(code).collect()
}

#[tokio::test]
async fn what_is_forged_played_again_stale_or_for_another_is_not_believed() {
    each_db(SCHEMAS, async |platform| {
        let asking = asking(&platform, Policy::DciEd25519).await;
        know_family_by_dci(&asking).await;
        let refused = |why: &str| (Source::Disability, format!("its answer was refused: {why}"));
        let stale = platform.wall.now().plus_seconds(-600);
        let stale = format!("was sent at {stale}, not now");
        let silent = |why: &str| (Source::Disability, why.to_owned());
        let invalid = Some("err.signature.invalid");
        let table = [
            (
                Conduct::Forges,
                refused("the signature is not of this message"),
                invalid,
            ),
            (
                Conduct::WrongKey,
                refused("the signature is not of this message"),
                invalid,
            ),
            (
                Conduct::UnknownKey,
                refused("the signature names a key that this sender does not have"),
                invalid,
            ),
            (
                Conduct::Unsigned,
                refused("the message is not signed"),
                Some("err.signature.missing"),
            ),
            (Conduct::Stale, refused(&stale), Some("answer.not_of_now")),
            (
                Conduct::ToAnother,
                refused("is addressed to somebody else"),
                Some("answer.to_another"),
            ),
            (
                Conduct::InAnothersName,
                refused("the signature names the key of another sender"),
                invalid,
            ),
            (
                Conduct::AnotherPerson,
                refused("speaks of a person who was not asked about"),
                Some("answer.not_asked"),
            ),
            (
                Conduct::TwoRecords,
                refused("speaks twice of one person"),
                None,
            ),
            (
                Conduct::Rejects,
                refused("says neither found nor pending"),
                None,
            ),
            (
                Conduct::Loses,
                silent("answered with HTTP status 502"),
                None,
            ),
            (
                Conduct::Later,
                silent("will answer by 2026-01-08T04:00:00Z"),
                None,
            ),
        ];
        for (conduct, expected, event) in table {
            let before = events(&platform).await.len();
            asking.registry.be(conduct);
            assert_eq!(asking.told().await, [expected], "{conduct:?}");
            assert!(!asking.has_disability(&platform).await, "{conduct:?}");
            let events = events(&platform).await;
            let new = &events[..events.len() - before];
            assert_eq!(new.first().copied(), event, "{conduct:?}");
            assert!(new.iter().all(|code| Some(*code) == event), "{new:?}");
        }
        // An answer to an earlier question, true and signed as it is.
        asking.registry.be(Conduct::Replays);
        let told = asking.told().await;
        assert!(
            told.len() == 1
                && told[0]
                    .1
                    .starts_with("its answer was refused: answers another request ("),
            "{told:?}"
        );
        assert_eq!(events(&platform).await[0], "answer.another_request");
        assert!(!asking.has_disability(&platform).await);
        // One item twice: which of them is true cannot be known. The others are heard.
        asking.registry.be(Conduct::Twice);
        let told = asking.told().await;
        assert_eq!(told, [refused("speaks twice of one person")]);
        asking.registry.be(Conduct::Honest);
        assert_eq!(asking.told().await, []);
        assert!(asking.has_disability(&platform).await);
    })
    .await;
}

/// The civil registry answers honestly once; its answer is valid from then on.
async fn know_family_by_dci(asking: &Asking) {
    let only_civil = Ask {
        kinds: Vec::new(),
        ..ask_about(1)
    };
    asking.registry.be(Conduct::Honest);
    assert_eq!(asking.story.gather(only_civil).await.silent, []);
}

#[tokio::test]
async fn a_registry_that_knows_nobody_holds_nothing_and_a_civil_one_knows_no_such_number() {
    let platform = platform_of_one().await;
    let asking = asking(&platform, Policy::DciEd25519).await;
    asking.registry.be(Conduct::KnowsNobody);
    let told = asking.told().await;
    let unknown = "the civil registry does not know this number".to_owned();
    assert_eq!(told, [(Source::CivilRegistry, unknown)]);
    know_family_by_dci(&asking).await;
    asking.registry.be(Conduct::KnowsNobody);
    assert_eq!(asking.told().await, []);
    let facts = asking.story.facts_of(&platform, husband(1)).await;
    let disability = facts
        .iter()
        .find(|fact| fact.kind == code::DISABILITY)
        .unwrap();
    assert_eq!(
        disability.unpack_body().unwrap().rows.len(),
        0,
        "nothing held is known"
    );
}

#[tokio::test]
async fn without_keys_nothing_is_asked_and_nothing_is_believed() {
    let platform = platform_of_one().await;
    let asking = asking(&platform, Policy::DciEd25519).await;
    know_family_by_dci(&asking).await;
    std::fs::write(
        asking.keys.path().join("registry.jwks.json"),
        r#"{"keys":[]}"#,
    )
    .unwrap();
    let unknown =
        "its answer was refused: the signature names a key that this sender does not have";
    assert_eq!(
        asking.told().await,
        [(Source::Disability, unknown.to_owned())]
    );
    std::fs::remove_file(asking.keys.path().join("registry.jwks.json")).unwrap();
    let none = "its answer was refused: its signature cannot be checked: the agency's keys are not \
                where its file says";
    assert_eq!(asking.told().await, [(Source::Disability, none.to_owned())]);
    let before = asking.registry.questions.lock().unwrap().len();
    std::fs::remove_file(asking.keys.path().join("daftar.seed")).unwrap();
    let unsigned = "the question cannot be signed: our signing key cannot be read";
    assert_eq!(
        asking.told().await,
        [(Source::Disability, unsigned.to_owned())]
    );
    assert_eq!(asking.registry.questions.lock().unwrap().len(), before);
}

#[test]
fn a_registry_that_does_not_sign_cannot_be_configured() {
    let places = Places {
        base: "http://127.0.0.1:9",
        keys: Path::new("/keys"),
    };
    let text = file("civil_registry", "CRVSPerson", Policy::None, "");
    let refused = Connector::parse("c.toml", &text, &places)
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "c.toml:14: dci.policy: write dci-ed25519 or jws-detached"
    );
}
