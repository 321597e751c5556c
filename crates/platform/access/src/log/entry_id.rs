//! How an entry of the log is named outside.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// One entry of the log: its chain and its place in it, `CHAIN:PLACE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    pub chain: Uuid,
    pub seq: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no entry of the log: write CHAIN:PLACE")]
pub struct NoEntryId(pub String);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.chain, self.seq)
    }
}

impl FromStr for EntryId {
    type Err = NoEntryId;
    fn from_str(text: &str) -> std::result::Result<EntryId, NoEntryId> {
        let parts = text.split_once(':');
        let id = parts.and_then(|(chain, seq)| {
            let (chain, seq) = (chain.parse().ok()?, seq.parse().ok()?);
            Some(EntryId { chain, seq })
        });
        id.ok_or_else(|| NoEntryId(text.to_owned()))
    }
}
