//! Forged messages: every kind that a partner sends us, in both dialects, in every way we know to
//! forge one. None is taken, nothing of it is kept, and each stands in the list of security events.

mod changed;
mod dialects;
mod encrypted;
mod kind;
mod letter;
mod mutants;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use access::{Action, Purpose};
use exchange::dci::keys::Jwks;
use exchange::dci::keys::jwe::EncryptionKey;
use exchange::dci::partner;
use exchange::dci::signature::Policy;
use exchange::security::{self, Wanted};
use serde_json::{Value, json};

use super::message::{Client, now};
use super::register::{self, Entry, Register};
use crate::stage::wire::{self, Answer};
use kind::{KINDS, Kind};
use letter::{Draft, Form, Hand, Sealed};
use mutants::{Mutant, Twist};

const SENDER: &str = "forged.example.org";
const OTHER: &str = "other.example.org";
/// A message with a name that can be written in many ways.
const NAME: &str = "Каримова Oʻgʻiloy Sé";
const MUTANTS_MIN: usize = 40;

/// The register, the partner in whose name forgers write, and another one.
struct Post<'a> {
    register: &'a Register,
    policy: Policy,
    encrypted: bool,
    /// The installation's key that is encrypted to.
    to: EncryptionKey,
    client: Client,
    other: Client,
    sent: AtomicU32,
}

fn jwks(hand: Hand) -> String {
    let signing = hand.key().jwks()["keys"][0].clone();
    json!({ "keys": [signing, letter::own_opening_key().jwk()] }).to_string()
}

impl<'a> Post<'a> {
    async fn new(register: &'a Register, policy: Policy, encrypted: bool) -> Self {
        let entry = |sender_id, hand| Entry {
            policy,
            encrypted,
            jwks: jwks(hand),
            callback: Some("http://127.0.0.1:9/cb".to_owned()),
            civil_registry: true,
            account_mapper: true,
            ..Entry::plain(sender_id)
        };
        let url = format!("{}/.well-known/jwks.json", register.address);
        let ours = Jwks::parse(&wire::get(&url, "").await.text).expect("keys");
        let post = Post {
            register,
            policy,
            encrypted,
            to: ours.encryption_key().expect("a key").clone(),
            client: register.partner(entry(SENDER, Hand::Revoked)).await,
            other: register.partner(entry(OTHER, Hand::OtherPartner)).await,
            sent: AtomicU32::new(0),
        };
        post.rotate().await;
        post
    }

    /// The key that is revoked was believed while it was the partner's.
    async fn rotate(&self) {
        let mut draft = self.draft(&KINDS[0]);
        (draft.hand, draft.kid_id) = (Hand::Revoked, draft.kid_id.replace("k1", "k0"));
        draft.jose = draft.jose.replace("k1", "k0");
        let answer = self.send(&KINDS[0], &draft.seal(self.policy)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
        let daftar = &self.register.daftar;
        let permit = daftar.permit(action, purpose, 0).await.expect("a permit");
        let keys = jwks(Hand::Own);
        partner::change_keys(&daftar.platform, &permit, SENDER, &keys)
            .await
            .expect("other keys");
    }

    /// A message that is right in every way.
    fn draft(&self, kind: &Kind) -> Draft {
        let number = self.sent.fetch_add(1, Ordering::SeqCst);
        let now_s = now().0.div_euclid(1_000_000);
        let plain = kind.message();
        let mut draft = Draft {
            header: json!({ "version": "1.0.0", "message_id": format!("m-{number}"),
                "message_ts": now().to_string(), "action": kind.action, "sender_id": SENDER,
                "receiver_id": "sr.gov", "total_count": 1, "is_msg_encrypted": self.encrypted,
                "meta": { "name": NAME, "number": 1, "flag": false } }),
            message: plain.clone(),
            plain,
            to: self.to.clone(),
            hand: Hand::Own,
            form: Form::Right,
            namespace: "dci",
            kid_id: format!("{SENDER}|k1|ed25519"),
            algorithm: "ed25519",
            created: now_s.to_string(),
            expires: (now_s + 300).to_string(),
            covered: "(created) (expires) digest",
            jose: r#"{"alg":"EdDSA","kid":"k1"}"#.to_owned(),
            others_token: false,
        };
        if self.encrypted {
            draft.message = draft.encrypted(draft.plain_text().as_bytes(), SENDER);
        }
        draft
    }

    async fn send(&self, kind: &Kind, sealed: &Sealed) -> Answer {
        let body = sealed.body.to_string().into_bytes();
        self.send_bytes(kind, sealed, body).await
    }

    async fn send_bytes(&self, kind: &Kind, sealed: &Sealed, body: Vec<u8>) -> Answer {
        let client = if sealed.others_token {
            &self.other
        } else {
            &self.client
        };
        let url = format!("{}{}", client.address, kind.path);
        wire::post_bytes(&url, &client.token, &sealed.http, body).await
    }

    /// The mutant's answer, and whether the good message before it was taken.
    async fn play(&self, kind: &Kind, twist: Twist) -> Answer {
        let mut draft = self.draft(kind);
        if let Twist::Draft(change) = twist {
            change(&mut draft);
        }
        let mut sealed = draft.seal(self.policy);
        if matches!(twist, Twist::Again(_) | Twist::AgainBytes(_)) {
            let first = self.send(kind, &sealed).await;
            assert!(first.status < 300, "{} {}", kind.path, first.text);
        }
        match twist {
            Twist::Draft(_) => self.send(kind, &sealed).await,
            Twist::Sealed(change) | Twist::Again(change) => {
                change(&mut sealed);
                self.send(kind, &sealed).await
            }
            Twist::Bytes(change) | Twist::AgainBytes(change) => {
                let body = change(sealed.body.to_string());
                self.send_bytes(kind, &sealed, body).await
            }
        }
    }

    /// Messages that were taken, and events that were written.
    async fn counts(&self) -> (i64, i64) {
        let taken = "SELECT COUNT(*) FROM dci_message";
        let events = "SELECT COUNT(*) FROM security_event";
        (
            self.register.count(taken).await,
            self.register.count(events).await,
        )
    }

    /// What is wrong with how a mutant was dealt with; nothing, if it was refused and noted.
    async fn wrong(&self, kind: &Kind, (what, twist): &Mutant) -> Option<String> {
        let replay = i64::from(matches!(twist, Twist::Again(_) | Twist::AgainBytes(_)));
        let before = self.counts().await;
        let answer = self.play(kind, *twist).await;
        let after = self.counts().await;
        let told: Value = serde_json::from_str(&answer.text).unwrap_or_default();
        let refused = (400..500).contains(&answer.status) && told["message"]["ack_status"] == "ERR";
        let kept = after.0 - before.0 - replay;
        let noted = after.1 - before.1 == 1 && self.last_event_says(&told).await;
        let fine = refused && kept == 0 && noted;
        (!fine).then(|| {
            format!(
                "{} {}: {what}: {} kept {kept}, noted {noted}: {}",
                self.policy.name(),
                kind.path,
                answer.status,
                answer.text
            )
        })
    }

    /// The newest security event has the code and the words of the answer.
    async fn last_event_says(&self, told: &Value) -> bool {
        let mut tx = self
            .register
            .daftar
            .platform
            .db
            .read()
            .await
            .expect("a snapshot");
        let wanted = Wanted {
            limit: 1,
            ..Wanted::default()
        };
        let events = security::list(&mut tx, &wanted).await.expect("events");
        events.first().is_some_and(|event| {
            [SENDER, OTHER].contains(&event.sender.as_str())
                && told["errors"][0]["code"] == event.code
                && told["errors"][0]["message"] == event.reason
        })
    }
}

async fn none_is_taken(post: &Post<'_>, lists: &[&[Mutant]]) {
    let all: Vec<&Mutant> = lists.iter().copied().flatten().collect();
    let names: BTreeSet<&str> = all.iter().map(|(what, _)| *what).collect();
    assert_eq!(names.len(), all.len(), "a mutant is listed twice");
    assert!(all.len() >= MUTANTS_MIN, "only {} mutants", all.len());
    let (mut tried, mut wrong) = (0, Vec::new());
    for kind in KINDS {
        let good = post.send(kind, &post.draft(kind).seal(post.policy)).await;
        assert!(good.status < 300, "{} is taken: {}", kind.path, good.text);
        for mutant in &all {
            tried += 1;
            wrong.extend(post.wrong(kind, mutant).await);
        }
    }
    let encrypted = if post.encrypted { ", encrypted" } else { "" };
    eprintln!(
        "forged, {}{encrypted}: {} mutants x {} kinds = {tried} tried, {} taken or not noted",
        post.policy.name(),
        all.len(),
        KINDS.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

const OF_BOTH: [&[Mutant]; 4] = [
    mutants::WHO_SIGNS,
    changed::ON_THE_WAY,
    changed::BYTES,
    changed::REPLAYED,
];

fn with(own: &'static [Mutant]) -> Vec<&'static [Mutant]> {
    OF_BOTH.into_iter().chain([own]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_forged_message_with_a_dci_signature_is_taken_and_each_is_a_security_event() {
    register::each(async |register| {
        let post = Post::new(register, Policy::DciEd25519, false).await;
        none_is_taken(&post, &with(dialects::OF_THE_FIELD)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_forged_message_with_a_detached_jws_is_taken_and_each_is_a_security_event() {
    register::each(async |register| {
        let post = Post::new(register, Policy::JwsDetached, false).await;
        none_is_taken(&post, &with(dialects::OF_THE_JWS)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_whose_encryption_is_wrong_is_taken_and_each_is_a_security_event() {
    register::each(async |register| {
        let post = Post::new(register, Policy::DciEd25519, true).await;
        let wrong = [encrypted::HEADERS, encrypted::PARTS, changed::ON_THE_WAY];
        none_is_taken(&post, &wrong).await;
        let code = "SELECT COUNT(*) FROM security_event WHERE code = 'err.encryption.invalid'";
        let expected = (encrypted::HEADERS.len() + encrypted::PARTS.len()) * KINDS.len();
        assert_eq!(
            register.count(code).await,
            expected as i64,
            "each by its code"
        );
    })
    .await;
}

/// The signature is over the sorted form: who only writes it differently has changed nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_fields_came_in_another_order_is_the_same_message() {
    register::each(async |register| {
        let post = Post::new(register, Policy::DciEd25519, false).await;
        for (what, twist) in changed::REPLAYED {
            let Twist::AgainBytes(change) = twist else {
                continue;
            };
            let sealed = post.draft(&KINDS[0]).seal(post.policy);
            let body = change(sealed.body.to_string());
            let answer = post.send_bytes(&KINDS[0], &sealed, body).await;
            assert_eq!(answer.status, 200, "{what}: {}", answer.text);
        }
    })
    .await;
}
