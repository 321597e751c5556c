//! The one writer of a process: rows of all tasks that wait go into one
//! commit, and each task goes on when its row is durable.

use std::sync::{Mutex, PoisonError};

use store::{Db, Ids, Result, bulk};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::canonical::{Entry, Hash, START};
use super::entry_id::EntryId;

/// Rows of one commit at most.
const COMMIT_ROWS_MAX: usize = 512;
/// Tasks that wait for room in the queue beyond this wait outside.
const QUEUE_MAX: usize = 4096;

struct Waiting {
    entry: Entry,
    answer: oneshot::Sender<Result<EntryId, String>>,
}

#[derive(Debug)]
pub(crate) struct Writer {
    db: Db,
    ids: Ids,
    queue: Mutex<mpsc::Sender<Waiting>>,
}

/// The end of this process's chain.
struct Chain {
    id: Uuid,
    seq: i64,
    last: Hash,
}

const ROW: bulk::Insert = bulk::Insert {
    into: "access_log (chain_id, seq, at, account, role, office, action, purpose, granted, \
           territory, person, case_id, run_id, population, prev_hash, hash)",
    on_conflict: "",
};

impl Writer {
    pub fn new(db: &Db, ids: &Ids) -> Writer {
        Writer {
            db: db.clone(),
            ids: ids.clone(),
            queue: Mutex::new(start(db.clone(), ids.clone())),
        }
    }

    /// Returns when the row is durable, and where it stands.
    pub async fn write(&self, entry: Entry) -> Result<EntryId, String> {
        let (answer, written) = oneshot::channel();
        let waiting = Waiting { entry, answer };
        self.queue()
            .send(waiting)
            .await
            .map_err(|_| "its writer has stopped".to_owned())?;
        written
            .await
            .unwrap_or_else(|_| Err("its writer stopped before the row was durable".to_owned()))
    }

    /// The queue of a living writer: one whose runtime is gone is replaced.
    fn queue(&self) -> mpsc::Sender<Waiting> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.is_closed() {
            *queue = start(self.db.clone(), self.ids.clone());
        }
        queue.clone()
    }
}

fn start(db: Db, ids: Ids) -> mpsc::Sender<Waiting> {
    let (sender, queue) = mpsc::channel(QUEUE_MAX);
    tokio::spawn(write_all(db, ids, queue));
    sender
}

async fn write_all(db: Db, ids: Ids, mut queue: mpsc::Receiver<Waiting>) {
    let mut chain = Chain::new(&ids);
    let mut batch = Vec::with_capacity(COMMIT_ROWS_MAX);
    while queue.recv_many(&mut batch, COMMIT_ROWS_MAX).await > 0 {
        let result = chain.append(&db, &batch).await;
        let answer = match result {
            Ok(longer) => {
                let before = std::mem::replace(&mut chain, longer);
                Ok((before.id, before.seq))
            }
            Err(fault) => {
                tracing::error!(%fault, rows = batch.len(), "access log not written");
                // Whether the commit took place may be unknown: never write the
                // same place of a chain twice.
                chain = Chain::new(&ids);
                Err(fault.to_string())
            }
        };
        for (place, waiting) in (1..).zip(batch.drain(..)) {
            let answer = answer.clone().map(|(chain, end)| EntryId {
                chain,
                seq: end + place,
            });
            // A task that no longer waits has been cancelled.
            let _ = waiting.answer.send(answer);
        }
    }
}

impl Chain {
    fn new(ids: &Ids) -> Chain {
        Chain {
            id: ids.uuid(),
            seq: 0,
            last: START,
        }
    }

    async fn append(&self, db: &Db, batch: &[Waiting]) -> Result<Chain> {
        let mut end = Chain {
            id: self.id,
            seq: self.seq,
            last: self.last,
        };
        let rows: Vec<(i64, Hash, Hash, &Entry)> = batch
            .iter()
            .map(|waiting| {
                let prev = end.last;
                end.seq += 1;
                end.last = waiting.entry.hash(end.id, end.seq, &prev);
                (end.seq, prev, end.last, &waiting.entry)
            })
            .collect();
        let mut tx = db.begin().await?;
        bulk::insert(&mut tx, &ROW, &rows, |row, (seq, prev, hash, entry)| {
            row.push(end.id).push(*seq);
            push(row, entry);
            row.push(prev.as_slice()).push(hash.as_slice());
        })
        .await?;
        tx.commit().await?;
        Ok(end)
    }
}

fn push(row: &mut bulk::Values, entry: &Entry) {
    row.push(entry.at)
        .push(entry.account)
        .push(entry.role.as_str())
        .push(entry.office.as_str())
        .push(entry.action.as_str())
        .push(entry.purpose.as_str())
        .push(entry.granted)
        .push(entry.territory)
        .push(entry.person)
        .push(entry.case_id)
        .push(entry.run_id)
        .push(entry.population);
}
