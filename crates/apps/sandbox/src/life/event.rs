//! Births, deaths, marriages and divorces of a month, told by the civil registry on
//! the 18th, from February 2026 on. Some births and deaths are in families whose award
//! runs, so that a reassessment follows; none in those with a case still open. Of
//! marriages and divorces, see `union.rs`.

use kernel::{Day, Instant, Month, Pinfl, Sex};
use serde_json::{Value, json};

use super::daftar::Daftar;
use super::{Done, union};
use crate::agency::{correspondence, record};
use crate::cases::LifeEvent;
use crate::month::running_after_change;
use crate::population::family::FamilyNo;
use crate::population::person::{Marks, NOBODY, Person, PersonNo, Role, Tie};
use crate::population::{act, names, story::Story};
use crate::seed;
use crate::wire_time::{day_of, morning_of};
use crate::world::World;

const DAY: i32 = 18;
/// One birth and one death a month for so many families: about 2 and 0.5 per
/// thousand persons (our assumption; the facts give no rates), 3.3 a family.
const FAMILIES_A_BIRTH: usize = 150;
const FAMILIES_A_DEATH: usize = 600;
/// Of which in families with a running award.
const RUNNING_FAMILIES_A_BIRTH: usize = 60;
const RUNNING_FAMILIES_A_DEATH: usize = 150;
const CIVIL_REGISTRY: &str = "civil-registry";

pub async fn happen(world: &World, daftar: &Daftar, before: Instant) -> Done {
    let mut done = Done::default();
    let (first, last) = (day_of(before).month(), day_of(world.now()).month());
    for month in (first.0..=last.0)
        .map(Month)
        .filter(|month| *month >= Month(2026 * 12 + 1))
    {
        let on = month.first_day().plus_days(DAY - 1);
        let at = morning_of(on);
        if before < at && at <= world.now() {
            for message in of_month(world, on) {
                done.add(tell(world, daftar, &message).await);
            }
        }
    }
    done
}

/// To whoever subscribed, in the protocol of registries; else by Daftar's own interface.
async fn tell(world: &World, daftar: &Daftar, message: &Value) -> bool {
    let event = match message["kind"].as_str() {
        Some("birth") => "live_birth",
        other => other.unwrap_or_default(),
    };
    let subscribers = world.correspondence.subscribers(event);
    if !subscribers.is_empty() {
        let record = record::of_event(message);
        return correspondence::notify(world, &subscribers, &record).await;
    }
    let told = daftar
        .post(CIVIL_REGISTRY, "/api/civil-events", message)
        .await;
    if let Err(error) = &told {
        tracing::warn!(%error, "the registry's message was not accepted");
    }
    told.is_ok()
}

/// Makes the events true in the country and gives the registry's messages.
fn of_month(world: &World, on: Day) -> Vec<Value> {
    let running = running_after_change(world);
    let families = world.country.population.families.len();
    let births = families.div_ceil(FAMILIES_A_BIRTH);
    let deaths = families.div_ceil(FAMILIES_A_DEATH);
    let mut messages = vec![];
    // The poorest first: they are surely within the budget. Births from the one
    // end, deaths from the other of the poorer half.
    let half = &running[..running.len().div_ceil(2)];
    let born = half
        .iter()
        .filter_map(|applicant| mother_of(world, *applicant, on));
    let born: Vec<PersonNo> = born
        .take(running.len() / RUNNING_FAMILIES_A_BIRTH + 1)
        .collect();
    let dead = half.iter().rev().filter(|applicant| {
        !born
            .iter()
            .any(|mother| same_family(world, *mother, **applicant))
    });
    let dead: Vec<PersonNo> = dead
        .filter_map(|applicant| dying(world, *applicant, on))
        .take(running.len() / RUNNING_FAMILIES_A_DEATH + 1)
        .collect();
    let others = quiet_families(world, on);
    let mothers = others
        .iter()
        .filter_map(|family| mother_of(world, world.country.population.applicant(*family), on));
    let mothers: Vec<PersonNo> = born.into_iter().chain(mothers.take(births)).collect();
    let elders = others
        .iter()
        .rev()
        .filter_map(|family| elder_of(world, *family, on));
    let dead: Vec<PersonNo> = dead.into_iter().chain(elders.take(deaths)).collect();
    for mother in mothers {
        messages.push(birth(world, mother, on));
    }
    for person in dead {
        messages.push(death(world, person, on));
    }
    messages.extend(union::of_month(world, on));
    messages
}

fn same_family(world: &World, one: PersonNo, other: PersonNo) -> bool {
    world.country.person(one).family == world.country.person(other).family
}

/// Families without a case and without an event, in the order of a hash.
pub(super) fn quiet_families(world: &World, on: Day) -> Vec<FamilyNo> {
    let population = &world.country.population;
    let cases = world.cases();
    let busy: std::collections::HashSet<FamilyNo> = cases
        .lodged
        .values()
        .map(|case| case.family)
        .chain(cases.agenda.iter().map(|(_, family)| *family))
        .chain(cases.events.iter().map(|event| event.family))
        .collect();
    let quiet =
        |no: &FamilyNo| population.family(*no).story == Story::Ordinary && !busy.contains(no);
    let mut families: Vec<FamilyNo> = (0..population.families.len() as FamilyNo)
        .filter(quiet)
        .collect();
    families.retain(|no| {
        population.person(population.family(*no).first).spouse == NOBODY
            || population.person(population.family(*no).first + 1).role == Role::Spouse
    });
    families.sort_by_key(|no| seed::mix(&[population.seed, 51, u64::from(*no), on.0 as u64]));
    families
}

/// A married woman of 20 to 42 in the applicant's unit, if the family's is plain.
fn mother_of(world: &World, applicant: PersonNo, on: Day) -> Option<PersonNo> {
    if !is_plain(world, applicant) {
        return None;
    }
    let adults = world.country.unit(applicant, on).adults;
    let fit = |no: &&PersonNo| {
        let person = world.country.person(**no);
        !person.is_male() && (20..43).contains(&person.age(on)) && person.spouse != NOBODY
    };
    adults.iter().find(fit).copied()
}

/// Who dies in a family with a running award: the spouse, a child, or (one in
/// three) the applicant.
fn dying(world: &World, applicant: PersonNo, on: Day) -> Option<PersonNo> {
    if !is_plain(world, applicant) {
        return None;
    }
    let unit = world.country.unit(applicant, on);
    match seed::mix(&[world.country.population.seed, 52, u64::from(applicant)]) % 3 {
        0 => Some(applicant),
        1 => unit.adults.get(1).copied(),
        _ => unit.children.first().copied(),
    }
}

/// One family in the register and in the civil registry.
fn is_plain(world: &World, applicant: PersonNo) -> bool {
    let person = world.country.person(applicant);
    let told = world
        .cases()
        .events
        .iter()
        .any(|event| event.family == person.family);
    !told
        && !matches!(
            world.country.population.family(person.family).story,
            Story::NewMarriage | Story::FictitiousDivorce
        )
}

fn elder_of(world: &World, family: FamilyNo, on: Day) -> Option<PersonNo> {
    let family = world.country.population.family(family);
    family.places().find(|no| {
        let person = world.country.person(*no);
        person.is_alive(on) && person.age(on) >= 65
    })
}

fn death(world: &World, no: PersonNo, on: Day) -> Value {
    let person = world.country.person(no);
    world.country.die(no, on);
    world.cases().events.push(LifeEvent {
        family: person.family,
        on,
    });
    let id = seed::id(&[world.country.population.seed, 53, person.pinfl.number()]);
    json!({ "id": id, "kind": "death", "on": on, "person": person.pinfl })
}

fn birth(world: &World, mother_no: PersonNo, on: Day) -> Value {
    let mother = world.country.person(mother_no);
    let father_no = world.country.spouse_of(mother_no, on);
    let father = father_no.map(|no| world.country.person(no));
    let child = newborn(world, mother_no, &mother, father.as_ref(), on);
    world.country.be_born(child);
    world.cases().events.push(LifeEvent {
        family: mother.family,
        on,
    });
    let name = names::official(child.name, child.is_male());
    json!({
        "id": seed::id(&[world.country.population.seed, 54, child.pinfl.number()]),
        "kind": "birth",
        "on": on,
        "person": child.pinfl,
        "mother": mother.pinfl,
        "father": father.map(|father| father.pinfl),
        "child": {
            "pinfl": child.pinfl,
            "names": { "family": name.family, "given": name.given, "patronymic": name.patronymic },
            "sex": if child.is_male() { "m" } else { "f" },
            "born": child.born,
        },
    })
}

fn newborn(
    world: &World,
    mother_no: PersonNo,
    mother: &Person,
    father: Option<&Person>,
    on: Day,
) -> Person {
    /// Codes of issue that the drawn people do not reach.
    const ISSUE_CODE: u16 = 900;
    let hash = seed::mix(&[world.country.population.seed, 55, u64::from(mother_no)]);
    let sex = if hash.is_multiple_of(2) {
        Sex::Male
    } else {
        Sex::Female
    };
    let issue = ISSUE_CODE + (mother_no / 1000 % 100) as u16;
    let mut child = Person {
        pinfl: Pinfl::make(sex, on, issue, (mother_no % 1000) as u16),
        born: on,
        role: Role::Child,
        tie: Tie::Own,
        marks: Marks::default(),
        spouse: NOBODY,
        ..*mother
    };
    act::strip(&mut child);
    child.name.given = (hash / 2 % 40) as u8;
    child.name.father = father.map_or(mother.name.father, |father| father.name.given);
    child
}
