//! Tests in OpenFisca's YAML format, run against a calculation.
//!
//! ```yaml
//! - name: a tenth of the salary
//!   period: 2017-01
//!   absolute_error_margin: 0
//!   input: { salary: 2000 }
//!   output: { income_tax: 200 }
//! ```
//! Persons and groups go by the names of the pack's `entities` block. What a test
//! says nothing of is taken as the pack's `assumed:` says, since that is what the
//! format means by silence. Numbers are compared exactly, as fractions; margins are
//! those of the test, 0 if it has none. What the runner does not know (reforms,
//! extensions, changed parameters) makes a test unsupported, aloud, never passed.

mod compare;
mod form;
mod ratio;
mod situation;

use crate::pack::{Pack, Stretch};
use form::{TestForm, Time};
use ratio::Ratio;
use situation::Situation;

/// What came out of one test.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TestReport {
    pub name: String,
    pub outcome: TestOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    Passed,
    /// Where the pack's results differ.
    Failed(Vec<String>),
    /// What the runner cannot do; the test proves nothing.
    Unsupported(String),
}

/// The text is not a list of tests.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a file of tests: {0}")]
pub struct NotTests(pub String);

/// Why a test cannot be run.
type Unsupported = String;

/// Runs all tests of one file.
pub fn run_tests(pack: &Pack, yaml: &str) -> Result<Vec<TestReport>, NotTests> {
    let forms = form::read(yaml)?;
    Ok(forms.iter().map(|form| run(pack, form)).collect())
}

fn run(pack: &Pack, form: &TestForm) -> TestReport {
    let outcome = match differences(pack, form) {
        Err(why) => TestOutcome::Unsupported(why),
        Ok(differences) if differences.is_empty() => TestOutcome::Passed,
        Ok(differences) => TestOutcome::Failed(differences),
    };
    TestReport {
        name: form.name.clone(),
        outcome,
    }
}

fn differences(pack: &Pack, form: &TestForm) -> Result<Vec<String>, Unsupported> {
    form.refuse_what_is_not_known()?;
    let situation = Situation::of(pack, form)?;
    let wanted = compare::wanted(pack, form, &situation)?;
    if wanted.is_empty() {
        return Err("the test expects nothing".into());
    }
    let margins = form.margins()?;
    let mut differences = Vec::new();
    for wanted in &wanted {
        differences.extend(wanted.compare(pack, &situation, &margins)?);
    }
    Ok(differences)
}

/// The stretch of time for which an input's value is wanted at some time.
fn time_of(period: Stretch, at: Time) -> Time {
    match (period, at) {
        (Stretch::Month, Time::Year(year)) => Time::Month(year, 1),
        (Stretch::FirstMonth, Time::Year(year) | Time::Month(year, _)) => Time::Month(year, 1),
        (Stretch::Year, Time::Month(year, _)) => Time::Year(year),
        (Stretch::Always, _) => Time::Always,
        (_, at) => at,
    }
}
