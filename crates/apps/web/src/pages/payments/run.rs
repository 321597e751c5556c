//! The treasury's pages: runs, and one run with order and statements side by
//! side, its checks, its states, and the approval by two persons.

use access::{Action, Permit, Purpose, Scope};
use app::statement::Approval;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use payments::run::{self as runs, BuildRun};

use super::run_sheet::{
    checks_of, differences_of, line_of, order_line, progress_of, returns_of, statement_line,
};

use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
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
    /// Who must act next; nobody when the run is closed.
    pub waits: Option<Waits>,
}

/// Who must act next on a run, and until when.
#[derive(Debug)]
pub struct Waits {
    pub owner: &'static str,
    pub until: Instant,
    pub late: bool,
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
    pub run: RunId,
    pub mfo: String,
    pub count: i64,
    pub total: Money,
    pub sha256: String,
}

impl StatementLine {
    /// Where its document for people is.
    fn paper(&self, format: &str) -> String {
        format!("/runs/{}/statements/{}.{format}", self.run, self.mfo)
    }
}

#[derive(Debug)]
pub struct Check {
    pub label: &'static str,
    /// None while it cannot be said yet.
    pub holds: Option<bool>,
}

/// What a treasurer looks at before approving. Persons are counted here, never named.
#[derive(Debug)]
pub struct Differences {
    /// The month of the run that it is held against.
    pub before: Option<Month>,
    pub findings: Vec<FindingLine>,
}

#[derive(Debug)]
pub struct FindingLine {
    pub what: &'static str,
    pub count: i64,
    pub amount: Money,
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
    /// Of a run that waits for an approval.
    pub differences: Option<Differences>,
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
    let scope = Scope::area(seat.subject.territory);
    seat.permit(house, action, Purpose::Payment, scope).await
}

/// For one run: whoever is paid by it finds the look by the run's own rows.
pub(super) async fn permit_of(
    house: &House,
    seat: &Seat,
    action: Action,
    run: RunId,
) -> Result<Permit, Stop> {
    let scope = Scope::run(run, seat.subject.territory);
    seat.permit(house, action, Purpose::Payment, scope).await
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
        let sheet = runs::load_sheet(&mut tx, run.id).await?;
        lines.push(line_of(seat.t(), &sheet, house.platform().clock.now()));
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
    let id = RunId(typed.id()?);
    let permit = permit_of(&house, &seat, Action::BuildRun, id).await?;
    let command = BuildRun { id, month, kind };
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
    let permit = permit_of(&house, &seat, Action::ApproveRun, run).await?;
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
    let permit = permit_of(house, seat, Action::ReadRun, run).await?;
    let mut tx = house.read().await?;
    let sheet = runs::load_sheet(&mut tx, run).await?;
    let approvals = app::statement::approvals(&mut tx, &sheet.events).await?;
    let t = seat.t();
    let line = line_of(t, &sheet, house.platform().clock.now());
    let open = matches!(line.state, RunState::Built | RunState::ApprovedOnce);
    let differences = match open && sheet.order.is_some() {
        true => Some(differences_of(
            t,
            &app::run_check::check(&mut tx, &permit, run).await?,
        )),
        false => None,
    };
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
        differences,
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
