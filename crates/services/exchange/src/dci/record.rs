//! Records as `schema.spdci.org` names their fields: Person, Member, Group.
//!
//! A field that the register does not hold is left out; none is filled with a guess.

use std::collections::HashMap;

use kernel::portrait::Member;
use kernel::{Day, PersonId, Pinfl, Portrait};
use registry::person::Person;
use serde_json::{Map, Value, json};

const CONTEXT: &str = "https://schema.spdci.org/extensions/social/v1/";

/// What the register holds of the persons of a page.
#[derive(Debug, Default)]
pub struct Known {
    pub persons: HashMap<PersonId, Person>,
    pub pinfls: HashMap<PersonId, Pinfl>,
}

/// A day as the schema writes it: the first moment of it.
fn moment(day: Day) -> String {
    format!("{day}T00:00:00Z")
}

fn address(unit: &Portrait) -> Value {
    let mut address = json!({
        "@type": "Address",
        "country_code": "UZ",
        "region_code": (unit.district / 1_000).to_string(),
        "sub_region_code": unit.district.to_string(),
    });
    if unit.mahalla != 0 {
        address["locality"] = unit.mahalla.to_string().into();
    }
    address
}

impl Known {
    fn identifiers(&self, person: PersonId) -> Value {
        let identifiers = self.pinfls.get(&person).map(|pinfl| {
            json!({ "@type": "Identifier", "identifier_type": "UIN",
                "identifier_value": pinfl.to_string() })
        });
        Value::Array(identifiers.into_iter().collect())
    }

    /// Who died and who lives in no unit is a person without an address.
    pub fn person(&self, id: PersonId, unit: Option<&Portrait>) -> Option<Value> {
        let person = self.persons.get(&id)?;
        let mut name = Map::new();
        name.insert("surname".to_owned(), person.name.family.clone().into());
        name.insert("given_name".to_owned(), person.name.given.clone().into());
        if let Some(patronymic) = &person.name.patronymic {
            name.insert("second_name".to_owned(), patronymic.clone().into());
        }
        let mut record = json!({
            "@context": CONTEXT,
            "@type": "Person",
            "identifier": self.identifiers(id),
            "name": name,
            "sex": person.sex.name(),
            "birth_date": moment(person.born),
            "last_updated": person.known_from.to_string(),
        });
        if let Some(died) = person.died {
            record["death_date"] = moment(died).into();
        }
        if let Some(phone) = person.phone {
            record["phone_number"] = json!([phone.to_string()]);
        }
        if let Some(unit) = unit {
            record["address"] = json!([address(unit)]);
        }
        Some(record)
    }

    pub fn member(&self, id: PersonId, unit: Option<&Portrait>) -> Option<Value> {
        Some(json!({
            "@context": CONTEXT,
            "@type": "Member",
            "member_identifier": self.identifiers(id),
            "demographic_info": self.person(id, unit)?,
        }))
    }

    pub fn group(&self, unit: &Portrait, group_type: &str) -> Option<Value> {
        let listed = unit.members.iter().map(|member: &Member| member.person);
        let members: Vec<Value> = listed
            .filter_map(|id| self.member(id, Some(unit)))
            .collect();
        Some(json!({
            "@context": CONTEXT,
            "@type": "Group",
            "group_identifier": [{ "@type": "Identifier", "identifier_type": "HOUSEHOLD_ID",
                "identifier_value": unit.unit.to_string() }],
            "group_type": group_type,
            "address": [address(unit)],
            "group_head_info": self.member(unit.head, Some(unit))?,
            "group_size": unit.members.len(),
            "member_list": members,
        }))
    }
}
