//! Families of which the register already knows someone: compared row by row, only
//! what differs is appended. An import adds ties and moves homes; it never ends a
//! tie (the civil registry does).

use super::enter;
use super::families::Family;
use super::person_row::PersonRow;
use super::report::{Reason, Reject};
use super::write::{Desk, Written, is_child, last_hashes, recompose};
use crate::Result;
use crate::kin::{self, ByPerson, Dwelling, NewRelation, NewResidence};
use crate::person::{self, Identifier, IdentifierKind, Person};
use kernel::kin::Relation;
use kernel::{Day, DwellingId, PersonId};
use std::collections::{HashMap, HashSet};
use store::Tx;

type Known = HashMap<(IdentifierKind, String), PersonId>;

#[derive(Default)]
struct Changes {
    versions: Vec<Person>,
    identifiers: Vec<Identifier>,
    relations: Vec<NewRelation>,
    residences: Vec<NewResidence>,
    touched: Vec<PersonId>,
}

pub(super) async fn update_known(
    tx: &mut Tx,
    desk: &Desk<'_>,
    dwellings: &HashMap<String, Dwelling>,
    known: &Known,
    families: Vec<Family>,
    written: &mut Written,
) -> Result<()> {
    let mut persons: Vec<PersonId> = known.values().copied().collect();
    persons.sort_unstable();
    let hashes = last_hashes(tx, &persons).await?;
    let is_same = |row: &PersonRow| {
        let person = known.get(&enter::key(row));
        person.is_some_and(|person| hashes.get(person) == Some(&row.hash))
    };
    let (same, differing): (Vec<Family>, Vec<Family>) = families
        .into_iter()
        .partition(|family| family.persons.iter().all(&is_same));
    written.unchanged += same
        .iter()
        .map(|family| family.persons.len() as u64)
        .sum::<u64>();
    if differing.is_empty() {
        return Ok(());
    }
    let concerned: Vec<PersonId> = differing
        .iter()
        .flat_map(|family| {
            family
                .persons
                .iter()
                .filter_map(|row| known.get(&enter::key(row)))
        })
        .copied()
        .collect();
    let ties = kin::load(tx, &concerned, 1, false).await?.by_person();
    let mut changes = Changes::default();
    for family in differing {
        changes.add_family(desk, dwellings, known, &is_same, &ties, family, written);
    }
    changes.write(tx, desk, written).await
}

impl Changes {
    #[allow(clippy::too_many_arguments)]
    fn add_family(
        &mut self,
        desk: &Desk<'_>,
        dwellings: &HashMap<String, Dwelling>,
        known: &Known,
        is_same: &impl Fn(&PersonRow) -> bool,
        held: &ByPerson,
        mut family: Family,
        written: &mut Written,
    ) {
        let today = desk.entering.today;
        let id_of = |row: &PersonRow| known.get(&enter::key(row)).copied();
        let here: HashSet<PersonId> = family.persons.iter().filter_map(id_of).collect();
        family.persons.retain(|row| {
            let elsewhere = is_child(row)
                && !is_same(row)
                && id_of(row).is_some_and(|child| has_other_carer(held, child, &here, today));
            if elsewhere {
                let reason = Reason::ChildInTwoFamilies { first_line: None };
                written.rejects.push(Reject {
                    line: row.line,
                    field: "pinfl",
                    reason,
                });
            }
            !elsewhere
        });
        let members: Vec<(PersonId, &PersonRow)> = family
            .persons
            .iter()
            .map(|row| (id_of(row).unwrap_or_else(|| PersonId(desk.ids.uuid())), row))
            .collect();
        let ties = enter::family_ties(&desk.entering, &members);
        let missing = ties.into_iter().filter(|tie| !holds(held, tie, today));
        self.relations.extend(missing);
        for (id, row) in members {
            if is_same(row) {
                written.unchanged += 1;
            } else {
                written.accepted += 1;
                self.add_person(desk, known, held, id, row, dwellings[&row.dwelling].id);
            }
            self.touched.push(id);
        }
    }

    fn add_person(
        &mut self,
        desk: &Desk<'_>,
        known: &Known,
        held: &ByPerson,
        id: PersonId,
        row: &PersonRow,
        dwelling: DwellingId,
    ) {
        let is_new = !known.contains_key(&enter::key(row));
        if is_new {
            self.identifiers.push(enter::identifier(id, row));
        }
        self.versions
            .push(enter::version(&desk.entering, id, row.clone()));
        let mut home = enter::residence(&desk.entering, id, row, dwelling);
        match held.stay(id, desk.entering.today) {
            Some(stay) if stay.dwelling == dwelling => return,
            Some(_) => home.valid_from = desk.entering.today,
            None => {}
        }
        self.residences.push(home);
    }

    async fn write(mut self, tx: &mut Tx, desk: &Desk<'_>, written: &mut Written) -> Result<()> {
        let known_from = desk.entering.known_from;
        self.versions.sort_by_key(|version| version.id);
        person::insert_versions(tx, &self.versions).await?;
        person::insert_identifiers(tx, known_from, &mut self.identifiers).await?;
        kin::insert_relations(tx, known_from, &mut self.relations).await?;
        self.residences.sort_by_key(|residence| residence.person);
        kin::insert_residences(tx, known_from, &self.residences).await?;
        self.touched.sort_unstable();
        let units = recompose(tx, desk, &self.touched).await?;
        written.add_units(units);
        Ok(())
    }
}

/// True when somebody outside the family is the child's carer.
fn has_other_carer(held: &ByPerson, child: PersonId, here: &HashSet<PersonId>, today: Day) -> bool {
    let carers = held.bonds(child, today);
    let mut carers = carers.filter(|bond| bond.to == child && bond.relation != Relation::Spouse);
    carers.any(|bond| !here.contains(&bond.of))
}

fn holds(held: &ByPerson, tie: &NewRelation, today: Day) -> bool {
    held.bonds(tie.of, today).any(|bond| {
        let same = (bond.of, bond.to) == (tie.of, tie.to);
        let turned = tie.relation == Relation::Spouse && (bond.to, bond.of) == (tie.of, tie.to);
        bond.relation == tie.relation && (same || turned)
    })
}
