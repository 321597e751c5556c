//! How a node is called in the statement: a column, or a literal where no family differs.

use super::bounds::Bound;
use super::dialect::Dialect;
use crate::plan::{Node, Plan, Slot};

/// A column's name and its expression.
pub(super) type Named = (String, String);

/// Names and literals of slots.
#[derive(Debug)]
pub(super) struct Slots<'a> {
    pub plan: &'a Plan,
    pub bounds: Vec<Bound>,
    pub dialect: Dialect,
    /// Are missing facts tracked? Only a pack with human steps asks.
    pub needs: bool,
}

impl Slots<'_> {
    pub fn bound(&self, slot: Slot) -> &Bound {
        &self.bounds[slot as usize]
    }

    pub fn is_fixed(&self, slot: Slot) -> bool {
        self.bound(slot).fixed.is_some()
    }

    pub fn is_fraction(&self, slot: Slot) -> bool {
        !self.is_fixed(slot) && self.plan.nodes[slot as usize].is_fraction()
    }

    pub fn v(&self, slot: Slot) -> String {
        match self.bound(slot).fixed {
            Some(fixed) => literal(fixed.value),
            None => format!("v{slot}"),
        }
    }

    pub fn s(&self, slot: Slot) -> String {
        match self.bound(slot) {
            Bound {
                fixed: Some(fixed), ..
            } => fixed.state.to_string(),
            Bound { sure: true, .. } => "2".to_owned(),
            _ => format!("s{slot}"),
        }
    }

    pub fn d(&self, slot: Slot) -> String {
        match self.bound(slot).fixed {
            Some(fixed) => literal(fixed.denominator),
            None if self.is_fraction(slot) => format!("d{slot}"),
            None => "1".to_owned(),
        }
    }

    pub fn sure(&self, slot: Slot) -> bool {
        self.bound(slot).sure
    }

    /// Which facts are missing behind an unknown value: a bit for each human step, one for
    /// all else.
    pub fn n(&self, slot: Slot) -> String {
        if !self.needs || !self.bound(slot).asks {
            return "0".to_owned();
        }
        let raw = match self.plan.nodes[slot as usize].node {
            Node::Field { table, .. } => self.bit(table).to_string(),
            _ => format!("n{slot}"),
        };
        format!("CASE WHEN {} = 2 THEN 0 ELSE {raw} END", self.s(slot))
    }

    /// The same where the slot's table is called `o`.
    pub fn raw_need_name(&self, slot: Slot) -> String {
        match self.plan.nodes[slot as usize].node {
            Node::Field { table, .. } => self.bit(table).to_string(),
            _ => format!("o.n{slot}"),
        }
    }

    /// The bit of a table's kind, see [`Slots::n`].
    pub fn bit(&self, table: u16) -> u8 {
        let kind = self.plan.layout.tables[usize::from(table)].table.kind;
        super::verdict::bit_of(kind.code)
    }

    /// The names of a slot's columns.
    pub fn columns(&self, slot: Slot) -> Vec<String> {
        let bound = self.bound(slot);
        if bound.fixed.is_some() {
            return Vec::new();
        }
        let mut names = vec![format!("v{slot}")];
        if !bound.sure {
            names.push(format!("s{slot}"));
        }
        if self.is_fraction(slot) {
            names.push(format!("d{slot}"));
        }
        let field = matches!(self.plan.nodes[slot as usize].node, Node::Field { .. });
        if self.needs && bound.asks && !field {
            names.push(format!("n{slot}"));
        }
        names
    }
}

pub(super) fn literal(value: i64) -> String {
    match value {
        // The number without its sign would not fit.
        i64::MIN => "(-9223372036854775807 - 1)".to_owned(),
        _ if value < 0 => format!("({value})"),
        _ => value.to_string(),
    }
}
