//! The old register as a file: persons and families as a clerk once typed them,
//! with the errors that the civil registry's answers correct; and the incomes that
//! agencies would give, for bulk benches.

use std::fmt::Write as _;

use kernel::{Day, Month};

use crate::agency::{dwelling_code, payer, pension_kind};
use crate::population::family::FamilyNo;
use crate::population::names;
use crate::population::person::{Marks, Person, Role, Tie};
use crate::population::{DISTRICT, Population};
use crate::seed;

pub const PERSONS_HEADER: &str = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone\n";
pub const INCOMES_HEADER: &str = "pinfl,kind,detail,payer,month,amount_minor,source,as_of\n";
pub const AID_HEADER: &str =
    "pinfl,case_number,programme,purpose,first_month,last_month,amount_minor,as_of\n";
pub const FACTS_HEADER: &str = "pinfl,kind,detail,number,flag\n";

/// Families in one piece of a streamed file.
pub const FAMILIES_A_PIECE: usize = 500;

/// The pieces a file is written in.
pub fn pieces(population: &Population) -> impl Iterator<Item = std::ops::Range<FamilyNo>> + use<> {
    let families = population.families.len();
    let piece =
        move |from: usize| from as FamilyNo..families.min(from + FAMILIES_A_PIECE) as FamilyNo;
    (0..families).step_by(FAMILIES_A_PIECE).map(piece)
}

/// The day on which the register is taken; who is born later comes with the civil registry.
fn register_day() -> Day {
    Day::new(2025, 12, 25).expect("a day of the calendar")
}

/// Rows of persons.csv for some families.
pub fn persons(population: &Population, families: std::ops::Range<FamilyNo>) -> String {
    let mut rows = String::with_capacity(families.len() * 600);
    for no in families {
        let family = population.family(no);
        let mahalla = population.mahalla_of(family.dwelling);
        let listed = family.places().map(|place| population.person(place));
        for person in listed.filter(|person| person.born < register_day()) {
            person_row(&mut rows, no, family.dwelling, &mahalla, person);
        }
    }
    rows
}

fn person_row(rows: &mut String, family: FamilyNo, dwelling: u32, mahalla: &str, person: &Person) {
    let role = match person.role {
        Role::Head => "head",
        Role::Spouse => "spouse",
        Role::Child => "child",
        Role::Grown => "other",
    };
    let tie = match (person.role, person.tie) {
        (Role::Child, Tie::Own) => "own",
        (Role::Child, Tie::Adopted) => "adopted",
        (Role::Child, Tie::Ward) => "ward",
        _ => "",
    };
    let hash = seed::mix(&[person.pinfl.number(), seed::of_text("clerk")]);
    let name = names::typed(
        &names::official(person.name, person.is_male()),
        names::spelling_of(hash),
    );
    let pinfl = if person.marks.has(Marks::NO_PINFL_IN_REGISTER) {
        String::new()
    } else {
        person.pinfl.to_string()
    };
    let sex = if person.is_male() { "m" } else { "f" };
    let phone = if person.role == Role::Child {
        String::new()
    } else {
        names::phone(person.pinfl.number())
    };
    // The register has not heard of any death.
    let written = writeln!(
        rows,
        "F-{:07},{},{DISTRICT},{mahalla},{pinfl},{role},{tie},{},{},{},{sex},{},,{phone}",
        family + 1,
        dwelling_code(dwelling),
        name.family,
        name.given,
        name.patronymic.unwrap_or_default(),
        person.born,
    );
    debug_assert!(written.is_ok());
}

/// The months whose incomes a file holds, and the day it was made.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: Month,
    pub to: Month,
}

impl Span {
    /// The three months before a month.
    pub fn before(month: Month) -> Span {
        Span {
            from: month.plus(-3),
            to: month.plus(-1),
        }
    }

    fn as_of(self) -> Day {
        self.to.plus(1).first_day()
    }
}

/// Rows of incomes.csv for some families: wages, own business, pensions by month.
pub fn incomes(population: &Population, families: std::ops::Range<FamilyNo>, span: Span) -> String {
    let mut rows = String::with_capacity(families.len() * 400);
    for no in families {
        for person in population
            .family(no)
            .places()
            .map(|place| population.person(place))
        {
            if person.wage_soum + person.self_employment_soum + person.pension_soum > 0 {
                income_rows(&mut rows, person, span);
            }
        }
    }
    rows
}

fn income_rows(rows: &mut String, person: &Person, span: Span) {
    let as_of = span.as_of();
    let employer = payer(person);
    for month in (span.from.0..=span.to.0).map(Month) {
        let lines = [
            (
                "wage",
                "",
                employer.as_str(),
                person.wage_minor(month),
                "tax",
            ),
            (
                "self_employment",
                "",
                "",
                person.self_employment_minor(month),
                "tax",
            ),
            (
                "pension",
                pension_kind(person),
                "",
                person.pension_minor(month),
                "pension_fund",
            ),
        ];
        for (kind, detail, payer, amount, source) in lines {
            if amount > 0 {
                let written = writeln!(
                    rows,
                    "{},{kind},{detail},{payer},{month},{amount},{source},{as_of}",
                    person.pinfl
                );
                debug_assert!(written.is_ok());
            }
        }
    }
}

/// Whom the region helps, of a thousand families.
const AIDED_PER_MILLE: u32 = 40;
/// Programme, what it is for, and soums a month.
const REGIONAL_AID: [(&str, &str, i64); 4] = [
    ("saxovat_fund", "food", 300_000),
    ("women_notebook", "treatment", 500_000),
    ("youth_notebook", "housing", 400_000),
    ("material_assistance", "utilities", 200_000),
];

/// Rows of aid.csv: what the region's own system of targeted assistance pays to heads of families, with
/// its own numbers.
pub fn aid(population: &Population, families: std::ops::Range<FamilyNo>, span: Span) -> String {
    let mut rows = String::new();
    for no in families {
        let hash = seed::mix(&[u64::from(no), seed::of_text("regional aid")]);
        if !seed::happens(hash, AIDED_PER_MILLE) {
            continue;
        }
        let heads = population
            .family(no)
            .places()
            .map(|place| population.person(place));
        let mut heads = heads.filter(|person| person.role == Role::Head && person.died.is_none());
        let Some(head) = heads.next() else { continue };
        // Some are helped twice.
        for (at, row) in (0..1 + hash % 2).enumerate() {
            let place = usize::try_from((hash / 7 + row) % 4).unwrap_or_default();
            let (programme, purpose, soums) = REGIONAL_AID[place];
            let written = writeln!(
                rows,
                "{},RA-{:07}-{},{programme},{purpose},{},{},{},{}",
                head.pinfl,
                no + 1,
                at + 1,
                span.from,
                span.to.plus(3),
                soums * 100,
                span.as_of(),
            );
            debug_assert!(written.is_ok());
        }
    }
    rows
}

/// Rows of facts.csv: real estate, vehicles, balances, disability, one a row.
/// `number` is a count, a year or tiyin; `flag` says yes or no where that is the question.
pub fn facts(population: &Population, families: std::ops::Range<FamilyNo>) -> String {
    let mut rows = String::new();
    for no in families {
        for person in population
            .family(no)
            .places()
            .map(|place| population.person(place))
        {
            fact_rows(&mut rows, person);
        }
    }
    rows
}

fn fact_rows(rows: &mut String, person: &Person) {
    let mut row = |kind: &str, detail: &str, number: i64, flag: &str| {
        let written = writeln!(rows, "{},{kind},{detail},{number},{flag}", person.pinfl);
        debug_assert!(written.is_ok());
    };
    let estate = [
        ("dwelling", person.estate.dwellings),
        ("nonresidential", person.estate.nonresidential),
        ("land", person.estate.land),
    ];
    for (use_, count) in estate.into_iter().filter(|(_, count)| *count > 0) {
        row("property", use_, i64::from(count), "");
    }
    for car in person.cars.iter().filter(|car| car.exists()) {
        row(
            "vehicle",
            "made_year",
            i64::from(car.made_year()),
            if car.serviceable() { "yes" } else { "no" },
        );
    }
    let balance = (i64::from(person.card_soum) + i64::from(person.deposit_soum)) * 100;
    if balance > 0 {
        row("balance", "", balance, "");
    }
    if person.marks.has(Marks::UNABLE_TO_WORK) {
        row("unable_to_work", "", 1, "yes");
    }
    if person.marks.has(Marks::SERVICE) {
        row("service_employer", "", 1, "yes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_columns_of_its_header() {
        let population = Population::draw(300, 3);
        let span = Span::before(Month::new(2026, 1).unwrap());
        let all = 0..300;
        let files = [
            (PERSONS_HEADER, persons(&population, all.clone())),
            (INCOMES_HEADER, incomes(&population, all.clone(), span)),
            (FACTS_HEADER, facts(&population, all)),
        ];
        for (header, rows) in files {
            let columns = header.matches(',').count();
            assert!(rows.lines().count() > 300);
            for row in rows.lines() {
                assert_eq!(row.matches(',').count(), columns, "{row}");
                assert!(!row.contains('"'), "{row}");
            }
        }
    }

    #[test]
    fn pieces_cover_every_family_once() {
        let population = Population::draw(1_201, 3);
        let covered: Vec<FamilyNo> = pieces(&population).flatten().collect();
        assert_eq!(covered, (0..1_201).collect::<Vec<_>>());
    }

    #[test]
    fn the_register_has_the_errors_that_the_civil_registry_corrects() {
        let population = Population::draw(300, 3);
        let rows = persons(&population, 0..300);
        assert!(
            rows.lines().any(|row| row.split(',').nth(4) == Some("")),
            "a child without a number"
        );
        assert!(
            rows.lines().all(|row| row.split(',').nth(12) == Some("")),
            "no death is known"
        );
        assert!(
            rows.contains("Ў") || rows.contains("ў") || rows.contains("ов,"),
            "some rows are Cyrillic"
        );
    }
}
