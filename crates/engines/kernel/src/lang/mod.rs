//! Languages of pages and letters, texts in them, and how sums and dates read.
//!
//! A text is written three times (Uzbek Latin, Russian, English); Uzbek Cyrillic
//! is made from the Latin by rule, see [`crate::names::latin_to_cyrillic`].

mod dates;
mod money;
mod plural;
#[cfg(test)]
mod tests;
mod words;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::names::latin_to_cyrillic;

pub use dates::{date, date_short, month, time};
pub use money::{figures, money, money_sms, number};
pub use plural::{Plural, counted, plural};
pub use words::in_words;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Lang {
    #[default]
    #[serde(rename = "uz")]
    UzLatn,
    #[serde(rename = "uz-Cyrl")]
    UzCyrl,
    #[serde(rename = "ru")]
    Ru,
    #[serde(rename = "en")]
    En,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language we speak: uz, uz-Cyrl, ru, en")]
pub struct UnknownLang(pub String);

impl Lang {
    pub const ALL: [Lang; 4] = [Lang::UzLatn, Lang::UzCyrl, Lang::Ru, Lang::En];

    /// For the `lang` attribute, addresses and the database.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::UzLatn => "uz",
            Lang::UzCyrl => "uz-Cyrl",
            Lang::Ru => "ru",
            Lang::En => "en",
        }
    }

    /// The language's name in itself, for the language switch.
    pub const fn own_name(self) -> &'static str {
        match self {
            Lang::UzLatn => "Oʻzbekcha",
            Lang::UzCyrl => "Ўзбекча",
            Lang::Ru => "Русский",
            Lang::En => "English",
        }
    }

    /// `uz-Latn` and `uz` are the same language here.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        match tag {
            "uz" | "uz-Latn" => Some(Lang::UzLatn),
            "uz-Cyrl" => Some(Lang::UzCyrl),
            "ru" => Some(Lang::Ru),
            "en" => Some(Lang::En),
            _ => None,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;
    fn from_str(tag: &str) -> Result<Lang, UnknownLang> {
        Lang::from_tag(tag).ok_or_else(|| UnknownLang(tag.chars().take(16).collect()))
    }
}

/// One text in the three written languages.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Text3 {
    pub uz: Cow<'static, str>,
    pub ru: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Text3 {
    /// A text that is part of the program.
    pub const fn fixed(uz: &'static str, ru: &'static str, en: &'static str) -> Text3 {
        Text3 {
            uz: Cow::Borrowed(uz),
            ru: Cow::Borrowed(ru),
            en: Cow::Borrowed(en),
        }
    }

    /// A text that was read, from a pack for instance.
    pub fn new(uz: impl Into<String>, ru: impl Into<String>, en: impl Into<String>) -> Text3 {
        Text3 {
            uz: uz.into().into(),
            ru: ru.into().into(),
            en: en.into().into(),
        }
    }

    /// The same words in every language: a plate, a number, a name.
    pub fn same(text: impl Into<String>) -> Text3 {
        let text = text.into();
        Text3::new(text.clone(), text.clone(), text)
    }

    pub fn get(&self, lang: Lang) -> Cow<'_, str> {
        match lang {
            Lang::UzLatn => Cow::Borrowed(&self.uz),
            Lang::UzCyrl => Cow::Owned(latin_to_cyrillic(&self.uz)),
            Lang::Ru => Cow::Borrowed(&self.ru),
            Lang::En => Cow::Borrowed(&self.en),
        }
    }
}
