//! Tax office and pension fund: what a person received in a month.

use kernel::Month;
use serde::Serialize;

use crate::population::person::{PensionKind, Person};

#[derive(Debug, Serialize)]
pub struct Wage {
    payer: String,
    payer_tin: String,
    month: Month,
    amount_minor: i64,
}

#[derive(Debug, Serialize)]
pub struct Taking {
    month: Month,
    amount_minor: i64,
}

#[derive(Debug, Serialize)]
pub struct Payment {
    kind: &'static str,
    month: Month,
    amount_minor: i64,
}

pub fn wage(person: &Person, month: Month) -> Option<Wage> {
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

pub fn taking(person: &Person, month: Month) -> Option<Taking> {
    let amount_minor = person.self_employment_minor(month);
    (amount_minor > 0).then_some(Taking {
        month,
        amount_minor,
    })
}

pub fn payment(person: &Person, month: Month) -> Option<Payment> {
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
