//! The mahalla worker's pages: take an application, hand over its number, follow.

use std::collections::HashMap;

use access::{Action, Permit, Purpose, Role};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::Case;
use casework::application::{NewApplication, Refusal};
use kernel::PersonId;
use kernel::ids::ApplicationId;
use store::Tx;

use crate::api;
use crate::desk::{answer_by, next_of, open_case, permit_naming, status_of};
use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::zone;
use crate::pages::{in_language, show, show_as};
use crate::stop::Stop;
use askama::Template;
use kernel::pinfl::{Pinfl, PinflError};
use kernel::{CaseId, Day, Lang};
use uuid::Uuid;

use super::CaseLine;
use crate::form::{Choice, Field, Problems, Typed};
use crate::i18n::T;
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "casework/lodge.html")]
pub struct LodgePage {
    pub shell: Shell,
    /// Made when the form was shown: sending it twice lodges once.
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
    /// A worker asks the person for the language; a citizen writes in it already.
    pub asks_language: bool,
}

/// A form without mistakes.
#[derive(Debug)]
pub struct LodgeForm {
    pub pinfl: Pinfl,
    pub bank_consent: bool,
    pub lang: Option<Lang>,
}

impl LodgePage {
    fn pinfl(&self) -> Field {
        let t = self.shell.t;
        Field::text("pinfl", t.lodge_pinfl(), &self.typed, &self.problems)
            .hint(t.lodge_pinfl_hint())
            .digits()
    }

    fn language(&self) -> Choice {
        let t = self.shell.t;
        let options = Lang::ALL.map(|lang| (lang.tag().to_owned(), t.language(lang).to_owned()));
        let (typed, problems) = (&self.typed, &self.problems);
        Choice::new("lang", t.lodge_language(), options, typed, problems)
    }

    pub fn read(t: T, typed: &Typed) -> Result<LodgeForm, Problems> {
        let mut problems = Problems::none();
        let pinfl = read_pinfl(t, typed, "pinfl", &mut problems);
        if !typed.ticked("consent") {
            problems.add("consent", t.consent_missing());
        }
        if !typed.ticked("bank_consent") {
            problems.add("bank_consent", t.bank_consent_missing());
        }
        match pinfl {
            Some(pinfl) if problems.is_empty() => Ok(LodgeForm {
                pinfl,
                bank_consent: true,
                lang: Lang::from_tag(typed.get("lang")),
            }),
            _ => Err(problems),
        }
    }
}

/// A PINFL in any grouping; the problem says what to type instead.
pub fn read_pinfl(
    t: T,
    typed: &Typed,
    field: &'static str,
    problems: &mut Problems,
) -> Option<Pinfl> {
    let text = typed.get(field);
    if text.is_empty() {
        problems.add(field, t.pinfl_empty());
        return None;
    }
    match Pinfl::parse_typed(text) {
        Ok(pinfl) => Some(pinfl),
        Err(wrong) => {
            problems.add(field, pinfl_problem(t, &wrong));
            None
        }
    }
}

pub fn pinfl_problem(t: T, wrong: &PinflError) -> String {
    match wrong {
        PinflError::Length { found } => t.pinfl_length(found),
        PinflError::NotDigit { .. } => t.pinfl_digits().to_owned(),
        PinflError::Century { .. } | PinflError::Date { .. } | PinflError::CheckDigit { .. } => {
            t.pinfl_check().to_owned()
        }
    }
}

/// The confirmation: number, what comes next and when. Prints on one page.
#[derive(Debug, Template)]
#[template(path = "casework/lodged.html")]
pub struct LodgedPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub lodged_on: Day,
    pub visit_by: Option<Day>,
    pub answer_by: Day,
    pub regime: String,
}

#[derive(Debug, Template)]
#[template(path = "casework/follow.html")]
pub struct FollowPage {
    pub shell: Shell,
    pub lines: Vec<CaseLine>,
    /// The address of the next page, when there is one.
    pub more: Option<String>,
}

/// Lines of one page of a list.
pub const LINES_MAX: u32 = 50;

fn lodge_page(house: &House, seat: &Seat, typed: Typed, problems: Problems) -> LodgePage {
    let shell = seat
        .shell_at("/applications/new")
        .with_form(!problems.is_empty());
    // A form that came back keeps its id.
    let id = typed.id().unwrap_or_else(|_| house.platform().ids.uuid());
    LodgePage {
        shell,
        id,
        typed,
        problems,
        asks_language: seat.subject.role != Role::Citizen,
    }
}

pub async fn form(State(house): State<House>, seat: Seat) -> Response {
    show(&lodge_page(
        &house,
        &seat,
        Typed::default(),
        Problems::none(),
    ))
}

pub async fn lodge(
    State(house): State<House>,
    seat: Seat,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let page = lodge_page(&house, &seat.in_language(lang), typed, Problems::none());
        return Ok(in_language(lang, &house, show(&page)));
    }
    let form = match LodgePage::read(seat.t(), &typed) {
        Ok(form) => form,
        Err(problems) => return Ok(again(&house, &seat, typed, problems)),
    };
    let new = NewApplication {
        id: ApplicationId(typed.id()?),
        pinfl: form.pinfl,
        consent: true,
        bank_consent: form.bank_consent,
        lang: match seat.subject.role {
            Role::Citizen => Some(seat.lang()),
            _ => form.lang,
        },
        lodged_by: seat.subject.account,
    };
    match api::application::take(&house, &seat, &new).await? {
        Err(refusal) => {
            let problems = Problems::one("pinfl", refusal_words(seat.t(), &refusal));
            Ok(again(&house, &seat, typed, problems))
        }
        Ok(lodged) if seat.subject.role == Role::Citizen => {
            Ok(Redirect::to(&format!("/my/applications/{}", lodged.case)).into_response())
        }
        Ok(lodged) => {
            Ok(Redirect::to(&format!("/applications/{}/lodged", lodged.case)).into_response())
        }
    }
}

fn again(house: &House, seat: &Seat, typed: Typed, problems: Problems) -> Response {
    show_as(
        StatusCode::UNPROCESSABLE_ENTITY,
        &lodge_page(house, seat, typed, problems),
    )
}

fn refusal_words(t: T, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoConsent => t.consent_missing().to_owned(),
        Refusal::UnknownPerson => t.person_unknown().to_owned(),
        Refusal::LivesElsewhere { .. } => t.lives_elsewhere().to_owned(),
        Refusal::PersonDead => t.person_dead().to_owned(),
        Refusal::NoFamily => t.person_no_family().to_owned(),
        Refusal::AlreadyThisMonth { number, .. } => format!("{} {number}", t.already_this_month()),
        Refusal::AlreadyAwarded { last_month, number } => {
            t.already_awarded(number, t.month(last_month))
        }
        _ => t.lodge_refused().to_owned(),
    }
}

pub async fn lodged(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
) -> Result<Response, Stop> {
    let (case, permit) = open_case(
        &house,
        &seat,
        case,
        Action::FollowApplications,
        Purpose::Intake,
    )
    .await?;
    permit.must_be_for(&[Action::FollowApplications]);
    let visit = house
        .shelf()
        .regime(&case.regime)
        .is_ok_and(|pack| !pack.steps().is_empty());
    let page = LodgedPage {
        shell: seat.shell(),
        case: case.id,
        number: case.number.clone(),
        lodged_on: case.lodged_at.day(zone()),
        // Three working days, Saturdays and Sundays apart.
        visit_by: visit.then(|| case.applied_on.plus_working_days(3, |_| false)),
        answer_by: answer_by(&case),
        regime: case.regime,
    };
    Ok(show(&page))
}

#[derive(Debug, serde::Deserialize)]
pub struct After {
    after: Option<CaseId>,
}

pub async fn follow(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<After>,
) -> Result<Response, Stop> {
    let mut tx = house.read().await?;
    let area = crate::desk::queue_of(seat.subject.territory, None, None, LINES_MAX);
    let cases = casework::case::of_area(
        &mut tx,
        (area.district, area.mahalla),
        page.after,
        LINES_MAX,
    )
    .await?;
    let more = (cases.len() == LINES_MAX as usize)
        .then(|| cases.last())
        .flatten();
    let more = more.map(|case| format!("/applications?after={}", case.id));
    drop(tx);
    let applicants: Vec<_> = cases.iter().map(|case| case.applicant).collect();
    let (action, purpose) = (Action::FollowApplications, Purpose::Intake);
    let permit = permit_naming(&house, &seat, action, purpose, &applicants).await?;
    let mut tx = house.read().await?;
    let lines = lines_of(&mut tx, &permit, seat.t(), &cases).await?;
    Ok(show(&FollowPage {
        shell: seat.shell(),
        lines,
        more,
    }))
}

/// Lines of a list, with names.
pub async fn lines_of(
    tx: &mut Tx,
    permit: &Permit,
    t: T,
    cases: &[Case],
) -> Result<Vec<CaseLine>, Stop> {
    let applicants: Vec<_> = cases.iter().map(|case| case.applicant).collect();
    let names = names_of(tx, permit, &applicants).await?;
    let line = |case: &Case| CaseLine {
        case: case.id,
        number: case.number.clone(),
        name: names.get(&case.applicant).cloned().unwrap_or_default(),
        lodged_on: case.lodged_at.day(zone()),
        status: status_of(case),
        next: next_of(case, t),
    };
    Ok(cases.iter().map(line).collect())
}

pub async fn names_of(
    tx: &mut Tx,
    permit: &Permit,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, String>, Stop> {
    let persons = registry::person::load_many(tx, permit, persons).await?;
    Ok(persons
        .into_iter()
        .map(|(id, person)| (id, person.name.full()))
        .collect())
}
