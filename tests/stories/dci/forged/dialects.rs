//! Mutants of one dialect alone: the parts of the field, and the header of a JWS.

use super::OTHER;
use super::letter::{Draft, Hand, Sealed};
use super::mutants::{Mutant, Twist};
use crate::dci::message::now;

use Twist::{Draft as Writes, Sealed as Changes};

fn times(draft: &mut Draft, created: i64, expires: i64) {
    let now_s = now().0.div_euclid(1_000_000);
    draft.created = (now_s + created).to_string();
    draft.expires = (now_s + expires).to_string();
}

fn kid_id(draft: &mut Draft, from: &str, to: &str) {
    let after = draft.kid_id.replacen(from, to, 1);
    assert_ne!(draft.kid_id, after, "the mutant changes nothing");
    draft.kid_id = after;
}

/// Signed by the right key: the words of the field are what is wrong.
pub const OF_THE_FIELD: &[Mutant] = &[
    (
        "expired a minute and a second ago",
        Writes(|d| times(d, -200, -62)),
    ),
    (
        "created in a minute and a half",
        Writes(|d| times(d, 90, 120)),
    ),
    ("created in an hour", Writes(|d| times(d, 3_600, 3_900))),
    ("holds for 301 seconds", Writes(|d| times(d, 0, 301))),
    (
        "holds for ever",
        Writes(|d| d.expires = "9999999999".to_owned()),
    ),
    (
        "expires before it was created",
        Writes(|d| times(d, 20, 10)),
    ),
    (
        "created with a plus",
        Writes(|d| d.created = format!("+{}", d.created)),
    ),
    (
        "created with a zero",
        Writes(|d| d.created = format!("0{}", d.created)),
    ),
    (
        "created with a fraction",
        Writes(|d| d.created.push_str(".0")),
    ),
    (
        "created before 1970",
        Writes(|d| d.created = "-1".to_owned()),
    ),
    (
        "created beyond 64 bits",
        Writes(|d| d.created = "99999999999999999999".to_owned()),
    ),
    ("created at an empty time", Writes(|d| d.created.clear())),
    (
        "expiry moved on the way",
        Changes(|s| {
            s.text(|t| {
                let (before, rest) = t.split_once("expires=\"").expect("expires");
                let (seconds, after) = rest.split_once('"').expect("quotes");
                let seconds: i64 = seconds.parse().expect("seconds");
                format!("{before}expires=\"{}\"{after}", seconds - 1)
            })
        }),
    ),
    (
        "the key of another sender named",
        Writes(|d| kid_id(d, super::SENDER, "tax.gov")),
    ),
    (
        "the other partner's key named",
        Writes(|d| {
            d.hand = Hand::OtherPartner;
            d.kid_id = format!("{OTHER}|k2|ed25519");
        }),
    ),
    (
        "an unknown key named",
        Writes(|d| kid_id(d, "|k1|", "|k7|")),
    ),
    ("a key by a path", Writes(|d| kid_id(d, "|k1|", "|../k1|"))),
    ("no key named", Writes(|d| kid_id(d, "|k1|ed25519", ""))),
    ("four parts of a key", Writes(|d| d.kid_id.push_str("|x"))),
    ("algorithm none", Writes(|d| d.algorithm = "none")),
    (
        "algorithm none in both places",
        Writes(|d| {
            d.algorithm = "none";
            kid_id(d, "ed25519", "none");
        }),
    ),
    (
        "algorithm hs256 with the public key",
        Writes(|d| {
            d.hand = Hand::PublicKeyAsSecret;
            d.algorithm = "hs256";
            kid_id(d, "ed25519", "hs256");
        }),
    ),
    (
        "algorithm rsa-sha256",
        Writes(|d| d.algorithm = "rsa-sha256"),
    ),
    ("algorithm in capitals", Writes(|d| d.algorithm = "ED25519")),
    (
        "the digest is not covered",
        Writes(|d| d.covered = "(created) (expires)"),
    ),
    (
        "the expiry is not covered",
        Writes(|d| d.covered = "(created) digest"),
    ),
    (
        "nothing but the digest is covered",
        Writes(|d| d.covered = "digest"),
    ),
    (
        "covered in another order",
        Writes(|d| d.covered = "(expires) (created) digest"),
    ),
    ("another namespace", Writes(|d| d.namespace = "x")),
    ("an empty namespace", Writes(|d| d.namespace = "")),
    (
        "a name twice",
        Changes(|s| s.swap("created=", "created=\"1\", created=")),
    ),
    (
        "an unknown name",
        Changes(|s| s.swap("created=", "nonce=\"1\", created=")),
    ),
    (
        "no namespace",
        Changes(|s| s.swap("namespace=\"dci\", ", "")),
    ),
    ("no quotes", Changes(|s| s.swap("\"dci\"", "dci"))),
    (
        "padding left out",
        Changes(|s| s.text(|t| t.replace("==\"", "\""))),
    ),
    (
        "bits behind the signature",
        Changes(|s| s.text(trailing_bits)),
    ),
    (
        "the other base64",
        Changes(|s| {
            s.text(|t| {
                let (before, code) = t.split_once("signature=\"").expect("signed");
                // Whether or not the code has one of the letters that differ, it is another code.
                let code = code.replace('+', "-").replace('/', "_").replace("==", "");
                format!("{before}signature=\"{code}")
            })
        }),
    ),
    (
        "a line break in the signature",
        Changes(|s| s.swap("==\"", "==\n\"")),
    ),
    (
        "a field of three thousand bytes",
        Changes(|s| s.text(|t| format!("{t}{}", " ".repeat(3_000)))),
    ),
    ("moved into the HTTP header", Changes(moved_to_http)),
];

fn moved_to_http(sealed: &mut Sealed) {
    let field = sealed.signature();
    sealed.body["signature"] = "".into();
    sealed.http = vec![field];
}

/// 64 bytes leave four bits unused in the last letter before the padding.
fn trailing_bits(text: &str) -> String {
    let at = text.find("==\"").expect("padding") - 1;
    let next = match &text[at..=at] {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        _ => "x",
    };
    format!("{}{next}{}", &text[..at], &text[at + 1..])
}

/// The header is signed by the right key: its words are what is wrong.
macro_rules! jose {
    ($text:literal) => {
        Writes(|d| d.jose = $text.to_owned())
    };
}

pub const OF_THE_JWS: &[Mutant] = &[
    ("alg none", jose!(r#"{"alg":"none","kid":"k1"}"#)),
    (
        "alg none without a signature",
        Writes(|d| {
            d.hand = Hand::Nobody;
            d.jose = r#"{"alg":"none"}"#.to_owned();
        }),
    ),
    ("alg nOnE", jose!(r#"{"alg":"nOnE","kid":"k1"}"#)),
    ("an empty alg", jose!(r#"{"alg":"","kid":"k1"}"#)),
    ("alg as a list", jose!(r#"{"alg":["EdDSA"],"kid":"k1"}"#)),
    (
        "alg HS256 with the public key",
        Writes(|d| {
            d.hand = Hand::PublicKeyAsSecret;
            d.jose = r#"{"alg":"HS256","kid":"k1"}"#.to_owned();
        }),
    ),
    ("alg RS256", jose!(r#"{"alg":"RS256","kid":"k1"}"#)),
    ("alg ES256", jose!(r#"{"alg":"ES256","kid":"k1"}"#)),
    ("no alg", jose!(r#"{"kid":"k1"}"#)),
    ("no kid", jose!(r#"{"alg":"EdDSA"}"#)),
    ("an unknown kid", jose!(r#"{"alg":"EdDSA","kid":"k7"}"#)),
    ("a kid as a path", jose!(r#"{"alg":"EdDSA","kid":"../k1"}"#)),
    ("a kid as a number", jose!(r#"{"alg":"EdDSA","kid":1}"#)),
    (
        "kid twice",
        jose!(r#"{"alg":"EdDSA","kid":"k7","kid":"k1"}"#),
    ),
    (
        "alg twice",
        jose!(r#"{"alg":"none","alg":"EdDSA","kid":"k1"}"#),
    ),
    (
        "jku",
        jose!(r#"{"alg":"EdDSA","kid":"k1","jku":"http://evil.example/jwks"}"#),
    ),
    (
        "x5u",
        jose!(r#"{"alg":"EdDSA","kid":"k1","x5u":"http://evil.example/x"}"#),
    ),
    ("x5c", jose!(r#"{"alg":"EdDSA","kid":"k1","x5c":["MIIB"]}"#)),
    (
        "a jwk of its own",
        Writes(|d| {
            d.hand = Hand::Stranger;
            let jwk = d.hand.key().jwks()["keys"][0].to_string();
            d.jose = format!(r#"{{"alg":"EdDSA","kid":"k1","jwk":{jwk}}}"#);
        }),
    ),
    (
        "a jwk of the right key",
        Writes(|d| {
            let jwk = d.hand.key().jwks()["keys"][0].to_string();
            d.jose = format!(r#"{{"alg":"EdDSA","kid":"k1","jwk":{jwk}}}"#);
        }),
    ),
    (
        "crit",
        jose!(r#"{"alg":"EdDSA","kid":"k1","crit":["exp"],"exp":1}"#),
    ),
    (
        "crit of nothing",
        jose!(r#"{"alg":"EdDSA","kid":"k1","crit":[]}"#),
    ),
    (
        "b64 false",
        jose!(r#"{"alg":"EdDSA","kid":"k1","crit":["b64"],"b64":false}"#),
    ),
    ("zip", jose!(r#"{"alg":"EdDSA","kid":"k1","zip":"DEF"}"#)),
    ("the header as a list", jose!(r#"["EdDSA","k1"]"#)),
    ("the header as nothing", jose!("")),
    (
        "a header of three thousand bytes",
        Writes(|d| {
            d.jose = format!(
                r#"{{"alg":"EdDSA","kid":"k1","typ":"{}"}}"#,
                "x".repeat(3_000)
            );
        }),
    ),
    (
        "a space in the header",
        Changes(|s| other_head(s, r#"{"alg":"EdDSA", "kid":"k1"}"#)),
    ),
    (
        "the header in another order",
        Changes(|s| other_head(s, r#"{"kid":"k1","alg":"EdDSA"}"#)),
    ),
    (
        "a typ added",
        Changes(|s| other_head(s, r#"{"alg":"EdDSA","kid":"k1","typ":"JOSE"}"#)),
    ),
    (
        "a header that is no base64",
        Changes(|s| s.swap("eyJ", "e*J")),
    ),
    ("a header with padding", Changes(|s| s.swap("..", "=.."))),
    ("a payload of its own", Changes(|s| s.swap("..", ".e30."))),
    ("a fourth part", Changes(|s| s.text(|t| format!("{t}.x")))),
    ("only the dots", Changes(|s| s.sign_with(".."))),
    ("padding", Changes(|s| s.text(|t| format!("{t}==")))),
    (
        "the other base64",
        Changes(|s| s.text(|t| format!("{}==", t.replace('-', "+").replace('_', "/")))),
    ),
    (
        "two signatures",
        Changes(|s| s.http.push(s.http[0].clone())),
    ),
    (
        "a good and a bad signature",
        Changes(|s| s.http.push("..".to_owned())),
    ),
    (
        "moved into the body",
        Changes(|s| s.body["signature"] = s.http.remove(0).into()),
    ),
    (
        "another one in the body",
        Changes(|s| s.body["signature"] = "unsigned".into()),
    ),
];

fn other_head(sealed: &mut Sealed, head: &str) {
    use base64::Engine;
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(head);
    sealed.text(|text| {
        let (_, signature) = text.split_once("..").expect("detached");
        format!("{head}..{signature}")
    });
}
