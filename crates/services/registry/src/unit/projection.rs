//! SQL of `unit_now` and `unit_member_now`.

use super::{UnitRow, rows_of, version};
use crate::person::IdentifierKind;
use crate::person::{VersionRow, version_columns};
use crate::{Result, fact, stored};
use kernel::portrait::{PackedFact, Portrait};
use kernel::{Day, PersonId, Pinfl, UnitId};
use std::collections::btree_map::Entry;
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
const OF_IDENTIFIERS: bulk::With = bulk::With {
    v: "kind, value",
    statement: "SELECT t.value, t.person, m.block, u.packed FROM v CROSS JOIN identifier t
        LEFT JOIN unit_member_now m ON m.person = t.person
        LEFT JOIN unit_now u ON u.block = m.block AND u.unit = m.unit
        WHERE t.kind = v.kind AND t.value = v.value",
};
const IN_FIRST_BLOCK: bulk::With = bulk::With {
    v: "kind, value",
    statement: concat!(
        "SELECT t.value, u.packed, ",
        version_columns!(),
        " FROM v CROSS JOIN identifier t JOIN person p ON p.id = t.person
          AND p.known_from = (SELECT MAX(o.known_from) FROM person o WHERE o.id = t.person)
        LEFT JOIN unit_member_now m ON m.person = t.person
          AND m.block = (SELECT MIN(code) FROM unit_block)
        LEFT JOIN unit_now u ON u.block = m.block AND u.unit = m.unit
        WHERE t.kind = v.kind AND t.value = v.value"
    ),
};
const UNITS_THEMSELVES: bulk::With = bulk::With {
    v: "unit",
    statement: "SELECT t.unit, t.block FROM v CROSS JOIN unit_block b CROSS JOIN unit_now t
        WHERE t.block = b.code AND t.unit = v.unit",
};

pub(super) async fn all_units_of(tx: &mut Tx, persons: &[PersonId]) -> Result<Vec<UnitId>> {
    let seats: Vec<(Uuid, i64, Uuid)> =
        bulk::select_in(tx, &ALL_UNITS_OF, persons, |row, person| {
            row.push(person.0);
        })
        .await?;
    let units: BTreeSet<UnitId> = seats.into_iter().map(|(.., unit)| UnitId(unit)).collect();
    Ok(units.into_iter().collect())
}

#[derive(sqlx::FromRow)]
pub(super) struct Seated {
    pub value: String,
    pub packed: Option<Vec<u8>>,
    #[sqlx(flatten)]
    pub version: VersionRow,
}

pub(super) async fn of_pinfls(tx: &mut Tx, pinfls: &[Pinfl]) -> Result<Vec<Seated>> {
    let found = bulk::select_at_once(tx, &IN_FIRST_BLOCK, pinfls, |row, pinfl| {
        row.push(IdentifierKind::Pinfl.code())
            .push(pinfl.to_string());
    });
    Ok(found.await?)
}

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

/// Portraits on the desk: read once, looked at, changed, written back.
#[derive(Debug)]
pub(crate) struct Portraits {
    /// By block and unit, and whether something was put in.
    open: BTreeMap<(i64, UnitId), (Portrait, bool)>,
    /// The units in whose portraits an owner (a person, or a unit itself) stands.
    of_owner: HashMap<Uuid, Vec<(i64, UnitId)>>,
}

impl Portraits {
    /// The portraits of the units in which the persons sit, and of the units themselves.
    pub async fn open(tx: &mut Tx, persons: &[Uuid], units: &[Uuid]) -> Result<Portraits> {
        tx.alone(UNITS).await?;
        let seats: Vec<(Uuid, i64, Uuid)> =
            bulk::select_in(tx, &ALL_UNITS_OF, persons, |row, person| {
                row.push(*person);
            })
            .await?;
        let themselves: Vec<(Uuid, i64)> =
            bulk::select_in(tx, &UNITS_THEMSELVES, units, |row, unit| {
                row.push(*unit);
            })
            .await?;
        let themselves = themselves
            .into_iter()
            .map(|(unit, block)| (unit, block, unit));
        let mut of_owner: HashMap<Uuid, Vec<(i64, UnitId)>> = HashMap::with_capacity(seats.len());
        let mut by_block: BTreeMap<i64, BTreeSet<UnitId>> = BTreeMap::new();
        for (owner, block, unit) in seats.into_iter().chain(themselves) {
            let unit = UnitId(unit);
            of_owner.entry(owner).or_default().push((block, unit));
            by_block.entry(block).or_default().insert(unit);
        }
        let mut open = BTreeMap::new();
        for (block, units) in by_block {
            let units: Vec<UnitId> = units.into_iter().collect();
            for row in rows_of(tx, block, &units).await? {
                open.insert((block, row.unit), (row.portrait()?, false));
            }
        }
        Ok(Portraits { open, of_owner })
    }

    /// The persons with these numbers, and the portraits of the units in which they sit.
    pub async fn of_pinfls(
        tx: &mut Tx,
        pinfls: &[Pinfl],
    ) -> Result<(HashMap<Pinfl, PersonId>, Portraits)> {
        tx.alone(UNITS).await?;
        let mut known = HashMap::with_capacity(pinfls.len());
        let mut portraits = Portraits {
            open: BTreeMap::new(),
            of_owner: HashMap::with_capacity(pinfls.len()),
        };
        let take =
            |(value, person, block, packed): (String, Uuid, Option<i64>, Option<Vec<u8>>)| {
                let pinfl =
                    Pinfl::parse(&value).map_err(|e| stored::unreadable("identifier", e))?;
                known.insert(pinfl, PersonId(person));
                match block.zip(packed) {
                    Some((block, packed)) => portraits.seat(person, block, packed),
                    None => Ok(()),
                }
            };
        let pinfl = IdentifierKind::Pinfl.code();
        let bind = |row: &mut bulk::Values, number: &Pinfl| {
            row.push(pinfl).push(number.to_string());
        };
        bulk::select_each(tx, &OF_IDENTIFIERS, pinfls, bind, take).await?;
        Ok((known, portraits))
    }

    fn seat(&mut self, person: Uuid, block: i64, packed: Vec<u8>) -> Result<()> {
        let row = UnitRow::of(packed)?;
        let key = (block, row.unit);
        self.of_owner.entry(person).or_default().push(key);
        if let Entry::Vacant(place) = self.open.entry(key) {
            place.insert((row.portrait()?, false));
        }
        Ok(())
    }

    /// The newest answers about a person; `None` if no unit has the person.
    pub fn held(&self, person: Uuid) -> Option<&[PackedFact]> {
        let unit = self.of_owner.get(&person)?.first()?;
        let (portrait, _) = self.open.get(unit)?;
        let mut members = portrait.members.iter();
        let member = members.find(|member| member.person.0 == person)?;
        Some(&member.facts)
    }

    /// Puts a fact in its place in every portrait of its owner.
    pub fn put(&mut self, owner: Uuid, fact: &PackedFact) {
        for unit in self.of_owner.get(&owner).into_iter().flatten() {
            if let Some((portrait, changed)) = self.open.get_mut(unit) {
                *changed |= put_in(portrait, owner, fact);
            }
        }
    }

    /// Writes what changed; answers its units.
    pub async fn write(self, tx: &mut Tx) -> Result<Vec<UnitId>> {
        let changed = self.open.into_iter().filter(|(_, (_, changed))| *changed);
        let changed: Vec<_> = changed
            .map(|(unit, (portrait, _))| (unit, portrait))
            .collect();
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let version = version::next(tx).await?;
        bulk::update_from(tx, &PACKED, &changed, |row, ((block, unit), portrait)| {
            row.push(*block)
                .push(unit.0)
                .push(portrait.pack())
                .push(version);
        })
        .await?;
        let mut units: Vec<UnitId> = changed.into_iter().map(|((_, unit), _)| unit).collect();
        units.sort_unstable();
        units.dedup();
        Ok(units)
    }
}

/// Units whose portraits are changed at a time.
const PAGE: usize = 5_000;

/// Puts facts of the whole register into the portraits of every unit; answers those that changed.
pub(crate) async fn refresh_all(tx: &mut Tx, facts: &[PackedFact]) -> Result<Vec<UnitId>> {
    tx.alone(UNITS).await?;
    let mut units = Vec::new();
    for block in super::blocks(tx).await? {
        let mut rows = super::rows_after(tx, block.code, None, PAGE).await?;
        while let Some(last) = rows.last().map(|row| row.unit) {
            // The next page is read while this one is changed.
            let next = super::rows_after(tx, block.code, Some(last), PAGE);
            let (next, changed) = tokio::join!(biased; next, async { with_facts(&rows, facts) });
            let changed = changed?;
            if !changed.is_empty() {
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
            rows = next?;
        }
    }
    Ok(units)
}

/// The portraits that facts of the whole register change, packed anew.
fn with_facts(rows: &[UnitRow], facts: &[PackedFact]) -> Result<Vec<(UnitId, Vec<u8>)>> {
    let mut changed = Vec::with_capacity(rows.len());
    for row in rows {
        let mut portrait = row.portrait()?;
        let put = |fact: &PackedFact| fact::merge(&mut portrait.facts, fact.clone());
        if facts.iter().map(put).fold(false, |any, one| any | one) {
            changed.push((row.unit, portrait.pack()));
        }
    }
    Ok(changed)
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
