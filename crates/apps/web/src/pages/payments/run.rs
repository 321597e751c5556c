//! The treasury's pages: runs, and one run with order and statements side by
//! side, its checks, its states, and the approval by two persons.

use askama::Template;
use kernel::{Instant, Money, Month, RunId};
use uuid::Uuid;

use crate::form::{Field, Problems, Typed};
use crate::i18n::{Of, T};
use crate::pages::figures::Bars;
use crate::shell::Shell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    Built,
    ApprovedOnce,
    Approved,
    Sent,
    Funded,
    Settled,
    Closed,
}

#[derive(Debug)]
pub struct RunLine {
    pub run: RunId,
    pub month: Month,
    pub reissue: bool,
    pub state: RunState,
    pub lines: i64,
    pub total: Money,
    pub credited: Money,
    pub returned: Money,
}

#[derive(Debug, Template)]
#[template(path = "payments/runs.html")]
pub struct RunsPage {
    pub shell: Shell,
    pub runs: Vec<RunLine>,
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

impl RunsPage {
    fn month(&self) -> Field {
        let t = self.shell.t;
        Field::text("month", t.runs_month(), &self.typed, &self.problems)
            .hint(t.runs_month_hint())
            .month()
    }
}

pub fn read_month(t: T, typed: &Typed, problems: &mut Problems) -> Option<Month> {
    let month = Month::parse(typed.get("month")).ok();
    if month.is_none() {
        problems.add("month", t.month_wrong());
    }
    month
}

/// One line of the order: a district's money for a programme.
#[derive(Debug)]
pub struct OrderLine {
    pub district: String,
    pub programme: String,
    pub amount: Money,
}

#[derive(Debug)]
pub struct StatementLine {
    pub mfo: String,
    pub count: i64,
    pub total: Money,
    pub sha256: String,
}

#[derive(Debug)]
pub struct Check {
    pub label: &'static str,
    /// None while it cannot be said yet.
    pub holds: Option<bool>,
}

#[derive(Debug)]
pub struct Approval {
    pub login: String,
    pub at: Instant,
}

#[derive(Debug)]
pub struct ReturnLine {
    pub code: String,
    pub reason: String,
    pub count: i64,
    pub amount: Money,
}

#[derive(Debug, Template)]
#[template(path = "payments/run.html")]
pub struct RunPage {
    pub shell: Shell,
    pub line: RunLine,
    /// Empty until the second approval makes the order.
    pub order: Vec<OrderLine>,
    pub statements: Vec<StatementLine>,
    pub checks: Vec<Check>,
    pub approvals: Vec<Approval>,
    /// The reader may give the next approval.
    pub may_approve: bool,
    pub id: Uuid,
    pub problems: Problems,
    pub progress: Option<Bars>,
    pub returns: Vec<ReturnLine>,
}

impl RunPage {
    fn order_total(&self) -> Money {
        self.order.iter().map(|line| line.amount).sum()
    }

    fn statements_total(&self) -> Money {
        self.statements.iter().map(|line| line.total).sum()
    }

    fn statements_count(&self) -> i64 {
        self.statements.iter().map(|line| line.count).sum()
    }

    fn is_frozen(&self) -> bool {
        !self.statements.is_empty()
    }

    fn gap(&self) -> Money {
        self.order_total() - self.statements_total()
    }

    fn is_equal(&self) -> bool {
        self.gap().is_zero()
    }

    fn approver(&self, at: usize) -> Option<&Approval> {
        self.approvals.get(at)
    }
}

impl RunState {
    pub fn word(self, t: impl Of<T>) -> &'static str {
        let t = t.of();
        match self {
            RunState::Built => t.run_state_built(),
            RunState::ApprovedOnce => t.run_state_approved_once(),
            RunState::Approved => t.run_state_approved(),
            RunState::Sent => t.run_state_sent(),
            RunState::Funded => t.run_state_funded(),
            RunState::Settled => t.run_state_settled(),
            RunState::Closed => t.run_state_closed(),
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            RunState::Built | RunState::ApprovedOnce => "wait",
            RunState::Settled | RunState::Closed => "yes",
            RunState::Approved | RunState::Sent | RunState::Funded => "",
        }
    }
}
