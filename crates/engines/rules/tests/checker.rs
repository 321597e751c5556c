//! What the reader of packs refuses, and how it says so.

mod packs;

use rules::{Diagnostic, SourceFile, read_pack};

/// The errors of a pack with one text replaced by another.
fn errors(id: &str, from: &str, to: &str) -> Vec<Diagnostic> {
    let (mut own, mut shared) = packs::pack_files(id);
    let file = own
        .iter_mut()
        .chain(&mut shared)
        .find(|file| file.text.contains(from));
    let file = file.unwrap_or_else(|| panic!("`{from}` does not stand in {id}"));
    file.text = file.text.replacen(from, to, 1);
    read_pack(id, &own, &shared)
        .map(|_| ())
        .expect_err("the pack must be refused")
}

#[track_caller]
fn check(from: &str, to: &str, message: &str) {
    let errors = errors("uz-654b", from, to);
    let found = errors
        .iter()
        .any(|error| error.to_string().contains(message));
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert!(found, "expected `{message}` in:\n{}", all.join("\n"));
}

#[test]
fn mistakes_are_named_with_what_to_write_instead() {
    check(
        "per_capita <= threshold",
        "per_capita <= treshold",
        "did you mean `threshold`?",
    );
    check(
        "vehicle.made_year <=",
        "vehicle.made_yaer <=",
        "one of: plate, model, made_year, serviceable",
    );
    check(
        "sum(wage.amount)",
        "sum(wages.amount)",
        "did you mean `wage`?",
    );
    check(
        "| wage            | adults |",
        "| wages           | adults |",
        "did you mean `wage`?",
    );
    check(
        "per_capita <= threshold",
        "per_capita <= members",
        "money meets integer",
    );
    check(
        "per_capita <= threshold",
        "per_capita <= 669000",
        "a sum of money is written into a formula",
    );
    check(
        "children > 0",
        "children + youngest_age > 0",
        "integer meets years",
    );
    check("children > 0", "children", "must be yes/no");
    check(
        "children > 0",
        "children > 0 or",
        "this formula ends where something more must follow",
    );
    check(
        "children > 0",
        "children > (select 1)",
        "the rule language does not have this",
    );
    check(
        "children > 0",
        "coalesce(children, 0) > 0",
        "there is no function `coalesce`",
    );
    check(
        "count(member)\n",
        "count(*)\n",
        "`*` does not say what is counted",
    );
    check("min(age, 200)", "min(age)", "wrong number of values");
    check(
        "property.use = 'dwelling'",
        "property.use = 'dweling'",
        "one of: dwelling, nonresidential, land",
    );
    check(
        "type: money\nlabel.uz: Ish haqi",
        "type: integer\nlabel.uz: Ish haqi",
        "type: money",
    );
    check(
        "wages + self_employment_income",
        "per_capita + self_employment_income",
        "need each other",
    );
    check(
        "entity: member\ntype: years",
        "entity: unit\ntype: years",
        "has many values here",
    );
}

#[test]
fn a_parameter_without_law_or_status_is_refused() {
    check(
        "| 2025-07-01 | 2025-06-02 | 360 000 | UP-91 of 02.06.2025 | verified |",
        "| 2025-07-01 | 2025-06-02 | 360 000 |  | verified |",
        "a value without a law",
    );
    check(
        "| 2025-07-01 | 2025-06-02 | 360 000 | UP-91 of 02.06.2025 | verified |",
        "| 2025-07-01 | 2025-06-02 | 360 000 | UP-91 | sure |",
        "a value without a status",
    );
    check(
        "| 2025-07-01 | 2025-06-02 | 360 000 |",
        "| 2021-09-01 | 2021-08-11 | 360 000 |",
        "overlap",
    );
    check(
        "| 2025-07-01 | 2025-06-02 | 360 000 |",
        "| 2025-07-32 | 2025-06-02 | 360 000 |",
        "2025-07-32",
    );
    check(
        "| 2025-07-01 | 2025-06-02 | 360 000 |",
        "| 2025-07-01 | 2025-06-02 | 360,000 |",
        "not a number",
    );
    check(
        "| 2021-09-01 | 2021-08-11 | 325 000 |",
        "| 2021-09-01 | 2021-10-11 | 325 000 |",
        "announced and in force",
    );
}

#[test]
fn a_text_missing_in_one_language_is_refused() {
    check("met.ru: На одного", "mett.ru: На одного", "has no `met.ru`");
    check("label.en: Children under 18\n", "", "has no `label.en`");
    check(
        "{value} per member a month on average; the threshold",
        "{valeu} per member a month on average; the threshold",
        "did you mean {value}?",
    );
    check(
        "sms.uz: Arizangiz ({applied_on}) hozircha",
        "sms.uz: Arizangiz ({applied_on}) hozircha oʻz",
        "leaves the GSM alphabet",
    );
    check(
        "sms.ru: Заявление {applied_on}: отказ.",
        "sms.ru: Заявление {applied_on}: к большому сожалению, отказ.",
        "at most 70",
    );
    check(
        "sms.ru: Заявление {applied_on}: отказ.",
        "",
        "has no `sms.ru`",
    );
    check(
        "sms.en: Application of {applied_on}: refused.",
        "",
        "has no `sms.en`",
    );
    check(
        "sms.uz-cyrl: Ариза {applied_on}: рад",
        "",
        "has no `sms.uz-cyrl`",
    );
    check(
        "```letter refused",
        "```letter refsued",
        "there is no such letter",
    );
}

#[test]
fn an_error_shows_its_line_with_the_words_underlined() {
    let errors = errors(
        "uz-654b",
        "per_capita <= threshold",
        "per_capita <= treshold",
    );
    let error = errors
        .iter()
        .find(|error| error.message.contains("treshold"))
        .expect("the error");
    assert_eq!(error.file, "uz/uz-654b/income.md");
    assert_eq!(
        error.excerpt,
        "formula: per_capita <= treshold\n                       ^^^^^^^^"
    );
    assert_eq!(error.column, 24);
}

/// A pack of its own, to which hostile blocks are added.
fn hostile(block: &str) -> Result<(), Vec<Diagnostic>> {
    let (mut own, shared) = packs::pack_files("uz-654b");
    own.push(SourceFile {
        path: "uz/uz-654b/z.md".into(),
        text: block.into(),
    });
    read_pack("uz-654b", &own, &shared).map(|_| ())
}

fn variable(name: &str, formula: &str) -> String {
    format!(
        "```variable {name}\nentity: unit\ntype: integer\nlabel.uz: x\nlabel.ru: x\nlabel.en: x\nformula: {formula}\n```\n"
    )
}

#[test]
fn hostile_packs_end_in_an_error() {
    let deep = format!("{}1{}", "(".repeat(1_500), ")".repeat(1_500));
    let long = vec!["1"; 1_500].join(" + ");
    let mut doubling = "members".to_owned();
    for _ in 0..30 {
        doubling = format!("case when {doubling} between 1 and 2 then 1 else 2 end");
    }
    for formula in [
        &deep,
        &long,
        &doubling,
        &"9".repeat(400),
        &"1".repeat(10_000),
    ] {
        assert!(
            hostile(&variable("hostile", formula)).is_err(),
            "{}",
            &formula[..40]
        );
    }
    let circle = variable("one", "other") + &variable("other", "one");
    assert!(hostile(&circle).is_err());
    let endless = "```variable endless\nformula: 1\n";
    assert!(hostile(endless).is_err());
    let many: String = (0..1_200)
        .map(|index| variable(&format!("v{index}"), "1"))
        .collect();
    assert!(hostile(&many).is_err());
    let large = "x".repeat(3 << 20);
    assert!(hostile(&large).is_err());
    let control = "```parameter \u{0}\u{202e}\n| |\n|||||\n```\n";
    assert!(hostile(control).is_err());
    let digits = format!("0.{}", "1".repeat(300));
    let (own, mut shared) = packs::pack_files("uz-654b");
    for file in &mut shared {
        file.text = file
            .text
            .replace("| 0 | not found in", &format!("| {digits} | not found in"));
    }
    assert!(read_pack("uz-654b", &own, &shared).is_err());
    let harmless = variable("harmless", "members + 1");
    hostile(&harmless).expect("a sound block is taken");
}

#[test]
fn a_long_chain_of_variables_is_ordered_without_recursion() {
    let chain: String = (0..800)
        .map(|index| {
            if index == 0 {
                variable("c0", "members")
            } else {
                variable(&format!("c{index}"), &format!("c{} + 1", index - 1))
            }
        })
        .collect();
    hostile(&chain).expect("a chain is no circle");
}
