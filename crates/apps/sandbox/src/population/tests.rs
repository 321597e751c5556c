//! The country against its marginals, and against itself.

use super::person::Role;
use super::*;

const FAMILIES: usize = 20_000;

#[test]
fn household_sizes_follow_the_census_of_2023() {
    let population = Population::draw(FAMILIES, 1);
    let mut size = vec![0usize; population.mahalla_of_dwelling.len()];
    for person in &population.people {
        size[population.family(person.family).dwelling as usize] += 1;
    }
    let share = |wanted: &dyn Fn(usize) -> bool| {
        1000.0 * size.iter().filter(|size| wanted(**size)).count() as f64 / size.len() as f64
    };
    // Facts 6.1, Uzbekistan 2023 [S84]; the stories add families of three and four.
    let table = [(1, 30.0), (2, 69.0), (3, 107.0), (4, 180.0), (5, 220.0)];
    for (persons, expected) in table {
        let found = share(&|size| size == persons);
        assert!(
            (found - expected).abs() < 35.0,
            "{persons}: {found} instead of {expected}"
        );
    }
    let six = share(&|size| size >= 6);
    assert!((six - 394.0).abs() < 35.0, "six and more: {six}");
}

#[test]
fn children_of_a_dwelling_follow_khorezm() {
    let population = Population::draw(FAMILIES, 2);
    let mut children = vec![0usize; population.mahalla_of_dwelling.len()];
    for person in population
        .people
        .iter()
        .filter(|person| person.age(census_day()) < 16)
    {
        children[population.family(person.family).dwelling as usize] += 1;
    }
    let share = |wanted: &dyn Fn(usize) -> bool| {
        100.0 * children.iter().filter(|count| wanted(**count)).count() as f64
            / children.len() as f64
    };
    // Facts 6.1, children under 16 by household, Khorezm 2022 [S84].
    for (count, expected) in [(0, 22.1), (1, 24.1), (2, 28.1), (3, 17.0)] {
        let found = share(&|children| children == count);
        assert!(
            (found - expected).abs() < 4.0,
            "{count} children: {found} % instead of {expected}"
        );
    }
    let four = share(&|children| children >= 4);
    assert!((four - 8.7).abs() < 4.0, "four and more: {four}");
}

#[test]
fn ages_follow_the_pyramid_of_2024() {
    let population = Population::draw(FAMILIES, 3);
    let share = |low: i32, high: i32| {
        let inside = |person: &&Person| (low..=high).contains(&person.age(census_day()));
        100.0 * population.people.iter().filter(inside).count() as f64
            / population.people.len() as f64
    };
    // Facts 6.1, 1 July 2024, 37.13 million [S86].
    for (low, high, expected) in [
        (0, 4, 11.8),
        (5, 13, 16.5),
        (14, 30, 26.0),
        (31, 59, 35.5),
        (60, 120, 9.3),
    ] {
        let found = share(low, high);
        assert!(
            (found - expected).abs() < 4.0,
            "{low}-{high}: {found} % instead of {expected}"
        );
    }
    let men = population
        .people
        .iter()
        .filter(|person| person.is_male())
        .count() as f64;
    let men = 100.0 * men / population.people.len() as f64;
    // 19,257.7 of 38,236.7 thousand [S85].
    assert!((men - 50.4).abs() < 1.5, "{men} % men");
}

#[test]
fn poverty_is_that_of_syrdarya() {
    let population = Population::draw(FAMILIES, 4);
    let (mut poor, mut persons) = (0, 0);
    for family in population
        .families
        .iter()
        .filter(|family| family.story == Story::Ordinary)
    {
        let people = &population.people[family.first as usize..][..usize::from(family.people)];
        let seen: u32 = people
            .iter()
            .map(|p| p.wage_soum + p.self_employment_soum + p.pension_soum)
            .sum();
        let per_head = f64::from(seen + family.informal_soum) / people.len() as f64;
        persons += people.len();
        poor += if per_head < marginals::POVERTY_LINE_SOUM {
            people.len()
        } else {
            0
        };
    }
    let rate = poor as f64 / persons as f64;
    assert!((rate - marginals::POVERTY_RATE).abs() < 0.012, "{rate}");
}

#[test]
fn one_seed_gives_one_country_and_another_gives_another() {
    let text = |seed| format!("{:?}", Population::draw(500, seed).people);
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}

#[test]
fn every_person_has_an_own_number_that_says_sex_and_birthday() {
    let population = Population::draw(3_000, 5);
    let mut seen = std::collections::HashSet::new();
    for (no, person) in population.people.iter().enumerate() {
        assert!(seen.insert(person.pinfl), "{person:?} twice");
        assert_eq!(Pinfl::parse(&person.pinfl.to_string()), Ok(person.pinfl));
        assert_eq!(person.pinfl.born(), person.born);
        assert_eq!(population.find(person.pinfl), Some(no as PersonNo));
    }
}

#[test]
fn every_story_has_a_family_in_a_small_country_too() {
    let population = Population::draw(200, 6);
    for story in Story::all() {
        assert!(
            population
                .families
                .iter()
                .any(|family| family.story == story),
            "{story:?}"
        );
    }
}

#[test]
fn families_are_exactly_as_many_as_asked_and_each_has_one_head() {
    for families in [1, 2, 3, 50, 999] {
        let population = Population::draw(families, 9);
        assert_eq!(population.families.len(), families);
        for family in &population.families {
            let heads = family
                .places()
                .filter(|no| population.person(*no).role == Role::Head);
            assert_eq!(heads.count(), 1);
        }
    }
}

#[test]
fn the_district_is_one_of_syrdarya() {
    let found = kernel::territory::district(DISTRICT, census_day()).expect("a district in force");
    assert_eq!(
        (found.region_code(), found.uz_cyrl),
        (1724, "Гулистон тумани")
    );
    for mahalla in Population::draw(100, 1).mahallas() {
        let code = kernel::territory::MahallaCode::parse(&mahalla.mahalla).expect("a mahalla code");
        assert_eq!(code.district(), DISTRICT);
    }
}
