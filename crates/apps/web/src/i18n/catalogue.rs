//! The macro behind the catalogue of texts.
//!
//! Each text is one entry with Uzbek (Latin), Russian and English; an entry
//! that lacks a language does not match the macro, a page that names a text
//! that does not exist does not compile, and neither does a text that forgets
//! one of its arguments. Uzbek in Cyrillic is transliterated by the kernel.

use std::fmt::{self, Display};

use kernel::names::latin_to_cyrillic;

/// One text as written, for the tests that read the whole catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    pub name: &'static str,
    pub uz: &'static str,
    pub ru: &'static str,
    pub en: &'static str,
}

/// Texts of one topic: `name { uz: "..", ru: "..", en: ".." }`, or with
/// arguments `name(day) { uz: "{day} gacha", .. }`.
macro_rules! texts {
    ($($name:ident $( ( $($arg:ident),+ ) )? { uz: $uz:literal, ru: $ru:literal, en: $en:literal $(,)? })+) => {
        impl $crate::i18n::T {
            $( $crate::i18n::catalogue::text!{ $name [ $( $($arg)+ )? ] $uz $ru $en } )+
        }
        pub(super) const SOURCES: &[$crate::i18n::catalogue::Source] = &[
            $( $crate::i18n::catalogue::Source { name: stringify!($name), uz: $uz, ru: $ru, en: $en }, )+
        ];
    };
}

macro_rules! text {
    ($name:ident [ ] $uz:literal $ru:literal $en:literal) => {
        pub fn $name(self) -> &'static str {
            static CYRILLIC: std::sync::OnceLock<String> = std::sync::OnceLock::new();
            match self.lang() {
                kernel::lang::Lang::UzLatn => $uz,
                kernel::lang::Lang::UzCyrl => CYRILLIC.get_or_init(|| kernel::names::latin_to_cyrillic($uz)),
                kernel::lang::Lang::Ru => $ru,
                kernel::lang::Lang::En => $en,
            }
        }
    };
    ($name:ident [ $($arg:ident)+ ] $uz:literal $ru:literal $en:literal) => {
        pub fn $name(self, $($arg: impl std::fmt::Display),+) -> String {
            match self.lang() {
                kernel::lang::Lang::UzLatn => format!($uz, $($arg = $arg),+),
                kernel::lang::Lang::UzCyrl => $crate::i18n::catalogue::cyrillic_around_values(
                    &format!($uz, $($arg = $crate::i18n::catalogue::Value($arg)),+)
                ),
                kernel::lang::Lang::Ru => format!($ru, $($arg = $arg),+),
                kernel::lang::Lang::En => format!($en, $($arg = $arg),+),
            }
        }
    };
}
pub(crate) use {text, texts};

/// Private-use characters that fence a value inside a text.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// A value that transliteration must leave alone (a number, a code, a name
/// already in its script).
#[derive(Debug)]
pub(crate) struct Value<D>(pub D);

impl<D: Display> Display for Value<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}{}{CLOSE}", self.0)
    }
}

/// Transliterates a text except what [`Value`] fences.
pub(crate) fn cyrillic_around_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for piece in text.split(OPEN) {
        match piece.split_once(CLOSE) {
            Some((value, words)) => {
                out.push_str(value);
                out.push_str(&latin_to_cyrillic(words));
            }
            None => out.push_str(&latin_to_cyrillic(piece)),
        }
    }
    out
}
