//! The messages as agencies speak them. These structs never leave this crate.
//!
//! Unknown fields are tolerated (partners grow), a field of another type is not.
//! Numbers that must be whole are read as `i64`, so that `1.5` or `"12"` is refused.

use kernel::{Day, Instant, Month, Pinfl};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

pub const PURPOSE: &str = "benefit_assignment";

/// What one call asks.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    pub legal_basis: &'a str,
    pub consent: Option<&'a str>,
    pub as_of: Day,
    /// First and last month asked for, both included.
    pub window: (Month, Month),
    pub persons: &'a [Pinfl],
    /// The run or case that it is asked for, as our own log names it.
    pub issue: Option<&'a str>,
}

#[derive(Serialize)]
struct QuestionJson<'a> {
    request_id: Uuid,
    purpose: &'static str,
    legal_basis: &'a str,
    consent: Option<&'a str>,
    as_of: Day,
    window: WindowJson,
    persons: &'a [Pinfl],
}

#[derive(Serialize)]
struct WindowJson {
    from: Month,
    to: Month,
}

impl Question<'_> {
    pub fn to_json(&self, request_id: Uuid) -> Vec<u8> {
        let question = QuestionJson {
            request_id,
            purpose: PURPOSE,
            legal_basis: self.legal_basis,
            consent: self.consent,
            as_of: self.as_of,
            window: WindowJson {
                from: self.window.0,
                to: self.window.1,
            },
            persons: self.persons,
        };
        serde_json::to_vec(&question).expect("plain data becomes JSON")
    }
}

/// The answer's frame; each person's part is read on its own, so that one bad part
/// spoils no other.
#[derive(Debug, Deserialize)]
pub struct AnswerJson<'a> {
    pub request_id: Uuid,
    pub agency: &'a str,
    pub as_of: Day,
    #[serde(borrow)]
    pub answers: Vec<&'a RawValue>,
}

/// What every part has, whatever the agency.
#[derive(Debug, Deserialize)]
pub struct PartJson {
    pub pinfl: Pinfl,
    pub found: Option<bool>,
    pub pending: Option<bool>,
    pub ready_at: Option<Instant>,
}

#[derive(Debug, Deserialize)]
pub struct CivilJson {
    pub names: NamesJson,
    pub sex: String,
    pub born: Day,
    pub died: Option<Day>,
    pub phone: Option<String>,
    pub spouse: Option<SpouseJson>,
    pub children: Vec<ChildJson>,
    pub residence: Option<ResidenceJson>,
}

#[derive(Debug, Deserialize)]
pub struct NamesJson {
    pub family: String,
    pub given: String,
    pub patronymic: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct SpouseJson {
    pub pinfl: Pinfl,
    pub since: Option<Day>,
}

#[derive(Debug, Deserialize)]
pub struct ChildJson {
    pub pinfl: Pinfl,
    pub relation: String,
    pub names: NamesJson,
    pub sex: String,
    pub born: Day,
    pub died: Option<Day>,
    pub since: Option<Day>,
}

#[derive(Debug, Deserialize)]
pub struct ResidenceJson {
    pub district: CodeJson,
    pub mahalla: Option<CodeJson>,
    pub dwelling: String,
    pub since: Option<Day>,
}

/// A territory code; partners send it as a number or as its digits.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum CodeJson {
    Number(u32),
    Text(String),
}

impl CodeJson {
    pub fn number(&self) -> Option<u32> {
        match self {
            CodeJson::Number(number) => Some(*number),
            CodeJson::Text(text) => text.parse().ok(),
        }
    }
}
