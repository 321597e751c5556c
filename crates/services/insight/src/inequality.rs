//! How evenly incomes lie: the Lorenz curve, the Gini coefficient, shares and deciles.
//!
//! All of it goes over people in the order of their incomes. Equal incomes have no order of
//! their own: [`ranked`] scatters them by a fixed rule, so that a decile that ends among them
//! takes neither the first district nor the last.

use crate::poverty::Weighted;

/// The Gini coefficient by the trapezoids of the Lorenz curve; without weights it equals
/// `2 sum(i y_i) / (n sum(y)) - (n + 1) / n`. `sorted` is ascending and not negative. `None`
/// where nobody has anything.
pub fn gini(sorted: impl IntoIterator<Item = Weighted>) -> Option<f64> {
    let (mut people, mut income, mut area) = (0.0, 0.0, 0.0);
    for person in sorted {
        let before = income;
        people += person.weight;
        income += person.weight * person.value;
        area += person.weight * (before + income);
    }
    (people > 0.0 && income > 0.0).then(|| 1.0 - area / (people * income))
}

/// Points of the Lorenz curve: by `steps` equal shares of people from the poorest, the share
/// of all income that they have. Begins with 0 and ends with 1; empty where nobody has anything.
pub fn lorenz(
    sorted: impl IntoIterator<Item = Weighted> + Clone,
    people: f64,
    steps: usize,
) -> Vec<f64> {
    let shares = (0..=steps).map(|step| step as f64 / steps as f64);
    let amounts = sorted
        .into_iter()
        .map(|one| (one.weight, one.weight * one.value));
    shares_of_poorest(amounts, people, &shares.collect::<Vec<_>>())
}

/// What share of all amounts goes to the poorest `shares` of people (ascending). `ordered`
/// holds weight and amount of each, the poorest first; one who stands across a bound gives
/// the part of the amount that lies below it. Empty where there is nothing to share.
pub fn shares_of_poorest(
    ordered: impl IntoIterator<Item = (f64, f64)>,
    people: f64,
    shares: &[f64],
) -> Vec<f64> {
    let (mut weight_below, mut amount_below) = (0.0, 0.0);
    let mut found = Vec::with_capacity(shares.len());
    for (weight, amount) in ordered {
        while let Some(bound) = shares.get(found.len()).map(|share| share * people)
            && bound < weight_below + weight
        {
            let part = ((bound - weight_below) / weight).clamp(0.0, 1.0);
            found.push(amount_below + part * amount);
        }
        weight_below += weight;
        amount_below += amount;
    }
    if amount_below <= 0.0 {
        return Vec::new();
    }
    found.resize(shares.len(), amount_below);
    found.iter().map(|sum| sum / amount_below).collect()
}

/// An odd number, so that multiplying by it scatters ordinals and loses none.
const SCATTER: u32 = 0x9E37_79B1;
/// Undoes it: their product is 1 modulo 2^32.
const GATHER: u32 = inverse(SCATTER);

const fn inverse(odd: u32) -> u32 {
    // Newton's step doubles the number of right bits: 3, 6, 12, 24, 48.
    let (mut found, mut step) = (odd, 0);
    while step < 4 {
        found = found.wrapping_mul(2_u32.wrapping_sub(odd.wrapping_mul(found)));
        step += 1;
    }
    found
}

/// The ordinals of those who have a key, ascending by it; equal keys in a scattered order that
/// is the same every time. Exact: 16 bytes a key while it sorts, 4 bytes after.
pub fn ranked(keys: impl Iterator<Item = Option<i64>>) -> Vec<u32> {
    let keyed = keys.enumerate().filter_map(|(ordinal, key)| {
        let ordinal = u32::try_from(ordinal).expect("fewer units than 2^32");
        Some((key?, ordinal.wrapping_mul(SCATTER)))
    });
    let mut keyed: Vec<(i64, u32)> = keyed.collect();
    keyed.sort_unstable();
    let ordinals = keyed.iter().map(|(_, place)| place.wrapping_mul(GATHER));
    ordinals.collect()
}

/// The tenth (0 to 9) that each stands in, the poorest first. One who stands across a bound
/// belongs where the middle of the weight lies.
pub fn deciles(weights: impl IntoIterator<Item = f64>, people: f64) -> Vec<u8> {
    let mut below = 0.0;
    let tenth = |weight: f64| {
        let middle = below + weight / 2.0;
        below += weight;
        ((middle / people * 10.0) as u8).min(9)
    };
    weights.into_iter().map(tenth).collect()
}
