//! Days, months, instants and half-open periods.
//!
//! Units: [`Day`] is days since 1970-01-01, [`Month`] is year*12 + month-1,
//! [`Instant`] is microseconds since 1970-01-01T00:00:00Z. These are the very
//! integers that stand in the database.
//!
//! Civil arithmetic is ours (a batch asks for tens of millions of ages, and a
//! hostile number must not panic), and a test holds it equal to jiff on every
//! day of the years 1 to 9999; zones and RFC 3339 are jiff's, with the bundled
//! time-zone data, so nothing is read from the machine.

mod age;
mod civil;
mod instant;
mod month;
mod period;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use age::{completed_years, day_of_turning, last_day_of_month_turning};
pub use instant::{Instant, UnknownZone, Zone};
pub use month::Month;
pub use period::Period;

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

/// Why a text is not a day, a month or an instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error("`{text}` is not a date; write it as {form}")]
    Form { text: String, form: &'static str },
    #[error("there is no day {year:04}-{month:02}-{day:02} in the calendar")]
    NoSuchDay { year: i32, month: u32, day: u32 },
    #[error("there is no month {year:04}-{month:02}")]
    NoSuchMonth { year: i32, month: u32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Day {
    /// `None` when the calendar has no such day. Years 1 to 9999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Day> {
        let possible = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= civil::days_in_month(year, month);
        possible.then(|| Day(civil::days_from_ymd(year, month, day)))
    }

    /// Reads `2026-01-16`.
    pub fn parse(text: &str) -> Result<Day, DateError> {
        let form = || DateError::Form {
            text: civil::excerpt(text),
            form: "YYYY-MM-DD",
        };
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(form());
        }
        let year = civil::digits(&bytes[..4]).ok_or_else(form)? as i32;
        let month = civil::digits(&bytes[5..7]).ok_or_else(form)?;
        let day = civil::digits(&bytes[8..]).ok_or_else(form)?;
        Day::new(year, month, day).ok_or(DateError::NoSuchDay { year, month, day })
    }

    /// Year, month (1 to 12) and day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        civil::ymd_from_days(self.0)
    }

    pub fn year(self) -> i32 {
        self.ymd().0
    }

    pub fn month(self) -> Month {
        let (year, month, _) = self.ymd();
        Month::of(year, month)
    }

    pub fn day_of_month(self) -> u32 {
        self.ymd().2
    }

    /// Stops at the ends of the range instead of wrapping.
    pub fn plus_days(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// Days from `earlier` to this day; negative when this day comes first.
    pub fn days_since(self, earlier: Day) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }

    pub fn weekday(self) -> Weekday {
        use Weekday::*;
        const FROM_THURSDAY: [Weekday; 7] = [
            Thursday, Friday, Saturday, Sunday, Monday, Tuesday, Wednesday,
        ];
        FROM_THURSDAY[self.0.rem_euclid(7) as usize]
    }

    /// The day `working_days` working days later. The day itself is not counted;
    /// Saturdays, Sundays and whatever `is_holiday` names are skipped.
    pub fn plus_working_days(self, working_days: u32, is_holiday: impl Fn(Day) -> bool) -> Day {
        let mut day = self;
        let mut left = working_days;
        while left > 0 && day.0 < i32::MAX {
            day = day.plus_days(1);
            let rest = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            if !rest && !is_holiday(day) {
                left -= 1;
            }
        }
        day
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Day, DateError> {
        Day::parse(text)
    }
}

/// In JSON a day, a month and an instant are their texts.
macro_rules! text_serde {
    ($($type:ty),+) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}
text_serde!(Day, Month, Instant);
