//! A stretch of units as columns: what is written as one row group and read back.

use kernel::Sex;
use kernel::facts::{CellView, FactKind, Owner, ValueType};
use kernel::portrait::{FactView, Facts as FactViews, MemberView, PortraitView};
use rules::TableRead;
use rules::batch::{Cells, Numbered, Stretch, StretchRows};
use rules::typed::is_sound;

use super::error::{Result, SnapshotError};

/// Units of one stretch: enough for the columns to pack well, few enough to hold a
/// stretch for every core.
pub const GROUP_UNITS: usize = 32_768;

/// Days from 1970 of whatever a snapshot holds.
pub(super) const CALENDAR: u32 = 10_000_000;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    pub first_unit: i64,
    pub first_member: i64,
    pub units: Units,
    pub members: Members,
    /// In the order of the snapshot's kinds.
    pub facts: Vec<Facts>,
}

/// One value a unit. When read, only what was asked for is filled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Units {
    pub count: usize,
    pub id: Vec<[u8; 16]>,
    pub district: Vec<i32>,
    pub mahalla: Vec<i32>,
}

/// One value a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    pub unit: Vec<i64>,
    pub role: Vec<i32>,
    pub tie: Vec<i32>,
    pub sex: Vec<i32>,
    pub born: Vec<i32>,
    pub died: Cells,
}

/// The rows of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// By member (or by unit, for facts of the family): has a source spoken?
    pub asked: Vec<bool>,
    pub unit: Vec<i64>,
    /// The number of the member, or of the unit.
    pub owner: Vec<i64>,
    pub source: Vec<i32>,
    pub as_of: Vec<i32>,
    /// By field of the kind; texts stay empty.
    pub fields: Vec<Cells>,
}

impl Group {
    pub fn new(kinds: &[&'static FactKind]) -> Group {
        let empty = |kind: &&'static FactKind| Facts {
            fields: vec![Cells::default(); kind.fields.len()],
            ..Facts::default()
        };
        Group {
            facts: kinds.iter().map(empty).collect(),
            ..Group::default()
        }
    }

    /// Empties the group and keeps its memory; the next unit has the next number.
    pub fn clear(&mut self) {
        self.first_unit += self.units.count as i64;
        self.first_member += self.members.unit.len() as i64;
        self.units.count = 0;
        self.units.id.clear();
        self.units.district.clear();
        self.units.mahalla.clear();
        let Members {
            unit,
            role,
            tie,
            sex,
            born,
            died,
        } = &mut self.members;
        unit.clear();
        [role, tie, sex, born].into_iter().for_each(Vec::clear);
        died.clear();
        for facts in &mut self.facts {
            facts.asked.clear();
            facts.unit.clear();
            facts.owner.clear();
            facts.source.clear();
            facts.as_of.clear();
            facts.fields.iter_mut().for_each(Cells::clear);
        }
    }

    pub fn is_full(&self) -> bool {
        self.units.count >= GROUP_UNITS
    }

    /// Adds a unit. Of several facts of a kind the most trusted stays, of those the latest;
    /// who has none of its own has that of the whole-register extract.
    pub fn push(&mut self, kinds: &[&'static FactKind], portrait: &[u8]) -> Result<()> {
        let view = PortraitView::new(portrait)?;
        check(&view)?;
        let unit = self.first_unit + self.units.count as i64;
        self.units.count += 1;
        self.units.id.push(*view.unit().as_bytes());
        self.units.district.push(view.district() as i32);
        self.units.mahalla.push(view.mahalla() as i32);
        for member in view.members() {
            self.push_member(kinds, &view, unit, &member)?;
        }
        for (kind, facts) in kinds.iter().zip(&mut self.facts) {
            if kind.owner == Owner::Unit {
                facts.push(kind, unit, unit, best(kind, view.facts()))?;
            }
        }
        Ok(())
    }

    fn push_member(
        &mut self,
        kinds: &[&'static FactKind],
        view: &PortraitView<'_>,
        unit: i64,
        member: &MemberView<'_>,
    ) -> Result<()> {
        let number = self.first_member + self.members.unit.len() as i64;
        self.members.unit.push(unit);
        self.members.role.push(i32::from(member.role.code()));
        self.members.tie.push(i32::from(member.tie.code()));
        self.members.sex.push(i32::from(member.sex == Sex::Female));
        self.members.born.push(member.born.0);
        self.members
            .died
            .push(member.died.map(|died| i64::from(died.0)));
        for (kind, facts) in kinds.iter().zip(&mut self.facts) {
            if kind.owner == Owner::Person {
                let fact = best(kind, member.facts()).or_else(|| best(kind, view.facts()));
                facts.push(kind, unit, number, fact)?;
            }
        }
        Ok(())
    }

    /// The stretch as the engine reads it. `places` has the place of each wanted kind
    /// among the snapshot's.
    pub fn columns<'a>(&'a self, wanted: &[TableRead], places: &[usize]) -> Stretch<'a> {
        let table = |(wanted, place): (&TableRead, &usize)| {
            let facts: &'a Facts = &self.facts[*place];
            StretchRows {
                asked: &facts.asked,
                owner: &facts.owner,
                fields: wanted
                    .fields
                    .iter()
                    .map(|field| &facts.fields[*field])
                    .collect(),
            }
        };
        Stretch {
            units: Numbered {
                first: self.first_unit,
                count: self.units.count,
            },
            members: Numbered {
                first: self.first_member,
                count: self.members.unit.len(),
            },
            member_unit: &self.members.unit,
            role: &self.members.role,
            tie: &self.members.tie,
            sex: &self.members.sex,
            born: &self.members.born,
            died: &self.members.died,
            tables: wanted.iter().zip(places).map(table).collect(),
        }
    }
}

impl Facts {
    fn push(
        &mut self,
        kind: &'static FactKind,
        unit: i64,
        owner: i64,
        fact: Option<FactView<'_>>,
    ) -> Result<()> {
        self.asked.push(fact.is_some());
        let Some(fact) = fact else { return Ok(()) };
        for row in fact.read()?.rows() {
            self.unit.push(unit);
            self.owner.push(owner);
            self.source.push(i32::from(fact.source.code()));
            self.as_of.push(fact.as_of.0);
            let mut cells = row.cells();
            for (field, column) in self.fields.iter_mut().enumerate() {
                let cell = cells.next().unwrap_or(CellView::Missing);
                if kind.fields[field].ty != ValueType::Text {
                    column.push(cell.int().filter(|value| is_sound(kind, field, *value)));
                }
            }
        }
        Ok(())
    }
}

/// A unit is taken whole or not at all: nothing of it may fail half way.
fn check(view: &PortraitView<'_>) -> Result<()> {
    let far = |member: &MemberView<'_>| member.born.0.unsigned_abs() >= CALENDAR;
    if let Some(member) = view.members().find(far) {
        return Err(SnapshotError::Calendar(member.born.0));
    }
    let of_members = view.members().flat_map(|member| member.facts());
    for fact in of_members.chain(view.facts()) {
        fact.read()?;
    }
    Ok(())
}

fn best<'a>(kind: &FactKind, facts: FactViews<'a>) -> Option<FactView<'a>> {
    let trust = |fact: &FactView<'_>| kind.trust_of(fact.source).unwrap_or(usize::MAX);
    let mut best: Option<FactView<'a>> = None;
    for fact in facts.filter(|fact| fact.kind == kind.code) {
        let better = |old: &FactView<'_>| {
            let (new, old_trust) = (trust(&fact), trust(old));
            new < old_trust || (new == old_trust && fact.as_of >= old.as_of)
        };
        if best.as_ref().is_none_or(better) {
            best = Some(fact);
        }
    }
    best
}
