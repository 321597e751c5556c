//! Dated values and formulas that never count.

use super::Blocks;
use crate::markdown::Block;
use crate::pack::{ENDS, Pack, Parameter, ParameterValue};
use crate::source::{Diagnostic, Place};
use kernel::Day;

pub(super) fn check(pack: &Pack, blocks: &Blocks) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let own = pack.parameters().iter().filter_map(|parameter| {
        let block = blocks.find("parameter", &parameter.name)?;
        Some((parameter, block))
    });
    for (parameter, block) in own {
        too_late(pack, parameter, block, &mut found);
    }
    let shared = Blocks::shared(pack);
    for parameter in pack.parameters() {
        let find = |blocks: &'_ Blocks| blocks.find("parameter", &parameter.name).cloned();
        if let Some(block) = find(blocks).or_else(|| find(&shared)) {
            overtaken(parameter, &block, &mut found);
            left_behind(parameter, &block, &mut found);
        }
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
        let newer = parameter.values[at + 1..].iter();
        let newer = newer.filter(|newer| newer.territory == value.territory);
        let newer = newer.map(counts_from).min();
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

/// A territory's last value that the country's newer one does not reach, and that nothing ends.
fn left_behind(parameter: &Parameter, block: &Block, found: &mut Vec<Diagnostic>) {
    let country = parameter.values.iter();
    let country = country.filter(|value| value.territory.is_none());
    let Some(newest) = country.map(|value| value.in_force).max() else {
        return;
    };
    for (at, value) in parameter.values.iter().enumerate() {
        let Some(territory) = value.territory else {
            continue;
        };
        let mut followed = parameter.values[at + 1..].iter();
        let followed = followed.any(|later| later.territory == value.territory);
        let mut ends = parameter.ends.iter();
        let ended = ends.any(|end| end.territory == territory && end.in_force > value.in_force);
        if value.in_force < newest && !followed && !ended {
            let message = format!(
                "this value of `{}` still prevails in its territory over the country's of {newest}",
                parameter.name
            );
            let instead = "the territory's next value, or a row with `-` for a value that ends it";
            found.push(row_place(block, at).warning(message, instead));
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

/// The first cell of a value's row (the table's first row names its columns; rows that end
/// something hold no value).
fn row_place(block: &Block, at: usize) -> &Place {
    let column = block
        .rows
        .first()
        .and_then(|head| head.iter().position(|cell| cell.text == "value"));
    let is_value = |row: &&Vec<crate::markdown::Word>| {
        let value = column.and_then(|column| row.get(column));
        value.is_none_or(|value| value.text != ENDS)
    };
    let row = block.rows.iter().skip(1).filter(is_value).nth(at);
    let cell = row.and_then(|row| row.first());
    cell.map_or(&block.place, |cell| &cell.place)
}
