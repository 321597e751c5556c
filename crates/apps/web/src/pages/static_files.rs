//! The style sheet, the change of language, and the answer to "are you well".

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::lang::Lang;
use store::fetch_value;

use super::in_language;
use crate::house::House;
use crate::query;
use crate::stop::Stop;
use crate::style;

/// Its address changes with its content, so it may be kept for a year.
pub async fn style_sheet() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, style::CSS).into_response()
}

#[derive(Debug, serde::Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// Sets the reader's cookie and nothing else: a link on any page may lead here.
pub async fn choose_language(
    State(house): State<House>,
    Path(tag): Path<String>,
    Query(Back { back }): Query<Back>,
) -> Result<Response, Stop> {
    let lang = Lang::from_tag(&tag).ok_or(Stop::NotFound)?;
    Ok(in_language(
        lang,
        &house,
        Redirect::to(query::local(&back)).into_response(),
    ))
}

/// Well means that the database answers.
pub async fn health(State(house): State<House>) -> Result<Response, Stop> {
    let mut tx = house.platform().db.read().await?;
    let one = fetch_value!(tx, i64, "SELECT COUNT(*) FROM setting WHERE 1 = 0")?;
    assert_eq!(one, 0, "nothing is counted");
    Ok("well\n".into_response())
}
