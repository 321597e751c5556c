//! Every decision of a month beside the sandbox's own truth.

use std::collections::{BTreeMap, HashMap};

use access::{Action, Purpose};
use casework::case::{self, Case, Origin, WaitFor};
use casework::decision::{self, Decision, Outcome};
use kernel::ids::Uuid;
use kernel::{Money, Month, PersonId};
use payments::run::{self, Kind};

use super::sandbox::{SandboxClient, TruthCase};
use crate::daftar::Daftar;
use crate::error::Result;

/// How a month's decisions compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    pub cases: usize,
    pub awarded: usize,
    pub refused: usize,
    pub waiting_budget: usize,
    pub waiting_agency: usize,
    pub waiting_visit: usize,
    /// One sentence each; no names.
    pub differences: Vec<String>,
}

impl Daftar {
    /// Compares all cases that count in `month` with the truth, in both directions.
    pub(super) async fn compare(
        &self,
        sandbox: &SandboxClient,
        month: Month,
        budgets: &[(String, Money)],
    ) -> Result<Compared> {
        let regime = self.shelf.in_force(month.last_day())?;
        let truth = sandbox.truth(month, regime.id(), budgets).await?;
        let ours = self.decided(month, regime.id()).await?;
        let mut compared = Compared {
            cases: truth.len(),
            ..Compared::default()
        };
        let mut seen: BTreeMap<&str, ()> = BTreeMap::new();
        for expected in &truth {
            seen.insert(&expected.pinfl, ());
            let found = ours.get(&expected.pinfl);
            compared.count(found.map_or("", |found| found.outcome));
            if let Some(difference) = difference(expected, found) {
                compared.differences.push(difference);
            }
        }
        let unexpected = ours
            .iter()
            .filter(|(pinfl, _)| !seen.contains_key(pinfl.as_str()));
        for (_, found) in unexpected {
            let told = format!(
                "{month}: case {} ({}) is not in the truth",
                found.number, found.outcome
            );
            compared.differences.push(told);
        }
        Ok(compared)
    }

    /// Compares whom the month's regular run pays with those whose award runs in the truth, in
    /// both directions: births, deaths and comings of age of the months before included.
    pub(super) async fn compare_payments(
        &self,
        sandbox: &SandboxClient,
        month: Month,
        budgets: &[(String, Money)],
    ) -> Result<Vec<String>> {
        let regime = self.shelf.in_force(month.last_day())?;
        let truth = sandbox.truth(month, regime.id(), budgets).await?;
        let mut ours = self.paid(month).await?;
        let mut differences = Vec::new();
        let paid = truth
            .into_iter()
            .filter(|case| case.running && case.outcome == "awarded");
        for expected in paid {
            let should = (
                expected.programme.unwrap_or_default(),
                Money(expected.amount_minor.unwrap_or_default()),
            );
            let found = ours.remove(&expected.pinfl).unwrap_or_default();
            if found != [should.clone()] {
                differences.push(format!(
                    "{month}: a family is paid {found:?}, should be {should:?}"
                ));
            }
        }
        let unexpected = ours.into_values();
        differences
            .extend(unexpected.map(|found| format!("{month}: paid without ground {found:?}")));
        Ok(differences)
    }

    /// The lines of a month's regular run, by the payee's PINFL.
    async fn paid(&self, month: Month) -> Result<HashMap<String, Vec<(String, Money)>>> {
        let permit = self
            .permit(Action::AssessCase, Purpose::Oversight, 0)
            .await?;
        let mut tx = self.platform.db.read().await?;
        let mut found: HashMap<String, Vec<(String, Money)>> = HashMap::new();
        for run in run::of_month(&mut tx, month).await? {
            if run.kind != Kind::Regular {
                continue;
            }
            let mut after = Uuid::nil();
            while let Some((page, last)) = run::paid(&mut tx, &permit, run.id, after).await? {
                after = last;
                let payees: Vec<PersonId> = page.iter().map(|line| line.payee).collect();
                let pinfls = registry::person::pinfls_of(&mut tx, &permit, &payees).await?;
                for line in page {
                    let pinfl = pinfls.get(&line.payee).map(ToString::to_string);
                    let lines = found.entry(pinfl.unwrap_or_default()).or_default();
                    lines.push((line.programme, line.amount));
                }
            }
        }
        Ok(found)
    }

    /// How each applicant's case of the month stands, by PINFL.
    async fn decided(&self, month: Month, regime: &str) -> Result<HashMap<String, Found>> {
        let permit = self
            .permit(Action::AssessCase, Purpose::Oversight, 0)
            .await?;
        let mut tx = self.platform.db.read().await?;
        let mut cases = case::counted_by(&mut tx, month).await?;
        // What an earlier month left open or moved is told of again under the regime that holds
        // now; a reassessment within the term changes later months only.
        cases.retain(|case| {
            let told = case.counted_month == month || case.regime == regime;
            told && matches!(case.origin, Origin::Application | Origin::Migration)
        });
        let applicants: Vec<PersonId> = cases.iter().map(|case| case.applicant).collect();
        let pinfls = registry::person::pinfls_of(&mut tx, &permit, &applicants).await?;
        let mut found = HashMap::with_capacity(cases.len());
        for case in &cases {
            let Some(pinfl) = pinfls.get(&case.applicant) else {
                continue;
            };
            let decisions = decision::of_case(&mut tx, case.id).await?;
            found.insert(pinfl.to_string(), Found::of(case, decisions.last()));
        }
        Ok(found)
    }
}

impl Compared {
    fn count(&mut self, outcome: &str) {
        match outcome {
            "awarded" => self.awarded += 1,
            "refused" => self.refused += 1,
            "waiting_budget" => self.waiting_budget += 1,
            "waiting_agency" => self.waiting_agency += 1,
            "waiting_visit" => self.waiting_visit += 1,
            _ => {}
        }
    }
}

/// Our side of one comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    number: String,
    outcome: &'static str,
    programme: Option<String>,
    category: Option<String>,
    amount: Option<Money>,
    per_capita_minor: Option<i64>,
}

impl Found {
    fn of(case: &Case, decision: Option<&Decision>) -> Found {
        let outcome = match (
            decision.map(|d| d.outcome),
            case.wait.as_ref().map(|w| w.who),
        ) {
            (Some(Outcome::Awarded), _) => "awarded",
            (Some(Outcome::Refused), _) => "refused",
            (Some(Outcome::Suspended), _) => "suspended",
            (Some(Outcome::WaitingList), _) => "waiting_budget",
            (None, Some(WaitFor::Visit | WaitFor::Seven)) => "waiting_visit",
            (None, Some(WaitFor::Agency)) => "waiting_agency",
            (None, _) => case.state.word(),
        };
        let entitled = matches!(outcome, "awarded" | "waiting_budget");
        Found {
            number: case.number.clone(),
            outcome,
            programme: case.programme.clone().filter(|_| entitled),
            category: case.category.clone().filter(|_| entitled),
            amount: case.amount.filter(|_| entitled),
            per_capita_minor: case.per_capita_minor,
        }
    }
}

fn difference(expected: &TruthCase, found: Option<&Found>) -> Option<String> {
    let Some(found) = found else {
        return Some(format!(
            "a case that should be {} is not there",
            expected.outcome
        ));
    };
    let amount = expected.amount_minor.map(Money);
    let same = found.outcome == expected.outcome
        && found.programme == expected.programme
        && found.category == expected.category
        && found.amount == amount;
    (!same).then(|| {
        format!(
            "case {}: {} {:?} {:?} {:?} (income a head {:?}), should be {} {:?} {:?} {:?} (income a \
             head {:?}) {}",
            found.number,
            found.outcome,
            found.programme,
            found.category,
            found.amount.map(Money::minor),
            found.per_capita_minor,
            expected.outcome,
            expected.programme,
            expected.category,
            expected.amount_minor,
            expected.per_capita_minor,
            expected.reasons.join(" ")
        )
    })
}
