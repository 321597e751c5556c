//! Letters and marks that the tables of both scripts share.

/// The letter mark of oʻ and gʻ.
pub(super) const TURNED_COMMA: char = 'ʻ'; // U+02BB
/// The tutuq belgisi, which parts letters: maʼno.
pub(super) const TUTUQ: char = 'ʼ'; // U+02BC

/// Everything that people type for either mark.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '‘' | '’' | '‛' | TURNED_COMMA | TUTUQ | 'ʹ' | 'ˈ' | '′' | '＇'
    )
}

pub(super) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{0400}'..='\u{052f}')
}

/// How a word's letters are cased, so that a replacement can be cased alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Casing {
    Lower,
    Title,
    Upper,
}

impl Casing {
    pub fn of(word: &str) -> Casing {
        let letters = || {
            word.chars()
                .filter(|c| c.is_alphabetic() && !is_apostrophe(*c))
        };
        match letters().next() {
            Some(first) if !first.is_uppercase() => Casing::Lower,
            None => Casing::Lower,
            Some(_) if letters().count() > 1 && letters().all(char::is_uppercase) => Casing::Upper,
            Some(_) => Casing::Title,
        }
    }

    /// Appends lower-case `text`, cased; `first` when it begins the word.
    pub fn push(self, out: &mut String, text: &str, first: bool) {
        match self {
            Casing::Upper => out.extend(text.chars().flat_map(char::to_uppercase)),
            Casing::Title if first => {
                let mut chars = text.chars();
                out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
                out.push_str(chars.as_str());
            }
            Casing::Title | Casing::Lower => out.push_str(text),
        }
    }
}
