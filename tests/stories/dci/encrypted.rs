//! Encrypted messages there and back: what a partner encrypts to the published key is answered with
//! what it alone can read, at once and later.

use exchange::dci::keys::Jwks;
use exchange::dci::keys::SigningKey;
use exchange::dci::keys::jwe::{self, DecryptionKey, DecryptionKeys, EncryptionKey, Parties};
use exchange::dci::signature::{Policy, Signed, sign, verify};
use serde_json::{Value, json};

use super::later::{only, promised};
use super::listener::Listener;
use super::message::{Client, by_number, now, searches};
use super::register::{self, ENCRYPTION_KEYS, Entry, Register, mother};
use crate::stage::wire;

const SENDER: &str = "sealed.example.org";

fn signing() -> SigningKey {
    SigningKey::from_seed(&[7; 32]).expect("a seed").named("k1")
}

fn opening(seed: u8) -> DecryptionKey {
    let key = DecryptionKey::from_bytes(&[seed; 32]).expect("a key");
    key.named(&format!("e{seed}"))
}

fn now_s() -> i64 {
    now().0.div_euclid(1_000_000)
}

async fn ours(register: &Register) -> (Value, Jwks) {
    let told = wire::get(&format!("{}/.well-known/jwks.json", register.address), "").await;
    let keys = Jwks::parse(&told.text).expect("keys");
    (told.json(), keys)
}

/// The message encrypted to `key` and then signed, as docs/dci.md says.
fn seal(mut body: Value, key: &EncryptionKey) -> Value {
    let parties = Parties {
        from: SENDER,
        to: "sr.gov",
    };
    let text = body["message"].to_string();
    body["message"] = jwe::seal(text.as_bytes(), key, parties, &mut || store::secret());
    body["header"]["is_msg_encrypted"] = true.into();
    let signed = Signed {
        sender_id: SENDER,
        header: &body["header"],
        message: &body["message"],
        field: None,
        http: None,
    };
    body["signature"] = sign(&signed, Policy::DciEd25519, &signing(), now_s()).into();
    body
}

/// What stands in a message of ours: signed by us, and read with the partner's key.
fn opened(told: &Value, ours: &Jwks) -> Value {
    assert_eq!(told["header"]["is_msg_encrypted"], true);
    assert!(
        !told.to_string().contains("Dilnoza"),
        "nothing is in the clear"
    );
    let signed = Signed {
        sender_id: "sr.gov",
        header: &told["header"],
        message: &told["message"],
        field: told["signature"].as_str(),
        http: None,
    };
    assert_eq!(verify(&signed, Policy::DciEd25519, ours, now_s()), Ok(()));
    let parties = Parties {
        from: "sr.gov",
        to: SENDER,
    };
    let message = told["message"].as_object().expect("parts");
    let keys = |seed| DecryptionKeys::new(vec![opening(seed)]).expect("a key");
    let text = jwe::open(message, &keys(5), parties).expect("our partner reads it");
    assert!(
        jwe::open(message, &keys(6), parties).is_err(),
        "and nobody else"
    );
    serde_json::from_slice(&text).expect("JSON")
}

async fn partner(register: &Register, listener: &Listener) -> Client {
    let signing = signing().jwks()["keys"][0].clone();
    let entry = Entry {
        policy: Policy::DciEd25519,
        encrypted: true,
        jwks: json!({ "keys": [signing, opening(5).jwk()] }).to_string(),
        callback: Some(listener.folder()),
        ..Entry::plain(SENDER)
    };
    register.partner(entry).await
}

fn name_in(message: &Value) -> &Value {
    let record = &message["search_response"][0]["data"]["reg_records"][0];
    &record["demographic_info"]["name"]["given_name"]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_search_is_answered_encrypted_at_once_and_later() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let (_, keys) = ours(register).await;
        let key = keys.encryption_key().expect("our key");
        let search = || client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));

        let told = client.post("sync/search", &seal(search(), key)).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let message = opened(&told.json(), &keys);
        assert_eq!(message["transaction_id"], "t1");
        assert_eq!(name_in(&message), "Dilnoza");

        let correlation = promised(&client, "search", &seal(search(), key)).await;
        let heard = only(register, &listener).await;
        let message = opened(&heard.body, &keys);
        assert_eq!(message["correlation_id"], correlation);
        assert_eq!(name_in(&message), "Dilnoza");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_published_key_is_the_newest_and_an_older_one_still_opens_what_was_on_its_way() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let (told, keys) = ours(register).await;
        let listed = told["keys"].as_array().expect("a list");
        let of_use = |word: &str| listed.iter().filter(|key| key["use"] == word).count();
        assert_eq!((of_use("sig"), of_use("enc")), (1, 1), "{told}");
        let newest = ENCRYPTION_KEYS.split_whitespace().next().expect("a key");
        let newest = DecryptionKeys::from_text(newest).expect("a key");
        let published = keys.encryption_key().expect("a key");
        assert_eq!(published.kid, newest.current().kid());

        let old = ENCRYPTION_KEYS.split_whitespace().nth(1).expect("a key");
        let old = DecryptionKeys::from_text(old).expect("a key");
        let old = json!({ "keys": [old.current().jwk()] });
        let old = Jwks::of(&old).expect("keys");
        let body = client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
        let late = seal(body, old.encryption_key().expect("a key"));
        let told = client.post("sync/search", &late).await;
        assert_eq!(told.status, 200, "{}", told.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_told_in_the_clear_to_a_partner_whose_keys_were_taken_back() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let client = partner(register, &listener).await;
        let (_, keys) = ours(register).await;
        let key = keys.encryption_key().expect("our key");
        let body = client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
        promised(&client, "search", &seal(body, key)).await;
        let (action, purpose) = (access::Action::ManageAccounts, access::Purpose::Upkeep);
        let permit = register
            .daftar
            .permit(action, purpose, 0)
            .await
            .expect("a permit");
        let none = r#"{"keys":[]}"#;
        exchange::dci::partner::change_keys(&register.daftar.platform, &permit, SENDER, none)
            .await
            .expect("no keys");
        register.correspond().await;
        assert_eq!(listener.heard().len(), 0);
        let dropped = "SELECT COUNT(*) FROM dci_sent WHERE outcome = 'dropped'";
        assert_eq!(register.count(dropped).await, 1);
    })
    .await;
}
