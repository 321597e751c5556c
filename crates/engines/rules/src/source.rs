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

/// One error of a pack.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
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
        let pad = " ".repeat(self.column.saturating_sub(1) as usize);
        let marks = "^".repeat(self.width.clamp(1, 200) as usize);
        Diagnostic {
            file: self.file.to_string(),
            line: self.line,
            column: self.column,
            excerpt: format!("{}\n{pad}{marks}", self.text),
            message: message.into(),
            instead: instead.into(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{}:{}:{}: {}",
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
