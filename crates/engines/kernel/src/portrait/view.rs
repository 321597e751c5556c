//! Reading a portrait where it lies: no allocation, structure checked once.

use super::{BadBytes, Role, Sex, Tie};
use crate::bytes::Reader;
use crate::day::Day;
use crate::facts::{BodyView, Source};
use crate::ids::{FactId, PersonId, UnitId};

pub(super) const VERSION: u8 = 1;
/// Bytes of a fact before the length of its body.
pub(super) const FACT_HEAD: usize = 23;
/// More persons than any unit has; a hostile count ends here.
const MEMBERS_MAX: usize = 10_000;

/// A packed portrait of sound structure. Bodies of facts are checked when they
/// are read, by [`FactView::body`].
#[derive(Clone, Copy, Debug)]
pub struct PortraitView<'a> {
    unit: UnitId,
    head: PersonId,
    district: u32,
    mahalla: u32,
    member_count: usize,
    members: Reader<'a>,
    facts: &'a [u8],
}

impl<'a> PortraitView<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<PortraitView<'a>, BadBytes> {
        let mut reader = Reader::new(bytes);
        let found = reader.u8()?;
        if found != VERSION {
            return Err(BadBytes::Version {
                found,
                read: VERSION,
            });
        }
        let unit = UnitId::from_bytes(reader.array()?);
        let head = PersonId::from_bytes(reader.array()?);
        let (district, mahalla) = (reader.u32()?, reader.u32()?);
        let member_count = reader.count(MEMBERS_MAX)?;
        let members = reader;
        for _ in 0..member_count {
            let member = read_member(&mut reader)?;
            check_facts(member.facts)?;
        }
        let facts = read_facts(&mut reader)?;
        check_facts(facts)?;
        reader.end()?;
        Ok(PortraitView {
            unit,
            head,
            district,
            mahalla,
            member_count,
            members,
            facts,
        })
    }

    pub fn unit(&self) -> UnitId {
        self.unit
    }

    pub fn head(&self) -> PersonId {
        self.head
    }

    pub fn district(&self) -> u32 {
        self.district
    }

    pub fn mahalla(&self) -> u32 {
        self.mahalla
    }

    pub fn member_count(&self) -> usize {
        self.member_count
    }

    pub fn members(&self) -> Members<'a> {
        Members {
            reader: self.members,
            left: self.member_count,
        }
    }

    /// Facts about the unit itself.
    pub fn facts(&self) -> Facts<'a> {
        Facts {
            reader: Reader::new(self.facts),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Members<'a> {
    reader: Reader<'a>,
    left: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = MemberView<'a>;

    #[inline]
    fn next(&mut self) -> Option<MemberView<'a>> {
        self.left = self.left.checked_sub(1)?;
        read_member(&mut self.reader).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct MemberView<'a> {
    pub person: PersonId,
    pub role: Role,
    pub tie: Tie,
    pub sex: Sex,
    pub born: Day,
    pub died: Option<Day>,
    facts: &'a [u8],
}

impl<'a> MemberView<'a> {
    pub fn facts(&self) -> Facts<'a> {
        Facts {
            reader: Reader::new(self.facts),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Facts<'a> {
    reader: Reader<'a>,
}

impl<'a> Iterator for Facts<'a> {
    type Item = FactView<'a>;

    #[inline]
    fn next(&mut self) -> Option<FactView<'a>> {
        if self.reader.is_at_end() {
            return None;
        }
        read_fact(&mut self.reader).ok()
    }
}

#[derive(Clone, Copy, Debug)]
pub struct FactView<'a> {
    pub id: FactId,
    pub kind: u16,
    pub source: Source,
    pub as_of: Day,
    /// The packed body, see [`FactView::read`].
    pub body: &'a [u8],
}

impl<'a> FactView<'a> {
    /// The body's rows and cells, its structure checked.
    pub fn read(&self) -> Result<BodyView<'a>, BadBytes> {
        BodyView::new(self.body)
    }
}

#[inline]
fn read_member<'a>(reader: &mut Reader<'a>) -> Result<MemberView<'a>, BadBytes> {
    let person = PersonId::from_bytes(reader.array()?);
    let at = reader.at();
    let flags = reader.u8()?;
    let code = BadBytes::Code { at };
    if flags >> 6 != 0 {
        return Err(code);
    }
    let role = Role::from_code(flags & 3).ok_or(code)?;
    let tie = Tie::from_code(flags >> 2 & 3).ok_or(code)?;
    let sex = if flags >> 4 & 1 == 1 {
        Sex::Female
    } else {
        Sex::Male
    };
    let born = read_day(reader)?;
    let died = if flags >> 5 & 1 == 1 {
        Some(read_day(reader)?)
    } else {
        None
    };
    let facts = read_facts(reader)?;
    Ok(MemberView {
        person,
        role,
        tie,
        sex,
        born,
        died,
        facts,
    })
}

#[inline]
fn read_day(reader: &mut Reader<'_>) -> Result<Day, BadBytes> {
    reader.array().map(i32::from_le_bytes).map(Day)
}

#[inline]
fn read_facts<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], BadBytes> {
    let length = reader.u32()?;
    reader.take(length as usize)
}

fn check_facts(facts: &[u8]) -> Result<(), BadBytes> {
    let mut reader = Reader::new(facts);
    while !reader.is_at_end() {
        read_fact(&mut reader)?;
    }
    Ok(())
}

#[inline]
fn read_fact<'a>(reader: &mut Reader<'a>) -> Result<FactView<'a>, BadBytes> {
    let at = reader.at();
    let head: [u8; FACT_HEAD] = reader.array()?;
    let [id @ .., k0, k1, source, d0, d1, d2, d3] = head;
    let source = Source::from_code(source).ok_or(BadBytes::Code { at: at + 18 })?;
    let length = reader.u32()?;
    let body = reader.take(length as usize)?;
    Ok(FactView {
        id: FactId::from_bytes(id),
        kind: u16::from_le_bytes([k0, k1]),
        source,
        as_of: Day(i32::from_le_bytes([d0, d1, d2, d3])),
        body,
    })
}
