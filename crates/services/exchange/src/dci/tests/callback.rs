//! No address leads out of what was agreed.

use crate::dci::callback::{Callback, CallbackRefused};

const AGREED: &str = "http://spmis.example.org/cb/registry";

#[test]
fn below_the_agreed_folder_a_partner_is_called_back() {
    for folder in [AGREED, "http://SPMIS.example.org:80/cb/registry/"] {
        let callback = Callback::parse(folder).unwrap();
        for (named, called) in [
            (
                "http://spmis.example.org/cb/registry/on-search",
                "/cb/registry/on-search",
            ),
            (
                "http://spmis.example.org:80/cb/registry/a/b",
                "/cb/registry/a/b",
            ),
            (
                "HTTP://Spmis.Example.ORG/cb/registry/x/../on-search",
                "/cb/registry/on-search",
            ),
        ] {
            let url = callback.allows(named).unwrap();
            assert_eq!(
                (url.host_str(), url.path()),
                (Some("spmis.example.org"), called)
            );
        }
        let notify = callback.below("notify");
        assert_eq!(
            notify.as_str(),
            "http://spmis.example.org/cb/registry/notify"
        );
    }
}

#[test]
fn anywhere_else_it_is_not() {
    let callback = Callback::parse(AGREED).unwrap();
    for named in [
        "",
        "/cb/registry/on-search",
        "//spmis.example.org/cb/registry/on-search",
        "https://spmis.example.org/cb/registry/on-search",
        "http://spmis.example.org:8443/cb/registry/on-search",
        "http://spmis.example.org/cb/registry",
        "http://spmis.example.org/cb/registry-of-mine/on-search",
        "http://spmis.example.org/cb/registry/../on-search",
        "http://spmis.example.org/cb/registry/%2e%2e/on-search",
        "http://spmis.example.org/cb/registry/..\\..\\on-search",
        "http://spmis.example.org/",
        "http://spmis.example.org.evil.example/cb/registry/on-search",
        "http://evil.example/cb/registry/on-search",
        "http://spmis.example.org@evil.example/cb/registry/on-search",
        "http://user@spmis.example.org/cb/registry/on-search",
        "http://spmis.example.org\\@evil.example/cb/registry/on-search",
        "http://spmis.example.org/cb/registry/on-search?to=evil",
        "http://spmis.example.org/cb/registry/on-search#evil",
        "http://127.0.0.1/cb/registry/on-search",
        "http://[::1]/cb/registry/on-search",
        "http://0x7f000001/cb/registry/on-search",
        "ftp://spmis.example.org/cb/registry/on-search",
        "file:///etc/passwd",
        "gopher://spmis.example.org/cb/registry/on-search",
        "http://spmis.example.org\t.evil.example/cb/registry/on-search",
    ] {
        assert_eq!(callback.allows(named), None, "{named}");
    }
    let long = format!("{AGREED}/{}", "x".repeat(1_000));
    assert_eq!(callback.allows(&long), None);
}

#[test]
fn who_is_called_over_tls_is_called_over_nothing_else() {
    let callback = Callback::parse("https://spmis.example.org/cb/registry").unwrap();
    for (named, called) in [
        ("https://spmis.example.org/cb/registry/on-search", true),
        ("HTTPS://SPMIS.example.org:443/cb/registry/on-search", true),
        ("http://spmis.example.org/cb/registry/on-search", false),
        ("http://spmis.example.org:443/cb/registry/on-search", false),
        ("https://spmis.example.org:80/cb/registry/on-search", false),
        (
            "https://spmis.example.org:8443/cb/registry/on-search",
            false,
        ),
        ("https://spmis.example.org/cb/registry", false),
        (
            "https://spmis.example.org/cb/registry-of-mine/on-search",
            false,
        ),
        ("https://spmis.example.org/cb/registry/../on-search", false),
        (
            "https://spmis.example.org/cb/registry/%2e%2e/on-search",
            false,
        ),
        (
            "https://spmis.example.org.evil.example/cb/registry/on-search",
            false,
        ),
        (
            "https://spmis.example.org@evil.example/cb/registry/on-search",
            false,
        ),
        (
            "https://spmis.example.org\\@evil.example/cb/registry/on-search",
            false,
        ),
        (
            "https://user@spmis.example.org/cb/registry/on-search",
            false,
        ),
        (
            "https://spmis.example.org/cb/registry/on-search?to=evil",
            false,
        ),
        (
            "https://spmis.example.org/cb/registry/on-search#evil",
            false,
        ),
        ("https://127.0.0.1/cb/registry/on-search", false),
        ("https://[::1]/cb/registry/on-search", false),
        ("https://0x7f000001/cb/registry/on-search", false),
    ] {
        assert_eq!(callback.allows(named).is_some(), called, "{named}");
    }
    assert_eq!(
        callback.below("notify").as_str(),
        "https://spmis.example.org/cb/registry/notify"
    );
}

#[test]
fn what_is_agreed_is_a_plain_address() {
    for (text, refused) in [
        ("spmis.example.org", CallbackRefused::Form),
        ("ftp://spmis.example.org/", CallbackRefused::Form),
        ("http://", CallbackRefused::Form),
        (
            "http://user:word@spmis.example.org/",
            CallbackRefused::Extra,
        ),
        (
            "https://user:word@spmis.example.org/",
            CallbackRefused::Extra,
        ),
        ("http://spmis.example.org/?a=b", CallbackRefused::Extra),
        ("http://spmis.example.org/#a", CallbackRefused::Extra),
    ] {
        assert_eq!(Callback::parse(text), Err(refused), "{text}");
    }
}
