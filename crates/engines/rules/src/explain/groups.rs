//! What an overview puts side by side, and the groups the unit belongs to.

use super::quantity::Quantity;
use super::{FactUsed, Reader, Said};
use crate::batch::KNOWN;
use crate::outcome::Truth;

/// One value with everything it rests on. It is shown also when it is unknown.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ShownTrace {
    pub name: String,
    pub label: Said,
    /// `None`: unknown.
    pub value: Option<Quantity>,
    /// The facts behind it, each with its source and its day.
    pub facts: Vec<FactUsed>,
}

/// Does the unit belong to a group?
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct GroupTrace {
    pub id: String,
    pub label: Said,
    pub law: Said,
    pub truth: Truth,
}

impl Reader<'_> {
    pub(super) fn shown(&self, facts: &[FactUsed]) -> Vec<ShownTrace> {
        let mut shown = Vec::new();
        for index in &self.plan.pack.shown {
            let Some(slot) = self.plan.variables[usize::from(*index)] else {
                continue;
            };
            let variable = &self.plan.pack.variables[usize::from(*index)];
            let (_, kinds) = self.evidence(slot);
            let behind = facts.iter().filter(|fact| kinds.contains(&fact.kind));
            shown.push(ShownTrace {
                name: variable.name.clone(),
                label: Said::of(&variable.label),
                value: Quantity::read(self.plan, self.scratch, slot, 0),
                facts: behind.cloned().collect(),
            });
        }
        shown
    }

    pub(super) fn groups(&self) -> Vec<GroupTrace> {
        let groups = self.plan.pack.groups.iter().zip(&self.plan.groups);
        let told = groups.map(|(group, slot)| {
            let column = &self.scratch.columns[*slot as usize];
            let truth = match (column.state(0), column.value(0)) {
                (KNOWN, 0) => Truth::NotMet,
                (KNOWN, _) => Truth::Met,
                _ => Truth::Unknown,
            };
            GroupTrace {
                id: group.id.clone(),
                label: Said::of(&group.label),
                law: Said::of(&group.law),
                truth,
            }
        });
        told.collect()
    }
}
