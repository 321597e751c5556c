//! The table `[gateway]` of a connector's file.

use std::collections::BTreeMap;

use kernel::Pinfl;
use serde::Deserialize;
use toml::Spanned;

use super::facts::pointer;
use super::file::{Places, Wrong, one_line};
use super::grant::GrantFields;
use crate::dialect::gateway::{Also, AnswerPlaces, Gateway};
use crate::wire::PURPOSE;

/// Further fields of a question.
const ALSO_MAX: usize = 16;
/// Words for one outcome.
const WORDS_MAX: usize = 20;
const TEXT_CHARS_MAX: usize = 200;
/// What every question has; a further field may not stand in for one of them.
const OWN_FIELDS: [&str; 5] = [
    "transaction_id",
    "sender_pin",
    "purpose",
    "consent",
    "pinfl",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayToml {
    token_address: Spanned<String>,
    client_id: Spanned<String>,
    secret_file: Option<Spanned<String>>,
    secret_variable: Option<Spanned<String>>,
    sender_pin: Spanned<String>,
    purpose: Option<Spanned<String>>,
    #[serde(default)]
    also: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    answer: AnswerToml,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerToml {
    transaction: Option<Spanned<String>>,
    person: Option<Spanned<String>>,
    result: Option<Spanned<String>>,
    found: Option<Spanned<Vec<String>>>,
    nothing: Option<Spanned<Vec<String>>>,
    pending: Option<Spanned<Vec<String>>>,
    ready_at: Option<Spanned<String>>,
    as_of: Option<Spanned<String>>,
    body: Option<Spanned<String>>,
}

pub fn gateway(toml: &Spanned<GatewayToml>, places: &Places<'_>) -> Result<Gateway, Wrong> {
    let of = toml.get_ref();
    let sender_pin = Pinfl::parse(of.sender_pin.get_ref()).map_err(|why| {
        let why = format!("write the PINFL of the officer in whose name we ask: {why}");
        Wrong::of(&of.sender_pin, "gateway.sender_pin", why)
    })?;
    let grant = GrantFields {
        table: "gateway",
        client_id: Some(&of.client_id),
        secret_file: of.secret_file.as_ref(),
        secret_variable: of.secret_variable.as_ref(),
    };
    let purpose = of.purpose.as_ref();
    let purpose = purpose.map(|text| one_line("gateway.purpose", text, TEXT_CHARS_MAX));
    Ok(Gateway {
        grant: grant.grant(&of.token_address, places)?,
        sender_pin,
        purpose: purpose.transpose()?.unwrap_or_else(|| PURPOSE.to_owned()),
        also: also(toml)?,
        answer: answer(&of.answer)?,
    })
}

fn also(toml: &Spanned<GatewayToml>) -> Result<Vec<(String, Also)>, Wrong> {
    let fields = &toml.get_ref().also;
    if fields.len() > ALSO_MAX {
        let why = format!("a question has at most {ALSO_MAX} further fields");
        return Err(Wrong::of(toml, "gateway.also", why));
    }
    let field = |(name, value): (&String, &Spanned<String>)| {
        let what = format!("gateway.also.{name}");
        if OWN_FIELDS.contains(&name.as_str()) {
            let why = "every question has this field already";
            return Err(Wrong::of(value, &what, why));
        }
        let text = one_line(&what, value, TEXT_CHARS_MAX)?;
        let also = match text.as_str() {
            "{as_of}" => Also::AsOf,
            "{window_from}" => Also::WindowFrom,
            "{window_to}" => Also::WindowTo,
            "{legal_basis}" => Also::LegalBasis,
            "{consent}" => Also::Consent,
            other if other.contains(['{', '}']) => {
                let why = "write {as_of}, {window_from}, {window_to}, {legal_basis}, {consent}, or \
                           a text without braces";
                return Err(Wrong::of(value, &what, why));
            }
            _ => Also::Text(text),
        };
        Ok((name.clone(), also))
    };
    fields.iter().map(field).collect()
}

fn answer(toml: &AnswerToml) -> Result<AnswerPlaces, Wrong> {
    let place = |name: &str, said: &Option<Spanned<String>>, absent: &str| match said {
        None => Ok(absent.to_owned()),
        Some(said) => pointer(said.get_ref())
            .map_err(|why| Wrong::of(said, &format!("gateway.answer.{name}"), why)),
    };
    let words = |name: &str, said: &Option<Spanned<Vec<String>>>, absent: &str| match said {
        None => Ok(vec![absent.to_owned()]),
        Some(said) if said.get_ref().len() <= WORDS_MAX => Ok(said.get_ref().clone()),
        Some(said) => {
            let why = format!("at most {WORDS_MAX} words");
            Err(Wrong::of(said, &format!("gateway.answer.{name}"), why))
        }
    };
    let places = AnswerPlaces {
        transaction: place("transaction", &toml.transaction, "/transaction_id")?,
        person: place("person", &toml.person, "/pinfl")?,
        result: place("result", &toml.result, "/result")?,
        found: words("found", &toml.found, "found")?,
        nothing: words("nothing", &toml.nothing, "not_found")?,
        pending: words("pending", &toml.pending, "pending")?,
        ready_at: place("ready_at", &toml.ready_at, "/ready_at")?,
        as_of: toml
            .as_of
            .as_ref()
            .map(|said| place("as_of", &Some(said.clone()), ""))
            .transpose()?,
        body: place("body", &toml.body, "/data")?,
    };
    let is_twice = |word: &String| {
        places.found.contains(word)
            && (places.nothing.contains(word) || places.pending.contains(word))
            || places.nothing.contains(word) && places.pending.contains(word)
    };
    let mut all = places
        .found
        .iter()
        .chain(&places.nothing)
        .chain(&places.pending);
    match (all.find(|word| is_twice(word)), &toml.found) {
        (None, _) => Ok(places),
        (Some(word), said) => {
            let at = said.as_ref().map_or(0, |said| said.span().start);
            let why = format!("{word} stands for two outcomes; give each word one");
            Err(Wrong::at(at, "gateway.answer", why))
        }
    }
}
