//! Migrations: one text a step in portable words, translated for each database,
//! applied once, and refused when a step that is already in use has changed.
//!
//! A step is a file `schema/0001_what.sql` of its service:
//! ```sql
//! CREATE TABLE visit (
//!     id      UUID    NOT NULL PRIMARY KEY,
//!     unit    UUID    NOT NULL,
//!     at      BIGINT  NOT NULL,      -- microseconds UTC
//!     at_home BOOLEAN NOT NULL
//! );
//! CREATE INDEX visit_unit ON visit (unit, at);
//! APPEND ONLY visit;
//! ```
//! Capitals are words of SQL, small letters are names. Types: `UUID BYTEA BIGINT
//! INTEGER TEXT BOOLEAN`. Every table has a `PRIMARY KEY` (on SQLite it becomes
//! `STRICT, WITHOUT ROWID`). `APPEND ONLY t;` makes the database itself refuse
//! every update and delete of `t`.

mod ddl;

use crate::{Db, Fault, Result, Tx};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// One step; made by [`crate::migration!`].
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub service: &'static str,
    pub name: &'static str,
    pub sql: &'static str,
}

/// Brings the database to the given schemas, in the given order, in one
/// transaction; returns how many steps were new. Several processes may start
/// at once.
pub async fn migrate(db: &Db, schemas: &[&[Migration]]) -> Result<usize> {
    let mut tx = db.begin().await?;
    tx.alone("store.migrate").await?;
    run(&mut tx, HISTORY).await?;
    let applied = applied(&mut tx).await?;
    let mut new = 0;
    for step in [crate::SCHEMA].iter().chain(schemas).copied().flatten() {
        let statements = ddl::read(step)?;
        let hash = hash(&statements);
        match applied.get(&(step.service.to_owned(), step.name.to_owned())) {
            Some(known) if *known == hash => {}
            Some(_) => return Err(history_changed(step)),
            None => {
                apply(&mut tx, step, &statements, &hash).await?;
                new += 1;
            }
        }
    }
    tx.commit().await?;
    Ok(new)
}

const HISTORY: &Migration = &Migration {
    service: "store",
    name: "migration",
    sql: "CREATE TABLE IF NOT EXISTS migration (service TEXT NOT NULL, name TEXT NOT NULL, \
          hash BYTEA NOT NULL, PRIMARY KEY (service, name))",
};

async fn run(tx: &mut Tx, step: &Migration) -> Result<()> {
    for statement in ddl::read(step)? {
        execute_raw(tx, ddl::translate(&statement, tx.is_sqlite())).await?;
    }
    Ok(())
}

async fn applied(tx: &mut Tx) -> Result<HashMap<(String, String), Vec<u8>>> {
    let rows = crate::fetch_all!(
        tx,
        (String, String, Vec<u8>),
        "SELECT service, name, hash FROM migration"
    )?;
    Ok(rows.into_iter().map(|(s, n, h)| ((s, n), h)).collect())
}

async fn apply(
    tx: &mut Tx,
    step: &Migration,
    statements: &[ddl::Statement],
    hash: &[u8],
) -> Result<()> {
    for statement in statements {
        let sql = ddl::translate(statement, tx.is_sqlite());
        execute_raw(tx, sql).await.map_err(|fault| Fault::Schema {
            service: step.service.to_owned(),
            name: step.name.to_owned(),
            line: statement.line,
            problem: fault.to_string(),
        })?;
    }
    crate::execute!(
        tx,
        "INSERT INTO migration (service, name, hash) VALUES ($1, $2, $3)",
        step.service,
        step.name,
        hash
    )?;
    Ok(())
}

async fn execute_raw(tx: &mut Tx, sql: String) -> Result<()> {
    // The text comes from the program's own schema files.
    let sql = sqlx::AssertSqlSafe(sql);
    match tx {
        Tx::Sqlite(c) => sqlx::raw_sql(sql).execute(&mut **c).await.map(drop)?,
        Tx::Pg(c) => sqlx::raw_sql(sql).execute(&mut **c).await.map(drop)?,
    }
    Ok(())
}

/// Over the words alone: a comment or a line break may be mended later.
fn hash(statements: &[ddl::Statement]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for statement in statements {
        hasher.update(statement.text.as_bytes());
        hasher.update(b";");
    }
    hasher.finalize().to_vec()
}

fn history_changed(step: &Migration) -> Fault {
    Fault::HistoryChanged {
        service: step.service.to_owned(),
        name: step.name.to_owned(),
    }
}
