//! Families nobody knew before: the quick way in, with no look at the register.

use super::families::Family;
use super::person_row::{FamilyRole, PersonRow};
use crate::kin::{Brief, Dwelling, Kinship, NewRelation, NewResidence};
use crate::person::{Identifier, IdentifierKind, Person};
use crate::unit::{Block, compose};
use kernel::kin::{Bond, Relation, Residence, Tie, partition};
use kernel::{Day, DwellingId, EvidenceId, Instant, Period, PersonId, Portrait, Source, UnitId};
use std::collections::HashMap;
use store::Ids;

/// Where and when an import enters.
#[derive(Debug, Clone, Copy)]
pub struct Entering {
    /// The run of the import, as the evidence of what it enters.
    pub run: EvidenceId,
    pub known_from: Instant,
    pub today: Day,
}

/// The register's own facts under its nil id: the only ones of a new family.
pub type Extracts = HashMap<uuid::Uuid, Vec<kernel::portrait::PackedFact>>;

/// Rows ready to insert, each list in the order of its key.
#[derive(Debug, Default)]
pub struct Entries {
    pub versions: Vec<Person>,
    pub identifiers: Vec<Identifier>,
    pub relations: Vec<NewRelation>,
    pub residences: Vec<NewResidence>,
    /// Units by the block's place in the list of blocks.
    pub units: Vec<Vec<Portrait>>,
}

impl Entries {
    /// Enters whole families. `dwellings` holds every code they name.
    pub fn of_families(
        ids: &Ids,
        entering: &Entering,
        blocks: &[Block],
        dwellings: &HashMap<String, Dwelling>,
        extracts: &Extracts,
        families: Vec<Family>,
    ) -> Entries {
        let mut entries = Entries::default();
        let mut places: HashMap<PersonId, (u32, u32)> = HashMap::new();
        for family in families {
            let members: Vec<(PersonId, &PersonRow)> = family
                .persons
                .iter()
                .map(|row| (PersonId(ids.uuid()), row))
                .collect();
            entries.relations.extend(family_ties(entering, &members));
            for (id, row) in &members {
                let dwelling = &dwellings[&row.dwelling];
                entries
                    .residences
                    .push(residence(entering, *id, row, dwelling.id));
                entries.identifiers.push(identifier(*id, row));
                places.insert(*id, (dwelling.district, dwelling.mahalla));
            }
            let numbers: Vec<PersonId> = members.into_iter().map(|(id, _)| id).collect();
            for (id, row) in numbers.into_iter().zip(family.persons) {
                entries.versions.push(version(entering, id, row));
            }
        }
        let kinship = entries.kinship();
        let units = blocks
            .iter()
            .map(|block| units(ids, entering, block, &kinship, &places, extracts));
        entries.units = units.collect();
        entries
    }

    fn kinship(&self) -> Kinship {
        let brief = |p: &Person| Brief {
            id: p.id,
            sex: p.sex,
            born: p.born,
            died: p.died,
        };
        let bond = |r: &NewRelation| Bond {
            relation: r.relation,
            of: r.of,
            to: r.to,
            valid: Period {
                from: r.valid_from,
                to: r.valid_to,
            },
        };
        let stay = |r: &NewResidence| Residence {
            person: r.person,
            dwelling: r.dwelling,
            valid: Period::since(r.valid_from),
        };
        Kinship {
            persons: self
                .versions
                .iter()
                .map(|person| (person.id, brief(person)))
                .collect(),
            bonds: self.relations.iter().map(bond).collect(),
            residences: self.residences.iter().map(stay).collect(),
        }
    }
}

fn units(
    ids: &Ids,
    entering: &Entering,
    block: &Block,
    kinship: &Kinship,
    places: &HashMap<PersonId, (u32, u32)>,
    extracts: &Extracts,
) -> Vec<Portrait> {
    let persons: Vec<PersonId> = kinship.persons.keys().copied().collect();
    let mut rosters = partition(&block.block, &kinship.graph(), &persons, entering.today);
    // In the order of the persons, which is the order of the file and of their ids.
    rosters.sort_unstable_by_key(|roster| roster.head());
    let place_of = |head: PersonId| places.get(&head).copied().unwrap_or((0, 0));
    let portrait = |roster| {
        let unit = UnitId(ids.uuid());
        compose::portrait(roster, unit, kinship, place_of, extracts)
    };
    rosters.iter().filter_map(portrait).collect()
}

/// What the file says of a person.
pub fn version(entering: &Entering, id: PersonId, row: PersonRow) -> Person {
    Person {
        id,
        name: row.name,
        sex: row.sex,
        born: row.born,
        died: row.died,
        phone: row.phone,
        source: Source::Import,
        evidence: Some(entering.run),
        known_from: entering.known_from,
        row_hash: Some(row.hash),
    }
}

pub fn identifier(person: PersonId, row: &PersonRow) -> Identifier {
    let (kind, value) = key(row);
    Identifier {
        kind,
        value,
        person,
        valid_from: row.born,
    }
}

/// The identifier by which a row is recognised.
pub fn key(row: &PersonRow) -> (IdentifierKind, String) {
    match row.pinfl {
        Some(pinfl) => (IdentifierKind::Pinfl, pinfl.to_string()),
        None => (IdentifierKind::Temporary, row.temporary_number()),
    }
}

/// The file does not say since when: the earliest possible day is taken, the birth.
pub fn residence(
    entering: &Entering,
    person: PersonId,
    row: &PersonRow,
    dwelling: DwellingId,
) -> NewResidence {
    let (source, evidence) = (Source::Import, Some(entering.run));
    NewResidence {
        person,
        dwelling,
        valid_from: row.born,
        source,
        evidence,
    }
}

/// Head and spouse are married; children are theirs by the tie the row names. The
/// file does not say since when: the earliest possible day is taken, the later birth.
pub fn family_ties(entering: &Entering, members: &[(PersonId, &PersonRow)]) -> Vec<NewRelation> {
    let of_role = |role: FamilyRole| members.iter().find(|(_, row)| row.role == role);
    let head = of_role(FamilyRole::Head);
    let spouse = of_role(FamilyRole::Spouse);
    let tie = |relation, of: &(PersonId, &PersonRow), to: &(PersonId, &PersonRow)| NewRelation {
        relation,
        of: of.0,
        to: to.0,
        valid_from: of.1.born.max(to.1.born),
        valid_to: None,
        source: Source::Import,
        evidence: Some(entering.run),
    };
    let mut ties = Vec::with_capacity(members.len() * 2);
    if let (Some(head), Some(spouse)) = (head, spouse) {
        ties.push(tie(Relation::Spouse, head, spouse));
    }
    for child in members
        .iter()
        .filter(|(_, row)| row.role == FamilyRole::Child)
    {
        let relation = match child.1.tie {
            Tie::Adopted => Relation::Adopter,
            Tie::Ward => Relation::Guardian,
            Tie::Own | Tie::None => Relation::Parent,
        };
        let carers = [head, spouse].into_iter().flatten();
        ties.extend(carers.map(|carer| tie(relation, carer, child)));
    }
    ties
}
