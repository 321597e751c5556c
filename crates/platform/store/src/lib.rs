//! Both databases behind one door: SQLite inside the binary, PostgreSQL in
//! production, and what every service needs beside them: migrations, bulk
//! statements, jobs, outbox, idempotency keys, settings, clock and ids.
//!
//! ```no_run
//! use store::{Clock, Db, Ids, Platform, fetch_all, execute};
//!
//! #[derive(sqlx::FromRow)]
//! struct PersonRow { id: uuid::Uuid, born: i64 }
//!
//! # async fn example() -> Result<(), store::Fault> {
//! let platform = Platform::new(Db::open("sqlite:daftar.db").await?, Clock::system());
//! store::migrate(&platform.db, &[/* registry::SCHEMA, casework::SCHEMA */]).await?;
//!
//! let mut tx = platform.db.begin().await?;                     // writes
//! execute!(tx, "UPDATE person SET born = $1 WHERE id = $2", 20_000_i64, platform.ids.uuid())?;
//! tx.commit().await?;
//!
//! let mut tx = platform.db.read().await?;                      // reads one snapshot
//! let persons = fetch_all!(tx, PersonRow, "SELECT id, born FROM person WHERE born > $1", 9_000_i64)?;
//! # let _ = persons; Ok(()) }
//! ```
//!
//! # Reading order
//! [`Db`] and [`Tx`], the macros ([`fetch_all!`] and its sisters), [`migrate`],
//! [`bulk`], [`together`], [`lookup`], [`job`], [`outbox`], [`idempotency`], [`setting`].
//!
//! # Types in SQL and in Rust
//! | schema word | SQLite | PostgreSQL | Rust, read and bound |
//! |---|---|---|---|
//! | `BIGINT`, `INTEGER` | INTEGER | BIGINT | `i64`, always: days, months, instants, minor units, codes |
//! | `BOOLEAN` | INTEGER | BOOLEAN | `bool` |
//! | `UUID` | BLOB | UUID | `uuid::Uuid` |
//! | `BYTEA` | BLOB | BYTEA | `Vec<u8>`, `&[u8]` |
//! | `TEXT` | TEXT | TEXT | `String`, `&str` |
//!
//! A nullable column is an `Option`. `SUM` of a BIGINT is `CAST(SUM(x) AS BIGINT)`;
//! `COUNT(*)` is an `i64` on both.
//!
//! # Habits that keep both databases equal
//! - SQL is written once with `$1`, in the portable words of the house. What
//!   differs goes through [`dialect!`], and is rare.
//! - Read, then write what was read: use [`lock_one!`] for the reading, or
//!   [`Tx::alone`]. SQLite has one writer; PostgreSQL has many.
//! - Never catch a unique violation and go on in the same transaction:
//!   PostgreSQL has already given it up. Write `ON CONFLICT`.
//! - A join in a writing transaction needs a real index: SQLite's writer makes
//!   none on the fly (see `automatic_index` in `db.rs` for why).
//! - One writing transaction a task at a time, and no permit, no claim and no
//!   second `begin` while it is open: on SQLite they would wait for each other
//!   until [`WRITER_WAIT_S_MAX`] and fail with [`Fault::Busy`].

#[cfg(test)]
extern crate self as store;

#[doc(hidden)]
pub mod bug;
pub mod bulk;
mod clock;
#[cfg(feature = "testing")]
pub mod crash;
mod db;
mod fault;
pub mod idempotency;
mod ids;
pub mod job;
mod line;
pub mod lookup;
mod macros;
mod migrate;
pub mod outbox;
mod platform;
pub mod setting;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod together;

#[cfg(feature = "testing")]
pub use clock::WRONG_BY_S;
pub use clock::{Clock, ClockRefused};
pub use db::{Db, READERS_MAX, Tx, WRITER_WAIT_S_MAX};
pub use fault::{Fault, Result};
pub use ids::{Ids, secret};
pub use migrate::{Migration, migrate};
pub use platform::Platform;

#[doc(hidden)]
pub use sqlx as __sqlx;

/// Tables of this crate: jobs, outbox, idempotency keys, settings.
/// [`migrate`] lays them before any other.
pub const SCHEMA: &[Migration] = &[migration!("store", "0001_platform")];
