//! What an agency mends by itself: awards and refusals that rested on it are asked anew.

use super::*;

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
    let again = reassessment::on_mended(tx, story.platform, &story.shelf, persons, today);
    again.await.unwrap()
}
