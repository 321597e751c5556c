//! A value together with where it comes from and when it was true and known.

use serde::{Deserialize, Serialize};

use crate::day::{Day, Instant};
use crate::facts::Source;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sourced<T> {
    pub value: T,
    pub source: Source,
    /// The day for which the source speaks.
    pub as_of: Day,
    /// When we learnt it.
    pub received_at: Instant,
}

impl<T> Sourced<T> {
    /// The same provenance for what is computed from the value alone.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        let Sourced {
            value,
            source,
            as_of,
            received_at,
        } = self;
        Sourced {
            value: change(value),
            source,
            as_of,
            received_at,
        }
    }
}
