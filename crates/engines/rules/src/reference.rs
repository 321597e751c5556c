//! The reference page of the rule language, made from the tables by which packs are
//! read: `daftar rules reference > docs/language.md`. A test holds the page to them.

use crate::limits;
use crate::pack::LANGUAGE;
use crate::pack::tables::{
    BLOCK_KINDS, CONDITION_SLOTS, LETTER_SLOTS, PARAMETER_COLUMNS, SMS_SLOTS, UNIT_RULES, keys,
};
use crate::syntax::Operator;
use crate::typed::{BUILT_IN, CASE_COLUMNS, Function, MEMBER_COLUMNS, Type};
use kernel::facts::{CATALOGUE, FactKind, Owner, ValueType};

/// What each kind of block is for; a kind without a line fails a test.
const BLOCKS: &[(&str, &str)] = &[
    (
        "country",
        "What all packs of a country have in common, in a shared file: money and codes of territories.",
    ),
    (
        "pack",
        "The regime: its name, its law, its days. One a pack; its argument is the folder's name.",
    ),
    ("unit", "Who is assessed together."),
    (
        "facts",
        "Which kinds of facts are read, and of whom: a table of kind and `adults`, `children`, `all` or `family`. A third column `prevails` names the sources that go before the others of the kind, the first one most trusted; an empty cell keeps the order of the catalogue.",
    ),
    (
        "parameter",
        "A dated amount of the law; a column `territory` gives a region its own, until a row with `-` for a value ends it. Shared files hold these too.",
    ),
    ("variable", "A named formula of the unit or of a member."),
    ("condition", "A ground of refusal, said from the good side."),
    ("category", "A band; the first that holds is taken."),
    (
        "programme",
        "A benefit with the lines of its amount; the first that holds is given.",
    ),
    (
        "input",
        "What a calculation is given: one value for each member or unit.",
    ),
    (
        "entities",
        "How the tests of other programs call the members and groups of a calculation.",
    ),
    ("scale", "Brackets with their dates, for `scale(name, x)`."),
    (
        "term",
        "How long an award runs, by category or programme; how long a suspended case is looked at again, by condition; and how many months an entitled family waits for money, under `waiting_list`.",
    ),
    (
        "steps",
        "Steps that people do, with their deadlines: a table of `visit` or `seven` and working days.",
    ),
    (
        "letter",
        "The texts of a letter: `awarded`, `refused`, `suspended`, `waiting_list`, `postponed`, `waiting_agency` or `waiting_visit`.",
    ),
    (
        "group",
        "Of an overview: people of interest, with the law or source that names them.",
    ),
    (
        "shown",
        "Of an overview: a table of the variables that stand side by side, none hidden in a score.",
    ),
];

/// What each key says. `kind key` wins over `key`; a key without a line fails a test.
const KEYS: &[(&str, &str)] = &[
    (
        "pack kind",
        "`regime` (when nothing is said), or `calculation`: variables and nothing else",
    ),
    ("scale kind", "how its brackets are applied"),
    ("period", "`month`, `first_month`, `year` or `always`"),
    ("digits", "digits after the point"),
    ("codes", "the words of a code"),
    (
        "spread",
        "`year`: a year's value is spread over its months where tests give one",
    ),
    (
        "assumed",
        "what a test of OpenFisca's format means by saying nothing of it",
    ),
    ("currency", "`UZS` or `RUB`"),
    (
        "territories",
        "`soato` (seven digits) or `oktmo` (eight): how a district's code is written",
    ),
    (
        "window months",
        "months over which incomes are asked; 3 when nothing is said",
    ),
    (
        "window lag",
        "months between the window's end and the month of the application",
    ),
    ("standing", "`primary`, `overlay` or `programme`"),
    (
        "opened by",
        "`register`: nobody applies, the register finds who is entitled",
    ),
    ("territory", "codes that an overlay keeps to"),
    ("when unmet", "`suspend`: a payment stops and may resume"),
    ("pays", "`nothing`: a plan or a place, no amount"),
    ("language", "the version of the rule language"),
    ("title", "the name of the regime"),
    ("law", "the act, its number and its date"),
    (
        "in force from",
        "the first day of application that it governs",
    ),
    ("in force until", "the last one; left out while it holds"),
    (
        "cut-off day",
        "applications up to this day of a month count for it",
    ),
    (
        "rank",
        "the variable by which families are served when money is short",
    ),
    (
        "parameter type",
        "`money`, `integer`, `number`, `years`, `months` or `days`",
    ),
    ("type", "the type that the formula must have"),
    ("label", "what people call it"),
    ("entity", "`unit` or `member`"),
    ("round", "a step and `half_up`, `half_even`, `down` or `up`"),
    ("formula", "the expression"),
    (
        "formula from DATE",
        "the expression from that day on; ascending",
    ),
    (
        "condition formula",
        "yes when the family is on the good side",
    ),
    ("code", "the clause code of letters and statistics"),
    (
        "stage",
        "`always`, or `final`: only when the human steps are over",
    ),
    (
        "value",
        "what `{value}` shows, when it is not the left side of the comparison",
    ),
    (
        "limit",
        "what `{limit}` shows, when it is not the right side",
    ),
    ("met", "the sentence when it is met"),
    ("unmet", "the sentence when it is not"),
    ("unknown", "the sentence while it is not known"),
    ("advice", "what to do about it; may be left out"),
    ("when", "the expression that must hold"),
    (
        "share",
        "the part of the amount that the category gets; a bare number",
    ),
    ("until", "the last month it is paid for"),
    (
        "line NAME",
        "a line of the amount; with `.uz`, `.ru`, `.en` its label",
    ),
    ("months", "how long"),
    ("at end", "`reassess`, `renewal` or `stop`"),
    ("status", "`verified` or `recalled`"),
    ("subject", "the subject"),
    ("body", "a paragraph a line"),
    (
        "silent",
        "said when a known fact settled the matter although an agency was silent",
    ),
    (
        "sms",
        "the short message; `.uz-cyrl` where transliteration would not fit",
    ),
];

/// The named maxima with what they bound; one that is not listed fails a test.
const LIMITS: &[(&str, usize, &str)] = &[
    ("PACK_BYTES_MAX", limits::PACK_BYTES_MAX, "bytes of a pack"),
    (
        "FILES_MAX",
        limits::FILES_MAX,
        "files of a pack, shared ones included",
    ),
    ("BLOCKS_MAX", limits::BLOCKS_MAX, "blocks of a pack"),
    (
        "EXPRESSION_BYTES_MAX",
        limits::EXPRESSION_BYTES_MAX,
        "bytes of an expression",
    ),
    ("NESTING_MAX", limits::NESTING_MAX, "levels of nesting"),
    (
        "EXPRESSION_NODES_MAX",
        limits::EXPRESSION_NODES_MAX,
        "nodes of an expression",
    ),
    (
        "NODES_MAX",
        limits::NODES_MAX,
        "nodes of a plan: the fuel of a decision",
    ),
    (
        "BLOCK_UNITS",
        limits::BLOCK_UNITS,
        "families that are decided together",
    ),
    ("MEMBERS_MAX", limits::MEMBERS_MAX, "members of a unit"),
    (
        "BRACKETS_MAX",
        limits::BRACKETS_MAX,
        "rows of a scale, all its versions together",
    ),
    (
        "DIAGNOSTICS_MAX",
        limits::DIAGNOSTICS_MAX,
        "complaints told at once",
    ),
    (
        "OUTCOMES_MAX",
        limits::OUTCOMES_MAX,
        "conditions; categories and programmes together",
    ),
    (
        "WINDOW_MONTHS_MAX",
        limits::WINDOW_MONTHS_MAX as usize,
        "months of a window, or of one `count_months`",
    ),
    (
        "RECEIPT_BYTES_MAX",
        limits::RECEIPT_BYTES_MAX,
        "bytes of a receipt",
    ),
];

/// The whole page.
pub fn page() -> String {
    let mut page = format!(
        "# The rule language, version {LANGUAGE}\n\n\
         Made by `daftar rules reference` from the tables of the engine; do not edit. \
         [packs/README.md](../packs/README.md) explains it by example.\n\n"
    );
    page += &blocks();
    page += &expressions();
    page += &names();
    page += &facts();
    page += &texts();
    page += "## Limits\n\n| most | of what | name |\n|---|---|---|\n";
    for (name, most, what) in LIMITS {
        page += &format!("| {most} | {what} | `{name}` |\n");
    }
    page
}

fn blocks() -> String {
    let mut out = String::from("## Blocks\n\nTexts for people come as `.uz`, `.ru` and `.en`.\n");
    for kind in BLOCK_KINDS {
        let says = BLOCKS
            .iter()
            .find(|(name, _)| *name == kind)
            .map_or("", |(_, says)| says);
        out += &format!("\n### {kind}\n\n{says}\n");
        if kind == "unit" {
            out += &format!("\nIts lines: {UNIT_RULES}.\n");
        }
        if kind == "parameter" {
            out += &format!("\nIts table: {}.\n", PARAMETER_COLUMNS.join(", "));
        }
        let folded = folded(kind);
        if folded.is_empty() {
            continue;
        }
        out += "\n| key | says |\n|---|---|\n";
        for (key, says) in folded {
            out += &format!("| `{key}` | {says} |\n");
        }
    }
    out + "\n"
}

/// The keys of a block, each text once, with what it says.
fn folded(kind: &str) -> Vec<(String, &'static str)> {
    let mut rows: Vec<(String, &'static str)> = Vec::new();
    for key in keys(kind) {
        let (base, lang) = key
            .split_once('.')
            .map_or((key, None), |(base, lang)| (base, Some(lang)));
        let own = format!("{kind} {base}");
        let says = KEYS
            .iter()
            .find(|(name, _)| *name == own)
            .or_else(|| KEYS.iter().find(|(name, _)| *name == base))
            .map_or("", |(_, says)| says);
        let shown = match lang {
            None | Some("uz-cyrl") => key.to_owned(),
            Some(_) => format!("{base}.*"),
        };
        if !rows.iter().any(|(row, _)| *row == shown) {
            rows.push((shown, says));
        }
    }
    rows
}

fn expressions() -> String {
    let mut out = String::from(
        "## Expressions\n\n\
         Literals: `5`, `0.75`, `true`, `false`, `DATE '2026-02-01'`, `'code'`. \
         Also `not x`, `-x`, `x between a and b`, `x in (a, b)`, \
         `case when x then a else b end`, brackets.\n\n",
    );
    let signs: Vec<String> = Operator::ALL
        .iter()
        .map(|(sign, _)| format!("`{sign}`"))
        .collect();
    out += &format!("Operators: {}.\n\n", signs.join(" "));
    out += "Types: `money` (tiyin behind), `integer`, `number` (a fixed number of digits), \
            `years`, `months`, `days`, `date`, `month`, `yes/no`, codes of a list. Units do not \
            mix; a quotient stays an exact fraction until a rounding is declared.\n\n";
    out += "| function | gives |\n|---|---|\n";
    for (_, example, gives) in BUILT_IN {
        out += &format!("| `{example}` | {gives} |\n");
    }
    for (_, function, example) in Function::ALL {
        out += &format!("| `{example}` | {} |\n", gives(function));
    }
    out + "\n"
}

fn gives(function: Function) -> &'static str {
    match function {
        Function::CompletedYears => "whole years between two days",
        Function::YearOf => "the year of a day, a bare number",
        Function::MonthOf => "the month of a day",
        Function::MonthTurning => "the month in which that age is reached",
        Function::MonthsBetween => "how many months later the second is",
        Function::AddMonths => "so many months later",
    }
}

fn names() -> String {
    let mut out = String::from("## The case and its members\n\n| name | type |\n|---|---|\n");
    let columns = [("case", CASE_COLUMNS), ("member", MEMBER_COLUMNS)];
    for (table, columns) in columns {
        for (name, ty) in columns {
            out += &format!("| `{table}.{name}` | {} |\n", Type::word(*ty));
        }
    }
    out + "\n`former_category` is a place in the pack's list, -1 for none.\n\n"
}

fn facts() -> String {
    let mut out = String::from("## Facts\n\nSources in the order of trust.\n\n");
    out += "| kind | of | rows | fields | sources |\n|---|---|---|---|---|\n";
    for kind in CATALOGUE {
        let fields: Vec<String> = kind
            .fields
            .iter()
            .map(|field| format!("`{}` {}", field.name, word(field.ty)))
            .collect();
        let sources: Vec<&str> = kind.sources.iter().map(|source| source.name()).collect();
        out += &format!(
            "| `{}` | {} | {} | {} | {} |\n",
            kind.name,
            owner(kind),
            if kind.many { "many" } else { "one" },
            fields.join(", "),
            sources.join(", ")
        );
    }
    out + "\n"
}

fn owner(kind: &FactKind) -> &'static str {
    match kind.owner {
        Owner::Person => "person",
        Owner::Unit => "family",
    }
}

fn word(ty: ValueType) -> String {
    match ty {
        ValueType::Money => "money".into(),
        ValueType::Integer => "integer".into(),
        ValueType::Day => "date".into(),
        ValueType::Month => "month".into(),
        ValueType::YesNo => "yes/no".into(),
        ValueType::Code(list) => format!("({})", list.join(", ")),
        ValueType::Text => "text, for people only".into(),
    }
}

fn texts() -> String {
    let braced = |slots: &[&str]| {
        let braced: Vec<String> = slots.iter().map(|slot| format!("`{{{slot}}}`")).collect();
        braced.join(", ")
    };
    format!(
        "## Places in texts\n\n\
         Conditions: {}, `{{param:name}}`. Letters: {}. Short messages: {}.\n\n",
        braced(&CONDITION_SLOTS),
        braced(&LETTER_SLOTS),
        braced(&SMS_SLOTS)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Word;
    use crate::source::Place;
    use crate::syntax::{Form, parse};

    #[test]
    fn every_block_and_key_is_explained() {
        for kind in BLOCK_KINDS {
            assert!(BLOCKS.iter().any(|(name, _)| *name == kind), "{kind}");
            for (key, says) in folded(kind) {
                assert!(!says.is_empty(), "{kind}: {key}");
            }
        }
    }

    #[test]
    fn every_limit_is_listed() {
        let source = include_str!("limits.rs");
        let names = source
            .lines()
            .filter_map(|line| line.strip_prefix("pub const "));
        for name in names.filter_map(|rest| rest.split(':').next()) {
            assert!(LIMITS.iter().any(|(listed, ..)| *listed == name), "{name}");
        }
    }

    #[test]
    fn every_operator_is_read_by_its_sign() {
        for (sign, operator) in Operator::ALL {
            let text = format!("a {sign} b");
            let place = Place {
                file: "x".into(),
                text: text.as_str().into(),
                line: 1,
                column: 1,
                width: 1,
            };
            let ast = parse(&[Word { text, place }]).expect("an expression");
            assert!(
                matches!(ast.form, Form::Binary(read, ..) if read == operator),
                "{sign}"
            );
        }
    }
}
