//! What a service is handed: the database, the clock and the maker of ids.

use crate::{Clock, Db, Ids};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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
            clock,
            wall: Clock::system(),
            ids,
            kept: Kept::default(),
        }
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
