//! The `pack` and `facts` blocks: what the pack is, and which facts it reads.

use super::blocks::{self, Errors};
use super::{LANGUAGE, OpenedBy, Standing, Window, standing};
use crate::limits::WINDOW_MONTHS_MAX;
use crate::markdown::{Block, Word};
use crate::source::{Diagnostic, Place, nearest};
use crate::typed::{Table, Tables, Who, all_kinds};
use kernel::facts::{self, FactKind, Owner};
use kernel::{Day, Period, Source, Text3};

/// The head of a pack: its `pack` block.
pub struct Head {
    pub id: Word,
    pub title: Text3,
    pub law: Text3,
    pub in_force: Period<Day>,
    pub placed: Place,
    pub standing: Standing,
    pub opened_by: OpenedBy,
    pub territory: Vec<u32>,
    pub cut_off_day: u32,
    pub window: Window,
    /// None in a calculation.
    pub rank: Option<Word>,
}

pub(crate) const HEAD_KEYS: [&str; 17] = [
    "language",
    "kind",
    "standing",
    "opened by",
    "territory",
    "title.uz",
    "title.ru",
    "title.en",
    "law.uz",
    "law.ru",
    "law.en",
    "in force from",
    "in force until",
    "cut-off day",
    "window months",
    "window lag",
    "rank",
];

pub fn read_head(block: &Block, errors: &mut Errors) -> Option<Head> {
    errors.keys(block, &HEAD_KEYS);
    let id = errors.keep(block.name())?.clone();
    let title = errors.text3(block, "title");
    let law = errors.text3(block, "law");
    let language = errors.keep(block.required("language"))?;
    if let Some(version) = errors.keep(blocks::count(&language.value[0], 1, u32::MAX))
        && version > LANGUAGE
    {
        errors.add(language.place().error(
            "this engine does not speak that version",
            format!("language: {LANGUAGE}"),
        ));
    }
    let since = errors.keep(block.required("in force from"))?;
    let from = errors.keep(blocks::day(&since.value[0]));
    let stands = standing::standing(block, errors);
    let territory = standing::territory(block, stands, errors);
    // The last day is written as lawyers write it; periods are half-open.
    let to = match block
        .field("in force until")
        .and_then(|field| field.value.first())
    {
        None => None,
        Some(word) => Some(errors.keep(blocks::day(word))?.plus_days(1)),
    };
    if let Some(to) = to
        && from.is_some_and(|from| to <= from)
        && let Some(until) = block.field("in force until")
    {
        let why = "the regime ends before it begins";
        errors.add(
            until
                .place()
                .error(why, "a day on or after `in force from`"),
        );
    }
    let window = Window {
        months: optional_count(block, "window months", 3, 1, errors),
        lag: optional_count(block, "window lag", 0, 0, errors),
    };
    let regime = errors.keep(is_regime(block))?;
    let (cut_off, rank) = if regime {
        let cut_off = block.required("cut-off day");
        let cut_off = errors.keep(cut_off.and_then(|field| blocks::count(&field.value[0], 1, 31)));
        let rank = errors.keep(block.required("rank"))?.value[0].clone();
        (cut_off, Some(rank))
    } else {
        (Some(1), None)
    };
    let in_force = Period { from: from?, to };
    Some(Head {
        id,
        title: title?,
        law: law?,
        in_force,
        placed: since.place().clone(),
        standing: stands,
        opened_by: standing::opened_by(block, errors),
        territory,
        cut_off_day: cut_off?,
        window,
        rank,
    })
}

/// Up to three years of months; what a pack that does not say it has.
fn optional_count(block: &Block, key: &str, usual: u32, least: u32, errors: &mut Errors) -> u32 {
    let word = block.field(key).and_then(|field| field.value.first());
    let said = word.map(|word| blocks::count(word, least, WINDOW_MONTHS_MAX));
    said.and_then(|said| errors.keep(said)).unwrap_or(usual)
}

/// `kind: regime` decides about people and is what a pack is when nothing is said;
/// `kind: calculation` has variables as its results and nothing else.
pub fn is_regime(block: &Block) -> Result<bool, Diagnostic> {
    let Some(field) = block.field("kind") else {
        return Ok(true);
    };
    match field.text().as_str() {
        "regime" => Ok(true),
        "calculation" => Ok(false),
        _ => Err(field.place().error(
            "a pack has no such kind",
            "kind: regime, or kind: calculation",
        )),
    }
}

pub fn read_tables(block: &Block, errors: &mut Errors) -> Tables {
    let mut tables = Tables::default();
    let example = "| wage | adults |";
    for row in block.rows.iter().skip(1) {
        let (name, who, over) = match row.as_slice() {
            [name, who] => (name, who, None),
            [name, who, over] => (name, who, Some(over)),
            _ => {
                errors.add(row[0].place.error("a kind of facts, and whose", example));
                continue;
            }
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
        let prevails = over.map_or_else(Vec::new, |over| prevailing(kind, over, errors));
        tables.0.push(Table {
            kind,
            who,
            prevails,
        });
    }
    tables
}

/// The sources that prevail over the catalogue's order; an empty cell leaves it as it is.
fn prevailing(kind: &FactKind, cell: &Word, errors: &mut Errors) -> Vec<Source> {
    let mut prevails = Vec::new();
    let names = kind.sources.iter().map(|source| source.name());
    let known = names.clone().collect::<Vec<_>>().join(", ");
    for name in cell.text.split(',').map(str::trim) {
        if name.is_empty() && cell.text.trim().is_empty() {
            break;
        }
        let source = Source::named(name).filter(|source| kind.trust_of(*source).is_some());
        match source {
            Some(source) if prevails.contains(&source) => {
                let why = format!("`{name}` stands here twice");
                errors.add(cell.place.error(why, "each source once"));
            }
            Some(source) => prevails.push(source),
            None => {
                let why = format!("`{name}` is no source of `{}`", kind.name);
                let instead = match nearest(name, names.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the source that prevails, one of: {known}"),
                };
                errors.add(cell.place.error(why, instead));
            }
        }
    }
    prevails
}
