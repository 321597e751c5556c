//! A plan: a pack on one day, lowered to nodes in the order of evaluation.
//!
//! Parameters have become constants (those announced and in force that day),
//! each variable its version of that day, and equal formulas one node. Nodes
//! have no loops, so a plan's length is its fuel.

mod calculation;
mod error;
pub(crate) mod eval;
mod lower;
mod name;
mod node;

pub use error::PlanError;
pub(crate) use node::{Node, Operand, Slot};

use crate::batch::Batch;
use crate::outcome::{Names, Outcomes};
use crate::pack::{Pack, ParameterValue, ScaleKind};
use crate::typed::{Level, Type, case_column};
use kernel::Day;
use std::sync::Arc;

/// Everything needed to decide on one day.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) pack: Arc<Pack>,
    pub(crate) decided_on: Day,
    pub(crate) nodes: Vec<Operand>,
    /// By node: is its value the same for everybody, so that it is computed once?
    pub(crate) constant: Arc<[bool]>,
    pub(crate) names: Arc<Names>,
    pub(crate) layout: Layout,
    pub(crate) conditions: Vec<ConditionSlots>,
    pub(crate) categories: Vec<CategorySlots>,
    pub(crate) programmes: Vec<ProgrammeSlots>,
    pub(crate) steps_when: Option<Slot>,
    /// The stage of the case, read when the pack has steps.
    pub(crate) stage_slot: Option<Slot>,
    /// None in a calculation.
    pub(crate) rank: Option<Slot>,
    /// The pack's own count of a unit's members, if it has one.
    pub(crate) members: Option<Slot>,
    pub(crate) groups: Vec<Slot>,
    /// What the batch must be given, in this order.
    pub(crate) inputs: Vec<PlanInput>,
    pub(crate) scales: Vec<Brackets>,
    /// By variable of the pack: where its value stands, if anything uses it.
    pub(crate) variables: Vec<Option<Slot>>,
    /// By parameter of the pack: the value used, if anything uses it.
    pub(crate) used: Vec<Option<ParameterValue>>,
}

/// A column that the batch is handed: a declared input, or a variable that is given
/// and not computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanInput {
    pub name: String,
    pub level: Level,
    pub ty: Type,
}

/// A scale on the plan's day, at the scale of the values it is applied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Brackets {
    pub kind: ScaleKind,
    /// Ascending.
    pub thresholds: Vec<i64>,
    /// Rates or amounts.
    pub values: Vec<i64>,
    /// A greater value never gives less.
    pub rising: bool,
}

/// Which fields of which tables the plan reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    pub tables: Vec<TableLayout>,
}

#[derive(Debug, Clone)]
pub(crate) struct TableLayout {
    pub table: crate::typed::Table,
    /// By field of the kind: the column it is loaded into, if it is read.
    pub columns: Vec<Option<u16>>,
    pub column_count: u16,
}

#[derive(Debug, Clone)]
pub(crate) struct ConditionSlots {
    pub truth: Slot,
    pub value: Option<Slot>,
    pub limit: Option<Slot>,
}

#[derive(Debug, Clone)]
pub(crate) struct CategorySlots {
    pub when: Slot,
    pub share: Option<Slot>,
}

#[derive(Debug, Clone)]
pub(crate) struct ProgrammeSlots {
    pub when: Slot,
    pub lines: Vec<Slot>,
    pub until: Option<Slot>,
}

impl Pack {
    /// The plan of a day: the parameters known and in force on it.
    /// A calculation has none: see [`Pack::calculation`].
    pub fn plan(&self, decided_on: Day) -> Result<Plan, PlanError> {
        if self.is_calculation() {
            return Err(PlanError::Calculation(self.id().to_owned()));
        }
        Plan::new(self, decided_on)
    }

    /// The plan of a calculation on a day: the variables wanted (all, if none is
    /// named), and those that are given as inputs and not computed.
    pub fn calculation(
        &self,
        day: Day,
        wanted: &[&str],
        given: &[&str],
    ) -> Result<Plan, PlanError> {
        calculation::calculation(self, day, wanted, given)
    }
}

impl Plan {
    pub(crate) fn new(pack: &Pack, decided_on: Day) -> Result<Plan, PlanError> {
        lower::lower(pack, decided_on)
    }

    /// The columns that the batch must be given, in this order.
    pub fn inputs(&self) -> &[PlanInput] {
        &self.inputs
    }

    /// Does any formula read this column of the case?
    pub(crate) fn reads_case(&self, column: &str) -> bool {
        let read = case_column(column).map(Node::Case);
        self.nodes.iter().any(|operand| Some(operand.node) == read)
    }

    /// The value of a parameter that was used for a unit of a district, if anything uses it.
    pub(crate) fn used_at(&self, index: usize, district: u32) -> Option<&ParameterValue> {
        let used = self.used[index].as_ref()?;
        let parameter = &self.pack.parameters[index];
        if parameter.by_territory() {
            return parameter.at_place(self.decided_on, district);
        }
        Some(used)
    }

    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    pub fn decided_on(&self) -> Day {
        self.decided_on
    }

    /// Formulas that matter only when all conditions are met.
    pub(crate) fn award_slots(&self) -> impl Iterator<Item = Slot> + '_ {
        let categories = self
            .categories
            .iter()
            .flat_map(|category| [Some(category.when), category.share]);
        let programmes = self.programmes.iter().map(|programme| Some(programme.when));
        let lines = self
            .programmes
            .iter()
            .flat_map(|programme| programme.lines.iter().map(|line| Some(*line)));
        let shown = self.pack.shown.iter();
        let shown = shown.map(|index| self.variables[usize::from(*index)]);
        let groups = self.groups.iter().map(|slot| Some(*slot));
        categories
            .chain(programmes)
            .chain(lines)
            .chain(groups)
            .chain(shown)
            .flatten()
    }

    /// Decides every unit of the batch. One case is a batch of one.
    pub fn decide(&self, batch: &Batch, outcomes: &mut Outcomes) {
        assert!(
            !self.pack.is_calculation(),
            "a calculation decides about nobody"
        );
        outcomes.clear();
        let mut scratch = std::mem::take(&mut outcomes.scratch);
        for block in batch.blocks() {
            eval::evaluate(self, batch, &block, &mut scratch);
            outcomes.take_block(self, batch, &block, &scratch);
        }
        outcomes.scratch = scratch;
    }
}
