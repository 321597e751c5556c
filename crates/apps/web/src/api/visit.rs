//! `GET /api/visits`, `POST /api/visits/{case}`: the home questionnaire.

use std::collections::HashMap;

use access::{Action, Permit, Purpose};
use axum::Json;
use axum::extract::{Path, Query, State};
use casework::Case;
use casework::case::{self, WaitFor};
use casework::step::{self, Exemption, StepRefusal, StepStop, Visit, WorkAnswer};
use kernel::ids::Uuid;
use kernel::{CaseId, Instant, PersonId, Pinfl};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{PAGE_MAX, Page, Sent, day, sum};
use crate::desk::{open_case, permit_naming, queue_of};
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

#[derive(Debug, Serialize)]
pub struct DueJson {
    case: CaseId,
    number: String,
    pinfl: Option<String>,
    /// Of whom a visit asks what excuses from work.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asked: Vec<String>,
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
    let queue = queue_of(
        seat.subject.territory,
        Some(who),
        page.after,
        page.limit.clamp(1, PAGE_MAX),
    );
    let mut tx = house.read().await?;
    let cases = case::queue(&mut tx, queue).await?;
    let mut asked: HashMap<CaseId, Vec<PersonId>> = HashMap::new();
    for case in cases.iter().filter(|_| who == WaitFor::Visit) {
        asked.insert(case.id, step::asked_of(&house.daftar.shelf, case)?);
    }
    let applicants = cases.iter().map(|case| case.applicant);
    let persons: Vec<PersonId> = applicants
        .chain(asked.values().flatten().copied())
        .collect();
    drop(tx);
    let (action, purpose) = (Action::ReadWaitingCases, Purpose::Visit);
    let permit = permit_naming(house, seat, action, purpose, &persons).await?;
    let mut tx = house.read().await?;
    let pinfls = registry::person::pinfls_of(&mut tx, &permit, &persons).await?;
    let pinfl = |person: &PersonId| pinfls.get(person).map(ToString::to_string);
    let due = cases.into_iter().filter_map(|case| {
        let wait = case.wait?;
        let asked = asked.remove(&case.id).unwrap_or_default();
        Some(DueJson {
            case: case.id,
            number: case.number,
            pinfl: pinfl(&case.applicant),
            asked: asked.iter().filter_map(pinfl).collect(),
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
    /// An adult who is left out was not asked.
    #[serde(default)]
    work: Vec<WorkJson>,
}

#[derive(Debug, Deserialize)]
pub struct WorkJson {
    pinfl: String,
    /// `null`: there is none.
    exemption: Option<ExemptionJson>,
}

#[derive(Debug, Deserialize)]
pub struct ExemptionJson {
    reason: String,
    since: String,
    until: Option<String>,
}

impl ExemptionJson {
    fn read(&self) -> Result<Exemption, Stop> {
        let reason = self.reason.parse();
        let until = self.until.as_deref().map(|text| day("work", text));
        Ok(Exemption {
            reason: reason
                .map_err(|wrong: case::UnknownWord| Stop::bad("work", wrong.to_string()))?,
            since: day("work", &self.since)?,
            until: until.transpose()?,
        })
    }
}

pub async fn record(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
    Sent(body): Sent<VisitJson>,
) -> Result<Json<Value>, Stop> {
    let (case, permit) =
        open_case(&house, &seat, case, Action::RecordVisit, Purpose::Visit).await?;
    let visit = Visit {
        id: body.id,
        at_home: body.at_home,
        confirmed: body.confirmed,
        informal_income: sum("informal_income_minor", body.informal_income_minor)?,
        work: work(&house, &permit, &case, &body.work).await?,
        visited_on: day("visited_on", &body.visited_on)?,
    };
    let case = take(&house, &seat, &permit, case.id, &visit).await?;
    Ok(Json(json!({ "case": case.id, "number": case.number })))
}

/// Answers by the numbers of the persons: those of whom the visit of this case asks.
async fn work(
    house: &House,
    permit: &Permit,
    case: &Case,
    sent: &[WorkJson],
) -> Result<Vec<WorkAnswer>, Stop> {
    let asked = step::asked_of(&house.daftar.shelf, case)?;
    let mut tx = house.read().await?;
    let pinfls = registry::person::pinfls_of(&mut tx, permit, &asked).await?;
    let answer = |sent: &WorkJson| {
        let pinfl = Pinfl::parse(&sent.pinfl).map_err(|e| Stop::bad("work", e.to_string()))?;
        let person = asked.iter().find(|one| pinfls.get(one) == Some(&pinfl));
        let stranger = || Stop::bad("work", format!("{pinfl} is nobody whom this visit asks"));
        let exemption = sent.exemption.as_ref().map(ExemptionJson::read);
        Ok(WorkAnswer {
            person: *person.ok_or_else(stranger)?,
            exemption: exemption.transpose()?,
        })
    };
    sent.iter().map(answer).collect()
}

/// Records the visit for the page and for programs alike.
pub async fn take(
    house: &House,
    seat: &Seat,
    permit: &Permit,
    case: CaseId,
    visit: &Visit,
) -> Result<Case, Stop> {
    let account = seat.subject.account;
    step::record_visit(house.platform(), house.zone(), permit, case, account, visit)
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
