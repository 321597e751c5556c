//! Made-up data: decisions.

use super::*;

pub(super) fn three(lang: Lang, uz: &'static str, ru: &'static str, en: &'static str) -> String {
    kernel::lang::Text3::fixed(uz, ru, en)
        .get(lang)
        .into_owned()
}

pub(super) fn income_condition(lang: Lang, truth: Truth, yours: i64) -> Condition {
    let t = T::new(lang);
    let limit = 63_500_000;
    Condition {
        label: three(
            lang,
            "Bir kishiga oylik daromad",
            "Доход на человека в месяц",
            "Income a person a month",
        ),
        truth,
        yours: Some(t.money(Money(yours))),
        limit: Some(t.money(Money(limit))),
        gap: (truth == Truth::NotMet).then(|| t.money(Money(yours - limit))),
        article: three(lang, "PQ-35, 12-band", "ПП-35, пункт 12", "PKM-35, item 12"),
    }
}

/// A wage of which an old file says otherwise.
pub(super) fn disagreements(lang: Lang) -> Vec<Disagreement> {
    let t = T::new(lang);
    let said = |source: kernel::Source, soums, counts| Said {
        source: t.three(&source.label()),
        as_of: day(5),
        counts,
        value: t.money(Money::from_major(soums)),
    };
    vec![Disagreement {
        label: three(lang, "Ish haqi", "Заработная плата", "Wage"),
        whose: "Karimova Dilnoza".into(),
        why: t.disagree_why_catalogue(t.three(&kernel::Source::Tax.label())),
        words: vec![
            said(kernel::Source::Tax, 1_237_000, true),
            said(kernel::Source::Import, 900_000, false),
        ],
    }]
}

pub(super) fn awarded(lang: Lang) -> DecisionPage {
    let t = T::new(lang);
    let amount = Money::from_major(635_000);
    DecisionPage {
        shell: citizen_shell(lang, "/my/applications"),
        back: "/my/applications".into(),
        case: CaseId::from_u128(1),
        number: "4F7K29".into(),
        programme: Some(t.programme("child_benefit")),
        answer: Answer::Awarded {
            amount,
            from: day(32),
            to: Day::new(2026, 7, 31),
        },
        deciding: vec![income_condition(lang, Truth::Met, 41_233_333)],
        facts: vec![
            fact(lang, Some(t.money(Money::from_major(1_237_000)))),
            FactLine {
                label: three(lang, "Nafaqa", "Пенсия", "Pension"),
                whose: String::new(),
                value: Some(t.fact_none().into()),
                source: three(
                    lang,
                    "Pensiya jamgʻarmasi",
                    "Пенсионный фонд",
                    "Pension fund",
                ),
                as_of: Some(day(5)),
            },
        ],
        disagreements: disagreements(lang),
        others_hidden: true,
        sum: vec![
            three(
                lang,
                "3 oylik daromad: 3 711 000 soʻm",
                "Доход за 3 месяца: 3 711 000 сумов",
                "Income of 3 months: 3 711 000 soum",
            ),
            three(
                lang,
                "Bir kishiga bir oyda: 3 711 000 / 3 / 3 = 412 333,33 soʻm",
                "На человека в месяц: 3 711 000 / 3 / 3 = 412 333,33 сума",
                "A person a month: 3 711 000 / 3 / 3 = 412 333.33 soum",
            ),
            format!("500 000 + 135 000 = {}", t.money(amount)),
        ],
        changes: vec![t.change_family().into()],
        todo: vec![Todo {
            words: t.do_payments().into(),
            path: Some("/my/payments".into()),
        }],
        decider: Decider {
            people: true,
            pack: "UZ-SR26 2026-02-01".into(),
            article: three(lang, "PQ-35, 12-band", "ПП-35, пункт 12", "PKM-35, item 12"),
            day: day(32),
        },
        proof: Proof {
            number: "019b7a1c-6a80-7000-8000-3f0c2b6d9e11".into(),
            pack_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        },
        letter: vec![],
    }
}

pub(super) fn fact(lang: Lang, value: Option<String>) -> FactLine {
    FactLine {
        label: three(lang, "Ish haqi", "Заработная плата", "Wage"),
        whose: "Karimova Dilnoza".into(),
        value,
        source: three(
            lang,
            "Soliq qoʻmitasi",
            "Налоговый комитет",
            "Tax committee",
        ),
        as_of: Some(day(5)),
    }
}

pub(super) fn refused(lang: Lang) -> DecisionPage {
    let t = T::new(lang);
    let condition = income_condition(lang, Truth::NotMet, 81_250_000);
    DecisionPage {
        answer: Answer::Refused {
            reason: Some(three(
                lang,
                "oila daromadi chegaradan yuqori.",
                "доход семьи выше границы.",
                "your family's income is above the limit.",
            )),
        },
        programme: None,
        facts: vec![
            fact(lang, Some(t.money(Money::from_major(2_437_500)))),
            FactLine {
                as_of: None,
                ..fact(lang, None)
            },
        ],
        changes: vec![t.change_limit_below(
            &condition.label,
            condition.limit.as_deref().unwrap_or(""),
            t.day(day(32)),
        )],
        todo: vec![
            Todo {
                words: t.do_ask(t.day(day(62))),
                path: None,
            },
            Todo {
                words: t.do_correct().into(),
                path: None,
            },
            Todo {
                words: t.do_again(t.day(day(32))),
                path: None,
            },
        ],
        deciding: vec![condition],
        letter: vec![three(
            lang,
            "Hurmatli fuqaro, arizangiz koʻrib chiqildi.",
            "Уважаемый заявитель, ваше заявление рассмотрено.",
            "Your application has been considered.",
        )],
        ..awarded(lang)
    }
}
