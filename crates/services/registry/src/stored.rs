//! Between the integers of the tables and the kernel's words.

use crate::{RegisterError, Result};
use kernel::{Day, Sex, Source};
use store::Fault;

pub(crate) fn unreadable(what: &'static str, reason: impl std::fmt::Display) -> RegisterError {
    RegisterError::Fault(Fault::Stored {
        what,
        reason: reason.to_string(),
    })
}

pub(crate) fn day(number: i64) -> Result<Day> {
    i32::try_from(number)
        .map(Day)
        .map_err(|e| unreadable("day", e))
}

pub(crate) fn of_day(day: Day) -> i64 {
    i64::from(day.0)
}

pub(crate) fn code(number: i64) -> Result<u32> {
    u32::try_from(number).map_err(|e| unreadable("code", e))
}

pub(crate) fn sex(code: i64) -> Result<Sex> {
    match code {
        1 => Ok(Sex::Male),
        2 => Ok(Sex::Female),
        _ => Err(unreadable("sex", code)),
    }
}

pub(crate) fn sex_code(sex: Sex) -> i64 {
    match sex {
        Sex::Male => 1,
        Sex::Female => 2,
    }
}

pub(crate) fn source(code: i64) -> Result<Source> {
    let known = u8::try_from(code).ok().and_then(Source::from_code);
    known.ok_or_else(|| unreadable("source", code))
}
