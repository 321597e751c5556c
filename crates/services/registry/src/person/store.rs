//! SQL of persons and identifiers.

use super::{Identifier, IdentifierKind, Person};
use crate::Result;
use crate::stored;
use ::store::{Tx, bulk};
use kernel::{Day, EvidenceId, Instant, Name, PersonId, Phone, Pinfl};
use std::collections::HashMap;
use uuid::Uuid;

const VERSION: bulk::Insert = bulk::Insert {
    into: "person (id, known_from, family, given, patronymic, sex, born, died, phone, source, evidence, row_hash)",
    // Of two versions known from the same microsecond (a clock that stands still) the later counts.
    on_conflict: "(id, known_from) DO UPDATE SET family = excluded.family, given = excluded.given,
        patronymic = excluded.patronymic, sex = excluded.sex, born = excluded.born,
        died = excluded.died, phone = excluded.phone, source = excluded.source,
        evidence = excluded.evidence, row_hash = COALESCE(excluded.row_hash, person.row_hash)",
};

const IDENTIFIER: bulk::Insert = bulk::Insert {
    into: "identifier (kind, value, person, valid_from, known_from)",
    on_conflict: "(kind, value) DO NOTHING",
};

/// The columns of a person `p` in the order of [`VersionRow`].
macro_rules! version_columns {
    () => {
        "p.id, p.known_from, p.family, p.given, p.patronymic, p.sex, p.born, p.died, p.phone,
            p.source, p.evidence, p.row_hash"
    };
}
pub(crate) use version_columns;

const VERSIONS_OF: bulk::With = bulk::With {
    v: "id",
    statement: concat!(
        "SELECT ",
        version_columns!(),
        " FROM v CROSS JOIN person p WHERE p.id = v.id"
    ),
};

const PERSONS_OF: bulk::With = bulk::With {
    v: "kind, value",
    statement: "SELECT t.value, t.person FROM v CROSS JOIN identifier t
        WHERE t.kind = v.kind AND t.value = v.value",
};

const IDENTIFIERS_OF: bulk::With = bulk::With {
    v: "person",
    statement: "SELECT t.person, t.value FROM v CROSS JOIN identifier t
        WHERE t.person = v.person AND t.kind = 1",
};

const DIED: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT t.id, t.died FROM v CROSS JOIN person t
        WHERE t.id = v.id AND t.died IS NOT NULL AND t.known_from =
            (SELECT MAX(n.known_from) FROM person n WHERE n.id = t.id)",
};

#[derive(sqlx::FromRow)]
pub(crate) struct VersionRow {
    id: Uuid,
    known_from: i64,
    family: String,
    given: String,
    patronymic: String,
    sex: i64,
    born: i64,
    died: Option<i64>,
    phone: Option<String>,
    source: i64,
    evidence: Option<Uuid>,
    row_hash: Option<i64>,
}

impl VersionRow {
    pub(crate) fn into_person(self) -> Result<Person> {
        Ok(Person {
            id: PersonId(self.id),
            name: Name {
                family: self.family,
                given: self.given,
                patronymic: Some(self.patronymic).filter(|name| !name.is_empty()),
            },
            sex: stored::sex(self.sex)?,
            born: stored::day(self.born)?,
            died: self.died.map(stored::day).transpose()?,
            phone: self.phone.and_then(|phone| Phone::parse(&phone).ok()),
            source: stored::source(self.source)?,
            evidence: self.evidence.map(EvidenceId),
            known_from: Instant(self.known_from),
            row_hash: self.row_hash,
        })
    }
}

/// Appends versions; persons in the order of their ids.
pub(crate) async fn insert_versions(tx: &mut Tx, persons: &[Person]) -> Result<()> {
    bulk::insert(tx, &VERSION, persons, |row, person| {
        row.push(person.id.0)
            .push(person.known_from.0)
            .push(person.name.family.clone())
            .push(person.name.given.clone())
            .push(person.name.patronymic.clone().unwrap_or_default())
            .push(stored::sex_code(person.sex))
            .push(stored::of_day(person.born))
            .push(person.died.map(stored::of_day))
            .push(person.phone.map(|phone| phone.to_string()))
            .push(i64::from(person.source.code()))
            .push(person.evidence.map(|evidence| evidence.0))
            .push(person.row_hash);
    })
    .await?;
    Ok(())
}

/// Adds identifiers that nobody has yet; the number that went in.
pub(crate) async fn insert_identifiers(
    tx: &mut Tx,
    known_from: Instant,
    identifiers: &mut [Identifier],
) -> Result<u64> {
    identifiers.sort_unstable_by(|a, b| (a.kind, &a.value).cmp(&(b.kind, &b.value)));
    let inserted = bulk::insert(tx, &IDENTIFIER, identifiers, |row, identifier| {
        row.push(identifier.kind.code())
            .push(identifier.value.clone())
            .push(identifier.person.0)
            .push(stored::of_day(identifier.valid_from))
            .push(known_from.0);
    })
    .await?;
    Ok(inserted)
}

pub(crate) async fn persons_of_identifiers(
    tx: &mut Tx,
    kind: IdentifierKind,
    values: &[String],
) -> Result<Vec<(String, PersonId)>> {
    let found: Vec<(String, Uuid)> = bulk::select_in(tx, &PERSONS_OF, values, |row, value| {
        row.push(kind.code()).push(value.clone());
    })
    .await?;
    Ok(found
        .into_iter()
        .map(|(value, person)| (value, PersonId(person)))
        .collect())
}

pub(super) async fn pinfls_of(tx: &mut Tx, ids: &[PersonId]) -> Result<HashMap<PersonId, Pinfl>> {
    let found: Vec<(Uuid, String)> = bulk::select_in(tx, &IDENTIFIERS_OF, ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    let typed = |(person, value): (Uuid, String)| {
        let pinfl = Pinfl::parse(&value).map_err(|e| stored::unreadable("identifier", e))?;
        Ok((PersonId(person), pinfl))
    };
    found.into_iter().map(typed).collect()
}

pub(super) async fn newest_versions(
    tx: &mut Tx,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, Person>> {
    let rows: Vec<VersionRow> = bulk::select_in(tx, &VERSIONS_OF, ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    let mut newest: HashMap<PersonId, Person> = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = PersonId(row.id);
        if newest
            .get(&id)
            .is_none_or(|known| known.known_from.0 < row.known_from)
        {
            newest.insert(id, row.into_person()?);
        }
    }
    Ok(newest)
}

pub(super) async fn versions_at(
    tx: &mut Tx,
    ids: &[PersonId],
    at: Instant,
) -> Result<HashMap<PersonId, Vec<Person>>> {
    let mut rows: Vec<VersionRow> = bulk::select_in(tx, &VERSIONS_OF, ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    rows.retain(|row| row.known_from <= at.0);
    rows.sort_by_key(|row| row.known_from);
    let mut versions: HashMap<PersonId, Vec<Person>> = HashMap::new();
    for row in rows {
        let of = versions.entry(PersonId(row.id)).or_default();
        of.push(row.into_person()?);
    }
    Ok(versions)
}

/// The day of death of those whose newest version has one.
pub(super) async fn died(tx: &mut Tx, ids: &[PersonId]) -> Result<HashMap<PersonId, Day>> {
    let rows: Vec<(Uuid, i64)> = bulk::select_in(tx, &DIED, ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    let died = |(id, day)| Ok((PersonId(id), stored::day(day)?));
    rows.into_iter().map(died).collect()
}
