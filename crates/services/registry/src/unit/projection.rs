//! SQL of `unit_now` and `unit_member_now`.

use super::{UnitRow, rows_of, version};
use crate::{Result, fact, stored};
use kernel::portrait::{PackedFact, Portrait};
use kernel::{Day, PersonId, UnitId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{Tx, bulk};
use uuid::Uuid;

/// Writers of the projections work one after the other (see [`Tx::alone`]): a portrait
/// is read, changed and written.
pub(crate) const UNITS: &str = "registry units";

const UNIT: bulk::Insert = bulk::Insert {
    into: "unit_now (block, unit, head, district, mahalla, composed_on, packed, version)",
    on_conflict: "",
};
const UNIT_AGAIN: bulk::Insert = bulk::Insert {
    into: "unit_now (block, unit, head, district, mahalla, composed_on, packed, version)",
    on_conflict: "(block, unit) DO UPDATE SET head = excluded.head, district = excluded.district,
        mahalla = excluded.mahalla, composed_on = excluded.composed_on, packed = excluded.packed,
        version = excluded.version",
};
const MEMBER: bulk::Insert = bulk::Insert {
    into: "unit_member_now (person, block, unit)",
    on_conflict: "",
};
const MEMBER_AGAIN: bulk::Insert = bulk::Insert {
    into: "unit_member_now (person, block, unit)",
    on_conflict: "(person, block) DO UPDATE SET unit = excluded.unit",
};
const PACKED: bulk::With = bulk::With {
    v: "block, unit, packed, version",
    statement: "UPDATE unit_now SET packed = v.packed, version = v.version FROM v
        WHERE unit_now.block = v.block AND unit_now.unit = v.unit",
};
/// What came out as it stood is said of the later day too: what is learned afterwards is
/// composed, and verified, on a day on which it was looked at.
const COMPOSED_ON: bulk::With = bulk::With {
    v: "block, unit, composed_on",
    statement: "UPDATE unit_now SET composed_on = v.composed_on FROM v
        WHERE unit_now.block = v.block AND unit_now.unit = v.unit",
};
const COMPOSED_DAYS: bulk::With = bulk::With {
    v: "block, unit",
    statement: "SELECT t.unit, t.composed_on FROM v CROSS JOIN unit_now t
        WHERE t.block = v.block AND t.unit = v.unit",
};
const UNITS_GONE: bulk::With = bulk::With {
    v: "block, unit",
    statement: "DELETE FROM unit_now
        WHERE block IN (SELECT block FROM v) AND unit IN (SELECT unit FROM v)",
};
const GONE: bulk::Insert = bulk::Insert {
    into: "unit_gone (block, unit, version)",
    on_conflict: "",
};
const MEMBERS_GONE: bulk::With = bulk::With {
    v: "block, person",
    statement: "DELETE FROM unit_member_now
        WHERE person IN (SELECT person FROM v) AND block IN (SELECT block FROM v)",
};
const UNITS_OF: bulk::With = bulk::With {
    v: "person, block",
    statement: "SELECT t.person, t.unit FROM v CROSS JOIN unit_member_now t
        WHERE t.person = v.person AND t.block = v.block",
};
const ALL_UNITS_OF: bulk::With = bulk::With {
    v: "person",
    statement: "SELECT t.person, t.block, t.unit FROM v CROSS JOIN unit_member_now t
        WHERE t.person = v.person",
};
const UNITS_THEMSELVES: bulk::With = bulk::With {
    v: "unit",
    statement: "SELECT t.unit, t.block FROM v CROSS JOIN unit_block b CROSS JOIN unit_now t
        WHERE t.block = b.code AND t.unit = v.unit",
};

pub(crate) async fn units_of(
    tx: &mut Tx,
    block: i64,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, UnitId>> {
    let rows: Vec<(Uuid, Uuid)> = bulk::select_in(tx, &UNITS_OF, persons, |row, person| {
        row.push(person.0).push(block);
    })
    .await?;
    Ok(rows
        .into_iter()
        .map(|(person, unit)| (PersonId(person), UnitId(unit)))
        .collect())
}

/// Writes units that were not there before; in the order of their ids.
pub(crate) async fn insert(tx: &mut Tx, block: i64, portraits: &[Portrait], on: Day) -> Result<()> {
    write(tx, block, portraits, on, &UNIT, &MEMBER).await
}

async fn write(
    tx: &mut Tx,
    block: i64,
    portraits: &[Portrait],
    on: Day,
    unit: &bulk::Insert,
    member: &bulk::Insert,
) -> Result<()> {
    if portraits.is_empty() {
        return Ok(());
    }
    let version = version::next(tx).await?;
    bulk::insert(tx, unit, portraits, |row, portrait| {
        row.push(block)
            .push(portrait.unit.0)
            .push(portrait.head.0)
            .push(i64::from(portrait.district))
            .push(i64::from(portrait.mahalla))
            .push(stored::of_day(on))
            .push(portrait.pack())
            .push(version);
    })
    .await?;
    let mut members: Vec<(PersonId, UnitId)> = portraits
        .iter()
        .flat_map(|portrait| portrait.members.iter().map(|m| (m.person, portrait.unit)))
        .collect();
    members.sort_unstable();
    bulk::insert(tx, member, &members, |row, (person, unit)| {
        row.push(person.0).push(block).push(unit.0);
    })
    .await?;
    Ok(())
}

/// The day each of the units was composed on.
pub(crate) async fn composed_days(
    tx: &mut Tx,
    block: i64,
    units: &[UnitRow],
) -> Result<HashMap<UnitId, Day>> {
    let days: Vec<(Uuid, i64)> = bulk::select_in(tx, &COMPOSED_DAYS, units, |row, unit| {
        row.push(block).push(unit.unit.0);
    })
    .await?;
    days.into_iter()
        .map(|(unit, day)| Ok((UnitId(unit), stored::day(day)?)))
        .collect()
}

/// Puts `after` in the place of `before`, which were composed on `days`; answers the units
/// that changed, came or went.
pub(crate) async fn replace(
    tx: &mut Tx,
    block: i64,
    before: &[UnitRow],
    days: &HashMap<UnitId, Day>,
    after: &[Portrait],
    on: Day,
) -> Result<Vec<UnitId>> {
    let old: HashMap<UnitId, &UnitRow> = before.iter().map(|row| (row.unit, row)).collect();
    let mut changed: Vec<Portrait> = after
        .iter()
        .filter(|new| {
            old.get(&new.unit)
                .is_none_or(|row| row.packed != new.pack())
        })
        .cloned()
        .collect();
    changed.sort_unstable_by_key(|portrait| portrait.unit);
    let kept: BTreeSet<UnitId> = after.iter().map(|portrait| portrait.unit).collect();
    let gone: Vec<UnitId> = old
        .keys()
        .copied()
        .filter(|unit| !kept.contains(unit))
        .collect();
    bulk::update_from(tx, &UNITS_GONE, &gone, |row, unit| {
        row.push(block).push(unit.0);
    })
    .await?;
    if !gone.is_empty() {
        let version = version::next(tx).await?;
        bulk::insert(tx, &GONE, &gone, |row, unit| {
            row.push(block).push(unit.0).push(version);
        })
        .await?;
    }
    let out = members_gone(before, after)?;
    bulk::update_from(tx, &MEMBERS_GONE, &out, |row, person| {
        row.push(block).push(person.0);
    })
    .await?;
    write(tx, block, &changed, on, &UNIT_AGAIN, &MEMBER_AGAIN).await?;
    let came_out_new: BTreeSet<UnitId> = changed.iter().map(|portrait| portrait.unit).collect();
    let same: Vec<UnitId> = kept
        .iter()
        .copied()
        .filter(|unit| !came_out_new.contains(unit) && days.get(unit).is_some_and(|day| *day < on))
        .collect();
    bulk::update_from(tx, &COMPOSED_ON, &same, |row, unit| {
        row.push(block).push(unit.0).push(crate::stored::of_day(on));
    })
    .await?;
    Ok(changed
        .iter()
        .map(|portrait| portrait.unit)
        .chain(gone)
        .collect())
}

fn members_gone(before: &[UnitRow], after: &[Portrait]) -> Result<Vec<PersonId>> {
    let seated: BTreeSet<PersonId> = after
        .iter()
        .flat_map(|unit| unit.members.iter().map(|member| member.person))
        .collect();
    let mut gone = Vec::new();
    for row in before {
        let members = row.portrait()?.members;
        gone.extend(
            members
                .iter()
                .map(|m| m.person)
                .filter(|person| !seated.contains(person)),
        );
    }
    Ok(gone)
}

/// Puts facts into the portraits of their owners' units; answers those that changed.
pub(crate) async fn refresh(tx: &mut Tx, facts: &[(Uuid, PackedFact)]) -> Result<Vec<UnitId>> {
    tx.alone(UNITS).await?;
    let mut touched: BTreeMap<(i64, UnitId), Vec<usize>> = BTreeMap::new();
    for (owner, block, unit) in units_of_owners(tx, facts).await? {
        touched.entry((block, unit)).or_default().push(owner);
    }
    let mut changed: Vec<(i64, UnitId, Vec<u8>)> = Vec::with_capacity(touched.len());
    let mut by_block: BTreeMap<i64, Vec<UnitId>> = BTreeMap::new();
    for (block, unit) in touched.keys() {
        by_block.entry(*block).or_default().push(*unit);
    }
    for (block, units) in by_block {
        for row in rows_of(tx, block, &units).await? {
            let mut portrait = row.portrait()?;
            let mine = &touched[&(block, row.unit)];
            let put = |at: &usize| put_in(&mut portrait, facts[*at].0, &facts[*at].1);
            if mine.iter().map(put).fold(false, |any, one| any | one) {
                changed.push((block, row.unit, portrait.pack()));
            }
        }
    }
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let version = version::next(tx).await?;
    bulk::update_from(tx, &PACKED, &changed, |row, (block, unit, packed)| {
        row.push(*block)
            .push(unit.0)
            .push(packed.clone())
            .push(version);
    })
    .await?;
    let mut units: Vec<UnitId> = changed.into_iter().map(|(_, unit, _)| unit).collect();
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

/// Units whose portraits are changed at a time.
const PAGE: usize = 5_000;

/// Puts facts of the whole register into the portraits of every unit; answers those that changed.
pub(crate) async fn refresh_all(tx: &mut Tx, facts: &[PackedFact]) -> Result<Vec<UnitId>> {
    tx.alone(UNITS).await?;
    let mut units = Vec::new();
    for block in super::blocks(tx).await? {
        let mut after = None;
        loop {
            let rows = super::rows_after(tx, block.code, after, PAGE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.unit);
            let mut changed: Vec<(UnitId, Vec<u8>)> = Vec::with_capacity(rows.len());
            for row in &rows {
                let mut portrait = row.portrait()?;
                let put = |fact: &PackedFact| fact::merge(&mut portrait.facts, fact.clone());
                if facts.iter().map(put).fold(false, |any, one| any | one) {
                    changed.push((row.unit, portrait.pack()));
                }
            }
            if changed.is_empty() {
                continue;
            }
            let version = version::next(tx).await?;
            bulk::update_from(tx, &PACKED, &changed, |row, (unit, packed)| {
                row.push(block.code)
                    .push(unit.0)
                    .push(packed.clone())
                    .push(version);
            })
            .await?;
            units.extend(changed.into_iter().map(|(unit, _)| unit));
        }
    }
    Ok(units)
}

fn put_in(portrait: &mut Portrait, owner: Uuid, packed: &PackedFact) -> bool {
    if portrait.unit.0 == owner {
        return fact::merge(&mut portrait.facts, packed.clone());
    }
    let member = portrait
        .members
        .iter_mut()
        .find(|member| member.person.0 == owner);
    member.is_some_and(|member| fact::merge(&mut member.facts, packed.clone()))
}

/// For each fact (by its place in the list) the block and unit whose portrait holds it.
async fn units_of_owners(
    tx: &mut Tx,
    facts: &[(Uuid, PackedFact)],
) -> Result<Vec<(usize, i64, UnitId)>> {
    let of_unit = |kind: u16| {
        kernel::facts::kind(kind).is_some_and(|kind| kind.owner == kernel::facts::Owner::Unit)
    };
    let owners = |units: bool| {
        let wanted = facts
            .iter()
            .filter(move |(_, fact)| of_unit(fact.kind) == units);
        let owners: BTreeSet<Uuid> = wanted.map(|(owner, _)| *owner).collect();
        owners.into_iter().collect::<Vec<Uuid>>()
    };
    let persons: Vec<(Uuid, i64, Uuid)> =
        bulk::select_in(tx, &ALL_UNITS_OF, &owners(false), |row, person| {
            row.push(*person);
        })
        .await?;
    let units: Vec<(Uuid, i64)> =
        bulk::select_in(tx, &UNITS_THEMSELVES, &owners(true), |row, unit| {
            row.push(*unit);
        })
        .await?;
    let mut places: HashMap<Uuid, Vec<usize>> = HashMap::with_capacity(facts.len());
    for (at, (owner, _)) in facts.iter().enumerate() {
        places.entry(*owner).or_default().push(at);
    }
    let all = persons
        .into_iter()
        .chain(units.into_iter().map(|(unit, block)| (unit, block, unit)));
    Ok(all
        .flat_map(|(owner, block, unit)| {
            places[&owner]
                .iter()
                .map(move |at| (*at, block, UnitId(unit)))
        })
        .collect())
}
