//! The civil registry's word applied to the register: names, deaths, marriages,
//! children and homes.
//!
//! The registry prevails over what was imported. A marriage it does not know ends on
//! the day it speaks for; so does a tie to a minor child it does not name. A death of which the
//! registry sent its act, or that was imported, is not taken back by a later silence. One that an
//! answer told is: a registry that says dead yesterday and alive today has said nothing for good, and
//! its last word holds. Both words stay, as versions of the person. Others hear of a death that an answer
//! told, and of one that it took back, as they hear of the registry's messages.

mod apply;
mod plan;
#[cfg(test)]
mod tests;

use kernel::kin::Relation;
use kernel::{Day, EvidenceId, Name, PersonId, Phone, Pinfl, Sex, UnitId};

pub use apply::apply;

/// What the civil registry says of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct CivilAnswer {
    pub person: Pinfl,
    pub name: Name,
    pub sex: Sex,
    pub born: Day,
    pub died: Option<Day>,
    pub phone: Option<Phone>,
    pub spouse: Option<SpouseAnswer>,
    pub children: Vec<ChildAnswer>,
    pub residence: Option<ResidenceAnswer>,
    /// The day it speaks for.
    pub as_of: Day,
    pub evidence: Option<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SpouseAnswer {
    pub person: Pinfl,
    pub since: Option<Day>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ChildAnswer {
    pub person: Pinfl,
    pub tie: ParentTie,
    pub name: Name,
    pub sex: Sex,
    pub born: Day,
    pub died: Option<Day>,
    pub since: Option<Day>,
}

/// How the person asked about stands to the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentTie {
    Parent,
    Adopter,
    Guardian,
}

impl ParentTie {
    pub(crate) fn relation(self) -> Relation {
        match self {
            ParentTie::Parent => Relation::Parent,
            ParentTie::Adopter => Relation::Adopter,
            ParentTie::Guardian => Relation::Guardian,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ResidenceAnswer {
    pub district: u32,
    /// 0 when the registry does not say.
    pub mahalla: u32,
    pub dwelling: String,
    pub since: Option<Day>,
}

/// What applying a set of answers did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Persons the register did not know before.
    pub persons_new: Vec<PersonId>,
    /// Units that changed, came or went.
    pub units: Vec<UnitId>,
}
