//! What partners are told of a small register, and what the log of looks holds of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use access::{Action, Area, Permit, Purpose, Subject};
use axum::Router;
use axum::http::{StatusCode, Uri};
use kernel::kin::UnitBlock;
use kernel::{Day, Name, Pinfl, Sex};
use registry::event::Birth;
use registry::{person, unit};
use serde_json::{Value, json};
use store::Platform;
use store::testing::each_db;
use uuid::Uuid;

use super::roads::{count, enter_within};
use crate::Exchange;
use crate::dci::life::Life;
use crate::dci::partner;
use crate::dci::{Arrived, Question, When};

const DISTRICT: u32 = 1_726_262;
const OTHER_DISTRICT: u32 = 1_724_220;
const NEAR: &str = "near.uz";
const EVERYWHERE: &str = "everywhere.uz";

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn today() -> Day {
    day("2026-01-05")
}

fn mother() -> Pinfl {
    Pinfl::make(Sex::Female, day("1990-05-12"), 262, 7)
}

fn child() -> Pinfl {
    Pinfl::make(Sex::Male, day("2023-03-01"), 262, 8)
}

/// Lives in the other district, alone.
fn far_away() -> Pinfl {
    Pinfl::make(Sex::Female, day("1970-07-07"), 262, 9)
}

fn newborn() -> Pinfl {
    Pinfl::make(Sex::Female, day("2026-01-03"), 262, 77)
}

fn families() -> String {
    let head = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone\n";
    let (near, far) = (
        format!("{DISTRICT},{DISTRICT}001"),
        format!("{OTHER_DISTRICT},{OTHER_DISTRICT}001"),
    );
    format!(
        "{head}F-1,D-1,{near},{},head,,Karimova,Dilnoza,Rustam,f,1990-05-12,,\n\
         F-1,D-1,{near},{},child,own,Karimov,Aziz,Rustam,m,2023-03-01,,\n\
         F-2,D-2,{far},{},head,,Karimova,Nodira,Rustam,f,1970-07-07,,\n",
        mother(),
        child(),
        far_away()
    )
}

async fn permit(platform: &Platform, action: Action) -> Permit {
    let system = Subject::system();
    let permit = Permit::batch(platform, &system, action, Purpose::Registration, None, 5);
    permit.await.unwrap()
}

/// A partner's server, which refuses all that comes while it is down.
#[derive(Clone, Default)]
struct Ear {
    is_down: Arc<AtomicBool>,
    taken: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Ear {
    async fn open(&self) -> String {
        let ear = self.clone();
        let router = Router::new().fallback(move |uri: Uri, body: String| {
            let ear = ear.clone();
            async move {
                if ear.is_down.load(Ordering::SeqCst) {
                    return (StatusCode::SERVICE_UNAVAILABLE, "");
                }
                let body = serde_json::from_str(&body).unwrap();
                let heard = (uri.path().to_owned(), body);
                ear.taken.lock().unwrap().push(heard);
                (StatusCode::OK, r#"{"message":{"ack_status":"ACK"}}"#)
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/cb", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    /// What was taken since the last look: the name of the address, and the message.
    fn taken(&self) -> Vec<(String, Value)> {
        let taken = std::mem::take(&mut *self.taken.lock().unwrap());
        let named = |(path, body): (String, Value)| (path.replace("/cb/", ""), body);
        taken.into_iter().map(named).collect()
    }
}

/// A register of three persons, a partner of one district and one of the whole country.
struct Register {
    exchange: Exchange,
    ear: Ear,
}

async fn each(story: impl AsyncFn(&Register)) {
    let schemas = [access::SCHEMA, registry::SCHEMA, crate::SCHEMA];
    each_db(&schemas, async |platform| {
        crate::dci::listen(&platform.db).await.unwrap();
        let permit = permit(&platform, Action::ImportRegister).await;
        let block = UnitBlock::nuclear_family();
        let block = unit::ensure_block(&platform, &permit, &block, today());
        block.await.unwrap();
        let file = std::io::Cursor::new(families().into_bytes());
        let report = registry::import::run(&platform, &permit, file, &mut ()).await;
        assert_eq!(report.unwrap().rejected, 0);
        let ear = Ear::default();
        let callback = ear.open().await;
        enter_within(&platform, NEAR, &callback, Area::District(DISTRICT)).await;
        enter_within(&platform, EVERYWHERE, &callback, Area::Country).await;
        let exchange = Exchange::new(platform.clone(), Vec::new(), crate::tests::keys()).unwrap();
        story(&Register { exchange, ear }).await;
    })
    .await;
}

impl Register {
    fn platform(&self) -> &Platform {
        &self.exchange.platform
    }

    /// What comes back for a message that is right in every other way.
    async fn asks(&self, sender_id: &str, way: (Question, When), message: Value) -> Value {
        let mut tx = self.platform().db.read().await.unwrap();
        let (_, subject) = partner::find_open(&mut tx, sender_id)
            .await
            .unwrap()
            .unwrap();
        drop(tx);
        let items = message[way.0.items()].as_array().map_or(1, Vec::len);
        let body = json!({
            "signature": "unsigned",
            "header": { "version": "1.0.0", "message_id": self.platform().ids.uuid().to_string(),
                "message_ts": self.platform().wall.now().to_string(), "action": way.0.action(),
                "sender_id": sender_id, "receiver_id": "sr.gov", "total_count": items },
            "message": message,
        });
        let body = body.to_string();
        let arrived = Arrived {
            body: body.as_bytes(),
            content_type: Some("application/json"),
            signature: None,
        };
        let reply = self.exchange.answer_dci(&subject, way, &arrived, today());
        let reply = reply.await;
        let told: Value = serde_json::from_str(&reply.body).unwrap();
        assert!((200..300).contains(&reply.status), "{told}");
        told
    }

    /// A reference, a time, and what else a request says.
    fn request(&self, name: &str, criteria: &Value) -> Value {
        json!({ "reference_id": "r0", "timestamp": self.platform().wall.now().to_string(),
            name: criteria })
    }

    async fn search(&self, sender_id: &str, criteria: &Value) -> Value {
        let request = self.request("search_criteria", criteria);
        let message = json!({ "transaction_id": "t1", "search_request": [request] });
        let way = (Question::Search, When::AtOnce);
        let told = self.asks(sender_id, way, message).await;
        told["message"]["search_response"][0].clone()
    }

    /// How many a page says that there are, and how many records it has.
    async fn page(&self, sender_id: &str, criteria: &Value, number: u64) -> (u64, usize) {
        let mut criteria = criteria.clone();
        criteria["pagination"] = json!({ "page_number": number, "page_size": 5 });
        let found = self.search(sender_id, &criteria).await;
        let records = found["data"]["reg_records"].as_array();
        (
            found["pagination"]["total_count"].as_u64().unwrap(),
            records.unwrap().len(),
        )
    }

    /// How often the log holds a look of a partner at somebody: granted, refused.
    async fn looks(&self, sender_id: &str, who: Pinfl) -> (i64, i64) {
        let permit = permit(self.platform(), Action::ImportRegister).await;
        let mut tx = self.platform().db.read().await.unwrap();
        let person = person::find_by_pinfl(&mut tx, &permit, who).await;
        let person = person.unwrap().unwrap();
        let counted = "SELECT COUNT(*) FILTER (WHERE granted = TRUE),
            COUNT(*) FILTER (WHERE granted = FALSE) FROM access_log
            WHERE person = $1 AND office = $2 AND action = 'search_register'";
        let found = store::fetch_all!(tx, (i64, i64), counted, person.0, sender_id);
        found.unwrap()[0]
    }

    async fn correspond(&self) {
        while !self.exchange.correspond(today()).await.unwrap().is_idle() {}
    }

    /// Subscribes to each wish; the answer to each.
    async fn subscribe(&self, wishes: &[Value]) -> Vec<Value> {
        let requests = wishes.iter().enumerate().map(|(place, wish)| {
            let mut request = self.request("subscribe_criteria", wish);
            request["reference_id"] = format!("r{place}").into();
            request
        });
        let requests = requests.collect::<Value>();
        let message = json!({ "transaction_id": "sub-1", "subscribe_request": requests });
        let way = (Question::Subscribe, When::Later);
        self.asks(EVERYWHERE, way, message).await;
        self.correspond().await;
        let (name, told) = self.ear.taken().remove(0);
        assert_eq!(name, "on-subscribe");
        let responses = told["message"]["subscribe_response"].as_array().cloned();
        responses.unwrap()
    }

    async fn is_born(&self) {
        let permit = permit(self.platform(), Action::SendCivilEvent).await;
        let birth = Birth {
            id: Uuid::from_u128(1),
            mother: mother(),
            father: None,
            child: newborn(),
            name: Name::new("Karimova", "Zilola", ""),
            sex: Sex::Female,
            born: day("2026-01-03"),
        };
        let mut tx = self.platform().db.begin().await.unwrap();
        let entered = self
            .exchange
            .enter_life(&mut tx, &permit, Life::Birth(birth));
        entered.await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn by_number(kind: &str, who: impl ToString) -> Value {
    json!({ "query_type": "idtype-value", "query": { "type": kind, "value": who.to_string() } })
}

fn everybody() -> Value {
    json!([{ "expression1":
        { "attribute_name": "age", "operator": "ge", "attribute_value": 0 } }])
}

fn wish(event: &str, filter: Value) -> Value {
    json!({ "reg_event_type": event, "filter": filter, "notify_record_type": "Member" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_beyond_the_last_does_not_tell_whether_a_stranger_is_in_the_register() {
    each(async |register| {
        for kind in ["Member", "Group"] {
            let mut stranger = by_number("UIN", far_away());
            stranger["reg_record_type"] = kind.into();
            let (_, before) = register.looks(NEAR, far_away()).await;
            for (number, refused) in [(1, 1), (2, 2), (4_294_967_295, 3)] {
                let told = register.page(NEAR, &stranger, number).await;
                assert_eq!(told, (0, 0), "page {number}");
                let looks = register.looks(NEAR, far_away()).await;
                assert_eq!(looks, (0, before + refused), "page {number}");
            }
        }
        // Who is nobody's is told of in the same words.
        let nobody = by_number("UIN", newborn());
        assert_eq!(register.page(NEAR, &nobody, 2).await, (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_counted_on_a_page_beyond_the_last_finds_it_in_the_log() {
    each(async |register| {
        let one = by_number("NIN", mother());
        assert_eq!(register.page(NEAR, &one, 2).await, (1, 0));
        assert_eq!(register.looks(NEAR, mother()).await, (1, 0));
        assert_eq!(register.looks(NEAR, child()).await, (0, 0));
        let mut family = one.clone();
        family["response_entity"] = "Group".into();
        assert_eq!(register.page(NEAR, &family, 2).await, (1, 0));
        assert_eq!(register.looks(NEAR, mother()).await, (2, 0));
        assert_eq!(register.looks(NEAR, child()).await, (1, 0));

        let found = register.search(EVERYWHERE, &family).await;
        let unit = &found["data"]["reg_records"][0]["group_identifier"][0]["identifier_value"];
        let unit = by_number("HOUSEHOLD_ID", unit.as_str().unwrap());
        assert_eq!(register.page(NEAR, &unit, 1).await, (2, 2));
        assert_eq!(register.page(NEAR, &unit, 2).await, (2, 0));
        assert_eq!(register.looks(NEAR, child()).await, (3, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_matches_is_counted_within_the_territory_and_named_in_the_log_on_every_page() {
    each(async |register| {
        let all = json!({ "query_type": "predicate", "query": everybody() });
        assert_eq!(register.page(NEAR, &all, 1).await, (2, 2));
        assert_eq!(register.page(NEAR, &all, 2).await, (2, 0));
        assert_eq!(register.looks(NEAR, child()).await, (2, 0));
        assert_eq!(register.looks(NEAR, far_away()).await, (0, 0));
        assert_eq!(register.page(EVERYWHERE, &all, 9).await, (3, 0));
        assert_eq!(register.looks(EVERYWHERE, far_away()).await, (1, 0));
        // One who lives elsewhere, described so narrowly that a number would name her.
        let narrow = json!({ "query_type": "predicate", "query": [{ "expression1":
            { "attribute_name": "birth_date", "operator": "eq", "attribute_value": "1970-07-07" } }] });
        assert_eq!(register.page(NEAR, &narrow, 2).await, (0, 0));
        assert_eq!(register.page(EVERYWHERE, &narrow, 2).await, (1, 0));
        assert_eq!(register.looks(EVERYWHERE, far_away()).await, (2, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_told_after_the_end_of_a_subscription_was_confirmed() {
    each(async |register| {
        let wishes = [
            wish("live_birth", everybody()),
            wish("REGISTER", everybody()),
        ];
        let begun = register.subscribe(&wishes).await;
        let code_of = |response: &Value| response["subscriptions"][0]["code"].clone();
        register.ear.is_down.store(true, Ordering::SeqCst);
        register.is_born().await;
        register.correspond().await;
        let waiting = "SELECT COUNT(*) FROM job WHERE kind = 'dci.send'";
        assert_eq!(count(register.platform(), waiting).await, 2);

        let message = json!({ "transaction_id": "sub-2",
            "timestamp": register.platform().wall.now().to_string(),
            "subscription_codes": [code_of(&begun[0])] });
        let way = (Question::Unsubscribe, When::Later);
        register.asks(EVERYWHERE, way, message).await;
        register.ear.is_down.store(false, Ordering::SeqCst);
        register.correspond().await;
        register.platform().clock.step(3_600_000_000).unwrap();
        register.correspond().await;
        let mut taken = register.ear.taken();
        taken.sort_by_key(|(name, _)| name.clone());
        let names: Vec<&str> = taken.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["notify", "on-unsubscribe"], "{taken:?}");
        // The other one stands, and is told.
        let told_of = &taken[0].1["header"]["meta"]["subscription_code"];
        assert_eq!(told_of, &code_of(&begun[1]));
        assert_eq!(taken[1].1["message"]["status"], "succ");
        assert_eq!(count(register.platform(), waiting).await, 0);
        let dropped =
            "SELECT COUNT(*) FROM dci_sent WHERE outcome = 'dropped' AND action = 'notify'";
        assert_eq!(count(register.platform(), dropped).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_wish_is_taken_once_however_it_is_written() {
    each(async |register| {
        let number = |kind: &str| json!({ "type": kind, "value": mother().to_string() });
        let document = |query: Value| json!({ "value": { "expression": { "query": query } } });
        let mut civil = wish("death", number("UIN"));
        civil["reg_type"] = "ns:org:RegistryType:Civil".into();
        let wishes = [
            wish("live_birth", number("UIN")),
            wish("live_birth", number("NIN")),
            wish("LiveBirth", document(json!({ "age": { "$lt": 5 } }))),
            wish("live_birth", document(json!({ "age": { "lt": "5" } }))),
            wish("live_birth", document(json!({ "age": {} }))),
            civil,
        ];
        let begun = register.subscribe(&wishes).await;
        let codes = begun.iter().map(|one| one["status_reason_code"].clone());
        let (twice, details) = (
            json!("rjct.event.already_subscribed"),
            json!("rjct.notify_details.invalid"),
        );
        let expected = [
            Value::Null,
            twice.clone(),
            Value::Null,
            twice,
            details.clone(),
            details,
        ];
        assert_eq!(codes.collect::<Vec<_>>(), expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_whose_filter_is_not_understood_any_more_tells_nobody() {
    each(async |register| {
        register.subscribe(&[wish("live_birth", everybody())]).await;
        // As it was taken before what compares nothing was refused.
        let mut tx = register.platform().db.begin().await.unwrap();
        store::execute!(
            tx,
            "INSERT INTO dci_subscription (code, version, at, sender_id, state, transaction_id, event,
               record_type, filter_type, filter)
             SELECT code, 2, at, sender_id, state, transaction_id, event, record_type, 'expression',
               '{\"value\":{\"expression\":{\"query\":{\"age\":{}}}}}' FROM dci_subscription"
        )
        .unwrap();
        tx.commit().await.unwrap();
        register.is_born().await;
        register.correspond().await;
        assert_eq!(register.ear.taken().len(), 0);
        assert_eq!(count(register.platform(), "SELECT COUNT(*) FROM job").await, 0);
        assert_eq!(register.looks(EVERYWHERE, newborn()).await, (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_has_no_more_words_than_the_standard_lets_it_have() {
    each(async |register| {
        let long = "ў".repeat(25_000);
        for value in [json!(long), json!({ "a": [long] })] {
            let query = json!([{ "expression1":
                { "attribute_name": "age", "operator": "lt", "attribute_value": value } }]);
            let criteria = json!({ "query_type": "predicate", "query": query });
            let rejected = register.search(EVERYWHERE, &criteria).await;
            let words = rejected["status_reason_message"].as_str().unwrap();
            assert!(words.chars().count() <= 999, "{}", words.len());
            assert!(words.contains("no value of"), "{words}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_of_what_was_never_asked_repeats_the_name_alone_and_says_so() {
    each(async |register| {
        for (name, other) in [
            ("correlation_id", "transaction_id"),
            ("transaction_id", "correlation_id"),
        ] {
            let asked = json!({ "reference_id": "r1", "txn_type": "search",
                "attribute_type": name, "attribute_value": "junk" });
            let message = json!({ "transaction_id": "s1", "txnstatus_request": asked });
            let way = (Question::TxnStatus, When::AtOnce);
            let told = register.asks(EVERYWHERE, way, message).await;
            let status = &told["message"]["txnstatus_response"]["txn_status"];
            assert_eq!(told["header"]["status"], "rjct");
            assert_eq!(
                (&status[name], &status[other]),
                (&json!("junk"), &json!(""))
            );
            assert_eq!(status["status_reason_code"], "err.request.not_found");
            assert_eq!(status["search_response"], json!([]));
        }
    })
    .await;
}
