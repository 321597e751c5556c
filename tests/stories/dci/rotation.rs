//! The key that signs is another one: what was signed before is still checked, until it is forgotten.

use std::sync::Arc;

use app::Daftar;
use exchange::dci::keys::{Jwks, SigningKeys};
use exchange::dci::signature::{Policy, Signed, verify};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::message::{Client, by_number, searches};
use super::register::{self, Entry, Register, mother};
use super::signed::{key, now_s, seal};
use crate::stage::{self, wire};

/// The installation after a start with another file of keys.
struct Started {
    daftar: Arc<Daftar>,
    address: String,
    serving: JoinHandle<()>,
}

impl Started {
    async fn with(register: &Register, keys: &SigningKeys) -> Started {
        let config = register.daftar.config.clone();
        let file = config.signing_key.as_ref().expect("a file of keys");
        std::fs::write(file, keys.to_text()).expect("a file");
        let daftar = Arc::new(Daftar::open(config).await.expect("an installation"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = stage::serve(listener, Arc::clone(&daftar), true);
        Started {
            daftar,
            address,
            serving,
        }
    }

    async fn end(self) {
        self.serving.abort();
        self.daftar.platform.db.close().await;
    }
}

async fn answer(client: &Client) -> Value {
    let mut body = client.message("search", 1, searches("t1", &[by_number("UIN", mother())]));
    seal(&mut body, client.sender_id, Policy::DciEd25519);
    let answer = client.post("sync/search", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// As a partner checks an answer that it kept, with the set that is served now.
async fn is_believed(answer: &Value, address: &str) -> bool {
    let served = wire::get(&format!("{address}/.well-known/jwks.json"), "").await;
    let keys = Jwks::parse(&served.text).expect("keys");
    let signed = Signed {
        sender_id: "sr.gov",
        header: &answer["header"],
        message: &answer["message"],
        field: answer["signature"].as_str(),
        http: None,
    };
    verify(&signed, Policy::DciEd25519, &keys, now_s()).is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_signed_before_a_rotation_is_believed_by_the_set_served_after_it() {
    register::each(async |register| {
        let signing = Entry {
            policy: Policy::DciEd25519,
            jwks: key().jwks().to_string(),
            ..Entry::plain("signs.example.org")
        };
        let mut client = register.partner(signing).await;
        let before = answer(&client).await;
        let first = SigningKeys::from_text(register::SEED).expect("a key");
        let kid = first.kids().next().expect("a name").to_owned();

        let rotated = first.rotate([9; 32]).expect("room for a key");
        let started = Started::with(register, &rotated).await;
        client.address.clone_from(&started.address);
        let after = answer(&client).await;
        assert!(is_believed(&before, &started.address).await);
        assert!(is_believed(&after, &started.address).await);
        let old = &register.address;
        assert!(!is_believed(&after, old).await, "another key signs");
        started.end().await;

        let forgotten = rotated.forget(&kid).expect("an earlier key");
        let started = Started::with(register, &forgotten).await;
        assert!(!is_believed(&before, &started.address).await);
        assert!(is_believed(&after, &started.address).await);
        started.end().await;
    })
    .await;
}
