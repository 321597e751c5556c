//! From bytes of a partner to facts we dare to keep.
//!
//! A partner may be wrong or hostile: the frame must answer our own question, each
//! part must speak of a person we asked about, each value must be possible. A bad
//! frame refuses the whole answer, a bad part only itself. What was refused stays
//! unknown; it never becomes "nothing held".

use crate::parts;
use crate::wire::{AnswerJson, PartJson, Question};
use kernel::{Day, FactBody, Instant, Pinfl, Source, Zone};
use registry::civil::CivilAnswer;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

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
    AnotherRequest { found: Uuid },
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
    Impossible { field: &'static str, found: i64 },
    #[error("{field} is not one of the agreed words")]
    UnknownWord { field: &'static str },
    #[error("{field} is longer than {bytes_max} bytes or holds control characters")]
    BadText {
        field: &'static str,
        bytes_max: usize,
    },
    #[error("{field} holds {rows} rows, at most {rows_max} are read")]
    TooManyRows {
        field: &'static str,
        rows: usize,
        rows_max: usize,
    },
    #[error("sex or birth date differ from the PINFL")]
    DiffersFromPinfl,
    #[error("{0}")]
    Body(String),
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
    agency: Source,
    valid_days: i32,
    request: Uuid,
    received_at: Instant,
    question: &Question<'_>,
    body: &[u8],
) -> Result<Read, AnswerRefusal> {
    let frame: AnswerJson<'_> = serde_json::from_slice(body).map_err(|e| not_the_format(&e))?;
    let latest = question
        .as_of
        .max(received_at.day(Zone::utc()).plus_days(1));
    check_frame(agency, valid_days, request, question, latest, &frame)?;
    let asked: HashSet<Pinfl> = question.persons.iter().copied().collect();
    let mut spoken: HashMap<Pinfl, usize> = HashMap::with_capacity(asked.len());
    let mut read = Read {
        as_of: frame.as_of,
        ..Read::default()
    };
    for raw in &frame.answers {
        let part: PartJson = match serde_json::from_str(raw.get()) {
            Ok(part) => part,
            Err(error) => {
                read.refused.push((None, not_the_format(&error)));
                continue;
            }
        };
        if !asked.contains(&part.pinfl) {
            read.refused.push((None, AnswerRefusal::NotAsked));
            continue;
        }
        *spoken.entry(part.pinfl).or_default() += 1;
        match read_part(agency, received_at, question, &part, raw.get()) {
            Ok(said) => read.said.push((part.pinfl, said)),
            Err(refusal) => read.refused.push((Some(part.pinfl), refusal)),
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
    agency: Source,
    valid_days: i32,
    request: Uuid,
    question: &Question<'_>,
    latest: Day,
    frame: &AnswerJson<'_>,
) -> Result<(), AnswerRefusal> {
    if frame.request_id != request {
        return Err(AnswerRefusal::AnotherRequest {
            found: frame.request_id,
        });
    }
    if frame.agency != agency.name() {
        return Err(AnswerRefusal::AnotherAgency);
    }
    let (found, asked) = (frame.as_of, question.as_of);
    if found > latest {
        return Err(AnswerRefusal::FromTheFuture { found, latest });
    }
    if asked.days_since(found) >= i64::from(valid_days) {
        return Err(AnswerRefusal::TooOld {
            found,
            asked,
            days_max: valid_days,
        });
    }
    let (parts, persons) = (frame.answers.len(), question.persons.len());
    if parts > persons * 2 {
        return Err(AnswerRefusal::TooManyParts { parts, persons });
    }
    Ok(())
}

fn read_part(
    agency: Source,
    received_at: Instant,
    question: &Question<'_>,
    part: &PartJson,
    raw: &str,
) -> Result<Said, AnswerRefusal> {
    match (part.pending, part.found) {
        (Some(true), _) => pending(received_at, part.ready_at),
        (_, Some(true)) => parts::found(agency, question, part.pinfl, raw),
        (_, Some(false)) if agency == Source::CivilRegistry => Ok(Said::NotFound),
        (_, Some(false)) => Ok(Said::Facts {
            found: false,
            bodies: parts::nothing(agency),
        }),
        (_, None) => Err(AnswerRefusal::NeitherFoundNorPending),
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
