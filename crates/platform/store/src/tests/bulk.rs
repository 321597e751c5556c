use crate::testing::each_db;
use crate::{Migration, Platform, bulk, fetch_all, fetch_value};
use uuid::Uuid;

const SCHEMA: &[Migration] = &[Migration {
    service: "test",
    name: "0001",
    sql: "CREATE TABLE coin (id UUID NOT NULL PRIMARY KEY, n INTEGER NOT NULL, note TEXT,
          kept BOOLEAN NOT NULL, body BYTEA NOT NULL);",
}];
const COIN: bulk::Insert = bulk::Insert {
    into: "coin (id, n, note, kept, body)",
    on_conflict: "(id) DO NOTHING",
};
const RENAME: bulk::With = bulk::With {
    v: "id, n, note",
    statement: "UPDATE coin SET n = v.n, note = v.note FROM v WHERE coin.id = v.id",
};
const OF_IDS: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT c.id, c.n FROM v CROSS JOIN coin c WHERE c.id = v.id",
};

async fn insert(platform: &Platform, rows: &[(Uuid, i64)]) -> u64 {
    let mut tx = platform.db.begin().await.unwrap();
    let inserted = bulk::insert(&mut tx, &COIN, rows, |row, (id, n)| {
        let note = (n % 2 == 0).then_some("even");
        row.push(*id)
            .push(*n)
            .push(note)
            .push(n % 3 == 0)
            .push(n.to_be_bytes().as_slice());
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    inserted
}

fn rows(platform: &Platform, count: i64) -> Vec<(Uuid, i64)> {
    (0..count).map(|n| (platform.ids.uuid(), n)).collect()
}

/// Around every size at which the list is cut, and none at all.
#[tokio::test]
async fn every_row_of_a_set_goes_in_once() {
    each_db(&[SCHEMA], async |platform| {
        let mut total = 0;
        for count in [0, 1, 2, 3, 31, 32, 33, 65, 511, 512, 513, 1023, 1024, 1500] {
            let rows = rows(&platform, count);
            assert_eq!(insert(&platform, &rows).await, count as u64, "{count}");
            assert_eq!(insert(&platform, &rows).await, 0, "again {count}");
            total += count;
        }
        let mut tx = platform.db.read().await.unwrap();
        let found = fetch_value!(tx, i64, "SELECT COUNT(*) FROM coin").unwrap();
        assert_eq!(found, total);
    })
    .await;
}

#[tokio::test]
async fn a_set_is_updated_and_found_by_its_keys() {
    each_db(&[SCHEMA], async |platform| {
        let rows = rows(&platform, 700);
        insert(&platform, &rows).await;
        let mut tx = platform.db.begin().await.unwrap();
        let touched = bulk::update_from(&mut tx, &RENAME, &rows[100..], |row, (id, n)| {
            row.push(*id).push(n + 1000).push(None::<&str>);
        });
        assert_eq!(touched.await.unwrap(), 600);
        let mut list: Vec<Uuid> = rows[90..110].iter().map(|(id, _)| *id).collect();
        list.push(Uuid::nil());
        let found = bulk::select_in(&mut tx, &OF_IDS, &list, |row, id| {
            row.push(*id);
        });
        let mut found: Vec<(Uuid, i64)> = found.await.unwrap();
        found.sort_unstable();
        let expected: Vec<i64> = (90..100).chain(1100..1110).collect();
        assert_eq!(found.iter().map(|(_, n)| *n).collect::<Vec<_>>(), expected);
        let notes = fetch_value!(tx, i64, "SELECT COUNT(*) FROM coin WHERE note IS NOT NULL");
        assert_eq!(notes.unwrap(), 50);
    })
    .await;
}

#[tokio::test]
async fn nulls_flags_and_bytes_survive() {
    each_db(&[SCHEMA], async |platform| {
        insert(&platform, &rows(&platform, 4)).await;
        let mut tx = platform.db.read().await.unwrap();
        type Row = (i64, Option<String>, bool, Vec<u8>);
        let found =
            fetch_all!(tx, Row, "SELECT n, note, kept, body FROM coin ORDER BY id").unwrap();
        let even = || Some("even".to_owned());
        let bytes = |n: i64| n.to_be_bytes().to_vec();
        let expected: [Row; 4] = [
            (0, even(), true, bytes(0)),
            (1, None, false, bytes(1)),
            (2, even(), false, bytes(2)),
            (3, None, true, bytes(3)),
        ];
        assert_eq!(found, expected);
    })
    .await;
}

#[tokio::test]
#[should_panic(expected = "differs from the columns")]
async fn a_forgotten_value_stops_the_program() {
    each_db(&[SCHEMA], async |platform| {
        let mut tx = platform.db.begin().await.unwrap();
        let _ = bulk::insert(&mut tx, &COIN, &[1_i64], |row, n| {
            row.push(*n);
        })
        .await;
    })
    .await;
}
