//! Families from columns: a snapshot's or a table's stretch of units, appended to
//! a batch as it lies. The other way in, [`Batch::push`], reads packed portraits.
//!
//! The caller has chosen already what a portrait's reader chooses: the living
//! members, and for each owner and kind the rows of the most trusted fact. A fact
//! that should be there and is not is one row with `missing`; an owner without a
//! row is known to have none.

use super::push::missing;
use super::{Batch, CaseFacts, InputColumn, KNOWN, PHANTOM, TableRows, UNKNOWN};
use crate::limits::MEMBERS_MAX;
use crate::plan::{Plan, TableLayout};
use crate::typed::{MEMBER_COLUMNS, Type, Who, is_sound};
use kernel::facts::{FactKind, Owner};
use kernel::kin::Role;
use kernel::{FactId, PersonId, UnitId};

/// A stretch of units. Slices of larger columns may be handed in as they are:
/// members keep the numbers of `member_start`, units count from `first_unit`.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    pub first_unit: u32,
    /// One more than units: the number of each unit's first member.
    pub member_start: &'a [u32],
    pub units: &'a [UnitId],
    pub cases: Cases<'a>,
    pub members: Members<'a>,
    /// In the order of [`Plan::tables`].
    pub tables: &'a [Rows<'a>],
    /// In the order of [`Plan::inputs`].
    pub inputs: &'a [Values<'a>],
}

/// The cases of the units: one for all, or one for each.
#[derive(Debug, Clone, Copy)]
pub enum Cases<'a> {
    Same(CaseFacts),
    Each(&'a [CaseFacts]),
    /// A calculation has no cases.
    None,
}

/// One value a member; codes are those of `kernel::kin`. Empty in a calculation,
/// whose members are known by its inputs alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Members<'a> {
    pub persons: &'a [PersonId],
    pub roles: &'a [u8],
    pub ties: &'a [u8],
    pub female: &'a [bool],
    /// Days since 1970-01-01.
    pub born: &'a [i32],
}

/// The rows of one table, in the order of their owners.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows<'a> {
    /// The member's number (or the unit's, for facts of the family).
    pub owner: &'a [u32],
    /// Rows that stand for a fact that nobody told. Empty: none.
    pub missing: &'a [bool],
    /// The fact behind each row. Empty: not recorded with the outcome.
    pub facts: &'a [FactId],
    /// By field of the kind; the fields that the plan does not read may be empty.
    pub fields: &'a [Values<'a>],
}

/// Values as whole numbers: money in tiyin, days, months, codes by their place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Values<'a> {
    pub values: &'a [i64],
    /// Empty: all are known.
    pub known: &'a [bool],
}

/// A table that a plan reads, with the fields it needs columns for.
#[derive(Debug, Clone)]
pub struct TableRead {
    pub kind: &'static FactKind,
    pub who: Who,
    /// Places of the fields among the kind's.
    pub fields: Vec<usize>,
}

/// The columns do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error("{what}: {found} values, {expected} are needed")]
    Length {
        what: String,
        found: usize,
        expected: usize,
    },
    #[error("members must be numbered upwards: unit {0} of the columns breaks the order")]
    Order(usize),
    #[error("unit {0} of the columns has nobody in it")]
    Nobody(usize),
    #[error("unit {0} of the columns has {1} members; at most {MEMBERS_MAX} are decided on")]
    TooMany(usize, usize),
    #[error("rows of `{0}` are not in the order of their owners, or have a strange owner")]
    Owners(&'static str),
    #[error("there is no such role or tie: member {0} of the columns")]
    Member(usize),
    #[error("the batch has no room for so many members")]
    Full,
}

impl Plan {
    /// The tables in the order in which their rows are handed in.
    pub fn tables(&self) -> impl Iterator<Item = TableRead> + '_ {
        self.layout.tables.iter().map(|layout| TableRead {
            kind: layout.table.kind,
            who: layout.table.who,
            fields: (0..layout.columns.len())
                .filter(|field| layout.columns[*field].is_some())
                .collect(),
        })
    }
}

impl Batch {
    /// Adds the units of the columns. Columns that do not fit leave the batch as it was.
    pub fn append(&mut self, columns: &Columns<'_>) -> Result<(), Misfit> {
        let before = self.len();
        let appended = self.take(columns);
        if appended.is_err() {
            self.truncate(before);
        }
        appended
    }

    fn take(&mut self, columns: &Columns<'_>) -> Result<(), Misfit> {
        let counts = Counts::of(self, columns)?;
        if !columns.members.roles.is_empty() {
            self.take_members(&columns.members, &counts)?;
        }
        let mut facts = Vec::with_capacity(columns.tables.len());
        for (table, rows) in columns.tables.iter().enumerate() {
            facts.push(self.take_rows(table, rows, columns, &counts)?);
        }
        for (input, values) in self.inputs.iter_mut().zip(columns.inputs) {
            input.take(values, &counts)?;
        }
        self.take_cases(columns, counts.units);
        self.take_units(columns, &counts);
        self.take_facts(&facts, &counts);
        Ok(())
    }

    fn take_members(&mut self, members: &Members<'_>, counts: &Counts) -> Result<(), Misfit> {
        let [roles, ties, sexes, born] = &mut self.members;
        for (column, codes) in [(roles, members.roles), (ties, members.ties)] {
            column.extend(codes.iter().map(|code| i64::from(*code)));
        }
        sexes.extend(members.female.iter().map(|female| i64::from(*female)));
        born.extend(members.born.iter().map(|born| i64::from(*born)));
        for (column, (_, ty)) in self.members.iter().zip(MEMBER_COLUMNS) {
            let Type::Code(list) = ty else { continue };
            let mut added = column[counts.members_before..].iter();
            if let Some(strange) = added.position(|code| *code >= list.len() as i64) {
                return Err(Misfit::Member(strange));
            }
        }
        self.persons.extend_from_slice(members.persons);
        Ok(())
    }

    fn take_cases(&mut self, columns: &Columns<'_>, units: usize) {
        for unit in 0..units {
            let case = match columns.cases {
                Cases::Same(case) => case,
                Cases::Each(cases) => cases[unit],
                Cases::None => return,
            };
            for (column, value) in self.cases.iter_mut().zip(case.columns(self.decided_on)) {
                column.push(value);
            }
        }
    }

    fn take_units(&mut self, columns: &Columns<'_>, counts: &Counts) {
        let first = columns.member_start[0];
        for (unit, span) in columns.member_start.windows(2).enumerate() {
            let end = counts.members_before + (span[1] - first) as usize;
            self.member_start.push(end as u32);
            self.member_unit
                .resize(end, (counts.units_before + unit) as u32);
        }
        self.units.extend_from_slice(columns.units);
    }

    fn take_rows(
        &mut self,
        table: usize,
        rows: &Rows<'_>,
        columns: &Columns<'_>,
        counts: &Counts,
    ) -> Result<Vec<FactId>, Misfit> {
        let layout = &self.layout.tables[table];
        rows.check(layout)?;
        let of_unit = layout.table.kind.owner == Owner::Unit;
        let (first, owners, before) = if of_unit {
            (columns.first_unit, counts.units, counts.units_before)
        } else {
            (
                columns.member_start[0],
                counts.members,
                counts.members_before,
            )
        };
        let into = &mut self.tables[table];
        let mut kept = vec![false; rows.owner.len()];
        let (mut unit, mut last) = (0, 0);
        for (row, owner) in rows.owner.iter().enumerate() {
            let place = owner.checked_sub(first).map(|place| place as usize);
            let place = place.filter(|place| *place < owners && *place >= last);
            last = place.ok_or(Misfit::Owners(layout.table.kind.name))?;
            // The first unit whose members (or which itself) reach the owner.
            while unit < counts.units && counts.owners_to(columns, of_unit, unit) <= last {
                into.start.push(into.owner.len() as u32);
                unit += 1;
            }
            kept[row] = of_unit || is_asked(layout.table.who, columns.members.roles[last]);
            if kept[row] {
                into.owner.push((before + last) as u32);
                into.fact
                    .push(if rows.is_missing(row) { PHANTOM } else { 0 });
            }
        }
        into.start.resize(
            counts.units_before + counts.units + 1,
            into.owner.len() as u32,
        );
        for (field, column) in layout.columns.iter().enumerate() {
            let Some(column) = column else { continue };
            into.take_field(usize::from(*column), layout, field, rows, &kept);
        }
        let facts = rows.facts.iter().zip(&kept).filter(|(_, kept)| **kept);
        Ok(facts.map(|(fact, _)| *fact).collect())
    }

    /// Each unit's facts once, in the order of the tables; none when none are recorded.
    fn take_facts(&mut self, facts: &[Vec<FactId>], counts: &Counts) {
        let firsts: Vec<usize> = (self.tables.iter().zip(facts))
            .map(|(into, facts)| into.owner.len() - facts.len())
            .collect();
        for unit in counts.units_before..counts.units_before + counts.units {
            let first = self.fact_ids.len();
            for (table, facts) in facts
                .iter()
                .enumerate()
                .filter(|(_, facts)| !facts.is_empty())
            {
                let into = &mut self.tables[table];
                for row in into.start[unit] as usize..into.start[unit + 1] as usize {
                    if into.fact[row] != PHANTOM {
                        let fact = &facts[row - firsts[table]];
                        into.fact[row] = ordinal(&mut self.fact_ids, first, fact);
                    }
                }
            }
            self.fact_start.push((self.fact_ids.len() / 16) as u32);
        }
    }
}

/// The place of a fact among the batch's facts, of which those from `first` on are its unit's.
fn ordinal(facts: &mut Vec<u8>, first: usize, fact: &FactId) -> u32 {
    let known = facts[first..].as_chunks::<16>().0;
    let (count, place) = (
        known.len(),
        known.iter().position(|id| id == fact.as_bytes()),
    );
    if place.is_none() {
        facts.extend_from_slice(fact.as_bytes());
    }
    (first / 16 + place.unwrap_or(count)) as u32
}

fn is_asked(who: Who, role: u8) -> bool {
    let child = role == Role::Child.code();
    match who {
        Who::All | Who::Unit => true,
        Who::Adults => !child,
        Who::Children => child,
    }
}

fn length(what: &str, found: usize, expected: usize) -> Result<(), Misfit> {
    if found == expected {
        return Ok(());
    }
    let what = what.to_owned();
    Err(Misfit::Length {
        what,
        found,
        expected,
    })
}

/// How much there is, in the columns and in the batch before them.
pub(super) struct Counts {
    pub units: usize,
    pub members: usize,
    units_before: usize,
    members_before: usize,
}

impl Counts {
    fn of(batch: &Batch, columns: &Columns<'_>) -> Result<Counts, Misfit> {
        let starts = columns.member_start;
        let first = *starts.first().ok_or(Misfit::Order(0))?;
        for (unit, span) in starts.windows(2).enumerate() {
            let members = span[1].checked_sub(span[0]).ok_or(Misfit::Order(unit))? as usize;
            match members {
                0 => return Err(Misfit::Nobody(unit)),
                _ if members > MEMBERS_MAX => return Err(Misfit::TooMany(unit, members)),
                _ => {}
            }
        }
        let counts = Counts {
            units: starts.len() - 1,
            members: (starts[starts.len() - 1] - first) as usize,
            units_before: batch.len(),
            members_before: batch.member_unit.len(),
        };
        counts.check(batch, columns)?;
        Ok(counts)
    }

    fn check(&self, batch: &Batch, columns: &Columns<'_>) -> Result<(), Misfit> {
        if u32::try_from(self.members_before + self.members).is_err() {
            return Err(Misfit::Full);
        }
        length("tables", columns.tables.len(), batch.layout.tables.len())?;
        length("inputs", columns.inputs.len(), batch.inputs.len())?;
        if batch.calculation {
            return Ok(());
        }
        let members = &columns.members;
        length("units", columns.units.len(), self.units)?;
        length("persons", members.persons.len(), self.members)?;
        length("roles", members.roles.len(), self.members)?;
        length("ties", members.ties.len(), self.members)?;
        length("sexes", members.female.len(), self.members)?;
        length("dates of birth", members.born.len(), self.members)?;
        match columns.cases {
            Cases::Same(_) => Ok(()),
            Cases::Each(cases) => length("cases", cases.len(), self.units),
            Cases::None => length("cases", 0, self.units),
        }
    }

    /// The owners of a table that end with a unit.
    fn owners_to(&self, columns: &Columns<'_>, of_unit: bool, unit: usize) -> usize {
        if of_unit {
            unit + 1
        } else {
            (columns.member_start[unit + 1] - columns.member_start[0]) as usize
        }
    }
}

impl Rows<'_> {
    fn is_missing(&self, row: usize) -> bool {
        self.missing.get(row).copied().unwrap_or(false)
    }

    fn check(&self, layout: &TableLayout) -> Result<(), Misfit> {
        let (name, rows) = (layout.table.kind.name, self.owner.len());
        let optional = [("missing", self.missing.len()), ("facts", self.facts.len())];
        for (what, found) in optional.into_iter().filter(|(_, found)| *found > 0) {
            length(&format!("`{what}` of `{name}`"), found, rows)?;
        }
        let read = layout
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.is_some());
        for (field, _) in read {
            let what = format!("`{name}.{}`", layout.table.kind.fields[field].name);
            let values = self.fields.get(field).copied().unwrap_or_default();
            length(&what, values.values.len(), rows)?;
            if !values.known.is_empty() {
                length(&what, values.known.len(), rows)?;
            }
        }
        Ok(())
    }
}

impl TableRows {
    fn take_field(
        &mut self,
        column: usize,
        layout: &TableLayout,
        field: usize,
        rows: &Rows<'_>,
        kept: &[bool],
    ) {
        let (given, unknown) = (&rows.fields[field], missing(layout, field));
        for row in (0..kept.len()).filter(|row| kept[*row]) {
            let known = !rows.is_missing(row) && given.known.get(row).copied().unwrap_or(true);
            let value = given.values[row];
            let sound = known && is_sound(layout.table.kind, field, value);
            self.values[column].push(if sound { value } else { 0 });
            self.states[column].push(if sound { KNOWN } else { unknown });
        }
    }
}

impl InputColumn {
    fn take(&mut self, given: &Values<'_>, counts: &Counts) -> Result<(), Misfit> {
        let expected = if self.of_member {
            counts.members
        } else {
            counts.units
        };
        length("an input", given.values.len(), expected)?;
        let before = self.values.len();
        self.values.extend_from_slice(given.values);
        if !given.known.is_empty() {
            length("what is known of an input", given.known.len(), expected)?;
            self.states.resize(before, KNOWN);
            let states = given
                .known
                .iter()
                .map(|known| if *known { KNOWN } else { UNKNOWN });
            self.states.extend(states);
        } else if !self.states.is_empty() {
            self.states.resize(before + expected, KNOWN);
        }
        Ok(())
    }
}
