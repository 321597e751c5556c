//! What is known of a node before any family is seen: its value if it depends on no family,
//! how large it can get, whether it can be unknown. It keeps the statement short and
//! tells where 128 bits are needed.

use super::SqlError;
use crate::batch::{Batch, CaseFacts, Cells, KNOWN, Numbered, Stretch, StretchRows, UNKNOWN};
use crate::limits::MEMBERS_MAX;
use crate::plan::eval::{Column, Scratch, evaluate};
use crate::plan::{Node, Operand, Plan, Slot};
use crate::typed::{AggregateKind, Function, Level, case_column, never_negative};
use kernel::facts::ValueType;

pub(super) const LEAST: i128 = i64::MIN as i128;
pub(super) const MOST: i128 = i64::MAX as i128;
/// Rows of one kind in one unit are fewer.
const ROWS_MAX: i128 = 1_000_000_000;
/// The calendar is total over days of 32 bits; months and years follow.
const DAY_LEAST: i128 = i32::MIN as i128;
const DAY_MOST: i128 = i32::MAX as i128;
/// Days and months of a snapshot are nearer than this.
const CALENDAR: i128 = 10_000_000;

/// A node that is the same for every family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fixed {
    pub value: i64,
    pub denominator: i64,
    pub state: u8,
}

/// Values lie between these, whatever is known of them; the denominator is at most `den`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub least: i128,
    pub most: i128,
    pub den: i128,
}

impl Range {
    fn of(least: i128, most: i128) -> Range {
        Range {
            least,
            most,
            den: 1,
        }
    }

    pub fn magnitude(self) -> i128 {
        self.least.abs().max(self.most.abs())
    }

    fn with(self, other: Range) -> Range {
        Range {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
            den: self.den.max(other.den),
        }
    }

    pub fn fits(self) -> bool {
        self.least >= LEAST && self.most <= MOST && self.den <= MOST
    }

    /// What does not fit becomes unknown, with 0 in its place.
    fn clamped(self) -> Range {
        if self.fits() {
            return self;
        }
        Range {
            least: self.least.clamp(LEAST, 0),
            most: self.most.clamp(0, MOST),
            den: self.den.min(MOST),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub fixed: Option<Fixed>,
    pub range: Range,
    /// Never unknown, never a mere lower bound.
    pub sure: bool,
    /// Depends on facts that can be missing.
    pub asks: bool,
}

/// The bounds of every node.
pub(super) fn bounds(plan: &Plan, case: &CaseFacts) -> Result<Vec<Bound>, SqlError> {
    let read = super::verdict::read(plan);
    let fixed = fixed_values(plan, case);
    let territory = case_column("territory");
    let mut bounds: Vec<Bound> = Vec::with_capacity(plan.nodes.len());
    for (slot, operand) in plan.nodes.iter().enumerate() {
        let slot = slot as Slot;
        let known = operand
            .node
            .operands()
            .all(|one| bounds[one as usize].fixed.is_some());
        let free = match operand.node {
            Node::Constant(_) => true,
            // One case for all, but for where each unit lives.
            Node::Case(column) => Some(column) != territory,
            Node::Member(_)
            | Node::Input(_)
            | Node::Scale { .. }
            | Node::Field { .. }
            | Node::Aggregate { .. } => false,
            Node::Lift(_) => known,
            _ => known && matches!(operand.level, Level::Constant | Level::Unit),
        };
        let bound = match operand.node {
            Node::Lift(from) => bounds[from as usize],
            _ if free => of_fixed(fixed[slot as usize]),
            // What no decision reads has no column.
            _ if !read[slot as usize] => of_fixed(NOTHING),
            _ => Look {
                plan,
                bounds: &bounds,
            }
            .bound(slot)?,
        };
        bounds.push(bound);
    }
    Ok(bounds)
}

const NOTHING: Fixed = Fixed {
    value: 0,
    denominator: 1,
    state: UNKNOWN,
};

fn of_fixed(fixed: Fixed) -> Bound {
    Bound {
        fixed: Some(fixed),
        range: Range {
            den: i128::from(fixed.denominator),
            ..Range::of(i128::from(fixed.value), i128::from(fixed.value))
        },
        sure: fixed.state == KNOWN,
        asks: false,
    }
}

/// The nodes' values for one family of nobody in particular: right for every node that
/// depends on no family.
fn fixed_values(plan: &Plan, case: &CaseFacts) -> Vec<Fixed> {
    let nothing = Cells::default();
    let mut alive = Cells::default();
    alive.push(None);
    let wanted: Vec<_> = plan.tables().collect();
    let tables = wanted.iter().map(|wanted| StretchRows {
        asked: &[false],
        owner: &[],
        fields: vec![&nothing; wanted.fields.len()],
    });
    let one = Numbered { first: 0, count: 1 };
    let family = Stretch {
        units: one,
        members: one,
        district: &[0],
        member_unit: &[0],
        role: &[0],
        tie: &[0],
        sex: &[0],
        born: &[0],
        died: &alive,
        tables: tables.collect(),
    };
    let mut batch = Batch::new(plan);
    batch.append_stretch(&family, case);
    let mut scratch = Scratch::default();
    let block = batch.blocks().next().expect("one family, one block");
    evaluate(plan, &batch, &block, &mut scratch);
    let first = |(column, operand): (&Column, &Operand)| match operand.level {
        Level::Constant | Level::Unit => Fixed {
            value: column.value(0),
            denominator: column.denominator(0),
            state: column.state(0),
        },
        Level::Member | Level::Row(_) => NOTHING,
    };
    scratch.columns.iter().zip(&plan.nodes).map(first).collect()
}

struct Look<'a> {
    plan: &'a Plan,
    bounds: &'a [Bound],
}

impl Look<'_> {
    fn range(&self, slot: Slot) -> Range {
        self.bounds[slot as usize].range
    }

    fn sure(&self, slot: Slot) -> bool {
        self.bounds[slot as usize].sure
    }

    fn bound(&self, slot: Slot) -> Result<Bound, SqlError> {
        let operand = self.plan.nodes[slot as usize];
        let exact = self.exact_range(slot)?;
        let sure = match operand.node {
            Node::Member(_) | Node::Case(_) => true,
            Node::Field { .. } => false,
            Node::KnownOr(left, right) => self.sure(left) || self.sure(right),
            Node::Divide { right, .. } => {
                let by = self.range(right);
                self.all_sure(operand.node) && exact.fits() && (by.least > 0 || by.most < 0)
            }
            Node::Aggregate { over, .. } => {
                over == Level::Member && self.all_sure(operand.node) && exact.fits()
            }
            node => self.all_sure(node) && exact.fits(),
        };
        let asks = match operand.node {
            Node::Field { .. } => true,
            Node::Aggregate {
                over: Level::Row(_),
                ..
            } => true,
            node => node.operands().any(|one| self.bounds[one as usize].asks),
        };
        let mut range = exact.clamped();
        if !sure {
            range = range.with(Range::of(0, 0));
        }
        Ok(Bound {
            fixed: None,
            range,
            sure,
            asks: asks && !sure,
        })
    }

    fn all_sure(&self, node: Node) -> bool {
        node.operands().all(|one| self.sure(one))
    }

    /// How large the exact result can get, 64 bits or not.
    fn exact_range(&self, slot: Slot) -> Result<Range, SqlError> {
        let pair = |a: Slot, b: Slot| (self.range(a), self.range(b));
        Ok(match self.plan.nodes[slot as usize].node {
            Node::Constant(value) => Range::of(i128::from(value), i128::from(value)),
            // Only a district's code differs between families.
            Node::Case(_) => Range::of(0, i128::from(u32::MAX)),
            Node::Member(3) => Range::of(-CALENDAR, CALENDAR),
            Node::Member(_) => Range::of(0, 3),
            Node::Field { table, column } => self.field(table, column),
            Node::Input(_) | Node::Scale { .. } => return Err(self.without_sql(slot)),
            Node::Lift(from) => self.range(from),
            Node::Not(_) | Node::And(..) | Node::Or(..) | Node::Compare(..) => Range::of(0, 1),
            Node::Negate(inner) => {
                let inner = self.range(inner);
                Range {
                    least: -inner.most,
                    most: -inner.least,
                    den: inner.den,
                }
            }
            Node::Add(a, b) => sum(pair(a, b), 1),
            Node::Subtract(a, b) => sum(pair(a, b), -1),
            Node::Multiply(a, b) => product(pair(a, b)),
            Node::Divide { left, right, shift } => {
                quotient(pair(left, right), shift).ok_or_else(|| self.too_wide(slot))?
            }
            Node::Greatest(a, b) | Node::Least(a, b) | Node::KnownOr(a, b) => {
                self.range(a).with(self.range(b))
            }
            Node::If { met, unmet, .. } => self.range(met).with(self.range(unmet)),
            Node::Round {
                value,
                up,
                down,
                step,
                ..
            } => {
                let value = self.range(value);
                let divisor = value.den.checked_mul(i128::from(down));
                divisor
                    .and_then(|divisor| divisor.checked_mul(i128::from(step)))
                    .and_then(|divisor| divisor.checked_mul(4))
                    .ok_or_else(|| self.too_wide(slot))?;
                let most = value.magnitude() * i128::from(up) + i128::from(step);
                Range::of(if value.least >= 0 { 0 } else { -most }, most)
            }
            Node::Call {
                function,
                first,
                second,
            } => self.called(slot, function, pair(first, second))?,
            Node::Aggregate {
                kind,
                over,
                value,
                filter,
                empty,
            } => self.gathered(kind, over, value, filter, empty),
        })
    }

    fn too_wide(&self, slot: Slot) -> SqlError {
        SqlError::TooWide(self.plan.name_of(slot))
    }

    fn without_sql(&self, slot: Slot) -> SqlError {
        SqlError::Calculation(self.plan.name_of(slot))
    }

    fn field(&self, table: u16, column: u16) -> Range {
        let layout = &self.plan.layout.tables[usize::from(table)];
        let field = layout.columns.iter().position(|one| *one == Some(column));
        let field = field.expect("a column that is read is a field");
        let kind = layout.table.kind;
        match kind.fields[field].ty {
            ValueType::Money if never_negative(kind, field) => Range::of(0, MOST),
            ValueType::Money | ValueType::Integer | ValueType::Text => Range::of(LEAST, MOST),
            ValueType::Day | ValueType::Month => Range::of(-CALENDAR, CALENDAR),
            ValueType::YesNo => Range::of(0, 1),
            ValueType::Code(list) => Range::of(0, list.len() as i128),
        }
    }

    fn called(
        &self,
        slot: Slot,
        function: Function,
        (a, b): (Range, Range),
    ) -> Result<Range, SqlError> {
        let day = |range: Range| range.least >= DAY_LEAST && range.most <= DAY_MOST;
        let small = |range: Range| range.magnitude() <= 1_000_000;
        let month = |range: Range| range.magnitude() <= 1_000_000_000;
        let (fits, range) = match function {
            Function::CompletedYears => (day(a) && day(b), Range::of(-12_000_000, 12_000_000)),
            Function::YearOf => (day(a), Range::of(-6_000_000, 6_000_000)),
            Function::MonthOf => (day(a), Range::of(-72_000_000, 72_000_000)),
            // Years far beyond the calendar stop at its ends; SQL does not follow there.
            Function::MonthTurning => (
                day(a) && a.magnitude() < 1_000_000_000 && small(b),
                Range::of(-90_000_000, 90_000_000),
            ),
            Function::MonthsBetween => (true, Range::of(b.least - a.most, b.most - a.least)),
            Function::AddMonths => (
                month(a) && month(b),
                Range::of(a.least + b.least, a.most + b.most),
            ),
        };
        if fits {
            Ok(range)
        } else {
            Err(self.too_wide(slot))
        }
    }

    fn gathered(
        &self,
        kind: AggregateKind,
        over: Level,
        value: Option<Slot>,
        filter: Option<Slot>,
        empty: Option<Slot>,
    ) -> Range {
        let rows = if over == Level::Member {
            MEMBERS_MAX as i128
        } else {
            ROWS_MAX
        };
        let value = value.map_or(Range::of(1, 1), |value| self.range(value));
        match kind {
            // Nobody is decided on whose unit has no member.
            AggregateKind::Count if over == Level::Member && filter.is_none() => Range::of(1, rows),
            AggregateKind::Count => Range::of(0, rows),
            AggregateKind::Sum => Range::of(value.least.min(0) * rows, value.most.max(0) * rows),
            AggregateKind::Min | AggregateKind::Max => {
                empty.map_or(value, |empty| value.with(self.range(empty)))
            }
        }
    }
}

fn sum((a, b): (Range, Range), sign: i128) -> Range {
    let b = if sign < 0 {
        Range {
            least: -b.most,
            most: -b.least,
            den: b.den,
        }
    } else {
        b
    };
    if a.den == 1 && b.den == 1 {
        return Range::of(a.least + b.least, a.most + b.most);
    }
    // A denominator may be 1 or as large as it gets: the widest of all.
    let (first, second) = (
        a.magnitude().saturating_mul(b.den),
        b.magnitude().saturating_mul(a.den),
    );
    let most = first.saturating_add(second);
    Range {
        least: -most,
        most,
        den: a.den.saturating_mul(b.den),
    }
}

fn product((a, b): (Range, Range)) -> Range {
    let corners = [
        a.least * b.least,
        a.least * b.most,
        a.most * b.least,
        a.most * b.most,
    ];
    Range {
        least: corners.into_iter().min().unwrap_or(0),
        most: corners.into_iter().max().unwrap_or(0),
        den: a.den.saturating_mul(b.den),
    }
}

/// `None` when the dividend may not fit 128 bits.
fn quotient((a, b): (Range, Range), shift: i64) -> Option<Range> {
    let most = a
        .magnitude()
        .checked_mul(b.den)?
        .checked_mul(i128::from(shift))?;
    let signed = a.least < 0 || b.least < 0;
    Some(Range {
        least: if signed { -most } else { 0 },
        most,
        den: a.den.saturating_mul(b.magnitude()),
    })
}
