//! Sets of rows in one statement: as many rows as pay off, the text built once
//! per size and prepared once per connection.
//!
//! ```no_run
//! # use store::{bulk, Tx};
//! const INTO_VISIT: bulk::Insert = bulk::Insert {
//!     into: "visit (id, unit, at, at_home)",
//!     on_conflict: "(id) DO NOTHING",          // or "" for none
//! };
//! # struct Visit { id: uuid::Uuid, unit: uuid::Uuid, at: i64, at_home: bool }
//! # async fn example(tx: &mut Tx, visits: &[Visit], ids: &[uuid::Uuid]) -> store::Result<()> {
//! bulk::insert(tx, &INTO_VISIT, visits, |row, visit| {
//!     row.push(visit.id).push(visit.unit).push(visit.at).push(visit.at_home);
//! }).await?;
//!
//! const MOVE: bulk::With = bulk::With {
//!     v: "id, at",
//!     statement: "UPDATE visit SET at = v.at FROM v WHERE visit.id = v.id",
//! };
//! bulk::update_from(tx, &MOVE, visits, |row, visit| { row.push(visit.id).push(visit.at); }).await?;
//!
//! const OF_IDS: bulk::With = bulk::With {
//!     v: "id",
//!     statement: "SELECT t.id, t.at FROM v CROSS JOIN visit t WHERE t.id = v.id",
//! };
//! let found: Vec<(uuid::Uuid, i64)> = bulk::select_in(tx, &OF_IDS, ids, |row, id| { row.push(*id); }).await?;
//! # let _ = found; Ok(()) }
//! ```
//!
//! Rows go in the order given: give them in the order of the key. In `select_in`
//! write `v CROSS JOIN t WHERE t.key = v.key`: SQLite then walks the list and
//! looks each row up, and PostgreSQL is free to choose. The order of the answer
//! is not promised, and a list with the same key twice answers twice.
//!
//! # Measured
//! Thousand rows a second, release build, 2 shared cores, commits of 50,000 rows
//! (`examples/rates.rs`; 1,000,000 and 500,000 rows on SQLite with its log synced
//! at every commit, 100,000 on PostgreSQL 15 without fsync):
//!
//! | | SQLite x32 | x128 | x512 | x1024 | PostgreSQL x128 | x512 | x4096 |
//! |---|---|---|---|---|---|---|---|
//! | insert, 5 columns, key in order | 335 | 739 | 1050-1250 | 1240 | 418 | 412 | 209 |
//! | insert, with a scattered unique text | 129 | 179 | 135 | 150 | 259 | 208 | 117 |
//! | insert, 300-555 packed bytes | 249 | 354 | 270-315 | 319 | 326 | 191 | 126 |
//! | `update_from` by primary key | 297 | 533 | 616 | 509 | 159 | 68 | 84 |
//! | `select_in` by primary key | 552 | 626 | 250-690 | 668 | 298 | 395 | 306 |
//!
//! A statement takes 1,024 rows: fewer statements for the same speed, once PostgreSQL looks rows
//! up instead of walking the table (`PG_RANDOM_PAGE_COST` in `db.rs`).
//! A scattered unique index, not the statement, is what limits an import; the
//! whole process stayed under 200 MiB.

use crate::{Fault, Result, Tx};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Encode, FromRow, Postgres, Sqlite, Type};
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

/// Rows of one statement at most, a power of two.
const ROWS_MAX: usize = 1_024;
/// Rows of a list that is one statement as it stands, whatever its length.
const SHORT_MAX: usize = 32;
/// Parameters of one statement at most; SQLite takes 32,766, PostgreSQL 65,535.
const PARAMETERS_MAX: usize = 32_766;

/// Where rows go: `into` is `table (column, ...)`, `on_conflict` what follows
/// `ON CONFLICT`, or nothing.
#[derive(Clone, Copy, Debug)]
pub struct Insert {
    pub into: &'static str,
    pub on_conflict: &'static str,
}

/// A statement over a list of rows that it sees as the table `v` with the
/// columns named in `v`.
#[derive(Clone, Copy, Debug)]
pub struct With {
    pub v: &'static str,
    pub statement: &'static str,
}

/// A value both databases take: `i64`, `bool`, `&str`, `String`, `&[u8]`,
/// `Vec<u8>`, `Uuid` and `Option` of each.
pub trait Value<'q>:
    Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres>
{
}

impl<'q, T> Value<'q> for T where
    T: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres>
{
}

/// Takes the values of one row after the other, in the order of the columns.
#[derive(Debug)]
pub struct Values {
    arguments: Bound,
    pushed: usize,
}

#[derive(Debug)]
enum Bound {
    Sqlite(SqliteArguments),
    Pg(PgArguments),
}

impl Values {
    pub fn push<'q, T: Value<'q>>(&mut self, value: T) -> &mut Self {
        let added = match &mut self.arguments {
            Bound::Sqlite(arguments) => arguments.add(value),
            Bound::Pg(arguments) => arguments.add(value),
        };
        added.expect("integers, texts, bytes and ids always encode");
        self.pushed += 1;
        self
    }
}

/// Inserts the rows; the number that went in (those skipped by `DO NOTHING`
/// are not counted).
pub async fn insert<T: Sync>(
    tx: &mut Tx,
    insert: &Insert,
    rows: &[T],
    bind: impl FnMut(&mut Values, &T) + Send,
) -> Result<u64> {
    run(tx, Shape::Insert(*insert), rows, bind).await
}

/// Runs `statement` (an UPDATE, DELETE or INSERT that reads `v`) over the rows;
/// the number of rows it touched.
pub async fn update_from<T: Sync>(
    tx: &mut Tx,
    with: &With,
    rows: &[T],
    bind: impl FnMut(&mut Values, &T) + Send,
) -> Result<u64> {
    run(tx, Shape::With(*with), rows, bind).await
}

/// Runs `statement` (a SELECT that joins `v`, or an UPDATE ... RETURNING) over
/// the list and collects its rows.
pub async fn select_in<T: Sync, R>(
    tx: &mut Tx,
    with: &With,
    list: &[T],
    bind: impl FnMut(&mut Values, &T) + Send,
) -> Result<Vec<R>>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let mut found = Vec::with_capacity(list.len());
    let take = |row| {
        found.push(row);
        Ok::<(), Fault>(())
    };
    select_each(tx, with, list, bind, take).await?;
    Ok(found)
}

/// [`select_in`] for a short list that many tasks ask for: one statement up to `ROWS_MAX` rows, as many
/// statements as it takes beyond. The list is filled up with its last row, so a row may be answered
/// several times.
pub async fn select_at_once<T: Sync, R>(
    tx: &mut Tx,
    with: &With,
    list: &[T],
    mut bind: impl FnMut(&mut Values, &T) + Send,
) -> Result<Vec<R>>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let shape = Shape::With(*with);
    let mut found = Vec::with_capacity(list.len());
    for part in list.chunks(rows_max(shape.columns())) {
        let rows = part.len().next_power_of_two();
        let last = &part[part.len() - 1];
        let filled: Vec<&T> = part
            .iter()
            .chain(std::iter::repeat(last))
            .take(rows)
            .collect();
        let bound = values(&shape, &filled, tx.is_sqlite(), &mut |row, key| {
            bind(row, key)
        });
        found.extend(fetch(tx, shape.text(rows, tx.is_sqlite()), bound).await?);
    }
    Ok(found)
}

/// The same, where each row is handed on: the rows of one statement are taken while the
/// database works on the next.
pub async fn select_each<T: Sync, R, E: From<Fault> + Send>(
    tx: &mut Tx,
    with: &With,
    list: &[T],
    mut bind: impl FnMut(&mut Values, &T) + Send,
    mut take: impl FnMut(R) -> std::result::Result<(), E> + Send,
) -> std::result::Result<(), E>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let mut statements = statements(Shape::With(*with), list, tx.is_sqlite(), &mut bind);
    let mut fetched: Vec<R> = Vec::new();
    let mut next = statements.next();
    while let Some((sql, bound)) = next {
        let meanwhile = async {
            let after = statements.next();
            fetched.drain(..).try_for_each(&mut take)?;
            Ok::<_, E>(after)
        };
        let (rows, after) = tokio::join!(biased; fetch(tx, sql, bound), meanwhile);
        fetched = rows?;
        next = after?;
    }
    fetched.drain(..).try_for_each(&mut take)
}

async fn fetch<R>(tx: &mut Tx, sql: &'static str, bound: Bound) -> Result<Vec<R>>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    Ok(match (bound, tx) {
        (Bound::Sqlite(arguments), Tx::Sqlite(c)) => {
            let query = sqlx::query_as_with(sql, arguments);
            query.fetch_all(&mut **c).await?
        }
        (Bound::Pg(arguments), Tx::Pg(c)) => {
            let query = sqlx::query_as_with(sql, arguments);
            query.fetch_all(&mut **c).await?
        }
        _ => unreachable!("values are bound for the transaction's own database"),
    })
}

async fn run<T: Sync>(
    tx: &mut Tx,
    shape: Shape,
    rows: &[T],
    mut bind: impl FnMut(&mut Values, &T) + Send,
) -> Result<u64> {
    let mut statements = statements(shape, rows, tx.is_sqlite(), &mut bind);
    let mut touched = 0;
    let mut next = statements.next();
    while let Some((sql, bound)) = next {
        let (done, prepared) =
            tokio::join!(biased; execute(tx, sql, bound), async { statements.next() });
        touched += done?;
        next = prepared;
    }
    Ok(touched)
}

/// The statements that take all rows, each with its values. They are made one at a time: the
/// next while the database works on the one before.
fn statements<'a, T: Sync, B: FnMut(&mut Values, &T) + Send>(
    shape: Shape,
    rows: &'a [T],
    sqlite: bool,
    bind: &'a mut B,
) -> impl Iterator<Item = (&'static str, Bound)> + Send + 'a {
    parts(rows, shape.columns()).map(move |part| {
        let sql = shape.text(part.len(), sqlite);
        (sql, values(&shape, part, sqlite, bind))
    })
}

async fn execute(tx: &mut Tx, sql: &'static str, bound: Bound) -> Result<u64> {
    Ok(match (bound, tx) {
        (Bound::Sqlite(arguments), Tx::Sqlite(c)) => sqlx::query_with(sql, arguments)
            .execute(&mut **c)
            .await?
            .rows_affected(),
        (Bound::Pg(arguments), Tx::Pg(c)) => sqlx::query_with(sql, arguments)
            .execute(&mut **c)
            .await?
            .rows_affected(),
        _ => unreachable!("values are bound for the transaction's own database"),
    })
}

fn values<T>(
    shape: &Shape,
    rows: &[T],
    sqlite: bool,
    bind: &mut impl FnMut(&mut Values, &T),
) -> Bound {
    let expected = rows.len() * shape.columns();
    let mut values = Values {
        arguments: if sqlite {
            Bound::Sqlite(SqliteArguments::default())
        } else {
            Bound::Pg(PgArguments::default())
        },
        pushed: 0,
    };
    match &mut values.arguments {
        Bound::Sqlite(arguments) => arguments.reserve(expected, 0),
        Bound::Pg(arguments) => arguments.reserve(expected, expected * 12),
    }
    for row in rows {
        bind(&mut values, row);
    }
    assert_eq!(
        values.pushed, expected,
        "the number of values pushed differs from the columns of: {shape:?}"
    );
    values.arguments
}

fn rows_max(columns: usize) -> usize {
    1 << ROWS_MAX.min(PARAMETERS_MAX / columns).ilog2()
}

/// Cuts the rows into powers of two, the largest first, and what is left into one short list: few
/// texts a statement serve every number of rows, and a few rows cost one message to the database.
fn parts<T>(rows: &[T], columns: usize) -> impl Iterator<Item = &[T]> {
    let most = rows_max(columns);
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = match rest.len() {
            0 => return None,
            few @ ..=SHORT_MAX => few.min(most),
            many => (1 << many.ilog2()).min(most),
        };
        let (part, after) = rest.split_at(size);
        rest = after;
        Some(part)
    })
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Insert(Insert),
    With(With),
}

type Texts = HashMap<(&'static str, &'static str, usize, bool), &'static str>;
static TEXTS: LazyLock<RwLock<Texts>> = LazyLock::new(RwLock::default);

impl Shape {
    fn columns(&self) -> usize {
        let list = match self {
            Shape::Insert(insert) => insert.into,
            Shape::With(with) => with.v,
        };
        1 + list.bytes().filter(|b| *b == b',').count()
    }

    /// The SQL for so many rows, built once and kept for the life of the
    /// process: statements are constants of the program, so their texts are
    /// few.
    fn text(&self, rows: usize, sqlite: bool) -> &'static str {
        let key = match self {
            Shape::Insert(insert) => (insert.into, insert.on_conflict, rows, sqlite),
            Shape::With(with) => (with.v, with.statement, rows, sqlite),
        };
        let known = TEXTS.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = known.get(&key) {
            return text;
        }
        drop(known);
        let mut texts = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
        texts
            .entry(key)
            .or_insert_with(|| Box::leak(self.build(rows, sqlite).into_boxed_str()))
    }

    fn build(&self, rows: usize, sqlite: bool) -> String {
        let values = placeholders(rows, self.columns(), sqlite);
        match self {
            Shape::Insert(insert) if insert.on_conflict.is_empty() => {
                format!("INSERT INTO {} VALUES {values}", insert.into)
            }
            Shape::Insert(insert) => format!(
                "INSERT INTO {} VALUES {values} ON CONFLICT {}",
                insert.into, insert.on_conflict
            ),
            Shape::With(with) => {
                format!(
                    "WITH v ({}) AS (VALUES {values}) {}",
                    with.v, with.statement
                )
            }
        }
    }
}

/// `(?,?),(?,?)` or `($1,$2),($3,$4)`. SQLite gets the nameless form: it looks
/// a numbered parameter up by its name, in a list as long as the statement,
/// at every binding.
fn placeholders(rows: usize, columns: usize, sqlite: bool) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            if column > 0 {
                text.push(',');
            }
            if sqlite {
                text.push('?');
            } else {
                text.push('$');
                text.push_str(&(row * columns + column + 1).to_string());
            }
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_short_list_is_one_statement_and_a_long_one_few() {
        let table: [(usize, usize, &[usize]); 8] = [
            (0, 5, &[]),
            (7, 5, &[7]),
            (32, 5, &[32]),
            (33, 5, &[32, 1]),
            (63, 5, &[32, 31]),
            (1_500, 5, &[1_024, 256, 128, 64, 28]),
            (2_048, 5, &[1_024, 1_024]),
            // Sixteen rows fill a statement.
            (20, 2_000, &[16, 4]),
        ];
        for (rows, columns, expected) in table {
            let list = vec![(); rows];
            let sizes: Vec<usize> = parts(&list, columns).map(<[()]>::len).collect();
            assert_eq!(sizes, expected, "{rows} rows of {columns} columns");
        }
    }
}
