//! A calendar month as one integer, so that windows are subtraction.

use std::fmt;
use std::str::FromStr;

use super::{DateError, Day, Period, civil};

/// year*12 + month-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Month(pub i32);

impl Month {
    /// `None` unless the month is 1 to 12 and the year 1 to 9999.
    pub fn new(year: i32, month: u32) -> Option<Month> {
        let possible = (1..=9999).contains(&year) && (1..=12).contains(&month);
        possible.then(|| Month::of(year, month))
    }

    /// The caller knows that `month` is 1 to 12.
    pub(super) fn of(year: i32, month: u32) -> Month {
        Month(year.saturating_mul(12).saturating_add(month as i32 - 1))
    }

    /// Reads `2026-01`.
    pub fn parse(text: &str) -> Result<Month, DateError> {
        let form = || DateError::Form {
            text: civil::excerpt(text),
            form: "YYYY-MM",
        };
        let bytes = text.as_bytes();
        if bytes.len() != 7 || bytes[4] != b'-' {
            return Err(form());
        }
        let year = civil::digits(&bytes[..4]).ok_or_else(form)? as i32;
        let month = civil::digits(&bytes[5..]).ok_or_else(form)?;
        Month::new(year, month).ok_or(DateError::NoSuchMonth { year, month })
    }

    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1 to 12.
    pub fn number(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }

    pub fn first_day(self) -> Day {
        Day(civil::days_from_ymd(self.year(), self.number(), 1))
    }

    pub fn last_day(self) -> Day {
        Day(civil::days_from_ymd(
            self.year(),
            self.number(),
            self.days(),
        ))
    }

    /// How many days the month has.
    pub fn days(self) -> u32 {
        civil::days_in_month(self.year(), self.number())
    }

    /// Stops at the ends of the range instead of wrapping.
    pub fn plus(self, months: i32) -> Month {
        Month(self.0.saturating_add(months))
    }

    /// Months from `earlier` to this one; negative when this one comes first.
    pub fn months_since(self, earlier: Month) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    /// From its first day up to, not including, the first of the next month.
    pub fn period(self) -> Period<Day> {
        Period {
            from: self.first_day(),
            to: Some(self.plus(1).first_day()),
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Month {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Month, DateError> {
        Month::parse(text)
    }
}
