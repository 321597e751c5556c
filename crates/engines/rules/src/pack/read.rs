//! From files to a pack: declarations first, then formulas, then what comes out.

use super::blocks::Errors;
use super::country::Codes;
use super::head::{Head, is_regime, read_head, read_tables};
use super::input_block::{self, Entities, Input};
use super::parameter::{self, Parameter};
use super::scale_block::{self, Scale};
use super::texts::{self, LetterTexts};
use super::{
    Category, Condition, Country, Group, HumanStep, LetterKind, Pack, Programme, Term, Variable,
};
use super::{canonical, country, formulas, groups, outcome_blocks, unit_block};
use crate::limits::{FILES_MAX, PACK_BYTES_MAX};
use crate::markdown::{self, Block, Word};
use crate::source::{Diagnostic, Place, SourceFile, nearest};
use crate::typed::{Level, ScaleHead, Scope, Tree, Type};
use kernel::kin::UnitBlock;
use std::collections::BTreeMap;

pub(crate) const BLOCK_KINDS: [&str; 17] = [
    "country",
    "pack",
    "unit",
    "facts",
    "input",
    "entities",
    "parameter",
    "scale",
    "variable",
    "condition",
    "category",
    "programme",
    "term",
    "steps",
    "letter",
    "group",
    "shown",
];

/// What the country's own files may hold. A letter of the pack prevails over a shared one.
const SHARED_KINDS: [&str; 4] = ["country", "parameter", "scale", "letter"];

/// Reads a pack. `id` is the folder's name, `files` its Markdown in order of
/// path, `shared` the country's files, of which parameters and letters are taken.
pub fn read_pack(
    id: &str,
    files: &[SourceFile],
    shared: &[SourceFile],
) -> Result<Pack, Vec<Diagnostic>> {
    let mut errors = Errors::default();
    let (files, shared) = (canonical::normalised(files), canonical::normalised(shared));
    let bytes: usize = files
        .iter()
        .chain(&shared)
        .map(|file| file.text.len())
        .sum();
    if bytes > PACK_BYTES_MAX || files.len() + shared.len() > FILES_MAX {
        let place = Place {
            file: id.into(),
            text: "".into(),
            line: 1,
            column: 1,
            width: 1,
        };
        let limit = format!("at most {PACK_BYTES_MAX} bytes in {FILES_MAX} files");
        return Err(vec![place.error("the pack is too large", limit)]);
    }
    let mut blocks = markdown::read(&shared, &mut errors.0);
    let own_from = blocks.len();
    blocks.extend(markdown::read(&files, &mut errors.0));
    let parts = Parts::read(&blocks, own_from, &mut errors);
    let end = end_of(id, &files);
    let pack = parts.and_then(|parts| parts.finish(id, &end, files, shared, &mut errors));
    match pack {
        Some(pack) if errors.0.is_empty() => Ok(pack),
        _ => {
            let mut errors = errors.0;
            errors.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
            Err(errors)
        }
    }
}

/// Where to point when something is missing altogether.
fn end_of(id: &str, files: &[SourceFile]) -> Place {
    let file = files.first().map_or(id, |file| file.path.as_str());
    Place {
        file: file.into(),
        text: "".into(),
        line: 1,
        column: 1,
        width: 1,
    }
}

/// All blocks read, not yet a pack.
pub struct Parts {
    pub(super) country: Country,
    pub(super) head: Option<Head>,
    pub(super) unit: Option<UnitBlock>,
    pub(super) scope: Scope,
    pub(super) inputs: Vec<Input>,
    pub(super) entities: Entities,
    pub(super) scales: Vec<Scale>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) variables: Vec<Variable>,
    pub(super) conditions: Vec<Condition>,
    pub(super) categories: Vec<Category>,
    pub(super) programmes: Vec<Programme>,
    pub(super) terms: Vec<(Word, Term)>,
    pub(super) steps: Option<(Vec<HumanStep>, Tree)>,
    pub(super) letters: BTreeMap<LetterKind, LetterTexts>,
    pub(super) groups: Vec<Group>,
    pub(super) shown: Vec<u16>,
}

impl Parts {
    fn read(blocks: &[Block], own_from: usize, errors: &mut Errors) -> Option<Parts> {
        for (index, block) in blocks.iter().enumerate() {
            check_kind(block, index < own_from, errors);
        }
        let of = |kind: &'static str| blocks.iter().filter(move |block| block.kind == kind);
        let mut scope = Scope::default();
        let country = of("country")
            .next()
            .and_then(|block| country::read(block, errors))
            .unwrap_or_default();
        let head = of("pack").next().and_then(|block| read_head(block, errors));
        scope.calculation = of("pack")
            .next()
            .is_some_and(|block| is_regime(block) == Ok(false));
        let unit = of("unit")
            .next()
            .and_then(|block| unit_block::read(block, errors));
        scope.tables = of("facts")
            .next()
            .map(|block| read_tables(block, errors))
            .unwrap_or_default();
        let inputs = of("input")
            .filter_map(|block| input_block::read(block, &mut scope, errors))
            .collect();
        let entities = of("entities").next();
        let entities = entities.map(|block| input_block::read_entities(block, errors));
        let codes = country.territories;
        let parameters = read_parameters(of("parameter"), codes, &mut scope, errors);
        let scales = read_scales(of("scale"), &mut scope, errors);
        let drafts: Vec<formulas::Draft> = of("variable")
            .filter_map(|block| formulas::draft(block, errors))
            .collect();
        scope.broken = of("variable")
            .chain(of("parameter"))
            .filter_map(|block| Some(block.arguments.first()?.text.clone()))
            .filter(|name| !scope.parameters.contains_key(name))
            .filter(|name| drafts.iter().all(|draft| draft.name() != name))
            .collect();
        let variables = formulas::typed(drafts, &mut scope, errors);
        let conditions = of("condition")
            .filter_map(|block| outcome_blocks::condition(block, &scope, errors))
            .collect();
        let categories = of("category")
            .filter_map(|block| outcome_blocks::category(block, &scope, errors))
            .collect();
        let programmes = of("programme")
            .filter_map(|block| outcome_blocks::programme(block, &scope, errors))
            .collect();
        let terms = of("term")
            .filter_map(|block| outcome_blocks::term(block, errors))
            .collect();
        let steps = of("steps")
            .next()
            .and_then(|block| outcome_blocks::steps(block, &scope, errors));
        let letters = of("letter")
            .filter_map(|block| texts::read_letter(block, errors))
            .collect();
        let groups = of("group")
            .filter_map(|block| groups::group(block, &scope, errors))
            .collect();
        let shown = of("shown")
            .next()
            .map(|block| groups::shown(block, &scope, errors))
            .unwrap_or_default();
        Some(Parts {
            country,
            head,
            unit,
            scope,
            inputs,
            entities: entities.unwrap_or_default(),
            scales,
            parameters,
            variables,
            conditions,
            categories,
            programmes,
            terms,
            steps,
            letters,
            groups,
            shown,
        })
    }

    fn finish(
        self,
        id: &str,
        end: &Place,
        files: Vec<SourceFile>,
        shared: Vec<SourceFile>,
        errors: &mut Errors,
    ) -> Option<Pack> {
        self.check_whole(id, end, errors);
        let head = self.head?;
        let rank = match &head.rank {
            Some(name) => Some(errors.keep(rank(name, &self.scope))?),
            None => None,
        };
        let unit = if self.scope.calculation {
            let (name, include) = (String::new(), Vec::new());
            Some(UnitBlock { name, include })
        } else {
            self.unit
        };
        let required = self
            .scope
            .tables
            .0
            .iter()
            .map(|table| (table.kind.code, table.who))
            .collect();
        let (steps, steps_when) = self
            .steps
            .map_or((Vec::new(), None), |(steps, when)| (steps, Some(when)));
        let hash = canonical::hash(&canonical::text(id, &files, &shared));
        let pack = Pack {
            id: head.id.text,
            title: head.title,
            law: head.law,
            in_force: head.in_force,
            placed: head.placed,
            standing: head.standing,
            opened_by: head.opened_by,
            territory: head.territory,
            cut_off_day: head.cut_off_day,
            country: self.country,
            window: head.window,
            unit: unit?,
            tables: self.scope.tables,
            inputs: self.inputs,
            entities: self.entities,
            parameters: self.parameters,
            scales: self.scales,
            variables: self.variables,
            conditions: self.conditions,
            categories: self.categories,
            programmes: self.programmes,
            terms: self
                .terms
                .into_iter()
                .map(|(name, term)| (name.text, term))
                .collect(),
            steps,
            steps_when,
            rank,
            letters: self.letters,
            groups: self.groups,
            shown: self.shown,
            required,
            files,
            shared,
            simulated: Vec::new(),
            hash,
        };
        // A row with an error is missing too, but its own error says it better.
        if errors.0.is_empty() {
            pack.check_dates(errors);
        }
        Some(pack)
    }
}

fn read_parameters<'a>(
    blocks: impl Iterator<Item = &'a Block>,
    codes: Codes,
    scope: &mut Scope,
    errors: &mut Errors,
) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for block in blocks {
        let Some(parameter) = parameter::read(block, codes, errors) else {
            continue;
        };
        if scope.is_taken(&parameter.name) {
            errors.add(taken(&parameter.name, &parameter.place));
            continue;
        }
        let known = (parameters.len() as u16, parameter.ty);
        scope.parameters.insert(parameter.name.clone(), known);
        if parameter.by_territory() {
            scope.by_territory.insert(parameter.name.clone());
        }
        parameters.push(parameter);
    }
    parameters
}

fn read_scales<'a>(
    blocks: impl Iterator<Item = &'a Block>,
    scope: &mut Scope,
    errors: &mut Errors,
) -> Vec<Scale> {
    let mut scales: Vec<Scale> = Vec::new();
    for block in blocks {
        let Some(scale) = scale_block::read(block, errors) else {
            continue;
        };
        if scope.is_taken(&scale.name) {
            errors.add(taken(&scale.name, &scale.place));
            continue;
        }
        let head = ScaleHead {
            index: scales.len() as u16,
            ty: scale.ty,
            digits: scale.rate_digits,
        };
        scope.scales.insert(scale.name.clone(), head);
        scales.push(scale);
    }
    scales
}

fn taken(name: &str, place: &Place) -> Diagnostic {
    place.error(format!("the name `{name}` is taken"), "another name")
}

/// The variable by which families are served when money is short.
fn rank(name: &Word, scope: &Scope) -> Result<u16, Diagnostic> {
    if let Some((index, Type::Number { .. }, Level::Unit)) = scope.variables.get(&name.text) {
        return Ok(*index);
    }
    if scope.broken.contains(&name.text) && !scope.variables.contains_key(&name.text) {
        return Err(name.place.follows());
    }
    let known = scope.variables.keys().map(String::as_str);
    let near = nearest(&name.text, known).unwrap_or("per_capita");
    let message = "families are ranked by a number of the unit";
    Err(name.place.error(message, format!("rank: {near}")))
}

impl Pack {
    /// Every parameter and formula in use has a value on the pack's first day.
    fn check_dates(&self, errors: &mut Errors) {
        // The variables of a calculation begin when they begin: each plan says which it wants.
        if self.is_calculation() {
            return;
        }
        let first = self.in_force.from;
        let plan = crate::plan::Plan::new(self, first);
        if let Err(error) = plan {
            errors.add(error.diagnostic(self));
        }
    }
}

fn check_kind(block: &Block, shared: bool, errors: &mut Errors) {
    if !BLOCK_KINDS.contains(&block.kind.as_str()) {
        let instead = match nearest(&block.kind, BLOCK_KINDS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of: {}", BLOCK_KINDS.join(", ")),
        };
        errors.add(
            block
                .place
                .error(format!("there is no block `{}`", block.kind), instead),
        );
    } else if !shared && block.kind == "country" {
        errors.add(block.place.error(
            "the country is described in a shared file",
            "put this block into the country's folder",
        ));
    } else if shared && !SHARED_KINDS.contains(&block.kind.as_str()) {
        errors.add(block.place.error(
            "a shared file holds the country, parameters, scales and letters only",
            "put this block into the regime's folder",
        ));
    }
}
