//! Two cookies: the session, and the language.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue};
use kernel::lang::Lang;

pub const SESSION: &str = "daftar_session";
pub const LANGUAGE: &str = "daftar_language";
/// A year: a language does not grow old.
const LANGUAGE_AGE_S: u32 = 365 * 24 * 3600;

/// The value of a cookie of the request.
pub fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

pub fn session(token: &str, secure: bool) -> HeaderValue {
    build(&format!(
        "{SESSION}={token}; Path=/; HttpOnly; SameSite=Lax{}",
        only_tls(secure)
    ))
}

pub fn session_ended(secure: bool) -> HeaderValue {
    build(&format!(
        "{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{}",
        only_tls(secure)
    ))
}

pub fn language(lang: Lang, secure: bool) -> HeaderValue {
    let tag = lang.tag();
    build(&format!(
        "{LANGUAGE}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LANGUAGE_AGE_S}{}",
        only_tls(secure)
    ))
}

fn only_tls(secure: bool) -> &'static str {
    if secure { "; Secure" } else { "" }
}

fn build(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a cookie of ours is plain ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        fn check(line: &str, expected: Option<&str>) {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_str(line).expect("a header"));
            assert_eq!(find(&headers, LANGUAGE), expected, "{line}");
        }
        check("daftar_language=ru", Some("ru"));
        check("a=b; daftar_language=uz-Cyrl;c=d", Some("uz-Cyrl"));
        check("x_daftar_language=ru", None);
        check("daftar_language", None);
    }
}
