//! The district as it stands now: the drawn population and what has happened since
//! (births, deaths, marriages, divorces, new cards). Agencies, bank and truth all read people here, so
//! they cannot disagree.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use kernel::{Day, Pinfl};

use crate::population::Population;
use crate::population::estate::{BANKS, card_account};
use crate::population::family::FamilyNo;
use crate::population::person::{NOBODY, Person, PersonNo, Role};

#[derive(Debug)]
pub struct Country {
    pub population: Population,
    changes: RwLock<Changes>,
}

#[derive(Debug, Default)]
struct Changes {
    /// Their numbers follow the drawn people's.
    newborns: Vec<Person>,
    newborns_of: HashMap<FamilyNo, Vec<PersonNo>>,
    by_pinfl: HashMap<Pinfl, PersonNo>,
    died: HashMap<PersonNo, Day>,
    /// Of whom a marriage or a divorce was told, in the order of their days.
    unions: HashMap<PersonNo, Vec<Union>>,
    /// The serial of the card in use, where it is not the first.
    cards: HashMap<PersonNo, u16>,
}

/// From a day on the spouse of somebody, or nobody.
#[derive(Clone, Copy, Debug)]
struct Union {
    since: Day,
    spouse: Option<PersonNo>,
}

/// The nuclear family of an applicant: with the spouse, and children under 18.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub adults: Vec<PersonNo>,
    pub children: Vec<PersonNo>,
}

/// The serial of everybody's first card.
pub const FIRST_CARD: u16 = 1;

impl Country {
    pub fn new(population: Population) -> Country {
        Country {
            population,
            changes: RwLock::default(),
        }
    }

    /// A copy, with a death that happened since.
    pub fn person(&self, no: PersonNo) -> Person {
        let changes = self.read();
        let drawn = self.population.people.len();
        let mut person = match self.population.people.get(no as usize) {
            Some(person) => *person,
            None => changes.newborns[no as usize - drawn],
        };
        person.died = person.died.or_else(|| changes.died.get(&no).copied());
        person
    }

    pub fn find(&self, pinfl: Pinfl) -> Option<PersonNo> {
        self.population
            .find(pinfl)
            .or_else(|| self.read().by_pinfl.get(&pinfl).copied())
    }

    /// Of any age, dead ones included, newborns last.
    pub fn children_of(&self, no: PersonNo) -> Vec<PersonNo> {
        let person = self.person(no);
        if !matches!(person.role, Role::Head | Role::Spouse) {
            return vec![];
        }
        let family = self.population.family(person.family);
        let is_child =
            |no: &PersonNo| matches!(self.population.person(*no).role, Role::Child | Role::Grown);
        let mut children: Vec<PersonNo> = family.places().filter(is_child).collect();
        children.extend(
            self.read()
                .newborns_of
                .get(&person.family)
                .into_iter()
                .flatten(),
        );
        children
    }

    /// The living spouse, as the civil registry knows it.
    pub fn spouse_of(&self, no: PersonNo, on: Day) -> Option<PersonNo> {
        let spouse = match self.last_union(no, on) {
            Some(union) => union.spouse,
            None => Some(self.person(no).spouse).filter(|spouse| *spouse != NOBODY),
        };
        spouse.filter(|spouse| self.person(*spouse).is_alive(on))
    }

    /// The day of a marriage that has happened since the country was drawn.
    pub fn married_on(&self, no: PersonNo, on: Day) -> Option<Day> {
        let union = self.last_union(no, on)?;
        union.spouse.map(|_| union.since)
    }

    /// The one that holds on a day: a marriage or a divorce holds from its own day on.
    fn last_union(&self, no: PersonNo, on: Day) -> Option<Union> {
        let changes = self.read();
        let unions = changes.unions.get(&no)?.iter();
        unions.rev().find(|union| union.since <= on).copied()
    }

    /// Facts 9.1: applicant, spouse, children under 18 (own, adopted, wards).
    pub fn unit(&self, applicant: PersonNo, on: Day) -> Unit {
        let mut adults = vec![applicant];
        adults.extend(self.spouse_of(applicant, on));
        let mut children: Vec<PersonNo> = adults
            .iter()
            .flat_map(|adult| self.children_of(*adult))
            .collect();
        children.sort_unstable();
        children.dedup();
        children.retain(|no| {
            let child = self.person(*no);
            child.born <= on && child.is_alive(on) && child.age(on) < 18
        });
        Unit { adults, children }
    }

    /// MFO and account of the card that the person uses now.
    pub fn card(&self, no: PersonNo) -> (&'static str, String) {
        let serial = self.read().cards.get(&no).copied().unwrap_or(FIRST_CARD);
        (self.bank_of(no), card_account(no, serial))
    }

    pub fn bank_of(&self, no: PersonNo) -> &'static str {
        BANKS[usize::from(self.person(no).bank)].0
    }

    /// The owner goes to the bank and comes back with the next card.
    pub fn new_card(&self, no: PersonNo) -> (&'static str, String) {
        *self.write().cards.entry(no).or_insert(FIRST_CARD) += 1;
        self.card(no)
    }

    pub fn die(&self, no: PersonNo, on: Day) {
        self.write().died.insert(no, on);
    }

    pub fn marry(&self, one: PersonNo, other: PersonNo, on: Day) {
        self.unite([(one, Some(other)), (other, Some(one))], on);
    }

    pub fn divorce(&self, one: PersonNo, other: PersonNo, on: Day) {
        self.unite([(one, None), (other, None)], on);
    }

    fn unite(&self, both: [(PersonNo, Option<PersonNo>); 2], since: Day) {
        let mut changes = self.write();
        for (no, spouse) in both {
            let unions = changes.unions.entry(no).or_default();
            unions.push(Union { since, spouse });
        }
    }

    /// The newborn joins the mother's family.
    pub fn be_born(&self, child: Person) -> PersonNo {
        let mut changes = self.write();
        let no = (self.population.people.len() + changes.newborns.len()) as PersonNo;
        changes.by_pinfl.insert(child.pinfl, no);
        changes
            .newborns_of
            .entry(child.family)
            .or_default()
            .push(no);
        changes.newborns.push(child);
        no
    }

    // A panic of another request leaves the maps whole: no change can fail half-way.
    fn read(&self) -> RwLockReadGuard<'_, Changes> {
        self.changes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Changes> {
        self.changes.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::census_day;
    use crate::population::story::Story;

    fn country() -> Country {
        Country::new(Population::draw(300, 1))
    }

    fn unit_of(country: &Country, story: Story) -> (usize, usize) {
        let no = country
            .population
            .families
            .iter()
            .position(|family| family.story == story)
            .unwrap();
        let applicant = country.population.applicant(no as FamilyNo);
        let unit = country.unit(applicant, census_day());
        (unit.adults.len(), unit.children.len())
    }

    #[test]
    fn the_unit_follows_the_civil_registry_where_the_register_is_wrong() {
        fn check(story: Story, expected: (usize, usize)) {
            assert_eq!(unit_of(&country(), story), expected, "{story:?}");
        }
        check(Story::StaleMarriage, (1, 2));
        check(Story::UnclosedDeath, (1, 2));
        check(Story::NewMarriage, (2, 2));
        check(Story::FictitiousDivorce, (1, 2));
        check(Story::Ward, (2, 2));
        check(Story::Twins, (2, 3));
        check(Story::Alone, (1, 0));
    }

    #[test]
    fn a_birth_and_a_death_change_the_unit_and_a_new_card_the_account() {
        let country = country();
        let no = country
            .population
            .families
            .iter()
            .position(|f| f.story == Story::Twins)
            .unwrap();
        let applicant = country.population.applicant(no as FamilyNo);
        let on = census_day();
        let children = country.unit(applicant, on).children;
        let mut child = country.person(children[0]);
        child.born = on.plus_days(10);
        child.pinfl = Pinfl::make(kernel::Sex::Male, child.born, 700, 1);
        let newborn = country.be_born(child);
        assert_eq!(country.find(child.pinfl), Some(newborn));
        assert_eq!(country.unit(applicant, on).children.len(), 3);
        assert_eq!(country.unit(applicant, on.plus_days(10)).children.len(), 4);
        country.die(children[1], on.plus_days(5));
        assert_eq!(country.unit(applicant, on.plus_days(10)).children.len(), 3);
        let old = country.card(applicant);
        assert_ne!(country.new_card(applicant), old);
    }

    #[test]
    fn a_divorce_and_a_marriage_hold_from_their_day_on_for_both() {
        let country = country();
        let of_couple = |family: &&crate::population::family::Family| {
            family.story == Story::Ordinary && country.person(family.first).spouse != NOBODY
        };
        let mut couples = country.population.families.iter().filter(of_couple);
        let (husband, other) = (couples.next().unwrap().first, couples.next().unwrap().first);
        let wife = country.person(husband).spouse;
        let (parted, married) = (census_day().plus_days(10), census_day().plus_days(20));
        country.divorce(husband, wife, parted);
        country.marry(wife, other, married);
        let spouse_of = |no, on: Day| country.spouse_of(no, on);
        assert_eq!(spouse_of(husband, parted.plus_days(-1)), Some(wife));
        assert_eq!(spouse_of(wife, parted.plus_days(-1)), Some(husband));
        assert_eq!(
            (spouse_of(husband, parted), spouse_of(wife, parted)),
            (None, None)
        );
        assert_eq!(spouse_of(wife, married), Some(other));
        assert_eq!(country.married_on(wife, parted), None);
        assert_eq!(country.married_on(other, married), Some(married));
        assert_eq!(country.unit(husband, married).adults, [husband]);
    }
}
