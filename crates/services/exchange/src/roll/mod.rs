//! Rolls: the lists of what agencies and people said, so that nobody changes or takes away a row of
//! it unseen, with whatever rights on the database.
//!
//! ```text
//! evidence, question_unanswered, evidence_refused, evidence_mended, consent_revision
//!     └> roll: of each row its id and the hash of its fields      hash over the one before it
//!         └> entry of the access log: the hash of the newest      chained and signed (access::log)
//! ```
//! Rows are taken up by a process at its ease, before it signs the log: no writer of evidence waits
//! for it. A row waits [`SETTLE_S`] seconds at least, since one whose id is older may be written after
//! it until then; what is changed before that is not seen here. What an answer says is sealed, and
//! its hash is part of the evidence that rests on it.

mod row;
mod verify;

use kernel::Instant;
use sha2::{Digest, Sha256};
use store::{Tx, bulk, execute, fetch_optional};
use uuid::Uuid;

use crate::{Exchange, Result};
use row::{Kind, Line};
pub use verify::Verified;

/// Seconds from the making of an id to the last moment at which its row may be written.
pub const SETTLE_S: i64 = 120;
/// Rows of one roll at most.
const LINES_MAX: i64 = 2_048;
/// Rolls that one call makes at most.
const ROUNDS_MAX: usize = 10_000;
/// In which order processes make them.
const ALONE: &str = "exchange.roll";
/// What the first roll names as the one before it.
const START: [u8; 32] = [0; 32];

struct Roll {
    seq: i64,
    what: String,
    at: i64,
    upto: Uuid,
    list: Vec<u8>,
    previous: Vec<u8>,
}

impl Roll {
    /// Each field of one length, the list last, and the name before it ended by a zero.
    fn hash(&self) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(b"daftar roll 1\0");
        hasher.update(&self.previous);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at.to_be_bytes());
        hasher.update(self.upto.as_bytes());
        hasher.update(&self.what);
        hasher.update([0]);
        hasher.update(&self.list);
        hasher.finalize().to_vec()
    }
}

impl Exchange {
    /// Takes up every row that has settled by now, and lets the log hold it; how many there were.
    pub async fn roll(&self) -> Result<u64> {
        let now = self.platform.clock.now();
        let mut listed = 0;
        for kind in Kind::ALL {
            for _ in 0..ROUNDS_MAX {
                let lines = self.roll_of(kind, now).await?;
                listed += lines;
                if lines < LINES_MAX.unsigned_abs() {
                    break;
                }
            }
        }
        if listed > 0 {
            self.hold_newest().await?;
        }
        Ok(listed)
    }

    /// One roll of a table. Where nothing is new no writer is waited for.
    async fn roll_of(&self, kind: Kind, now: Instant) -> Result<u64> {
        let mut tx = self.platform.db.read().await?;
        if new_lines(&mut tx, kind, now).await?.is_empty() {
            return Ok(0);
        }
        drop(tx);
        let mut tx = self.platform.db.begin().await?;
        tx.alone(ALONE).await?;
        // Another process may have been quicker.
        let lines = new_lines(&mut tx, kind, now).await?;
        if let Some(last) = lines.last() {
            insert(&mut tx, kind, now, last.id, &lines).await?;
            tx.commit().await?;
        }
        Ok(lines.len() as u64)
    }

    async fn hold_newest(&self) -> Result<()> {
        let mut tx = self.platform.db.read().await?;
        let (_, hash) = newest(&mut tx).await?;
        drop(tx);
        access::log::hold(&self.platform, hash).await?;
        Ok(())
    }
}

async fn new_lines(tx: &mut Tx, kind: Kind, now: Instant) -> Result<Vec<Line>> {
    let row = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT upto FROM kept_roll WHERE what = $1 ORDER BY seq DESC LIMIT 1",
        kind.table()
    )?;
    let after = row.map_or(Uuid::nil(), |(upto,)| upto);
    kind.lines_between(tx, after, settled_at(now), LINES_MAX)
        .await
}

/// Ids before this one were made so long ago that their rows stand.
fn settled_at(now: Instant) -> Uuid {
    let ms = now.plus_seconds(-SETTLE_S).0 / 1_000;
    Uuid::from_u128(u128::try_from(ms).unwrap_or(0) << 80)
}

/// Number and hash of the newest roll.
async fn newest(tx: &mut Tx) -> Result<(i64, Vec<u8>)> {
    let row = fetch_optional!(
        tx,
        (i64, Vec<u8>),
        "SELECT seq, hash FROM kept_roll ORDER BY seq DESC LIMIT 1"
    )?;
    Ok(row.unwrap_or((0, START.to_vec())))
}

async fn insert(tx: &mut Tx, kind: Kind, now: Instant, upto: Uuid, lines: &[Line]) -> Result<()> {
    const ON_ROLL: bulk::Insert = bulk::Insert {
        into: "consent_on_roll (record, seq)",
        on_conflict: "(record, seq) DO NOTHING",
    };
    let (last, previous) = newest(tx).await?;
    let roll = Roll {
        seq: last + 1,
        what: kind.table().to_owned(),
        at: now.0,
        upto,
        list: lines.iter().flat_map(Line::bytes).collect(),
        previous,
    };
    execute!(
        tx,
        "INSERT INTO kept_roll (seq, what, at, upto, list, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        roll.seq,
        roll.what.as_str(),
        roll.at,
        roll.upto,
        roll.list.as_slice(),
        roll.previous.as_slice(),
        roll.hash()
    )?;
    if kind == Kind::Word {
        bulk::insert(tx, &ON_ROLL, lines, |row, line| {
            row.push(line.id).push(line.place);
        })
        .await?;
    }
    Ok(())
}
