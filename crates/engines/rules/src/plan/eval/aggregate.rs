//! Counting and summing over members and rows.
//!
//! A row whose filter is known and false does not matter, however little is known
//! of it otherwise. A row that may or may not belong leaves a count or sum of
//! amounts that are never negative with a lower bound; else it is unknown.
//!
//! Rows stand in the order of their owners, so each owner has a segment. Sums are
//! differences of a running sum at the segments' ends; an owner with a row of
//! which anything is unknown is gathered again, row by row.

use super::column::{Bytes, Column, Numbers};
use super::{Fault, Frame};
use crate::batch::{AT_LEAST, KNOWN, PHANTOM, UNKNOWN};
use crate::plan::{Node, Slot};
use crate::typed::{AggregateKind, Level};
use std::ops::Range;

/// An aggregate taken apart, and where its rows lie.
struct Gathering<'a> {
    kind: AggregateKind,
    /// The facts of the rows, of which phantoms are none; empty for members.
    facts: &'a [u32],
    value: Option<&'a Column>,
    filter: Option<&'a Column>,
    empty: Option<&'a Column>,
}

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
        let rows = self.block.range(over);
        let facts: &[u32] = match over {
            Level::Row(table) => &self.batch.tables[usize::from(table)].fact[rows.clone()],
            _ => &[],
        };
        let gathering = Gathering {
            kind,
            facts,
            value: value.map(|slot| self.column(slot)),
            filter: filter.map(|slot| self.column(slot)),
            empty: empty.map(|slot| self.column(slot)),
        };
        let ends = self.segment_ends(over, operand.level);
        let quick = !self.exactly && gathering.sum_clear(rows.len(), &ends, out);
        if quick && gathering.is_clear() {
            return;
        }
        if !quick {
            out.clear();
            out.whole.resize(ends.len(), 0);
        }
        let mut start = 0;
        for (index, end) in ends.iter().enumerate() {
            let segment = start..*end as usize;
            start = segment.end;
            if quick && !segment.clone().any(|row| gathering.is_troubled(row)) {
                continue;
            }
            let (value, state) = gathering.segment(segment, index);
            let (value, state) = i64::try_from(value).map_or_else(
                |_| {
                    let unit = self.unit_of(operand.level, index);
                    faults.push(Fault { slot, unit });
                    (0, UNKNOWN)
                },
                |value| (value, state),
            );
            out.whole[index] = value;
            out.spread_states(ends.len())[index] = state;
        }
    }

    /// Where each owner's rows end within the block.
    fn segment_ends(&self, over: Level, to: Level) -> Vec<u32> {
        let first = self.block.range(over).start as u32;
        let units = self.block.units.start + 1..self.block.units.end + 1;
        let of_units = |starts: &[u32]| {
            starts[units.clone()]
                .iter()
                .map(|end| end - first)
                .collect()
        };
        match (over, to) {
            (Level::Row(table), Level::Unit) => {
                of_units(&self.batch.tables[usize::from(table)].start)
            }
            (Level::Row(table), _) => {
                let rows = self.block.range(over);
                let owners = &self.batch.tables[usize::from(table)].owner[rows];
                let members = self.block.members.clone();
                let mut end = 0;
                let ends = members.map(|member| {
                    let own = owners[end..].iter();
                    end += own.take_while(|owner| **owner as usize == member).count();
                    end as u32
                });
                ends.collect()
            }
            _ => of_units(&self.batch.member_start),
        }
    }
}

impl Gathering<'_> {
    /// Is it known of every row whether it belongs, and what it is worth?
    fn is_clear(&self) -> bool {
        let known = |column: Option<&Column>| column.is_none_or(Column::all_known);
        known(self.value) && known(self.filter) && !self.facts.contains(&PHANTOM)
    }

    /// Must the row's owner be gathered again?
    fn is_troubled(&self, row: usize) -> bool {
        let unknown = |column: Option<&Column>| column.is_some_and(|column| !column.is_known(row));
        self.facts.get(row) == Some(&PHANTOM) || unknown(self.filter) || unknown(self.value)
    }

    /// Counts and sums as if everything were clear; false when a sum may not fit.
    fn sum_clear(&self, rows: usize, ends: &[u32], out: &mut Column) -> bool {
        let truths = self.filter.map_or(Bytes::One(1), Column::truths);
        let values = match self.kind {
            AggregateKind::Count => Numbers::One(1),
            AggregateKind::Sum => self.value.map_or(Numbers::One(1), Column::numbers),
            AggregateKind::Min | AggregateKind::Max => return false,
        };
        let masked = |value: i64, truth: u8| value & i64::from(truth).wrapping_neg();
        let mut running = Running::new(rows);
        match (values, truths) {
            (Numbers::Each(values), Bytes::One(1)) => running.through(values.iter().copied()),
            (Numbers::Each(values), Bytes::Each(truths)) => {
                running.through(values.iter().zip(truths).map(|(v, t)| masked(*v, *t)));
            }
            (Numbers::One(value), Bytes::Each(truths)) => {
                running.through(truths.iter().map(|truth| masked(value, *truth)));
            }
            (values, Bytes::One(truth)) => {
                running.through((0..rows).map(|row| masked(values.at(row), truth)));
            }
        }
        running.fits(rows) && {
            running.differences(ends, &mut out.whole);
            true
        }
    }

    /// One owner's rows, whatever is known of them.
    fn segment(&self, rows: Range<usize>, owner: usize) -> (i128, u8) {
        let mut heap = Heap {
            value: 0,
            state: KNOWN,
            any: false,
        };
        for row in rows {
            let part = self.part(row);
            if matches!(part, Part::Out) {
                continue;
            }
            let worth = self
                .value
                .map(|column| (column.value(row), column.state(row)));
            let (value, state) = worth.unwrap_or((1, KNOWN));
            match self.kind {
                AggregateKind::Count | AggregateKind::Sum => heap.sum(&part, value, state),
                AggregateKind::Min => heap.extreme(&part, value, state, false),
                AggregateKind::Max => heap.extreme(&part, value, state, true),
            }
        }
        match self.empty {
            // Nothing was gathered: the written-out value, unless a row may yet belong.
            Some(_) if !heap.any && heap.state != KNOWN => (0, UNKNOWN),
            Some(empty) if !heap.any => (i128::from(empty.value(owner)), empty.state(owner)),
            _ => (heap.value, heap.state),
        }
    }

    fn part(&self, row: usize) -> Part {
        let phantom = self.facts.get(row) == Some(&PHANTOM);
        let Some(filter) = self.filter else {
            return if phantom { Part::Perhaps } else { Part::In };
        };
        match (filter.is_known(row), filter.value(row)) {
            (true, 0) => Part::Out,
            // Nobody knows how many rows a silent agency would have sent.
            (true, _) if !phantom => Part::In,
            _ => Part::Perhaps,
        }
    }
}

/// The running sum behind each row, and the bits that any of its numbers had.
struct Running {
    sums: Vec<i64>,
    bits: i64,
}

impl Running {
    fn new(rows: usize) -> Running {
        Running {
            sums: Vec::with_capacity(rows),
            bits: 0,
        }
    }

    #[inline]
    fn through(&mut self, values: impl Iterator<Item = i64>) {
        let (mut sum, mut bits) = (0_i64, 0);
        self.sums.extend(values.map(|value| {
            bits |= value ^ (value >> 63);
            sum = sum.wrapping_add(value);
            sum
        }));
        self.bits = bits;
    }

    /// So many numbers of so many bits cannot overflow.
    fn fits(&self, rows: usize) -> bool {
        let doublings = u64::BITS - (rows as u64).leading_zeros();
        self.bits.leading_zeros() > doublings
    }

    fn differences(&self, ends: &[u32], out: &mut Vec<i64>) {
        let mut before = 0_i64;
        out.extend(ends.iter().map(|end| {
            // Where a first segment ends at 0, nothing was summed.
            let sum = self
                .sums
                .get((*end as usize).wrapping_sub(1))
                .copied()
                .unwrap_or(0);
            let own = sum.wrapping_sub(before);
            before = sum;
            own
        }));
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
