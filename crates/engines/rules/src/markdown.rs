//! The strict little reader of pack files: prose is for people, fenced blocks
//! are for the machine.
//!
//! ````text
//! ```condition income
//! law: PKM-654, annex 1, p. 9
//! formula: per_capita <= poverty_line
//!   and members > 0
//! | in force | announced | value |
//! ```
//! ````
//! The first word after the fence is the kind of the block, the others are its
//! arguments. Inside stand `key: value` lines, continuation lines (indented)
//! and table rows (`| a | b |`). A key may end in `.uz`, `.ru` or `.en`. Fences
//! without a word, or with the word `text`, are prose.

use crate::limits::{BLOCKS_MAX, PACK_BYTES_MAX};
use crate::source::{Diagnostic, Place, SourceFile};
use std::sync::Arc;

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    pub kind: String,
    pub arguments: Vec<Word>,
    pub place: Place,
    pub fields: Vec<Field>,
    pub lines: Vec<Word>,
    pub rows: Vec<Vec<Word>>,
}

/// A word or cell with its place.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    pub place: Place,
}

/// `key: value`, the value over one or more lines.
#[derive(Debug, Clone)]
pub struct Field {
    pub key: Word,
    pub value: Vec<Word>,
}

impl Field {
    /// The value as one line.
    pub fn text(&self) -> String {
        self.value
            .iter()
            .map(|line| line.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Where the value starts (the key, when there is no value).
    pub fn place(&self) -> &Place {
        self.value
            .first()
            .map_or(&self.key.place, |line| &line.place)
    }
}

impl Block {
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key.text == key)
    }

    /// The first argument: the name of most blocks.
    pub fn name(&self) -> Result<&Word, Diagnostic> {
        self.arguments.first().ok_or_else(|| {
            let fence = format!("```{} some_name", self.kind);
            self.place
                .error(format!("a `{}` block needs a name", self.kind), fence)
        })
    }

    pub fn required(&self, key: &str) -> Result<&Field, Diagnostic> {
        self.field(key)
            .filter(|field| !field.value.is_empty())
            .ok_or_else(|| {
                let name = self.arguments.first().map_or("", |word| word.text.as_str());
                let message = format!("`{} {name}` has no `{key}`", self.kind);
                self.place.error(message, format!("{key}: ..."))
            })
    }
}

/// Reads all blocks of all files, in order.
pub fn read(files: &[SourceFile], errors: &mut Vec<Diagnostic>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for file in files {
        if file.text.len() > PACK_BYTES_MAX {
            let place = Place {
                file: file.path.as_str().into(),
                text: "".into(),
                line: 1,
                column: 1,
                width: 1,
            };
            errors.push(place.error(
                "the file is too large",
                format!("at most {PACK_BYTES_MAX} bytes"),
            ));
            continue;
        }
        read_file(file, &mut blocks, errors);
    }
    if let Some(block) = blocks.get(BLOCKS_MAX) {
        errors.push(
            block
                .place
                .error("too many blocks", format!("at most {BLOCKS_MAX}")),
        );
        blocks.truncate(BLOCKS_MAX);
    }
    blocks
}

fn read_file(file: &SourceFile, blocks: &mut Vec<Block>, errors: &mut Vec<Diagnostic>) {
    let name: Arc<str> = file.path.as_str().into();
    let mut open: Option<Block> = None;
    let mut prose_fence = false;
    for (index, raw) in file.text.lines().enumerate() {
        let place = Place {
            file: name.clone(),
            text: raw.into(),
            line: u32::try_from(index + 1).unwrap_or(u32::MAX),
            column: 1,
            width: u32::try_from(raw.chars().count()).unwrap_or(u32::MAX),
        };
        if let Some(hidden) = raw.chars().position(is_hidden) {
            let column = u32::try_from(hidden + 1).unwrap_or(u32::MAX);
            errors.push(place.narrowed(column, 1).error(
                "a character that nobody sees",
                "take it out: a law reads as it is shown",
            ));
        }
        let fence = raw.strip_prefix("```");
        match (&mut open, fence) {
            (Some(_), Some(rest)) if rest.trim().is_empty() => blocks.extend(open.take()),
            (Some(block), Some(_)) => {
                errors.push(place.error(
                    "a block inside a block",
                    format!("close `{}` with ``` first", block.kind),
                ));
            }
            (Some(block), None) => read_line(block, raw, &place, errors),
            (None, Some(_)) if prose_fence => prose_fence = false,
            (None, Some(rest)) => match rest.split_whitespace().next() {
                None | Some("text" | "yaml" | "sql") => prose_fence = true,
                Some(_) => open = Some(opened(rest, &place)),
            },
            (None, None) => {}
        }
    }
    if let Some(block) = open {
        errors.push(
            block
                .place
                .error("this block is never closed", "add a line with ``` after it"),
        );
    }
}

/// Control characters, and marks that turn the direction of text: a line could show one
/// thing and say another.
fn is_hidden(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    turns || (c.is_control() && c != '\t' && c != '\r')
}

fn opened(rest: &str, place: &Place) -> Block {
    let words = words(rest, 3, place);
    Block {
        kind: words[0].text.clone(),
        arguments: words[1..].to_vec(),
        place: place.clone(),
        fields: Vec::new(),
        lines: Vec::new(),
        rows: Vec::new(),
    }
}

fn words(text: &str, skipped: u32, place: &Place) -> Vec<Word> {
    text.split_whitespace()
        .map(|word| {
            let before = word.as_ptr() as usize - text.as_ptr() as usize;
            let column = skipped + chars(&text[..before]) + 1;
            Word {
                text: word.to_owned(),
                place: place.narrowed(column, chars(word)),
            }
        })
        .collect()
}

fn read_line(block: &mut Block, raw: &str, place: &Place, errors: &mut Vec<Diagnostic>) {
    let line = raw.trim_end();
    if line.trim().is_empty() {
        return;
    }
    if line.starts_with('|') {
        let cells = cells(line, place);
        let ruler = cells
            .iter()
            .all(|cell| cell.text.chars().all(|c| matches!(c, '-' | ':')));
        if !ruler {
            block.rows.push(cells);
        }
        return;
    }
    let indent = line.len() - line.trim_start().len();
    if indent > 0 {
        let word = word_at(line, indent, line.len(), place);
        match block.fields.last_mut() {
            Some(field) => field.value.push(word),
            None => errors.push(place.error(
                "a continuation line with nothing to continue",
                "start the line with `key:`",
            )),
        }
        return;
    }
    match key_end(line) {
        Some(colon) => {
            let mut value = Vec::new();
            let rest = &line[colon + 1..];
            if !rest.trim().is_empty() {
                let start = colon + 1 + (rest.len() - rest.trim_start().len());
                value.push(word_at(line, start, line.len(), place));
            }
            block.fields.push(Field {
                key: word_at(line, 0, colon, place),
                value,
            });
        }
        None => block.lines.push(word_at(line, 0, line.len(), place)),
    }
}

/// A key is lower-case words, digits, `_`, `-` and `.`, then a colon.
fn key_end(line: &str) -> Option<usize> {
    let colon = line.find(':')?;
    let is_key = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | ' ')
    };
    (colon > 0 && line[..colon].chars().all(is_key)).then_some(colon)
}

fn cells(line: &str, place: &Place) -> Vec<Word> {
    let inner_end = if line.len() > 1 && line.ends_with('|') {
        line.len() - 1
    } else {
        line.len()
    };
    let mut cells = Vec::new();
    let mut start = 1;
    while start <= inner_end {
        let end = line[start..inner_end]
            .find('|')
            .map_or(inner_end, |bar| start + bar);
        cells.push(word_at(line, start, end, place));
        start = end + 1;
    }
    cells
}

/// The trimmed stretch of a line between two byte offsets, with its place.
fn word_at(line: &str, start: usize, end: usize, place: &Place) -> Word {
    let piece = &line[start..end];
    let text = piece.trim();
    let lead = piece.len() - piece.trim_start().len();
    let column = chars(&line[..start + lead]) + 1;
    Word {
        text: text.to_owned(),
        place: place.narrowed(column, chars(text)),
    }
}

fn chars(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
