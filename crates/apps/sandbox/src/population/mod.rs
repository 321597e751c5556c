//! The people of one district, drawn from a seed to the marginals of the country.
//!
//! Shape: two flat lists (families, people) and a list of mahallas by dwelling;
//! about 80 bytes a person. The same families and seed give the same people on
//! every machine of one architecture.
//!
//! Reading order: [`marginals`] (the numbers), `household` (who lives together),
//! `income` and `estate` (what they have), `story` and `act` (errors and
//! thresholds), then [`Population::draw`] here.

pub mod act;
pub mod estate;
pub mod family;
pub mod household;
pub mod income;
pub mod marginals;
pub mod names;
pub mod person;
pub mod story;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use kernel::{Day, Pinfl, Sex};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use family::{Family, FamilyNo};
use household::{Draft, Plan};
use person::{Car, Disability, Estate, Marks, NOBODY, PensionKind, Person, PersonNo, Role, Tie};
use story::Story;

/// A rural district of Syrdarya: Guliston tumani in SOATO.
pub const DISTRICT: u32 = 1_724_220;
/// Families of a mahalla: 20,000 make about thirty mahallas.
const FAMILIES_A_MAHALLA: usize = 667;
const MAHALLAS_MIN: usize = 3;
const MAHALLAS_MAX: usize = 999;
/// PINFL: the code of issue that the sandbox begins with (not SOATO).
const ISSUE_CODE: u16 = 600;

/// The day the country is drawn for: ages below are ages on this day.
pub fn census_day() -> Day {
    Day::new(2026, 1, 1).expect("a day of the calendar")
}

#[derive(Debug)]
pub struct Population {
    pub seed: u64,
    pub families: Vec<Family>,
    pub people: Vec<Person>,
    mahalla_of_dwelling: Vec<u16>,
    mahallas: u16,
    by_pinfl: Vec<PersonNo>,
}

/// One mahalla: a ten-digit code under its district, and a name.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Mahalla {
    pub mahalla: String,
    pub name: String,
}

impl Population {
    /// Draws exactly `families` families.
    pub fn draw(families: usize, seed: u64) -> Population {
        let mut drawing = Drawing::new(families, seed);
        while drawing.population.families.len() < families {
            drawing.dwelling();
        }
        let mut population = drawing.population;
        let mut order: Vec<PersonNo> = (0..population.people.len() as PersonNo).collect();
        order.sort_unstable_by_key(|no| population.people[*no as usize].pinfl);
        population.by_pinfl = order;
        population
    }

    pub fn person(&self, no: PersonNo) -> &Person {
        &self.people[no as usize]
    }

    pub fn family(&self, no: FamilyNo) -> &Family {
        &self.families[no as usize]
    }

    pub fn find(&self, pinfl: Pinfl) -> Option<PersonNo> {
        let place = self
            .by_pinfl
            .binary_search_by_key(&pinfl, |no| self.person(*no).pinfl)
            .ok()?;
        Some(self.by_pinfl[place])
    }

    pub fn mahallas(&self) -> Vec<Mahalla> {
        let mahalla = |place: u16| Mahalla {
            mahalla: mahalla_code(place),
            name: names::mahalla(usize::from(place)),
        };
        (0..self.mahallas).map(mahalla).collect()
    }

    pub fn mahalla_of(&self, dwelling: u32) -> String {
        mahalla_code(self.mahalla_of_dwelling[dwelling as usize])
    }

    /// Where a person lives; somebody the register missed moving lives in another dwelling.
    pub fn dwelling_of(&self, person: &Person) -> u32 {
        let home = self.family(person.family).dwelling;
        if !person.marks.has(Marks::MOVED) {
            return home;
        }
        let dwellings = self.mahalla_of_dwelling.len() as u32;
        (home + 1 + (person.pinfl.number() % 97) as u32) % dwellings
    }

    /// Who of a family goes to the mahalla: the head, or (three in five) the wife.
    pub fn applicant(&self, no: FamilyNo) -> PersonNo {
        let family = self.family(no);
        let spouse = family
            .places()
            .find(|no| self.person(*no).role == Role::Spouse);
        let hash = crate::seed::mix(&[self.seed, 3, u64::from(no)]);
        match spouse {
            Some(wife) if family.story.wife_applies() || hash % 5 < 3 => wife,
            _ => family.first,
        }
    }
}

fn mahalla_code(place: u16) -> String {
    format!("{DISTRICT}{:03}", place + 1)
}

/// The pen that draws: dwelling after dwelling.
struct Drawing {
    rng: ChaCha8Rng,
    families: usize,
    spread: marginals::Spread,
    serials: HashMap<(Day, Sex), u32>,
    stories: usize,
    population: Population,
}

impl Drawing {
    fn new(families: usize, seed: u64) -> Drawing {
        let mahallas = families
            .div_ceil(FAMILIES_A_MAHALLA)
            .clamp(MAHALLAS_MIN, MAHALLAS_MAX);
        Drawing {
            rng: ChaCha8Rng::seed_from_u64(seed),
            families,
            spread: marginals::calibrate(
                marginals::MEAN_INCOME_SOUM,
                marginals::POVERTY_LINE_SOUM,
                marginals::POVERTY_RATE,
            ),
            serials: HashMap::new(),
            stories: 0,
            population: Population {
                seed,
                families: Vec::with_capacity(families),
                people: Vec::with_capacity(families * 4),
                mahalla_of_dwelling: vec![],
                mahallas: mahallas as u16,
                by_pinfl: vec![],
            },
        }
    }

    fn dwelling(&mut self) {
        let dwelling = self.population.mahalla_of_dwelling.len();
        let drawn = self.population.families.len();
        let mahalla = drawn * usize::from(self.population.mahallas) / self.families;
        self.population.mahalla_of_dwelling.push(mahalla as u16);
        let story = story::draw(&mut self.rng, dwelling);
        let plans = match story {
            Story::Ordinary => household::dwelling(&mut self.rng),
            story => story.plans(),
        };
        let first_family = drawn as FamilyNo;
        for (place, plan) in plans.iter().enumerate().take(self.families - drawn) {
            let story = if place == 0 { story } else { Story::Ordinary };
            self.family(plan, story, dwelling as u32);
        }
        if story == Story::NewMarriage && self.population.families.len() as u32 == first_family + 2
        {
            self.marry_heads(first_family);
        }
    }

    fn family(&mut self, plan: &Plan, story: Story, dwelling: u32) {
        let on = census_day();
        let mut drafts = household::people(&mut self.rng, plan, on, story.child_ages());
        self.stories += usize::from(story != Story::Ordinary);
        story.set_birthdays(&mut drafts, self.stories);
        let no = self.population.families.len() as FamilyNo;
        let first = self.population.people.len();
        let mut people: Vec<Person> = drafts.iter().map(|draft| self.person(draft, no)).collect();
        self.name(&mut people);
        if people.len() > 1 && people[1].role == Role::Spouse {
            people[0].spouse = first as PersonNo + 1;
            people[1].spouse = first as PersonNo;
        }
        income::disable(&mut self.rng, &mut people, on);
        let informal_soum = income::earn(&mut self.rng, self.spread, &mut people, on);
        let seen: u32 = people
            .iter()
            .map(|p| p.wage_soum + p.self_employment_soum + p.pension_soum)
            .sum();
        let per_head = (seen + informal_soum) / people.len() as u32;
        estate::own(&mut self.rng, &mut people, per_head);
        let mut family = Family {
            first: first as PersonNo,
            people: people.len() as u8,
            dwelling,
            informal_soum,
            story,
        };
        act::act(&mut family, &mut people);
        self.population.people.extend(people);
        self.population.families.push(family);
    }

    fn person(&mut self, draft: &Draft, family: FamilyNo) -> Person {
        Person {
            pinfl: self.pinfl(draft),
            born: draft.born,
            died: None,
            family,
            spouse: NOBODY,
            name: names::draw(&mut self.rng),
            role: draft.role,
            tie: Tie::Own,
            marks: Marks::default(),
            wage_soum: 0,
            wage_2026_soum: None,
            payer: 0,
            self_employment_soum: 0,
            pension_soum: 0,
            pension_kind: PensionKind::OldAge,
            disability: Disability::None,
            estate: Estate::default(),
            cars: [Car::NONE; 2],
            bank: 0,
            card_soum: 0,
            deposit_soum: 0,
        }
    }

    /// Children carry the father's (or lone mother's) family name and his first name.
    fn name(&mut self, people: &mut [Person]) {
        let head = people[0].name;
        let father = if people[0].is_male() {
            head.given
        } else {
            people[0].name.father
        };
        for person in people.iter_mut().skip(1) {
            person.name.family = head.family;
            if matches!(person.role, Role::Child | Role::Grown) {
                person.name.father = father;
            }
        }
    }

    fn pinfl(&mut self, draft: &Draft) -> Pinfl {
        let serial = self.serials.entry((draft.born, draft.sex)).or_insert(0);
        *serial += 1;
        let issue = ISSUE_CODE + (*serial / 1000) as u16;
        Pinfl::make(draft.sex, draft.born, issue, (*serial % 1000) as u16)
    }

    /// The register still has two families; the civil registry knows of the marriage.
    fn marry_heads(&mut self, family: FamilyNo) {
        let wife = self.population.family(family).first;
        let husband = self.population.family(family + 1).first;
        self.population.people[wife as usize].spouse = husband;
        self.population.people[husband as usize].spouse = wife;
    }
}
