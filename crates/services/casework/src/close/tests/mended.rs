//! What an agency mends by itself: awards and refusals that rested on it are asked anew.

use super::*;
use crate::assessment::Assessed;

#[tokio::test]
async fn what_an_agency_mends_by_itself_asks_the_award_anew_from_its_first_month() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        awarded(&story, &family).await;
        story.to_gather().await;
        story.at("2026-06-10T10:00:00+05:00");
        let mended = couple(1, 9_000_000, &["2020-06-01"]);
        story.agencies_answer(&mended, "2026-01-05", &[]).await;
        let person = story.person(family.adult(1)).await;
        let today = Day::new(2026, 6, 10).unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        for opened in [1, 0] {
            assert_eq!(
                mended_on(&mut tx, &story, person, today).await,
                opened,
                "one look at a time"
            );
        }
        tx.commit().await.unwrap();
        let done = story.assess(&story.to_gather().await, &[]).await;
        assert_eq!(done.changes.stops[0].from_month, month_of("2026-06"));
        let restated = &done.changes.restated[0];
        assert_eq!(
            (restated.cause, restated.due),
            (Cause::Correction, Money::ZERO)
        );
        assert_eq!(restated.months.from, month_of("2026-02"));
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn who_was_refused_on_what_an_agency_mends_is_looked_at_again_without_asking() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 9_000_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let refused = story.lodge_and_assess(&family, "2026-01-05").await;
        let state = async |case| {
            let mut tx = platform.db.read().await.unwrap();
            case::load(&mut tx, case).await.unwrap()
        };
        assert_eq!(state(refused).await.state, State::Refused);
        story.to_gather().await;
        story.at("2026-01-20T10:00:00+05:00");
        let mended = couple(1, 600_000, &["2020-06-01"]);
        story.agencies_answer(&mended, "2026-01-05", &[]).await;
        let person = story.person(family.adult(1)).await;
        let (early, late) = (
            Day::new(2026, 1, 20).unwrap(),
            Day::new(2026, 6, 10).unwrap(),
        );
        let ask = async |today| {
            let mut tx = platform.db.begin().await.unwrap();
            let again = mended_on(&mut tx, &story, person, today).await;
            tx.commit().await.unwrap();
            again
        };
        assert_eq!(ask(early).await, 1);
        assert_eq!(ask(early).await, 0, "one look at a time");
        let again = story.to_gather().await;
        story.assess(&again, &[]).await;
        let again = state(again[0]).await;
        assert_eq!(
            (again.state, again.origin),
            (State::Assessed, Origin::Application)
        );
        assert_eq!(again.former_case, Some(refused));
        assert_eq!(
            state(refused).await.state,
            State::Refused,
            "what was said stays said"
        );
        story.at("2026-02-01T00:30:00+05:00");
        let closed = close(&story, "2026-01", 10_000_000).await;
        assert_eq!(closed.awards[0].first_month, month_of("2026-02"));
        story.at("2026-06-10T10:00:00+05:00");
        assert_eq!(ask(late).await, 1, "the award, and no more the refusal");
        story.holds().await;
    })
    .await;
}

/// Day of the refusal, seconds after it, whether the family has applied anew meanwhile, and how many are
/// opened.
#[tokio::test]
async fn a_refusal_is_looked_at_again_for_92_days_while_it_is_the_last_word_of_a_law_in_force() {
    const LIMIT_S: i64 = 92 * 86_400;
    // The law of January ends with it.
    let (of_former_law, of_present_law) = ("2026-01-05", "2026-04-10");
    let table = [
        (of_present_law, LIMIT_S, false, 1),
        (of_present_law, LIMIT_S + 1, false, 0),
        (of_present_law, LIMIT_S, true, 0),
        (of_former_law, 26 * 86_400, false, 1),
        (of_former_law, 27 * 86_400, false, 0),
    ];
    for (refused_on, after_s, applies_anew, opened) in table {
        each_db(SCHEMAS, async |platform| {
            let family = couple(1, 9_000_000, &["2020-06-01"]);
            let story = Story::of(&platform, std::slice::from_ref(&family)).await;
            story.at(&format!("{refused_on}T10:00:00+05:00"));
            let refused = story.lodge_and_assess(&family, refused_on).await;
            let refused = story.case(refused).await;
            assert_eq!(refused.state, State::Refused, "{refused_on}");
            let later = refused.decided_at.unwrap().plus_seconds(after_s);
            platform.clock.set(later).unwrap();
            if applies_anew {
                story.lodge(&family).await;
            }
            let person = story.person(family.adult(1)).await;
            let mut tx = platform.db.begin().await.unwrap();
            let today = later.day(kernel::Zone::tashkent());
            let again = mended_on(&mut tx, &story, person, today).await;
            assert_eq!(again, opened, "{refused_on} {after_s} {applies_anew}");
        })
        .await;
    }
}

/// An agency has mended what it had said of the person; how many are looked at again.
async fn mended_on(tx: &mut Tx, story: &Story<'_>, person: PersonId, today: Day) -> usize {
    let person = [person];
    let persons = (&story.permit, person.as_slice());
    let told = (today, story.platform.clock.now());
    let again = reassessment::on_mended(tx, story.platform, &story.shelf, persons, told);
    again.await.unwrap()
}

/// Three people from February on, four since the child of 18 February. In June the tax authority says that
/// it was 2,500,000 soʻm a month: too much for three people, not for four (the line is 715,000 a person).
#[tokio::test]
async fn each_month_is_corrected_by_the_family_of_that_month() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let first = awarded(&story, &family).await;
        let asked = second_child(&story, &family).await;
        let done = story.assess(&asked, &[]).await;
        let (four, of_four) = (asked[0], done.changes.awards[0].amount);
        assert_eq!(done.changes.awards[0].first_month, month_of("2026-03"));
        story.at("2026-06-10T10:00:00+05:00");
        let again = corrected_now(&story, &family, 2_500_000).await;
        let done = story.assess(&again, &[]).await;
        let expected = [
            (first, month_of("2026-02"), month_of("2026-03"), Money::ZERO),
            (four, month_of("2026-03"), month_of("2026-06"), of_four),
        ];
        assert_eq!(restated(&story, &done).await, expected);
        assert_eq!(done.changes.awards[0].amount, of_four);
        // It takes that back: each month is asked again by its own question, and not by that of the last.
        story.at("2026-06-20T10:00:00+05:00");
        let again = corrected_now(&story, &family, 600_000).await;
        let done = story.assess(&again, &[]).await;
        let of_three = awards(&story, first).await[0].award.amount;
        assert!(of_three < of_four);
        let expected = [
            (first, month_of("2026-02"), month_of("2026-03"), of_three),
            (four, month_of("2026-03"), month_of("2026-06"), of_four),
        ];
        assert_eq!(restated(&story, &done).await, expected);
        story.holds().await;
    })
    .await;
}

/// The same, and the correction comes while the birth waits for an agency. Whichever is asked first, the
/// months come out the same.
#[tokio::test]
async fn a_correction_that_meets_an_open_case_is_asked_after_it() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let first = awarded(&story, &family).await;
        let asked = second_child(&story, &family).await;
        let (four, june) = (asked[0], "2026-06-10T10:00:00+05:00");
        story.at(june);
        assert_eq!(corrected_now(&story, &family, 2_500_000).await, []);
        // Still open after some hours: it waits on.
        story.at("2026-06-10T17:00:00+05:00");
        assert_eq!(ask_put_off(&story).await, [0]);
        let done = story.assess(&asked, &[]).await;
        let of_four = done.changes.awards[0].amount;
        let expected = (first, month_of("2026-03"), month_of("2026-06"), of_four);
        assert_eq!(restated(&story, &done).await, [expected]);
        assert_eq!(
            ask_put_off(&story).await,
            [0; 0],
            "not before six hours are over"
        );
        story.at("2026-06-10T23:30:00+05:00");
        assert_eq!(ask_put_off(&story).await, [1]);
        let again = story.to_gather().await;
        assert_eq!(story.case(again[0]).await.former_case, Some(four));
        let done = story.assess(&again, &[]).await;
        let (february, march) = (month_of("2026-02"), month_of("2026-03"));
        let expected = [
            (first, february, march, Money::ZERO),
            (first, march, month_of("2026-06"), of_four),
        ];
        assert_eq!(restated(&story, &done).await, expected);
        assert_eq!(done.changes.awards[0].amount, of_four);
        story.holds().await;
    })
    .await;
}

/// A correction that takes the place of the award would take from the child what the family waits for.
#[tokio::test]
async fn a_correction_beside_a_family_that_waits_for_money_to_grow_is_asked_after_it() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        awarded(&story, &family).await;
        let grown = second_child(&story, &family).await;
        let too_little = Money::from_major(249_999);
        story.assess_within(&grown, &[], too_little).await;
        assert_eq!(story.case(grown[0]).await.state, State::WaitingList);
        assert_eq!(corrected_now(&story, &family, 650_000).await, []);
        story.at("2026-03-01T00:30:00+05:00");
        let closed = close(&story, "2026-02", 250_000).await;
        assert_eq!((closed.awards.len(), closed.doubled), (1, 0));
        assert_eq!(closed.awards[0].amount, Money::from_major(525_000));
        assert_eq!(ask_put_off(&story).await, [1]);
        let again = story.to_gather().await;
        let again = story.case(*again.last().unwrap()).await;
        assert_eq!(again.former_case, Some(grown[0]));
        story.holds().await;
    })
    .await;
}

/// A birth that is told while a correction waits for an agency is asked after it, and not lost.
#[tokio::test]
async fn a_birth_that_meets_an_open_correction_is_asked_after_it() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        awarded(&story, &family).await;
        story.at("2026-02-17T09:00:00+05:00");
        let mended = corrected_now(&story, &family, 650_000).await;
        assert_eq!(mended.len(), 1);
        let (heard, on) = child_born(&story, &family).await;
        let mut tx = platform.db.begin().await.unwrap();
        let opened = reassessment::on_event(&mut tx, &platform, &heard, on, Cause::Birth);
        assert_eq!(opened.await.unwrap(), 0);
        tx.commit().await.unwrap();
        story.assess(&mended, &[]).await;
        story.at("2026-02-18T17:00:00+05:00");
        assert_eq!(ask_put_off(&story).await, [1]);
        let asked = story.to_gather().await;
        let asked_now = story.case(asked[0]).await;
        assert_eq!(
            (asked_now.former_case, asked_now.applied_on),
            (Some(mended[0]), on)
        );
        let done = story.assess(&asked, &[]).await;
        assert_eq!(done.changes.awards[0].first_month, month_of("2026-03"));
        assert_eq!(done.changes.awards[0].members.len(), 4);
        story.holds().await;
    })
    .await;
}

/// The tax authority mends the income of October to December; the cases that are opened by it.
async fn corrected_now(story: &Story<'_>, family: &Family, wage: i64) -> Vec<CaseId> {
    let mended = couple(1, wage, &["2020-06-01"]);
    story.agencies_answer(&mended, "2026-01-05", &[]).await;
    let person = story.person(family.adult(1)).await;
    let today = story.platform.clock.now().day(kernel::Zone::tashkent());
    let mut tx = story.platform.db.begin().await.unwrap();
    mended_on(&mut tx, story, person, today).await;
    tx.commit().await.unwrap();
    story.to_gather().await
}

/// What was put off and is due is asked; how many cases each opens.
async fn ask_put_off(story: &Story<'_>) -> Vec<usize> {
    let platform = story.platform;
    let due = ::store::job::claim(platform, crate::events::PUT_OFF, 10, 60);
    let mut opened = Vec::new();
    for job in due.await.unwrap() {
        let mut tx = platform.db.begin().await.unwrap();
        let asked = reassessment::ask_again(&mut tx, platform, &job).await;
        tx.commit().await.unwrap();
        opened.push(asked.unwrap());
    }
    opened
}

/// What is due in which months of which case's award.
async fn restated(story: &Story<'_>, done: &Assessed) -> Vec<(CaseId, Month, Month, Money)> {
    let mut tx = story.platform.db.read().await.unwrap();
    let mut all = Vec::new();
    for one in &done.changes.restated {
        let award = award::find(&mut tx, one.award)
            .await
            .unwrap()
            .unwrap()
            .award;
        all.push((award.case, one.months.from, one.months.to.unwrap(), one.due));
    }
    all.sort_by_key(|(_, from, ..)| *from);
    all
}
