//! Registers of smaller circles: who studies, who expects a child, whom an insurer or a non-state
//! pension fund has among its own. Whoever is not listed is not known there.

use kernel::{Day, Month};
use serde::Serialize;

use crate::population::person::{Marks, PensionKind, Person};
use crate::seed;

const WEEKS: i32 = 40;
const SCHOOL: std::ops::Range<i32> = 7..18;
const YOUTH: std::ops::Range<i32> = 18..23;

#[derive(Debug, Serialize)]
pub struct Study {
    level: &'static str,
    full_time: bool,
    until: Day,
}

/// School at 7 to 17; then who studies full-time is exempt from work, and some study beside it.
pub fn study(person: &Person, on: Day) -> Option<Study> {
    let age = person.age(on);
    if SCHOOL.contains(&age) {
        let until = Day::new(person.born.year() + SCHOOL.end, 5, 25)?;
        return Some(Study {
            level: "school",
            full_time: true,
            until: until.max(on),
        });
    }
    let is_exempt = person
        .exemption()
        .is_some_and(|exemption| exemption.reason == "full_time_study");
    let hash = seed::mix(&[person.pinfl.number(), 51]);
    let is_beside = YOUTH.contains(&age) && seed::happens(hash, 100);
    (is_exempt || is_beside).then_some(Study {
        level: if is_exempt { "university" } else { "college" },
        full_time: is_exempt,
        until: Day::new(on.year() + 2, 6, 30)?,
    })
}

#[derive(Debug, Serialize)]
pub struct Pregnancy {
    weeks: i32,
    registered_weeks: i32,
}

/// Of the women who are exempt from work for it, while it lasts.
pub fn pregnancy(person: &Person, on: Day) -> Option<Pregnancy> {
    let exemption = person.exemption().filter(|one| one.reason == "pregnancy")?;
    let weeks = WEEKS - i32::try_from(exemption.until?.days_since(on)).ok()? / 7;
    let hash = seed::mix(&[person.pinfl.number(), 52]);
    let registered_weeks = seed::between(hash, 6, 14) as i32;
    (registered_weeks..=WEEKS)
        .contains(&weeks)
        .then_some(Pregnancy {
            weeks,
            registered_weeks,
        })
}

#[derive(Debug, Serialize)]
pub struct CorporatePension {
    month: Month,
    amount_minor: i64,
    payer: &'static str,
}

/// One old-age pensioner in twelve worked where a fund was paid into.
pub fn corporate_pension(person: &Person, month: Month) -> Option<CorporatePension> {
    const TIYIN: i64 = 100;
    let is_old = person.pension_soum > 0 && person.pension_kind == PensionKind::OldAge;
    let hash = seed::mix(&[person.pinfl.number(), 53]);
    (is_old && seed::happens(hash, 83)).then(|| CorporatePension {
        month,
        amount_minor: seed::between(hash / 1000, 150, 900) * 1_000 * TIYIN,
        payer: "Sirdaryo paxta tozalash jamgʻarmasi",
    })
}

#[derive(Debug, Serialize)]
pub struct Farm {
    /// Hundredths of a hectare.
    land_ares: i64,
    cattle: i64,
}

/// Who has land farms it; two in three keep cattle.
pub fn farm(person: &Person) -> Option<Farm> {
    let hash = seed::mix(&[person.pinfl.number(), 55]);
    (person.estate.land > 0).then(|| Farm {
        land_ares: i64::from(person.estate.land) * seed::between(hash, 4, 35),
        cattle: seed::between(hash / 1_000, 0, 2),
    })
}

#[derive(Debug, Serialize)]
pub struct InsurancePayment {
    branch: &'static str,
    month: Month,
    amount_minor: i64,
}

/// Who is employed is ill in one month of twenty-five and paid a part of the wage; one job seeker in
/// three has an insurance against unemployment.
pub fn insurance_payment(person: &Person, month: Month) -> Option<InsurancePayment> {
    let hash = seed::mix(&[person.pinfl.number(), 56, u64::from(month.0.unsigned_abs())]);
    let of_person = seed::mix(&[person.pinfl.number(), 57]);
    let wage = person.wage_minor(month);
    let (branch, amount_minor) = if wage > 0 && seed::happens(hash, 40) {
        let branch = match hash % 20 {
            0 => "employment_injury",
            _ => "sickness",
        };
        (branch, wage / 100 * seed::between(hash / 1_000, 8, 40))
    } else if person.marks.has(Marks::JOB_SEEKER) && of_person.is_multiple_of(3) {
        (
            "unemployment",
            seed::between(of_person / 1_000, 4, 9) * 10_000_000,
        )
    } else {
        return None;
    };
    Some(InsurancePayment {
        branch,
        month,
        amount_minor,
    })
}

#[derive(Debug, Serialize)]
pub struct Policy {
    held: bool,
    insurer: &'static str,
    until: Day,
}

/// One employee in twenty is insured by the employer, to the end of the year.
pub fn policy(person: &Person, on: Day) -> Option<Policy> {
    let hash = seed::mix(&[person.pinfl.number(), 54]);
    let is_insured = person.wage_soum > 0 && seed::happens(hash, 50);
    is_insured.then_some(Policy {
        held: true,
        insurer: "Sogʻlom Sirdaryo sugʻurta",
        until: Day::new(on.year(), 12, 31)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::Population;

    #[test]
    fn each_register_knows_some_and_not_all() {
        let population = Population::draw(3_000, 1);
        let on = Day::new(2026, 2, 5).unwrap();
        let people = || (0..population.people.len()).map(|no| *population.person(no as u32));
        let count = people().count();
        let month = Month::new(2026, 1).unwrap();
        let known = [
            people()
                .filter(|person| study(person, on).is_some())
                .count(),
            people()
                .filter(|person| pregnancy(person, on).is_some())
                .count(),
            people()
                .filter(|person| corporate_pension(person, month).is_some())
                .count(),
            people()
                .filter(|person| policy(person, on).is_some())
                .count(),
            people().filter(|person| farm(person).is_some()).count(),
            people()
                .filter(|person| insurance_payment(person, month).is_some())
                .count(),
        ];
        for known in known {
            assert!(known > 5 && known < count / 2, "{known} of {count}");
        }
        for person in people().filter(|person| pregnancy(person, on).is_some()) {
            assert!(!person.is_male() && (16..50).contains(&person.age(on)));
        }
        for person in people().filter(|person| SCHOOL.contains(&person.age(on))) {
            let study = study(&person, on).unwrap();
            assert!(study.full_time && study.until >= on);
        }
    }
}
