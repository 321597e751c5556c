//! Uzbek Cyrillic to Uzbek Latin (1995).

use super::alphabet::{Casing, is_cyrillic};
use super::exceptions::{STEMS, WHOLE};

/// Rewrites the Cyrillic words of a sentence; everything else stays.
pub fn cyrillic_to_latin(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let cyrillic = is_cyrillic(first);
        let end = rest
            .find(|c| is_cyrillic(c) != cyrillic)
            .unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        if cyrillic {
            rewrite(&mut out, piece);
        } else {
            out.push_str(piece);
        }
        rest = behind;
    }
    out
}

fn rewrite(out: &mut String, word: &str) {
    let casing = Casing::of(word);
    let lower = word.to_lowercase();
    if let Some((latin, _)) = WHOLE.iter().find(|(_, cyrillic)| *cyrillic == lower) {
        return casing.push(out, latin, true);
    }
    let stems = STEMS
        .iter()
        .filter(|(_, cyrillic)| lower.starts_with(cyrillic));
    let (latin, stem) = stems
        .max_by_key(|(_, cyrillic)| cyrillic.len())
        .unwrap_or(&("", ""));
    casing.push(out, latin, true);
    let mut before = stem.chars().next_back();
    let mut chars = lower[stem.len()..].chars().peekable();
    while let Some(c) = chars.next() {
        let written = letter(before, c, chars.peek().copied());
        casing.push(out, written, before.is_none());
        before = Some(c);
    }
}

fn letter(before: Option<char>, c: char, next: Option<char>) -> &'static str {
    let opens = before.is_none_or(|c| is_vowel(c) || matches!(c, 'ъ' | 'ь'));
    match c {
        'е' if opens => "ye",
        'о' if before == Some('ь') => "yo",
        'ц' if before.is_some_and(is_vowel) => "ts",
        'ц' => "s",
        'ъ' if next.is_none_or(|next| matches!(next, 'е' | 'ё' | 'ю' | 'я')) => "",
        'ҳ' if before == Some('с') => "ʼh",
        other => single(other),
    }
}

fn is_vowel(c: char) -> bool {
    matches!(
        c,
        'а' | 'е' | 'ё' | 'и' | 'о' | 'у' | 'ў' | 'э' | 'ю' | 'я' | 'ы'
    )
}

fn single(c: char) -> &'static str {
    match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'ғ' => "gʻ",
        'д' => "d",
        'е' | 'э' => "e",
        'ё' => "yo",
        'ж' => "j",
        'з' => "z",
        'и' | 'ы' => "i",
        'й' => "y",
        'к' => "k",
        'қ' => "q",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'ў' => "oʻ",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "x",
        'ҳ' => "h",
        'ч' => "ch",
        'ш' | 'щ' => "sh",
        'ъ' => "ʼ",
        'ю' => "yu",
        'я' => "ya",
        _ => "", // the soft sign, and letters of other languages
    }
}
