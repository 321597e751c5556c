//! Reading a snapshot, stretch by stretch, and only the columns that are wanted.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kernel::facts::{FactKind, Owner};
use kernel::kin::{Role, Tie};
use rules::batch::Stretch;
use rules::{Plan, TableRead};

use super::error::{Result, SnapshotError, damaged};
use super::file::Input;
use super::group::{CALENDAR, Group, Members};
use super::manifest::Manifest;
use super::schema;

/// A snapshot on disk, whole or in parts.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub manifest: Manifest,
    folder: PathBuf,
    parts: Vec<(PathBuf, Manifest)>,
}

/// Which columns are read.
#[derive(Debug, Clone, Default)]
pub struct What {
    /// The units' ids, districts and mahallas.
    pub ids: bool,
    pub places: bool,
    wanted: Vec<TableRead>,
    /// By wanted kind: its place among the snapshot's.
    kinds: Vec<usize>,
}

/// One stretch: a part and a row group in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    part: usize,
    group: usize,
}

impl Snapshot {
    pub fn open(folder: &Path) -> Result<Snapshot> {
        let manifest = Manifest::read(folder)?;
        let mut parts = Vec::new();
        for name in &manifest.parts {
            let part = folder.join(name);
            let of_part = Manifest::read(&part)?;
            if of_part.kinds != manifest.kinds || !of_part.parts.is_empty() {
                return Err(damaged(&part, "not a part of this snapshot"));
            }
            parts.push((part, of_part));
        }
        if parts.is_empty() {
            parts.push((folder.to_owned(), manifest.clone()));
        }
        Ok(Snapshot {
            manifest,
            folder: folder.to_owned(),
            parts,
        })
    }

    /// What a plan reads. Refused when the snapshot holds other units, or lacks a kind.
    pub fn what(&self, plan: &Plan) -> Result<What> {
        let wants = &plan.pack().unit().name;
        if *wants != self.manifest.unit_block {
            return Err(SnapshotError::OtherUnit {
                has: self.manifest.unit_block.clone(),
                wants: wants.clone(),
            });
        }
        if let Some((kind, first)) = plan.prevails() {
            return Err(SnapshotError::Prevails { kind, first });
        }
        let wanted = plan.tables().collect::<Vec<_>>();
        let place = |wanted: &TableRead| {
            let name = wanted.kind.name;
            let has = self.manifest.kinds.iter().position(|kind| kind == name);
            has.ok_or_else(|| SnapshotError::Lacks(name.to_owned()))
        };
        Ok(What {
            kinds: wanted.iter().map(place).collect::<Result<_>>()?,
            wanted,
            // A value of the law may hang on where a unit lives.
            places: true,
            ..What::default()
        })
    }

    /// Every stretch once, shared among so many threads; each has a state of its own, and
    /// `work` also learns the stretch's place in the order of the units.
    pub fn each<S: Send>(
        &self,
        what: &What,
        threads: usize,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, usize, &Group) -> Result<()> + Sync,
    ) -> Result<Vec<S>> {
        let stretches = self.stretches();
        let next = AtomicUsize::new(0);
        let failed = Mutex::new(None);
        let one = || {
            let mut state = state();
            let done = self.work_through(what, &stretches, &next, |place, group| {
                work(&mut state, place, group)
            });
            if let Err(error) = done {
                next.store(stretches.len(), Ordering::Relaxed);
                failed
                    .lock()
                    .expect("no thread panics with it")
                    .get_or_insert(error);
            }
            state
        };
        let states = std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(one)).collect();
            let ended = running.into_iter().map(|thread| thread.join());
            ended
                .map(|state| state.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        match failed.into_inner().expect("no thread panics with it") {
            Some(error) => Err(error),
            None => Ok(states),
        }
    }

    fn stretches(&self) -> Vec<Turn> {
        let of_part = |(part, (_, manifest)): (usize, &(PathBuf, Manifest))| {
            (0..manifest.groups).map(move |group| Turn { part, group })
        };
        self.parts.iter().enumerate().flat_map(of_part).collect()
    }

    fn work_through(
        &self,
        what: &What,
        stretches: &[Turn],
        next: &AtomicUsize,
        mut work: impl FnMut(usize, &Group) -> Result<()>,
    ) -> Result<()> {
        let kinds = self.manifest.known_kinds(&self.folder)?;
        let mut group = Group::new(&kinds);
        let mut open: Option<(usize, Part)> = None;
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(stretch) = stretches.get(place) else {
                return Ok(());
            };
            let part = match &mut open {
                Some((part, files)) if *part == stretch.part => files,
                other => {
                    let (folder, manifest) = &self.parts[stretch.part];
                    let files = Part::open(folder, manifest, &kinds, what)?;
                    &mut other.insert((stretch.part, files)).1
                }
            };
            part.read(stretch.group, what, &kinds, &mut group)?;
            work(place, &group)?;
        }
    }
}

impl What {
    /// The stretch as the engine reads it.
    pub fn columns<'a>(&self, group: &'a Group) -> Stretch<'a> {
        group.columns(&self.wanted, &self.kinds)
    }
}

/// The open files of one part.
struct Part {
    first_member: i64,
    unit: Input,
    member: Input,
    /// By wanted kind.
    facts: Vec<Input>,
}

impl Part {
    fn open(
        folder: &Path,
        manifest: &Manifest,
        kinds: &[&'static FactKind],
        what: &What,
    ) -> Result<Part> {
        let open = |name: &str, columns: &[schema::Column]| {
            let input = Input::open(folder.join(format!("{name}.parquet")), columns)?;
            if input.groups() != manifest.groups {
                return Err(damaged(
                    input.path(),
                    "as many row groups as the manifest says",
                ));
            }
            Ok(input)
        };
        let facts = what
            .wanted
            .iter()
            .map(|wanted| open(wanted.kind.name, &schema::fact(wanted.kind)));
        Ok(Part {
            first_member: manifest.first_member,
            unit: open("unit", &schema::unit(kinds))?,
            member: open("member", &schema::member(kinds))?,
            facts: facts.collect::<Result<_>>()?,
        })
    }

    fn read(
        &self,
        group: usize,
        what: &What,
        kinds: &[&'static FactKind],
        into: &mut Group,
    ) -> Result<()> {
        let units = self.unit.group(group)?;
        let members = self.member.group(group)?;
        into.units.count = units.rows;
        let mut numbers = Vec::new();
        units.large(0, &mut numbers)?;
        into.first_unit = first(&self.unit, &numbers)?;
        members.large(0, &mut numbers)?;
        into.first_member = first(&self.member, &numbers)?;
        if what.ids {
            units.ids(schema::UNIT_ID, &mut into.units.id)?;
        }
        if what.places {
            units.small(schema::DISTRICT, &mut into.units.district)?;
            units.small(schema::MAHALLA, &mut into.units.mahalla)?;
        }
        let of_members = &mut into.members;
        members.large(schema::MEMBER_UNIT, &mut of_members.unit)?;
        members.small(schema::ROLE, &mut of_members.role)?;
        members.small(schema::TIE, &mut of_members.tie)?;
        members.small(schema::SEX, &mut of_members.sex)?;
        members.small(schema::BORN, &mut of_members.born)?;
        self.check_members(of_members, into.first_member)?;
        members.maybe_small(schema::DIED, &mut of_members.died)?;
        sorted(&self.member, &of_members.unit)?;
        for ((wanted, place), file) in what.wanted.iter().zip(&what.kinds).zip(&self.facts) {
            let facts = &mut into.facts[*place];
            let owners = match wanted.kind.owner {
                Owner::Unit => &units,
                Owner::Person => &members,
            };
            owners.yes(schema::asked_place(kinds, *place), &mut facts.asked)?;
            let rows = file.group(group)?;
            rows.large(schema::owner_place(wanted.kind), &mut facts.owner)?;
            sorted(file, &facts.owner)?;
            for field in &wanted.fields {
                let column = schema::field_place(wanted.kind, *field);
                rows.maybe(
                    column.expect("no formula reads a text"),
                    &mut facts.fields[*field],
                )?;
            }
        }
        Ok(())
    }

    /// Columns of codes hold codes, and births are days of the calendar.
    fn check_members(&self, members: &Members, first: i64) -> Result<()> {
        let coded = |code: i32, count: usize| usize::try_from(code).is_ok_and(|code| code < count);
        let (is_role, is_tie) = (
            |code| coded(code, Role::ALL.len()),
            |code| coded(code, Tie::ALL.len()),
        );
        let is_day = |born: i32| born.unsigned_abs() < CALENDAR;
        let path = self.member.path();
        let rows = first - self.first_member;
        column(path, ("role", "no role"), &members.role, rows, is_role)?;
        column(path, ("tie", "no tie"), &members.tie, rows, is_tie)?;
        column(path, ("sex", "no sex"), &members.sex, rows, |code| {
            coded(code, 2)
        })?;
        column(
            path,
            ("born", "beyond the calendar"),
            &members.born,
            rows,
            is_day,
        )
    }
}

/// Every value of a column is a sound one. Rows are counted from 1; so many of the file stand
/// before these.
fn column(
    path: &Path,
    (name, wrong): (&str, &str),
    values: &[i32],
    rows_before: i64,
    sound: impl Fn(i32) -> bool,
) -> Result<()> {
    match values.iter().position(|value| !sound(*value)) {
        None => Ok(()),
        Some(at) => {
            let (row, value) = (rows_before + at as i64 + 1, values[at]);
            let why = format!("column `{name}`, row {row}: {value} is {wrong}");
            Err(damaged(path, why))
        }
    }
}

/// The first of numbers that follow each other.
fn first(file: &Input, numbers: &[i64]) -> Result<i64> {
    let one = numbers.first().copied().unwrap_or(0);
    let follow = numbers
        .windows(2)
        .all(|two| two[1] == two[0].wrapping_add(1));
    if one < 0 || !follow {
        return Err(damaged(file.path(), "its numbers do not follow each other"));
    }
    Ok(one)
}

/// Rows stand in the order of their owners.
fn sorted(file: &Input, numbers: &[i64]) -> Result<()> {
    if numbers.is_sorted() {
        return Ok(());
    }
    Err(damaged(
        file.path(),
        "its rows are not in the order of their owners",
    ))
}
