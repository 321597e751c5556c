//! Who means to apply, who has, and what people found at their homes.

use std::collections::BTreeMap;

use kernel::{Day, Instant, Month};

use crate::life::plan;
use crate::population::Population;
use crate::population::family::{Conclusion, FamilyNo, Questionnaire};
use crate::population::person::PersonNo;

/// An application that Daftar has accepted.
#[derive(Clone, Debug)]
pub struct Case {
    pub applicant: PersonNo,
    pub family: FamilyNo,
    pub lodged_at: Instant,
    pub number: String,
    pub visited: Option<(Instant, Questionnaire)>,
    pub concluded: Option<(Instant, Conclusion)>,
}

/// What has happened in a family and the civil registry has told of.
#[derive(Clone, Copy, Debug)]
pub struct LifeEvent {
    pub family: FamilyNo,
    pub on: Day,
}

/// Limits of a month's budget by programme, in tiyin.
pub type Budget = Vec<(String, i64)>;

#[derive(Debug, Default)]
pub struct Cases {
    /// Who comes on which day, soonest last.
    pub agenda: Vec<(Day, FamilyNo)>,
    pub lodged: BTreeMap<PersonNo, Case>,
    pub events: Vec<LifeEvent>,
    /// The limits that the demo last named for a month.
    pub budgets: BTreeMap<Month, Budget>,
    /// Every instant at which the clock stood still.
    pub steps: Vec<Instant>,
}

impl Cases {
    pub fn planned(population: &Population) -> Cases {
        let families = 0..population.families.len() as FamilyNo;
        let mut agenda: Vec<(Day, FamilyNo)> = families
            .filter_map(|no| Some((plan::day_of_coming(population, no)?, no)))
            .collect();
        agenda.sort_unstable_by(|left, right| right.cmp(left));
        Cases {
            agenda,
            ..Cases::default()
        }
    }

    /// Takes those off the agenda who come up to and including a day.
    pub fn due(&mut self, today: Day) -> Vec<FamilyNo> {
        let first_due = self
            .agenda
            .iter()
            .position(|(day, _)| *day <= today)
            .unwrap_or(self.agenda.len());
        self.agenda
            .drain(first_due..)
            .rev()
            .map(|(_, family)| family)
            .collect()
    }

    /// Somebody whom Daftar could not receive comes again at the next step.
    pub fn come_again(&mut self, family: FamilyNo, today: Day) {
        self.agenda.push((today, family));
    }
}
