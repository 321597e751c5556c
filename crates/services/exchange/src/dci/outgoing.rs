//! Messages of ours: what they tell, and how they are sealed for the reader.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::encryption;
use super::partner::Partner;
use super::signature::{self, Policy, Signed};
use crate::Exchange;

/// What goes back over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// JSON.
    pub body: String,
    /// The HTTP header `Signature`, for partners who want it there.
    pub signature: Option<String>,
}

/// What a message of ours tells, before it is dated and signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub action: String,
    /// `succ`, `rjct` or `pdng`.
    pub status: String,
    pub total: usize,
    pub completed: usize,
    pub meta: Option<Value>,
    pub message: Value,
}

impl Told {
    /// All of one question is answered.
    pub fn of_one(action: &str, status: &str, message: Value) -> Told {
        Told {
            action: action.to_owned(),
            status: status.to_owned(),
            total: 1,
            completed: 1,
            meta: None,
            message,
        }
    }
}

impl Exchange {
    /// Dated now, encrypted and signed as the partner wants it: a message that waited is sealed anew.
    pub(super) fn seal(&self, partner: &Partner, message_id: Uuid, told: &Told) -> Reply {
        let now = self.platform.wall.now();
        let mut header = json!({
            "version": "1.0.0",
            "message_id": message_id.to_string(),
            "message_ts": now.to_string(),
            "action": told.action,
            "status": told.status,
            "sender_id": partner.receiver_id,
            "receiver_id": partner.sender_id,
            "total_count": told.total,
            "completed_count": told.completed,
            "is_msg_encrypted": partner.encrypted,
        });
        if let Some(meta) = &told.meta {
            header["meta"] = meta.clone();
        }
        let message = match partner.encrypted {
            true => encryption::seal(&told.message, partner),
            false => told.message.clone(),
        };
        let signed = Signed {
            sender_id: &partner.receiver_id,
            header: &header,
            message: &message,
            field: None,
            http: None,
        };
        let (field, http) = self.sign(&signed, partner.policy, now);
        let body = json!({ "signature": field, "header": header, "message": message });
        Reply {
            status: 200,
            body: body.to_string(),
            signature: http,
        }
    }

    /// The field of the body, and the HTTP header for who wants it there.
    fn sign(
        &self,
        signed: &Signed<'_>,
        policy: Policy,
        now: kernel::Instant,
    ) -> (String, Option<String>) {
        let now_s = now.0.div_euclid(1_000_000);
        let key = self.signing_key.as_ref();
        let signature = key.map(|key| signature::sign(signed, policy, key, now_s));
        match (signature, policy) {
            (http, Policy::JwsDetached) => (String::new(), http),
            (Some(field), _) => (field, None),
            (None, _) => ("unsigned".to_owned(), None),
        }
    }
}
