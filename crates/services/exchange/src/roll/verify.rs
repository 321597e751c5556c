//! Holds every row that stands on a roll against what it is now, the rolls against each other, and
//! the newest of them against the access log.

use std::collections::HashMap;

use access::log::EntryId;
use store::{Tx, bulk, fetch_all, fetch_value};
use uuid::Uuid;

use super::row::{Kind, Line};
use super::{Roll, START};
use crate::verify::Found;
use crate::{Exchange, Result};

/// Rolls read at once.
const PAGE_ROLLS: i64 = 16;
/// Entries of the log read at once.
const PAGE_ENTRIES: i64 = 1_000;

/// What was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Verified {
    pub found: Found,
    /// Rows on no roll: they wait for the next one, or came in behind it.
    pub not_covered: u64,
}

#[derive(sqlx::FromRow)]
struct RollRow {
    seq: i64,
    what: String,
    at: i64,
    upto: Uuid,
    list: Vec<u8>,
    previous: Vec<u8>,
    hash: Vec<u8>,
}

impl Exchange {
    /// Reads every roll and every row that one lists.
    pub async fn verify_rolls(&self) -> Result<Verified> {
        let mut tx = self.platform.db.read().await?;
        let mut verified = Verified::default();
        rolls(&mut tx, &mut verified.found).await?;
        held_by_the_log(&mut tx, &mut verified.found).await?;
        let rows = fetch_value!(
            tx,
            i64,
            "SELECT (SELECT COUNT(*) FROM evidence) + (SELECT COUNT(*) FROM question_unanswered)
               + (SELECT COUNT(*) FROM evidence_refused) + (SELECT COUNT(*) FROM evidence_mended)
               + (SELECT COUNT(*) FROM consent_revision)"
        )?;
        let rows = u64::try_from(rows).unwrap_or(0);
        verified.not_covered = rows.saturating_sub(verified.found.checked);
        Ok(verified)
    }
}

async fn rolls(tx: &mut Tx, found: &mut Found) -> Result<()> {
    let (mut seq, mut last) = (0, START.to_vec());
    loop {
        let page = fetch_all!(
            tx,
            RollRow,
            "SELECT seq, what, at, upto, list, previous, hash FROM kept_roll WHERE seq > $1
             ORDER BY seq LIMIT $2",
            seq,
            PAGE_ROLLS
        )?;
        if page.is_empty() {
            return Ok(());
        }
        for row in page {
            if row.seq != seq + 1 || row.previous != last {
                found.tell(format!("roll {}: the one before it is gone", row.seq));
            }
            (seq, last) = (row.seq, row.hash.clone());
            roll(tx, row, found).await?;
        }
    }
}

async fn roll(tx: &mut Tx, row: RollRow, found: &mut Found) -> Result<()> {
    let roll = Roll {
        seq: row.seq,
        what: row.what,
        at: row.at,
        upto: row.upto,
        list: row.list,
        previous: row.previous,
    };
    let lines = Kind::of_table(&roll.what).zip(Line::read(&roll.list));
    let Some((kind, lines)) = lines.filter(|_| roll.hash() == row.hash) else {
        found.tell(format!("roll {}: it is not what was written", roll.seq));
        return Ok(());
    };
    let now = kind.lines_now(tx, &lines).await?;
    let now: HashMap<(Uuid, i64), [u8; 32]> = now
        .into_iter()
        .map(|line| ((line.id, line.place), line.hash))
        .collect();
    for line in &lines {
        match now.get(&(line.id, line.place)) {
            None => found.tell(format!("{} is gone", kind.name_of(line))),
            Some(hash) => {
                found.checked += 1;
                if *hash != line.hash {
                    found.tell(format!("{} is not what was kept", kind.name_of(line)));
                }
            }
        }
    }
    Ok(())
}

/// Whoever cuts off the newest rolls, or makes other ones, contradicts the log.
async fn held_by_the_log(tx: &mut Tx, found: &mut Found) -> Result<()> {
    const ROLLS: bulk::With = bulk::With {
        v: "hash",
        statement: "SELECT t.hash FROM v CROSS JOIN kept_roll t WHERE t.hash = v.hash",
    };
    let mut last = EntryId {
        chain: Uuid::nil(),
        seq: 0,
    };
    loop {
        let page = access::log::held_after(tx, last, PAGE_ENTRIES).await?;
        let Some((entry, _)) = page.last() else {
            return Ok(());
        };
        last = *entry;
        let rolls: Vec<(Vec<u8>,)> = bulk::select_in(tx, &ROLLS, &page, |row, (_, hash)| {
            row.push(hash.as_slice());
        })
        .await?;
        for (entry, hash) in &page {
            if !rolls.iter().any(|(roll,)| roll == hash) {
                found.tell(format!(
                    "the roll that entry {entry} of the log holds is gone"
                ));
            }
        }
    }
}
