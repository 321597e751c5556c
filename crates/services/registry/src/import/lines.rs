//! Reading a file line by line in bounded memory.
//!
//! A row is one line of at most [`ROW_BYTES_MAX`] bytes; quoted fields may hold
//! commas and doubled quotes but no line break, so that one stray quote costs one
//! row and not the rest of the file, and a gigabyte in one field costs no memory.

use std::io::{BufRead, BufReader, Read};

/// Longest accepted row in bytes; the longest honest row is under 600.
pub const ROW_BYTES_MAX: usize = 8 * 1024;
/// Most fields looked at in a row.
pub const FIELDS_MAX: usize = 64;
const READ_BYTES: usize = 256 * 1024;

/// What [`Lines::next_line`] met.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// A whole line is in [`Lines::bytes`]; `ended` is false for a last line without a line break.
    Row {
        ended: bool,
    },
    /// The line was longer than [`ROW_BYTES_MAX`] and was skipped.
    TooLong {
        bytes: u64,
    },
    End,
}

/// Lines of a reader, numbered from 1, with the bytes read so far for a progress bar.
pub struct Lines<R: Read> {
    input: BufReader<R>,
    line: Vec<u8>,
    number: u64,
    bytes_read: u64,
}

impl<R: Read> std::fmt::Debug for Lines<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lines(at {})", self.number)
    }
}

impl<R: Read> Lines<R> {
    pub fn new(input: R) -> Lines<R> {
        Lines {
            input: BufReader::with_capacity(READ_BYTES, input),
            line: Vec::with_capacity(ROW_BYTES_MAX),
            number: 0,
            bytes_read: 0,
        }
    }

    /// The first bytes of the file, unread, to recognise its encoding.
    pub fn peek(&mut self) -> std::io::Result<&[u8]> {
        self.input.fill_buf()
    }

    pub fn skip(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.bytes_read += bytes as u64;
    }

    pub fn bytes(&self) -> &[u8] {
        &self.line
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// After an overlong line: the number (from 0) of the field in which its kept
    /// beginning ends.
    pub fn overlong_field(&self) -> Option<usize> {
        let mut quoted = false;
        let mut commas = 0;
        for byte in &self.line {
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => commas += 1,
                _ => {}
            }
        }
        (!self.line.is_empty()).then_some(commas)
    }

    pub fn next_line(&mut self) -> std::io::Result<Line> {
        self.line.clear();
        let (length, ended) = self.take_line()?;
        if length == 0 && !ended {
            return Ok(Line::End);
        }
        self.number += 1;
        if length > ROW_BYTES_MAX as u64 {
            return Ok(Line::TooLong { bytes: length });
        }
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        Ok(Line::Row { ended })
    }

    /// Bytes of the line without its break, and whether a break was met. Only the
    /// first ROW_BYTES_MAX + 1 bytes are kept.
    fn take_line(&mut self) -> std::io::Result<(u64, bool)> {
        let mut length = 0u64;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok((length, false));
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            let room = (ROW_BYTES_MAX + 1).saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            length += part.len() as u64;
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            self.bytes_read += used as u64;
            if end.is_some() {
                return Ok((length, true));
            }
        }
    }
}

/// The fields of one row. Text of quoted fields is unquoted into a buffer that is
/// used again for every row.
#[derive(Debug, Default)]
pub struct Fields {
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// Why a line is not a row of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsplit {
    QuoteNotClosed,
    TextAfterQuote,
    TooManyFields,
}

impl Fields {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, index: usize) -> &[u8] {
        let from = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[from..self.ends[index]]
    }

    pub fn split(&mut self, line: &[u8]) -> Result<(), Unsplit> {
        self.text.clear();
        self.ends.clear();
        let mut rest = line;
        loop {
            if self.ends.len() == FIELDS_MAX {
                return Err(Unsplit::TooManyFields);
            }
            let after = match rest.first() {
                Some(b'"') => self.take_quoted(&rest[1..])?,
                _ => self.take_plain(rest),
            };
            self.ends.push(self.text.len());
            match after {
                Some(tail) => rest = tail,
                None => return Ok(()),
            }
        }
    }

    fn take_plain<'a>(&mut self, rest: &'a [u8]) -> Option<&'a [u8]> {
        match rest.iter().position(|byte| *byte == b',') {
            Some(comma) => {
                self.text.extend_from_slice(&rest[..comma]);
                Some(&rest[comma + 1..])
            }
            None => {
                self.text.extend_from_slice(rest);
                None
            }
        }
    }

    fn take_quoted<'a>(&mut self, mut rest: &'a [u8]) -> Result<Option<&'a [u8]>, Unsplit> {
        loop {
            let quote = rest
                .iter()
                .position(|byte| *byte == b'"')
                .ok_or(Unsplit::QuoteNotClosed)?;
            self.text.extend_from_slice(&rest[..quote]);
            rest = &rest[quote + 1..];
            match rest.first() {
                Some(b'"') => {
                    self.text.push(b'"');
                    rest = &rest[1..];
                }
                Some(b',') => return Ok(Some(&rest[1..])),
                None => return Ok(None),
                Some(_) => return Err(Unsplit::TextAfterQuote),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<&[&str], Unsplit>) {
        let mut fields = Fields::default();
        let got = fields.split(line.as_bytes()).map(|()| {
            (0..fields.len())
                .map(|i| String::from_utf8(fields.get(i).to_vec()).unwrap())
                .collect::<Vec<_>>()
        });
        assert_eq!(
            got,
            expected.map(|list| list.iter().map(|s| s.to_string()).collect()),
            "{line}"
        );
    }

    #[test]
    fn a_line_is_split_as_rfc_4180_says_but_never_over_a_line_break() {
        check("a,b,c", Ok(&["a", "b", "c"]));
        check("", Ok(&[""]));
        check(",", Ok(&["", ""]));
        check("\"a,b\",c", Ok(&["a,b", "c"]));
        check("\"O\"\"tkir\",x", Ok(&["O\"tkir", "x"]));
        check("a\"b,c", Ok(&["a\"b", "c"]));
        check("\"open,c", Err(Unsplit::QuoteNotClosed));
        check("\"a\"b,c", Err(Unsplit::TextAfterQuote));
        check(&",".repeat(64), Err(Unsplit::TooManyFields));
    }

    #[test]
    fn a_gigabyte_in_one_field_is_skipped_without_memory() {
        let giant = std::io::repeat(b'x').take(1 << 30);
        let input = (b"ok,1\n" as &[u8]).chain(giant).chain(b"\nok,2" as &[u8]);
        let mut lines = Lines::new(input);
        assert_eq!(lines.next_line().unwrap(), Line::Row { ended: true });
        assert_eq!(lines.next_line().unwrap(), Line::TooLong { bytes: 1 << 30 });
        assert!(lines.line.capacity() <= 4 * ROW_BYTES_MAX);
        assert_eq!(lines.next_line().unwrap(), Line::Row { ended: false });
        assert_eq!((lines.bytes(), lines.number()), (b"ok,2" as &[u8], 3));
        assert_eq!(lines.next_line().unwrap(), Line::End);
    }
}
