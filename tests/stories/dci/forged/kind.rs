//! Every kind of message that a partner sends us, each as it would be taken.

use serde_json::{Value, json};

use crate::dci::message::{by_number, now, searches, status_by};
use crate::dci::register::{mother, person};

/// A kind is an address: what is asked, and whether the answer comes at once.
pub struct Kind {
    pub path: &'static str,
    pub action: &'static str,
    message: fn() -> Value,
}

/// What stands beside every item.
fn item(fields: Value) -> Value {
    let mut item = json!({ "reference_id": "r1", "timestamp": now().to_string(), "locale": "uzb" });
    for (name, value) in fields.as_object().expect("an object") {
        item[name] = value.clone();
    }
    item
}

fn items(list: &str, fields: Value) -> Value {
    json!({ "transaction_id": "t1", list: [item(fields)] })
}

fn id() -> String {
    format!("pinfl:{}@uz", mother())
}

const ACCOUNT: &str = "account:22618000000000000001@00014";

fn search() -> Value {
    searches("t1", &[by_number("UIN", mother())])
}

/// Whether the mother is in any programme.
fn enrolled() -> Value {
    json!({ "transaction_id": "t1", "enrolled_criteria": { "query_type": "expression",
        "query": { "person_identifier": { "eq": mother().to_string() } } } })
}

fn status() -> Value {
    status_by("transaction_id", "t1")
}

fn subscribe() -> Value {
    let criteria = json!({ "reg_type": "ns:org:RegistryType:Social", "reg_event_type": "death",
        "filter": { "type": "UIN", "value": mother().to_string() },
        "notify_record_type": "Person" });
    items(
        "subscribe_request",
        json!({ "subscribe_criteria": criteria }),
    )
}

fn unsubscribe() -> Value {
    let code = "019b7a1c-6a80-7000-8000-3f0c2b6d9e11";
    json!({ "transaction_id": "t1", "timestamp": now().to_string(), "subscription_codes": [code] })
}

/// Of somebody whom the register does not know: taken, and nothing is entered.
fn notify() -> Value {
    let dead = person(kernel::Sex::Male, "1950-01-01", 999).to_string();
    let identifier = json!({ "identifier_type": "UIN", "identifier_value": dead });
    let data = json!({ "reg_event_type": "death", "reg_record_type": "Person",
        "reg_records": { "identifier": identifier, "death_date": "2025-10-04" } });
    items("notify_event", json!({ "data": data }))
}

fn link() -> Value {
    items("link_request", json!({ "id": id(), "fa": ACCOUNT }))
}

fn update() -> Value {
    items("update_request", json!({ "id": id(), "fa": ACCOUNT }))
}

fn unlink() -> Value {
    items("unlink_request", json!({ "id": id() }))
}

fn resolve() -> Value {
    items("resolve_request", json!({ "id": id() }))
}

macro_rules! kinds {
    ($($path:literal $action:literal $message:ident;)*) => {
        &[$(Kind { path: $path, action: $action, message: $message }),*]
    };
}

/// Held against the route table by a test below.
pub const KINDS: &[Kind] = kinds! {
    "/dci/social/registry/sync/search" "search" search;
    "/dci/social/registry/sync/enrolled" "search" enrolled;
    "/dci/social/registry/sync/txn/status" "txn-status" status;
    "/dci/social/registry/search" "search" search;
    "/dci/social/registry/txn/status" "txn-status" status;
    "/dci/social/registry/subscribe" "subscribe" subscribe;
    "/dci/social/registry/unsubscribe" "unsubscribe" unsubscribe;
    "/dci/social/registry/notify" "notify" notify;
    "/mapper/sync/link" "link" link;
    "/mapper/sync/update" "update" update;
    "/mapper/sync/unlink" "unlink" unlink;
    "/mapper/sync/resolve" "resolve" resolve;
    "/mapper/sync/txn/status" "txn-status" status;
    "/mapper/link" "link" link;
    "/mapper/update" "update" update;
    "/mapper/unlink" "unlink" unlink;
    "/mapper/resolve" "resolve" resolve;
    "/mapper/txn/status" "txn-status" status;
};

impl Kind {
    pub fn message(&self) -> Value {
        (self.message)()
    }
}

/// Of registries that we have asked or subscribed to. They come without a token and answer something of
/// ours, so their forgeries stand where the questions are: `exchange::tests::{awaited, subscribed}`.
const FORGED_ELSEWHERE: [&str; 4] = [
    "/dci/cb/registry/on-search",
    "/dci/cb/registry/on-subscribe",
    "/dci/cb/registry/on-unsubscribe",
    "/dci/cb/registry/notify",
];

#[test]
fn every_address_that_takes_signed_messages_is_in_the_table_of_forged_ones() {
    let listed =
        std::fs::read_to_string(crate::stage::repository().join("crates/apps/web/routes.txt"))
            .expect("the route table");
    let signed = listed.lines().filter_map(|line| {
        let path = line.split_whitespace().nth(1)?;
        (path.starts_with("/dci/") || path.starts_with("/mapper/")).then_some(path)
    });
    let signed: std::collections::BTreeSet<&str> = signed.collect();
    assert!(!signed.is_empty());
    let listed = KINDS.iter().map(|kind| kind.path);
    assert_eq!(signed, listed.chain(FORGED_ELSEWHERE).collect());
}
