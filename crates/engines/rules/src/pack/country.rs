//! The `country` block of a shared file: the currency that sums are in, and the
//! codes by which territories are written.

use super::blocks::Errors;
use crate::markdown::{Block, Word};
use crate::source::Diagnostic;
use kernel::Currency;

/// What all packs of a country have in common beside parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    pub currency: Currency,
    pub territories: Codes,
}

/// How many digits the code of a territory has. The first digits are those of
/// the region, so a shorter code covers all that begin with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codes {
    pub digits: u8,
}

/// A country whose shared files have no `country` block: Uzbekistan, by SOATO.
impl Default for Country {
    fn default() -> Country {
        Country {
            currency: Currency::Uzs,
            territories: SOATO,
        }
    }
}

const SOATO: Codes = Codes { digits: 7 };
const OKTMO: Codes = Codes { digits: 8 };

/// The units whose code begins with these digits: from the first to the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Territory {
    pub first: u32,
    pub last: u32,
}

impl Territory {
    pub fn covers(self, code: u32) -> bool {
        (self.first..=self.last).contains(&code)
    }

    /// The smaller the stretch, the nearer the territory.
    pub fn width(self) -> u32 {
        self.last - self.first
    }
}

impl Codes {
    /// `45` among codes of eight digits is 45 000 000 to 45 999 999.
    pub fn territory(self, word: &Word) -> Result<Territory, Diagnostic> {
        let digits = word.text.len();
        let whole = usize::from(self.digits);
        let plain = word.text.chars().all(|c| c.is_ascii_digit());
        let number = word.text.parse::<u32>().ok();
        match number.filter(|_| plain && (2..=whole).contains(&digits)) {
            Some(number) => {
                let width = 10_u32.pow((whole - digits) as u32);
                let first = number * width;
                Ok(Territory {
                    first,
                    last: first + (width - 1),
                })
            }
            None => Err(word.place.error(
                format!("`{}` is not the code of a territory", word.text),
                format!("the first 2 to {whole} digits of its code, or nothing for the country"),
            )),
        }
    }
}

pub(crate) const COUNTRY_KEYS: [&str; 2] = ["currency", "territories"];

pub fn read(block: &Block, errors: &mut Errors) -> Option<Country> {
    errors.keys(block, &COUNTRY_KEYS);
    errors.keep(block.name());
    let currency = errors.keep(block.required("currency"))?;
    let territories = errors.keep(block.required("territories"))?;
    let money = currency.text().parse::<Currency>();
    let money = errors.keep(money.map_err(|error| {
        let instead = "currency: UZS, or currency: RUB";
        currency.place().error(error.to_string(), instead)
    }));
    let codes = match territories.text().as_str() {
        "soato" => Some(SOATO),
        "oktmo" => Some(OKTMO),
        _ => {
            errors.add(
                territories
                    .place()
                    .error("there are no such codes", "soato or oktmo"),
            );
            None
        }
    };
    Some(Country {
        currency: money?,
        territories: codes?,
    })
}
