//! The pages: a struct with what a page shows, its template beside it, and
//! made-up data with which the tests and the gallery render it.

pub mod access;
pub mod casework;
pub mod error;
pub mod figures;
pub mod integrator;
pub mod payments;
pub mod samples;
pub mod static_files;

#[cfg(test)]
mod tests;

use ::access::Action;
use askama::Template;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use kernel::lang::Lang;

use crate::cookie;
use crate::house::House;
use crate::pages::access::{consent, look, security_event};
use crate::pages::casework::{
    application, case, conclusion, explained, my_application, renewal, visit,
};
use crate::pages::payments::{
    account_task, appropriation, debt, payment, run, statement, worklist,
};
use crate::route::{Need, Route};

/// Together these are the citizen's alone.
pub(crate) const OWN_LOOKS: Need = Need::All(&[
    Action::ReadAccessLog,
    Action::ReadOwnCase,
    Action::ReadOwnPayments,
]);

/// A list that one comes back to after something was done on one of its lines.
#[derive(Debug, serde::Deserialize)]
pub struct Listed {
    pub done: Option<String>,
}

/// Renders a page. A template cannot fail on our own data: if it does, it is a bug.
pub fn show(page: &impl Template) -> Response {
    show_as(StatusCode::OK, page)
}

pub fn show_as(status: StatusCode, page: &impl Template) -> Response {
    let html = page.render().expect("a template renders its own data");
    (status, Html(html)).into_response()
}

/// The answer to a language button: the same page, and the choice is kept.
pub fn in_language(lang: Lang, house: &House, mut response: Response) -> Response {
    let cookie = cookie::language(lang, house.settings.secure_cookies);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// The rooms behind the door.
pub fn routes() -> Vec<Route> {
    let mut routes = citizen();
    routes.extend(workers());
    routes.extend(treasury());
    routes
}

fn citizen() -> Vec<Route> {
    const OWN_CASE: Need = Need::All(&[Action::ReadOwnCase]);
    const CONSENT: Need = Need::All(&[Action::GiveConsent]);
    vec![
        Route::get("/my/applications", OWN_CASE, my_application::list),
        Route::get(
            "/my/applications/{case}",
            OWN_CASE,
            my_application::show_one,
        ),
        Route::get(
            "/my/applications/{case}/decision",
            OWN_CASE,
            explained::my_decision,
        ),
        Route::get(
            "/my/payments",
            Need::All(&[Action::ReadOwnPayments]),
            payment::mine,
        ),
        Route::post(
            "/my/account-changes/{change}/stop",
            Need::All(&[Action::StopAccountChange, Action::ReadOwnPayments]),
            payment::stop_change,
        ),
        Route::get("/my/looks", OWN_LOOKS, look::mine),
        Route::get("/my/looks/{entry}/proof", OWN_LOOKS, look::proof),
        Route::get("/my/consents", CONSENT, consent::mine),
        Route::post("/my/consents/{agency}/give", CONSENT, consent::give),
        Route::post(
            "/my/consents/{agency}/take-back",
            CONSENT,
            consent::take_back,
        ),
    ]
}

fn workers() -> Vec<Route> {
    const LODGE: Need = Need::All(&[Action::LodgeApplication]);
    const FOLLOW: Need = Need::All(&[Action::FollowApplications]);
    const VISIT: Need = Need::All(&[
        Action::RecordVisit,
        Action::ReadCase,
        Action::ReadWaitingCases,
    ]);
    const CONCLUDE: Need = Need::All(&[
        Action::RecordConclusion,
        Action::ReadCase,
        Action::ReadWaitingCases,
    ]);
    const RENEW: Need = Need::All(&[Action::ConfirmRenewal]);
    const MEND: Need = Need::All(&[Action::MendAccount]);
    const DEBT: Need = Need::All(&[Action::PlanRecovery]);
    // Together these are the district officer's alone.
    const WAITING: Need = Need::All(&[Action::ReadWaitingCases, Action::FollowApplications]);
    vec![
        Route::get("/applications/new", LODGE, application::form),
        Route::post("/applications", LODGE, application::lodge),
        Route::get("/applications", FOLLOW, application::follow),
        Route::get("/applications/{case}/lodged", FOLLOW, application::lodged),
        Route::get("/visits", VISIT, visit::list),
        Route::get("/visits/{case}", VISIT, visit::form),
        Route::post("/visits/{case}", VISIT, visit::record),
        Route::get("/conclusions", CONCLUDE, conclusion::list),
        Route::get("/conclusions/{case}", CONCLUDE, conclusion::form),
        Route::post("/conclusions/{case}", CONCLUDE, conclusion::record),
        Route::get("/renewals/{case}", RENEW, renewal::form),
        Route::post("/renewals/{case}", RENEW, renewal::confirm),
        Route::get("/cases", WAITING, case::list),
        Route::get(
            "/cases/{case}",
            Need::All(&[Action::ReadCase]),
            case::show_one,
        ),
        Route::get(
            "/cases/{case}/decision",
            Need::All(&[Action::ReadCase]),
            explained::decision,
        ),
        Route::get("/account-tasks", MEND, account_task::list),
        Route::get("/account-tasks/{task}", MEND, account_task::form),
        Route::post("/account-tasks/{task}", MEND, account_task::mend),
        Route::get("/debts", DEBT, debt::list),
        Route::get("/debts/{debt}", DEBT, debt::form),
        Route::post("/debts/{debt}", DEBT, debt::decide),
        Route::post(
            "/account-changes/{change}/confirm",
            MEND,
            account_task::confirm,
        ),
        Route::post(
            "/account-changes/{change}/decline",
            MEND,
            account_task::decline,
        ),
    ]
}

fn treasury() -> Vec<Route> {
    vec![
        Route::get("/runs", Need::All(&[Action::ReadRun]), run::list),
        Route::post(
            "/runs",
            Need::All(&[Action::BuildRun, Action::ReadRun]),
            run::build,
        ),
        Route::get("/runs/{run}", Need::All(&[Action::ReadRun]), run::show_run),
        Route::get(
            "/runs/{run}/statements/{file}",
            Need::All(&[Action::ReadRun]),
            statement::paper,
        ),
        Route::post(
            "/runs/{run}/approve",
            Need::All(&[Action::ApproveRun, Action::ReadRun]),
            run::approve,
        ),
        Route::get(
            "/security-events",
            Need::All(&[Action::ReadSecurityEvents]),
            security_event::list,
        ),
        Route::get("/worklist", Need::All(&[Action::ReadRun]), worklist::list),
        Route::get(
            "/worklist/{source}/{place}",
            Need::All(&[Action::CloseBankLine, Action::ReadRun]),
            worklist::form,
        ),
        Route::post(
            "/worklist/{source}/{place}",
            Need::All(&[Action::CloseBankLine, Action::ReadRun]),
            worklist::close,
        ),
        Route::get(
            "/appropriations",
            Need::All(&[Action::SetAppropriation]),
            appropriation::list,
        ),
        Route::post(
            "/appropriations",
            Need::All(&[Action::SetAppropriation]),
            appropriation::set,
        ),
        Route::get("/figures", Need::All(&[Action::ReadFigures]), figures::page),
    ]
}
