//! Holds every checkpoint against the log, the tree and the keys: what `daftar verify` does. An
//! insider who rewrites a whole chain, with every hash after it, is found here and only here.

use std::collections::{HashMap, VecDeque};

use kernel::day::Instant;
use store::{Db, Result, Tx, bulk, fetch_all, fetch_value};
use uuid::Uuid;

use super::canonical::Hash;
use super::key::Keys;
use super::leaves::{LEVEL_KEPT_MIN, gap, number, read};
use super::note::{Checkpoint, NoteRefused};
use super::tree::{self, Frontier, Place};

/// Leaves, segments or checkpoints read at once.
const PAGE_ROWS: i64 = 10_000;
/// Torn places that are told; the count goes on.
pub const TORN_MAX: usize = 100;

/// What was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub checkpoints: u64,
    /// Entries under the newest checkpoint.
    pub entries: u64,
    /// Entries that wait for the next one.
    pub waiting: u64,
    pub torn: Vec<Torn>,
}

/// A place where log and checkpoints do not agree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Torn {
    #[error("the checkpoint of {size} entries is refused: {why}")]
    Note { size: u64, why: NoteRefused },
    #[error("the row of the checkpoint of {size} entries is not what was signed")]
    Row { size: u64 },
    #[error("the checkpoint of {size} entries is dated before the one before it")]
    Backdated { size: u64 },
    #[error(
        "the first {size} entries give another root than was signed: one was changed, moved or put between"
    )]
    Root { size: u64 },
    #[error("entry {leaf} of a signed checkpoint is gone")]
    Gone { leaf: u64 },
    #[error("the parts of the chains do not follow each other at entry {leaf}")]
    Segment { leaf: u64 },
    #[error("the kept tree of level {level} at {position} is not that of its entries")]
    Node { level: u32, position: u64 },
    #[error("checkpoints end at {signed} entries, the parts of the chains at {taken}")]
    End { signed: u64, taken: u64 },
}

/// Reads the whole log; a fault is the database's, what is torn is told in the answer.
pub async fn verify_checkpoints(db: &Db, keys: &Keys) -> Result<Sealed> {
    let mut tx = db.read().await?;
    let mut check = Check::default();
    check.notes(&mut tx, keys).await?;
    let taken = check.segments(&mut tx).await?;
    let signed = check.heads.back().map_or(0, |head| head.size);
    if signed != taken {
        check.tell(Torn::End { signed, taken });
    }
    let all = fetch_value!(tx, i64, "SELECT COUNT(*) FROM access_log")?;
    check.found.entries = signed;
    check.found.waiting = u64::try_from(all).unwrap_or(0).saturating_sub(signed);
    check.tree(&mut tx, signed).await?;
    Ok(check.found)
}

#[derive(Default)]
struct Check {
    found: Sealed,
    /// Signed sizes and roots that the tree has still to come to.
    heads: VecDeque<Checkpoint>,
}

impl Check {
    fn tell(&mut self, torn: Torn) {
        if self.found.torn.len() < TORN_MAX {
            self.found.torn.push(torn);
        }
    }

    /// Signatures, and that rows say what was signed.
    async fn notes(&mut self, tx: &mut Tx, keys: &Keys) -> Result<()> {
        let (mut size, mut before) = (0, Instant(i64::MIN));
        loop {
            let page = fetch_all!(
                tx,
                (i64, i64, Vec<u8>, String),
                "SELECT size, at, root, note FROM log_checkpoint WHERE size > $1
                 ORDER BY size LIMIT $2",
                size,
                PAGE_ROWS
            )?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            size = last.0;
            for row in &page {
                self.note(row, keys, &mut before);
            }
        }
    }

    fn note(&mut self, row: &(i64, i64, Vec<u8>, String), keys: &Keys, before: &mut Instant) {
        let (size, at, root, note) = row;
        self.found.checkpoints += 1;
        let size = u64::try_from(*size).unwrap_or(0);
        match Checkpoint::open(note, keys) {
            Err(why) => self.tell(Torn::Note { size, why }),
            Ok((signed, _)) => {
                let same = signed.size == size && signed.at.0 == *at && signed.root == **root;
                if !same {
                    self.tell(Torn::Row { size });
                }
                if signed.at < *before {
                    self.tell(Torn::Backdated { size });
                }
                *before = signed.at;
                self.heads.push_back(signed);
            }
        }
    }

    /// Leaf after leaf, and in each chain entry after entry; answers how many there are.
    async fn segments(&mut self, tx: &mut Tx) -> Result<u64> {
        let (mut next, mut from) = (0_i64, -1_i64);
        let mut ends: HashMap<Uuid, i64> = HashMap::new();
        loop {
            let page = fetch_all!(
                tx,
                (i64, Uuid, i64, i64),
                "SELECT first_leaf, chain_id, from_seq, to_seq FROM log_segment
                 WHERE first_leaf > $1 ORDER BY first_leaf LIMIT $2",
                from,
                PAGE_ROWS
            )?;
            let Some(last) = page.last() else {
                return Ok(u64::try_from(next).unwrap_or(0));
            };
            from = last.0;
            for (first_leaf, chain, from_seq, to_seq) in page {
                let end = ends.entry(chain).or_insert(0);
                if first_leaf != next || from_seq != *end + 1 || to_seq < from_seq {
                    let leaf = u64::try_from(first_leaf).unwrap_or(0);
                    self.tell(Torn::Segment { leaf });
                }
                *ends.entry(chain).or_insert(0) = to_seq;
                next = first_leaf + (to_seq - from_seq) + 1;
            }
        }
    }

    /// Grows the tree from its first leaf and compares it at each signed size.
    async fn tree(&mut self, tx: &mut Tx, size: u64) -> Result<()> {
        let mut frontier = Frontier::default();
        while frontier.size() < size {
            let from = frontier.size();
            let range = from..size.min(from + PAGE_ROWS.unsigned_abs());
            let rows = read(tx, &range).await?;
            let gap = gap(&rows, &range);
            let mut nodes = Vec::new();
            let whole = gap.unwrap_or(range.end).saturating_sub(from);
            for (_, hash) in rows.iter().take(usize::try_from(whole).unwrap_or(0)) {
                frontier.push(tree::leaf(hash), |place, hash| {
                    if place.level >= LEVEL_KEPT_MIN {
                        nodes.push((place, hash));
                    }
                });
                self.compare(&frontier);
            }
            self.nodes(tx, &nodes).await?;
            if let Some(leaf) = gap {
                // What stands behind a gap has no place to be compared at.
                self.tell(Torn::Gone { leaf });
                return Ok(());
            }
        }
        Ok(())
    }

    fn compare(&mut self, frontier: &Frontier) {
        if self
            .heads
            .front()
            .is_some_and(|head| head.size <= frontier.size())
        {
            let head = self.heads.pop_front().expect("looked at just now");
            if head.size != frontier.size() || head.root != frontier.root() {
                self.tell(Torn::Root { size: head.size });
            }
        }
    }

    async fn nodes(&mut self, tx: &mut Tx, nodes: &[(Place, Hash)]) -> Result<()> {
        let kept: Vec<(i64, i64, Vec<u8>)> =
            bulk::select_in(tx, &KEPT, nodes, |row, (place, _)| {
                row.push(i64::from(place.level))
                    .push(number(place.position));
            })
            .await?;
        let kept: HashMap<(i64, i64), Vec<u8>> = kept
            .into_iter()
            .map(|(l, p, hash)| ((l, p), hash))
            .collect();
        for (place, hash) in nodes {
            let (level, position) = (place.level, place.position);
            if kept
                .get(&(i64::from(level), number(position)))
                .is_none_or(|kept| *kept != hash)
            {
                self.tell(Torn::Node { level, position });
            }
        }
        Ok(())
    }
}

const KEPT: bulk::With = bulk::With {
    v: "level, position",
    statement: "SELECT n.level, n.position, n.hash FROM v CROSS JOIN log_node n
        WHERE n.level = v.level AND n.position = v.position",
};
