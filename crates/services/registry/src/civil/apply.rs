//! Applying a set of answers in one transaction.

use super::plan::{Known, Plan};
use super::{Applied, CivilAnswer};
use crate::events::{self, Touched};
use crate::kin::{self, Dwelling};
use crate::person::{self, Identifier, IdentifierKind, Person};
use crate::unit::{self, compose};
use crate::{Permit, Result, event};
use kernel::{Day, DwellingId, EvidenceId, Instant, Name, PersonId, Pinfl, Sex, Source, UnitId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::{Ids, Tx, outbox};

/// Applies the civil registry's answers about any number of persons. Units are
/// composed anew on the day each answer speaks for.
pub async fn apply(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    answers: &[CivilAnswer],
    received_at: Instant,
) -> Result<Applied> {
    tx.alone(unit::projection::UNITS).await?;
    let (known_ids, persons_new) = know_persons(tx, ids, permit, answers, received_at).await?;
    let everyone: Vec<PersonId> = known_ids.values().copied().collect();
    let persons = person::load_many(tx, permit, &everyone).await?;
    let kinship = kin::load(tx, &everyone, 1, false).await?;
    let dwellings = know_dwellings(tx, ids, answers).await?;
    let known = Known {
        ids: &known_ids,
        persons: &persons,
        kinship: &kinship,
        ties: &kinship.by_person(),
        dwellings: &dwellings,
        known_from: received_at,
    };
    let mut plan = Plan::default();
    answers.iter().for_each(|answer| plan.add(&known, answer));
    keep_messages(tx, &mut plan, &persons).await?;
    write(tx, &mut plan, received_at).await?;
    let lives = Lives::of(&plan, &persons);
    let before = lives.touched(tx, permit).await?;
    let units = recompose(tx, ids, permit, answers, &known_ids, &persons_new, &plan).await?;
    lives.tell(tx, ids, permit, (&before, &units)).await?;
    Ok(Applied { persons_new, units })
}

/// A death of which the registry sent its message is taken back by a message alone: its answers come from
/// copies that lag.
async fn keep_messages(
    tx: &mut Tx,
    plan: &mut Plan,
    before: &HashMap<PersonId, Person>,
) -> Result<()> {
    for version in &mut plan.versions {
        let was = before[&version.id].died;
        if was.is_some() && version.died != was {
            version.died = event::standing(tx, version.id).await?.or(version.died);
        }
    }
    Ok(())
}

/// Who died by the registry's answers, or lives again, since when: others hear of it as of a message.
struct Lives(Vec<(&'static str, PersonId, Day)>);

impl Lives {
    fn of(plan: &Plan, before: &HashMap<PersonId, Person>) -> Lives {
        let mut changed = Vec::new();
        for version in &plan.versions {
            let (before, after) = (before[&version.id].died, version.died);
            if before == after {
                continue;
            }
            let annulled = before.map(|on| (events::DEATH_ANNULLED, version.id, on));
            let died = after.map(|on| (events::PERSON_DIED, version.id, on));
            changed.extend(annulled.into_iter().chain(died));
        }
        Lives(changed)
    }

    /// Everybody in their units, as these are composed now.
    async fn touched(&self, tx: &mut Tx, permit: &Permit) -> Result<BTreeMap<PersonId, Family>> {
        if self.0.is_empty() {
            return Ok(BTreeMap::new());
        }
        let blocks = unit::blocks(tx).await?;
        let mut all = BTreeMap::new();
        for (_, person, _) in &self.0 {
            let members = event::members(tx, permit, &blocks, &[*person]).await?;
            all.insert(*person, members.into_iter().chain([*person]).collect());
        }
        Ok(all)
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        ids: &Ids,
        permit: &Permit,
        (before, units): (&BTreeMap<PersonId, Family>, &[UnitId]),
    ) -> Result<()> {
        let after = self.touched(tx, permit).await?;
        let touched = |(topic, person, on): &(&'static str, PersonId, Day)| {
            let persons: Family = before[person].union(&after[person]).copied().collect();
            let touched = Touched {
                event: None,
                persons: persons.into_iter().collect(),
                units: units.to_vec(),
                on: *on,
            };
            events::touched(topic, person.to_string(), &touched)
        };
        let told: Vec<_> = self.0.iter().map(touched).collect();
        Ok(outbox::emit(tx, ids, &told).await?)
    }
}

type Family = BTreeSet<PersonId>;

async fn write(tx: &mut Tx, plan: &mut Plan, known_from: Instant) -> Result<()> {
    plan.versions.sort_by_key(|version| version.id);
    plan.versions.dedup_by_key(|version| version.id);
    person::insert_versions(tx, &plan.versions).await?;
    plan.relations
        .sort_by_key(|r| (r.of, r.relation.code(), r.to, r.valid_from));
    plan.relations
        .dedup_by_key(|r| (r.of, r.relation.code(), r.to, r.valid_from));
    kin::insert_relations(tx, known_from, &mut plan.relations).await?;
    plan.residences.sort_by_key(|r| (r.person, r.valid_from));
    plan.residences.dedup_by_key(|r| (r.person, r.valid_from));
    kin::insert_residences(tx, known_from, &plan.residences).await
}

/// Composes the touched units, and those in which a child came of age since, by day.
async fn recompose(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    answers: &[CivilAnswer],
    known_ids: &HashMap<Pinfl, PersonId>,
    persons_new: &[PersonId],
    plan: &Plan,
) -> Result<Vec<kernel::UnitId>> {
    let blocks = unit::blocks(tx).await?;
    let touched: HashSet<PersonId> = plan.touched.iter().copied().collect();
    let mut by_day: BTreeMap<Day, Vec<PersonId>> = BTreeMap::new();
    let mut new: HashSet<PersonId> = persons_new.iter().copied().collect();
    for answer in answers {
        let asked = by_day.entry(answer.as_of).or_default();
        asked.push(known_ids[&answer.person]);
        // A grown child heard of for the first time sits in no unit of the family.
        let named = answer.children.iter().map(|child| child.person);
        let named = named.chain(answer.spouse.iter().map(|spouse| spouse.person));
        asked.extend(named.map(|who| known_ids[&who]).filter(|id| new.remove(id)));
    }
    let mut changed = Vec::new();
    for (on, asked) in by_day {
        for block in &blocks {
            let stale = stale(tx, permit, block, &asked, on).await?;
            let persons: Vec<PersonId> = asked
                .iter()
                .filter(|p| touched.contains(p) || stale.contains(p))
                .copied()
                .collect();
            if !persons.is_empty() {
                let block = std::slice::from_ref(block);
                changed.extend(compose::recompose(tx, ids, block, &persons, on).await?);
            }
        }
        if !changed.is_empty() {
            let touched = Touched {
                event: None,
                persons: asked,
                units: changed.clone(),
                on,
            };
            let event = events::touched(events::ROSTER_CHANGED, String::new(), &touched);
            outbox::emit(tx, ids, &[event]).await?;
        }
    }
    changed.sort_unstable();
    changed.dedup();
    Ok(changed)
}

/// Persons without a unit, or in a unit with a child who came of age.
async fn stale(
    tx: &mut Tx,
    permit: &Permit,
    block: &unit::Block,
    persons: &[PersonId],
    on: Day,
) -> Result<HashSet<PersonId>> {
    let of = unit::of_persons(tx, permit, &block.block.name, persons).await?;
    let units: Vec<_> = of.values().copied().collect();
    let rows = unit::rows_of(tx, block.code, &units).await?;
    let due: HashSet<_> = rows
        .iter()
        .filter(|row| unit::is_due(block, row, on))
        .map(|row| row.unit)
        .collect();
    let is_stale = |person: &&PersonId| of.get(person).is_none_or(|unit| due.contains(unit));
    Ok(persons.iter().filter(is_stale).copied().collect())
}

/// What is known of a person whom an answer names.
struct Named<'a> {
    name: Option<&'a Name>,
    sex: Sex,
    born: Day,
    died: Option<Day>,
    /// Whose child, when the answer names a child.
    parent: Option<Pinfl>,
    evidence: Option<EvidenceId>,
}

fn named(answers: &[CivilAnswer]) -> BTreeMap<Pinfl, Named<'_>> {
    let mut all: BTreeMap<Pinfl, Named<'_>> = BTreeMap::new();
    for answer in answers {
        let evidence = answer.evidence;
        for child in &answer.children {
            let (name, parent) = (Some(&child.name), Some(answer.person));
            let (sex, born, died) = (child.sex, child.born, child.died);
            all.insert(
                child.person,
                Named {
                    name,
                    sex,
                    born,
                    died,
                    parent,
                    evidence,
                },
            );
        }
    }
    for answer in answers {
        let evidence = answer.evidence;
        if let Some(spouse) = &answer.spouse {
            let pinfl = spouse.person;
            let (sex, born) = (pinfl.sex(), pinfl.born());
            let stranger = Named {
                name: None,
                sex,
                born,
                died: None,
                parent: None,
                evidence,
            };
            all.entry(pinfl).or_insert(stranger);
        }
        let (sex, born, died) = (answer.sex, answer.born, answer.died);
        let own = Named {
            name: Some(&answer.name),
            sex,
            born,
            died,
            parent: None,
            evidence,
        };
        all.insert(answer.person, own);
    }
    all
}

/// The register's id of everyone the answers name; who was unknown is entered.
async fn know_persons(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    answers: &[CivilAnswer],
    known_from: Instant,
) -> Result<(HashMap<Pinfl, PersonId>, Vec<PersonId>)> {
    let named = named(answers);
    let pinfls: Vec<Pinfl> = named.keys().copied().collect();
    let mut known = person::find_by_pinfls(tx, permit, &pinfls).await?;
    let unknown: Vec<Pinfl> = pinfls
        .into_iter()
        .filter(|p| !known.contains_key(p))
        .collect();
    if unknown.is_empty() {
        return Ok((known, Vec::new()));
    }
    let mut without_number = children_without_number(tx, permit, &known, &named, &unknown).await?;
    let (mut versions, mut identifiers, mut new) = (Vec::new(), Vec::new(), Vec::new());
    for pinfl in unknown {
        let who = &named[&pinfl];
        let person = without_number.remove(&pinfl).unwrap_or_else(|| {
            let id = PersonId(ids.uuid());
            versions.push(stranger(id, who, known_from));
            new.push(id);
            id
        });
        let (kind, value) = (IdentifierKind::Pinfl, pinfl.to_string());
        identifiers.push(Identifier {
            kind,
            value,
            person,
            valid_from: pinfl.born(),
        });
        known.insert(pinfl, person);
    }
    person::insert_versions(tx, &versions).await?;
    person::insert_identifiers(tx, known_from, &mut identifiers).await?;
    Ok((known, new))
}

fn stranger(id: PersonId, who: &Named<'_>, known_from: Instant) -> Person {
    Person {
        id,
        name: who.name.cloned().unwrap_or_default(),
        sex: who.sex,
        born: who.born,
        died: who.died,
        phone: None,
        source: Source::CivilRegistry,
        evidence: who.evidence,
        known_from,
        row_hash: None,
    }
}

/// A child imported without a number is found again among its parent's children by
/// birth date and given name.
async fn children_without_number(
    tx: &mut Tx,
    permit: &Permit,
    known: &HashMap<Pinfl, PersonId>,
    named: &BTreeMap<Pinfl, Named<'_>>,
    unknown: &[Pinfl],
) -> Result<HashMap<Pinfl, PersonId>> {
    let parent_of = |child: &Pinfl| known.get(&named[child].parent?).copied();
    let parents: Vec<PersonId> = unknown.iter().filter_map(parent_of).collect();
    if parents.is_empty() {
        return Ok(HashMap::new());
    }
    let kinship = kin::load(tx, &parents, 1, false).await?;
    let children: Vec<PersonId> = kinship.bonds.iter().map(|bond| bond.to).collect();
    let numbered = person::pinfls_of(tx, permit, &children).await?;
    let candidates = person::load_many(tx, permit, &children).await?;
    let mut found = HashMap::new();
    for pinfl in unknown {
        let (who, Some(parent)) = (&named[pinfl], parent_of(pinfl)) else {
            continue;
        };
        let Some(given) = who.name.map(|name| kernel::names::fold(&name.given)) else {
            continue;
        };
        let mut same = kinship
            .bonds
            .iter()
            .filter(|bond| bond.of == parent)
            .filter_map(|bond| {
                let child = candidates
                    .get(&bond.to)
                    .filter(|_| !numbered.contains_key(&bond.to))?;
                let fits =
                    child.born == who.born && kernel::names::fold(&child.name.given) == given;
                fits.then_some(child.id)
            });
        if let Some(child) = same.next() {
            found.insert(*pinfl, child);
        }
    }
    Ok(found)
}

/// The dwelling of each code the answers name; an unknown one is entered.
async fn know_dwellings(
    tx: &mut Tx,
    ids: &Ids,
    answers: &[CivilAnswer],
) -> Result<HashMap<String, DwellingId>> {
    let homes: BTreeMap<&str, &super::ResidenceAnswer> = answers
        .iter()
        .filter_map(|answer| answer.residence.as_ref())
        .map(|home| (home.dwelling.as_str(), home))
        .collect();
    let codes: Vec<String> = homes.keys().map(|code| (*code).to_owned()).collect();
    let known = kin::dwellings_by_code(tx, &codes).await?;
    let unknown = homes
        .values()
        .filter(|home| !known.contains_key(&home.dwelling));
    let new: Vec<Dwelling> = unknown
        .map(|home| Dwelling {
            id: DwellingId(ids.uuid()),
            code: home.dwelling.clone(),
            district: home.district,
            mahalla: home.mahalla,
        })
        .collect();
    kin::insert_dwellings(tx, &new).await?;
    let all = known.into_values().chain(new);
    Ok(all.map(|dwelling| (dwelling.code, dwelling.id)).collect())
}
