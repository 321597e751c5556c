//! Filling a batch from a snapshot as it lies: a stretch of units, the dead among their
//! members, and for each kind who was asked. What [`super::Columns`] wants chosen before
//! is chosen here, as for portraits: the same families give the same batch. To choose first
//! and append columns then would copy a country once more.

use super::push::{missing, push_phantom};
use super::{Batch, CaseFacts, KNOWN, TableRows};
use crate::limits::MEMBERS_MAX;
use crate::plan::TableLayout;
use crate::typed::{Who, is_sound};
use kernel::facts::Owner;
use kernel::kin::Role;
use kernel::{PersonId, UnitId};

/// Values, and whether each is known; an unknown one stands as 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    pub values: Vec<i64>,
    pub known: Vec<bool>,
}

impl Cells {
    pub fn push(&mut self, cell: Option<i64>) {
        self.values.push(cell.unwrap_or(0));
        self.known.push(cell.is_some());
    }

    pub fn get(&self, index: usize) -> Option<i64> {
        self.known[index].then_some(self.values[index])
    }

    pub fn clear(&mut self) {
        self.values.clear();
        self.known.clear();
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Has the source spoken of each owner? If not, what it would have said is unknown;
/// if it has and there are no rows, nothing is held.
pub type Asked<'a> = &'a [bool];

/// A stretch of units. Units and members are numbered one after the other.
#[derive(Debug, Clone)]
pub struct Stretch<'a> {
    pub units: Numbered,
    pub members: Numbered,
    /// By unit: the code of its district.
    pub district: &'a [i32],
    /// By member: the number of its unit, ascending.
    pub member_unit: &'a [i64],
    pub role: &'a [i32],
    pub tie: &'a [i32],
    /// 1 for a woman.
    pub sex: &'a [i32],
    pub born: &'a [i32],
    pub died: &'a Cells,
    /// In the order of [`crate::Plan::tables`].
    pub tables: Vec<StretchRows<'a>>,
}

/// So many, the first with this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    pub first: i64,
    pub count: usize,
}

/// The rows of one kind.
#[derive(Debug, Clone)]
pub struct StretchRows<'a> {
    /// By member, or by unit for facts of the family itself.
    pub asked: Asked<'a>,
    /// The number of the member (or the unit) of each row, ascending.
    pub owner: &'a [i64],
    /// In the order of [`crate::TableRead::fields`].
    pub fields: Vec<&'a Cells>,
}

impl Batch {
    /// Adds the units of a stretch, all with the same case. A unit with nobody alive or
    /// with too many members cannot be decided on: it is left out, and the answer says
    /// how many were. In the batch a unit and a person bear their numbers as ids.
    pub fn append_stretch(&mut self, stretch: &Stretch<'_>, case: &CaseFacts) -> usize {
        let mut cursor = Cursor {
            member: 0,
            rows: vec![0; stretch.tables.len()],
        };
        let before = self.len();
        for place in 0..stretch.units.count {
            self.add_unit(stretch, case, place, &mut cursor);
        }
        stretch.units.count - (self.len() - before)
    }

    fn add_unit(
        &mut self,
        stretch: &Stretch<'_>,
        case: &CaseFacts,
        place: usize,
        cursor: &mut Cursor,
    ) {
        let number = stretch.units.first + place as i64;
        let before = self.len();
        let first = cursor.member;
        while stretch.member_unit.get(cursor.member) == Some(&number) {
            self.add_member(stretch, cursor);
            cursor.member += 1;
        }
        let index = before as u32;
        for (table, rows) in cursor.rows.iter_mut().enumerate() {
            if self.layout.tables[table].table.kind.owner == Owner::Unit {
                let asked = stretch.tables[table].asked[place];
                let read = Rows {
                    number,
                    index,
                    asked,
                };
                read.into(
                    &mut self.tables[table],
                    &self.layout.tables[table],
                    &stretch.tables[table],
                    rows,
                );
            }
        }
        self.units.push(UnitId::from_u128(number as u128));
        // A code beyond 31 bits is no district's.
        let district = u32::try_from(stretch.district[place]).unwrap_or(0);
        let columns = case.columns(self.decided_on, district);
        for (column, value) in self.cases.iter_mut().zip(columns) {
            column.push(value);
        }
        self.member_start.push(self.persons.len() as u32);
        self.fact_start.push((self.fact_ids.len() / 16) as u32);
        for table in &mut self.tables {
            table.start.push(table.owner.len() as u32);
        }
        let nobody = self.member_start[before] == self.member_start[before + 1];
        if nobody || cursor.member - first > MEMBERS_MAX {
            self.truncate(before);
        }
    }

    fn add_member(&mut self, stretch: &Stretch<'_>, cursor: &mut Cursor) {
        let at = cursor.member;
        let number = stretch.members.first + at as i64;
        let died = stretch.died.get(at);
        let alive = died.is_none_or(|died| died > i64::from(self.decided_on.0));
        let index = self.persons.len() as u32;
        if alive {
            self.persons.push(PersonId::from_u128(number as u128));
            self.member_unit.push(self.units.len() as u32);
            let own = [
                stretch.role[at],
                stretch.tie[at],
                stretch.sex[at],
                stretch.born[at],
            ];
            for (column, value) in self.members.iter_mut().zip(own) {
                column.push(i64::from(value));
            }
        }
        let child = stretch.role[at] == i32::from(Role::Child.code());
        for (table, rows) in cursor.rows.iter_mut().enumerate() {
            let layout = &self.layout.tables[table];
            let counts = match layout.table.who {
                Who::All => true,
                Who::Adults => !child,
                Who::Children => child,
                Who::Unit => continue,
            };
            let source = &stretch.tables[table];
            if alive && counts {
                let asked = source.asked[at];
                let read = Rows {
                    number,
                    index,
                    asked,
                };
                read.into(&mut self.tables[table], layout, source, rows);
            } else {
                pass(source, number, rows);
            }
        }
    }
}

/// How far a stretch has been read.
struct Cursor {
    member: usize,
    /// By table.
    rows: Vec<usize>,
}

/// The rows of one owner on their way into a table.
struct Rows {
    /// The owner in the snapshot and in the batch.
    number: i64,
    index: u32,
    asked: bool,
}

impl Rows {
    fn into(
        self,
        rows: &mut TableRows,
        layout: &TableLayout,
        source: &StretchRows<'_>,
        at: &mut usize,
    ) {
        let from = *at;
        pass(source, self.number, at);
        if !self.asked {
            push_phantom(rows, layout, self.index);
            return;
        }
        let count = *at - from;
        rows.owner.resize(rows.owner.len() + count, self.index);
        rows.fact.resize(rows.fact.len() + count, 0);
        let read = layout.columns.iter().enumerate();
        let read = read.filter_map(|(field, column)| column.map(|column| (field, column)));
        for ((field, column), cells) in read.zip(&source.fields) {
            let (values, states) = (
                &mut rows.values[usize::from(column)],
                &mut rows.states[usize::from(column)],
            );
            for index in from..*at {
                let sound = |value: &i64| is_sound(layout.table.kind, field, *value);
                match cells.get(index).filter(sound) {
                    Some(value) => {
                        values.push(value);
                        states.push(KNOWN);
                    }
                    None => {
                        values.push(0);
                        states.push(missing(layout, field));
                    }
                }
            }
        }
    }
}

/// Moves on behind the rows of an owner.
fn pass(source: &StretchRows<'_>, number: i64, at: &mut usize) {
    while source.owner.get(*at).is_some_and(|owner| *owner <= number) {
        *at += 1;
    }
}
