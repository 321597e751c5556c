//! What registries say later, at the asker's own addresses: answers to questions, how subscriptions
//! ended, and what has happened to those who subscribed. Each message is signed, and sent again a few
//! times until it is taken.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::Instant;
use serde_json::{Value, json};

use super::Agency;
use super::dci::{self, ASKER, Asked};
use super::fault::{Fault, Given};
use crate::refusal::{Refusal, refuse};
use crate::seed;
use crate::world::World;

const ATTEMPTS_MAX: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(200);
const SECONDS_MAX: u64 = 10;
const TOLD_OF: [&str; 5] = [
    "live_birth",
    "death",
    "death_annulled",
    "marriage",
    "divorce",
];

/// Questions under way and those who subscribed.
#[derive(Debug, Default)]
pub struct Correspondence {
    /// By transaction: whether it was answered.
    questions: Mutex<HashMap<String, bool>>,
    subscriptions: Mutex<Vec<Subscription>>,
    client: reqwest::Client,
}

#[derive(Clone, Debug)]
pub struct Subscription {
    code: String,
    event: String,
    transaction: Value,
    /// The folder of the subscriber's addresses.
    callback: String,
}

impl Correspondence {
    /// Those who want to hear of an event.
    pub fn subscribers(&self, event: &str) -> Vec<Subscription> {
        let all = locked(&self.subscriptions);
        let wants = all.iter().filter(|one| one.event == event);
        wants.cloned().collect()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Messages are dated by the system's clock, as those that come to us are.
#[expect(
    clippy::disallowed_methods,
    reason = "who reads a message compares its date with the system's clock"
)]
fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Instant(since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(0)))
}

/// `POST .../registry/search`: taken now, answered at `sender_uri`.
pub async fn search(asked: Asked) -> Result<Response, Refusal> {
    let Asked {
        world,
        agency,
        message: asked,
    } = asked;
    let question = dci::question(&asked).ok_or_else(|| bad("rjct.search_criteria.invalid"))?;
    let (address, transaction) = (address(&asked)?, transaction(&asked)?);
    let correlation = question.request_id.clone();
    if locked(&world.correspondence.questions)
        .insert(transaction.clone(), false)
        .is_some()
    {
        return Err(bad("rjct.message_id.duplicate"));
    }
    tokio::spawn(async move {
        let fault = world.faults.of_question(agency, &question, world.now());
        let answer = || dci::answer(&world, agency, (&asked, &question, now()), fault);
        deliver(&world, &address, answer).await;
        locked(&world.correspondence.questions).insert(transaction, true);
    });
    Ok(ack(&correlation))
}

/// `POST .../registry/sync/txn/status`: whether a question was answered.
pub async fn status(asked: Asked) -> Result<Response, Refusal> {
    let Asked {
        world,
        agency,
        message: asked,
    } = asked;
    let about = &asked["message"]["txnstatus_request"]["attribute_value"];
    let known = about.as_str().unwrap_or_default();
    let known = locked(&world.correspondence.questions).get(known).copied();
    let status = match known {
        None => "rjct",
        Some(false) => "pdng",
        Some(true) => "succ",
    };
    let message = json!({
        "transaction_id": asked["message"]["transaction_id"],
        "txnstatus_response": { "txn_type": "search", "txn_status": { "transaction_id": about } },
    });
    let told = message_of(&world, agency, (&asked, "txn-on-status", status), message);
    Ok(super::whole(told))
}

/// `POST .../registry/subscribe`: how it ended is told at `sender_uri`.
pub async fn subscribe(asked: Asked) -> Result<Response, Refusal> {
    answered_later(asked, "on-subscribe", |asked| {
        let requests = asked.message["message"]["subscribe_request"].as_array();
        let begun = requests.into_iter().flatten();
        let begun = begun.map(|request| begin(asked, request));
        json!({ "subscribe_response": begun.collect::<Vec<_>>() })
    })
}

fn begin(asked: &Asked, request: &Value) -> Value {
    let Asked {
        world,
        agency,
        message: asked,
    } = asked;
    let event = request["subscribe_criteria"]["reg_event_type"].as_str();
    let event = event.unwrap_or_default();
    let mut said = json!({ "reference_id": request["reference_id"],
        "timestamp": now().to_string(), "status": "rjct" });
    if *agency != Agency::CivilRegistry || !TOLD_OF.contains(&event) {
        said["status_reason_code"] = "rjct.notify_types.invalid".into();
        return said;
    }
    let mut all = locked(&world.correspondence.subscriptions);
    let named = asked["header"]["sender_uri"].as_str().unwrap_or_default();
    let callback = named.trim_end_matches("on-subscribe").to_owned();
    let known = all
        .iter()
        .find(|one| one.event == event && one.callback == callback);
    let code = match known {
        Some(known) => {
            said["status_reason_code"] = "rjct.event.already_subscribed".into();
            known.code.clone()
        }
        None => {
            said["status"] = "succ".into();
            let names = format!("{} {event}", asked["message"]["transaction_id"]);
            let code = seed::id(&[world.country.population.seed, 71, seed::of_text(&names)]);
            let code = code.to_string();
            all.push(Subscription {
                code: code.clone(),
                event: event.to_owned(),
                transaction: asked["message"]["transaction_id"].clone(),
                callback,
            });
            code
        }
    };
    said["subscriptions"] = json!([{ "code": code, "status": "subscribe",
        "timestamp": now().to_string() }]);
    said
}

/// `POST .../registry/unsubscribe`.
pub async fn unsubscribe(asked: Asked) -> Result<Response, Refusal> {
    answered_later(asked, "on-unsubscribe", |asked| {
        let codes = asked.message["message"]["subscription_codes"].as_array();
        let codes = codes.cloned().unwrap_or_default();
        locked(&asked.world.correspondence.subscriptions)
            .retain(|one| !codes.contains(&Value::from(one.code.as_str())));
        let ended = codes
            .iter()
            .map(|code| json!({ "code": code, "status": "unsubscribe" }));
        json!({ "timestamp": now().to_string(), "status": "succ",
            "subscription_status": ended.collect::<Vec<_>>() })
    })
}

/// Takes a message now; what is said of it is told at its sender's own address.
fn answered_later(
    asked: Asked,
    action: &'static str,
    say: impl FnOnce(&Asked) -> Value,
) -> Result<Response, Refusal> {
    let (address, transaction) = (address(&asked.message)?, transaction(&asked.message)?);
    let mut message = say(&asked);
    message["transaction_id"] = transaction.as_str().into();
    message["correlation_id"] = transaction.as_str().into();
    tokio::spawn(async move {
        let about = (&asked.message, action, "succ");
        let seal = || message_of(&asked.world, asked.agency, about, message.clone());
        deliver(&asked.world, &address, seal).await;
    });
    Ok(ack(&transaction))
}

/// Tells those who subscribed of what has happened; true when all of them have taken it.
pub async fn notify(world: &World, subscribers: &[Subscription], record: &Value) -> bool {
    let agency = Agency::CivilRegistry;
    let mut taken = true;
    for one in subscribers {
        let id = seed::id(&[
            world.country.population.seed,
            72,
            seed::of_text(&format!("{}{record}", one.code)),
        ]);
        let message = json!({
            "transaction_id": one.transaction,
            "notify_event": [{ "reference_id": id, "timestamp": now().to_string(), "data": {
                "version": "1.0.0", "reg_type": "ns:org:RegistryType:Civil",
                "reg_event_type": one.event, "reg_record_type": "CRVSPerson",
                "reg_records": record,
            } }],
        });
        let asked = json!({ "header": { "message_id": id } });
        let seal = || {
            let mut header = header(agency, (&asked, "notify", "succ"));
            header["meta"] = json!({ "subscription_code": one.code });
            let at = now().0 / 1_000_000;
            dci::seal(world, agency, (header, message.clone()), (at, Fault::None))
        };
        taken &= deliver(world, &format!("{}notify", one.callback), seal).await;
    }
    taken
}

fn header(agency: Agency, (asked, action, status): (&Value, &str, &str)) -> Value {
    let id = asked["header"]["message_id"].as_str().unwrap_or_default();
    json!({
        "version": "1.0.0", "message_id": format!("{id}-{action}"), "message_ts": now().to_string(),
        "action": action, "status": status, "sender_id": format!("{}.uz", agency.name()),
        "receiver_id": ASKER, "total_count": 1, "completed_count": 1,
    })
}

fn message_of(
    world: &World,
    agency: Agency,
    (asked, action, status): (&Value, &str, &str),
    message: Value,
) -> Given {
    let header = header(agency, (asked, action, status));
    let at = now().0 / 1_000_000;
    dci::seal(world, agency, (header, message), (at, Fault::None))
}

/// Sends a message, sealed anew each time, until it is taken or a few attempts are over.
async fn deliver(world: &World, address: &str, seal: impl Fn() -> Given) -> bool {
    let mut wait = FIRST_WAIT;
    for _ in 0..ATTEMPTS_MAX {
        let (body, headers) = seal();
        let mut request = world.correspondence.client.post(address).body(body);
        request = request.header("content-type", "application/json");
        request = request.timeout(Duration::from_secs(SECONDS_MAX));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(response) if response.status().is_success() => return true,
            Ok(response) if response.status().is_client_error() => {
                let status = response.status();
                let why = response.text().await.unwrap_or_default();
                tracing::warn!(address, %status, why, "a registry's message was refused");
                return false;
            }
            _ => tokio::time::sleep(wait).await,
        }
        wait *= 2;
    }
    tracing::warn!(address, "a registry's message was not taken");
    false
}

fn address(asked: &Value) -> Result<String, Refusal> {
    let named = asked["header"]["sender_uri"].as_str();
    let named = named.ok_or_else(|| bad("err.sender_uri.invalid"))?;
    Ok(named.to_owned())
}

fn transaction(asked: &Value) -> Result<String, Refusal> {
    let id = asked["message"]["transaction_id"].as_str();
    Ok(id.ok_or_else(|| bad("err.request.bad"))?.to_owned())
}

fn bad(code: &str) -> Refusal {
    refuse(StatusCode::BAD_REQUEST, code.to_owned())
}

fn ack(correlation: &str) -> Response {
    let ack = json!({ "message": { "ack_status": "ACK", "timestamp": now().to_string(),
        "correlation_id": correlation } });
    (StatusCode::ACCEPTED, Json(ack)).into_response()
}
