//! Values of the measures from the facts and from independent computations, and what must hold
//! of them whatever the incomes.

use crate::bootstrap::{Sample, interval};
use crate::inequality::{deciles, gini, lorenz, ranked, shares_of_poorest};
use crate::poverty::{Weighted, poverty};
use crate::targeting::{Reached, Targeting, benefit_cost, cgh_index, targeting};
use proptest::prelude::*;

/// The ten persons of the World Bank's "Revisiting Targeting" (2022), chapter 7, table 7.3.
const INCOMES: [f64; 10] = [6., 8., 11., 15., 21., 25., 30., 40., 50., 100.];
const LINE: f64 = 20.;

fn alone(values: &[f64]) -> Vec<Weighted> {
    let one = |value: &f64| Weighted {
        value: *value,
        weight: 1.0,
    };
    values.iter().map(one).collect()
}

fn weighted(values: &[(f64, f64)]) -> Vec<Weighted> {
    let one = |(value, weight): &(f64, f64)| Weighted {
        value: *value,
        weight: *weight,
    };
    values.iter().map(one).collect()
}

fn near(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-9, "{left} is not {right}");
}

#[test]
fn the_ten_persons_of_the_facts_come_out_to_the_stated_digits() {
    let found = poverty(alone(&INCOMES), LINE).unwrap();
    near(found.head_count, 0.4);
    near(found.gap, 0.2);
    near(found.severity, 0.1115);
    near(found.gap_cost, 40.0);
    let gini = gini(alone(&INCOMES)).unwrap();
    assert_eq!(format!("{gini:.5}"), "0.43595");
}

/// Ten each to the persons with 6, 15 and 25, computed by hand: shortfalls 14 + 12 + 9 + 5 = 40
/// before, 4 + 12 + 9 = 25 after. Gini after: 0.377381, the mean absolute difference of all
/// pairs over twice the mean, computed in exact fractions by another program.
#[test]
fn a_benefit_of_thirty_to_three_of_the_ten_comes_out_as_by_hand() {
    let benefits = [10., 0., 0., 10., 0., 10., 0., 0., 0., 0.];
    let reached = INCOMES
        .iter()
        .zip(benefits)
        .map(|(income, benefit)| Reached {
            people: 1.0,
            short: (LINE - income).max(0.0),
            poor: *income < LINE,
            benefit,
        });
    let third = Some(1.0 / 3.0);
    let expected = Targeting {
        coverage: Some(0.5),
        exclusion_error: Some(0.5),
        exclusion_error_by_gap: Some(21.0 / 40.0),
        inclusion_error: third,
        leakage: third,
    };
    assert_eq!(targeting(reached), expected);

    let mut after: Vec<f64> = INCOMES.iter().zip(benefits).map(|(a, b)| a + b).collect();
    let poor_after = poverty(alone(&after), LINE).unwrap();
    near(poor_after.head_count, 0.3);
    near(poor_after.gap, 0.125);
    near(poor_after.severity, 0.06025);
    near(benefit_cost(40.0, poor_after.gap_cost, 30.0).unwrap(), 0.5);
    after.sort_unstable_by(f64::total_cmp);
    let gini_after = gini(alone(&after)).unwrap();
    assert_eq!(format!("{gini_after:.6}"), "0.377381");

    let by_income = benefits.iter().map(|benefit| (1.0, *benefit));
    let shares = shares_of_poorest(by_income, 10.0, &[0.2, 0.4]);
    near(cgh_index(shares[0], 0.2), 10.0 / 30.0 / 0.2);
    near(cgh_index(shares[1], 0.4), 20.0 / 30.0 / 0.4);
}

/// The index's own example: 60 of 100 to the bottom 40 of 100 is 1.5.
#[test]
fn sixty_percent_to_the_bottom_forty_is_one_and_a_half() {
    near(cgh_index(0.6, 0.4), 1.5);
}

#[test]
fn a_weight_is_so_many_people_of_that_income() {
    let by_weight = weighted(&[(10., 1.), (20., 2.), (40., 3.)]);
    let one_by_one = alone(&[10., 20., 20., 40., 40., 40.]);
    near(
        gini(by_weight.clone()).unwrap(),
        gini(one_by_one.clone()).unwrap(),
    );
    near(gini(by_weight.clone()).unwrap(), 23.0 / 102.0); // by pairs, in exact fractions
    let (left, right) = (
        poverty(by_weight, 25.).unwrap(),
        poverty(one_by_one, 25.).unwrap(),
    );
    near(left.head_count, 0.5);
    // (0.6 + 0.2 + 0.2) / 6 and (0.36 + 0.04 + 0.04) / 6
    near(left.gap, 1.0 / 6.0);
    near(left.severity, 0.44 / 6.0);
    near(left.severity, right.severity);
    near(left.gap_cost, right.gap_cost);
}

#[test]
fn equal_incomes_have_no_inequality_and_one_owner_of_all_has_nearly_all_of_it() {
    near(gini(alone(&[7.0; 12])).unwrap(), 0.0);
    let mut one_has_all = vec![0.0; 9];
    one_has_all.push(1.0);
    near(gini(alone(&one_has_all)).unwrap(), 0.9);
    assert_eq!(gini(alone(&[0.0, 0.0])), None);
    assert_eq!(gini(alone(&[])), None);
    assert_eq!(poverty(alone(&[]), 20.0), None);
    assert_eq!(poverty(alone(&[1.0]), 0.0), None);
}

#[test]
fn who_stands_exactly_on_the_line_is_not_poor() {
    let found = poverty(alone(&[20.0, 19.99]), 20.0).unwrap();
    near(found.head_count, 0.5);
}

#[test]
fn measures_of_nobody_are_not_zero_but_unknown() {
    let nothing = Targeting {
        coverage: None,
        exclusion_error: None,
        exclusion_error_by_gap: None,
        inclusion_error: None,
        leakage: None,
    };
    assert_eq!(targeting([]), nothing);
    assert_eq!(benefit_cost(1.0, 0.0, 0.0), None);
}

#[test]
fn ten_people_are_ten_deciles_and_a_large_family_stands_where_its_middle_is() {
    assert_eq!(deciles([1.0; 10], 10.0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // People 0 to 5, 5 to 6, 6 to 10 of ten: the middles are 2.5, 5.5 and 8.
    assert_eq!(deciles([5.0, 1.0, 4.0], 10.0), [2, 5, 8]);
}

#[test]
fn equal_incomes_are_scattered_over_the_country_and_the_unknown_left_out() {
    let order = ranked((0..1000).map(|at| Some(i64::from(at >= 500))));
    let (low, high) = order.split_at(500);
    assert!(low.iter().all(|at| *at < 500) && high.iter().all(|at| *at >= 500));
    // The first hundred of the poorer half come from all over it.
    let from_first_fifth = low[..100].iter().filter(|at| **at < 100).count();
    assert!((10..=30).contains(&from_first_fifth), "{from_first_fifth}");
    assert_eq!(ranked([Some(3), None, Some(1)].into_iter()), [2, 0]);
}

#[test]
fn the_lorenz_curve_goes_from_nothing_to_all() {
    let curve = lorenz(alone(&[1.0, 2.0, 3.0, 4.0]), 4.0, 4);
    for (found, expected) in curve.iter().zip([0.0, 0.1, 0.3, 0.6, 1.0]) {
        near(*found, expected);
    }
    assert_eq!(lorenz(alone(&[0.0]), 1.0, 4), Vec::<f64>::new());
}

#[test]
fn the_bootstrap_of_a_mean_finds_its_theoretical_error() {
    // The mean of 400 numbers 0 to 399, drawn from very many: its standard error is
    // s / sqrt(n) with s^2 = n (n + 1) / 12 = 13366.67, so 5.78; 1.96 of it on both sides.
    let sample = |share: f64| Sample {
        share,
        clusters: None,
        seed: 7,
        replicates: 2_000,
    };
    let half_width = |share: f64| {
        let sample = sample(share);
        let means = (0..sample.replicates).map(|replicate| {
            let factors = sample.factors(replicate, 400);
            let sum: f64 = factors.iter().enumerate().map(|(v, f)| v as f64 * f).sum();
            sum / factors.iter().sum::<f64>()
        });
        let found = interval(means.collect()).unwrap();
        assert!(found.low < 199.5 + 1e-9 && found.high > 199.5 - 1e-9);
        (found.high - found.low) / 2.0
    };
    let expected = 1.96 * (13_366.67_f64 / 400.0).sqrt();
    assert!((half_width(0.0) / expected - 1.0).abs() < 0.06);
    // With three quarters of the country in the sample the error is half as large.
    assert!((half_width(0.75) / expected - 0.5).abs() < 0.03);
    // A whole country has none: only the rounding of the last digits is left.
    assert!(half_width(1.0) < 1e-9);
}

#[test]
fn families_of_one_cluster_are_drawn_together_and_a_seed_draws_the_same() {
    let sample = Sample {
        share: 0.0,
        clusters: Some(vec![0, 0, 1, 2, 2]),
        seed: 3,
        replicates: 1,
    };
    assert_eq!(sample.cluster_count(5), 3);
    let factors = sample.factors(0, 3);
    near(factors.iter().sum::<f64>(), 3.0);
    near(sample.factor_of(&factors, 0), sample.factor_of(&factors, 1));
    assert_eq!(factors, sample.factors(0, 3));
    let differs = (1..20).any(|replicate| sample.factors(replicate, 3) != factors);
    assert!(differs);
}

proptest! {
    #[test]
    fn inequality_and_poverty_know_no_currency(
        mut incomes in prop::collection::vec(1.0_f64..1e6, 1..60),
        times in 0.01_f64..1e4,
    ) {
        incomes.sort_unstable_by(f64::total_cmp);
        let other: Vec<f64> = incomes.iter().map(|income| income * times).collect();
        let (left, right) = (gini(alone(&incomes)).unwrap(), gini(alone(&other)).unwrap());
        prop_assert!((left - right).abs() < 1e-9);
        prop_assert!((-1e-12..1.0).contains(&left));
        let line = 1_000.0;
        let here = poverty(alone(&incomes), line).unwrap();
        let there = poverty(alone(&other), line * times).unwrap();
        prop_assert!((here.gap - there.gap).abs() < 1e-9);
        prop_assert!(here.severity <= here.gap + 1e-12 && here.gap <= here.head_count + 1e-12);
    }

    #[test]
    fn money_from_a_richer_to_a_poorer_lowers_inequality(
        mut incomes in prop::collection::vec(10.0_f64..1e5, 2..40),
    ) {
        incomes.sort_unstable_by(f64::total_cmp);
        let last = incomes.len() - 1;
        prop_assume!(incomes[last] - incomes[0] > 1.0);
        let before = gini(alone(&incomes)).unwrap();
        let moved = (incomes[last] - incomes[0]) / 4.0;
        incomes[0] += moved;
        incomes[last] -= moved;
        incomes.sort_unstable_by(f64::total_cmp);
        prop_assert!(gini(alone(&incomes)).unwrap() < before);
    }

    #[test]
    fn each_decile_has_a_tenth_of_the_people(people in 10_usize..2_000) {
        let tenths = deciles(vec![1.0; people], people as f64);
        prop_assert!(tenths.is_sorted());
        for decile in 0..10 {
            let count = tenths.iter().filter(|one| **one == decile).count() as f64;
            prop_assert!((count - people as f64 / 10.0).abs() <= 1.0);
        }
    }

    #[test]
    fn ranking_keeps_every_ordinal_once(keys in prop::collection::vec(-5_i64..5, 0..300)) {
        let order = ranked(keys.iter().map(|key| Some(*key)));
        prop_assert!(order.iter().map(|at| keys[*at as usize]).is_sorted());
        let mut all = order;
        all.sort_unstable();
        prop_assert!(all.into_iter().eq(0..keys.len() as u32));
    }
}
