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

    /// For lists that others see: `**********4569`. Neither sex nor day of birth is told.
    pub fn masked(self) -> String {
        format!("{}{:04}", "*".repeat(LENGTH - 4), self.0 % 10_000)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_valid_number_says_sex_birth_and_district() {
        fn check(text: &str, sex: Sex, born: &str, district_code: u16, serial: u16) {
            let pinfl = Pinfl::parse(text).unwrap();
            let born = Day::parse(born).unwrap();
            assert_eq!((pinfl.sex(), pinfl.born()), (sex, born), "{text}");
            assert_eq!(
                (pinfl.district_code(), pinfl.serial()),
                (district_code, serial),
                "{text}"
            );
            assert_eq!(pinfl.to_string(), text);
            assert_eq!(Pinfl::make(sex, born, district_code, serial), pinfl);
        }
        check("30101901234569", Sex::Male, "1990-01-01", 123, 456);
        check("41505851700011", Sex::Female, "1985-05-15", 170, 1);
        check("62902201200428", Sex::Female, "2020-02-29", 120, 42);
    }

    #[test]
    fn each_rule_of_the_number_is_refused_by_its_own_name() {
        fn check(text: &str, expected: PinflError) {
            assert_eq!(Pinfl::parse(text), Err(expected), "{text}");
        }
        check("", PinflError::Length { found: 0 });
        check("3010190123456", PinflError::Length { found: 13 });
        check("301019012345699", PinflError::Length { found: 15 });
        check(
            "30101901A34569",
            PinflError::NotDigit {
                position: 9,
                found: 'A',
            },
        );
        check(
            "3010190123456٩",
            PinflError::NotDigit {
                position: 14,
                found: '٩',
            },
        );
        check("00101901234569", PinflError::Century { found: 0 });
        check("70101901234569", PinflError::Century { found: 7 });
        check(
            "33002901234569",
            PinflError::Date {
                year: 1990,
                month: 2,
                day: 30,
            },
        );
        check(
            "62902211200428",
            PinflError::Date {
                year: 2021,
                month: 2,
                day: 29,
            },
        );
        check(
            "30101901234560",
            PinflError::CheckDigit {
                expected: 9,
                found: 0,
            },
        );
        check(
            "30101901234596",
            PinflError::CheckDigit {
                expected: 0,
                found: 6,
            },
        );
    }

    #[test]
    fn any_grouping_is_accepted_where_people_type() {
        let pinfl = Pinfl::parse("30101901234569").unwrap();
        for typed in [
            "3 010190 123 456 9",
            "3010-1901-2345-69",
            " 30101901234569 ",
            "3\u{a0}010190\u{a0}1234569",
        ] {
            assert_eq!(Pinfl::parse_typed(typed), Ok(pinfl), "{typed}");
        }
        assert_eq!(pinfl.grouped(), "3 010190 123 456 9");
        assert!(Pinfl::parse("3 010190 123 456 9").is_err());
        assert!(Pinfl::parse_typed(&"1".repeat(1_000_000)).is_err());
    }

    #[test]
    fn a_log_shows_the_last_two_digits_only() {
        let pinfl = Pinfl::parse("30101901234569").unwrap();
        assert_eq!(format!("{pinfl:?}"), "Pinfl(************69)");
        assert_eq!(serde_json::to_string(&pinfl).unwrap(), "\"30101901234569\"");
        assert!(serde_json::from_str::<Pinfl>("\"30101901234560\"").is_err());
    }

    #[test]
    fn a_list_shows_the_last_four_digits_only() {
        let pinfl = Pinfl::parse("30101901234569").unwrap();
        assert_eq!(pinfl.masked(), "**********4569");
    }

    proptest! {
        #[test]
        fn a_made_number_is_read_back(days in -62_000..47_000_i32, female in any::<bool>(), rrr in 0..1000_u16, nnn in 0..1000_u16) {
            let sex = if female { Sex::Female } else { Sex::Male };
            let pinfl = Pinfl::make(sex, Day(days), rrr, nnn);
            prop_assert_eq!(Pinfl::parse(&pinfl.to_string()), Ok(pinfl));
            prop_assert_eq!((pinfl.sex(), pinfl.born()), (sex, Day(days)));
        }

        #[test]
        fn one_mistyped_digit_is_found(at in 0..14_usize, shift in 1..10_u8) {
            let mut digits: Vec<u8> = "30101901234569".bytes().collect();
            digits[at] = b'0' + (digits[at] - b'0' + shift) % 10;
            let typed = String::from_utf8(digits).unwrap();
            prop_assert!(Pinfl::parse(&typed).is_err());
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,20}") {
            let _ = (Pinfl::parse(&text), Pinfl::parse_typed(&text));
        }
    }
}
