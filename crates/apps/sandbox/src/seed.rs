//! Chance without a generator: what a hash of stable names says.
//!
//! The population is drawn once from ChaCha8; everything decided later (is this
//! answer late, is this card closed, on which day does this family come) is a
//! hash of the seed and the names of the thing, so that a retry, a restart or
//! another order of calls meets the same fate.

/// Mixes numbers into one; the constants are those of SplitMix64.
pub fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x5EED_0DAF_7A12_0001, |state, part| {
        scramble(state ^ scramble(*part))
    })
}

fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A number for a text, for mixing (FNV-1a).
pub fn of_text(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// True for `per_mille` of a thousand hashes.
pub fn happens(hash: u64, per_mille: u32) -> bool {
    hash % 1000 < u64::from(per_mille)
}

/// A whole number from `low` up to and including `high`.
pub fn between(hash: u64, low: i64, high: i64) -> i64 {
    low + (hash % (high - low + 1) as u64) as i64
}

/// An id that is the same whenever the same deed is tried again (form of UUID v4).
pub fn id(parts: &[u64]) -> uuid::Uuid {
    let (high, low) = (mix(parts), mix(&[mix(parts), 1]));
    let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_names_meet_the_same_fate_and_rates_hold() {
        assert_eq!(mix(&[1, 2, 3]), mix(&[1, 2, 3]));
        assert_ne!(mix(&[1, 2, 3]), mix(&[1, 3, 2]));
        assert_eq!(id(&[7]), id(&[7]));
        let hits = (0..100_000).filter(|n| happens(mix(&[9, *n]), 10)).count();
        assert!(
            (900..1100).contains(&hits),
            "1 in 100 of 100,000 came out as {hits}"
        );
    }
}
