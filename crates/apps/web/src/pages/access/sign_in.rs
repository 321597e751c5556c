//! Sign-in: a PINFL or a login, and a secret.

use access::session::{self, SignInRefused};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Instant, Pinfl};

use crate::cookie;
use crate::form::{Field, Problems, Typed};
use crate::form_body::Body;
use crate::guest::Guest;
use crate::house::House;
use crate::pages::{in_language, show, show_as};
use crate::query;
use crate::shell::Shell;
use crate::stop::Stop;

#[derive(Debug, Template)]
#[template(path = "access/sign_in.html")]
pub struct SignInPage {
    pub shell: Shell,
    pub typed: Typed,
    pub problems: Problems,
    /// Where to go after signing in.
    pub next: String,
    /// Somebody came from a page that needs signing in.
    pub sent_here: bool,
}

impl SignInPage {
    fn login(&self) -> Field {
        let t = self.shell.t;
        Field::text("login", t.sign_in_login(), &self.typed, &self.problems)
            .hint(t.sign_in_login_hint())
            .login()
    }

    fn secret(&self) -> Field {
        let t = self.shell.t;
        Field::text("secret", t.sign_in_secret(), &self.typed, &self.problems)
            .hint(t.sign_in_secret_hint())
            .secret()
    }

    /// What is missing before the secret is even looked at.
    pub fn check(shell: &Shell, typed: &Typed) -> Problems {
        let mut problems = Problems::none();
        if typed.get("login").is_empty() {
            problems.add("login", shell.t.sign_in_login_empty());
        }
        if typed.get("secret").is_empty() {
            problems.add("secret", shell.t.sign_in_secret_empty());
        }
        problems
    }
}

#[derive(Debug, serde::Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

pub async fn form(guest: Guest, Query(Next { next }): Query<Next>) -> Response {
    if guest.subject.is_some() {
        return Redirect::to(query::local(&next)).into_response();
    }
    let page = SignInPage {
        shell: guest.shell().with_form(false),
        typed: Typed::default(),
        problems: Problems::none(),
        sent_here: !next.is_empty(),
        next,
    };
    show(&page)
}

pub async fn sign_in(State(house): State<House>, guest: Guest, Body(typed): Body) -> Response {
    if let Some(lang) = typed.language() {
        let guest = Guest { lang, ..guest };
        return in_language(lang, &house, again(&guest, typed, Problems::none()));
    }
    let problems = SignInPage::check(&guest.shell(), &typed);
    if !problems.is_empty() {
        return again(&guest, typed, problems);
    }
    let login = login_of(typed.get("login"));
    let opened = session::sign_in(
        house.platform(),
        &login,
        typed.get("secret"),
        session::Kind::Browser,
    );
    match opened.await {
        Ok(signed_in) => {
            let cookie =
                cookie::session(&signed_in.token.to_string(), house.settings.secure_cookies);
            let next = Redirect::to(query::local(typed.get("next")));
            ([(header::SET_COOKIE, cookie)], next).into_response()
        }
        Err(SignInRefused::Wrong { .. }) => {
            let problems = Problems::one("secret", guest.t().sign_in_wrong());
            again(&guest, typed, problems)
        }
        Err(SignInRefused::Locked { until }) => {
            let minutes = minutes_left(house.platform().wall.now(), until);
            again(
                &guest,
                typed,
                Problems::one("", guest.t().sign_in_locked(minutes)),
            )
        }
        Err(SignInRefused::Fault(fault)) => Stop::from(fault).into_response(),
    }
}

/// A PINFL in any grouping, or a login as it is.
pub fn login_of(typed: &str) -> String {
    Pinfl::parse_typed(typed).map_or_else(|_| typed.to_owned(), |pinfl| pinfl.to_string())
}

pub fn minutes_left(now: Instant, until: Instant) -> i64 {
    const MINUTE_US: i64 = 60_000_000;
    (until.0.saturating_sub(now.0).max(0) + MINUTE_US - 1) / MINUTE_US
}

fn again(guest: &Guest, typed: Typed, problems: Problems) -> Response {
    let failed = !problems.is_empty();
    let mut shell = guest.shell().with_form(failed);
    shell.here = "/sign-in".to_owned();
    let next = typed.get("next").to_owned();
    let status = if failed {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    show_as(
        status,
        &SignInPage {
            shell,
            typed,
            problems,
            next,
            sent_here: false,
        },
    )
}

pub async fn sign_out(State(house): State<House>, guest: Guest) -> Result<Response, Stop> {
    if let Some(token) = &guest.token {
        session::end(house.platform(), token).await?;
    }
    let cookie = cookie::session_ended(house.settings.secure_cookies);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}
