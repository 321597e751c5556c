//! Mutants of a message as it is written, in both dialects: who signs, and what the header claims.

use serde_json::Value;

use super::letter::{Draft, Form, Hand, Sealed};
use crate::dci::message::now;

/// What a forger does.
#[derive(Clone, Copy)]
pub enum Twist {
    /// Writes it, with whatever key he has.
    Draft(fn(&mut Draft)),
    /// Changes it on the way.
    Sealed(fn(&mut Sealed)),
    /// Changes the bytes on the way.
    Bytes(fn(String) -> Vec<u8>),
    /// Sends it a second time, the first having been taken.
    Again(fn(&mut Sealed)),
    AgainBytes(fn(String) -> Vec<u8>),
}

pub type Mutant = (&'static str, Twist);

use Twist::Draft as Writes;

/// Every name of a key that a forger may put on his signature.
fn names(draft: &mut Draft, kid: &str) {
    draft.kid_id = draft.kid_id.replace("|k1|", &format!("|{kid}|"));
    draft.jose = draft.jose.replace("k1", kid);
}

fn sent_at(draft: &mut Draft, seconds: i64) {
    draft.header["message_ts"] = now().plus_seconds(seconds).to_string().into();
}

/// Somebody else signs, or the right one signs something else.
pub const WHO_SIGNS: &[Mutant] = &[
    (
        "the key of a stranger under our name for it",
        Writes(|d| d.hand = Hand::Stranger),
    ),
    (
        "the key of a stranger under its own name",
        Writes(|d| {
            d.hand = Hand::Stranger;
            names(d, "k9");
        }),
    ),
    (
        "a revoked key",
        Writes(|d| {
            d.hand = Hand::Revoked;
            names(d, "k0");
        }),
    ),
    (
        "a revoked key under the name of the new one",
        Writes(|d| d.hand = Hand::Revoked),
    ),
    (
        "the key of another partner",
        Writes(|d| {
            d.hand = Hand::OtherPartner;
            names(d, "k2");
        }),
    ),
    (
        "the key of another partner under our name for it",
        Writes(|d| d.hand = Hand::OtherPartner),
    ),
    (
        "the installation's own key",
        Writes(|d| {
            d.hand = Hand::Ours;
            names(d, Hand::Ours.key().kid());
        }),
    ),
    (
        "the public key as the secret of an HMAC",
        Writes(|d| d.hand = Hand::PublicKeyAsSecret),
    ),
    ("an empty signature", Writes(|d| d.hand = Hand::Nobody)),
    (
        "the header alone is signed",
        Writes(|d| d.form = Form::HeaderAlone),
    ),
    (
        "the message alone is signed",
        Writes(|d| d.form = Form::MessageAlone),
    ),
    (
        "the canonical form of the other dialect is signed",
        Writes(|d| d.form = Form::Other),
    ),
    (
        "the token of another partner",
        Writes(|d| d.others_token = true),
    ),
    (
        "another sender in the header",
        Writes(|d| d.header["sender_id"] = "tax.gov".into()),
    ),
    (
        "the other partner in the header",
        Writes(|d| {
            d.header["sender_id"] = super::OTHER.into();
        }),
    ),
    ("no sender", Writes(|d| d.header["sender_id"] = Value::Null)),
    (
        "another receiver",
        Writes(|d| d.header["receiver_id"] = "ibr.gov".into()),
    ),
    (
        "a receiver of no name",
        Writes(|d| d.header["receiver_id"] = Value::Null),
    ),
    (
        "a version of the future",
        Writes(|d| d.header["version"] = "2.0.0".into()),
    ),
    (
        "an action of another address",
        Writes(|d| d.header["action"] = "on-search".into()),
    ),
    ("no action", Writes(|d| d.header["action"] = Value::Null)),
    (
        "sent six minutes and a second ago",
        Writes(|d| sent_at(d, -361)),
    ),
    ("sent in two minutes", Writes(|d| sent_at(d, 120))),
    (
        "sent in 1970",
        Writes(|d| d.header["message_ts"] = "1970-01-01T00:00:00Z".into()),
    ),
    (
        "sent in 9999",
        Writes(|d| d.header["message_ts"] = "9999-12-31T23:59:59Z".into()),
    ),
    (
        "a time without its zone",
        Writes(|d| {
            let at = now().to_string().replace('Z', "");
            d.header["message_ts"] = at.into();
        }),
    ),
    ("no time", Writes(|d| d.header["message_ts"] = Value::Null)),
    (
        "no message id",
        Writes(|d| d.header["message_id"] = Value::Null),
    ),
    (
        "an empty message id",
        Writes(|d| d.header["message_id"] = "".into()),
    ),
    (
        "a message id of 100 characters",
        Writes(|d| d.header["message_id"] = "i".repeat(100).into()),
    ),
    (
        "a message id with a line break",
        Writes(|d| d.header["message_id"] = "m\n1".into()),
    ),
    (
        "encryption claimed",
        Writes(|d| d.header["is_msg_encrypted"] = true.into()),
    ),
    (
        "encryption claimed in a word",
        Writes(|d| d.header["is_msg_encrypted"] = "false".into()),
    ),
    (
        "a count that is not the number",
        Writes(|d| d.header["total_count"] = 2.into()),
    ),
    (
        "a count as text",
        Writes(|d| d.header["total_count"] = "1".into()),
    ),
    (
        "no transaction",
        Writes(|d| d.message["transaction_id"] = Value::Null),
    ),
];
