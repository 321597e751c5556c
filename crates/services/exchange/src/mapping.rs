//! From one person's part of an answer to bodies of facts, as the connector's file says: where the
//! rows of each kind stand, which field of the agency gives which of ours, and how it is written.
//!
//! Only what the file names is read, and each value must be of the type that was agreed: `1.5`,
//! `"100"` and a field left out are no whole number. What can be true at all is not the file's to say
//! (`possible.rs`).

use crate::answer::{AnswerRefusal, Said};
use crate::possible::{self, Refused, unknown_word};
use crate::wire::Question;
use kernel::facts::FactKind;
use kernel::{Cell, Day, FactBody, Month};
use serde_json::Value;

/// How the facts of one agency are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    pub(crate) kinds: Vec<KindMapping>,
}

/// One kind of fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KindMapping {
    pub kind: &'static FactKind,
    pub place: Place,
    /// In the order of the kind's fields.
    pub columns: Vec<Column>,
}

/// Where its rows stand in the part, as JSON pointers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A list, one row an entry.
    Rows(String),
    /// One row.
    Row(String),
}

/// One field of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// As refusals name it: `wages.amount_minor`.
    pub label: String,
    /// A JSON pointer from the row; `None`: the agency does not tell it.
    pub from: Option<String>,
    /// It may be absent or null, which leaves it unknown.
    pub optional: bool,
    pub written: Written,
}

/// How the agency writes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// A whole number of tiyin.
    Tiyin,
    /// Soʻm, with at most two decimals.
    Som,
    Integer,
    Day(DayForm),
    Month(MonthForm),
    /// `true` or `false`.
    YesNo,
    /// Its words for yes and for no.
    YesNoWords {
        yes: Vec<String>,
        no: Vec<String>,
    },
    /// Its words, and the place of ours in the list of the kind.
    Code(Vec<(String, i64)>),
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayForm {
    Iso,
    Dotted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MonthForm {
    Iso,
    Dotted,
}

impl Mapping {
    /// What an agency that holds nothing about a person says: each kind it speaks of, empty.
    pub fn nothing(&self) -> Said {
        let kinds = self.kinds.iter();
        Said::Facts {
            found: false,
            bodies: kinds
                .map(|of| (of.kind.code, FactBody::nothing()))
                .collect(),
        }
    }

    /// What it says of a person it knows.
    pub fn found(&self, question: &Question<'_>, part: &Value) -> Refused<Said> {
        let body = |of: &KindMapping| Ok((of.kind.code, of.body(question, part)?));
        Ok(Said::Facts {
            found: true,
            bodies: self.kinds.iter().map(body).collect::<Refused<Vec<_>>>()?,
        })
    }
}

impl KindMapping {
    fn body(&self, question: &Question<'_>, part: &Value) -> Refused<FactBody> {
        let rows = self.rows(part)?.iter();
        let rows = rows.filter_map(|row| self.row(question, row).transpose());
        let body = FactBody::new(rows.collect::<Refused<Vec<_>>>()?);
        let checked = self.kind.check(&body);
        checked.map_err(|error| AnswerRefusal::Body(error.to_string()))?;
        Ok(body)
    }

    fn rows<'a>(&self, part: &'a Value) -> Refused<&'a [Value]> {
        let (pointer, found, expected) = match &self.place {
            Place::Rows(at) => {
                let list = part.pointer(at).and_then(Value::as_array);
                (at, list.map(Vec::as_slice), "a list")
            }
            Place::Row(at) => {
                let one = part.pointer(at).filter(|row| row.is_object());
                (at, one.map(std::slice::from_ref), "an object")
            }
        };
        let field = label(pointer, "");
        let rows = found.ok_or_else(|| of_another_type(&field, expected))?;
        possible::few_rows(&field, rows.len(), possible::ROWS_MAX)?;
        Ok(rows)
    }

    /// `None` for a row of a month that was not asked for.
    fn row(&self, question: &Question<'_>, row: &Value) -> Refused<Option<Vec<Cell>>> {
        let mut cells = Vec::with_capacity(self.columns.len());
        for (column, field) in self.columns.iter().zip(self.kind.fields) {
            match column.cell((self.kind.code, field.name), question, row)? {
                Some(cell) => cells.push(cell),
                None => return Ok(None),
            }
        }
        Ok(Some(cells))
    }
}

impl Column {
    fn cell(
        &self,
        (kind, name): (u16, &str),
        question: &Question<'_>,
        row: &Value,
    ) -> Refused<Option<Cell>> {
        let Some(from) = &self.from else {
            return Ok(Some(Cell::Missing));
        };
        let value = match row.pointer(from) {
            None | Some(Value::Null) if self.optional => return Ok(Some(Cell::Missing)),
            found => found.unwrap_or(&Value::Null),
        };
        let field = &self.label;
        let cell = match &self.written {
            Written::Tiyin => possible::amount(field, self.whole(value)?)?,
            Written::Som => possible::amount(field, self.som(value)?)?,
            Written::Integer => {
                possible::integer(kind, name, field, self.whole(value)?, question.as_of)?
            }
            Written::Day(form) => {
                let day = possible::day(name, field, self.day(*form, value)?, question.as_of)?;
                Cell::Int(i64::from(day.0))
            }
            Written::Month(form) => {
                return possible::month_asked(question, field, self.month(*form, value)?);
            }
            Written::YesNo => {
                let yes = value.as_bool();
                yes_no(yes.ok_or_else(|| of_another_type(field, "true or false"))?)
            }
            Written::YesNoWords { yes, no } => {
                let word = self.word(value)?;
                match (yes.contains(&word), no.contains(&word)) {
                    (true, _) => yes_no(true),
                    (_, true) => yes_no(false),
                    _ => return Err(unknown_word(field)),
                }
            }
            Written::Code(words) => {
                let word = self.word(value)?;
                let known = words.iter().find(|(theirs, _)| *theirs == word);
                Cell::Int(known.ok_or_else(|| unknown_word(field))?.1)
            }
            Written::Text => possible::text(kind, name, field, self.text(value)?)?,
        };
        Ok(Some(cell))
    }

    fn whole(&self, value: &Value) -> Refused<i64> {
        let whole = value.as_i64();
        whole.ok_or_else(|| of_another_type(&self.label, "a whole number"))
    }

    /// Read from the digits as they were written: no fraction is rounded on the way.
    fn som(&self, value: &Value) -> Refused<i64> {
        let wrong = || of_another_type(&self.label, "a number with at most two decimals");
        let Value::Number(number) = value else {
            return Err(wrong());
        };
        let text = number.to_string();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        if decimals.len() > 2 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        format!("{whole}{decimals:0<2}")
            .parse()
            .map_err(|_| wrong())
    }

    fn day(&self, form: DayForm, value: &Value) -> Refused<Day> {
        let text = self.text(value)?;
        let day = match form {
            DayForm::Iso => Day::parse(text).ok(),
            DayForm::Dotted => dotted(text, [2, 2, 4]).and_then(|iso| Day::parse(&iso).ok()),
        };
        day.ok_or_else(|| of_another_type(&self.label, "a day as it is agreed"))
    }

    fn month(&self, form: MonthForm, value: &Value) -> Refused<Month> {
        let text = self.text(value)?;
        let month = match form {
            MonthForm::Iso => Month::parse(text).ok(),
            MonthForm::Dotted => dotted(text, [2, 4]).and_then(|iso| Month::parse(&iso).ok()),
        };
        month.ok_or_else(|| of_another_type(&self.label, "a month as it is agreed"))
    }

    fn text<'a>(&self, value: &'a Value) -> Refused<&'a str> {
        let text = value.as_str();
        text.ok_or_else(|| of_another_type(&self.label, "a text"))
    }

    /// A word of a list may be a number at the agency.
    fn word(&self, value: &Value) -> Refused<String> {
        match value {
            Value::String(word) => Ok(word.clone()),
            Value::Number(number) if number.is_i64() => Ok(number.to_string()),
            _ => Err(of_another_type(&self.label, "a word")),
        }
    }
}

/// `31.12.2025` as `2025-12-31`; parts of the given lengths, digits only.
fn dotted<const N: usize>(text: &str, lengths: [usize; N]) -> Option<String> {
    let mut parts: Vec<&str> = text.split('.').collect();
    let fits = |(part, length): (&&str, usize)| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_formed = parts.len() == N && parts.iter().zip(lengths).all(fits);
    parts.reverse();
    is_formed.then(|| parts.join("-"))
}

fn yes_no(yes: bool) -> Cell {
    Cell::Int(i64::from(yes))
}

/// As refusals name a field: the pointers without their slashes, joined by points.
pub(crate) fn label(place: &str, field: &str) -> String {
    let names: Vec<&str> = [place, field]
        .iter()
        .flat_map(|pointer| pointer.split('/'))
        .filter(|name| !name.is_empty())
        .collect();
    match names.is_empty() {
        true => "the answer about a person".to_owned(),
        false => names.join("."),
    }
}

fn of_another_type(field: &str, expected: &'static str) -> AnswerRefusal {
    AnswerRefusal::AnotherType {
        field: field.to_owned(),
        expected,
    }
}
