//! Does a benefit reach the poor? The measures of Coady, Grosh and Hoddinott (World Bank 2004)
//! and of the World Bank's "Revisiting Targeting in Social Assistance" (2022).
//!
//! ```text
//! coverage                   poor beneficiaries / poor
//! exclusion error            1 - coverage
//!   by the gap               the gap of the poor who get nothing / the gap of all poor
//! inclusion error            beneficiaries who are not poor / beneficiaries
//!   by the amount (leakage)  money that goes to them / all money
//! CGH index                  share of the money that goes to the bottom q / q
//! benefit-cost               the gap that the money closes / the money
//! ```
//! People count, not families: a family of five in which everybody is poor is five poor.

/// A family as the measures see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// The people whom it stands for.
    pub people: f64,
    /// What is missing to the line for all of them together; nothing for those above.
    pub short: f64,
    /// Under the line before the benefit.
    pub poor: bool,
    /// The money that reaches all of them together.
    pub benefit: f64,
}

/// Each is `None` where it would divide by nobody or nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Targeting {
    pub coverage: Option<f64>,
    pub exclusion_error: Option<f64>,
    pub exclusion_error_by_gap: Option<f64>,
    pub inclusion_error: Option<f64>,
    pub leakage: Option<f64>,
}

pub fn targeting(reached: impl IntoIterator<Item = Reached>) -> Targeting {
    let mut sums = Sums::default();
    for one in reached {
        sums.add(&one);
    }
    let coverage = ratio(sums.poor_helped, sums.poor);
    Targeting {
        coverage,
        exclusion_error: coverage.map(|covered| 1.0 - covered),
        exclusion_error_by_gap: ratio(sums.short_unhelped, sums.short),
        inclusion_error: ratio(sums.helped - sums.poor_helped, sums.helped),
        leakage: ratio(sums.money - sums.money_to_poor, sums.money),
    }
}

#[derive(Default)]
struct Sums {
    poor: f64,
    helped: f64,
    poor_helped: f64,
    short: f64,
    short_unhelped: f64,
    money: f64,
    money_to_poor: f64,
}

impl Sums {
    fn add(&mut self, one: &Reached) {
        let helped = one.benefit > 0.0;
        self.money += one.benefit;
        if helped {
            self.helped += one.people;
        }
        if !one.poor {
            return;
        }
        self.poor += one.people;
        self.short += one.short;
        self.money_to_poor += one.benefit;
        if helped {
            self.poor_helped += one.people;
        } else {
            self.short_unhelped += one.short;
        }
    }
}

/// The index of Coady, Grosh and Hoddinott: 1 is a handout to all alike, more is better.
pub fn cgh_index(share_of_money: f64, bottom: f64) -> f64 {
    share_of_money / bottom
}

/// How much of each unit of money closes the gap.
pub fn benefit_cost(gap_before: f64, gap_after: f64, spent: f64) -> Option<f64> {
    ratio(gap_before - gap_after, spent)
}

pub(crate) fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
