//! Dated parameters: every value has two dates, a law and a status.

use super::blocks::{self, Errors};
use super::country::{Codes, Territory};
use crate::markdown::{Block, Word};
use crate::source::Diagnostic;
use crate::typed::{INTEGER, MONEY, SCALE_MAX, Type, Unit};
use kernel::{Day, Text3};

#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub label: Text3,
    pub ty: Type,
    /// Ascending by (in force, announced).
    pub values: Vec<ParameterValue>,
    /// From when a territory has no value of its own any more, in the same order.
    pub ends: Vec<ParameterEnd>,
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
    /// `None`: the whole country.
    pub territory: Option<Territory>,
}

/// A territory's own value holds no longer; the wider territory's, or the country's, does again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterEnd {
    pub in_force: Day,
    pub announced: Day,
    pub territory: Territory,
    pub law: String,
    pub status: Status,
}

/// How far a value was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Read in a public text.
    Verified,
    /// From memory, or a choice of the pack where the text is ambiguous.
    Recalled,
    /// No law: the assumption of a simulation. No pack can be written with it.
    Simulated,
}

/// How a pack marks in the place of a law that no source was found.
const NO_SOURCE: &str = "PLACEHOLDER";

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Verified => "verified",
            Status::Recalled => "recalled",
            Status::Simulated => "simulated",
        }
    }

    /// The status of what stands beside a law; `what` names it: "a value".
    pub(crate) fn read(what: &str, law: &str, status: &Word) -> Result<Status, Diagnostic> {
        match status.text.as_str() {
            "verified" if law.contains(NO_SOURCE) => Err(status.place.error(
                format!("{what} whose law is `{NO_SOURCE}` was read in no text"),
                "recalled",
            )),
            "verified" => Ok(Status::Verified),
            "recalled" => Ok(Status::Recalled),
            _ => Err(status.place.error(
                format!("{what} without a status"),
                "`verified` (read in a text) or `recalled`",
            )),
        }
    }
}

impl Parameter {
    /// A value as the pack's tables write it, and as a reform is asked for: money in so'm or
    /// roubles, a number with its digits after the point.
    pub fn written(&self, value: i64) -> String {
        match self.ty {
            Type::Number { scale: 0, .. } => value.to_string(),
            Type::Number { scale, .. } => {
                let one = 10_u64.pow(u32::from(scale));
                let (whole, rest) = (value.unsigned_abs() / one, value.unsigned_abs() % one);
                let sign = if value < 0 { "-" } else { "" };
                format!("{sign}{whole}.{rest:0width$}", width = usize::from(scale))
            }
            Type::Date => Day(value as i32).to_string(),
            _ => value.to_string(),
        }
    }

    /// The newest value of the whole country that is both announced and in force
    /// on that day.
    pub fn at(&self, day: Day) -> Option<&ParameterValue> {
        self.newest(day, None)
    }

    /// The value that holds in a place: that of the nearest territory around it
    /// which has one, else the country's.
    pub fn at_place(&self, day: Day, code: u32) -> Option<&ParameterValue> {
        let near = self.values.iter().filter_map(|value| value.territory);
        let mut near: Vec<Territory> = near.filter(|territory| territory.covers(code)).collect();
        near.sort_by_key(|territory| territory.width());
        let own = near
            .into_iter()
            .find_map(|territory| self.newest(day, Some(territory)));
        own.or_else(|| self.at(day))
    }

    /// The values that hold somewhere: the country's and those of territories.
    pub(crate) fn anywhere(&self, day: Day) -> impl Iterator<Item = &ParameterValue> {
        let own = self.values.iter().map(|value| value.territory);
        let places = std::iter::once(None).chain(own.filter(Option::is_some));
        places.filter_map(move |territory| self.newest(day, territory))
    }

    fn newest(&self, day: Day, territory: Option<Territory>) -> Option<&ParameterValue> {
        let counts = |in_force, announced| in_force <= day && announced <= day;
        let value = self.values.iter().rev().find(|value| {
            value.territory == territory && counts(value.in_force, value.announced)
        })?;
        let ended = self.ends.iter().any(|end| {
            Some(end.territory) == territory
                && counts(end.in_force, end.announced)
                && (end.in_force, end.announced) > (value.in_force, value.announced)
        });
        (!ended).then_some(value)
    }

    /// Does the value depend on where the unit lives?
    pub fn by_territory(&self) -> bool {
        self.values.iter().any(|value| value.territory.is_some())
    }

    /// The values of territories on a day, wider ones first.
    pub(crate) fn in_territories(&self, day: Day) -> Vec<(Territory, &ParameterValue)> {
        let mut territories: Vec<Territory> = self
            .values
            .iter()
            .filter_map(|value| value.territory)
            .collect();
        territories
            .sort_by_key(|territory| (std::cmp::Reverse(territory.width()), territory.first));
        territories.dedup();
        let value = |territory| Some((territory, self.newest(day, Some(territory))?));
        territories.into_iter().filter_map(value).collect()
    }
}

pub(crate) const PARAMETER_KEYS: [&str; 4] = ["type", "label.uz", "label.ru", "label.en"];
/// An optional column: where the value holds.
pub(crate) const TERRITORY: &str = "territory";
/// In the place of a value: the territory's own ends.
pub(crate) const ENDS: &str = "-";
pub(crate) const COLUMNS: [&str; 5] = ["in force", "announced", "value", "law", "status"];

pub fn read(block: &Block, codes: Codes, errors: &mut Errors) -> Option<Parameter> {
    errors.keys(block, &PARAMETER_KEYS);
    let name = errors.keep(block.name())?.clone();
    errors.snake_case(&name);
    let label = errors.text3(block, "label")?;
    let columns = errors.keep(header(block))?;
    let rows: Vec<_> = block.rows[1..]
        .iter()
        .filter_map(|row| errors.keep(raw_row(row, &columns)))
        .collect();
    let ty = errors.keep(declared_type(block, &rows))?;
    let (values, ends) = read_values(&name, &rows, ty, codes, errors);
    // A row that does not read has been told of.
    if block.rows.len() == 1 {
        let message = format!("`{}` has no value", name.text);
        errors.add(
            block
                .place
                .error(message, "a table row for each dated value"),
        );
    }
    Some(Parameter {
        name: name.text,
        label,
        ty,
        values,
        ends,
        place: block.place.clone(),
    })
}

/// A number has as many digits after the point as its table shows.
fn declared_type(block: &Block, rows: &[RawRow<'_>]) -> Result<Type, Diagnostic> {
    let kind = block.required("type")?;
    // More digits are refused where each value is read.
    let digits = rows.iter();
    let digits = digits.map(|row| blocks::digits_after_point(&row.value.text));
    let scale = digits.max().unwrap_or(0).min(SCALE_MAX);
    let shown = |unit: Unit| Type::Number {
        unit,
        scale,
        fraction: false,
    };
    Ok(match kind.text().as_str() {
        "money" => MONEY,
        "integer" => INTEGER,
        "number" => shown(Unit::Bare),
        "years" => shown(Unit::Years),
        "months" => shown(Unit::Months),
        "days" => shown(Unit::Days),
        _ => {
            let types = "money, integer, number, years, months or days";
            return Err(kind.place().error("a parameter has no such type", types));
        }
    })
}

fn read_values(
    name: &Word,
    rows: &[RawRow<'_>],
    ty: Type,
    codes: Codes,
    errors: &mut Errors,
) -> (Vec<ParameterValue>, Vec<ParameterEnd>) {
    let Type::Number { scale, .. } = ty else {
        unreachable!("parameters are numbers")
    };
    let mut read: Vec<Dated> = Vec::with_capacity(rows.len());
    for row in rows {
        let dated = errors.keep(read_row(row, scale, codes));
        let sound = dated.and_then(|dated| errors.keep(in_order(name, row, dated, &read)));
        read.extend(sound);
    }
    let (mut values, mut ends) = (Vec::new(), Vec::new());
    for dated in read {
        match dated {
            Dated::Value(value) => values.push(value),
            Dated::End(end) => ends.push(end),
        }
    }
    (values, ends)
}

/// A row of the table, told apart.
enum Dated {
    Value(ParameterValue),
    End(ParameterEnd),
}

impl Dated {
    fn territory(&self) -> Option<Territory> {
        match self {
            Dated::Value(value) => value.territory,
            Dated::End(end) => Some(end.territory),
        }
    }

    fn days(&self) -> (Day, Day) {
        match self {
            Dated::Value(value) => (value.in_force, value.announced),
            Dated::End(end) => (end.in_force, end.announced),
        }
    }
}

/// The rows of one territory follow each other, and what ends has begun.
fn in_order(
    name: &Word,
    row: &RawRow<'_>,
    dated: Dated,
    before: &[Dated],
) -> Result<Dated, Diagnostic> {
    let mut before = before.iter().rev();
    let before = before.find(|before| before.territory() == dated.territory());
    if before.is_some_and(|before| before.days() >= dated.days()) {
        let message = format!(
            "two values of `{}` overlap, or stand out of order",
            name.text
        );
        let instead = "rows ascending by the day in force, and each day once";
        return Err(row.in_force.place.error(message, instead));
    }
    match (&dated, before) {
        (Dated::End(_), None | Some(Dated::End(_))) => {
            let message = format!("there is no value of `{}` here that could end", name.text);
            let instead = "a row with the territory's own value before this one";
            Err(row.value.place.error(message, instead))
        }
        _ => Ok(dated),
    }
}

fn header(block: &Block) -> Result<Columns, Diagnostic> {
    let example = format!("| {} |", COLUMNS.join(" | "));
    let Some(head) = block.rows.first() else {
        return Err(block
            .place
            .error("a parameter needs a table of dated values", example));
    };
    let mut places = [0; 5];
    let territory = head.iter().position(|cell| cell.text == TERRITORY);
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
    Ok(Columns { places, territory })
}

/// Where the columns of a table stand.
struct Columns {
    places: [usize; 5],
    territory: Option<usize>,
}

struct RawRow<'a> {
    in_force: &'a Word,
    announced: &'a Word,
    value: &'a Word,
    law: &'a Word,
    status: &'a Word,
    territory: Option<&'a Word>,
}

fn raw_row<'a>(row: &'a [Word], columns: &Columns) -> Result<RawRow<'a>, Diagnostic> {
    let cell = |at: usize| {
        row.get(columns.places[at]).ok_or_else(|| {
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
        territory: columns.territory.and_then(|at| row.get(at)),
    })
}

fn read_row(row: &RawRow<'_>, scale: u8, codes: Codes) -> Result<Dated, Diagnostic> {
    if row.law.text.is_empty() {
        return Err(row
            .law
            .place
            .error("a value without a law", "the act, its number and its date"));
    }
    let status = Status::read("a value", &row.law.text, row.status)?;
    let territory = row.territory.filter(|word| !word.text.is_empty());
    let territory = territory.map(|word| codes.territory(word)).transpose()?;
    let (in_force, announced) = (blocks::day(row.in_force)?, blocks::day(row.announced)?);
    let law = row.law.text.clone();
    if row.value.text != ENDS {
        return Ok(Dated::Value(ParameterValue {
            territory,
            in_force,
            announced,
            value: blocks::scaled_number(row.value, scale)?,
            law,
            status,
        }));
    }
    let territory = territory.ok_or_else(|| {
        row.value.place.error(
            "only a territory's own value ends; the country has one always",
            "the country's next value, or the code of a territory in this row",
        )
    })?;
    Ok(Dated::End(ParameterEnd {
        in_force,
        announced,
        territory,
        law,
        status,
    }))
}
