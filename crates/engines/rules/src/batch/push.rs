//! Reading one packed portrait into the columns.

use super::{AT_LEAST, Batch, CaseFacts, KNOWN, PHANTOM, TableRows, UNKNOWN};
use crate::limits::MEMBERS_MAX;
use crate::plan::TableLayout;
use crate::typed::{Who, is_sound, never_negative};
use kernel::Sex;
use kernel::facts::{CellView, Owner};
use kernel::kin::Role;
use kernel::portrait::{BadBytes, FactView, Facts, MemberView, PortraitView};

/// The portrait cannot be decided on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the portrait's bytes are damaged: {0}")]
    Bytes(#[from] BadBytes),
    #[error("the unit has nobody alive in it")]
    Nobody,
    #[error("the unit has {0} members; at most {MEMBERS_MAX} are decided on")]
    TooMany(usize),
    #[error("the pack is a calculation: it reads columns of its own inputs, no portraits")]
    Calculation,
}

/// Tables that a pack may read: as many as the catalogue has kinds.
const TABLES_MAX: usize = 64;

/// What whole-register extracts say of every person of a unit, by table; each with its
/// place among the unit's facts once it was used.
struct Extracts<'a> {
    facts: [Option<FactView<'a>>; TABLES_MAX],
    used: [Option<u32>; TABLES_MAX],
}

impl Batch {
    /// Adds a unit. A portrait that cannot be read leaves the batch as it was.
    pub fn push(&mut self, portrait: &[u8], case: &CaseFacts) -> Result<(), Malformed> {
        if self.calculation {
            return Err(Malformed::Calculation);
        }
        let before = self.len();
        let pushed = self.read(portrait, case);
        if pushed.is_err() {
            self.truncate(before);
        }
        pushed
    }

    fn read(&mut self, portrait: &[u8], case: &CaseFacts) -> Result<(), Malformed> {
        let view = PortraitView::new(portrait)?;
        if view.member_count() > MEMBERS_MAX {
            return Err(Malformed::TooMany(view.member_count()));
        }
        let mut extracts = Extracts {
            facts: self.best(view.facts(), |layout| {
                layout.table.kind.owner == Owner::Person
            }),
            used: [None; TABLES_MAX],
        };
        for member in view.members() {
            // The dead are not counted; the roster of a later day leaves them out.
            if member.died.is_some_and(|died| died <= self.decided_on) {
                continue;
            }
            self.read_member(&member, &mut extracts)?;
        }
        if self.persons.len() == self.member_start[self.len()] as usize {
            return Err(Malformed::Nobody);
        }
        let unit = self.len() as u32;
        let of_unit = |layout: &TableLayout| layout.table.kind.owner == Owner::Unit;
        self.read_facts(view.facts(), unit, None, of_unit)?;
        self.units.push(view.unit());
        let columns = case.columns(self.decided_on, view.district());
        for (column, value) in self.cases.iter_mut().zip(columns) {
            column.push(value);
        }
        self.member_start.push(self.persons.len() as u32);
        self.fact_start.push((self.fact_ids.len() / 16) as u32);
        for table in &mut self.tables {
            table.start.push(table.owner.len() as u32);
        }
        Ok(())
    }

    fn read_member(
        &mut self,
        member: &MemberView<'_>,
        extracts: &mut Extracts<'_>,
    ) -> Result<(), Malformed> {
        let index = self.persons.len() as u32;
        self.persons.push(member.person);
        self.member_unit.push(self.len() as u32);
        let columns = [
            i64::from(member.role.code()),
            i64::from(member.tie.code()),
            i64::from(member.sex == Sex::Female),
            i64::from(member.born.0),
        ];
        for (column, value) in self.members.iter_mut().zip(columns) {
            column.push(value);
        }
        let child = member.role == Role::Child;
        let is_read = |layout: &TableLayout| match layout.table.who {
            Who::All => true,
            Who::Adults => !child,
            Who::Children => child,
            Who::Unit => false,
        };
        self.read_facts(member.facts(), index, Some(extracts), is_read)
    }

    /// Rows of every table that is read of this owner: those of the most trusted
    /// source (the latest of its facts); without a fact of its own those of the whole-register
    /// extract, or a phantom where there is none either.
    fn read_facts(
        &mut self,
        facts: Facts<'_>,
        owner: u32,
        mut extracts: Option<&mut Extracts<'_>>,
        is_read: impl Fn(&TableLayout) -> bool,
    ) -> Result<(), Malformed> {
        let best = self.best(facts, &is_read);
        for (table, layout) in self.layout.tables.iter().enumerate() {
            if !is_read(layout) {
                continue;
            }
            let next = (self.fact_ids.len() / 16) as u32;
            let extract = extracts.as_deref_mut().and_then(|extracts| {
                let fact = extracts.facts[table].filter(|_| best[table].is_none())?;
                Some((fact, *extracts.used[table].get_or_insert(next)))
            });
            let rows = &mut self.tables[table];
            match best[table].map(|fact| (fact, next)).or(extract) {
                None => push_phantom(rows, layout, owner),
                Some((fact, ordinal)) => {
                    if ordinal == next {
                        self.fact_ids.extend_from_slice(fact.id.as_bytes());
                    }
                    push_rows(rows, layout, owner, ordinal, &fact)?;
                }
            }
        }
        Ok(())
    }

    /// The fact of the most trusted source (the latest of its facts) for each table.
    fn best<'a>(
        &self,
        facts: Facts<'a>,
        is_read: impl Fn(&TableLayout) -> bool,
    ) -> [Option<FactView<'a>>; TABLES_MAX] {
        let mut best: [Option<FactView<'a>>; TABLES_MAX] = [const { None }; TABLES_MAX];
        for fact in facts {
            let table = self
                .layout
                .tables
                .iter()
                .position(|layout| layout.table.kind.code == fact.kind);
            let Some(table) = table.filter(|table| is_read(&self.layout.tables[*table])) else {
                continue;
            };
            let table_read = &self.layout.tables[table].table;
            let trust =
                |fact: &FactView<'_>| table_read.trust_of(fact.source).unwrap_or(usize::MAX);
            let better = |old: &FactView<'_>| {
                let (new_trust, old_trust) = (trust(&fact), trust(old));
                new_trust < old_trust || (new_trust == old_trust && fact.as_of >= old.as_of)
            };
            if best[table].as_ref().is_none_or(better) {
                best[table] = Some(fact);
            }
        }
        best
    }
}

pub(super) fn push_phantom(rows: &mut TableRows, layout: &TableLayout, owner: u32) {
    rows.owner.push(owner);
    rows.fact.push(PHANTOM);
    for (field, column) in layout.columns.iter().enumerate() {
        let Some(column) = column else { continue };
        rows.values[usize::from(*column)].push(0);
        rows.states[usize::from(*column)].push(missing(layout, field));
    }
}

fn push_rows(
    rows: &mut TableRows,
    layout: &TableLayout,
    owner: u32,
    ordinal: u32,
    fact: &FactView<'_>,
) -> Result<(), BadBytes> {
    let body = fact.read()?;
    for row in body.rows() {
        rows.owner.push(owner);
        rows.fact.push(ordinal);
        let mut cells = row.cells();
        for (field, column) in layout.columns.iter().enumerate() {
            let cell = cells.next().unwrap_or(CellView::Missing);
            let Some(column) = column else { continue };
            let (value, state) = match cell
                .int()
                .filter(|value| is_sound(layout.table.kind, field, *value))
            {
                Some(value) => (value, KNOWN),
                None => (0, missing(layout, field)),
            };
            rows.values[usize::from(*column)].push(value);
            rows.states[usize::from(*column)].push(state);
        }
    }
    Ok(())
}

/// An amount that is never negative is at least 0 even when it is unknown.
pub(super) fn missing(layout: &TableLayout, field: usize) -> u8 {
    if never_negative(layout.table.kind, field) {
        AT_LEAST
    } else {
        UNKNOWN
    }
}
