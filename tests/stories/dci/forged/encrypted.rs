//! Mutants of encrypted messages. Each is signed by its right sender: only its encryption is wrong.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::letter::Draft;
use super::mutants::{Mutant, Twist};
use super::{OTHER, SENDER};

use Twist::Draft as Writes;

fn head(draft: &mut Draft, name: &str, value: Value) {
    let before = draft.message["header"].get(name).cloned();
    assert_ne!(before.as_ref(), Some(&value), "the mutant changes nothing");
    draft.message["header"][name] = value;
}

fn without(draft: &mut Draft, name: &str) {
    let header = draft.message["header"].as_object_mut();
    let gone = header.expect("an object").remove(name);
    assert!(gone.is_some(), "the mutant changes nothing");
}

fn part(draft: &mut Draft, name: &str, change: fn(&mut Vec<u8>)) {
    let text = draft.message[name].as_str().expect("text");
    let mut bytes = URL_SAFE_NO_PAD.decode(text).expect("base64url");
    change(&mut bytes);
    draft.message[name] = URL_SAFE_NO_PAD.encode(bytes).into();
}

macro_rules! heads {
    ($($what:literal $name:literal $value:tt;)*) => {
        &[$(($what, Writes(|d| head(d, $name, json!($value))))),*]
    };
}

/// Names and words of the header.
pub const HEADERS: &[Mutant] = heads! {
    "alg none" "alg" "none";
    "alg dir" "alg" "dir";
    "alg ECDH-ES" "alg" "ECDH-ES";
    "alg ECDH-ES+A128KW" "alg" "ECDH-ES+A128KW";
    "alg RSA1_5" "alg" "RSA1_5";
    "alg RSA-OAEP-256" "alg" "RSA-OAEP-256";
    "alg A256KW" "alg" "A256KW";
    "alg PBES2" "alg" "PBES2-HS256+A128KW";
    "alg as a list" "alg" ["ECDH-ES+A256KW"];
    "enc A128CBC-HS256" "enc" "A128CBC-HS256";
    "enc A128GCM" "enc" "A128GCM";
    "enc none" "enc" "none";
    "zip" "zip" "DEF";
    "p2c" "p2c" 2_000_000_000;
    "p2s" "p2s" "c2FsdA";
    "crit" "crit" ["exp"];
    "jku" "jku" "http://evil.example/jwks";
    "x5u" "x5u" "http://evil.example/x";
    "jwk" "jwk" { "kty": "EC" };
    "cty" "cty" "JWE";
    "a kid of nobody" "kid" "k7";
    "the kid of our signing key" "kid" "A6EHv_POEL4dcN0Y";
    "a kid as a path" "kid" "../k1";
    "apu of another sender" "apu" "dGF4Lmdvdg";
    "apv of another receiver" "apv" "aWJyLmdvdg";
    "epk of nothing" "epk" null;
    "epk off the curve" "epk" { "kty": "EC", "crv": "P-256",
        "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps" };
    "epk of another point" "epk" { "kty": "EC", "crv": "P-256",
        "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck" };
    "epk on another curve" "epk" { "kty": "OKP", "crv": "X25519", "x": "AAAA" };
};

/// Parts, parties, and what lies inside.
pub const PARTS: &[Mutant] = &[
    (
        "encryption denied",
        Writes(|d| d.header["is_msg_encrypted"] = false.into()),
    ),
    (
        "encryption passed over",
        Writes(|d| {
            d.header
                .as_object_mut()
                .expect("an object")
                .remove("is_msg_encrypted");
        }),
    ),
    (
        "encryption claimed in a word",
        Writes(|d| d.header["is_msg_encrypted"] = "true".into()),
    ),
    (
        "encryption claimed by a number",
        Writes(|d| d.header["is_msg_encrypted"] = 1.into()),
    ),
    (
        "a plain message that claims it",
        Writes(|d| d.message = d.plain.clone()),
    ),
    (
        "a plain message that denies it",
        Writes(|d| {
            d.message = d.plain.clone();
            d.header["is_msg_encrypted"] = false.into();
        }),
    ),
    (
        "a plain message beside the parts",
        Writes(|d| {
            d.message["transaction_id"] = d.plain["transaction_id"].clone();
        }),
    ),
    ("no kid", Writes(|d| without(d, "kid"))),
    ("no apu", Writes(|d| without(d, "apu"))),
    ("no apv", Writes(|d| without(d, "apv"))),
    ("no epk", Writes(|d| without(d, "epk"))),
    (
        "a header in base64",
        Writes(|d| {
            let header = d.message["header"].to_string();
            d.message["header"] = URL_SAFE_NO_PAD.encode(header).into();
        }),
    ),
    (
        "a protected header",
        Writes(|d| d.message["protected"] = "e30".into()),
    ),
    (
        "an unprotected header",
        Writes(|d| d.message["unprotected"] = json!({ "zip": "DEF" })),
    ),
    (
        "additional data",
        Writes(|d| d.message["aad"] = "AAAA".into()),
    ),
    (
        "many recipients",
        Writes(|d| d.message["recipients"] = json!([])),
    ),
    (
        "a bit of the encrypted key",
        Writes(|d| part(d, "encrypted_key", |b| b[9] ^= 1)),
    ),
    (
        "no encrypted key",
        Writes(|d| part(d, "encrypted_key", Vec::clear)),
    ),
    (
        "an encrypted key of 32 bytes",
        Writes(|d| part(d, "encrypted_key", |b| b.truncate(32))),
    ),
    ("a bit of the IV", Writes(|d| part(d, "iv", |b| b[0] ^= 1))),
    (
        "an IV of 16 bytes",
        Writes(|d| part(d, "iv", |b| b.extend([0; 4]))),
    ),
    ("no IV", Writes(|d| d.message["iv"] = Value::Null)),
    (
        "a bit of the ciphertext",
        Writes(|d| part(d, "ciphertext", |b| b[0] ^= 1)),
    ),
    (
        "a byte less of the ciphertext",
        Writes(|d| part(d, "ciphertext", |b| b.truncate(b.len() - 1))),
    ),
    (
        "a byte more of the ciphertext",
        Writes(|d| part(d, "ciphertext", |b| b.push(0))),
    ),
    (
        "no ciphertext",
        Writes(|d| part(d, "ciphertext", Vec::clear)),
    ),
    (
        "a bit of the tag",
        Writes(|d| part(d, "tag", |b| b[15] ^= 1)),
    ),
    (
        "a tag of 12 bytes",
        Writes(|d| part(d, "tag", |b| b.truncate(12))),
    ),
    ("no tag", Writes(|d| part(d, "tag", Vec::clear))),
    (
        "padding behind the tag",
        Writes(|d| {
            let tag = d.message["tag"].as_str().expect("text");
            d.message["tag"] = format!("{tag}==").into();
        }),
    ),
    (
        "encrypted to the sender's own key under our kid",
        Writes(|d| {
            let kid = d.message["header"]["kid"].clone();
            d.message = d.to_himself();
            d.message["header"]["kid"] = kid;
        }),
    ),
    (
        "the message of another partner",
        Writes(|d| d.message = d.encrypted(d.plain_text().as_bytes(), OTHER)),
    ),
    (
        "the message of another partner, taken for his own",
        Writes(|d| {
            d.message = d.encrypted(d.plain_text().as_bytes(), OTHER);
            head(d, "apu", URL_SAFE_NO_PAD.encode(SENDER).into());
        }),
    ),
    (
        "a list inside",
        Writes(|d| d.message = d.encrypted(b"[]", SENDER)),
    ),
    (
        "no JSON inside",
        Writes(|d| d.message = d.encrypted(b"{", SENDER)),
    ),
    (
        "nothing inside",
        Writes(|d| d.message = d.encrypted(b"", SENDER)),
    ),
    (
        "a key twice inside",
        Writes(|d| {
            d.message = d.encrypted(br#"{"transaction_id":"t1","transaction_id":"t2"}"#, SENDER);
        }),
    ),
    (
        "another encoding inside",
        Writes(|d| {
            let text: Vec<u8> = d
                .plain_text()
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect();
            d.message = d.encrypted(&text, SENDER);
        }),
    ),
    (
        "a byte order mark inside",
        Writes(|d| {
            d.message = d.encrypted(format!("\u{feff}{}", d.plain_text()).as_bytes(), SENDER);
        }),
    ),
    (
        "a thousand levels inside",
        Writes(|d| {
            let deep = format!("{{\"a\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000));
            d.message = d.encrypted(deep.as_bytes(), SENDER);
        }),
    ),
];
