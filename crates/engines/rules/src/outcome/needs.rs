//! Which facts are missing, and only those that matter.
//!
//! The search walks down from what is unknown to the phantom rows behind it:
//! a known side that settles nothing is passed by, a branch not taken is not
//! asked about.

use super::judge::{condition_truth, stage_reached};
use super::{Need, Truth};
use crate::batch::{Batch, Block, KNOWN, PHANTOM};
use crate::pack::Step;
use crate::plan::eval::{Column, Scratch, parent};
use crate::plan::{Node, Plan, Slot};
use crate::typed::Level;
use kernel::facts::code;

/// Appends the needs of one unit, sorted and each once.
pub(crate) fn collect(
    plan: &Plan,
    batch: &Batch,
    block: &Block,
    scratch: &Scratch,
    index: usize,
    out: &mut Vec<Need>,
) {
    let (reached, ahead) = stage_reached(plan, scratch, index);
    let mut search = Search {
        plan,
        batch,
        block,
        scratch,
        stack: Vec::new(),
        seen: Vec::new(),
        found: Vec::new(),
    };
    let (mut refused, mut unknown) = (false, false);
    for condition in 0..plan.conditions.len() {
        match condition_truth(plan, scratch, index, condition, reached) {
            Truth::Unknown => {
                unknown = true;
                search.stack.push((plan.conditions[condition].truth, index));
            }
            Truth::NotMet => refused = true,
            _ => {}
        }
    }
    if !unknown && !refused && !ahead {
        search
            .stack
            .extend(plan.award_slots().map(|slot| (slot, index)));
    }
    if search.stack.is_empty() {
        return;
    }
    search.run();
    search.found.sort_unstable();
    search.found.dedup();
    out.append(&mut search.found);
}

/// The human step to wait for, when nothing but human steps is missing.
pub(crate) fn next_step(plan: &Plan, needs: &[Need]) -> Option<Step> {
    if needs.is_empty() || needs.iter().any(|need| step_of(need.kind).is_none()) {
        return None;
    }
    let order = plan.pack.steps.iter().map(|step| step.step);
    order
        .into_iter()
        .find(|step| needs.iter().any(|need| step_of(need.kind) == Some(*step)))
}

fn step_of(kind: u16) -> Option<Step> {
    match kind {
        code::VISIT => Some(Step::Visit),
        code::SEVEN => Some(Step::Seven),
        _ => None,
    }
}

struct Search<'a> {
    plan: &'a Plan,
    batch: &'a Batch,
    block: &'a Block,
    scratch: &'a Scratch,
    /// An explicit stack: a plan may be thousands of nodes deep.
    stack: Vec<(Slot, usize)>,
    seen: Vec<(Slot, usize)>,
    found: Vec<Need>,
}

impl Search<'_> {
    fn run(&mut self) {
        while let Some((slot, index)) = self.stack.pop() {
            if self.column(slot).state(index) == KNOWN || self.seen.contains(&(slot, index)) {
                continue;
            }
            self.seen.push((slot, index));
            self.open(slot, index);
        }
    }

    fn column(&self, slot: Slot) -> &Column {
        &self.scratch.columns[slot as usize]
    }

    fn both(&mut self, left: Slot, right: Slot, index: usize) {
        self.stack.push((left, index));
        self.stack.push((right, index));
    }

    fn open(&mut self, slot: Slot, index: usize) {
        let operand = self.plan.nodes[slot as usize];
        match operand.node {
            Node::Constant(_) | Node::Case(_) | Node::Member(_) | Node::Input(_) => {}
            Node::Field { table, .. } => self.row(table, index),
            Node::Lift(from) => {
                let level = self.plan.nodes[from as usize].level;
                let at = parent(
                    self.plan,
                    self.batch,
                    self.block,
                    operand.level,
                    level,
                    index,
                );
                self.stack.push((from, at));
            }
            Node::Not(inner)
            | Node::Negate(inner)
            | Node::Round { value: inner, .. }
            | Node::Scale { value: inner, .. } => self.stack.push((inner, index)),
            Node::And(left, right)
            | Node::Or(left, right)
            | Node::Compare(_, left, right)
            | Node::Add(left, right)
            | Node::Subtract(left, right)
            | Node::Multiply(left, right)
            | Node::Divide { left, right, .. }
            | Node::Greatest(left, right)
            | Node::Least(left, right)
            | Node::KnownOr(left, right)
            | Node::Call {
                first: left,
                second: right,
                ..
            } => self.both(left, right, index),
            Node::If {
                condition,
                met,
                unmet,
            } => {
                let chosen = self.column(condition);
                match (chosen.is_known(index), chosen.value(index)) {
                    (true, 1) => self.stack.push((met, index)),
                    (true, _) => self.stack.push((unmet, index)),
                    (false, _) => self.stack.push((condition, index)),
                }
            }
            Node::Aggregate {
                over,
                value,
                filter,
                ..
            } => self.rows(operand.level, over, value, filter, index),
        }
    }

    /// The rows of an aggregate that are not known to stay out.
    fn rows(
        &mut self,
        level: Level,
        over: Level,
        value: Option<Slot>,
        filter: Option<Slot>,
        group: usize,
    ) {
        for index in 0..self.block.range(over).len() {
            if parent(self.plan, self.batch, self.block, over, level, index) != group {
                continue;
            }
            if let Some(filter) = filter {
                let column = self.column(filter);
                if column.is_known(index) && column.value(index) == 0 {
                    continue;
                }
                self.stack.push((filter, index));
            }
            if let Level::Row(table) = over
                && self.is_phantom(table, index)
            {
                self.row(table, index);
            }
            self.stack.extend(value.map(|value| (value, index)));
        }
    }

    fn is_phantom(&self, table: u16, index: usize) -> bool {
        let table = usize::from(table);
        self.batch.tables[table].fact[self.block.rows[table].start + index] == PHANTOM
    }

    /// The fact behind a row: a phantom's, or one that came with a cell missing.
    fn row(&mut self, table: u16, index: usize) {
        let rows = &self.batch.tables[usize::from(table)];
        let owner = rows.owner[self.block.rows[usize::from(table)].start + index] as usize;
        let of_person = self.plan.pack.tables.of_person(table);
        let kind = self.plan.pack.tables.0[usize::from(table)].kind.code;
        self.found.push(Need {
            person: of_person.then(|| self.batch.persons[owner]),
            kind,
        });
    }
}
