//! Bytes as keys, as a signature and as an encrypted message. Nothing may panic, hang or grow, and
//! nothing that nobody signed is believed. A plain test replays the corpus through the same function
//! (`crates/engines/signing/tests/corpus.rs`).

use serde_json::Value;
use signing::jwe::{self, DecryptionKey, DecryptionKeys, Parties};
use signing::{Jwks, SigningKey, file, jws};

/// More than a message has; the limits have tests of their own.
const BYTES_MAX: usize = 64 << 10;
const PARTIES: Parties<'_> = Parties {
    from: "spmis.example.org",
    to: "sr.gov",
};
/// What was ever encrypted to the key of the corpus: the message of another program.
const WRITTEN: &str = r#"{"transaction_id":"t1","name":"Каримова Oʻgʻiloy"}"#;
/// Bob's key of RFC 7518, appendix C, for which the message in the corpus was made.
const BOB: [u8; 32] = [
    0x54, 0x49, 0x83, 0x66, 0x90, 0xd7, 0x5c, 0xaf, 0x29, 0xf0, 0xdd, 0x02, 0x9d, 0xdb, 0x31, 0xb3,
    0xdd, 0xb8, 0xab, 0xa9, 0xd2, 0xd5, 0x15, 0xc5, 0x01, 0x24, 0x65, 0xe8, 0x17, 0xd4, 0xa9, 0xdc,
];

pub fn read(data: &[u8]) {
    if data.len() > BYTES_MAX {
        return;
    }
    let text = String::from_utf8_lossy(data);
    keys(&text);
    let nobody = SigningKey::from_seed(&[1; 32]).expect("a seed");
    let nobody = Jwks::of(&nobody.named("k1").jwks()).expect("keys");
    assert!(jws::verify(&text, &nobody).is_err(), "nobody signed it");
    assert!(file::Signed::verify(&text, &nobody).is_err());
    let Ok(Value::Object(message)) = serde_json::from_slice(data) else {
        return;
    };
    if let Ok(opened) = jwe::open(&message, &bob(), PARTIES) {
        assert_eq!(opened, WRITTEN.as_bytes(), "nobody encrypted it");
    }
}

fn bob() -> DecryptionKeys {
    let bob = DecryptionKey::from_bytes(&BOB).expect("a key").named("bob");
    DecryptionKeys::new(vec![bob]).expect("one key")
}

/// Whoever's keys they are, what is encrypted to one of them is encrypted.
fn keys(text: &str) {
    drop(DecryptionKeys::from_text(text));
    drop(SigningKey::from_hex(text));
    let Ok(set) = Jwks::parse(text) else {
        return;
    };
    assert!(set.kids().count() <= signing::KEYS_MAX);
    for kid in set.kids() {
        if let Some(key) = set.find(kid) {
            assert!(!key.verifies(b"what nobody signed", &[0; 64]) || is_weak(text));
        }
    }
    if let Some(key) = set.encryption_key() {
        let sealed = jwe::seal(b"x", key, PARTIES, &mut || [7; 32]);
        assert_ne!(sealed["ciphertext"], "eA");
    }
}

/// A public key of small order lets anything pass: it is its owner's harm alone.
fn is_weak(text: &str) -> bool {
    text.contains("Ed25519")
}
