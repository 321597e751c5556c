//! Evaluating a plan over one block of units.
//!
//! Every node has a column: a whole number, for fractions a denominator (always
//! positive), and how much is known. Loops run over whole columns in 64 bits and
//! notice what does not fit; that is computed again through 128 bits. What does not
//! fit then becomes unknown and a fault of its unit.
//!
//! Reading order: [`column`], [`arithmetic`] and [`exact`] behind it, [`logic`],
//! [`aggregate`].

mod aggregate;
mod arithmetic;
mod calendar;
mod column;
mod exact;
mod logic;
mod scale;
#[cfg(test)]
mod tests;

pub(crate) use column::Column;
pub(crate) use exact::rounded;

use super::{Node, Plan, Slot};
use crate::batch::{Batch, Block};
use crate::typed::{Level, Type};
use calendar::Years;
use std::cell::RefCell;
use std::sync::Arc;

/// Columns of one block, kept between blocks so that nothing is allocated anew.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub columns: Vec<Column>,
    pub faults: Vec<Fault>,
    /// The plan whose constants stand in the columns, by [`Plan::constant`].
    constants: Option<Arc<[bool]>>,
    /// The slots to be computed for every block: all but its constants. One that is a fault
    /// is no constant, since every unit has that fault.
    varying: Vec<Slot>,
    /// Takes no short way: every element by itself, through 128 bits. For comparison.
    pub exactly: bool,
    years: Years,
}

/// An overflow or a division by nothing, and the unit it happened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub slot: Slot,
    /// The unit's place in the batch.
    pub unit: usize,
}

/// What an evaluating function sees.
struct Frame<'a> {
    plan: &'a Plan,
    batch: &'a Batch,
    block: &'a Block,
    columns: &'a [Column],
    years: &'a RefCell<Years>,
    exactly: bool,
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
    let exactly = scratch.exactly;
    let first_meeting = scratch.meet(plan);
    let Scratch {
        columns,
        faults,
        years,
        varying,
        ..
    } = scratch;
    faults.clear();
    let kept = RefCell::new(std::mem::take(years));
    for &slot in varying.iter() {
        // What a node reads stands before it.
        let (before, rest) = columns.split_at_mut(slot as usize);
        let out = &mut rest[0];
        out.clear();
        let frame = Frame {
            plan,
            batch,
            block,
            columns: before,
            years: &kept,
            exactly,
        };
        frame.fill(slot, out, faults);
        out.settle();
    }
    *years = kept.into_inner();
    if first_meeting {
        let is_fault = |slot: Slot| faults.iter().any(|fault| fault.slot == slot);
        varying.retain(|&slot| {
            let (constant, column) = (plan.constant[slot as usize], &columns[slot as usize]);
            !constant || !column.uniform || is_fault(slot)
        });
    }
}

impl Scratch {
    /// Makes room for a plan's columns, unless it is the plan of the block before.
    fn meet(&mut self, plan: &Plan) -> bool {
        let same = |known: &Arc<[bool]>| Arc::ptr_eq(known, &plan.constant);
        if self.constants.as_ref().is_some_and(same) {
            return false;
        }
        self.constants = Some(Arc::clone(&plan.constant));
        self.columns.resize_with(plan.nodes.len(), Column::default);
        self.varying.clear();
        self.varying.extend(0..plan.nodes.len() as Slot);
        true
    }
}

impl Frame<'_> {
    fn fill(&self, slot: Slot, out: &mut Column, faults: &mut Vec<Fault>) {
        let operand = self.plan.nodes[slot as usize];
        let (level, yes_no) = (operand.level, operand.ty == Type::YesNo);
        match operand.node {
            Node::Constant(value) => {
                out.take(&[value], yes_no);
                out.uniform = true;
            }
            Node::Case(column) => {
                let values = &self.batch.cases[usize::from(column)][self.block.range(level)];
                match values {
                    // Cases decided together mostly have their days in common.
                    [first, rest @ ..] if rest.iter().all(|value| value == first) => {
                        out.take(&[*first], yes_no);
                        out.uniform = true;
                    }
                    _ => out.take(values, yes_no),
                }
            }
            Node::Member(column) => {
                let members = &self.batch.members[usize::from(column)];
                out.take(&members[self.block.range(level)], yes_no);
            }
            Node::Field { table, column } => {
                let (rows, column) = (&self.batch.tables[usize::from(table)], usize::from(column));
                let range = self.block.range(level);
                out.take(&rows.values[column][range.clone()], yes_no);
                out.states.extend_from_slice(&rows.states[column][range]);
            }
            Node::Input(input) => {
                let input = &self.batch.inputs[usize::from(input)];
                let range = self.block.range(level);
                out.take(&input.values[range.clone()], yes_no);
                if !input.states.is_empty() {
                    out.states.extend_from_slice(&input.states[range]);
                }
            }
            Node::Lift(from) => self.lift(from, level, out),
            Node::Aggregate { .. } => self.aggregate(slot, out, faults),
            _ => self.elements(slot, out, faults),
        }
    }

    /// Nodes whose elements come each from the same elements of others. Where all of
    /// those are one value, so is the result, unless it is a fault, which every unit has.
    fn elements(&self, slot: Slot, out: &mut Column, faults: &mut Vec<Fault>) {
        let count = self.len(self.plan.nodes[slot as usize].level);
        let mut uniform = count > 0 && !self.exactly;
        if uniform && count > 1 {
            self.plan.nodes[slot as usize].node.each_operand(|operand| {
                uniform &= self.column(operand).uniform;
            });
        }
        if uniform {
            let before = faults.len();
            self.compute(slot, 1, out, faults);
            out.uniform = true;
            if count == 1 || faults.len() == before {
                return;
            }
            faults.truncate(before);
            out.clear();
        }
        self.compute(slot, count, out, faults);
    }

    fn compute(&self, slot: Slot, count: usize, out: &mut Column, faults: &mut Vec<Fault>) {
        match self.plan.nodes[slot as usize].node {
            Node::Not(inner) => self.not(inner, count, out),
            Node::And(left, right) => self.kleene([left, right], 0, count, out),
            Node::Or(left, right) => self.kleene([left, right], 1, count, out),
            Node::Compare(comparison, left, right) => {
                self.compare(comparison, [left, right], count, out);
            }
            Node::If {
                condition,
                met,
                unmet,
            } => {
                self.choose(condition, [met, unmet], count, out);
            }
            Node::KnownOr(left, right) => self.known_or([left, right], count, out),
            _ => self.arithmetic(slot, count, out, faults),
        }
    }

    /// The values of a coarser level, once for each element of a finer one.
    fn lift(&self, from: Slot, level: Level, out: &mut Column) {
        let source = self.column(from);
        let from_level = self.plan.nodes[from as usize].level;
        if source.uniform || from_level == Level::Constant {
            out.copy_of(source);
            out.uniform = true;
            return;
        }
        let first_unit = self.block.units.start;
        let unit_of = |member: u32| self.batch.member_unit[member as usize] as usize - first_unit;
        let range = self.block.range(level);
        match (level, from_level) {
            (Level::Member, Level::Unit) => {
                let units = self.batch.member_unit[range].iter();
                out.gather(source, units.map(|unit| *unit as usize - first_unit));
            }
            (Level::Row(table), _) => {
                let owners = self.batch.tables[usize::from(table)].owner[range].iter();
                let of_person = self.plan.pack.tables.of_person(table);
                let first_member = self.block.members.start;
                match from_level {
                    Level::Member => {
                        out.gather(source, owners.map(|owner| *owner as usize - first_member));
                    }
                    _ if of_person => out.gather(source, owners.map(|owner| unit_of(*owner))),
                    _ => out.gather(source, owners.map(|owner| *owner as usize - first_unit)),
                }
            }
            other => unreachable!("{other:?}: a value is lifted to a finer level only"),
        }
    }
}
