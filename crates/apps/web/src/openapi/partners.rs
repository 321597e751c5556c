//! The social registry (SPDCI) and the mapper of accounts (G2P Connect): one envelope, many messages.

use exchange::dci::envelope::{ID_CHARS_MAX, ITEMS_MAX};
use serde_json::{Value, json};

use super::Spoken;
use super::schema::*;

fn short() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": ID_CHARS_MAX })
}

fn header(action: &str) -> Value {
    object(&[
        ("version?", words(&["1.0.0"])),
        ("message_id", short()),
        ("message_ts", instant()),
        ("action", words(&[action])),
        ("sender_id", text()),
        ("sender_uri?", text()),
        ("receiver_id?", text()),
        (
            "total_count",
            json!({ "type": "integer", "minimum": 1, "maximum": ITEMS_MAX }),
        ),
        ("is_msg_encrypted?", flag()),
        ("meta?", json!({ "type": "object" })),
    ])
}

fn envelope(action: &str, message: Value) -> Value {
    let encrypted = object(&[
        ("header", json!({ "type": "object" })),
        ("encrypted_key", text()),
        ("iv", text()),
        ("ciphertext", text()),
        ("tag", text()),
    ]);
    object(&[
        ("signature?", text()),
        ("header", header(action)),
        ("message", json!({ "oneOf": [message, encrypted] })),
    ])
}

/// The items of a message: what all have, and what is each one's own.
fn items(list: &str, own: &[(&str, Value)]) -> Value {
    let mut fields = vec![
        ("reference_id", short()),
        ("timestamp", instant()),
        ("locale?", pattern("^[a-z]{3}$")),
    ];
    fields.extend(own.iter().cloned());
    object(&[
        ("transaction_id", short()),
        (list, some(object(&fields), ITEMS_MAX)),
    ])
}

fn any() -> Value {
    json!({ "type": "object" })
}

fn search() -> Value {
    let criteria = object(&[
        (
            "query_type",
            words(&["idtype-value", "predicate", "expression"]),
        ),
        ("query", json!({ "type": ["object", "array"] })),
        ("pagination?", any()),
    ]);
    items("search_request", &[("search_criteria", criteria)])
}

fn enrolled() -> Value {
    let criteria = object(&[
        ("query_type", words(&["idtype-value", "expression"])),
        ("query", any()),
        ("response_entity?", text()),
    ]);
    object(&[("transaction_id", short()), ("enrolled_criteria", criteria)])
}

fn status() -> Value {
    let asked = object(&[
        ("reference_id?", short()),
        (
            "txn_type",
            words(&["search", "link", "update", "unlink", "resolve"]),
        ),
        (
            "attribute_type",
            words(&["transaction_id", "correlation_id"]),
        ),
        ("attribute_value", short()),
    ]);
    object(&[("transaction_id", short()), ("txnstatus_request", asked)])
}

fn subscribe() -> Value {
    items("subscribe_request", &[("subscribe_criteria", any())])
}

fn unsubscribe() -> Value {
    object(&[
        ("transaction_id", short()),
        ("timestamp", instant()),
        ("subscription_codes", some(short(), ITEMS_MAX)),
    ])
}

fn notify() -> Value {
    items("notify_event", &[("data", any())])
}

fn mapped(list: &str) -> Value {
    items(
        list,
        &[
            ("id?", text()),
            ("fa?", text()),
            ("scope?", words(&["yes_no", "details"])),
        ],
    )
}

/// What went wrong, in both shapes that readers of DCI expect.
pub fn refusal() -> Value {
    let error = object(&[("code", text()), ("message", text())]);
    let message = object(&[
        ("ack_status", words(&["ERR"])),
        ("timestamp", instant()),
        ("correlation_id", text()),
        ("error", error.clone()),
    ]);
    object(&[("errors", list(error)), ("message", message)])
}

pub fn ack() -> Value {
    let message = object(&[
        ("ack_status", words(&["ACK"])),
        ("timestamp", instant()),
        ("correlation_id", uuid()),
    ]);
    object(&[("message", message)])
}

/// A message of ours.
pub fn told() -> Value {
    let header = object(&[
        ("version", words(&["1.0.0"])),
        ("message_id", uuid()),
        ("message_ts", instant()),
        ("action", text()),
        ("status", words(&["succ", "rjct", "pdng"])),
        ("sender_id", text()),
        ("receiver_id", text()),
        ("total_count", whole()),
        ("completed_count", whole()),
        ("is_msg_encrypted", flag()),
    ]);
    object(&[
        ("signature", text()),
        ("header", header),
        ("message", any()),
    ])
}

/// The same question, answered at once and later.
fn both(
    at_once: &'static str,
    later: &'static str,
    action: &str,
    summary: &'static str,
    message: &Value,
) -> [Spoken; 2] {
    let body = || envelope(action, message.clone());
    [
        Spoken::post(at_once, summary, body(), (200, reference("DciAnswer"))),
        Spoken::post(later, summary, body(), (202, reference("Ack"))),
    ]
}

pub fn spoken() -> Vec<Spoken> {
    let signature = || of_header("Signature", false, text());
    let mut spoken: Vec<Spoken> = registry()
        .into_iter()
        .chain(told_to_us())
        .chain(mapper())
        .collect();
    for one in &mut spoken {
        one.refusal = "DciRefusal";
        one.parameters.push(signature());
    }
    spoken.extend(door());
    spoken
}

fn registry() -> Vec<Spoken> {
    let later = |path, action: &str, summary, message| {
        Spoken::post(
            path,
            summary,
            envelope(action, message),
            (202, reference("Ack")),
        )
    };
    let mut spoken = both(
        "/dci/social/registry/sync/search",
        "/dci/social/registry/search",
        "search",
        "Persons, members and households",
        &search(),
    )
    .to_vec();
    spoken.extend(both(
        "/dci/social/registry/sync/txn/status",
        "/dci/social/registry/txn/status",
        "txn-status",
        "How a search ended",
        &status(),
    ));
    spoken.push(Spoken::post(
        "/dci/social/registry/sync/enrolled",
        "Whether somebody is in a programme",
        envelope("search", enrolled()),
        (200, reference("DciAnswer")),
    ));
    spoken.extend([
        later(
            "/dci/social/registry/subscribe",
            "subscribe",
            "To be told of what happens",
            subscribe(),
        ),
        later(
            "/dci/social/registry/unsubscribe",
            "unsubscribe",
            "No more to be told",
            unsubscribe(),
        ),
        later(
            "/dci/social/registry/notify",
            "notify",
            "A civil registry tells of births, deaths, marriages and divorces",
            notify(),
        ),
    ]);
    spoken
}

/// What registries that we asked or subscribed to tell us.
fn told_to_us() -> Vec<Spoken> {
    let message = |list: &str| {
        object(&[
            ("transaction_id", short()),
            ("correlation_id?", short()),
            (list, some(any(), ITEMS_MAX * 2)),
        ])
    };
    let told = |path, action: &str, summary, list: &str| {
        let body = envelope(action, message(list));
        Spoken::post(path, summary, body, (202, reference("Ack")))
    };
    vec![
        told(
            "/dci/cb/registry/on-search",
            "on-search",
            "A registry that we asked answers now",
            "search_response",
        ),
        told(
            "/dci/cb/registry/on-subscribe",
            "on-subscribe",
            "How a subscription of ours ended",
            "subscribe_response",
        ),
        told(
            "/dci/cb/registry/on-unsubscribe",
            "on-unsubscribe",
            "A subscription of ours ends",
            "subscription_status",
        ),
        told(
            "/dci/cb/registry/notify",
            "notify",
            "What we have subscribed to has happened",
            "notify_event",
        ),
    ]
}

fn mapper() -> Vec<Spoken> {
    let status = both(
        "/mapper/sync/txn/status",
        "/mapper/txn/status",
        "txn-status",
        "How a question ended",
        &status(),
    );
    let link = both(
        "/mapper/sync/link",
        "/mapper/link",
        "link",
        "To which account a person is to be paid",
        &mapped("link_request"),
    );
    let update = both(
        "/mapper/sync/update",
        "/mapper/update",
        "update",
        "To which other account a person is to be paid",
        &mapped("update_request"),
    );
    let unlink = both(
        "/mapper/sync/unlink",
        "/mapper/unlink",
        "unlink",
        "A person is no more to be paid to an account",
        &mapped("unlink_request"),
    );
    let resolve = both(
        "/mapper/sync/resolve",
        "/mapper/resolve",
        "resolve",
        "To which account a person is paid",
        &mapped("resolve_request"),
    );
    [status, link, update, unlink, resolve]
        .into_iter()
        .flatten()
        .collect()
}

fn door() -> Vec<Spoken> {
    let form = object(&[
        ("grant_type", words(&["client_credentials"])),
        ("client_id", text()),
        ("client_secret", text()),
    ]);
    let token = object(&[
        ("access_token", text()),
        ("token_type", words(&["Bearer"])),
        ("expires_in", whole()),
    ]);
    let keys = object(&[("keys", list(any()))]);
    let token = Spoken {
        form: true,
        ..Spoken::post(
            "/oauth2/client/token",
            "A bearer token for a partner",
            form,
            (200, token),
        )
    };
    vec![
        token.refuses_as("TokenRefusal"),
        Spoken::get(
            "/.well-known/jwks.json",
            "The keys of this installation",
            keys,
        ),
    ]
}
