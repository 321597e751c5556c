//! Texts that say different things in different languages, places of texts that stay
//! empty, and sums that forget the month.

use super::Blocks;
use crate::markdown::{Block, Field};
use crate::pack::{Pack, slots_of};
use crate::source::{Diagnostic, nearest};
use crate::typed::{AggregateKind, Op, Tree, Type};
use kernel::facts::ValueType;
use std::collections::BTreeSet;

pub(super) fn check(pack: &Pack, blocks: &Blocks) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for block in &blocks.0 {
        unlike(block, &mut found);
        nameless(pack, block, &mut found);
    }
    let versions = pack.variables.iter().flat_map(|one| &one.versions);
    let formulas = versions
        .map(|(_, tree)| tree)
        .chain(pack.outcome_formulas());
    formulas.for_each(|tree| monthless(pack, tree, &mut found));
    found
}

/// The same placeholders in every language: a sentence that lacks the limit in one of
/// them tells its readers less.
fn unlike(block: &Block, found: &mut Vec<Diagnostic>) {
    for field in &block.fields {
        let Some(key) = field.key.text.strip_suffix(".uz") else {
            continue;
        };
        let own = slots(field);
        for lang in ["ru", "en"] {
            let Some(other) = block.field(&format!("{key}.{lang}")) else {
                continue;
            };
            let slots = slots(other);
            let missing: Vec<&str> = own.difference(&slots).copied().collect();
            let added: Vec<&str> = slots.difference(&own).copied().collect();
            if missing.is_empty() && added.is_empty() {
                continue;
            }
            let word = if missing.is_empty() { "has" } else { "lacks" };
            let names = if missing.is_empty() { added } else { missing };
            found.push(other.place().warning(
                format!(
                    "`{key}.{lang}` {word} {{{}}}, unlike `{key}.uz`",
                    names.join("}, {")
                ),
                "the same places in each language",
            ));
        }
    }
}

fn slots(field: &Field) -> BTreeSet<&str> {
    field
        .value
        .iter()
        .flat_map(|line| slots_of(&line.text))
        .filter(|slot| !slot.starts_with("param:"))
        .collect()
}

/// `{param:name}` of a parameter that is not there would stay as it is written.
fn nameless(pack: &Pack, block: &Block, found: &mut Vec<Diagnostic>) {
    let known = || pack.parameters().iter().map(|one| one.name.as_str());
    for line in block.fields.iter().flat_map(|field| &field.value) {
        for slot in slots_of(&line.text) {
            let Some(name) = slot.strip_prefix("param:") else {
                continue;
            };
            if known().any(|one| one == name) {
                continue;
            }
            let instead = nearest(name, known()).unwrap_or("a parameter's name");
            found.push(line.place.error(
                format!("there is no parameter `{name}` to put here"),
                format!("{{param:{instead}}}"),
            ));
        }
    }
}

/// A sum over rows that each belong to a month takes every month that the source sent.
fn monthless(pack: &Pack, tree: &Tree, found: &mut Vec<Diagnostic>) {
    tree.visit(&mut |part| {
        let Op::Aggregate(aggregate) = &part.op else {
            return;
        };
        let (AggregateKind::Sum, Some(table)) = (aggregate.kind, aggregate.table) else {
            return;
        };
        let kind = pack.tables.0[usize::from(table)].kind;
        let dated = kind.fields.iter().any(|field| field.ty == ValueType::Month);
        let mut asked = false;
        if let Some(filter) = &aggregate.filter {
            filter.visit(&mut |inner| {
                asked |= matches!(inner.op, Op::Field { .. }) && inner.ty == Type::Month;
            });
        }
        if dated && !asked {
            found.push(part.place.warning(
                format!(
                    "this sums `{}` of every month that its source sent",
                    kind.name
                ),
                format!(
                    "sum(...) filter (where {}.month between window_start and case.window_end)",
                    kind.name
                ),
            ));
        }
    });
}
