//! How an account of 20 digits stands in a file: as it is, or wrapped as an IBAN for a bank
//! that asks for one (`UZ`, two check digits by ISO 13616, the 20 digits). The country has no
//! entry in the IBAN register: the wrapped form is an agreement between two partners.

use kernel::BankAccount;

/// How one bank writes accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    Domestic,
    Iban,
}

impl Form {
    pub const fn as_str(self) -> &'static str {
        match self {
            Form::Domestic => "domestic",
            Form::Iban => "iban",
        }
    }

    pub fn parse(text: &str) -> Option<Form> {
        [Form::Domestic, Form::Iban]
            .into_iter()
            .find(|form| form.as_str() == text)
    }
}

const COUNTRY: &str = "UZ";
/// `UZ` in the digits of ISO 13616: A is 10.
const COUNTRY_DIGITS: &str = "3035";

/// The account as an IBAN.
pub fn iban(account: &str) -> String {
    let rest = remainder([account, COUNTRY_DIGITS, "00"]);
    format!("{COUNTRY}{:02}{account}", 98 - rest)
}

/// The 20 digits of an account that a bank wrote in either form; `None` when it is neither.
pub fn domestic(text: &str) -> Option<BankAccount> {
    let Some(wrapped) = text.strip_prefix(COUNTRY) else {
        return BankAccount::parse(text).ok();
    };
    let (check, account) = wrapped.split_at_checked(2)?;
    let account = BankAccount::parse(account).ok()?;
    let right = check.bytes().all(|digit| digit.is_ascii_digit())
        && remainder([account.as_str(), COUNTRY_DIGITS, check]) == 1;
    right.then_some(account)
}

/// Of the digits, one after the other, by 97.
fn remainder<'a>(digits: impl IntoIterator<Item = &'a str>) -> u32 {
    let digits = digits.into_iter().flat_map(str::chars);
    digits
        .filter_map(|digit| digit.to_digit(10))
        .fold(0, |rest, digit| (rest * 10 + digit) % 97)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_wrapped_and_unwrapped_with_its_check_digits() {
        // Check digits by hand: 98 - (account, 3035, 00) mod 97.
        assert_eq!(iban("23402000300100001010"), "UZ1423402000300100001010");
        let read = |text: &str| domestic(text).map(|account| account.as_str().to_owned());
        let digits = Some("23402000300100001010".to_owned());
        assert_eq!(read("UZ1423402000300100001010"), digits);
        assert_eq!(read("23402000300100001010"), digits);
        for wrong in [
            "UZ1523402000300100001010",
            "UZ1423402000300100001011",
            "UZ142340200030010000101",
            "NL41MOCK0000000001",
            "UZé",
            "UZ",
            "",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
