//! Small readings that every kind of block needs, and the list of errors.

use crate::limits::DIAGNOSTICS_MAX;
use crate::markdown::{Block, Word};
use crate::source::{Diagnostic, name_fault, nearest};
use kernel::{Day, Text3};

/// Errors are gathered, so that an author sees them all at once.
#[derive(Debug, Default)]
pub struct Errors(pub Vec<Diagnostic>);

impl Errors {
    pub fn add(&mut self, error: Diagnostic) {
        if self.0.len() < DIAGNOSTICS_MAX && !error.is_consequence() {
            self.0.push(error);
        }
    }

    pub fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// Refuses keys that the block does not have, stray lines and doubles.
    pub fn keys(&mut self, block: &Block, known: &[&str]) {
        for (index, field) in block.fields.iter().enumerate() {
            let key = field.key.text.as_str();
            if !known.contains(&key) {
                let instead = match nearest(key, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}:`?"),
                    None => format!("one of: {}", known.join(", ")),
                };
                self.add(
                    field
                        .key
                        .place
                        .error(format!("a `{}` block has no `{key}`", block.kind), instead),
                );
            }
            if block.fields[..index]
                .iter()
                .any(|before| before.key.text == key)
            {
                self.add(
                    field
                        .key
                        .place
                        .error(format!("`{key}` stands here twice"), "keep one of them"),
                );
            }
        }
        for line in &block.lines {
            self.add(line.place.error(
                "this line says nothing to the reader",
                "`key: value`, a table row, or prose outside the block",
            ));
        }
    }

    /// A text in the three written languages; each of them must be there.
    pub fn text3(&mut self, block: &Block, key: &str) -> Option<Text3> {
        let mut texts = [const { String::new() }; 3];
        let mut whole = true;
        for (text, lang) in texts.iter_mut().zip(["uz", "ru", "en"]) {
            match self.keep(block.required(&format!("{key}.{lang}"))) {
                Some(field) => *text = field.text(),
                None => whole = false,
            }
        }
        let [uz, ru, en] = texts;
        whole.then(|| Text3::new(uz, ru, en))
    }

    /// The same, but it may be left out altogether.
    pub fn text3_or_none(&mut self, block: &Block, key: &str) -> Option<Text3> {
        let any = ["uz", "ru", "en"]
            .iter()
            .any(|lang| block.field(&format!("{key}.{lang}")).is_some());
        if any { self.text3(block, key) } else { None }
    }

    pub fn snake_case(&mut self, name: &Word) {
        if let Some((why, instead)) = name_fault(&name.text) {
            self.add(name.place.error(why, instead));
        }
    }
}

pub fn day(word: &Word) -> Result<Day, Diagnostic> {
    Day::parse(&word.text).map_err(|error| word.place.error(error.to_string(), "2026-01-16"))
}

pub fn digits_after_point(text: &str) -> u8 {
    text.split_once('.').map_or(0, |(_, after)| {
        u8::try_from(after.trim().len()).unwrap_or(u8::MAX)
    })
}

/// `1 271 000.50` as a whole number at a scale.
pub fn scaled_number(word: &Word, scale: u8) -> Result<i64, Diagnostic> {
    let wrong = |instead: &str| {
        word.place.error(
            format!("`{}` is not a number of this type", word.text),
            instead.to_owned(),
        )
    };
    let digits: String = word
        .text
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}'))
        .collect();
    let (whole, after) = digits.split_once('.').unwrap_or((digits.as_str(), ""));
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty()
        || !plain(whole)
        || !plain(after)
        || (digits.contains('.') && after.is_empty())
    {
        return Err(wrong(
            "digits, spaces between thousands, a point before decimals: 715 000 or 0.75",
        ));
    }
    if scale > 9 || after.len() > usize::from(scale) {
        return Err(wrong("fewer digits after the point"));
    }
    let padded = format!("{whole}{after:0<width$}", width = usize::from(scale));
    if padded.len() > 17 {
        return Err(wrong(
            "a number below ten to the seventeenth at the scale of its type",
        ));
    }
    padded.parse().map_err(|_| wrong("a smaller number"))
}

/// A whole number between two bounds.
pub fn count(word: &Word, least: u32, most: u32) -> Result<u32, Diagnostic> {
    let number = word
        .text
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| {
        word.place.error(
            format!("`{}` is not such a number", word.text),
            format!("a whole number from {least} to {most}"),
        )
    })
}
