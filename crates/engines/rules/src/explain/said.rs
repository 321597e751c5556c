//! Texts with their places filled, in all four languages.
//!
//! Uzbek Cyrillic is made from the Latin words only: what is put into the places
//! (plates, cadastral numbers, codes) is never transliterated.

use kernel::names::latin_to_cyrillic;
use kernel::{Lang, Text3};
use std::cell::RefCell;
use std::collections::HashMap;

/// Pieces of text whose Cyrillic is remembered at most: several packs have fewer.
const REMEMBERED_MAX: usize = 4_096;

thread_local! {
    /// The words of packs and of the catalogue are the same in every explanation, and
    /// rewriting them took half of its time. Nothing about a person is rewritten.
    static REMEMBERED: RefCell<HashMap<Box<str>, Box<str>>> = RefCell::default();
}

/// A finished text in the four languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Said {
    pub uz: String,
    pub uz_cyrl: String,
    pub ru: String,
    pub en: String,
}

impl Said {
    /// Makes the text of each language by itself.
    pub fn each(mut make: impl FnMut(Lang) -> String) -> Said {
        Said {
            uz: make(Lang::UzLatn),
            uz_cyrl: make(Lang::UzCyrl),
            ru: make(Lang::Ru),
            en: make(Lang::En),
        }
    }

    /// The text as it is, without places to fill.
    pub fn of(text: &Text3) -> Said {
        Said {
            uz: text.uz.clone().into_owned(),
            uz_cyrl: cyrillic(&text.uz),
            ru: text.ru.clone().into_owned(),
            en: text.en.clone().into_owned(),
        }
    }

    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::UzLatn => &self.uz,
            Lang::UzCyrl => &self.uz_cyrl,
            Lang::Ru => &self.ru,
            Lang::En => &self.en,
        }
    }
}

/// The words of a text in a language, each `{place}` filled. A place that is not
/// known stays as it is written: the reader of packs has refused it before.
pub fn filled(text: &Text3, lang: Lang, mut fill: impl FnMut(&str) -> Option<String>) -> String {
    let written: &str = match lang {
        Lang::UzLatn | Lang::UzCyrl => &text.uz,
        Lang::Ru => &text.ru,
        Lang::En => &text.en,
    };
    let words = |piece: &str| {
        if lang == Lang::UzCyrl {
            cyrillic(piece)
        } else {
            piece.to_owned()
        }
    };
    let mut out = String::with_capacity(written.len() + 32);
    let mut rest = written;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(&words(before));
        let Some(close) = after.find('}') else {
            out.push_str(after);
            return out;
        };
        let place = &after[1..close];
        match fill(place) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&after[..=close]),
        }
        rest = &after[close + 1..];
    }
    out.push_str(&words(rest));
    out
}

/// The Cyrillic of a piece of a pack or of the catalogue.
fn cyrillic(latin: &str) -> String {
    REMEMBERED.with_borrow_mut(|remembered| {
        if let Some(known) = remembered.get(latin) {
            return known.to_string();
        }
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        let written = latin_to_cyrillic(latin);
        remembered.insert(latin.into(), written.as_str().into());
        written
    })
}
