//! Relations and residences: dated, bitemporal, appended; and the graph of them
//! that the kernel composes units from.

mod store;

use crate::{Permit, Result};
use ::store::Tx;
use kernel::kin::{Bond, KinGraph, KinPerson, Relation, Residence};
use kernel::{Day, DwellingId, EvidenceId, PersonId, Source};
use std::collections::{BTreeMap, HashMap, HashSet};

use store::{bonds, briefs, relation_rows, residence_rows, residences, residents};
pub(crate) use store::{
    dwellings_by_code, dwellings_by_id, insert_dwellings, insert_relations, insert_residences,
};

/// Persons that one graph may hold; a dwelling or a kinship larger than this is an error
/// of the data, not a family.
pub const GRAPH_PERSONS_MAX: usize = 2_000_000;

/// A relation as it is appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRelation {
    pub relation: Relation,
    pub of: PersonId,
    pub to: PersonId,
    pub valid_from: Day,
    /// Equal to `valid_from`: the tie never was.
    pub valid_to: Option<Day>,
    pub source: Source,
    pub evidence: Option<EvidenceId>,
}

/// A move into a dwelling; an earlier residence ends there by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewResidence {
    pub person: PersonId,
    pub dwelling: DwellingId,
    pub valid_from: Day,
    pub source: Source,
    pub evidence: Option<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dwelling {
    pub id: DwellingId,
    /// Its code in the register that named it, such as `D-000123`.
    pub code: String,
    pub district: u32,
    pub mahalla: u32,
}

/// What units need to know of a person beside kinship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Brief {
    pub id: PersonId,
    pub sex: kernel::Sex,
    pub born: Day,
    pub died: Option<Day>,
}

/// Persons with their ties and homes, as known now.
#[derive(Debug, Default)]
pub(crate) struct Kinship {
    pub persons: BTreeMap<PersonId, Brief>,
    pub bonds: Vec<Bond>,
    pub residences: Vec<Residence>,
}

impl Kinship {
    pub fn graph(&self) -> KinGraph {
        let person = |brief: &Brief| KinPerson {
            id: brief.id,
            sex: brief.sex,
            born: brief.born,
            died: brief.died,
        };
        let persons = self.persons.values().map(person).collect();
        KinGraph::new(persons, &self.bonds, &self.residences)
    }

    /// The same by person: bonds stand with both of their persons.
    pub fn by_person(&self) -> ByPerson {
        let mut index = ByPerson::default();
        for bond in &self.bonds {
            index.bonds.entry(bond.of).or_default().push(*bond);
            index.bonds.entry(bond.to).or_default().push(*bond);
        }
        for stay in &self.residences {
            index.stays.entry(stay.person).or_default().push(*stay);
        }
        index
    }

    /// The dwelling of a person on a day.
    pub fn homes(&self, on: Day) -> HashMap<PersonId, DwellingId> {
        let in_force = self
            .residences
            .iter()
            .filter(|home| home.valid.contains(on));
        in_force.map(|home| (home.person, home.dwelling)).collect()
    }
}

#[derive(Debug, Default)]
pub(crate) struct ByPerson {
    bonds: HashMap<PersonId, Vec<Bond>>,
    stays: HashMap<PersonId, Vec<Residence>>,
}

impl ByPerson {
    /// Bonds of the person in force on the day, in either direction.
    pub fn bonds(&self, person: PersonId, on: Day) -> impl Iterator<Item = &Bond> {
        let bonds = self
            .bonds
            .get(&person)
            .map(Vec::as_slice)
            .unwrap_or_default();
        bonds.iter().filter(move |bond| bond.valid.contains(on))
    }

    /// Where the person lives on the day.
    pub fn stay(&self, person: PersonId, on: Day) -> Option<&Residence> {
        let stays = self
            .stays
            .get(&person)
            .map(Vec::as_slice)
            .unwrap_or_default();
        stays.iter().rev().find(|stay| stay.valid.contains(on))
    }
}

/// Where a person lives on a day; `None` for whom no residence is known yet.
pub async fn home(
    tx: &mut Tx,
    _permit: &Permit,
    person: PersonId,
    on: Day,
) -> Result<Option<Dwelling>> {
    let stays = residences(residence_rows(tx, &[person]).await?)?;
    let Some(stay) = stays.iter().rev().find(|stay| stay.valid.contains(on)) else {
        return Ok(None);
    };
    let mut found = dwellings_by_id(tx, &[stay.dwelling]).await?;
    Ok(found.remove(&stay.dwelling))
}

/// Everything within `steps` ties (or shared dwellings, when `by_dwelling`) of the seeds.
pub(crate) async fn load(
    tx: &mut Tx,
    seeds: &[PersonId],
    steps: usize,
    by_dwelling: bool,
) -> Result<Kinship> {
    let mut known: HashSet<PersonId> = seeds.iter().copied().collect();
    let mut edge: Vec<PersonId> = known.iter().copied().collect();
    let mut rows = Vec::new();
    let mut homes = Vec::new();
    for step in 0..=steps {
        edge.sort_unstable();
        let ties = relation_rows(tx, &edge).await?;
        let here = residence_rows(tx, &edge).await?;
        let mut reached: HashSet<PersonId> = HashSet::new();
        if step < steps {
            reached.extend(
                ties.iter()
                    .flat_map(|row| [PersonId(row.0), PersonId(row.2)]),
            );
            if by_dwelling {
                reached.extend(residents(tx, &here).await?);
            }
        }
        rows.extend(ties);
        homes.extend(here);
        edge = reached
            .into_iter()
            .filter(|person| known.insert(*person))
            .collect();
        assert!(
            known.len() <= GRAPH_PERSONS_MAX,
            "more than {GRAPH_PERSONS_MAX} persons in a kinship"
        );
        if edge.is_empty() {
            break;
        }
    }
    let mut ids: Vec<PersonId> = known.into_iter().collect();
    ids.sort_unstable();
    Ok(Kinship {
        persons: briefs(tx, &ids).await?,
        bonds: bonds(rows)?,
        residences: residences(homes)?,
    })
}
