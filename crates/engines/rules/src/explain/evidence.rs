//! The rows and facts behind a condition.

use super::quantity::Quantity;
use super::{Reader, Said, only_block};
use crate::batch::PHANTOM;
use crate::plan::{Node, Slot};
use crate::typed::{INTEGER, Level, MONEY, Type};
use kernel::facts::{self, Cell, FactKind, ValueType};
use kernel::portrait::PackedFact;
use kernel::{Currency, Day, FactId, PersonId, Source};
use std::sync::Arc;

/// A fact that was looked at.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FactUsed {
    pub id: FactId,
    /// The kind's code in the catalogue.
    pub kind: u16,
    /// Shared by all conditions that consulted the fact.
    pub kind_label: Arc<Said>,
    /// `None` for facts of the family itself.
    pub person: Option<PersonId>,
    pub source: Source,
    pub source_label: Arc<Said>,
    pub as_of: Day,
    /// 0: the source said that nothing is held.
    pub rows: usize,
}

/// One row that a condition rests on.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct EvidenceRow {
    pub fact: FactId,
    pub kind: u16,
    pub kind_label: Said,
    pub person: Option<PersonId>,
    pub source: Source,
    pub as_of: Day,
    pub cells: Vec<EvidenceCell>,
}

#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct EvidenceCell {
    pub field: &'static str,
    pub label: Said,
    pub text: Said,
}

impl EvidenceRow {
    /// The row as one line: what kind it is, then its cells.
    pub fn text(&self, lang: kernel::Lang) -> String {
        let cells: Vec<String> = self
            .cells
            .iter()
            .map(|cell| format!("{} {}", cell.label.get(lang), cell.text.get(lang)))
            .collect();
        format!("{}: {}", self.kind_label.get(lang), cells.join(", "))
    }
}

impl Reader<'_> {
    /// Every fact that was read, in the order of the columns.
    pub(super) fn facts(&self) -> Vec<FactUsed> {
        let ids = self
            .batch
            .fact_ids
            .as_chunks::<16>()
            .0
            .iter()
            .map(|bytes| FactId::from_bytes(*bytes));
        ids.filter_map(|id| self.fact(id).map(|(fact, person)| fact_used(fact, person)))
            .collect()
    }

    fn fact(&self, id: FactId) -> Option<(&PackedFact, Option<PersonId>)> {
        let of_members = self.portrait.members.iter().flat_map(|member| {
            member
                .facts
                .iter()
                .map(move |fact| (fact, Some(member.person)))
        });
        let of_unit = self.portrait.facts.iter().map(|fact| (fact, None));
        of_members.chain(of_unit).find(|(fact, _)| fact.id == id)
    }

    /// The rows a formula rests on, and the kinds it consults.
    pub(super) fn evidence(&self, slot: Slot) -> (Vec<EvidenceRow>, Vec<u16>) {
        let mut rows: Vec<(u16, usize)> = Vec::new();
        let mut kinds = Vec::new();
        let mut stack = vec![slot];
        let mut seen = vec![false; self.plan.nodes.len()];
        while let Some(slot) = stack.pop() {
            if std::mem::replace(&mut seen[slot as usize], true) {
                continue;
            }
            if let Node::Aggregate {
                over: Level::Row(table),
                filter,
                ..
            } = self.plan.nodes[slot as usize].node
            {
                kinds.push(self.plan.pack.tables.0[usize::from(table)].kind.code);
                self.gathered(table, filter, &mut rows);
            }
            self.below(slot, &mut stack);
        }
        rows.sort_unstable();
        rows.dedup();
        (
            rows.iter()
                .filter_map(|(table, row)| self.row(*table, *row))
                .collect(),
            kinds,
        )
    }

    /// The rows of a table that a filter lets in, or may let in.
    fn gathered(&self, table: u16, filter: Option<Slot>, rows: &mut Vec<(u16, usize)>) {
        let range = only_block(self.batch).rows[usize::from(table)].clone();
        for index in 0..range.len() {
            let out = filter.is_some_and(|filter| {
                let column = &self.scratch.columns[filter as usize];
                column.is_known(index) && column.value(index) == 0
            });
            if !out && self.batch.tables[usize::from(table)].fact[range.start + index] != PHANTOM {
                rows.push((table, range.start + index));
            }
        }
    }

    /// The nodes a node reads; of a choice only the branch taken.
    fn below(&self, slot: Slot, stack: &mut Vec<Slot>) {
        match self.plan.nodes[slot as usize].node {
            Node::Constant(_)
            | Node::Case(_)
            | Node::Member(_)
            | Node::Input(_)
            | Node::Field { .. } => {}
            Node::Lift(inner)
            | Node::Not(inner)
            | Node::Negate(inner)
            | Node::Round { value: inner, .. }
            | Node::Scale { value: inner, .. } => stack.push(inner),
            Node::And(a, b)
            | Node::Or(a, b)
            | Node::Compare(_, a, b)
            | Node::Add(a, b)
            | Node::Subtract(a, b)
            | Node::Multiply(a, b)
            | Node::Divide {
                left: a, right: b, ..
            }
            | Node::Greatest(a, b)
            | Node::Least(a, b)
            | Node::KnownOr(a, b)
            | Node::Call {
                first: a,
                second: b,
                ..
            } => stack.extend([a, b]),
            Node::If {
                condition,
                met,
                unmet,
            } => {
                stack.push(condition);
                let column = &self.scratch.columns[condition as usize];
                let of_unit = self.plan.nodes[condition as usize].level == Level::Unit;
                match of_unit.then(|| (column.is_known(0), column.value(0))) {
                    Some((true, 1)) => stack.push(met),
                    Some((true, _)) => stack.push(unmet),
                    _ => stack.extend([met, unmet]),
                }
            }
            Node::Aggregate { value, filter, .. } => {
                stack.extend([value, filter].into_iter().flatten())
            }
        }
    }

    fn row(&self, table: u16, row: usize) -> Option<EvidenceRow> {
        let rows = &self.batch.tables[usize::from(table)];
        let ordinal = rows.fact[row];
        let first = rows.fact.iter().position(|fact| *fact == ordinal)?;
        let bytes = self
            .batch
            .fact_ids
            .as_chunks::<16>()
            .0
            .get(ordinal as usize)?;
        let (fact, person) = self.fact(FactId::from_bytes(*bytes))?;
        let kind = facts::kind(fact.kind)?;
        let body = fact.unpack_body().ok()?;
        let cells = body.rows.get(row - first)?;
        Some(EvidenceRow {
            fact: fact.id,
            kind: fact.kind,
            kind_label: Said::of(&kind.label),
            person,
            source: fact.source,
            as_of: fact.as_of,
            cells: shown_cells(kind, cells, self.plan.pack.currency()),
        })
    }
}

fn fact_used(fact: &PackedFact, person: Option<PersonId>) -> FactUsed {
    let kind_label = facts::kind(fact.kind)
        .map(|kind| Said::of(&kind.label))
        .unwrap_or_default();
    FactUsed {
        id: fact.id,
        kind: fact.kind,
        kind_label: Arc::new(kind_label),
        person,
        source: fact.source,
        source_label: Arc::new(Said::of(&fact.source.label())),
        as_of: fact.as_of,
        rows: fact.unpack_body().map_or(0, |body| body.rows.len()),
    }
}

/// The cells of a row that say something.
pub fn shown_cells(kind: &FactKind, cells: &[Cell], currency: Currency) -> Vec<EvidenceCell> {
    let mut shown = Vec::with_capacity(cells.len());
    for (field, cell) in kind.fields.iter().zip(cells) {
        let text = match cell {
            Cell::Missing => continue,
            Cell::Text(text) => Said::each(|_| text.clone()),
            // A year is a number of the calendar, not a sum: no thousands.
            Cell::Int(year) if field.name == "made_year" => Said::each(|_| year.to_string()),
            Cell::Int(value) => {
                Said::each(|lang| Quantity::of(cell_type(field.ty), *value, currency).text(lang))
            }
        };
        shown.push(EvidenceCell {
            field: field.name,
            label: Said::of(&field.label),
            text,
        });
    }
    shown
}

fn cell_type(ty: ValueType) -> Type {
    match ty {
        ValueType::Money => MONEY,
        ValueType::Integer | ValueType::Text => INTEGER,
        ValueType::Day => Type::Date,
        ValueType::Month => Type::Month,
        ValueType::YesNo => Type::YesNo,
        ValueType::Code(list) => Type::Code(list),
    }
}
