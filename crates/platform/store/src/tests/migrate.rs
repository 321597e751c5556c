use crate::testing::each_db;
use crate::{Fault, Migration, execute, migrate};

const fn step(name: &'static str, sql: &'static str) -> Migration {
    Migration {
        service: "test",
        name,
        sql,
    }
}

const FIRST: Migration = step("0001", "CREATE TABLE a (id UUID NOT NULL PRIMARY KEY);");
const SECOND: Migration = step(
    "0002",
    "CREATE TABLE b (id BIGINT NOT NULL PRIMARY KEY); APPEND ONLY b;",
);

#[tokio::test]
async fn a_step_is_applied_once_and_a_changed_one_refused() {
    each_db(&[&[FIRST]], async |platform| {
        let db = &platform.db;
        assert_eq!(migrate(db, &[&[FIRST]]).await.unwrap(), 0);
        assert_eq!(migrate(db, &[&[FIRST, SECOND]]).await.unwrap(), 1);
        let with_comment = step(
            "0001",
            "-- which table\nCREATE TABLE a\n  (id UUID NOT NULL PRIMARY KEY);",
        );
        assert_eq!(migrate(db, &[&[with_comment]]).await.unwrap(), 0);
        let changed = step("0001", "CREATE TABLE a (id BIGINT NOT NULL PRIMARY KEY);");
        let fault = migrate(db, &[&[changed]]).await.unwrap_err();
        assert!(matches!(fault, Fault::HistoryChanged { .. }), "{fault}");
    })
    .await;
}

#[tokio::test]
async fn a_step_that_fails_leaves_nothing_and_tells_its_line() {
    each_db(&[], async |platform| {
        let wrong = step(
            "0001",
            "CREATE TABLE a (id UUID NOT NULL PRIMARY KEY);\nCREATE INDEX i ON nowhere (id);",
        );
        match migrate(&platform.db, &[&[wrong]]).await.unwrap_err() {
            Fault::Schema { line: 2, .. } => {}
            other => panic!("{other}"),
        }
        assert_eq!(migrate(&platform.db, &[&[FIRST]]).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_what_is_append_only() {
    each_db(&[&[SECOND]], async |platform| {
        let mut tx = platform.db.begin().await.unwrap();
        execute!(tx, "INSERT INTO b (id) VALUES (1)").unwrap();
        tx.commit().await.unwrap();
        for change in ["UPDATE b SET id = 2", "DELETE FROM b"] {
            let mut tx = platform.db.begin().await.unwrap();
            let fault = execute!(tx, change).unwrap_err();
            assert!(fault.to_string().contains("b is append-only"), "{fault}");
        }
    })
    .await;
}
