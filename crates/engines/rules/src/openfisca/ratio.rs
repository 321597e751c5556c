//! Exact numbers of tests: what they write as decimals or as small sums.

use crate::markdown::Word;
use crate::source::Place;
use crate::syntax::{self, Ast, Form, Operator};

/// A fraction; the denominator is positive.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    pub over: i128,
    pub below: i128,
}

impl Ratio {
    pub const ZERO: Ratio = Ratio { over: 0, below: 1 };

    /// `1500`, `3258.33`, `100*0.1` or `600 - 200 / 12`; `None` for anything else.
    pub fn read(text: &str) -> Option<Ratio> {
        let place = Place {
            file: "test".into(),
            text: text.into(),
            line: 1,
            column: 1,
            width: 1,
        };
        let text = text.to_owned();
        let ast = syntax::parse(&[Word { text, place }]).ok()?;
        Ratio::of(&ast)
    }

    fn of(ast: &Ast) -> Option<Ratio> {
        match &ast.form {
            Form::Number(digits) => {
                let (whole, after) = digits.split_once('.').unwrap_or((digits, ""));
                let over = format!("{whole}{after}").parse().ok()?;
                let below = 10_i128.checked_pow(u32::try_from(after.len()).ok()?)?;
                Some(Ratio { over, below })
            }
            Form::Minus(inner) => Some(Ratio::of(inner)?.negated()),
            Form::Binary(operator, left, right) => {
                let (left, right) = (Ratio::of(left)?, Ratio::of(right)?);
                match operator {
                    Operator::Add => left.plus(right),
                    Operator::Subtract => left.plus(right.negated()),
                    Operator::Multiply => left.times(right),
                    Operator::Divide if right.over > 0 => left.times(Ratio {
                        over: right.below,
                        below: right.over,
                    }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub fn negated(self) -> Ratio {
        Ratio {
            over: -self.over,
            ..self
        }
    }

    pub fn plus(self, other: Ratio) -> Option<Ratio> {
        let left = self.over.checked_mul(other.below)?;
        let right = other.over.checked_mul(self.below)?;
        let over = left.checked_add(right)?;
        let below = self.below.checked_mul(other.below)?;
        Some(Ratio { over, below })
    }

    pub fn times(self, other: Ratio) -> Option<Ratio> {
        let over = self.over.checked_mul(other.over)?;
        let below = self.below.checked_mul(other.below)?;
        Some(Ratio { over, below })
    }

    pub fn absolute(self) -> Ratio {
        Ratio {
            over: self.over.abs(),
            ..self
        }
    }

    pub fn is_at_most(self, other: Ratio) -> Option<bool> {
        let difference = self.plus(other.negated())?;
        Some(difference.over <= 0)
    }

    /// As a whole number at a scale, if it is one.
    pub fn at_scale(self, scale: u8) -> Option<i64> {
        let over = self.over.checked_mul(10_i128.pow(u32::from(scale)))?;
        if over % self.below != 0 {
            return None;
        }
        i64::try_from(over / self.below).ok()
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.over < 0 { "-" } else { "" };
        let (whole, mut rest) = (self.over.abs() / self.below, self.over.abs() % self.below);
        write!(out, "{sign}{whole}")?;
        if rest > 0 {
            write!(out, ".")?;
        }
        for _ in 0..6 {
            if rest == 0 {
                break;
            }
            rest *= 10;
            write!(out, "{}", rest / self.below)?;
            rest %= self.below;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_in_tests_are_exact() {
        let read = |text: &str| Ratio::read(text).expect("a number").to_string();
        assert_eq!(read("3258.33"), "3258.33");
        assert_eq!(read("600 - 200 / 12"), "583.333333");
        assert_eq!(read("100*0.1"), "10");
        assert_eq!(read("-2"), "-2");
        assert!(Ratio::read("1 / 0").is_none());
        assert!(Ratio::read("tenant").is_none());
        let third = Ratio::read("1/3").expect("a third");
        assert_eq!(third.at_scale(2), None);
        assert_eq!(
            third
                .times(Ratio::read("3").expect("3"))
                .expect("1")
                .at_scale(2),
            Some(100)
        );
    }
}
