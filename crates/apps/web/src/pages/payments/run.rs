//! The treasury's pages: runs, and one run with order and statements side by
//! side, its checks, its states, and the approval by two persons.

use access::{Action, Permit, Purpose, Scope};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use payments::run::{self as runs, BuildRun, RunSheet};
use store::Tx;

use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::pages::access::home::district_words;
use crate::pages::figures::Bar;
use crate::pages::payments::payment::return_reason;
use crate::pages::{in_language, show, show_as};
use crate::stop::Stop;
use askama::Template;
use kernel::{Instant, Money, Month, RunId};
use uuid::Uuid;

use crate::form::{Choice, Field, Problems, Typed};
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
    fn kind(&self) -> Choice {
        let t = self.shell.t;
        let options = [
            ("regular", t.runs_kind_regular()),
            ("reissue", t.runs_kind_reissue()),
        ];
        let options = options.map(|(id, words)| (id.to_owned(), words.to_owned()));
        Choice::new("kind", t.runs_kind(), options, &self.typed, &self.problems)
    }

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
    /// The print of the order that the approval is of.
    pub seen: String,
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

async fn permit(house: &House, seat: &Seat, action: Action) -> Result<Permit, Stop> {
    seat.permit(
        house,
        action,
        Purpose::Payment,
        Scope::area(seat.subject.territory),
    )
    .await
}

pub async fn list(State(house): State<House>, seat: Seat) -> Result<Response, Stop> {
    let page = runs_page(&house, &seat, Typed::default(), Problems::none()).await?;
    Ok(show(&page))
}

async fn runs_page(
    house: &House,
    seat: &Seat,
    typed: Typed,
    problems: Problems,
) -> Result<RunsPage, Stop> {
    permit(house, seat, Action::ReadRun)
        .await?
        .must_be_for(&[Action::ReadRun]);
    let mut tx = house.read().await?;
    let mut lines = Vec::new();
    for run in runs::list(&mut tx).await? {
        lines.push(line_of(&runs::load_sheet(&mut tx, run.id).await?));
    }
    let failed = !problems.is_empty();
    let mut shell = seat.shell_at("/runs");
    shell.has_form = seat.subject.role == access::Role::Treasurer;
    shell.failed = failed;
    Ok(RunsPage {
        shell,
        runs: lines,
        id: house.platform().ids.uuid(),
        typed,
        problems,
    })
}

pub async fn build(
    State(house): State<House>,
    seat: Seat,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let seat = seat.in_language(lang);
        let page = runs_page(&house, &seat, typed, Problems::none()).await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let mut problems = Problems::none();
    let month = read_month(seat.t(), &typed, &mut problems);
    let kind = read_kind(seat.t(), &typed, &mut problems);
    let (Some(month), Some(kind)) = (month, kind) else {
        return again(&house, &seat, typed, problems).await;
    };
    let permit = permit(&house, &seat, Action::BuildRun).await?;
    let command = BuildRun {
        id: RunId(typed.id()?),
        month,
        kind,
    };
    match runs::build(house.platform(), &permit, command, |_| {}).await {
        Ok(run) => Ok(Redirect::to(&format!("/runs/{}", run.id)).into_response()),
        Err(refusal) if refusal.is_refusal() => {
            let problems = Problems::one("month", format!("{} {refusal}", seat.t().runs_refused()));
            again(&house, &seat, typed, problems).await
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn again(
    house: &House,
    seat: &Seat,
    typed: Typed,
    problems: Problems,
) -> Result<Response, Stop> {
    let page = runs_page(house, seat, typed, problems).await?;
    Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

fn read_kind(t: T, typed: &Typed, problems: &mut Problems) -> Option<runs::Kind> {
    let kind = runs::Kind::parse(typed.get("kind"));
    if kind.is_none() {
        problems.add("kind", t.choose_one());
    }
    kind
}

pub async fn show_run(
    State(house): State<House>,
    seat: Seat,
    Path(run): Path<RunId>,
) -> Result<Response, Stop> {
    Ok(show(&run_page(&house, &seat, run, Problems::none()).await?))
}

pub async fn approve(
    State(house): State<House>,
    seat: Seat,
    Path(run): Path<RunId>,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let page = run_page(&house, &seat.in_language(lang), run, Problems::none()).await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let permit = permit(&house, &seat, Action::ApproveRun).await?;
    let mut seen = [0; 32];
    hex::decode_to_slice(typed.get("seen"), &mut seen)
        .map_err(|_| Stop::bad("seen", "no print of the order"))?;
    match runs::approve(house.platform(), &permit, run, seen).await {
        Ok(run) => Ok(Redirect::to(&format!("/runs/{}#approvals", run.id)).into_response()),
        Err(payments::Error::Run(runs::Refusal::SamePerson { .. })) => {
            let problems = Problems::one("", seat.t().run_same_person());
            Ok(show_as(
                StatusCode::CONFLICT,
                &run_page(&house, &seat, run, problems).await?,
            ))
        }
        Err(error)
            if error.is_refusal()
                && !matches!(error, payments::Error::Run(runs::Refusal::Unknown { .. })) =>
        {
            let problems = Problems::one("", format!("{} {error}", seat.t().run_approve_refused()));
            Ok(show_as(
                StatusCode::CONFLICT,
                &run_page(&house, &seat, run, problems).await?,
            ))
        }
        Err(error) => Err(error.into()),
    }
}

async fn run_page(
    house: &House,
    seat: &Seat,
    run: RunId,
    problems: Problems,
) -> Result<RunPage, Stop> {
    permit(house, seat, Action::ReadRun)
        .await?
        .must_be_for(&[Action::ReadRun]);
    let mut tx = house.read().await?;
    let sheet = runs::load_sheet(&mut tx, run).await?;
    let approvals = approvals_of(&mut tx, &sheet).await?;
    let t = seat.t();
    let line = line_of(&sheet);
    let open = matches!(line.state, RunState::Built | RunState::ApprovedOnce);
    let may_approve = open
        && seat.subject.role == access::Role::Treasurer
        && problems.is_empty()
        && sheet.order.is_some();
    let mut shell = seat.shell_at(format!("/runs/{run}"));
    (shell.has_form, shell.failed) = (may_approve, !problems.is_empty());
    Ok(RunPage {
        shell,
        order: sheet
            .budget_lines
            .iter()
            .map(|line| order_line(t, line))
            .collect(),
        statements: sheet.statements.iter().map(statement_line).collect(),
        checks: checks_of(t, &sheet),
        seen: sheet
            .order
            .as_ref()
            .map(|order| hex::encode(order.sha256))
            .unwrap_or_default(),
        approvals,
        may_approve,
        id: house.platform().ids.uuid(),
        problems,
        progress: progress_of(t, &sheet),
        returns: returns_of(t, &mut tx, run).await?,
        line,
    })
}

fn line_of(sheet: &RunSheet) -> RunLine {
    let run = &sheet.run;
    RunLine {
        run: run.id,
        month: run.month,
        reissue: run.kind == runs::Kind::Reissue,
        state: state_of(run.state),
        lines: i64::try_from(run.lines).unwrap_or(i64::MAX),
        total: run.total,
        credited: sheet
            .statements
            .iter()
            .map(|statement| statement.credited_total)
            .sum(),
        returned: sheet
            .statements
            .iter()
            .map(|statement| statement.returned_total)
            .sum(),
    }
}

fn state_of(state: runs::State) -> RunState {
    match state {
        runs::State::Building | runs::State::Built => RunState::Built,
        runs::State::ApprovedOnce => RunState::ApprovedOnce,
        runs::State::Approved | runs::State::Ordered => RunState::Approved,
        runs::State::Funded => RunState::Funded,
        runs::State::Sent => RunState::Sent,
        runs::State::Answered => RunState::Settled,
        runs::State::Closed => RunState::Closed,
    }
}

fn order_line(t: T, line: &runs::BudgetLine) -> OrderLine {
    OrderLine {
        district: district_words(t, line.district),
        programme: t.programme(&line.programme),
        amount: line.amount,
    }
}

fn statement_line(statement: &payments::statement::Statement) -> StatementLine {
    StatementLine {
        mfo: statement.mfo.to_string(),
        count: i64::try_from(statement.lines).unwrap_or(i64::MAX),
        total: statement.total,
        sha256: statement.sha256.map(hex::encode).unwrap_or_default(),
    }
}

fn checks_of(t: T, sheet: &RunSheet) -> Vec<Check> {
    let statements: Money = sheet
        .statements
        .iter()
        .map(|statement| statement.total)
        .sum();
    let lines: Money = sheet.budget_lines.iter().map(|line| line.amount).sum();
    let totals = sheet
        .order
        .as_ref()
        .map(|order| order.total == statements && order.total == lines);
    // The keys of the tables and the ledger refuse the two others before a run is built.
    let built = sheet.order.is_some().then_some(true);
    vec![
        Check {
            label: t.check_totals(),
            holds: totals,
        },
        Check {
            label: t.check_twice(),
            holds: built,
        },
        Check {
            label: t.check_budget(),
            holds: built,
        },
    ]
}

async fn approvals_of(tx: &mut Tx, sheet: &RunSheet) -> Result<Vec<Approval>, Stop> {
    let mut approvals = Vec::new();
    for event in &sheet.events {
        let approved = matches!(
            event.state,
            runs::State::ApprovedOnce | runs::State::Approved
        );
        if let (true, Some(account)) = (approved, event.actor.account) {
            let login = access::account::find_login(tx, account).await?;
            approvals.push(Approval {
                login: login.unwrap_or_else(|| account.to_string()),
                at: event.at,
            });
        }
    }
    Ok(approvals)
}

fn progress_of(t: T, sheet: &RunSheet) -> Option<Bars> {
    if sheet.run.state < runs::State::Sent {
        return None;
    }
    let sum = |of: fn(&payments::statement::Statement) -> u64| {
        let total: u64 = sheet.statements.iter().map(of).sum();
        i64::try_from(total).unwrap_or(i64::MAX)
    };
    let bar = |label: &str, value: i64| Bar {
        label: label.to_owned(),
        value,
        shown: t.count(value),
    };
    Some(Bars {
        caption: t.run_progress().to_owned(),
        head: [t.col_state().to_owned(), t.col_count().to_owned()],
        rows: vec![
            bar(t.pay_credited(), sum(|statement| statement.credited)),
            bar(t.col_returned(), sum(|statement| statement.returned)),
            bar(t.pay_waiting(), sum(payments::statement::Statement::silent)),
        ],
    })
}

async fn returns_of(t: T, tx: &mut Tx, run: RunId) -> Result<Vec<ReturnLine>, Stop> {
    let returns = runs::returns_by_reason(tx, run).await?;
    let lines = returns.into_iter().map(|(code, count, amount)| ReturnLine {
        reason: return_reason(t, &code),
        code,
        count,
        amount,
    });
    Ok(lines.collect())
}
