//! Plural classes of whole numbers (CLDR): Uzbek and English have one and other,
//! Russian has one, few and many.

use super::Lang;
use super::money::number;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plural {
    One,
    Few,
    Many,
    Other,
}

pub fn plural(lang: Lang, count: u64) -> Plural {
    match lang {
        Lang::Ru => russian(count),
        Lang::UzLatn | Lang::UzCyrl | Lang::En if count == 1 => Plural::One,
        Lang::UzLatn | Lang::UzCyrl | Lang::En => Plural::Other,
    }
}

fn russian(count: u64) -> Plural {
    match (count % 10, count % 100) {
        (_, 11..=14) => Plural::Many,
        (1, _) => Plural::One,
        (2..=4, _) => Plural::Few,
        _ => Plural::Many,
    }
}

/// `5 детей`: the number and the form it takes. Forms: one, few, many; Uzbek and
/// English use the first and the last.
pub fn counted(lang: Lang, count: u64, forms: [&str; 3]) -> String {
    let form = match plural(lang, count) {
        Plural::One => forms[0],
        Plural::Few => forms[1],
        Plural::Many | Plural::Other => forms[2],
    };
    format!(
        "{}\u{a0}{form}",
        number(i64::try_from(count).unwrap_or(i64::MAX))
    )
}
