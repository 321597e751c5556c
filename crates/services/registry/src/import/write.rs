//! A chunk of families written in one transaction.

use super::enter::{self, Entering, Entries};
use super::families::Family;
use super::person_row::{FamilyRole, PersonRow};
use super::report::{ImportReport, Reason, Reject};
use crate::Result;
use crate::events::{self, Imported};
use crate::kin::{self, Dwelling};
use crate::person::{self, IdentifierKind};
use crate::unit::{Block, compose, projection};
use kernel::{DwellingId, PersonId};
use std::collections::HashMap;
use store::{Ids, Tx, bulk, outbox};
use uuid::Uuid;

/// Everything a chunk needs beside its rows.
pub(super) struct Desk<'a> {
    pub ids: &'a Ids,
    pub entering: Entering,
    pub blocks: &'a [Block],
    pub extracts: &'a enter::Extracts,
}

/// Counts of one chunk, added to the report once it is committed.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub accepted: u64,
    pub unchanged: u64,
    pub rejects: Vec<Reject>,
    units: u64,
}

impl Written {
    pub fn add_to(self, report: &mut ImportReport) {
        report.accepted += self.accepted;
        report.unchanged += self.unchanged;
        self.rejects
            .into_iter()
            .for_each(|reject| report.reject(reject));
    }
}

pub(super) async fn write_families(
    tx: &mut Tx,
    desk: &Desk<'_>,
    mut families: Vec<Family>,
) -> Result<Written> {
    let mut written = Written::default();
    let homes = settle(tx, desk.ids, &mut families, &mut written).await?;
    let known = known_persons(tx, &families).await?;
    let by_dwelling = desk
        .blocks
        .iter()
        .any(|block| block.block.includes_residents());
    let is_known = |family: &Family| {
        let shares = |row: &PersonRow| by_dwelling && homes.is_shared(&row.dwelling);
        family
            .persons
            .iter()
            .any(|row| known.contains_key(&enter::key(row)) || shares(row))
    };
    let (old, new): (Vec<Family>, Vec<Family>) = if known.is_empty() && !by_dwelling {
        (Vec::new(), families)
    } else {
        families.into_iter().partition(is_known)
    };
    enter_new(tx, desk, &homes, new, &mut written).await?;
    super::update::update_known(tx, desk, &homes.by_code, &known, old, &mut written).await?;
    if written.accepted > 0 {
        let batch = Imported {
            persons: written.accepted,
            facts: 0,
            units: written.units,
        };
        outbox::emit(
            tx,
            desk.ids,
            &[events::imported(events::PERSONS_IMPORTED, &batch)],
        )
        .await?;
    }
    Ok(written)
}

async fn enter_new(
    tx: &mut Tx,
    desk: &Desk<'_>,
    homes: &Homes,
    families: Vec<Family>,
    written: &mut Written,
) -> Result<()> {
    let (ids, blocks) = (desk.ids, desk.blocks);
    let entries = Entries::of_families(
        ids,
        &desk.entering,
        blocks,
        &homes.by_code,
        desk.extracts,
        families,
    );
    let Entries {
        versions,
        mut identifiers,
        mut relations,
        residences,
        units,
    } = entries;
    let known_from = desk.entering.known_from;
    person::insert_versions(tx, &versions).await?;
    person::insert_identifiers(tx, known_from, &mut identifiers).await?;
    kin::insert_relations(tx, known_from, &mut relations).await?;
    kin::insert_residences(tx, known_from, &residences).await?;
    for (block, units) in blocks.iter().zip(&units) {
        projection::insert(tx, block.code, units, desk.entering.today).await?;
        written.units += units.len() as u64;
    }
    written.accepted += versions.len() as u64;
    Ok(())
}

/// Dwellings of a chunk.
pub(super) struct Homes {
    pub by_code: HashMap<String, Dwelling>,
    /// Codes that the register, or two families of the chunk, already live in.
    shared: std::collections::HashSet<String>,
}

impl Homes {
    fn is_shared(&self, code: &str) -> bool {
        self.shared.contains(code)
    }
}

/// Finds or enters the dwellings; a row that puts a known dwelling elsewhere is rejected.
async fn settle(
    tx: &mut Tx,
    ids: &Ids,
    families: &mut [Family],
    written: &mut Written,
) -> Result<Homes> {
    let mut codes: Vec<String> = families
        .iter()
        .flat_map(|f| f.persons.iter().map(|row| row.dwelling.clone()))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let mut by_code = kin::dwellings_by_code(tx, &codes).await?;
    let shared = by_code.keys().cloned().collect();
    let mut new = Vec::new();
    for family in families.iter_mut() {
        family.persons.retain(|row| {
            let dwelling = by_code.entry(row.dwelling.clone()).or_insert_with(|| {
                let id = DwellingId(ids.uuid());
                let (district, mahalla) = (row.district, row.mahalla);
                new.push(Dwelling {
                    id,
                    code: row.dwelling.clone(),
                    district,
                    mahalla,
                });
                new[new.len() - 1].clone()
            });
            let here = (dwelling.district, dwelling.mahalla) == (row.district, row.mahalla);
            if !here {
                let (district, mahalla) = (dwelling.district, dwelling.mahalla);
                let reason = Reason::DwellingElsewhere { district, mahalla };
                written.rejects.push(Reject {
                    line: row.line,
                    field: "dwelling",
                    reason,
                });
            }
            here
        });
    }
    kin::insert_dwellings(tx, &new).await?;
    Ok(Homes { by_code, shared })
}

/// Who of the chunk is in the register already, by identifier.
async fn known_persons(
    tx: &mut Tx,
    families: &[Family],
) -> Result<HashMap<(IdentifierKind, String), PersonId>> {
    let mut known = HashMap::new();
    for kind in [IdentifierKind::Pinfl, IdentifierKind::Temporary] {
        let keys = families
            .iter()
            .flat_map(|family| family.persons.iter().map(enter::key));
        let mut values: Vec<String> = keys
            .filter(|(of, _)| *of == kind)
            .map(|(_, value)| value)
            .collect();
        values.sort_unstable();
        let found = person::persons_of_identifiers(tx, kind, &values).await?;
        known.extend(
            found
                .into_iter()
                .map(|(value, person)| ((kind, value), person)),
        );
    }
    Ok(known)
}

const HASHES_OF: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT t.id, t.known_from, t.row_hash
        FROM v CROSS JOIN person t WHERE t.id = v.id AND t.row_hash IS NOT NULL",
};

/// The fingerprint of the row that was last imported of each person.
pub(super) async fn last_hashes(
    tx: &mut Tx,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, i64>> {
    let rows: Vec<(Uuid, i64, i64)> = bulk::select_in(tx, &HASHES_OF, persons, |row, id| {
        row.push(id.0);
    })
    .await?;
    let mut newest: HashMap<PersonId, (i64, i64)> = HashMap::with_capacity(rows.len());
    for (id, known_from, hash) in rows {
        let entry = newest.entry(PersonId(id)).or_insert((known_from, hash));
        if entry.0 < known_from {
            *entry = (known_from, hash);
        }
    }
    Ok(newest
        .into_iter()
        .map(|(id, (_, hash))| (id, hash))
        .collect())
}

pub(super) fn is_child(row: &PersonRow) -> bool {
    row.role == FamilyRole::Child
}

pub(super) async fn recompose(tx: &mut Tx, desk: &Desk<'_>, persons: &[PersonId]) -> Result<u64> {
    let today = desk.entering.today;
    let units = compose::recompose(tx, desk.ids, desk.blocks, persons, today).await?;
    Ok(units.len() as u64)
}

impl Written {
    pub(super) fn add_units(&mut self, units: u64) {
        self.units += units;
    }
}
