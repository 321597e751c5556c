//! The pages: a struct with what a page shows, its template beside it, and
//! made-up data with which the tests and the gallery render it.

pub mod access;
pub mod casework;
pub mod error;
pub mod figures;
pub mod payments;
pub mod samples;

#[cfg(test)]
mod tests;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// Renders a page. A template cannot fail on our own data: if it does, it is a bug.
pub fn show(page: &impl Template) -> Response {
    show_as(StatusCode::OK, page)
}

pub fn show_as(status: StatusCode, page: &impl Template) -> Response {
    let html = page.render().expect("a template renders its own data");
    (status, Html(html)).into_response()
}
