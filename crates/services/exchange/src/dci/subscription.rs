//! What partners want to be told of, and until when. Nothing is overwritten: an end is a further
//! version of the same code.

use std::collections::HashSet;

use kernel::Instant;
use serde_json::{Map, Value, json};
use store::{Fault, Ids, Tx, bulk, execute, fetch_all, fetch_optional, fetch_values};
use uuid::Uuid;

use super::later::Request;
use super::outgoing::Told;
use super::query::Refused;
use super::question::Question;
use super::status::{Outcome, REJECTED};
use super::wanted::{self, Kind, Query, REGISTRY, Rejected};
use super::{envelope, event::Event, words};

/// Subscriptions of one partner at one time.
pub const SUBSCRIPTIONS_MAX: i64 = 1_000;
const BEGUN: &str = "subscribe";
const ENDED: &str = "unsubscribe";

/// What is to be told, of whom, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub event: Event,
    pub kind: Kind,
    pub filter_type: String,
    /// As it was written.
    pub filter: Value,
}

impl Wish {
    /// Reads one `subscribe_request`.
    pub fn of(item: &Map<String, Value>) -> Result<Wish, Rejected> {
        let asked = item.get("subscribe_criteria").and_then(Value::as_object);
        let asked = asked.ok_or_else(|| details("subscribe_criteria is missing"))?;
        wanted::check_registry(asked).map_err(details)?;
        let text = |name: &str| asked.get(name).and_then(Value::as_str);
        let event = Event::from_name(text("reg_event_type").unwrap_or(""))?;
        let kind = Kind::from_name(text("notify_record_type").unwrap_or(""));
        let kind = kind.ok_or_else(|| details("notify_record_type: Person, Member or Group"))?;
        if asked.contains_key("frequency") {
            return Err(details(
                "what happened is told at once; leave frequency out",
            ));
        }
        let filter = asked.get("filter").cloned().unwrap_or(Value::Null);
        let filter_type = text("filter_type").unwrap_or_else(|| type_of(&filter));
        let wish = Wish {
            event,
            kind,
            filter_type: filter_type.to_owned(),
            filter,
        };
        match wish.query().map_err(details)? {
            Query::Number(None) => Err(Rejected {
                code: "rjct.person_id.invalid",
                message: "this is no number of a person".to_owned(),
            }),
            Query::Unit(None) => Err(details("this is no number of a household")),
            _ => Ok(wish),
        }
    }

    pub fn query(&self) -> Result<Query, Refused> {
        Query::of_field("filter", &self.filter_type, &self.filter)
    }

    /// Whether both tell the same: one filter may be written in several ways.
    fn tells_as(&self, other: &Wish) -> bool {
        let as_what = |wish: &Wish| (wish.event, wish.kind);
        as_what(self) == as_what(other)
            && self.query().is_ok_and(|query| other.query() == Ok(query))
    }
}

/// Where `filter_type` is left out, the form tells.
fn type_of(filter: &Value) -> &'static str {
    match filter {
        Value::Array(_) => "predicate",
        filter if filter["value"].is_string() => "idtype-value",
        _ => "expression",
    }
}

fn details(message: impl Into<String>) -> Rejected {
    Rejected {
        code: "rjct.notify_details.invalid",
        message: message.into(),
    }
}

/// A wish that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub code: Uuid,
    pub sender_id: String,
    /// Of the message that began it; what is told names it.
    pub transaction_id: String,
    pub wish: Wish,
}

/// Answers a `subscribe`: one answer a request, each with its own end, and how each ended.
pub async fn subscribe(
    tx: &mut Tx,
    ids: &Ids,
    now: Instant,
    request: &Request,
) -> store::Result<(Told, Vec<Outcome>)> {
    let items = request.message.get("subscribe_request");
    let items = items.and_then(Value::as_array).into_iter().flatten();
    // Two messages of one partner do not count each other's subscriptions wrongly.
    tx.alone(&format!("dci subscription {}", request.sender_id))
        .await?;
    let (mut responses, mut outcomes) = (Vec::new(), Vec::new());
    for item in items.filter_map(Value::as_object) {
        let checked = envelope::check_alone(item, "rjct.notify_details.invalid");
        let begun = match checked.and_then(|()| Wish::of(item)) {
            Ok(wish) => begin(tx, ids.uuid(), now, request, wish).await?,
            Err(rejected) => Err(rejected),
        };
        outcomes.push(outcome(item, &begun));
        responses.push(response(item, begun, now));
    }
    let succeeded = outcomes.iter().any(|one| one.status != REJECTED);
    let count = responses.len();
    let told = Told {
        action: Question::Subscribe.answer_action().to_owned(),
        status: if succeeded { "succ" } else { REJECTED }.to_owned(),
        total: count,
        completed: count,
        meta: None,
        message: json!({
            "transaction_id": request.transaction_id,
            "correlation_id": request.correlation.to_string(),
            "subscribe_response": responses,
        }),
    };
    Ok((told, outcomes))
}

fn outcome(item: &Map<String, Value>, begun: &Result<Subscription, Rejected>) -> Outcome {
    let rejected = begun.as_ref().err();
    Outcome {
        reference_id: envelope::id(item, "reference_id").unwrap_or_default(),
        status: rejected.map_or("succ", |_| REJECTED),
        reason: rejected.map(|rejected| rejected.code),
        records: 0,
    }
}

fn response(
    item: &Map<String, Value>,
    begun: Result<Subscription, Rejected>,
    now: Instant,
) -> Value {
    let mut response = json!({
        "reference_id": envelope::id(item, "reference_id"),
        "timestamp": now.to_string(),
        "status": if begun.is_ok() { "succ" } else { REJECTED },
    });
    match begun {
        Ok(begun) => {
            response["subscriptions"] = json!([{
                "version": "1.0.0",
                "code": begun.code.to_string(),
                "status": BEGUN,
                "timestamp": now.to_string(),
                "reg_type": REGISTRY,
                "reg_event_type": begun.wish.event.name(),
                "notify_record_type": begun.wish.kind.name(),
            }]);
        }
        Err(rejected) => {
            response["status_reason_code"] = rejected.code.into();
            response["status_reason_message"] = words::of_refusal(item, &rejected).into();
        }
    }
    response
}

async fn begin(
    tx: &mut Tx,
    code: Uuid,
    now: Instant,
    request: &Request,
    wish: Wish,
) -> store::Result<Result<Subscription, Rejected>> {
    let sender = request.sender_id.as_str();
    let standing = standing(tx, sender).await?;
    if standing.iter().any(|known| known.wish.tells_as(&wish)) {
        let message = "this is subscribed to already".to_owned();
        let code = "rjct.event.already_subscribed";
        return Ok(Err(Rejected { code, message }));
    }
    if standing.len() as i64 >= SUBSCRIPTIONS_MAX {
        let why = format!("a partner has at most {SUBSCRIPTIONS_MAX} subscriptions");
        return Ok(Err(details(why)));
    }
    let begun = Subscription {
        code,
        sender_id: request.sender_id.clone(),
        transaction_id: request.transaction_id.clone(),
        wish,
    };
    insert(tx, &begun, 1, BEGUN, now).await?;
    Ok(Ok(begun))
}

async fn insert(
    tx: &mut Tx,
    subscription: &Subscription,
    version: i64,
    state: &str,
    now: Instant,
) -> store::Result<()> {
    let wish = &subscription.wish;
    execute!(
        tx,
        "INSERT INTO dci_subscription (code, version, at, sender_id, state, transaction_id, event,
           record_type, filter_type, filter)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        subscription.code,
        version,
        now.0,
        subscription.sender_id.as_str(),
        state,
        subscription.transaction_id.as_str(),
        wish.event.name(),
        wish.kind.name(),
        wish.filter_type.as_str(),
        wish.filter.to_string()
    )?;
    Ok(())
}

/// Answers an `unsubscribe`: all that it names end, or none; and how it ended as a whole.
pub async fn unsubscribe(
    tx: &mut Tx,
    now: Instant,
    request: &Request,
) -> store::Result<(Told, Outcome)> {
    let codes = request.message.get("subscription_codes");
    let codes = codes.and_then(Value::as_array).into_iter().flatten();
    let codes: Vec<&str> = codes.filter_map(Value::as_str).collect();
    tx.alone(&format!("dci subscription {}", request.sender_id))
        .await?;
    let mut ending = Vec::new();
    let mut refused = None;
    for code in &codes {
        match find_standing(tx, &request.sender_id, code).await? {
            Ok(found) if ending.contains(&found) => {}
            Ok(found) => ending.push(found),
            Err(code) => refused = refused.or(Some(code)),
        }
    }
    let status = refused.map_or("succ", |_| REJECTED);
    let mut message = json!({
        "transaction_id": request.transaction_id,
        "correlation_id": request.correlation.to_string(),
        "timestamp": now.to_string(),
        "status": status,
    });
    match refused {
        Some(reason) => message["status_reason_code"] = reason.into(),
        None => {
            for subscription in &ending {
                insert(tx, subscription, 2, ENDED, now).await?;
            }
            let ended = codes
                .iter()
                .map(|code| json!({ "code": code, "status": ENDED }));
            message["subscription_status"] = ended.collect();
        }
    }
    let ended = Outcome {
        reference_id: request.transaction_id.clone(),
        status,
        reason: refused,
        records: 0,
    };
    let told = Told {
        total: codes.len(),
        completed: codes.len(),
        ..Told::of_one(Question::Unsubscribe.answer_action(), status, message)
    };
    Ok((told, ended))
}

/// Somebody else's subscription is as unknown as one that never was.
async fn find_standing(
    tx: &mut Tx,
    sender_id: &str,
    code: &str,
) -> store::Result<Result<Subscription, &'static str>> {
    let unknown = "rjct.subscription_code.invalid";
    let Ok(uuid) = code.parse::<Uuid>() else {
        return Ok(Err(unknown));
    };
    let found = find(tx, uuid).await?;
    let Some((subscription, stands)) = found.filter(|(known, _)| known.sender_id == sender_id)
    else {
        return Ok(Err(unknown));
    };
    if stands {
        return Ok(Ok(subscription));
    }
    Ok(Err("rjct.event.already_unsubscribed"))
}

#[derive(sqlx::FromRow)]
struct Row {
    code: Uuid,
    state: String,
    sender_id: String,
    transaction_id: String,
    event: String,
    record_type: String,
    filter_type: String,
    filter: String,
}

impl Row {
    fn into_subscription(self) -> store::Result<Subscription> {
        let damaged = |reason: String| Fault::Stored {
            what: "subscription",
            reason,
        };
        let event = Event::from_name(&self.event).map_err(|why| damaged(why.message))?;
        let kind = Kind::from_name(&self.record_type);
        let filter = serde_json::from_str(&self.filter).map_err(|why| damaged(why.to_string()))?;
        Ok(Subscription {
            code: self.code,
            sender_id: self.sender_id,
            transaction_id: self.transaction_id,
            wish: Wish {
                event,
                kind: kind.ok_or_else(|| damaged(format!("no record {}", self.record_type)))?,
                filter_type: self.filter_type,
                filter,
            },
        })
    }
}

/// A subscription by its code, and whether it stands.
pub async fn find(tx: &mut Tx, code: Uuid) -> store::Result<Option<(Subscription, bool)>> {
    let row = fetch_optional!(
        tx,
        Row,
        "SELECT code, state, sender_id, transaction_id, event, record_type, filter_type, filter
         FROM dci_subscription WHERE code = $1 ORDER BY version DESC LIMIT 1",
        code
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let stands = row.state == BEGUN;
    Ok(Some((row.into_subscription()?, stands)))
}

/// Those of the codes that stand.
pub async fn standing_of(tx: &mut Tx, codes: &[Uuid]) -> store::Result<HashSet<Uuid>> {
    const STANDING: bulk::With = bulk::With {
        v: "code",
        statement: "SELECT s.code FROM v CROSS JOIN dci_subscription s
            WHERE s.code = v.code AND s.state = 'subscribe' AND NOT EXISTS
              (SELECT 1 FROM dci_subscription o WHERE o.code = s.code AND o.version > s.version)",
    };
    let standing: Vec<(Uuid,)> = bulk::select_in(tx, &STANDING, codes, |row, code| {
        row.push(*code);
    })
    .await?;
    Ok(standing.into_iter().map(|(code,)| code).collect())
}

/// The subscriptions of a partner that stand.
async fn standing(tx: &mut Tx, sender_id: &str) -> store::Result<Vec<Subscription>> {
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT code, state, sender_id, transaction_id, event, record_type, filter_type, filter
         FROM dci_subscription s WHERE sender_id = $1 AND state = $2 AND NOT EXISTS
           (SELECT 1 FROM dci_subscription o WHERE o.code = s.code AND o.version > s.version)
         ORDER BY code LIMIT $3",
        sender_id,
        BEGUN,
        SUBSCRIPTIONS_MAX
    )?;
    rows.into_iter().map(Row::into_subscription).collect()
}

/// Codes of those who wait for an event, after `after`; fewer than `limit` means the end.
pub async fn waiting_for(
    tx: &mut Tx,
    event: Event,
    after: Uuid,
    limit: i64,
) -> store::Result<Vec<Uuid>> {
    fetch_values!(
        tx,
        Uuid,
        "SELECT code FROM dci_subscription s WHERE event = $1 AND code > $2 AND state = $3
           AND NOT EXISTS
             (SELECT 1 FROM dci_subscription o WHERE o.code = s.code AND o.version > s.version)
         ORDER BY code LIMIT $4",
        event.name(),
        after,
        BEGUN,
        limit
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(filter: Value) -> String {
        let mut asked = json!({ "reg_event_type": "death", "notify_record_type": "Person" });
        if !filter.is_null() {
            asked["filter"] = filter;
        }
        let item = json!({ "subscribe_criteria": asked });
        let wish = Wish::of(item.as_object().expect("an object"));
        let rejected = wish.expect_err("a wish that cannot be read");
        assert_eq!(rejected.code, "rjct.notify_details.invalid");
        rejected.message
    }

    #[test]
    fn what_is_wrong_with_a_filter_names_the_filter() {
        assert_eq!(refused(Value::Null), "filter is missing");
        assert_eq!(
            refused(json!({ "value": {} })),
            "filter.value.expression.query is missing"
        );
        assert_eq!(refused(json!({ "value": "x" })), "filter is {type, value}");
    }
}
