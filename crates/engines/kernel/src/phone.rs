//! Phone numbers of Uzbekistan (+998 and nine digits) and Russia (+7 and ten).

use std::fmt;

use crate::redact::personal_number;

/// An international number without its plus sign.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(u64);

/// Why a text is not a phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    #[error(
        "a phone number has digits, spaces, hyphens and brackets; character {position} does not belong"
    )]
    NotDigit { position: usize, found: char },
    #[error(
        "a phone number has nine digits after +998 or ten after +7; this has {found} digits in all"
    )]
    Length { found: usize },
    #[error("the country of the number is not served: it must begin with +998 or +7")]
    Country,
}

const DIGITS_MAX: usize = 15; // E.164

impl Phone {
    /// Reads `+998 90 123-45-67`, `998901234567`, `90 123 45 67`, `+7 (912) 345-67-89`.
    /// Nine bare digits are Uzbek.
    pub fn parse(text: &str) -> Result<Phone, PhoneError> {
        let mut number: u64 = 0;
        let mut count = 0;
        for (at, found) in text.chars().enumerate() {
            match found {
                '0'..='9' => count += 1,
                '+' if count == 0 => continue,
                ' ' | '\u{a0}' | '-' | '(' | ')' => continue,
                _ => {
                    return Err(PhoneError::NotDigit {
                        position: at + 1,
                        found,
                    });
                }
            }
            if count > DIGITS_MAX {
                return Err(PhoneError::Length { found: count });
            }
            number = number * 10 + u64::from(found as u32 - '0' as u32);
        }
        match count {
            9 if !text.contains('+') => Ok(Phone(998_000_000_000 + number)),
            12 if number / 1_000_000_000 == 998 => Ok(Phone(number)),
            11 if number / 10_000_000_000 == 7 => Ok(Phone(number)),
            11 | 12 => Err(PhoneError::Country),
            found => Err(PhoneError::Length { found }),
        }
    }

    /// For people: `+998 90 123 45 67`.
    pub fn spaced(self) -> String {
        let text = self.0.to_string();
        let (country, rest) = text.split_at(text.len() - if self.is_uzbek() { 9 } else { 10 });
        let (area, rest) = rest.split_at(rest.len() - 7);
        format!(
            "+{country} {area} {} {} {}",
            &rest[..3],
            &rest[3..5],
            &rest[5..]
        )
    }

    pub fn is_uzbek(self) -> bool {
        self.0 / 1_000_000_000 == 998
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

personal_number!(Phone, PhoneError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_read_as_people_write_it() {
        fn check(text: &str, expected: Result<&str, PhoneError>) {
            let read = Phone::parse(text).map(Phone::spaced);
            assert_eq!(read, expected.map(str::to_owned), "{text}");
        }
        check("+998 90 123-45-67", Ok("+998 90 123 45 67"));
        check("998901234567", Ok("+998 90 123 45 67"));
        check("(90) 123 45 67", Ok("+998 90 123 45 67"));
        check("+7 (912) 345-67-89", Ok("+7 912 345 67 89"));
        check("+996 555 123456", Err(PhoneError::Country));
        check("+901234567", Err(PhoneError::Length { found: 9 }));
        check("12345", Err(PhoneError::Length { found: 5 }));
        check("", Err(PhoneError::Length { found: 0 }));
        check(
            "90 123 45 6x",
            Err(PhoneError::NotDigit {
                position: 12,
                found: 'x',
            }),
        );
        check("1234567890123456", Err(PhoneError::Length { found: 16 }));
        assert_eq!(
            Phone::parse("901234567").unwrap().to_string(),
            "+998901234567"
        );
    }

    #[test]
    fn a_log_shows_the_last_two_digits_only() {
        let phone = Phone::parse("901234567").unwrap();
        assert_eq!(format!("{phone:?}"), "Phone(***********67)");
    }
}
