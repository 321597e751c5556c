//! The Merkle tree of RFC 6962: leaves and nodes are hashed in domains of their own, so that no
//! leaf can be shown as a node. Pure; whoever verifies a proof needs this file and no database.
//!
//! A tree of `size` leaves is a row of complete trees, the largest first (`Frontier`). Adding a
//! leaf never changes a complete tree, which is why a later tree can be shown to contain an
//! earlier one.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::canonical::Hash;

const LEAF: u8 = 0x00;
const NODE: u8 = 0x01;

pub(crate) fn leaf(data: &[u8]) -> Hash {
    hash(LEAF, data, &[])
}

pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    hash(NODE, left, right)
}

fn hash(domain: u8, first: &[u8], second: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([domain]);
    hasher.update(first);
    hasher.update(second);
    hasher.finalize().into()
}

/// A complete tree inside the tree: leaves `position << level` up to `(position + 1) << level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub level: u32,
    pub position: u64,
}

/// The complete trees that a range of leaves consists of, from left to right. The range must
/// begin where a tree of its size can begin; those of proofs do.
pub(crate) fn places(range: &Range<u64>) -> Vec<Place> {
    let (mut at, mut places) = (range.start, Vec::new());
    while at < range.end {
        let fits = (range.end - at).ilog2();
        let level = if at == 0 {
            fits
        } else {
            fits.min(at.trailing_zeros())
        };
        places.push(Place {
            level,
            position: at >> level,
        });
        at += 1 << level;
    }
    places
}

/// The hash of a row of complete trees, the largest first; that of nothing is the hash of nothing.
pub(crate) fn fold(hashes: &[Hash]) -> Hash {
    let Some((last, rest)) = hashes.split_last() else {
        return Sha256::digest([]).into();
    };
    rest.iter().rfold(*last, |right, left| node(left, &right))
}

/// The end of a growing tree: all that is needed to add leaves and to tell its root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// From the complete trees of `places(0..size)`.
    pub fn of(size: u64, peaks: Vec<Hash>) -> Frontier {
        assert_eq!(peaks.len(), size.count_ones() as usize, "a peak a bit");
        Frontier { size, peaks }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn root(&self) -> Hash {
        fold(&self.peaks)
    }

    /// Adds a leaf and tells every tree that it completes.
    pub fn push(&mut self, leaf: Hash, mut completed: impl FnMut(Place, Hash)) {
        let mut hash = leaf;
        for level in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a peak a bit");
            hash = node(&left, &hash);
            completed(
                Place {
                    level: level + 1,
                    position: self.size >> (level + 1),
                },
                hash,
            );
        }
        self.peaks.push(hash);
        self.size += 1;
    }
}

/// The largest power of two below `size`: where RFC 6962 splits a tree of two leaves or more.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Whose hashes show that leaf `index` stands in a tree of `size`, from the leaf upwards.
pub(crate) fn inclusion(index: u64, size: u64) -> Vec<Range<u64>> {
    assert!(index < size, "leaf {index} of {size}");
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(middle..to);
            to = middle;
        } else {
            path.push(from..middle);
            from = middle;
        }
    }
    path.reverse();
    path
}

/// Whose hashes show that a tree of `size` begins with the tree of its first `older` leaves.
pub(crate) fn consistency(older: u64, size: u64) -> Vec<Range<u64>> {
    assert!(0 < older && older <= size, "{older} of {size}");
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while older < to {
        let middle = from + split(to - from);
        if older <= middle {
            path.push(middle..to);
            to = middle;
        } else {
            path.push(from..middle);
            from = middle;
        }
    }
    if from > 0 {
        path.push(from..to);
    }
    path.reverse();
    path
}

/// True when `path` leads from `leaf` to `root` (RFC 9162, 2.1.3.2).
pub(crate) fn includes(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node(sibling, &hash);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// A size and the root of the tree of so many leaves.
pub(crate) type Head<'a> = (u64, &'a Hash);

/// True when `path` shows that the newer tree begins with the older one (RFC 9162, 2.1.4.2).
pub(crate) fn extends(older: Head<'_>, newer: Head<'_>, path: &[Hash]) -> bool {
    if older.0 == 0 || older.0 > newer.0 {
        return false;
    }
    if older.0 == newer.0 {
        return path.is_empty() && older.1 == newer.1;
    }
    let whole = older.0.is_power_of_two().then_some(older.1);
    let mut path = whole.into_iter().chain(path);
    let Some(first) = path.next() else {
        return false;
    };
    let (mut at, mut last) = (older.0 - 1, newer.0 - 1);
    (at, last) = (at >> at.trailing_ones(), last >> at.trailing_ones());
    let (mut old, mut new) = (*first, *first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            (old, new) = (node(sibling, &old), node(sibling, &new));
            while at % 2 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new = node(&new, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && old == *older.1 && new == *newer.1
}
