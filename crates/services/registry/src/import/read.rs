//! The reading thread: from bytes to chunks of families or answers.

use super::account_row;
use super::aid_row;
use super::answers::{AnswerGathering, AnswerRow, PersonAnswers};
use super::cells::Row;
use super::columns::{
    ACCOUNT_COLUMNS, AID_COLUMNS, Columns, FileKind, INCOME_COLUMNS, PERSON_COLUMNS, read_header,
};
use super::families::{Family, Gathering};
use super::income_row;
use super::lines::{FIELDS_MAX, Fields, Line, Lines, ROW_BYTES_MAX, Unsplit};
use super::person_row;
use super::report::{ImportError, Reason, Reject};
use kernel::Day;
use std::io::Read;
use tokio::sync::mpsc::Sender;

/// Rows of one chunk, which is one commit.
const CHUNK_ROWS: usize = 120_000;
/// Rejects of one chunk: a file of nothing but bad rows is passed on in pieces too.
const CHUNK_REJECTS: usize = 20_000;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[derive(Debug)]
pub struct Chunk {
    pub work: Work,
    pub rejects: Vec<Reject>,
    /// Read so far, from the beginning of the file.
    pub bytes: u64,
    pub rows: u64,
}

#[derive(Debug)]
pub enum Work {
    Families(Vec<Family>),
    Answers(Vec<PersonAnswers>),
}

/// Reads the whole file; true when its last line has no line break.
pub fn read(file: impl Read, today: Day, writer: &Sender<Chunk>) -> Result<bool, ImportError> {
    let mut lines = Lines::new(file);
    let columns = header(&mut lines)?;
    let mut reader = Reader {
        lines,
        fields: Fields::default(),
        columns,
        rejects: Vec::new(),
        rows: 0,
        last_line_open: false,
    };
    match reader.columns.kind {
        FileKind::Persons => reader.read_persons(today, writer)?,
        FileKind::Incomes => {
            reader.read_answers(&INCOME_COLUMNS, income_row::read, today, writer)?;
        }
        FileKind::Accounts => {
            reader.read_answers(&ACCOUNT_COLUMNS, account_row::read, today, writer)?;
        }
        FileKind::Aid => {
            reader.read_answers(&AID_COLUMNS, aid_row::read, today, writer)?;
        }
    }
    Ok(reader.last_line_open)
}

fn header<R: Read>(lines: &mut Lines<R>) -> Result<Columns, ImportError> {
    let start = lines.peek()?;
    if start.is_empty() {
        return Err(ImportError::Empty);
    }
    let is_utf16 = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    if is_utf16 || start.iter().take(4).any(|byte| *byte == 0) {
        return Err(ImportError::Utf16);
    }
    if start.starts_with(BYTE_ORDER_MARK) {
        lines.skip(BYTE_ORDER_MARK.len());
    }
    match lines.next_line()? {
        Line::End => return Err(ImportError::Empty),
        Line::TooLong { .. } => return Err(ImportError::UnknownKind),
        Line::Row { .. } => {}
    }
    let mut fields = Fields::default();
    fields
        .split(lines.bytes())
        .map_err(|_| ImportError::UnknownKind)?;
    read_header(&fields)
}

struct Reader<R: Read> {
    lines: Lines<R>,
    fields: Fields,
    columns: Columns,
    rejects: Vec<Reject>,
    rows: u64,
    last_line_open: bool,
}

/// The writer has given up; there is nobody to read for.
struct WriterGone;

impl<R: Read> Reader<R> {
    fn read_persons(&mut self, today: Day, writer: &Sender<Chunk>) -> Result<(), ImportError> {
        let mut gathering = Gathering::new();
        let (mut families, mut persons) = (Vec::new(), 0);
        while self.next_row(&PERSON_COLUMNS)? {
            let row = self.row(&PERSON_COLUMNS);
            let (ended, seated) = match person_row::read(&row, today) {
                Ok(row) => gathering.take(row),
                Err(reject) => (None, Err(reject)),
            };
            self.rejects.extend(seated.err());
            let Some(family): Option<Family> = ended else {
                continue;
            };
            persons += family.persons.len();
            families.push(family);
            if persons >= CHUNK_ROWS || self.rejects.len() >= CHUNK_REJECTS {
                persons = 0;
                let work = Work::Families(std::mem::take(&mut families));
                if self.send(work, writer).is_err() {
                    return Ok(());
                }
            }
        }
        families.extend(gathering.end());
        let _ = self.send(Work::Families(families), writer);
        Ok(())
    }

    fn read_answers(
        &mut self,
        names: &'static [&'static str],
        read: impl Fn(&Row<'_>, Day) -> Result<AnswerRow, Reject>,
        today: Day,
        writer: &Sender<Chunk>,
    ) -> Result<(), ImportError> {
        let mut gathering = AnswerGathering::default();
        let (mut persons, mut rows) = (Vec::new(), 0);
        while self.next_row(names)? {
            let row = self.row(names);
            let (ended, added) = match read(&row, today) {
                Ok(row) => gathering.take(row),
                Err(reject) => (None, Err(reject)),
            };
            self.rejects.extend(added.err());
            let Some(person): Option<PersonAnswers> = ended else {
                continue;
            };
            rows += person.rows.len();
            persons.push(person);
            if rows >= CHUNK_ROWS || self.rejects.len() >= CHUNK_REJECTS {
                rows = 0;
                let work = Work::Answers(std::mem::take(&mut persons));
                if self.send(work, writer).is_err() {
                    return Ok(());
                }
            }
        }
        persons.extend(gathering.end());
        let _ = self.send(Work::Answers(persons), writer);
        Ok(())
    }

    fn row(&self, names: &'static [&'static str]) -> Row<'_> {
        let line = self.lines.number();
        Row {
            line,
            columns: &self.columns,
            names,
            fields: &self.fields,
        }
    }

    /// Moves to the next row that can be split into the header's number of fields;
    /// false at the end of the file.
    fn next_row(&mut self, names: &'static [&'static str]) -> Result<bool, ImportError> {
        loop {
            let ended = match self.lines.next_line()? {
                Line::End => return Ok(false),
                Line::TooLong { bytes } => {
                    let field = self.longest_field(names);
                    self.reject(
                        field,
                        Reason::RowTooLong {
                            bytes,
                            bytes_max: ROW_BYTES_MAX,
                        },
                    );
                    continue;
                }
                Line::Row { ended } => ended,
            };
            self.last_line_open = !ended;
            if self.lines.bytes().is_empty() {
                continue;
            }
            self.rows += 1;
            let split = self.fields.split(self.lines.bytes());
            match split.map_err(unsplit).and_then(|()| self.check_width()) {
                Ok(()) => return Ok(true),
                Err(reason) => self.reject("", reason),
            }
        }
    }
}

fn unsplit(why: Unsplit) -> Reason {
    match why {
        Unsplit::QuoteNotClosed => Reason::QuoteNotClosed,
        Unsplit::TextAfterQuote => Reason::TextAfterQuote,
        Unsplit::TooManyFields => Reason::TooManyFields {
            fields_max: FIELDS_MAX,
        },
    }
}

impl<R: Read> Reader<R> {
    /// Where in an overlong row its bytes went: the field in which the kept part ends.
    fn longest_field(&mut self, names: &'static [&'static str]) -> &'static str {
        let Some(place) = self.lines.overlong_field() else {
            return "";
        };
        let column = self.columns.at.iter().position(|at| *at == place);
        column.map_or("", |column| names[column])
    }

    fn check_width(&self) -> Result<(), Reason> {
        let (fields, expected) = (self.fields.len(), self.columns.width);
        if fields == expected {
            return Ok(());
        }
        Err(Reason::WrongFieldCount {
            fields,
            expected,
            last_line: self.last_line_open,
        })
    }

    fn reject(&mut self, field: &'static str, reason: Reason) {
        self.rejects.push(Reject {
            line: self.lines.number(),
            field,
            reason,
        });
    }

    fn send(&mut self, work: Work, writer: &Sender<Chunk>) -> Result<(), WriterGone> {
        let chunk = Chunk {
            work,
            rejects: std::mem::take(&mut self.rejects),
            bytes: self.lines.bytes_read(),
            rows: self.rows,
        };
        writer.blocking_send(chunk).map_err(|_| WriterGone)
    }
}
