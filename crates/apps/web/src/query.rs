//! Percent-encoding of the few values that pages put into addresses.

/// Longer addresses are cut where they are shown or carried on.
pub const ADDRESS_CHARS_MAX: usize = 2_000;

/// Everything but unreserved characters and `/` is encoded.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(byte as char)
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// An address of this house: `/..`, never another host. Anything else is `/`.
pub fn local(back: &str) -> &str {
    let other_host = back.starts_with("//") || back.starts_with("/\\");
    let plain = back.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if back.starts_with('/') && !other_host && plain {
        back
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_never_leaves_the_house() {
        fn check(back: &str, expected: &str) {
            assert_eq!(local(back), expected, "{back}");
        }
        check("/applications?after=4F", "/applications?after=4F");
        check("//evil.example/", "/");
        check("/\\evil.example/", "/");
        check("https://evil.example/", "/");
        check("", "/");
        check("/a\r\nSet-Cookie: x", "/");
    }

    #[test]
    fn what_is_not_plain_is_encoded() {
        assert_eq!(encode("/a?b=ў&c"), "/a%3Fb%3D%D1%9E%26c");
    }
}
