//! The tree against the words of RFC 6962, which are written here a second time, recursively, and
//! against its published roots.

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::log::canonical::Hash;
use crate::log::tree::{self, Frontier, consistency, extends, includes, inclusion};

fn sha256(parts: &[&[u8]]) -> Hash {
    Sha256::digest(parts.concat()).into()
}

/// MTH of RFC 6962, 2.1.
fn root(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [one] => sha256(&[&[0], one]),
        _ => {
            let k = largest_power_below(leaves.len());
            sha256(&[&[1], &root(&leaves[..k]), &root(&leaves[k..])])
        }
    }
}

fn largest_power_below(n: usize) -> usize {
    let mut k = 1;
    while 2 * k < n {
        k *= 2;
    }
    k
}

/// PATH of RFC 6962, 2.1.1.
fn path(m: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = largest_power_below(leaves.len());
    let (mut way, last) = if m < k {
        (path(m, &leaves[..k]), root(&leaves[k..]))
    } else {
        (path(m - k, &leaves[k..]), root(&leaves[..k]))
    };
    way.push(last);
    way
}

/// SUBPROOF of RFC 6962, 2.1.2.
fn subproof(m: usize, leaves: &[Vec<u8>], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let k = largest_power_below(leaves.len());
    let (mut way, last) = if m <= k {
        (subproof(m, &leaves[..k], whole), root(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), root(&leaves[..k]))
    };
    way.push(last);
    way
}

fn leaves(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| i.to_be_bytes().to_vec()).collect()
}

fn grown(leaves: &[Vec<u8>]) -> Frontier {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(tree::leaf(leaf), |_, _| {});
    }
    frontier
}

fn of_ranges(leaves: &[Vec<u8>], ranges: Vec<std::ops::Range<u64>>) -> Vec<Hash> {
    let part =
        |range: std::ops::Range<u64>| root(&leaves[range.start as usize..range.end as usize]);
    ranges.into_iter().map(part).collect()
}

#[test]
fn the_roots_are_those_that_certificate_transparency_publishes() {
    let inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let leaves: Vec<Vec<u8>> = inputs
        .iter()
        .map(|text| hex::decode(text).unwrap())
        .collect();
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, expected) in roots.into_iter().enumerate() {
        assert_eq!(
            hex::encode(grown(&leaves[..size]).root()),
            expected,
            "{size}"
        );
    }
}

#[test]
fn every_way_in_trees_of_all_sizes_is_that_of_the_standard_and_leads_to_the_root() {
    let all = leaves(70);
    for size in 1..=all.len() {
        let (leaves, n) = (&all[..size], size as u64);
        let top = root(leaves);
        assert_eq!(grown(leaves).root(), top, "{size}");
        for m in 0..size {
            let way = of_ranges(leaves, inclusion(m as u64, n));
            assert_eq!(way, path(m, leaves), "{m} of {size}");
            let leaf = tree::leaf(&leaves[m]);
            assert!(includes(&leaf, m as u64, n, &way, &top), "{m} of {size}");
            let older = root(&leaves[..m + 1]);
            let way = of_ranges(leaves, consistency(m as u64 + 1, n));
            assert_eq!(way, subproof(m + 1, leaves, true), "{} of {size}", m + 1);
            assert!(
                extends((m as u64 + 1, &older), (n, &top), &way),
                "{m} of {size}"
            );
        }
    }
}

#[test]
fn every_complete_tree_is_told_once_with_its_root() {
    let leaves = leaves(70);
    let (mut frontier, mut told) = (Frontier::default(), Vec::new());
    for leaf in &leaves {
        frontier.push(tree::leaf(leaf), |place, hash| told.push((place, hash)));
    }
    for (place, hash) in &told {
        let from = (place.position << place.level) as usize;
        assert_eq!(
            *hash,
            root(&leaves[from..from + (1 << place.level)]),
            "{place:?}"
        );
    }
    // 35 pairs, 17 of four, 8, 4, 2 and one of 64.
    assert_eq!(told.len(), 35 + 17 + 8 + 4 + 2 + 1);
}

#[test]
fn a_node_is_never_taken_for_a_leaf() {
    let leaves = leaves(4);
    let pair = [root(&leaves[..1]), root(&leaves[1..2])].concat();
    let way = [root(&leaves[2..])];
    // Without domains of their own the two halves would be the content of a leaf.
    assert!(!includes(&tree::leaf(&pair), 0, 2, &way, &root(&leaves)));
    assert!(includes(&root(&leaves[..2]), 0, 2, &way, &root(&leaves)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_other_leaf_place_size_or_way_leads_to_the_root(
        size in 1_usize..200, pick in any::<prop::sample::Index>(), bit in 0_usize..256, what in 0_u8..5,
    ) {
        let leaves = leaves(size);
        let (m, n, top) = (pick.index(size), size as u64, root(&leaves));
        let mut way = path(m, &leaves);
        let (mut leaf, mut index) = (tree::leaf(&leaves[m]), m as u64);
        match what {
            0 => leaf[bit / 8] ^= 1 << (bit % 8),
            1 => index ^= 1 << (bit % 8),
            2 => { way.push(leaf); }
            3 if !way.is_empty() => { way.pop(); }
            _ if !way.is_empty() => {
                let at = bit % way.len();
                way[at][bit / 8] ^= 1 << (bit % 8);
            }
            _ => return Ok(()),
        }
        prop_assert!(!includes(&leaf, index, n, &way, &top));
    }

    #[test]
    fn no_other_history_is_consistent(
        size in 2_usize..200, pick in any::<prop::sample::Index>(), bit in 0_usize..256, what in 0_u8..5,
    ) {
        let leaves = leaves(size);
        let m = 1 + pick.index(size - 1);
        let (mut older, mut newer) = (root(&leaves[..m]), root(&leaves));
        let mut way = subproof(m, &leaves, true);
        match what {
            0 => older[bit / 8] ^= 1 << (bit % 8),
            1 => newer[bit / 8] ^= 1 << (bit % 8),
            2 => way.push(older),
            3 => { way.pop(); }
            _ => {
                let at = bit % way.len();
                way[at][bit / 8] ^= 1 << (bit % 8);
            }
        }
        prop_assert!(!extends((m as u64, &older), (size as u64, &newer), &way));
    }
}
