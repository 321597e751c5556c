//! The work condition of poor families, from the award to its suspension and back.

use ::store::testing::each_db;
use access::Permit;
use kernel::facts::code;
use kernel::ids::AccountId;
use kernel::{Day, EvidenceId, Fact, FactBody, FactId, Lang, Money, Sex, Source};
use rules::LetterKind;

use super::*;
use crate::award::{self, Running};
use crate::close::{self, Envelope};
use crate::decision::Outcome;
use crate::fault::Stop;
use crate::reassessment::{self, Cause};
use crate::step::{self, Conclusion, Exemption, ExemptionReason, StepRefusal, Visit, WorkAnswer};
use crate::testing::{DISTRICT, Family, SCHEMAS, Story, adult};
use crate::{case::Held, letter};

fn month_of(text: &str) -> Month {
    Month::parse(text).expect(text)
}

/// A mother with a child of five who earns this much a month.
fn mother(no: u16, wage: i64) -> Family {
    Family {
        no,
        adults: vec![adult(Sex::Female, wage)],
        children: vec!["2020-06-01"],
    }
}

/// A family without work is awarded in February under UZ-SR26, paid from March to August. At
/// the visit nobody was asked what excuses from work.
async fn awarded(story: &Story<'_>, family: &Family) -> CaseId {
    awarded_after(story, family, Vec::new()).await
}

/// The same after this was said of work at the visit.
async fn awarded_after(story: &Story<'_>, family: &Family, work: Vec<WorkAnswer>) -> CaseId {
    story.at("2026-02-04T09:00:00+05:00");
    let case = story.lodge_and_assess(family, "2026-02-04").await;
    visited(story, case, "2026-02-04", work).await;
    concluded(story, case, "2026-02-04").await;
    story.at("2026-03-01T00:30:00+05:00");
    assert_eq!(close(story, "2026-02").await.awards.len(), 1);
    let award = &awards(story, case).await[0].award;
    assert_eq!(award.category.as_deref(), Some("POOR"));
    assert_eq!(award.end_month, month_of("2026-09"));
    case
}

/// The month's close, with money enough.
async fn close(story: &Story<'_>, month: &str) -> close::Closed {
    let ids = &story.platform.ids;
    let mut tx = story.platform.db.begin().await.unwrap();
    let envelopes = [Envelope {
        programme: "child_benefit".to_owned(),
        limit: Money::from_major(10_000_000),
    }];
    let (shelf, permit): (_, &Permit) = (&story.shelf, &story.permit);
    let month = month_of(month);
    let closed = close::month(&mut tx, ids, shelf, permit, month, DISTRICT, &envelopes).await;
    tx.commit().await.unwrap();
    closed.unwrap()
}

async fn steps(story: &Story<'_>, case: CaseId, on: &str) {
    visited(story, case, on, Vec::new()).await;
    concluded(story, case, on).await;
}

async fn visited(story: &Story<'_>, case: CaseId, on: &str, work: Vec<WorkAnswer>) {
    let visit = visit(story, on, work);
    let (zone, worker) = (story.shelf.zone(), AccountId::from_u128(3));
    step::record_visit(story.platform, zone, &story.permit, case, worker, &visit)
        .await
        .unwrap();
    story.assess(&[case], &[]).await;
}

fn visit(story: &Story<'_>, on: &str, work: Vec<WorkAnswer>) -> Visit {
    Visit {
        id: story.message(),
        at_home: true,
        confirmed: true,
        informal_income: Money::ZERO,
        work,
        visited_on: Day::parse(on).expect(on),
    }
}

async fn concluded(story: &Story<'_>, case: CaseId, on: &str) {
    let (zone, worker) = (story.shelf.zone(), AccountId::from_u128(3));
    let (platform, permit) = (story.platform, &story.permit);
    let conclusion = Conclusion {
        id: story.message(),
        informal_income: Money::ZERO,
        difficult_situation: false,
        concluded_on: Day::parse(on).expect(on),
    };
    step::record_conclusion(platform, zone, permit, case, worker, &conclusion)
        .await
        .unwrap();
    story.assess(&[case], &[]).await;
    assert_eq!(story.case(case).await.state, State::Assessed);
}

async fn awards(story: &Story<'_>, case: CaseId) -> Vec<Running> {
    award::of_case(&mut story.read().await, case).await.unwrap()
}

/// The first day of a month: terms that ended, then suspended payments.
async fn begin(story: &Story<'_>, month: &str) -> (usize, Looked) {
    story.at(&format!("{month}-01T01:00:00+05:00"));
    story.to_gather().await;
    let month = month_of(month);
    let mut tx = story.platform.db.begin().await.unwrap();
    let ended = reassessment::term_ends(&mut tx, story.platform, month)
        .await
        .unwrap();
    let looked = look(&mut tx, story.platform, &story.shelf, month)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (ended, looked)
}

/// The agencies answer about the family as it now is, and its waiting case is assessed.
async fn answer(story: &Story<'_>, family: &Family, on: &str) -> Case {
    let waiting = story.to_gather().await;
    let [case] = waiting.as_slice() else {
        panic!("{waiting:?}");
    };
    story.agencies_answer(family, on, &[]).await;
    story.assess(&[*case], &[]).await;
    story.case(*case).await
}

/// The first adult says that no reason keeps from work.
async fn states_no_exemption(story: &Story<'_>, family: &Family, on: &str) {
    let (platform, person) = (story.platform, story.person(family.adult(0)).await);
    let fact = Fact {
        id: FactId(platform.ids.uuid()),
        owner: person.0,
        kind: code::WORK_EXEMPTION,
        source: Source::Declaration,
        as_of: Day::parse(on).expect(on),
        received_at: platform.clock.now(),
        evidence: EvidenceId(platform.ids.uuid()),
        body: FactBody::nothing(),
    };
    let mut tx = platform.db.begin().await.unwrap();
    registry::fact::record(&mut tx, &story.permit, &[fact])
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// The review after six months finds nobody in formal work, and no reason that excuses from it.
async fn suspended(story: &Story<'_>, family: &Family) -> Case {
    awarded(story, family).await;
    states_no_exemption(story, family, "2026-02-04").await;
    assert_eq!(begin(story, "2026-09").await, (1, Looked::default()));
    answer(story, family, "2026-09-01").await
}

async fn outcomes(story: &Story<'_>, case: CaseId) -> Vec<Outcome> {
    let made = decision::of_case(&mut story.read().await, case).await;
    made.unwrap().iter().map(|made| made.outcome).collect()
}

#[tokio::test]
async fn after_six_months_without_work_the_payment_is_suspended_and_resumes_with_work() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = suspended(&story, &family).await;
        assert_eq!(case.state, State::Suspended);
        let held = Held {
            category: Some("POOR".to_owned()),
            months: 6,
        };
        assert_eq!(case.held, Some(held));
        assert_eq!(outcomes(&story, case.id).await, [Outcome::Suspended]);
        assert!(awards(&story, case.id).await.is_empty());
        story.letters(&case, LetterKind::Suspended).await;

        // A month later nothing has changed: no second decision, no second letter.
        let again = Looked {
            again: 1,
            ..Looked::default()
        };
        assert_eq!(begin(&story, "2026-10").await, (0, again));
        let same = answer(&story, &family, "2026-10-01").await;
        assert_eq!((same.state, same.id), (State::Suspended, case.id));
        assert_eq!(outcomes(&story, case.id).await, [Outcome::Suspended]);

        // She finds work; the payment goes on from November, without an application.
        assert_eq!(begin(&story, "2026-11").await, (0, again));
        let back = answer(&story, &mother(1, 500_000), "2026-11-01").await;
        assert_eq!((back.state, back.id), (State::Awarded, case.id));
        let award = &awards(&story, case.id).await[0].award;
        assert_eq!(award.category.as_deref(), Some("POOR"));
        assert_eq!(award.first_month, month_of("2026-11"));
        assert_eq!(award.amount, Money::from_major(275_000));
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_resumes_without_money_waits_for_the_close_and_the_others_go_on() {
    each_db(SCHEMAS, async |platform| {
        let families = [mother(1, 0), mother(2, 0)];
        let story = Story::of(&platform, &families).await;
        let first = suspended(&story, &families[0]).await.id;
        let second = story.lodge(&families[1]).await.case;
        begin(&story, "2026-10").await;
        for family in [mother(1, 500_000), mother(2, 0)] {
            story.agencies_answer(&family, "2026-10-01", &[]).await;
        }
        // 275 000 are asked for, a soum less is left.
        let left = Money::from_major(274_999);
        let done = story.assess_within(&[first, second], &[], left).await;
        assert_eq!((done.assessed, done.changes.awards.len()), (2, 0));
        let case = story.case(first).await;
        assert_eq!(case.state, State::WaitingList);
        assert_eq!(
            case.wait.as_ref().map(|wait| wait.who),
            Some(WaitFor::Close)
        );
        story.letters(&case, LetterKind::WaitingList).await;
        assert_eq!(story.case(second).await.state, State::Visiting);
        let made = [Outcome::Suspended, Outcome::WaitingList];
        assert_eq!(outcomes(&story, first).await, made);
        // Asked again it keeps its place; the close that has the money awards it.
        story.assess(&[first], &[]).await;
        assert_eq!(outcomes(&story, first).await, made);
        story.at("2026-11-01T00:30:00+05:00");
        let closed = close(&story, "2026-10").await;
        assert_eq!(closed.awards.len(), 1);
        let award = &awards(&story, first).await[0].award;
        assert_eq!(award.first_month, month_of("2026-11"));
        story.holds().await;
    })
    .await;
}

/// What the first adult says of work at the visit: a reason since September and until a day, or
/// that there is none.
async fn says(
    story: &Story<'_>,
    family: &Family,
    reason: Option<(ExemptionReason, Option<&str>)>,
) -> Vec<WorkAnswer> {
    let day = |text| Day::parse(text).expect(text);
    let exemption = reason.map(|(reason, until)| Exemption {
        reason,
        since: day("2025-09-02"),
        until: until.map(day),
    });
    vec![WorkAnswer {
        person: story.person(family.adult(0)).await,
        exemption,
    }]
}

#[tokio::test]
async fn a_family_of_which_the_visit_hears_that_nobody_can_work_is_supported_by_the_state() {
    use ExemptionReason::{CareOfDisabled, FullTimeStudy};
    each_db(SCHEMAS, async |platform| {
        let families = [mother(1, 0), mother(2, 0), mother(3, 0)];
        let story = Story::of(&platform, &families).await;
        // (what is said, the category)
        let said = [
            (None, "POOR"),
            (Some((FullTimeStudy, Some("2026-06-30"))), "STATE_SUPPORTED"),
            (Some((CareOfDisabled, None)), "STATE_SUPPORTED"),
        ];
        story.at("2026-02-04T09:00:00+05:00");
        for (family, (said, category)) in families.iter().zip(said) {
            let case = story.lodge_and_assess(family, "2026-02-04").await;
            let work = says(&story, family, said).await;
            visited(&story, case, "2026-02-04", work).await;
            concluded(&story, case, "2026-02-04").await;
            let assessed = story.case(case).await;
            assert_eq!(assessed.category.as_deref(), Some(category), "{said:?}");
        }
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn who_says_at_the_visit_that_nothing_excuses_is_suspended_after_six_months_without_work() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let none = says(&story, &family, None).await;
        awarded_after(&story, &family, none).await;
        assert_eq!(begin(&story, "2026-09").await.0, 1);
        let case = answer(&story, &family, "2026-09-01").await;
        assert_eq!(case.state, State::Suspended);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn only_adults_of_the_family_are_asked_and_a_study_has_an_end() {
    each_db(SCHEMAS, async |platform| {
        let families = [mother(1, 0), mother(2, 0)];
        let story = Story::of(&platform, &families).await;
        story.at("2026-02-04T09:00:00+05:00");
        let case = story.lodge_and_assess(&families[0], "2026-02-04").await;
        let own = story.person(families[0].adult(0)).await;
        let asked = step::asked_of(&story.shelf, &story.case(case).await);
        assert_eq!(asked.unwrap(), [own]);
        let refused = async |work: Vec<WorkAnswer>| {
            let visit = visit(&story, "2026-02-04", work);
            let (zone, worker) = (story.shelf.zone(), AccountId::from_u128(3));
            let taken =
                step::record_visit(&platform, zone, &story.permit, case, worker, &visit).await;
            let Err(Stop::Refused(refusal)) = taken else {
                panic!("{taken:?}");
            };
            refusal
        };
        let stranger = says(&story, &families[1], None).await;
        let person = stranger[0].person;
        assert_eq!(refused(stranger).await, StepRefusal::NotOfFamily { person });
        let reason = ExemptionReason::FullTimeStudy;
        let endless = says(&story, &families[0], Some((reason, None))).await;
        assert_eq!(
            refused(endless).await,
            StepRefusal::NoEndOfExemption { reason }
        );
        assert_eq!(
            story.case(case).await.state,
            State::Visiting,
            "nothing was taken"
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_is_suspended_and_nobody_waits_while_an_exemption_was_never_asked_for() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        awarded(&story, &family).await;
        assert_eq!(begin(&story, "2026-09").await.0, 1);
        let case = answer(&story, &family, "2026-09-01").await;
        assert_eq!((case.state, case.wait), (State::Awarded, None));
        assert_eq!(outcomes(&story, case.id).await, [Outcome::Awarded]);
        let mother = story.person(family.adult(0)).await;
        let mut tx = story.read().await;
        let facts = registry::fact::current(&mut tx, &story.permit, &[mother.0]).await;
        let invented = facts.unwrap();
        assert!(invented.iter().all(|f| f.kind != code::WORK_EXEMPTION));
        drop(tx);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn after_six_months_with_work_it_goes_on_without_a_gap() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        awarded(&story, &family).await;
        states_no_exemption(&story, &family, "2026-02-04").await;
        assert_eq!(begin(&story, "2026-09").await.0, 1);
        let case = answer(&story, &mother(1, 500_000), "2026-09-01").await;
        assert_eq!(case.state, State::Awarded);
        let award = &awards(&story, case.id).await[0].award;
        assert_eq!(award.first_month, month_of("2026-09"));
        assert_eq!(award.end_month, month_of("2027-03"));
        // At the next review twelve months are held, and work is asked for again.
        assert_eq!(begin(&story, "2027-03").await.0, 1);
        let next = answer(&story, &family, "2027-03-01").await;
        assert_eq!(next.state, State::Suspended);
        assert_eq!(next.held.map(|held| held.months), Some(12));
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_new_application_that_is_awarded_takes_the_place_of_the_suspended_case() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let old = suspended(&story, &family).await;
        story.at("2026-09-05T09:00:00+05:00");
        let new = story.lodge_and_assess(&family, "2026-09-05").await;
        assert_eq!(story.case(old.id).await.state, State::Suspended);
        steps(&story, new, "2026-09-05").await;
        // It has its own six months.
        let case = story.case(new).await;
        assert_eq!(case.category.as_deref(), Some("POOR"));
        assert_eq!(case.held, None);
        story.at("2026-10-01T00:30:00+05:00");
        assert_eq!(close(&story, "2026-09").await.awards.len(), 1);
        let old = story.case(old.id).await;
        assert_eq!(old.state, State::Ended);
        story.letters(&old, LetterKind::Suspended).await;
        assert_eq!(begin(&story, "2026-10").await.1, Looked::default());
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_application_leaves_the_suspended_case_as_it_was() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let old = suspended(&story, &family).await.id;
        story.at("2026-09-05T09:00:00+05:00");
        let new = story.lodge_and_assess(&family, "2026-09-05").await;
        let mut tx = platform.db.begin().await.unwrap();
        let (now, worker) = (platform.clock.now(), AccountId::from_u128(1));
        let taken_back = crate::application::withdraw(&mut tx, now, new, worker).await;
        assert_eq!(taken_back.unwrap().state, State::Withdrawn);
        tx.commit().await.unwrap();
        // She finds work, and is paid as if she had never applied.
        assert_eq!(begin(&story, "2026-10").await.1.again, 1);
        let back = answer(&story, &mother(1, 500_000), "2026-10-01").await;
        assert_eq!((back.state, back.id), (State::Awarded, old));
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_family_composed_anew_is_known_by_its_persons() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let old = suspended(&story, &family).await;
        // The register gives the family another unit, as after a marriage.
        let mut moved = old.clone();
        moved.unit = kernel::UnitId(story.message());
        let mut tx = platform.db.begin().await.unwrap();
        case::save(&mut tx, &mut [moved]).await.unwrap();
        tx.commit().await.unwrap();
        story.at("2026-09-05T09:00:00+05:00");
        let new = story.lodge_and_assess(&family, "2026-09-05").await;
        steps(&story, new, "2026-09-05").await;
        story.at("2026-10-01T00:30:00+05:00");
        assert_eq!(close(&story, "2026-09").await.awards.len(), 1);
        assert_eq!(story.case(old.id).await.state, State::Ended);
    })
    .await;
}

#[tokio::test]
async fn a_suspension_ends_in_a_refusal_when_its_time_is_over() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = suspended(&story, &family).await;
        for month in ["2026-10", "2026-11", "2026-12", "2027-01", "2027-02"] {
            assert_eq!(
                begin(&story, month).await.1,
                Looked {
                    again: 1,
                    ..Looked::default()
                }
            );
            answer(&story, &family, &format!("{month}-01")).await;
        }
        assert_eq!(
            begin(&story, "2027-03").await.1,
            Looked {
                over: 1,
                ..Looked::default()
            }
        );
        let over = story.case(case.id).await;
        assert_eq!(over.state, State::Refused);
        let made = outcomes(&story, case.id).await;
        assert_eq!(made, [Outcome::Suspended, Outcome::Refused]);
        story.letters(&over, LetterKind::Refused).await;
        assert_eq!(begin(&story, "2027-04").await.1, Looked::default());
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn letter_and_receipt_of_a_suspension_stay_those_of_its_decision() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let decided = suspended(&story, &family).await;
        let said = async |case: &Case| {
            let mut tx = story.read().await;
            let (shelf, permit) = (&story.shelf, &story.permit);
            let letter = letter::of(&mut tx, permit, shelf, case, Lang::En).await;
            let receipt = letter::receipt(&mut tx, permit, shelf, case).await;
            (letter.unwrap(), receipt.unwrap().about.assessment)
        };
        let first = said(&decided).await;
        assert_eq!(first.1, decided.assessment);
        begin(&story, "2026-10").await;
        let asked = story.case(decided.id).await;
        assert!(asked.wait.is_some());
        assert_eq!(said(&asked).await, first, "while the agencies are asked");
        let looked = answer(&story, &family, "2026-10-01").await;
        assert_eq!(looked.state, State::Suspended);
        assert_ne!(looked.assessment, decided.assessment);
        assert_eq!(said(&looked).await, first);
    })
    .await;
}

#[tokio::test]
async fn while_an_agency_is_silent_a_suspended_case_is_neither_looked_at_again_nor_refused() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = suspended(&story, &family).await.id;
        let again = Looked {
            again: 1,
            ..Looked::default()
        };
        assert_eq!(begin(&story, "2026-10").await.1, again);
        // The six months pass without a word of the tax authority, which has promised no time:
        // at the beginning of each month it is asked again.
        let reminded = Looked {
            reminded: 1,
            ..Looked::default()
        };
        for month in ["2026-11", "2027-03", "2027-04"] {
            assert_eq!(begin(&story, month).await.1, reminded);
            assert_eq!(story.to_gather().await, [case]);
        }
        let waiting = story.case(case).await;
        assert_eq!(waiting.state, State::Suspended);
        assert_eq!(waiting.counted_month, month_of("2026-09"));
        // It comes: she worked in the month that was asked about, and is paid.
        let back = mother(1, 500_000);
        story.agencies_answer(&back, "2026-10-01", &[]).await;
        story.assess(&[case], &[]).await;
        assert_eq!(story.case(case).await.state, State::Awarded);
        assert_eq!(begin(&story, "2027-05").await.1, Looked::default());
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_within_the_six_months_neither_asks_for_work_nor_gives_more_months() {
    each_db(SCHEMAS, async |platform| {
        let family = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        awarded(&story, &family).await;
        story.at("2026-05-10T09:00:00+05:00");
        story.to_gather().await;
        let person = story.person(family.adult(0)).await;
        let on = Day::parse("2026-05-10").unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let opened = reassessment::on_event(&mut tx, &platform, &[person], on, Cause::Birth).await;
        assert_eq!(opened.unwrap(), 1);
        tx.commit().await.unwrap();
        let case = answer(&story, &family, "2026-05-10").await;
        // Paid from March to May: three months of six.
        assert_eq!(case.held.map(|held| held.months), Some(3));
        assert_eq!(case.state, State::Awarded);
        let award = &awards(&story, case.id).await[0].award;
        assert_eq!(award.first_month, month_of("2026-06"));
        assert_eq!(award.end_month, month_of("2026-09"), "the term of before");
        // So the review asks for work after six months, not after nine.
        states_no_exemption(&story, &family, "2026-02-04").await;
        assert_eq!(begin(&story, "2026-09").await.0, 1);
        let review = answer(&story, &family, "2026-09-01").await;
        assert_eq!(review.held.map(|held| held.months), Some(6));
        assert_eq!(review.state, State::Suspended);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn at_the_review_a_family_goes_down_to_the_border_without_an_application() {
    each_db(SCHEMAS, async |platform| {
        let poor = mother(1, 0);
        let story = Story::of(&platform, std::slice::from_ref(&poor)).await;
        awarded(&story, &poor).await;
        assert_eq!(begin(&story, "2026-09").await.0, 1);
        // 1 500 000 of two persons is 750 000 a head: between 1.0 and 1.25 of 715 000.
        let case = answer(&story, &mother(1, 1_500_000), "2026-09-01").await;
        assert_eq!(case.state, State::Awarded);
        let award = &awards(&story, case.id).await[0].award;
        assert_eq!(award.category.as_deref(), Some("BORDERLINE"));
        assert_eq!(award.amount, Money(20_625_000));
        assert_eq!(award.first_month, month_of("2026-09"));
        story.holds().await;
    })
    .await;
}
