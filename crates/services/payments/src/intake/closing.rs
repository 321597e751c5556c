//! Closing a line of the work list: somebody looked into it, and says what it was.
//!
//! Nothing is paid, credited or changed by it. The line stays as it came, and the note with the
//! name of whoever closed it stays beside it.

use access::{Action, Permit};
use store::{Platform, execute, fetch_optional, fetch_value};
use uuid::Uuid;

use crate::Result;
use crate::run::Actor;

pub const NOTE_CHARS_MAX: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The bank's file, or the statement that a bank answered over the wire.
    pub source: Uuid,
    pub place: i64,
    /// What it was, and what was done about it.
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("a note says in 1 to {NOTE_CHARS_MAX} characters what the line was; this has {found}")]
    Note { found: usize },
    #[error("there is no line {place} of {source_id} in the work list")]
    Unknown { source_id: Uuid, place: i64 },
    #[error("line {place} of {source_id} was closed before: {note}")]
    ClosedBefore {
        source_id: Uuid,
        place: i64,
        note: String,
    },
}

/// Closes a line. The same note of the same person again changes nothing.
pub async fn close(platform: &Platform, permit: &Permit, command: &Close) -> Result<()> {
    permit.must_be_for(&[Action::CloseBankLine]);
    let note = command.note.trim();
    let found = note.chars().count();
    if found == 0 || found > NOTE_CHARS_MAX {
        return Err(Refusal::Note { found }.into());
    }
    let (source_id, place) = (command.source, command.place);
    let by = Actor::of(permit)
        .account
        .map_or(Uuid::nil(), |account| account.0);
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.intake").await?;
    let lines = fetch_value!(
        tx,
        i64,
        "SELECT (SELECT COUNT(*) FROM unmatched_line WHERE file = $1 AND place = $2)
              + (SELECT COUNT(*) FROM unmatched WHERE statement = $1 AND seq = $2)",
        source_id,
        place
    )?;
    if lines == 0 {
        return Err(Refusal::Unknown { source_id, place }.into());
    }
    let closed = fetch_optional!(
        tx,
        (String, Uuid),
        "SELECT note, closed_by FROM closed_line WHERE source = $1 AND place = $2",
        source_id,
        place
    )?;
    match closed {
        Some((before, who)) if before == note && who == by => return Ok(()),
        Some((note, _)) => {
            return Err(Refusal::ClosedBefore {
                source_id,
                place,
                note,
            }
            .into());
        }
        None => {}
    }
    execute!(
        tx,
        "INSERT INTO closed_line (source, place, note, closed_by, at) VALUES ($1, $2, $3, $4, $5)",
        source_id,
        place,
        note,
        by,
        platform.clock.now().0
    )?;
    Ok(tx.commit().await?)
}
