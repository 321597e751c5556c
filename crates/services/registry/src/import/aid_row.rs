//! One row of an aid file: what a regional system of targeted assistance pays or has paid to a person,
//! with the number that it has there.

use super::answers::AnswerRow;
use super::cells::Row;
use super::report::{Reason, Reject};
use kernel::facts::{code, kind};
use kernel::{Cell, Day, Source};

const CASE_NUMBER_CHARACTERS_MAX: usize = 40;

/// Columns in documented order (see `columns::AID_COLUMNS`).
mod at {
    pub const PINFL: usize = 0;
    pub const CASE_NUMBER: usize = 1;
    pub const PROGRAMME: usize = 2;
    pub const PURPOSE: usize = 3;
    pub const FIRST_MONTH: usize = 4;
    pub const LAST_MONTH: usize = 5;
    pub const AMOUNT: usize = 6;
    pub const AS_OF: usize = 7;
}

/// Rows of a person are gathered into one answer as incomes are.
pub fn read(row: &Row<'_>, today: Day) -> Result<AnswerRow, Reject> {
    let pinfl = row.pinfl(at::PINFL)?;
    let number = row.filled(at::CASE_NUMBER, CASE_NUMBER_CHARACTERS_MAX)?;
    let programme = word(row, at::PROGRAMME, "programme")?;
    let purpose = word(row, at::PURPOSE, "purpose")?;
    let first = row.month(at::FIRST_MONTH)?;
    if first > today.month() {
        return Err(row.reject(at::FIRST_MONTH, Reason::InTheFuture));
    }
    let last = row.month(at::LAST_MONTH)?;
    if last < first {
        return Err(row.reject(at::LAST_MONTH, Reason::EndsBeforeItBegins));
    }
    let amount = row.number(at::AMOUNT)?;
    if amount < 0 {
        return Err(row.reject(at::AMOUNT, Reason::Negative));
    }
    let as_of = row.day(at::AS_OF)?;
    if as_of > today {
        return Err(row.reject(at::AS_OF, Reason::InTheFuture));
    }
    let month = |month: kernel::Month| Cell::Int(i64::from(month.0));
    Ok(AnswerRow {
        line: row.line,
        pinfl,
        kind: code::AID,
        source: Source::RegionalAid,
        as_of,
        cells: vec![
            programme,
            purpose,
            month(first),
            month(last),
            Cell::Int(amount),
            Cell::Text(number.to_owned()),
        ],
    })
}

/// A word of the catalogue: which programme, what for.
fn word(row: &Row<'_>, column: usize, field: &'static str) -> Result<Cell, Reject> {
    let known = kind(code::AID).expect("a kind of the catalogue");
    let place = known.place(field, row.filled(column, 64)?);
    let place = place.ok_or_else(|| row.reject(column, Reason::NotInCatalogue { field }))?;
    Ok(Cell::Int(place))
}
