//! Mutants of a message on its way, in both dialects: what was signed is changed, written so that two
//! readers could take it differently, or played again.

use serde_json::{Value, json};

use super::letter::Sealed;
use super::mutants::{Mutant, Twist};
use crate::dci::message::now;

use Twist::{Again, AgainBytes, Bytes, Sealed as Changes};

fn name(sealed: &mut Sealed, name: &str) {
    let before = sealed.body["header"]["meta"]["name"].take();
    assert_ne!(before, name, "the mutant changes nothing");
    sealed.body["header"]["meta"]["name"] = name.into();
}

fn put_first(body: String, object: &str, field: &str) -> Vec<u8> {
    let from = format!("\"{object}\":{{");
    let to = format!("\"{object}\":{{{field},");
    let after = body.replacen(&from, &to, 1);
    assert_ne!(body, after, "the mutant changes nothing");
    after.into_bytes()
}

/// What was signed is changed on the way.
pub const ON_THE_WAY: &[Mutant] = &[
    (
        "stripped",
        Changes(|s| {
            s.body["signature"] = Value::Null;
            s.http.clear();
        }),
    ),
    (
        "stripped, and unsigned claimed",
        Changes(|s| {
            s.body["signature"] = "unsigned".into();
            s.http.clear();
        }),
    ),
    (
        "stripped, and a stub claimed",
        Changes(|s| {
            s.body["signature"] = "unsigned-stub".into();
            s.http.clear();
        }),
    ),
    ("emptied", Changes(|s| s.sign_with(""))),
    (
        "a word instead",
        Changes(|s| s.sign_with("invalid-signature")),
    ),
    (
        "a signature that is no text",
        Changes(|s| {
            s.http.clear();
            s.body["signature"] = json!({ "value": true });
        }),
    ),
    (
        "another message id",
        Changes(|s| s.body["header"]["message_id"] = "m-forged".into()),
    ),
    (
        "a later time",
        Changes(|s| {
            s.body["header"]["message_ts"] = now().plus_seconds(1).to_string().into();
        }),
    ),
    (
        "a callback added",
        Changes(|s| {
            s.body["header"]["sender_uri"] = "http://evil.example/on-search".into();
        }),
    ),
    (
        "no receiver",
        Changes(|s| {
            s.body["header"]
                .as_object_mut()
                .expect("an object")
                .remove("receiver_id");
        }),
    ),
    (
        "no version",
        Changes(|s| {
            s.body["header"]
                .as_object_mut()
                .expect("an object")
                .remove("version");
        }),
    ),
    (
        "a header field added",
        Changes(|s| s.body["header"]["x"] = Value::Null),
    ),
    (
        "a count as a fraction",
        Changes(|s| s.body["header"]["total_count"] = 1.0.into()),
    ),
    (
        "encryption no more denied",
        Changes(|s| {
            s.body["header"]
                .as_object_mut()
                .expect("an object")
                .remove("is_msg_encrypted");
        }),
    ),
    (
        "another transaction",
        Changes(|s| s.body["message"]["transaction_id"] = "t2".into()),
    ),
    (
        "a message field added",
        Changes(|s| s.body["message"]["x"] = json!([])),
    ),
    (
        "an empty message",
        Changes(|s| s.body["message"] = json!({})),
    ),
    (
        "a message in a list",
        Changes(|s| s.body["message"] = json!([s.body["message"]])),
    ),
    ("no header", Changes(|s| s.body["header"] = Value::Null)),
    (
        "header and message changed over",
        Changes(|s| {
            let header = s.body["header"].take();
            s.body["header"] = s.body["message"].take();
            s.body["message"] = header;
        }),
    ),
    (
        "a number of the message as text",
        Changes(|s| {
            s.body["header"]["meta"]["number"] = "1".into();
        }),
    ),
    (
        "null for false",
        Changes(|s| s.body["header"]["meta"]["flag"] = Value::Null),
    ),
    (
        "a name in other letters",
        Changes(|s| name(s, "Karimova Oʻgʻiloy Sé")),
    ),
    (
        "the turned comma as an apostrophe",
        Changes(|s| name(s, "Каримова O'g'iloy Sé")),
    ),
    (
        "the turned comma as a right quote",
        Changes(|s| name(s, "Каримова O’g’iloy Sé")),
    ),
    (
        "a letter that looks the same",
        Changes(|s| name(s, "Кaримова Oʻgʻiloy Sé")),
    ),
    (
        "a name decomposed",
        Changes(|s| name(s, "Каримова Oʻgʻiloy Se\u{301}")),
    ),
    (
        "a name with a zero-width space",
        Changes(|s| name(s, "Каримова\u{200b} Oʻgʻiloy Sé")),
    ),
    (
        "a name turned from right to left",
        Changes(|s| name(s, "\u{202e}Каримова Oʻgʻiloy Sé")),
    ),
    (
        "a name in capitals",
        Changes(|s| name(s, "КАРИМОВА OʻGʻILOY SÉ")),
    ),
    (
        "escapes written as text",
        Changes(|s| name(s, "\\u041aаримова Oʻgʻiloy Sé")),
    ),
    (
        "a bit of the signature",
        Changes(|s| s.bytes(|b| b[0] ^= 1)),
    ),
    (
        "the last bit of the signature",
        Changes(|s| s.bytes(|b| b[63] ^= 0x80)),
    ),
    (
        "a signature cut short",
        Changes(|s| s.bytes(|b| b.truncate(63))),
    ),
    (
        "a signature of 65 bytes",
        Changes(|s| s.bytes(|b| b.push(0))),
    ),
    (
        "a signature twice",
        Changes(|s| s.bytes(|b| b.extend(b.clone()))),
    ),
    ("a signature of zeros", Changes(|s| s.bytes(|b| b.fill(0)))),
    (
        "a signature with the order of the group added",
        Changes(|s| s.bytes(|b| add_order(b))),
    ),
    (
        "its two halves changed over",
        Changes(|s| s.bytes(|b| b.rotate_left(32))),
    ),
    (
        "a signature of eight thousand bytes",
        Changes(|s| s.bytes(|b| b.resize(8_000, 1))),
    ),
];

/// Ed25519 is malleable where S is not compared with the order of the group (RFC 8032, 5.1.7).
fn add_order(signature: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, order) in signature[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
}

/// Bytes that two readers could take for different messages.
pub const BYTES: &[Mutant] = &[
    (
        "a message id twice, the forged one first",
        Bytes(|b| put_first(b, "header", "\"message_id\":\"m-forged\"")),
    ),
    (
        "a transaction twice, the forged one first",
        Bytes(|b| put_first(b, "message", "\"transaction_id\":\"t2\"")),
    ),
    (
        "a message id twice, once in escapes",
        Bytes(|b| put_first(b, "header", "\"message\\u005fid\":\"m-forged\"")),
    ),
    (
        "a second header",
        Bytes(|b| b.replacen('{', "{\"header\":{},", 1).into_bytes()),
    ),
    (
        "a second message",
        Bytes(|b| b.replacen('{', "{\"message\":{},", 1).into_bytes()),
    ),
    (
        "a second signature",
        Bytes(|b| b.replacen('{', "{\"signature\":\"\",", 1).into_bytes()),
    ),
    (
        "a byte order mark",
        Bytes(|b| format!("\u{feff}{b}").into_bytes()),
    ),
    (
        "UTF-16",
        Bytes(|b| b.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ),
    (
        "a letter in Latin-1",
        Bytes(|b| {
            let at = b.find('é').expect("a letter");
            [&b.as_bytes()[..at], &[0xe9], &b.as_bytes()[at + 2..]].concat()
        }),
    ),
    (
        "half of a pair of surrogates",
        Bytes(|b| b.replacen('é', "\\ud800", 1).into_bytes()),
    ),
    (
        "a second value behind",
        Bytes(|b| format!("{b}{{}}").into_bytes()),
    ),
    (
        "a byte of zero behind",
        Bytes(|b| format!("{b}\0").into_bytes()),
    ),
    ("cut short", Bytes(|b| b.as_bytes()[..b.len() - 1].to_vec())),
    ("a comment", Bytes(|b| format!("{b}//").into_bytes())),
    (
        "a comma behind the last field",
        Bytes(|b| format!("{},}}", &b[..b.len() - 1]).into_bytes()),
    ),
];

/// Taken once, and never again, however it is written.
pub const REPLAYED: &[Mutant] = &[
    ("the same bytes again", Again(|_| {})),
    (
        "again with spaces",
        AgainBytes(|b| b.replacen(':', " : ", 1).into_bytes()),
    ),
    (
        "again with its fields in another order",
        AgainBytes(reordered),
    ),
    (
        "again in escapes",
        AgainBytes(|b| b.replacen('é', "\\u00e9", 1).into_bytes()),
    ),
    (
        "again with a field beside the signed ones",
        Again(|s| s.body["x"] = 1.into()),
    ),
    (
        "again under another id",
        Again(|s| s.body["header"]["message_id"] = "m-forged".into()),
    ),
];

fn reordered(body: String) -> Vec<u8> {
    let value: Value = serde_json::from_str(&body).expect("JSON");
    let mut out = String::new();
    backwards(&value, &mut out);
    assert_ne!(body, out, "the mutant changes nothing");
    out.into_bytes()
}

fn backwards(value: &Value, out: &mut String) {
    let Value::Object(fields) = value else {
        out.push_str(&value.to_string());
        return;
    };
    out.push('{');
    for (place, (key, value)) in fields.iter().rev().enumerate() {
        if place > 0 {
            out.push(',');
        }
        out.push_str(&format!("{}:", json!(key)));
        backwards(value, out);
    }
    out.push('}');
}
