//! The budget: money set aside for a district and a programme, and what is left.

use access::{Action, Purpose, Scope};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use payments::appropriation::{self, SetLimit};

use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::pages::access::home::district_words;
use crate::pages::{Listed, in_language, show, show_as};
use crate::stop::Stop;
use askama::Template;
use kernel::{Money, Month, territory};
use uuid::Uuid;

use crate::form::{Choice, Field, Problems, Typed};
use crate::i18n::T;
use crate::pages::casework::visit::read_soum;
use crate::shell::Shell;

#[derive(Debug)]
pub struct BudgetLine {
    pub district: String,
    pub programme: String,
    pub month: Month,
    pub limit: Money,
    pub committed: Money,
    pub left: Money,
}

#[derive(Debug, Template)]
#[template(path = "payments/appropriations.html")]
pub struct AppropriationsPage {
    pub shell: Shell,
    pub lines: Vec<BudgetLine>,
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

#[derive(Debug)]
pub struct AppropriationForm {
    pub district: u32,
    pub programme: String,
    pub month: Month,
    pub amount: Money,
}

/// What a budget can be set aside for.
pub const PROGRAMMES: [&str; 2] = ["child_benefit", "material_assistance"];

impl AppropriationsPage {
    fn district(&self) -> Field {
        let t = self.shell.t;
        Field::text("district", t.budget_district(), &self.typed, &self.problems)
            .hint(t.budget_district_hint())
            .digits()
    }

    fn programme(&self) -> Choice {
        let t = self.shell.t;
        let options = PROGRAMMES.map(|id| (id.to_owned(), t.programme(id)));
        Choice::new(
            "programme",
            t.budget_programme(),
            options,
            &self.typed,
            &self.problems,
        )
    }

    fn month(&self) -> Field {
        let t = self.shell.t;
        Field::text("month", t.runs_month(), &self.typed, &self.problems)
            .hint(t.runs_month_hint())
            .month()
    }

    fn amount(&self) -> Field {
        Field::text(
            "amount",
            self.shell.t.budget_amount(),
            &self.typed,
            &self.problems,
        )
        .digits()
    }

    pub fn read(t: T, typed: &Typed) -> Result<AppropriationForm, Problems> {
        let mut problems = Problems::none();
        let district = typed
            .get("district")
            .parse()
            .ok()
            .filter(|code| territory::find(*code).is_some());
        if district.is_none() {
            problems.add("district", t.district_wrong());
        }
        let programme = PROGRAMMES
            .into_iter()
            .find(|id| *id == typed.get("programme"));
        if programme.is_none() {
            problems.add("programme", t.choose_one());
        }
        let month = super::run::read_month(t, typed, &mut problems);
        let amount = read_soum(t, typed, "amount", &mut problems);
        match (district, programme, month, amount) {
            (Some(district), Some(programme), Some(month), Some(amount)) => Ok(AppropriationForm {
                district,
                programme: programme.to_owned(),
                month,
                amount,
            }),
            _ => Err(problems),
        }
    }
}

/// Months shown: the last one, this one and the next.
const MONTHS_SHOWN: [i32; 3] = [-1, 0, 1];

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<Listed>,
) -> Result<Response, Stop> {
    let mut shown = page_of(&house, &seat, Typed::default(), Problems::none()).await?;
    shown.shell.done = page.done.map(|_| seat.t().budget_saved().to_owned());
    Ok(show(&shown))
}

async fn page_of(
    house: &House,
    seat: &Seat,
    typed: Typed,
    problems: Problems,
) -> Result<AppropriationsPage, Stop> {
    let t = seat.t();
    let mut tx = house.read().await?;
    let mut lines = Vec::new();
    for step in MONTHS_SHOWN {
        let month = house.today().month().plus(step);
        for budget in appropriation::available(&mut tx, month).await? {
            let area = access::Area::District(budget.district);
            if seat.subject.territory.covers(area) {
                lines.push(BudgetLine {
                    district: district_words(t, budget.district),
                    programme: t.programme(&budget.programme),
                    month,
                    limit: budget.limit,
                    committed: budget.committed,
                    left: budget.available(),
                });
            }
        }
    }
    let shell = seat
        .shell_at("/appropriations")
        .with_form(!problems.is_empty());
    let id = typed.id().unwrap_or_else(|_| house.platform().ids.uuid());
    Ok(AppropriationsPage {
        shell,
        lines,
        id,
        typed,
        problems,
    })
}

pub async fn set(
    State(house): State<House>,
    seat: Seat,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let page = page_of(&house, &seat.in_language(lang), typed, Problems::none()).await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let form = match AppropriationsPage::read(seat.t(), &typed) {
        Ok(form) => form,
        Err(problems) => return again(&house, &seat, typed, problems).await,
    };
    let scope = Scope::area(access::Area::District(form.district));
    let permit = seat
        .permit(&house, Action::SetAppropriation, Purpose::Payment, scope)
        .await?;
    let command = SetLimit {
        id: typed.id()?,
        district: form.district,
        programme: form.programme,
        month: form.month,
        limit: form.amount,
        set_by: Some(permit.subject().account),
    };
    let mut tx = house.begin().await?;
    match appropriation::set(&mut tx, &house.platform().ids, &command).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(Redirect::to("/appropriations?done=1").into_response())
        }
        Err(refusal) if refusal.is_refusal() => {
            drop(tx);
            let problems = Problems::one("amount", refusal.to_string());
            again(&house, &seat, typed, problems).await
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn again(
    house: &House,
    seat: &Seat,
    typed: Typed,
    problems: Problems,
) -> Result<Response, Stop> {
    let page = page_of(house, seat, typed, problems).await?;
    Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
