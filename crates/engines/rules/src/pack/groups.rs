//! Blocks of an overview: `group` (who is of interest, and by which law or
//! source) and `shown` (which variables stand side by side, none hidden in a score).

use super::blocks::Errors;
use super::outcome_blocks::yes_no;
use crate::markdown::Block;
use crate::source::nearest;
use crate::typed::{Level, Scope, Tree};
use kernel::Text3;

/// People of interest: named, with the law or source that names them.
#[derive(Debug, Clone)]
pub struct Group {
    pub id: String,
    pub label: Text3,
    pub law: Text3,
    pub when: Tree,
}

pub(crate) const GROUP_KEYS: [&str; 7] = [
    "when", "law.uz", "law.ru", "law.en", "label.uz", "label.ru", "label.en",
];

pub fn group(block: &Block, scope: &Scope, errors: &mut Errors) -> Option<Group> {
    errors.keys(block, &GROUP_KEYS);
    let name = errors.keep(block.name())?.clone();
    errors.snake_case(&name);
    let (label, law) = (errors.text3(block, "label"), errors.text3(block, "law"));
    let when = errors.keep(yes_no(block, "when", scope));
    Some(Group {
        id: name.text,
        label: label?,
        law: law?,
        when: when?,
    })
}

/// The variables of a `shown` block, each once.
pub fn shown(block: &Block, scope: &Scope, errors: &mut Errors) -> Vec<u16> {
    errors.keys(block, &[]);
    let mut shown = Vec::new();
    for row in block.rows.iter().skip(1) {
        let word = &row[0];
        match scope.variables.get(&word.text) {
            Some((index, _, Level::Unit)) if !shown.contains(index) => shown.push(*index),
            Some((_, _, Level::Unit)) => errors.add(
                word.place
                    .error("this variable stands here twice", "one row a variable"),
            ),
            Some(_) => errors.add(word.place.error(
                "only variables of the unit are shown",
                "sum or count it over the members first",
            )),
            None => {
                let known = scope.variables.keys().map(String::as_str);
                let near = nearest(&word.text, known).unwrap_or("per_capita");
                let message = format!("there is no variable `{}`", word.text);
                errors.add(word.place.error(message, format!("did you mean `{near}`?")));
            }
        }
    }
    if shown.is_empty() {
        errors.add(
            block
                .place
                .error("a `shown` block without a variable", "| per_capita |"),
        );
    }
    shown
}
