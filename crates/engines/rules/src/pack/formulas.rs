//! Variables: parsing their formulas, ordering them, and typing them.

use super::blocks::{self, Errors};
use super::input_block::stretch;
use super::{Stretch, Variable};
use crate::markdown::{Block, Field, Word};
use crate::source::Diagnostic;
use crate::syntax::{self, Ast, Form};
use crate::typed::{Level, Op, Rounding, Scope, Tree, Type, Unit, all_alike, check, rounded};
use kernel::{Day, Text3};
use std::collections::BTreeMap;

/// A variable whose formulas are parsed and not yet typed.
#[derive(Debug)]
pub struct Draft {
    name: Word,
    label: Text3,
    level: Level,
    declared: Word,
    period: Stretch,
    round: Option<(Word, String, Rounding)>,
    versions: Vec<(Day, Ast)>,
}

/// Keys of a variable besides its formulas.
pub(crate) const VARIABLE_KEYS: [&str; 7] = [
    "entity", "type", "period", "round", "label.uz", "label.ru", "label.en",
];

impl Draft {
    pub fn name(&self) -> &str {
        &self.name.text
    }
}

pub fn draft(block: &Block, errors: &mut Errors) -> Option<Draft> {
    let formulas: Vec<&Field> = block
        .fields
        .iter()
        .filter(|field| is_formula(&field.key.text))
        .collect();
    let mut known = VARIABLE_KEYS.to_vec();
    known.extend(formulas.iter().map(|field| field.key.text.as_str()));
    errors.keys(block, &known);
    let name = errors.keep(block.name())?.clone();
    errors.snake_case(&name);
    let label = errors.text3(block, "label")?;
    let entity = errors.keep(block.required("entity"))?;
    let level = match entity.text().as_str() {
        "unit" => Level::Unit,
        "member" => Level::Member,
        _ => {
            errors.add(entity.place().error(
                "a variable belongs to the unit or to a member",
                "entity: unit",
            ));
            return None;
        }
    };
    let declared = errors.keep(block.required("type"))?.value[0].clone();
    let period = errors.keep(stretch(block))?;
    let round = block
        .field("round")
        .and_then(|field| errors.keep(read_rounding(field)));
    let any_formula = !formulas.is_empty();
    let mut versions: Vec<(Day, Ast)> = Vec::new();
    for field in formulas {
        let Some((day, ast)) = errors.keep(version(field)) else {
            continue;
        };
        match versions.last() {
            // `keys` has told of a formula that stands here twice.
            Some((before, _)) if *before == day => {}
            Some((before, _)) if *before > day => errors.add(field.key.place.error(
                format!("this formula stands behind the one from {before}, which is later"),
                "the oldest formula first; one without a day counts from the beginning",
            )),
            _ => versions.push((day, ast)),
        }
    }
    if versions.is_empty() {
        if !any_formula {
            errors.add(
                block
                    .place
                    .error(format!("`{}` has no formula", name.text), "formula: ..."),
            );
        }
        return None;
    }
    Some(Draft {
        name,
        label,
        level,
        declared,
        period,
        round,
        versions,
    })
}

fn is_formula(key: &str) -> bool {
    key == "formula" || key.starts_with("formula from ")
}

fn version(field: &Field) -> Result<(Day, Ast), Diagnostic> {
    let day = match field.key.text.strip_prefix("formula from ") {
        None => Day(i32::MIN),
        Some(text) => blocks::day(&Word {
            text: text.trim().to_owned(),
            place: field.key.place.clone(),
        })?,
    };
    Ok((day, formula(field)?))
}

/// Parses the value of a field as one expression.
pub fn formula(field: &Field) -> Result<Ast, Diagnostic> {
    if field.value.is_empty() {
        return Err(field
            .key
            .place
            .error("an empty formula", "an expression after the colon"));
    }
    syntax::parse(&field.value)
}

fn read_rounding(field: &Field) -> Result<(Word, String, Rounding), Diagnostic> {
    let wrong = || {
        field.place().error(
            "the rounding is not clear",
            "round: 0.01 half_up (or half_even, down, up)",
        )
    };
    let text = field.text();
    let (step, mode) = text.split_once(' ').ok_or_else(wrong)?;
    let mode = Rounding::named(mode.trim()).ok_or_else(wrong)?;
    let word = field.value.first().ok_or_else(wrong)?.clone();
    Ok((word, step.to_owned(), mode))
}

/// Types the drafts in an order in which each stands behind what it uses.
pub fn typed(drafts: Vec<Draft>, scope: &mut Scope, errors: &mut Errors) -> Vec<Variable> {
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        let taken = scope.is_taken(&draft.name.text) || by_name.contains_key(&draft.name.text);
        if taken {
            errors.add(draft.name.place.error(
                format!("the name `{}` is taken", draft.name.text),
                "another name",
            ));
        } else {
            by_name.insert(draft.name.text.clone(), index);
        }
    }
    let order = ordered(&drafts, &by_name, errors);
    // Declared, and typed only when its turn comes: whoever names one before is in a circle.
    scope.broken.extend(by_name.keys().cloned());
    let mut variables = Vec::with_capacity(order.len());
    for index in order {
        let draft = &drafts[index];
        let Some(variable) = errors.keep(type_draft(draft, scope)) else {
            continue;
        };
        let place = (variables.len() as u16, variable.ty, variable.level);
        scope.variables.insert(draft.name.text.clone(), place);
        variables.push(variable);
    }
    variables
}

/// Depth-first order; a name met again while it is open is a cycle.
fn ordered(drafts: &[Draft], by_name: &BTreeMap<String, usize>, errors: &mut Errors) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let uses: Vec<Vec<usize>> = drafts
        .iter()
        .map(|draft| {
            let mut used = Vec::new();
            draft
                .versions
                .iter()
                .for_each(|(_, ast)| names(ast, by_name, &mut used));
            used
        })
        .collect();
    let mut marks = vec![Mark::New; drafts.len()];
    let mut order = Vec::with_capacity(drafts.len());
    for start in by_name.values() {
        // (draft, how many of its names are done): an explicit stack, since
        // a pack may chain a thousand variables.
        let mut stack = vec![(*start, 0)];
        while let Some((index, done)) = stack.pop() {
            if done == 0 {
                if marks[index] == Mark::Done {
                    continue;
                }
                marks[index] = Mark::Open;
            }
            match uses[index].get(done) {
                None => {
                    marks[index] = Mark::Done;
                    order.push(index);
                }
                Some(next) => {
                    stack.push((index, done + 1));
                    match marks[*next] {
                        Mark::New => stack.push((*next, 0)),
                        Mark::Open => {
                            let (one, other) = (&drafts[index].name, &drafts[*next].name.text);
                            let message = format!("`{}` and `{other}` need each other", one.text);
                            errors.add(one.place.error(
                                message,
                                "break the circle: a formula may not lead back to itself",
                            ));
                        }
                        Mark::Done => {}
                    }
                }
            }
        }
    }
    order
}

fn names(ast: &Ast, by_name: &BTreeMap<String, usize>, used: &mut Vec<usize>) {
    match &ast.form {
        Form::Name(path) if path.len() == 1 => used.extend(by_name.get(&path[0])),
        Form::Not(inner) | Form::Minus(inner) => names(inner, by_name, used),
        Form::Binary(_, left, right) => {
            names(left, by_name, used);
            names(right, by_name, used);
        }
        Form::Case(arms, otherwise) => {
            for (condition, value) in arms {
                names(condition, by_name, used);
                names(value, by_name, used);
            }
            names(otherwise, by_name, used);
        }
        Form::Call {
            arguments, filter, ..
        } => {
            arguments
                .iter()
                .for_each(|argument| names(argument, by_name, used));
            if let Some(filter) = filter {
                names(filter, by_name, used);
            }
        }
        _ => {}
    }
}

fn type_draft(draft: &Draft, scope: &Scope) -> Result<Variable, Diagnostic> {
    let mut trees = Vec::with_capacity(draft.versions.len());
    for (_, ast) in &draft.versions {
        let tree = check(ast, scope, draft.level)?;
        trees.push(match (&draft.round, tree.ty) {
            (None, _) => tree,
            (Some((word, step, mode)), Type::Number { unit, .. }) => {
                rounded(tree, step, *mode, unit, &word.place)?
            }
            (Some((word, ..)), _) => {
                return Err(word
                    .place
                    .error("only numbers are rounded", "take `round:` out"));
            }
        });
    }
    let mut trees = all_alike(trees, &draft.name.place)?;
    for tree in &mut trees {
        adopt_declared(tree, &draft.declared.text);
    }
    let ty = trees[0].ty;
    if !fits(ty, &draft.declared.text) {
        let message = format!(
            "`{}` is declared {}, but its formula is {}",
            draft.name.text,
            draft.declared.text,
            ty.word()
        );
        return Err(draft
            .declared
            .place
            .error(message, format!("type: {}", type_word(ty))));
    }
    let days = draft.versions.iter().map(|(day, _)| *day);
    Ok(Variable {
        name: draft.name.text.clone(),
        label: draft.label.clone(),
        level: draft.level,
        ty,
        period: draft.period,
        versions: days.zip(trees).collect(),
    })
}

/// A bare literal may be declared years or months.
fn adopt_declared(tree: &mut Tree, declared: &str) {
    if let (
        Op::Constant(_),
        Type::Number {
            unit: Unit::Bare,
            scale: 0,
            fraction: false,
        },
    ) = (&tree.op, tree.ty)
    {
        let unit = match declared {
            "years" => Unit::Years,
            "months" => Unit::Months,
            "days" => Unit::Days,
            _ => return,
        };
        tree.ty = Type::Number {
            unit,
            scale: 0,
            fraction: false,
        };
    }
}

fn type_word(ty: Type) -> String {
    match ty {
        Type::YesNo => "yes_no".into(),
        Type::Code(_) | Type::OwnCode(_) => "code".into(),
        other => other.word(),
    }
}

fn fits(ty: Type, declared: &str) -> bool {
    type_word(ty) == declared || (declared == "number" && type_word(ty) == "integer")
}
