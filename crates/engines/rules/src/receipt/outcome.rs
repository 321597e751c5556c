//! What came out, as the receipt holds it, and where two outcomes differ.

use super::ReceiptError;
use crate::outcome::{Need, Outcomes, PackedTrace, PackedValue, Truth, Verdict};
use crate::pack::Status;
use crate::plan::Plan;
use kernel::{Day, FactId, Money, Month};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Differences that are told at most.
const DIFFERENCES_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptOutcome {
    pub verdict: Verdict,
    pub programme: Option<String>,
    pub category: Option<String>,
    /// Minor units a month.
    pub amount: Option<Money>,
    /// The key of ranking, in minor units, rounded half up.
    pub per_capita_minor: Option<i64>,
    pub term_months: Option<u32>,
    pub last_month: Option<Month>,
    /// The formula that overflowed, if one did.
    pub fault: Option<String>,
    /// In the law's order, with values and limits as they were compared.
    pub conditions: Vec<ReceiptCondition>,
    /// The dated values that entered.
    pub parameters: Vec<ReceiptParameter>,
    /// What was missing.
    pub needs: Vec<Need>,
    pub facts_used: Vec<FactId>,
    /// The trace as it is stored, in hexadecimal digits.
    pub trace: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptCondition {
    pub id: String,
    pub truth: Truth,
    pub value: Option<PackedValue>,
    pub limit: Option<PackedValue>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptParameter {
    pub name: String,
    /// A whole number at the scale of its type; money in minor units.
    pub value: i64,
    pub in_force: Day,
    pub announced: Day,
    pub law: String,
    pub status: Status,
}

/// A place where the receipt and the second decision say different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub field: String,
    pub receipt: String,
    pub again: String,
}

impl Difference {
    pub(super) fn of(field: &str, receipt: &str, again: &str) -> Difference {
        Difference {
            field: field.to_owned(),
            receipt: receipt.to_owned(),
            again: again.to_owned(),
        }
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{}: the receipt says {}, decided again it is {}",
            self.field, self.receipt, self.again
        )
    }
}

/// Reads the outcome of the one unit that was decided.
pub(super) fn read(
    plan: &Plan,
    outcomes: &Outcomes,
    district: u32,
) -> Result<ReceiptOutcome, ReceiptError> {
    let bytes = outcomes.trace_bytes(0);
    let trace =
        PackedTrace::read(bytes).map_err(|error| ReceiptError::field("outcome.trace", error))?;
    let conditions = plan.pack().conditions().zip(trace.conditions);
    let conditions = conditions.map(|(condition, row)| ReceiptCondition {
        id: condition.id.clone(),
        truth: row.truth,
        value: row.value,
        limit: row.limit,
    });
    let parameters = plan.pack().parameters().iter().enumerate();
    let parameters = parameters.filter_map(|(index, parameter)| {
        let used = plan.used_at(index, district)?;
        Some(ReceiptParameter {
            name: parameter.name.clone(),
            value: used.value,
            in_force: used.in_force,
            announced: used.announced,
            law: used.law.clone(),
            status: used.status,
        })
    });
    Ok(ReceiptOutcome {
        verdict: outcomes.verdict(0),
        programme: outcomes.programme(0).map(str::to_owned),
        category: outcomes.category(0).map(str::to_owned),
        amount: outcomes.amount(0),
        per_capita_minor: outcomes.per_capita_minor(0),
        term_months: outcomes.term_months(0),
        last_month: outcomes.last_month(0),
        fault: outcomes.fault(0, plan),
        conditions: conditions.collect(),
        parameters: parameters.collect(),
        needs: outcomes.needs(0).to_vec(),
        facts_used: outcomes.fact_ids(0).collect(),
        trace: hex::encode(bytes),
    })
}

/// Every leaf at which two outcomes differ.
pub(super) fn differences(receipt: &ReceiptOutcome, again: &ReceiptOutcome) -> Vec<Difference> {
    let value = |one: &ReceiptOutcome| serde_json::to_value(one).expect("an outcome is plain data");
    let mut found = Vec::new();
    walk("outcome", &value(receipt), &value(again), &mut found);
    found
}

fn walk(path: &str, receipt: &Value, again: &Value, found: &mut Vec<Difference>) {
    if found.len() >= DIFFERENCES_MAX || receipt == again {
        return;
    }
    match (receipt, again) {
        (Value::Object(one), Value::Object(other)) => {
            for (key, value) in one {
                let other = other.get(key).unwrap_or(&Value::Null);
                walk(&format!("{path}.{key}"), value, other, found);
            }
            for key in other.keys().filter(|key| !one.contains_key(*key)) {
                walk(&format!("{path}.{key}"), &Value::Null, &other[key], found);
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            for at in 0..one.len().max(other.len()) {
                let (left, right) = (one.get(at), other.get(at));
                let none = Value::String("nothing".into());
                let (left, right) = (left.unwrap_or(&none), right.unwrap_or(&none));
                walk(&format!("{path}[{at}]"), left, right, found);
            }
        }
        _ => found.push(Difference::of(
            path,
            &receipt.to_string(),
            &again.to_string(),
        )),
    }
}
