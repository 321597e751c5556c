//! The tables `[facts.KIND]` of a connector's file: read, compared with the catalogue of facts, and
//! made into a [`Mapping`].

use std::collections::BTreeMap;

use kernel::Source;
use kernel::facts::{self, FactKind, Field, ValueType};
use serde::Deserialize;
use toml::Spanned;

use super::file::Wrong;
use crate::mapping::{Column, DayForm, KindMapping, Mapping, MonthForm, Place, Written, label};

/// Characters of a JSON pointer.
const POINTER_CHARS_MAX: usize = 200;
/// Words of an agency for one field.
const WORDS_MAX: usize = 200;

pub type FactsToml = BTreeMap<String, Spanned<KindToml>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindToml {
    rows: Option<String>,
    row: Option<String>,
    fields: BTreeMap<String, Spanned<FieldToml>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldToml {
    from: Option<String>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    untold: bool,
    /// `tiyin` or `som`.
    unit: Option<String>,
    /// `DD.MM.YYYY`...
    form: Option<String>,
    /// Words of the agency, and ours for each.
    words: Option<BTreeMap<String, String>>,
    yes: Option<Vec<String>>,
    no: Option<Vec<String>>,
}

/// Every kind that the file names, in the order of the catalogue.
pub fn mapping(agency: Source, facts: &FactsToml) -> Result<Mapping, Wrong> {
    let kinds = facts.iter().map(|(name, table)| kind(agency, name, table));
    let mut kinds = kinds.collect::<Result<Vec<_>, _>>()?;
    kinds.sort_unstable_by_key(|of| of.kind.code);
    Ok(Mapping { kinds })
}

fn kind(agency: Source, name: &str, table: &Spanned<KindToml>) -> Result<KindMapping, Wrong> {
    let at = table.span().start;
    let wrong = |why: String| Wrong::at(at, format!("facts.{name}"), why);
    let told: Vec<&str> = facts::kinds()
        .filter(|kind| kind.agency() == agency)
        .map(|kind| kind.name)
        .collect();
    let told = told.join(", ");
    let kind = facts::kind_named(name).filter(|kind| kind.agency() == agency);
    let kind = kind.ok_or_else(|| {
        let agency = agency.name();
        wrong(format!(
            "{agency} is not asked for this; write one of {told}"
        ))
    })?;
    let toml = table.get_ref();
    let place = place(kind, toml).map_err(wrong)?;
    let (Place::Rows(rows) | Place::Row(rows)) = &place;
    for (name, field) in &toml.fields {
        if kind.field(name).is_none() {
            let why = format!(
                "{} has no such field; it has {}",
                kind.name,
                fields_of(kind)
            );
            return Err(Wrong::at(field.span().start, of_field(kind, name), why));
        }
    }
    let columns = kind.fields.iter().map(|ours| {
        let field = toml.fields.get(ours.name);
        let field = field.ok_or_else(|| {
            let why = "say where it stands, { from = \"/...\" }, or that the agency does not tell it, \
                       { untold = true }";
            Wrong::at(at, of_field(kind, ours.name), why)
        })?;
        let wrong = |why: String| Wrong::at(field.span().start, of_field(kind, ours.name), why);
        column(rows, ours, field.get_ref()).map_err(wrong)
    });
    Ok(KindMapping {
        kind,
        columns: columns.collect::<Result<Vec<_>, _>>()?,
        place,
    })
}

fn place(kind: &FactKind, toml: &KindToml) -> Result<Place, String> {
    match (&toml.rows, &toml.row) {
        (Some(rows), None) if kind.many => Ok(Place::Rows(pointer(rows)?)),
        (None, Some(row)) => Ok(Place::Row(pointer(row)?)),
        (Some(_), None) => Err(format!(
            "a person has one {}: write row = \"/...\" instead of rows, or row = \"\" when its \
             fields stand in the person's part itself",
            kind.name
        )),
        _ => Err(
            "write either rows = \"/...\", where its list stands in the person's part, or row = \
             \"/...\", where its one object stands"
                .to_owned(),
        ),
    }
}

/// RFC 6901: empty, or names each behind a slash.
pub fn pointer(text: &str) -> Result<String, String> {
    let is_formed = text.is_empty() || text.starts_with('/');
    if !is_formed || text.chars().count() > POINTER_CHARS_MAX || text.contains(char::is_control) {
        return Err(format!(
            "a place is a JSON pointer of at most {POINTER_CHARS_MAX} characters, as \
             \"/income/month\""
        ));
    }
    Ok(text.to_owned())
}

fn column(rows: &str, ours: &Field, toml: &FieldToml) -> Result<Column, String> {
    let written = written(ours.ty, toml)?;
    match (&toml.from, toml.untold) {
        (Some(from), false) => Ok(Column {
            label: label(rows, from),
            from: Some(pointer(from)?),
            optional: toml.optional,
            written,
        }),
        (None, true) => Ok(Column {
            label: label(rows, ours.name),
            from: None,
            optional: true,
            written,
        }),
        _ => Err("write either from = \"/...\" or untold = true".to_owned()),
    }
}

fn written(ty: ValueType, toml: &FieldToml) -> Result<Written, String> {
    fits(ty, toml)?;
    let form = toml.form.as_deref();
    match ty {
        ValueType::Money => match toml.unit.as_deref() {
            Some("tiyin") => Ok(Written::Tiyin),
            Some("som") => Ok(Written::Som),
            None if toml.untold => Ok(Written::Tiyin),
            _ => Err("write unit = \"tiyin\" or unit = \"som\"".to_owned()),
        },
        ValueType::Integer => Ok(Written::Integer),
        ValueType::Day => match form {
            None | Some("YYYY-MM-DD") => Ok(Written::Day(DayForm::Iso)),
            Some("DD.MM.YYYY") => Ok(Written::Day(DayForm::Dotted)),
            Some(_) => Err("a day is written \"YYYY-MM-DD\" or \"DD.MM.YYYY\"".to_owned()),
        },
        ValueType::Month => match form {
            None | Some("YYYY-MM") => Ok(Written::Month(MonthForm::Iso)),
            Some("MM.YYYY") => Ok(Written::Month(MonthForm::Dotted)),
            Some(_) => Err("a month is written \"YYYY-MM\" or \"MM.YYYY\"".to_owned()),
        },
        ValueType::YesNo => yes_no(toml),
        ValueType::Code(list) => code(list, toml),
        ValueType::Text => Ok(Written::Text),
    }
}

/// What a field says of its writing must be of its type.
fn fits(ty: ValueType, toml: &FieldToml) -> Result<(), String> {
    let is_dated = matches!(ty, ValueType::Day | ValueType::Month);
    let said = [
        ("unit", toml.unit.is_some(), ty == ValueType::Money),
        ("form", toml.form.is_some(), is_dated),
        (
            "words",
            toml.words.is_some(),
            matches!(ty, ValueType::Code(_)),
        ),
        ("yes", toml.yes.is_some(), ty == ValueType::YesNo),
        ("no", toml.no.is_some(), ty == ValueType::YesNo),
    ];
    match said.iter().find(|(_, is_said, may)| *is_said && !may) {
        Some((name, ..)) => Err(format!(
            "{name} is not for a field of the type {}",
            ty.name()
        )),
        None => Ok(()),
    }
}

fn yes_no(toml: &FieldToml) -> Result<Written, String> {
    let (yes, no) = match (&toml.yes, &toml.no) {
        (None, None) => return Ok(Written::YesNo),
        (Some(yes), Some(no)) => (yes.clone(), no.clone()),
        _ => return Err("write both yes = [...] and no = [...]".to_owned()),
    };
    let is_short = |words: &[String]| (1..=WORDS_MAX).contains(&words.len());
    if !is_short(&yes) || !is_short(&no) || yes.iter().any(|word| no.contains(word)) {
        return Err(format!(
            "yes and no have 1 to {WORDS_MAX} words each, and none in both"
        ));
    }
    Ok(Written::YesNoWords { yes, no })
}

fn code(list: &[&'static str], toml: &FieldToml) -> Result<Written, String> {
    let ours = |word: &str| {
        let place = list.iter().position(|known| *known == word);
        let place = place.and_then(|place| i64::try_from(place).ok());
        place.ok_or_else(|| format!("{word} is none of ours: {}", list.join(", ")))
    };
    let Some(words) = &toml.words else {
        let same = list.iter().map(|word| Ok((word.to_string(), ours(word)?)));
        return Ok(Written::Code(same.collect::<Result<_, String>>()?));
    };
    if words.is_empty() || words.len() > WORDS_MAX {
        return Err(format!(
            "words has 1 to {WORDS_MAX} lines, THEIRS = \"ours\""
        ));
    }
    let words = words
        .iter()
        .map(|(theirs, word)| Ok((theirs.clone(), ours(word)?)));
    Ok(Written::Code(words.collect::<Result<_, String>>()?))
}

fn of_field(kind: &FactKind, name: &str) -> String {
    format!("facts.{}.fields.{name}", kind.name)
}

fn fields_of(kind: &FactKind) -> String {
    let names: Vec<&str> = kind.fields.iter().map(|field| field.name).collect();
    names.join(", ")
}
