//! Published vectors of the parts, a message of another program, and everything that is refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use serde_json::{Map, Value, json};

use super::agree::{agreed, concat_kdf};
use super::*;

const PARTIES: Parties<'_> = Parties {
    from: "spmis.example.org",
    to: "sr.gov",
};

fn code(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn digits(text: &str) -> Vec<u8> {
    crate::keys::hex(text).unwrap()
}

/// The keys of Alice and Bob in RFC 7518, appendix C.
const ALICE: &str = "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo";
const BOB: &str = "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw";

fn bob() -> DecryptionKeys {
    let bob = DecryptionKey::from_bytes(&code(BOB)).unwrap().named("bob");
    DecryptionKeys::new(vec![bob]).unwrap()
}

fn public_of(key: &DecryptionKey) -> EncryptionKey {
    let jwk = key.jwk();
    EncryptionKey::of(key.kid(), jwk.as_object().unwrap()).unwrap()
}

#[test]
fn the_key_agreement_of_rfc_7518_appendix_c_is_come_to_from_both_sides() {
    let [alice, bob] = [ALICE, BOB].map(|key| SecretKey::from_slice(&code(key)).unwrap());
    let shared = [
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110,
        163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
    ];
    let raw = alice.diffie_hellman(&bob.public_key());
    assert_eq!(raw.raw_secret_bytes()[..], shared);
    let names = Parties {
        from: "Alice",
        to: "Bob",
    };
    let derived = concat_kdf(&shared, "A128GCM", names, 128);
    assert_eq!(derived[..16], code("VqqN6vgjbSBcIijNcacQGg"));
    let ours = agreed(&alice, &bob.public_key(), ALG, names);
    assert_eq!(ours, agreed(&bob, &alice.public_key(), ALG, names));
}

#[test]
fn the_public_keys_of_rfc_7518_appendix_c_are_computed_from_the_secret_ones() {
    let jwk = bob().current().jwk();
    assert_eq!(jwk["x"], "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ");
    assert_eq!(jwk["y"], "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck");
    assert_eq!((&jwk["use"], &jwk["alg"]), (&json!("enc"), &json!(ALG)));
    assert!(jwk.get("d").is_none(), "the secret half stays here");
}

#[test]
fn the_key_wrap_of_rfc_3394_section_4_6_is_made_and_opened() {
    let kek: [u8; 32] = std::array::from_fn(|place| place as u8);
    let data = digits("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
    let expected =
        digits("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
    let wrapping = KwAes256::new(&kek.into());
    let (mut wrapped, mut unwrapped) = ([0; 40], [0; 32]);
    assert_eq!(wrapping.wrap_key(&data, &mut wrapped).unwrap(), expected);
    assert_eq!(
        wrapping.unwrap_key(&expected, &mut unwrapped).unwrap(),
        data
    );
}

#[test]
fn the_content_of_rfc_7516_appendix_a_1_is_decrypted() {
    let key = [
        177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110,
        91, 112, 46, 34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
    ];
    let mut text = code(
        "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A",
    );
    text.extend(code("XFBoMYUZodetZdvTiFvSkQ"));
    let nonce = [227, 197, 117, 252, 2, 219, 233, 68, 180, 225, 77, 219];
    let aad = Aad::from(b"eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ");
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = gcm(&key).open_in_place(nonce, aad, &mut text).unwrap();
    let said = "The true sign of intelligence is not knowledge but imagination.";
    assert_eq!(opened, said.as_bytes());
}

/// Made with jwcrypto 1.5 for Bob's key of RFC 7518.
fn of_another_program() -> Map<String, Value> {
    let message = json!({
        "header": { "alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": "bob",
            "apu": "c3BtaXMuZXhhbXBsZS5vcmc", "apv": "c3IuZ292", "epk": { "crv": "P-256", "kty": "EC",
            "x": "dvqU94yWAWC7rYMscbvWgZe5Aat8OM0Kh3LCmmOinMM",
            "y": "5FUhgkTerYQ-X8Y_QmfMSQpUDHvR0o4UHGlnzntICCE" } },
        "encrypted_key": "-ZtH4L-3tUqqeHsk0UO-nJWMYA-s7yyOg02Lj1MTqk3sZ2GO9iSR4A",
        "iv": "k_-L3GHQu1vjhWCM", "tag": "_7a68elgebNHl1kGbcpg7Q",
        "ciphertext":
            "vYumoioHOe8P5HaWYvVglu8U6wR9Kv18HwXoCMOrHZkiUUJUma2XR-DdqlmyZNgkaXhcsxRYjXlWvkOm",
    });
    message.as_object().unwrap().clone()
}

#[test]
fn a_message_of_another_program_is_opened() {
    let opened = open(&of_another_program(), &bob(), PARTIES).unwrap();
    let said = r#"{"transaction_id":"t1","name":"Каримова Oʻgʻiloy"}"#;
    assert_eq!(String::from_utf8(opened).unwrap(), said);
}

/// Other bytes each time, none of them chance.
fn counting(from: u8) -> impl FnMut() -> [u8; 32] {
    let mut next = from;
    move || {
        next += 1;
        [next; 32]
    }
}

#[test]
fn what_is_sealed_is_opened_by_its_reader_alone_and_is_never_the_same_twice() {
    let (mut chance, keys) = (counting(0), bob());
    for text in ["", "x", &"a long text ".repeat(5_000)] {
        let mut sealed = || {
            seal(
                text.as_bytes(),
                &public_of(keys.current()),
                PARTIES,
                &mut chance,
            )
        };
        let (first, second) = (sealed(), sealed());
        for part in ["encrypted_key", "iv", "tag"] {
            assert_ne!(first[part], second[part], "{part}");
        }
        let first = first.as_object().unwrap();
        assert_eq!(open(first, &keys, PARTIES).unwrap(), text.as_bytes());
        let stranger = DecryptionKey::from_bytes(&[9; 32]).unwrap().named("bob");
        let stranger = DecryptionKeys::new(vec![stranger]).unwrap();
        assert_eq!(open(first, &stranger, PARTIES), Err(Unopened::Wrong));
    }
}

#[test]
fn after_a_rotation_the_old_key_opens_what_was_on_its_way_and_the_new_one_is_written_to() {
    let (old, new) = ("11".repeat(32), "22".repeat(32));
    let before = DecryptionKeys::from_text(&old).unwrap();
    let sealed = seal(
        b"late",
        &public_of(before.current()),
        PARTIES,
        &mut counting(0),
    );
    let after = DecryptionKeys::from_text(&format!("{new}\n{old}\n")).unwrap();
    assert_ne!(after.current().kid(), before.current().kid());
    let late = open(sealed.as_object().unwrap(), &after, PARTIES);
    assert_eq!(late.unwrap(), b"late");
    let gone = DecryptionKeys::from_text(&new).unwrap();
    let late = open(sealed.as_object().unwrap(), &gone, PARTIES);
    assert_eq!(late, Err(Unopened::UnknownKey));
}

/// Changes one place of the good message, and tells why it is not opened.
fn check(pointer: &str, value: Value, expected: Unopened) {
    let mut message = Value::Object(of_another_program());
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let before = message.pointer(pointer).cloned();
    assert_ne!(before.as_ref(), Some(&value), "the mutant changes nothing");
    message.pointer_mut(parent).unwrap()[name] = value.clone();
    let opened = open(message.as_object().unwrap(), &bob(), PARTIES);
    assert_eq!(opened, Err(expected), "{pointer} = {value}");
}

#[test]
fn other_algorithms_are_refused_before_any_work() {
    for alg in [
        "none",
        "dir",
        "ECDH-ES",
        "ECDH-ES+A128KW",
        "A256KW",
        "A256GCMKW",
        "RSA1_5",
        "RSA-OAEP",
        "RSA-OAEP-256",
        "PBES2-HS256+A128KW",
        "ecdh-es+a256kw",
        "",
    ] {
        check("/header/alg", alg.into(), Unopened::Algorithm);
    }
    for enc in ["A128GCM", "A128CBC-HS256", "A256CBC-HS512", "none", ""] {
        check("/header/enc", enc.into(), Unopened::Algorithm);
    }
    check("/header/alg", Value::Null, Unopened::Algorithm);
    check("/header/enc", json!(["A256GCM"]), Unopened::Algorithm);
}

#[test]
fn names_that_change_what_is_done_are_refused() {
    let form = Unopened::Form("another name in the header");
    for (name, value) in [
        ("zip", json!("DEF")),
        ("p2c", json!(2_000_000_000)),
        ("p2s", json!("c2FsdA")),
        ("crit", json!(["exp"])),
        ("jku", json!("http://evil.example/jwks")),
        ("x5u", json!("http://evil.example/x")),
        ("x5c", json!(["MIIB"])),
        ("jwk", json!({ "kty": "EC" })),
        ("iv", json!("AAAA")),
        ("tag", json!("AAAA")),
        ("cty", json!("JWE")),
    ] {
        check(&format!("/header/{name}"), value, form);
    }
    for part in ["protected", "unprotected", "aad", "recipients", "x"] {
        check(
            &format!("/{part}"),
            "e30".into(),
            Unopened::Form("another part"),
        );
    }
}

#[test]
fn the_parties_are_part_of_the_key() {
    check("/header/kid", "alice".into(), Unopened::UnknownKey);
    check("/header/kid", Value::Null, Unopened::UnknownKey);
    check("/header/apu", "dGF4Lmdvdg".into(), Unopened::Parties);
    check("/header/apu", Value::Null, Unopened::Parties);
    check("/header/apv", "aWJyLmdvdg".into(), Unopened::Parties);
    // Whoever sends another's message as his own, and names himself, has another key.
    let mut message = of_another_program();
    message["header"]["apu"] = URL_SAFE_NO_PAD.encode("tax.gov").into();
    let thief = Parties {
        from: "tax.gov",
        ..PARTIES
    };
    assert_eq!(open(&message, &bob(), thief), Err(Unopened::Wrong));
}

#[test]
fn a_point_that_is_not_on_the_curve_is_no_key() {
    let epk = Unopened::Form("epk");
    let zeros = URL_SAFE_NO_PAD.encode([0; 32]);
    check(
        "/header/epk/x",
        "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ".into(),
        epk,
    );
    check("/header/epk/y", zeros.clone().into(), epk);
    check(
        "/header/epk",
        json!({ "kty": "EC", "crv": "P-256", "x": zeros, "y": zeros }),
        epk,
    );
    check("/header/epk/crv", "P-384".into(), epk);
    check("/header/epk/kty", "OKP".into(), epk);
    check("/header/epk/d", BOB.into(), epk);
    check("/header/epk/x", "dvqU".into(), epk);
    check("/header/epk", Value::Null, epk);
    // Another good point of the curve gives another key.
    let other = bob().current().jwk();
    let other = json!({ "kty": "EC", "crv": "P-256", "x": other["x"], "y": other["y"] });
    check("/header/epk", other, Unopened::Wrong);
}

#[test]
fn every_byte_of_every_part_is_needed() {
    let good = of_another_program();
    for part in ["encrypted_key", "iv", "ciphertext", "tag"] {
        let bytes = code(good[part].as_str().unwrap());
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            let changed = URL_SAFE_NO_PAD.encode(changed);
            check(&format!("/{part}"), changed.into(), Unopened::Wrong);
        }
    }
}

#[test]
fn parts_of_another_length_or_another_writing_are_refused() {
    let good = of_another_program();
    for part in ["encrypted_key", "iv", "tag"] {
        let bytes = code(good[part].as_str().unwrap());
        let form = Unopened::Form(part);
        for length in [0, 1, 4, bytes.len() - 1] {
            let short = URL_SAFE_NO_PAD.encode(&bytes[..length]);
            check(&format!("/{part}"), short.into(), form);
        }
        let long = URL_SAFE_NO_PAD.encode([&bytes[..], &[0]].concat());
        check(&format!("/{part}"), long.into(), form);
        let padded = format!("{}=", good[part].as_str().unwrap());
        check(&format!("/{part}"), padded.into(), form);
        check(&format!("/{part}"), Value::Null, form);
    }
    check("/ciphertext", "".into(), Unopened::Wrong);
    check(
        "/ciphertext",
        "vYum+ioH".into(),
        Unopened::Form("ciphertext"),
    );
    check("/header", "e30".into(), Unopened::Form("header"));
}

#[test]
fn a_file_of_keys_has_one_to_eight_of_them() {
    let key = "11".repeat(32);
    let lines = |count: usize| vec![key.clone(); count].join("\n");
    assert!(DecryptionKeys::from_text(&lines(SECRETS_MAX)).is_ok());
    let zeros = "00".repeat(32);
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    for text in ["", "11", "zz", &lines(SECRETS_MAX + 1), &zeros, order] {
        assert!(DecryptionKeys::from_text(text).is_err(), "{text}");
    }
}
