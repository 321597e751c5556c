//! From bytes of a partner to facts we dare to keep.
//!
//! A partner may be wrong or hostile: the frame must answer our own question, each
//! part must speak of a person we asked about, each value must be possible. A bad
//! frame refuses the whole answer, a bad part only itself. What was refused stays
//! unknown; it never becomes "nothing held".

use crate::civil;
use crate::connector::Connector;
use crate::dci::json;
use crate::dci::signature::Forged;
use crate::dialect::{Dialect, Frame, Part, Reply, Told};
use crate::wire::Question;
use kernel::{Day, FactBody, Instant, Pinfl, Source, Zone};
use registry::civil::CivilAnswer;
use std::collections::{HashMap, HashSet};

/// A partner may promise an answer this far ahead, not further.
const READY_DAYS_MAX: i64 = 60;
const DAY_S: i64 = 86_400;

/// Why an answer, or one person's part of it, is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefusal {
    #[error("not the JSON that was agreed (line {line}, column {column}): {category}")]
    NotTheFormat {
        category: &'static str,
        line: usize,
        column: usize,
    },
    #[error("answers another request ({found})")]
    AnotherRequest { found: String },
    #[error("came through no security server: it has no X-Road-Id and X-Road-Request-Hash")]
    NoStamp,
    #[error(transparent)]
    Forged(Forged),
    #[error("its signature cannot be checked: the agency's keys are not where its file says")]
    NoKeys,
    #[error("{}", if *.agreed { "is plain, and encrypted messages are agreed" } else { "is encrypted, which is not agreed" })]
    Encryption { agreed: bool },
    #[error("cannot be opened with our keys: it is encrypted to another or changed on its way")]
    NotOpened,
    #[error("is addressed to somebody else")]
    ToAnother,
    #[error("was sent at {found}, not now")]
    NotOfNow { found: Instant },
    #[error("signed by another agency")]
    AnotherAgency,
    #[error("speaks for {found}, a day still to come ({latest} is the latest possible)")]
    FromTheFuture { found: Day, latest: Day },
    #[error("speaks for {found}, {days_max} days or more before {asked}")]
    TooOld {
        found: Day,
        asked: Day,
        days_max: i32,
    },
    #[error("{parts} parts, {persons} persons were asked about")]
    TooManyParts { parts: usize, persons: usize },
    #[error("speaks of a person who was not asked about")]
    NotAsked,
    #[error("speaks twice of one person")]
    Twice,
    #[error("says neither found nor pending")]
    NeitherFoundNorPending,
    #[error("promises an answer at {ready_at}, more than {days_max} days ahead")]
    PromisesTooLate { ready_at: Instant, days_max: i64 },
    #[error("{field} is {found}, outside what is possible")]
    Impossible { field: String, found: i64 },
    #[error("{field} is not one of the agreed words")]
    UnknownWord { field: String },
    #[error("{field} is longer than {bytes_max} bytes or holds control characters")]
    BadText { field: String, bytes_max: usize },
    #[error("{field} is not {expected}")]
    AnotherType {
        field: String,
        expected: &'static str,
    },
    #[error("{field} holds {rows} rows, at most {rows_max} are read")]
    TooManyRows {
        field: String,
        rows: usize,
        rows_max: usize,
    },
    #[error("sex or birth date differ from the PINFL")]
    DiffersFromPinfl,
    #[error("{0}")]
    Body(String),
}

impl AnswerRefusal {
    /// The code of the security event that this is: somebody may stand between us and the agency, or
    /// speak in its name. `None` for what an honest agency gets wrong.
    pub fn security_code(&self) -> Option<&'static str> {
        Some(match self {
            AnswerRefusal::Forged(Forged::Missing) => "err.signature.missing",
            AnswerRefusal::Forged(_) => "err.signature.invalid",
            AnswerRefusal::NoStamp => "answer.no_stamp",
            AnswerRefusal::AnotherRequest { .. } => "answer.another_request",
            AnswerRefusal::ToAnother => "answer.to_another",
            AnswerRefusal::NotOfNow { .. } => "answer.not_of_now",
            AnswerRefusal::AnotherAgency => "answer.another_agency",
            AnswerRefusal::NotAsked => "answer.not_asked",
            _ => return None,
        })
    }
}

/// What an agency said of one person.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Found or not: the facts it holds, none of them unknown.
    Facts {
        found: bool,
        bodies: Vec<(u16, FactBody)>,
    },
    Civil(Box<CivilAnswer>),
    /// The civil registry does not know the number.
    NotFound,
    Pending {
        ready_at: Instant,
    },
}

/// A whole answer, read.
#[derive(Debug, Default)]
pub struct Read {
    pub as_of: Day,
    pub said: Vec<(Pinfl, Said)>,
    /// Parts not believed; with the person when the part named one we asked about.
    pub refused: Vec<(Option<Pinfl>, AnswerRefusal)>,
    /// Persons the answer passed over.
    pub missing: Vec<Pinfl>,
}

/// Reads an answer against its question. `Err` refuses all of it.
pub fn read(
    connector: &Connector,
    question: &Question<'_>,
    reply: &Reply<'_>,
) -> Result<Read, AnswerRefusal> {
    let frame = Dialect::frame(connector, reply, question)?;
    read_frame(connector, question, (&frame, reply.received_at))
}

/// The same of a frame that was opened already.
pub(crate) fn read_frame(
    connector: &Connector,
    question: &Question<'_>,
    (frame, received_at): (&Frame<'_>, Instant),
) -> Result<Read, AnswerRefusal> {
    check_frame(connector, question, received_at, frame)?;
    let asked: HashSet<Pinfl> = question.persons.iter().copied().collect();
    let mut spoken: HashMap<Pinfl, usize> = HashMap::with_capacity(asked.len());
    let mut read = Read {
        as_of: frame.as_of,
        ..Read::default()
    };
    for part in &frame.parts {
        let (person, told) = match part {
            Part::About { person, told } => (*person, told),
            Part::Unreadable(refusal) => {
                read.refused.push((None, refusal.clone()));
                continue;
            }
        };
        if !asked.contains(&person) {
            read.refused.push((None, AnswerRefusal::NotAsked));
            continue;
        }
        *spoken.entry(person).or_default() += 1;
        match said(connector, received_at, question, (person, told)) {
            Ok(said) => read.said.push((person, said)),
            Err(refusal) => read.refused.push((Some(person), refusal)),
        }
    }
    refuse_twice_spoken(&mut read, &spoken);
    // A part that could not be ascribed counts as silence about those passed over.
    read.missing = question
        .persons
        .iter()
        .filter(|p| !spoken.contains_key(p))
        .copied()
        .collect();
    Ok(read)
}

fn check_frame(
    connector: &Connector,
    question: &Question<'_>,
    received_at: Instant,
    frame: &Frame<'_>,
) -> Result<(), AnswerRefusal> {
    let (found, asked) = (frame.as_of, question.as_of);
    let latest = asked.max(received_at.day(Zone::utc()).plus_days(1));
    if found > latest {
        return Err(AnswerRefusal::FromTheFuture { found, latest });
    }
    let days_max = connector.valid_days;
    if asked.days_since(found) >= i64::from(days_max) {
        return Err(AnswerRefusal::TooOld {
            found,
            asked,
            days_max,
        });
    }
    let (parts, persons) = (frame.parts.len(), question.persons.len());
    if parts > persons * 2 {
        return Err(AnswerRefusal::TooManyParts { parts, persons });
    }
    Ok(())
}

fn said(
    connector: &Connector,
    received_at: Instant,
    question: &Question<'_>,
    (person, told): (Pinfl, &Told<'_>),
) -> Result<Said, AnswerRefusal> {
    let is_civil = connector.agency == Source::CivilRegistry;
    match told {
        Told::Pending { ready_at } => pending(received_at, *ready_at),
        Told::Found(part) if is_civil => civil::found(connector, question, (person, part)),
        Told::Found(part) => {
            let part = json::read_str(part).map_err(|error| not_the_format(&error))?;
            connector.mapping.found(question, &part)
        }
        Told::Nothing if is_civil => Ok(Said::NotFound),
        Told::Nothing => Ok(connector.mapping.nothing()),
        Told::Neither => Err(AnswerRefusal::NeitherFoundNorPending),
        Told::Refused(refusal) => Err(refusal.clone()),
    }
}

fn pending(received_at: Instant, ready_at: Option<Instant>) -> Result<Said, AnswerRefusal> {
    let ready_at = ready_at.unwrap_or(received_at.plus_seconds(DAY_S));
    if ready_at > received_at.plus_seconds(READY_DAYS_MAX * DAY_S) {
        return Err(AnswerRefusal::PromisesTooLate {
            ready_at,
            days_max: READY_DAYS_MAX,
        });
    }
    Ok(Said::Pending {
        ready_at: ready_at.max(received_at),
    })
}

/// Which of two parts is true cannot be known, so neither is believed.
fn refuse_twice_spoken(read: &mut Read, spoken: &HashMap<Pinfl, usize>) {
    let twice: HashSet<Pinfl> = spoken
        .iter()
        .filter(|(_, times)| **times > 1)
        .map(|(pinfl, _)| *pinfl)
        .collect();
    if twice.is_empty() {
        return;
    }
    read.said.retain(|(pinfl, _)| !twice.contains(pinfl));
    read.refused.extend(
        twice
            .iter()
            .map(|pinfl| (Some(*pinfl), AnswerRefusal::Twice)),
    );
}

/// The text of serde's error may repeat what the partner sent, so only its place is kept.
pub(crate) fn not_the_format(error: &serde_json::Error) -> AnswerRefusal {
    use serde_json::error::Category;
    let category = match error.classify() {
        Category::Syntax => "not JSON",
        Category::Eof => "cut short",
        Category::Data => "a field is missing, repeated or of another type",
        Category::Io => "unreadable",
    };
    AnswerRefusal::NotTheFormat {
        category,
        line: error.line(),
        column: error.column(),
    }
}
