//! Money as whole minor units (tiyin, kopeks): 1 soʻm = 100 tiyin.
//!
//! No fractions and no floats. Plain `+` and `-` stop the program when a sum
//! does not fit (92 quadrillion soʻm: a bug, never a budget); `checked_*` is for
//! numbers that come from outside.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Minor units of one currency; which one is said by the fund, account or programme.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

pub const MINOR_A_MAJOR: i64 = 100;

/// Why a text is not a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("not a sum of money: write digits, with at most two after a point")]
    Form,
    #[error("the sum is too large to be real")]
    TooLarge,
}

impl Money {
    pub const ZERO: Money = Money(0);

    /// Whole soums or roubles. Panics when they do not fit.
    pub const fn from_major(major: i64) -> Money {
        match major.checked_mul(MINOR_A_MAJOR) {
            Some(minor) => Money(minor),
            None => panic!("a sum of money overflows"),
        }
    }

    /// Reads `635000`, `635000.5` or `-12.34` (major units).
    pub fn parse(text: &str) -> Result<Money, MoneyError> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || fraction.len() > 2 {
            return Err(MoneyError::Form);
        }
        let whole: i64 = whole.parse().map_err(|_| MoneyError::TooLarge)?;
        let tens = if fraction.len() == 1 { 10 } else { 1 };
        let fraction = fraction.parse::<i64>().map_err(|_| MoneyError::Form)? * tens;
        let minor = whole
            .checked_mul(MINOR_A_MAJOR)
            .and_then(|minor| minor.checked_add(fraction));
        minor
            .map(|minor| Money(sign * minor))
            .ok_or(MoneyError::TooLarge)
    }

    pub const fn minor(self) -> i64 {
        self.0
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub fn checked_add(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money)
    }

    pub fn checked_sub(self, other: Money) -> Option<Money> {
        self.0.checked_sub(other.0).map(Money)
    }

    pub fn checked_mul(self, times: i64) -> Option<Money> {
        self.0.checked_mul(times).map(Money)
    }

    /// Panics when the product does not fit.
    #[track_caller]
    pub fn times(self, times: i64) -> Money {
        self.checked_mul(times).expect("a sum of money overflows")
    }
}

impl Add for Money {
    type Output = Money;
    #[track_caller]
    fn add(self, other: Money) -> Money {
        self.checked_add(other).expect("a sum of money overflows")
    }
}

impl Sub for Money {
    type Output = Money;
    #[track_caller]
    fn sub(self, other: Money) -> Money {
        self.checked_sub(other).expect("a sum of money overflows")
    }
}

impl Neg for Money {
    type Output = Money;
    #[track_caller]
    fn neg(self) -> Money {
        Money(self.0.checked_neg().expect("a sum of money overflows"))
    }
}

impl AddAssign for Money {
    #[track_caller]
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    #[track_caller]
    fn sub_assign(&mut self, other: Money) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(sums: I) -> Money {
        sums.fold(Money::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Money>>(sums: I) -> Money {
        sums.copied().sum()
    }
}

/// `635000.00`: for machines. People read [`crate::lang::money`].
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        let major = MINOR_A_MAJOR as u64;
        write!(f, "{sign}{}.{:02}", minor / major, minor % major)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Money {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Money, MoneyError> {
        Money::parse(text)
    }
}

/// A fund, an account and a programme each have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Currency {
    #[serde(rename = "UZS")]
    Uzs,
    #[serde(rename = "RUB")]
    Rub,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a currency we know: UZS or RUB")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// ISO 4217.
    pub const fn code(self) -> &'static str {
        match self {
            Currency::Uzs => "UZS",
            Currency::Rub => "RUB",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;
    fn from_str(text: &str) -> Result<Currency, UnknownCurrency> {
        match text {
            "UZS" => Ok(Currency::Uzs),
            "RUB" => Ok(Currency::Rub),
            other => Err(UnknownCurrency(other.chars().take(8).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_read_and_written_to_the_tiyin() {
        fn check(text: &str, expected: Result<i64, MoneyError>) {
            assert_eq!(Money::parse(text).map(Money::minor), expected, "{text}");
        }
        check("635000", Ok(63_500_000));
        check("635000.5", Ok(63_500_050));
        check("-12.34", Ok(-1_234));
        check("0.01", Ok(1));
        check("", Err(MoneyError::Form));
        check("1,5", Err(MoneyError::Form));
        check("1.234", Err(MoneyError::Form));
        check("1.", Err(MoneyError::Form));
        check("+1", Err(MoneyError::Form));
        check("99999999999999999999", Err(MoneyError::TooLarge));
        check("92233720368547758.08", Err(MoneyError::TooLarge));
        assert_eq!(Money(-1_234).to_string(), "-12.34");
        assert_eq!(Money(63_500_000).to_string(), "635000.00");
        assert_eq!(Money(i64::MIN).to_string(), "-92233720368547758.08");
    }

    #[test]
    #[should_panic(expected = "a sum of money overflows")]
    fn a_sum_that_does_not_fit_stops_the_program() {
        let _ = Money(i64::MAX) + Money(1);
    }

    #[test]
    fn sums_from_outside_are_checked() {
        assert_eq!(Money(i64::MAX).checked_add(Money(1)), None);
        assert_eq!(Money(2).checked_mul(3), Some(Money(6)));
        let sums = [Money(1), Money(2), Money(-5)];
        assert_eq!(sums.iter().sum::<Money>(), Money(-2));
    }
}
