//! A plan: a pack on one day, lowered to nodes in the order of evaluation.
//!
//! Parameters have become constants (those announced and in force that day),
//! each variable its version of that day, and equal formulas one node. Nodes
//! have no loops, so a plan's length is its fuel.

mod error;
pub(crate) mod eval;
mod lower;
mod node;

pub use error::PlanError;
pub(crate) use node::{Node, Operand, Slot};

use crate::batch::Batch;
use crate::outcome::Outcomes;
use crate::pack::{Pack, ParameterValue};
use kernel::Day;
use std::sync::Arc;

/// Everything needed to decide on one day.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) pack: Arc<Pack>,
    pub(crate) decided_on: Day,
    pub(crate) nodes: Vec<Operand>,
    pub(crate) layout: Layout,
    pub(crate) conditions: Vec<ConditionSlots>,
    pub(crate) categories: Vec<CategorySlots>,
    pub(crate) programmes: Vec<ProgrammeSlots>,
    pub(crate) steps_when: Option<Slot>,
    /// The stage of the case, read when the pack has steps.
    pub(crate) stage_slot: Option<Slot>,
    pub(crate) rank: Slot,
    pub(crate) groups: Vec<Slot>,
    /// By variable of the pack: where its value stands, if anything uses it.
    pub(crate) variables: Vec<Option<Slot>>,
    /// By parameter of the pack: the value used, if anything uses it.
    pub(crate) used: Vec<Option<ParameterValue>>,
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
    pub fn plan(&self, decided_on: Day) -> Result<Plan, PlanError> {
        Plan::new(self, decided_on)
    }
}

impl Plan {
    pub(crate) fn new(pack: &Pack, decided_on: Day) -> Result<Plan, PlanError> {
        lower::lower(pack, decided_on)
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
        outcomes.clear();
        let mut scratch = std::mem::take(&mut outcomes.scratch);
        for block in batch.blocks() {
            eval::evaluate(self, batch, &block, &mut scratch);
            outcomes.take_block(self, batch, &block, &scratch);
        }
        outcomes.scratch = scratch;
    }
}
