use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::lookup::LookUp;
use crate::testing::each_db;
use crate::{Fault, Migration, Platform, Result, Tx, bulk, execute, fetch_optional};

const SCHEMA: &[Migration] = &[Migration {
    service: "test",
    name: "0001_lookup",
    sql: "CREATE TABLE word (id BIGINT PRIMARY KEY, text TEXT NOT NULL);",
}];

/// The word of a number; thirteen fails.
struct Words;

impl LookUp for Words {
    type Key = i64;
    type Found = Option<String>;
    const IS_ONE_STATEMENT: bool = false;

    async fn look_up(tx: &mut Tx, keys: &[i64]) -> Result<Vec<Option<String>>> {
        let mut found = Vec::new();
        for key in keys {
            if *key == 13 {
                return Err(Fault::Stored {
                    what: "word",
                    reason: "thirteen".to_owned(),
                });
            }
            let sql = "SELECT text FROM word WHERE id = $1";
            let word = fetch_optional!(tx, (String,), sql, *key)?;
            found.push(word.map(|(text,)| text));
        }
        Ok(found)
    }
}

/// The same in one statement, without a transaction around it.
struct Glanced;

impl LookUp for Glanced {
    type Key = i64;
    type Found = Option<String>;
    const IS_ONE_STATEMENT: bool = true;

    async fn look_up(tx: &mut Tx, keys: &[i64]) -> Result<Vec<Option<String>>> {
        const WORDS: bulk::With = bulk::With {
            v: "id",
            statement: "SELECT w.id, w.text FROM v CROSS JOIN word w WHERE w.id = v.id",
        };
        let found = bulk::select_at_once(tx, &WORDS, keys, |row, key| {
            row.push(*key);
        });
        let found: Vec<(i64, String)> = found.await?;
        let found: HashMap<i64, String> = found.into_iter().collect();
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }
}

/// The same, of the one test that counts how often it is read.
struct CountedWords;
static READS: AtomicUsize = AtomicUsize::new(0);

impl LookUp for CountedWords {
    type Key = i64;
    type Found = Option<String>;
    const IS_ONE_STATEMENT: bool = false;

    async fn look_up(tx: &mut Tx, keys: &[i64]) -> Result<Vec<Option<String>>> {
        READS.fetch_add(1, Ordering::SeqCst);
        Words::look_up(tx, keys).await
    }
}

async fn write(platform: &Platform, id: i64) {
    let mut tx = platform.db.begin().await.unwrap();
    let sql = "INSERT INTO word (id, text) VALUES ($1, $2)";
    execute!(tx, sql, id, format!("word {id}")).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn each_task_gets_its_own_answer_and_many_are_read_at_once() {
    each_db(&[SCHEMA], async |platform| {
        for id in 0..10 {
            write(&platform, id).await;
        }
        let before = READS.load(Ordering::SeqCst);
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let platform = platform.clone();
                tokio::spawn(async move { platform.look_up::<CountedWords>(n % 12).await.unwrap() })
            })
            .collect();
        for (n, task) in (0..200).zip(tasks) {
            let wanted = (n % 12 < 10).then(|| format!("word {}", n % 12));
            assert_eq!(task.await.unwrap(), wanted, "the answer of task {n}");
        }
        let reads = READS.load(Ordering::SeqCst) - before;
        assert!(reads < 50, "{reads} reads for 200 questions");
        // What was committed before the question is in its answer.
        for id in 20..40 {
            write(&platform, id).await;
            let expected = Some(format!("word {id}"));
            let found = platform.look_up::<Words>(id).await.unwrap();
            assert_eq!(found, expected);
            let found = platform.look_up::<Glanced>(id).await.unwrap();
            assert_eq!(found, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_question_that_fails_fails_alone() {
    each_db(&[SCHEMA], async |platform| {
        write(&platform, 1).await;
        let (bad, good, none) = tokio::join!(
            platform.look_up::<Words>(13),
            platform.look_up::<Words>(1),
            platform.look_up::<Words>(2),
        );
        assert!(bad.unwrap_err().to_string().contains("thirteen"));
        assert_eq!(good.unwrap().as_deref(), Some("word 1"));
        assert_eq!(none.unwrap(), None);
    })
    .await;
}

const WAIT: Duration = Duration::from_secs(30);

/// A reader goes with its runtime; the next question must not wait for it.
#[test]
fn a_question_after_the_readers_runtime_is_gone_is_answered() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
    };
    let home = runtime().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("words.db").display());
    let open = async || {
        let db = crate::Db::open(&address).await.unwrap();
        crate::migrate(&db, &[SCHEMA]).await.unwrap();
        Platform::new(db, crate::Clock::system())
    };
    let platform = home.block_on(open());
    for _ in 0..20 {
        let short = runtime().unwrap();
        let asker = platform.clone();
        short.spawn(async move {
            let (one, other) = tokio::join!(asker.look_up::<Words>(1), asker.look_up::<Glanced>(1));
            one.and(other)
        });
        short.shutdown_timeout(WAIT);
        let asked = async {
            let one = tokio::time::timeout(WAIT, platform.look_up::<Words>(2)).await;
            (
                one,
                tokio::time::timeout(WAIT, platform.look_up::<Glanced>(2)).await,
            )
        };
        let (one, other) = home.block_on(asked);
        assert_eq!(one.expect("nobody waits for ever").unwrap(), None);
        assert_eq!(other.expect("nobody waits for ever").unwrap(), None);
    }
}
