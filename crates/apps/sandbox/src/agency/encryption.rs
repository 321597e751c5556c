//! Encrypted messages to and from registries, both ways or neither: encrypted first, then signed, and no
//! word of a message turns it on or off. Acknowledgements and refusals are plain.

use axum::http::StatusCode;
use serde_json::Value;

use super::dci::ASKER;
use super::{Agency, jwe};
use crate::refusal::{Refusal, refuse};
use crate::world::World;

/// The message as it was before the asker encrypted it.
pub fn open(world: &World, agency: Agency, mut asked: Value) -> Result<Value, Refusal> {
    let said = &asked["header"]["is_msg_encrypted"];
    let opened = match (world.encrypted, said.as_bool()) {
        (true, Some(true)) => decrypt(world, agency, &asked["message"]),
        (false, Some(false)) => return Ok(asked),
        (false, None) if said.is_null() => return Ok(asked),
        _ => None,
    };
    let refused = || refuse(StatusCode::BAD_REQUEST, "err.encryption.invalid".to_owned());
    asked["message"] = opened.ok_or_else(refused)?;
    Ok(asked)
}

fn decrypt(world: &World, agency: Agency, message: &Value) -> Option<Value> {
    let (ours, kid) = world.keys.encryption(agency)?;
    let us = format!("{}.uz", agency.name());
    let text = jwe::decrypt(message, (ours, &kid), (ASKER, &us))?;
    serde_json::from_slice(&text).ok()
}

/// What the registry tells, encrypted to the asker. What cannot be encrypted is not told.
pub fn seal(world: &World, agency: Agency, message: &Value) -> Value {
    let (asker, kid) = world.keys.asker_encryption();
    let us = format!("{}.uz", agency.name());
    let sealed = world.keys.encryption(agency).and_then(|(ours, _)| {
        let text = message.to_string();
        jwe::encrypt(text.as_bytes(), ours, (asker, &kid), (&us, ASKER))
    });
    sealed.unwrap_or_default()
}
