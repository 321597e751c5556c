//! Numbers that the synthetic country is drawn to, each with its source in the
//! facts of the country (section 6.1 unless said). Shares are per mille.

/// Persons in a dwelling, Uzbekistan 2023: 3.0, 6.9, 10.7, 18.0, 22.0 and 39.4 %
/// for six and more [S84]; how the last class falls off is our assumption.
pub const HOUSEHOLD_SIZE: [(usize, u32); 12] = [
    (1, 30),
    (2, 69),
    (3, 107),
    (4, 180),
    (5, 220),
    (6, 160),
    (7, 105),
    (8, 62),
    (9, 35),
    (10, 20),
    (11, 8),
    (12, 4),
];

/// Children under 18 in a dwelling of 1, 2 ... 6 and more persons. Set so that
/// children under 16 come out as Khorezm 2022: none 22.1 %, one 24.1, two 28.1,
/// three 17.0, four and more 8.7 [S84].
pub const CHILDREN: [&[(usize, u32)]; 6] = [
    &[(0, 1000)],
    &[(0, 900), (1, 100)],
    &[(0, 360), (1, 560), (2, 80)],
    &[(0, 160), (1, 320), (2, 470), (3, 50)],
    &[(0, 110), (1, 210), (2, 340), (3, 310), (4, 30)],
    &[(0, 60), (1, 180), (2, 320), (3, 240), (4, 150), (5, 50)],
];

/// Poverty of Syrdarya in 2025: 6.2 % [S35][S56].
pub const POVERTY_RATE: f64 = 0.062;
/// The line the rate was measured with: minimum consumer expenditure of 2025 [S15].
pub const POVERTY_LINE_SOUM: f64 = 669_000.0;
/// Mean income a head and month. The country's is 2.6 million [S35]; Syrdarya's
/// is not in the facts, so the middle between the country and Namangan
/// (15.8 million in nine months [S88]) is taken.
pub const MEAN_INCOME_SOUM: f64 = 2_150_000.0;

/// Lowest old-age and disability pension from 2025-07-01 [S17].
pub const OLD_AGE_PENSION_MIN_SOUM: u32 = 918_000;
pub const DISABILITY_PENSION_MIN_SOUM: u32 = 1_012_000;
/// Survivor allowance seen in 2026 [S18], section 1.1.
pub const SURVIVOR_ALLOWANCE_SOUM: u32 = 820_000;
/// Carer of a disabled child: 608,000 from 2023-12-01 [S24]; a later sum is not in the facts.
pub const CARER_ALLOWANCE_SOUM: u32 = 608_000;

/// Minimum consumer expenditure in force when the demo runs (2026, [S16]).
pub const MCE_2026_SOUM: u32 = 715_000;
/// Minimum wage from 2025-08-01 [S17].
pub const MINIMUM_WAGE_SOUM: u32 = 1_271_000;

/// Men and women who may draw an old-age pension.
pub const PENSION_AGE_MEN: i32 = 60;
pub const PENSION_AGE_WOMEN: i32 = 55;

/// Mean income and spread of a log-normal law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub mu: f64,
    pub sigma: f64,
}

/// Solves sigma so that the given share of persons lives under the line.
pub fn calibrate(mean: f64, line: f64, rate: f64) -> Spread {
    let share_under =
        |sigma: f64| normal_share((line.ln() - mean.ln() + sigma * sigma / 2.0) / sigma);
    let (mut low, mut high) = (0.05, 1.5);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if share_under(middle) < rate {
            low = middle
        } else {
            high = middle
        }
    }
    Spread {
        mu: mean.ln() - low * low / 2.0,
        sigma: low,
    }
}

/// The standard normal distribution, Abramowitz and Stegun 26.2.17 (error under 1e-7).
fn normal_share(z: f64) -> f64 {
    const B: [f64; 5] = [
        0.319_381_530,
        -0.356_563_782,
        1.781_477_937,
        -1.821_255_978,
        1.330_274_429,
    ];
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let tail = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let upper = tail * B.iter().rev().fold(0.0, |sum, b| (sum + b) * t);
    if z >= 0.0 { 1.0 - upper } else { upper }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_gives_the_poverty_rates_that_the_facts_computed() {
        fn check(rate: f64, sigma: f64) {
            let found = calibrate(2_600_000.0, 669_000.0, rate).sigma;
            assert!(
                (found - sigma).abs() < 0.005,
                "{rate}: {found} instead of {sigma}"
            );
        }
        // Facts 6.1: mean 2.6 million, line 669,000.
        check(0.039, 0.65);
        check(0.056, 0.70);
        check(0.076, 0.75);
        check(0.097, 0.80);
    }

    #[test]
    fn tables_of_shares_add_up_to_a_thousand() {
        let sizes: u32 = HOUSEHOLD_SIZE.iter().map(|(_, share)| share).sum();
        assert_eq!(sizes, 1000);
        for row in CHILDREN {
            assert_eq!(row.iter().map(|(_, share)| share).sum::<u32>(), 1000);
        }
    }
}
