//! PINFL (JShShIR): the personal number of a citizen of Uzbekistan.
//!
//! 14 digits `S DDMMYY RRR NNN C`: S sex and century (1, 2: the 1800s; 3, 4: the
//! 1900s; 5, 6: the 2000s; odd is male), date of birth, RRR the district of issue, NNN
//! a serial, C the check digit: the sum of the first thirteen digits weighted
//! 7, 3, 1, 7, 3, 1 ... modulo 10.
//! Law: resolution 200 of 1996 and resolution 177 of 2022-04-12 of the Cabinet
//! of Ministers. Permanent for life.

use std::fmt;

use crate::day::Day;
use crate::redact::{self, NotDigits, personal_number};
use crate::sex::Sex;

const LENGTH: usize = 14;
const WEIGHTS: [u32; 3] = [7, 3, 1];

/// A number whose every rule holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pinfl(u64);

/// Which rule of the number fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinflError {
    #[error("a PINFL has 14 digits, this has {found}")]
    Length { found: usize },
    #[error("a PINFL has digits only; character {position} is not a digit")]
    NotDigit { position: usize, found: char },
    #[error("a PINFL begins with a digit from 1 to 6 (sex and century), not {found}")]
    Century { found: u8 },
    #[error("digits 2 to 7 of a PINFL are a date of birth; there is no {day:02}.{month:02}.{year}")]
    Date { year: i32, month: u32, day: u32 },
    #[error(
        "the check digit does not fit: {found} stands at the end, {expected} was expected; a digit is mistyped"
    )]
    CheckDigit { expected: u8, found: u8 },
}

impl Pinfl {
    /// Reads 14 digits. Spaces between groups are the page's business, see [`Pinfl::parse_typed`].
    pub fn parse(text: &str) -> Result<Pinfl, PinflError> {
        let digits: [u8; LENGTH] = redact::digits(text).map_err(|wrong| match wrong {
            NotDigits::Length { found } => PinflError::Length { found },
            NotDigits::NotDigit { position, found } => PinflError::NotDigit { position, found },
        })?;
        if !(1..=6).contains(&digits[0]) {
            return Err(PinflError::Century { found: digits[0] });
        }
        let (year, month, day) = birth_date(&digits);
        if Day::new(year, month, day).is_none() {
            return Err(PinflError::Date { year, month, day });
        }
        let expected = check_digit(&digits);
        if digits[LENGTH - 1] != expected {
            return Err(PinflError::CheckDigit {
                expected,
                found: digits[LENGTH - 1],
            });
        }
        Ok(Pinfl(number(&digits)))
    }

    /// As people type it: any grouping by spaces, no-break spaces or hyphens.
    pub fn parse_typed(text: &str) -> Result<Pinfl, PinflError> {
        const CHARS_MAX: usize = 64;
        let grouping = |c: &char| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-');
        Pinfl::parse(
            &text
                .chars()
                .take(CHARS_MAX)
                .filter(grouping)
                .collect::<String>(),
        )
    }

    /// The number that the rules give. Panics when a part does not fit its
    /// digits or the year is outside 1800 to 2099.
    pub fn make(sex: Sex, born: Day, district_code: u16, serial: u16) -> Pinfl {
        let (year, month, day) = born.ymd();
        assert!(
            (1800..2100).contains(&year),
            "a PINFL cannot hold the year {year}"
        );
        assert!(
            district_code <= 999 && serial <= 999,
            "a part of a PINFL has three digits"
        );
        let sex_and_century = (year as u64 / 100 - 18) * 2 + 1 + u64::from(sex == Sex::Female);
        let date = u64::from(day) * 10_000 + u64::from(month) * 100 + year as u64 % 100;
        let body = (sex_and_century * 1_000_000 + date) * 1_000_000
            + u64::from(district_code) * 1_000
            + u64::from(serial);
        let unchecked = Pinfl(body * 10);
        Pinfl(body * 10 + u64::from(check_digit(&unchecked.digits())))
    }

    pub fn sex(self) -> Sex {
        if self.digits()[0] % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    pub fn born(self) -> Day {
        let (year, month, day) = birth_date(&self.digits());
        Day::new(year, month, day).expect("the date was checked when the number was read")
    }

    /// RRR: the district of issue in its own three-digit code list (not SOATO).
    pub fn district_code(self) -> u16 {
        (self.0 / 10_000 % 1_000) as u16
    }

    /// NNN.
    pub fn serial(self) -> u16 {
        (self.0 / 10 % 1_000) as u16
    }

    /// The fourteen digits as one integer.
    pub fn number(self) -> u64 {
        self.0
    }

    /// For people: `3 010190 123 456 9`.
    pub fn grouped(self) -> String {
        let text = self.to_string();
        format!(
            "{} {} {} {} {}",
            &text[..1],
            &text[1..7],
            &text[7..10],
            &text[10..13],
            &text[13..]
        )
    }

    fn digits(self) -> [u8; LENGTH] {
        let mut rest = self.0;
        let mut digits = [0; LENGTH];
        for digit in digits.iter_mut().rev() {
            *digit = (rest % 10) as u8;
            rest /= 10;
        }
        digits
    }
}

fn birth_date(digits: &[u8; LENGTH]) -> (i32, u32, u32) {
    let pair = |at: usize| u32::from(digits[at]) * 10 + u32::from(digits[at + 1]);
    let century = 18 + (i32::from(digits[0]) - 1) / 2;
    (century * 100 + pair(5) as i32, pair(3), pair(1))
}

fn check_digit(digits: &[u8; LENGTH]) -> u8 {
    let weighted = digits[..LENGTH - 1].iter().zip(WEIGHTS.iter().cycle());
    (weighted
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum::<u32>()
        % 10) as u8
}

fn number(digits: &[u8; LENGTH]) -> u64 {
    digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + u64::from(*digit))
}

impl fmt::Display for Pinfl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014}", self.0)
    }
}

personal_number!(Pinfl, PinflError);
