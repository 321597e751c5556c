//! Encrypted messages: what stands under `message` is a JWE, there and back, as agreed with the partner.
//!
//! Encrypted first, then signed: the standard signs `header` and `message` as they stand in the body.
//! So a forged message costs no decryption, and a signature beside the text tells nobody who guesses it
//! that he has guessed right. That nobody else can sign the same encrypted text as his own is held by
//! the agreement of keys, into which sender and receiver go (`apu`, `apv`).

use serde_json::{Map, Value};
use signing::jwe::{self, DecryptionKeys, Parties};

use super::json;
use super::partner::Partner;
use super::refusal::Refusal;

const CODE: &str = "err.encryption.invalid";

fn refused(why: impl ToString) -> Refusal {
    Refusal::new(400, CODE, why)
}

/// Whether the header says of its message what is agreed: no word of a message turns encryption off
/// or on.
pub(super) fn check(header: &Map<String, Value>, partner: &Partner) -> Result<(), Refusal> {
    match (partner.encrypted, header.get("is_msg_encrypted")) {
        (true, Some(Value::Bool(true))) | (false, None | Some(Value::Bool(false))) => Ok(()),
        (true, _) => Err(refused("encrypted messages are agreed with you")),
        (false, _) => Err(refused("no encrypted messages are agreed with you")),
    }
}

/// What a partner has encrypted to us.
pub(super) fn open(
    message: &Map<String, Value>,
    partner: &Partner,
    ours: Option<&DecryptionKeys>,
) -> Result<Map<String, Value>, Refusal> {
    let ours = ours.ok_or_else(|| refused("this installation has no encryption key"))?;
    let parties = Parties {
        from: &partner.sender_id,
        to: &partner.receiver_id,
    };
    let text = jwe::open(message, ours, parties).map_err(refused)?;
    match json::read(&text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(refused("the message is encrypted, but no object")),
        Err(why) => Err(refused(why)),
    }
}

/// What we encrypt to a partner. Who has no key of that use is told nothing: see [`Partner::is_reached`].
pub(super) fn seal(message: &Value, partner: &Partner) -> Value {
    let key = partner.keys.encryption_key();
    let key = key.expect("who has no encryption key is told nothing");
    let parties = Parties {
        from: &partner.receiver_id,
        to: &partner.sender_id,
    };
    let text = message.to_string();
    jwe::seal(text.as_bytes(), key, parties, &mut || store::secret())
}
