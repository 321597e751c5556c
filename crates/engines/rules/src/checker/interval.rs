//! Intervals of exact numbers. An end that is not known, or too large to keep, is open to
//! infinity: an interval may be too wide, never too narrow.

use std::cmp::Ordering;

/// Ends stay below this, so that products of two fit 128 bits.
const LARGE: i128 = 1 << 62;

/// `numerator / denominator`, reduced, the denominator positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratio {
    pub numerator: i128,
    pub denominator: i128,
}

impl Ratio {
    pub const ZERO: Ratio = Ratio::whole(0);

    pub const fn whole(number: i64) -> Ratio {
        Ratio {
            numerator: number as i128,
            denominator: 1,
        }
    }

    /// `None` when it is too large to keep.
    pub fn new(numerator: i128, denominator: i128) -> Option<Ratio> {
        if denominator == 0 {
            return None;
        }
        let common = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let common = i128::try_from(common).ok()?.max(1) * denominator.signum();
        let (numerator, denominator) = (numerator / common, denominator / common);
        (numerator.abs() < LARGE && denominator < LARGE).then_some(Ratio {
            numerator,
            denominator,
        })
    }

    pub fn plus(self, other: Ratio) -> Option<Ratio> {
        let (left, right) = (
            self.numerator * other.denominator,
            other.numerator * self.denominator,
        );
        Ratio::new(
            left.checked_add(right)?,
            self.denominator * other.denominator,
        )
    }

    pub fn times(self, other: Ratio) -> Option<Ratio> {
        Ratio::new(
            self.numerator * other.numerator,
            self.denominator * other.denominator,
        )
    }

    pub fn over(self, other: Ratio) -> Option<Ratio> {
        Ratio::new(
            self.numerator * other.denominator,
            self.denominator * other.numerator,
        )
    }

    pub fn negated(self) -> Ratio {
        Ratio {
            numerator: -self.numerator,
            ..self
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        (self.numerator * other.denominator).cmp(&(other.numerator * self.denominator))
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// All values from `low` to `high`, both included; `None` is without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    pub low: Option<Ratio>,
    pub high: Option<Ratio>,
}

impl Interval {
    pub const ANY: Interval = Interval {
        low: None,
        high: None,
    };

    pub fn point(value: Ratio) -> Interval {
        Interval {
            low: Some(value),
            high: Some(value),
        }
    }

    pub fn between(low: i64, high: i64) -> Interval {
        Interval {
            low: Some(Ratio::whole(low)),
            high: Some(Ratio::whole(high)),
        }
    }

    pub fn at_least(low: i64) -> Interval {
        Interval {
            low: Some(Ratio::whole(low)),
            high: None,
        }
    }

    pub fn truth(can_fail: bool, can_hold: bool) -> Interval {
        Interval::between(i64::from(!can_fail), i64::from(can_hold))
    }

    /// The one value, if there is one.
    pub fn exact(self) -> Option<Ratio> {
        self.low.filter(|low| self.high == Some(*low))
    }

    pub fn is_never_negative(self) -> bool {
        self.low.is_some_and(|low| low >= Ratio::ZERO)
    }

    /// Both intervals and what lies between.
    pub fn hull(self, other: Interval) -> Interval {
        let both = |one: Option<Ratio>, two: Option<Ratio>, least: bool| {
            let (one, two) = (one?, two?);
            Some(if least { one.min(two) } else { one.max(two) })
        };
        Interval {
            low: both(self.low, other.low, true),
            high: both(self.high, other.high, false),
        }
    }

    pub fn plus(self, other: Interval) -> Interval {
        let sum = |one: Option<Ratio>, two: Option<Ratio>| one?.plus(two?);
        Interval {
            low: sum(self.low, other.low),
            high: sum(self.high, other.high),
        }
    }

    pub fn negated(self) -> Interval {
        Interval {
            low: self.high.map(Ratio::negated),
            high: self.low.map(Ratio::negated),
        }
    }

    pub fn times(self, other: Interval) -> Interval {
        self.corners(other, Ratio::times).unwrap_or_else(|| {
            let product = |one: Option<Ratio>, two: Option<Ratio>| one?.times(two?);
            if self.is_never_negative() && other.is_never_negative() {
                let low = product(self.low, other.low).or(Some(Ratio::ZERO));
                return Interval { low, high: None };
            }
            Interval::ANY
        })
    }

    /// By a divisor that is never below zero; else anything. (By nothing is a fault.)
    pub fn over(self, other: Interval) -> Interval {
        if !other.is_never_negative() {
            return Interval::ANY;
        }
        let positive = other.low.is_some_and(|low| low > Ratio::ZERO);
        if positive && let Some(whole) = self.corners(other, Ratio::over) {
            return whole;
        }
        if self.is_never_negative() {
            let quotient = |one: Option<Ratio>, two: Option<Ratio>| one?.over(two?);
            return Interval {
                low: quotient(self.low, other.high).or(Some(Ratio::ZERO)),
                high: quotient(self.high, other.low).filter(|_| positive),
            };
        }
        Interval::ANY
    }

    /// The least and the greatest of the four corners, when all of them are there.
    fn corners(
        self,
        other: Interval,
        of: impl Fn(Ratio, Ratio) -> Option<Ratio>,
    ) -> Option<Interval> {
        let (a, b, c, d) = (self.low?, self.high?, other.low?, other.high?);
        let corners = [of(a, c)?, of(a, d)?, of(b, c)?, of(b, d)?];
        Some(Interval {
            low: corners.into_iter().min(),
            high: corners.into_iter().max(),
        })
    }

    pub fn greatest(self, other: Interval) -> Interval {
        let low = match (self.low, other.low) {
            (Some(one), Some(two)) => Some(one.max(two)),
            (one, two) => one.or(two),
        };
        Interval {
            low,
            high: self.high.zip(other.high).map(|(one, two)| one.max(two)),
        }
    }

    pub fn least(self, other: Interval) -> Interval {
        self.negated().greatest(other.negated()).negated()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_every_result_of_its_values() {
        let values = [-7_i64, -2, 0, 1, 5];
        for (a, b) in pairs(&values) {
            for (c, d) in pairs(&values) {
                let (left, right) = (Interval::between(a, b), Interval::between(c, d));
                for x in a..=b {
                    for y in c..=d {
                        let (x, y) = (Ratio::whole(x), Ratio::whole(y));
                        let holds = |interval: Interval, value: Option<Ratio>| {
                            let value = value.expect("small");
                            assert!(interval.low.is_none_or(|low| low <= value));
                            assert!(interval.high.is_none_or(|high| high >= value));
                        };
                        holds(left.plus(right), x.plus(y));
                        holds(left.times(right), x.times(y));
                        holds(left.greatest(right), Some(x.max(y)));
                        holds(left.least(right), Some(x.min(y)));
                        holds(left.hull(right), Some(y));
                        if y != Ratio::ZERO {
                            holds(left.over(right), x.over(y));
                        }
                    }
                }
            }
        }
    }

    fn pairs(values: &[i64]) -> impl Iterator<Item = (i64, i64)> {
        let all = values.iter().flat_map(|a| values.iter().map(|b| (*a, *b)));
        all.filter(|(a, b)| a <= b)
    }

    #[test]
    fn what_is_too_large_to_keep_is_open() {
        let large = Interval::point(Ratio::whole(i64::MAX / 2));
        assert_eq!(large.times(large).high, None);
        assert_eq!(large.times(large).low, Some(Ratio::ZERO));
    }
}
