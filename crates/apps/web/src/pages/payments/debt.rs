//! Debts: what persons were paid too much. The officer waives one or plans its recovery; the person
//! sees her own on the page of payments.

use access::{Action, Area, Permit, Purpose, Scope};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Day, Money, Month};
use payments::debt::{self, Change, Debt, Decide, Refusal, State as DebtState};
use payments::restatement::{self, Reason, RestatedMonth};
use uuid::Uuid;

use crate::desk::permit_naming;
use crate::form::{Field, Problems, Typed};
use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::{T, zone};
use crate::pages::{Listed, in_language, show, show_as};
use crate::shell::Shell;
use crate::stop::Stop;

/// A debt in a list, or above its months.
#[derive(Debug, Clone)]
pub struct DebtLine {
    pub id: Uuid,
    pub programme: String,
    pub reason: &'static str,
    pub amount: Money,
    pub left: Money,
    pub state: &'static str,
    pub since: Day,
}

/// A month that was paid otherwise than was due.
#[derive(Debug, Clone, Copy)]
pub struct MonthLine {
    pub month: Month,
    pub paid: Money,
    pub due: Money,
}

/// What happened to it.
#[derive(Debug, Clone)]
pub struct EventLine {
    pub on: Day,
    pub what: &'static str,
    pub amount: Money,
    pub note: String,
}

#[derive(Debug, Template)]
#[template(path = "payments/debts.html")]
pub struct DebtsPage {
    pub shell: Shell,
    pub debts: Vec<DebtLine>,
}

#[derive(Debug, Template)]
#[template(path = "payments/debt.html")]
pub struct DebtPage {
    pub shell: Shell,
    pub debt: DebtLine,
    pub months: Vec<MonthLine>,
    pub events: Vec<EventLine>,
    /// The limits, while there is something to decide.
    pub limits: Option<(u32, Money)>,
    pub typed: Typed,
    pub problems: Problems,
}

impl DebtPage {
    fn percent(&self) -> Field {
        let t = self.shell.t;
        let (most, floor) = self.limits.unwrap_or_default();
        Field::text("percent", t.debt_percent(), &self.typed, &self.problems)
            .hint(t.debt_percent_hint(most.to_string(), t.money(floor)))
    }

    fn note(&self) -> Field {
        let t = self.shell.t;
        Field::text("note", t.debt_note(), &self.typed, &self.problems).hint(t.debt_note_hint())
    }
}

pub fn line_of(t: T, debt: &Debt) -> DebtLine {
    DebtLine {
        id: debt.id,
        programme: t.programme(&debt.programme),
        reason: reason(t, debt.reason),
        amount: debt.amount,
        left: debt.left(),
        state: state(t, debt.state),
        since: debt.found_at.day(zone()),
    }
}

fn reason(t: T, reason: Reason) -> &'static str {
    match reason {
        Reason::Birth => t.debt_birth(),
        Reason::Death => t.debt_death(),
        Reason::DeathAnnulled => t.debt_death_annulled(),
        Reason::Union => t.debt_union(),
        Reason::Correction => t.debt_correction(),
        Reason::Indexation => t.debt_indexation(),
    }
}

fn state(t: T, state: DebtState) -> &'static str {
    match state {
        DebtState::Found => t.debt_found(),
        DebtState::Notified => t.debt_notified(),
        DebtState::Disputed => t.debt_disputed(),
        DebtState::Recovering => t.debt_recovering(),
        DebtState::Recovered => t.debt_recovered(),
        DebtState::Waived => t.debt_waived(),
    }
}

fn what(t: T, change: Change) -> &'static str {
    match change {
        Change::Found => t.debt_found(),
        Change::Notified => t.debt_notified(),
        Change::Disputed => t.debt_disputed(),
        Change::Planned => t.debt_recovering(),
        Change::Offset => t.debt_offset(),
        Change::Recovered => t.debt_recovered(),
        Change::Waived => t.debt_waived(),
    }
}

async fn permit(house: &House, seat: &Seat, debt: &Debt) -> Result<Permit, Stop> {
    let scope = Scope::person(debt.payee, Area::District(debt.district));
    seat.permit(house, Action::PlanRecovery, Purpose::Payment, scope)
        .await
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<Listed>,
) -> Result<Response, Stop> {
    let district = match seat.subject.territory {
        Area::Country => None,
        area => Some(area.district().unwrap_or(0)),
    };
    let mut tx = house.read().await?;
    let debts = debt::open(&mut tx, district).await?;
    drop(tx);
    let payees: Vec<_> = debts.iter().map(|debt| debt.payee).collect();
    let (action, purpose) = (Action::PlanRecovery, Purpose::Payment);
    let permit = permit_naming(&house, &seat, action, purpose, &payees).await?;
    permit.must_be_for(&[Action::PlanRecovery]);
    let t = seat.t();
    let mut shell = seat.shell_at("/debts");
    shell.done = page.done.map(|_| t.debt_decided().to_owned());
    Ok(show(&DebtsPage {
        shell,
        debts: debts.iter().map(|debt| line_of(t, debt)).collect(),
    }))
}

async fn page(
    house: &House,
    seat: &Seat,
    id: Uuid,
    typed: Typed,
    problems: Problems,
) -> Result<DebtPage, Stop> {
    let mut tx = house.read().await?;
    let found = load(&mut tx, id).await?;
    drop(tx);
    permit(house, seat, &found)
        .await?
        .must_be_for(&[Action::PlanRecovery]);
    let mut tx = house.read().await?;
    let months = restatement::of_debt(&mut tx, id).await?;
    let events = debt::events(&mut tx, id).await?;
    let limits = house.daftar.recovery_limits()?;
    let open = matches!(found.state, DebtState::Notified | DebtState::Disputed);
    let t = seat.t();
    let shell = seat
        .shell_at(format!("/debts/{id}"))
        .with_form(!problems.is_empty());
    Ok(DebtPage {
        shell,
        debt: line_of(t, &found),
        months: months.iter().map(month_line).collect(),
        events: events.iter().map(|event| event_line(t, event)).collect(),
        limits: open.then_some((limits.share_percent_max, limits.floor)),
        typed,
        problems,
    })
}

async fn load(tx: &mut store::Tx, id: Uuid) -> Result<Debt, Stop> {
    match debt::load(tx, id).await {
        Err(payments::Error::Debt(Refusal::Unknown { .. })) => Err(Stop::NotFound),
        other => Ok(other?),
    }
}

fn month_line(month: &RestatedMonth) -> MonthLine {
    MonthLine {
        month: month.month,
        paid: month.paid,
        due: month.due,
    }
}

fn event_line(t: T, event: &debt::DebtEvent) -> EventLine {
    EventLine {
        on: event.at.day(zone()),
        what: what(t, event.change),
        amount: event.amount,
        note: event.note.clone(),
    }
}

pub async fn form(
    State(house): State<House>,
    seat: Seat,
    Path(id): Path<Uuid>,
) -> Result<Response, Stop> {
    let page = page(&house, &seat, id, Typed::default(), Problems::none()).await?;
    Ok(show(&page))
}

pub async fn decide(
    State(house): State<House>,
    seat: Seat,
    Path(id): Path<Uuid>,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let seat = seat.in_language(lang);
        let page = page(&house, &seat, id, typed, Problems::none()).await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let found = load(&mut house.read().await?, id).await?;
    let permit = permit(&house, &seat, &found).await?;
    let command = Decide {
        debt: id,
        note: typed.get("note").to_owned(),
        by: seat.subject.account,
    };
    let done = match typed.get("decision") {
        "waive" => waive(&house, &command).await,
        _ => recover(&house, &permit, &command, typed.get("percent")).await,
    };
    let problems = match done {
        Ok(()) => return Ok(Redirect::to("/debts?done=1").into_response()),
        Err(Wrong::Stop(stop)) => return Err(stop),
        Err(Wrong::Refused(refusal)) => problems_of(seat.t(), &refusal),
    };
    let page = page(&house, &seat, id, typed, problems).await?;
    Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

/// Why a decision was not taken.
enum Wrong {
    Refused(Refusal),
    Stop(Stop),
}

impl From<app::Error> for Wrong {
    fn from(error: app::Error) -> Wrong {
        match error {
            app::Error::Payments(payments::Error::Debt(refusal)) => Wrong::Refused(refusal),
            other => Wrong::Stop(other.into()),
        }
    }
}

async fn waive(house: &House, command: &Decide) -> Result<(), Wrong> {
    let platform = house.platform();
    let waived = async {
        let mut tx = platform.db.begin().await?;
        debt::waive(&mut tx, &platform.ids, command).await?;
        Ok::<_, payments::Error>(tx.commit().await?)
    };
    Ok(waived.await.map_err(app::Error::from)?)
}

async fn recover(
    house: &House,
    permit: &Permit,
    command: &Decide,
    percent: &str,
) -> Result<(), Wrong> {
    let percent = percent.trim_end_matches('%').trim().parse().unwrap_or(0);
    house.daftar.recover(permit, command, percent).await?;
    Ok(())
}

fn problems_of(t: T, refusal: &Refusal) -> Problems {
    let (field, words) = match refusal {
        Refusal::NoNote => ("note", t.debt_note_wrong()),
        Refusal::Share { .. } => ("percent", t.debt_percent_wrong()),
        Refusal::BelowFloor { .. } => ("percent", t.debt_below_floor()),
        Refusal::NothingToTakeFrom { .. } => ("percent", t.debt_nothing_paid()),
        Refusal::AnotherPlan { .. } => ("percent", t.debt_another_plan()),
        Refusal::WrongState { .. } | Refusal::Unknown { .. } => ("", t.debt_decided_before()),
    };
    Problems::one(field, words)
}
