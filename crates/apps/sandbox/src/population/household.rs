//! Who lives in one dwelling: its size, its generations, its families.
//!
//! A family here is a couple or a single adult with the children and the grown,
//! unmarried children; several families may share a dwelling, as parents and
//! married sons do.

use kernel::{Day, Sex};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::marginals::{CHILDREN, HOUSEHOLD_SIZE};
use super::person::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adults {
    Couple,
    Mother,
    Father,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Parents of the other families of the dwelling, or elders on their own.
    Senior,
    Young,
}

/// What a family consists of before anybody has a birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub adults: Adults,
    pub generation: Generation,
    pub grown: usize,
    pub children: usize,
}

/// A person with a birthday and a place in the family, nothing else yet.
#[derive(Clone, Copy, Debug)]
pub struct Draft {
    pub role: Role,
    pub sex: Sex,
    pub born: Day,
}

impl Plan {
    pub const fn young(adults: Adults, children: usize) -> Plan {
        Plan {
            adults,
            generation: Generation::Young,
            grown: 0,
            children,
        }
    }

    pub const fn senior(adults: Adults, grown: usize) -> Plan {
        Plan {
            adults,
            generation: Generation::Senior,
            grown,
            children: 0,
        }
    }
}

/// Takes one of the weighted choices.
pub fn pick<T: Copy>(rng: &mut ChaCha8Rng, choices: &[(T, u32)]) -> T {
    let total: u32 = choices.iter().map(|(_, weight)| weight).sum();
    let mut ticket = rng.random_range(0..total);
    for (choice, weight) in choices {
        if ticket < *weight {
            return *choice;
        }
        ticket -= weight;
    }
    choices[0].0
}

/// The families of one dwelling, seniors last.
pub fn dwelling(rng: &mut ChaCha8Rng) -> Vec<Plan> {
    let size = pick(rng, &HOUSEHOLD_SIZE);
    let children = pick(rng, CHILDREN[size.min(CHILDREN.len()) - 1]);
    let adults = size - children;
    match adults {
        1 => vec![alone(rng, children)],
        2 => vec![two_adults(rng, children)],
        3 => three_adults(rng, children),
        4 => four_adults(rng, children),
        _ => many_adults(rng, adults, children),
    }
}

fn alone(rng: &mut ChaCha8Rng, children: usize) -> Plan {
    let adults = if rng.random_bool(0.85) {
        Adults::Mother
    } else {
        Adults::Father
    };
    let generation = if children == 0 && rng.random_bool(0.6) {
        Generation::Senior
    } else {
        Generation::Young
    };
    Plan {
        adults,
        generation,
        grown: 0,
        children,
    }
}

fn two_adults(rng: &mut ChaCha8Rng, children: usize) -> Plan {
    let single = rng.random_bool(0.08);
    let generation = if children == 0 && rng.random_bool(0.5) {
        Generation::Senior
    } else {
        Generation::Young
    };
    match single {
        true => Plan {
            adults: Adults::Mother,
            generation,
            grown: 1,
            children,
        },
        false => Plan {
            adults: Adults::Couple,
            generation,
            grown: 0,
            children,
        },
    }
}

fn three_adults(rng: &mut ChaCha8Rng, children: usize) -> Vec<Plan> {
    let couple = Plan::young(Adults::Couple, children);
    match rng.random_range(0..100) {
        0..50 => vec![couple, Plan::senior(Adults::Mother, 0)],
        50..90 => vec![Plan { grown: 1, ..couple }],
        _ => vec![
            Plan::young(Adults::Mother, children),
            Plan::senior(Adults::Couple, 0),
        ],
    }
}

fn four_adults(rng: &mut ChaCha8Rng, children: usize) -> Vec<Plan> {
    let couple = Plan::young(Adults::Couple, children);
    match rng.random_range(0..100) {
        0..60 => vec![couple, Plan::senior(Adults::Couple, 0)],
        60..80 => vec![Plan { grown: 2, ..couple }],
        _ => vec![couple, Plan::senior(Adults::Mother, 1)],
    }
}

fn many_adults(rng: &mut ChaCha8Rng, adults: usize, children: usize) -> Vec<Plan> {
    let couple = Plan::young(Adults::Couple, children);
    if adults == 5 && rng.random_bool(0.15) {
        return vec![Plan { grown: 3, ..couple }];
    }
    let brothers = rng.random_bool(0.45);
    if !brothers {
        return vec![couple, Plan::senior(Adults::Couple, adults - 4)];
    }
    let half = children / 2;
    let elder = Plan {
        children: children - half,
        ..couple
    };
    let younger = Plan {
        children: half,
        ..couple
    };
    let parents = if adults == 5 {
        Adults::Mother
    } else {
        Adults::Couple
    };
    let taken = if adults == 5 { 5 } else { 6 };
    vec![elder, younger, Plan::senior(parents, adults - taken)]
}

/// Gives a family birthdays as they stand on `on`; `child_ages` replaces the
/// drawn ages of the children (in completed years, eldest first).
pub fn people(
    rng: &mut ChaCha8Rng,
    plan: &Plan,
    on: Day,
    child_ages: Option<&[i32]>,
) -> Vec<Draft> {
    let ages = match child_ages {
        Some(ages) => ages.to_vec(),
        None => draw_child_ages(rng, plan),
    };
    let mut grown: Vec<i32> = (0..plan.grown)
        .map(|_| pick(rng, &[(18, 55), (24, 30), (31, 15)]) + rng.random_range(0..6))
        .collect();
    grown.sort_unstable_by(|a, b| b.cmp(a));
    let eldest = grown.first().or(ages.first()).copied();
    let (wife, husband) = parent_ages(rng, plan, eldest);
    let mut people = parents(rng, plan, wife, husband, on);
    let first_child = people.len();
    for (place, age) in grown.iter().chain(&ages).enumerate() {
        let role = if place < grown.len() {
            Role::Grown
        } else {
            Role::Child
        };
        people.push(Draft {
            role,
            sex: sex_of(rng, role),
            born: birthday(rng, on, *age),
        });
    }
    keep_minors_minor(&mut people[first_child..], on);
    people
}

/// Spaced by one to four years, all under 18.
fn draw_child_ages(rng: &mut ChaCha8Rng, plan: &Plan) -> Vec<i32> {
    let gaps: Vec<i32> = (1..plan.children)
        .map(|_| pick(rng, &[(1, 15), (2, 35), (3, 30), (4, 20)]))
        .collect();
    let span: i32 = gaps.iter().sum();
    let youngest_max = (17 - span).max(0);
    // A couple without grown children has the younger ones: those families are young.
    let reach = if plan.grown > 0 {
        youngest_max
    } else {
        youngest_max.min(15)
    };
    // Squared-off towards the youngest: under five are 11.8 % of all, 5 to 13 are 16.5 %.
    let youngest = (rng.random::<f64>().powf(1.45) * f64::from(reach + 1)) as i32;
    let mut ages = vec![];
    let mut age = youngest;
    for gap in std::iter::once(&0).chain(&gaps).take(plan.children) {
        age += gap;
        ages.push(age.min(17));
    }
    ages.reverse();
    ages
}

fn parent_ages(rng: &mut ChaCha8Rng, plan: &Plan, eldest: Option<i32>) -> (i32, i32) {
    let wife = match (eldest, plan.generation) {
        (Some(eldest), Generation::Senior) => eldest + rng.random_range(24..38),
        (Some(eldest), Generation::Young) => eldest + rng.random_range(20..31),
        (None, Generation::Senior) => {
            50 + pick(rng, &[(0, 32), (8, 32), (16, 22), (24, 10), (32, 4)])
                + rng.random_range(0..8)
        }
        (None, Generation::Young) => {
            pick(rng, &[(20, 26), (27, 20), (38, 22), (45, 32)]) + rng.random_range(0..7)
        }
    };
    (wife, wife + rng.random_range(0..6))
}

fn parents(rng: &mut ChaCha8Rng, plan: &Plan, wife: i32, husband: i32, on: Day) -> Vec<Draft> {
    let man = |rng: &mut ChaCha8Rng| Draft {
        role: Role::Head,
        sex: Sex::Male,
        born: birthday(rng, on, husband),
    };
    let woman = |rng: &mut ChaCha8Rng, role| Draft {
        role,
        sex: Sex::Female,
        born: birthday(rng, on, wife),
    };
    match plan.adults {
        Adults::Couple => vec![man(rng), woman(rng, Role::Spouse)],
        Adults::Mother => vec![woman(rng, Role::Head)],
        Adults::Father => vec![man(rng)],
    }
}

/// 105 boys to 100 girls; daughters leave with their marriage, sons stay longer.
fn sex_of(rng: &mut ChaCha8Rng, role: Role) -> Sex {
    let boys = if role == Role::Grown { 0.75 } else { 0.513 };
    if rng.random_bool(boys) {
        Sex::Male
    } else {
        Sex::Female
    }
}

/// A day of birth that makes a person `age` full years old on `on`.
pub fn birthday(rng: &mut ChaCha8Rng, on: Day, age: i32) -> Day {
    let turned = kernel::day::day_of_turning(on, -age);
    let day = turned.plus_days(-rng.random_range(0..365));
    // A leap day inside the year could make it one year too many.
    if kernel::day::completed_years(day, on) > age {
        day.plus_days(1)
    } else {
        day
    }
}

/// Nobody drawn as a child may be grown by a day's arithmetic.
fn keep_minors_minor(people: &mut [Draft], on: Day) {
    for person in people
        .iter_mut()
        .filter(|person| person.role == Role::Child)
    {
        while kernel::day::completed_years(person.born, on) >= 18 {
            person.born = person.born.plus_days(30);
        }
    }
}
