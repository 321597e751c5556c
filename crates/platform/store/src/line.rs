//! One connection to an SQLite file that tasks use in turn.
//!
//! sqlx's pool asks each connection that comes back whether it still lives: one more message to the
//! connection's thread for every transaction, before the next task gets it. A file does not hang up; what
//! a task that gave up can leave behind is a transaction, and that is ended here.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Error};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use crate::{Fault, Result, WRITER_WAIT_S_MAX};

/// The connection and who waits for it, first come first served; nothing once it is closed.
#[derive(Clone, Debug)]
pub struct Line(Arc<Mutex<Option<Seat>>>);

#[derive(Debug)]
struct Seat {
    connection: SqliteConnection,
    options: SqliteConnectOptions,
    is_open: bool,
    /// Its thread has died: the next turn gets another connection.
    is_dead: bool,
}

impl Seat {
    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        let mut answers = sqlx::raw_sql(statement).execute_many(&mut self.connection);
        // A thread that dies ends the stream as well: without an answer nothing was done.
        let answer = answers.next().await.unwrap_or(Err(Error::WorkerCrashed));
        drop(answers);
        self.is_dead = matches!(answer, Err(Error::WorkerCrashed));
        answer.map(drop)
    }

    /// Ends a transaction that nobody will commit.
    async fn give_up(&mut self) {
        // It fails where a transaction was not begun yet or has ended: what is wanted.
        let _ = self.run("ROLLBACK").await;
        self.is_open = false;
    }

    /// As the next task finds it.
    async fn clear(&mut self) -> sqlx::Result<()> {
        if self.is_open {
            self.give_up().await;
        }
        if self.is_dead {
            self.connection = self.options.connect().await?;
            self.is_dead = false;
        }
        Ok(())
    }
}

impl Line {
    pub async fn open(options: &SqliteConnectOptions) -> Result<Line> {
        let seat = Seat {
            connection: options.connect().await?,
            options: options.clone(),
            is_open: false,
            is_dead: false,
        };
        Ok(Line(Arc::new(Mutex::new(Some(seat)))))
    }

    /// The connection, when those who came before are done with it.
    pub async fn turn(&self) -> Result<Turn> {
        let wait = Duration::from_secs(WRITER_WAIT_S_MAX);
        let seat = tokio::time::timeout(wait, Arc::clone(&self.0).lock_owned()).await;
        let seat = seat.map_err(|_| Fault::Busy {
            wait_s: WRITER_WAIT_S_MAX,
        })?;
        let closed = |_| Fault::Sql(Error::PoolClosed);
        let mut seat = OwnedMutexGuard::try_map(seat, Option::as_mut).map_err(closed)?;
        seat.clear().await?;
        Ok(Turn(Some(seat)))
    }

    /// Waits until all who wait are done with the connection, and closes it.
    pub async fn close(&self) {
        if let Some(seat) = self.0.lock().await.take() {
            // It fails only where the connection's thread is gone already.
            let _ = seat.connection.close().await;
        }
    }
}

/// The connection while it is one task's; with a transaction after [`Turn::begin`]. Dropped without
/// [`Turn::commit`], that is rolled back.
#[derive(Debug)]
pub struct Turn(Option<OwnedMappedMutexGuard<Option<Seat>, Seat>>);

const HELD: &str = "a turn has its connection until it is dropped";

impl Turn {
    fn seat(&mut self) -> &mut Seat {
        self.0.as_mut().expect(HELD)
    }

    /// A transaction that writes, from its first moment.
    pub async fn begin(mut self) -> sqlx::Result<Turn> {
        let seat = self.seat();
        seat.is_open = true;
        seat.run("BEGIN IMMEDIATE").await?;
        Ok(self)
    }

    pub async fn commit(mut self) -> sqlx::Result<()> {
        let seat = self.seat();
        if seat.is_open {
            seat.run("COMMIT").await?;
            seat.is_open = false;
        }
        Ok(())
    }

    /// After a fault too, without a transaction: a connection that has died is seen by it.
    pub async fn rollback(mut self) {
        self.seat().give_up().await;
    }
}

impl Deref for Turn {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.0.as_ref().expect(HELD).connection
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.seat().connection
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut seat) = self.0.take().filter(|seat| seat.is_open) else {
            return;
        };
        // At once, since other processes wait for the file's lock; where the runtime is gone, whoever
        // comes next does it, and until then the file stays locked.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { seat.give_up().await });
        }
    }
}
