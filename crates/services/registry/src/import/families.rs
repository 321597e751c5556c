//! Rows gathered into families, and what only shows across rows: a family that
//! comes apart, a PINFL twice, a child in two families.

use super::person_row::{FamilyRole, PersonRow};
use super::report::{Reason, Reject};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};

/// Persons in one family.
pub const FAMILY_PERSONS_MAX: usize = 60;

#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub persons: Vec<PersonRow>,
}

/// Takes rows in the order of the file. Memory: about 40 bytes a person for the
/// whole file, however long its rows are.
#[derive(Debug)]
pub struct Gathering {
    open: Option<Family>,
    /// Fingerprint of each family that has ended, and the line of its last row.
    closed: HashMap<u64, u64>,
    /// First line of each PINFL.
    numbers: HashMap<u64, u64>,
    hasher: RandomState,
}

impl Gathering {
    pub fn new() -> Gathering {
        Gathering {
            open: None,
            closed: HashMap::new(),
            numbers: HashMap::new(),
            hasher: RandomState::new(),
        }
    }

    /// Takes the next row; gives back the family that it ended, if it did.
    pub fn take(&mut self, row: PersonRow) -> (Option<Family>, Result<(), Reject>) {
        let continues = self
            .open
            .as_ref()
            .is_some_and(|open| open.persons[0].family == row.family);
        let ended = if continues { None } else { self.end() };
        (ended, self.seat(row))
    }

    /// The family still open at the end of the file.
    pub fn end(&mut self) -> Option<Family> {
        let family = self.open.take()?;
        let last = family
            .persons
            .last()
            .expect("an open family has a person")
            .line;
        self.closed
            .insert(self.hasher.hash_one(&family.persons[0].family), last);
        Some(family)
    }

    fn seat(&mut self, row: PersonRow) -> Result<(), Reject> {
        let reject = |field, reason| Reject {
            line: row.line,
            field,
            reason,
        };
        if self.open.is_none()
            && let Some(line) = self.closed.get(&self.hasher.hash_one(&row.family))
        {
            return Err(reject(
                "family",
                Reason::FamilyComesApart {
                    closed_at_line: *line,
                },
            ));
        }
        if let Some(open) = &self.open {
            fits(open, &row).map_err(|(field, reason)| reject(field, reason))?;
        }
        if let Some(pinfl) = row.pinfl {
            match self.numbers.entry(pinfl.number()) {
                Entry::Vacant(place) => drop(place.insert(row.line)),
                Entry::Occupied(place) => {
                    return Err(reject("pinfl", twice(&self.open, &row, *place.get())));
                }
            }
        }
        match &mut self.open {
            Some(open) => open.persons.push(row),
            None => self.open = Some(Family { persons: vec![row] }),
        }
        Ok(())
    }
}

/// Can the row join the family?
fn fits(open: &Family, row: &PersonRow) -> Result<(), (&'static str, Reason)> {
    if open.persons.len() >= FAMILY_PERSONS_MAX {
        return Err((
            "family",
            Reason::FamilyTooLarge {
                persons_max: FAMILY_PERSONS_MAX,
            },
        ));
    }
    let same_role = open.persons.iter().find(|person| person.role == row.role);
    match (row.role, same_role) {
        (FamilyRole::Head, Some(first)) => Err((
            "role",
            Reason::SecondHead {
                first_line: first.line,
            },
        )),
        (FamilyRole::Spouse, Some(first)) => Err((
            "role",
            Reason::SecondSpouse {
                first_line: first.line,
            },
        )),
        _ => Ok(()),
    }
}

fn twice(open: &Option<Family>, row: &PersonRow, first_line: u64) -> Reason {
    let here = open
        .as_ref()
        .is_some_and(|open| open.persons.iter().any(|p| p.line == first_line));
    if row.role == FamilyRole::Child && !here {
        Reason::ChildInTwoFamilies {
            first_line: Some(first_line),
        }
    } else {
        Reason::PinflTwice { first_line }
    }
}
