use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::idempotency::{self, Begun};
use crate::testing::{MORNING, each_db};
use crate::{
    Clock, Db, Fault, Migration, Platform, execute, fetch_one, fetch_value, fetch_values, lock_one,
    setting,
};

async fn set_number(platform: &Platform, value: i64) {
    let mut tx = platform.db.begin().await.unwrap();
    setting::set(&mut tx, "n", &value.to_string())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn number(platform: &Platform) -> i64 {
    let mut tx = platform.db.read().await.unwrap();
    let text = setting::find(&mut tx, "n").await.unwrap();
    text.expect("set before").parse().unwrap()
}

async fn add_one(platform: Platform) {
    let mut tx = platform.db.begin().await.unwrap();
    let row = lock_one!(
        tx,
        (String,),
        "SELECT value FROM setting WHERE key = $1",
        "n"
    )
    .unwrap();
    let value: i64 = row.unwrap().0.parse().unwrap();
    setting::set(&mut tx, "n", &(value + 1).to_string())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_tasks_that_read_and_write_lose_no_step() {
    each_db(&[], async |platform| {
        set_number(&platform, 1).await;
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let platform = platform.clone();
                tokio::spawn(async move {
                    for _ in 0..50 {
                        add_one(platform.clone()).await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(number(&platform).await, 801);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_dropped_without_commit_leaves_nothing() {
    each_db(&[], async |platform| {
        set_number(&platform, 1).await;
        let mut tx = platform.db.begin().await.unwrap();
        setting::set(&mut tx, "n", "2").await.unwrap();
        drop(tx);
        assert_eq!(number(&platform).await, 1);
    })
    .await;
}

const WAIT: Duration = Duration::from_secs(20);

async fn open(address: &str) -> Platform {
    let db = Db::open(address).await.unwrap();
    crate::migrate(&db, &[]).await.unwrap();
    Platform::new(db, Clock::system())
}

/// Begins, writes, and is stopped before its end.
async fn begin_and_wait(platform: Platform, has_begun: oneshot::Sender<()>) {
    let mut tx = platform.db.begin().await.unwrap();
    setting::set(&mut tx, "n", "2").await.unwrap();
    has_begun.send(()).unwrap();
    std::future::pending::<()>().await;
}

/// The file's lock does not stay with a task that was stopped: another process writes soon.
#[tokio::test]
async fn a_transaction_that_was_given_up_locks_no_other_process_out() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("n.db").display());
    let (one, other) = (open(&address).await, open(&address).await);
    set_number(&one, 1).await;
    let (begun, has_begun) = oneshot::channel();
    let task = tokio::spawn(begin_and_wait(one.clone(), begun));
    has_begun.await.unwrap();
    task.abort();
    let written = tokio::time::timeout(WAIT, add_one(other));
    written.await.expect("the lock is free");
    add_one(one.clone()).await;
    assert_eq!(number(&one).await, 3, "two more than what was committed");
}

/// What the database refuses at the end is gone, and the next transaction begins.
#[tokio::test]
async fn a_commit_that_fails_leaves_nothing() {
    const SCHEMA: &[Migration] = &[Migration {
        service: "test",
        name: "0001",
        sql: "CREATE TABLE tree (id BIGINT PRIMARY KEY);
              CREATE TABLE leaf (tree BIGINT PRIMARY KEY REFERENCES tree (id) DEFERRABLE INITIALLY DEFERRED);",
    }];
    each_db(&[SCHEMA], async |platform| {
        for _ in 0..3 {
            let mut tx = platform.db.begin().await.unwrap();
            execute!(tx, "INSERT INTO leaf (tree) VALUES (1)").unwrap();
            let fault = tx.commit().await.unwrap_err();
            assert!(fault.is_foreign_key_violation(), "{fault}");
        }
        set_number(&platform, 1).await;
        let mut tx = platform.db.read().await.unwrap();
        let leaves = fetch_value!(tx, i64, "SELECT COUNT(*) FROM leaf").unwrap();
        assert_eq!(leaves, 0);
    })
    .await;
}

/// Whoever takes the file away after the close takes all of it.
#[tokio::test]
async fn a_closed_database_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("n.db");
    let platform = open(&format!("sqlite:{}", file.display())).await;
    set_number(&platform, 1).await;
    number(&platform).await;
    drop(platform.db.glance().await.unwrap());
    assert!(folder.path().join("n.db-wal").exists());
    platform.db.close().await;
    assert!(!folder.path().join("n.db-wal").exists());
}

/// Nor with one whose runtime went away under it.
#[test]
fn a_transaction_whose_runtime_is_gone_leaves_nothing() {
    let runtime = || Builder::new_multi_thread().enable_all().build().unwrap();
    let home = runtime();
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("n.db").display());
    let platform = home.block_on(open(&address));
    home.block_on(set_number(&platform, 1));
    let short = runtime();
    let (begun, has_begun) = oneshot::channel();
    short.spawn(begin_and_wait(platform.clone(), begun));
    home.block_on(has_begun).unwrap();
    short.shutdown_timeout(WAIT);
    home.block_on(add_one(platform.clone()));
    assert_eq!(home.block_on(number(&platform)), 2);
}

#[tokio::test]
async fn after_the_close_nothing_begins() {
    each_db(&[], async |platform| {
        set_number(&platform, 1).await;
        platform.db.close().await;
        assert!(platform.db.begin().await.is_err());
        assert!(platform.db.read().await.is_err());
        assert!(platform.db.glance().await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_reading_transaction_sees_one_snapshot_and_cannot_write() {
    each_db(&[], async |platform| {
        set_number(&platform, 1).await;
        let mut before = platform.db.read().await.unwrap();
        assert_eq!(setting::find(&mut before, "n").await.unwrap().unwrap(), "1");
        set_number(&platform, 2).await;
        assert_eq!(setting::find(&mut before, "n").await.unwrap().unwrap(), "1");
        assert!(setting::set(&mut before, "n", "3").await.is_err());
        drop(before);
        assert_eq!(number(&platform).await, 2);
    })
    .await;
}

#[tokio::test]
async fn both_databases_name_a_second_row_with_the_same_key() {
    each_db(&[], async |platform| {
        let mut tx = platform.db.begin().await.unwrap();
        let insert = "INSERT INTO setting (key, value) VALUES ($1, $2)";
        execute!(tx, insert, "a", "1").unwrap();
        let fault = execute!(tx, insert, "a", "2").unwrap_err();
        assert!(fault.is_unique_violation() && !fault.is_foreign_key_violation());
    })
    .await;
}

#[tokio::test]
async fn one_command_answers_the_same_and_another_under_its_key_is_refused() {
    each_db(&[], async |platform| {
        let clock = &platform.clock;
        let mut tx = platform.db.begin().await.unwrap();
        let begun = idempotency::begin(&mut tx, clock, "lodge", "k1", b"hash")
            .await
            .unwrap();
        assert_eq!(begun, Begun::Fresh);
        idempotency::finish(&mut tx, "lodge", "k1", "case 7")
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let mut tx = platform.db.begin().await.unwrap();
        let seen = Begun::Seen {
            response: Some("case 7".to_owned()),
        };
        let mut again = async |scope, key, hash: &[u8]| {
            idempotency::begin(&mut tx, clock, scope, key, hash)
                .await
                .unwrap()
        };
        assert_eq!(again("lodge", "k1", b"hash").await, seen);
        assert_eq!(again("lodge", "k1", b"other").await, Begun::Different);
        assert_eq!(again("mend", "k1", b"other").await, Begun::Fresh);
    })
    .await;
}

#[tokio::test]
async fn types_are_read_as_they_were_written() {
    each_db(&[], async |platform| {
        let mut tx = platform.db.begin().await.unwrap();
        let id = platform.ids.uuid();
        execute!(
            tx,
            "INSERT INTO outbox (id, topic, key, payload, at) VALUES ($1, $2, $3, $4, $5)",
            id,
            "t",
            "Oʻktam Ғуломов",
            "{}",
            MORNING.0
        )
        .unwrap();
        type Row = (uuid::Uuid, String, i64, bool, Option<i64>);
        let row = fetch_one!(
            tx,
            Row,
            "SELECT id, key, at, at > 0 AS late, CAST(NULL AS BIGINT) AS none FROM outbox"
        )
        .unwrap();
        assert_eq!(
            row,
            (id, "Oʻktam Ғуломов".to_owned(), MORNING.0, true, None)
        );
        let sum = fetch_value!(tx, i64, "SELECT CAST(SUM(at) AS BIGINT) FROM outbox").unwrap();
        assert_eq!(sum, MORNING.0);
        assert_eq!(
            fetch_values!(tx, i64, "SELECT COUNT(*) FROM outbox").unwrap(),
            [1]
        );
    })
    .await;
}

#[tokio::test]
async fn an_address_of_another_kind_is_named() {
    let fault = crate::Db::open("mysql://x").await.unwrap_err();
    assert!(matches!(fault, Fault::Address { .. }), "{fault}");
}
