//! Uzbek Latin (1995) to Uzbek Cyrillic, for whole sentences.
//!
//! The rules are positional: e is э at the beginning of a word and after a vowel,
//! ye, yo, yu, ya are one letter, ts and some s are ц, sʼh is not ш. What rules
//! cannot know stands in `exceptions`.

use super::alphabet::{Casing, TURNED_COMMA, TUTUQ, is_apostrophe};
use super::exceptions::{STEMS, WHOLE};
use super::pieces::{Piece, Pieces};

/// Rewrites the Uzbek words of a sentence; digits, placeholders in braces, HTML
/// tags, addresses and protected codes stay. Cyrillic passes through.
pub fn latin_to_cyrillic(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for piece in Pieces::of(text) {
        match piece {
            Piece::Keep(kept) => out.push_str(kept),
            Piece::Word(word) => rewrite(&mut out, word),
        }
    }
    out
}

fn rewrite(out: &mut String, word: &str) {
    let casing = Casing::of(word);
    let (lower, capitals) = official_marks(word);
    if let Some((_, cyrillic)) = WHOLE.iter().find(|(latin, _)| *latin == lower) {
        return casing.push(out, cyrillic, true);
    }
    let stems = STEMS.iter().filter(|(latin, _)| begins_with(&lower, latin));
    let (stem, cyrillic) = stems
        .max_by_key(|(latin, _)| latin.len())
        .unwrap_or(&("", ""));
    casing.push(out, cyrillic, true);
    let casing = if casing == Casing::Upper {
        casing
    } else {
        Casing::Title
    };
    let mut at = stem.len();
    while at < lower.len() {
        let (length, letters) = letter(&lower, at);
        casing.push(out, letters, capitals.contains(&at));
        at += length;
    }
}

/// The stem ends where a letter ends: palto is not in paltoʻ.
fn begins_with(word: &str, stem: &str) -> bool {
    let cuts_digraph = |rest: &str| {
        rest.starts_with(TURNED_COMMA) || stem.ends_with(['s', 'c']) && rest.starts_with('h')
    };
    word.strip_prefix(stem)
        .is_some_and(|rest| !cuts_digraph(rest))
}

/// Lower case, with U+02BB behind o and g and U+02BC elsewhere; and where the
/// capitals were, which in JShShIR stand inside the word.
fn official_marks(word: &str) -> (String, Vec<usize>) {
    let mut lower = String::with_capacity(word.len() + 4);
    let mut capitals = Vec::new();
    for c in word.chars() {
        if c.is_ascii_uppercase() {
            capitals.push(lower.len());
        }
        match c {
            _ if !is_apostrophe(c) => lower.push(c.to_ascii_lowercase()),
            _ if lower.ends_with(['o', 'g']) => lower.push(TURNED_COMMA),
            _ => lower.push(TUTUQ),
        }
    }
    (lower, capitals)
}

/// The Cyrillic for what begins at `at`, and how many bytes of Latin it takes.
fn letter(word: &str, at: usize) -> (usize, &'static str) {
    let rest = &word[at..];
    let before = word[..at].chars().next_back();
    for (latin, cyrillic) in DIGRAPHS {
        if rest.starts_with(latin) {
            return (latin.len(), cyrillic);
        }
    }
    match rest.as_bytes()[0] {
        b'y' if rest.starts_with("ye") => (2, if is_consonant(before) { "ье" } else { "е" }),
        b'e' => (1, if is_consonant(before) { "е" } else { "э" }),
        b't' if is_tse(before, rest) => (2, "ц"),
        b's' if is_tse_of_s(&word[..at], rest) => (1, "ц"),
        b'a'..=b'z' => (1, single(rest.as_bytes()[0])),
        _ => (rest.chars().next().map_or(1, char::len_utf8), "ъ"), // the tutuq
    }
}

const DIGRAPHS: [(&str, &str); 9] = [
    ("sʼh", "сҳ"),
    ("yoʻ", "йў"),
    ("oʻ", "ў"),
    ("gʻ", "ғ"),
    ("sh", "ш"),
    ("ch", "ч"),
    ("yo", "ё"),
    ("yu", "ю"),
    ("ya", "я"),
];

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

/// The mark of oʻ counts as its vowel, the mark of gʻ as its consonant: what
/// stands before e is decided by the letter, and gʻe is written ғе.
fn is_consonant(before: Option<char>) -> bool {
    before.is_some_and(|c| !is_vowel(c) && c != TURNED_COMMA || c == TUTUQ)
}

/// ts is ц between a vowel and e or i (protsent, litsey), but not in the verb
/// endings -tsin and -tsiz (ketsin, otsiz).
fn is_tse(before: Option<char>, rest: &str) -> bool {
    let native = ["tsin", "tsiz"]
        .iter()
        .any(|ending| rest.starts_with(ending));
    let soft = rest.starts_with("tse") || rest.starts_with("tsi");
    before.is_some_and(is_vowel) && soft && !native
}

/// s is ц in -ksiya, -psiya, -ansiya, -ensiya (aksiya, stansiya).
fn is_tse_of_s(before: &str, rest: &str) -> bool {
    rest.starts_with("siy")
        && ["k", "p", "an", "en"]
            .iter()
            .any(|end| before.ends_with(end))
}

fn single(latin: u8) -> &'static str {
    const LETTERS: [&str; 26] = [
        "а", "б", "к", "д", "е", "ф", "г", "ҳ", "и", "ж", "к", "л", "м", "н", "о", "п", "қ", "р",
        "с", "т", "у", "в", "в", "х", "й", "з",
    ];
    LETTERS[usize::from(latin - b'a')]
}
