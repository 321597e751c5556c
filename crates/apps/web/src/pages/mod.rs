//! The pages: a struct with what a page shows, its template beside it, and
//! made-up data with which the tests and the gallery render it.

pub mod access;
pub mod casework;
pub mod error;
pub mod figures;
pub mod payments;
pub mod samples;
pub mod static_files;

#[cfg(test)]
mod tests;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use kernel::lang::Lang;

use crate::cookie;
use crate::house::House;
use crate::route::Route;

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
    Vec::new()
}
