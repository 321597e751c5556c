//! Lodging: who may, when, how often.

use ::store::testing::each_db;
use kernel::Month;

use super::*;
use crate::case::Origin;
use crate::testing::{SCHEMAS, Story, couple};

fn refusal<T: std::fmt::Debug>(stopped: std::result::Result<T, LodgeStop>) -> Refusal {
    match stopped {
        Err(Stop::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn an_application_needs_a_number_and_a_consent_and_nothing_else() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 500_000, &["2020-03-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let lodged = story.lodge(&family).await;
        assert_eq!(lodged.regime, "uz-654b");
        assert_eq!(lodged.number.len(), number::SIGNS);
        let case = story.case(lodged.case).await;
        assert_eq!(case.state, State::Gathering);
        assert_eq!(case.origin, Origin::Application);
        assert_eq!(
            case.wait.as_ref().map(|wait| wait.who),
            Some(WaitFor::Agency)
        );
        assert_eq!(story.to_gather().await, [lodged.case]);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn the_counted_month_turns_after_the_last_second_of_the_16th_local_time() {
    each_db(SCHEMAS, async |platform| {
        let families = [couple(1, 0, &[]), couple(2, 0, &[]), couple(3, 0, &[])];
        let story = Story::of(&platform, &families).await;
        let table = [
            ("2026-01-16T00:00:00+05:00", "2026-01"),
            ("2026-01-16T23:59:59+05:00", "2026-01"),
            // 19:00 of the 16th in UTC
            ("2026-01-17T00:00:00+05:00", "2026-02"),
        ];
        for (family, (instant, month)) in families.iter().zip(table) {
            story.at(instant);
            let lodged = story.lodge(family).await;
            assert_eq!(
                lodged.counted_month,
                Month::parse(month).unwrap(),
                "{instant}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_id_is_the_same_application_and_never_another_persons() {
    each_db(SCHEMAS, async |platform| {
        let families = [couple(1, 0, &[]), couple(2, 0, &[])];
        let story = Story::of(&platform, &families).await;
        let new = story.application(&families[0]);
        let first = story.try_lodge(&new).await.unwrap();
        assert_eq!(story.try_lodge(&new).await.unwrap(), first);
        let other = NewApplication {
            pinfl: families[1].applicant(),
            ..new.clone()
        };
        assert_eq!(
            refusal(story.try_lodge(&other).await),
            Refusal::IdOfAnother { id: new.id }
        );
    })
    .await;
}

#[tokio::test]
async fn a_family_applies_once_a_month_whoever_of_it_comes() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 0, &["2021-01-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let lodged = story.lodge(&family).await;
        let by_spouse = NewApplication {
            pinfl: family.adult(1),
            ..story.application(&family)
        };
        let month = Month::parse("2026-01").unwrap();
        let expected = Refusal::AlreadyThisMonth {
            month,
            number: lodged.number,
        };
        assert_eq!(refusal(story.try_lodge(&by_spouse).await), expected);
        story.at("2026-02-02T09:00:00+05:00");
        let again = NewApplication {
            pinfl: family.adult(1),
            ..story.application(&family)
        };
        assert_eq!(story.try_lodge(&again).await.unwrap().regime, "uz-sr26");
    })
    .await;
}

#[tokio::test]
async fn without_consent_or_person_nothing_is_lodged() {
    each_db(SCHEMAS, async |platform| {
        let (family, stranger) = (couple(1, 0, &[]), couple(9, 0, &[]));
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let no_consent = NewApplication {
            consent: false,
            ..story.application(&family)
        };
        assert_eq!(
            refusal(story.try_lodge(&no_consent).await),
            Refusal::NoConsent
        );
        let unknown = story.application(&stranger);
        assert_eq!(
            refusal(story.try_lodge(&unknown).await),
            Refusal::UnknownPerson
        );
        assert!(story.to_gather().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_open_application_is_taken_back_and_a_decided_one_is_not() {
    each_db(SCHEMAS, async |platform| {
        let families = [couple(1, 0, &[]), couple(2, 9_000_000, &[])];
        let story = Story::of(&platform, &families).await;
        let open = story.lodge(&families[0]).await.case;
        let refused = story.lodge_and_assess(&families[1], "2026-01-05").await;
        let account = AccountId::from_u128(7);
        let mut tx = platform.db.begin().await.unwrap();
        let now = platform.clock.now();
        let case = withdraw(&mut tx, now, open, account).await.unwrap();
        assert_eq!((case.state, case.wait), (State::Withdrawn, None));
        assert!(matches!(
            withdraw(&mut tx, now, refused, account).await,
            Err(Stop::Refused(_))
        ));
        tx.commit().await.unwrap();
        story.holds().await;
    })
    .await;
}
