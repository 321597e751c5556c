//! What came over the wire, for the eyes of who looks for a mistake: JSON laid out where that hides
//! nothing, and otherwise the bytes as they came.

use std::collections::HashSet;
use std::fmt::Write;

use kernel::printable;
use serde::de::IgnoredAny;
use serde_json::Value;

/// So much of a message is shown; `connector answer` writes what is kept, whole.
const BYTES_SHOWN_MAX: usize = 64 * 1024;
/// A number of more digits is changed by most programs that read it.
const DIGITS_MAX: usize = 15;
/// What is nested deeper is not read by being laid out.
const DEPTH_MAX: usize = 24;

/// For people.
pub fn shown(body: &[u8]) -> String {
    let is_short = body.len() <= BYTES_SHOWN_MAX;
    let laid_out = json(body).filter(|_| is_short).and_then(laid_out);
    laid_out.unwrap_or_else(|| as_it_came(body))
}

/// For machines: the value, or the text where reading it as a value would lose something.
pub fn value(body: &[u8]) -> Value {
    let text = || Value::String(String::from_utf8_lossy(body).into_owned());
    match json(body).filter(|json| laid_out(json).is_some()) {
        Some(json) => serde_json::from_str(json).unwrap_or_else(|_| text()),
        None => text(),
    }
}

/// The bytes as they came, with lines: each that no reader sees is written out.
pub fn as_it_came(body: &[u8]) -> String {
    let (first, rest) = body.split_at(body.len().min(BYTES_SHOWN_MAX));
    let mut text = String::new();
    for chunk in first.utf8_chunks() {
        text.push_str(&printable::in_lines(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    if !rest.is_empty() {
        let _ = write!(text, "\n(and {} bytes more)", rest.len());
    }
    text
}

fn json(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    let read: Result<IgnoredAny, _> = serde_json::from_str(text);
    read.ok().map(|_| text)
}

/// Each token of a JSON text as it is written, on lines of their own. `None` where a reader would lose
/// something: a key that stands twice, a number that is too long.
fn laid_out(json: &str) -> Option<String> {
    let mut out = String::with_capacity(json.len() * 2);
    // The keys of each object that is open; of a list, none.
    let mut open: Vec<HashSet<String>> = Vec::new();
    let mut tokens = Tokens(json).peekable();
    while let Some(token) = tokens.next() {
        let next = tokens.peek().copied().unwrap_or("");
        match token {
            "{" | "[" => {
                out.push_str(token);
                open.push(HashSet::new());
                (open.len() <= DEPTH_MAX).then_some(())?;
                if !matches!(next, "}" | "]") {
                    new_line(&mut out, open.len());
                }
            }
            "}" | "]" => {
                open.pop();
                if !out.ends_with(['{', '[']) {
                    new_line(&mut out, open.len());
                }
                out.push_str(token);
            }
            "," => {
                out.push_str(token);
                new_line(&mut out, open.len());
            }
            ":" => out.push_str(": "),
            word => {
                if next == ":" {
                    let key: String = serde_json::from_str(word).ok()?;
                    open.last_mut()?.insert(key).then_some(())?;
                }
                is_read_alike(word).then_some(())?;
                out.push_str(&printable::in_one_line(word));
            }
        }
    }
    Some(out)
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
}

/// A string or a word is; a number when no program has to round it.
fn is_read_alike(word: &str) -> bool {
    let is_number = word.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let is_whole = || word.parse::<i64>().is_ok() || word.parse::<u64>().is_ok();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    !is_number || is_whole() || (digits <= DIGITS_MAX && !word.contains(['e', 'E']))
}

/// The tokens of a text that is known to be JSON.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start_matches([' ', '\t', '\n', '\r']);
        let length = match text.bytes().next()? {
            b'"' => string_length(text),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => text
                .find([' ', '\t', '\n', '\r', '}', ']', ','])
                .unwrap_or(text.len()),
        };
        let (token, rest) = text.split_at_checked(length)?;
        self.0 = rest;
        Some(token)
    }
}

/// Up to the quote that is not escaped, which belongs to it.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_nothing_of_it_is_changed() {
        let body =
            br#"{"b":1.50,"a":[ ],"c":[{"x":"a, \"b\": {"},null,-3],"n":12345678901234567890}"#;
        let expected = r#"{
  "b": 1.50,
  "a": [],
  "c": [
    {
      "x": "a, \"b\": {"
    },
    null,
    -3
  ],
  "n": 12345678901234567890
}"#;
        assert_eq!(shown(body), expected);
    }

    #[test]
    fn what_a_reader_would_lose_is_shown_as_it_came() {
        for body in [
            r#"{"request_id":"1","request_id":"2"}"#,
            r#"{"a":{"k":1,"\u006b":2}}"#,
            r#"{"amount": 0.1234567890123456}"#,
            r#"{"amount": 1e3}"#,
            r#"{"a":1"#,
            "<html>\n\tgone</html>",
            &"[".repeat(DEPTH_MAX + 1),
            &format!("{}{}", "[".repeat(DEPTH_MAX + 1), "]".repeat(DEPTH_MAX + 1)),
        ] {
            assert_eq!(shown(body.as_bytes()), body);
            assert_eq!(value(body.as_bytes()), Value::String(body.to_owned()));
        }
        // The same key in two objects is no repetition.
        let twice = r#"[{"k":1},{"k":2}]"#;
        assert_eq!(value(twice.as_bytes())[1]["k"], 2);
    }

    #[test]
    fn a_hostile_answer_does_nothing_to_the_terminal() {
        assert_eq!(shown(b"\x1b[2J\0\xff ok"), "\\u{1b}[2J\\u{0}\\xff ok");
        let in_json = "{\"name\":\"\u{9b}31m\u{202e}\"}";
        assert_eq!(
            shown(in_json.as_bytes()),
            "{\n  \"name\": \"\\u{9b}31m\\u{202e}\"\n}"
        );
    }

    #[test]
    fn a_flood_is_shown_in_part() {
        let body = vec![b'a'; BYTES_SHOWN_MAX + 5];
        let shown = shown(&body);
        assert!(shown.ends_with("a\n(and 5 bytes more)"));
        assert!(shown.len() < BYTES_SHOWN_MAX + 100);
    }
}
