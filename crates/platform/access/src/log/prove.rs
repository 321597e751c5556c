//! Makes proofs out of the database. Who may have which is asked before: see [`super::looks`].

use std::ops::Range;

use store::{Fault, Result, Tx, fetch_optional};

use super::canonical::Hash;
use super::checkpoint::newest;
use super::entry_id::EntryId;
use super::key::Keys;
use super::leaves::hash_of;
use super::note::{Checkpoint, NoteRefused};
use super::proof::{ConsistencyProof, EntryJson, EntryProof, Proof};
use super::tree;
use super::verify::page_of;
use crate::{Action, Permit};

#[derive(Debug, thiserror::Error)]
pub enum ProveFault {
    #[error("the log has no such entry")]
    NoEntry,
    #[error("the entry waits for the next checkpoint; ask again in some minutes")]
    Waits,
    #[error("there is no checkpoint yet")]
    NoCheckpoint,
    #[error("the checkpoint is refused: {0}")]
    Note(#[from] NoteRefused),
    #[error(
        "the older checkpoint has {older} entries, the newest only {newest}: the log was cut off"
    )]
    CutOff { older: u64, newest: u64 },
    #[error(transparent)]
    Store(#[from] Fault),
}

/// The proof that an entry stands under the newest checkpoint. The permit must be one to read
/// the log, and of a citizen only for what [`super::is_look_at`] says is the own.
pub async fn prove_entry(
    tx: &mut Tx,
    permit: &Permit,
    keys: &Keys,
    id: EntryId,
) -> std::result::Result<Proof, ProveFault> {
    permit.must_be_for(&[Action::ReadAccessLog]);
    let mut rows = page_of(tx, id.chain, id.seq, id.seq).await?;
    let row = rows.pop().ok_or(ProveFault::NoEntry)?;
    let index = leaf_of(tx, id).await?.ok_or(ProveFault::Waits)?;
    let (note, head, key) = newest_signed(tx, keys).await?;
    if head.size <= index {
        return Err(ProveFault::Waits);
    }
    let path = hashes(tx, &tree::inclusion(index, head.size)).await?;
    let previous = Hash::try_from(row.prev_hash).map_err(|_| ProveFault::NoEntry)?;
    Ok(Proof::Entry(Box::new(EntryProof {
        entry: EntryJson::new(row.chain_id, row.seq, row.entry, previous),
        index,
        path,
        checkpoint: note,
        keys: vec![key],
    })))
}

/// The proof that the newest checkpoint holds all of an older one.
pub async fn prove_consistency(
    tx: &mut Tx,
    keys: &Keys,
    older: &str,
) -> std::result::Result<Proof, ProveFault> {
    let (old, first) = Checkpoint::open(older, keys)?;
    let (note, new, key) = newest_signed(tx, keys).await?;
    if new.size < old.size {
        return Err(ProveFault::CutOff {
            older: old.size,
            newest: new.size,
        });
    }
    let mut signed_by = vec![first.bare_line(), key];
    signed_by.dedup();
    let path = hashes(tx, &tree::consistency(old.size, new.size)).await?;
    Ok(Proof::Consistency(ConsistencyProof {
        older: older.to_owned(),
        newer: note,
        path,
        keys: signed_by,
    }))
}

/// The newest checkpoint as it was written, what it says, and the line of the key that signed it.
async fn newest_signed(
    tx: &mut Tx,
    keys: &Keys,
) -> std::result::Result<(String, Checkpoint, String), ProveFault> {
    let note = newest(tx).await?.ok_or(ProveFault::NoCheckpoint)?;
    let (head, key) = Checkpoint::open(&note, keys)?;
    Ok((note, head, key.bare_line()))
}

async fn hashes(tx: &mut Tx, ranges: &[Range<u64>]) -> Result<Vec<Hash>> {
    let mut hashes = Vec::with_capacity(ranges.len());
    for range in ranges {
        hashes.push(hash_of(tx, range).await?);
    }
    Ok(hashes)
}

/// Which leaf an entry is; `None` while no checkpoint has taken it up.
async fn leaf_of(tx: &mut Tx, id: EntryId) -> Result<Option<u64>> {
    let row = fetch_optional!(
        tx,
        (i64, i64),
        "SELECT from_seq, first_leaf FROM log_segment WHERE chain_id = $1 AND to_seq >= $2
         ORDER BY to_seq LIMIT 1",
        id.chain,
        id.seq
    )?;
    let leaf = row.map(|(from_seq, first_leaf)| first_leaf + id.seq - from_seq);
    Ok(leaf.and_then(|leaf| u64::try_from(leaf).ok()))
}
