//! Traces, letters, and what an edit of a pack's text changes.

mod packs;

use kernel::{Day, Lang, Money};
use rules::cases::{ReadyCase, read_cases};
use rules::outcome::{PackedTrace, Truth};
use rules::{Batch, LetterKind, Outcomes, Pack, Trace, Verdict, explain, letter};

fn case(pack: &Pack, yaml: &str) -> ReadyCase {
    read_cases(pack, yaml).expect("a sound case").remove(0)
}

fn trace(pack: &Pack, yaml: &str) -> Trace {
    let case = case(pack, yaml);
    let plan = pack.plan(case.decided_on).expect("a plan");
    explain(&plan, &case.portrait, &case.facts).expect("a trace")
}

const FAMILY: &str = "
- name: a family of four
  decided_on: 2025-07-10
  family:
    applicant: { age: 34, sex: female, wage: [{ month: 2025-05, amount: 3 000 000, payer: Oqtepa MCHJ }] }
    spouse: { age: 36, sex: male }
    children: [1, 5]
  expect: { verdict: entitled }
";

const CAR: &str = "
- name: a new car and a silent tax authority
  decided_on: 2025-07-10
  family:
    applicant:
      age: 34
      sex: female
      wage: unknown
      vehicle: [{ plate: 01A123BC, model: Cobalt, made_year: 2022, serviceable: true }]
    children: [5]
  expect: { verdict: not_entitled }
";

#[test]
fn an_edited_amount_changes_decision_and_letter_without_a_build() {
    let before = packs::pack("uz-654b");
    let after = packs::edited(
        "uz-654b",
        "| 2025-07-01 | 2025-06-02 | 165 000 |",
        "| 2025-07-01 | 2025-06-02 | 170 000 |",
    );
    assert_eq!(
        trace(&before, FAMILY).amount,
        Some(Money::from_major(525_000))
    );
    let changed = trace(&after, FAMILY);
    assert_eq!(changed.amount, Some(Money::from_major(530_000)));
    let text = letter(&after, &changed, Lang::En, LetterKind::Awarded)
        .expect("a letter")
        .paragraphs
        .join("\n");
    assert!(text.contains("530\u{a0}000"), "{text}");
    assert_ne!(before.hash(), after.hash());
}

#[test]
fn an_edited_threshold_turns_an_award_into_a_refusal() {
    let pack = packs::edited(
        "uz-654b",
        "| 2025-02-04 | 2025-02-04 | 669 000 |",
        "| 2025-02-04 | 2025-02-04 | 249 999.99 |",
    );
    let trace = trace(&pack, FAMILY);
    assert_eq!(trace.verdict, Verdict::NotEntitled);
    assert_eq!(
        trace.conditions[trace.deciding.expect("a deciding condition")].id,
        "income"
    );
}

#[test]
fn the_trace_holds_values_limits_sources_and_the_arithmetic() {
    let trace = trace(&packs::pack("uz-654b"), FAMILY);
    let income = trace.condition("income").expect("the income test");
    assert_eq!(income.truth, Truth::Met);
    assert_eq!(
        income.value.expect("a value").text(Lang::En),
        "250\u{a0}000\u{a0}soum"
    );
    assert_eq!(income.limit.expect("a limit").minor(), 66_900_000);
    assert_eq!(income.evidence.len(), 1);
    let row = income.evidence[0].text(Lang::En);
    assert!(
        row.contains("May 2025") && row.contains("Oqtepa MCHJ"),
        "{row}"
    );
    assert!(
        income
            .facts
            .iter()
            .all(|fact| fact.as_of == Day::new(2025, 7, 10).expect("a day"))
    );
    let line = trace
        .arithmetic
        .iter()
        .find(|line| line.id == "per_capita")
        .expect("the line of the income");
    assert_eq!(line.formula.get(Lang::En), "3\u{a0}000\u{a0}000 ÷ 4 ÷ 3");
    let total = trace.arithmetic.last().expect("the line of the amount");
    assert_eq!(total.formula.get(Lang::En), "360\u{a0}000 + 165\u{a0}000");
    let mce = trace
        .parameters
        .iter()
        .find(|parameter| parameter.name == "mce")
        .expect("the poverty line");
    assert!(mce.law.contains("04.02.2025"));
}

#[test]
fn a_refusal_on_known_facts_names_the_car_and_the_silent_agency() {
    let pack = packs::pack("uz-654b");
    let trace = trace(&pack, CAR);
    assert_eq!(trace.verdict, Verdict::NotEntitled);
    for lang in Lang::ALL {
        let letter = letter(&pack, &trace, lang, LetterKind::Refused).expect("a letter");
        let text = letter.paragraphs.join("\n");
        assert!(text.contains("01A123BC") && text.contains("2022"), "{text}");
        let agency = kernel::Source::Tax.label().get(lang).into_owned();
        assert!(text.contains(&agency), "{lang}: {text}");
        assert!(
            !text.contains('{') && !letter.subject.contains('{'),
            "{text}"
        );
    }
}

#[test]
fn a_letter_says_codes_in_words() {
    let pack = packs::pack("uz-654b");
    let yaml = "
- name: two pensions above the line
  decided_on: 2025-07-10
  family:
    applicant:
      age: 64
      sex: female
      pension:
        - { kind: old_age, month: 2025-05, amount: 9 000 000 }
        - { kind: survivor, month: 2025-06, amount: 9 000 000 }
  expect: { verdict: not_entitled }
";
    let trace = trace(&pack, yaml);
    assert_eq!(trace.verdict, Verdict::NotEntitled);
    let expected = [
        (Lang::UzLatn, "turi yoshga doir pensiya"),
        (Lang::UzCyrl, "тури ёшга доир пенсия"),
        (Lang::Ru, "вид пенсия по случаю потери кормильца"),
        (Lang::En, "kind survivor's pension"),
    ];
    for (lang, words) in expected {
        let letter = letter(&pack, &trace, lang, LetterKind::Refused).expect("a letter");
        let text = letter.paragraphs.join("\n");
        assert!(text.contains(words), "{text}");
        assert!(!text.contains("old_age") && !text.contains('_'), "{text}");
    }
    let json = serde_json::to_string(&trace).expect("JSON");
    assert!(json.contains("old-age pension"), "{json}");
}

#[test]
fn short_messages_fit_one_message_and_carry_no_sum() {
    for id in ["uz-654b", "uz-sr26"] {
        let pack = packs::pack(id);
        let trace = trace(&pack, &FAMILY.replace("2025", "2026"));
        let kinds = [
            LetterKind::Awarded,
            LetterKind::Refused,
            LetterKind::WaitingList,
            LetterKind::WaitingAgency,
            LetterKind::WaitingVisit,
        ];
        for (kind, lang) in kinds
            .into_iter()
            .flat_map(|kind| Lang::ALL.map(|lang| (kind, lang)))
        {
            let Some(letter) = letter(&pack, &trace, lang, kind) else {
                continue;
            };
            let most = if letter.sms.is_ascii() { 160 } else { 70 };
            assert!(
                letter.sms.chars().count() <= most,
                "{lang} {kind:?}: {}",
                letter.sms
            );
            assert!(!letter.sms.contains("000"), "{}", letter.sms);
            assert!(
                lang != Lang::UzLatn || letter.sms.is_ascii(),
                "{}",
                letter.sms
            );
        }
    }
}

#[test]
fn the_nearest_change_of_income_turns_the_outcome_and_a_tiyin_less_does_not() {
    let pack = packs::pack("uz-654b");
    // One person: the income a month is a third of the window's sum.
    let with = |tiyin: i64| {
        let wage = Money(tiyin).to_string();
        let yaml = "
- name: one person
  decided_on: 2025-07-10
  family:
    applicant: { age: 34, sex: female, wage: WAGE }
  expect: { verdict: entitled }
";
        trace(&pack, &yaml.replace("WAGE", &wage))
    };
    let refused = with(70_000_050);
    let change = &refused.changes[0];
    assert_eq!(
        (change.condition.as_str(), change.by),
        ("income", 3_100_050)
    );
    assert_eq!(with(70_000_050 - change.by).verdict, Verdict::Entitled);
    assert_eq!(
        with(70_000_050 - change.by + 1).verdict,
        Verdict::NotEntitled
    );
    let awarded = with(66_000_000);
    let margin = &awarded.changes[0];
    assert_eq!(with(66_000_000 + margin.by).verdict, Verdict::NotEntitled);
    assert_eq!(with(66_000_000 + margin.by - 1).verdict, Verdict::Entitled);
}

#[test]
fn the_stored_trace_reads_back_and_equals_the_explanation() {
    for (id, yaml) in [("uz-654b", FAMILY), ("uz-654b", CAR)] {
        let pack = packs::pack(id);
        let case = case(&pack, yaml);
        let plan = pack.plan(case.decided_on).expect("a plan");
        let (mut batch, mut outcomes) = (Batch::new(&plan), Outcomes::new());
        batch
            .push(&case.portrait.pack(), &case.facts)
            .expect("a sound portrait");
        plan.decide(&batch, &mut outcomes);
        let stored = PackedTrace::read(outcomes.trace_bytes(0)).expect("a sound trace");
        let trace = trace(&pack, yaml);
        assert_eq!(stored.verdict, trace.verdict);
        assert_eq!(stored.amount, trace.amount);
        for (stored, explained) in stored.conditions.iter().zip(&trace.conditions) {
            assert_eq!(stored.truth, explained.truth);
            let pair = |numerator: i64, denominator: i64, at_least: bool| {
                (numerator, denominator, at_least)
            };
            let one = stored
                .value
                .map(|value| pair(value.numerator, value.denominator, value.at_least));
            let other = explained
                .value
                .map(|value| pair(value.numerator, value.denominator, value.at_least));
            assert_eq!(one, other, "{}", explained.id);
        }
        let mut ids = Vec::new();
        outcomes.facts_used(0, &mut ids);
        assert_eq!(ids.len(), trace.facts.len() * 16);
    }
}

#[test]
fn every_letter_of_a_trace_is_whole_in_every_language() {
    for id in ["uz-654b", "uz-sr26"] {
        let pack = packs::pack(id);
        let yaml = FAMILY
            .replace("2025", "2026")
            .replace("family:", "origin: migration\n  family:");
        let trace = trace(&pack, &yaml);
        assert_eq!(trace.verdict, Verdict::Entitled);
        for lang in Lang::ALL {
            let letter = letter(&pack, &trace, lang, LetterKind::Awarded).expect("a letter");
            let text = format!("{}\n{}", letter.subject, letter.paragraphs.join("\n"));
            assert!(
                !text.contains('{') && !text.contains('—'),
                "{id} {lang}: {text}"
            );
            assert!(text.contains("525\u{a0}000"), "{id} {lang}: {text}");
        }
    }
}
