//! From facts to verdicts, and back from what was stored to the whole explanation.

use ::store::Platform;
use ::store::testing::each_db;
use kernel::facts::code;
use kernel::{Day, Money, Month, Sex, Source};
use rules::LetterKind;

use super::*;
use crate::award;
use crate::case::{Case, State, WaitFor};
use crate::decision::{self, Outcome};
use crate::letter;
use crate::step::{self, Conclusion, StepRefusal, Visit};
use crate::testing::{Adult, DISTRICT, Family, SCHEMAS, Story, adult, couple};
use crate::{Stop, case};

fn waits(case: &Case) -> Option<(WaitFor, &str)> {
    case.wait
        .as_ref()
        .map(|wait| (wait.who, wait.detail.as_str()))
}

/// Children of 1, 5 and 9 give 635,000 (facts 1.1); one poor adult of two.
#[tokio::test]
async fn a_poor_family_is_entitled_to_the_sum_of_the_table() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 1_000_000, &["2024-06-01", "2020-06-01", "2016-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = story.lodge_and_assess(&family, "2026-01-05").await;
        let case = story.case(case).await;
        assert_eq!(
            (case.state, waits(&case)),
            (State::Assessed, Some((WaitFor::Close, "")))
        );
        assert_eq!(case.programme.as_deref(), Some("child_benefit"));
        assert_eq!(case.amount, Some(Money::from_major(635_000)));
        assert_eq!(case.per_capita_minor, Some(20_000_000)); // 3 x 1,000,000 / 5 / 3
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_known_ground_refuses_at_once_and_the_letter_says_which() {
    each_db(SCHEMAS, async |platform| {
        let rich = couple(1, 9_000_000, &["2020-06-01"]);
        let owner = Family {
            no: 2,
            adults: vec![Adult {
                dwellings: 2,
                ..adult(Sex::Female, 0)
            }],
            children: vec![],
        };
        let story = Story::of(&platform, &[rich.clone(), owner.clone()]).await;
        for (family, code) in [(&rich, "INC_OFFICIAL"), (&owner, "PROP_DWELLING")] {
            let case = story.lodge_and_assess(family, "2026-01-05").await;
            let case = story.case(case).await;
            assert_eq!((case.state, &case.wait), (State::Refused, &None));
            let mut tx = story.read().await;
            let made = decision::of_case(&mut tx, case.id).await.unwrap();
            assert_eq!(made.len(), 1);
            assert_eq!(made[0].outcome, Outcome::Refused);
            let explained = letter::explain(&mut tx, &story.permit, &story.shelf, &case)
                .await
                .unwrap();
            let deciding = explained.trace.deciding.expect("a refusal has its ground");
            assert_eq!(explained.trace.conditions[deciding].code, code);
            drop(tx);
            story.letters(&case, LetterKind::Refused).await;
        }
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn no_refusal_rests_on_an_unknown_and_a_late_answer_settles_it() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 1_000_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = story.lodge(&family).await.case;
        story
            .agencies_answer(&family, "2026-01-05", &[code::WAGE, code::SELF_EMPLOYMENT])
            .await;
        story.assess(&[case], &["tax"]).await;
        let waiting = story.case(case).await;
        assert_eq!(waiting.state, State::Gathering);
        assert_eq!(waits(&waiting), Some((WaitFor::Agency, "tax")));
        story.letters(&waiting, LetterKind::WaitingAgency).await;
        story.at("2026-01-08T09:00:00+05:00");
        story.agencies_answer(&family, "2026-01-05", &[]).await;
        story.assess(&[case], &[]).await;
        assert_eq!(story.case(case).await.state, State::Assessed);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn known_facts_that_settle_it_alone_do_not_wait_for_the_silent() {
    each_db(SCHEMAS, async |platform| {
        let family = Family {
            no: 1,
            adults: vec![Adult {
                dwellings: 2,
                ..adult(Sex::Female, 0)
            }],
            children: vec![],
        };
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = story.lodge(&family).await.case;
        story
            .agencies_answer(&family, "2026-01-05", &[code::WAGE, code::ACCOUNT])
            .await;
        story.assess(&[case], &["tax", "bank"]).await;
        assert_eq!(story.case(case).await.state, State::Refused);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_is_assessed_before_the_civil_registry_has_said_who_the_family_is() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 9_000_000, &[]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = story.lodge(&family).await.case;
        story.agencies_answer(&family, "2026-01-05", &[]).await;
        story.assess(&[case], &["civil_registry"]).await;
        let waiting = story.case(case).await;
        assert_eq!(
            (waiting.state, waiting.assessment),
            (State::Gathering, None)
        );
        assert_eq!(waits(&waiting), Some((WaitFor::Agency, "civil_registry")));
    })
    .await;
}

#[tokio::test]
async fn a_child_who_came_of_age_before_the_application_is_no_child_of_it() {
    each_db(SCHEMAS, async |platform| {
        // 18 on 7 January 2026; the register was composed on the 5th.
        let family = couple(1, 1_000_000, &["2008-01-07"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        story.at("2026-01-08T09:00:00+05:00");
        let case = story.lodge_and_assess(&family, "2026-01-08").await;
        let case = story.case(case).await;
        assert_eq!(case.programme.as_deref(), Some("material_assistance"));
        assert_eq!(case.per_capita_minor, Some(50_000_000)); // two members, not three
        story.holds().await;
    })
    .await;
}

fn visit(story: &Story<'_>, at_home: bool) -> Visit {
    Visit {
        id: story.message(),
        at_home,
        confirmed: at_home,
        informal_income: Money::ZERO,
        work: Vec::new(),
        visited_on: Day::new(2026, 2, 4).unwrap(),
    }
}

#[tokio::test]
async fn under_the_social_register_visit_and_seven_come_before_the_verdict() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 1_000_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        story.at("2026-02-02T09:00:00+05:00");
        let id = story.lodge_and_assess(&family, "2026-02-02").await;
        let case = story.case(id).await;
        assert_eq!(
            (case.state, waits(&case)),
            (State::Visiting, Some((WaitFor::Visit, "")))
        );
        // Three working days after Monday the 2nd end with Thursday the 5th.
        let deadline = case.wait.as_ref().and_then(|wait| wait.deadline);
        assert_eq!(
            deadline,
            kernel::Instant::parse_rfc3339("2026-02-06T00:00:00+05:00").ok()
        );
        story.letters(&case, LetterKind::WaitingVisit).await;

        story.at("2026-02-04T15:00:00+05:00");
        let (zone, worker) = (story.shelf.zone(), kernel::ids::AccountId::from_u128(3));
        let made = visit(&story, true);
        step::record_visit(&platform, zone, &story.permit, id, worker, &made)
            .await
            .unwrap();
        // Sent again, it is the same visit.
        step::record_visit(&platform, zone, &story.permit, id, worker, &made)
            .await
            .unwrap();
        assert_eq!(story.jobs(crate::events::ASSESS).await, [id]);
        story.assess(&[id], &[]).await;
        let case = story.case(id).await;
        assert_eq!(
            (case.state, waits(&case)),
            (State::Visiting, Some((WaitFor::Seven, "")))
        );

        let conclusion = Conclusion {
            id: story.message(),
            informal_income: Money::ZERO,
            difficult_situation: false,
            concluded_on: Day::new(2026, 2, 4).unwrap(),
        };
        step::record_conclusion(&platform, zone, &story.permit, id, worker, &conclusion)
            .await
            .unwrap();
        story.assess(&[id], &[]).await;
        let case = story.case(id).await;
        assert_eq!(case.state, State::Assessed);
        assert_eq!(case.category.as_deref(), Some("POOR"));
        assert_eq!(case.amount, Some(Money::from_major(275_000)));
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn who_is_not_at_home_is_refused_and_a_step_out_of_turn_is_not_taken() {
    each_db(SCHEMAS, async |platform| {
        let families = [couple(1, 0, &["2020-06-01"]), couple(2, 0, &["2020-06-01"])];
        let story = Story::of(&platform, &families).await;
        story.at("2026-02-04T09:00:00+05:00");
        let absent = story.lodge_and_assess(&families[0], "2026-02-04").await;
        let (zone, worker) = (story.shelf.zone(), kernel::ids::AccountId::from_u128(3));
        let made = visit(&story, false);
        step::record_visit(&platform, zone, &story.permit, absent, worker, &made)
            .await
            .unwrap();
        story.assess(&[absent], &[]).await;
        let case = story.case(absent).await;
        assert_eq!(case.state, State::Refused);
        story.letters(&case, LetterKind::Refused).await;

        let late = visit(&story, true);
        let stopped =
            step::record_visit(&platform, zone, &story.permit, absent, worker, &late).await;
        assert!(matches!(
            stopped,
            Err(Stop::Refused(StepRefusal::NotAwaited { .. }))
        ));
        let other = story.lodge_and_assess(&families[1], "2026-02-04").await;
        let tomorrow = Visit {
            visited_on: Day::new(2026, 2, 5).unwrap(),
            ..visit(&story, true)
        };
        let stopped =
            step::record_visit(&platform, zone, &story.permit, other, worker, &tomorrow).await;
        assert!(matches!(
            stopped,
            Err(Stop::Refused(StepRefusal::DayOutside { .. }))
        ));
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_pack_that_changes_leaves_decided_cases_under_their_own_text() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 1_000_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = story.lodge_and_assess(&family, "2026-01-05").await;
        let before = story.case(case).await;
        assert_eq!(before.amount, Some(Money::from_major(275_000)));

        // The first child of three and older is worth another sum in the edited text.
        let edited: Vec<rules::Pack> = story
            .shelf
            .current()
            .iter()
            .map(|pack| {
                let text = pack.canonical_text().replace("| 275 000 |", "| 276 000 |");
                rules::Pack::from_canonical(&text).unwrap()
            })
            .collect();
        story.shelf.replace(edited);
        let mut tx = platform.db.begin().await.unwrap();
        story
            .shelf
            .store(&mut tx, platform.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        story.holds().await;

        // From the database alone, as another process would see it.
        let fresh = crate::Shelf::new(story.shelf.zone(), Vec::new());
        let checks = crate::verify::verify(&platform, &story.permit, &fresh)
            .await
            .unwrap();
        assert!(checks.iter().all(crate::verify::Check::holds), "{checks:?}");

        story.assess(&[case], &[]).await;
        let after = story.case(case).await;
        assert_eq!(after.amount, Some(Money::from_major(276_000)));
        assert_ne!(after.pack, before.pack);
    })
    .await;
}

#[tokio::test]
async fn the_whole_register_is_assessed_and_a_family_alone_gets_what_it_gets_among_all() {
    each_db(SCHEMAS, async |platform| {
        let families: Vec<Family> = (1..=30_u16)
            .map(|no| couple(no, i64::from(no) * 120_000, &["2020-06-01", "2024-06-01"]))
            .collect();
        let story = Story::of(&platform, &families).await;
        for family in &families {
            story.agencies_answer(family, "2026-01-05", &[]).await;
        }
        let pack = story.shelf.regime("uz-654b").unwrap();
        let (on, month) = (Day::new(2026, 1, 5).unwrap(), Month::new(2026, 1).unwrap());
        let mut told = Vec::new();
        let mut progress = |units| told.push(units);
        let report = register(
            &platform,
            &story.permit,
            &story.shelf,
            &pack,
            on,
            month,
            &mut progress,
        )
        .await
        .unwrap();
        assert_eq!((report.units, report.malformed), (30, 0));
        assert_eq!(told, [30]);

        for family in &families {
            let case = story.lodge_and_assess(family, "2026-01-05").await;
            let case = story.case(case).await;
            let mut tx = story.read().await;
            let row = of_run_unit(&mut tx, report.run, case.unit)
                .await
                .unwrap()
                .unwrap()
                .0;
            // Nobody has declared anything for the whole register, so what is entitled by
            // application is unknown there, and what is refused is refused.
            match case.state {
                State::Refused => assert_eq!(row.verdict, Verdict::NotEntitled),
                State::Assessed => assert_eq!(row.verdict, Verdict::Unknown),
                other => panic!("{other:?}"),
            }
        }
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn figures_count_cases_and_queues_list_them() {
    each_db(SCHEMAS, async |platform| {
        let families = [
            couple(1, 0, &[]),
            couple(2, 9_000_000, &[]),
            couple(3, 0, &[]),
        ];
        let story = Story::of(&platform, &families).await;
        story.lodge_and_assess(&families[0], "2026-01-05").await;
        story.lodge_and_assess(&families[1], "2026-01-05").await;
        let open = story.lodge(&families[2]).await.case;
        let mut tx = story.read().await;
        let (month, now) = (Month::new(2026, 1).unwrap(), platform.clock.now());
        let figures = crate::figures::district(&mut tx, DISTRICT, month, now)
            .await
            .unwrap();
        assert_eq!(figures.count(State::Assessed), 1);
        assert_eq!(figures.count(State::Refused), 1);
        assert_eq!(figures.count(State::Gathering), 1);
        assert_eq!(figures.median_days, Some(0));
        let queue = case::Queue {
            district: Some(DISTRICT),
            wait: Some(WaitFor::Agency),
            limit: 10,
            ..case::Queue::default()
        };
        let listed = case::queue(&mut tx, queue).await.unwrap();
        assert_eq!(
            listed.iter().map(|case| case.id).collect::<Vec<_>>(),
            [open]
        );
        assert!(award::of_case(&mut tx, open).await.unwrap().is_empty());
    })
    .await;
}

/// What leaves the house can be decided again outside of it; one changed digit is seen.
#[tokio::test]
async fn the_receipt_of_a_decided_case_is_decided_again_without_the_database() {
    each_db(SCHEMAS, async |platform| {
        let rich = couple(1, 9_000_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&rich)).await;
        let case = story.lodge_and_assess(&rich, "2026-01-05").await;
        let case = story.case(case).await;
        assert_eq!(case.state, State::Refused);
        let mut tx = story.read().await;
        let receipt = letter::receipt(&mut tx, &story.permit, &story.shelf, &case)
            .await
            .unwrap();
        let text = receipt.to_json().unwrap();
        let read = rules::Receipt::read(text.as_bytes()).unwrap();
        assert_eq!(read.replay(&[]).unwrap(), vec![]);
        assert_eq!(read.letters[0].kind, LetterKind::Refused);
        assert_eq!(Some(read.letters[0].decision), case.decision);
        assert_eq!(read.about.number.as_deref(), Some(case.number.as_str()));
        let changed = text.replacen("900000000", "900000001", 1);
        assert_ne!(changed, text);
        let changed = rules::Receipt::read(changed.as_bytes()).unwrap();
        assert!(!changed.replay(&[]).unwrap().is_empty());
        assert!(!changed.sealed().replay(&[]).unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_was_told_before_the_last_month_was_over_says_nothing_of_that_month() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        story.agencies_answer(&family, "2026-01-31", &[]).await;
        story.at("2026-02-04T09:00:00+05:00");
        let case = story.lodge(&family).await.case;
        story.assess(&[case], &["tax"]).await;
        let waiting = story.case(case).await;
        assert_eq!(
            (waiting.state, waiting.verdict),
            (State::Gathering, Some(Verdict::Unknown))
        );
        assert_eq!(unknown_of_register(&story).await, 1);
        story.agencies_answer(&family, "2026-02-01", &[]).await;
        story.assess(&[case], &[]).await;
        assert_eq!(story.case(case).await.state, State::Visiting);
        assert_eq!(unknown_of_register(&story).await, 0);
    })
    .await;
}

/// Incomes of October to December refuse. The family applied once more in April, and the tax authority told
/// of January to March: to the question of January that says nothing, and stands back behind its answer.
#[tokio::test]
async fn what_was_said_of_other_months_stands_back_behind_the_answer_of_the_months_asked_about() {
    for (is_aside, expected) in [(true, State::Refused), (false, State::Assessed)] {
        each_db(SCHEMAS, async |platform| {
            let family = couple(1, 9_000_000, &["2020-06-01"]);
            let story = Story::of(&platform, std::slice::from_ref(&family)).await;
            let case = story.lodge(&family).await.case;
            story.agencies_answer(&family, "2026-01-05", &[]).await;
            story.at("2026-04-10T09:00:00+05:00");
            story.agencies_answer(&family, "2026-04-10", &[]).await;
            let owner = story.person(family.adult(1)).await.0;
            let mut tx = story.read().await;
            let newest = registry::fact::current(&mut tx, &story.permit, &[owner]).await;
            drop(tx);
            let mut aside: Vec<_> = newest.unwrap().iter().map(|fact| fact.evidence).collect();
            aside.sort_unstable();
            assert!(!aside.is_empty());
            let answered = Answered {
                case,
                silent: Vec::new(),
                lapsed: Vec::new(),
                aside: if is_aside { aside } else { Vec::new() },
            };
            let plenty = Money::from_major(10_000_000);
            story.assess_answered(&[answered], plenty).await;
            assert_eq!(story.case(case).await.state, expected, "{is_aside}");
            story.holds().await;
        })
        .await;
    }
}

/// A second dwelling refuses. What the cadastre said of it held until a day before the question, and it
/// is silent now: nothing is known. An extract of the whole register says that who is not on its list
/// has none; of whom it spoke afterwards it says nothing.
#[tokio::test]
async fn what_a_silent_agency_said_when_it_held_decides_nothing() {
    enum Extract {
        None,
        Before,
        After,
    }
    let check = async |platform: &Platform, extract: Extract, expected: State| {
        let family = Family {
            no: 1,
            adults: vec![Adult {
                dwellings: 2,
                ..adult(Sex::Female, 0)
            }],
            children: vec!["2020-06-01"],
        };
        let story = Story::of(platform, std::slice::from_ref(&family)).await;
        if matches!(extract, Extract::Before) {
            story.whole_register(&["uz-654b"]).await;
        }
        story.agencies_answer(&family, "2026-01-05", &[]).await;
        if matches!(extract, Extract::After) {
            story.at("2026-01-06T09:00:00+05:00");
            story.whole_register(&["uz-654b"]).await;
        }
        let owner = story.person(family.applicant()).await.0;
        let mut tx = story.read().await;
        let facts = registry::fact::current(&mut tx, &story.permit, &[owner]).await;
        drop(tx);
        let mut facts = facts.unwrap();
        facts.retain(|fact| fact.source == Source::Cadastre);
        let case = story.lodge(&family).await.case;
        let silent = Silent {
            agency: "cadastre".to_owned(),
            retry_at: platform.clock.now().plus_seconds(3600),
        };
        let answered = Answered {
            case,
            silent: vec![silent],
            lapsed: facts.iter().map(|fact| fact.evidence).collect(),
            aside: Vec::new(),
        };
        assert!(!answered.lapsed.is_empty());
        let plenty = Money::from_major(10_000_000);
        story.assess_answered(&[answered], plenty).await;
        let case_now = story.case(case).await;
        assert_eq!(case_now.state, expected, "{:?}", case_now.wait);
        if expected == State::Gathering {
            assert_eq!(waits(&case_now), Some((WaitFor::Agency, "cadastre")));
        }
        // It answers: the same fact holds.
        story.assess(&[case], &[]).await;
        if expected == State::Gathering {
            assert_eq!(story.case(case).await.state, State::Refused);
        }
        story.holds().await;
    };
    each_db(SCHEMAS, async |platform| {
        check(&platform, Extract::None, State::Gathering).await;
    })
    .await;
    each_db(SCHEMAS, async |platform| {
        check(&platform, Extract::Before, State::Gathering).await;
    })
    .await;
    each_db(SCHEMAS, async |platform| {
        check(&platform, Extract::After, State::Assessed).await;
    })
    .await;
}

/// Families of the register of whom the law knows too little on the story's day.
async fn unknown_of_register(story: &Story<'_>) -> u64 {
    let pack = story.shelf.regime("uz-sr26").unwrap();
    let (platform, permit, shelf) = (story.platform, &story.permit, &story.shelf);
    let on = platform.clock.now().day(shelf.zone());
    let mut progress = |_| {};
    let done = register(
        platform,
        permit,
        shelf,
        &pack,
        on,
        on.month(),
        &mut progress,
    );
    let report = done.await.unwrap();
    assert_eq!(report.units, 1);
    report.unknown
}
