//! One connection to an SQLite file that tasks use in turn.
//!
//! sqlx's pool asks each connection that comes back whether it still lives: one more message to the
//! connection's thread for every transaction, before the next task gets it. A connection to a file does
//! live; what a task that gave up can leave behind is a transaction, and that is ended here.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use crate::{Fault, Result, WRITER_WAIT_S_MAX};

/// The connection and who waits for it, first come first served; nothing once it is closed.
#[derive(Clone, Debug)]
pub struct Line(Arc<Mutex<Option<Seat>>>);

#[derive(Debug)]
struct Seat {
    connection: SqliteConnection,
    is_open: bool,
}

impl Seat {
    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        let run = sqlx::raw_sql(statement).execute(&mut self.connection);
        run.await.map(drop)
    }

    /// Ends a transaction that nobody will commit.
    async fn give_up(&mut self) {
        // It fails where a transaction was not begun yet or has ended: what is wanted.
        let _ = self.run("ROLLBACK").await;
        self.is_open = false;
    }
}

impl Line {
    pub async fn open(options: &SqliteConnectOptions) -> Result<Line> {
        let seat = Seat {
            connection: options.connect().await?,
            is_open: false,
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
        let closed = |_| Fault::Sql(sqlx::Error::PoolClosed);
        let mut seat = OwnedMutexGuard::try_map(seat, Option::as_mut).map_err(closed)?;
        if seat.is_open {
            seat.give_up().await;
        }
        Ok(Turn(Some(seat)))
    }

    /// Waits until all who wait are done with the connection, and closes it.
    pub async fn close(&self) {
        if let Some(seat) = self.0.lock().await.take() {
            // What can fail is folding the log back: who opens the file next does it.
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

    pub async fn begin(mut self, statement: &'static str) -> sqlx::Result<Turn> {
        let seat = self.seat();
        seat.is_open = true;
        seat.run(statement).await?;
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

    pub async fn rollback(mut self) {
        let seat = self.seat();
        if seat.is_open {
            seat.give_up().await;
        }
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
        // comes next does it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { seat.give_up().await });
        }
    }
}
