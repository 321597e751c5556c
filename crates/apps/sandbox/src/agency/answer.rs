//! What each agency says about one person.

use kernel::names::Name;
use kernel::{Day, Instant, Month, Pinfl};
use serde::Serialize;

use super::{Agency, Question, Window};
use crate::country::Country;
use crate::population::estate::{BANKS, deposit_account};
use crate::population::person::{Disability, Marks, PensionKind, Person, PersonNo, Role, Tie};
use crate::population::{DISTRICT, names};
use crate::seed;
use crate::wire_time;

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    Unknown {
        pinfl: String,
        found: bool,
    },
    Pending {
        pinfl: Pinfl,
        pending: bool,
        #[serde(serialize_with = "wire_time::write")]
        ready_at: Instant,
    },
    Found(Box<Found>),
}

#[derive(Debug, Serialize)]
pub struct Found {
    pinfl: Pinfl,
    found: bool,
    #[serde(flatten)]
    facts: Facts,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Facts {
    Civil(Civil),
    Tax {
        wages: Vec<Wage>,
        self_employment: Vec<Taking>,
    },
    Employment {
        status: &'static str,
        employer: Option<String>,
        since: Option<Day>,
        service_employer: bool,
    },
    Cadastre {
        properties: Vec<Property>,
    },
    Vehicles {
        vehicles: Vec<Vehicle>,
    },
    Pensions {
        payments: Vec<Payment>,
    },
    Bank {
        accounts: Vec<Account>,
    },
    Disability {
        group: &'static str,
        unable_to_work: bool,
        until: Option<Day>,
    },
}

#[derive(Debug, Serialize)]
struct Civil {
    names: Names,
    sex: &'static str,
    born: Day,
    died: Option<Day>,
    phone: Option<String>,
    spouse: Option<Spouse>,
    children: Vec<Child>,
    residence: Residence,
}

#[derive(Debug, Serialize)]
pub struct Names {
    family: String,
    given: String,
    patronymic: String,
}

#[derive(Debug, Serialize)]
struct Spouse {
    pinfl: Pinfl,
    since: Day,
}

#[derive(Debug, Serialize)]
struct Child {
    pinfl: Pinfl,
    relation: &'static str,
    names: Names,
    sex: &'static str,
    born: Day,
    died: Option<Day>,
    since: Day,
}

#[derive(Debug, Serialize)]
struct Residence {
    district: String,
    mahalla: String,
    dwelling: String,
    since: Day,
}

#[derive(Debug, Serialize)]
struct Wage {
    payer: String,
    payer_tin: String,
    month: Month,
    amount_minor: i64,
}

#[derive(Debug, Serialize)]
struct Taking {
    month: Month,
    amount_minor: i64,
}

#[derive(Debug, Serialize)]
struct Property {
    cadastre_no: String,
    r#use: &'static str,
    address: String,
    area_m2: i64,
}

#[derive(Debug, Serialize)]
struct Vehicle {
    plate: String,
    model: &'static str,
    made_year: i32,
    serviceable: bool,
    by_power_of_attorney: bool,
}

#[derive(Debug, Serialize)]
struct Payment {
    kind: &'static str,
    month: Month,
    amount_minor: i64,
}

#[derive(Debug, Serialize)]
struct Account {
    mfo: &'static str,
    account: String,
    balance_minor: i64,
    card: bool,
}

impl Answer {
    pub fn unknown(pinfl: &str) -> Answer {
        Answer::Unknown {
            pinfl: pinfl.to_owned(),
            found: false,
        }
    }

    pub fn pending(pinfl: Pinfl, ready_at: Instant) -> Answer {
        Answer::Pending {
            pinfl,
            pending: true,
            ready_at,
        }
    }
}

pub fn about(country: &Country, agency: Agency, no: PersonNo, question: &Question) -> Answer {
    let person = country.person(no);
    let months = || months(question.window);
    let facts = match agency {
        Agency::CivilRegistry => Facts::Civil(civil(country, no, &person, question.as_of)),
        Agency::Tax => Facts::Tax {
            wages: months().filter_map(|month| wage(&person, month)).collect(),
            self_employment: months()
                .filter_map(|month| taking(&person, month))
                .collect(),
        },
        Agency::Employment => employment(&person),
        Agency::Cadastre => Facts::Cadastre {
            properties: properties(country, &person),
        },
        Agency::Vehicles => Facts::Vehicles {
            vehicles: vehicles(&person),
        },
        Agency::PensionFund => Facts::Pensions {
            payments: months()
                .filter_map(|month| payment(&person, month))
                .collect(),
        },
        Agency::Bank => Facts::Bank {
            accounts: accounts(country, no, &person),
        },
        Agency::Disability => disability(&person),
    };
    Answer::Found(Box::new(Found {
        pinfl: person.pinfl,
        found: true,
        facts,
    }))
}

fn months(window: Option<Window>) -> impl Iterator<Item = Month> {
    let (from, to) = window.map_or((0, -1), |window| (window.from.0, window.to.0));
    (from..=to).map(Month)
}

fn civil(country: &Country, no: PersonNo, person: &Person, on: Day) -> Civil {
    let dwelling = country.population.dwelling_of(person);
    let spouse = country.spouse_of(no, on).map(|spouse| Spouse {
        pinfl: country.person(spouse).pinfl,
        since: married_on(person, &country.person(spouse)),
    });
    let children = country
        .children_of(no)
        .into_iter()
        .map(|child| country.person(child));
    Civil {
        names: names_of(person),
        sex: sex(person),
        born: person.born,
        died: person.died,
        phone: Some(names::phone(person.pinfl.number())),
        spouse,
        children: children
            .filter(|child| child.born <= on)
            .map(|child| a_child(&child))
            .collect(),
        residence: Residence {
            district: DISTRICT.to_string(),
            mahalla: country.population.mahalla_of(dwelling),
            dwelling: dwelling_code(dwelling),
            since: kernel::day::day_of_turning(person.born, (person.age(on) / 2).max(0)),
        },
    }
}

fn a_child(child: &Person) -> Child {
    let relation = match child.tie {
        Tie::Own => "parent",
        Tie::Adopted => "adopter",
        Tie::Ward => "guardian",
    };
    Child {
        pinfl: child.pinfl,
        relation,
        names: names_of(child),
        sex: sex(child),
        born: child.born,
        died: child.died,
        since: child.born,
    }
}

/// Both were grown; the newest marriages are of last autumn.
fn married_on(one: &Person, other: &Person) -> Day {
    let grown = |person: &Person| kernel::day::day_of_turning(person.born, 18);
    let hash = seed::mix(&[one.pinfl.number().min(other.pinfl.number()), 21]);
    let same_family = one.family == other.family;
    let wished = grown(one)
        .max(grown(other))
        .plus_days(seed::between(hash, 30, 900) as i32);
    let last_autumn = Day::new(2025, 10, 18).unwrap_or_default();
    if same_family {
        wished.min(last_autumn)
    } else {
        last_autumn
    }
}

fn names_of(person: &Person) -> Names {
    let Name {
        family,
        given,
        patronymic,
    } = names::official(person.name, person.is_male());
    Names {
        family,
        given,
        patronymic: patronymic.unwrap_or_default(),
    }
}

fn sex(person: &Person) -> &'static str {
    if person.is_male() { "m" } else { "f" }
}

pub fn dwelling_code(dwelling: u32) -> String {
    format!("D-{dwelling:06}")
}

fn wage(person: &Person, month: Month) -> Option<Wage> {
    let amount_minor = person.wage_minor(month);
    (amount_minor > 0).then(|| Wage {
        payer: payer(person),
        payer_tin: format!("3{:08}", u32::from(person.payer) * 7_919 + 1_000_003),
        month,
        amount_minor,
    })
}

pub fn payer(person: &Person) -> String {
    const KINDS: [&str; 5] = [
        "maktab",
        "fermer xoʻjaligi",
        "paxta tozalash zavodi",
        "poliklinika",
        "savdo MCHJ",
    ];
    let number = usize::from(person.payer);
    format!(
        "Sirdaryo {}-{}",
        number / KINDS.len() + 1,
        KINDS[number % KINDS.len()]
    )
}

fn taking(person: &Person, month: Month) -> Option<Taking> {
    let amount_minor = person.self_employment_minor(month);
    (amount_minor > 0).then_some(Taking {
        month,
        amount_minor,
    })
}

fn employment(person: &Person) -> Facts {
    let employed = person.wage_soum > 0;
    let status = match (employed, person.marks.has(Marks::JOB_SEEKER)) {
        (true, _) => "employed",
        (false, true) => "job_seeker",
        (false, false) => "none",
    };
    let hash = seed::mix(&[person.pinfl.number(), 22]);
    let since = Day::new(2015, 1, 1).map(|day| day.plus_days(seed::between(hash, 0, 3_700) as i32));
    Facts::Employment {
        status,
        employer: employed.then(|| payer(person)),
        since: since.filter(|_| status != "none"),
        service_employer: person.marks.has(Marks::SERVICE),
    }
}

fn properties(country: &Country, person: &Person) -> Vec<Property> {
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

fn vehicles(person: &Person) -> Vec<Vehicle> {
    const MODELS: [&str; 6] = ["Nexia", "Matiz", "Cobalt", "Damas", "Spark", "Lacetti"];
    let one = |(place, car): (usize, &crate::population::person::Car)| {
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

fn payment(person: &Person, month: Month) -> Option<Payment> {
    let amount_minor = person.pension_minor(month);
    (amount_minor > 0).then(|| Payment {
        kind: pension_kind(person),
        month,
        amount_minor,
    })
}

pub fn pension_kind(person: &Person) -> &'static str {
    match person.pension_kind {
        PensionKind::OldAge => "old_age",
        PensionKind::Disability => "disability",
        PensionKind::Survivor => "survivor",
        PensionKind::Allowance => "allowance",
    }
}

fn accounts(country: &Country, no: PersonNo, person: &Person) -> Vec<Account> {
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

fn disability(person: &Person) -> Facts {
    let group = match person.disability {
        Disability::None => "none",
        Disability::First => "I",
        Disability::Second => "II",
        Disability::Third => "III",
        Disability::Child => "child",
    };
    let hash = seed::mix(&[person.pinfl.number(), 25]);
    let term = Day::new(2027, 1, 1).map(|day| day.plus_days(seed::between(hash, 0, 700) as i32));
    Facts::Disability {
        group,
        unable_to_work: person.marks.has(Marks::UNABLE_TO_WORK),
        until: term.filter(|_| person.disability != Disability::None && hash % 3 > 0),
    }
}
