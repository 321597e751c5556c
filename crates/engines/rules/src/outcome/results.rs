//! What a calculation gives: its variables, one column each.

use crate::batch::{Batch, Block, KNOWN};
use crate::plan::eval::{self, Column, Fault, Scratch};
use crate::plan::{Plan, Slot};
use crate::typed::{Level, Type};

/// The results of one batch. Kept and refilled, so that the hot path does not allocate.
#[derive(Debug, Default)]
pub struct Results {
    columns: Vec<ResultColumn>,
    faults: Vec<Fault>,
    scratch: Scratch,
}

/// One variable over all units or members of a batch.
#[derive(Debug)]
pub struct ResultColumn {
    pub name: String,
    pub level: Level,
    pub ty: Type,
    slot: Slot,
    /// Numerators at the scale of the type.
    values: Vec<i64>,
    /// Empty: all are whole.
    denominators: Vec<i64>,
    /// Empty: all are known.
    states: Vec<u8>,
}

/// A value as it was computed: `numerator / denominator` at the scale of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExactValue {
    pub numerator: i64,
    pub denominator: i64,
}

impl Plan {
    /// Computes the variables of a calculation for every unit of the batch.
    pub fn calculate(&self, batch: &Batch, results: &mut Results) {
        results.begin(self);
        let mut scratch = std::mem::take(&mut results.scratch);
        for block in batch.blocks() {
            eval::evaluate(self, batch, &block, &mut scratch);
            results.take_block(&block, &scratch);
        }
        results.scratch = scratch;
    }
}

impl Results {
    pub fn new() -> Results {
        Results::default()
    }

    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    pub fn column(&self, name: &str) -> Option<&ResultColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The units in which a formula overflowed or divided by nothing, and its name.
    pub fn faults<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (usize, String)> + 'a {
        self.faults
            .iter()
            .map(|fault| (fault.unit, plan.name_of(fault.slot)))
    }

    fn begin(&mut self, plan: &Plan) {
        self.faults.clear();
        let slots = plan.variables.iter().enumerate();
        let slots: Vec<(usize, Slot)> = slots
            .filter_map(|(index, slot)| slot.map(|slot| (index, slot)))
            .collect();
        let name = |index: usize| &plan.pack.variables[index].name;
        let same = self.columns.len() == slots.len()
            && (self.columns.iter().zip(&slots)).all(|(column, (index, slot))| {
                column.slot == *slot && column.name == *name(*index)
            });
        if same {
            self.columns.iter_mut().for_each(ResultColumn::clear);
            return;
        }
        let columns = slots.into_iter().map(|(index, slot)| {
            let variable = &plan.pack.variables[index];
            ResultColumn {
                name: variable.name.clone(),
                level: variable.level,
                ty: variable.ty,
                slot,
                values: Vec::new(),
                denominators: Vec::new(),
                states: Vec::new(),
            }
        });
        self.columns = columns.collect();
    }

    fn take_block(&mut self, block: &Block, scratch: &Scratch) {
        self.faults.extend_from_slice(&scratch.faults);
        for column in &mut self.columns {
            let count = block.range(column.level).len();
            column.take(&scratch.columns[column.slot as usize], count);
        }
    }
}

impl ResultColumn {
    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// `None`: unknown, or only a lower bound is known.
    pub fn value(&self, index: usize) -> Option<ExactValue> {
        (self.states.get(index).copied().unwrap_or(KNOWN) == KNOWN).then(|| ExactValue {
            numerator: self.values[index],
            denominator: self.denominators.get(index).copied().unwrap_or(1),
        })
    }

    /// Numerators of all elements; those of unknown ones mean nothing.
    pub fn numerators(&self) -> &[i64] {
        &self.values
    }

    pub fn unknown_count(&self) -> usize {
        self.states.iter().filter(|state| **state != KNOWN).count()
    }

    fn clear(&mut self) {
        self.values.clear();
        self.denominators.clear();
        self.states.clear();
    }

    fn take(&mut self, column: &Column, count: usize) {
        let before = self.values.len();
        column.append_values(count, &mut self.values);
        column.append_denominators(before, count, &mut self.denominators);
        column.append_states(before, count, &mut self.states);
    }
}
