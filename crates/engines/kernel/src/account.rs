//! Bank accounts of Uzbekistan: 20 digits in a bank named by its MFO of 5 digits.
//!
//! The account: 5 digits of the balance account, 3 of the currency (000 is the
//! soʻm), 1 key, 8 of the client, 3 serial. How the key is computed is not
//! published in a text we have read, so it is not checked.

use std::fmt;

use crate::redact::{self, NotDigits, personal_number};

const ACCOUNT_DIGITS: usize = 20;
const MFO_DIGITS: usize = 5;
const SOUM_CODE: &[u8] = b"000";

/// An account in a bank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankAccount([u8; ACCOUNT_DIGITS]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BankAccountError {
    #[error("a bank account has 20 digits, this has {found}")]
    Length { found: usize },
    #[error("a bank account has digits only; character {position} is not a digit")]
    NotDigit { position: usize, found: char },
}

impl BankAccount {
    pub fn parse(text: &str) -> Result<BankAccount, BankAccountError> {
        let digits: [u8; ACCOUNT_DIGITS] = redact::digits(text).map_err(|wrong| match wrong {
            NotDigits::Length { found } => BankAccountError::Length { found },
            NotDigits::NotDigit { position, found } => {
                BankAccountError::NotDigit { position, found }
            }
        })?;
        Ok(BankAccount(digits.map(|digit| digit + b'0')))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default() // always ASCII digits
    }

    /// True when the account is kept in soʻm.
    pub fn is_in_soum(&self) -> bool {
        &self.0[5..8] == SOUM_CODE
    }

    /// For pages that more than the owner sees: `2261 **** **** **** 6789`.
    pub fn masked(&self) -> String {
        let text = self.as_str();
        format!("{} **** **** **** {}", &text[..4], &text[16..])
    }
}

impl fmt::Display for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

personal_number!(BankAccount, BankAccountError);

/// The code of a bank's branch. Not personal: shown in full.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mfo(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MfoError {
    #[error("an MFO has 5 digits, this has {found}")]
    Length { found: usize },
    #[error("an MFO has digits only; character {position} is not a digit")]
    NotDigit { position: usize, found: char },
}

impl Mfo {
    pub fn parse(text: &str) -> Result<Mfo, MfoError> {
        let digits: [u8; MFO_DIGITS] = redact::digits(text).map_err(|wrong| match wrong {
            NotDigits::Length { found } => MfoError::Length { found },
            NotDigits::NotDigit { position, found } => MfoError::NotDigit { position, found },
        })?;
        Ok(Mfo(digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + u32::from(*digit))))
    }

    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Mfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:05}", self.0)
    }
}

impl fmt::Debug for Mfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mfo({self})")
    }
}

impl std::str::FromStr for Mfo {
    type Err = MfoError;
    fn from_str(text: &str) -> Result<Mfo, MfoError> {
        Mfo::parse(text)
    }
}

impl serde::Serialize for Mfo {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Mfo {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Mfo, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Mfo::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_twenty_digits_and_a_bank_five() {
        fn check(text: &str, expected: Result<&str, BankAccountError>) {
            let read = BankAccount::parse(text).map(|account| account.to_string());
            assert_eq!(read, expected.map(str::to_owned), "{text}");
        }
        check("22618000123456789001", Ok("22618000123456789001"));
        check(
            "2261800012345678900",
            Err(BankAccountError::Length { found: 19 }),
        );
        check(
            "2261800012345678900a",
            Err(BankAccountError::NotDigit {
                position: 20,
                found: 'a',
            }),
        );
        assert_eq!(
            Mfo::parse("00014").map(|mfo| mfo.to_string()),
            Ok("00014".to_owned())
        );
        assert_eq!(Mfo::parse("014"), Err(MfoError::Length { found: 3 }));
        assert_eq!(
            Mfo::parse("0 014"),
            Err(MfoError::NotDigit {
                position: 2,
                found: ' '
            })
        );
    }

    #[test]
    fn an_account_says_its_currency_and_hides_its_middle() {
        let soum = BankAccount::parse("22618000123456789001").unwrap();
        let dollar = BankAccount::parse("22618840123456789001").unwrap();
        assert!(soum.is_in_soum() && !dollar.is_in_soum());
        assert_eq!(soum.masked(), "2261 **** **** **** 9001");
        assert_eq!(format!("{soum:?}"), "BankAccount(******************01)");
    }
}
