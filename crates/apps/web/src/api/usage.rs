//! `GET /gs/digital-registries/data/myPersonalDataUsage`: who looked, in the shape of GovStack's
//! Digital Registries 1.3.0 (`PersonalDataUsage`).
//!
//! Where we differ, and why: a reader is named by role and office, not by a person's number and
//! initials, which are the officer's own personal data; `refrences` (the standard's spelling)
//! holds the case, and of a partner's look what it said of its own. What the standard has no field for,
//! and the law wants told, stands beside under `x-daftar`: what was done, what for, under which law, on
//! which consent, and the partner's own words; the standard closes its object to nothing. The user is whoever holds the token, and `userId` must be that person's number:
//! a caller does not read the log of another by knowing a number.

use access::log::Look;
use access::{Action, Purpose, Scope};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use exchange::asked::Asked;
use kernel::lang::Lang;
use kernel::{Instant, Pinfl};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::look;
use crate::guest::Seat;
use crate::house::House;
use crate::seen::{self, Behind};
use crate::stop::Stop;

/// The one database that there is, as `databaseId` names it.
pub const DATABASE: &str = "DAFTAR";
/// `INSTANCE/CLASS/MEMBER/SUBSYSTEM` of the caller; required by the standard.
const CLIENT: &str = "information-mediator-client";

#[derive(Debug, Deserialize)]
pub struct UsageQuery {
    #[serde(rename = "userId")]
    user_id: String,
    #[serde(rename = "databaseId")]
    database_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageJson {
    id: String,
    reader_id: String,
    reader_institution_id: String,
    reader_institution_name: String,
    reader_application_name: String,
    search_date_time: Instant,
    refrences: Vec<ReferenceJson>,
    #[serde(rename = "x-daftar")]
    why: WhyJson,
}

/// What the standard has no field for. Words for people are in the language that the caller reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhyJson {
    action: &'static str,
    purpose: String,
    purpose_text: String,
    law: String,
    /// The consent that a question to an agency rested on.
    consent: Option<String>,
    errand: Value,
}

#[derive(Debug, Serialize)]
pub struct ReferenceJson {
    #[serde(rename = "ReferenceID")]
    id: String,
}

pub async fn mine(
    State(house): State<House>,
    seat: Seat,
    headers: HeaderMap,
    Query(query): Query<UsageQuery>,
) -> Result<Json<Vec<UsageJson>>, Stop> {
    if !headers
        .get(CLIENT)
        .is_some_and(|client| is_client(client.as_bytes()))
    {
        let wrong = "the header Information-Mediator-Client is INSTANCE/CLASS/MEMBER/SUBSYSTEM";
        return Err(Stop::bad("Information-Mediator-Client", wrong));
    }
    if query.database_id != DATABASE {
        return Err(Stop::bad(
            "databaseId",
            format!("the one database is {DATABASE}"),
        ));
    }
    let user =
        Pinfl::parse(&query.user_id).map_err(|wrong| Stop::bad("userId", wrong.to_string()))?;
    must_be_own(&house, &seat, user).await?;
    // The standard knows no pages: the newest.
    let seen = seen::of(&house, &seat, &Behind::default()).await?;
    let looks = seen.looks.page.iter().chain(&seen.at_everybody.page);
    let looks = looks.map(|look| of_look(look, seat.lang()));
    let mut usage: Vec<UsageJson> = looks
        .chain(
            seen.questions
                .iter()
                .map(|asked| of_question(asked, seat.lang())),
        )
        .collect();
    usage.sort_by_key(|one| std::cmp::Reverse(one.search_date_time));
    Ok(Json(usage))
}

fn is_client(header: &[u8]) -> bool {
    let parts: Vec<&[u8]> = header.split(|byte| *byte == b'/').collect();
    parts.len() == 4 && parts.iter().all(|part| !part.is_empty())
}

async fn must_be_own(house: &House, seat: &Seat, user: Pinfl) -> Result<(), Stop> {
    let (scope, why) = (Scope::own(&seat.subject), Purpose::OwnInformation);
    let permit = seat
        .permit(house, Action::ReadAccessLog, why, scope)
        .await?;
    let mut tx = house.read().await?;
    let found = registry::person::find_by_pinfl(&mut tx, &permit, user).await?;
    match found {
        Some(person) if Some(person) == permit.person() => Ok(()),
        // As for a number that nobody has: it is told to no one who is registered.
        _ => Err(Stop::NotFound),
    }
}

fn of_look(look: &Look, lang: Lang) -> UsageJson {
    UsageJson {
        id: look.entry.to_string(),
        reader_id: look.role.name().to_owned(),
        reader_institution_id: look.office.clone(),
        reader_institution_name: look.office.clone(),
        reader_application_name: "Daftar".to_owned(),
        search_date_time: look.at,
        refrences: references(look),
        why: WhyJson {
            action: look.action.name(),
            purpose: look.purpose.name().to_owned(),
            purpose_text: look.purpose.label().get(lang).into_owned(),
            law: look.purpose.law().get(lang).into_owned(),
            consent: None,
            errand: look::errand(&look.errand),
        },
    }
}

/// Our case, and the case of the partner that looked.
fn references(look: &Look) -> Vec<ReferenceJson> {
    let ours = look.case.map(|case| case.to_string());
    let theirs = look.errand.issue.clone();
    let ids = ours.into_iter().chain(theirs);
    ids.map(|id| ReferenceJson { id }).collect()
}

/// By a question the agency learnt of the person.
fn of_question(asked: &Asked, lang: Lang) -> UsageJson {
    let agency = asked.agency.name();
    UsageJson {
        id: asked.id.to_string(),
        reader_id: agency.to_owned(),
        reader_institution_id: agency.to_owned(),
        reader_institution_name: asked.agency.label().get(lang).into_owned(),
        reader_application_name: agency.to_owned(),
        search_date_time: asked.at,
        refrences: Vec::new(),
        why: WhyJson {
            action: "ask_agency",
            purpose: asked.purpose.clone(),
            purpose_text: Purpose::Assessment.label().get(lang).into_owned(),
            law: asked.legal_basis.clone(),
            consent: asked.consent.clone(),
            errand: Value::Null,
        },
    }
}
