//! SQL of our own subscriptions.

use std::collections::BTreeMap;

use kernel::{Instant, Source};
use store::{Fault, Result, Tx, execute, fetch_all};
use uuid::Uuid;

use crate::dci::event::Event;

/// Rows of one agency that are read, the newest first: years of daily renewals.
const ROWS_MAX: i64 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Kept,
    Sent,
    Stands,
    Refused,
    /// By the registry.
    Ended,
    /// By us.
    Left,
}

impl State {
    const ALL: [State; 6] = [
        State::Kept,
        State::Sent,
        State::Stands,
        State::Refused,
        State::Ended,
        State::Left,
    ];

    pub fn word(self) -> &'static str {
        match self {
            State::Kept => "kept",
            State::Sent => "sent",
            State::Stands => "stands",
            State::Refused => "refused",
            State::Ended => "ended",
            State::Left => "left",
        }
    }
}

/// One subscribing as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    pub id: Uuid,
    pub version: i64,
    pub at: Instant,
    pub agency: Source,
    pub event: Event,
    pub state: State,
    pub code: Option<String>,
    pub reason: Option<String>,
}

impl Subscribed {
    /// The next state of the same subscribing.
    pub fn becomes(&self, state: State, at: Instant) -> Subscribed {
        Subscribed {
            version: self.version + 1,
            at,
            state,
            ..self.clone()
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    version: i64,
    at: i64,
    event: String,
    state: String,
    code: Option<String>,
    reason: Option<String>,
}

impl Row {
    fn into_subscribed(self, agency: Source) -> Result<Subscribed> {
        let damaged = |reason: &str| Fault::Stored {
            what: "subscription at a registry",
            reason: reason.to_owned(),
        };
        let state = State::ALL.into_iter().find(|one| one.word() == self.state);
        Ok(Subscribed {
            id: self.id,
            version: self.version,
            at: Instant(self.at),
            agency,
            event: Event::from_name(&self.event).map_err(|_| damaged(&self.event))?,
            state: state.ok_or_else(|| damaged(&self.state))?,
            code: self.code,
            reason: self.reason,
        })
    }
}

pub async fn insert(tx: &mut Tx, subscribed: &Subscribed) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO registry_subscription (id, version, at, agency, event, state, code, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        subscribed.id,
        subscribed.version,
        subscribed.at.0,
        i64::from(subscribed.agency.code()),
        subscribed.event.name(),
        subscribed.state.word(),
        subscribed.code.as_deref(),
        subscribed.reason.as_deref()
    )?;
    Ok(())
}

/// Every subscribing at an agency as it stands now, the newest first.
pub async fn of_agency(tx: &mut Tx, agency: Source) -> Result<Vec<Subscribed>> {
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT id, version, at, event, state, code, reason FROM registry_subscription s
         WHERE agency = $1 AND NOT EXISTS (SELECT 1 FROM registry_subscription o
           WHERE o.id = s.id AND o.version > s.version)
         ORDER BY id DESC LIMIT $2",
        i64::from(agency.code()),
        ROWS_MAX
    )?;
    let subscribed = rows.into_iter().map(|row| row.into_subscribed(agency));
    subscribed.collect()
}

/// The newest of each event.
pub fn newest(all: &[Subscribed]) -> BTreeMap<&'static str, &Subscribed> {
    let mut newest = BTreeMap::new();
    for one in all {
        newest.entry(one.event.name()).or_insert(one);
    }
    newest
}
