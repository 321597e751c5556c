//! Persons: one record a person, many versions of what is known of it.

mod store;

use crate::Permit;
use crate::Result;
use ::store::Tx;
use kernel::{Day, EvidenceId, Instant, Name, PersonId, Phone, Pinfl, Sex, Source};
use std::collections::HashMap;

pub(crate) use store::{VersionRow, version_columns};
pub(crate) use store::{insert_identifiers, insert_versions, persons_of_identifiers};

/// What is known of a person, newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub name: Name,
    pub sex: Sex,
    pub born: Day,
    pub died: Option<Day>,
    pub phone: Option<Phone>,
    pub source: Source,
    pub evidence: Option<EvidenceId>,
    pub known_from: Instant,
    /// Fingerprint of the import row behind this version.
    pub(crate) row_hash: Option<i64>,
}

/// Identifiers are rows: a person may have several, and gets them at different times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentifierKind {
    Pinfl,
    /// Made by us for a child whose PINFL is not known yet: a fingerprint of family,
    /// name and birth date.
    Temporary,
}

impl IdentifierKind {
    pub(crate) fn code(self) -> i64 {
        match self {
            IdentifierKind::Pinfl => 1,
            IdentifierKind::Temporary => 2,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Identifier {
    pub kind: IdentifierKind,
    pub value: String,
    pub person: PersonId,
    pub valid_from: Day,
}

pub async fn find_by_pinfl(tx: &mut Tx, permit: &Permit, pinfl: Pinfl) -> Result<Option<PersonId>> {
    let found = find_by_pinfls(tx, permit, &[pinfl]).await?;
    Ok(found.get(&pinfl).copied())
}

/// Those of the numbers that the register knows.
pub async fn find_by_pinfls(
    tx: &mut Tx,
    _permit: &Permit,
    pinfls: &[Pinfl],
) -> Result<HashMap<Pinfl, PersonId>> {
    let values: Vec<String> = pinfls.iter().map(Pinfl::to_string).collect();
    let found = persons_of_identifiers(tx, IdentifierKind::Pinfl, &values).await?;
    let by_value = |(value, person): (String, PersonId)| Some((Pinfl::parse(&value).ok()?, person));
    Ok(found.into_iter().filter_map(by_value).collect())
}

/// The newest version; an unknown id is an error.
pub async fn load(tx: &mut Tx, permit: &Permit, id: PersonId) -> Result<Person> {
    let mut persons = load_many(tx, permit, &[id]).await?;
    persons
        .remove(&id)
        .ok_or(crate::RegisterError::NoPerson(id))
}

/// Newest versions of those persons that exist.
pub async fn load_many(
    tx: &mut Tx,
    _permit: &Permit,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, Person>> {
    store::newest_versions(tx, ids).await
}

/// All that was known of each person at a moment, the oldest first.
pub async fn versions_at(
    tx: &mut Tx,
    _permit: &Permit,
    ids: &[PersonId],
    at: Instant,
) -> Result<HashMap<PersonId, Vec<Person>>> {
    store::versions_at(tx, ids, at).await
}

/// The day of death of those of the persons whose death is known.
pub async fn died(
    tx: &mut Tx,
    _permit: &Permit,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, Day>> {
    store::died(tx, ids).await
}

/// The PINFL of each person that has one.
pub async fn pinfls_of(
    tx: &mut Tx,
    _permit: &Permit,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, Pinfl>> {
    store::pinfls_of(tx, ids).await
}
