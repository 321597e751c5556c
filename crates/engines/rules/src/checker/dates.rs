//! Dated values and formulas that never count.

use super::Blocks;
use crate::markdown::Block;
use crate::pack::{Pack, Parameter, ParameterValue};
use crate::source::{Diagnostic, Place};
use kernel::Day;

pub(super) fn check(pack: &Pack, blocks: &Blocks) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let own = pack.parameters().iter().filter_map(|parameter| {
        let block = blocks.find("parameter", &parameter.name)?;
        Some((parameter, block))
    });
    for (parameter, block) in own {
        overtaken(parameter, block, &mut found);
        too_late(pack, parameter, block, &mut found);
    }
    for variable in &pack.variables {
        let Some(block) = blocks.find("variable", &variable.name) else {
            continue;
        };
        let late = variable.versions.iter().filter(|(day, _)| {
            let end = pack.in_force().to;
            end.is_some_and(|end| *day >= end)
        });
        for (day, tree) in late {
            let key = format!("formula from {day}");
            let place = block
                .field(&key)
                .map_or(&tree.place, |field| &field.key.place);
            found.push(place.warning(
                format!(
                    "this formula of `{}` never counts: the regime has ended by {day}",
                    variable.name
                ),
                "an earlier day, or take it out",
            ));
        }
    }
    found
}

/// From when a value counts: in force, and announced.
fn counts_from(value: &ParameterValue) -> Day {
    value.in_force.max(value.announced)
}

/// A value announced only when a newer one already counts is used on no day.
fn overtaken(parameter: &Parameter, block: &Block, found: &mut Vec<Diagnostic>) {
    for (at, value) in parameter.values.iter().enumerate() {
        let newer = parameter.values[at + 1..].iter().map(counts_from).min();
        if newer.is_some_and(|newer| newer <= counts_from(value)) {
            let place = row_place(block, at);
            found.push(place.warning(
                format!(
                    "this value of `{}` is used on no day: it was announced on {}, when a newer one counted already",
                    parameter.name, value.announced
                ),
                "look at both dates of the two rows",
            ));
        }
    }
}

/// A value of the regime's own that counts only when the regime has ended.
fn too_late(pack: &Pack, parameter: &Parameter, block: &Block, found: &mut Vec<Diagnostic>) {
    let Some(end) = pack.in_force().to else {
        return;
    };
    for (at, value) in parameter.values.iter().enumerate() {
        if counts_from(value) >= end {
            let place = row_place(block, at);
            found.push(place.warning(
                format!(
                    "this value of `{}` never counts: the regime ends before {end}",
                    parameter.name
                ),
                "an earlier day, or take the row out",
            ));
        }
    }
}

/// The first cell of a value's row (the table's first row names its columns).
fn row_place(block: &Block, at: usize) -> &Place {
    let cell = block.rows.get(at + 1).and_then(|row| row.first());
    cell.map_or(&block.place, |cell| &cell.place)
}
