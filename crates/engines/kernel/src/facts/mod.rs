//! Facts: what a source said about an owner, and the catalogue of their kinds.
//!
//! [`CATALOGUE`] is the one list that connectors write to and packs read from. A
//! fact's body is rows of cells in the order of its kind's fields. A fact with
//! no rows says "nothing held" (known to be empty); no fact at all means unknown.

mod body;
mod catalogue;
mod check;
mod russia;
mod source;
#[cfg(test)]
mod tests;
mod uzbekistan;
mod words;

use serde::{Deserialize, Serialize};

use crate::day::{Day, Instant};
use crate::ids::{EvidenceId, FactId, Uuid};
use crate::lang::Text3;

pub use body::{BodyView, Cell, CellView, Cells, FactBody, RowView, Rows};
pub use catalogue::{CATALOGUE, code, kind, kind_named, kinds};
pub use check::BodyError;
pub use source::Source;
pub use words::Code;

/// Whom a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Person,
    Unit,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Minor units.
    Money,
    Integer,
    /// Days since 1970-01-01.
    Day,
    /// year*12 + month-1.
    Month,
    /// 0 or 1.
    YesNo,
    /// The index in the list; [`Code`] says what each means to people.
    Code(&'static [&'static str]),
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub ty: ValueType,
    pub label: Text3,
}

/// One line of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactKind {
    pub code: u16,
    pub name: &'static str,
    pub owner: Owner,
    /// Many rows, or at most one.
    pub many: bool,
    pub fields: &'static [Field],
    /// Whom to believe, the most trusted first.
    pub sources: &'static [Source],
    pub label: Text3,
}

impl FactKind {
    /// Whom to ask: the most trusted source.
    pub fn agency(&self) -> Source {
        self.sources[0]
    }

    /// The place of a column by its name.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The place of the month that each row is of; `None` for what is not told by month.
    pub fn month(&self) -> Option<usize> {
        self.field("month")
    }

    /// What stands in a code column for a word; `None` without such a column or word.
    pub fn place(&self, column: &str, word: &str) -> Option<i64> {
        match self.fields.get(self.field(column)?)?.ty {
            ValueType::Code(list) => {
                let at = list.iter().position(|known| *known == word)?;
                i64::try_from(at).ok()
            }
            _ => None,
        }
    }

    /// 0 for the most trusted source; `None` when this source may not speak of this kind.
    pub fn trust_of(&self, source: Source) -> Option<usize> {
        self.sources.iter().position(|known| *known == source)
    }
}

/// One answer of one source about one owner, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub id: FactId,
    /// A [`crate::PersonId`] or a [`crate::UnitId`], as the kind's owner says.
    pub owner: Uuid,
    /// The code of its kind.
    pub kind: u16,
    pub source: Source,
    pub as_of: Day,
    pub received_at: Instant,
    pub evidence: EvidenceId,
    pub body: FactBody,
}
