//! What a calculation is given: its `input` blocks, and the names of its persons
//! and groups in the tests of other programs (`entities`).
//!
//! A regime reads facts of the kernel's catalogue. A calculation declares inputs of
//! its own, whose values are handed to the batch as columns.

use super::blocks::{self, Errors};
use crate::markdown::{Block, Word};
use crate::source::Diagnostic;
use crate::typed::{INTEGER, Level, MONEY, SCALE_MAX, Scope, Type, Unit};
use kernel::{Day, Text3};

/// Words of one list of codes at most.
const CODES_MAX: usize = 200;

/// A declared input: one value for each member, or for each unit.
#[derive(Debug, Clone)]
pub struct Input {
    pub name: String,
    pub label: Text3,
    pub level: Level,
    pub ty: Type,
    /// The words of a code, in the order of their numbers.
    pub codes: Vec<String>,
    pub period: Stretch,
    /// A year's value is spread evenly over its months where tests give one.
    pub spread: bool,
    /// What a test of OpenFisca's format means by saying nothing of this input. The
    /// engine itself assumes nothing: a value that is not handed in is unknown.
    pub assumed: Option<i64>,
}

/// What stretch of time a value is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stretch {
    /// The month of the decision.
    #[default]
    Month,
    /// The first month of the year of the decision.
    FirstMonth,
    /// The year of the decision.
    Year,
    /// Never changes.
    Always,
}

impl Stretch {
    pub(super) fn named(word: &str) -> Option<Stretch> {
        Some(match word {
            "month" => Stretch::Month,
            "first_month" => Stretch::FirstMonth,
            "year" => Stretch::Year,
            "always" => Stretch::Always,
            _ => return None,
        })
    }
}

/// How tests call the members, the units, and the roles of members.
#[derive(Debug, Clone, Default)]
pub struct Entities {
    pub member: Names,
    pub unit: Names,
    /// Input of codes, its code, and the words for one and for many.
    pub roles: Vec<(String, String, Names)>,
}

#[derive(Debug, Clone, Default)]
pub struct Names {
    pub one: String,
    pub many: String,
}

pub(crate) const INPUT_KEYS: [&str; 10] = [
    "entity", "type", "digits", "codes", "period", "spread", "assumed", "label.uz", "label.ru",
    "label.en",
];

pub fn read(block: &Block, scope: &mut Scope, errors: &mut Errors) -> Option<Input> {
    errors.keys(block, &INPUT_KEYS);
    let name = errors.keep(block.name())?.clone();
    errors.snake_case(&name);
    let label = errors.text3(block, "label")?;
    let level = errors.keep(level(block))?;
    let codes = block.field("codes").map(|field| codes(&field.text()));
    let codes = codes.unwrap_or_default();
    let ty = errors.keep(declared(block, &codes, scope))?;
    let period = errors.keep(stretch(block))?;
    let spread = block
        .field("spread")
        .is_some_and(|field| field.text() == "year");
    let assumed = match block.field("assumed").and_then(|field| field.value.first()) {
        Some(word) => Some(errors.keep(value(word, ty, &codes))?),
        None => None,
    };
    if scope.is_taken(&name.text) {
        let message = format!("the name `{}` is taken", name.text);
        errors.add(name.place.error(message, "another name"));
        return None;
    }
    let number = scope.inputs.len() as u16;
    scope.inputs.insert(name.text.clone(), (number, ty, level));
    Some(Input {
        name: name.text,
        label,
        level,
        ty,
        codes,
        period,
        spread,
        assumed,
    })
}

fn level(block: &Block) -> Result<Level, Diagnostic> {
    let entity = block.required("entity")?;
    match entity.text().as_str() {
        "unit" => Ok(Level::Unit),
        "member" => Ok(Level::Member),
        _ => Err(entity.place().error(
            "an input belongs to the unit or to a member",
            "entity: member",
        )),
    }
}

pub(super) fn stretch(block: &Block) -> Result<Stretch, Diagnostic> {
    let Some(field) = block.field("period") else {
        return Ok(Stretch::Month);
    };
    Stretch::named(&field.text()).ok_or_else(|| {
        let words = "month, first_month (of the year), year or always";
        field.place().error("there is no such period", words)
    })
}

fn codes(text: &str) -> Vec<String> {
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

fn declared(block: &Block, codes: &[String], scope: &mut Scope) -> Result<Type, Diagnostic> {
    let kind = block.required("type")?;
    let digits = match block.field("digits").and_then(|field| field.value.first()) {
        Some(word) => blocks::count(word, 0, u32::from(SCALE_MAX))? as u8,
        None => 0,
    };
    let number = |unit, scale| Type::Number {
        unit,
        scale,
        fraction: false,
    };
    Ok(match kind.text().as_str() {
        "money" => MONEY,
        "integer" => INTEGER,
        "number" => number(Unit::Bare, digits),
        "years" => number(Unit::Years, digits),
        "months" => number(Unit::Months, digits),
        "days" => number(Unit::Days, digits),
        "date" => Type::Date,
        "month" => Type::Month,
        "yes_no" => Type::YesNo,
        "code" if (1..=CODES_MAX).contains(&codes.len()) => {
            scope.codes.push(codes.to_vec());
            Type::OwnCode((scope.codes.len() - 1) as u16)
        }
        "code" => {
            let place = kind.place();
            return Err(place.error("a code needs its words", "codes: owner, tenant"));
        }
        _ => {
            let types = "money, integer, number, years, months, days, date, month, yes_no or code";
            return Err(kind.place().error("an input has no such type", types));
        }
    })
}

/// A value as it is written in a pack or in a test, at the scale of its type.
pub(crate) fn value(word: &Word, ty: Type, codes: &[String]) -> Result<i64, Diagnostic> {
    match ty {
        Type::Number { scale, .. } => match word.text.strip_prefix('-') {
            None => blocks::scaled_number(word, scale),
            Some(digits) => {
                let bare = Word {
                    text: digits.to_owned(),
                    place: word.place.clone(),
                };
                blocks::scaled_number(&bare, scale).map(|value| -value)
            }
        },
        Type::Date => blocks::day(word).map(|day: Day| i64::from(day.0)),
        Type::Month => {
            let month: Result<kernel::Month, _> = word.text.parse();
            month
                .map(|month| i64::from(month.0))
                .map_err(|error| word.place.error(error.to_string(), "2026-01"))
        }
        Type::YesNo => match word.text.as_str() {
            "true" | "yes" => Ok(1),
            "false" | "no" => Ok(0),
            _ => Err(word.place.error("this is neither yes nor no", "yes")),
        },
        Type::OwnCode(_) | Type::Code(_) => {
            let place = codes.iter().position(|code| *code == word.text);
            place.map(|place| place as i64).ok_or_else(|| {
                let message = format!("there is no code `{}` here", word.text);
                word.place.error(message, codes.join(", "))
            })
        }
    }
}

/// Rows of the `entities` block: `member`, `unit`, or an input of codes; then the
/// words for one and for many.
pub fn read_entities(block: &Block, errors: &mut Errors) -> Entities {
    let mut entities = Entities::default();
    let example = "| member | person | persons |";
    for row in block.rows.iter().skip(1) {
        let (of, names) = match row.as_slice() {
            [of, one, many] => (
                of,
                Names {
                    one: one.text.clone(),
                    many: many.text.clone(),
                },
            ),
            _ => {
                let place = &row[0].place;
                errors.add(place.error("whose names, one and many", example));
                continue;
            }
        };
        match of.text.split_once('=') {
            None if of.text == "member" => entities.member = names,
            None if of.text == "unit" => entities.unit = names,
            Some((input, code)) => {
                let role = (input.trim().to_owned(), code.trim().to_owned(), names);
                entities.roles.push(role);
            }
            None => errors.add(of.place.error(
                "names of nobody",
                "member, unit, or an input of codes as in `role = adult`",
            )),
        }
    }
    entities
}
