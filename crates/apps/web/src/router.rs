//! The router, made from the route table, and the limits around it.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::guest::Guest;
use crate::house::House;
use crate::patience::within;
use crate::rim;
use crate::route::{Kind, kind_of};
use crate::routes;
use crate::stop::Stop;

/// The largest body a request may have.
pub const BODY_KIB_MAX: usize = 64;
/// The longest a request may take; settling a demonstration has its own limit.
pub const ANSWER_S_MAX: u64 = 30;
pub const SETTLE_S_MAX: u64 = 600;

/// Through which listener a request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody's: who it is, a session says.
    Front,
    /// Our security server's alone: who it is, that server says. Only what partners ask is here.
    XRoad,
}

impl Door {
    fn leads_to(self, path: &str, demo: bool) -> bool {
        match self {
            // Without the demonstration its addresses do not exist.
            Door::Front => demo || !path.starts_with("/demo/"),
            Door::XRoad => kind_of(path) == Kind::Dci || OF_THE_SERVICE.contains(&path),
        }
    }
}

/// What a partner reads of the service before it asks: the description of the interface, which the
/// security server wants, too, and the keys that our answers are signed with.
const OF_THE_SERVICE: [&str; 2] = ["/api/openapi.json", "/.well-known/jwks.json"];

pub fn router(house: House, door: Door) -> Router {
    let mut router = Router::new();
    let demo = house.settings.demo;
    for route in routes::table()
        .into_iter()
        .filter(|route| door.leads_to(route.path, demo))
    {
        let need = route.need;
        let admit = from_fn(move |guest: Guest, request: Request, next: Next| {
            rim::admit(need, guest, request, next)
        });
        let seconds = if route.path.starts_with("/demo/") {
            SETTLE_S_MAX
        } else {
            ANSWER_S_MAX
        };
        let patience = from_fn(move |request: Request, next: Next| {
            within(Duration::from_secs(seconds), request, next)
        });
        router = router.route(
            route.path,
            route
                .answer
                .layer::<_, std::convert::Infallible>(admit)
                .layer::<_, std::convert::Infallible>(patience),
        );
    }
    router
        .fallback(async || Stop::NotFound)
        .layer(CsrfLayer::new())
        .layer(RequestBodyLimitLayer::new(BODY_KIB_MAX * 1024))
        .layer(from_fn_with_state((house.clone(), door), rim::receive))
        .layer(CompressionLayer::new())
        .with_state(house)
}
