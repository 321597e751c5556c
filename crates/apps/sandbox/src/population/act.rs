//! What each story does to a family's facts. The expected outcome is not decided
//! here: `truth.rs` reads the facts like any other family's.

use std::num::NonZeroU32;

use kernel::Day;

use super::family::Family;
use super::marginals::{
    DISABILITY_PENSION_MIN_SOUM, MCE_2026_SOUM, MINIMUM_WAGE_SOUM, SURVIVOR_ALLOWANCE_SOUM,
};
use super::person::{Car, Disability, Estate, Marks, NOBODY, PensionKind, Person, Role, Tie};
use super::story::Story;

/// Per cent of the minimum consumer expenditure.
type Percent = u32;

/// Rewrites the family for its story. `people` are those of this family alone.
pub fn act(family: &mut Family, people: &mut [Person]) {
    match family.story {
        Story::Ordinary | Story::NewMarriage => {}
        Story::Migrant | Story::Prison | Story::InformalShop | Story::Cattle => {
            unseen(family, people)
        }
        Story::CarSold
        | Story::CarBroken
        | Story::CarExactlySeven
        | Story::CarEight
        | Story::TwoCars
        | Story::SecondDwelling
        | Story::Nonresidential
        | Story::BalanceExactly
        | Story::BalanceUnder => owning(family, people),
        Story::StaleMarriage | Story::UnclosedDeath | Story::FictitiousDivorce => {
            parted(family, people)
        }
        Story::Exactly100
        | Story::Exactly125
        | Story::Exactly150
        | Story::RaisedTo125
        | Story::RaisedTo150
        | Story::HardLife => on_threshold(family, people),
        _ => other(family, people),
    }
}

/// Takes everything away, then gives the first adult who is there a steady wage.
fn live_on(family: &mut Family, people: &mut [Person], percent: Percent) {
    for person in people.iter_mut() {
        strip(person);
    }
    let members = members(people);
    let earner = people
        .iter()
        .position(|person| is_there(person) && person.role != Role::Child);
    if let Some(earner) = earner {
        people[earner].wage_soum = wage(percent, members);
        people[earner].marks.set(Marks::STEADY);
        people[earner].estate.dwellings = 1;
    }
    family.informal_soum = 0;
}

pub fn strip(person: &mut Person) {
    person.wage_soum = 0;
    person.wage_2026_soum = None;
    person.self_employment_soum = 0;
    person.pension_soum = 0;
    person.estate = Estate::default();
    person.cars = [Car::NONE; 2];
    person.card_soum %= 900_000;
    person.deposit_soum = 0;
    person.disability = Disability::None;
    person.marks = Marks(person.marks.0 & Marks::NO_PINFL_IN_REGISTER.0);
}

/// The monthly sum that makes a family of so many live on the percentage.
fn wage(percent: Percent, members: u32) -> u32 {
    (u64::from(MCE_2026_SOUM) * u64::from(percent) * u64::from(members) / 100) as u32
}

fn members(people: &[Person]) -> u32 {
    people
        .iter()
        .filter(|person| is_there(person) && person.role != Role::Grown)
        .count() as u32
}

fn is_there(person: &Person) -> bool {
    person.died.is_none() && !person.marks.has(Marks::MOVED)
}

fn unseen(family: &mut Family, people: &mut [Person]) {
    live_on(family, people, 50);
    let members = members(people);
    match family.story {
        Story::Migrant => {
            people[0].marks.set(Marks::ABROAD);
            let wage = std::mem::take(&mut people[0].wage_soum);
            people[1].wage_soum = wage;
            people[1].marks.set(Marks::STEADY);
            family.informal_soum = self::wage(30 + family.dwelling % 4 * 30, members);
        }
        Story::Prison => {
            people[0].marks.set(Marks::IMPRISONED);
            people[1].wage_soum = std::mem::take(&mut people[0].wage_soum);
            people[1].marks.set(Marks::STEADY);
        }
        // From a little to so much that nothing is due.
        Story::InformalShop => family.informal_soum = wage(40 + family.dwelling % 3 * 40, members),
        _ => family.informal_soum = wage(35, members),
    }
}

fn owning(family: &mut Family, people: &mut [Person]) {
    live_on(family, people, 60);
    let head = &mut people[0];
    match family.story {
        Story::CarSold => head.cars[0] = Car::made(2021, true),
        Story::CarBroken => head.cars[0] = Car::made(2021, false),
        Story::CarExactlySeven => head.cars[0] = Car::made(2019, true),
        Story::CarEight => head.cars[0] = Car::made(2018, true),
        Story::TwoCars => {
            head.cars = [Car::made(2004, true), Car::made(1998, true)];
            head.marks.set(Marks::POWER_OF_ATTORNEY);
        }
        Story::SecondDwelling => people[1].estate.dwellings = 1,
        Story::Nonresidential => head.estate.nonresidential = 1,
        _ => balances(family.story, people),
    }
}

fn balances(story: Story, people: &mut [Person]) {
    const CARD_SOUM: u32 = 4_000_000;
    let limit = 5 * MINIMUM_WAGE_SOUM;
    for person in people.iter_mut() {
        person.card_soum = 0;
    }
    people[0].card_soum = CARD_SOUM;
    people[1].deposit_soum = limit - CARD_SOUM - u32::from(story == Story::BalanceUnder);
}

fn parted(family: &mut Family, people: &mut [Person]) {
    match family.story {
        Story::StaleMarriage => {
            live_on(family, people, 45);
            let husband = &mut people[0];
            husband.marks.set(Marks::MOVED);
            // So much that counting him would refuse the family.
            husband.wage_soum = 9_000_000;
            people[0].spouse = NOBODY;
            people[1].spouse = NOBODY;
            let members = members(people);
            people[1].wage_soum = wage(45, members);
            people[1].marks.set(Marks::STEADY);
        }
        Story::UnclosedDeath => {
            people[0].died = Day::new(2025, 6 + family.dwelling % 6, 11);
            live_on(family, people, 20);
            people[0].spouse = NOBODY;
            people[1].spouse = NOBODY;
            people[1].pension_soum = SURVIVOR_ALLOWANCE_SOUM;
            people[1].pension_kind = PensionKind::Survivor;
        }
        _ => live_on(family, people, 40),
    }
}

fn on_threshold(family: &mut Family, people: &mut [Person]) {
    let percent = match family.story {
        Story::Exactly125 => 125,
        Story::Exactly150 => 150,
        Story::HardLife => 105 + family.dwelling % 4 * 13,
        _ => 100,
    };
    live_on(family, people, percent);
    // Two months at 100 % and one at the raise make 125 % and 150 % of three.
    let raised = match family.story {
        Story::RaisedTo125 => 175,
        Story::RaisedTo150 => 250,
        _ => return,
    };
    people[0].wage_2026_soum = NonZeroU32::new(wage(raised, members(people)));
}

fn other(family: &mut Family, people: &mut [Person]) {
    live_on(family, people, 55);
    let last = people.len() - 1;
    match family.story {
        Story::MissingPinfl => people[last].marks.set(Marks::NO_PINFL_IN_REGISTER),
        Story::Service => people[0].marks.set(Marks::SERVICE),
        Story::Ward => people[last].tie = Tie::Ward,
        Story::Adopted => people[last].tie = Tie::Adopted,
        Story::NobodyAble => {
            people[0].wage_soum = 0;
            for (parent, group) in people[..2]
                .iter_mut()
                .zip([Disability::First, Disability::Second])
            {
                parent.disability = group;
                parent.marks.set(Marks::UNABLE_TO_WORK);
                parent.pension_soum = DISABILITY_PENSION_MIN_SOUM;
                parent.pension_kind = PensionKind::Disability;
            }
        }
        _ => {}
    }
}
