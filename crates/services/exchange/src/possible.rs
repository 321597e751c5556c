//! What can be true at all. No file of a connector widens it: these limits belong to the facts, not
//! to the agency that tells them.

use crate::answer::AnswerRefusal;
use crate::wire::Question;
use kernel::facts::code;
use kernel::{BankAccount, Cell, Day, Mfo, Month};

pub type Refused<T> = Result<T, AnswerRefusal>;

/// Rows of one kind about one person.
pub const ROWS_MAX: usize = 500;
pub const TEXT_BYTES_MAX: usize = 300;
/// One amount: a trillion soʻm a line is more than any honest answer holds.
pub const AMOUNT_MINOR_MAX: i64 = 100_000_000_000_000;
const AREA_M2_MAX: i64 = 100_000_000;
const MADE_YEAR_MIN: i64 = 1900;
const INTEGER_MAX: i64 = 1_000_000_000;
/// The first month and year that an answer may speak of.
const FIRST_YEAR_OF_MONTHS: i32 = 1990;
const FIRST_YEAR_OF_DAYS: i32 = 1850;
/// What holds for longer than fifty years holds for good.
const DAYS_AHEAD_MAX: i32 = 18_263;

pub fn few_rows(field: &str, rows: usize, rows_max: usize) -> Refused<()> {
    if rows <= rows_max {
        return Ok(());
    }
    Err(AnswerRefusal::TooManyRows {
        field: field.to_owned(),
        rows,
        rows_max,
    })
}

/// A month of the past. `None` for one outside the window: we keep no more than we asked for.
pub fn month_asked(question: &Question<'_>, field: &str, month: Month) -> Refused<Option<Cell>> {
    if month > question.as_of.month() || month.year() < FIRST_YEAR_OF_MONTHS {
        return Err(impossible(field, i64::from(month.0)));
    }
    let (from, to) = question.window;
    Ok((from <= month && month <= to).then_some(Cell::Int(i64::from(month.0))))
}

pub fn amount(field: &str, minor: i64) -> Refused<Cell> {
    within(field, minor, 0, AMOUNT_MINOR_MAX)
}

/// A whole number of a kind's field.
pub fn integer(kind: u16, name: &str, field: &str, found: i64, as_of: Day) -> Refused<Cell> {
    let (min, max) = match (kind, name) {
        (code::PROPERTY, "area_m2") => (0, AREA_M2_MAX),
        (code::VEHICLE, "made_year") => (MADE_YEAR_MIN, i64::from(as_of.year()) + 1),
        _ => (0, INTEGER_MAX),
    };
    within(field, found, min, max)
}

/// A text of a kind's field. Accounts and codes of banks have a form of their own.
pub fn text(kind: u16, name: &str, field: &str, text: &str) -> Refused<Cell> {
    let is_formed = match (kind, name) {
        (code::ACCOUNT, "mfo") => Mfo::parse(text).is_ok(),
        (code::ACCOUNT, "account") => BankAccount::parse(text).is_ok(),
        _ => true,
    };
    if !is_formed {
        return Err(unknown_word(field));
    }
    plain(field, text).map(Cell::Text)
}

pub fn plain(field: &str, text: &str) -> Refused<String> {
    if text.len() > TEXT_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(AnswerRefusal::BadText {
            field: field.to_owned(),
            bytes_max: TEXT_BYTES_MAX,
        });
    }
    Ok(text.to_owned())
}

pub fn past_day(field: &str, day: Day, as_of: Day) -> Refused<Day> {
    if day > as_of || day.year() < FIRST_YEAR_OF_DAYS {
        return Err(impossible(field, i64::from(day.0)));
    }
    Ok(day)
}

/// A day of a kind's field: until when something holds may be a day to come, and nothing else.
pub fn day(name: &str, field: &str, day: Day, as_of: Day) -> Refused<Day> {
    let latest = match name {
        "until" => as_of.plus_days(DAYS_AHEAD_MAX),
        _ => as_of,
    };
    past_day(field, day, latest)
}

pub fn unknown_word(field: &str) -> AnswerRefusal {
    AnswerRefusal::UnknownWord {
        field: field.to_owned(),
    }
}

fn within(field: &str, found: i64, min: i64, max: i64) -> Refused<Cell> {
    if (min..=max).contains(&found) {
        return Ok(Cell::Int(found));
    }
    Err(impossible(field, found))
}

fn impossible(field: &str, found: i64) -> AnswerRefusal {
    AnswerRefusal::Impossible {
        field: field.to_owned(),
        found,
    }
}
