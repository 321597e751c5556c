//! Blocks that say what comes out: conditions, categories, programmes, terms, steps.

use super::blocks::{self, Errors};
use super::formulas::formula;
use super::texts::{CONDITION_SLOTS, check_slots};
use super::{
    AmountLine, AtEnd, Category, Condition, HumanStep, Programme, StageRule, Step, Term, standing,
};
use crate::markdown::{Block, Field, Word};
use crate::pack::parameter::Status;
use crate::source::Diagnostic;
use crate::syntax::{Ast, Form, Operator};
use crate::typed::{Level, Op, Scope, Tree, Type, Unit, check};

pub(crate) const CONDITION_KEYS: [&str; 24] = [
    "when unmet",
    "code",
    "law.uz",
    "law.ru",
    "law.en",
    "stage",
    "formula",
    "value",
    "limit",
    "label.uz",
    "label.ru",
    "label.en",
    "met.uz",
    "met.ru",
    "met.en",
    "unmet.uz",
    "unmet.ru",
    "unmet.en",
    "unknown.uz",
    "unknown.ru",
    "unknown.en",
    "advice.uz",
    "advice.ru",
    "advice.en",
];

pub(crate) const CATEGORY_KEYS: [&str; 8] = [
    "when", "share", "law.uz", "law.ru", "law.en", "label.uz", "label.ru", "label.en",
];
/// Besides the lines of the amount.
pub(crate) const PROGRAMME_KEYS: [&str; 9] = [
    "when", "pays", "law.uz", "law.ru", "law.en", "until", "label.uz", "label.ru", "label.en",
];
pub(crate) const TERM_KEYS: [&str; 4] = ["months", "at end", "law", "status"];
pub(crate) const STEPS_KEYS: [&str; 2] = ["when", "law"];

pub fn condition(block: &Block, scope: &Scope, errors: &mut Errors) -> Option<Condition> {
    errors.keys(block, &CONDITION_KEYS);
    let name = errors.keep(block.name())?.clone();
    errors.snake_case(&name);
    for field in &block.fields {
        if !matches!(field.key.text.as_str(), "formula" | "value" | "limit") {
            check_slots(field, &CONDITION_SLOTS, errors);
        }
    }
    let texts = ["label", "met", "unmet", "unknown"].map(|key| errors.text3(block, key));
    let advice = errors.text3_or_none(block, "advice");
    let law = errors.text3(block, "law");
    let code = errors.keep(block.required("code")).map(Field::text);
    let stage = match block.field("stage").map(Field::text).as_deref() {
        None | Some("always") => StageRule::Always,
        Some("final") => StageRule::FinalOnly,
        Some(_) => {
            let place = block.field("stage").map_or(&block.place, Field::place);
            errors.add(place.error(
                "a condition has no such stage",
                "stage: always, or stage: final",
            ));
            return None;
        }
    };
    let formula = errors.keep(yes_no(block, "formula", scope))?;
    let (left, right, comparison) = sides(&formula);
    let value = errors.keep(optional(block, "value", scope))?.or(left);
    let limit = errors.keep(optional(block, "limit", scope))?.or(right);
    let [label, met, unmet, unknown] = texts;
    Some(Condition {
        id: name.text,
        label: label?,
        code: code?,
        law: law?,
        stage,
        when_unmet: standing::when_unmet(block, errors),
        formula,
        value,
        limit,
        comparison,
        met: met?,
        unmet: unmet?,
        unknown: unknown?,
        advice,
    })
}

/// Value, limit and comparison of a formula that is one comparison.
fn sides(
    formula: &Tree,
) -> (
    Option<Tree>,
    Option<Tree>,
    Option<crate::syntax::Comparison>,
) {
    match &formula.op {
        Op::Compare(comparison, left, right) if matches!(left.ty, Type::Number { .. }) => (
            Some((**left).clone()),
            Some((**right).clone()),
            Some(*comparison),
        ),
        // `per_capita < mce or route`: the comparison is what can be shown.
        Op::And(left, right) | Op::Or(left, right) => {
            let shown = sides(left);
            if shown.2.is_some() {
                shown
            } else {
                sides(right)
            }
        }
        _ => (None, None, None),
    }
}

pub fn category(block: &Block, scope: &Scope, errors: &mut Errors) -> Option<Category> {
    errors.keys(block, &CATEGORY_KEYS);
    let id = errors.keep(block.name())?.text.clone();
    let label = errors.text3(block, "label");
    let law = errors.text3(block, "law");
    let when = errors.keep(yes_no(block, "when", scope));
    let share = errors.keep(optional(block, "share", scope))?;
    if let Some(tree) = &share
        && !matches!(
            tree.ty,
            Type::Number {
                unit: Unit::Bare,
                fraction: false,
                ..
            }
        )
    {
        errors.add(tree.place.error("a share is a bare number", "share: 0.75"));
    }
    Some(Category {
        id,
        label: label?,
        law: law?,
        when: when?,
        share,
    })
}

pub fn programme(block: &Block, scope: &Scope, errors: &mut Errors) -> Option<Programme> {
    let line_ids: Vec<Word> = block.fields.iter().filter_map(line_id).collect();
    let mut keys: Vec<String> = PROGRAMME_KEYS.iter().map(|key| (*key).to_owned()).collect();
    for id in &line_ids {
        keys.push(format!("line {}", id.text));
        keys.extend(
            ["uz", "ru", "en"]
                .iter()
                .map(|lang| format!("line {}.{lang}", id.text)),
        );
    }
    errors.keys(block, &keys.iter().map(String::as_str).collect::<Vec<_>>());
    let name = errors.keep(block.name())?.clone();
    errors.snake_case(&name);
    let label = errors.text3(block, "label");
    let law = errors.text3(block, "law");
    let when = errors.keep(yes_no(block, "when", scope));
    let mut lines = Vec::with_capacity(line_ids.len());
    for id in &line_ids {
        let key = format!("line {}", id.text);
        let label = errors.text3(block, &key);
        let formula = errors.keep(money_line(block, &key, scope));
        if let (Some(label), Some(formula)) = (label, formula) {
            lines.push(AmountLine {
                id: id.text.clone(),
                label,
                formula,
            });
        }
    }
    pays(block, line_ids.is_empty(), errors);
    let until = errors.keep(optional(block, "until", scope))?;
    if let Some(tree) = &until
        && tree.ty != Type::Month
    {
        errors.add(tree.place.error(
            format!("`until` is a month, this is {}", tree.ty.word()),
            "month_turning(youngest_born, 18)",
        ));
    }
    Some(Programme {
        id: name.text,
        label: label?,
        law: law?,
        when: when?,
        lines,
        until,
    })
}

/// Lines of money, or the word that there are none.
fn pays(block: &Block, no_lines: bool, errors: &mut Errors) {
    match block.field("pays") {
        None if no_lines => errors.add(block.place.error(
            "a programme without an amount",
            "line base: some_parameter, or pays: nothing",
        )),
        Some(field) if field.text() != "nothing" || !no_lines => errors.add(
            field
                .place()
                .error("what a programme pays stands in its lines", "pays: nothing"),
        ),
        _ => {}
    }
}

fn line_id(field: &Field) -> Option<Word> {
    let id = field.key.text.strip_prefix("line ")?;
    (!id.contains('.')).then(|| Word {
        text: id.trim().to_owned(),
        place: field.key.place.clone(),
    })
}

fn money_line(block: &Block, key: &str, scope: &Scope) -> Result<Tree, Diagnostic> {
    let field = block.required(key)?;
    let tree = check(&formula(field)?, scope, Level::Unit)?;
    match tree.ty {
        Type::Number {
            unit: Unit::Money,
            scale: 2,
            fraction: false,
        } => Ok(tree),
        Type::Number {
            unit: Unit::Money, ..
        } => Err(tree.place.error(
            "a line of an amount is whole tiyin",
            "round(..., 0.01, 'half_up')",
        )),
        other => Err(tree.place.error(
            format!("a line of an amount is money, this is {}", other.word()),
            "money",
        )),
    }
}

pub fn term(block: &Block, errors: &mut Errors) -> Option<(Word, Term)> {
    errors.keys(block, &TERM_KEYS);
    let name = errors.keep(block.name())?.clone();
    let months = errors.keep(
        block
            .required("months")
            .and_then(|field| blocks::count(&field.value[0], 1, 120)),
    );
    let law = errors.keep(block.required("law"));
    let status = errors.keep(block.required("status"));
    if let (Some(law), Some(status)) = (law, status) {
        errors.keep(Status::read("a term", &law.text(), &status.value[0]));
    }
    let at_end = errors.keep(block.required("at end"))?;
    let at_end = match at_end.text().as_str() {
        "reassess" => AtEnd::Reassess,
        "renewal" => AtEnd::Renewal,
        "stop" => AtEnd::Stop,
        _ => {
            errors.add(at_end.place().error(
                "nothing of the kind happens at an end",
                "at end: reassess, renewal or stop",
            ));
            return None;
        }
    };
    Some((
        name,
        Term {
            months: months?,
            at_end,
        },
    ))
}

/// `steps` block: a table of steps and, after `when:`, for whom they are needed.
pub fn steps(block: &Block, scope: &Scope, errors: &mut Errors) -> Option<(Vec<HumanStep>, Tree)> {
    errors.keys(block, &STEPS_KEYS);
    errors.keep(block.required("law"));
    let when = errors.keep(yes_no(block, "when", scope));
    let example = "| step | working days |";
    let mut steps = Vec::new();
    for row in block.rows.iter().skip(1) {
        let [name, days] = row.as_slice() else {
            errors.add(
                row[0]
                    .place
                    .error("a step has a name and a deadline", example),
            );
            continue;
        };
        let step = match name.text.as_str() {
            "visit" => Step::Visit,
            "seven" => Step::Seven,
            _ => {
                errors.add(name.place.error("there is no such step", "visit or seven"));
                continue;
            }
        };
        if let Some(deadline_working_days) = errors.keep(blocks::count(days, 1, 60)) {
            steps.push(HumanStep {
                step,
                deadline_working_days,
            });
        }
    }
    if steps.is_empty() {
        errors.add(block.place.error("a `steps` block without a step", example));
    }
    Some((steps, when?))
}

pub(super) fn yes_no(block: &Block, key: &str, scope: &Scope) -> Result<Tree, Diagnostic> {
    let tree = check(&formula(block.required(key)?)?, scope, Level::Unit)?;
    if tree.ty == Type::YesNo {
        return Ok(tree);
    }
    let message = format!("`{key}` must be yes/no, this is {}", tree.ty.word());
    Err(tree
        .place
        .error(message, "a comparison, as in `per_capita <= mce`"))
}

fn optional(block: &Block, key: &str, scope: &Scope) -> Result<Option<Tree>, Diagnostic> {
    let Some(field) = block.field(key) else {
        return Ok(None);
    };
    let ast: Ast = formula(field)?;
    if let Form::Binary(Operator::Compare(_), ..) = ast.form {
        return Err(ast.place.error(
            format!("`{key}` is one value, not a comparison"),
            "one side of it",
        ));
    }
    check(&ast, scope, Level::Unit).map(Some)
}
