//! The interface for programs: JSON under `/api`, bearer tokens, one shape of errors.

use crate::route::Route;

pub fn routes() -> Vec<Route> {
    Vec::new()
}
