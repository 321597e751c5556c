//! What each agency says about one person.

use kernel::{Day, Instant, Month, Pinfl};
use serde::Serialize;

use super::civil::{Civil, civil};
use super::income::{Payment, Taking, Wage, payer, payment, taking, wage};
use super::owned::{Account, Property, Vehicle, accounts, properties, vehicles};
use super::register::{CorporatePension, Farm, InsurancePayment, Policy, Pregnancy, Study};
use super::register::{corporate_pension, farm, insurance_payment, policy, pregnancy, study};
use super::{Agency, Question, Window};
use crate::country::Country;
use crate::population::person::{Disability, Marks, Person, PersonNo};
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
    Civil(Box<Civil>),
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
    Pregnancy {
        pregnancy: Pregnancy,
    },
    Study(Study),
    CorporatePensions {
        pensions: Vec<CorporatePension>,
    },
    Policy(Policy),
    Farms {
        farms: Vec<Farm>,
    },
    InsurancePayments {
        payments: Vec<InsurancePayment>,
    },
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
    let unknown = || Answer::unknown(&person.pinfl.to_string());
    let facts = match agency {
        Agency::CivilRegistry => {
            Facts::Civil(Box::new(civil(country, no, &person, question.as_of)))
        }
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
        Agency::HealthInsurance => match pregnancy(&person, question.as_of) {
            Some(pregnancy) => Facts::Pregnancy { pregnancy },
            None => return unknown(),
        },
        Agency::Education => match study(&person, question.as_of) {
            Some(study) => Facts::Study(study),
            None => return unknown(),
        },
        Agency::NonStatePensionFund => Facts::CorporatePensions {
            pensions: months()
                .filter_map(|month| corporate_pension(&person, month))
                .collect(),
        },
        Agency::VoluntaryInsurer => match policy(&person, question.as_of) {
            Some(policy) => Facts::Policy(policy),
            None => return unknown(),
        },
        Agency::FarmerRegistry => match farm(&person) {
            Some(farm) => Facts::Farms { farms: vec![farm] },
            None => return unknown(),
        },
        Agency::SocialInsurance => Facts::InsurancePayments {
            payments: months()
                .filter_map(|month| insurance_payment(&person, month))
                .collect(),
        },
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
        until: term.filter(|_| person.disability != Disability::None && !hash.is_multiple_of(3)),
    }
}
