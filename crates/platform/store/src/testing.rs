//! A test on both databases. With `DAFTAR_TEST_POSTGRES` set to the address of
//! a cluster (see `tests/postgres`) each test gets a database of its own there
//! too; without it the half is skipped, aloud.
//!
//! ```no_run
//! # async fn example() {
//! store::testing::each_db(&[/* registry::SCHEMA */], async |platform| {
//!     let mut tx = platform.db.begin().await.unwrap();
//!     store::execute!(tx, "DELETE FROM setting").unwrap();
//! })
//! .await;
//! # }
//! ```

use crate::{Clock, Db, Ids, Migration, Platform};
use kernel::day::Instant;

/// The address of a PostgreSQL cluster where tests may create databases.
pub const POSTGRES: &str = "DAFTAR_TEST_POSTGRES";
/// Every test's clock stands here at first: 2026-01-05 09:00 in Tashkent.
pub const MORNING: Instant = Instant(1_767_585_600_000_000);

/// Runs the story on SQLite, then on PostgreSQL, each time on an empty
/// database with the given schemas, a virtual clock and seeded ids.
pub async fn each_db(schemas: &[&[Migration]], story: impl AsyncFn(Platform)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = format!("sqlite:{}", folder.path().join("test.db").display());
    run(&address, schemas, &story).await;
    let Ok(cluster) = std::env::var(POSTGRES) else {
        eprintln!("SKIPPED on PostgreSQL: {POSTGRES} is not set");
        return;
    };
    let name = format!("test_{}", hex(crate::secret()));
    administer(&cluster, &format!("CREATE DATABASE {name}")).await;
    let (server, _) = cluster.rsplit_once('/').expect("postgres://host/name");
    run(&format!("{server}/{name}"), schemas, &story).await;
    administer(&cluster, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

async fn run(address: &str, schemas: &[&[Migration]], story: &impl AsyncFn(Platform)) {
    let db = Db::open(address).await.expect("the database opens");
    crate::migrate(&db, schemas).await.expect("the schema fits");
    let clock = Clock::standing_at(MORNING);
    let ids = Ids::seeded(clock.clone(), 1);
    story(Platform::with_ids(db.clone(), clock, ids)).await;
    db.close().await;
}

async fn administer(cluster: &str, sql: &str) {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(cluster)
        .await
        .unwrap_or_else(|e| panic!("{POSTGRES}={cluster} does not answer: {e}"));
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap_or_else(|e| panic!("{sql}: {e}"));
}

fn hex(bytes: [u8; 8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
