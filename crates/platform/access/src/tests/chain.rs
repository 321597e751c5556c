use store::testing::each_db;
use store::{Platform, execute, fetch_value};
use uuid::Uuid;

use super::{MAHALLA, subject};
use crate::log::{Broken, verify};
use crate::{Action, Purpose, Role, SCHEMA, Scope, permit};

async fn ten_rows(platform: &Platform) -> Uuid {
    let worker = subject(Role::MahallaWorker, MAHALLA, None);
    for _ in 0..10 {
        let (action, purpose) = (Action::LodgeApplication, Purpose::Intake);
        let _ = permit(platform, &worker, action, purpose, Scope::area(MAHALLA))
            .await
            .unwrap();
    }
    let mut tx = platform.db.read().await.unwrap();
    fetch_value!(tx, Uuid, "SELECT chain_id FROM access_log WHERE seq = 1").unwrap()
}

/// What an insider with the owner's rights on the database would do.
async fn unguarded(platform: &Platform, change: &'static str) {
    let mut tx = platform.db.begin().await.unwrap();
    if tx.is_sqlite() {
        execute!(tx, "DROP TRIGGER access_log_no_update").unwrap();
        execute!(tx, "DROP TRIGGER access_log_no_delete").unwrap();
    } else {
        execute!(tx, "DROP TRIGGER access_log_append_only ON access_log").unwrap();
    }
    assert!(execute!(tx, change).unwrap() > 0, "{change}");
    tx.commit().await.unwrap();
}

async fn check(change: &'static str, expected: impl Fn(Uuid) -> Vec<Broken>) {
    each_db(&[SCHEMA], async |platform| {
        let chain = ten_rows(&platform).await;
        assert!(verify(&platform.db).await.unwrap().holds());
        unguarded(&platform, change).await;
        let found = verify(&platform.db).await.unwrap();
        assert_eq!(found.broken, expected(chain), "{change}");
    })
    .await;
}

#[tokio::test]
async fn a_changed_row_is_found() {
    for change in [
        "UPDATE access_log SET office = 'nobody' WHERE seq = 4",
        "UPDATE access_log SET purpose = 'oversight' WHERE seq = 4",
        "UPDATE access_log SET granted = FALSE WHERE seq = 4",
        "UPDATE access_log SET at = at + 1 WHERE seq = 4",
        "UPDATE access_log SET population = 0 WHERE seq = 4",
    ] {
        check(change, |chain| vec![Broken::Changed { chain, seq: 4 }]).await;
    }
}

#[tokio::test]
async fn a_removed_row_is_found() {
    check("DELETE FROM access_log WHERE seq = 4", |chain| {
        vec![Broken::Gap { chain, seq: 5 }]
    })
    .await;
    check("DELETE FROM access_log WHERE seq = 1", |chain| {
        vec![Broken::Gap { chain, seq: 2 }]
    })
    .await;
}

#[tokio::test]
async fn a_row_put_at_the_end_with_a_made_up_hash_is_found() {
    let change =
        "INSERT INTO access_log (chain_id, seq, at, account, role, office, action, purpose,
        granted, territory, person, case_id, run_id, population, prev_hash, hash)
        SELECT chain_id, 11, at, account, role, office, action, purpose, granted, territory, person,
        case_id, run_id, population, hash, hash
        FROM access_log WHERE seq = 10";
    check(change, |chain| vec![Broken::Changed { chain, seq: 11 }]).await;
}

#[tokio::test]
async fn the_log_cannot_be_changed_by_the_program() {
    each_db(&[SCHEMA], async |platform| {
        ten_rows(&platform).await;
        let mut tx = platform.db.begin().await.unwrap();
        assert!(execute!(tx, "DELETE FROM access_log").is_err());
    })
    .await;
}

#[tokio::test]
async fn each_process_has_a_chain_of_its_own() {
    each_db(&[SCHEMA], async |platform| {
        ten_rows(&platform).await;
        let clock = platform.clock.clone();
        let ids = store::Ids::seeded(clock.clone(), 2);
        let second = Platform::with_ids(platform.db.clone(), clock, ids);
        let worker = subject(Role::MahallaWorker, MAHALLA, None);
        let (action, purpose) = (Action::LodgeApplication, Purpose::Intake);
        let _ = permit(&second, &worker, action, purpose, Scope::area(MAHALLA))
            .await
            .unwrap();
        let found = verify(&platform.db).await.unwrap();
        assert!(found.holds());
        assert_eq!((found.chains, found.rows), (2, 11));
    })
    .await;
}
