//! Parameters, variables and facts that nothing rests on. A fact that is asked for and
//! never read is more than a leftover: an agency would be asked for it about every person.

use super::Blocks;
use crate::markdown::Block;
use crate::pack::Pack;
use crate::source::Diagnostic;
use crate::typed::{Op, Tree};

/// What the outcomes of a pack rest on.
struct Used {
    parameters: Vec<bool>,
    variables: Vec<bool>,
    tables: Vec<bool>,
}

pub(super) fn check(pack: &Pack, blocks: &Blocks) -> Vec<Diagnostic> {
    let used = Used::of(pack, blocks);
    let mut found = Vec::new();
    let mut unused = |kind: &str, name: &str, instead: &str| {
        if let Some(place) = blocks.name_place(kind, name) {
            let message = format!("nothing rests on the {kind} `{name}`");
            found.push(place.warning(message, instead));
        }
    };
    for (parameter, _) in without(pack.parameters(), &used.parameters) {
        unused(
            "parameter",
            &parameter.name,
            "use it in a formula, or take it out",
        );
    }
    for (variable, _) in without(&pack.variables, &used.variables) {
        unused(
            "variable",
            &variable.name,
            "use it in a condition, a category or an amount, or take it out",
        );
    }
    for (table, _) in without(&pack.tables.0, &used.tables) {
        let cell = table_cell(&blocks.0, table.kind.name);
        found.extend(cell.map(|cell| {
            cell.warning(
                format!(
                    "`{}` is asked about people, and no formula reads it",
                    table.kind.name
                ),
                "take the row out: what the law does not need is not asked",
            )
        }));
    }
    found
}

fn without<'a, T>(all: &'a [T], used: &'a [bool]) -> impl Iterator<Item = (&'a T, usize)> {
    let places = (0..all.len()).filter(|at| !used[*at]);
    places.map(|at| (&all[at], at))
}

fn table_cell<'a>(blocks: &'a [Block], kind: &str) -> Option<&'a crate::source::Place> {
    let rows = blocks.iter().filter(|block| block.kind == "facts");
    let cell = rows
        .flat_map(|block| &block.rows)
        .filter_map(|row| row.first())
        .find(|cell| cell.text == kind)?;
    Some(&cell.place)
}

impl Used {
    fn of(pack: &Pack, blocks: &Blocks) -> Used {
        let mut used = Used {
            parameters: vec![false; pack.parameters().len()],
            variables: vec![false; pack.variables.len()],
            tables: vec![false; pack.tables.0.len()],
        };
        if let Some(rank) = pack.rank {
            used.variables[usize::from(rank)] = true;
        }
        pack.outcome_formulas().for_each(|tree| used.mark(tree));
        for shown in &pack.shown {
            used.variables[usize::from(*shown)] = true;
        }
        pack.groups.iter().for_each(|group| used.mark(&group.when));
        // Each variable stands behind what it uses.
        for index in (0..pack.variables.len()).rev() {
            if used.variables[index] {
                let versions = &pack.variables[index].versions;
                versions.iter().for_each(|(_, tree)| used.mark(tree));
            }
        }
        for (at, parameter) in pack.parameters().iter().enumerate() {
            let slot = format!("{{param:{}}}", parameter.name);
            used.parameters[at] |= said(&blocks.0, &slot);
        }
        used
    }

    fn mark(&mut self, tree: &Tree) {
        tree.visit(&mut |part| match &part.op {
            Op::Parameter(index) => self.parameters[usize::from(*index)] = true,
            Op::Variable(index) => self.variables[usize::from(*index)] = true,
            Op::Field { table, .. } => self.tables[usize::from(*table)] = true,
            Op::Aggregate(aggregate) => {
                if let Some(table) = aggregate.table {
                    self.tables[usize::from(table)] = true;
                }
            }
            _ => {}
        });
    }
}

/// Does any text of the pack name it?
fn said(blocks: &[Block], slot: &str) -> bool {
    let lines = blocks
        .iter()
        .flat_map(|block| &block.fields)
        .flat_map(|field| &field.value);
    lines.into_iter().any(|line| line.text.contains(slot))
}
