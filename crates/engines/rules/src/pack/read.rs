//! From files to a pack: declarations first, then formulas, then what comes out.

use super::blocks::{self, Errors};
use super::parameter::{self, Parameter};
use super::texts::{self, LetterTexts};
use super::{
    Category, Condition, HumanStep, LANGUAGE, LetterKind, Pack, Programme, Term, Variable,
};
use super::{canonical, formulas, outcome_blocks, unit_block};
use crate::limits::{FILES_MAX, OUTCOMES_MAX, PACK_BYTES_MAX};
use crate::markdown::{self, Block, Field, Word};
use crate::source::{Diagnostic, Place, SourceFile, nearest};
use crate::typed::{Level, Scope, Table, Tables, Tree, Type, Who, all_kinds};
use kernel::facts::{self, Owner};
use kernel::kin::UnitBlock;
use kernel::{Day, Period, Text3};
use std::collections::BTreeMap;

const BLOCK_KINDS: [&str; 11] = [
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
];

/// Reads a pack. `id` is the folder's name, `files` its Markdown in order of
/// path, `shared` the country's files, of which only parameters are taken.
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

/// The head of a pack: its `pack` block.
struct Head {
    id: Word,
    title: Text3,
    law: String,
    in_force: Period<Day>,
    cut_off_day: u32,
    rank: Word,
}

struct Parts {
    head: Option<Head>,
    unit: Option<UnitBlock>,
    scope: Scope,
    parameters: Vec<Parameter>,
    variables: Vec<Variable>,
    conditions: Vec<Condition>,
    categories: Vec<Category>,
    programmes: Vec<Programme>,
    terms: Vec<(Word, Term)>,
    steps: Option<(Vec<HumanStep>, Tree)>,
    letters: BTreeMap<LetterKind, LetterTexts>,
}

impl Parts {
    fn read(blocks: &[Block], own_from: usize, errors: &mut Errors) -> Option<Parts> {
        for (index, block) in blocks.iter().enumerate() {
            check_kind(block, index < own_from, errors);
        }
        let of = |kind: &'static str| blocks.iter().filter(move |block| block.kind == kind);
        let mut scope = Scope::default();
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
            .filter_map(|block| parameter::read(block, errors))
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
        Some(Parts {
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
            cut_off_day: head.cut_off_day,
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
            required,
            files,
            shared,
            hash,
        };
        pack.check_dates(errors);
        Some(pack)
    }

    /// What must be there at all, and names that must be unique or known.
    fn check_whole(&self, id: &str, end: &Place, errors: &mut Errors) {
        let missing = [
            (self.head.is_none(), "pack"),
            (self.unit.is_none(), "unit"),
            (self.scope.tables.0.is_empty(), "facts"),
            (self.conditions.is_empty(), "condition"),
            (self.programmes.is_empty(), "programme"),
        ];
        // A block with errors is missing too, but its errors say it better.
        let whole_so_far = errors.0.is_empty();
        for (_, kind) in missing
            .iter()
            .filter(|(missing, _)| *missing && whole_so_far)
        {
            errors.add(end.error(
                format!("the pack has no `{kind}` block"),
                format!("```{kind} ..."),
            ));
        }
        if let Some(head) = &self.head
            && head.id.text != id
        {
            errors.add(head.id.place.error(
                format!("the pack lies in the folder `{id}`"),
                format!("```pack {id}"),
            ));
        }
        let outcomes: Vec<&str> = self
            .categories
            .iter()
            .map(|category| category.id.as_str())
            .chain(
                self.programmes
                    .iter()
                    .map(|programme| programme.id.as_str()),
            )
            .collect();
        for (name, _) in &self.terms {
            if !outcomes.contains(&name.text.as_str()) {
                let near = nearest(&name.text, outcomes.iter().copied()).unwrap_or("child_benefit");
                errors.add(name.place.error(
                    "a term of nothing: no such category or programme",
                    format!("```term {near}"),
                ));
            }
        }
        if self.conditions.len().max(outcomes.len()) > OUTCOMES_MAX {
            errors.add(end.error(
                "too many conditions or outcomes",
                format!("at most {OUTCOMES_MAX} of each"),
            ));
        }
        let ids = self
            .conditions
            .iter()
            .map(|condition| condition.id.as_str())
            .chain(outcomes.iter().copied());
        let mut seen = std::collections::BTreeSet::new();
        for id in ids.filter(|id| !seen.insert(*id)) {
            errors.add(end.error(
                format!("two conditions or outcomes are called `{id}`"),
                "another name for one of them",
            ));
        }
        let covered = |programme: &Programme| {
            let named = |id: &str| self.terms.iter().any(|(name, _)| name.text == id);
            named(&programme.id)
                || (!self.categories.is_empty()
                    && self.categories.iter().all(|category| named(&category.id)))
        };
        for programme in self
            .programmes
            .iter()
            .filter(|programme| !covered(programme))
        {
            errors.add(end.error(
                format!("`{}` has no term", programme.id),
                format!("```term {}", programme.id),
            ));
        }
        for kind in [
            LetterKind::Awarded,
            LetterKind::Refused,
            LetterKind::WaitingList,
            LetterKind::WaitingAgency,
        ] {
            if !self.letters.contains_key(&kind) {
                errors.add(end.error(
                    format!("the pack has no letter {kind:?}"),
                    "```letter awarded, refused, waiting_list, waiting_agency",
                ));
            }
        }
        if self.steps.is_some() && !self.letters.contains_key(&LetterKind::WaitingVisit) {
            errors.add(end.error(
                "the pack has steps but no letter about the visit",
                "```letter waiting_visit",
            ));
        }
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
    } else if shared && block.kind != "parameter" {
        errors.add(block.place.error(
            "a shared file holds parameters only",
            "put this block into the regime's folder",
        ));
    }
}

const HEAD_KEYS: [&str; 9] = [
    "language",
    "title.uz",
    "title.ru",
    "title.en",
    "law",
    "in force from",
    "in force until",
    "cut-off day",
    "rank",
];

fn read_head(block: &Block, errors: &mut Errors) -> Option<Head> {
    errors.keys(block, &HEAD_KEYS);
    let id = errors.keep(block.name())?.clone();
    let title = errors.text3(block, "title");
    let law = errors.keep(block.required("law")).map(Field::text);
    let language = errors.keep(block.required("language"))?;
    if let Some(version) = errors.keep(blocks::count(&language.value[0], 1, u32::MAX))
        && version > LANGUAGE
    {
        errors.add(language.place().error(
            "this engine does not speak that version",
            format!("language: {LANGUAGE}"),
        ));
    }
    let from = errors.keep(
        block
            .required("in force from")
            .and_then(|field| blocks::day(&field.value[0])),
    );
    // The last day is written as lawyers write it; periods are half-open.
    let to = match block
        .field("in force until")
        .and_then(|field| field.value.first())
    {
        None => None,
        Some(word) => Some(errors.keep(blocks::day(word))?.plus_days(1)),
    };
    let cut_off = errors.keep(
        block
            .required("cut-off day")
            .and_then(|field| blocks::count(&field.value[0], 1, 31)),
    );
    let rank = errors.keep(block.required("rank"))?.value[0].clone();
    let in_force = Period { from: from?, to };
    Some(Head {
        id,
        title: title?,
        law: law?,
        in_force,
        cut_off_day: cut_off?,
        rank,
    })
}

fn read_tables(block: &Block, errors: &mut Errors) -> Tables {
    let mut tables = Tables::default();
    let example = "| wage | adults |";
    for row in block.rows.iter().skip(1) {
        let [name, who] = row.as_slice() else {
            errors.add(row[0].place.error("a kind of facts, and whose", example));
            continue;
        };
        let Some(kind) = facts::kind_named(&name.text) else {
            let instead = match nearest(&name.text, all_kinds()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of: {}", all_kinds().collect::<Vec<_>>().join(", ")),
            };
            errors.add(name.place.error(
                format!("the catalogue has no kind `{}`", name.text),
                instead,
            ));
            continue;
        };
        let fits = |who: &Who| (*who == Who::Unit) == (kind.owner == Owner::Unit);
        let Some(who) = Who::named(&who.text).filter(fits) else {
            errors.add(who.place.error(
                "whose facts?",
                "adults, children or all; family for facts of the family itself",
            ));
            continue;
        };
        if tables.find(kind.name).is_some() {
            errors.add(
                name.place
                    .error("this kind stands here twice", "one row a kind"),
            );
            continue;
        }
        tables.0.push(Table { kind, who });
    }
    tables
}
