//! From what the law says to what happens next. Pure.

use kernel::{Instant, Money, Month};

use crate::case::{Case, Origin, State, Verdict, words};

words! {
    /// How far the human steps of the regime have come.
    Stage {
        /// Before the visit and the conclusion: official facts alone.
        PreAssessment = "pre_assessment",
        Final = "final",
    }
}

/// What the law said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub verdict: Verdict,
    pub programme: Option<String>,
    pub category: Option<String>,
    pub amount: Option<Money>,
    pub per_capita_minor: Option<i64>,
    /// The last month the law lets it be paid for, if it sets one.
    pub last_month: Option<Month>,
    /// Nothing stands against the family but conditions that suspend the payment.
    pub only_suspends: bool,
    /// Whom to ask for what is unknown: sources by their names, sorted, each once.
    pub missing: Vec<String>,
}

/// An agency that has not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// The source's name: `tax`.
    pub agency: String,
    /// When to ask again.
    pub retry_at: Instant,
}

/// What happens next to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    Refuse,
    /// The payment stops until the condition is met again.
    Suspend,
    /// It is not met yet.
    StaySuspended,
    /// Entitled; competes at the month's close.
    AwaitClose,
    /// Entitled, and continues an award: no new budget is needed.
    AwardNow,
    AwaitAgencies(Vec<String>),
    AwaitVisit,
    AwaitSeven,
}

/// The next thing, from the verdict. A silent agency stops nothing that the known facts settle:
/// the verdict is unknown only when what it did not say matters.
pub fn next(case: &Case, opinion: &Opinion, silent: &[Silent]) -> Next {
    match opinion.verdict {
        Verdict::NotEntitled if opinion.only_suspends && continues_an_award(case) => {
            match case.state {
                State::Suspended => Next::StaySuspended,
                _ => Next::Suspend,
            }
        }
        Verdict::NotEntitled => Next::Refuse,
        // Resumed without money it competes at the close, like any other.
        Verdict::Entitled if continues_an_award(case) && case.state != State::WaitingList => {
            Next::AwardNow
        }
        Verdict::Entitled => Next::AwaitClose,
        Verdict::NeedsVisit => Next::AwaitVisit,
        Verdict::NeedsSeven => Next::AwaitSeven,
        Verdict::Unknown => Next::AwaitAgencies(whom_we_wait_for(opinion, silent)),
    }
}

/// A case that grew out of an award takes that award's place in the budget.
pub fn continues_an_award(case: &Case) -> bool {
    case.former_case.is_some() && case.origin != Origin::Application
}

/// Those whose answer is missing and matters; when the law names none, all who are silent.
fn whom_we_wait_for(opinion: &Opinion, silent: &[Silent]) -> Vec<String> {
    if !opinion.missing.is_empty() {
        return opinion.missing.clone();
    }
    let mut agencies: Vec<String> = silent.iter().map(|silent| silent.agency.clone()).collect();
    agencies.sort();
    agencies.dedup();
    agencies
}
