use super::{T, sources};
use kernel::lang::Lang;

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{0400}'..='\u{052F}')
}

fn words_only(text: &str) -> String {
    // Arguments are not words: `{day}` stands for a value.
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

#[test]
fn no_text_is_empty_and_no_name_stands_twice() {
    let mut seen = std::collections::BTreeSet::new();
    for text in sources() {
        assert!(seen.insert(text.name), "{} stands twice", text.name);
        for words in [text.uz, text.ru, text.en] {
            assert!(!words.trim().is_empty(), "{} is empty", text.name);
        }
    }
    assert!(seen.len() > 200);
}

#[test]
fn no_cyrillic_stands_in_latin_texts_and_no_uzbek_latin_in_russian() {
    for text in sources() {
        for latin in [text.uz, text.en] {
            assert!(
                !latin.chars().any(is_cyrillic),
                "{}: Cyrillic in `{latin}`",
                text.name
            );
        }
        let russian = words_only(text.ru)
            .replace("SHA-256", "")
            .replace("SMS", "");
        let stray = russian.chars().find(char::is_ascii_alphabetic);
        assert_eq!(stray, None, "{}: Latin letter in `{}`", text.name, text.ru);
    }
}

#[test]
fn uzbek_is_written_with_its_own_letters_not_with_apostrophes() {
    for text in sources() {
        let wrong = text
            .uz
            .chars()
            .find(|c| matches!(c, '\'' | '`' | '‘' | '’'));
        assert_eq!(wrong, None, "{}: `{}`", text.name, text.uz);
    }
}

#[test]
fn sentences_are_short() {
    for text in sources() {
        for words in [text.uz, text.ru, text.en] {
            for sentence in words.split_inclusive(['.', '?', '!', ':', ';']) {
                let count = sentence.split_whitespace().count();
                assert!(count <= 20, "{}: {count} words in `{sentence}`", text.name);
            }
        }
    }
}

#[test]
fn values_stay_as_they_are_in_uzbek_cyrillic() {
    let t = T::new(Lang::UzCyrl);
    let text = t.application_number("4F7K29");
    assert!(text.starts_with("4F7K29 "), "{text}");
    assert!(
        !text[7..].chars().any(|c| c.is_ascii_alphabetic()),
        "{text}"
    );
}
