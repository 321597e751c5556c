//! SNILS: the number of a Russian insured person.
//!
//! `XXX-XXX-XXX CC`. The check number is the sum of the nine digits weighted 9
//! to 1, modulo 101, and 100 is written 00. It is defined only for numbers
//! above 001-001-998; below, any check number stands.

use std::fmt;

use crate::redact::{self, NotDigits, personal_number};

const LENGTH: usize = 11;
const CHECKED_ABOVE: u64 = 1_001_998;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snils(u64);

/// Which rule of the number fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnilsError {
    #[error("a SNILS has 11 digits, this has {found}")]
    Length { found: usize },
    #[error(
        "a SNILS has digits only, grouped as 112-233-445 95; character {position} does not belong"
    )]
    NotDigit { position: usize, found: char },
    #[error(
        "the check number does not fit: {found:02} stands at the end, {expected:02} was expected; a digit is mistyped"
    )]
    CheckNumber { expected: u8, found: u8 },
}

impl Snils {
    /// Reads `11223344595` or `112-233-445 95`.
    pub fn parse(text: &str) -> Result<Snils, SnilsError> {
        let plain = match grouped_digits(text) {
            Some(digits) => digits,
            None => text.to_owned(),
        };
        let digits: [u8; LENGTH] = redact::digits(&plain).map_err(|wrong| match wrong {
            NotDigits::Length { found } => SnilsError::Length { found },
            NotDigits::NotDigit { position, found } => SnilsError::NotDigit { position, found },
        })?;
        let number = digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + u64::from(*digit));
        let expected = check_number(&digits);
        let found = (number % 100) as u8;
        if number / 100 > CHECKED_ABOVE && found != expected {
            return Err(SnilsError::CheckNumber { expected, found });
        }
        Ok(Snils(number))
    }

    /// `112-233-445 95`.
    pub fn grouped(self) -> String {
        let text = self.to_string();
        format!(
            "{}-{}-{} {}",
            &text[..3],
            &text[3..6],
            &text[6..9],
            &text[9..]
        )
    }
}

/// The digits of `ddd-ddd-ddd dd`, when the text has exactly that shape.
fn grouped_digits(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 14 && bytes[3] == b'-' && bytes[7] == b'-';
    let shape = shape && matches!(bytes[11], b' ' | b'-');
    shape
        .then(|| [&bytes[..3], &bytes[4..7], &bytes[8..11], &bytes[12..]].concat())
        .filter(|digits| digits.iter().all(u8::is_ascii_digit))
        .and_then(|digits| String::from_utf8(digits).ok())
}

fn check_number(digits: &[u8; LENGTH]) -> u8 {
    let weighted = digits[..9].iter().zip((1..=9_u32).rev());
    let sum: u32 = weighted
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    (sum % 101 % 100) as u8
}

impl fmt::Display for Snils {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:011}", self.0)
    }
}

personal_number!(Snils, SnilsError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_grouped_or_plain_and_its_check_number_holds() {
        fn check(text: &str, expected: Result<&str, SnilsError>) {
            let read = Snils::parse(text).map(Snils::grouped);
            assert_eq!(read, expected.map(str::to_owned), "{text}");
        }
        check("112-233-445 95", Ok("112-233-445 95"));
        check("11223344595", Ok("112-233-445 95"));
        check("087-654-303 00", Ok("087-654-303 00"));
        check("001-001-998 17", Ok("001-001-998 17")); // at the border: not checked
        check("000-000-000 00", Ok("000-000-000 00"));
        check(
            "112-233-445 96",
            Err(SnilsError::CheckNumber {
                expected: 95,
                found: 96,
            }),
        );
        check(
            "001-001-999 00",
            Err(SnilsError::CheckNumber {
                expected: 65,
                found: 0,
            }),
        );
        check("1122334459", Err(SnilsError::Length { found: 10 }));
        check("", Err(SnilsError::Length { found: 0 }));
        check(
            "112-233-44595",
            Err(SnilsError::NotDigit {
                position: 4,
                found: '-',
            }),
        );
        check(
            "1122334459é",
            Err(SnilsError::NotDigit {
                position: 11,
                found: 'é',
            }),
        );
    }

    #[test]
    fn a_log_shows_the_last_two_digits_only() {
        let snils = Snils::parse("11223344595").unwrap();
        assert_eq!(format!("{snils:?}"), "Snils(*********95)");
    }
}
