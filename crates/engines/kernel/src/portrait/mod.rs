//! The portrait of a unit: who is in it and every current fact about them, packed
//! into one row, which the batch reads without allocating.
//!
//! Layout, version 1 (lengths and counts as in [`crate::bytes`], days as four bytes, low
//! byte first): version; unit and head, 16 bytes each; district; mahalla; members.
//! A member: 16 bytes of id; a byte of role, tie, sex and "has died"; born; died if
//! dead; the byte length of its facts; its facts. After the members the unit's own
//! facts, likewise. A fact: 16 bytes of id; two of kind; one of source; as-of; byte
//! length of its body; the body.

mod pack;
#[cfg(test)]
mod tests;
mod view;

use crate::day::Day;
use crate::facts::{Fact, FactBody, Source};
use crate::ids::{FactId, PersonId, UnitId};

pub use crate::bytes::BadBytes;
pub use crate::kin::{Role, Tie};
pub use crate::sex::Sex;
pub use view::{FactView, Facts, MemberView, Members, PortraitView};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portrait {
    pub unit: UnitId,
    pub head: PersonId,
    /// SOATO, seven digits.
    pub district: u32,
    /// [`crate::territory::MahallaCode`].
    pub mahalla: u32,
    pub members: Vec<Member>,
    /// Facts about the unit itself.
    pub facts: Vec<PackedFact>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub person: PersonId,
    pub role: Role,
    pub tie: Tie,
    pub sex: Sex,
    pub born: Day,
    pub died: Option<Day>,
    pub facts: Vec<PackedFact>,
}

/// A fact with its body as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedFact {
    pub id: FactId,
    pub kind: u16,
    pub source: Source,
    pub as_of: Day,
    pub body: Vec<u8>,
}

impl PackedFact {
    pub fn of(fact: &Fact) -> PackedFact {
        let Fact {
            id,
            kind,
            source,
            as_of,
            ..
        } = *fact;
        PackedFact {
            id,
            kind,
            source,
            as_of,
            body: fact.body.pack(),
        }
    }

    pub fn unpack_body(&self) -> Result<FactBody, BadBytes> {
        FactBody::unpack(&self.body)
    }
}
