//! Explanations as people read them: golden files in each language, one for each outcome.
//! After a change of words, `UPDATE_GOLDEN=1 cargo test -p rules --test told` writes them
//! anew; read the difference before it is committed.

mod packs;

use kernel::Lang;
use rules::cases::read_cases;
use rules::explain::nearest;
use rules::outcome::Truth;
use rules::{LetterKind, Pack, Trace, explain, letter};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const CASES: [(&str, &str, &str); 5] = [
    (
        "awarded",
        "uz-sr26",
        "
- name: a family on the border
  decided_on: 2026-03-05
  stage: final
  family:
    applicant: { age: 34, sex: female, wage: 1 000 000 }
    spouse: { age: 36, sex: male, wage: 2 700 000 }
    children: [1, 5, 9]
    visit: { at_home: true, confirmed: true, informal_income: 0 }
    seven: { informal_income: 400 000, difficult_situation: true }
  expect: { verdict: entitled }
",
    ),
    (
        "refused-for-income",
        "uz-sr26",
        "
- name: an income above the limit
  decided_on: 2026-03-05
  stage: final
  family:
    applicant: { age: 34, sex: female, wage: 3 000 000 }
    spouse: { age: 36, sex: male, wage: 1 500 000 }
    children: [1, 5]
    visit: { at_home: true, confirmed: true, informal_income: 0 }
    seven: { informal_income: 0, difficult_situation: true }
  expect: { verdict: not_entitled }
",
    ),
    (
        "refused-for-a-car",
        "uz-654b",
        "
- name: a new car
  decided_on: 2025-07-10
  family:
    applicant: { age: 34, sex: female, wage: 300 000 }
    spouse:
      age: 36
      sex: male
      vehicle: [{ plate: 01A123BC, model: Cobalt, made_year: 2022, serviceable: true }]
    children: [1, 5]
  expect: { verdict: not_entitled }
",
    ),
    (
        "unknown",
        "uz-654b",
        "
- name: two agencies are silent
  decided_on: 2025-07-10
  family:
    applicant: { age: 34, sex: female, wage: unknown }
    spouse: { age: 36, sex: male, vehicle: unknown }
    children: [1, 5]
  expect: { verdict: unknown }
",
    ),
    (
        "awaiting-a-visit",
        "uz-sr26",
        "
- name: before the visit
  decided_on: 2026-03-05
  stage: pre_assessment
  family:
    applicant: { age: 34, sex: female, wage: 500 000 }
    children: [1]
  expect: { verdict: needs_visit }
",
    ),
];

fn told(id: &str, yaml: &str) -> (Trace, Vec<rules::explain::FactChange>) {
    told_by(&packs::pack(id), yaml)
}

fn told_by(pack: &Pack, yaml: &str) -> (Trace, Vec<rules::explain::FactChange>) {
    let case = read_cases(pack, yaml).expect("a sound case").remove(0);
    let plan = pack.plan(case.decided_on).expect("a plan");
    let trace = explain(&plan, &case.portrait, &case.facts).expect("a sound portrait");
    let near = nearest(&plan, &case.portrait, &case.facts).expect("a sound portrait");
    (trace, near)
}

fn page(trace: &Trace, near: &[rules::explain::FactChange], lang: Lang) -> String {
    let mut out = String::new();
    let amount = trace
        .amount
        .map_or("-".to_owned(), |amount| amount.to_string());
    writeln!(out, "{:?} {amount}", trace.verdict).expect("text");
    for one in &trace.conditions {
        let mark = match one.truth {
            Truth::Met => "+",
            Truth::NotMet => "-",
            Truth::Unknown => "?",
            Truth::NotYet => ".",
        };
        let (text, law) = (one.text.get(lang), one.law.get(lang));
        writeln!(out, "{mark} {text} ({law})").expect("text");
        for row in &one.evidence {
            writeln!(out, "    {}", row.text(lang)).expect("text");
        }
    }
    for line in &trace.arithmetic {
        writeln!(out, "= {}", line.text(lang)).expect("text");
    }
    for need in &trace.needs {
        writeln!(
            out,
            "? {} <- {}",
            need.kind.get(lang),
            need.agency.get(lang)
        )
        .expect("text");
    }
    for change in &trace.changes {
        writeln!(out, "> {}", change.text.get(lang)).expect("text");
    }
    for change in near {
        writeln!(out, "~ {}", change.text.get(lang)).expect("text");
    }
    out
}

/// The letter that goes with the outcome, below the explanation.
fn letter_page(pack: &Pack, trace: &Trace, lang: Lang) -> String {
    let kind = match trace.verdict {
        rules::Verdict::Entitled => LetterKind::Awarded,
        rules::Verdict::NotEntitled => LetterKind::Refused,
        rules::Verdict::Unknown => LetterKind::WaitingAgency,
        rules::Verdict::NeedsVisit(_) => LetterKind::WaitingVisit,
    };
    let letter = letter(pack, trace, lang, kind).expect("the pack has this letter");
    let paragraphs = letter.paragraphs.join("\n");
    format!("\n{}\n\n{paragraphs}\n\n{}\n", letter.subject, letter.sms)
}

fn golden(name: &str, lang: Lang) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    folder.join(format!("{name}.{}.txt", lang.tag()))
}

#[test]
fn an_explanation_reads_the_same_in_every_language() {
    for (name, id, yaml) in CASES {
        let pack = packs::pack(id);
        let (trace, near) = told_by(&pack, yaml);
        for lang in Lang::ALL {
            let page = page(&trace, &near, lang) + &letter_page(&pack, &trace, lang);
            let file = golden(name, lang);
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                std::fs::write(&file, &page).expect("a writable folder");
            }
            let kept = std::fs::read_to_string(&file)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert_eq!(page, kept, "{}", file.display());
        }
    }
}

/// The verdicts are the law's, whatever the words are.
#[test]
fn the_explained_families_come_out_as_the_law_says() {
    use rules::Verdict;
    use rules::pack::Step;
    let verdicts: Vec<Verdict> = CASES
        .iter()
        .map(|(_, id, yaml)| told(id, yaml).0.verdict)
        .collect();
    let expected = [
        Verdict::Entitled,
        Verdict::NotEntitled,
        Verdict::NotEntitled,
        Verdict::Unknown,
        Verdict::NeedsVisit(Step::Visit),
    ];
    assert_eq!(verdicts, expected);
}

/// Who could tell stands beside what is missing.
#[test]
fn what_is_unknown_names_who_could_tell() {
    let (_, id, yaml) = CASES[3];
    let (trace, _) = told(id, yaml);
    let needs: Vec<(&str, &str)> = trace
        .needs
        .iter()
        .map(|need| (need.kind.get(Lang::En), need.agency.get(Lang::En)))
        .collect();
    assert_eq!(
        needs,
        [("wage", "tax authority"), ("vehicles", "vehicle register")]
    );
}

/// The cells of a row stand in brackets: plates and codes are never transliterated.
fn outside_brackets(text: &str) -> String {
    let (before, rest) = text.split_once('(').unwrap_or((text, ")"));
    let after = rest.rsplit_once(')').map_or("", |(_, after)| after);
    format!("{before}{after}")
}

/// Uzbek Cyrillic has no Latin letter but those of plates, codes and acts.
#[test]
fn cyrillic_is_cyrillic() {
    for (name, id, yaml) in CASES {
        let (trace, near) = told(id, yaml);
        for change in &near {
            let text = outside_brackets(change.text.get(Lang::UzCyrl));
            assert!(
                !text.chars().any(|c| c.is_ascii_alphabetic()),
                "{name}: {text}"
            );
        }
        for need in &trace.needs {
            let text = need.agency.get(Lang::UzCyrl);
            assert!(
                !text.chars().any(|c| c.is_ascii_alphabetic()),
                "{name}: {text}"
            );
        }
    }
}

/// The walkthrough quotes the goldens, and the receipt's own line.
#[test]
fn the_walkthrough_quotes_what_the_program_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let page = std::fs::read_to_string(root.join("docs/walkthroughs/a-rule.md")).expect("the page");
    let (name, id, yaml) = CASES[1];
    let said: String = Lang::ALL
        .map(|lang| std::fs::read_to_string(golden(name, lang)).expect("a golden file"))
        .concat();
    let from = page.find("## 5.").expect("the family");
    let quoted = page[from..].split("```text\n").skip(1);
    let mut count = 0;
    for block in quoted.filter_map(|rest| rest.split("```").next()) {
        for line in block.lines().filter(|line| !line.starts_with('{')) {
            assert!(said.contains(line), "nobody says: {line}");
            count += 1;
        }
    }
    assert!(count > 40, "only {count} lines are quoted");
    let pack = packs::pack(id);
    let case = read_cases(&pack, yaml).expect("a sound case").remove(0);
    let receipt = rules::Receipt::of(&rules::receipt::ToReceipt {
        pack: &pack,
        decided_on: case.decided_on,
        portrait: &case.portrait,
        case: &case.facts,
        about: &rules::receipt::ReceiptAbout::default(),
        letters: &[],
    });
    let conditions = receipt.expect("a receipt").outcome.conditions;
    let income = conditions
        .iter()
        .find(|one| one.id == "income")
        .expect("the condition");
    let line = serde_json::to_string(income).expect("plain data");
    assert!(page.contains(&line), "the receipt says: {line}");
}
