//! Forged messages of registries that we have asked or subscribed to: all four kinds, which come with no
//! token, in every way we know to forge one. None is taken, nothing of it is kept, each is a security event.

use serde_json::Value;

use super::awaited::{Message, awaiting, header};
use super::dci_asking::{NAME, OUR_NAME, OURS, REGISTRYS, STRANGERS, key};
use super::subscribed::{TODAY, telling};
use super::*;
use crate::Heard;
use crate::dci::Arrived;
use crate::dci::signature::{self, Policy, Signed};

/// A message before it is signed, and who signs it when.
struct Draft {
    header: Value,
    message: Value,
    seed: &'static str,
    /// The name under which the key is given.
    kid: String,
    at: Instant,
}

impl Draft {
    fn sealed(&self) -> Value {
        let signed = Signed {
            sender_id: NAME,
            header: &self.header,
            message: &self.message,
            field: None,
            http: None,
        };
        let by = key(self.seed).named(&self.kid);
        let signature = signature::sign(
            &signed,
            Policy::DciEd25519,
            &by,
            self.at.0.div_euclid(1_000_000),
        );
        json!({"signature": signature, "header": self.header, "message": self.message})
    }

    fn sent(&mut self, after_s: i64) {
        self.header["message_ts"] = json!(self.at.plus_seconds(after_s).to_string());
    }
}

/// What a forger does.
#[derive(Clone, Copy)]
enum Twist {
    /// Writes it, with whatever key he has.
    Writes(fn(&mut Draft)),
    /// Changes it on its way.
    Changes(fn(&mut Value)),
    /// Changes its bytes.
    Bytes(fn(String) -> Vec<u8>),
}

use Twist::{Bytes, Changes, Writes};

type Mutant = (&'static str, Twist);

/// Changes the text of the signature; what changes nothing is no mutant.
fn field(sealed: &mut Value, change: impl Fn(&str) -> String) {
    let before = sealed["signature"].as_str().unwrap().to_owned();
    let after = change(&before);
    assert_ne!(before, after, "the mutant changes nothing");
    sealed["signature"] = json!(after);
}

fn other(sealed: &mut Value, from: &str, to: &str) {
    field(sealed, |text| text.replace(from, to));
}

fn without(sealed: &mut Value, name: &str) {
    let header = sealed["header"].as_object_mut().unwrap();
    header.remove(name).expect("the mutant changes nothing");
}

const WRITTEN: &[Mutant] = &[
    (
        "a stranger's key under the registry's name for it",
        Writes(|d| d.seed = STRANGERS),
    ),
    (
        "a stranger's key under its own name",
        Writes(|d| {
            d.seed = STRANGERS;
            d.kid = key(STRANGERS).kid().to_owned();
        }),
    ),
    (
        "our own key under the registry's name for it",
        Writes(|d| d.seed = OURS),
    ),
    (
        "our own key under its own name",
        Writes(|d| {
            d.seed = OURS;
            d.kid = key(OURS).kid().to_owned();
        }),
    ),
    (
        "another sender",
        Writes(|d| d.header["sender_id"] = json!("tax.uz")),
    ),
    (
        "ourselves as its sender",
        Writes(|d| d.header["sender_id"] = json!(OUR_NAME)),
    ),
    ("no sender", Writes(|d| d.header["sender_id"] = Value::Null)),
    (
        "another receiver",
        Writes(|d| d.header["receiver_id"] = json!("ibr.uz")),
    ),
    (
        "the registry as its receiver",
        Writes(|d| d.header["receiver_id"] = json!(NAME)),
    ),
    (
        "a receiver of no name",
        Writes(|d| d.header["receiver_id"] = Value::Null),
    ),
    (
        "a version of the future",
        Writes(|d| d.header["version"] = json!("2.0.0")),
    ),
    (
        "a version as a number",
        Writes(|d| d.header["version"] = json!(1)),
    ),
    (
        "an action of another address",
        Writes(|d| d.header["action"] = json!("search")),
    ),
    ("no action", Writes(|d| d.header["action"] = Value::Null)),
    (
        "sent six minutes and some seconds ago",
        Writes(|d| d.sent(-365)),
    ),
    ("sent in two minutes", Writes(|d| d.sent(120))),
    (
        "sent in 1970",
        Writes(|d| d.header["message_ts"] = json!("1970-01-01T00:00:00Z")),
    ),
    (
        "sent in 9999",
        Writes(|d| d.header["message_ts"] = json!("9999-12-31T23:59:59Z")),
    ),
    (
        "a time without its zone",
        Writes(|d| d.header["message_ts"] = json!(d.at.to_string().replace('Z', ""))),
    ),
    ("no time", Writes(|d| d.header["message_ts"] = Value::Null)),
    (
        "signed an hour ago",
        Writes(|d| d.at = d.at.plus_seconds(-3_600)),
    ),
    (
        "signed in an hour",
        Writes(|d| d.at = d.at.plus_seconds(3_600)),
    ),
    (
        "no message id",
        Writes(|d| d.header["message_id"] = Value::Null),
    ),
    (
        "an empty message id",
        Writes(|d| d.header["message_id"] = json!("")),
    ),
    (
        "a message id of 100 characters",
        Writes(|d| d.header["message_id"] = json!("i".repeat(100))),
    ),
    (
        "a message id with a line break",
        Writes(|d| d.header["message_id"] = json!("m\n1")),
    ),
    (
        "encryption claimed",
        Writes(|d| d.header["is_msg_encrypted"] = json!(true)),
    ),
    (
        "encryption claimed in a word",
        Writes(|d| d.header["is_msg_encrypted"] = json!("false")),
    ),
    (
        "a message that is a list",
        Writes(|d| d.message = json!([d.message])),
    ),
    ("a message of nothing", Writes(|d| d.message = json!({}))),
];

const ON_THE_WAY: &[Mutant] = &[
    ("stripped", Changes(|s| s["signature"] = Value::Null)),
    (
        "unsigned claimed",
        Changes(|s| s["signature"] = json!("unsigned")),
    ),
    (
        "a stub claimed",
        Changes(|s| s["signature"] = json!("unsigned-stub")),
    ),
    (
        "an empty signature",
        Changes(|s| s["signature"] = json!("")),
    ),
    (
        "a signature that is no text",
        Changes(|s| s["signature"] = json!({"value": true})),
    ),
    (
        "another message id",
        Changes(|s| s["header"]["message_id"] = json!("forged")),
    ),
    (
        "an address added",
        Changes(|s| s["header"]["sender_uri"] = json!("http://evil.example/")),
    ),
    (
        "a header field added",
        Changes(|s| s["header"]["x"] = Value::Null),
    ),
    (
        "no receiver on its way",
        Changes(|s| without(s, "receiver_id")),
    ),
    ("no version on its way", Changes(|s| without(s, "version"))),
    (
        "encryption no more denied",
        Changes(|s| without(s, "is_msg_encrypted")),
    ),
    (
        "a count as a fraction",
        Changes(|s| s["header"]["total_count"] = json!(1.0)),
    ),
    (
        "another transaction",
        Changes(|s| s["message"]["transaction_id"] = json!("t2")),
    ),
    (
        "another correlation",
        Changes(|s| s["message"]["correlation_id"] = json!("c2")),
    ),
    (
        "a message field added",
        Changes(|s| s["message"]["x"] = json!([])),
    ),
    ("an empty message", Changes(|s| s["message"] = json!({}))),
    (
        "a message in a list",
        Changes(|s| s["message"] = json!([s["message"]])),
    ),
    ("no header", Changes(|s| s["header"] = Value::Null)),
    (
        "header and message changed over",
        Changes(|s| {
            let header = s["header"].take();
            s["header"] = s["message"].take();
            s["message"] = header;
        }),
    ),
    ("algorithm none", Changes(|s| other(s, "ed25519", "none"))),
    ("algorithm hs256", Changes(|s| other(s, "ed25519", "hs256"))),
    (
        "another namespace",
        Changes(|s| other(s, "\"dci\"", "\"g2p\"")),
    ),
    (
        "the key of another sender named",
        Changes(|s| other(s, NAME, "tax.uz")),
    ),
    (
        "an expiry moved",
        Changes(|s| other(s, "expires=\"", "expires=\"1")),
    ),
    (
        "a creation moved",
        Changes(|s| other(s, "created=\"1", "created=\"2")),
    ),
    (
        "the digest is not covered",
        Changes(|s| other(s, " digest", "")),
    ),
    (
        "a signature cut short",
        Changes(|s| field(s, |text| text[..text.len() - 9].to_owned())),
    ),
    (
        "a signature twice",
        Changes(|s| field(s, |text| format!("{text}, {text}"))),
    ),
    (
        "a signature of zeros",
        Changes(|s| {
            field(s, |text| {
                let (before, _) = text.split_once("signature=\"").unwrap();
                format!("{before}signature=\"{}==\"", "A".repeat(86))
            })
        }),
    ),
];

const BYTES: &[Mutant] = &[
    (
        "a header twice",
        Bytes(|body| body.replacen('{', "{\"header\":{},", 1).into_bytes()),
    ),
    (
        "a byte order mark",
        Bytes(|body| format!("\u{feff}{body}").into_bytes()),
    ),
    (
        "UTF-16",
        Bytes(|body| body.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ),
    (
        "something behind it",
        Bytes(|body| format!("{body}{{}}").into_bytes()),
    ),
    (
        "cut short",
        Bytes(|body| body.as_bytes()[..body.len() - 1].to_vec()),
    ),
    (
        "a zero byte",
        Bytes(|body| format!("{body}\0").into_bytes()),
    ),
    (
        "bytes that are no text",
        Bytes(|body| {
            let mut bytes = body.into_bytes();
            let last = bytes.len() - 2;
            bytes.splice(last..last, *b",\"x\":\"\xff\"");
            bytes
        }),
    ),
    ("nothing at all", Bytes(|_| Vec::new())),
    (
        "a comment",
        Bytes(|body| format!("/* */{body}").into_bytes()),
    ),
    (
        "too deep",
        Bytes(|body| format!("{}{body}{}", "[".repeat(99), "]".repeat(99)).into_bytes()),
    ),
    (
        "too large",
        Bytes(|body| format!("{body}{}", " ".repeat(70_000)).into_bytes()),
    ),
];

/// One kind of message to one of our addresses.
struct Post<'a> {
    platform: &'a Platform,
    exchange: &'a Exchange,
    heard: Heard,
}

impl Post<'_> {
    async fn hear(&self, body: &[u8]) -> (u16, Value) {
        let arrived = Arrived {
            body,
            content_type: Some("application/json"),
            signature: None,
        };
        let reply = self
            .exchange
            .hear_registry(self.heard, &arrived, day(TODAY))
            .await;
        (reply.status, serde_json::from_str(&reply.body).unwrap())
    }

    /// Messages that were taken, and events that were noted.
    async fn counts(&self) -> (i64, i64) {
        let taken = count(self.platform, "SELECT COUNT(*) FROM dci_message").await;
        (
            taken,
            count(self.platform, "SELECT COUNT(*) FROM security_event").await,
        )
    }

    /// `good` makes a message that would be taken, of this id.
    async fn none_is_taken(&self, good: impl Fn(&str) -> (Value, Value)) {
        let action = self.heard.action();
        let draft = |id: &str| {
            let (header, message) = good(id);
            let at = Instant::parse_rfc3339(header["message_ts"].as_str().unwrap()).unwrap();
            let kid = key(REGISTRYS).kid().to_owned();
            Draft {
                header,
                message,
                seed: REGISTRYS,
                kid,
                at,
            }
        };
        let all: Vec<&Mutant> = [WRITTEN, ON_THE_WAY, BYTES].into_iter().flatten().collect();
        assert!(all.len() >= 40, "{} mutants", all.len());
        let mut wrong = Vec::new();
        for (place, (what, twist)) in all.into_iter().enumerate() {
            let mut draft = draft(&format!("{action}-{place}"));
            if let Writes(change) = twist {
                change(&mut draft);
            }
            let mut sealed = draft.sealed();
            if let Changes(change) = twist {
                change(&mut sealed);
            }
            let body = match twist {
                Bytes(change) => change(sealed.to_string()),
                _ => sealed.to_string().into_bytes(),
            };
            let before = self.counts().await;
            let (status, said) = self.hear(&body).await;
            let after = self.counts().await;
            let refused = (400..500).contains(&status) && said["message"]["ack_status"] == "ERR";
            if !refused || (after.0, after.1) != (before.0, before.1 + 1) {
                wrong.push(format!(
                    "{action}: {what}: {status} {said}, {before:?} {after:?}"
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // The good one is taken, once.
        let body = draft(&format!("{action}-good")).sealed().to_string();
        let before = self.counts().await;
        for _ in 0..2 {
            let (status, said) = self.hear(body.as_bytes()).await;
            assert_eq!(status, 202, "{action}: {said}");
            assert_eq!(self.counts().await, (before.0 + 1, before.1), "{action}");
        }
    }
}

fn head(id: &str, action: &str, at: Instant) -> Value {
    let mut header = header(&json!(id), action, "succ", at);
    header["message_id"] = json!(id);
    header
}

#[tokio::test]
async fn no_forged_answer_of_a_registry_is_taken_and_each_is_a_security_event() {
    each_db(SCHEMAS, async |platform| {
        let awaiting = awaiting(&platform).await;
        awaiting.silent(ask_about(1)).await;
        awaiting.correspond().await;
        let asked = awaiting.questions().remove(0);
        let post = Post {
            platform: &platform,
            exchange: &awaiting.story.exchange,
            heard: Heard::OnSearch,
        };
        let good = |id: &str| Message::new(id, 1, &[(0, "II")]).parts(&asked);
        post.none_is_taken(good).await;
        assert_ne!(awaiting.groups(&platform, 1).await, [None; 3]);
    })
    .await;
}

#[tokio::test]
async fn no_forged_message_of_a_subscription_is_taken_and_each_is_a_security_event() {
    each_db(SCHEMAS, async |platform| {
        let telling = telling(&platform).await;
        telling.correspond().await;
        let asked = telling.wished().remove("death").unwrap();
        let transaction = &asked["message"]["transaction_id"];
        let now = platform.wall.now();
        let post = |heard| Post {
            platform: &platform,
            exchange: &telling.exchange,
            heard,
        };
        let subscribed = |id: &str| {
            let reference = &asked["message"]["subscribe_request"][0]["reference_id"];
            let item = json!({"reference_id": reference, "status": "succ",
                "subscriptions": [{"code": "d1", "status": "subscribe"}]});
            let message = json!({"transaction_id": transaction, "correlation_id": "c1",
                "subscribe_response": [item]});
            (head(id, "on-subscribe", now), message)
        };
        post(Heard::OnSubscribe).none_is_taken(subscribed).await;
        let dead = |id: &str| {
            let mut header = head(id, "notify", now);
            header["meta"] = json!({"subscription_code": "d1"});
            let who =
                json!([{"identifier_type": "UIN", "identifier_value": husband(1).to_string()}]);
            let message = json!({"transaction_id": transaction, "notify_event": [{
                "reference_id": "e1", "timestamp": now.to_string(),
                "data": {"reg_event_type": "death", "reg_record_type": "CRVSPerson",
                    "reg_records": {"identifier": who, "death_date": "2026-01-04"}}}]});
            (header, message)
        };
        post(Heard::Notify).none_is_taken(dead).await;
        assert_eq!(count(&platform, "SELECT COUNT(*) FROM life_event").await, 1);
        let ended = |id: &str| {
            let message = json!({"transaction_id": "t1", "correlation_id": "c1",
                "subscription_status": [{"code": "d1", "status": "unsubscribe"}]});
            (head(id, "on-unsubscribe", now), message)
        };
        post(Heard::OnUnsubscribe).none_is_taken(ended).await;
    })
    .await;
}
