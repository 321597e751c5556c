//! Cases beside the packs: families in YAML with the outcome the law gives them.
//!
//! ```yaml
//! - name: children of 1, 5 and 9
//!   decided_on: 2025-07-10
//!   family:
//!     applicant: { age: 34, sex: female, wage: 300 000 }
//!     spouse: { age: 36, sex: male, vehicle: [{ made_year: 2010, serviceable: true }] }
//!     children: [1, 5, 9]
//!   expect: { verdict: entitled, programme: child_benefit, amount: 635 000 }
//! ```
//! A kind that a person does not list is known to be empty; `unknown` says that
//! the agency was silent. An amount alone stands for that amount in every month
//! of the window. Sums are in soʻm. Facts of the family (`visit`, `seven`) stand
//! beside its members and are unknown when they are not listed.

mod family;
mod form;
mod values;

use crate::batch::{CaseFacts, Held, Stage};
use crate::explain::{Chosen, Trace, explain};
use crate::outcome::{Truth, Verdict};
use crate::pack::Pack;
use form::{CaseForm, Expected};
use kernel::{Day, Money, Portrait};

/// What came out of one case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseReport {
    pub name: String,
    /// Empty: as expected.
    pub differences: Vec<String>,
}

/// The file, or one case of it, could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    #[error("not a list of cases: {0}")]
    Yaml(String),
    #[error("case `{case}`: {message}")]
    Case { case: String, message: String },
}

/// A case made ready: what the engine is given. Other tests take families from here.
#[derive(Debug, Clone)]
pub struct ReadyCase {
    pub name: String,
    pub decided_on: Day,
    pub portrait: Portrait,
    pub facts: CaseFacts,
    expected: Expected,
}

/// Runs all cases of one YAML text against a pack. A case that cannot be made ready says why as
/// its difference, and stops no other.
pub fn run_cases(pack: &Pack, yaml: &str) -> Result<Vec<CaseReport>, CaseError> {
    let one = |form: CaseForm| {
        let name = form.name.clone();
        match ready(pack, form).and_then(|case| run(pack, &case)) {
            Err(CaseError::Case { message, .. }) => Ok(CaseReport {
                name,
                differences: vec![message],
            }),
            report => report,
        }
    };
    forms(yaml)?.into_iter().map(one).collect()
}

fn forms(yaml: &str) -> Result<Vec<CaseForm>, CaseError> {
    serde_yaml_ng::from_str(yaml).map_err(|error| CaseError::Yaml(error.to_string()))
}

/// Reads cases without running them.
pub fn read_cases(pack: &Pack, yaml: &str) -> Result<Vec<ReadyCase>, CaseError> {
    forms(yaml)?
        .into_iter()
        .map(|form| ready(pack, form))
        .collect()
}

fn ready(pack: &Pack, form: CaseForm) -> Result<ReadyCase, CaseError> {
    let wrong = |message: String| CaseError::Case {
        case: form.name.clone(),
        message,
    };
    let applied_on = form.applied_on.unwrap_or(form.decided_on);
    let mut facts = pack.application(applied_on);
    facts.origin = form.origin.unwrap_or(facts.origin);
    facts.stage = form.stage.unwrap_or(Stage::Final);
    let place = |category: &String| {
        let index = pack.category_index(category);
        index.ok_or_else(|| wrong(format!("no category `{category}`")))
    };
    facts.former_category = form.former_category.as_ref().map(place).transpose()?;
    if let Some(held) = &form.held {
        facts.held = Some(Held {
            category: held.category.as_ref().map(place).transpose()?,
            months: held.months,
        });
    }
    let portrait = family::portrait(pack, &form.family, form.territory, &facts).map_err(wrong)?;
    Ok(ReadyCase {
        name: form.name,
        decided_on: form.decided_on,
        portrait,
        facts,
        expected: form.expect,
    })
}

fn run(pack: &Pack, case: &ReadyCase) -> Result<CaseReport, CaseError> {
    let wrong = |message: String| CaseError::Case {
        case: case.name.clone(),
        message,
    };
    let plan = pack
        .plan(case.decided_on)
        .map_err(|error| wrong(error.to_string()))?;
    let trace =
        explain(&plan, &case.portrait, &case.facts).map_err(|error| wrong(error.to_string()))?;
    Ok(CaseReport {
        name: case.name.clone(),
        differences: differences(&trace, &case.expected),
    })
}

fn differences(trace: &Trace, expected: &Expected) -> Vec<String> {
    let mut found = Found::default();
    compare_outcome(&mut found, trace, expected);
    compare_money(&mut found, trace, expected);
    compare_conditions(&mut found, trace, expected);
    let mut found = found.0;
    found.extend(values::differences(trace, expected));
    found
}

/// What came out otherwise than expected, one text each; what is not expected is not compared.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn compare(&mut self, what: &str, expected: Option<String>, actual: String) {
        if let Some(expected) = expected
            && expected != actual
        {
            self.0
                .push(format!("{what}: expected {expected}, came out {actual}"));
        }
    }
}

fn none() -> String {
    "none".to_owned()
}

fn compare_outcome(found: &mut Found, trace: &Trace, expected: &Expected) {
    let id = |chosen: &Option<Chosen>| {
        chosen
            .as_ref()
            .map_or_else(none, |chosen| chosen.id.clone())
    };
    let said = verdict(trace.verdict).to_owned();
    found.compare("verdict", expected.verdict.clone(), said);
    let programme = id(&trace.programme);
    found.compare("programme", expected.programme.clone(), programme);
    found.compare("category", expected.category.clone(), id(&trace.category));
    found.compare(
        "last_month",
        expected.last_month.map(|month| month.to_string()),
        trace
            .last_month
            .map_or_else(none, |month| month.to_string()),
    );
    found.compare(
        "term",
        expected.term.map(|months| months.to_string()),
        trace.term.map_or_else(none, |term| term.months.to_string()),
    );
}

fn compare_money(found: &mut Found, trace: &Trace, expected: &Expected) {
    let soums = |money: Money| money.to_string();
    found.compare(
        "amount",
        expected.amount.map(|amount| soums(amount.0)),
        trace.amount.map_or_else(none, soums),
    );
    let shown = trace
        .per_capita
        .map_or_else(none, |quantity| soums(Money(quantity.minor())));
    found.compare(
        "per_capita",
        expected.per_capita.map(|amount| soums(amount.0)),
        shown,
    );
}

fn compare_conditions(found: &mut Found, trace: &Trace, expected: &Expected) {
    let list = |ids: &Option<Vec<String>>| ids.as_ref().map(|ids| ids.join(", "));
    let with = |truth: Truth| {
        let ids = trace
            .conditions
            .iter()
            .filter(|condition| condition.truth == truth)
            .map(|condition| condition.id.clone());
        ids.collect::<Vec<_>>().join(", ")
    };
    found.compare("unmet", list(&expected.unmet), with(Truth::NotMet));
    found.compare("unknown", list(&expected.unknown), with(Truth::Unknown));
    let mut needs: Vec<&str> = trace
        .needs
        .iter()
        .filter_map(|need| Some(kernel::facts::kind(need.need.kind)?.name))
        .collect();
    needs.dedup();
    found.compare("needs", list(&expected.needs), needs.join(", "));
}

fn verdict(verdict: Verdict) -> &'static str {
    use crate::pack::Step;
    match verdict {
        Verdict::Entitled => "entitled",
        Verdict::NotEntitled => "not_entitled",
        Verdict::Unknown => "unknown",
        Verdict::NeedsVisit(Step::Visit) => "needs_visit",
        Verdict::NeedsVisit(Step::Seven) => "needs_seven",
    }
}
