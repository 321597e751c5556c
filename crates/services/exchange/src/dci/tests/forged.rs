//! Forged messages: a signed message changed in every way we know. None is believed.

use serde_json::Value;

use super::vectors::{CREATED_S, golden, test_key};
use crate::dci::keys::{Jwks, SigningKey};
use crate::dci::signature::{Policy, Signed, verify};

/// A message on its way, and the moment it arrives.
#[derive(Clone)]
struct Arriving {
    sender: String,
    body: Value,
    field: Option<String>,
    http: Option<String>,
    now_s: i64,
}

type Mutant = (&'static str, fn(&mut Arriving));

fn arriving(policy: Policy) -> Arriving {
    let golden = golden();
    let text = |vector: usize, name: &str| {
        let text = golden["vectors"][vector][name].as_str().unwrap();
        Some(text.to_owned())
    };
    let field = policy == Policy::DciEd25519;
    Arriving {
        sender: "spmis.example.org".to_owned(),
        field: field.then(|| text(0, "signature_field")).flatten(),
        http: (!field).then(|| text(1, "http_header_Signature")).flatten(),
        body: golden,
        now_s: CREATED_S,
    }
}

fn believed(message: &Arriving, policy: Policy, keys: &Jwks) -> bool {
    let signed = Signed {
        sender_id: &message.sender,
        header: &message.body["header"],
        message: &message.body["message"],
        field: message.field.as_deref(),
        http: message.http.as_deref(),
    };
    verify(&signed, policy, keys, message.now_s).is_ok()
}

fn ours() -> Jwks {
    Jwks::parse(&test_key().jwks().to_string()).unwrap()
}

fn swap(text: &mut Option<String>, from: &str, to: &str) {
    let before = text.clone().expect("it is signed");
    let after = before.replacen(from, to, 1);
    assert_ne!(before, after, "the mutant changes nothing: {from}");
    *text = Some(after);
}

/// Another base64url text before the two dots: a header of the forger's own.
fn head(message: &mut Arriving, header: &str) {
    use base64::Engine;
    let jws = message.http.clone().unwrap();
    let signature = jws.split("..").nth(1).unwrap();
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header);
    message.http = Some(format!("{head}..{signature}"));
}

/// What was signed is changed: holds for both dialects.
const CONTENTS: &[Mutant] = &[
    ("another message id", |m| {
        m.body["header"]["message_id"] = "m2".into()
    }),
    ("a later time", |m| {
        m.body["header"]["message_ts"] = "2026-11-21T10:00:01Z".into()
    }),
    ("another action", |m| {
        m.body["header"]["action"] = "subscribe".into()
    }),
    ("another sender in the header", |m| {
        m.body["header"]["sender_id"] = "tax.gov".into()
    }),
    ("another receiver", |m| {
        m.body["header"]["receiver_id"] = "ibr.gov".into()
    }),
    ("no receiver", |m| {
        m.body["header"]
            .as_object_mut()
            .unwrap()
            .remove("receiver_id");
    }),
    ("a callback added", |m| {
        m.body["header"]["sender_uri"] = "http://evil.example/".into()
    }),
    ("another count", |m| {
        m.body["header"]["total_count"] = 2.into()
    }),
    ("a count as text", |m| {
        m.body["header"]["total_count"] = "1".into()
    }),
    ("a count as a fraction", |m| {
        m.body["header"]["total_count"] = 1.0.into()
    }),
    ("encryption claimed", |m| {
        m.body["header"]["is_msg_encrypted"] = true.into()
    }),
    ("a header field added", |m| {
        m.body["header"]["x"] = Value::Null
    }),
    ("another version", |m| {
        m.body["header"]["version"] = "1.0".into()
    }),
    ("another transaction", |m| {
        m.body["message"]["transaction_id"] = "t2".into()
    }),
    ("another reference", |m| {
        m.body["message"]["search_request"][0]["reference_id"] = "r2".into();
    }),
    ("a request twice", |m| {
        let list = m.body["message"]["search_request"].as_array_mut().unwrap();
        list.push(list[0].clone());
    }),
    ("no request", |m| {
        m.body["message"]["search_request"] = Value::Array(Vec::new())
    }),
    ("another kind of query", |m| {
        m.body["message"]["search_request"][0]["search_criteria"]["query_type"] = "x".into();
    }),
    ("a name in other letters", |m| name(m, "Karimova Oʻgʻiloy")),
    ("the turned comma as an apostrophe", |m| {
        name(m, "Каримова O'g'iloy")
    }),
    ("the turned comma as a right quote", |m| {
        name(m, "Каримова O’g’iloy")
    }),
    ("a letter that looks the same", |m| {
        name(m, "Кaримова Oʻgʻiloy")
    }),
    ("a name decomposed", |m| name(m, "Каримова Oʻgʻiloy\u{301}")),
    ("a name with a zero-width space", |m| {
        name(m, "Каримова\u{200b} Oʻgʻiloy")
    }),
    ("escapes written as text", |m| {
        name(m, "\\u041aаримова Oʻgʻiloy")
    }),
    ("another operator", |m| {
        expression(m)["operator"] = "in".into()
    }),
    ("another attribute", |m| {
        expression(m)["attribute_name"] = "given_name".into()
    }),
    ("the order of a query", |m| {
        let query = &mut m.body["message"]["search_request"][0]["search_criteria"]["query"];
        *query = query[0].clone();
    }),
    ("header and message changed over", |m| {
        let header = m.body["header"].take();
        m.body["header"] = m.body["message"].take();
        m.body["message"] = header;
    }),
    ("an empty message", |m| {
        m.body["message"] = serde_json::json!({})
    }),
    ("no header", |m| m.body["header"] = Value::Null),
    ("another locale", |m| {
        m.body["message"]["search_request"][0]["locale"] = "rus".into()
    }),
];

fn expression(message: &mut Arriving) -> &mut Value {
    &mut message.body["message"]["search_request"][0]["search_criteria"]["query"][0]["expression1"]
}

fn name(message: &mut Arriving, name: &str) {
    expression(message)["attribute_value"] = name.into();
}

const OF_THE_FIELD: &[Mutant] = &[
    ("stripped", |m| m.field = None),
    ("emptied", |m| m.field = Some(String::new())),
    ("unsigned", |m| m.field = Some("unsigned".into())),
    ("moved into the HTTP header", |m| m.http = m.field.take()),
    ("a word instead", |m| {
        m.field = Some("invalid-signature".into())
    }),
    ("a minute and a second too late", |m| m.now_s += 361),
    ("a minute and a second too early", |m| m.now_s -= 61),
    ("expiry moved", |m| {
        swap(&mut m.field, "1795255500", "1795255499")
    }),
    ("expiry for ever", |m| {
        swap(&mut m.field, "1795255500", "9999999999")
    }),
    ("expiry before creation", |m| {
        swap(&mut m.field, "1795255500", "1795255100")
    }),
    ("creation moved", |m| {
        swap(&mut m.field, "1795255200", "1795255201")
    }),
    ("creation with a plus", |m| {
        swap(&mut m.field, "\"1795255200", "\"+1795255200")
    }),
    ("creation with a zero", |m| {
        swap(&mut m.field, "\"1795255200", "\"01795255200")
    }),
    ("the key of another sender", |m| {
        swap(&mut m.field, "spmis.example.org|", "tax.gov|")
    }),
    ("an unknown key", |m| swap(&mut m.field, "|k1|", "|k2|")),
    ("no key", |m| swap(&mut m.field, "|k1|ed25519", "")),
    ("four parts of a key", |m| {
        swap(&mut m.field, "|ed25519", "|ed25519|x")
    }),
    ("algorithm none", |m| {
        swap(&mut m.field, "algorithm=\"ed25519\"", "algorithm=\"none\"")
    }),
    ("algorithm of HMAC", |m| {
        swap(&mut m.field, "|ed25519", "|hs256")
    }),
    ("algorithm in capitals", |m| {
        swap(&mut m.field, "=\"ed25519\"", "=\"ED25519\"")
    }),
    ("digest not covered", |m| {
        swap(&mut m.field, " digest\"", "\"")
    }),
    ("expiry not covered", |m| {
        swap(&mut m.field, "(expires) ", "")
    }),
    ("covered in another order", |m| {
        swap(&mut m.field, "(created) (expires)", "(expires) (created)");
    }),
    ("another namespace", |m| {
        swap(&mut m.field, "\"dci\"", "\"x\"")
    }),
    ("a name twice", |m| {
        swap(&mut m.field, "created=", "created=\"1795255200\", created=")
    }),
    ("a name unknown", |m| {
        swap(&mut m.field, "created=", "nonce=\"1\", created=")
    }),
    ("no namespace", |m| {
        swap(&mut m.field, "namespace=\"dci\", ", "")
    }),
    ("no quotes", |m| swap(&mut m.field, "\"dci\"", "dci")),
    ("a byte of the signature", |m| {
        swap(&mut m.field, "\"0v5H", "\"0v5I")
    }),
    ("a signature cut short", |m| {
        swap(&mut m.field, "iJCQ==\"", "\"")
    }),
    ("padding left out", |m| swap(&mut m.field, "==\"", "\"")),
    ("trailing bits of base64", |m| {
        swap(&mut m.field, "iJCQ==", "iJCR==")
    }),
    ("another base64", |m| swap(&mut m.field, "j+cFv", "j-cFv")),
    ("no signature", |m| {
        swap(&mut m.field, "signature=\"0v5H", "signature=\"\",x=\"")
    }),
    ("the same message of another sender", |m| {
        m.sender = "tax.gov".into()
    }),
];

const OF_THE_JWS: &[Mutant] = &[
    ("stripped", |m| m.http = None),
    ("emptied", |m| m.http = Some(String::new())),
    ("moved into the body", |m| m.field = m.http.take()),
    ("unsigned in the body", |m| {
        m.field = Some("unsigned".into())
    }),
    ("only the dots", |m| m.http = Some("..".into())),
    ("alg none", |m| head(m, r#"{"alg":"none","kid":"k1"}"#)),
    ("alg none without signature", |m| {
        m.http = Some("eyJhbGciOiJub25lIn0..".into());
    }),
    ("alg None", |m| head(m, r#"{"alg":"None","kid":"k1"}"#)),
    ("alg HS256 with the public key", |m| {
        head(m, r#"{"alg":"HS256","kid":"k1"}"#)
    }),
    ("alg RS256", |m| head(m, r#"{"alg":"RS256","kid":"k1"}"#)),
    ("no alg", |m| head(m, r#"{"kid":"k1"}"#)),
    ("no kid", |m| head(m, r#"{"alg":"EdDSA"}"#)),
    ("an unknown kid", |m| {
        head(m, r#"{"alg":"EdDSA","kid":"k2"}"#)
    }),
    ("a kid as a path", |m| {
        head(m, r#"{"alg":"EdDSA","kid":"../k1"}"#)
    }),
    ("kid twice", |m| {
        head(m, r#"{"alg":"EdDSA","kid":"k2","kid":"k1"}"#)
    }),
    ("jku", |m| {
        head(
            m,
            r#"{"alg":"EdDSA","kid":"k1","jku":"http://evil.example/jwks"}"#,
        )
    }),
    ("x5u", |m| {
        head(
            m,
            r#"{"alg":"EdDSA","kid":"k1","x5u":"http://evil.example/x"}"#,
        )
    }),
    ("jwk", |m| {
        head(m, r#"{"alg":"EdDSA","kid":"k1","jwk":{"kty":"OKP"}}"#)
    }),
    ("crit", |m| {
        head(
            m,
            r#"{"alg":"EdDSA","kid":"k1","crit":["b64"],"b64":false}"#,
        )
    }),
    ("b64 false", |m| {
        head(m, r#"{"alg":"EdDSA","kid":"k1","b64":false}"#)
    }),
    ("the header with a space", |m| {
        head(m, r#"{"alg":"EdDSA", "kid":"k1"}"#)
    }),
    ("the header in another order", |m| {
        head(m, r#"{"kid":"k1","alg":"EdDSA"}"#)
    }),
    ("the header as a list", |m| head(m, r#"["EdDSA","k1"]"#)),
    ("a header that is no base64", |m| {
        swap(&mut m.http, "eyJ", "e*J")
    }),
    ("a payload of its own", |m| swap(&mut m.http, "..", ".e30.")),
    ("a fourth part", |m| m.http.as_mut().unwrap().push_str(".x")),
    ("a byte of the signature", |m| {
        swap(&mut m.http, "..FP2", "..FP3")
    }),
    ("a signature cut short", |m| {
        m.http.as_mut().unwrap().pop();
    }),
    ("padding", |m| m.http.as_mut().unwrap().push_str("==")),
    ("a signature twice as long", |m| {
        let twice = m
            .http
            .clone()
            .unwrap()
            .split("..")
            .nth(1)
            .unwrap()
            .to_owned();
        m.http.as_mut().unwrap().push_str(&twice);
    }),
];

fn none_is_believed(policy: Policy, mutants: &[&[Mutant]]) {
    let keys = ours();
    let whole = arriving(policy);
    assert!(
        believed(&whole, policy, &keys),
        "the message itself is good"
    );
    let mut tried = 0;
    let mut accepted = Vec::new();
    for (what, change) in mutants.iter().flat_map(|list| list.iter()) {
        let mut mutant = whole.clone();
        change(&mut mutant);
        tried += 1;
        if believed(&mutant, policy, &keys) {
            accepted.push(*what);
        }
    }
    assert!(tried >= 40, "only {tried} mutants");
    assert!(accepted.is_empty(), "{}: {accepted:?}", policy.name());
}

#[test]
fn no_mutant_of_a_message_with_a_dci_signature_is_believed() {
    none_is_believed(Policy::DciEd25519, &[CONTENTS, OF_THE_FIELD]);
}

#[test]
fn no_mutant_of_a_message_with_a_detached_jws_is_believed() {
    none_is_believed(Policy::JwsDetached, &[CONTENTS, OF_THE_JWS]);
}

#[test]
fn a_signature_of_another_key_or_another_dialect_is_not_believed() {
    let stranger = SigningKey::from_seed(&[7; 32]).unwrap().named("k1");
    let strange = Jwks::parse(&stranger.jwks().to_string()).unwrap();
    let revoked = Jwks::parse(r#"{"keys":[]}"#).unwrap();
    for policy in [Policy::DciEd25519, Policy::JwsDetached] {
        let message = arriving(policy);
        assert!(!believed(&message, policy, &strange), "the wrong key");
        assert!(!believed(&message, policy, &revoked), "a revoked key");
        for other in Policy::ALL.into_iter().filter(|other| *other != policy) {
            assert!(!believed(&message, other, &ours()), "{}", other.name());
        }
    }
}

#[test]
fn who_signs_nothing_says_so_and_nothing_else() {
    let check = |field: Option<&str>, expected: bool| {
        let mut message = arriving(Policy::DciEd25519);
        message.field = field.map(str::to_owned);
        assert_eq!(
            believed(&message, Policy::None, &Jwks::default()),
            expected,
            "{field:?}"
        );
    };
    check(None, true);
    check(Some(""), true);
    check(Some("unsigned"), true);
    check(Some("unsigned-stub"), true);
    check(Some("invalid-signature"), false);
    check(Some("Unsigned"), false);
}
