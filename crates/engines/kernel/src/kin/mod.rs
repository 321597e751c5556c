//! Who belongs together: dated relations and residence, and the unit of assessment
//! that a pack's `unit` block composes from them at a date.
//!
//! - [`KinGraph`] holds persons, bonds (spouse, parent, adopter, guardian) and residences.
//! - [`compose`] gives the unit of one applicant, [`partition`] puts every person in exactly one.
//! - Both apply the same rules, so one family alone equals its row in the batch.
//!
//! The rules (recalled where the law is silent, medium confidence):
//! 1. The dead belong to no unit.
//! 2. Spouses are each other's only if both point to the other; of two marriages
//!    in force the later counts, and it is reported.
//! 3. A child is a living person under the block's age who is neither married nor
//!    a parent. A married minor and a minor parent stand on their own.
//! 4. A child with several carers belongs to the family of the guardian before the
//!    adopter before the parent; among equals to the one it lives with; among
//!    those still equal to the one with the oldest head, and that is reported.
//! 5. A child without a living carer is a unit of its own, and that is reported.
//! 6. The head is the oldest adult, ties broken by id.

mod block;
mod compose;
mod graph;
mod home;
mod partition;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::day::{Day, Period};
use crate::ids::{DwellingId, PersonId};
use crate::sex::Sex;

pub use block::{Include, UnitBlock};
pub use compose::{Finding, Roster, Seat, compose};
pub use graph::KinGraph;
pub use partition::partition;

/// A completed age of so many years makes an adult.
pub const ADULT_YEARS: i32 = 18;

/// How `of` of a [`Bond`] stands to `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    Spouse,
    Parent,
    Adopter,
    Guardian,
}

impl Relation {
    pub const ALL: [Relation; 4] = [
        Relation::Spouse,
        Relation::Parent,
        Relation::Adopter,
        Relation::Guardian,
    ];

    /// As it stands in the database; never reused.
    pub const fn code(self) -> u8 {
        match self {
            Relation::Spouse => 1,
            Relation::Parent => 2,
            Relation::Adopter => 3,
            Relation::Guardian => 4,
        }
    }

    pub fn from_code(code: u8) -> Option<Relation> {
        Relation::ALL
            .into_iter()
            .find(|relation| relation.code() == code)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Relation::Spouse => "spouse",
            Relation::Parent => "parent",
            Relation::Adopter => "adopter",
            Relation::Guardian => "guardian",
        }
    }

    pub fn named(name: &str) -> Option<Relation> {
        Relation::ALL
            .into_iter()
            .find(|relation| relation.name() == name)
    }
}

/// How a child belongs to the unit; `None` for adults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    None,
    Own,
    Adopted,
    Ward,
}

impl Tie {
    pub const ALL: [Tie; 4] = [Tie::None, Tie::Own, Tie::Adopted, Tie::Ward];

    pub const fn code(self) -> u8 {
        match self {
            Tie::None => 0,
            Tie::Own => 1,
            Tie::Adopted => 2,
            Tie::Ward => 3,
        }
    }

    pub fn from_code(code: u8) -> Option<Tie> {
        Tie::ALL.get(usize::from(code)).copied()
    }

    pub const fn name(self) -> &'static str {
        match self {
            Tie::None => "none",
            Tie::Own => "own",
            Tie::Adopted => "adopted",
            Tie::Ward => "ward",
        }
    }

    pub fn named(name: &str) -> Option<Tie> {
        Tie::ALL.into_iter().find(|tie| tie.name() == name)
    }

    /// The tie that a carer's relation gives; a spouse gives none.
    pub const fn given_by(relation: Relation) -> Tie {
        match relation {
            Relation::Spouse => Tie::None,
            Relation::Parent => Tie::Own,
            Relation::Adopter => Tie::Adopted,
            Relation::Guardian => Tie::Ward,
        }
    }
}

/// The part a member plays in the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Applicant,
    Spouse,
    Child,
    /// Another person of the same dwelling, in a household.
    Resident,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Applicant, Role::Spouse, Role::Child, Role::Resident];

    pub const fn code(self) -> u8 {
        match self {
            Role::Applicant => 0,
            Role::Spouse => 1,
            Role::Child => 2,
            Role::Resident => 3,
        }
    }

    pub fn from_code(code: u8) -> Option<Role> {
        Role::ALL.get(usize::from(code)).copied()
    }

    pub const fn name(self) -> &'static str {
        match self {
            Role::Applicant => "applicant",
            Role::Spouse => "spouse",
            Role::Child => "child",
            Role::Resident => "resident",
        }
    }

    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What composition needs to know of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KinPerson {
    pub id: PersonId,
    pub sex: Sex,
    pub born: Day,
    pub died: Option<Day>,
}

/// `of` is the spouse, parent, adopter or guardian of `to`. A marriage is one
/// bond, in whichever direction it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    pub relation: Relation,
    pub of: PersonId,
    pub to: PersonId,
    pub valid: Period<Day>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Residence {
    pub person: PersonId,
    pub dwelling: DwellingId,
    pub valid: Period<Day>,
}
