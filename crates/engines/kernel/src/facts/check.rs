//! Does a body fit its kind? An agency that answers rubbish is refused here.

use super::{Cell, FactBody, FactKind, ValueType};
use crate::day::{Day, Month};

/// Where and how a body does not fit. Rows and fields are counted from 1 and named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    #[error("`{kind}` holds at most one row, this has {rows}")]
    ManyRows { kind: &'static str, rows: usize },
    #[error("`{kind}` holds at most {max} rows, this has {rows}")]
    TooManyRows {
        kind: &'static str,
        rows: usize,
        max: usize,
    },
    #[error("row {row} of `{kind}` has {found} cells instead of {expected}")]
    Width {
        kind: &'static str,
        row: usize,
        found: usize,
        expected: usize,
    },
    #[error("row {row} of `{kind}`: `{field}` is of another type: {expected} was expected")]
    Type {
        kind: &'static str,
        row: usize,
        field: &'static str,
        expected: &'static str,
    },
    #[error("row {row} of `{kind}`: `{field}` is {found}, outside what is possible")]
    Range {
        kind: &'static str,
        row: usize,
        field: &'static str,
        found: i64,
    },
    #[error(
        "row {row} of `{kind}`: the text in `{field}` has {found} bytes, at most {max} are read"
    )]
    LongText {
        kind: &'static str,
        row: usize,
        field: &'static str,
        found: usize,
        max: usize,
    },
}

pub const ROWS_MAX: usize = 10_000;
pub const TEXT_BYTES_MAX: usize = 1_000;
const FIRST_DAY: Day = Day(-62_091); // 1800-01-01
const LAST_DAY: Day = Day(84_006); // 2200-01-01
const FIRST_MONTH: Month = Month(1800 * 12);
const LAST_MONTH: Month = Month(2200 * 12);

impl FactKind {
    /// Every row has the kind's width, every cell its type or is missing.
    pub fn check(&self, body: &FactBody) -> Result<(), BodyError> {
        let (kind, rows) = (self.name, body.rows.len());
        if !self.many && rows > 1 {
            return Err(BodyError::ManyRows { kind, rows });
        }
        if rows > ROWS_MAX {
            return Err(BodyError::TooManyRows {
                kind,
                rows,
                max: ROWS_MAX,
            });
        }
        body.rows
            .iter()
            .enumerate()
            .try_for_each(|(at, row)| self.check_row(at + 1, row))
    }

    fn check_row(&self, row: usize, cells: &[Cell]) -> Result<(), BodyError> {
        let (kind, found, expected) = (self.name, cells.len(), self.fields.len());
        if found != expected {
            return Err(BodyError::Width {
                kind,
                row,
                found,
                expected,
            });
        }
        for (field, cell) in self.fields.iter().zip(cells) {
            let field_name = field.name;
            match (field.ty, cell) {
                (_, Cell::Missing) => {}
                (ValueType::Text, Cell::Text(text)) if text.len() <= TEXT_BYTES_MAX => {}
                (ValueType::Text, Cell::Text(text)) => {
                    let (found, max) = (text.len(), TEXT_BYTES_MAX);
                    return Err(BodyError::LongText {
                        kind,
                        row,
                        field: field_name,
                        found,
                        max,
                    });
                }
                (ValueType::Text, Cell::Int(_)) | (_, Cell::Text(_)) => {
                    let expected = field.ty.name();
                    return Err(BodyError::Type {
                        kind,
                        row,
                        field: field_name,
                        expected,
                    });
                }
                (ty, Cell::Int(number)) if ty.holds(*number) => {}
                (_, Cell::Int(found)) => {
                    return Err(BodyError::Range {
                        kind,
                        row,
                        field: field_name,
                        found: *found,
                    });
                }
            }
        }
        Ok(())
    }
}

impl ValueType {
    /// The word of this type in messages and packs.
    pub const fn name(&self) -> &'static str {
        match self {
            ValueType::Money => "money",
            ValueType::Integer => "integer",
            ValueType::Day => "day",
            ValueType::Month => "month",
            ValueType::YesNo => "yes_no",
            ValueType::Code(_) => "code",
            ValueType::Text => "text",
        }
    }

    /// Is this integer a possible value of the type?
    fn holds(&self, number: i64) -> bool {
        match self {
            ValueType::Money | ValueType::Integer => true,
            ValueType::Day => (i64::from(FIRST_DAY.0)..i64::from(LAST_DAY.0)).contains(&number),
            ValueType::Month => {
                (i64::from(FIRST_MONTH.0)..i64::from(LAST_MONTH.0)).contains(&number)
            }
            ValueType::YesNo => number == 0 || number == 1,
            ValueType::Code(list) => usize::try_from(number).is_ok_and(|at| at < list.len()),
            ValueType::Text => false,
        }
    }
}
