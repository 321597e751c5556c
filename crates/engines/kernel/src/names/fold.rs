//! The folded key: coarse Latin in which the spellings of one name meet.
//!
//! Uzbek Latin, Uzbek Cyrillic and Russian write one name in three ways: oʻ, ў,
//! у; o, о, а; yo, ё, я; h and x, ҳ and х; q, қ, к; j, ж, дж; -yev, -ев. The key
//! gives up these differences, so different names may share it (Nodir, Nadir): it finds
//! candidates. Folding a key again changes nothing.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::alphabet::is_apostrophe;

/// The key of a name or any other text; words are separated by one space.
pub fn fold(text: &str) -> String {
    let mut key = to_coarse_latin(text);
    // Letters of mathematics and the like turn into capitals first: again until plain.
    for _ in 0..ROUNDS_MAX {
        let next = settle(&if key.is_ascii() {
            key.clone()
        } else {
            to_coarse_latin(&key)
        });
        if next == key {
            break;
        }
        key = next;
    }
    key
}

/// Far more than any text takes: a name takes two.
const ROUNDS_MAX: usize = 1_000;

/// Letter by letter: lower case, marks gone, every script in Latin letters.
fn to_coarse_latin(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let lower: Vec<char> = text.nfc().flat_map(char::to_lowercase).collect();
    for (at, &c) in lower.iter().enumerate() {
        let next = lower.get(at + 1).copied().unwrap_or(' ');
        match c {
            'o' if is_apostrophe(next) => key.push('u'),
            'c' if next == 'h' => key.push('c'),
            _ if is_apostrophe(c) || is_combining_mark(c) => {}
            _ => match coarse(c) {
                Some(letters) => key.push_str(letters),
                None if c.is_alphanumeric() => push_bare(&mut key, c),
                None => key.push(' '),
            },
        }
    }
    key
}

/// A letter outside the tables, without its marks.
fn push_bare(key: &mut String, c: char) {
    let parts = std::iter::once(c)
        .nfkd()
        .filter(|part| !is_combining_mark(*part));
    for part in parts.flat_map(char::to_lowercase) {
        match coarse(part) {
            Some(letters) => key.push_str(letters),
            None if part.is_alphanumeric() => key.push(part),
            None => key.push(' '),
        }
    }
}

fn coarse(c: char) -> Option<&'static str> {
    Some(match c {
        'a' | 'o' | 'а' | 'о' => "a",
        'b' | 'б' => "b",
        'c' | 'k' | 'q' | 'к' | 'қ' => "k",
        'd' | 'д' => "d",
        'e' | 'е' | 'э' => "e",
        'f' | 'ф' => "f",
        'g' | 'г' | 'ғ' | 'ğ' | 'ǵ' => "g",
        'h' | 'x' | 'х' | 'ҳ' => "h",
        'i' | 'ı' | 'и' | 'ы' => "i",
        'j' | 'ж' => "j",
        'l' | 'л' => "l",
        'm' | 'м' => "m",
        'n' | 'н' => "n",
        'p' | 'п' => "p",
        'r' | 'р' => "r",
        's' | 'с' | 'ц' => "s",
        't' | 'т' => "t",
        'u' | 'ö' | 'ó' | 'ü' | 'у' | 'ў' => "u",
        'v' | 'w' | 'в' => "v",
        'y' | 'й' => "y",
        'z' | 'з' => "z",
        'ё' | 'я' => "ya",
        'ю' => "yu",
        'ч' | 'ç' => "ch",
        'ш' | 'щ' | 'ş' | 'ș' => "sh",
        'ъ' | 'ь' => "",
        _ => return None,
    })
}

/// Pairs of letters that are one sound, and parts of names that Russian writes differently.
const SAME: [(&str, &str); 10] = [
    ("kh", "h"),
    ("gh", "g"),
    ("zh", "j"),
    ("dj", "j"),
    ("ts", "s"),
    ("ye", "e"),
    ("huja", "haja"),       // xoʻja, ходжа
    ("ibragim", "ibrahim"), // Ibrohim, Ибрагим
    ("ahmed", "ahmad"),
    ("muhamed", "muhamad"),
];

/// One round of the rules; each shortens the key or brings a letter nearer to the last.
fn settle(key: &str) -> String {
    let mut key = key.to_owned();
    for (spelling, same) in SAME {
        if key.contains(spelling) {
            key = key.replace(spelling, same);
        }
    }
    drop_weak(&key)
}

/// No doubled letters or spaces; y only between vowels (not behind i) and before
/// a vowel that begins a word; elsewhere it is dropped or an i.
fn drop_weak(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    let mut chars = key.chars().peekable();
    while let Some(c) = chars.next() {
        let before = out.chars().next_back();
        let next = chars.peek().copied();
        if before == Some(c) && !c.is_ascii_digit()
            || c == ' ' && (before.is_none() || next.is_none())
        {
            continue;
        }
        if c != 'y' {
            out.push(c);
            continue;
        }
        match (before, next) {
            (_, Some('y')) => {}
            (Some('i'), _) => {}
            (Some(b), Some(n)) if is_vowel(n) && b.is_alphabetic() && !is_vowel(b) => {}
            (_, Some(n)) if is_vowel(n) => out.push('y'),
            _ => out.push('i'),
        }
    }
    out
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'u')
}
