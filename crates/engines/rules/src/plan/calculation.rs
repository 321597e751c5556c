//! The plan of a calculation: its inputs, the variables wanted, and scales.

use super::lower::{Lowered, Lowering, digits};
use super::node::Node;
use super::{Brackets, Plan, PlanError, PlanInput};
use crate::pack::{Pack, Scale, ScaleKind, ScaleVersion};
use crate::typed::{Level, Tree, Type};
use kernel::Day;

/// The plan of a calculation: the variables wanted (all, if none is named).
pub(super) fn calculation(
    pack: &Pack,
    day: Day,
    wanted: &[&str],
    given: &[&str],
) -> Result<Plan, PlanError> {
    let mut lowering = Lowering::new(pack, day);
    for name in given {
        let index = variable_named(pack, name)?;
        let variable = &pack.variables[usize::from(index)];
        let slot = lowering.input(&variable.name, variable.level, variable.ty)?;
        lowering.variables[usize::from(index)] = Some(slot);
    }
    let all = 0..pack.variables.len() as u16;
    let wanted: Vec<u16> = wanted
        .iter()
        .map(|name| variable_named(pack, name))
        .collect::<Result<_, _>>()?;
    let mut marked = vec![wanted.is_empty(); pack.variables.len()];
    wanted
        .iter()
        .for_each(|index| marked[usize::from(*index)] = true);
    lowering.mark_used(&mut marked);
    for index in all.filter(|index| marked[usize::from(*index)]) {
        lowering.variable(index)?;
    }
    Ok(lowering.plan())
}

fn variable_named(pack: &Pack, name: &str) -> Result<u16, PlanError> {
    let place = pack
        .variables
        .iter()
        .position(|variable| variable.name == name);
    place
        .map(|place| place as u16)
        .ok_or_else(|| PlanError::NoVariable(name.to_owned()))
}

impl Lowering<'_> {
    /// A column of the batch, the same for every use of one name.
    pub(super) fn input(&mut self, name: &str, level: Level, ty: Type) -> Lowered {
        let known = self.inputs.iter().position(|input| input.name == name);
        let index = known.unwrap_or_else(|| {
            let name = name.to_owned();
            self.inputs.push(PlanInput { name, level, ty });
            self.inputs.len() - 1
        });
        self.push(Node::Input(index as u16), level, ty)
    }

    pub(super) fn scale(&mut self, index: u16, value: &Tree, level: Level, ty: Type) -> Lowered {
        let scale = &self.pack.scales[usize::from(index)];
        let name = || scale.name.clone();
        let Some(version) = scale.at(self.day) else {
            return Err(PlanError::ScaleUnknown {
                name: name(),
                day: self.day,
                scale: index,
            });
        };
        let brackets = brackets(scale, version, value.ty);
        let brackets = brackets.ok_or_else(|| PlanError::ScaleTooLarge {
            name: name(),
            scale: index,
        })?;
        let known = self.scales.iter().position(|known| *known == brackets);
        let place = known.unwrap_or(self.scales.len());
        if known.is_none() {
            self.scales.push(brackets);
        }
        let value = self.one(value, level)?;
        let brackets = place as u16;
        self.push(Node::Scale { brackets, value }, level, ty)
    }
}

/// Thresholds (and amounts) at the scale of the value; `None` when they do not fit.
fn brackets(scale: &Scale, version: &ScaleVersion, value: Type) -> Option<Brackets> {
    let (own, of_value) = (digits(scale.ty)?, digits(value)?);
    let factor = 10_i64.pow(of_value.checked_sub(own)?);
    let up = |value: i64| value.checked_mul(factor);
    let thresholds = version.brackets.iter().map(|one| up(one.threshold));
    let thresholds = thresholds.collect::<Option<Vec<i64>>>()?;
    let values = version.brackets.iter().map(|one| match scale.kind {
        ScaleKind::MarginalRate => Some(one.value),
        ScaleKind::SingleAmount | ScaleKind::MarginalAmount => up(one.value),
    });
    let values = values.collect::<Option<Vec<i64>>>()?;
    // Rates and amounts are never below zero, so that sums of them only rise.
    let rising = scale.kind != ScaleKind::SingleAmount || values.is_sorted();
    Some(Brackets {
        kind: scale.kind,
        thresholds,
        values,
        rising,
    })
}
