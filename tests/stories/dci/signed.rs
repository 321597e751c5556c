//! Partners that sign: what they send is believed by their keys, and what we send, later too, is
//! signed for them with ours.

use exchange::dci::keys::{Jwks, SigningKey};
use exchange::dci::signature::{Policy, Signed, sign, verify};
use serde_json::Value;

use super::later::{only, promised};
use super::listener::Listener;
use super::message::{Client, by_number, now, searches};
use super::register::{self, Entry, Register, SEED, mother};
use crate::stage::wire;

pub fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32]).expect("a seed").named("k1")
}

pub fn now_s() -> i64 {
    now().0.div_euclid(1_000_000)
}

pub fn seal(body: &mut Value, sender_id: &str, policy: Policy) -> String {
    let signed = Signed {
        sender_id,
        header: &body["header"],
        message: &body["message"],
        field: None,
        http: None,
    };
    let signature = sign(&signed, policy, &key(), now_s());
    let field = if policy == Policy::DciEd25519 {
        signature.as_str()
    } else {
        ""
    };
    body["signature"] = field.into();
    signature
}

async fn is_signed_both_ways(register: &Register, sender_id: &'static str, policy: Policy) {
    let listener = Listener::new().await;
    let entry = Entry {
        policy,
        jwks: key().jwks().to_string(),
        callback: Some(listener.folder()),
        ..Entry::plain(sender_id)
    };
    let client = register.partner(entry).await;
    let search = || client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
    let unsigned = client.refused("search", &search()).await;
    assert_eq!(unsigned.0, 401, "{unsigned:?}");
    let mut body = search();
    let signature = seal(&mut body, sender_id, policy);
    if policy == Policy::DciEd25519 {
        promised(&client, "search", &body).await;
    } else {
        let url = format!("{}/dci/social/registry/search", client.address);
        let answer = wire::post_signed(&url, &client.token, &signature, &body).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
    }
    let heard = only(register, &listener).await;
    let http = heard
        .headers
        .get("signature")
        .map(|text| text.to_str().expect("plain"));
    let told = Signed {
        sender_id: "sr.gov",
        header: &heard.body["header"],
        message: &heard.body["message"],
        field: heard.body["signature"].as_str(),
        http,
    };
    let ours = wire::get(&format!("{}/.well-known/jwks.json", register.address), "").await;
    let ours = Jwks::parse(&ours.text).expect("keys");
    assert_eq!(verify(&told, policy, &ours, now_s()), Ok(()));
    let made = SigningKey::from_hex(SEED).expect("a seed");
    assert!(
        ours.find(made.kid()).is_some(),
        "the key is the one of the file"
    );
    mutants_are_refused(&client, search(), policy).await;
}

/// What is signed and then changed is taken by no address.
async fn mutants_are_refused(client: &Client, body: Value, policy: Policy) {
    if policy != Policy::DciEd25519 {
        return;
    }
    for (path, action) in [
        ("search", "search"),
        ("subscribe", "subscribe"),
        ("unsubscribe", "unsubscribe"),
        ("txn/status", "txn-status"),
    ] {
        let mut mutant = body.clone();
        mutant["header"]["action"] = action.into();
        seal(&mut mutant, client.sender_id, policy);
        mutant["header"]["sender_uri"] = "http://evil.example/on-search".into();
        let forged = client.refused(path, &mutant).await;
        assert_eq!(forged, (401, "err.signature.invalid".to_owned()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_is_signed_in_the_readers_dialect() {
    register::each(async |register| {
        is_signed_both_ways(register, "openspp.example.org", Policy::DciEd25519).await;
        is_signed_both_ways(register, "openg2p.example.org", Policy::JwsDetached).await;
    })
    .await;
}
