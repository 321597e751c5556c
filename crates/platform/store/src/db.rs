//! `Db` and `Tx`: an enum of two concrete drivers, so that each keeps its full
//! power and the compiler checks every statement's types against both.

use crate::line::{Line, Turn};
use crate::{Fault, Result};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Database, Postgres, Sqlite};
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// Connections that read snapshots at the same time (SQLite, where one more reads lookups), or in all
/// (PostgreSQL: x4).
pub const READERS_MAX: u32 = 4;
/// How long a task waits for the one writer before it is told that it is stuck.
pub const WRITER_WAIT_S_MAX: u64 = 60;
/// Prepared statements kept per connection, those used last: every bulk statement has a text for each
/// number of rows up to 32, and for each power of two above.
const STATEMENTS_KEPT_MAX: usize = 512;
/// Page cache of the writer: indexes of a million persons stay in memory, and
/// the process stays under 1 GiB.
const WRITER_CACHE_KIB: u32 = 128 * 1024;
const READER_CACHE_KIB: u32 = 16 * 1024;
/// The write-ahead log is folded back after so many pages (256 MiB at 8 KiB a
/// page): a page changed by many commits of a bulk load is written home once.
const CHECKPOINT_PAGES: u32 = 32 * 1024;
/// PostgreSQL's own guess, 4, is that of a turning disk: it walks a whole table of 200,000 rows
/// rather than look 1,024 of them up, thirty times slower. This is what it advises for others.
const PG_RANDOM_PAGE_COST: &str = "1.1";
/// 8 KiB: rows without rowid up to 2 KiB (a packed family) stay in their leaf.
const PAGE_BYTES: u32 = 8 * 1024;

/// A handle on the database; cloning shares the connections.
#[derive(Clone, Debug)]
pub enum Db {
    Sqlite {
        read: SqlitePool,
        glance: Line,
        write: Line,
    },
    Pg(PgPool),
}

/// One transaction. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub enum Tx {
    Sqlite(Held<Sqlite, Turn>),
    Pg(Held<Postgres, PoolConnection<Postgres>>),
}

/// A connection that a [`Tx`] holds: with a transaction of sqlx, or without. SQLite's writer ends its
/// own, and a glance has none.
#[derive(Debug)]
pub enum Held<DB: Database, T> {
    Transaction(sqlx::Transaction<'static, DB>),
    Own(T),
}

impl<DB: Database, T: Deref<Target = DB::Connection>> Deref for Held<DB, T> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self {
            Held::Transaction(tx) => tx,
            Held::Own(connection) => connection,
        }
    }
}

impl<DB: Database, T: DerefMut<Target = DB::Connection>> DerefMut for Held<DB, T> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Held::Transaction(tx) => tx,
            Held::Own(connection) => connection,
        }
    }
}

impl Db {
    /// Opens `sqlite:PATH` (the file and its folder are made when absent) or
    /// `postgres://...`.
    pub async fn open(address: &str) -> Result<Db> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return open_postgres(address).await;
        }
        match address.strip_prefix("sqlite:") {
            Some(rest) => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                open_sqlite(Path::new(path)).await
            }
            None => Err(Fault::Address {
                address: address.to_owned(),
            }),
        }
    }

    /// Begins a transaction that writes. On SQLite it owns the one writer from
    /// its first moment (`BEGIN IMMEDIATE`), so a read in it is never stale.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Db::Sqlite { write, .. } => {
                let turn = write.turn().await?;
                Tx::Sqlite(Held::Own(turn.begin().await?))
            }
            Db::Pg(pool) => Tx::Pg(Held::Transaction(pool.begin().await?)),
        })
    }

    /// Begins a transaction that only reads, all of it from one snapshot.
    /// Writing in it fails. It need not be committed.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Db::Sqlite { read, .. } => Tx::Sqlite(Held::Transaction(read.begin().await?)),
            Db::Pg(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Tx::Pg(Held::Transaction(pool.begin_with(begin).await?))
            }
        })
    }

    /// For one statement that reads: it is its own snapshot, and costs one message to the database
    /// instead of three. What needs a second statement needs [`Db::read`]. On SQLite there is one such
    /// connection: who holds it must not ask for it again.
    pub async fn glance(&self) -> Result<Tx> {
        Ok(match self {
            Db::Sqlite { glance, .. } => Tx::Sqlite(Held::Own(glance.turn().await?)),
            Db::Pg(pool) => Tx::Pg(Held::Own(pool.acquire().await?)),
        })
    }

    /// Waits until every connection is back and closes them.
    pub async fn close(&self) {
        match self {
            Db::Sqlite {
                read,
                glance,
                write,
            } => {
                read.close().await;
                glance.close().await;
                // The last: whoever closes last folds the log back, and readers cannot.
                write.close().await;
            }
            Db::Pg(pool) => pool.close().await,
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Db::Sqlite { .. })
    }

    /// Lets the planner count the rows; worth it after a bulk load.
    pub async fn analyze(&self) -> Result<()> {
        let analyze = sqlx::raw_sql("ANALYZE");
        match self {
            Db::Sqlite { write, .. } => {
                let mut turn = write.turn().await?;
                analyze.execute(&mut *turn).await.map(drop)
            }
            Db::Pg(pool) => analyze.execute(pool).await.map(drop),
        }?;
        Ok(())
    }
}

impl Tx {
    pub async fn commit(self) -> Result<()> {
        #[cfg(feature = "testing")]
        let number = crate::crash::before();
        match self {
            Tx::Sqlite(Held::Own(turn)) => turn.commit().await?,
            Tx::Sqlite(Held::Transaction(tx)) => tx.commit().await?,
            Tx::Pg(Held::Transaction(tx)) => tx.commit().await?,
            Tx::Pg(Held::Own(_)) => {}
        }
        #[cfg(feature = "testing")]
        crate::crash::after(number);
        Ok(())
    }

    pub async fn rollback(self) -> Result<()> {
        match self {
            Tx::Sqlite(Held::Own(turn)) => turn.rollback().await,
            Tx::Sqlite(Held::Transaction(tx)) => tx.rollback().await?,
            Tx::Pg(Held::Transaction(tx)) => tx.rollback().await?,
            Tx::Pg(Held::Own(_)) => {}
        }
        Ok(())
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Tx::Sqlite(_))
    }

    /// Waits until this transaction is the only one in the whole installation
    /// that works under `name` ("run 2026-03"), and stays it until its end.
    pub async fn alone(&mut self, name: &str) -> Result<()> {
        // SQLite: a writing transaction already is alone.
        if let Tx::Pg(tx) = self {
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind(name)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// For the macros: borrows `tx` whether it is owned or already borrowed.
    #[doc(hidden)]
    pub fn arms(&mut self) -> &mut Tx {
        self
    }
}

async fn open_sqlite(path: &Path) -> Result<Db> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| Fault::File {
            path: path.display().to_string(),
            reason: e.to_string(),
        })?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .page_size(PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(WRITER_WAIT_S_MAX))
        .statement_cache_capacity(STATEMENTS_KEPT_MAX)
        .row_buffer_size(512)
        .pragma("temp_store", "memory");
    let write = options
        .clone()
        .create_if_missing(true)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", format!("-{WRITER_CACHE_KIB}"))
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
        // Or `UPDATE t ... FROM v` walks the whole of t beside an index made
        // on the fly for v: a hundred times slower than looking v's rows up.
        .pragma("automatic_index", "off");
    // The writer is opened first: it makes the file and sets the WAL mode.
    let write = Line::open(&write).await?;
    let read = options
        .read_only(true)
        .pragma("cache_size", format!("-{READER_CACHE_KIB}"));
    let glance = Line::open(&read).await?;
    let pool = SqlitePoolOptions::new()
        .min_connections(1)
        .max_connections(READERS_MAX)
        .acquire_timeout(Duration::from_secs(WRITER_WAIT_S_MAX))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false);
    Ok(Db::Sqlite {
        read: pool.connect_with(read).await?,
        glance,
        write,
    })
}

async fn open_postgres(address: &str) -> Result<Db> {
    let options = PgConnectOptions::from_str(address)
        .map_err(|_| Fault::Address {
            address: address.to_owned(),
        })?
        .application_name("daftar")
        .options([("random_page_cost", PG_RANDOM_PAGE_COST)])
        .statement_cache_capacity(STATEMENTS_KEPT_MAX);
    let pool = PgPoolOptions::new()
        .max_connections(READERS_MAX * 4)
        .acquire_timeout(Duration::from_secs(WRITER_WAIT_S_MAX))
        .connect_with(options)
        .await?;
    Ok(Db::Pg(pool))
}
