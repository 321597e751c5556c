//! Where a word of a pack stands, and what is wrong with it.
//!
//! A pack is read as text files handed in by the caller; every complaint names
//! file, line and column (both from 1, columns counted in characters), shows
//! the line with the offending text underlined, and says what to write instead.

use std::fmt;
use std::sync::Arc;

/// One Markdown file of a pack, as the caller read it from disk or database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path relative to `packs/`, for messages and for the canonical text.
    pub path: String,
    pub text: String,
}

impl SourceFile {
    /// A file as it lies on disk. What is not UTF-8 is refused with its place.
    pub fn from_bytes(path: &str, bytes: Vec<u8>) -> Result<SourceFile, Diagnostic> {
        let wrong = |line: usize, message: &str, instead: &str| {
            let place = Place {
                file: path.into(),
                text: "".into(),
                line: u32::try_from(line).unwrap_or(u32::MAX),
                column: 1,
                width: 1,
            };
            Err(place.error(message, instead))
        };
        let instead = "save the file as UTF-8, without a byte order mark";
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return wrong(1, "the file is written in UTF-16", instead);
        }
        if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
            return wrong(1, "the file begins with a byte order mark", instead);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(SourceFile {
                path: path.to_owned(),
                text,
            }),
            Err(error) => {
                let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                wrong(line, "this line is not UTF-8", instead)
            }
        }
    }
}

/// A stretch of one line of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: Arc<str>,
    /// The whole line, kept so that a message can show it.
    pub text: Arc<str>,
    pub line: u32,
    pub column: u32,
    pub width: u32,
}

/// How bad it is: an error stops the pack, a warning is most likely not meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Error,
    Warning,
}

/// One complaint about a pack.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    pub severity: Severity,
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// The line and, under it, the offending text underlined.
    pub excerpt: String,
    pub message: String,
    /// What to write instead.
    pub instead: String,
}

impl Place {
    /// The same line, another stretch of it (column from 1).
    pub fn narrowed(&self, column: u32, width: u32) -> Place {
        Place {
            column,
            width: width.max(1),
            ..self.clone()
        }
    }

    pub fn error(&self, message: impl Into<String>, instead: impl Into<String>) -> Diagnostic {
        let (shown, before) = self.window();
        let pad = " ".repeat(before);
        let left = shown.chars().count().saturating_sub(before).max(1);
        let marks = "^".repeat((self.width.max(1) as usize).min(left));
        Diagnostic {
            severity: Severity::Error,
            file: self.file.to_string(),
            line: self.line,
            column: self.column,
            excerpt: format!("{shown}\n{pad}{marks}"),
            message: shortened(message.into()),
            instead: shortened(instead.into()),
        }
    }
}

/// Characters of a line, and of a message, that are shown.
const SHOWN_MAX: usize = 400;

/// A hostile name may be as long as its file: beginning and end tell what is said of it.
fn shortened(message: String) -> String {
    let count = message.chars().count();
    if count <= SHOWN_MAX {
        return message;
    }
    let half = SHOWN_MAX / 2;
    let first = message.chars().take(half);
    let last = message.chars().skip(count - half);
    first.chain(['…']).chain(last).collect()
}

impl Place {
    /// The line, or of an endless one the part around the place; and the characters that
    /// stand before the place in it.
    fn window(&self) -> (String, usize) {
        let before = self.column.saturating_sub(1) as usize;
        let long = self.text.chars().nth(SHOWN_MAX).is_some();
        if !long {
            return (self.text.to_string(), before);
        }
        let from = before.saturating_sub(SHOWN_MAX / 4);
        let part = self.text.chars().skip(from).take(SHOWN_MAX).collect();
        (part, before - from)
    }

    pub fn warning(&self, message: impl Into<String>, instead: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..self.error(message, instead)
        }
    }
}

impl Place {
    /// An error that follows from another one, which says it better.
    pub(crate) fn follows(&self) -> Diagnostic {
        self.error("", "")
    }
}

impl Diagnostic {
    /// Is it only the consequence of another error?
    pub(crate) fn is_consequence(&self) -> bool {
        self.message.is_empty()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        writeln!(
            out,
            "{}:{}:{}: {word}{}",
            self.file, self.line, self.column, self.message
        )?;
        for line in self.excerpt.lines() {
            writeln!(out, "    {line}")?;
        }
        write!(out, "    instead: {}", self.instead)
    }
}

/// The known name nearest to a misspelt one, for "did you mean".
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + word.chars().count() / 3;
    known
        .into_iter()
        .map(|name| (distance(word, name), name))
        .filter(|(steps, _)| *steps <= limit)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, name)| name)
}

/// Letters of other alphabets that look like small Latin ones: a name with one of them reads as
/// another name that stands beside it.
const LOOK_ALIKE: [(char, char); 18] = [
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('к', 'k'),
    ('м', 'm'),
    ('о', 'o'),
    ('р', 'p'),
    ('ѕ', 's'),
    ('у', 'y'),
    ('х', 'x'),
    ('α', 'a'),
    ('ο', 'o'),
    ('ı', 'i'),
];

/// What is wrong with a name, and a name like it that would do. Names are lower-case ASCII, so
/// that no two look alike and none is folded.
pub fn name_fault(name: &str) -> Option<(String, String)> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let digit_first = name.starts_with(|c: char| c.is_ascii_digit());
    if name.chars().all(plain) && !digit_first {
        return None;
    }
    let small = name.to_lowercase();
    let latin = |c: char| LOOK_ALIKE.iter().find(|(other, _)| *other == c);
    let instead: String = small
        .chars()
        .map(|c| latin(c).map_or(c, |(_, latin)| *latin))
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let instead = match digit_first {
        true => format!("n{instead}"),
        false => instead,
    };
    let why = match small.chars().find_map(latin) {
        Some((other, latin)) => {
            format!("the letter `{other}` in `{name}` only looks like the Latin `{latin}`")
        }
        None if digit_first => "a name does not begin with a digit".to_owned(),
        None => "names are written in small Latin letters, digits and `_`".to_owned(),
    };
    Some((why, instead))
}

/// Levenshtein distance; names are short, so the plain table will do.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().take(64).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let swap = corner + usize::from(a != *b);
            corner = row[j + 1];
            row[j + 1] = swap.min(row[j] + 1).min(corner + 1);
        }
    }
    row[right.len()]
}
