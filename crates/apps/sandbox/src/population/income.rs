//! What a family lives on: one log-normal draw a family, split into what the
//! agencies see (pensions, wages, own business) and what they do not.

use kernel::Day;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::household::pick;
use super::marginals::{
    CARER_ALLOWANCE_SOUM, DISABILITY_PENSION_MIN_SOUM, OLD_AGE_PENSION_MIN_SOUM, PENSION_AGE_MEN,
    PENSION_AGE_WOMEN, POVERTY_LINE_SOUM, Spread,
};
use super::person::{Disability, Marks, PensionKind, Person, Role};

/// How many employers the district has.
pub const PAYERS: u16 = 400;

/// Fills in the incomes; gives back what comes in unseen each month.
pub fn earn(rng: &mut ChaCha8Rng, spread: Spread, people: &mut [Person], on: Day) -> u32 {
    let per_head = (spread.mu + spread.sigma * normal(rng)).exp();
    let total = per_head * people.len() as f64;
    pensions(rng, people, on);
    let pensions: f64 = people
        .iter()
        .map(|person| f64::from(person.pension_soum))
        .sum();
    let rest = (total - pensions).max(0.0);
    let earners = earners(rng, people, on, per_head);
    let formal = rest
        * if earners.is_empty() {
            0.0
        } else {
            formal_share(rng, per_head)
        };
    split(rng, people, &earners, formal);
    seek(rng, people, on);
    (rest - formal) as u32
}

fn pensions(rng: &mut ChaCha8Rng, people: &mut [Person], on: Day) {
    let carer = people
        .iter()
        .any(|person| person.disability == Disability::Child);
    for person in people.iter_mut() {
        let pension_age = if person.is_male() {
            PENSION_AGE_MEN
        } else {
            PENSION_AGE_WOMEN
        };
        let (kind, sum) = if person.age(on) >= pension_age {
            // The mean stands about 45 % above the least pension (our assumption).
            (
                PensionKind::OldAge,
                f64::from(OLD_AGE_PENSION_MIN_SOUM) * (1.0 + 0.9 * rng.random::<f64>()),
            )
        } else if matches!(person.disability, Disability::First | Disability::Second) {
            (
                PensionKind::Disability,
                f64::from(DISABILITY_PENSION_MIN_SOUM) * (1.0 + 0.4 * rng.random::<f64>()),
            )
        } else if carer && person.role == Role::Spouse {
            (PensionKind::Allowance, f64::from(CARER_ALLOWANCE_SOUM))
        } else {
            continue;
        };
        person.pension_kind = kind;
        person.pension_soum = sum as u32 / 1000 * 1000;
    }
}

/// Places of those who have registered work; the poor have it less often.
fn earners(rng: &mut ChaCha8Rng, people: &[Person], on: Day, per_head: f64) -> Vec<usize> {
    let scale = if per_head < POVERTY_LINE_SOUM * 1.3 {
        0.75
    } else {
        1.0
    };
    let works = |rng: &mut ChaCha8Rng, person: &Person| {
        let chance = match person.role {
            _ if person.pension_soum > 0 => 0.05,
            Role::Child => 0.0,
            Role::Head if person.is_male() => 0.95,
            Role::Head => 0.78,
            Role::Spouse => 0.50,
            Role::Grown => 0.55,
        };
        person.age(on) >= 18 && rng.random_bool(chance * scale)
    };
    people
        .iter()
        .enumerate()
        .filter_map(|(place, person)| works(rng, person).then_some(place))
        .collect()
}

/// The share of earnings that employers and the tax office see.
fn formal_share(rng: &mut ChaCha8Rng, per_head: f64) -> f64 {
    let poor = per_head < POVERTY_LINE_SOUM * 1.3;
    let hidden = rng.random_bool(if poor { 0.30 } else { 0.12 });
    if hidden {
        0.2 + 0.5 * rng.random::<f64>()
    } else {
        0.75 + 0.25 * rng.random::<f64>()
    }
}

fn split(rng: &mut ChaCha8Rng, people: &mut [Person], earners: &[usize], formal: f64) {
    let weights: Vec<f64> = earners.iter().map(|_| 0.5 + rng.random::<f64>()).collect();
    let sum: f64 = weights.iter().sum();
    for (place, weight) in earners.iter().zip(weights) {
        let person = &mut people[*place];
        let share = (formal * weight / sum) as u32;
        if rng.random_bool(0.2) {
            person.self_employment_soum = share;
        } else {
            person.wage_soum = share;
            person.payer = rng.random_range(0..PAYERS);
            if rng.random_bool(0.02) {
                person.marks.set(Marks::SERVICE);
            }
            if rng.random_bool(0.06) {
                person.wage_2026_soum = std::num::NonZeroU32::new(share / 100 * 115);
            }
        }
    }
}

fn seek(rng: &mut ChaCha8Rng, people: &mut [Person], on: Day) {
    for person in people.iter_mut() {
        let idle = person.wage_soum + person.self_employment_soum + person.pension_soum == 0;
        if idle && person.age(on) >= 18 && rng.random_bool(0.15) {
            person.marks.set(Marks::JOB_SEEKER);
        }
    }
}

/// Disability comes before income: pensions follow from it.
pub fn disable(rng: &mut ChaCha8Rng, people: &mut [Person], on: Day) {
    for person in people.iter_mut() {
        let child = person.age(on) < 18;
        if child && rng.random_bool(0.012) {
            person.disability = Disability::Child;
        } else if !child && rng.random_bool(0.025) {
            person.disability = pick(
                rng,
                &[
                    (Disability::First, 15),
                    (Disability::Second, 60),
                    (Disability::Third, 25),
                ],
            );
            if person.disability != Disability::Third {
                person.marks.set(Marks::UNABLE_TO_WORK);
            }
        }
    }
}

/// Box-Muller.
pub fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
    (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
}
