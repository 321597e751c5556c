//! What stands in a case file.

use crate::batch::{Origin, Stage};
use kernel::kin::Tie;
use kernel::{Day, Money, Month, Sex};
use serde::{Deserialize, Deserializer};
use serde_yaml_ng::Value;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseForm {
    pub name: String,
    pub decided_on: Day,
    pub applied_on: Option<Day>,
    pub origin: Option<Origin>,
    pub stage: Option<Stage>,
    pub former_category: Option<String>,
    /// The award that the case continues.
    pub held: Option<HeldForm>,
    pub family: FamilyForm,
    pub expect: Expected,
}

/// `held: { category: POOR, months: 6 }`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldForm {
    pub category: Option<String>,
    pub months: u32,
}

#[derive(Debug, Clone, Deserialize)]
pub struct FamilyForm {
    pub applicant: PersonForm,
    pub spouse: Option<PersonForm>,
    #[serde(default)]
    pub children: Vec<ChildForm>,
    /// Others who live in the dwelling, where the unit is a household.
    #[serde(default)]
    pub residents: Vec<PersonForm>,
    /// Facts of the family by kind.
    #[serde(flatten)]
    pub facts: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct PersonForm {
    /// Completed years on the day of the application; or `born`.
    pub age: Option<i32>,
    pub born: Option<Day>,
    pub died: Option<Day>,
    pub sex: Option<Sex>,
    pub tie: Option<Tie>,
    #[serde(flatten)]
    pub facts: BTreeMap<String, Value>,
}

/// A child: an age, a birth date, or a person with facts.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum ChildForm {
    Age(i32),
    Born(Day),
    Person(Box<PersonForm>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub verdict: String,
    pub programme: Option<String>,
    pub category: Option<String>,
    pub amount: Option<Soums>,
    pub per_capita: Option<Soums>,
    pub last_month: Option<Month>,
    pub term: Option<u32>,
    /// Ids of the conditions not met, in the pack's order.
    pub unmet: Option<Vec<String>>,
    pub unknown: Option<Vec<String>>,
    /// Names of the kinds that are missing.
    pub needs: Option<Vec<String>>,
}

/// A sum in soʻm: `635 000`, `178 750.50`.
#[derive(Debug, Clone, Copy)]
pub struct Soums(pub Money);

impl<'de> Deserialize<'de> for Soums {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Soums, D::Error> {
        let value = Value::deserialize(deserializer)?;
        soums(&value)
            .map(Soums)
            .ok_or_else(|| serde::de::Error::custom("a sum in soʻm: 635 000 or 635000.50"))
    }
}

pub fn soums(value: &Value) -> Option<Money> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.replace([' ', '_'], ""),
        _ => return None,
    };
    Money::parse(&text).ok()
}
