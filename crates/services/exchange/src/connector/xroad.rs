//! The table `[xroad]` of a connector's file.

use serde::Deserialize;
use toml::Spanned;

use super::file::{Wrong, one_line};
use crate::dialect::xroad::{Xroad, is_identifier};

const TEXT_CHARS_MAX: usize = 200;
const PATH_CHARS_MAX: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XroadToml {
    client: Spanned<String>,
    service: Spanned<String>,
    path: Option<Spanned<String>>,
    user_id: Option<Spanned<String>>,
}

pub fn xroad(toml: &XroadToml) -> Result<Xroad, Wrong> {
    let user_id = toml.user_id.as_ref();
    let user_id = user_id.map(|text| one_line("xroad.user_id", text, TEXT_CHARS_MAX));
    Ok(Xroad {
        client: identifier(
            "xroad.client",
            &toml.client,
            &["INSTANCE", "CLASS", "MEMBER", "SUBSYSTEM"],
        )?,
        service: identifier(
            "xroad.service",
            &toml.service,
            &["INSTANCE", "CLASS", "MEMBER", "SUBSYSTEM", "SERVICE"],
        )?,
        path: path(toml.path.as_ref())?,
        user_id: user_id.transpose()?,
    })
}

/// Parts between slashes, of the signs that X-Road lets stand in an identifier.
fn identifier(
    what: &'static str,
    written: &Spanned<String>,
    names: &[&str],
) -> Result<String, Wrong> {
    let text = written.get_ref();
    if is_identifier(text, names.len()) {
        return Ok(text.clone());
    }
    let names = names.join("/");
    let why = format!("write {names}, each of letters, digits and '()+,-.=?");
    Err(Wrong::of(written, what, why))
}

fn path(written: Option<&Spanned<String>>) -> Result<String, Wrong> {
    let Some(written) = written else {
        return Ok(String::new());
    };
    let text = written.get_ref();
    let may_stand = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    let is_up = text.split('/').any(|part| part == "..");
    if text.starts_with('/')
        && text.len() <= PATH_CHARS_MAX
        && text.chars().all(may_stand)
        && !is_up
    {
        return Ok(text.clone());
    }
    let why = "write the path below the service, as \"/query\", of letters, digits and -._~";
    Err(Wrong::of(written, "xroad.path", why))
}
