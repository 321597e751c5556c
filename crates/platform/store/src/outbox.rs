//! The transactional outbox: what happened is written with the change itself,
//! so no effect is without its event and no event without its effect.
//!
//! A row may carry a set (ids of ten thousand units): emit per set, not per
//! row. Each consumer that subscribed to a topic gets each event once: taking
//! it and its effect are one transaction. When the effect is long, let the
//! taking enqueue a job.
//!
//! ```no_run
//! # use store::{outbox::{self, NewEvent}, Platform};
//! # async fn example(platform: &Platform) -> store::Result<()> {
//! outbox::subscribe(&platform.db, "registry.died", "casework").await?;   // at start
//!
//! let mut tx = platform.db.begin().await?;
//! outbox::emit(&mut tx, &platform.ids, &[NewEvent::new("registry.died", "unit 1", "[\"...\"]")]).await?;
//! tx.commit().await?;
//!
//! let mut tx = platform.db.begin().await?;
//! for event in outbox::take(&mut tx, "casework", outbox::TAKE_MAX).await? { let _ = event.payload; }
//! tx.commit().await?;       // heard; a rollback brings them back
//! # Ok(()) }
//! ```

use crate::{Db, Ids, Result, Tx, bulk, execute, fetch_all, fetch_value, fetch_values};
use uuid::Uuid;

/// Events taken in one transaction at most.
pub const TAKE_MAX: i64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub topic: &'static str,
    /// What it is about, for people who look.
    pub key: String,
    /// JSON; the emitting service's `events.rs` says its shape.
    pub payload: String,
}

impl NewEvent {
    pub fn new(
        topic: &'static str,
        key: impl Into<String>,
        payload: impl Into<String>,
    ) -> NewEvent {
        NewEvent {
            topic,
            key: key.into(),
            payload: payload.into(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Event {
    pub id: Uuid,
    pub topic: String,
    pub key: String,
    pub payload: String,
    /// Microseconds UTC.
    pub at: i64,
}

/// From now on `consumer` hears of `topic`. Doing it again changes nothing.
pub async fn subscribe(db: &Db, topic: &str, consumer: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    execute!(
        tx,
        "INSERT INTO outbox_consumer (topic, consumer) VALUES ($1, $2)
         ON CONFLICT (topic, consumer) DO NOTHING",
        topic,
        consumer
    )?;
    tx.commit().await
}

const EVENT: bulk::Insert = bulk::Insert {
    into: "outbox (id, topic, key, payload, at)",
    on_conflict: "",
};
const WAITING: bulk::With = bulk::With {
    v: "id, topic",
    statement: "INSERT INTO outbox_waiting (consumer, id)
        SELECT c.consumer, v.id FROM v CROSS JOIN outbox_consumer c WHERE c.topic = v.topic",
};

/// Writes the events in the transaction of the change.
pub async fn emit(tx: &mut Tx, ids: &Ids, events: &[NewEvent]) -> Result<()> {
    let rows: Vec<(Uuid, &NewEvent)> = events.iter().map(|e| (ids.uuid(), e)).collect();
    let at = ids.now().0;
    bulk::insert(tx, &EVENT, &rows, |row, (id, event)| {
        row.push(*id)
            .push(event.topic)
            .push(event.key.as_str())
            .push(event.payload.as_str())
            .push(at);
    })
    .await?;
    bulk::update_from(tx, &WAITING, &rows, |row, (id, event)| {
        row.push(*id).push(event.topic);
    })
    .await?;
    Ok(())
}

/// The events that would be taken next; nothing is taken.
pub async fn next(tx: &mut Tx, consumer: &str, limit: i64) -> Result<Vec<Event>> {
    fetch_all!(
        tx,
        Event,
        "SELECT o.id, o.topic, o.key, o.payload, o.at FROM outbox_waiting w
         JOIN outbox o ON o.id = w.id WHERE w.consumer = $1 ORDER BY w.id LIMIT $2",
        consumer,
        limit.clamp(0, TAKE_MAX)
    )
}

/// Takes the oldest events this consumer has not heard, in their order; a second
/// worker of the same consumer waits until `tx` ends. Committing `tx` is the acknowledgement.
pub async fn take(tx: &mut Tx, consumer: &str, limit: i64) -> Result<Vec<Event>> {
    let limit = limit.clamp(0, TAKE_MAX);
    // One worker of a consumer at a time, so that it hears things in order.
    tx.alone(&format!("outbox {consumer}")).await?;
    let taken = fetch_values!(
        tx,
        Uuid,
        "DELETE FROM outbox_waiting WHERE consumer = $1 AND id IN (SELECT id FROM
         outbox_waiting WHERE consumer = $1 ORDER BY id LIMIT $2) RETURNING id",
        consumer,
        limit
    )?;
    const OF_IDS: bulk::With = bulk::With {
        v: "id",
        statement: "SELECT o.id, o.topic, o.key, o.payload, o.at
            FROM v CROSS JOIN outbox o WHERE o.id = v.id",
    };
    let mut events: Vec<Event> = bulk::select_in(tx, &OF_IDS, &taken, |row, id| {
        row.push(*id);
    })
    .await?;
    events.sort_by_key(|event| event.id);
    Ok(events)
}

/// How many events this consumer has not heard yet.
pub async fn waiting(tx: &mut Tx, consumer: &str) -> Result<i64> {
    fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM outbox_waiting WHERE consumer = $1",
        consumer
    )
}
