//! The file of a scenario: TOML, read strictly. Whoever writes one is told the line, the field and
//! what to write instead.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::atomic::AtomicU64;

use kernel::{Instant, Pinfl};
use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::{Row, Scenario, What, Whom};
use crate::agency::Agency;
use crate::agency::contradiction;
use crate::agency::fault::{Fault, HANG_MS, STALE_DAYS};

const FILE_BYTES_MAX: u64 = 256 * 1024;
const ROWS_MAX: usize = 500;
const PERSONS_MAX: usize = 1_000;
const PER_MILLE: RangeInclusive<i64> = 1..=1_000;
const DAYS: RangeInclusive<i64> = 1..=4_000;
const MS: RangeInclusive<i64> = 1..=120_000;
const NAMES: [&str; 13] = [
    "timeout",
    "cut",
    "reset",
    "drip",
    "rubbish",
    "duplicate",
    "reorder",
    "forged",
    "wrong-key",
    "replay",
    "stale",
    "late",
    "contradictory",
];

/// A scenario that cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioRefused {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub field: String,
    /// What is wrong and what to write.
    pub why: String,
}

impl fmt::Display for ScenarioRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ScenarioRefused {
            file,
            line,
            field,
            why,
        } = self;
        write!(f, "{file}:{line}: {field}: {why}")
    }
}

impl std::error::Error for ScenarioRefused {}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileToml {
    #[serde(default)]
    fault: Vec<Spanned<RowToml>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowToml {
    fault: Spanned<String>,
    agency: Option<Spanned<String>>,
    persons: Option<Spanned<Vec<Spanned<String>>>>,
    per_mille: Option<Spanned<i64>>,
    from: Option<Spanned<String>>,
    until: Option<Spanned<String>>,
    requests: Option<Spanned<Vec<i64>>>,
    days: Option<Spanned<i64>>,
    ms: Option<Spanned<i64>>,
    says: Option<Spanned<Map<String, Value>>>,
}

/// A mistake at a byte of the text.
struct Wrong {
    at: usize,
    field: String,
    why: String,
}

impl Wrong {
    fn of<T>(found: &Spanned<T>, field: &str, why: impl Into<String>) -> Wrong {
        Wrong {
            at: found.span().start,
            field: field.to_owned(),
            why: why.into(),
        }
    }
}

impl Scenario {
    pub fn in_file(file: &Path) -> Result<Scenario, ScenarioRefused> {
        let shown = file.display().to_string();
        let refused = |why: String| ScenarioRefused {
            file: shown.clone(),
            line: 1,
            field: "the file".to_owned(),
            why,
        };
        let length = std::fs::metadata(file).map_err(|error| refused(error.to_string()))?;
        if length.len() > FILE_BYTES_MAX {
            return Err(refused(format!("longer than {FILE_BYTES_MAX} bytes")));
        }
        let text = std::fs::read_to_string(file).map_err(|error| refused(error.to_string()))?;
        Scenario::parse(&shown, &text)
    }

    /// Reads the text of a file; `file` names it in errors.
    pub fn parse(file: &str, text: &str) -> Result<Scenario, ScenarioRefused> {
        let read = toml::from_str(text).map_err(|error: toml::de::Error| Wrong {
            at: error.span().map_or(0, |span| span.start),
            field: "the form".to_owned(),
            why: error.message().to_owned(),
        });
        read.and_then(scenario).map_err(|wrong| {
            let before = text.as_bytes().iter().take(wrong.at);
            ScenarioRefused {
                file: file.to_owned(),
                line: before.filter(|byte| **byte == b'\n').count() + 1,
                field: wrong.field,
                why: wrong.why,
            }
        })
    }
}

fn scenario(toml: FileToml) -> Result<Scenario, Wrong> {
    if let Some(beyond) = toml.fault.get(ROWS_MAX) {
        let why = format!("a scenario has at most {ROWS_MAX} rows: leave the others out");
        return Err(Wrong::of(beyond, "fault", why));
    }
    let rows = toml.fault.iter().map(|toml| row(toml.get_ref()));
    Ok(Scenario {
        rows: rows.collect::<Result<_, _>>()?,
    })
}

fn row(toml: &RowToml) -> Result<Row, Wrong> {
    let agency = toml.agency.as_ref().map(agency).transpose()?;
    let during = (moment("from", &toml.from)?, moment("until", &toml.until)?);
    if let (Some(until), (Some(from), Some(to))) = (&toml.until, during)
        && to <= from
    {
        return Err(Wrong::of(until, "until", "write a moment after from"));
    }
    Ok(Row {
        agency,
        whom: whom(toml)?,
        during,
        requests: requests(toml)?,
        what: what(toml, agency)?,
        fitted: AtomicU64::new(0),
    })
}

fn agency(named: &Spanned<String>) -> Result<Agency, Wrong> {
    let mut all = Agency::ALL.into_iter();
    let known = all.find(|agency| agency.name() == named.get_ref());
    known.ok_or_else(|| {
        let names = Agency::ALL.map(Agency::name).join(", ");
        Wrong::of(named, "agency", format!("write one of {names}"))
    })
}

fn moment(field: &str, written: &Option<Spanned<String>>) -> Result<Option<Instant>, Wrong> {
    let Some(written) = written else {
        return Ok(None);
    };
    let at = Instant::parse_rfc3339(written.get_ref());
    let why = "write a moment of the virtual clock as \"2026-01-05T09:00:00+05:00\"";
    at.map(Some).map_err(|_| Wrong::of(written, field, why))
}

fn whom(toml: &RowToml) -> Result<Whom, Wrong> {
    match (&toml.persons, &toml.per_mille) {
        (None, None) => Ok(Whom::Everybody),
        (Some(_), Some(share)) => {
            let why = "persons are named already: leave one of the two out";
            Err(Wrong::of(share, "per_mille", why))
        }
        (None, Some(share)) => {
            let share = number("per_mille", Some(share), 1_000, PER_MILLE)?;
            Ok(Whom::Share(u32::try_from(share).unwrap_or(1_000)))
        }
        (Some(persons), None) => {
            let count = persons.get_ref().len();
            if count == 0 || count > PERSONS_MAX {
                let why = format!("name 1 to {PERSONS_MAX} persons, or leave it out for everybody");
                return Err(Wrong::of(persons, "persons", why));
            }
            let number = |text: &Spanned<String>| {
                let pinfl = Pinfl::parse(text.get_ref());
                let why = |error: kernel::pinfl::PinflError| {
                    Wrong::of(text, "persons", error.to_string())
                };
                pinfl.map(Pinfl::number).map_err(why)
            };
            let numbers = persons.get_ref().iter().map(number);
            Ok(Whom::These(numbers.collect::<Result<_, _>>()?))
        }
    }
}

fn requests(toml: &RowToml) -> Result<Option<(u64, u64)>, Wrong> {
    let Some(written) = &toml.requests else {
        return Ok(None);
    };
    match written.get_ref().as_slice() {
        [first, last] if 1 <= *first && first <= last => {
            Ok(Some((first.unsigned_abs(), last.unsigned_abs())))
        }
        _ => {
            let why = "write the first and the last request that meets it, counted from 1: [1, 3]";
            Err(Wrong::of(written, "requests", why))
        }
    }
}

fn what(toml: &RowToml, agency: Option<Agency>) -> Result<What, Wrong> {
    let named = toml.fault.get_ref().as_str();
    only_for(named, &["late", "stale"], "days", &toml.days)?;
    only_for(named, &["timeout"], "ms", &toml.ms)?;
    only_for(named, &["contradictory"], "says", &toml.says)?;
    let days = |absent| number("days", toml.days.as_ref(), absent, DAYS);
    let fault = match named {
        "timeout" => Fault::Hang {
            ms: number("ms", toml.ms.as_ref(), HANG_MS, MS)?.unsigned_abs(),
        },
        "cut" => Fault::Cut,
        "reset" => Fault::Reset,
        "drip" => Fault::Drip,
        "rubbish" => Fault::Rubbish,
        "duplicate" => Fault::Duplicate,
        "reorder" => Fault::Reorder,
        "forged" => signed(toml, agency, Fault::Forged)?,
        "wrong-key" => signed(toml, agency, Fault::WrongKey)?,
        "replay" => Fault::Replay,
        "stale" => Fault::Stale {
            days: small(days(i64::from(STALE_DAYS))?),
        },
        "late" => return late(toml, small(days(3)?)),
        "contradictory" => return contradictory(toml, agency),
        _ => {
            let why = format!("write one of {}", NAMES.join(", "));
            return Err(Wrong::of(&toml.fault, "fault", why));
        }
    };
    Ok(What::Fault(fault))
}

/// A field that only some faults have.
fn only_for<T>(
    named: &str,
    faults: &[&str],
    field: &str,
    found: &Option<Spanned<T>>,
) -> Result<(), Wrong> {
    match found {
        Some(found) if NAMES.contains(&named) && !faults.contains(&named) => {
            let why = format!("only {} has it: leave it out", faults.join(" or "));
            Err(Wrong::of(found, field, why))
        }
        _ => Ok(()),
    }
}

fn signed(toml: &RowToml, agency: Option<Agency>, fault: Fault) -> Result<Fault, Wrong> {
    match agency.filter(|agency| !agency.signs()) {
        Some(agency) => {
            let signing = Agency::ALL.into_iter().filter(|agency| agency.signs());
            let signing: Vec<&str> = signing.map(Agency::name).collect();
            let why = format!(
                "{} signs nothing: name a registry that does, one of {}",
                agency.name(),
                signing.join(", ")
            );
            Err(Wrong::of(&toml.fault, "fault", why))
        }
        None => Ok(fault),
    }
}

fn late(toml: &RowToml, days: i32) -> Result<What, Wrong> {
    match &toml.requests {
        Some(requests) => {
            let why = "an answer about a person is late, not a request: leave it out";
            Err(Wrong::of(requests, "requests", why))
        }
        None => Ok(What::Late { days }),
    }
}

fn contradictory(toml: &RowToml, agency: Option<Agency>) -> Result<What, Wrong> {
    let Some(says) = &toml.says else {
        return Ok(What::Contradictory { says: None });
    };
    let Some(agency) = agency else {
        let why = "name the agency that says it, in agency = \"...\"";
        return Err(Wrong::of(says, "says", why));
    };
    let fields = contradiction::fields(agency);
    let stranger = says
        .get_ref()
        .keys()
        .find(|key| !fields.contains(&key.as_str()));
    if let Some(stranger) = stranger {
        let why = format!(
            "{} tells nothing named {stranger}; it tells {}",
            agency.name(),
            fields.join(", ")
        );
        return Err(Wrong::of(says, "says", why));
    }
    Ok(What::Contradictory {
        says: Some(says.get_ref().clone()),
    })
}

fn number(
    field: &str,
    found: Option<&Spanned<i64>>,
    absent: i64,
    range: RangeInclusive<i64>,
) -> Result<i64, Wrong> {
    match found {
        None => Ok(absent),
        Some(found) if range.contains(found.get_ref()) => Ok(*found.get_ref()),
        Some(found) => {
            let why = format!("write a number from {} to {}", range.start(), range.end());
            Err(Wrong::of(found, field, why))
        }
    }
}

/// Days, which their range has made small enough.
fn small(days: i64) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}
