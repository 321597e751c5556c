//! The file of a connector: TOML, read strictly. Whoever writes one is told the line, the field and
//! what to write instead.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use kernel::Source;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::dci::{self, DciToml};
use super::facts::{self, FactsToml};
use super::gateway::{self, GatewayToml};
use super::tls::{self, TlsToml};
use super::xroad::{self, XroadToml};
use super::{AGENCIES, Connector, always_needs_consent};
use crate::dialect::Dialect;
use crate::gather::PERSONS_A_CALL_MAX;

/// Bytes of one file.
pub const FILE_BYTES_MAX: u64 = 64 * 1024;
const LEGAL_BASIS_CHARS_MAX: usize = 500;
const VALID_DAYS: RangeInclusive<i64> = 1..=366;
const TIMEOUT_MS: RangeInclusive<i64> = 1..=120_000;
const ATTEMPTS: RangeInclusive<i64> = 1..=10;
const PARALLEL: RangeInclusive<i64> = 1..=256;
const BREAKER_FAILURES: RangeInclusive<i64> = 1..=1_000;
const BREAKER_OPEN_MS: RangeInclusive<i64> = 1..=3_600_000;
const RETRY_AFTER_S: RangeInclusive<i64> = 1..=604_800;

/// What stands behind the words of a file that are an installation's own.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// `{base}`: where the sandbox answers.
    pub base: &'a str,
    /// The folder of secrets and keys that files name.
    pub keys: &'a Path,
}

/// A file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}: {why}")]
pub struct ConnectorRefused {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The field or table.
    pub what: String,
    /// What is wrong and what to write.
    pub why: String,
}

/// A mistake at a byte of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    at: usize,
    what: String,
    why: String,
}

impl Wrong {
    pub fn at(at: usize, what: impl Into<String>, why: impl Into<String>) -> Wrong {
        Wrong {
            at,
            what: what.into(),
            why: why.into(),
        }
    }

    pub fn of<T>(found: &Spanned<T>, what: &str, why: impl Into<String>) -> Wrong {
        Wrong::at(found.span().start, what, why)
    }

    fn in_file(self, file: &str, text: &str) -> ConnectorRefused {
        let before = text.as_bytes().iter().take(self.at);
        ConnectorRefused {
            file: file.to_owned(),
            line: before.filter(|byte| **byte == b'\n').count() + 1,
            what: self.what,
            why: self.why,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileToml {
    agency: Spanned<String>,
    dialect: Spanned<String>,
    address: Spanned<String>,
    legal_basis: Spanned<String>,
    valid_days: Option<Spanned<i64>>,
    needs_consent: Option<Spanned<bool>>,
    #[serde(default)]
    limits: LimitsToml,
    #[serde(default)]
    facts: FactsToml,
    gateway: Option<Spanned<GatewayToml>>,
    xroad: Option<Spanned<XroadToml>>,
    dci: Option<Spanned<DciToml>>,
    tls: Option<Spanned<TlsToml>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsToml {
    timeout_ms: Option<Spanned<i64>>,
    attempts_max: Option<Spanned<i64>>,
    persons_max: Option<Spanned<i64>>,
    parallel_max: Option<Spanned<i64>>,
    breaker_failures_max: Option<Spanned<i64>>,
    breaker_open_ms: Option<Spanned<i64>>,
    retry_after_s: Option<Spanned<i64>>,
}

impl Connector {
    /// Reads the text of a file; `file` names it in errors.
    pub fn parse(
        file: &str,
        text: &str,
        places: &Places<'_>,
    ) -> Result<Connector, ConnectorRefused> {
        let read = toml::from_str(text).map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            Wrong::at(at, "the form", error.message())
        });
        let connector = read.and_then(|toml| connector(file, toml, places));
        connector.map_err(|wrong| wrong.in_file(file, text))
    }
}

fn connector(file: &str, toml: FileToml, places: &Places<'_>) -> Result<Connector, Wrong> {
    let agency = agency(&toml.agency)?;
    let limits = &toml.limits;
    let valid_days = number("valid_days", toml.valid_days.as_ref(), 30, VALID_DAYS)?;
    let limit = |name, found: &Option<Spanned<i64>>, absent, range| {
        number(&format!("limits.{name}"), found.as_ref(), absent, range)
    };
    let dialect = dialect(&toml, agency, places)?;
    let persons = 1..=dialect.persons_max().min(PERSONS_A_CALL_MAX) as i64;
    let persons_absent = (*persons.end()).min(100);
    let persons_max = limit("persons_max", &limits.persons_max, persons_absent, persons)?;
    let address = address("address", &toml.address, places)?;
    let token_field = format!("{}.token_address", dialect.name());
    let token_address = dialect
        .grant()
        .map(|grant| (token_field.as_str(), grant.address.as_str()));
    let tls = tls::tls(toml.tls.as_ref(), (&address, token_address), places)?;
    Ok(Connector {
        agency,
        file: file.to_owned(),
        dialect,
        address,
        tls,
        timeout_ms: limit("timeout_ms", &limits.timeout_ms, 2_000, TIMEOUT_MS)?.unsigned_abs(),
        attempts_max: small(limit("attempts_max", &limits.attempts_max, 3, ATTEMPTS)?),
        persons_max: small(persons_max),
        parallel_max: small(limit("parallel_max", &limits.parallel_max, 8, PARALLEL)?),
        valid_days: small(valid_days),
        legal_basis: legal_basis(&toml.legal_basis)?,
        needs_consent: needs_consent(agency, toml.needs_consent.as_ref())?,
        breaker_failures_max: small(limit(
            "breaker_failures_max",
            &limits.breaker_failures_max,
            5,
            BREAKER_FAILURES,
        )?),
        breaker_open_ms: limit(
            "breaker_open_ms",
            &limits.breaker_open_ms,
            5_000,
            BREAKER_OPEN_MS,
        )?
        .unsigned_abs(),
        retry_after_s: limit("retry_after_s", &limits.retry_after_s, 3_600, RETRY_AFTER_S)?,
        mapping: Arc::new(mapping(agency, &toml.agency, &toml.facts)?),
    })
}

fn agency(named: &Spanned<String>) -> Result<Source, Wrong> {
    let known = AGENCIES
        .into_iter()
        .find(|agency| agency.name() == named.get_ref());
    known.ok_or_else(|| {
        let names = AGENCIES.map(Source::name).join(", ");
        Wrong::of(named, "agency", format!("write one of {names}"))
    })
}

/// The dialect with its own table, which no other dialect may have.
fn dialect(toml: &FileToml, agency: Source, places: &Places<'_>) -> Result<Dialect, Wrong> {
    let named = toml.dialect.get_ref().as_str();
    let tables = [
        ("gateway", toml.gateway.as_ref().map(Spanned::span)),
        ("xroad", toml.xroad.as_ref().map(Spanned::span)),
        ("dci", toml.dci.as_ref().map(Spanned::span)),
    ];
    for (table, span) in tables {
        if let Some(span) = span.filter(|_| table != named) {
            let why = format!("the dialect is {named}: leave this table out, or write {table}");
            return Err(Wrong::at(span.start, table, why));
        }
    }
    let missing = |what: &str| {
        let why = format!("this dialect needs a table [{what}]; see docs/connectors.md");
        Wrong::of(&toml.dialect, "dialect", why)
    };
    match named {
        "plain" => Ok(Dialect::Plain),
        "gateway" => {
            let table = toml.gateway.as_ref().ok_or_else(|| missing("gateway"))?;
            Ok(Dialect::Gateway(Box::new(gateway::gateway(table, places)?)))
        }
        "xroad" => {
            let table = toml.xroad.as_ref().ok_or_else(|| missing("xroad"))?;
            Ok(Dialect::Xroad(Box::new(xroad::xroad(table.get_ref())?)))
        }
        "dci" => {
            let table = toml.dci.as_ref().ok_or_else(|| missing("dci"))?;
            let dci = dci::dci(table.get_ref(), (agency, &toml.address), places)?;
            Ok(Dialect::Dci(Box::new(dci)))
        }
        _ => {
            let names = Dialect::NAMES.join(", ");
            Err(Wrong::of(
                &toml.dialect,
                "dialect",
                format!("write one of {names}"),
            ))
        }
    }
}

/// An address, `http` or `https`, whose `{base}` is filled in.
pub fn address(
    what: &str,
    written: &Spanned<String>,
    places: &Places<'_>,
) -> Result<String, Wrong> {
    let text = written.get_ref().replace("{base}", places.base);
    let refused = |why: &str| Wrong::of(written, what, why);
    if text.contains(['{', '}']) {
        return Err(refused("{base} is the only placeholder of an address"));
    }
    let form = "write an address as https://host/path, http://host/path or {base}/path";
    let url = Url::parse(&text).map_err(|_| refused(form))?;
    let extra = !url.username().is_empty() || url.password().is_some() || url.fragment().is_some();
    match matches!(url.scheme(), "http" | "https") && !extra {
        true => Ok(text),
        false => Err(refused(form)),
    }
}

/// A text of one line, not empty.
pub fn one_line(what: &str, written: &Spanned<String>, chars_max: usize) -> Result<String, Wrong> {
    let text = written.get_ref().trim();
    let is_long = text.chars().count() > chars_max;
    if text.is_empty() || is_long || text.contains(char::is_control) {
        let why = format!("write one line of 1 to {chars_max} characters");
        return Err(Wrong::of(written, what, why));
    }
    Ok(text.to_owned())
}

fn legal_basis(written: &Spanned<String>) -> Result<String, Wrong> {
    let text = written.get_ref().trim();
    let is_long = text.chars().count() > LEGAL_BASIS_CHARS_MAX;
    if text.is_empty() || is_long || text.contains(char::is_control) {
        let why = format!(
            "name the law that lets us ask, in one line of 1 to {LEGAL_BASIS_CHARS_MAX} characters"
        );
        return Err(Wrong::of(written, "legal_basis", why));
    }
    Ok(text.to_owned())
}

/// A file that leaves the bank's consent out still asks for it; one that denies it is refused.
fn needs_consent(agency: Source, said: Option<&Spanned<bool>>) -> Result<bool, Wrong> {
    let always = always_needs_consent(agency);
    match said {
        Some(said) if always && !said.get_ref() => Err(Wrong::of(
            said,
            "needs_consent",
            "this agency is asked with consent only: write true, or leave it out",
        )),
        Some(said) => Ok(*said.get_ref()),
        None => Ok(always),
    }
}

fn mapping(
    agency: Source,
    named: &Spanned<String>,
    facts: &FactsToml,
) -> Result<crate::mapping::Mapping, Wrong> {
    match (agency == Source::CivilRegistry, facts.is_empty()) {
        (true, false) => Err(Wrong::of(
            named,
            "facts",
            "the mapping of the civil registry is in code: leave the tables [facts...] out",
        )),
        (false, true) => Err(Wrong::of(
            named,
            "facts",
            "say which facts it tells and where they stand: write a table [facts.KIND]",
        )),
        _ => facts::mapping(agency, facts),
    }
}

fn number(
    what: &str,
    found: Option<&Spanned<i64>>,
    absent: i64,
    range: RangeInclusive<i64>,
) -> Result<i64, Wrong> {
    match found {
        None => Ok(absent),
        Some(found) if range.contains(found.get_ref()) => Ok(*found.get_ref()),
        Some(found) => {
            let why = format!("write a number from {} to {}", range.start(), range.end());
            Err(Wrong::of(found, what, why))
        }
    }
}

/// A number that its range has made small enough.
fn small<T: TryFrom<i64>>(number: i64) -> T {
    let Ok(number) = T::try_from(number) else {
        unreachable!("the ranges above are smaller than any type of a limit")
    };
    number
}
