//! The projections made anew from their sources, and compared with them.

use super::{Block, UnitRow, block_named, compose, owner, rows_after};
use crate::kin::{self, Kinship};
use crate::{Permit, Result, fact};
use kernel::kin::partition;
use kernel::portrait::{PortraitView, Role};
use kernel::{Day, PersonId, UnitId};
use std::collections::{BTreeMap, HashMap};
use store::{Platform, Tx, fetch_values};
use uuid::Uuid;

/// Persons or units worked on in one transaction.
const CHUNK: usize = 5_000;
/// Differences reported one by one; more are only counted.
pub const DIFFERENCES_MAX: usize = 1_000;

/// Composes every unit of the block anew on a day; units keep their ids. Answers how
/// many changed.
pub async fn rebuild(platform: &Platform, _permit: &Permit, block: &str, on: Day) -> Result<u64> {
    let mut changed = 0;
    let mut after = Uuid::nil();
    loop {
        let mut tx = platform.db.begin().await?;
        let block = block_named(&mut tx, block).await?;
        let persons = persons_after(&mut tx, after).await?;
        let Some(last) = persons.last() else {
            return Ok(changed);
        };
        after = last.0;
        let blocks = std::slice::from_ref(&block);
        changed += compose::recompose(&mut tx, &platform.ids, blocks, &persons, on)
            .await?
            .len() as u64;
        tx.commit().await?;
    }
}

async fn persons_after(tx: &mut Tx, after: Uuid) -> Result<Vec<PersonId>> {
    let ids = fetch_values!(
        tx,
        Uuid,
        "SELECT DISTINCT id FROM person WHERE id > $1 ORDER BY id LIMIT $2",
        after,
        CHUNK as i64
    )?;
    Ok(ids.into_iter().map(PersonId).collect())
}

/// Composes anew the units in which a child has come of age since they were composed;
/// to be called before a batch of another day. Answers how many units changed.
pub async fn recompose_due(
    platform: &Platform,
    _permit: &Permit,
    block: &str,
    on: Day,
) -> Result<u64> {
    let mut changed = 0;
    let mut after = None;
    loop {
        let mut tx = platform.db.begin().await?;
        let block = block_named(&mut tx, block).await?;
        let rows = rows_after(&mut tx, block.code, after, CHUNK).await?;
        let Some(last) = rows.last() else {
            return Ok(changed);
        };
        after = Some(last.unit);
        let due: Vec<PersonId> = rows
            .iter()
            .filter(|row| is_due(&block, row, on))
            .map(|row| row.head)
            .collect();
        if !due.is_empty() {
            let blocks = std::slice::from_ref(&block);
            changed += compose::recompose(&mut tx, &platform.ids, blocks, &due, on)
                .await?
                .len() as u64;
            tx.commit().await?;
        }
    }
}

/// True when a child of the unit is no longer one by age.
pub(crate) fn is_due(block: &Block, row: &UnitRow, on: Day) -> bool {
    let Some((under_years, _)) = block.block.children() else {
        return false;
    };
    let Ok(view) = PortraitView::new(&row.packed) else {
        return true;
    };
    let mut children = view.members().filter(|member| member.role == Role::Child);
    children.any(|child| kernel::day::completed_years(child.born, on) >= under_years)
}

/// What [`verify`] found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Verified {
    pub units: u64,
    pub persons: u64,
    /// All differences; the first of them are in `examples`.
    pub differences: u64,
    pub examples: Vec<Difference>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The stored portrait is not what relations, residences and facts give.
    Portrait { unit: UnitId },
    /// The head is in no unit, or another person heads it.
    Gone { unit: UnitId },
    /// A member's row names another unit.
    Member { person: PersonId, unit: UnitId },
    /// A living person who sits in no unit.
    Unseated { person: PersonId },
}

impl Verified {
    fn add(&mut self, difference: Difference) {
        self.differences += 1;
        if self.examples.len() < DIFFERENCES_MAX {
            self.examples.push(difference);
        }
    }
}

/// Compares every unit of the block with what its sources give, on the day it was composed.
pub async fn verify(platform: &Platform, _permit: &Permit, block: &str) -> Result<Verified> {
    let mut tx = platform.db.read().await?;
    let block = block_named(&mut tx, block).await?;
    let mut verified = Verified::default();
    let mut after = None;
    loop {
        let rows = rows_after(&mut tx, block.code, after, CHUNK).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.unit);
        verify_units(&mut tx, &block, &rows, &mut verified).await?;
    }
    verify_seats(&mut tx, &block, &mut verified).await?;
    Ok(verified)
}

async fn verify_units(
    tx: &mut Tx,
    block: &Block,
    rows: &[UnitRow],
    verified: &mut Verified,
) -> Result<()> {
    let days = super::projection::composed_days(tx, block.code, rows).await?;
    let mut by_day: BTreeMap<Day, Vec<&UnitRow>> = BTreeMap::new();
    for row in rows {
        by_day.entry(days[&row.unit]).or_default().push(row);
    }
    for (on, rows) in by_day {
        verify_composed_on(tx, block, &rows, on, verified).await?;
    }
    Ok(())
}

async fn verify_composed_on(
    tx: &mut Tx,
    block: &Block,
    rows: &[&UnitRow],
    on: Day,
    verified: &mut Verified,
) -> Result<()> {
    let mut members: Vec<PersonId> = Vec::new();
    for row in rows {
        members.extend(row.portrait()?.members.iter().map(|member| member.person));
    }
    let residents = block.block.includes_residents();
    let kinship = kin::load(tx, &members, compose::STEPS, residents).await?;
    let rosters = partition(&block.block, &kinship.graph(), &members, on);
    let by_head: HashMap<PersonId, _> = rosters
        .iter()
        .filter_map(|roster| Some((roster.head()?, roster)))
        .collect();
    let owners: Vec<Uuid> = members
        .iter()
        .map(|m| owner(*m))
        .chain(rows.iter().map(|row| row.unit.0))
        .chain([fact::REGISTER])
        .collect();
    let facts = fact::current_packed(tx, &owners).await?;
    let seats = super::projection::units_of(tx, block.code, &members).await?;
    let places = places(tx, &kinship, on).await?;
    for row in rows {
        verified.units += 1;
        let Some(roster) = by_head.get(&row.head) else {
            verified.add(Difference::Gone { unit: row.unit });
            continue;
        };
        let place_of = |head| places.get(&head).copied().unwrap_or((0, 0));
        let expected = compose::portrait(roster, row.unit, &kinship, place_of, &facts);
        if expected.is_none_or(|expected| expected.pack() != row.packed) {
            verified.add(Difference::Portrait { unit: row.unit });
        }
        for seat in &roster.members {
            verified.persons += 1;
            if seats.get(&seat.person) != Some(&row.unit) {
                verified.add(Difference::Member {
                    person: seat.person,
                    unit: row.unit,
                });
            }
        }
    }
    Ok(())
}

async fn places(tx: &mut Tx, kinship: &Kinship, on: Day) -> Result<HashMap<PersonId, (u32, u32)>> {
    let homes = kinship.homes(on);
    let mut ids: Vec<_> = homes.values().copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let dwellings = kin::dwellings_by_id(tx, &ids).await?;
    let place = |(person, dwelling): (PersonId, _)| {
        let found = dwellings.get(&dwelling)?;
        Some((person, (found.district, found.mahalla)))
    };
    Ok(homes.into_iter().filter_map(place).collect())
}

/// Every living person sits in a unit.
async fn verify_seats(tx: &mut Tx, block: &Block, verified: &mut Verified) -> Result<()> {
    let unseated = fetch_values!(
        tx,
        Uuid,
        "SELECT p.id FROM person p
         LEFT JOIN unit_member_now m ON m.person = p.id AND m.block = $1
         WHERE m.person IS NULL AND p.died IS NULL AND NOT EXISTS
            (SELECT 1 FROM person q WHERE q.id = p.id AND q.known_from > p.known_from)
         ORDER BY p.id LIMIT $2",
        block.code,
        DIFFERENCES_MAX as i64
    )?;
    for person in unseated {
        verified.add(Difference::Unseated {
            person: PersonId(person),
        });
    }
    Ok(())
}
