use crate::testing::each_db;
use crate::together::Together;
use crate::{Ids, Migration, Platform, Result, Tx, execute, fetch_value};

const SCHEMA: &[Migration] = &[Migration {
    service: "test",
    name: "0001_together",
    sql: "CREATE TABLE kept (kind TEXT NOT NULL, place BIGINT NOT NULL, word TEXT NOT NULL,
          PRIMARY KEY (kind, word));",
}];

/// Counts its rows; a word that stands already is refused by the database.
struct Counted {
    place: i64,
}

/// The same table, another kind, and a chain of its own.
struct Other;

impl Together for Counted {
    type Row = &'static str;
    type Kept = i64;
    const WHAT: &'static str = "counted words";

    fn begin(_: &Ids) -> Counted {
        Counted { place: 0 }
    }

    async fn write(&mut self, tx: &mut Tx, rows: &[&'static str]) -> Result<Vec<i64>> {
        let mut places = Vec::new();
        for word in rows {
            self.place += 1;
            execute!(
                tx,
                "INSERT INTO kept (kind, place, word) VALUES ('counted', $1, $2)",
                self.place,
                *word
            )?;
            places.push(self.place);
        }
        Ok(places)
    }
}

impl Together for Other {
    type Row = &'static str;
    type Kept = ();
    const WHAT: &'static str = "other words";

    fn begin(_: &Ids) -> Other {
        Other
    }

    async fn write(&mut self, tx: &mut Tx, rows: &[&'static str]) -> Result<Vec<()>> {
        for word in rows {
            execute!(
                tx,
                "INSERT INTO kept (kind, place, word) VALUES ('other', 0, $1)",
                *word
            )?;
        }
        Ok(vec![(); rows.len()])
    }
}

async fn rows(platform: &Platform) -> i64 {
    let mut tx = platform.db.read().await.unwrap();
    fetch_value!(tx, i64, "SELECT COUNT(*) FROM kept").unwrap()
}

#[tokio::test]
async fn rows_of_several_kinds_are_durable_when_they_were_waited_for() {
    each_db(&[SCHEMA], async |platform| {
        let first = platform.add::<Counted>("one").await;
        let second = platform.add::<Counted>("two").await;
        let other = platform.add::<Other>("one").await;
        assert_eq!(rows(&platform).await, 0, "nothing is written unasked");
        assert_eq!(first.kept().await, Ok(1));
        // All of them went into the commit of the first.
        assert_eq!(rows(&platform).await, 3);
        assert_eq!(second.kept().await, Ok(2));
        assert_eq!(other.kept().await, Ok(()));
        let third = platform.add::<Counted>("three").await;
        assert_eq!(third.kept().await, Ok(3));
    })
    .await;
}

#[tokio::test]
async fn a_kind_that_fails_holds_up_no_other_and_begins_anew() {
    each_db(&[SCHEMA], async |platform| {
        assert_eq!(platform.add::<Counted>("one").await.kept().await, Ok(1));
        let again = platform.add::<Counted>("one").await;
        let beside = platform.add::<Counted>("two").await;
        let other = platform.add::<Other>("one").await;
        assert!(again.kept().await.is_err());
        assert!(beside.kept().await.is_err(), "they share their statement");
        assert_eq!(other.kept().await, Ok(()));
        assert_eq!(rows(&platform).await, 2);
        // What was remembered was thrown away: the count begins anew.
        assert_eq!(platform.add::<Counted>("three").await.kept().await, Ok(1));
    })
    .await;
}

#[tokio::test]
async fn more_rows_than_there_is_room_for_wait_and_all_are_kept() {
    each_db(&[SCHEMA], async |platform| {
        let words: Vec<&'static str> = (0..5_000)
            .map(|n| &*Box::leak(n.to_string().into_boxed_str()))
            .collect();
        let tasks: Vec<_> = words
            .into_iter()
            .map(|word| {
                let platform = platform.clone();
                tokio::spawn(async move { platform.add::<Counted>(word).await.kept().await })
            })
            .collect();
        let mut places = Vec::new();
        for task in tasks {
            places.push(task.await.unwrap().unwrap());
        }
        places.sort_unstable();
        assert_eq!(places, (1..=5_000).collect::<Vec<i64>>());
        assert_eq!(rows(&platform).await, 5_000);
    })
    .await;
}

#[test]
fn a_runtime_that_is_gone_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("t.db").display());
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let platform = runtime().block_on(async {
        let db = crate::Db::open(&address).await.unwrap();
        crate::migrate(&db, &[SCHEMA]).await.unwrap();
        let platform = Platform::new(db, crate::Clock::system());
        assert_eq!(platform.add::<Counted>("one").await.kept().await, Ok(1));
        platform
    });
    runtime().block_on(async {
        let kept = platform.add::<Counted>("two").await.kept().await;
        assert!(kept.is_ok(), "{kept:?}");
    });
}
