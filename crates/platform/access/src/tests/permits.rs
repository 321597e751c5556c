use kernel::ids::{CaseId, PersonId, RunId};
use store::testing::each_db;
use store::{Platform, fetch_all, fetch_value};

use super::{MAHALLA, YUNUSOBOD, subject};
use crate::log::{Before, Whose, of_person};
use crate::{Action, Area, Denied, Purpose, Role, SCHEMA, Scope, Subject, batch, permit};

/// A cell of the table with a place: may it?
async fn check(platform: &Platform, who: &Subject, action: Action, scope: Scope, expected: bool) {
    let asked = permit(platform, who, action, Purpose::Casework, scope).await;
    assert_eq!(
        asked.is_ok(),
        expected,
        "{who:?} {action:?} {scope:?}: {asked:?}"
    );
}

#[tokio::test]
async fn a_right_ends_at_the_border_of_the_territory() {
    each_db(&[SCHEMA], async |platform| {
        let same_district = Area::Mahalla(1_726_266_002);
        let other_district = Area::Mahalla(1_726_264_001);
        let case = |area| Scope::case(CaseId::from_u128(1), PersonId::from_u128(2), area);
        let worker = subject(Role::MahallaWorker, MAHALLA, None);
        let lodge = Action::LodgeApplication;
        check(&platform, &worker, lodge, Scope::area(MAHALLA), true).await;
        check(&platform, &worker, lodge, Scope::area(same_district), false).await;
        check(&platform, &worker, lodge, Scope::country(), false).await;
        check(&platform, &worker, Action::ReadCase, case(MAHALLA), false).await;
        let officer = subject(Role::DistrictOfficer, Area::District(YUNUSOBOD), None);
        check(
            &platform,
            &officer,
            Action::ReadCase,
            case(same_district),
            true,
        )
        .await;
        check(
            &platform,
            &officer,
            Action::ReadCase,
            case(other_district),
            false,
        )
        .await;
        check(
            &platform,
            &officer,
            Action::ApproveRun,
            Scope::country(),
            false,
        )
        .await;
        let treasurer = subject(Role::Treasurer, Area::Region(1_726), None);
        let run = |area| Scope::run(RunId::from_u128(3), area);
        check(
            &platform,
            &treasurer,
            Action::ApproveRun,
            run(Area::Region(1_726)),
            true,
        )
        .await;
        check(
            &platform,
            &treasurer,
            Action::ApproveRun,
            run(Area::Country),
            false,
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_citizen_opens_the_own_things_only() {
    each_db(&[SCHEMA], async |platform| {
        let me = subject(Role::Citizen, Area::Country, Some(PersonId::from_u128(1)));
        let neighbour = Scope::person(PersonId::from_u128(2), MAHALLA);
        check(&platform, &me, Action::ReadOwnCase, Scope::own(&me), true).await;
        check(&platform, &me, Action::ReadOwnCase, neighbour, false).await;
        check(&platform, &me, Action::ReadCase, Scope::own(&me), false).await;
        // Nobody is not the person of an account without one.
        let nobody = subject(Role::Citizen, Area::Country, None);
        check(
            &platform,
            &nobody,
            Action::ReadOwnCase,
            Scope::own(&nobody),
            false,
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_row_is_there_before_the_permit_and_a_refusal_is_logged_too() {
    each_db(&[SCHEMA], async |platform| {
        let worker = subject(Role::MahallaWorker, MAHALLA, None);
        let scope = Scope::area(MAHALLA);
        let _ = permit(
            &platform,
            &worker,
            Action::LodgeApplication,
            Purpose::Intake,
            scope,
        )
        .await
        .unwrap();
        let denied = permit(
            &platform,
            &worker,
            Action::ApproveRun,
            Purpose::Payment,
            scope,
        )
        .await;
        assert!(
            matches!(denied, Err(Denied::NotAllowed { .. })),
            "{denied:?}"
        );
        let mut tx = platform.db.read().await.unwrap();
        let rows = fetch_all!(
            tx,
            (String, bool),
            "SELECT action, granted FROM access_log ORDER BY seq"
        )
        .unwrap();
        let expected = [
            ("lodge_application".to_owned(), true),
            ("approve_run".to_owned(), false),
        ];
        assert_eq!(rows, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn permits_of_many_tasks_share_commits_and_make_one_chain() {
    each_db(&[SCHEMA], async |platform| {
        let tasks: Vec<_> = (0..32)
            .map(|_| {
                let platform = platform.clone();
                tokio::spawn(async move {
                    let worker = subject(Role::MahallaWorker, MAHALLA, None);
                    for _ in 0..25 {
                        let action = Action::FollowApplications;
                        let scope = Scope::area(MAHALLA);
                        let _ = permit(&platform, &worker, action, Purpose::Intake, scope)
                            .await
                            .unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let verified = crate::log::verify(&platform.db).await.unwrap();
        assert!(verified.holds());
        assert_eq!((verified.chains, verified.rows), (1, 800));
    })
    .await;
}

#[tokio::test]
async fn a_person_reads_who_looked_by_name_by_case_and_by_run() {
    each_db(&[SCHEMA], async |platform| {
        let me = PersonId::from_u128(1);
        let mine = subject(Role::Citizen, Area::Country, Some(me));
        let officer = subject(Role::DistrictOfficer, Area::District(YUNUSOBOD), None);
        let (case, run) = (CaseId::from_u128(10), RunId::from_u128(20));
        let by_name = Scope::case(case, me, MAHALLA);
        let by_case = Scope::case(case, PersonId::from_u128(2), MAHALLA);
        let of_other = Scope::case(CaseId::from_u128(11), PersonId::from_u128(3), MAHALLA);
        for scope in [by_name, by_case, of_other] {
            platform.clock.step(1_000_000).unwrap();
            let _ = permit(
                &platform,
                &officer,
                Action::ReadCase,
                Purpose::Casework,
                scope,
            )
            .await
            .unwrap();
        }
        platform.clock.step(1_000_000).unwrap();
        let system = Subject::system();
        let (action, purpose) = (Action::SettleRun, Purpose::Payment);
        let _ = batch(&platform, &system, action, purpose, Some(run), 5000)
            .await
            .unwrap();
        let (action, purpose) = (Action::ReadAccessLog, Purpose::OwnInformation);
        platform.clock.step(1_000_000).unwrap();
        let asked = permit(&platform, &mine, action, purpose, Scope::own(&mine))
            .await
            .unwrap();
        let mut tx = platform.db.read().await.unwrap();
        let whose = Whose {
            person: me,
            cases: &[case],
            runs: &[run],
        };
        let now = platform.clock.now();
        let looks = of_person(&mut tx, &asked, &whose, now, Before::NONE).await;
        let looks = looks.unwrap();
        assert_eq!(looks.earlier, None);
        let seen: Vec<_> = looks
            .page
            .iter()
            .map(|look| {
                (
                    look.role,
                    look.purpose,
                    look.population,
                    look.office.as_str(),
                )
            })
            .collect();
        let office = "office in district 1726266";
        let expected = [
            (Role::System, Purpose::Payment, Some(5000), "Daftar"),
            (Role::DistrictOfficer, Purpose::Casework, None, office),
            (Role::DistrictOfficer, Purpose::Casework, None, office),
        ];
        assert_eq!(seen, expected);
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_one_row() {
    each_db(&[SCHEMA], async |platform| {
        let (action, purpose) = (Action::AssessRegister, Purpose::Assessment);
        let asked = batch(
            &platform,
            &Subject::system(),
            action,
            purpose,
            None,
            1_000_000,
        )
        .await;
        let asked = asked.unwrap();
        asked.must_be_for(&[Action::AssessRegister]);
        assert!(asked.opens_person(PersonId::from_u128(9), MAHALLA));
        let mut tx = platform.db.read().await.unwrap();
        let sum = "SELECT CAST(SUM(population) AS BIGINT) FROM access_log";
        assert_eq!(fetch_value!(tx, i64, sum).unwrap(), 1_000_000);
        assert_eq!(
            fetch_value!(tx, i64, "SELECT COUNT(*) FROM access_log").unwrap(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_permit_opens_what_it_names() {
    each_db(&[SCHEMA], async |platform| {
        let officer = subject(Role::DistrictOfficer, Area::District(YUNUSOBOD), None);
        let (case, person) = (CaseId::from_u128(1), PersonId::from_u128(2));
        let (action, purpose) = (Action::ReadCase, Purpose::Casework);
        let scope = Scope::case(case, person, MAHALLA);
        let one = permit(&platform, &officer, action, purpose, scope)
            .await
            .unwrap();
        assert!(one.opens_case(case, MAHALLA) && one.opens_person(person, MAHALLA));
        assert!(!one.opens_case(CaseId::from_u128(5), MAHALLA));
        assert!(!one.opens_person(PersonId::from_u128(5), MAHALLA));
        let scope = Scope::area(Area::District(YUNUSOBOD));
        let list = permit(&platform, &officer, action, purpose, scope)
            .await
            .unwrap();
        assert!(list.opens_case(case, MAHALLA));
        assert!(!list.opens_case(case, Area::Mahalla(1_726_264_001)));
    })
    .await;
}
