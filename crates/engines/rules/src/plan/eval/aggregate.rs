//! Counting and summing over members and rows.
//!
//! A row whose filter is known and false does not matter, however little is known
//! of it otherwise. A row that may or may not belong leaves a count or sum of
//! amounts that are never negative with a lower bound; else it is unknown.

use super::{Column, Fault, Frame, parent};
use crate::batch::{AT_LEAST, KNOWN, PHANTOM, UNKNOWN};
use crate::plan::{Node, Slot};
use crate::typed::{AggregateKind, Level};

/// What is gathered for one unit (or one member).
#[derive(Clone, Copy)]
struct Heap {
    value: i128,
    state: u8,
    any: bool,
}

/// How a row stands to the aggregate.
enum Part {
    Out,
    In,
    Perhaps,
}

impl Frame<'_> {
    pub(super) fn aggregate(&self, slot: Slot, out: &mut Column, faults: &mut Vec<Fault>) {
        let operand = self.plan.nodes[slot as usize];
        let Node::Aggregate {
            kind,
            over,
            value,
            filter,
            empty,
        } = operand.node
        else {
            unreachable!("called for aggregates only");
        };
        let mut heaps = vec![
            Heap {
                value: 0,
                state: KNOWN,
                any: false
            };
            self.len(operand.level)
        ];
        let rows = self.block.range(over);
        for index in 0..rows.len() {
            let part = self.part(over, filter, rows.start, index);
            if matches!(part, Part::Out) {
                continue;
            }
            let heap = &mut heaps[parent(
                self.plan,
                self.batch,
                self.block,
                over,
                operand.level,
                index,
            )];
            let (value, state) = match value {
                Some(value) => (
                    self.column(value).value[index],
                    self.column(value).state[index],
                ),
                None => (1, KNOWN),
            };
            match kind {
                AggregateKind::Count | AggregateKind::Sum => heap.sum(&part, value, state),
                AggregateKind::Min => heap.extreme(&part, value, state, false),
                AggregateKind::Max => heap.extreme(&part, value, state, true),
            }
        }
        for (index, heap) in heaps.iter().enumerate() {
            let (mut result, mut state) = (heap.value, heap.state);
            if let (false, Some(empty)) = (heap.any, empty) {
                (result, state) = self.nobody(empty, heap, index);
            }
            match i64::try_from(result) {
                Ok(result) => out.push(result, state),
                Err(_) => {
                    faults.push(Fault {
                        slot,
                        unit: self.unit_of(operand.level, index),
                    });
                    out.push(0, UNKNOWN);
                }
            }
        }
    }

    /// Nothing was gathered: the written-out value, unless a row may yet belong.
    fn nobody(&self, empty: Slot, heap: &Heap, index: usize) -> (i128, u8) {
        if heap.state != KNOWN {
            return (0, UNKNOWN);
        }
        let empty = self.column(empty);
        (i128::from(empty.value[index]), empty.state[index])
    }

    fn part(&self, over: Level, filter: Option<Slot>, start: usize, index: usize) -> Part {
        let phantom = match over {
            Level::Row(table) => {
                self.batch.tables[usize::from(table)].fact[start + index] == PHANTOM
            }
            _ => false,
        };
        let Some(filter) = filter else {
            return if phantom { Part::Perhaps } else { Part::In };
        };
        let filter = self.column(filter);
        match (filter.is_known(index), filter.value[index]) {
            (true, 0) => Part::Out,
            // Nobody knows how many rows a silent agency would have sent.
            (true, _) if !phantom => Part::In,
            _ => Part::Perhaps,
        }
    }
}

impl Heap {
    fn sum(&mut self, part: &Part, value: i64, state: u8) {
        match part {
            Part::In if state == KNOWN => self.value += i128::from(value),
            Part::In if state == AT_LEAST => {
                self.value += i128::from(value);
                self.state = self.state.min(AT_LEAST);
            }
            Part::Perhaps if state != UNKNOWN && value >= 0 => {
                self.state = self.state.min(AT_LEAST)
            }
            _ => self.state = UNKNOWN,
        }
        self.any = true;
    }

    fn extreme(&mut self, part: &Part, value: i64, state: u8, greatest: bool) {
        if !matches!(part, Part::In) || state == UNKNOWN {
            // A greatest value can only grow; a least one may become anything.
            self.state = if greatest {
                self.state.min(AT_LEAST)
            } else {
                UNKNOWN
            };
            return;
        }
        let better = if greatest {
            i128::from(value) > self.value
        } else {
            i128::from(value) < self.value
        };
        if !self.any || better {
            self.value = i128::from(value);
        }
        if state == AT_LEAST {
            self.state = if greatest {
                self.state.min(AT_LEAST)
            } else {
                UNKNOWN
            };
        }
        self.any = true;
    }
}
