//! Questions of all tasks that wait, of one kind, in one read: a hundred tasks that each want one row
//! cost as few statements as one does.
//!
//! Nobody waits for company: while one read is under way the questions that come meanwhile gather,
//! and go into the next one. The snapshot that answers a question begins after it was asked.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::{Db, Fault, Platform, Result, Tx};

/// Questions of one read at most.
const KEYS_MAX: usize = 256;

/// A kind of question that a list is asked as easily as one.
pub trait LookUp: Send + 'static {
    /// What personal data is looked up by holds the permit for it.
    type Key: Send + Sync + 'static;
    type Found: Send + 'static;
    /// Whether one statement answers all keys: it then needs no transaction around it.
    const IS_ONE_STATEMENT: bool;

    /// One answer a key, in their order.
    fn look_up(
        tx: &mut Tx,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<Vec<Self::Found>>> + Send;
}

struct Asked<L: LookUp> {
    key: L::Key,
    answer: oneshot::Sender<Result<L::Found>>,
}

/// The questions of one kind that wait.
struct Queue<L: LookUp>(Mutex<Waiting<L>>);

struct Waiting<L: LookUp> {
    asked: VecDeque<Asked<L>>,
    is_read: bool,
}

impl<L: LookUp> Default for Queue<L> {
    fn default() -> Queue<L> {
        Queue(Mutex::new(Waiting {
            asked: VecDeque::new(),
            is_read: false,
        }))
    }
}

impl Platform {
    /// The answer to one question, read together with those of other tasks. Not to be called by a
    /// task that has a transaction open: all readers could be taken by tasks that wait for one.
    pub async fn look_up<L: LookUp>(&self, key: L::Key) -> Result<L::Found> {
        let queue = self.keep(Queue::<L>::default);
        let (answer, found) = oneshot::channel();
        let idle = {
            let mut waiting = queue.lock();
            waiting.asked.push_back(Asked { key, answer });
            !std::mem::replace(&mut waiting.is_read, true)
        };
        if idle {
            tokio::spawn(read_all(self.db.clone(), Reader::new(Arc::clone(&queue))));
        }
        let stopped = |_| Fault::Stored {
            what: "what was looked up",
            reason: "its reader stopped".to_owned(),
        };
        found.await.map_err(stopped)?
    }
}

impl<L: LookUp> Queue<L> {
    fn lock(&self) -> MutexGuard<'_, Waiting<L>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one that reads for a queue. Whatever ends it, its runtime too, the next question finds the
/// queue without a reader and brings one.
struct Reader<L: LookUp> {
    queue: Arc<Queue<L>>,
    has_left: bool,
}

impl<L: LookUp> Reader<L> {
    fn new(queue: Arc<Queue<L>>) -> Reader<L> {
        Reader {
            queue,
            has_left: false,
        }
    }

    /// `None` when nobody waits any more; from then on the queue is without a reader.
    fn next(&mut self) -> Option<Vec<Asked<L>>> {
        let mut waiting = self.queue.lock();
        let count = waiting.asked.len().min(KEYS_MAX);
        waiting.is_read = count > 0;
        self.has_left = count == 0;
        (count > 0).then(|| waiting.asked.drain(..count).collect())
    }
}

impl<L: LookUp> Drop for Reader<L> {
    fn drop(&mut self) {
        if self.has_left {
            return;
        }
        // Given up half-way: who waits is told so.
        let mut waiting = self.queue.lock();
        waiting.asked.clear();
        waiting.is_read = false;
    }
}

async fn read_all<L: LookUp>(db: Db, mut reader: Reader<L>) {
    loop {
        // Tasks that are about to ask do so first.
        tokio::task::yield_now().await;
        let Some(asked) = reader.next() else {
            return;
        };
        let (keys, answers): (Vec<_>, Vec<_>) =
            asked.into_iter().map(|a| (a.key, a.answer)).unzip();
        let found: Vec<Result<L::Found>> = match read::<L>(&db, &keys).await {
            Ok(found) => found.into_iter().map(Ok).collect(),
            Err(fault) if keys.len() == 1 => vec![Err(fault)],
            // One question may be what fails: each is asked by itself.
            Err(_) => {
                let mut found = Vec::with_capacity(keys.len());
                for key in &keys {
                    let alone = read::<L>(&db, std::slice::from_ref(key)).await;
                    found.push(alone.map(|mut one| one.remove(0)));
                }
                found
            }
        };
        for (answer, found) in answers.into_iter().zip(found) {
            // A task that no longer waits has been cancelled.
            let _ = answer.send(found);
        }
    }
}

async fn read<L: LookUp>(db: &Db, keys: &[L::Key]) -> Result<Vec<L::Found>> {
    let mut tx = match L::IS_ONE_STATEMENT {
        true => db.glance().await?,
        false => db.read().await?,
    };
    let found = match L::look_up(&mut tx, keys).await {
        Ok(found) => found,
        Err(fault) => {
            let _ = tx.rollback().await;
            return Err(fault);
        }
    };
    assert_eq!(found.len(), keys.len(), "one answer a key");
    Ok(found)
}
