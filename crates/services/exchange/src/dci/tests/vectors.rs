//! Golden vectors: computed from the two algorithms by other programs, never by ours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::dci::json::{Form, Unreadable, read, signed_text};
use crate::dci::keys::{Jwks, SigningKey};
use crate::dci::signature::{Policy, Signed, sign, verify};

/// A key for tests only: its seed is the bytes 00 to 1f.
pub(super) fn test_key() -> SigningKey {
    let seed: Vec<u8> = (0..32).collect();
    SigningKey::from_seed(&seed).unwrap().named("k1")
}

pub(super) fn golden() -> Value {
    read(include_bytes!("../testdata/signature-vectors.json")).unwrap()
}

pub(super) const CREATED_S: i64 = 1_795_255_200;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn signed<'a>(golden: &'a Value, field: Option<&'a str>, http: Option<&'a str>) -> Signed<'a> {
    Signed {
        sender_id: "spmis.example.org",
        header: &golden["header"],
        message: &golden["message"],
        field,
        http,
    }
}

#[test]
fn canonical_forms_are_the_ones_of_the_vectors() {
    let golden = golden();
    let forms = [
        (Form::PythonAscii, "canonical_json"),
        (Form::RawUtf8, "payload_utf8"),
    ];
    for (vector, (form, name)) in golden["vectors"].as_array().unwrap().iter().zip(forms) {
        let ours = signed_text(&golden["header"], &golden["message"], form);
        assert_eq!(ours, text(vector, name));
    }
}

/// The expected texts are what Python 3.11's `json` and orjson 3.13 print.
#[test]
fn numbers_escapes_and_keys_are_written_as_the_other_programs_write_them() {
    let sent = r#"{"b":[1,-5,1.5,0.00001,2.5e-7,100.0,0.0001,18446744073709551615],"a":"\u007f \u0000 \ud83d\ude00 / \"q\" \\ \b\f","Я":true,"oʻ":null,"z":{},"y":[]}"#;
    let value = read(sent.as_bytes()).unwrap();
    let body = |form| {
        let text = signed_text(&Value::Null, &value, form);
        let body = text.strip_prefix(r#"{"header":null,"message":"#).unwrap();
        body.strip_suffix('}').unwrap().to_owned()
    };
    assert_eq!(
        body(Form::PythonAscii),
        r#"{"a":"\u007f \u0000 \ud83d\ude00 / \"q\" \\ \b\f","b":[1,-5,1.5,1e-05,2.5e-07,100.0,0.0001,18446744073709551615],"o\u02bb":null,"y":[],"z":{},"\u042f":true}"#
    );
    assert_eq!(
        body(Form::RawUtf8),
        "{\"a\":\"\u{7f} \\u0000 😀 / \\\"q\\\" \\\\ \\b\\f\",\"b\":[1,-5,1.5,0.00001,2.5e-7,100.0,0.0001,18446744073709551615],\"oʻ\":null,\"y\":[],\"z\":{},\"Я\":true}"
    );
}

#[test]
fn both_vectors_are_verified_and_made_byte_for_byte() {
    let golden = golden();
    let key = test_key();
    let keys = Jwks::parse(&key.jwks().to_string()).unwrap();
    let vectors = &golden["vectors"];
    let (field, http) = (
        text(&vectors[0], "signature_field"),
        text(&vectors[1], "http_header_Signature"),
    );

    let message = signed(&golden, Some(field), None);
    assert_eq!(
        verify(&message, Policy::DciEd25519, &keys, CREATED_S),
        Ok(())
    );
    assert_eq!(sign(&message, Policy::DciEd25519, &key, CREATED_S), field);

    let message = signed(&golden, None, Some(http));
    assert_eq!(
        verify(&message, Policy::JwsDetached, &keys, CREATED_S),
        Ok(())
    );
    assert_eq!(sign(&message, Policy::JwsDetached, &key, CREATED_S), http);
}

/// docs/first-call.md signs with Python's `json`, OpenG2P with orjson: each writes a small fraction in its
/// own way. The payloads are what the two programs print, `ensure_ascii=False` in Python.
#[test]
fn a_small_fraction_is_signed_as_python_or_as_orjson_writes_it() {
    let key = test_key();
    let keys = Jwks::parse(&key.jwks().to_string()).unwrap();
    let head = r#"{"alg":"EdDSA","kid":"k1"}"#;
    let b64 = |text: &[u8]| URL_SAFE_NO_PAD.encode(text);
    let jws = |fraction: &str, other: &str| {
        let payload =
            format!(r#"{{"header":{{}},"message":{{"a":"oʻ","b":{fraction},"c":{other}}}}}"#);
        let input = format!("{}.{}", b64(head.as_bytes()), b64(payload.as_bytes()));
        format!(
            "{}..{}",
            b64(head.as_bytes()),
            b64(&key.sign(input.as_bytes()))
        )
    };
    let message = read(r#"{"header":{},"message":{"a":"oʻ","b":1e-07,"c":0.00002}}"#.as_bytes());
    let message = message.unwrap();
    let verified = |jws: &str| {
        let signed = signed(&message, None, Some(jws));
        verify(&signed, Policy::JwsDetached, &keys, 0)
    };
    assert_eq!(verified(&jws("1e-07", "2e-05")), Ok(()), "Python");
    assert_eq!(verified(&jws("1e-7", "0.00002")), Ok(()), "orjson");
    // A third way, a mixture, and other numbers are forged.
    for (fraction, other) in [
        ("0.0000001", "0.00002"),
        ("1e-07", "0.00002"),
        ("1e-08", "2e-05"),
        ("1e-7", "0.00003"),
    ] {
        assert!(
            verified(&jws(fraction, other)).is_err(),
            "{fraction} {other}"
        );
    }
}

/// RS256 is what OpenG2P's key manager signs with; both were made with OpenSSL.
#[test]
fn rs256_and_es256_of_another_program_are_verified() {
    let golden = golden();
    let made = read(include_bytes!("../testdata/jws-vectors.json")).unwrap();
    for vector in made["vectors"].as_array().unwrap() {
        let keys = Jwks::parse(&format!("{{\"keys\":[{}]}}", vector["jwk"])).unwrap();
        let jws = text(vector, "jws");
        let message = signed(&golden, None, Some(jws));
        assert_eq!(
            verify(&message, Policy::JwsDetached, &keys, 0),
            Ok(()),
            "{jws}"
        );

        let mut other = golden.clone();
        other["message"]["transaction_id"] = "t2".into();
        let message = signed(&other, None, Some(jws));
        assert!(verify(&message, Policy::JwsDetached, &keys, 0).is_err());
    }
}

#[test]
fn json_that_two_readers_could_take_differently_is_refused() {
    let deep = format!("{}1{}", "[".repeat(30), "]".repeat(30));
    let wide = format!("[{}1]", "1,".repeat(9_000));
    let refused = [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"[{"x":{"b":1,"b":2}}]"#,
        "-0",
        "-0.0",
        "123456789012345678901234567890",
        "1e400",
        "NaN",
        r#""\ud800""#,
        "1 2",
        "",
        "{",
        &deep,
        &wide,
    ];
    for text in refused {
        let read = read(text.as_bytes());
        assert!(matches!(read, Err(Unreadable::Json(_))), "{text:.40}");
    }
    for bytes in [
        &b"\xef\xbb\xbf{}"[..],
        b"\"\xff\"",
        b"{\0}\0",
        b"\xff\xfe{\0}\0",
    ] {
        assert!(read(bytes).is_err(), "{bytes:?}");
    }
    assert!(read(r#"{"a":[{"b":1},{"b":1}]}"#.as_bytes()).is_ok());
}

#[test]
fn keys_that_must_not_be_used_are_refused() {
    let x = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
    let ed =
        |more: &str| format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"{more}}}]}}"#);
    assert!(Jwks::parse(&ed(r#","kid":"k1""#)).is_ok());
    let refused = [
        "[]".to_owned(),
        ed(""),
        ed(r#","kid":"a|b""#),
        ed(r#","kid":"k1","d":"AA""#),
        ed(r#","kid":"k1","use":"enc""#),
        ed(r#","kid":"k1","alg":"RS256""#),
        r#"{"keys":[{"kty":"oct","kid":"k1","k":"AA"}]}"#.to_owned(),
        r#"{"keys":[{"kty":"RSA","kid":"k1","n":"AQAB","e":"AQAB"}]}"#.to_owned(),
        format!(
            r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"{x}"}},{{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"{x}"}}]}}"#
        ),
    ];
    for text in refused {
        assert!(Jwks::parse(&text).is_err(), "{text}");
    }
}
