//! SQL of relations, residences and dwellings.

use super::{Brief, Dwelling, NewRelation, NewResidence};
use crate::{Result, stored};
use ::store::{Tx, bulk};
use kernel::kin::{Bond, Relation, Residence};
use kernel::{DwellingId, Instant, Period, PersonId};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

const RELATION: bulk::Insert = bulk::Insert {
    into: "relation (person, kind, other, valid_from, known_from, valid_to, source, evidence)",
    on_conflict: "(person, kind, other, valid_from, known_from) DO UPDATE SET valid_to = excluded.valid_to",
};
const RESIDENCE: bulk::Insert = bulk::Insert {
    into: "residence (person, valid_from, known_from, dwelling, source, evidence)",
    on_conflict: "(person, valid_from, known_from) DO UPDATE SET dwelling = excluded.dwelling",
};
const DWELLING: bulk::Insert = bulk::Insert {
    into: "dwelling (id, code, district, mahalla)",
    on_conflict: "(code) DO NOTHING",
};
const DWELLINGS_BY_CODE: bulk::With = bulk::With {
    v: "code",
    statement: "SELECT t.id, t.code, t.district, t.mahalla
        FROM v CROSS JOIN dwelling t WHERE t.code = v.code",
};
const DWELLINGS_BY_ID: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT t.id, t.code, t.district, t.mahalla
        FROM v CROSS JOIN dwelling t WHERE t.id = v.id",
};
const RELATIONS_FROM: bulk::With = bulk::With {
    v: "person",
    statement: "SELECT t.person, t.kind, t.other, t.valid_from, t.known_from, t.valid_to
        FROM v CROSS JOIN relation t WHERE t.person = v.person",
};
const RELATIONS_TO: bulk::With = bulk::With {
    v: "person",
    statement: "SELECT t.person, t.kind, t.other, t.valid_from, t.known_from, t.valid_to
        FROM v CROSS JOIN relation t WHERE t.other = v.person",
};
const RESIDENCES_OF: bulk::With = bulk::With {
    v: "person",
    statement: "SELECT t.person, t.valid_from, t.known_from, t.dwelling
        FROM v CROSS JOIN residence t WHERE t.person = v.person",
};
const RESIDENTS_OF: bulk::With = bulk::With {
    v: "dwelling",
    statement: "SELECT DISTINCT t.person FROM v CROSS JOIN residence t WHERE t.dwelling = v.dwelling",
};
const BRIEFS_OF: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT t.id, t.known_from, t.sex, t.born, t.died
        FROM v CROSS JOIN person t WHERE t.id = v.id",
};

pub(super) type RelationRow = (Uuid, i64, Uuid, i64, i64, Option<i64>);
/// Person, kind, other and beginning of a tie.
type TieKey = (Uuid, i64, Uuid, i64);
type BriefRow = (Uuid, i64, i64, i64, Option<i64>);

pub(crate) async fn insert_relations(
    tx: &mut Tx,
    known_from: Instant,
    relations: &mut [NewRelation],
) -> Result<()> {
    relations.sort_unstable_by_key(|r| (r.of, r.relation.code(), r.to, r.valid_from));
    bulk::insert(tx, &RELATION, relations, |row, relation| {
        row.push(relation.of.0)
            .push(i64::from(relation.relation.code()))
            .push(relation.to.0)
            .push(stored::of_day(relation.valid_from))
            .push(known_from.0)
            .push(relation.valid_to.map(stored::of_day))
            .push(i64::from(relation.source.code()))
            .push(relation.evidence.map(|evidence| evidence.0));
    })
    .await?;
    Ok(())
}

pub(crate) async fn insert_residences(
    tx: &mut Tx,
    known_from: Instant,
    residences: &[NewResidence],
) -> Result<()> {
    bulk::insert(tx, &RESIDENCE, residences, |row, residence| {
        row.push(residence.person.0)
            .push(stored::of_day(residence.valid_from))
            .push(known_from.0)
            .push(residence.dwelling.0)
            .push(i64::from(residence.source.code()))
            .push(residence.evidence.map(|evidence| evidence.0));
    })
    .await?;
    Ok(())
}

pub(crate) async fn insert_dwellings(tx: &mut Tx, dwellings: &[Dwelling]) -> Result<()> {
    bulk::insert(tx, &DWELLING, dwellings, |row, dwelling| {
        row.push(dwelling.id.0)
            .push(dwelling.code.clone())
            .push(i64::from(dwelling.district))
            .push(i64::from(dwelling.mahalla));
    })
    .await?;
    Ok(())
}

pub(crate) async fn dwellings_by_code(
    tx: &mut Tx,
    codes: &[String],
) -> Result<HashMap<String, Dwelling>> {
    let rows: Vec<(Uuid, String, i64, i64)> =
        bulk::select_in(tx, &DWELLINGS_BY_CODE, codes, |row, code| {
            row.push(code.clone());
        })
        .await?;
    let dwellings = rows
        .into_iter()
        .map(|row| dwelling(row).map(|d| (d.code.clone(), d)));
    dwellings.collect()
}

pub(crate) async fn dwellings_by_id(
    tx: &mut Tx,
    ids: &[DwellingId],
) -> Result<HashMap<DwellingId, Dwelling>> {
    let rows: Vec<(Uuid, String, i64, i64)> =
        bulk::select_in(tx, &DWELLINGS_BY_ID, ids, |row, id| {
            row.push(id.0);
        })
        .await?;
    rows.into_iter()
        .map(|row| dwelling(row).map(|d| (d.id, d)))
        .collect()
}

fn dwelling((id, code, district, mahalla): (Uuid, String, i64, i64)) -> Result<Dwelling> {
    let (district, mahalla) = (stored::code(district)?, stored::code(mahalla)?);
    Ok(Dwelling {
        id: DwellingId(id),
        code,
        district,
        mahalla,
    })
}

pub(super) async fn relation_rows(tx: &mut Tx, persons: &[PersonId]) -> Result<Vec<RelationRow>> {
    let mut rows: Vec<RelationRow> = bulk::select_in(tx, &RELATIONS_FROM, persons, |row, id| {
        row.push(id.0);
    })
    .await?;
    let to: Vec<RelationRow> = bulk::select_in(tx, &RELATIONS_TO, persons, |row, id| {
        row.push(id.0);
    })
    .await?;
    rows.extend(to);
    Ok(rows)
}

pub(super) type ResidenceRow = (Uuid, i64, i64, Uuid);

pub(super) async fn residence_rows(tx: &mut Tx, persons: &[PersonId]) -> Result<Vec<ResidenceRow>> {
    Ok(bulk::select_in(tx, &RESIDENCES_OF, persons, |row, id| {
        row.push(id.0);
    })
    .await?)
}

pub(super) async fn residents(tx: &mut Tx, homes: &[ResidenceRow]) -> Result<Vec<PersonId>> {
    let dwellings: HashSet<Uuid> = homes.iter().map(|row| row.3).collect();
    let dwellings: Vec<Uuid> = dwellings.into_iter().collect();
    let rows: Vec<(Uuid,)> = bulk::select_in(tx, &RESIDENTS_OF, &dwellings, |row, id| {
        row.push(*id);
    })
    .await?;
    Ok(rows.into_iter().map(|(person,)| PersonId(person)).collect())
}

pub(super) async fn briefs(tx: &mut Tx, ids: &[PersonId]) -> Result<BTreeMap<PersonId, Brief>> {
    let rows: Vec<BriefRow> = bulk::select_in(tx, &BRIEFS_OF, ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    let mut newest: HashMap<Uuid, BriefRow> = HashMap::with_capacity(rows.len());
    for row in rows {
        if newest.get(&row.0).is_none_or(|known| known.1 < row.1) {
            newest.insert(row.0, row);
        }
    }
    let brief = |(id, _, sex, born, died): BriefRow| {
        let died = died.map(stored::day).transpose()?;
        let id = PersonId(id);
        Ok((
            id,
            Brief {
                id,
                sex: stored::sex(sex)?,
                born: stored::day(born)?,
                died,
            },
        ))
    };
    newest.into_values().map(brief).collect()
}

/// The newest word about each tie; ties that never were fall out.
pub(super) fn bonds(rows: Vec<RelationRow>) -> Result<Vec<Bond>> {
    let mut newest: BTreeMap<TieKey, (i64, Option<i64>)> = BTreeMap::new();
    for (person, kind, other, from, known_from, to) in rows {
        let entry = newest
            .entry((person, kind, other, from))
            .or_insert((known_from, to));
        if entry.0 < known_from {
            *entry = (known_from, to);
        }
    }
    let mut bonds = Vec::with_capacity(newest.len());
    for ((person, kind, other, from), (_, to)) in newest {
        let relation = u8::try_from(kind).ok().and_then(Relation::from_code);
        let relation = relation.ok_or_else(|| stored::unreadable("relation", kind))?;
        let valid = Period {
            from: stored::day(from)?,
            to: to.map(stored::day).transpose()?,
        };
        if !valid.is_empty() {
            bonds.push(Bond {
                relation,
                of: PersonId(person),
                to: PersonId(other),
                valid,
            });
        }
    }
    Ok(bonds)
}

/// The newest word about each move; a later move ends the stay before it.
pub(super) fn residences(rows: Vec<ResidenceRow>) -> Result<Vec<Residence>> {
    let mut newest: BTreeMap<(Uuid, i64), (i64, Uuid)> = BTreeMap::new();
    for (person, from, known_from, dwelling) in rows {
        let entry = newest
            .entry((person, from))
            .or_insert((known_from, dwelling));
        if entry.0 < known_from {
            *entry = (known_from, dwelling);
        }
    }
    let moves: Vec<((Uuid, i64), Uuid)> = newest
        .into_iter()
        .map(|(key, (_, dwelling))| (key, dwelling))
        .collect();
    let mut stays = Vec::with_capacity(moves.len());
    for (at, ((person, from), dwelling)) in moves.iter().enumerate() {
        let next = moves.get(at + 1).filter(|(key, _)| key.0 == *person);
        let to = next.map(|(key, _)| stored::day(key.1)).transpose()?;
        let valid = Period {
            from: stored::day(*from)?,
            to,
        };
        stays.push(Residence {
            person: PersonId(*person),
            dwelling: DwellingId(*dwelling),
            valid,
        });
    }
    Ok(stays)
}
