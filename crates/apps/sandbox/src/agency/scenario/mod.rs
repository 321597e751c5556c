//! Faults by a script: who is late, silent or lying, about whom, when, and for how many requests.
//!
//! A scenario is a list of rows. The first row that fits a request is met; where none fits, the
//! rates of the flags decide. Rows fit by agency, by the persons asked about, by the moment of the
//! virtual clock and by the place of the request among those that the row has fitted before.

mod read;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::{Instant, Pinfl};
use serde_json::{Map, Value};

use super::fault::Fault;
use super::{Agency, Question};
use crate::seed;

pub use read::ScenarioRefused;

#[derive(Debug, Default)]
pub struct Scenario {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    /// `None`: every agency.
    agency: Option<Agency>,
    whom: Whom,
    /// From the first moment up to and without the second.
    during: (Option<Instant>, Option<Instant>),
    /// The first and the last request that meets it, counted from 1 among those that fit.
    requests: Option<(u64, u64)>,
    what: What,
    fitted: AtomicU64,
}

#[derive(Debug)]
enum Whom {
    Everybody,
    /// Of a thousand persons.
    Share(u32),
    These(HashSet<u64>),
}

#[derive(Debug)]
enum What {
    Fault(Fault),
    /// The answer about a person comes so many days after the first question.
    Late {
        days: i32,
    },
    /// The agency tells something else: these fields, or what contradicts the truth.
    Contradictory {
        says: Option<Map<String, Value>>,
    },
}

impl Scenario {
    /// What happens to a request as a whole.
    pub fn of_request(&self, agency: Agency, question: &Question, now: Instant) -> Option<Fault> {
        let persons = || {
            question
                .persons
                .iter()
                .filter_map(|text| Pinfl::parse(text).ok())
        };
        let rows = self.rows.iter().enumerate();
        let mut met = rows.filter_map(|(place, row)| {
            let fault = match &row.what {
                What::Fault(fault) => *fault,
                What::Contradictory { .. } => Fault::Contradictory { row: Some(place) },
                What::Late { .. } => return None,
            };
            let fits = row.fits(agency, now) && persons().any(|person| row.picks(place, person));
            (fits && row.is_its_turn()).then_some(fault)
        });
        met.next()
    }

    /// So many days late is the answer about a person who is asked about for the first time.
    pub fn late_days(&self, agency: Agency, person: Pinfl, now: Instant) -> Option<i32> {
        self.rows.iter().enumerate().find_map(|(place, row)| {
            let What::Late { days } = row.what else {
                return None;
            };
            (row.fits(agency, now) && row.picks(place, person)).then_some(days)
        })
    }

    /// Whether a row tells something else of this person, and what it tells.
    pub fn says(&self, place: usize, person: Pinfl) -> Option<Option<&Map<String, Value>>> {
        let row = self
            .rows
            .get(place)
            .filter(|row| row.picks(place, person))?;
        match &row.what {
            What::Contradictory { says } => Some(says.as_ref()),
            _ => None,
        }
    }

    pub fn replays(&self) -> bool {
        let is_replay = |row: &Row| matches!(row.what, What::Fault(Fault::Replay));
        self.rows.iter().any(is_replay)
    }
}

impl Row {
    fn fits(&self, agency: Agency, now: Instant) -> bool {
        let (from, until) = self.during;
        self.agency.is_none_or(|named| named == agency)
            && from.is_none_or(|from| from <= now)
            && until.is_none_or(|until| now < until)
            && (agency.signs() || !self.is_about_signatures())
    }

    fn picks(&self, place: usize, person: Pinfl) -> bool {
        match &self.whom {
            Whom::Everybody => true,
            Whom::Share(per_mille) => {
                let hash = seed::mix(&[15, place as u64, person.number()]);
                seed::happens(hash, *per_mille)
            }
            Whom::These(persons) => persons.contains(&person.number()),
        }
    }

    /// Counts this request.
    fn is_its_turn(&self) -> bool {
        let number = self.fitted.fetch_add(1, Ordering::Relaxed) + 1;
        let within = |(first, last): (u64, u64)| (first..=last).contains(&number);
        self.requests.is_none_or(within)
    }

    /// Only registries sign.
    fn is_about_signatures(&self) -> bool {
        matches!(self.what, What::Fault(Fault::Forged | Fault::WrongKey))
    }
}
