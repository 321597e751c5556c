//! Why a message is not answered, in both shapes of errors that DCI's readers expect.

use kernel::Instant;
use serde_json::{Value, json};

/// `*_message` of the standard.
const MESSAGE_CHARS_MAX: usize = 999;

/// Words that are not longer than the standard lets them be.
pub(super) fn bounded(words: &str) -> String {
    words.chars().take(MESSAGE_CHARS_MAX).collect()
}

/// A message that is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {message}")]
pub struct Refusal {
    pub status: u16,
    /// The transport's word: `err.request.bad`.
    pub code: &'static str,
    /// The finer word where the standard has one: `rjct.message_id.duplicate`.
    pub reason: &'static str,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, code: &'static str, message: impl ToString) -> Refusal {
        Refusal {
            status,
            code,
            reason: code,
            message: message.to_string(),
        }
    }

    pub fn bad(message: impl ToString) -> Refusal {
        Refusal::new(400, "err.request.bad", message)
    }

    /// What the header or an item is refused for.
    pub fn rejected(reason: &'static str, message: impl ToString) -> Refusal {
        Refusal {
            reason,
            ..Refusal::bad(message)
        }
    }

    /// The standard's list of errors, and the acknowledgement that readers of OpenSPP want.
    pub fn body(&self, correlation_id: &str, now: Instant) -> Value {
        let message = bounded(&self.message);
        json!({
            "errors": [{ "code": self.reason, "message": message }],
            "message": {
                "ack_status": "ERR",
                "timestamp": now.to_string(),
                "correlation_id": correlation_id,
                "error": { "code": self.code, "message": message },
            },
        })
    }
}
