//! Scales: a dated table of brackets, applied with `scale(name, x)`.

use super::blocks::{self, Errors};
use super::parameter::Status;
use crate::limits::BRACKETS_MAX;
use crate::markdown::{Block, Word};
use crate::source::{Diagnostic, Place};
use crate::typed::{INTEGER, MONEY, SCALE_MAX, Type};
use kernel::{Day, Text3};

/// A table of brackets with its history.
#[derive(Debug, Clone)]
pub struct Scale {
    pub name: String,
    pub label: Text3,
    pub kind: ScaleKind,
    /// Of the thresholds, and of amounts.
    pub ty: Type,
    /// Digits after the point of the rates; 0 for amounts.
    pub rate_digits: u8,
    /// Ascending by (in force, announced).
    pub versions: Vec<ScaleVersion>,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScaleKind {
    /// Each bracket's rate for the part of the value inside it.
    MarginalRate,
    /// The amount of the bracket in which the value lies: its threshold is reached.
    SingleAmount,
    /// The amounts of all brackets whose threshold is exceeded.
    MarginalAmount,
}

/// All brackets that came into force together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleVersion {
    pub in_force: Day,
    pub announced: Day,
    pub brackets: Vec<Bracket>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bracket {
    pub threshold: i64,
    /// A rate or an amount.
    pub value: i64,
    pub law: String,
    pub status: Status,
}

impl Scale {
    /// The newest brackets that are both announced and in force on that day.
    pub fn at(&self, day: Day) -> Option<&ScaleVersion> {
        self.versions
            .iter()
            .rev()
            .find(|version| version.in_force <= day && version.announced <= day)
    }
}

const COLUMNS: [&str; 6] = [
    "in force",
    "announced",
    "threshold",
    "value",
    "law",
    "status",
];

pub(crate) const SCALE_KEYS: [&str; 5] = ["kind", "type", "label.uz", "label.ru", "label.en"];

pub fn read(block: &Block, errors: &mut Errors) -> Option<Scale> {
    errors.keys(block, &SCALE_KEYS);
    let name = errors.keep(block.name())?.clone();
    errors.snake_case(&name);
    let label = errors.text3(block, "label")?;
    let kind = errors.keep(kind(block))?;
    let ty = errors.keep(thresholds_type(block))?;
    let rows = errors.keep(rows(block))?;
    let digits = rows
        .iter()
        .map(|row| blocks::digits_after_point(&row[3].text));
    let rate_digits = match kind {
        ScaleKind::MarginalRate => digits.max().unwrap_or(0).min(SCALE_MAX),
        _ => 0,
    };
    let mut scale = Scale {
        name: name.text,
        label,
        kind,
        ty,
        rate_digits,
        versions: Vec::new(),
        place: block.place.clone(),
    };
    for row in rows {
        let added = scale.add(&row);
        errors.keep(added);
    }
    if scale.versions.is_empty() {
        let message = format!("`{}` has no brackets", scale.name);
        errors.add(block.place.error(message, "a table row for each bracket"));
    }
    Some(scale)
}

fn kind(block: &Block) -> Result<ScaleKind, Diagnostic> {
    let field = block.required("kind")?;
    Ok(match field.text().as_str() {
        "marginal_rate" => ScaleKind::MarginalRate,
        "single_amount" => ScaleKind::SingleAmount,
        "marginal_amount" => ScaleKind::MarginalAmount,
        _ => {
            let kinds = "marginal_rate, single_amount or marginal_amount";
            return Err(field.place().error("there is no such kind of scale", kinds));
        }
    })
}

fn thresholds_type(block: &Block) -> Result<Type, Diagnostic> {
    let field = block.required("type")?;
    match field.text().as_str() {
        "money" => Ok(MONEY),
        "integer" => Ok(INTEGER),
        _ => Err(field
            .place()
            .error("thresholds have no such type", "type: money, or integer")),
    }
}

/// The cells of each row in the order of [`COLUMNS`].
fn rows(block: &Block) -> Result<Vec<[&Word; 6]>, Diagnostic> {
    let example = format!("| {} |", COLUMNS.join(" | "));
    let wrong = |place: &Place| place.error("a scale is a table of brackets", example.clone());
    let head = block.rows.first().ok_or_else(|| wrong(&block.place))?;
    let mut places = [0; 6];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let found = head.iter().position(|cell| cell.text == column);
        *place = found.ok_or_else(|| wrong(&block.place))?;
    }
    let whole = |row: &Vec<Word>| row.len() == head.len();
    if let Some(row) = block.rows.iter().find(|row| !whole(row)) {
        return Err(wrong(&row[0].place));
    }
    if block.rows.len() > BRACKETS_MAX {
        let limit = format!("at most {BRACKETS_MAX} rows");
        return Err(block.place.error("the scale is too long", limit));
    }
    let rows = block.rows[1..].iter();
    Ok(rows.map(|row| places.map(|place| &row[place])).collect())
}

impl Scale {
    fn add(&mut self, row: &[&Word; 6]) -> Result<(), Diagnostic> {
        let [in_force, announced, threshold, value, law, status] = row;
        if law.text.is_empty() {
            let instead = "the act, its number and its date";
            return Err(law.place.error("a bracket without a law", instead));
        }
        let status = Status::read("a bracket", &law.text, status)?;
        let Type::Number { scale, .. } = self.ty else {
            unreachable!("thresholds are numbers")
        };
        let digits = match self.kind {
            ScaleKind::MarginalRate => self.rate_digits,
            _ => scale,
        };
        let bracket = Bracket {
            threshold: blocks::scaled_number(threshold, scale)?,
            value: blocks::scaled_number(value, digits)?,
            law: law.text.clone(),
            status,
        };
        let days = (blocks::day(in_force)?, blocks::day(announced)?);
        self.place_bracket(days, bracket, threshold)
    }

    fn place_bracket(
        &mut self,
        (in_force, announced): (Day, Day),
        bracket: Bracket,
        word: &Word,
    ) -> Result<(), Diagnostic> {
        let disorder = || {
            let instead = "rows ascending by the day in force, then by threshold";
            word.place
                .error("brackets overlap, or stand out of order", instead)
        };
        if let Some(version) = self.versions.last_mut() {
            let days = (version.in_force, version.announced);
            if days == (in_force, announced) {
                let ascending = version
                    .brackets
                    .last()
                    .is_none_or(|before| before.threshold < bracket.threshold);
                version.brackets.push(bracket);
                return if ascending { Ok(()) } else { Err(disorder()) };
            }
            if days > (in_force, announced) {
                return Err(disorder());
            }
        }
        self.versions.push(ScaleVersion {
            in_force,
            announced,
            brackets: vec![bracket],
        });
        Ok(())
    }
}
