//! Poverty after Foster, Greer and Thorbecke (Econometrica 52, 1984): for incomes `y` under a
//! line `z`, with weights `w` that sum to `W`,
//!
//! ```text
//! P_a = 1/W * sum over y < z of w * ((z - y) / z)^a        a = 0 head-count, 1 gap, 2 severity
//! cost of the gap = z * P_1 * W
//! ```

/// A value and how many people it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted {
    pub value: f64,
    pub weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Poverty {
    /// The share of people under the line.
    pub head_count: f64,
    /// How far they are under it, as a share of the line, the others counting as none.
    pub gap: f64,
    /// The same squared: the poorest weigh most.
    pub severity: f64,
    /// What it would cost to bring each to the line exactly, in the money of the incomes.
    pub gap_cost: f64,
}

/// `None` where there is nobody, or no line above nothing.
pub fn poverty(people: impl IntoIterator<Item = Weighted>, line: f64) -> Option<Poverty> {
    if line <= 0.0 {
        return None;
    }
    let (mut all, mut sums) = (0.0, [0.0; 3]);
    for person in people {
        all += person.weight;
        if person.value < line {
            let short = (line - person.value) / line;
            sums[0] += person.weight;
            sums[1] += person.weight * short;
            sums[2] += person.weight * short * short;
        }
    }
    (all > 0.0).then(|| Poverty {
        head_count: sums[0] / all,
        gap: sums[1] / all,
        severity: sums[2] / all,
        gap_cost: sums[1] * line,
    })
}
