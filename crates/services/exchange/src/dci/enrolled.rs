//! Whether somebody is counted by a programme this month: `/registry/sync/enrolled` of the standard for
//! integrated beneficiary registries (SPDCI IBR 1.0.0, `EnrolledRequest` and `EnrolledResponse`).
//!
//! Told is yes or no, never how much. Who is not told about (a number of nobody, a person outside of the
//! partner's territory) and a programme that does not exist are rejected: a no would be taken for an
//! answer. The standard's response has no word for that, `yes` and `no` alone: a rejected question has no
//! response, and the message says why.

use std::sync::PoisonError;

use access::{Action, Answering, Denied, Purpose, Scope, Subject};
use kernel::{Day, Instant, Month, PersonId, Pinfl};
use payments::{appropriation, entitlement};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::envelope::{Envelope, ID_CHARS_MAX};
use super::mapper::fault;
use super::outgoing::Told;
use super::question::Question;
use super::refusal::{Refusal, bounded};
use super::search::SearchFailed;
use super::status::{Outcome, REJECTED};
use super::tell::{Numbers, area_of};
use super::wanted::{Query, Rejected};
use crate::Exchange;

/// What a question is rejected with: one that is not understood, and one that nothing is told to.
const INVALID: &str = "rjct.search_criteria.invalid";
const CRITERIA: &str = "enrolled_criteria";
const PERSON: &str = "person_identifier";
/// The standard's example has the path through its record, in both spellings.
const PROGRAMME: [&str; 3] = [
    "programme_identifier",
    "programme_identifier.programme.programme_identifier",
    "programme_identifier.program.programme_identifier",
];

/// Who (a number of no form of ours is nobody's), and in which programme; in any when none is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    person: Option<Pinfl>,
    programme: Option<String>,
}

impl Asked {
    pub fn read(message: &Map<String, Value>) -> Result<Asked, Refusal> {
        let criteria = message.get(CRITERIA).and_then(Value::as_object);
        let criteria =
            criteria.ok_or_else(|| Refusal::bad("message.enrolled_criteria is missing"))?;
        let query = criteria.get("query");
        let query = query.ok_or_else(|| wrong("enrolled_criteria.query is missing"))?;
        match criteria.get("query_type").and_then(Value::as_str) {
            Some("idtype-value") => Asked::by_number(query),
            Some("expression") => Asked::by_expression(query),
            _ => Err(wrong("query_type is idtype-value or expression")),
        }
    }

    fn by_number(query: &Value) -> Result<Asked, Refusal> {
        match Query::of("idtype-value", query).map_err(wrong)? {
            Query::Number(person) => Ok(Asked {
                person,
                programme: None,
            }),
            _ => Err(wrong("query is {type: UIN or NIN, value}")),
        }
    }

    /// As the specification has it, `{ATTRIBUTE: {"eq": VALUE}, ...}`, or as its example of a process has
    /// it, `{"attribute_name", "operator", "attribute_value"}`.
    fn by_expression(query: &Value) -> Result<Asked, Refusal> {
        let query = query.as_object();
        let query = query.ok_or_else(|| wrong("enrolled_criteria.query is no object"))?;
        let named = query.get("attribute_name").and_then(Value::as_str);
        let conditions: Vec<(&str, Option<&Value>)> = match named {
            Some(name) => {
                let equals = query.get("operator").is_some_and(|word| word == "eq");
                vec![(name, query.get("attribute_value").filter(|_| equals))]
            }
            None => {
                let conditions = query.iter();
                conditions
                    .map(|(name, test)| (name.as_str(), equals(test)))
                    .collect()
            }
        };
        let (mut person, mut programme) = (None, None);
        for (name, value) in conditions {
            let value = value.and_then(Value::as_str).map(str::to_owned);
            let value = value.ok_or_else(|| wrong(format!("{name} takes eq and a text")))?;
            let place = match name {
                PERSON => &mut person,
                name if PROGRAMME.contains(&name) => &mut programme,
                other => {
                    let why = format!("{other} is not asked here: {PERSON}, {}", PROGRAMME[0]);
                    return Err(wrong(why));
                }
            };
            if place.replace(value).is_some() {
                return Err(wrong(format!("{name} stands twice")));
            }
        }
        let is_long = |name: &String| name.chars().count() > ID_CHARS_MAX;
        if programme.as_ref().is_some_and(is_long) {
            let why = format!("a programme's name has 1 to {ID_CHARS_MAX} characters");
            return Err(wrong(why));
        }
        let person = person.ok_or_else(|| wrong("person_identifier is missing"))?;
        Ok(Asked {
            person: Pinfl::parse(&person).ok(),
            programme,
        })
    }
}

/// The value of `{"eq": VALUE}`, which stands alone.
fn equals(test: &Value) -> Option<&Value> {
    let test = test.as_object().filter(|test| test.len() == 1)?;
    test.get("eq")
}

fn wrong(why: impl ToString) -> Refusal {
    Refusal::rejected(INVALID, why)
}

/// How one question ended.
enum End {
    Told {
        enrolled: bool,
    },
    /// The words of why.
    Rejected(String),
}

const NOBODY: &str = "nobody with this number is told about to you";

/// What is told to a question.
fn response(reference_id: &str, now: Instant, enrolled: bool) -> Value {
    json!({
        "reference_id": reference_id,
        "timestamp": now.to_string(),
        "status": "succ",
        "enrolled_status": if enrolled { "yes" } else { "no" },
    })
}

impl Exchange {
    /// The answer of a message, and how it ended. It leaves when `answering` is durable.
    pub(super) async fn tell_enrolled(
        &self,
        (subject, answering): (&Subject, &Answering<'_>),
        (envelope, correlation): (&Envelope, Uuid),
        today: Day,
    ) -> Result<(Told, Vec<Outcome>), SearchFailed> {
        let asked = Asked::read(&envelope.message).map_err(|refused| Rejected {
            code: refused.reason,
            message: refused.message,
        })?;
        let end = self.enrolment(subject, answering, &asked, today).await?;
        let reference_id = envelope.transaction_id.clone();
        let mut message = json!({
            "transaction_id": envelope.transaction_id,
            "correlation_id": correlation.to_string(),
            "enrolled_response": [],
        });
        let (status, reason, enrolled) = match end {
            End::Told { enrolled } => {
                let told = response(&reference_id, self.platform.wall.now(), enrolled);
                message["enrolled_response"] = json!([told]);
                ("succ", None, enrolled)
            }
            End::Rejected(why) => {
                message["status"] = REJECTED.into();
                message["status_reason_code"] = INVALID.into();
                message["status_reason_message"] = bounded(&why).into();
                (REJECTED, Some(INVALID), false)
            }
        };
        let outcome = Outcome {
            reference_id,
            status,
            reason,
            records: usize::from(enrolled),
        };
        let told = Told::of_one(Question::Enrolled.answer_action(), status, message);
        Ok((told, vec![outcome]))
    }

    async fn enrolment(
        &self,
        subject: &Subject,
        answering: &Answering<'_>,
        asked: &Asked,
        today: Day,
    ) -> Result<End, SearchFailed> {
        let nobody = || Ok(End::Rejected(NOBODY.to_owned()));
        let Some(number) = asked.person else {
            return nobody();
        };
        let (action, purpose) = (Action::SearchRegister, Purpose::Exchange);
        let look = answering.batch(subject, action, purpose, None, 1).await?;
        let found = self.platform.look_up::<Numbers>((look, number)).await?;
        let Some((person, row)) = found else {
            return nobody();
        };
        let area = row.map_or(access::Area::Country, |row| {
            area_of(row.district, row.mahalla)
        });
        let scope = Scope::person(person.id, area);
        match answering.permit(subject, action, purpose, scope).await {
            Ok(_) => {}
            Err(Denied::OutsideTerritory { .. }) => return nobody(),
            Err(denied) => return Err(denied.into()),
        }
        self.counted(person.id, asked.programme.as_deref(), today.month())
            .await
    }

    async fn counted(
        &self,
        person: PersonId,
        programme: Option<&str>,
        month: Month,
    ) -> Result<End, SearchFailed> {
        let mut tx = self.platform.db.read().await?;
        let counting = match programme {
            Some(named) => entitlement::counting(&mut tx, named, person, month).await,
            None => entitlement::counting_in_any(&mut tx, person, month).await,
        };
        let enrolled = counting.map_err(fault)?.is_some();
        // A budget may have a line for a programme that no law of today names.
        if let Some(named) = programme
            && !enrolled
            && !self.law_names(named)
            && !appropriation::is_programme(&mut tx, named)
                .await
                .map_err(fault)?
        {
            return Ok(End::Rejected(self.no_programme()));
        }
        Ok(End::Told { enrolled })
    }

    fn law_names(&self, programme: &str) -> bool {
        let known = self.programmes.read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.contains(programme)
    }

    fn no_programme(&self) -> String {
        let known = self.programmes.read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        format!(
            "there is no programme of this name; there are: {}",
            names.join(", ")
        )
    }
}
