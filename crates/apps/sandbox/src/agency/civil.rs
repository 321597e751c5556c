//! The civil registry: who a person is, married to, parent of, and where at home.

use kernel::names::Name;
use kernel::{Day, Pinfl};
use serde::Serialize;

use crate::country::Country;
use crate::population::person::{Person, PersonNo, Tie};
use crate::population::{DISTRICT, names};
use crate::seed;

#[derive(Debug, Serialize)]
pub struct Civil {
    names: Names,
    sex: &'static str,
    born: Day,
    died: Option<Day>,
    phone: Option<String>,
    spouse: Option<Spouse>,
    children: Vec<Child>,
    residence: Residence,
}

#[derive(Debug, Serialize)]
pub struct Names {
    family: String,
    given: String,
    patronymic: String,
}

#[derive(Debug, Serialize)]
struct Spouse {
    pinfl: Pinfl,
    since: Day,
}

#[derive(Debug, Serialize)]
struct Child {
    pinfl: Pinfl,
    relation: &'static str,
    names: Names,
    sex: &'static str,
    born: Day,
    died: Option<Day>,
    since: Day,
}

#[derive(Debug, Serialize)]
struct Residence {
    district: String,
    mahalla: String,
    dwelling: String,
    since: Day,
}

pub fn civil(country: &Country, no: PersonNo, person: &Person, on: Day) -> Civil {
    let dwelling = country.population.dwelling_of(person);
    let spouse = country.spouse_of(no, on).map(|spouse| {
        let spouse = country.person(spouse);
        let drawn = || married_on(person, &spouse);
        Spouse {
            pinfl: spouse.pinfl,
            since: country.married_on(no, on).unwrap_or_else(drawn),
        }
    });
    let children = country
        .children_of(no)
        .into_iter()
        .map(|child| country.person(child));
    Civil {
        names: names_of(person),
        sex: sex(person),
        born: person.born,
        died: person.died,
        phone: Some(names::phone(person.pinfl.number())),
        spouse,
        children: children
            .filter(|child| child.born <= on)
            .map(|child| a_child(&child))
            .collect(),
        residence: Residence {
            district: DISTRICT.to_string(),
            mahalla: country.population.mahalla_of(dwelling),
            dwelling: dwelling_code(dwelling),
            since: kernel::day::day_of_turning(person.born, (person.age(on) / 2).max(0)),
        },
    }
}

fn a_child(child: &Person) -> Child {
    let relation = match child.tie {
        Tie::Own => "parent",
        Tie::Adopted => "adopter",
        Tie::Ward => "guardian",
    };
    Child {
        pinfl: child.pinfl,
        relation,
        names: names_of(child),
        sex: sex(child),
        born: child.born,
        died: child.died,
        since: child.born,
    }
}

/// Both were grown; the newest marriages that were drawn are of last autumn.
fn married_on(one: &Person, other: &Person) -> Day {
    let grown = |person: &Person| kernel::day::day_of_turning(person.born, 18);
    let hash = seed::mix(&[one.pinfl.number().min(other.pinfl.number()), 21]);
    let same_family = one.family == other.family;
    let wished = grown(one)
        .max(grown(other))
        .plus_days(seed::between(hash, 30, 900) as i32);
    let last_autumn = Day::new(2025, 10, 18).unwrap_or_default();
    if same_family {
        wished.min(last_autumn)
    } else {
        last_autumn
    }
}

fn names_of(person: &Person) -> Names {
    let Name {
        family,
        given,
        patronymic,
    } = names::official(person.name, person.is_male());
    Names {
        family,
        given,
        patronymic: patronymic.unwrap_or_default(),
    }
}

fn sex(person: &Person) -> &'static str {
    if person.is_male() { "m" } else { "f" }
}

pub fn dwelling_code(dwelling: u32) -> String {
    format!("D-{dwelling:06}")
}
