//! What others may hear from the exchange, through the outbox.

use kernel::{CaseId, PersonId};
use serde::{Deserialize, Serialize};
use store::outbox::NewEvent;

/// A question that was answered later has come to an end, in part or whole: who waited for it has
/// something new to look at.
pub const ANSWERED: &str = "exchange.answered";

/// Its payload: one message of a registry, or one question that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The cases that wait.
    pub cases: Vec<CaseId>,
    /// Persons of whom the agency now says something else than it had said.
    pub corrected: Vec<PersonId>,
}

pub(crate) fn answered(key: String, answered: &Answered) -> NewEvent {
    let payload = serde_json::to_string(answered).expect("plain data becomes JSON");
    NewEvent::new(ANSWERED, key, payload)
}
