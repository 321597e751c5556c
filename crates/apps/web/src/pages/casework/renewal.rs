//! A renewal that the system prepared and the family only confirms.

use access::{Action, Purpose};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::api;
use crate::desk::open_case;
use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::pages::{in_language, show};
use crate::stop::Stop;
use askama::Template;
use kernel::CaseId;
use uuid::Uuid;

use crate::form::Problems;
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "casework/renewal.html")]
pub struct RenewalPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub id: Uuid,
    pub problems: Problems,
}

pub async fn form(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
) -> Result<Response, Stop> {
    Ok(show(&page(&house, &seat, case).await?))
}

async fn page(house: &House, seat: &Seat, case: CaseId) -> Result<RenewalPage, Stop> {
    let (case, permit) =
        open_case(house, seat, case, Action::ConfirmRenewal, Purpose::Intake).await?;
    permit.must_be_for(&[Action::ConfirmRenewal]);
    let shell = seat
        .shell_at(format!("/renewals/{}", case.id))
        .with_form(false);
    let id = house.platform().ids.uuid();
    Ok(RenewalPage {
        shell,
        case: case.id,
        number: case.number,
        id,
        problems: Problems::none(),
    })
}

pub async fn confirm(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let page = page(&house, &seat.in_language(lang), case).await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let case = api::renewal::take(&house, &seat, case, typed.id()?).await?;
    let home = match seat.subject.role {
        access::Role::Citizen => format!("/my/applications/{}", case.id),
        _ => format!("/applications/{}/lodged", case.id),
    };
    Ok(Redirect::to(&home).into_response())
}
