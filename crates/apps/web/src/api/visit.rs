//! `GET /api/visits`, `POST /api/visits/{case}`: the home questionnaire.

use access::{Action, Purpose};
use axum::Json;
use axum::extract::{Path, Query, State};
use casework::case::{self, WaitFor};
use casework::step::{self, StepRefusal, StepStop, Visit};
use kernel::ids::Uuid;
use kernel::{CaseId, Instant};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{PAGE_MAX, Page, Sent, day, sum};
use crate::desk::{open_case, queue_of, reach_of};
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

#[derive(Debug, Serialize)]
pub struct DueJson {
    case: CaseId,
    number: String,
    pinfl: Option<String>,
    mahalla: u32,
    since: Instant,
    deadline: Option<Instant>,
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Stop> {
    Ok(Json(
        json!({ "visits": due(&house, &seat, WaitFor::Visit, &page).await? }),
    ))
}

/// Cases of the account's territory that wait for `who`.
pub(super) async fn due(
    house: &House,
    seat: &Seat,
    who: WaitFor,
    page: &Page,
) -> Result<Vec<DueJson>, Stop> {
    let scope = reach_of(&seat.subject);
    let permit = seat
        .permit(house, Action::ReadWaitingCases, Purpose::Visit, scope)
        .await?;
    let queue = queue_of(
        seat.subject.territory,
        Some(who),
        page.after,
        page.limit.clamp(1, PAGE_MAX),
    );
    let mut tx = house.read().await?;
    let cases = case::queue(&mut tx, queue).await?;
    let applicants: Vec<_> = cases.iter().map(|case| case.applicant).collect();
    let pinfls = registry::person::pinfls_of(&mut tx, &permit, &applicants).await?;
    let due = cases.into_iter().filter_map(|case| {
        let wait = case.wait?;
        let pinfl = pinfls.get(&case.applicant).map(ToString::to_string);
        Some(DueJson {
            case: case.id,
            number: case.number,
            pinfl,
            mahalla: case.mahalla,
            since: wait.since,
            deadline: wait.deadline,
        })
    });
    Ok(due.collect())
}

#[derive(Debug, Deserialize)]
pub struct VisitJson {
    id: Uuid,
    at_home: bool,
    confirmed: bool,
    informal_income_minor: i64,
    visited_on: String,
}

pub async fn record(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
    Sent(body): Sent<VisitJson>,
) -> Result<Json<Value>, Stop> {
    let visit = Visit {
        id: body.id,
        at_home: body.at_home,
        confirmed: body.confirmed,
        informal_income: sum("informal_income_minor", body.informal_income_minor)?,
        visited_on: day("visited_on", &body.visited_on)?,
    };
    let case = take(&house, &seat, case, &visit).await?;
    Ok(Json(json!({ "case": case.id, "number": case.number })))
}

/// Records the visit for the page and for programs alike.
pub async fn take(
    house: &House,
    seat: &Seat,
    case: CaseId,
    visit: &Visit,
) -> Result<casework::Case, Stop> {
    let (case, permit) = open_case(house, seat, case, Action::RecordVisit, Purpose::Visit).await?;
    let account = seat.subject.account;
    step::record_visit(
        house.platform(),
        house.zone(),
        &permit,
        case.id,
        account,
        visit,
    )
    .await
    .map_err(step_stop)
}

pub(super) fn step_stop(stop: StepStop) -> Stop {
    match stop {
        StepStop::Refused(StepRefusal::NoCase { .. }) => Stop::NotFound,
        StepStop::Refused(refusal) => Stop::conflict_en(refusal.code(), refusal),
        StepStop::Fault(fault) => fault.into(),
    }
}
