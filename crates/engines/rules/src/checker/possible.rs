//! Which values a formula can have on one day, whatever the facts are.

use super::contradiction;
use super::interval::{Interval, Ratio};
use crate::pack::Pack;
use crate::plan::eval::rounded;
use crate::syntax::Comparison;
use crate::typed::{
    Aggregate, AggregateKind, CASE_COLUMNS, Level, MEMBER_COLUMNS, Op, Tree, Type, never_negative,
};
use kernel::Day;

/// The day, and what each variable of the pack can be on it.
pub(super) struct Possible<'a> {
    pub pack: &'a Pack,
    pub day: Day,
    variables: Vec<Interval>,
}

impl<'a> Possible<'a> {
    pub fn on(pack: &'a Pack, day: Day) -> Possible<'a> {
        let mut possible = Possible {
            pack,
            day,
            variables: Vec::with_capacity(pack.variables.len()),
        };
        // Each variable stands behind what it uses.
        for variable in &pack.variables {
            let values = variable.at(day).map(|tree| possible.of(tree));
            possible.variables.push(values.unwrap_or(Interval::ANY));
        }
        possible
    }

    pub fn can_hold(&self, tree: &Tree) -> bool {
        self.of(tree).high != Some(Ratio::ZERO)
    }

    pub fn can_fail(&self, tree: &Tree) -> bool {
        self.of(tree).low != Some(Ratio::whole(1))
    }

    /// Whole numbers at the scale of the formula's type, as the engine keeps them.
    pub fn of(&self, tree: &Tree) -> Interval {
        match &tree.op {
            Op::Constant(value) => Interval::point(Ratio::whole(*value)),
            Op::Parameter(index) => {
                let parameter = &self.pack.parameters[usize::from(*index)];
                let values = parameter.anywhere(self.day);
                let points = values.map(|value| Interval::point(Ratio::whole(value.value)));
                points.reduce(Interval::hull).unwrap_or(Interval::ANY)
            }
            Op::Variable(index) => self.of_variable(*index),
            Op::Case(column) if CASE_COLUMNS[usize::from(*column)].0 == "former_category" => {
                Interval::at_least(-1)
            }
            Op::Case(column) => of_type(CASE_COLUMNS[usize::from(*column)].1),
            Op::Member(column) => of_type(MEMBER_COLUMNS[usize::from(*column)].1),
            Op::Field { table, field } => {
                let kind = self.pack.tables.0[usize::from(*table)].kind;
                if never_negative(kind, usize::from(*field)) {
                    Interval::at_least(0)
                } else {
                    of_type(tree.ty)
                }
            }
            Op::Not(inner) => Interval::truth(self.can_hold(inner), self.can_fail(inner)),
            Op::And(..) if contradiction::is_in(self, tree) => Interval::between(0, 0),
            Op::And(left, right) => self.of(left).least(self.of(right)),
            Op::Or(left, right) => self.of(left).greatest(self.of(right)),
            Op::Compare(comparison, left, right) => {
                compared(*comparison, self.of(left), self.of(right))
            }
            Op::Negate(inner) => self.of(inner).negated(),
            Op::Add(left, right) => self.of(left).plus(self.of(right)),
            Op::Subtract(left, right) => self.of(left).plus(self.of(right).negated()),
            Op::Multiply(left, right) => self.of(left).times(self.of(right)),
            Op::Divide(left, right) => self.divided(left, right),
            Op::Greatest(left, right) => self.of(left).greatest(self.of(right)),
            Op::Least(left, right) => self.of(left).least(self.of(right)),
            Op::KnownOr(left, right) => self.of(left).hull(self.of(right)),
            Op::Choose(arms, otherwise) => self.chosen(arms, otherwise),
            Op::Round { .. } => self.rounded(tree),
            Op::Aggregate(aggregate) => self.aggregate(aggregate),
            _ => of_type(tree.ty),
        }
    }

    pub fn of_variable(&self, index: u16) -> Interval {
        let known = self.variables.get(usize::from(index));
        known.copied().unwrap_or(Interval::ANY)
    }

    fn divided(&self, left: &Tree, right: &Tree) -> Interval {
        let shift = scale(right.ty).map_or(1, |scale| 10_i64.pow(scale));
        let shift = Interval::point(Ratio::whole(shift));
        self.of(left).times(shift).over(self.of(right))
    }

    /// All arms that can be taken.
    fn chosen(&self, arms: &[(Tree, Tree)], otherwise: &Tree) -> Interval {
        let mut values: Option<Interval> = None;
        let mut add = |more: Interval| {
            values = Some(values.map_or(more, |before| before.hull(more)));
        };
        for (condition, value) in arms {
            if self.can_hold(condition) {
                add(self.of(value));
            }
            if !self.can_fail(condition) {
                return values.unwrap_or(Interval::ANY);
            }
        }
        add(self.of(otherwise));
        values.unwrap_or(Interval::ANY)
    }

    /// Rounding never turns an order round, so the ends can be rounded.
    fn rounded(&self, tree: &Tree) -> Interval {
        let Op::Round { value, step, mode } = &tree.op else {
            return Interval::ANY;
        };
        let (from, to) = (scale(value.ty).unwrap_or(0), scale(tree.ty).unwrap_or(0));
        let up = 10_i128.pow(to.saturating_sub(from));
        let down = 10_i128.pow(from.saturating_sub(to));
        let end = |end: Ratio| {
            let numerator = end.numerator.checked_mul(up)?;
            let denominator = end.denominator.checked_mul(down)?;
            rounded(numerator, denominator, *step, *mode)
                .and_then(|value| Ratio::new(i128::from(value), 1))
        };
        let values = self.of(value);
        Interval {
            low: values.low.and_then(end),
            high: values.high.and_then(end),
        }
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Interval {
        let nobody = aggregate
            .filter
            .as_ref()
            .is_some_and(|filter| !self.can_hold(filter));
        let value = aggregate.value.as_ref().map(|value| self.of(value));
        match aggregate.kind {
            AggregateKind::Count | AggregateKind::Sum if nobody => Interval::between(0, 0),
            AggregateKind::Count => {
                // A unit has somebody in it.
                let whole = aggregate.table.is_none() && aggregate.filter.is_none();
                Interval::at_least(i64::from(whole))
            }
            AggregateKind::Sum => {
                let value = value.unwrap_or(Interval::ANY);
                let zero = Some(Ratio::ZERO);
                Interval {
                    low: zero.filter(|_| value.is_never_negative()),
                    high: zero.filter(|_| value.high.is_some_and(|high| high <= Ratio::ZERO)),
                }
            }
            AggregateKind::Min | AggregateKind::Max => {
                let empty = aggregate.empty.as_ref().map(|empty| self.of(empty));
                let empty = empty.unwrap_or(Interval::ANY);
                if nobody {
                    empty
                } else {
                    value.unwrap_or(Interval::ANY).hull(empty)
                }
            }
        }
    }
}

pub(super) fn scale(ty: Type) -> Option<u32> {
    match ty {
        Type::Number { scale, .. } => Some(u32::from(scale)),
        _ => None,
    }
}

fn of_type(ty: Type) -> Interval {
    match ty {
        Type::YesNo => Interval::between(0, 1),
        Type::Code(list) => Interval::between(0, list.len() as i64 - 1),
        Type::OwnCode(_) | Type::Number { .. } | Type::Date | Type::Month => Interval::ANY,
    }
}

fn compared(comparison: Comparison, left: Interval, right: Interval) -> Interval {
    let below =
        |one: Option<Ratio>, two: Option<Ratio>| one.zip(two).is_some_and(|(one, two)| one < two);
    let up_to =
        |one: Option<Ratio>, two: Option<Ratio>| one.zip(two).is_some_and(|(one, two)| one <= two);
    let same = left.exact().is_some() && left.exact() == right.exact();
    let apart = below(left.high, right.low) || below(right.high, left.low);
    let (always, never) = match comparison {
        Comparison::Less => (below(left.high, right.low), up_to(right.high, left.low)),
        Comparison::AtMost => (up_to(left.high, right.low), below(right.high, left.low)),
        Comparison::Greater => (below(right.high, left.low), up_to(left.high, right.low)),
        Comparison::AtLeast => (up_to(right.high, left.low), below(left.high, right.low)),
        Comparison::Equal => (same, apart),
        Comparison::Unequal => (apart, same),
    };
    Interval::truth(!always, !never)
}

/// Does this level have one value for the whole unit?
pub(super) fn is_of_unit(level: Level) -> bool {
    matches!(level, Level::Constant | Level::Unit)
}
