//! Writing a snapshot: families go in one after the other, and every so many of them
//! become a row group of every file. Memory holds one such stretch.

use std::path::{Path, PathBuf};

use kernel::Day;
use kernel::facts::{FactKind, Owner, ValueType};

use super::error::{At, Result, SnapshotError};
use super::file::{Output, Values};
use super::group::{Facts, Group};
use super::manifest::{FORMAT, Manifest};
use super::schema;

/// What a snapshot is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub taken_on: Day,
    pub country: String,
    /// The name of the packs' `unit` block.
    pub unit_block: String,
    /// The kinds of facts that are asked for in the country.
    pub kinds: Vec<&'static FactKind>,
}

/// A snapshot being written into one folder.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    subject: Subject,
    group: Group,
    first: (i64, i64),
    groups: usize,
    unit: Output,
    member: Output,
    facts: Vec<Output>,
}

impl Writer {
    /// Makes the folder, which must not exist or be empty.
    pub fn create(folder: &Path, subject: &Subject) -> Result<Writer> {
        Writer::numbered(folder, subject, 0, 0)
    }

    /// A part of a larger snapshot: its units and members are numbered from here.
    pub fn numbered(
        folder: &Path,
        subject: &Subject,
        first_unit: i64,
        first_member: i64,
    ) -> Result<Writer> {
        empty_folder(folder)?;
        let kinds = &subject.kinds;
        let create = |name: &str, columns: &[schema::Column]| {
            Output::create(folder.join(format!("{name}.parquet")), name, columns)
        };
        let facts = kinds
            .iter()
            .map(|kind| create(kind.name, &schema::fact(kind)));
        let mut group = Group::new(kinds);
        (group.first_unit, group.first_member) = (first_unit, first_member);
        Ok(Writer {
            folder: folder.to_owned(),
            group,
            first: (first_unit, first_member),
            groups: 0,
            unit: create("unit", &schema::unit(kinds))?,
            member: create("member", &schema::member(kinds))?,
            facts: facts.collect::<Result<_>>()?,
            subject: subject.clone(),
        })
    }

    /// Adds a family by its packed portrait.
    pub fn push(&mut self, portrait: &[u8]) -> Result<()> {
        self.group.push(&self.subject.kinds, portrait)?;
        self.flush_if_full()
    }

    /// The stretch being gathered, for those who make families as columns; after each
    /// unit comes [`Writer::flush_if_full`].
    pub fn group(&mut self) -> &mut Group {
        &mut self.group
    }

    pub fn flush_if_full(&mut self) -> Result<()> {
        if self.group.is_full() {
            self.flush()?;
        }
        Ok(())
    }

    /// The number of the next unit and of the next member.
    pub fn next_numbers(&self) -> (i64, i64) {
        let Group {
            first_unit,
            first_member,
            units,
            members,
            ..
        } = &self.group;
        (
            first_unit + units.count as i64,
            first_member + members.unit.len() as i64,
        )
    }

    fn flush(&mut self) -> Result<()> {
        let group = &self.group;
        if group.units.count == 0 {
            return Ok(());
        }
        let kinds = &self.subject.kinds;
        let units: Vec<i64> = (group.first_unit..).take(group.units.count).collect();
        let mut columns = vec![
            Values::Large(&units),
            Values::Id(&group.units.id),
            Values::Small(&group.units.district),
            Values::Small(&group.units.mahalla),
        ];
        columns.extend(asked(group, kinds, Owner::Unit));
        self.unit.write(group.units.count, &columns)?;
        let count = group.members.unit.len();
        let members: Vec<i64> = (group.first_member..).take(count).collect();
        let mut columns = vec![
            Values::Large(&members),
            Values::Large(&group.members.unit),
            Values::Small(&group.members.role),
            Values::Small(&group.members.tie),
            Values::Small(&group.members.sex),
            Values::Small(&group.members.born),
            Values::MaybeSmall(&group.members.died),
        ];
        columns.extend(asked(group, kinds, Owner::Person));
        self.member.write(count, &columns)?;
        for ((kind, facts), output) in kinds.iter().zip(&group.facts).zip(&mut self.facts) {
            output.write(facts.unit.len(), &fact_columns(kind, facts))?;
        }
        self.groups += 1;
        self.group.clear();
        Ok(())
    }

    /// Writes what is left, and the manifest.
    pub fn finish(mut self) -> Result<Manifest> {
        self.flush()?;
        let (next_unit, next_member) = self.next_numbers();
        let mut files = vec![self.unit.finish()?, self.member.finish()?];
        for output in self.facts {
            files.push(output.finish()?);
        }
        let Subject {
            taken_on,
            country,
            unit_block,
            kinds,
        } = self.subject;
        let manifest = Manifest {
            format: FORMAT,
            taken_on,
            country,
            unit_block,
            units: (next_unit - self.first.0) as u64,
            members: (next_member - self.first.1) as u64,
            first_unit: self.first.0,
            first_member: self.first.1,
            kinds: kinds.iter().map(|kind| kind.name.to_owned()).collect(),
            groups: self.groups,
            files,
            parts: Vec::new(),
        };
        manifest.write(&self.folder)?;
        Ok(manifest)
    }
}

/// The manifest of a folder whose sub-folders are parts, in this order.
pub fn join(folder: &Path, parts: &[String]) -> Result<Manifest> {
    let mut whole: Option<Manifest> = None;
    for part in parts {
        let one = Manifest::read(&folder.join(part))?;
        let whole = whole.get_or_insert_with(|| Manifest {
            units: 0,
            members: 0,
            groups: 0,
            files: Vec::new(),
            ..one.clone()
        });
        whole.units += one.units;
        whole.members += one.members;
        whole.groups += one.groups;
        whole.parts.push(part.clone());
    }
    let whole = whole.ok_or_else(|| SnapshotError::Damaged {
        path: folder.to_owned(),
        why: "no parts".to_owned(),
    })?;
    whole.write(folder)?;
    Ok(whole)
}

pub(super) fn empty_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).at(folder)?;
    match std::fs::read_dir(folder).at(folder)?.next() {
        None => Ok(()),
        Some(_) => Err(SnapshotError::Taken(folder.to_owned())),
    }
}

fn asked<'a>(
    group: &'a Group,
    kinds: &'a [&'static FactKind],
    owner: Owner,
) -> impl Iterator<Item = Values<'a>> {
    kinds
        .iter()
        .zip(&group.facts)
        .filter(move |(kind, _)| kind.owner == owner)
        .map(|(_, facts)| Values::Yes(&facts.asked))
}

fn fact_columns<'a>(kind: &'static FactKind, facts: &'a Facts) -> Vec<Values<'a>> {
    let mut columns = vec![Values::Large(&facts.unit)];
    if kind.owner == Owner::Person {
        columns.push(Values::Large(&facts.owner));
    }
    columns.push(Values::Small(&facts.source));
    columns.push(Values::Small(&facts.as_of));
    let fields = kind.fields.iter().zip(&facts.fields);
    columns.extend(
        fields
            .filter(|(field, _)| field.ty != ValueType::Text)
            .map(|(_, cells)| Values::Maybe(cells)),
    );
    columns
}
