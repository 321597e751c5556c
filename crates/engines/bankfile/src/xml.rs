//! XML as a walk over elements, with every limit in one place. Only what the messages need:
//! elements, their texts and the currency of a sum.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::fault::{Fault, Problem};
use crate::limits::{DEPTH_MAX, FIELD_CHARS_MAX, FILE_BYTES_MAX, PIECE_BYTES_MAX};

/// What stands before the name of a message in its name space.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:";

/// Counts lines and bytes, and ends a piece that does not end by itself before the XML reader
/// has it all in memory.
pub(crate) struct Guarded<R> {
    inner: R,
    lines: u64,
    bytes: u64,
    piece: usize,
    overrun: Option<Problem>,
}

impl<R: BufRead> Guarded<R> {
    pub(crate) fn new(inner: R) -> Guarded<R> {
        Guarded {
            inner,
            lines: 1,
            bytes: 0,
            piece: 0,
            overrun: None,
        }
    }

    pub(crate) fn line(&self) -> u64 {
        self.lines
    }

    /// Here begins the next piece.
    pub(crate) fn mark(&mut self) {
        self.piece = 0;
    }

    /// What an error of the reading was.
    pub(crate) fn problem(&mut self, error: &dyn std::fmt::Display) -> Problem {
        let unreadable = || Problem::Unreadable(error.to_string());
        self.overrun.take().unwrap_or_else(unreadable)
    }
}

impl<R: BufRead> Read for Guarded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let found = self.fill_buf()?;
        let taken = found.len().min(into.len());
        into[..taken].copy_from_slice(&found[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl<R: BufRead> BufRead for Guarded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let overrun = match () {
            () if self.bytes > FILE_BYTES_MAX => Some(Problem::FileTooLarge),
            () if self.piece > PIECE_BYTES_MAX => Some(Problem::PieceTooLarge),
            () => None,
        };
        if overrun.is_some() {
            self.overrun = overrun;
            return Err(io::Error::other("over a limit"));
        }
        let found = self.inner.fill_buf()?;
        // No more at once than may still come, or a piece would be over its limit unseen.
        let room = PIECE_BYTES_MAX + 1 - self.piece;
        Ok(&found[..found.len().min(room)])
    }

    fn consume(&mut self, taken: usize) {
        if taken > 0
            && let Ok(found) = self.inner.fill_buf()
        {
            let lines = found.iter().take(taken).filter(|byte| **byte == b'\n');
            self.lines += lines.count() as u64;
        }
        self.bytes += taken as u64;
        self.piece += taken;
        self.inner.consume(taken);
    }
}

/// A step of the walk. The path is that of the element which was opened or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Opened,
    /// An element with a text and no elements in it.
    Field,
    Closed,
    End,
}

pub(crate) struct Xml<R> {
    reader: Reader<Guarded<R>>,
    buffer: Vec<u8>,
    /// Local names from the root, with `/` between them.
    path: String,
    /// Where each name begins in the path.
    starts: Vec<usize>,
    text: String,
    currency: Option<String>,
    /// The element at the end of the path is closed: it goes with the next step.
    leave: bool,
    /// Nothing but text came since the last element was opened.
    is_field: bool,
    /// The message, from the name space of the root.
    message: Option<String>,
    seen_root: bool,
}

impl<R: BufRead> Xml<R> {
    pub(crate) fn new(input: Guarded<R>) -> Xml<R> {
        let mut reader = Reader::from_reader(input);
        reader.config_mut().expand_empty_elements = true;
        Xml {
            reader,
            buffer: Vec::new(),
            path: String::new(),
            starts: Vec::new(),
            text: String::new(),
            currency: None,
            leave: false,
            is_field: false,
            message: None,
            seen_root: false,
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Of the field that was just closed.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    pub(crate) fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// `pain.002.001.10`, once the root is open.
    pub(crate) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    pub(crate) fn line(&mut self) -> u64 {
        self.reader.get_mut().line()
    }

    pub(crate) fn fault(&mut self, problem: Problem) -> Fault {
        let field = match self.path.is_empty() {
            true => "the file".to_owned(),
            false => self.path.clone(),
        };
        Fault {
            line: self.line(),
            field,
            problem,
        }
    }

    pub(crate) fn step(&mut self) -> Result<Step, Fault> {
        if std::mem::take(&mut self.leave) {
            let start = self.starts.pop().unwrap_or_default();
            self.path.truncate(start.saturating_sub(1));
        }
        loop {
            if let Some(step) = self.event()? {
                return Ok(step);
            }
        }
    }

    fn event(&mut self) -> Result<Option<Step>, Fault> {
        self.reader.get_mut().mark();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let read = self.reader.read_event_into(&mut buffer);
        let done = match read {
            Ok(event) => self.take(event),
            Err(quick_xml::Error::Io(error)) => Err(self.reader.get_mut().problem(&error)),
            Err(quick_xml::Error::Encoding(_)) => Err(Problem::Encoding),
            Err(error) => Err(Problem::broken(error)),
        };
        self.buffer = buffer;
        done.map_err(|problem| self.fault(problem))
    }

    fn take(&mut self, event: Event<'_>) -> Result<Option<Step>, Problem> {
        match event {
            Event::Start(start) => self.open(&start).map(Some),
            Event::End(_) => {
                self.leave = true;
                let is_field = std::mem::take(&mut self.is_field);
                Ok(Some(if is_field { Step::Field } else { Step::Closed }))
            }
            Event::Text(text) => self.add(&text.xml10_content()),
            Event::CData(text) => self.add(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let letter = resolve(&reference)?;
                self.add(letter.encode_utf8(&mut [0; 4]))
            }
            Event::Decl(declaration) => match declaration.encoding() {
                Some(Ok(name)) if !name.eq_ignore_ascii_case("utf-8") => Err(Problem::Encoding),
                _ => Ok(None),
            },
            Event::DocType(_) => Err(Problem::Doctype),
            Event::Comment(_) | Event::PI(_) => Ok(None),
            Event::Eof if !self.starts.is_empty() => Err(Problem::CutOff),
            Event::Eof if !self.seen_root => Err(Problem::NotABankFile),
            Event::Eof => Ok(Some(Step::End)),
            // The configuration turns these into a start and an end.
            Event::Empty(_) => Ok(None),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<Step, Problem> {
        if self.starts.len() == DEPTH_MAX {
            return Err(Problem::TooDeep);
        }
        if self.starts.is_empty() {
            self.open_root(start)?;
        }
        let name = start.name().0;
        let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.starts.push(self.path.len());
        self.path.push_str(local);
        self.text.clear();
        self.is_field = true;
        self.currency = match start.try_get_attribute("Ccy") {
            Ok(found) => found.map(|attribute| attribute.value.chars().take(3).collect()),
            Err(error) => return Err(Problem::broken(error)),
        };
        Ok(Step::Opened)
    }

    fn open_root(&mut self, start: &BytesStart<'_>) -> Result<(), Problem> {
        if std::mem::replace(&mut self.seen_root, true) {
            return Err(Problem::broken("a second root element"));
        }
        for attribute in start.attributes() {
            let attribute = attribute.map_err(Problem::broken)?;
            if attribute.key.as_namespace_binding().is_some()
                && let Some(message) = attribute.value.strip_prefix(NAMESPACE)
            {
                self.message = Some(message.chars().take(35).collect());
            }
        }
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<Option<Step>, Problem> {
        if self.starts.is_empty() {
            return match text.trim_start_matches('\u{feff}').trim().is_empty() {
                true => Ok(None),
                false => Err(Problem::broken("a text outside of the root element")),
            };
        }
        if self.text.len() + text.len() > FIELD_CHARS_MAX {
            return Err(Problem::FieldTooLong);
        }
        self.text.push_str(text);
        Ok(None)
    }
}

/// A character by its number, or one of the five that XML itself knows.
fn resolve(reference: &BytesRef<'_>) -> Result<char, Problem> {
    if let Some(letter) = reference.resolve_char_ref().map_err(Problem::broken)? {
        return Ok(letter);
    }
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(Problem::Entity),
    }
}
