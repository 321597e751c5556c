//! The territory of Uzbekistan by SOATO: regions (4 digits) and their districts
//! and cities (7 digits), dated, with names in Uzbek Latin, Uzbek Cyrillic and Russian.
//!
//! The list is `data/uz/soato.csv`; its README says where it comes from. A
//! mahalla is a [`MahallaCode`]: the district's seven digits and a serial of three.

mod list;
mod mahalla;
#[cfg(test)]
mod tests;

use crate::day::{Day, Period};
use crate::lang::{Lang, Text3};

pub use mahalla::{MahallaCode, MahallaError};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Region,
    District,
}

/// A region or a district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Territory {
    /// SOATO: 4 digits for a region, 7 for a district or city.
    pub code: u32,
    pub level: Level,
    /// `uz` is Latin; Uzbek Cyrillic is [`Territory::uz_cyrl`].
    pub name: Text3,
    pub uz_cyrl: &'static str,
    pub valid: Period<Day>,
}

/// The code is not in the list of districts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no district has the SOATO code {code}")]
pub struct UnknownDistrict {
    pub code: u32,
}

impl Territory {
    /// The name in a language; Uzbek Cyrillic as it is listed.
    pub fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::UzLatn => &self.name.uz,
            Lang::UzCyrl => self.uz_cyrl,
            Lang::Ru => &self.name.ru,
            Lang::En => &self.name.en,
        }
    }

    /// A region stands for itself.
    pub fn region_code(&self) -> u32 {
        match self.level {
            Level::Region => self.code,
            Level::District => self.code / 1_000,
        }
    }
}

/// A region or district by its code, in force or not.
pub fn find(code: u32) -> Option<&'static Territory> {
    list::find(code)
}

/// A district that was in force on a day.
pub fn district(code: u32, on: Day) -> Result<&'static Territory, UnknownDistrict> {
    let found =
        find(code).filter(|known| known.level == Level::District && known.valid.contains(on));
    found.ok_or(UnknownDistrict { code })
}

/// All fourteen, in the order of their codes.
pub fn regions() -> &'static [Territory] {
    list::regions()
}

/// The districts and cities of a region, in the order of their codes, past ones included.
pub fn districts(region: u32) -> &'static [Territory] {
    list::districts(region)
}

/// The district of a mahalla's code, if the list has it.
pub fn district_of(mahalla: u32) -> Option<u32> {
    MahallaCode::new(mahalla).ok().map(MahallaCode::district)
}
