//! The YAML form of a test, and the times it speaks of.

use super::{NotTests, Ratio, Unsupported};
use kernel::{Day, Month};
use serde_yaml_ng::{Mapping, Value};

/// Tests of one file at most.
const TESTS_MAX: usize = 10_000;

/// Keys that change the law, which a pack cannot follow.
const CHANGES: [&str; 3] = ["reforms", "extensions", "parameters"];
/// Keys that a test may have and that mean nothing to us.
const PLAIN: [&str; 10] = [
    "name",
    "description",
    "period",
    "input",
    "output",
    "keywords",
    "ignore_variables",
    "only_variables",
    "absolute_error_margin",
    "relative_error_margin",
];

#[derive(Debug)]
pub struct TestForm {
    pub name: String,
    whole: Mapping,
}

/// A stretch of time: a month (year, month), a year, or for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    Month(i32, u32),
    Year(i32),
    Always,
}

/// How far a result may lie from what is expected.
#[derive(Debug)]
pub struct Margins {
    pub absolute: Option<Ratio>,
    pub relative: Option<Ratio>,
}

/// What a test states of one variable at one time: one value, or one for each.
#[derive(Debug, Clone)]
pub struct Stated {
    pub at: Time,
    pub value: Value,
}

pub fn read(yaml: &str) -> Result<Vec<TestForm>, NotTests> {
    let wrong = |why: &str| NotTests(why.to_owned());
    let value: Value =
        serde_yaml_ng::from_str(yaml).map_err(|error| NotTests(error.to_string()))?;
    let tests = match value {
        Value::Sequence(tests) => tests,
        Value::Mapping(_) => vec![value],
        _ => return Err(wrong("neither a list of tests nor one test")),
    };
    if tests.len() > TESTS_MAX {
        return Err(wrong("too many tests in one file"));
    }
    let tests = tests.into_iter().enumerate().map(|(place, test)| {
        let Value::Mapping(whole) = test else {
            return Err(wrong("a test is a mapping"));
        };
        let name = whole.get("name").and_then(text);
        let name = name.unwrap_or_else(|| format!("test {}", place + 1));
        Ok(TestForm { name, whole })
    });
    tests.collect()
}

impl TestForm {
    pub fn refuse_what_is_not_known(&self) -> Result<(), Unsupported> {
        for key in self.whole.keys() {
            let key = text(key).unwrap_or_default();
            if CHANGES.contains(&key.as_str()) {
                return Err(format!(
                    "`{key}:` changes the law; the pack is run as it stands"
                ));
            }
            if !PLAIN.contains(&key.as_str()) {
                return Err(format!("the runner does not know `{key}:`"));
            }
        }
        Ok(())
    }

    pub fn part(&self, key: &str) -> Option<&Mapping> {
        self.whole.get(key).and_then(Value::as_mapping)
    }

    /// The time of values that state none of their own.
    pub fn period(&self) -> Result<Time, Unsupported> {
        let period = self.whole.get("period").and_then(text);
        Time::read(&period.ok_or("the test has no period")?)
    }

    pub fn margins(&self) -> Result<Margins, Unsupported> {
        let margin = |key: &str| match self.whole.get(key) {
            None => Ok(None),
            Some(value) => {
                let read = text(value).and_then(|text| Ratio::read(&text));
                let wrong = || format!("`{key}:` is not one number");
                read.map(Some).ok_or_else(wrong)
            }
        };
        let (absolute, relative) = (
            margin("absolute_error_margin")?,
            margin("relative_error_margin")?,
        );
        let exact = absolute.is_none() && relative.is_none();
        Ok(Margins {
            absolute: if exact { Some(Ratio::ZERO) } else { absolute },
            relative,
        })
    }
}

/// A scalar as it was written.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// `2400`, `[1, 2]` at the test's period, or a mapping of periods.
pub fn stated(value: &Value, period: Time) -> Result<Vec<Stated>, Unsupported> {
    let Value::Mapping(by_time) = value else {
        return Ok(vec![Stated {
            at: period,
            value: value.clone(),
        }]);
    };
    let stated = by_time.iter().map(|(time, value)| {
        Ok(Stated {
            at: Time::read(&text(time).ok_or("a period is text")?)?,
            value: value.clone(),
        })
    });
    stated.collect()
}

impl Time {
    pub fn read(written: &str) -> Result<Time, Unsupported> {
        let unknown = || format!("the runner does not know the period `{written}`");
        if written.eq_ignore_ascii_case("eternity") {
            return Ok(Time::Always);
        }
        let bare = match written.split_once(':') {
            None | Some(("month", _)) => written.trim_start_matches("month:"),
            Some(("year", year)) => year.strip_suffix("-01").unwrap_or(year),
            Some(_) => return Err(unknown()),
        };
        let mut parts = bare.split('-').map(|part| part.parse::<u32>().ok());
        let time = match (parts.next(), parts.next(), parts.next()) {
            (Some(Some(year @ 1..=9999)), None, None) => Time::Year(year as i32),
            (Some(Some(year @ 1..=9999)), Some(Some(month @ 1..=12)), None) => {
                Time::Month(year as i32, month)
            }
            _ => return Err(unknown()),
        };
        Ok(time)
    }

    /// The day on which the law of that time is read: its first.
    pub fn first_day(self) -> Option<Day> {
        match self {
            Time::Month(year, month) => Some(Month::new(year, month)?.first_day()),
            Time::Year(year) => Some(Month::new(year, 1)?.first_day()),
            Time::Always => None,
        }
    }
}
