//! Lodging: who may, when, how often.

use ::store::testing::each_db;
use access::{Action, Permit, Purpose, Role, Scope, Subject};
use kernel::Month;

use super::*;
use crate::case::Origin;
use crate::testing::{SCHEMAS, Story, civil_registry_permit, couple};

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
async fn who_is_told_to_be_dead_hears_so_and_the_others_of_the_family_apply() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 0, &[]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let partner = civil_registry_permit(&platform).await;
        let death = registry::event::Death {
            id: story.message(),
            person: family.applicant(),
            on: Day::parse("2026-01-02").unwrap(),
        };
        let mut tx = platform.db.begin().await.unwrap();
        let heard = registry::event::death(&mut tx, &platform.ids, &partner, &death).await;
        assert!(heard.unwrap().fresh);
        tx.commit().await.unwrap();
        let dead = story.application(&family);
        assert_eq!(refusal(story.try_lodge(&dead).await), Refusal::PersonDead);
        assert!(story.to_gather().await.is_empty(), "nothing was lodged");
        let by_spouse = NewApplication {
            pinfl: family.adult(1),
            ..dead
        };
        story.try_lodge(&by_spouse).await.unwrap();
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

/// The family's mahalla and the one next to it.
const HOME: u32 = 1_726_262_001;
const NEXT: u32 = 1_726_262_002;

async fn worker_of(platform: &Platform, mahalla: u32) -> Permit {
    let worker = Subject {
        account: AccountId::from_u128(u128::from(mahalla)),
        role: Role::MahallaWorker,
        territory: Area::Mahalla(mahalla),
        person: None,
        office: format!("mahalla {mahalla}"),
        errand: access::Errand::NONE,
    };
    let scope = Scope::area(worker.territory);
    let permit = access::permit(
        platform,
        &worker,
        Action::LodgeApplication,
        Purpose::Intake,
        scope,
    );
    permit.await.unwrap()
}

#[tokio::test]
async fn a_worker_lodges_for_the_own_mahalla_and_for_whom_no_home_is_known() {
    each_db(SCHEMAS, async |platform| {
        let families = [couple(1, 0, &[]), couple(2, 0, &[]), couple(3, 0, &[])];
        let story = Story::of(&platform, &families).await;
        let (here, next) = (
            worker_of(&platform, HOME).await,
            worker_of(&platform, NEXT).await,
        );
        let take = async |permit: &Permit, new: &NewApplication| {
            lodge(&platform, &story.shelf, permit, new).await
        };
        let first = story.application(&families[0]);
        let applicant = story.person(families[0].applicant()).await;
        let elsewhere = Refusal::LivesElsewhere {
            applicant,
            home: Area::Mahalla(HOME),
        };
        assert_eq!(refusal(take(&next, &first).await), elsewhere);
        assert!(story.to_gather().await.is_empty(), "nothing was lodged");
        take(&here, &first).await.unwrap();

        let moved = story.person(families[1].applicant()).await;
        move_to(&platform, moved, NEXT, "2026-01-06").await;
        let second = story.application(&families[1]);
        assert_eq!(
            refusal(take(&next, &second).await).code(),
            "lives_elsewhere",
            "the move is tomorrow"
        );
        story.at("2026-01-06T09:00:00+05:00");
        assert_eq!(
            refusal(take(&here, &second).await),
            Refusal::LivesElsewhere {
                applicant: moved,
                home: Area::Mahalla(NEXT)
            }
        );
        take(&next, &second).await.unwrap();

        let nowhere = story.person(families[2].applicant()).await;
        let mut tx = platform.db.begin().await.unwrap();
        ::store::execute!(tx, "DELETE FROM residence WHERE person = $1", nowhere.0).unwrap();
        tx.commit().await.unwrap();
        take(&next, &story.application(&families[2])).await.unwrap();
        story.holds().await;
    })
    .await;
}

async fn move_to(platform: &Platform, person: PersonId, mahalla: u32, on: &str) {
    let dwelling = platform.ids.uuid();
    let mut tx = platform.db.begin().await.unwrap();
    ::store::execute!(
        tx,
        "INSERT INTO dwelling (id, code, district, mahalla) VALUES ($1, 'D-next', $2, $3)",
        dwelling,
        i64::from(mahalla / 1_000),
        i64::from(mahalla)
    )
    .unwrap();
    ::store::execute!(
        tx,
        "INSERT INTO residence (person, valid_from, known_from, dwelling, source) \
         VALUES ($1, $2, $3, $4, $5)",
        person.0,
        i64::from(Day::parse(on).unwrap().0),
        platform.clock.now().0,
        dwelling,
        i64::from(kernel::Source::CivilRegistry.code())
    )
    .unwrap();
    tx.commit().await.unwrap();
}

/// So many that some share their first number, as among the cases of a country.
const MANY: u128 = 60_000;

#[tokio::test]
async fn cases_that_open_together_get_numbers_that_nobody_else_has() {
    each_db(SCHEMAS, async |platform| {
        let ids = (1..=MANY).map(CaseId::from_u128);
        let mut cases: Vec<Case> = ids.map(|id| Case::blank(id, State::Gathering)).collect();
        let first: HashSet<String> = cases.iter().map(|case| number::of(case.id, 0)).collect();
        assert!(first.len() < cases.len(), "no two share their first number");
        let mut tx = platform.db.begin().await.unwrap();
        give_numbers(&mut tx, &mut cases).await.unwrap();
        let given: HashSet<&str> = cases.iter().map(|case| case.number.as_str()).collect();
        assert_eq!(given.len(), cases.len());

        // What a stored case has nobody else gets.
        case::save(&mut tx, &mut cases[..1]).await.unwrap();
        let mut again = [Case::blank(cases[0].id, State::Gathering)];
        give_numbers(&mut tx, &mut again).await.unwrap();
        assert_eq!(again[0].number, number::of(cases[0].id, 1));
    })
    .await;
}
