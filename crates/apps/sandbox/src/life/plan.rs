//! Who comes to the mahalla, and when: about 12 % of the families in January and
//! 6 % in February of 2026, the poor far more often; every story comes.

use kernel::Day;

use crate::population::Population;
use crate::population::family::FamilyNo;
use crate::population::marginals::MCE_2026_SOUM;
use crate::population::person::{NOBODY, Person, Role};
use crate::population::story::Story;
use crate::seed;

/// Of a thousand families that live on so much a head (in per cent of the minimum
/// consumer expenditure, unseen income included), how many apply.
const COMING: [(u64, u32); 4] = [(100, 850), (150, 420), (200, 190), (300, 80)];
const COMING_RICHER: u32 = 30;

/// The application is lodged on or after this day, if ever.
pub fn day_of_coming(population: &Population, no: FamilyNo) -> Option<Day> {
    let family = population.family(no);
    let applicant = population.person(population.applicant(no));
    if !may_apply(population, no, applicant) {
        return None;
    }
    let hash = seed::mix(&[population.seed, seed::of_text("coming"), u64::from(no)]);
    let comes = family.story != Story::Ordinary || seed::happens(hash, per_mille(population, no));
    comes.then(|| day(hash / 1000, family.story)).flatten()
}

/// One family of a new marriage applies, the other is part of it.
fn may_apply(population: &Population, no: FamilyNo, applicant: &Person) -> bool {
    let elsewhere = applicant.spouse != NOBODY && population.person(applicant.spouse).family != no;
    !elsewhere || population.family(no).story == Story::NewMarriage
}

fn per_mille(population: &Population, no: FamilyNo) -> u32 {
    let family = population.family(no);
    let people = || {
        family
            .places()
            .map(|no| population.person(no))
            .filter(|person| person.role != Role::Grown)
    };
    let seen = |person: &Person| {
        u64::from(person.wage_soum)
            + u64::from(person.self_employment_soum)
            + u64::from(person.pension_soum)
    };
    let income = people().map(seen).sum::<u64>() + u64::from(family.informal_soum);
    let percent = income * 100 / (u64::from(MCE_2026_SOUM) * people().count() as u64);
    COMING
        .iter()
        .find(|(under, _)| percent < *under)
        .map_or(COMING_RICHER, |(_, share)| *share)
}

/// Two in three in January: most up to the 16th, some of them later.
fn day(hash: u64, story: Story) -> Option<Day> {
    let (january, late) = (hash % 3 < 2, hash / 3 % 100 < 15);
    let spread = hash / 1000;
    if story.comes_in_january() {
        return Day::new(2026, 1, seed::between(spread, 2, 16) as u32);
    }
    match (january && !story.comes_in_february(), late) {
        (true, false) => Day::new(2026, 1, seed::between(spread, 2, 16) as u32),
        (true, true) => Day::new(2026, 1, seed::between(spread, 17, 26) as u32),
        (false, _) => Day::new(2026, 2, seed::between(spread, 2, 16) as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_families_of_a_hundred_come_in_january_and_six_in_february() {
        let population = Population::draw(20_000, 1);
        let days: Vec<Day> = (0..20_000)
            .filter_map(|no| day_of_coming(&population, no))
            .collect();
        let in_month =
            |month| days.iter().filter(|day| day.ymd().1 == month).count() as f64 / 200.0;
        assert!(
            (in_month(1) - 12.0).abs() < 1.2,
            "{} % in January",
            in_month(1)
        );
        assert!(
            (in_month(2) - 6.0).abs() < 0.8,
            "{} % in February",
            in_month(2)
        );
    }
}
