//! The Mahalla Seven records its conclusion: a fact, never a decision.

use access::{Action, Purpose};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::case::WaitFor;
use casework::step::Conclusion;

use super::visit::{Listed, due, list_page};
use crate::api;
use crate::desk::open_case;
use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::pages::casework::application::names_of;
use crate::pages::{in_language, show, show_as};
use crate::stop::Stop;
use askama::Template;
use kernel::{CaseId, Day, Money};
use uuid::Uuid;

use super::visit::{income_field, read_past_day, read_soum, read_yes_no};
use crate::form::{Choice, Field, Problems, Typed};
use crate::i18n::T;
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "casework/conclusion.html")]
pub struct ConclusionPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub name: String,
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

#[derive(Debug)]
pub struct ConclusionForm {
    pub informal_income: Money,
    pub difficult_situation: bool,
    pub concluded_on: Day,
}

impl ConclusionPage {
    fn difficult(&self) -> Choice {
        let t = self.shell.t;
        Choice::yes_no(
            "difficult_situation",
            t.conclusion_difficult(),
            t,
            &self.typed,
            &self.problems,
        )
    }

    fn income(&self) -> Field {
        income_field(self.shell.t, &self.typed, &self.problems)
    }

    fn day(&self) -> Field {
        Field::text(
            "concluded_on",
            self.shell.t.conclusion_day(),
            &self.typed,
            &self.problems,
        )
        .day()
    }

    pub fn read(t: T, typed: &Typed, today: Day) -> Result<ConclusionForm, Problems> {
        let mut problems = Problems::none();
        let difficult = read_yes_no(t, typed, "difficult_situation", &mut problems);
        let income = read_soum(t, typed, "informal_income", &mut problems);
        let day = read_past_day(t, typed, "concluded_on", today, &mut problems);
        match (income, difficult, day) {
            (Some(informal_income), Some(difficult_situation), Some(concluded_on)) => {
                Ok(ConclusionForm {
                    informal_income,
                    difficult_situation,
                    concluded_on,
                })
            }
            _ => Err(problems),
        }
    }
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<Listed>,
) -> Result<Response, Stop> {
    let t = seat.t();
    let due = due(&house, &seat, WaitFor::Seven, page.after).await?;
    let done = page.done.map(|number| t.conclusion_saved(number));
    let words = [t.conclusions_title(), t.conclusions_none()];
    Ok(show(&list_page(&seat, "/conclusions", words, due, done)))
}

pub async fn form(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
) -> Result<Response, Stop> {
    let typed = Typed::new([("concluded_on".to_owned(), house.today().to_string())]);
    Ok(show(
        &conclusion_page(&house, &seat, case, typed, Problems::none()).await?,
    ))
}

async fn conclusion_page(
    house: &House,
    seat: &Seat,
    case: CaseId,
    typed: Typed,
    problems: Problems,
) -> Result<ConclusionPage, Stop> {
    let (case, permit) = open_case(house, seat, case, Action::ReadCase, Purpose::Visit).await?;
    let mut tx = house.read().await?;
    let names = names_of(&mut tx, &permit, &[case.applicant]).await?;
    let shell = seat
        .shell_at(format!("/conclusions/{}", case.id))
        .with_form(!problems.is_empty());
    Ok(ConclusionPage {
        shell,
        case: case.id,
        number: case.number,
        name: names.into_values().next().unwrap_or_default(),
        id: typed.id().unwrap_or_else(|_| house.platform().ids.uuid()),
        typed,
        problems,
    })
}

pub async fn record(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let page = conclusion_page(
            &house,
            &seat.in_language(lang),
            case,
            typed,
            Problems::none(),
        )
        .await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let form = match ConclusionPage::read(seat.t(), &typed, house.today()) {
        Ok(form) => form,
        Err(problems) => {
            let page = conclusion_page(&house, &seat, case, typed, problems).await?;
            return Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
        }
    };
    let conclusion = Conclusion {
        id: typed.id()?,
        informal_income: form.informal_income,
        difficult_situation: form.difficult_situation,
        concluded_on: form.concluded_on,
    };
    let case = api::conclusion::take(&house, &seat, case, &conclusion).await?;
    Ok(Redirect::to(&format!("/conclusions?done={}", case.number)).into_response())
}
