//! Dated parameters: every value has two dates, a law and a status.

use super::blocks::{self, Errors};
use crate::markdown::{Block, Word};
use crate::source::Diagnostic;
use crate::typed::{INTEGER, MONEY, Type, Unit};
use kernel::{Day, Text3};

#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub label: Text3,
    pub ty: Type,
    /// Ascending by (in force, announced).
    pub values: Vec<ParameterValue>,
    pub(crate) place: crate::source::Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue {
    pub in_force: Day,
    pub announced: Day,
    /// A whole number at the scale of the type; money in tiyin.
    pub value: i64,
    pub law: String,
    pub status: Status,
}

/// How far a value was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Read in a public text.
    Verified,
    /// From memory, or a choice of the pack where the text is ambiguous.
    Recalled,
}

impl Status {
    pub fn named(word: &str) -> Option<Status> {
        match word {
            "verified" => Some(Status::Verified),
            "recalled" => Some(Status::Recalled),
            _ => None,
        }
    }
}

impl Parameter {
    /// The newest value that is both announced and in force on that day.
    pub fn at(&self, day: Day) -> Option<&ParameterValue> {
        self.values
            .iter()
            .rev()
            .find(|value| value.in_force <= day && value.announced <= day)
    }
}

const COLUMNS: [&str; 5] = ["in force", "announced", "value", "law", "status"];

pub fn read(block: &Block, errors: &mut Errors) -> Option<Parameter> {
    errors.keys(block, &["type", "label.uz", "label.ru", "label.en"]);
    let name = errors.keep(block.name())?.clone();
    errors.snake_case(&name);
    let label = errors.text3(block, "label")?;
    let kind = errors.keep(block.required("type"))?;
    let unit = match kind.text().as_str() {
        "money" => Unit::Money,
        "integer" | "number" => Unit::Bare,
        "years" => Unit::Years,
        "months" => Unit::Months,
        "days" => Unit::Days,
        _ => {
            errors.add(kind.place().error(
                "a parameter has no such type",
                "money, integer, number, years, months or days",
            ));
            return None;
        }
    };
    let columns = errors.keep(header(block))?;
    let rows: Vec<_> = block.rows[1..]
        .iter()
        .filter_map(|row| errors.keep(raw_row(row, &columns)))
        .collect();
    let scale = match kind.text().as_str() {
        "money" => 2,
        "number" => rows
            .iter()
            .map(|row| blocks::digits_after_point(&row.value.text))
            .max()
            .unwrap_or(0),
        _ => 0,
    };
    let ty = match unit {
        Unit::Money => MONEY,
        Unit::Bare if scale == 0 => INTEGER,
        unit => Type::Number {
            unit,
            scale,
            fraction: false,
        },
    };
    let mut values: Vec<ParameterValue> = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(value) = errors.keep(read_row(&row, scale)) {
            if let Some(before) = values.last()
                && (before.in_force, before.announced) >= (value.in_force, value.announced)
            {
                errors.add(row.in_force.place.error(
                    format!(
                        "two values of `{}` overlap, or stand out of order",
                        name.text
                    ),
                    "rows ascending by the day in force, and each day once",
                ));
                continue;
            }
            values.push(value);
        }
    }
    if values.is_empty() {
        errors.add(block.place.error(
            format!("`{}` has no value", name.text),
            "a table row for each dated value",
        ));
    }
    Some(Parameter {
        name: name.text,
        label,
        ty,
        values,
        place: block.place.clone(),
    })
}

fn header(block: &Block) -> Result<[usize; 5], Diagnostic> {
    let example = format!("| {} |", COLUMNS.join(" | "));
    let Some(head) = block.rows.first() else {
        return Err(block
            .place
            .error("a parameter needs a table of dated values", example));
    };
    let mut places = [0; 5];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = head
            .iter()
            .position(|cell| cell.text == column)
            .ok_or_else(|| {
                let at = head.first().map_or(&block.place, |cell| &cell.place);
                at.error(
                    format!("the table has no column `{column}`"),
                    example.clone(),
                )
            })?;
    }
    Ok(places)
}

struct RawRow<'a> {
    in_force: &'a Word,
    announced: &'a Word,
    value: &'a Word,
    law: &'a Word,
    status: &'a Word,
}

fn raw_row<'a>(row: &'a [Word], columns: &[usize; 5]) -> Result<RawRow<'a>, Diagnostic> {
    let cell = |at: usize| {
        row.get(columns[at]).ok_or_else(|| {
            let place = &row[0].place;
            place.error(
                format!("this row has no `{}`", COLUMNS[at]),
                "one cell for each column",
            )
        })
    };
    Ok(RawRow {
        in_force: cell(0)?,
        announced: cell(1)?,
        value: cell(2)?,
        law: cell(3)?,
        status: cell(4)?,
    })
}

fn read_row(row: &RawRow<'_>, scale: u8) -> Result<ParameterValue, Diagnostic> {
    if row.law.text.is_empty() {
        return Err(row
            .law
            .place
            .error("a value without a law", "the act, its number and its date"));
    }
    let status = Status::named(&row.status.text).ok_or_else(|| {
        row.status.place.error(
            "a value without a status",
            "`verified` (read in a text) or `recalled`",
        )
    })?;
    Ok(ParameterValue {
        in_force: blocks::day(row.in_force)?,
        announced: blocks::day(row.announced)?,
        value: blocks::scaled_number(row.value, scale)?,
        law: row.law.text.clone(),
        status,
    })
}
