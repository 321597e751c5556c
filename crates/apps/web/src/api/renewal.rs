//! `POST /api/renewals/{case}/confirm`: the family says yes.

use access::{Action, Purpose};
use axum::Json;
use axum::extract::{Path, State};
use casework::renewal::{self, ConfirmRefusal};
use kernel::CaseId;
use kernel::ids::Uuid;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sent;
use crate::desk::open_case;
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

#[derive(Debug, Deserialize)]
pub struct ConfirmJson {
    id: Uuid,
}

pub async fn confirm(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
    Sent(body): Sent<ConfirmJson>,
) -> Result<Json<Value>, Stop> {
    let case = take(&house, &seat, case, body.id).await?;
    Ok(Json(json!({ "case": case.id, "number": case.number })))
}

/// Confirms for the page and for programs alike.
pub async fn take(
    house: &House,
    seat: &Seat,
    case: CaseId,
    id: Uuid,
) -> Result<casework::Case, Stop> {
    let (case, _permit) =
        open_case(house, seat, case, Action::ConfirmRenewal, Purpose::Intake).await?;
    match renewal::confirm(house.platform(), case.id, seat.subject.account, id).await {
        Ok(case) => Ok(case),
        Err(casework::Stop::Refused(ConfirmRefusal::NoCase { .. })) => Err(Stop::NotFound),
        Err(casework::Stop::Refused(refusal)) => Err(Stop::conflict_en(refusal.code(), refusal)),
        Err(casework::Stop::Fault(fault)) => Err(fault.into()),
    }
}
