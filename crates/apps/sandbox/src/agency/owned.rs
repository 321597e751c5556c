//! Cadastre, vehicle register and banks: what a person owns.

use serde::Serialize;

use crate::country::Country;
use crate::population::estate::{BANKS, deposit_account};
use crate::population::names;
use crate::population::person::{Car, Marks, Person, PersonNo, Role};
use crate::seed;

#[derive(Debug, Serialize)]
pub struct Property {
    cadastre_no: String,
    r#use: &'static str,
    address: String,
    area_m2: i64,
}

#[derive(Debug, Serialize)]
pub struct Vehicle {
    plate: String,
    model: &'static str,
    made_year: i32,
    serviceable: bool,
    by_power_of_attorney: bool,
}

#[derive(Debug, Serialize)]
pub struct Account {
    mfo: &'static str,
    account: String,
    balance_minor: i64,
    card: bool,
}

pub fn properties(country: &Country, person: &Person) -> Vec<Property> {
    let mahalla = country
        .population
        .mahalla_of(country.population.dwelling_of(person));
    let kinds = [
        ("dwelling", person.estate.dwellings, 60, 140),
        ("nonresidential", person.estate.nonresidential, 20, 90),
        ("land", person.estate.land, 400, 1_200),
    ];
    let mut properties = vec![];
    for (place, (r#use, count, least, most)) in kinds.into_iter().enumerate() {
        for nth in 0..count {
            let hash = seed::mix(&[person.pinfl.number(), 23, place as u64, u64::from(nth)]);
            properties.push(Property {
                cadastre_no: format!(
                    "20:{:02}:{:02}:{:02}:{:02}:{:04}",
                    hash % 20,
                    hash / 32 % 60,
                    hash / 2_048 % 60,
                    place,
                    hash / 65_536 % 10_000
                ),
                r#use,
                address: format!(
                    "{} mahallasi, {}-uy",
                    mahalla_name(&mahalla),
                    hash / 7 % 120 + 1
                ),
                area_m2: seed::between(hash, least, most),
            });
        }
    }
    properties
}

fn mahalla_name(code: &str) -> String {
    let serial: usize = code[7..].parse().unwrap_or(1);
    names::mahalla(serial.saturating_sub(1))
}

pub fn vehicles(person: &Person) -> Vec<Vehicle> {
    const MODELS: [&str; 6] = ["Nexia", "Matiz", "Cobalt", "Damas", "Spark", "Lacetti"];
    let one = |(place, car): (usize, &Car)| {
        let hash = seed::mix(&[person.pinfl.number(), 24, place as u64]);
        let letter = |at: u64| (b'A' + (hash >> at & 0xFF) as u8 % 26) as char;
        Vehicle {
            plate: format!(
                "20 {} {:03} {}{}",
                letter(8),
                hash % 1000,
                letter(16),
                letter(24)
            ),
            model: MODELS[(hash >> 32) as usize % MODELS.len()],
            made_year: car.made_year(),
            serviceable: car.serviceable(),
            by_power_of_attorney: place == 1 && person.marks.has(Marks::POWER_OF_ATTORNEY),
        }
    };
    person
        .cars
        .iter()
        .enumerate()
        .filter(|(_, car)| car.exists())
        .map(one)
        .collect()
}

pub fn accounts(country: &Country, no: PersonNo, person: &Person) -> Vec<Account> {
    const TIYIN: i64 = 100;
    if person.role == Role::Child {
        return vec![];
    }
    let (mfo, account) = country.card(no);
    let mut accounts = vec![Account {
        mfo,
        account,
        balance_minor: i64::from(person.card_soum) * TIYIN,
        card: true,
    }];
    if person.deposit_soum > 0 {
        let other = BANKS[(usize::from(person.bank) + 1) % BANKS.len()].0;
        let balance_minor = i64::from(person.deposit_soum) * TIYIN;
        accounts.push(Account {
            mfo: other,
            account: deposit_account(no),
            balance_minor,
            card: false,
        });
    }
    accounts
}
