//! For integrators: calls to copy, and every code that a message may be refused with.

use askama::Template;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use exchange::dci::catalogue::{ERRORS, Known};

use crate::guest::Guest;
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

pub async fn calls(guest: Guest, headers: HeaderMap) -> Response {
    let scheme = reached_by(&headers);
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

/// Our listener speaks plain HTTP. Where a proxy before it carries TLS, the proxy says so. Anybody can
/// say it, and is then shown a call that does not work, on the own page alone.
fn reached_by(headers: &HeaderMap) -> &'static str {
    let said = headers
        .get("x-forwarded-proto")
        .and_then(|said| said.to_str().ok());
    // Each proxy of a chain adds its word; the first is the one that the caller spoke to.
    let first = said.and_then(|said| said.split(',').next());
    match first.is_some_and(|said| said.trim().eq_ignore_ascii_case("https")) {
        true => "https",
        false => "http",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_are_shown_as_the_server_is_reached() {
        let reached = |said: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert("x-forwarded-proto", said.parse().expect("plain"));
            }
            reached_by(&headers)
        };
        assert_eq!(reached(None), "http", "nobody stands before us");
        assert_eq!(reached(Some("https")), "https");
        assert_eq!(reached(Some("HTTPS, http")), "https");
        assert_eq!(reached(Some("http")), "http");
        assert_eq!(reached(Some("\" onload=")), "http");
    }
}
