//! Messages that are answered at once, and how their questions ended: rows of all who wait go into one
//! commit, and each goes on when its row is durable. A commit for each by itself would wait for the
//! disk twice a message.

use std::sync::{Mutex, PoisonError};

use kernel::Instant;
use store::{Db, Fault, Platform, Result, Tx, bulk};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::status::{self, Outcome};

/// Entries of one commit at most.
const COMMIT_ENTRIES_MAX: usize = 512;
/// Tasks that wait for room in the queue beyond this wait outside.
const QUEUE_MAX: usize = 4_096;

/// A message as it is taken.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub sender_id: String,
    pub message_id: String,
    pub received_at: Instant,
    pub action: &'static str,
    pub transaction_id: String,
    pub correlation: Uuid,
}

#[derive(Debug)]
enum Entry {
    Message(Message),
    Ended {
        correlation: Uuid,
        at: Instant,
        outcomes: Vec<Outcome>,
    },
}

#[derive(Debug)]
struct Waiting {
    entry: Entry,
    answer: oneshot::Sender<Result<bool, String>>,
}

#[derive(Debug)]
struct Journal {
    queue: Mutex<mpsc::Sender<Waiting>>,
}

/// False when a message of this id has been taken already. Returns when it is durable.
pub(super) async fn take(platform: &Platform, message: Message) -> Result<bool> {
    write(platform, Entry::Message(message)).await
}

/// Keeps how the questions of a message ended. Returns when it is durable.
pub(super) async fn note(
    platform: &Platform,
    correlation: Uuid,
    outcomes: Vec<Outcome>,
) -> Result<()> {
    let at = platform.wall.now();
    let ended = Entry::Ended {
        correlation,
        at,
        outcomes,
    };
    write(platform, ended).await.map(drop)
}

async fn write(platform: &Platform, entry: Entry) -> Result<bool> {
    let journal = platform.keep(|| Journal {
        queue: Mutex::new(start(platform.db.clone())),
    });
    let (answer, written) = oneshot::channel();
    let stopped = || fault("its writer has stopped".to_owned());
    let queue = journal.queue(&platform.db);
    let sent = queue.send(Waiting { entry, answer }).await;
    sent.map_err(|_| stopped())?;
    written.await.map_err(|_| stopped())?.map_err(fault)
}

fn fault(reason: String) -> Fault {
    Fault::Stored {
        what: "dci_message",
        reason,
    }
}

impl Journal {
    /// The queue of a living writer: one whose runtime is gone is replaced.
    fn queue(&self, db: &Db) -> mpsc::Sender<Waiting> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.is_closed() {
            *queue = start(db.clone());
        }
        queue.clone()
    }
}

fn start(db: Db) -> mpsc::Sender<Waiting> {
    let (sender, queue) = mpsc::channel(QUEUE_MAX);
    tokio::spawn(write_all(db, queue));
    sender
}

async fn write_all(db: Db, mut queue: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(COMMIT_ENTRIES_MAX);
    while queue.recv_many(&mut batch, COMMIT_ENTRIES_MAX).await > 0 {
        let taken = commit(&db, &batch).await;
        if let Err(why) = &taken {
            tracing::error!(%why, entries = batch.len(), "messages of partners were not written");
        }
        let taken = taken.map_err(|why| why.to_string());
        for (place, waiting) in batch.drain(..).enumerate() {
            let answer = taken.clone().map(|taken| taken[place]);
            // A task that no longer waits has been cancelled.
            let _ = waiting.answer.send(answer);
        }
    }
}

/// For each entry whether it was taken.
async fn commit(db: &Db, batch: &[Waiting]) -> Result<Vec<bool>> {
    let messages: Vec<&Message> = batch.iter().filter_map(Waiting::message).collect();
    let mut tx = db.begin().await?;
    if insert(&mut tx, &messages).await? == messages.len() as u64 {
        note_all(&mut tx, batch).await?;
        tx.commit().await?;
        return Ok(vec![true; batch.len()]);
    }
    // Somebody sent a message again: each by itself tells who.
    tx.rollback().await?;
    let mut tx = db.begin().await?;
    let mut taken = Vec::with_capacity(batch.len());
    for waiting in batch {
        taken.push(match waiting.message() {
            Some(message) => insert(&mut tx, &[message]).await? == 1,
            None => true,
        });
    }
    note_all(&mut tx, batch).await?;
    tx.commit().await?;
    Ok(taken)
}

impl Waiting {
    fn message(&self) -> Option<&Message> {
        match &self.entry {
            Entry::Message(message) => Some(message),
            Entry::Ended { .. } => None,
        }
    }
}

async fn insert(tx: &mut Tx, messages: &[&Message]) -> Result<u64> {
    const MESSAGE: bulk::Insert = bulk::Insert {
        into: "dci_message (sender_id, message_id, received_at, action, transaction_id, correlation_id)",
        on_conflict: "(sender_id, message_id) DO NOTHING",
    };
    bulk::insert(tx, &MESSAGE, messages, |row, message| {
        row.push(message.sender_id.as_str())
            .push(message.message_id.as_str())
            .push(message.received_at.0)
            .push(message.action)
            .push(message.transaction_id.as_str())
            .push(message.correlation);
    })
    .await
}

async fn note_all(tx: &mut Tx, batch: &[Waiting]) -> Result<()> {
    let ended = batch.iter().filter_map(|waiting| match &waiting.entry {
        Entry::Ended {
            correlation,
            at,
            outcomes,
        } => Some((*correlation, *at, outcomes.as_slice())),
        Entry::Message(_) => None,
    });
    let ended: Vec<_> = ended.collect();
    status::note_all(tx, &ended).await
}
