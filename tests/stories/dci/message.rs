//! Messages as a partner writes them, and how one is sent.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::register::Register;
use crate::stage::wire::{self, Answer};

/// A partner with its token.
#[derive(Debug)]
pub struct Client {
    pub address: String,
    pub sender_id: &'static str,
    pub token: String,
    sent: AtomicU32,
}

pub fn now() -> kernel::Instant {
    store::Clock::system().now()
}

impl Client {
    pub fn new(register: &Register, sender_id: &'static str, token: String) -> Client {
        Client {
            address: register.address.clone(),
            sender_id,
            token,
            sent: AtomicU32::new(0),
        }
    }

    /// A message that is right in every way.
    pub fn message(&self, action: &str, total: usize, message: Value) -> Value {
        let number = self.sent.fetch_add(1, Ordering::SeqCst);
        json!({
            "signature": "unsigned",
            "header": {
                "version": "1.0.0",
                "message_id": format!("{}-{number}", self.sender_id),
                "message_ts": now().to_string(),
                "action": action,
                "sender_id": self.sender_id,
                "receiver_id": "sr.gov",
                "total_count": total,
                "is_msg_encrypted": false,
            },
            "message": message,
        })
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let url = format!("{}/dci/social/registry/{path}", self.address);
        wire::post(&url, &self.token, body).await
    }

    /// One search, answered at once.
    pub async fn search(&self, criteria: Value) -> Value {
        let body = self.message("search", 1, searches("t1", &[criteria]));
        let answer = self.post("sync/search", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["message"]["search_response"][0].clone()
    }

    /// A message that is refused: the status, and the finer code.
    pub async fn refused(&self, path: &str, body: &Value) -> (u16, String) {
        let answer = self.post(path, body).await;
        let told = answer.json();
        assert_eq!(told["message"]["ack_status"], "ERR", "{told}");
        assert!(told["message"]["error"]["code"].is_string(), "{told}");
        let code = told["errors"][0]["code"].as_str().expect("a code");
        (answer.status, code.to_owned())
    }
}

pub fn searches(transaction: &str, criteria: &[Value]) -> Value {
    let requests = criteria.iter().enumerate().map(|(place, criteria)| {
        json!({ "reference_id": format!("r{place}"), "timestamp": now().to_string(),
            "locale": "uzb", "search_criteria": criteria })
    });
    json!({ "transaction_id": transaction, "search_request": requests.collect::<Value>() })
}

pub fn by_number(kind: &str, value: impl ToString) -> Value {
    json!({ "query_type": "idtype-value",
        "query": { "type": kind, "value": value.to_string() } })
}

pub fn predicate(attribute: &str, operator: &str, value: Value) -> Value {
    json!([{ "seq_num": 1, "expression1":
        { "attribute_name": attribute, "operator": operator, "attribute_value": value } }])
}

pub fn expression(collection: &str, query: Value) -> Value {
    json!({ "query_type": "expression", "query": { "type": "ns:org:QueryType:expression",
        "value": { "expression": { "collection": collection, "query": query } } } })
}

pub fn status_by(attribute: &str, value: &str) -> Value {
    json!({ "transaction_id": "s1", "txnstatus_request": { "reference_id": "r1",
        "txn_type": "search", "attribute_type": attribute, "attribute_value": value } })
}
