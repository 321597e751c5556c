//! Rows of all tasks that wait, of every kind, in one commit: the disk is waited for once for all of
//! them, and each task goes on when its row is durable.
//!
//! ```text
//! task ── add(row) ──> tray of its kind ─┐
//! task ── add(row) ──> tray of its kind ─┴─> one committer a process: begin, write each tray, commit
//!      <── kept ─────────────────────────── what each row's task is told
//! ```
//! Rows that one task adds before it waits for any of them go into one commit. One kind that cannot
//! be written does not hold up the others: each is then written by itself.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::{Db, Ids, Platform, Result, Tx};

/// Rows of one kind in one commit at most.
const COMMIT_ROWS_MAX: usize = 512;
/// Rows of one kind that wait; tasks beyond them wait for room.
const WAITING_MAX: usize = 4096;

/// A kind of rows, and what its writer remembers from one commit to the next. When a commit fails it
/// may be unknown whether it took place: what was remembered is thrown away and begun anew.
pub trait Together: Sized + Send + 'static {
    type Row: Send + Sync + 'static;
    /// What the task of a row is told once the row is durable.
    type Kept: Send + 'static;
    /// For the log, when rows could not be written.
    const WHAT: &'static str;

    fn begin(ids: &Ids) -> Self;

    /// Writes the rows; one answer a row, in their order.
    fn write(
        &mut self,
        tx: &mut Tx,
        rows: &[Self::Row],
    ) -> impl Future<Output = Result<Vec<Self::Kept>>> + Send;
}

/// Where rows of one kind wait.
struct Tray<K: Together> {
    ids: Ids,
    room: Arc<Semaphore>,
    waiting: Mutex<VecDeque<Waiting<K>>>,
    writer: Mutex<Option<K>>,
}

struct Waiting<K: Together> {
    row: K::Row,
    task: Task<K::Kept>,
}

/// Who waits, and the room that it takes.
struct Task<T> {
    answer: oneshot::Sender<Result<T, String>>,
    _room: OwnedSemaphorePermit,
}

/// A row that was added and is not durable yet.
#[must_use = "the row is durable when this was waited for"]
pub struct Added<T> {
    answer: oneshot::Receiver<Result<T, String>>,
    committer: Arc<Committer>,
    db: Db,
}

impl<T> std::fmt::Debug for Added<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Added")
    }
}

impl<T> Added<T> {
    /// Returns when the row is durable.
    pub async fn kept(self) -> Result<T, String> {
        self.committer.wake(&self.db);
        let answer = self.answer.await;
        answer.unwrap_or_else(|_| Err("its writer stopped before the row was durable".to_owned()))
    }
}

impl Platform {
    /// The process's tray for rows of this kind.
    fn tray<K: Together>(&self) -> Arc<Tray<K>> {
        let committer = self.keep(Committer::default);
        let kept = self.keep(|| {
            let tray = Arc::new(Tray::<K> {
                ids: self.ids.clone(),
                room: Arc::new(Semaphore::new(WAITING_MAX)),
                waiting: Mutex::default(),
                writer: Mutex::default(),
            });
            locked(&committer.trays).push(Arc::clone(&tray) as Arc<dyn Stack>);
            tray
        });
        Arc::clone(&kept)
    }

    /// Adds a row; waits only for room. See [`Added::kept`].
    pub async fn add<K: Together>(&self, row: K::Row) -> Added<K::Kept> {
        let tray = self.tray::<K>();
        let room = Arc::clone(&tray.room).try_acquire_owned();
        let committer = self.keep(Committer::default);
        let room = match room {
            Ok(room) => room,
            Err(_) => {
                // What fills the tray may have been added by tasks that do not wait yet.
                committer.wake(&self.db);
                let room = Arc::clone(&tray.room).acquire_owned().await;
                room.expect("the room of a tray is never closed")
            }
        };
        let (answer, added) = oneshot::channel();
        let task = Task {
            answer,
            _room: room,
        };
        locked(&tray.waiting).push_back(Waiting { row, task });
        Added {
            answer: added,
            committer,
            db: self.db.clone(),
        }
    }
}

/// The one that commits, beside each database that a process has open.
#[derive(Default)]
struct Committer {
    trays: Arc<Mutex<Vec<Arc<dyn Stack>>>>,
    wake: Mutex<Option<mpsc::Sender<()>>>,
}

impl Committer {
    /// Wakes the committer; one whose runtime is gone is replaced.
    fn wake(&self, db: &Db) {
        let mut wake = locked(&self.wake);
        if let Some(awake) = &*wake
            && !matches!(
                awake.try_send(()),
                Err(mpsc::error::TrySendError::Closed(()))
            )
        {
            return;
        }
        let (sender, woken) = mpsc::channel(1);
        tokio::spawn(commit_all(db.clone(), Arc::clone(&self.trays), woken));
        let _ = sender.try_send(());
        *wake = Some(sender);
    }
}

/// Ends when the platform is dropped.
async fn commit_all(db: Db, trays: Arc<Mutex<Vec<Arc<dyn Stack>>>>, mut woken: mpsc::Receiver<()>) {
    while woken.recv().await.is_some() {
        loop {
            let trays = locked(&trays).clone();
            let taken = trays.iter().filter_map(|tray| Arc::clone(tray).take());
            let mut taken: Vec<Box<dyn Sheaf>> = taken.collect();
            if taken.is_empty() {
                break;
            }
            if !commit(&db, &mut taken).await && taken.len() > 1 {
                for sheaf in &mut taken {
                    commit(&db, std::slice::from_mut(sheaf)).await;
                }
            }
        }
    }
}

/// Whether the sheaves have their answer: false when none was committed and they may be tried again.
async fn commit(db: &Db, sheaves: &mut [Box<dyn Sheaf>]) -> bool {
    let alone = sheaves.len() == 1;
    let tx = match write(db, sheaves).await {
        Ok(tx) => tx,
        Err(fault) if alone => {
            answer(sheaves, Err(fault.to_string()));
            return true;
        }
        Err(_) => return false,
    };
    // From here on it may be unknown what took place: nothing is tried again.
    let committed = tx.commit().await;
    answer(sheaves, committed.map_err(|fault| fault.to_string()));
    true
}

async fn write(db: &Db, sheaves: &mut [Box<dyn Sheaf>]) -> Result<Tx> {
    let mut tx = db.begin().await?;
    for sheaf in sheaves {
        sheaf.write(&mut tx).await?;
    }
    Ok(tx)
}

fn answer(sheaves: &mut [Box<dyn Sheaf>], committed: Result<(), String>) {
    for sheaf in sheaves {
        sheaf.answer(&committed);
    }
}

/// A tray, whatever its kind.
trait Stack: Send + Sync {
    /// Rows for one commit; `None` when nobody waits.
    fn take(self: Arc<Self>) -> Option<Box<dyn Sheaf>>;
}

/// Rows of one kind that go into one commit.
trait Sheaf: Send {
    fn write<'a>(
        &'a mut self,
        tx: &'a mut Tx,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
    fn answer(&mut self, committed: &Result<(), String>);
}

struct Taken<K: Together> {
    tray: Arc<Tray<K>>,
    rows: Vec<K::Row>,
    tasks: Vec<Task<K::Kept>>,
    /// The writer as it is once this commit took place, and what each task is told.
    written: Option<(K, Vec<K::Kept>)>,
}

impl<K: Together> Stack for Tray<K> {
    fn take(self: Arc<Self>) -> Option<Box<dyn Sheaf>> {
        let mut waiting = locked(&self.waiting);
        let count = waiting.len().min(COMMIT_ROWS_MAX);
        let of = |Waiting { row, task }| (row, task);
        let (rows, tasks): (Vec<_>, Vec<_>) = waiting.drain(..count).map(of).unzip();
        drop(waiting);
        (count > 0).then(|| {
            Box::new(Taken {
                tray: self,
                rows,
                tasks,
                written: None,
            }) as Box<dyn Sheaf>
        })
    }
}

impl<K: Together> Sheaf for Taken<K> {
    fn write<'a>(
        &'a mut self,
        tx: &'a mut Tx,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            // The tray is without a writer until the commit took place.
            let writer = locked(&self.tray.writer).take();
            let mut writer = writer.unwrap_or_else(|| K::begin(&self.tray.ids));
            let kept = writer.write(tx, &self.rows).await?;
            assert_eq!(kept.len(), self.rows.len(), "one answer a row: {}", K::WHAT);
            self.written = Some((writer, kept));
            Ok(())
        })
    }

    fn answer(&mut self, committed: &Result<(), String>) {
        let tasks = self.tasks.drain(..);
        match (committed, self.written.take()) {
            (Ok(()), Some((writer, kept))) => {
                *locked(&self.tray.writer) = Some(writer);
                for (task, kept) in tasks.zip(kept) {
                    // A task that no longer waits has been cancelled.
                    let _ = task.answer.send(Ok(kept));
                }
            }
            (committed, _) => {
                let why = committed.clone().err().unwrap_or_default();
                tracing::error!(%why, what = K::WHAT, rows = self.rows.len(), "not written");
                for task in tasks {
                    let _ = task.answer.send(Err(why.clone()));
                }
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
