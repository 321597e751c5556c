//! The unit of a receipt: who is in it, and every fact as it was stored.

use super::ReceiptError;
use kernel::facts::{self, Cell, FactBody, FactKind, Source, ValueType};
use kernel::kin::{Role, Tie};
use kernel::portrait::{Member, PackedFact};
use kernel::{Day, FactId, Month, PersonId, Portrait, Sex, UnitId};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptUnit {
    pub id: UnitId,
    pub head: PersonId,
    pub district: u32,
    pub mahalla: u32,
    pub members: Vec<ReceiptMember>,
    /// Facts of the unit itself.
    pub facts: Vec<ReceiptFact>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptMember {
    pub person: PersonId,
    pub role: Role,
    pub tie: Tie,
    pub sex: Sex,
    pub born: Day,
    pub died: Option<Day>,
    pub facts: Vec<ReceiptFact>,
}

/// One fact. A row has the fields of its kind: sums in minor units, days and months as
/// people write them, everything else as it is stored; `null` where the source did not say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFact {
    pub id: FactId,
    pub kind: String,
    pub source: Source,
    pub as_of: Day,
    #[serde(deserialize_with = "rows")]
    pub rows: Vec<Map<String, Value>>,
}

fn rows<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<Map<String, Value>>, D::Error> {
    let rows = Vec::<Row>::deserialize(reader)?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// A row by the names of its fields, each once: one that stands twice could be read as either.
struct Row(Map<String, Value>);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Row, D::Error> {
        reader.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Row;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a row of a fact")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Row, A::Error> {
        let mut row = Map::new();
        while let Some((name, value)) = fields.next_entry::<String, Value>()? {
            if row.contains_key(&name) {
                return Err(A::Error::custom(format!(
                    "the field `{name:.40}` stands twice"
                )));
            }
            row.insert(name, value);
        }
        Ok(Row(row))
    }
}

impl ReceiptUnit {
    pub(super) fn of(portrait: &Portrait) -> Result<ReceiptUnit, ReceiptError> {
        let members = portrait.members.iter().map(|member| {
            Ok(ReceiptMember {
                person: member.person,
                role: member.role,
                tie: member.tie,
                sex: member.sex,
                born: member.born,
                died: member.died,
                facts: facts_of(&member.facts)?,
            })
        });
        Ok(ReceiptUnit {
            id: portrait.unit,
            head: portrait.head,
            district: portrait.district,
            mahalla: portrait.mahalla,
            members: members.collect::<Result<_, ReceiptError>>()?,
            facts: facts_of(&portrait.facts)?,
        })
    }

    pub(super) fn portrait(&self) -> Result<Portrait, ReceiptError> {
        let members = self.members.iter().enumerate().map(|(at, member)| {
            Ok(Member {
                person: member.person,
                role: member.role,
                tie: member.tie,
                sex: member.sex,
                born: member.born,
                died: member.died,
                facts: packed(&member.facts, &format!("unit.members[{at}].facts"))?,
            })
        });
        Ok(Portrait {
            unit: self.id,
            head: self.head,
            district: self.district,
            mahalla: self.mahalla,
            members: members.collect::<Result<_, ReceiptError>>()?,
            facts: packed(&self.facts, "unit.facts")?,
        })
    }
}

fn facts_of(facts: &[PackedFact]) -> Result<Vec<ReceiptFact>, ReceiptError> {
    facts.iter().map(fact_of).collect()
}

fn fact_of(fact: &PackedFact) -> Result<ReceiptFact, ReceiptError> {
    let wrong = |why: String| ReceiptError::field(format!("fact {}", fact.id), why);
    let kind = facts::kind(fact.kind)
        .ok_or_else(|| wrong(format!("the catalogue has no kind {}", fact.kind)))?;
    let body = fact
        .unpack_body()
        .map_err(|error| wrong(error.to_string()))?;
    if body.rows.iter().any(|row| row.len() > kind.fields.len()) {
        return Err(wrong(format!(
            "a row of `{}` has more cells than the catalogue knows",
            kind.name
        )));
    }
    let row = |row: &Vec<Cell>| {
        let fields = kind.fields.iter().zip(row);
        fields
            .map(|(field, cell)| (field.name.to_owned(), shown(field.ty, cell)))
            .collect()
    };
    Ok(ReceiptFact {
        id: fact.id,
        kind: kind.name.to_owned(),
        source: fact.source,
        as_of: fact.as_of,
        rows: body.rows.iter().map(row).collect(),
    })
}

/// A day or month outside the calendar stays the number that it is.
fn shown(ty: ValueType, cell: &Cell) -> Value {
    let text = match (ty, cell) {
        (_, Cell::Missing) => return Value::Null,
        (_, Cell::Text(text)) => return Value::String(text.clone()),
        (ValueType::Day, Cell::Int(number)) => i32::try_from(*number)
            .ok()
            .map(|number| Day(number).to_string()),
        (ValueType::Month, Cell::Int(number)) => i32::try_from(*number)
            .ok()
            .map(|number| Month(number).to_string()),
        (_, Cell::Int(number)) => return Value::from(*number),
    };
    let Cell::Int(number) = cell else {
        unreachable!("texts and gaps are done")
    };
    match text {
        Some(text) if dated(ty, &text) == Some(*number) => Value::String(text),
        _ => Value::from(*number),
    }
}

fn dated(ty: ValueType, text: &str) -> Option<i64> {
    match ty {
        ValueType::Day => Day::parse(text).ok().map(|day| i64::from(day.0)),
        ValueType::Month => Month::parse(text).ok().map(|month| i64::from(month.0)),
        _ => None,
    }
}

fn packed(facts: &[ReceiptFact], path: &str) -> Result<Vec<PackedFact>, ReceiptError> {
    let one = |(at, fact): (usize, &ReceiptFact)| {
        let path = format!("{path}[{at}]");
        let kind = facts::kind_named(&fact.kind).ok_or_else(|| {
            let why = format!("the catalogue has no kind `{}`", fact.kind);
            ReceiptError::field(format!("{path}.kind"), why)
        })?;
        let rows = fact.rows.iter().enumerate();
        let rows = rows.map(|(row, cells)| cells_of(kind, cells, &format!("{path}.rows[{row}]")));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        if let Some(row) = rows.iter().position(|row| row.len() != rows[0].len()) {
            let why = "rows of one fact have the same fields";
            return Err(ReceiptError::field(format!("{path}.rows[{row}]"), why));
        }
        Ok(PackedFact {
            id: fact.id,
            kind: kind.code,
            source: fact.source,
            as_of: fact.as_of,
            body: FactBody::new(rows).pack(),
        })
    };
    facts.iter().enumerate().map(one).collect()
}

/// The cells of a row. An old fact may lack the newest fields, but has none after a gap.
fn cells_of(
    kind: &FactKind,
    row: &Map<String, Value>,
    path: &str,
) -> Result<Vec<Cell>, ReceiptError> {
    let mut cells = Vec::with_capacity(row.len());
    for field in kind.fields.iter().take(row.len()) {
        let path = format!("{path}.{}", field.name);
        let value = row
            .get(field.name)
            .ok_or_else(|| ReceiptError::field(&*path, "this field is missing"))?;
        let cell = match value {
            Value::Null => Some(Cell::Missing),
            Value::Number(number) => number.as_i64().map(Cell::Int),
            Value::String(text) if field.ty == ValueType::Text => Some(Cell::Text(text.clone())),
            Value::String(text) => dated(field.ty, text).map(Cell::Int),
            _ => None,
        };
        cells.push(cell.ok_or_else(|| ReceiptError::field(&*path, "not a value of this field"))?);
    }
    if cells.is_empty() || cells.len() != row.len() {
        let why = format!(
            "a row of `{}` has some of: {}",
            kind.name,
            names(kind).join(", ")
        );
        return Err(ReceiptError::field(path, why));
    }
    Ok(cells)
}

fn names(kind: &FactKind) -> Vec<&'static str> {
    kind.fields.iter().map(|field| field.name).collect()
}
