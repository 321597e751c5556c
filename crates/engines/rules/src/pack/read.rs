//! From files to a pack: declarations first, then formulas, then what comes out.

use super::blocks::Errors;
use super::head::{Head, read_head, read_tables};
use super::parameter::{self, Parameter};
use super::texts::{self, LetterTexts};
use super::{
    Category, Condition, Country, Group, HumanStep, LetterKind, Pack, Programme, Term, Variable,
};
use super::{canonical, country, formulas, groups, outcome_blocks, unit_block};
use crate::limits::{FILES_MAX, PACK_BYTES_MAX};
use crate::markdown::{self, Block, Word};
use crate::source::{Diagnostic, Place, SourceFile, nearest};
use crate::typed::{Level, Scope, Tree, Type};
use kernel::kin::UnitBlock;
use std::collections::BTreeMap;

const BLOCK_KINDS: [&str; 14] = [
    "country",
    "pack",
    "unit",
    "facts",
    "parameter",
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
const SHARED_KINDS: [&str; 3] = ["country", "parameter", "letter"];

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
        let unit = of("unit")
            .next()
            .and_then(|block| unit_block::read(block, errors));
        scope.tables = of("facts")
            .next()
            .map(|block| read_tables(block, errors))
            .unwrap_or_default();
        let mut parameters: Vec<Parameter> = Vec::new();
        for parameter in of("parameter")
            .filter_map(|block| parameter::read(block, country.territories, errors))
            .collect::<Vec<_>>()
        {
            if scope.parameters.contains_key(&parameter.name) {
                errors.add(parameter.place.error(
                    format!("the name `{}` is taken", parameter.name),
                    "another name",
                ));
                continue;
            }
            scope.parameters.insert(
                parameter.name.clone(),
                (parameters.len() as u16, parameter.ty),
            );
            if parameter.by_territory() {
                scope.by_territory.insert(parameter.name.clone());
            }
            parameters.push(parameter);
        }
        let drafts = of("variable")
            .filter_map(|block| formulas::draft(block, errors))
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
        let rank = match self.scope.variables.get(&head.rank.text) {
            Some((index, Type::Number { .. }, Level::Unit)) => *index,
            _ => {
                let known = self.scope.variables.keys().map(String::as_str);
                let near = nearest(&head.rank.text, known).unwrap_or("per_capita");
                errors.add(head.rank.place.error(
                    "families are ranked by a number of the unit",
                    format!("rank: {near}"),
                ));
                return None;
            }
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
            unit: self.unit?,
            tables: self.scope.tables,
            parameters: self.parameters,
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
            hash,
        };
        pack.check_dates(errors);
        Some(pack)
    }
}

impl Pack {
    /// Every parameter and formula in use has a value on the pack's first day.
    fn check_dates(&self, errors: &mut Errors) {
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
            "a shared file holds the country, parameters and letters only",
            "put this block into the regime's folder",
        ));
    }
}
