//! What a family owns: dwellings, vehicles, money in banks.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::household::pick;
use super::marginals::MEAN_INCOME_SOUM;
use super::person::{Car, Estate, Marks, Person, Role};

/// Banks of the district: MFO and share of the cards.
pub const BANKS: [(&str, u32); 5] = [
    ("00601", 55),
    ("00602", 18),
    ("00603", 12),
    ("00604", 10),
    ("00605", 5),
];

/// `per_head_soum` makes the better off own more.
pub fn own(rng: &mut ChaCha8Rng, people: &mut [Person], per_head_soum: u32) {
    let wealth = (f64::from(per_head_soum) / MEAN_INCOME_SOUM).min(3.0);
    for person in people.iter_mut() {
        match person.role {
            Role::Head => head(rng, person, wealth),
            Role::Spouse => spouse(rng, person, wealth),
            Role::Grown => person.bank = bank(rng),
            Role::Child => {}
        }
        if person.role != Role::Child {
            money(rng, person, wealth);
        }
    }
}

fn head(rng: &mut ChaCha8Rng, person: &mut Person, wealth: f64) {
    person.bank = bank(rng);
    person.estate = Estate {
        dwellings: u8::from(rng.random_bool(0.8))
            + u8::from(rng.random_bool((0.03 * wealth).min(0.3))),
        nonresidential: u8::from(rng.random_bool((0.015 * wealth).min(0.2))),
        land: u8::from(rng.random_bool(0.4)),
    };
    if rng.random_bool((0.15 + 0.25 * wealth).min(0.8)) {
        person.cars[0] = car(rng, wealth);
    }
    if person.cars[0].exists() && rng.random_bool((0.04 * wealth).min(0.3)) {
        person.cars[1] = car(rng, wealth);
        if rng.random_bool(0.4) {
            person.marks.set(Marks::POWER_OF_ATTORNEY);
        }
    }
}

fn spouse(rng: &mut ChaCha8Rng, person: &mut Person, wealth: f64) {
    person.bank = bank(rng);
    person.estate.dwellings = u8::from(rng.random_bool((0.02 * wealth).min(0.2)));
    if rng.random_bool((0.02 * wealth).min(0.2)) {
        person.cars[0] = car(rng, wealth);
    }
}

fn bank(rng: &mut ChaCha8Rng) -> u8 {
    let shares: Vec<(u8, u32)> = (0u8..)
        .zip(BANKS)
        .map(|(place, (_, share))| (place, share))
        .collect();
    pick(rng, &shares)
}

/// The poor drive old cars, one in ten of which stands still.
fn car(rng: &mut ChaCha8Rng, wealth: f64) -> Car {
    let new = rng.random_bool((0.12 * wealth).min(0.6));
    let year = if new {
        rng.random_range(2018..2026)
    } else {
        rng.random_range(1988..2018)
    };
    Car::made(year, rng.random_bool(0.9))
}

fn money(rng: &mut ChaCha8Rng, person: &mut Person, wealth: f64) {
    let purse = 250_000.0 * (0.3 + wealth) * (0.9 * super::income::normal(rng)).exp();
    person.card_soum = purse.min(400_000_000.0) as u32;
    if rng.random_bool((0.05 * wealth).min(0.3)) {
        person.deposit_soum = rng.random_range(1_000_000..40_000_000);
    }
}

/// The card account of a person: balance account 22618, soʻm, key, client, serial.
/// A mended card carries the next serial.
pub fn card_account(person: u32, serial: u16) -> String {
    account(22618, person, serial)
}

pub fn deposit_account(person: u32) -> String {
    account(20606, person, 500)
}

/// Whose card an account is, and its serial; `None` for any other number.
pub fn card_owner(account: &str) -> Option<(u32, u16)> {
    let person = account.get(9..17)?.parse().ok()?;
    let serial = account.get(17..20)?.parse().ok()?;
    (card_account(person, serial) == account).then_some((person, serial))
}

fn account(balance_account: u32, person: u32, serial: u16) -> String {
    let unkeyed = format!("{balance_account:05}000{person:08}{serial:03}");
    let key = unkeyed
        .bytes()
        .zip([7, 3, 1].iter().cycle())
        .fold(0, |sum, (digit, weight)| {
            sum + u32::from(digit - b'0') * weight
        })
        % 10;
    format!("{balance_account:05}000{key}{person:08}{serial:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_leads_back_to_its_owner_and_a_mistyped_one_to_nobody() {
        let account = card_account(1234, 1);
        assert_eq!(account.len(), 20);
        assert_eq!(card_owner(&account), Some((1234, 1)));
        assert_eq!(card_owner(&deposit_account(1234)), None);
        let mistyped = account.replace("1234", "1235");
        assert_eq!(card_owner(&mistyped), None);
        assert_eq!(card_owner("12"), None);
    }
}
