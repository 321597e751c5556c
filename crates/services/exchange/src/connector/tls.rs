//! The table `[tls]` of a connector's file: whom we trust at its `https` addresses, and what we show.
//! Its files are read at once, so that whoever checks a connector is told before anything is asked.

use serde::Deserialize;
use toml::Spanned;

use super::file::{Places, Wrong, one_line};
use crate::dialect::key_file::KeyFile;
use crate::tls::{CA_FILE, CERTIFICATE_FILE, KEY_FILE, Own, Tls};

const NAME_CHARS_MAX: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsToml {
    ca_file: Option<Spanned<String>>,
    certificate_file: Option<Spanned<String>>,
    key_file: Option<Spanned<String>>,
}

/// `addresses`: where it is asked, and where the token comes from, with the field that says it.
pub fn tls(
    toml: Option<&Spanned<TlsToml>>,
    addresses: (&str, Option<(&str, &str)>),
    places: &Places<'_>,
) -> Result<Tls, Wrong> {
    let Some(toml) = toml else {
        return Ok(Tls::default());
    };
    check_addresses(toml, addresses)?;
    let of = toml.get_ref();
    if of.ca_file.is_none() && of.certificate_file.is_none() && of.key_file.is_none() {
        let why = "name ca_file, the authorities to trust, or certificate_file and key_file, what we \
                   show; without any of them leave this table out";
        return Err(Wrong::of(toml, "tls", why));
    }
    let tls = Tls {
        ca: of
            .ca_file
            .as_ref()
            .map(|named| file(CA_FILE, named, places))
            .transpose()?,
        own: own(of, places)?,
    };
    tls.client().map_err(|refused| {
        let named = match refused.field {
            CERTIFICATE_FILE => &of.certificate_file,
            KEY_FILE => &of.key_file,
            _ => &of.ca_file,
        };
        let at = named.as_ref().map_or(toml.span(), Spanned::span).start;
        Wrong::at(at, format!("tls.{}", refused.field), refused.why)
    })?;
    Ok(tls)
}

/// Who names an authority shall not find out later that half of it went in plain.
fn check_addresses(
    toml: &Spanned<TlsToml>,
    (address, token_address): (&str, Option<(&str, &str)>),
) -> Result<(), Wrong> {
    for (what, address) in [("address", address)].into_iter().chain(token_address) {
        if !is_https(address) {
            let why = format!("{what} is http: write it as https, or leave this table out");
            return Err(Wrong::of(toml, "tls", why));
        }
    }
    Ok(())
}

fn is_https(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| url.scheme() == "https")
}

fn own(toml: &TlsToml, places: &Places<'_>) -> Result<Option<Own>, Wrong> {
    let alone = |named, field, other| {
        let why = format!("write {other} too: a certificate is shown with its key");
        Err(Wrong::of(named, &format!("tls.{field}"), why))
    };
    match (&toml.certificate_file, &toml.key_file) {
        (None, None) => Ok(None),
        (Some(named), None) => alone(named, CERTIFICATE_FILE, KEY_FILE),
        (None, Some(named)) => alone(named, KEY_FILE, CERTIFICATE_FILE),
        (Some(certificate), Some(key)) => Ok(Some(Own {
            certificate: file(CERTIFICATE_FILE, certificate, places)?,
            key: file(KEY_FILE, key, places)?,
        })),
    }
}

/// In the folder of keys.
fn file<K>(field: &str, named: &Spanned<String>, places: &Places<'_>) -> Result<KeyFile<K>, Wrong> {
    let name = one_line(&format!("tls.{field}"), named, NAME_CHARS_MAX)?;
    Ok(KeyFile::new(places.keys.join(name)))
}
