//! Nodes of a plan. Each reads slots that stand before it.

use crate::syntax::Comparison;
use crate::typed::{AggregateKind, Function, Level, Rounding, Type};

/// The place of a node's column.
pub(crate) type Slot = u32;

/// A node with its level and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Operand {
    pub node: Node,
    pub level: Level,
    pub ty: Type,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Constant(i64),
    Case(u8),
    Member(u8),
    /// A column of the batch's inputs.
    Input(u16),
    Field {
        table: u16,
        column: u16,
    },
    /// The value of a coarser level, once for each element of this one.
    Lift(Slot),
    Not(Slot),
    Negate(Slot),
    And(Slot, Slot),
    Or(Slot, Slot),
    Compare(Comparison, Slot, Slot),
    Add(Slot, Slot),
    Subtract(Slot, Slot),
    Multiply(Slot, Slot),
    /// `shift` brings the dividend to the scale of the result.
    Divide {
        left: Slot,
        right: Slot,
        shift: i64,
    },
    Greatest(Slot, Slot),
    Least(Slot, Slot),
    KnownOr(Slot, Slot),
    If {
        condition: Slot,
        met: Slot,
        unmet: Slot,
    },
    /// `value * up / down`, rounded to a multiple of `step`.
    Round {
        value: Slot,
        up: i64,
        down: i64,
        step: i64,
        mode: Rounding,
    },
    /// Brackets applied to a value.
    Scale {
        brackets: u16,
        value: Slot,
    },
    Call {
        function: Function,
        first: Slot,
        second: Slot,
    },
    Aggregate {
        kind: AggregateKind,
        over: Level,
        value: Option<Slot>,
        filter: Option<Slot>,
        empty: Option<Slot>,
    },
}

impl Node {
    /// The slots that it reads.
    pub fn operands(self) -> impl Iterator<Item = Slot> {
        let read = match self {
            Node::Constant(_)
            | Node::Case(_)
            | Node::Member(_)
            | Node::Input(_)
            | Node::Field { .. } => [None, None, None],
            Node::Lift(one)
            | Node::Not(one)
            | Node::Negate(one)
            | Node::Round { value: one, .. }
            | Node::Scale { value: one, .. } => [Some(one), None, None],
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
            } => [Some(left), Some(right), None],
            Node::If {
                condition,
                met,
                unmet,
            } => [Some(condition), Some(met), Some(unmet)],
            Node::Aggregate {
                value,
                filter,
                empty,
                ..
            } => [value, filter, empty],
        };
        read.into_iter().flatten()
    }
}

impl Operand {
    pub fn is_fraction(&self) -> bool {
        matches!(self.ty, Type::Number { fraction: true, .. })
    }
}

impl Node {
    /// The nodes whose same elements a node's elements are computed from.
    pub fn each_operand(&self, mut see: impl FnMut(Slot)) {
        match *self {
            Node::Constant(_)
            | Node::Case(_)
            | Node::Member(_)
            | Node::Input(_)
            | Node::Field { .. }
            | Node::Lift(_)
            | Node::Aggregate { .. } => {}
            Node::Not(a)
            | Node::Negate(a)
            | Node::Round { value: a, .. }
            | Node::Scale { value: a, .. } => see(a),
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
            } => [a, b].into_iter().for_each(see),
            Node::If {
                condition,
                met,
                unmet,
            } => [condition, met, unmet].into_iter().for_each(see),
        }
    }
}
