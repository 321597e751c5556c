//! The tree as it lies in the database: leaves are the log's own rows, complete trees of 256
//! leaves and more are kept as rows of `log_node`.

use std::ops::Range;

use store::{Fault, Result, Tx, fetch_all, fetch_optional};

use super::canonical::Hash;
use super::tree::{self, Frontier, Place};

/// Trees of this level and above are kept; a smaller one is made of its leaves.
pub(super) const LEVEL_KEPT_MIN: u32 = 8;
/// Entries of one segment at most; a longer part of a chain is several segments.
pub(super) const SEGMENT_ROWS_MAX: i64 = 10_000;

/// The leaves of a range, in order. One that is gone is a fault: nothing is made over a gap.
pub(super) async fn leaves(tx: &mut Tx, range: &Range<u64>) -> Result<Vec<Hash>> {
    let rows = read(tx, range).await?;
    match gap(&rows, range) {
        None => rows.iter().map(|(_, hash)| Ok(tree::leaf(hash))).collect(),
        Some(leaf) => Err(Fault::Stored {
            what: "access_log",
            reason: format!("entry {leaf} of a signed checkpoint is gone"),
        }),
    }
}

/// Rows of a range as they are, however many there are.
pub(super) async fn read(tx: &mut Tx, range: &Range<u64>) -> Result<Vec<(i64, Vec<u8>)>> {
    fetch_all!(
        tx,
        (i64, Vec<u8>),
        "SELECT s.first_leaf + l.seq - s.from_seq, l.hash
         FROM log_segment s CROSS JOIN access_log l
         WHERE s.first_leaf > $1 AND s.first_leaf < $3
           AND l.chain_id = s.chain_id AND l.seq >= s.from_seq AND l.seq <= s.to_seq
           AND s.first_leaf + l.seq - s.from_seq >= $2 AND s.first_leaf + l.seq - s.from_seq < $3
         ORDER BY s.first_leaf, l.seq",
        number(range.start) - SEGMENT_ROWS_MAX,
        number(range.start),
        number(range.end)
    )
}

/// The first leaf of the range that has no row, or not exactly one.
pub(super) fn gap(rows: &[(i64, Vec<u8>)], range: &Range<u64>) -> Option<u64> {
    let mut found = rows.iter();
    range
        .clone()
        .find(|leaf| found.next().is_none_or(|(at, _)| *at != number(*leaf)))
        .or_else(|| found.next().map(|_| range.end))
}

/// The hash of any range that a proof names.
pub(super) async fn hash_of(tx: &mut Tx, range: &Range<u64>) -> Result<Hash> {
    let mut hashes = Vec::new();
    let mut small = range.end..range.end;
    for place in tree::places(range) {
        if place.level < LEVEL_KEPT_MIN {
            small.start = place.position << place.level;
            break;
        }
        hashes.push(kept(tx, place).await?);
    }
    if !small.is_empty() {
        // The small trees lie together at the end: one read, and the same folding.
        let mut frontier = Frontier::default();
        for leaf in leaves(tx, &small).await? {
            frontier.push(leaf, |_, _| {});
        }
        hashes.push(frontier.root());
    }
    Ok(tree::fold(&hashes))
}

async fn kept(tx: &mut Tx, place: Place) -> Result<Hash> {
    let row = fetch_optional!(
        tx,
        (Vec<u8>,),
        "SELECT hash FROM log_node WHERE level = $1 AND position = $2",
        i64::from(place.level),
        number(place.position)
    )?;
    let hash = row.and_then(|(hash,)| Hash::try_from(hash).ok());
    hash.ok_or_else(|| Fault::Stored {
        what: "log_node",
        reason: format!("{place:?} is not there"),
    })
}

/// The end of the tree of the first `size` leaves.
pub(super) async fn frontier(tx: &mut Tx, size: u64) -> Result<Frontier> {
    let mut peaks = Vec::new();
    for place in tree::places(&(0..size)) {
        let from = place.position << place.level;
        peaks.push(hash_of(tx, &(from..from + (1 << place.level))).await?);
    }
    Ok(Frontier::of(size, peaks))
}

/// No tree grows to 2^63 leaves.
pub(super) fn number(size: u64) -> i64 {
    i64::try_from(size).expect("fewer than 2^63 entries")
}
