//! For integrators: calls to copy, and every code that a message may be refused with.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use exchange::dci::catalogue::{ERRORS, Known};

use crate::guest::Guest;
use crate::house::House;
use crate::pages::show;
use crate::shell::Shell;

/// Longer names of a host are nobody's.
const HOST_CHARS_MAX: usize = 100;

#[derive(Debug, Template)]
#[template(path = "integrator.html")]
pub struct IntegratorPage {
    pub shell: Shell,
    /// Where this Daftar was reached: the host, and `http` or `https`.
    pub host: String,
    pub scheme: &'static str,
    pub errors: &'static [Known],
}

impl IntegratorPage {
    pub fn new(shell: Shell, host: String, scheme: &'static str) -> IntegratorPage {
        IntegratorPage {
            shell,
            host,
            scheme,
            errors: ERRORS,
        }
    }
}

pub async fn calls(State(house): State<House>, guest: Guest, headers: HeaderMap) -> Response {
    let scheme = match house.settings.secure_cookies {
        true => "https",
        false => "http",
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_plain = |host: &&str| {
        host.len() <= HOST_CHARS_MAX
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
    };
    let host = host.filter(is_plain).unwrap_or("HOST").to_owned();
    show(&IntegratorPage::new(guest.shell(), host, scheme))
}
