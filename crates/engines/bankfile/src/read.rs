//! A bank's file, whatever its format: known by what stands in it, never by its name.

use std::collections::VecDeque;
use std::io::BufRead;

use kernel::{Instant, Zone};

use crate::fault::{Fault, Problem};
use crate::item::{Head, Item, Kind};
use crate::limits::ITEMS_MAX;
use crate::value::{id, instant};
use crate::xml::{Guarded, Step, Xml};
use crate::{camt, mt940, pacs004, pain002};

/// Gives out what a file says, one [`Item`] after the other.
pub struct BankFile<R> {
    source: Source<R>,
    waiting: VecDeque<Item>,
    head: Head,
    given: u64,
}

enum Source<R> {
    Xml {
        xml: Box<Xml<R>>,
        message: Box<Message>,
    },
    Mt940(Box<mt940::Reading<R>>),
}

enum Message {
    Pain002(pain002::Reading),
    Camt(camt::Reading),
    Pacs004(pacs004::Reading),
}

/// The header that every message of ISO 20022 has.
#[derive(Default)]
pub(crate) struct Heading {
    message: Option<String>,
    made_at: Option<Instant>,
}

impl Heading {
    pub(crate) fn field(&mut self, path: &str, text: &str, zone: Zone) -> Result<(), Problem> {
        match path {
            "GrpHdr/MsgId" => self.message = Some(id(text)?),
            "GrpHdr/CreDtTm" => self.made_at = Some(instant(text, zone)?),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn head(&self, kind: Kind) -> Result<Head, Problem> {
        let message = self.message.clone().ok_or(Problem::Missing("MsgId"))?;
        let made_at = self.made_at.ok_or(Problem::Missing("CreDtTm"))?;
        Ok(Head {
            kind,
            message: Some(message),
            made_at: Some(made_at),
        })
    }
}

impl<R> std::fmt::Debug for BankFile<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BankFile")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

impl<R: BufRead> BankFile<R> {
    /// Reads as far as the header. `zone`: of a time that comes without one.
    pub fn open(input: R, zone: Zone) -> Result<BankFile<R>, Fault> {
        let mut input = Guarded::new(input);
        let first = first_letter(&mut input)?;
        if first != Some(b'<') && first != Some(0xef) {
            let source = Box::new(mt940::Reading::open(input)?);
            let head = Head {
                kind: Kind::Mt940,
                message: None,
                made_at: None,
            };
            return Ok(BankFile::new(Source::Mt940(source), head, VecDeque::new()));
        }
        let mut xml = Xml::new(input);
        let mut message = message(&mut xml, zone)?;
        // The header comes first; a file that has it later loses nothing.
        let mut waiting = VecDeque::new();
        loop {
            let step = walk(&mut xml, &mut message, &mut waiting)?;
            if waiting.len() as u64 > ITEMS_MAX {
                return Err(xml.fault(Problem::TooManyItems));
            }
            match step {
                Step::End => return Err(xml.fault(Problem::Missing("GrpHdr"))),
                Step::Closed if inside(xml.path()) == "GrpHdr" => break,
                _ => {}
            }
        }
        let head = message.head().map_err(|problem| xml.fault(problem))?;
        let (xml, message) = (Box::new(xml), Box::new(message));
        Ok(BankFile::new(Source::Xml { xml, message }, head, waiting))
    }

    fn new(source: Source<R>, head: Head, waiting: VecDeque<Item>) -> BankFile<R> {
        BankFile {
            source,
            waiting,
            head,
            given: 0,
        }
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The next thing said, or `None` at the file's own end.
    pub fn next_item(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            if let Some(item) = self.waiting.pop_front() {
                self.given += 1;
                return match self.given > ITEMS_MAX {
                    true => Err(self.fault(Problem::TooManyItems)),
                    false => Ok(Some(item)),
                };
            }
            let ended = match &mut self.source {
                Source::Mt940(reading) => reading.read(&mut self.waiting)?,
                Source::Xml { xml, message } => walk(xml, message, &mut self.waiting)? == Step::End,
            };
            if ended && self.waiting.is_empty() {
                return Ok(None);
            }
        }
    }

    fn fault(&mut self, problem: Problem) -> Fault {
        match &mut self.source {
            Source::Xml { xml, .. } => xml.fault(problem),
            Source::Mt940(reading) => reading.fault("the file", problem),
        }
    }
}

/// The first letter that is not white; lines that are all white are skipped, and counted.
fn first_letter<R: BufRead>(input: &mut Guarded<R>) -> Result<Option<u8>, Fault> {
    loop {
        input.mark();
        let found = match input.fill_buf() {
            Ok(found) => found,
            Err(error) => {
                let problem = input.problem(&error);
                return Err(Fault {
                    line: input.line(),
                    field: "the file".to_owned(),
                    problem,
                });
            }
        };
        let white = found.iter().take_while(|byte| byte.is_ascii_whitespace());
        let (white, all) = (white.count(), found.len());
        let first = found.get(white).copied();
        input.consume(white);
        if first.is_some() || all == 0 {
            return Ok(first);
        }
    }
}

/// Opens the root, whose name space says which message it is.
fn message<R: BufRead>(xml: &mut Xml<R>, zone: Zone) -> Result<Message, Fault> {
    while xml.step()? != Step::Opened {}
    let name = xml.message().unwrap_or_default().to_owned();
    // pain.002.001.10: family, message, variant, version.
    let parts: Vec<&str> = name.split('.').collect();
    let message = match parts[..] {
        ["pain", "002", _, _] => Message::Pain002(pain002::Reading::new(zone)),
        ["camt", "053", _, _] => Message::Camt(camt::Reading::new(Kind::Camt053, zone)),
        ["camt", "054", _, _] => Message::Camt(camt::Reading::new(Kind::Camt054, zone)),
        ["pacs", "004", _, _] => Message::Pacs004(pacs004::Reading::new(zone)),
        _ => {
            let name = match name.is_empty() {
                true => "of no name space of ISO 20022".to_owned(),
                false => name,
            };
            return Err(xml.fault(Problem::UnknownMessage(name)));
        }
    };
    Ok(message)
}

/// One step, and what it makes the message say.
fn walk<R: BufRead>(
    xml: &mut Xml<R>,
    message: &mut Message,
    out: &mut VecDeque<Item>,
) -> Result<Step, Fault> {
    let step = xml.step()?;
    let mut said = Vec::new();
    let path = inside(xml.path());
    let done = match step {
        Step::Opened => message.opened(path, &mut said),
        Step::Field => message
            .field(path, xml.text(), xml.currency())
            .and_then(|()| message.closed(path, &mut said)),
        Step::Closed => message.closed(path, &mut said),
        Step::End => message.end(),
    };
    done.map_err(|problem| xml.fault(problem))?;
    out.extend(said);
    Ok(step)
}

/// The path below `Document` and the message's own element.
fn inside(path: &str) -> &str {
    path.splitn(3, '/').nth(2).unwrap_or_default()
}

impl Message {
    fn head(&self) -> Result<Head, Problem> {
        match self {
            Message::Pain002(reading) => reading.head(),
            Message::Camt(reading) => reading.head(),
            Message::Pacs004(reading) => reading.head(),
        }
    }

    fn opened(&mut self, path: &str, out: &mut Vec<Item>) -> Result<(), Problem> {
        match self {
            Message::Pain002(reading) => reading.opened(path),
            Message::Camt(reading) => reading.opened(path, out)?,
            Message::Pacs004(reading) => reading.opened(path),
        }
        Ok(())
    }

    fn field(&mut self, path: &str, text: &str, currency: Option<&str>) -> Result<(), Problem> {
        match self {
            Message::Pain002(reading) => reading.field(path, text, currency),
            Message::Camt(reading) => reading.field(path, text, currency),
            Message::Pacs004(reading) => reading.field(path, text, currency),
        }
    }

    fn closed(&mut self, path: &str, out: &mut Vec<Item>) -> Result<(), Problem> {
        match self {
            Message::Pain002(reading) => reading.closed(path, out),
            Message::Camt(reading) => reading.closed(path, out),
            Message::Pacs004(reading) => reading.closed(path, out),
        }
    }

    fn end(&self) -> Result<(), Problem> {
        match self {
            Message::Pacs004(reading) => reading.end(),
            Message::Pain002(_) | Message::Camt(_) => Ok(()),
        }
    }
}
