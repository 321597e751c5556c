//! From kinship to portraits: the units of some persons on a day.

use super::{Block, UnitRow, projection, rows_of};
use crate::kin::{self, Kinship};
use crate::{Result, fact};
use kernel::kin::{Roster, partition};
use kernel::portrait::{Member, PackedFact, Portrait, Role};
use kernel::{Day, DwellingId, PersonId, UnitId};
use std::collections::{BTreeSet, HashMap, HashSet};
use store::{Ids, Tx};
use uuid::Uuid;

/// Ties followed from the members of touched units: to their spouses and children,
/// to those children's other carers, and to the spouses of these.
pub(crate) const STEPS: usize = 3;
/// Rounds in which units that lose a member to another are drawn in.
const ROUNDS_MAX: usize = 8;

/// Composes anew, in every block, the units that the persons belong to or should
/// belong to: on the day, or on the latest day any of them was composed on, so that a
/// word that comes late does not undo what happened since. Answers the units that
/// changed, came or went.
pub(crate) async fn recompose(
    tx: &mut Tx,
    ids: &Ids,
    blocks: &[Block],
    persons: &[PersonId],
    on: Day,
) -> Result<Vec<UnitId>> {
    tx.alone(projection::UNITS).await?;
    let mut changed = Vec::new();
    for block in blocks {
        changed.extend(recompose_block(tx, ids, block, persons, on).await?);
    }
    changed.sort_unstable();
    changed.dedup();
    Ok(changed)
}

async fn recompose_block(
    tx: &mut Tx,
    ids: &Ids,
    block: &Block,
    persons: &[PersonId],
    on: Day,
) -> Result<Vec<UnitId>> {
    let mut seeds: BTreeSet<PersonId> = persons.iter().copied().collect();
    for _ in 0..ROUNDS_MAX {
        let before = affected_units(tx, block, &mut seeds).await?;
        let days = projection::composed_days(tx, block.code, &before).await?;
        let on = days.values().copied().fold(on, Day::max);
        let list: Vec<PersonId> = seeds.iter().copied().collect();
        let kinship = kin::load(tx, &list, STEPS, block.block.includes_residents()).await?;
        let rosters = partition(&block.block, &kinship.graph(), &list, on);
        let drawn_in: Vec<PersonId> = rosters
            .iter()
            .flat_map(|roster| roster.members.iter().map(|seat| seat.person))
            .filter(|person| !seeds.contains(person))
            .collect();
        if drawn_in.is_empty() {
            let after = portraits(tx, ids, &rosters, &kinship, &before, on).await?;
            return projection::replace(tx, block.code, &before, &days, &after, on).await;
        }
        seeds.extend(drawn_in);
    }
    Err(crate::stored::unreadable("kinship", "units do not settle"))
}

/// The units of the seeds and of everyone tied to them; their members become seeds.
async fn affected_units(
    tx: &mut Tx,
    block: &Block,
    seeds: &mut BTreeSet<PersonId>,
) -> Result<Vec<UnitRow>> {
    let list: Vec<PersonId> = seeds.iter().copied().collect();
    let near = kin::load(tx, &list, 1, block.block.includes_residents()).await?;
    let near: Vec<PersonId> = near.persons.keys().copied().collect();
    let of = projection::units_of(tx, block.code, &near).await?;
    let units: BTreeSet<UnitId> = of.into_values().collect();
    let units: Vec<UnitId> = units.into_iter().collect();
    let rows = rows_of(tx, block.code, &units).await?;
    for row in &rows {
        seeds.extend(row.portrait()?.members.iter().map(|member| member.person));
    }
    Ok(rows)
}

/// Portraits of the rosters with the facts as they stand in the fact table. A unit
/// keeps its id as long as its head, else any member, stays in it.
async fn portraits(
    tx: &mut Tx,
    ids: &Ids,
    rosters: &[Roster],
    kinship: &Kinship,
    before: &[UnitRow],
    on: Day,
) -> Result<Vec<Portrait>> {
    let unit_ids = keep_ids(ids, rosters, before)?;
    let persons = rosters
        .iter()
        .flat_map(|roster| roster.members.iter().map(|seat| seat.person.0));
    let owners: Vec<Uuid> = persons
        .chain(unit_ids.iter().map(|unit| unit.0))
        .chain([fact::REGISTER])
        .collect();
    let facts = fact::current_packed(tx, &owners).await?;
    let homes = kinship.homes(on);
    let heads = rosters.iter().filter_map(Roster::head);
    let dwellings: HashSet<DwellingId> =
        heads.filter_map(|head| homes.get(&head)).copied().collect();
    let dwellings: Vec<DwellingId> = dwellings.into_iter().collect();
    let dwellings = kin::dwellings_by_id(tx, &dwellings).await?;
    let place_of = |head: PersonId| {
        let dwelling = homes
            .get(&head)
            .and_then(|dwelling| dwellings.get(dwelling));
        dwelling.map_or((0, 0), |dwelling| (dwelling.district, dwelling.mahalla))
    };
    let made = rosters.iter().zip(unit_ids);
    Ok(made
        .filter_map(|(roster, unit)| portrait(roster, unit, kinship, place_of, &facts))
        .collect())
}

/// A portrait of one roster; `None` for an empty one.
pub(crate) fn portrait(
    roster: &Roster,
    unit: UnitId,
    kinship: &Kinship,
    place_of: impl Fn(PersonId) -> (u32, u32),
    facts: &HashMap<Uuid, Vec<PackedFact>>,
) -> Option<Portrait> {
    let head = roster.head()?;
    let (district, mahalla) = place_of(head);
    let of = |owner: Uuid| facts.get(&owner).cloned().unwrap_or_default();
    let members = roster.members.iter().filter_map(|seat| {
        let brief = kinship.persons.get(&seat.person)?;
        Some(Member {
            person: seat.person,
            role: seat.role,
            tie: seat.tie,
            sex: brief.sex,
            born: brief.born,
            died: brief.died,
            facts: of(seat.person.0),
        })
    });
    let members = members.collect();
    let mut of_unit = of(unit.0);
    for extract in of(fact::REGISTER) {
        fact::merge(&mut of_unit, extract);
    }
    Some(Portrait {
        unit,
        head,
        district,
        mahalla,
        members,
        facts: of_unit,
    })
}

fn keep_ids(ids: &Ids, rosters: &[Roster], before: &[UnitRow]) -> Result<Vec<UnitId>> {
    let mut by_head: HashMap<PersonId, UnitId> = HashMap::new();
    let mut by_member: HashMap<PersonId, UnitId> = HashMap::new();
    for row in before {
        by_head.insert(row.head, row.unit);
        by_member.extend(
            row.portrait()?
                .members
                .iter()
                .map(|member| (member.person, row.unit)),
        );
    }
    let mut taken: HashSet<UnitId> = HashSet::new();
    let mut kept: Vec<Option<UnitId>> = rosters
        .iter()
        .map(|roster| {
            by_head
                .get(&roster.head()?)
                .copied()
                .filter(|unit| taken.insert(*unit))
        })
        .collect();
    for (roster, kept) in rosters.iter().zip(&mut kept) {
        let adults = roster
            .members
            .iter()
            .filter(|seat| seat.role != Role::Child);
        let mut former = adults.filter_map(|seat| by_member.get(&seat.person).copied());
        if kept.is_none() {
            *kept = former.find(|unit| taken.insert(*unit));
        }
    }
    Ok(kept
        .into_iter()
        .map(|unit| unit.unwrap_or_else(|| UnitId(ids.uuid())))
        .collect())
}
