//! Home: the rooms that the reader's role may enter.

use access::{Area, Role};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::territory;

use crate::guest::Seat;
use crate::i18n::T;
use crate::pages::show;
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "access/home.html")]
pub struct HomePage {
    pub shell: Shell,
    /// The reader's territory in words.
    pub area: String,
}

/// A citizen's home is the list of applications; the others have few rooms and
/// see them all.
pub async fn home(seat: Seat) -> Response {
    if seat.subject.role == Role::Citizen {
        return Redirect::to("/my/applications").into_response();
    }
    let area = area_words(seat.t(), seat.subject.territory);
    show(&HomePage {
        shell: seat.shell(),
        area,
    })
}

/// A territory as people name it.
pub fn area_words(t: T, area: Area) -> String {
    let named = |code| district_words(t, code);
    match area {
        Area::Country => t.all_country().to_owned(),
        Area::Region(code) | Area::District(code) => named(code),
        Area::Mahalla(code) => {
            let district = area.district().map(named).unwrap_or_default();
            format!("{district}, {}", t.mahalla_code(code))
        }
    }
}

/// A region or a district by its name.
pub fn district_words(t: T, code: u32) -> String {
    territory::find(code).map_or_else(|| code.to_string(), |place| place.name(t.lang()).to_owned())
}
