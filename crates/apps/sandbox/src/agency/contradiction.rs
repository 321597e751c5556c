//! What an agency says that contradicts what it said before, or what another agency says.

use kernel::{Day, Pinfl};
use serde_json::{Map, Value, json};

use super::{Agency, Question};
use crate::agency::scenario::Scenario;

/// The fields of a person's part that an agency can be made to tell otherwise.
pub fn fields(agency: Agency) -> &'static [&'static str] {
    match agency {
        Agency::CivilRegistry => &["died", "phone", "spouse", "children", "residence"],
        Agency::Tax => &["wages", "self_employment"],
        Agency::Employment => &["status", "employer", "since", "service_employer"],
        Agency::Cadastre => &["properties"],
        Agency::Vehicles => &["vehicles"],
        Agency::PensionFund | Agency::SocialInsurance => &["payments"],
        Agency::Bank => &["accounts"],
        Agency::Disability => &["group", "unable_to_work", "until"],
        Agency::HealthInsurance => &["pregnancy"],
        Agency::Education => &["full_time", "until", "level"],
        Agency::NonStatePensionFund => &["pensions"],
        Agency::VoluntaryInsurer => &["insurer", "until"],
        Agency::FarmerRegistry => &["farms"],
    }
}

/// Changes the parts of those whom the row of the scenario picks; without a row, of everybody.
pub fn tell(
    scenario: &Scenario,
    row: Option<usize>,
    (agency, question): (Agency, &Question),
    parts: &mut [Value],
) {
    for (person, part) in question.persons.iter().zip(parts) {
        let Ok(person) = Pinfl::parse(person) else {
            continue;
        };
        let says = match row {
            None => Some(None),
            Some(row) => scenario.says(row, person),
        };
        let found = part["found"] == true;
        if let (Some(says), true, Some(part)) = (says, found, part.as_object_mut()) {
            match says {
                Some(says) => part.extend(says.clone()),
                None => contradict(agency, part, question.as_of),
            }
        }
    }
}

/// The living are dead since yesterday and the dead alive; whoever has something has nothing, the
/// employed are not, the disabled are well and pupils unknown; and the other way round where that is
/// possible.
fn contradict(agency: Agency, part: &mut Map<String, Value>, on: Day) {
    match agency {
        Agency::CivilRegistry => {
            let died = match part["died"].is_null() {
                true => json!(on.plus_days(-1)),
                false => Value::Null,
            };
            part.insert("died".to_owned(), died);
        }
        Agency::Employment => {
            let status = match part["status"].as_str() {
                Some("employed") => "none",
                _ => "employed",
            };
            part.insert("status".to_owned(), status.into());
            part.insert("employer".to_owned(), Value::Null);
        }
        Agency::Disability => {
            let group = match part["group"].as_str() {
                Some("none") => "II",
                _ => "none",
            };
            part.insert("group".to_owned(), group.into());
        }
        // Who is known to them has something: now they know nothing.
        Agency::HealthInsurance | Agency::Education | Agency::VoluntaryInsurer => {
            part.insert("found".to_owned(), false.into());
        }
        Agency::NonStatePensionFund
        | Agency::FarmerRegistry
        | Agency::SocialInsurance
        | Agency::Tax
        | Agency::Cadastre
        | Agency::Vehicles
        | Agency::PensionFund
        | Agency::Bank => {
            for field in fields(agency) {
                part.insert((*field).to_owned(), json!([]));
            }
        }
    }
}
