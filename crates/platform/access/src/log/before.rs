//! Where a page of looks ends and the one of earlier looks begins.

use std::fmt;
use std::str::FromStr;

use kernel::day::Instant;
use uuid::Uuid;

use super::entry_id::EntryId;

/// The last look that was shown, `INSTANT:CHAIN:PLACE` in addresses, the instant in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    pub at: Instant,
    pub entry: EntryId,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no place among looks: take the one that was told")]
pub struct NoBefore(pub String);

impl Before {
    /// Nothing was shown yet: the newest come first.
    pub const NONE: Before = Before {
        at: Instant(i64::MAX),
        entry: EntryId {
            chain: Uuid::nil(),
            seq: 0,
        },
    };
}

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.at.0, self.entry)
    }
}

impl FromStr for Before {
    type Err = NoBefore;
    fn from_str(text: &str) -> Result<Before, NoBefore> {
        let read = || {
            let (at, entry) = text.split_once(':')?;
            let (at, entry) = (Instant(at.parse().ok()?), entry.parse().ok()?);
            Some(Before { at, entry })
        };
        read().ok_or_else(|| NoBefore(text.to_owned()))
    }
}
