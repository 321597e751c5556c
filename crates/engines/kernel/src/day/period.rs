//! Half-open periods: `from` belongs to the period, `to` does not; no `to`
//! means "until further notice".

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period<T> {
    pub from: T,
    pub to: Option<T>,
}

impl<T: Copy + Ord> Period<T> {
    /// Open at its end.
    pub fn since(from: T) -> Period<T> {
        Period { from, to: None }
    }

    /// `None` unless it holds at least one moment.
    pub fn between(from: T, to: T) -> Option<Period<T>> {
        (from < to).then_some(Period { from, to: Some(to) })
    }

    pub fn contains(&self, at: T) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }

    /// True when it holds no moment at all.
    pub fn is_empty(&self) -> bool {
        self.to.is_some_and(|to| to <= self.from)
    }

    pub fn overlaps(&self, other: &Period<T>) -> bool {
        self.common(other).is_some()
    }

    /// What both periods hold; `None` when they share nothing.
    pub fn common(&self, other: &Period<T>) -> Option<Period<T>> {
        let from = self.from.max(other.from);
        let to = match (self.to, other.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let shared = Period { from, to };
        (!shared.is_empty()).then_some(shared)
    }

    /// The same period ended at `at` (or earlier, if it ended before).
    pub fn ended(&self, at: T) -> Period<T> {
        Period {
            from: self.from,
            to: Some(self.to.map_or(at, |to| to.min(at))),
        }
    }
}
