//! The bodies: broken, huge, deep, ambiguous, in other encodings. Every one is to be refused.

/// A body as it is sent.
#[derive(Clone)]
pub struct Body {
    pub what: &'static str,
    pub bytes: Vec<u8>,
    pub content_type: &'static str,
    /// Sent in pieces, its length not told beforehand.
    pub chunked: bool,
}

const JSON: &str = "application/json";
/// Bytes of a body that still comes in: `web`'s limit.
pub const TAKEN_MAX: usize = 64 * 1024;

fn json(what: &'static str, bytes: impl Into<Vec<u8>>) -> Body {
    Body {
        what,
        bytes: bytes.into(),
        content_type: JSON,
        chunked: false,
    }
}

/// As often as it fits into what still comes in.
fn full(before: &str, piece: &str, after: &str) -> Vec<u8> {
    let times = (TAKEN_MAX - before.len() - after.len()) / piece.len();
    format!("{before}{}{after}", piece.repeat(times)).into_bytes()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    units
        .flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        })
        .collect()
}

/// A message of the right form, for what is wrong around or inside of it.
const GOOD: &str = r#"{"header":{"message_id":"m"},"message":{"transaction_id":"t"}}"#;

pub fn all() -> Vec<Body> {
    let mut all = broken();
    all.extend(deep_and_wide());
    all.extend(ambiguous());
    all.extend(in_other_encodings());
    all.extend(of_other_kinds());
    all.extend(too_large());
    all
}

fn broken() -> Vec<Body> {
    let texts = [
        ("nothing", ""),
        ("a brace", "{"),
        ("half a message", &GOOD[..GOOD.len() / 2]),
        ("no quotes", "{header:{}}"),
        ("a comma too many", r#"{"header":{},}"#),
        ("a comment", r#"/* x */ {"header":{}}"#),
        ("two values", r#"{"header":{}}{"header":{}}"#),
        ("null", "null"),
        ("a number", "1"),
        ("a text", r#""header""#),
        ("an empty list", "[]"),
        ("an empty object", "{}"),
        ("not a number", r#"{"header":NaN}"#),
        ("infinite", r#"{"header":1e999}"#),
        ("a tab inside a text", "{\"header\":\"\t\"}"),
        ("half of a pair of surrogates", r#"{"header":"\ud800"}"#),
        ("words of another language", "header: {}\nmessage: {}\n"),
    ];
    let cut = texts.into_iter().map(|(what, text)| json(what, text));
    cut.collect()
}

fn deep_and_wide() -> Vec<Body> {
    vec![
        json("a hundred thousand lists", "[".repeat(100_000)),
        json("lists as deep as fit in, closed", {
            let half = TAKEN_MAX / 2;
            format!("{}{}", "[".repeat(half), "]".repeat(half))
        }),
        json("lists as deep as fit in, open", "[".repeat(TAKEN_MAX)),
        json("objects as deep as fit in", full("", "{\"a\":", "")),
        json("130 levels in the message", {
            let (open, close) = ("[".repeat(130), "]".repeat(130));
            format!(r#"{{"header":{{}},"message":{{"x":{open}{close}}}}}"#)
        }),
        json("as many empty lists as fit in", full("[", "[],", "[]]")),
        json(
            "as many zeros as fit in",
            full("{\"header\":[", "0,", "0]}"),
        ),
        json(
            "a number of sixty thousand digits",
            full("{\"header\":", "9", "}"),
        ),
        json(
            "a fraction of sixty thousand digits",
            full("{\"header\":0.", "9", "}"),
        ),
        json(
            "a text of sixty thousand letters",
            full("{\"header\":\"", "x", "\"}"),
        ),
        json(
            "ten thousand escapes",
            full("{\"header\":\"", "\\u0000", "\"}"),
        ),
        json("a key of sixty thousand letters", full("{\"", "k", "\":1}")),
        json("nothing but spaces", full("", " ", "")),
        json("a message behind spaces and no end", full(GOOD, " ", "x")),
    ]
}

fn ambiguous() -> Vec<Body> {
    let many = (0..4_000).map(|number| format!("\"k{}\":1,", number % 2_000));
    let many = many.collect::<String>();
    vec![
        json("a key twice", r#"{"header":{},"header":{},"message":{}}"#),
        json(
            "a key twice in escapes",
            r#"{"header":{},"\u0068eader":{},"message":{}}"#,
        ),
        json(
            "a key twice inside",
            r#"{"header":{"a":1,"a":2},"message":{}}"#,
        ),
        json(
            "two thousand keys twice",
            format!("{{{many}\"message\":{{}}}}"),
        ),
        json(
            "one key as often as fits in",
            full("{", "\"a\":1,", "\"a\":1}"),
        ),
    ]
}

fn in_other_encodings() -> Vec<Body> {
    let with = |name: &[u8]| [br#"{"header":{"x":""#, name, br#""},"message":{}}"#].concat();
    vec![
        json("UTF-16, little end first", utf16(GOOD, false)),
        json("UTF-16, big end first", utf16(GOOD, true)),
        json(
            "UTF-16 with a mark",
            utf16(&format!("\u{feff}{GOOD}"), false),
        ),
        json(
            "UTF-32",
            GOOD.chars()
                .flat_map(|c| u32::from(c).to_be_bytes())
                .collect::<Vec<_>>(),
        ),
        json("UTF-8 with a mark", format!("\u{feff}{GOOD}")),
        json("a byte that is no UTF-8", with(&[0xff])),
        json("a letter of Latin-1", with(&[0xe9])),
        json("letters of Windows-1251", with(&[0xca, 0xe0, 0xf0])),
        json("a slash too long", with(&[0xc0, 0xaf])),
        json("a zero too long", with(&[0xc0, 0x80])),
        json("a surrogate in UTF-8", with(&[0xed, 0xa0, 0x80])),
        json("beyond Unicode", with(&[0xf4, 0x90, 0x80, 0x80])),
        json(
            "half a letter at the end",
            [GOOD.as_bytes(), &[0xd0]].concat(),
        ),
        json("zeros", vec![0; 1_000]),
        Body {
            content_type: "application/json; charset=utf-16",
            ..json("said to be UTF-16", utf16(GOOD, true))
        },
    ]
}

const LAUGHS: &str = r#"<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]><l>&c;&d;</l>"#;

fn of_other_kinds() -> Vec<Body> {
    let kind = |what, content_type| Body {
        content_type,
        ..json(what, LAUGHS)
    };
    vec![
        kind("entities in XML", "application/xml"),
        kind("entities said to be JSON", JSON),
        kind("a form of parts", "multipart/form-data; boundary=x"),
        kind("plain text", "text/plain"),
        kind("no kind at all", ""),
        json("packed", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0]),
    ]
}

fn too_large() -> Vec<Body> {
    let large = |what, chunked| Body {
        chunked,
        ..json(what, vec![b'['; 8 << 20])
    };
    vec![
        json("a byte too many", vec![b' '; TAKEN_MAX + 1]),
        large("eight mebibytes", false),
        large("eight mebibytes in pieces", true),
    ]
}
