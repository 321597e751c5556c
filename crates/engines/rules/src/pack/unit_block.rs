//! The `unit` block: how the kernel composes the unit of assessment.

use super::blocks::Errors;
use crate::markdown::{Block, Word};
use crate::source::Diagnostic;
use kernel::kin::{Include, Tie, UnitBlock};

pub(crate) const RULES: &str = "`applicant`, `spouse of applicant`, \
     `children of applicant or spouse under 18 [own, adopted, ward]`, `residents of dwelling`";

pub fn read(block: &Block, errors: &mut Errors) -> Option<UnitBlock> {
    let name = errors.keep(block.name())?.text.clone();
    if let Some(field) = block.fields.first() {
        errors.add(field.key.place.error("a `unit` block has no keys", RULES));
    }
    let mut include = Vec::new();
    for line in &block.lines {
        if line.text == "applicant" {
            continue;
        }
        include.extend(errors.keep(rule(line)));
    }
    Some(UnitBlock { name, include })
}

fn rule(line: &Word) -> Result<Include, Diagnostic> {
    let unknown = || {
        line.place
            .error("no such rule of composition", format!("one of: {RULES}"))
    };
    match line.text.as_str() {
        "spouse of applicant" => return Ok(Include::Spouse),
        "residents of dwelling" => return Ok(Include::Residents),
        _ => {}
    }
    let rest = line
        .text
        .strip_prefix("children of applicant or spouse under ")
        .ok_or_else(unknown)?;
    let (years, ties) = rest.split_once(' ').ok_or_else(unknown)?;
    let under_years = years
        .parse()
        .ok()
        .filter(|years| (1..=30).contains(years))
        .ok_or_else(unknown)?;
    let ties = ties
        .trim()
        .strip_prefix('[')
        .and_then(|ties| ties.strip_suffix(']'))
        .ok_or_else(unknown)?;
    let ties = ties
        .split(',')
        .map(|tie| Tie::named(tie.trim()))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(unknown)?;
    Ok(Include::Children { under_years, ties })
}
