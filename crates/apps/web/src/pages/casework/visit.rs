//! The social worker's visits: the list, and the questionnaire at home.
//! Shared with the conclusions of the Seven: the list and the money of a form.

use access::{Action, Permit, Purpose};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::Case;
use casework::case::{self, WaitFor};
use casework::step::{self, Visit, WorkAnswer};

use crate::api;
use crate::desk::{open_case, permit_naming, queue_of};
use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::zone;
use crate::pages::casework::application::{LINES_MAX, names_of};
use crate::pages::{in_language, show, show_as};
use crate::stop::Stop;
use askama::Template;
use kernel::{CaseId, Day, Money};
use uuid::Uuid;

use super::exemption::{self, Asked, Question};
use crate::form::{Choice, Field, Name, Problems, Typed};
use crate::i18n::T;
use crate::shell::Shell;

/// A case that waits for a visit or for a conclusion.
#[derive(Debug)]
pub struct Due {
    pub case: CaseId,
    pub number: String,
    /// In groups, as it stands in the passport.
    pub pinfl: String,
    pub name: String,
    pub mahalla: String,
    pub since: Day,
    pub deadline: Option<Day>,
    pub overdue: bool,
}

#[derive(Debug, Template)]
#[template(path = "casework/visits.html")]
pub struct VisitsPage {
    pub shell: Shell,
    pub title: &'static str,
    pub none: &'static str,
    /// `/visits` or `/conclusions`.
    pub base: &'static str,
    pub due: Vec<Due>,
    pub more: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "casework/visit.html")]
pub struct VisitPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub name: String,
    /// The adults of whom exemptions from work are asked.
    pub asked: Vec<Asked>,
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

/// A questionnaire without mistakes.
#[derive(Debug)]
pub struct VisitForm {
    pub at_home: bool,
    pub confirmed: bool,
    pub informal_income: Money,
    pub work: Vec<WorkAnswer>,
    pub visited_on: Day,
}

impl VisitPage {
    fn at_home(&self) -> Choice {
        Choice::yes_no(
            "at_home",
            self.shell.t.visit_at_home(),
            self.shell.t,
            &self.typed,
            &self.problems,
        )
    }

    fn confirmed(&self) -> Choice {
        Choice::yes_no(
            "confirmed",
            self.shell.t.visit_confirmed(),
            self.shell.t,
            &self.typed,
            &self.problems,
        )
    }

    fn income(&self) -> Field {
        income_field(self.shell.t, &self.typed, &self.problems)
    }

    fn day(&self) -> Field {
        Field::text(
            "visited_on",
            self.shell.t.visit_day(),
            &self.typed,
            &self.problems,
        )
        .day()
    }

    fn work(&self) -> Vec<Question> {
        exemption::questions(self.shell.t, &self.asked, &self.typed, &self.problems)
    }

    /// Of a family that is not at home nobody is asked anything.
    pub fn read(t: T, typed: &Typed, asked: &[Asked], today: Day) -> Result<VisitForm, Problems> {
        let mut problems = Problems::none();
        let at_home = read_yes_no(t, typed, "at_home", &mut problems);
        let confirmed = read_yes_no(t, typed, "confirmed", &mut problems);
        let income = read_soum(t, typed, "informal_income", &mut problems);
        let asked = if at_home == Some(true) { asked } else { &[] };
        let work = exemption::read(t, asked, typed, today, &mut problems);
        let day = read_past_day(t, typed, "visited_on", today, &mut problems);
        let read = || {
            Some(VisitForm {
                at_home: at_home?,
                confirmed: confirmed?,
                informal_income: income?,
                work: work?,
                visited_on: day?,
            })
        };
        read().ok_or(problems)
    }
}

pub fn income_field(t: T, typed: &Typed, problems: &Problems) -> Field {
    Field::text("informal_income", t.visit_income(), typed, problems)
        .hint(t.visit_income_hint())
        .digits()
}

pub fn read_yes_no(
    t: T,
    typed: &Typed,
    field: &'static str,
    problems: &mut Problems,
) -> Option<bool> {
    match typed.get(field) {
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            problems.add(field, t.choose_one());
            None
        }
    }
}

/// Whole soums in any grouping; never negative.
pub fn read_soum(
    t: T,
    typed: &Typed,
    field: &'static str,
    problems: &mut Problems,
) -> Option<Money> {
    let digits: String = typed
        .get(field)
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}'))
        .collect();
    let sum = Money::parse(&digits.replace(',', "."))
        .ok()
        .filter(|sum| !sum.is_negative());
    if sum.is_none() {
        problems.add(field, t.money_wrong());
    }
    sum
}

/// A day that has come.
pub fn read_past_day(
    t: T,
    typed: &Typed,
    field: impl Into<Name>,
    today: Day,
    problems: &mut Problems,
) -> Option<Day> {
    let field = field.into();
    let day = read_day(t, typed, field.clone(), problems)?;
    if day > today {
        problems.add(field, t.day_future());
        return None;
    }
    Some(day)
}

pub fn read_day(
    t: T,
    typed: &Typed,
    field: impl Into<Name>,
    problems: &mut Problems,
) -> Option<Day> {
    let field = field.into();
    let day = Day::parse(typed.get(&field)).ok();
    if day.is_none() {
        problems.add(field, t.day_wrong());
    }
    day
}

#[derive(Debug, serde::Deserialize)]
pub struct Listed {
    pub after: Option<CaseId>,
    pub done: Option<String>,
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<Listed>,
) -> Result<Response, Stop> {
    let t = seat.t();
    let due = due(&house, &seat, WaitFor::Visit, page.after).await?;
    let done = page.done.map(|number| t.visit_saved(number));
    Ok(show(&list_page(
        &seat,
        "/visits",
        [t.visits_title(), t.visits_none()],
        due,
        done,
    )))
}

pub fn list_page(
    seat: &Seat,
    base: &'static str,
    [title, none]: [&'static str; 2],
    due: Vec<Due>,
    done: Option<String>,
) -> VisitsPage {
    let last = (due.len() == LINES_MAX as usize)
        .then(|| due.last())
        .flatten();
    let more = last.map(|line| format!("{base}?after={}", line.case));
    let mut shell = seat.shell();
    shell.done = done;
    VisitsPage {
        shell,
        title,
        none,
        base,
        due,
        more,
    }
}

/// Cases of the reader's territory that wait for a visit or a conclusion.
pub async fn due(
    house: &House,
    seat: &Seat,
    who: WaitFor,
    after: Option<CaseId>,
) -> Result<Vec<Due>, Stop> {
    let queue = queue_of(seat.subject.territory, Some(who), after, LINES_MAX);
    let mut tx = house.read().await?;
    let cases = case::queue(&mut tx, queue).await?;
    drop(tx);
    let persons: Vec<_> = cases.iter().map(|case| case.applicant).collect();
    let (action, purpose) = (Action::ReadWaitingCases, Purpose::Visit);
    let permit = permit_naming(house, seat, action, purpose, &persons).await?;
    let mut tx = house.read().await?;
    let names = names_of(&mut tx, &permit, &persons).await?;
    let pinfls = registry::person::pinfls_of(&mut tx, &permit, &persons).await?;
    let now = house.daftar.now();
    let due = cases.into_iter().filter_map(|case| {
        let wait = case.wait.as_ref()?;
        Some(Due {
            case: case.id,
            pinfl: pinfls
                .get(&case.applicant)
                .map(|pinfl| pinfl.grouped())
                .unwrap_or_default(),
            name: names.get(&case.applicant).cloned().unwrap_or_default(),
            mahalla: case.mahalla.to_string(),
            since: wait.since.day(zone()),
            deadline: wait.deadline.map(|deadline| deadline.day(zone())),
            overdue: wait.is_overdue(now),
            number: case.number,
        })
    });
    Ok(due.collect())
}

pub async fn form(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
) -> Result<Response, Stop> {
    let today = house.today();
    let typed = Typed::new([("visited_on".to_owned(), today.to_string())]);
    Ok(show(
        &visit_page(&house, &seat, case, typed, Problems::none()).await?,
    ))
}

async fn visit_page(
    house: &House,
    seat: &Seat,
    case: CaseId,
    typed: Typed,
    problems: Problems,
) -> Result<VisitPage, Stop> {
    let (case, permit) = open_case(house, seat, case, Action::ReadCase, Purpose::Visit).await?;
    let mut tx = house.read().await?;
    let names = names_of(&mut tx, &permit, &[case.applicant]).await?;
    drop(tx);
    let shell = seat
        .shell_at(format!("/visits/{}", case.id))
        .with_form(!problems.is_empty());
    Ok(VisitPage {
        shell,
        case: case.id,
        asked: asked(house, &permit, &case).await?,
        number: case.number,
        name: names.into_values().next().unwrap_or_default(),
        id: typed.id().unwrap_or_else(|_| house.platform().ids.uuid()),
        typed,
        problems,
    })
}

/// The adults whom the questionnaire asks what excuses them from work.
async fn asked(house: &House, permit: &Permit, case: &Case) -> Result<Vec<Asked>, Stop> {
    let adults = step::asked_of(&house.daftar.shelf, case)?;
    let mut tx = house.read().await?;
    let names = names_of(&mut tx, permit, &adults).await?;
    let asked = adults.into_iter().map(|person| Asked {
        person,
        name: names.get(&person).cloned().unwrap_or_default(),
    });
    Ok(asked.collect())
}

pub async fn record(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let page = visit_page(
            &house,
            &seat.in_language(lang),
            case,
            typed,
            Problems::none(),
        )
        .await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let (case, permit) =
        open_case(&house, &seat, case, Action::RecordVisit, Purpose::Visit).await?;
    let asked = asked(&house, &permit, &case).await?;
    let form = match VisitPage::read(seat.t(), &typed, &asked, house.today()) {
        Ok(form) => form,
        Err(problems) => {
            let page = visit_page(&house, &seat, case.id, typed, problems).await?;
            return Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
        }
    };
    let visit = Visit {
        id: typed.id()?,
        at_home: form.at_home,
        confirmed: form.confirmed,
        informal_income: form.informal_income,
        work: form.work,
        visited_on: form.visited_on,
    };
    let case = api::visit::take(&house, &seat, &permit, case.id, &visit).await?;
    Ok(Redirect::to(&format!("/visits?done={}", case.number)).into_response())
}
