//! A route: method, address, what it needs, and who answers. One declaration,
//! from which come the router, the authorization matrix and `routes.txt`.
//!
//! There is no way to make a route without a [`Need`]; an empty set of actions
//! denies everybody.

use access::table::{Reach, reach};
use access::{Action, Role};
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::house::House;

/// What somebody must be allowed before the handler is called. The handler
/// still asks for the permit of the very case, person or run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Everybody; the reason stands in `routes.txt`.
    Nothing(&'static str),
    /// Whoever is signed in; the reason stands in `routes.txt`.
    SignedIn(&'static str),
    /// Every one of these actions.
    All(&'static [Action]),
}

impl Need {
    pub fn admits(self, role: Option<Role>) -> bool {
        match (self, role) {
            (Need::Nothing(_), _) => true,
            (Need::SignedIn(_), role) => role.is_some(),
            (Need::All(_), None) => false,
            (Need::All(actions), Some(role)) => {
                !actions.is_empty()
                    && actions
                        .iter()
                        .all(|action| reach(role, *action) != Reach::Never)
            }
        }
    }

    fn words(self) -> String {
        match self {
            Need::Nothing(why) => format!("nobody is asked: {why}"),
            Need::SignedIn(why) => format!("signed in: {why}"),
            Need::All(actions) => actions
                .iter()
                .map(|action| action.name())
                .collect::<Vec<_>>()
                .join(" + "),
        }
    }
}

/// Where a route stands; it decides how one signs in and how errors look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// HTML; the session is a cookie.
    Page,
    /// JSON; the session is a bearer token.
    Api,
    /// The same, with errors in the shapes of DCI.
    Dci,
    /// The same, with errors in the shape of OAuth 2.0 (RFC 6749).
    Token,
}

/// Where a partner's system gets its token.
const TOKEN: &str = "/oauth2/client/token";
/// What programs read of the house itself, at addresses that have always stood beside the pages.
const OF_THE_HOUSE: [&str; 3] = ["/healthz", "/log/key", "/log/checkpoint"];

/// What speaks at an address: programs, each with errors that they read, or people.
pub fn kind_of(path: &str) -> Kind {
    if path.starts_with("/dci/") || path.starts_with("/mapper/") {
        return Kind::Dci;
    }
    if path == TOKEN {
        return Kind::Token;
    }
    if OF_THE_HOUSE.contains(&path) {
        return Kind::Api;
    }
    let api = ["/api/", "/demo/", "/gs/", "/oauth2/", "/.well-known/"]
        .iter()
        .any(|room| path.starts_with(room));
    if api { Kind::Api } else { Kind::Page }
}

#[derive(Debug, Clone)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub need: Need,
    pub answer: MethodRouter<House>,
}

impl Route {
    pub fn get<H, X>(path: &'static str, need: Need, handler: H) -> Route
    where
        H: Handler<X, House>,
        X: 'static,
    {
        Route {
            method: Method::GET,
            path,
            need,
            answer: on(MethodFilter::GET, handler),
        }
    }

    pub fn post<H, X>(path: &'static str, need: Need, handler: H) -> Route
    where
        H: Handler<X, House>,
        X: 'static,
    {
        Route {
            method: Method::POST,
            path,
            need,
            answer: on(MethodFilter::POST, handler),
        }
    }

    pub fn put<H, X>(path: &'static str, need: Need, handler: H) -> Route
    where
        H: Handler<X, House>,
        X: 'static,
    {
        Route {
            method: Method::PUT,
            path,
            need,
            answer: on(MethodFilter::PUT, handler),
        }
    }

    pub fn patch<H, X>(path: &'static str, need: Need, handler: H) -> Route
    where
        H: Handler<X, House>,
        X: 'static,
    {
        Route {
            method: Method::PATCH,
            path,
            need,
            answer: on(MethodFilter::PATCH, handler),
        }
    }

    pub fn kind(&self) -> Kind {
        kind_of(self.path)
    }
}

/// The route table as text: reviewed as a document, held by a golden file.
pub fn listing(routes: &[Route]) -> String {
    let mut text = String::new();
    for route in routes {
        let roles: Vec<&str> = Role::ALL
            .into_iter()
            .filter(|role| route.need.admits(Some(*role)))
            .map(Role::name)
            .collect();
        let roles = match route.need {
            Need::Nothing(_) => "everybody".to_owned(),
            Need::SignedIn(_) => "all roles".to_owned(),
            Need::All(_) => roles.join(" "),
        };
        let line = format!(
            "{:4} {:38} {:44} {roles}",
            route.method.as_str(),
            route.path,
            route.need.words()
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
