//! A question, those it is about, and how far each has come; and how they lie in their tables.

use kernel::{Day, Instant, Month, Pinfl, Source};
use store::{Fault, Result};
use uuid::Uuid;

/// How far a question has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Kept,
    Sent,
    Ended,
}

impl State {
    const ALL: [State; 3] = [State::Kept, State::Sent, State::Ended];

    pub fn word(self) -> &'static str {
        match self {
            State::Kept => "kept",
            State::Sent => "sent",
            State::Ended => "ended",
        }
    }
}

/// What became of the question about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    Awaited,
    Told,
    /// The civil registry does not know the number.
    Nothing,
    Refused,
    GivenUp,
}

impl Became {
    const ALL: [Became; 5] = [
        Became::Awaited,
        Became::Told,
        Became::Nothing,
        Became::Refused,
        Became::GivenUp,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Became::Awaited => "awaited",
            Became::Told => "told",
            Became::Nothing => "nothing",
            Became::Refused => "refused",
            Became::GivenUp => "given_up",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Awaited {
    pub id: Uuid,
    pub agency: Source,
    pub as_of: Day,
    pub window: (Month, Month),
    pub legal_basis: String,
    pub consent: Option<String>,
    pub issue: Option<String>,
    pub asked_at: Instant,
    pub deadline: Instant,
    pub prolonged: i64,
    pub state: State,
    pub sent_at: Option<Instant>,
    pub correlation: Option<String>,
}

/// What was told last of a person: of two messages the later one holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub as_of: Day,
    pub sent_at: Instant,
    pub sha256: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub place: i64,
    pub pinfl: Pinfl,
    pub became: Became,
    pub reason: Option<String>,
    pub told: Option<Told>,
}

/// A question about a person that may spare us another one.
#[derive(Debug, Clone, PartialEq)]
pub struct UnderWay {
    pub pinfl: Pinfl,
    pub question: Uuid,
    pub became: Became,
    pub settled_at: Option<Instant>,
    pub reason: Option<String>,
    pub as_of: Day,
    pub window: (Month, Month),
    pub consent: Option<String>,
    pub deadline: Instant,
}

#[derive(sqlx::FromRow)]
pub(super) struct QuestionRow {
    id: Uuid,
    agency: i64,
    as_of: i64,
    window_from: i64,
    window_to: i64,
    legal_basis: String,
    consent: Option<String>,
    issue: Option<String>,
    asked_at: i64,
    deadline: i64,
    prolonged: i64,
    state: String,
    sent_at: Option<i64>,
    correlation: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct AboutRow {
    place: i64,
    pinfl: String,
    state: String,
    reason: Option<String>,
    told_as_of: Option<i64>,
    told_at: Option<i64>,
    told_sha256: Option<Vec<u8>>,
}

#[derive(sqlx::FromRow)]
pub(super) struct UnderWayRow {
    pinfl: String,
    question: Uuid,
    state: String,
    settled_at: Option<i64>,
    reason: Option<String>,
    as_of: i64,
    window_from: i64,
    window_to: i64,
    consent: Option<String>,
    deadline: i64,
}

fn damaged(what: impl ToString) -> Fault {
    Fault::Stored {
        what: "awaited question",
        reason: what.to_string(),
    }
}

fn small(stored: i64) -> Result<i32> {
    i32::try_from(stored).map_err(damaged)
}

fn became(word: &str) -> Result<Became> {
    let found = Became::ALL.into_iter().find(|one| one.word() == word);
    found.ok_or_else(|| damaged(word))
}

fn pinfl(text: &str) -> Result<Pinfl> {
    Pinfl::parse(text).map_err(damaged)
}

impl QuestionRow {
    pub fn into_question(self) -> Result<Awaited> {
        let agency = u8::try_from(self.agency).ok().and_then(Source::from_code);
        let state = State::ALL.into_iter().find(|one| one.word() == self.state);
        Ok(Awaited {
            id: self.id,
            agency: agency.ok_or_else(|| damaged(self.agency))?,
            as_of: Day(small(self.as_of)?),
            window: (
                Month(small(self.window_from)?),
                Month(small(self.window_to)?),
            ),
            legal_basis: self.legal_basis,
            consent: self.consent,
            issue: self.issue,
            asked_at: Instant(self.asked_at),
            deadline: Instant(self.deadline),
            prolonged: self.prolonged,
            state: state.ok_or_else(|| damaged(&self.state))?,
            sent_at: self.sent_at.map(Instant),
            correlation: self.correlation,
        })
    }
}

impl AboutRow {
    pub fn into_about(self) -> Result<About> {
        let told = match (self.told_as_of, self.told_at, self.told_sha256) {
            (Some(as_of), Some(sent_at), Some(sha256)) => Some(Told {
                as_of: Day(small(as_of)?),
                sent_at: Instant(sent_at),
                sha256,
            }),
            _ => None,
        };
        Ok(About {
            place: self.place,
            pinfl: pinfl(&self.pinfl)?,
            became: became(&self.state)?,
            reason: self.reason,
            told,
        })
    }
}

impl UnderWayRow {
    pub fn into_under_way(self) -> Result<UnderWay> {
        Ok(UnderWay {
            pinfl: pinfl(&self.pinfl)?,
            question: self.question,
            became: became(&self.state)?,
            settled_at: self.settled_at.map(Instant),
            reason: self.reason,
            as_of: Day(small(self.as_of)?),
            window: (
                Month(small(self.window_from)?),
                Month(small(self.window_to)?),
            ),
            consent: self.consent,
            deadline: Instant(self.deadline),
        })
    }
}
