//! The table `[dci]` of a connector's file.

use serde::Deserialize;
use toml::Spanned;

use super::file::{Places, Wrong, one_line};
use crate::dci::signature::Policy;
use crate::dialect::dci::Dci;

const NAME_CHARS_MAX: usize = 99;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DciToml {
    sender_id: Spanned<String>,
    receiver_id: Spanned<String>,
    reg_type: Spanned<String>,
    reg_record_type: Spanned<String>,
    policy: Spanned<String>,
    signing_key_file: Spanned<String>,
    jwks_file: Spanned<String>,
}

pub fn dci(toml: &DciToml, places: &Places<'_>) -> Result<Dci, Wrong> {
    let name = |what: &str, text: &Spanned<String>| {
        let what = format!("dci.{what}");
        let name = one_line(&what, text, NAME_CHARS_MAX)?;
        match name.contains(['|', '"']) {
            true => Err(Wrong::of(text, &what, "it holds neither | nor quotes")),
            false => Ok(name),
        }
    };
    let signing_key = one_line(
        "dci.signing_key_file",
        &toml.signing_key_file,
        NAME_CHARS_MAX,
    )?;
    let jwks = one_line("dci.jwks_file", &toml.jwks_file, NAME_CHARS_MAX)?;
    Ok(Dci {
        sender_id: name("sender_id", &toml.sender_id)?,
        receiver_id: name("receiver_id", &toml.receiver_id)?,
        reg_type: name("reg_type", &toml.reg_type)?,
        reg_record_type: name("reg_record_type", &toml.reg_record_type)?,
        policy: policy(&toml.policy)?,
        signing_key: places.keys.join(signing_key),
        jwks: places.keys.join(jwks),
    })
}

/// An answer that nobody signed is no evidence.
fn policy(written: &Spanned<String>) -> Result<Policy, Wrong> {
    let signs = [Policy::DciEd25519, Policy::JwsDetached];
    let named = signs
        .into_iter()
        .find(|policy| policy.name() == written.get_ref());
    named.ok_or_else(|| {
        let names = signs.map(Policy::name).join(" or ");
        Wrong::of(written, "dci.policy", format!("write {names}"))
    })
}
