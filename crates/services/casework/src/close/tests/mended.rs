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
            let again =
                reassessment::on_mended(&mut tx, &platform, &story.permit, &[person], today).await;
            assert_eq!(again.unwrap(), opened, "one look at a time");
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
        story.at("2026-02-10T10:00:00+05:00");
        let mended = couple(1, 600_000, &["2020-06-01"]);
        story.agencies_answer(&mended, "2026-01-05", &[]).await;
        let person = story.person(family.adult(1)).await;
        let (early, late) = (
            Day::new(2026, 2, 10).unwrap(),
            Day::new(2026, 6, 10).unwrap(),
        );
        let ask = async |today| {
            let mut tx = platform.db.begin().await.unwrap();
            let permit = &story.permit;
            let again = reassessment::on_mended(&mut tx, &platform, permit, &[person], today).await;
            tx.commit().await.unwrap();
            again.unwrap()
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
        story.at("2026-03-01T00:30:00+05:00");
        let closed = close(&story, "2026-02", 10_000_000).await;
        assert_eq!(closed.awards[0].first_month, month_of("2026-03"));
        story.at("2026-06-10T10:00:00+05:00");
        assert_eq!(ask(late).await, 1, "the award, and no more the refusal");
        story.holds().await;
    })
    .await;
}
