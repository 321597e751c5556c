//! What a service is handed: the database, the clock and the maker of ids.

use crate::{Clock, Db, Ids, Result, fetch_value};
use kernel::day::Instant;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// So far from the database's, in microseconds, somebody should look at this computer's clock.
const FAR_US: i64 = 5_000_000;

/// Cheap to clone; every clone is the same platform.
#[derive(Clone, Debug)]
pub struct Platform {
    pub db: Db,
    /// The time of the law and of the books.
    pub clock: Clock,
    /// The time of the people at their screens: sign-in and sessions. In a
    /// demonstration the first one leaps by months, and nobody is signed out.
    pub wall: Clock,
    pub ids: Ids,
    kept: Kept,
}

type Shelf = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Shelf>>);

impl Platform {
    pub fn new(db: Db, clock: Clock) -> Platform {
        let ids = Ids::new(clock.clone());
        Platform {
            db,
            wall: match clock.is_virtual() {
                true => Clock::system(),
                false => clock.clone(),
            },
            clock,
            ids,
            kept: Kept::default(),
        }
    }

    /// Goes by the clock of the database's server, so that the processes of several machines agree
    /// on whose lease is over. To be called at the start and from time to time. The embedded
    /// database has no clock of its own: its processes are of one computer.
    pub async fn keep_time(&self) -> Result<()> {
        if self.db.is_sqlite() || self.wall.is_virtual() {
            return Ok(());
        }
        let mut tx = self.db.read().await?;
        let before = self.wall.now();
        let server = fetch_value!(
            tx,
            i64,
            "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
        )?;
        let after = self.wall.now();
        let ahead = self.wall.go_by(before, Instant(server), after);
        if let Some(ahead) = ahead.filter(|ahead| ahead.abs() > FAR_US) {
            let ahead_s = ahead / 1_000_000;
            tracing::warn!(
                ahead_s,
                "the database's clock is far from this computer's, and is gone by"
            );
        }
        Ok(())
    }

    /// A story's platform: ids from a seed, and one clock for everything.
    pub fn with_ids(db: Db, clock: Clock, ids: Ids) -> Platform {
        Platform {
            db,
            wall: clock.clone(),
            clock,
            ids,
            kept: Kept::default(),
        }
    }

    /// The one value of this type that the process keeps beside this database,
    /// made at the first asking. `access` keeps the writer of its log here.
    pub fn keep<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let mut shelf = self.kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = shelf
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(make()));
        let Ok(kept) = Arc::clone(slot).downcast::<T>() else {
            unreachable!("the shelf is keyed by type")
        };
        kept
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}
