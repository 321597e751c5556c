//! Client and secret in the header `Authorization` (RFC 6749, 2.3.1): both written as in a form, then
//! Basic. We write it where we ask for a token, and read it where one is asked of us.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::secret::Secret;

pub(super) fn written(client_id: &str, secret: &Secret) -> String {
    let (id, secret) = (form_encoded(client_id), form_encoded(secret.reveal()));
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Client and secret of a header; `None` where it is none of Basic.
pub fn client_of(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

fn form_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn form_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? * 16 + hex(bytes.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_and_secret_are_written_as_in_a_form_and_read_again() {
        // The example of RFC 6749, appendix B: U+0020, U+0025, U+0026, U+002B, U+00A3, U+20AC.
        let (plain, written) = (" %&+\u{a3}\u{20ac}", "+%25%26%2B%C2%A3%E2%82%AC");
        assert_eq!(form_encoded(plain), written);
        assert_eq!(form_decoded(written).as_deref(), Some(plain));
        // RFC 7617, 2: the user Aladdin.
        let (id, secret) = client_of("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").unwrap();
        assert_eq!((id.as_str(), secret.as_str()), ("Aladdin", "open sesame"));
        for wrong in [
            "",
            "Basic",
            "Bearer QWxhZGRpbjpv",
            "Basic ?",
            "Basic QWxhZGRpbg==",
            "Basic YTolMg==",
        ] {
            assert_eq!(client_of(wrong), None, "{wrong}");
        }
    }
}
