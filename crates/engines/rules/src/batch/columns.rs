//! Families from columns: a snapshot's or a table's stretch of units, appended to
//! a batch as it lies. The other way in, [`Batch::push`], reads packed portraits.
//!
//! The caller has chosen already what a portrait's reader chooses: the living
//! members, and for each owner and kind the rows of the most trusted fact. A fact
//! that should be there and is not is one row with `missing`; an owner without a
//! row is known to have none.

use super::CaseFacts;
use crate::limits::MEMBERS_MAX;
use crate::plan::Plan;
use crate::typed::Who;
use kernel::facts::FactKind;
use kernel::{FactId, PersonId, UnitId};

/// A stretch of units. Slices of larger columns may be handed in as they are:
/// members keep the numbers of `member_start`, units count from `first_unit`.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    pub first_unit: u32,
    /// One more than units: the number of each unit's first member.
    pub member_start: &'a [u32],
    pub units: &'a [UnitId],
    /// The code of each unit's district. Empty: the plan has no value by territory.
    pub districts: &'a [u32],
    pub cases: Cases<'a>,
    pub members: Members<'a>,
    /// In the order of [`Plan::tables`].
    pub tables: &'a [Rows<'a>],
    /// In the order of [`Plan::inputs`].
    pub inputs: &'a [Values<'a>],
}

/// The cases of the units: one for all, or one for each.
#[derive(Debug, Clone, Copy)]
pub enum Cases<'a> {
    Same(CaseFacts),
    Each(&'a [CaseFacts]),
    /// A calculation has no cases.
    None,
}

/// One value a member; codes are those of `kernel::kin`. Empty in a calculation,
/// whose members are known by its inputs alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Members<'a> {
    pub persons: &'a [PersonId],
    pub roles: &'a [u8],
    pub ties: &'a [u8],
    pub female: &'a [bool],
    /// Days since 1970-01-01.
    pub born: &'a [i32],
}

/// The rows of one table, in the order of their owners.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows<'a> {
    /// The member's number (or the unit's, for facts of the family).
    pub owner: &'a [u32],
    /// Rows that stand for a fact that nobody told. Empty: none.
    pub missing: &'a [bool],
    /// The fact behind each row. Empty: not recorded with the outcome.
    pub facts: &'a [FactId],
    /// By field of the kind; the fields that the plan does not read may be empty.
    pub fields: &'a [Values<'a>],
}

/// Values as whole numbers: money in tiyin, days, months, codes by their place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Values<'a> {
    pub values: &'a [i64],
    /// Empty: all are known.
    pub known: &'a [bool],
}

/// A table that a plan reads, with the fields it needs columns for.
#[derive(Debug, Clone)]
pub struct TableRead {
    pub kind: &'static FactKind,
    pub who: Who,
    /// Places of the fields among the kind's.
    pub fields: Vec<usize>,
}

/// The columns do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error("{what}: {found} values, {expected} are needed")]
    Length {
        what: String,
        found: usize,
        expected: usize,
    },
    #[error("members must be numbered upwards: unit {0} of the columns breaks the order")]
    Order(usize),
    #[error("unit {0} of the columns has nobody in it")]
    Nobody(usize),
    #[error("unit {0} of the columns has {1} members; at most {MEMBERS_MAX} are decided on")]
    TooMany(usize, usize),
    #[error("rows of `{0}` are not in the order of their owners, or have a strange owner")]
    Owners(&'static str),
    #[error("there is no such role or tie: member {0} of the columns")]
    Member(usize),
    #[error("the batch has no room for so many members")]
    Full,
}

impl Plan {
    /// The tables in the order in which their rows are handed in.
    pub fn tables(&self) -> impl Iterator<Item = TableRead> + '_ {
        self.layout.tables.iter().map(|layout| TableRead {
            kind: layout.table.kind,
            who: layout.table.who,
            fields: (0..layout.columns.len())
                .filter(|field| layout.columns[*field].is_some())
                .collect(),
        })
    }

    /// The first kind for which the pack puts a source before the catalogue's most trusted one. What
    /// was chosen in the catalogue's order, as in a snapshot, is no ground for its decisions.
    pub fn prevails(&self) -> Option<(&'static str, &'static str)> {
        self.layout.tables.iter().find_map(|layout| {
            let (table, order) = (&layout.table, &layout.table.prevails);
            let is_usual = table.kind.sources.starts_with(order);
            let source = order.first().filter(|_| !is_usual)?;
            Some((table.kind.name, source.name()))
        })
    }
}
