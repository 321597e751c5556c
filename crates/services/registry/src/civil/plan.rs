//! What an answer changes, worked out before anything is written.

use super::{ChildAnswer, CivilAnswer};
use crate::kin::{ByPerson, Kinship, NewRelation, NewResidence};
use crate::person::Person;
use kernel::day::completed_years;
use kernel::kin::{ADULT_YEARS, Bond, Relation};
use kernel::{Day, DwellingId, Instant, Name, PersonId, Pinfl, Source};
use std::collections::HashMap;

/// Rows to append.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub versions: Vec<Person>,
    pub relations: Vec<NewRelation>,
    pub residences: Vec<NewResidence>,
    /// Persons whose units must be composed anew.
    pub touched: Vec<PersonId>,
}

/// What the register holds about the persons of the answers.
pub(super) struct Known<'a> {
    pub ids: &'a HashMap<Pinfl, PersonId>,
    pub persons: &'a HashMap<PersonId, Person>,
    pub kinship: &'a Kinship,
    pub ties: &'a ByPerson,
    pub dwellings: &'a HashMap<String, DwellingId>,
    pub known_from: Instant,
}

impl Plan {
    pub fn add(&mut self, known: &Known<'_>, answer: &CivilAnswer) {
        let person = known.ids[&answer.person];
        let rows_before = self.versions.len() + self.relations.len() + self.residences.len();
        self.add_version(known, person, Wanted::of_answer(answer), answer);
        for child in &answer.children {
            self.add_version(
                known,
                known.ids[&child.person],
                Wanted::of_child(child),
                answer,
            );
        }
        self.add_spouse(known, person, answer);
        self.add_children(known, person, answer);
        self.add_residence(known, person, answer);
        let rows_after = self.versions.len() + self.relations.len() + self.residences.len();
        if rows_after > rows_before {
            self.touched.push(person);
            self.touched
                .extend(answer.children.iter().map(|child| known.ids[&child.person]));
            self.touched
                .extend(answer.spouse.iter().map(|spouse| known.ids[&spouse.person]));
        }
    }

    fn add_version(
        &mut self,
        known: &Known<'_>,
        id: PersonId,
        wanted: Wanted<'_>,
        answer: &CivilAnswer,
    ) {
        let before = &known.persons[&id];
        let after = Person {
            name: wanted.name.clone(),
            born: wanted.born,
            died: wanted
                .died
                .or(before.died.filter(|_| !is_by_answer(before))),
            phone: wanted.phone.or(before.phone),
            source: Source::CivilRegistry,
            evidence: answer.evidence,
            known_from: known.known_from,
            row_hash: None,
            ..before.clone()
        };
        let same = (&before.name, before.born, before.died, before.phone)
            == (&after.name, after.born, after.died, after.phone);
        if !same {
            self.versions.push(after);
        }
    }

    fn add_spouse(&mut self, known: &Known<'_>, person: PersonId, answer: &CivilAnswer) {
        let spouse = answer
            .spouse
            .as_ref()
            .map(|spouse| known.ids[&spouse.person]);
        let mut married = false;
        for bond in known.ties.bonds(person, answer.as_of) {
            if bond.relation != Relation::Spouse {
                continue;
            }
            let other = if bond.of == person { bond.to } else { bond.of };
            if Some(other) == spouse {
                married = true;
            } else {
                self.end(bond, answer);
            }
        }
        if let (false, Some(spouse)) = (married, spouse) {
            let since = answer.spouse.as_ref().and_then(|spouse| spouse.since);
            self.begin(known, Relation::Spouse, person, spouse, since, answer);
        }
    }

    fn add_children(&mut self, known: &Known<'_>, person: PersonId, answer: &CivilAnswer) {
        let named: Vec<(Relation, PersonId, &ChildAnswer)> = answer
            .children
            .iter()
            .map(|child| (child.tie.relation(), known.ids[&child.person], child))
            .collect();
        let mut held = Vec::new();
        for bond in known.ties.bonds(person, answer.as_of) {
            if bond.of != person || bond.relation == Relation::Spouse {
                continue;
            }
            if named
                .iter()
                .any(|(tie, child, _)| (*tie, *child) == (bond.relation, bond.to))
            {
                held.push((bond.relation, bond.to));
            } else if is_minor(known, bond.to, answer.as_of) {
                self.end(bond, answer);
            }
        }
        for (tie, child, said) in named {
            if !held.contains(&(tie, child)) {
                self.begin(known, tie, person, child, said.since, answer);
            }
        }
    }

    fn add_residence(&mut self, known: &Known<'_>, person: PersonId, answer: &CivilAnswer) {
        let Some(home) = &answer.residence else {
            return;
        };
        let dwelling = known.dwellings[&home.dwelling];
        let now = known.ties.stay(person, answer.as_of);
        if now.is_some_and(|stay| stay.dwelling == dwelling) {
            return;
        }
        let since = home.since.unwrap_or(answer.as_of);
        // A stay that began later than the registry says would hide this one.
        let valid_from = match now {
            Some(stay) if since <= stay.valid.from => answer.as_of,
            _ => since,
        };
        let (source, evidence) = (Source::CivilRegistry, answer.evidence);
        self.residences.push(NewResidence {
            person,
            dwelling,
            valid_from,
            source,
            evidence,
        });
    }

    fn begin(
        &mut self,
        known: &Known<'_>,
        relation: Relation,
        of: PersonId,
        to: PersonId,
        since: Option<Day>,
        answer: &CivilAnswer,
    ) {
        let births = [of, to].map(|person| known.persons[&person].born);
        let valid_from = since.unwrap_or(births[0].max(births[1]));
        let (source, evidence) = (Source::CivilRegistry, answer.evidence);
        let row = NewRelation {
            relation,
            of,
            to,
            valid_from,
            valid_to: None,
            source,
            evidence,
        };
        self.relations.push(row);
    }

    fn end(&mut self, bond: &Bond, answer: &CivilAnswer) {
        self.relations.push(NewRelation {
            relation: bond.relation,
            of: bond.of,
            to: bond.to,
            valid_from: bond.valid.from,
            valid_to: Some(answer.as_of.max(bond.valid.from)),
            source: Source::CivilRegistry,
            evidence: answer.evidence,
        });
    }
}

/// What the registry says of a person's own record.
struct Wanted<'a> {
    name: &'a Name,
    born: Day,
    died: Option<Day>,
    phone: Option<kernel::Phone>,
}

impl Wanted<'_> {
    fn of_answer(answer: &CivilAnswer) -> Wanted<'_> {
        let CivilAnswer {
            name,
            born,
            died,
            phone,
            ..
        } = answer;
        Wanted {
            name,
            born: *born,
            died: *died,
            phone: *phone,
        }
    }

    fn of_child(child: &ChildAnswer) -> Wanted<'_> {
        Wanted {
            name: &child.name,
            born: child.born,
            died: child.died,
            phone: None,
        }
    }
}

/// Whether an earlier answer said what stands there: a later one may say otherwise.
fn is_by_answer(person: &Person) -> bool {
    person.source == Source::CivilRegistry && person.evidence.is_some()
}

fn is_minor(known: &Known<'_>, person: PersonId, on: Day) -> bool {
    let found = known.kinship.persons.get(&person);
    found.is_some_and(|brief| completed_years(brief.born, on) < ADULT_YEARS)
}
