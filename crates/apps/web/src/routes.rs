//! The route table: every address of the house, with what it needs.

use access::Action;

use crate::pages::access::{home, look, sign_in};
use crate::pages::{integrator, static_files};
use crate::route::{Need, Route};

const AT_THE_DOOR: Need = Need::Nothing("signing in comes before permissions");
const NO_DATA: Need = Need::Nothing("it shows no data of anybody");
const OWN_DOOR: Need = Need::SignedIn("it lists the rooms of the reader's role");

/// In the order in which `routes.txt` lists them.
pub fn table() -> Vec<Route> {
    let mut routes = door();
    routes.extend(crate::pages::routes());
    routes.extend(crate::api::routes());
    routes
}

fn door() -> Vec<Route> {
    vec![
        Route::get("/", OWN_DOOR, home::home),
        Route::get("/sign-in", AT_THE_DOOR, sign_in::form),
        Route::post("/sign-in", AT_THE_DOOR, sign_in::sign_in),
        Route::post("/sign-out", AT_THE_DOOR, sign_in::sign_out),
        Route::get("/language/{tag}", NO_DATA, static_files::choose_language),
        Route::get("/style.css", NO_DATA, static_files::style_sheet),
        Route::get("/integrators", NO_DATA, integrator::calls),
        Route::get("/healthz", NO_DATA, static_files::health),
        Route::get("/log/key", NO_DATA, look::public_key),
        Route::get("/log/checkpoint", NO_DATA, look::checkpoint),
    ]
}

/// One or more actions, all of which are needed.
pub const fn needs(actions: &'static [Action]) -> Need {
    Need::All(actions)
}
