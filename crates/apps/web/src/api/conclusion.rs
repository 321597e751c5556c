//! `GET /api/conclusions`, `POST /api/conclusions/{case}`: the Mahalla Seven.

use access::{Action, Purpose};
use axum::Json;
use axum::extract::{Path, Query, State};
use casework::case::WaitFor;
use casework::step::{self, Conclusion};
use kernel::CaseId;
use kernel::ids::Uuid;
use serde::Deserialize;
use serde_json::{Value, json};

use super::visit::{due, step_stop};
use super::{Page, Sent, day, sum};
use crate::desk::open_case;
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Stop> {
    Ok(Json(
        json!({ "conclusions": due(&house, &seat, WaitFor::Seven, &page).await? }),
    ))
}

#[derive(Debug, Deserialize)]
pub struct ConclusionJson {
    id: Uuid,
    informal_income_minor: i64,
    difficult_situation: bool,
    concluded_on: String,
}

pub async fn record(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
    Sent(body): Sent<ConclusionJson>,
) -> Result<Json<Value>, Stop> {
    let conclusion = Conclusion {
        id: body.id,
        informal_income: sum("informal_income_minor", body.informal_income_minor)?,
        difficult_situation: body.difficult_situation,
        concluded_on: day("concluded_on", &body.concluded_on)?,
    };
    let case = take(&house, &seat, case, &conclusion).await?;
    Ok(Json(json!({ "case": case.id, "number": case.number })))
}

/// Records the conclusion for the page and for programs alike.
pub async fn take(
    house: &House,
    seat: &Seat,
    case: CaseId,
    conclusion: &Conclusion,
) -> Result<casework::Case, Stop> {
    let (case, permit) =
        open_case(house, seat, case, Action::RecordConclusion, Purpose::Visit).await?;
    let account = seat.subject.account;
    step::record_conclusion(
        house.platform(),
        house.zone(),
        &permit,
        case.id,
        account,
        conclusion,
    )
    .await
    .map_err(step_stop)
}
