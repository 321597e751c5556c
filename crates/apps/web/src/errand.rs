//! For what a partner asks, as a security server passes it on: read behind its listener only.

use access::{ERRAND_CHARS_MAX, Errand};
use axum::http::HeaderMap;

use crate::stop::Stop;

const ID: &str = "x-road-id";
const USER: &str = "x-road-userid";
const ISSUE: &str = "x-road-issue";

/// What cannot be shown to the person as it came is refused.
pub fn of(headers: &HeaderMap) -> Result<Errand, Stop> {
    Ok(Errand {
        id: word(headers, ID)?,
        user: word(headers, USER)?,
        issue: word(headers, ISSUE)?,
    })
}

/// A header that stands twice could be read as either.
fn word(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, Stop> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = std::str::from_utf8(value.as_bytes()).ok();
    let alone = text.filter(|_| values.next().is_none());
    let read = alone.and_then(|text| Errand::word(text).ok());
    read.ok_or_else(|| {
        let form = format!("at most {ERRAND_CHARS_MAX} characters, each of which can be seen");
        Stop::bad(name, format!("{name} stands once, in UTF-8, with {form}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(values: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
            headers.append(*name, value);
        }
        headers
    }

    #[test]
    fn what_came_with_a_request_is_read_as_it_is_or_refused() {
        let good = headers(&[(ID, "0199-17"), (USER, "UZ-17"), (ISSUE, "Иш № 4")]);
        let errand = of(&good).expect("an errand");
        assert_eq!(errand.issue.as_deref(), Some("Иш № 4"));
        assert_eq!(errand.user.as_deref(), Some("UZ-17"));
        assert_eq!(of(&headers(&[(ID, "")])), Ok(Errand::NONE));
        assert_eq!(of(&HeaderMap::new()), Ok(Errand::NONE));
        let long = "x".repeat(ERRAND_CHARS_MAX + 1);
        for bad in [
            vec![(ISSUE, "a\tb")],
            vec![(ISSUE, "a\u{202e}b")],
            vec![(ISSUE, long.as_str())],
            vec![(ID, "1"), (ID, "2")],
        ] {
            assert!(of(&headers(&bad)).is_err(), "{bad:?}");
        }
        let mut bytes = HeaderMap::new();
        bytes.insert(USER, HeaderValue::from_bytes(&[0xff]).expect("a value"));
        assert!(of(&bytes).is_err(), "no text");
    }
}
