//! Persons, bonds and residences, indexed for composing millions of units.
//!
//! Persons become places in a sorted list; bonds and residences are sorted by the
//! place of their owner. Bonds to persons who are not in the graph are left out.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{Bond, KinPerson, Relation, Residence};
use crate::day::{Day, Period};
use crate::ids::{DwellingId, PersonId};

/// The place of a person in the graph.
pub(super) type Place = u32;

#[derive(Clone, Debug, Default)]
pub struct KinGraph {
    /// Sorted by id.
    persons: Vec<KinPerson>,
    places: HashMap<PersonId, Place, BuildHasherDefault<IdHasher>>,
    /// (owner, relation as seen from the owner, other): sorted.
    bonds: Vec<Link>,
    bonds_from: Vec<u32>,
    residences: Vec<(Place, DwellingId, Period<Day>)>,
    residences_from: Vec<u32>,
    /// (dwelling, resident, valid): sorted by dwelling.
    residents: Vec<(DwellingId, Place, Period<Day>)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub owner: Place,
    pub side: Side,
    pub other: Place,
    pub valid: Period<Day>,
}

/// What `other` is to the owner of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Spouse,
    /// The owner is the child, `other` cares for it by this relation.
    Carer(Relation),
    /// The owner cares for `other`.
    Child(Relation),
}

impl KinGraph {
    /// A person given twice keeps the first entry.
    pub fn new(mut persons: Vec<KinPerson>, bonds: &[Bond], residences: &[Residence]) -> KinGraph {
        persons.sort_by_key(|person| person.id);
        persons.dedup_by_key(|person| person.id);
        assert!(
            persons.len() < u32::MAX as usize,
            "too many persons for one graph"
        );
        let places = persons.iter().map(|person| person.id).zip(0..).collect();
        let mut graph = KinGraph {
            persons,
            places,
            ..KinGraph::default()
        };
        graph.link(bonds);
        graph.settle(residences);
        graph
    }

    pub fn len(&self) -> usize {
        self.persons.len()
    }

    pub fn is_empty(&self) -> bool {
        self.persons.is_empty()
    }

    pub fn persons(&self) -> &[KinPerson] {
        &self.persons
    }

    pub fn find(&self, id: PersonId) -> Option<&KinPerson> {
        self.place(id).map(|place| &self.persons[place as usize])
    }

    fn link(&mut self, bonds: &[Bond]) {
        let mut links = Vec::with_capacity(bonds.len() * 2);
        for bond in bonds {
            let (Some(of), Some(to)) = (self.place(bond.of), self.place(bond.to)) else {
                continue;
            };
            if of == to {
                continue; // nobody is married to or the child of oneself
            }
            let (there, back) = match bond.relation {
                Relation::Spouse => (Side::Spouse, Side::Spouse),
                carer => (Side::Child(carer), Side::Carer(carer)),
            };
            links.push(Link {
                owner: of,
                side: there,
                other: to,
                valid: bond.valid,
            });
            links.push(Link {
                owner: to,
                side: back,
                other: of,
                valid: bond.valid,
            });
        }
        links.sort_unstable_by_key(|link| (link.owner, link.side, link.other, link.valid.from));
        self.bonds_from = starts(self.persons.len(), links.iter().map(|link| link.owner));
        self.bonds = links;
    }

    fn settle(&mut self, residences: &[Residence]) {
        let known = residences.iter().filter_map(|residence| {
            let place = self.place(residence.person)?;
            Some((place, residence.dwelling, residence.valid))
        });
        let mut homes: Vec<_> = known.collect();
        homes.sort_unstable_by_key(|(place, dwelling, valid)| (*place, *dwelling, valid.from));
        let mut residents: Vec<_> = homes
            .iter()
            .map(|(place, dwelling, valid)| (*dwelling, *place, *valid))
            .collect();
        residents.sort_unstable_by_key(|(dwelling, place, valid)| (*dwelling, *place, valid.from));
        self.residences_from = starts(self.persons.len(), homes.iter().map(|home| home.0));
        self.residences = homes;
        self.residents = residents;
    }

    pub(super) fn place(&self, id: PersonId) -> Option<Place> {
        self.places.get(&id).copied()
    }

    pub(super) fn person(&self, place: Place) -> &KinPerson {
        &self.persons[place as usize]
    }

    pub(super) fn is_alive(&self, place: Place, on: Day) -> bool {
        let person = self.person(place);
        person.born <= on && person.died.is_none_or(|died| on < died)
    }

    /// Bonds in force to persons alive on the day.
    pub(super) fn links(&self, place: Place, on: Day) -> impl Iterator<Item = &Link> {
        let range = range(&self.bonds_from, place);
        let links = self.bonds[range].iter();
        links.filter(move |link| link.valid.contains(on) && self.is_alive(link.other, on))
    }

    /// The dwelling of a person: of several in force the latest.
    pub(super) fn dwelling(&self, place: Place, on: Day) -> Option<DwellingId> {
        let homes = self.dwellings(place, on);
        homes
            .max_by_key(|(dwelling, from)| (*from, *dwelling))
            .map(|(dwelling, _)| dwelling)
    }

    pub(super) fn dwellings(
        &self,
        place: Place,
        on: Day,
    ) -> impl Iterator<Item = (DwellingId, Day)> {
        let homes = self.residences[range(&self.residences_from, place)].iter();
        let in_force = homes.filter(move |(_, _, valid)| valid.contains(on));
        in_force.map(|(_, dwelling, valid)| (*dwelling, valid.from))
    }

    /// Everyone alive whose dwelling on the day is this one, each once.
    pub(super) fn residents(&self, dwelling: DwellingId, on: Day) -> impl Iterator<Item = Place> {
        let start = self
            .residents
            .partition_point(|(known, _, _)| *known < dwelling);
        let here = self.residents[start..]
            .iter()
            .take_while(move |entry| entry.0 == dwelling);
        let mut before = None;
        let each_once = here.map(|entry| entry.1).filter(move |place| {
            let first = before != Some(*place);
            before = Some(*place);
            first
        });
        each_once.filter(move |place| {
            self.is_alive(*place, on) && self.dwelling(*place, on) == Some(dwelling)
        })
    }
}

fn starts(count: usize, owners: impl Iterator<Item = Place>) -> Vec<u32> {
    let mut starts = vec![0_u32; count + 1];
    for owner in owners {
        starts[owner as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    starts
}

fn range(starts: &[u32], place: Place) -> std::ops::Range<usize> {
    starts[place as usize] as usize..starts[place as usize + 1] as usize
}

/// Our ids end in random bits, so mixing their halves is hash enough; the map is
/// only asked, never walked, so its order decides nothing.
#[derive(Clone, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for eight in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..eight.len()].copy_from_slice(eight);
            let mixed = self.0.rotate_left(29) ^ u64::from_le_bytes(word);
            self.0 = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}
