//! The macros that let a service write its SQL once. Each takes the
//! transaction (`tx`, owned or `&mut`), the row type where there is one, the
//! SQL as a literal and the values of `$1`, `$2`, ...; each is a
//! `store::Result`, already awaited. Keep one statement a call: the machine
//! code, not the source, is made twice.

#[doc(hidden)]
#[macro_export]
macro_rules! __both {
    ($tx:expr, $c:ident => $body:expr) => {
        match $tx.arms() {
            $crate::Tx::Sqlite(inner) => {
                let $c = &mut **inner;
                $body.map_err($crate::Fault::from)
            }
            $crate::Tx::Pg(inner) => {
                let $c = &mut **inner;
                $body.map_err($crate::Fault::from)
            }
        }
    };
}

/// Runs a statement; the number of rows it touched, `u64`.
///
/// `execute!(tx, "DELETE FROM visit WHERE id = $1", id)?`
#[macro_export]
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__both!($tx, c => $crate::__sqlx::query($sql)$(.bind($bind))*
            .execute(c).await.map(|done| done.rows_affected()))
    };
}

/// Every row, as a `Vec` of a `#[derive(sqlx::FromRow)]` struct or a tuple.
/// Bound the answer with `LIMIT`.
///
/// `fetch_all!(tx, CaseRow, "SELECT id, state FROM case_now WHERE district = $1 LIMIT 100", d)?`
#[macro_export]
macro_rules! fetch_all {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__both!($tx, c => $crate::__sqlx::query_as::<_, $row>($sql)$(.bind($bind))*
            .fetch_all(c).await)
    };
}

/// The row, or `None`.
#[macro_export]
macro_rules! fetch_optional {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__both!($tx, c => $crate::__sqlx::query_as::<_, $row>($sql)$(.bind($bind))*
            .fetch_optional(c).await)
    };
}

/// The row that must be there; none is a fault.
#[macro_export]
macro_rules! fetch_one {
    ($tx:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__both!($tx, c => $crate::__sqlx::query_as::<_, $row>($sql)$(.bind($bind))*
            .fetch_one(c).await)
    };
}

/// The first column of the one row: `fetch_value!(tx, i64, "SELECT COUNT(*) FROM person")?`
#[macro_export]
macro_rules! fetch_value {
    ($tx:expr, $value:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__both!($tx, c => $crate::__sqlx::query_scalar::<_, $value>($sql)$(.bind($bind))*
            .fetch_one(c).await)
    };
}

/// The first column of every row.
#[macro_export]
macro_rules! fetch_values {
    ($tx:expr, $value:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::__both!($tx, c => $crate::__sqlx::query_scalar::<_, $value>($sql)$(.bind($bind))*
            .fetch_all(c).await)
    };
}

/// The row or `None`, and nobody else changes it before this transaction ends
/// (`FOR UPDATE` on PostgreSQL; on SQLite the writer is alone anyway). The SQL
/// must be a plain literal `SELECT ... WHERE ...`.
#[macro_export]
macro_rules! lock_one {
    ($tx:expr, $row:ty, $sql:literal $(, $bind:expr)* $(,)?) => {
        match $tx.arms() {
            $crate::Tx::Sqlite(inner) => $crate::__sqlx::query_as::<_, $row>($sql)$(.bind($bind))*
                .fetch_optional(&mut **inner).await.map_err($crate::Fault::from),
            $crate::Tx::Pg(inner) => {
                $crate::__sqlx::query_as::<_, $row>(concat!($sql, " FOR UPDATE"))$(.bind($bind))*
                    .fetch_optional(&mut **inner).await.map_err($crate::Fault::from)
            }
        }
    };
}

/// The one expression that differs: `dialect!(tx, sqlite: "...", pg: "...")`.
/// Takes a `Tx` or a `Db`.
#[macro_export]
macro_rules! dialect {
    ($on:expr, sqlite: $sqlite:expr, pg: $pg:expr) => {
        if $on.is_sqlite() { $sqlite } else { $pg }
    };
}

/// Runs one expression with the driver's own connection as `c`, for what the
/// other macros do not reach; its error must be a `sqlx::Error`.
///
/// `on_tx!(tx, c => sqlx::query("...").bind(x).execute(c).await)?`
#[macro_export]
macro_rules! on_tx {
    ($tx:expr, $c:ident => $body:expr) => {
        $crate::__both!($tx, $c => $body)
    };
}

/// Names one schema step of the calling crate: the file `schema/NAME.sql`.
///
/// `pub const SCHEMA: &[store::Migration] = &[store::migration!("registry", "0001_person")];`
#[macro_export]
macro_rules! migration {
    ($service:literal, $name:literal) => {
        $crate::Migration {
            service: $service,
            name: $name,
            sql: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/schema/",
                $name,
                ".sql"
            )),
        }
    };
}
