//! Marriages and divorces of a month. Only in families without a case: nobody's award hangs on them.

use std::collections::HashSet;

use kernel::{Day, Sex};
use serde_json::{Value, json};

use super::event::quiet_families;
use crate::cases::LifeEvent;
use crate::population::family::FamilyNo;
use crate::population::person::{PersonNo, Role};
use crate::seed;
use crate::world::World;

/// One marriage and one divorce a month for so many families: about 0.6 and 0.1 per
/// thousand persons (our assumption; the facts give no rates), 3.3 a family.
const FAMILIES_A_MARRIAGE: usize = 500;
const FAMILIES_A_DIVORCE: usize = 2_500;

/// Makes them true in the country and gives the registry's messages.
pub fn of_month(world: &World, on: Day) -> Vec<Value> {
    let families = world.country.population.families.len();
    let marriages = couples(world, on, families.div_ceil(FAMILIES_A_MARRIAGE));
    let mut messages: Vec<Value> = marriages
        .into_iter()
        .map(|couple| marriage(world, couple, on))
        .collect();
    // Looked for when the marriages are true: a family in which somebody has just married is left alone.
    let divorces = families.div_ceil(FAMILIES_A_DIVORCE);
    let quiet = quiet_families(world, on);
    let married = quiet
        .iter()
        .rev()
        .filter_map(|family| spouses(world, *family, on));
    messages.extend(
        married
            .take(divorces)
            .map(|couple| divorce(world, couple, on)),
    );
    messages
}

/// Grown daughters and sons of two dwellings, of each dwelling one at most.
fn couples(world: &World, on: Day, count: usize) -> Vec<(PersonNo, PersonNo)> {
    let quiet = quiet_families(world, on);
    let of = |sex: Sex| {
        quiet
            .iter()
            .filter_map(move |no| unwed(world, *no, sex, on))
    };
    let home = |no: PersonNo| {
        let family = world.country.person(no).family;
        world.country.population.family(family).dwelling
    };
    let mut taken = HashSet::new();
    let mut grooms = of(Sex::Male);
    let mut couples = Vec::new();
    for bride in of(Sex::Female) {
        if couples.len() == count {
            break;
        }
        if !taken.insert(home(bride)) {
            continue;
        }
        let Some(groom) = grooms.find(|groom| taken.insert(home(*groom))) else {
            break;
        };
        couples.push((bride, groom));
    }
    couples
}

/// A grown child at home who has not married yet.
fn unwed(world: &World, family: FamilyNo, sex: Sex, on: Day) -> Option<PersonNo> {
    let mut places = world.country.population.family(family).places();
    places.find(|no| {
        let person = world.country.person(*no);
        let is_free = person.is_alive(on) && world.country.spouse_of(*no, on).is_none();
        person.role == Role::Grown && person.sex() == sex && is_free
    })
}

fn spouses(world: &World, family: FamilyNo, on: Day) -> Option<(PersonNo, PersonNo)> {
    let head = world.country.population.family(family).first;
    let lives = world.country.person(head).is_alive(on);
    let spouse = world.country.spouse_of(head, on).filter(|_| lives)?;
    Some((head, spouse))
}

fn marriage(world: &World, (bride, groom): (PersonNo, PersonNo), on: Day) -> Value {
    world.country.marry(bride, groom, on);
    message(world, ("marriage", 56), (bride, groom), on)
}

fn divorce(world: &World, (one, other): (PersonNo, PersonNo), on: Day) -> Value {
    world.country.divorce(one, other, on);
    message(world, ("divorce", 57), (one, other), on)
}

fn message(
    world: &World,
    (kind, salt): (&str, u64),
    (one, other): (PersonNo, PersonNo),
    on: Day,
) -> Value {
    let [one, other] = [one, other].map(|no| world.country.person(no));
    let touched = [one.family, other.family].map(|family| LifeEvent { family, on });
    world.cases().events.extend(touched);
    let id = seed::id(&[
        world.country.population.seed,
        salt,
        one.pinfl.number(),
        other.pinfl.number(),
    ]);
    json!({ "id": id, "kind": kind, "on": on, "person": one.pinfl, "spouse": other.pinfl })
}
