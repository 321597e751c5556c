//! Evaluating a plan over one block of units.
//!
//! Every node has a column: a whole number, for fractions a denominator (always
//! positive), and how much is known. Loops run over whole columns; arithmetic
//! goes through 128 bits and is checked. What does not fit becomes unknown and a
//! fault of its unit.

mod aggregate;
mod arithmetic;
mod logic;

pub(crate) use arithmetic::rounded;

use super::{Node, Plan, Slot};
use crate::batch::{Batch, Block, KNOWN};
use crate::typed::Level;

/// Columns of one block, kept between blocks so that nothing is allocated anew.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub columns: Vec<Column>,
    pub faults: Vec<Fault>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Column {
    pub value: Vec<i64>,
    /// Empty for whole numbers.
    pub denominator: Vec<i64>,
    pub state: Vec<u8>,
}

/// An overflow or a division by nothing, and the unit it happened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub slot: Slot,
    /// The unit's place in the batch.
    pub unit: usize,
}

impl Column {
    fn clear(&mut self) {
        self.value.clear();
        self.denominator.clear();
        self.state.clear();
    }

    fn push(&mut self, value: i64, state: u8) {
        self.value.push(value);
        self.state.push(state);
    }

    /// The denominator; 1 for whole numbers.
    #[inline]
    pub fn denominator(&self, index: usize) -> i64 {
        self.denominator.get(index).copied().unwrap_or(1)
    }

    pub fn is_known(&self, index: usize) -> bool {
        self.state[index] == KNOWN
    }
}

/// What an evaluating function sees.
struct Frame<'a> {
    plan: &'a Plan,
    batch: &'a Batch,
    block: &'a Block,
    columns: &'a [Column],
}

impl Frame<'_> {
    fn column(&self, slot: Slot) -> &Column {
        &self.columns[slot as usize]
    }

    fn len(&self, level: Level) -> usize {
        self.block.range(level).len()
    }

    /// The unit (place in the batch) of an element of a level.
    fn unit_of(&self, level: Level, index: usize) -> usize {
        unit_of(self.plan, self.batch, self.block, level, index)
    }
}

/// The unit an element of a level belongs to; a constant counts for the first.
pub(crate) fn unit_of(
    plan: &Plan,
    batch: &Batch,
    block: &Block,
    level: Level,
    index: usize,
) -> usize {
    match level {
        Level::Constant => block.units.start,
        Level::Unit => block.units.start + index,
        Level::Member => batch.member_unit[block.members.start + index] as usize,
        Level::Row(table) => {
            let owner = batch.tables[usize::from(table)].owner
                [block.rows[usize::from(table)].start + index] as usize;
            if plan.pack.tables.of_person(table) {
                batch.member_unit[owner] as usize
            } else {
                owner
            }
        }
    }
}

/// The element of a coarser level to which an element belongs, within the block.
pub(crate) fn parent(
    plan: &Plan,
    batch: &Batch,
    block: &Block,
    from: Level,
    to: Level,
    index: usize,
) -> usize {
    match (from, to) {
        (_, Level::Constant) => 0,
        (_, Level::Unit) => unit_of(plan, batch, block, from, index) - block.units.start,
        (Level::Row(table), Level::Member) => {
            let rows = &batch.tables[usize::from(table)];
            rows.owner[block.rows[usize::from(table)].start + index] as usize - block.members.start
        }
        _ => index,
    }
}

/// Fills the scratch with the columns of one block.
pub(crate) fn evaluate(plan: &Plan, batch: &Batch, block: &Block, scratch: &mut Scratch) {
    scratch
        .columns
        .resize_with(plan.nodes.len(), Column::default);
    scratch.faults.clear();
    for slot in 0..plan.nodes.len() {
        let mut out = std::mem::take(&mut scratch.columns[slot]);
        out.clear();
        let frame = Frame {
            plan,
            batch,
            block,
            columns: &scratch.columns,
        };
        let mut faults = Vec::new();
        frame.fill(slot as Slot, &mut out, &mut faults);
        scratch.columns[slot] = out;
        scratch.faults.extend(faults);
    }
}

impl Frame<'_> {
    fn fill(&self, slot: Slot, out: &mut Column, faults: &mut Vec<Fault>) {
        let operand = self.plan.nodes[slot as usize];
        let level = operand.level;
        match operand.node {
            Node::Constant(value) => out.push(value, KNOWN),
            Node::Case(column) => self.known(
                &self.batch.cases[usize::from(column)][self.block.units.clone()],
                out,
            ),
            Node::Member(column) => {
                self.known(
                    &self.batch.members[usize::from(column)][self.block.members.clone()],
                    out,
                );
            }
            Node::Field { table, column } => {
                let rows = &self.batch.tables[usize::from(table)];
                let range = self.block.rows[usize::from(table)].clone();
                out.value
                    .extend_from_slice(&rows.values[usize::from(column)][range.clone()]);
                out.state
                    .extend_from_slice(&rows.states[usize::from(column)][range]);
            }
            Node::Lift(from) => self.lift(from, level, out),
            Node::Not(inner) => self.not(inner, out),
            Node::And(left, right) => self.and(left, right, out),
            Node::Or(left, right) => self.or(left, right, out),
            Node::Compare(comparison, left, right) => self.compare(comparison, left, right, out),
            Node::If {
                condition,
                met,
                unmet,
            } => self.choose(condition, met, unmet, out),
            Node::KnownOr(left, right) => self.known_or(left, right, out),
            Node::Aggregate { .. } => self.aggregate(slot, out, faults),
            _ => self.arithmetic(slot, out, faults),
        }
    }

    fn known(&self, values: &[i64], out: &mut Column) {
        out.value.extend_from_slice(values);
        out.state.resize(values.len(), KNOWN);
    }

    fn lift(&self, from: Slot, level: Level, out: &mut Column) {
        let source = self.column(from);
        let from_level = self.plan.nodes[from as usize].level;
        let count = self.len(level);
        if from_level == Level::Constant {
            out.value.resize(count, source.value[0]);
            out.state.resize(count, source.state[0]);
            if let Some(denominator) = source.denominator.first() {
                out.denominator.resize(count, *denominator);
            }
            return;
        }
        for index in 0..count {
            let at = parent(self.plan, self.batch, self.block, level, from_level, index);
            out.push(source.value[at], source.state[at]);
            if let Some(denominator) = source.denominator.get(at) {
                out.denominator.push(*denominator);
            }
        }
    }
}
