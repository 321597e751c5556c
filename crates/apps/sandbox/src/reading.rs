//! The facts of a family as the agencies would give them: what `truth.rs` judges.

use kernel::{Day, Instant, Month};

use crate::agency::Agency;
use crate::cases::Case;
use crate::population::person::{Car, Marks, Person, PersonNo};
use crate::truth::{Adult, Family, Findings, Vehicle};
use crate::world::World;

const WINDOW_MONTHS: i32 = 3;
const TIYIN: i64 = 100;

/// What was known of a case at a close.
#[derive(Debug)]
pub struct Reading<'a> {
    pub world: &'a World,
    /// Every instant at which the clock stood still.
    pub steps: &'a [Instant],
    /// The month in which the agencies were asked; the window ends before it.
    pub asked: Month,
    pub close: Instant,
}

impl Reading<'_> {
    /// The family on a day, its incomes of the window before `asked`.
    pub fn family(&self, case: &Case, on: Day, moved: bool) -> Family {
        let country = &self.world.country;
        let unit = country.unit(case.applicant, on);
        let roster_known = self.answered(Agency::CivilRegistry, case.applicant);
        let age = |no: &PersonNo| country.person(*no).age(on);
        let findings = self.findings(case);
        let asked = findings.at_home == Some(true);
        let adult = |no: &PersonNo| Adult {
            exempt: asked && self.exempt(*no, on),
            ..self.adult(*no, on, roster_known)
        };
        Family {
            on,
            adults: unit.adults.iter().map(adult).collect(),
            children: unit.children.iter().map(age).collect(),
            findings,
            moved,
        }
    }

    fn findings(&self, case: &Case) -> Findings {
        let visit = case
            .visited
            .filter(|(at, _)| *at < self.close)
            .map(|(_, visit)| visit);
        let seven = case
            .concluded
            .filter(|(at, _)| *at < self.close)
            .map(|(_, seven)| seven);
        Findings {
            at_home: visit.map(|visit| visit.at_home),
            informal_by_visit: visit.map_or(0, |visit| visit.informal_minor),
            seven: seven.map(|seven| (seven.informal_minor, seven.difficult_situation)),
        }
    }

    fn adult(&self, no: PersonNo, on: Day, roster_known: bool) -> Adult {
        let person = self.world.country.person(no);
        let answered = |agency| roster_known && self.answered(agency, no);
        let estate = Some(person.estate).filter(|_| answered(Agency::Cadastre));
        let (tax, fund) = (answered(Agency::Tax), answered(Agency::PensionFund));
        let balance = (i64::from(person.card_soum) + i64::from(person.deposit_soum)) * TIYIN;
        let marked = |mark| person.marks.has(mark);
        Adult {
            male: person.is_male(),
            age: person.age(on),
            income: self.income(&person, tax, fund),
            income_whole: tax && fund,
            dwellings: estate.map(|estate| i32::from(estate.dwellings)),
            nonresidential: estate.map(|estate| i32::from(estate.nonresidential)),
            vehicles: answered(Agency::Vehicles).then(|| vehicles(&person)),
            balance: answered(Agency::Bank).then_some(balance),
            in_service: answered(Agency::Employment).then(|| marked(Marks::SERVICE)),
            unable_to_work: answered(Agency::Disability).then(|| marked(Marks::UNABLE_TO_WORK)),
            exempt: false,
        }
    }

    fn exempt(&self, no: PersonNo, on: Day) -> bool {
        let exemption = self.world.country.person(no).exemption();
        exemption.is_some_and(|exemption| exemption.holds(on))
    }

    /// Wages and own business by the tax authority, pensions by the fund, of the three months
    /// before `asked`, from those of the two who have answered.
    fn income(&self, person: &Person, tax: bool, fund: bool) -> i64 {
        let taxed = |month| person.wage_minor(month) + person.self_employment_minor(month);
        let window = || (1..=WINDOW_MONTHS).map(|back| self.asked.plus(-back));
        let by_tax: i64 = window().map(taxed).sum();
        let by_fund: i64 = window().map(|month| person.pension_minor(month)).sum();
        [(tax, by_tax), (fund, by_fund)]
            .into_iter()
            .filter_map(|(answered, sum)| answered.then_some(sum))
            .sum()
    }

    fn answered(&self, agency: Agency, no: PersonNo) -> bool {
        let key = (agency, self.world.country.person(no).pinfl, self.asked);
        self.world.faults.answered_by(key, self.steps, self.close)
    }
}

fn vehicles(person: &Person) -> Vec<Vehicle> {
    let vehicle = |car: &Car| Vehicle {
        made_year: car.made_year(),
        serviceable: car.serviceable(),
    };
    person
        .cars
        .iter()
        .filter(|car| car.exists())
        .map(vehicle)
        .collect()
}
