//! `POST /api/applications`: a person's number and consents; the language of letters, if said.

use access::{Action, Permit, Purpose, Role, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use casework::application::{self, Lodged, NewApplication, Refusal};
use kernel::ids::{ApplicationId, Uuid};
use kernel::lang::{Lang, Text3};
use kernel::{CaseId, Instant, Pinfl};
use serde::{Deserialize, Serialize};

use super::{Sent, pinfl};
use crate::desk::reach_of;
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::T;
use crate::stop::{Stop, unknown_person};

#[derive(Debug, Deserialize)]
pub struct ApplicationJson {
    id: Uuid,
    pinfl: String,
    consent: bool,
    #[serde(default)]
    bank_consent: bool,
    #[serde(default)]
    lang: Option<Lang>,
}

#[derive(Debug, Serialize)]
pub struct LodgedJson {
    case: CaseId,
    number: String,
    received_at: Instant,
    regime: String,
}

pub async fn lodge(
    State(house): State<House>,
    seat: Seat,
    Sent(body): Sent<ApplicationJson>,
) -> Result<(StatusCode, Json<LodgedJson>), Stop> {
    let new = NewApplication {
        id: ApplicationId(body.id),
        pinfl: pinfl("pinfl", &body.pinfl)?,
        consent: body.consent,
        bank_consent: body.bank_consent,
        lang: body.lang,
        lodged_by: seat.subject.account,
    };
    let lodged = take(&house, &seat, &new)
        .await?
        .map_err(|refusal| stop_of(&refusal))?;
    let Lodged {
        case,
        number,
        received_at,
        regime,
        ..
    } = lodged;
    Ok((
        StatusCode::CREATED,
        Json(LodgedJson {
            case,
            number,
            received_at,
            regime,
        }),
    ))
}

/// Takes the application for the page and for programs alike.
pub async fn take(
    house: &House,
    seat: &Seat,
    new: &NewApplication,
) -> Result<Result<Lodged, Refusal>, Stop> {
    let permit = seat
        .permit(
            house,
            Action::LodgeApplication,
            Purpose::Intake,
            reach_of(&seat.subject),
        )
        .await?;
    if seat.subject.role == Role::Citizen {
        refuse_for_another(house, &permit, new.pinfl).await?;
    }
    match application::lodge(house.platform(), house.shelf(), &permit, new).await {
        Ok(lodged) => {
            // Now that it is known whom it concerns, that person's log says so.
            let scope = Scope::case(lodged.case, lodged.applicant, seat.subject.territory);
            let _logged = seat
                .permit(house, Action::LodgeApplication, Purpose::Intake, scope)
                .await?;
            house.daftar.wake_worker();
            Ok(Ok(lodged))
        }
        Err(casework::Stop::Refused(refusal)) => {
            if let Refusal::LivesElsewhere { applicant, home } = refusal {
                // The log of that person says who tried, and that it was refused.
                let scope = Scope::person(applicant, home);
                let denied = seat
                    .permit(house, Action::LodgeApplication, Purpose::Intake, scope)
                    .await;
                assert!(denied.is_err(), "casework and access disagree on {home}");
            }
            Ok(Err(refusal))
        }
        Err(casework::Stop::Fault(fault)) => Err(fault.into()),
    }
}

/// A citizen lodges in the own name only.
async fn refuse_for_another(house: &House, permit: &Permit, pinfl: Pinfl) -> Result<(), Stop> {
    let mut tx = house.read().await?;
    let found = registry::person::find_by_pinfl(&mut tx, permit, pinfl).await?;
    match found {
        Some(person) if Some(person) == permit.person() => Ok(()),
        _ => Err(Stop::ForbiddenArea),
    }
}

fn stop_of(refusal: &Refusal) -> Stop {
    match refusal {
        Refusal::UnknownPerson => unknown_person(),
        Refusal::NoConsent => Stop::bad("consent", refusal.to_string()),
        Refusal::LivesElsewhere { .. } => Stop::Refused {
            status: StatusCode::FORBIDDEN,
            code: refusal.code(),
            why: lives_elsewhere(),
        },
        other => Stop::conflict(other.code(), Text3::same(other.to_string())),
    }
}

/// To whom the person has to go instead, and not where that is: the person knows.
fn lives_elsewhere() -> Text3 {
    let [uz, ru, en] =
        [Lang::UzLatn, Lang::Ru, Lang::En].map(|lang| T::new(lang).lives_elsewhere());
    Text3::fixed(uz, ru, en)
}
