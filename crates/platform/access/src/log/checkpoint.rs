//! Making a checkpoint: the new entries of every chain become leaves of the one tree, and the
//! installation's key signs its root.
//!
//! Any process may do it, and for all: what the others wrote is in the database. What does not
//! hold is not signed: the new entries are walked as `verify` walks them, and the tree of before
//! must still give the root that was signed then.

use kernel::day::Instant;
use store::{Db, Fault, Platform, Tx, bulk, execute, fetch_all, fetch_optional};
use uuid::Uuid;

use super::canonical::{Hash, START};
use super::key_place::{KeyFault, KeyPlace};
use super::leaves::{LEVEL_KEPT_MIN, SEGMENT_ROWS_MAX, frontier, number};
use super::note::Checkpoint;
use super::tree::{self, Frontier, Place};
use super::verify::{Broken, Walk, page_of};

/// Entries taken up by one checkpoint at most; a longer rest is several.
pub const ENTRIES_MAX: i64 = 100_000;
/// Checkpoints made in one go at most.
const ROUNDS_MAX: usize = 10_000;
/// In which order processes make them.
const ALONE: &str = "access.checkpoint";

#[derive(Debug, thiserror::Error)]
pub enum CheckpointFault {
    #[error(transparent)]
    Key(#[from] KeyFault),
    #[error("the log's key can only verify: its private line is missing")]
    NoPrivateKey,
    #[error("the access log does not hold and is not signed: {0:?}; see `daftar verify`")]
    Broken(Broken),
    #[error(
        "the access log no longer gives what was signed at {size} entries, so nothing more is \
         signed; see `daftar verify`"
    )]
    Changed { size: u64 },
    #[error(transparent)]
    Store(#[from] Fault),
}

type Result<T> = std::result::Result<T, CheckpointFault>;

/// Takes up every entry that is durable by now. `None`: there was nothing new.
pub async fn checkpoint(platform: &Platform, key: &KeyPlace) -> Result<Option<Checkpoint>> {
    let mut made = None;
    for _ in 0..ROUNDS_MAX {
        let Some(longer) = Longer::of(&platform.db).await? else {
            break;
        };
        // Another process may have been quicker; then we begin again after its tree.
        if let Some(signed) = longer.sign(platform, key).await? {
            made = Some(signed);
        }
    }
    Ok(made)
}

/// The newest note as signed; `None` before the first.
pub async fn newest(tx: &mut Tx) -> store::Result<Option<String>> {
    let row = fetch_optional!(
        tx,
        (String,),
        "SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1"
    )?;
    Ok(row.map(|(note,)| note))
}

/// Puts keys in the place of others while no process signs; `change` is told the size of the
/// newest checkpoint.
pub async fn change_keys(
    platform: &Platform,
    change: impl FnOnce(u64) -> std::result::Result<(), KeyFault>,
) -> Result<()> {
    let mut tx = platform.db.begin().await?;
    tx.alone(ALONE).await?;
    let (size, _) = end(&mut tx).await?;
    change(size)?;
    Ok(tx.commit().await?)
}

async fn newest_at(tx: &mut Tx) -> store::Result<Instant> {
    let row = fetch_optional!(
        tx,
        (i64,),
        "SELECT at FROM log_checkpoint ORDER BY size DESC LIMIT 1"
    )?;
    Ok(row.map_or(Instant::default(), |(at,)| Instant(at)))
}

/// Size and root of the newest checkpoint.
async fn end(tx: &mut Tx) -> store::Result<(u64, Hash)> {
    let row = fetch_optional!(
        tx,
        (i64, Vec<u8>),
        "SELECT size, root FROM log_checkpoint ORDER BY size DESC LIMIT 1"
    )?;
    let Some((size, root)) = row else {
        return Ok((0, tree::fold(&[])));
    };
    let root = Hash::try_from(root).ok();
    let both = u64::try_from(size).ok().zip(root);
    both.ok_or_else(|| Fault::Stored {
        what: "log_checkpoint",
        reason: format!("the row of size {size} has no size and root"),
    })
}

/// A chain of which a part is not taken up yet.
#[derive(sqlx::FromRow)]
struct Rest {
    id: Uuid,
    covered: i64,
    last: i64,
}

/// Steps from chain to chain in the index: chains are few beside their entries.
async fn rests(tx: &mut Tx) -> store::Result<Vec<Rest>> {
    fetch_all!(
        tx,
        Rest,
        "WITH RECURSIVE chain(id) AS (
           SELECT (SELECT l.chain_id FROM access_log l ORDER BY l.chain_id LIMIT 1)
           UNION ALL
           SELECT (SELECT l.chain_id FROM access_log l WHERE l.chain_id > c.id
                   ORDER BY l.chain_id LIMIT 1)
           FROM chain c WHERE c.id IS NOT NULL),
         rest AS (
           SELECT c.id,
             COALESCE((SELECT MAX(s.to_seq) FROM log_segment s WHERE s.chain_id = c.id), 0) AS covered,
             (SELECT MAX(l.seq) FROM access_log l WHERE l.chain_id = c.id) AS last
           FROM chain c WHERE c.id IS NOT NULL)
         SELECT id, covered, last FROM rest WHERE covered < last ORDER BY id"
    )
}

/// A part of a chain that becomes leaves.
struct Segment {
    chain: Uuid,
    from_seq: i64,
    to_seq: i64,
    first_leaf: u64,
}

/// The tree with the new entries, not signed yet.
struct Longer {
    /// The size it grew from.
    base: u64,
    frontier: Frontier,
    segments: Vec<Segment>,
    nodes: Vec<(Place, Hash)>,
}

impl Longer {
    /// All from one snapshot, and without holding the writer.
    async fn of(db: &Db) -> Result<Option<Longer>> {
        let mut tx = db.read().await?;
        let rests = rests(&mut tx).await?;
        if rests.is_empty() {
            return Ok(None);
        }
        let (base, root) = end(&mut tx).await?;
        let frontier = frontier(&mut tx, base).await?;
        if frontier.root() != root {
            return Err(CheckpointFault::Changed { size: base });
        }
        let mut longer = Longer {
            base,
            frontier,
            segments: Vec::new(),
            nodes: Vec::new(),
        };
        let mut room = ENTRIES_MAX;
        for rest in rests {
            let last = rest.last.min(rest.covered + room);
            room -= last - rest.covered;
            longer.take(&mut tx, rest.id, rest.covered, last).await?;
            if room == 0 {
                break;
            }
        }
        Ok(Some(longer))
    }

    /// Takes up the entries of a chain after `covered`.
    async fn take(&mut self, tx: &mut Tx, chain: Uuid, covered: i64, last: i64) -> Result<()> {
        let mut walk = Walk::after(chain, covered, hash_at(tx, chain, covered).await?);
        let mut from = covered + 1;
        while from <= last {
            let to = last.min(from + SEGMENT_ROWS_MAX - 1);
            let rows = page_of(tx, chain, from, to).await?;
            self.segments.push(Segment {
                chain,
                from_seq: from,
                to_seq: to,
                first_leaf: self.frontier.size(),
            });
            for row in &rows {
                walk.row(row);
                let nodes = &mut self.nodes;
                self.frontier.push(tree::leaf(&walk.last), |place, hash| {
                    if place.level >= LEVEL_KEPT_MIN {
                        nodes.push((place, hash));
                    }
                });
            }
            if let Some(broken) = walk.broken_at(to) {
                return Err(CheckpointFault::Broken(broken));
            }
            from = to + 1;
        }
        Ok(())
    }

    /// `None`: another process made a checkpoint since.
    async fn sign(self, platform: &Platform, key: &KeyPlace) -> Result<Option<Checkpoint>> {
        let mut tx = platform.db.begin().await?;
        tx.alone(ALONE).await?;
        if end(&mut tx).await?.0 != self.base {
            return Ok(None);
        }
        // Read now, when nobody changes them.
        let keys = key.load()?;
        let checkpoint = Checkpoint {
            name: keys.name().to_owned(),
            size: self.frontier.size(),
            root: self.frontier.root(),
            // The clocks of two processes agree to some milliseconds only.
            at: platform.clock.now().max(newest_at(&mut tx).await?),
        };
        let note = checkpoint
            .sign(&keys)
            .ok_or(CheckpointFault::NoPrivateKey)?;
        self.store(&mut tx).await?;
        insert(&mut tx, &checkpoint, &note).await?;
        tx.commit().await?;
        Ok(Some(checkpoint))
    }

    async fn store(&self, tx: &mut Tx) -> store::Result<()> {
        bulk::insert(tx, &SEGMENT, &self.segments, |row, segment| {
            row.push(segment.chain)
                .push(segment.to_seq)
                .push(segment.from_seq)
                .push(number(segment.first_leaf));
        })
        .await?;
        bulk::insert(tx, &NODE, &self.nodes, |row, (place, hash)| {
            row.push(i64::from(place.level))
                .push(number(place.position))
                .push(hash.as_slice());
        })
        .await?;
        Ok(())
    }
}

const SEGMENT: bulk::Insert = bulk::Insert {
    into: "log_segment (chain_id, to_seq, from_seq, first_leaf)",
    on_conflict: "",
};
const NODE: bulk::Insert = bulk::Insert {
    into: "log_node (level, position, hash)",
    on_conflict: "",
};

async fn insert(tx: &mut Tx, checkpoint: &Checkpoint, note: &str) -> store::Result<()> {
    let Instant(at) = checkpoint.at;
    execute!(
        tx,
        "INSERT INTO log_checkpoint (size, at, root, note) VALUES ($1, $2, $3, $4)",
        number(checkpoint.size),
        at,
        checkpoint.root.as_slice(),
        note
    )?;
    Ok(())
}

/// The hash that the entry after `seq` names.
async fn hash_at(tx: &mut Tx, chain: Uuid, seq: i64) -> Result<Hash> {
    if seq == 0 {
        return Ok(START);
    }
    let row = fetch_optional!(
        tx,
        (Vec<u8>,),
        "SELECT hash FROM access_log WHERE chain_id = $1 AND seq = $2",
        chain,
        seq
    )?;
    let hash = row.and_then(|(hash,)| Hash::try_from(hash).ok());
    hash.ok_or(CheckpointFault::Broken(Broken::Gap { chain, seq }))
}
