//! What others may hear from the register, through the outbox.
//!
//! Payloads are JSON: `{"event": id or null, "persons": [ids], "units": [ids], "on": "2026-02-18"}`.
//! `persons` are those the event is about and all members of the units touched.

use kernel::{Day, PersonId, UnitId};
use serde::{Deserialize, Serialize};
use store::outbox::NewEvent;
use uuid::Uuid;

pub const PERSONS_IMPORTED: &str = "registry.persons_imported";
pub const INCOMES_IMPORTED: &str = "registry.incomes_imported";
/// Members or homes of units changed by the civil registry's answer.
pub const ROSTER_CHANGED: &str = "registry.roster_changed";
pub const PERSON_BORN: &str = "registry.person_born";
pub const PERSON_DIED: &str = "registry.person_died";
/// A death was taken back; its person lives, unless another death stands.
pub const DEATH_ANNULLED: &str = "registry.death_annulled";
pub const MARRIED: &str = "registry.married";
pub const DIVORCED: &str = "registry.divorced";

/// All topics, for those who subscribe.
pub const TOPICS: [&str; 8] = [
    PERSONS_IMPORTED,
    INCOMES_IMPORTED,
    ROSTER_CHANGED,
    PERSON_BORN,
    PERSON_DIED,
    DEATH_ANNULLED,
    MARRIED,
    DIVORCED,
];

/// The payload of every topic but the two of imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// The civil registry's message, when one was the cause.
    pub event: Option<Uuid>,
    pub persons: Vec<PersonId>,
    pub units: Vec<UnitId>,
    pub on: Day,
}

/// The payload of the topics of imports: one batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub persons: u64,
    pub facts: u64,
    pub units: u64,
}

pub(crate) fn touched(topic: &'static str, key: String, touched: &Touched) -> NewEvent {
    let payload = serde_json::to_string(touched).expect("plain data becomes JSON");
    NewEvent::new(topic, key, payload)
}

pub(crate) fn imported(topic: &'static str, batch: &Imported) -> NewEvent {
    let payload = serde_json::to_string(batch).expect("plain data becomes JSON");
    NewEvent::new(topic, "import", payload)
}
