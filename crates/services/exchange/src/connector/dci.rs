//! The table `[dci]` of a connector's file.

use kernel::Source;
use serde::Deserialize;
use toml::Spanned;

use super::file::{Places, Wrong, one_line};
use super::grant::GrantFields;
use crate::dci::callback::Callback;
use crate::dci::event::Event;
use crate::dci::signature::Policy;
use crate::dialect::dci::{Dci, Later};
use crate::dialect::key_file::KeyFile;
use crate::dialect::token::Grant;

const NAME_CHARS_MAX: usize = 99;
/// Seconds after which a registry that answers later is asked what has become of a question: a
/// minute to sixty days.
const WITHIN_S: std::ops::RangeInclusive<i64> = 60..=60 * 86_400;
/// Three days, when the file does not say.
const WITHIN_S_ABSENT: i64 = 3 * 86_400;
const NO_CALLBACK: &str = "say where it reaches us: callback = \"http://OUR-HOST/dci/cb/registry\"";

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
    token_address: Option<Spanned<String>>,
    client_id: Option<Spanned<String>>,
    secret_file: Option<Spanned<String>>,
    secret_variable: Option<Spanned<String>>,
    encrypted: Option<Spanned<bool>>,
    encryption_key_file: Option<Spanned<String>>,
    answers: Option<Spanned<String>>,
    answers_within_s: Option<Spanned<i64>>,
    callback: Option<Spanned<String>>,
    subscribe: Option<Vec<Spanned<String>>>,
}

/// `address` is where it is searched.
pub fn dci(
    toml: &DciToml,
    (agency, address): (Source, &Spanned<String>),
    places: &Places<'_>,
) -> Result<Dci, Wrong> {
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
        signing_key: KeyFile::new(places.keys.join(signing_key)),
        jwks: KeyFile::new(places.keys.join(jwks)),
        grant: grant(toml, places)?,
        encryption_key: encryption_key(toml, places)?,
        callback: callback(toml)?,
        later: later(toml, address)?,
        subscribe: subscribe(toml, agency)?,
    })
}

/// A registry that asks for no token says nothing of one.
fn grant(toml: &DciToml, places: &Places<'_>) -> Result<Option<Grant>, Wrong> {
    let fields = GrantFields {
        table: "dci",
        client_id: toml.client_id.as_ref(),
        secret_file: toml.secret_file.as_ref(),
        secret_variable: toml.secret_variable.as_ref(),
    };
    match &toml.token_address {
        Some(token_address) => fields.grant(token_address, places).map(Some),
        None => fields.must_be_none().map(|()| None),
    }
}

fn encryption_key<K>(toml: &DciToml, places: &Places<'_>) -> Result<Option<KeyFile<K>>, Wrong> {
    let (what, named) = ("dci.encryption_key_file", toml.encryption_key_file.as_ref());
    match (toml.encrypted.as_ref(), named) {
        (Some(said), Some(named)) if *said.get_ref() => {
            let file = one_line(what, named, NAME_CHARS_MAX)?;
            Ok(Some(KeyFile::new(places.keys.join(file))))
        }
        (Some(said), None) if *said.get_ref() => Err(Wrong::of(
            said,
            "dci.encrypted",
            "write encryption_key_file too: the keys that messages to us are encrypted to, in --agency-keys",
        )),
        (_, Some(named)) => Err(Wrong::of(
            named,
            what,
            "it is used where encrypted = true; leave it out, or write that",
        )),
        _ => Ok(None),
    }
}

/// Where and when a registry answers that does so later.
fn later(toml: &DciToml, address: &Spanned<String>) -> Result<Option<Later>, Wrong> {
    let is_later = match toml.answers.as_ref() {
        None => false,
        Some(said) => match said.get_ref().as_str() {
            "at_once" => false,
            "later" => true,
            _ => return Err(Wrong::of(said, "dci.answers", "write at_once or later")),
        },
    };
    let is_sync = address.get_ref().ends_with("/sync/search");
    if is_later && (is_sync || !address.get_ref().ends_with("/search")) {
        let why = "a registry that answers later is asked at .../registry/search";
        return Err(Wrong::of(address, "address", why));
    }
    let within = toml.answers_within_s.as_ref();
    let within_s = match within.map(|within| *within.get_ref()) {
        None => WITHIN_S_ABSENT,
        Some(within_s) if WITHIN_S.contains(&within_s) => within_s,
        Some(_) => {
            let why = format!(
                "write a number from {} to {}",
                WITHIN_S.start(),
                WITHIN_S.end()
            );
            return Err(Wrong::of(
                within.expect("just seen"),
                "dci.answers_within_s",
                why,
            ));
        }
    };
    if is_later && toml.callback.is_none() {
        let said = toml.answers.as_ref().expect("it says later");
        return Err(Wrong::of(said, "dci.answers", NO_CALLBACK));
    }
    Ok(is_later.then_some(Later { within_s }))
}

fn callback(toml: &DciToml) -> Result<Option<String>, Wrong> {
    let Some(written) = toml.callback.as_ref() else {
        return Ok(None);
    };
    let callback = Callback::parse(written.get_ref());
    let callback = callback.map_err(|why| Wrong::of(written, "dci.callback", why.to_string()))?;
    Ok(Some(callback.as_str().to_owned()))
}

/// What a civil registry tells that becomes a life event here.
fn subscribe(toml: &DciToml, agency: Source) -> Result<Vec<Event>, Wrong> {
    const WHAT: &str = "dci.subscribe";
    let heard = [
        Event::LiveBirth,
        Event::Death,
        Event::DeathAnnulled,
        Event::Marriage,
        Event::Divorce,
    ];
    let mut events = Vec::new();
    for named in toml.subscribe.iter().flatten() {
        let found = heard.into_iter().find(|one| one.name() == named.get_ref());
        match found {
            _ if agency != Source::CivilRegistry => {
                let why = "only a civil registry tells of what is heard here: leave it out";
                return Err(Wrong::of(named, WHAT, why));
            }
            _ if toml.callback.is_none() => return Err(Wrong::of(named, WHAT, NO_CALLBACK)),
            Some(event) if !events.contains(&event) => events.push(event),
            _ => {
                let names = heard.map(Event::name).join(", ");
                return Err(Wrong::of(
                    named,
                    WHAT,
                    format!("write each once of {names}"),
                ));
            }
        }
    }
    Ok(events)
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
