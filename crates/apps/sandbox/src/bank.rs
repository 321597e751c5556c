//! The banks: take a statement, book each payment at most once, answer line by
//! line, and show their own book.
//!
//! A payment that was credited is never credited again, in whatever statement it
//! comes; its answer repeats the first booking. A payment that was returned may
//! be tried again. Sequence numbers begin at 1 and have no gaps.

use std::collections::{BTreeMap, HashMap};

use kernel::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::wire_time;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub statement_id: String,
    pub order_id: String,
    pub run_id: String,
    pub month: String,
    pub count: u64,
    pub total_minor: i64,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub payment_id: Uuid,
    pub account: Box<str>,
    pub amount_minor: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookOutcome {
    Credited,
    Returned,
}

/// Why money came back (ISO 20022 codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReturnReason {
    /// Wrong account.
    AC01,
    /// The account is closed.
    AC04,
    /// The payee has died.
    MD07,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    pub payment_id: Uuid,
    pub account: Box<str>,
    pub amount_minor: i64,
    pub outcome: BookOutcome,
    pub reason: Option<ReturnReason>,
    #[serde(serialize_with = "wire_time::write")]
    pub at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementRefusal {
    Count {
        count: u64,
        lines: usize,
    },
    Total {
        total_minor: i64,
        lines_minor: i128,
    },
    Negative {
        payment_id: Uuid,
        amount_minor: i64,
    },
    /// The id stands for another statement.
    Conflict {
        statement_id: String,
    },
}

impl std::fmt::Display for StatementRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StatementRefusal::Count { count, lines } => {
                write!(
                    f,
                    "the statement says {count} payments and has {lines} lines"
                )
            }
            StatementRefusal::Total {
                total_minor,
                lines_minor,
            } => {
                write!(
                    f,
                    "the statement says {total_minor}, its lines add up to {lines_minor}"
                )
            }
            StatementRefusal::Negative {
                payment_id,
                amount_minor,
            } => {
                write!(f, "payment {payment_id} of {amount_minor} is not payable")
            }
            StatementRefusal::Conflict { statement_id } => {
                write!(f, "statement {statement_id} was accepted with another body")
            }
        }
    }
}

/// All banks of the district; a bank is a name, a book and statements.
#[derive(Debug, Default)]
pub struct Banks {
    books: BTreeMap<String, Vec<Booked>>,
    statements: BTreeMap<(String, String), Taken>,
    /// Where each credited payment stands in the books.
    credited: HashMap<Uuid, Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    mfo: std::sync::Arc<str>,
    nth: usize,
}

#[derive(Debug)]
struct Taken {
    statement: Statement,
    at: Instant,
    /// One for each line, in order, once the bank has worked through it.
    answers: Vec<Place>,
}

/// What booking a statement brought: new bookings and repeated ones, in line order.
#[derive(Debug)]
pub enum Worked {
    Booked(Booked),
    Again(Uuid),
}

impl Banks {
    /// True when the statement is new.
    pub fn take(
        &mut self,
        mfo: &str,
        statement: Statement,
        at: Instant,
    ) -> Result<bool, StatementRefusal> {
        let key = (mfo.to_owned(), statement.statement_id.clone());
        if let Some(known) = self.statements.get(&key) {
            let conflict = StatementRefusal::Conflict {
                statement_id: key.1,
            };
            return if known.statement == statement {
                Ok(false)
            } else {
                Err(conflict)
            };
        }
        check_lines(&statement)?;
        self.statements.insert(
            key,
            Taken {
                statement,
                at,
                answers: vec![],
            },
        );
        Ok(true)
    }

    /// Statements that came before today (or all of them) and have no answer yet.
    pub fn due(&self, now: Instant, at_once: bool) -> Vec<(String, String)> {
        let today = wire_time::day_of(now);
        let due = |taken: &Taken| {
            !taken.is_answered() && (at_once || wire_time::day_of(taken.at) < today)
        };
        self.statements
            .iter()
            .filter(|(_, taken)| due(taken))
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Works through a statement; `fate` says what becomes of an account.
    pub fn work(
        &mut self,
        key: &(String, String),
        at: Instant,
        fate: impl Fn(&str, &str) -> Option<ReturnReason>,
    ) -> Vec<Worked> {
        let Some(taken) = self.statements.get(key) else {
            return vec![];
        };
        let lines = taken.statement.lines.clone();
        let decide = |line: &Line| {
            let reason = fate(&key.0, &line.account);
            let outcome = if reason.is_some() {
                BookOutcome::Returned
            } else {
                BookOutcome::Credited
            };
            Booked {
                payment_id: line.payment_id,
                account: line.account.clone(),
                amount_minor: line.amount_minor,
                outcome,
                reason,
                at,
            }
        };
        let mut worked = Vec::with_capacity(lines.len());
        for line in &lines[taken.answers.len()..] {
            if self.credited.contains_key(&line.payment_id) {
                self.repeat(key, line.payment_id);
                worked.push(Worked::Again(line.payment_id));
            } else {
                let booked = decide(line);
                self.book(key, booked.clone());
                worked.push(Worked::Booked(booked));
            }
        }
        worked
    }

    /// Enters one line; also how the journal is recalled.
    pub fn book(&mut self, key: &(String, String), booked: Booked) {
        let book = self.books.entry(key.0.clone()).or_default();
        let place = Place {
            mfo: key.0.as_str().into(),
            nth: book.len(),
        };
        if booked.outcome == BookOutcome::Credited {
            self.credited.insert(booked.payment_id, place.clone());
        }
        book.push(booked);
        self.answer(key, place);
    }

    /// Answers a line with its first booking.
    pub fn repeat(&mut self, key: &(String, String), payment_id: Uuid) {
        if let Some(place) = self.credited.get(&payment_id).cloned() {
            self.answer(key, place);
        }
    }

    fn answer(&mut self, key: &(String, String), place: Place) {
        if let Some(taken) = self.statements.get_mut(key) {
            taken.answers.push(place);
        }
    }

    /// Whether all lines are answered, and the answers after `after`; `None`: no such statement.
    pub fn answers(
        &self,
        mfo: &str,
        id: &str,
        after: usize,
        limit: usize,
    ) -> Option<(bool, Vec<(usize, &Booked)>)> {
        let taken = self.statements.get(&(mfo.to_owned(), id.to_owned()))?;
        let places = taken.answers.iter().enumerate().skip(after).take(limit);
        let answers = places.map(|(nth, place)| (nth + 1, &self.books[&*place.mfo][place.nth]));
        Some((taken.is_answered(), answers.collect()))
    }

    pub fn book_of(&self, mfo: &str, after: usize, limit: usize) -> Vec<(usize, &Booked)> {
        let book = self.books.get(mfo).map_or(&[][..], Vec::as_slice);
        book.iter()
            .enumerate()
            .skip(after)
            .take(limit)
            .map(|(nth, booked)| (nth + 1, booked))
            .collect()
    }
}

impl Taken {
    fn is_answered(&self) -> bool {
        self.answers.len() == self.statement.lines.len()
    }
}

fn check_lines(statement: &Statement) -> Result<(), StatementRefusal> {
    let lines = statement.lines.len();
    if statement.count != lines as u64 {
        return Err(StatementRefusal::Count {
            count: statement.count,
            lines,
        });
    }
    if let Some(line) = statement.lines.iter().find(|line| line.amount_minor <= 0) {
        return Err(StatementRefusal::Negative {
            payment_id: line.payment_id,
            amount_minor: line.amount_minor,
        });
    }
    let lines_minor: i128 = statement
        .lines
        .iter()
        .map(|line| i128::from(line.amount_minor))
        .sum();
    if lines_minor != i128::from(statement.total_minor) {
        return Err(StatementRefusal::Total {
            total_minor: statement.total_minor,
            lines_minor,
        });
    }
    Ok(())
}

#[cfg(test)]
#[path = "bank_tests.rs"]
mod tests;
