//! From typed formulas and a day to nodes.

mod territory;

use super::node::{Node, Operand, Slot};
use super::{
    Brackets, CategorySlots, ConditionSlots, Layout, Plan, PlanError, PlanInput, ProgrammeSlots,
    TableLayout,
};
use crate::limits::NODES_MAX;
use crate::outcome::Names;
use crate::pack::{Pack, ParameterValue};
use crate::typed::{CASE_COLUMNS, Function, Level, Op, Tree, Type, case_column};
use kernel::Day;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) fn lower(pack: &Pack, day: Day) -> Result<Plan, PlanError> {
    if pack.is_calculation() {
        return super::calculation::calculation(pack, day, &[], &[]);
    }
    let mut lowering = Lowering::new(pack, day);
    lowering.variables()?;
    let rank = pack.rank.map(|rank| lowering.variable(rank)).transpose()?;
    let conditions = lowering.conditions()?;
    let (categories, programmes) = (lowering.categories()?, lowering.programmes()?);
    let groups = pack
        .groups
        .iter()
        .map(|group| lowering.of_unit(&group.when));
    let groups = groups.collect::<Result<_, _>>()?;
    let steps_when = lowering.optional(pack.steps_when.as_ref())?;
    let members = pack.variables.iter();
    let mut members = members
        .zip(&lowering.variables)
        .filter(|(one, _)| one.counts_members());
    let members = members.next().and_then(|(_, slot)| *slot);
    let stage_slot = pack
        .steps_when
        .as_ref()
        .map(|_| lowering.stage())
        .transpose()?;
    Ok(Plan {
        conditions,
        categories,
        programmes,
        steps_when,
        stage_slot,
        rank,
        members,
        groups,
        ..lowering.plan()
    })
}

fn layout(pack: &Pack) -> Layout {
    let tables = pack.tables.0.iter().map(|table| TableLayout {
        table: table.clone(),
        columns: vec![None; table.kind.fields.len()],
        column_count: 0,
    });
    Layout {
        tables: tables.collect(),
    }
}

/// Which nodes read nothing of a batch.
fn constant(nodes: &[Operand]) -> Vec<bool> {
    let mut constant = Vec::with_capacity(nodes.len());
    for operand in nodes {
        let reads = matches!(
            operand.node,
            Node::Case(_)
                | Node::Member(_)
                | Node::Input(_)
                | Node::Field { .. }
                | Node::Aggregate { .. }
        );
        let mut operands = operand.node.operands();
        constant.push(!reads && operands.all(|slot| constant[slot as usize]));
    }
    constant
}

pub(super) struct Lowering<'a> {
    pub pack: &'a Pack,
    pub day: Day,
    nodes: Vec<Operand>,
    seen: HashMap<Operand, Slot>,
    layout: Layout,
    pub variables: Vec<Option<Slot>>,
    used: Vec<Option<ParameterValue>>,
    pub inputs: Vec<PlanInput>,
    pub scales: Vec<Brackets>,
}

pub(super) type Lowered = Result<Slot, PlanError>;

impl<'a> Lowering<'a> {
    pub(super) fn new(pack: &'a Pack, day: Day) -> Lowering<'a> {
        Lowering {
            pack,
            day,
            nodes: Vec::new(),
            seen: HashMap::new(),
            layout: layout(pack),
            variables: vec![None; pack.variables.len()],
            used: vec![None; pack.parameters.len()],
            inputs: Vec::new(),
            scales: Vec::new(),
        }
    }

    /// The plan of the nodes, without outcomes.
    pub(super) fn plan(self) -> Plan {
        Plan {
            pack: Arc::new(self.pack.clone()),
            decided_on: self.day,
            constant: constant(&self.nodes).into(),
            names: Arc::new(Names::of(self.pack)),
            nodes: self.nodes,
            layout: self.layout,
            conditions: Vec::new(),
            categories: Vec::new(),
            programmes: Vec::new(),
            steps_when: None,
            stage_slot: None,
            rank: None,
            members: None,
            groups: Vec::new(),
            inputs: self.inputs,
            scales: self.scales,
            variables: self.variables,
            used: self.used,
        }
    }

    fn conditions(&mut self) -> Result<Vec<ConditionSlots>, PlanError> {
        let pack = self.pack;
        let lowered = pack.conditions.iter().map(|condition| {
            Ok(ConditionSlots {
                truth: self.of_unit(&condition.formula)?,
                value: self.optional(condition.value.as_ref())?,
                limit: self.optional(condition.limit.as_ref())?,
            })
        });
        lowered.collect()
    }

    fn categories(&mut self) -> Result<Vec<CategorySlots>, PlanError> {
        let pack = self.pack;
        let lowered = pack.categories.iter().map(|category| {
            let share = self.optional(category.share.as_ref())?;
            Ok(CategorySlots {
                when: self.of_unit(&category.when)?,
                share,
            })
        });
        lowered.collect()
    }

    fn programmes(&mut self) -> Result<Vec<ProgrammeSlots>, PlanError> {
        let pack = self.pack;
        let lowered = pack.programmes.iter().map(|programme| {
            let lines = programme
                .lines
                .iter()
                .map(|line| self.of_unit(&line.formula));
            let lines = lines.collect::<Result<_, _>>()?;
            let when = self.of_unit(&programme.when)?;
            Ok(ProgrammeSlots {
                when,
                lines,
                until: self.optional(programme.until.as_ref())?,
            })
        });
        lowered.collect()
    }

    fn of_unit(&mut self, tree: &Tree) -> Lowered {
        let slot = self.tree(tree)?;
        self.lifted(slot, Level::Unit)
    }

    fn stage(&mut self) -> Lowered {
        self.case("stage")
    }

    fn case(&mut self, column: &str) -> Lowered {
        let place = case_column(column).expect("a column of the case");
        let (_, ty) = CASE_COLUMNS[usize::from(place)];
        self.push(Node::Case(place), Level::Unit, ty)
    }

    fn optional(&mut self, tree: Option<&Tree>) -> Result<Option<Slot>, PlanError> {
        tree.map(|tree| self.of_unit(tree)).transpose()
    }

    pub(super) fn push(&mut self, node: Node, level: Level, ty: Type) -> Lowered {
        let operand = Operand { node, level, ty };
        if let Some(slot) = self.seen.get(&operand) {
            return Ok(*slot);
        }
        if self.nodes.len() >= NODES_MAX {
            return Err(PlanError::TooLarge);
        }
        let slot = self.nodes.len() as Slot;
        self.nodes.push(operand);
        self.seen.insert(operand, slot);
        Ok(slot)
    }

    /// The slot as seen from a finer level.
    fn lifted(&mut self, slot: Slot, level: Level) -> Lowered {
        let operand = self.nodes[slot as usize];
        if operand.level == level {
            return Ok(slot);
        }
        self.push(Node::Lift(slot), level, operand.ty)
    }

    /// All variables in use, in the pack's order: each stands behind what it uses,
    /// so a long chain of them is no deep recursion.
    fn variables(&mut self) -> Result<(), PlanError> {
        let pack = self.pack;
        let mut wanted = vec![false; pack.variables.len()];
        if let Some(rank) = pack.rank {
            wanted[usize::from(rank)] = true;
        }
        pack.shown
            .iter()
            .for_each(|index| wanted[usize::from(*index)] = true);
        pack.outcome_formulas()
            .for_each(|tree| tree.mark_variables(&mut wanted));
        self.mark_used(&mut wanted);
        for index in (0..wanted.len()).filter(|index| wanted[*index]) {
            self.variable(index as u16)?;
        }
        Ok(())
    }

    /// Marks what the marked variables use, except behind those that are given.
    pub(super) fn mark_used(&self, wanted: &mut [bool]) {
        for index in (0..wanted.len()).rev() {
            let computed = wanted[index] && self.variables[index].is_none();
            if let Some(tree) = self.pack.variables[index].at(self.day).filter(|_| computed) {
                tree.mark_variables(wanted);
            }
        }
    }

    pub(super) fn variable(&mut self, index: u16) -> Lowered {
        if let Some(slot) = self.variables[usize::from(index)] {
            return Ok(slot);
        }
        let variable = &self.pack.variables[usize::from(index)];
        let Some(tree) = variable.at(self.day) else {
            return Err(PlanError::FormulaNotInForce {
                name: variable.name.clone(),
                day: self.day,
            });
        };
        let slot = self.tree(tree)?;
        let slot = self.lifted(slot, variable.level)?;
        self.variables[usize::from(index)] = Some(slot);
        Ok(slot)
    }

    fn parameter(&mut self, index: u16, ty: Type) -> Lowered {
        let parameter = &self.pack.parameters[usize::from(index)];
        let Some(value) = parameter.at(self.day) else {
            return Err(PlanError::ParameterUnknown {
                name: parameter.name.clone(),
                day: self.day,
                parameter: index,
            });
        };
        self.used[usize::from(index)] = Some(value.clone());
        let country = self.push(Node::Constant(value.value), Level::Constant, ty)?;
        if parameter.by_territory() {
            return self.by_territory(index, country, ty);
        }
        Ok(country)
    }

    fn field(&mut self, table: u16, field: u16, tree: &Tree) -> Lowered {
        let layout = &mut self.layout.tables[usize::from(table)];
        let column = match layout.columns[usize::from(field)] {
            Some(column) => column,
            None => {
                let column = layout.column_count;
                layout.columns[usize::from(field)] = Some(column);
                layout.column_count += 1;
                column
            }
        };
        self.push(Node::Field { table, column }, tree.level, tree.ty)
    }

    /// Two operands, both seen from the level of the whole.
    fn pair(&mut self, left: &Tree, right: &Tree, level: Level) -> Result<(Slot, Slot), PlanError> {
        let left = self.tree(left)?;
        let left = self.lifted(left, level)?;
        let right = self.tree(right)?;
        Ok((left, self.lifted(right, level)?))
    }

    pub(super) fn one(&mut self, inner: &Tree, level: Level) -> Lowered {
        let slot = self.tree(inner)?;
        self.lifted(slot, level)
    }

    fn tree(&mut self, tree: &Tree) -> Lowered {
        let (level, ty) = (tree.level, tree.ty);
        let node = match &tree.op {
            Op::Constant(value) => Node::Constant(*value),
            Op::Parameter(index) => return self.parameter(*index, ty),
            Op::Variable(index) => return self.variable(*index),
            Op::Case(column) => match CASE_COLUMNS[usize::from(*column)].0 {
                // The plan is of that day: it is the same for all.
                "decided_on" => {
                    let day = Node::Constant(i64::from(self.day.0));
                    return self.push(day, Level::Constant, ty);
                }
                _ => Node::Case(*column),
            },
            Op::Input(index) => {
                let input = &self.pack.inputs[usize::from(*index)];
                return self.input(&input.name, input.level, input.ty);
            }
            Op::Scale(scale, value) => return self.scale(*scale, value, level, ty),
            Op::Member(column) => Node::Member(*column),
            Op::Field { table, field } => return self.field(*table, *field, tree),
            Op::Not(inner) => Node::Not(self.one(inner, level)?),
            Op::Negate(inner) => Node::Negate(self.one(inner, level)?),
            Op::Divide(left, right) => {
                let shift = digits(right.ty).map_or(1, |scale| 10_i64.pow(scale));
                let (left, right) = self.pair(left, right, level)?;
                Node::Divide { left, right, shift }
            }
            Op::And(left, right) => self.both(Node::And, left, right, level)?,
            Op::Or(left, right) => self.both(Node::Or, left, right, level)?,
            Op::Add(left, right) => self.both(Node::Add, left, right, level)?,
            Op::Subtract(left, right) => self.both(Node::Subtract, left, right, level)?,
            Op::Multiply(left, right) => self.both(Node::Multiply, left, right, level)?,
            Op::Greatest(left, right) => self.both(Node::Greatest, left, right, level)?,
            Op::Least(left, right) => self.both(Node::Least, left, right, level)?,
            Op::KnownOr(left, right) => self.both(Node::KnownOr, left, right, level)?,
            Op::Compare(comparison, left, right) => {
                let (left, right) = self.pair(left, right, level)?;
                Node::Compare(*comparison, left, right)
            }
            Op::Choose(arms, otherwise) => return self.choose(arms, otherwise, level, ty),
            Op::Round { value, step, mode } => {
                let (from, to) = (digits(value.ty).unwrap_or(0), digits(ty).unwrap_or(0));
                let up = 10_i64.pow(to.saturating_sub(from));
                let down = 10_i64.pow(from.saturating_sub(to));
                Node::Round {
                    value: self.one(value, level)?,
                    up,
                    down,
                    step: *step,
                    mode: *mode,
                }
            }
            Op::Call(function, arguments) => self.call(*function, arguments, level)?,
            Op::Aggregate(_) => return self.aggregate(tree),
        };
        self.push(node, level, ty)
    }

    fn both(
        &mut self,
        node: impl FnOnce(Slot, Slot) -> Node,
        left: &Tree,
        right: &Tree,
        level: Level,
    ) -> Result<Node, PlanError> {
        let (left, right) = self.pair(left, right, level)?;
        Ok(node(left, right))
    }

    /// `CASE` becomes a chain of choices, built from its end.
    fn choose(
        &mut self,
        arms: &[(Tree, Tree)],
        otherwise: &Tree,
        level: Level,
        ty: Type,
    ) -> Lowered {
        let mut unmet = self.one(otherwise, level)?;
        for (condition, value) in arms.iter().rev() {
            let (condition, met) = self.pair(condition, value, level)?;
            unmet = self.push(
                Node::If {
                    condition,
                    met,
                    unmet,
                },
                level,
                ty,
            )?;
        }
        Ok(unmet)
    }

    fn call(
        &mut self,
        function: Function,
        arguments: &[Tree],
        level: Level,
    ) -> Result<Node, PlanError> {
        let first = self.one(&arguments[0], level)?;
        let second = match arguments.get(1) {
            Some(second) => self.one(second, level)?,
            None => first,
        };
        Ok(Node::Call {
            function,
            first,
            second,
        })
    }

    fn aggregate(&mut self, tree: &Tree) -> Lowered {
        let Op::Aggregate(aggregate) = &tree.op else {
            unreachable!("called for aggregates only")
        };
        let over = aggregate.table.map_or(Level::Member, Level::Row);
        let mut inner = |part: &Option<Tree>, level: Level| {
            part.as_ref().map(|part| self.one(part, level)).transpose()
        };
        let value = inner(&aggregate.value, over)?;
        let filter = inner(&aggregate.filter, over)?;
        let empty = inner(&aggregate.empty, tree.level)?;
        self.push(
            Node::Aggregate {
                kind: aggregate.kind,
                over,
                value,
                filter,
                empty,
            },
            tree.level,
            tree.ty,
        )
    }
}

pub(super) fn digits(ty: Type) -> Option<u32> {
    match ty {
        Type::Number { scale, .. } => Some(u32::from(scale)),
        _ => None,
    }
}
