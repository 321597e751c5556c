//! Numbers without end, and how much is known of them.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use rules::syntax::Comparison;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    Nothing,
    AtLeast,
    Exactly,
}

/// A value in its major unit. `scale` is the digits after the point that the engine keeps
/// of it: it matters only for what fits.
#[derive(Debug, Clone)]
pub struct Number {
    pub value: BigRational,
    pub scale: u32,
    pub known: Known,
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.known == other.known && self.value == other.value
    }
}

impl Number {
    pub fn whole(number: i64) -> Number {
        Number {
            value: BigRational::from_integer(number.into()),
            scale: 0,
            known: Known::Exactly,
        }
    }

    pub fn tiyin(number: i64) -> Number {
        Number {
            value: BigRational::new(number.into(), 100.into()),
            scale: 2,
            known: Known::Exactly,
        }
    }

    pub fn unknown(scale: u32) -> Number {
        Number {
            value: BigRational::zero(),
            scale,
            known: Known::Nothing,
        }
    }

    pub fn written(digits: &str) -> Number {
        let (whole, after) = digits.split_once('.').unwrap_or((digits, ""));
        let scale = after.len() as u32;
        let digits: BigInt = format!("{whole}{after}").parse().expect("digits");
        Number {
            value: BigRational::new(digits, power(scale)),
            scale,
            known: Known::Exactly,
        }
    }

    pub fn integer(&self) -> i64 {
        i64::try_from(self.value.to_integer()).expect("a small number")
    }

    /// Numerator and denominator at the scale are 64-bit numbers.
    pub fn fits(&self) -> bool {
        let at_scale = &self.value * BigRational::from_integer(power(self.scale));
        i64::try_from(at_scale.numer().clone()).is_ok()
            && i64::try_from(at_scale.denom().clone()).is_ok()
    }

    fn with(&self, value: BigRational, scale: u32, known: Known) -> Number {
        Number {
            value,
            scale,
            known,
        }
    }

    fn least_known(&self, other: &Number) -> Known {
        self.known.min(other.known)
    }

    /// Minus "at least five" is "at most minus five": nothing that is kept.
    pub fn negated(&self) -> Number {
        let known = if self.known == Known::Exactly {
            Known::Exactly
        } else {
            Known::Nothing
        };
        self.with(-&self.value, self.scale, known)
    }

    pub fn plus(&self, other: &Number) -> Number {
        let scale = self.scale.max(other.scale);
        self.with(&self.value + &other.value, scale, self.least_known(other))
    }

    pub fn minus(&self, other: &Number) -> Number {
        let known = if other.known == Known::Exactly {
            self.known
        } else {
            Known::Nothing
        };
        let scale = self.scale.max(other.scale);
        self.with(&self.value - &other.value, scale, known)
    }

    /// A lower bound survives a factor that is never below zero.
    pub fn times(&self, other: &Number) -> Number {
        let bends = |bound: &Number, factor: &Number| {
            bound.known == Known::AtLeast && factor.value.is_negative()
        };
        let known = if bends(self, other) || bends(other, self) {
            Known::Nothing
        } else {
            self.least_known(other)
        };
        self.with(&self.value * &other.value, self.scale + other.scale, known)
    }

    /// `None`: divided by nothing.
    pub fn over(&self, other: &Number) -> Option<Number> {
        if self.known == Known::Nothing || other.known == Known::Nothing {
            return Some(Number::unknown(self.scale));
        }
        if other.value.is_zero() {
            return None;
        }
        let known = match (self.known, other.known) {
            (known, Known::Exactly) if known == Known::Exactly || other.value.is_positive() => {
                known
            }
            _ => Known::Nothing,
        };
        Some(self.with(&self.value / &other.value, self.scale, known))
    }

    /// Of something unknown and something known, the greatest is at least the known one.
    pub fn greatest(&self, other: &Number) -> Number {
        match (self.known, other.known) {
            (Known::Nothing, Known::Nothing) => Number::unknown(self.scale),
            (Known::Nothing, _) => Number {
                known: Known::AtLeast,
                ..other.clone()
            },
            (_, Known::Nothing) => Number {
                known: Known::AtLeast,
                ..self.clone()
            },
            _ => {
                let value = self.value.clone().max(other.value.clone());
                self.with(value, self.scale, self.least_known(other))
            }
        }
    }

    /// The least is known when a known one lies at or below the bound of the other.
    pub fn least(&self, other: &Number) -> Number {
        if self.known == Known::Nothing || other.known == Known::Nothing {
            return Number::unknown(self.scale);
        }
        let value = self.value.clone().min(other.value.clone());
        let settled = [self, other]
            .iter()
            .any(|one| one.known == Known::Exactly && one.value == value);
        let known = if settled {
            Known::Exactly
        } else {
            Known::AtLeast
        };
        self.with(value, self.scale, known)
    }

    /// True or false only if every value that the sides can still have says the same.
    pub fn compared(&self, how: Comparison, other: &Number) -> Option<bool> {
        let order = self.value.cmp(&other.value);
        match (self.known, other.known) {
            (Known::Exactly, Known::Exactly) => Some(how.holds(order)),
            // All values from here up, against one.
            (Known::AtLeast, Known::Exactly) => match how {
                Comparison::Less => order.is_ge().then_some(false),
                Comparison::AtMost | Comparison::Equal => order.is_gt().then_some(false),
                Comparison::AtLeast => order.is_ge().then_some(true),
                Comparison::Greater | Comparison::Unequal => order.is_gt().then_some(true),
            },
            (Known::Exactly, Known::AtLeast) => match how {
                Comparison::Greater => order.is_le().then_some(false),
                Comparison::AtLeast | Comparison::Equal => order.is_lt().then_some(false),
                Comparison::AtMost => order.is_le().then_some(true),
                Comparison::Less | Comparison::Unequal => order.is_lt().then_some(true),
            },
            _ => None,
        }
    }

    pub fn rounded(&self, step: &str, mode: &str) -> Number {
        let step = Number::written(step);
        let scale = if self.scale >= 2 && step.scale <= 2 {
            2
        } else {
            step.scale
        };
        let count = &self.value / &step.value;
        let (floor, rest) = (count.floor(), &count - count.floor());
        let half = BigRational::new(1.into(), 2.into());
        let even = (floor.to_integer() % BigInt::from(2)).is_zero();
        let up = match mode {
            "down" => false,
            "up" => !rest.is_zero(),
            "half_up" => rest >= half,
            "half_even" => rest > half || (rest == half && !even),
            _ => panic!("there is no rounding {mode}"),
        };
        let count = if up {
            floor + BigRational::one()
        } else {
            floor
        };
        self.with(count * step.value, scale, self.known)
    }
}

fn power(scale: u32) -> BigInt {
    BigInt::from(10).pow(scale)
}
