//! What a run asks of the database: statements, bytes, memory.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{Connection, PgConnection};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static STATEMENTS: AtomicU64 = AtomicU64::new(0);
const PG_PAGE_BYTES: i64 = 8_192;

/// The driver tells of each statement that it ran; this counts, and writes nothing.
struct Counter;

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

pub fn count_statements() {
    tracing::subscriber::set_global_default(Counter).expect("the only subscriber");
}

/// Since [`Meter::start`].
pub fn statements() -> u64 {
    STATEMENTS.load(Ordering::Relaxed)
}

/// Bytes of the database, and bytes that were written for it, at the beginning.
pub struct Meter {
    database: String,
    kept: i64,
    written: i64,
}

impl Meter {
    pub async fn start(database: &str) -> Result<Meter, Box<dyn std::error::Error>> {
        let (kept, written) = look(database).await?;
        STATEMENTS.store(0, Ordering::Relaxed);
        Ok(Meter {
            database: database.to_owned(),
            kept,
            written,
        })
    }

    /// Bytes written for each byte by which the database grew, without the bytes of the files.
    pub async fn written(&self, files: u64) -> Result<f64, Box<dyn std::error::Error>> {
        let (kept, mut written) = look(&self.database).await?;
        if !is_postgres(&self.database) {
            written -= i64::try_from(files)?;
        }
        let ratio = (written - self.written) as f64 / (kept - self.kept).max(1) as f64;
        Ok((ratio * 100.0).round() / 100.0)
    }
}

fn is_postgres(database: &str) -> bool {
    database.starts_with("postgres")
}

async fn look(database: &str) -> Result<(i64, i64), Box<dyn std::error::Error>> {
    match database.strip_prefix("sqlite:") {
        Some(path) => Ok((kept_by_sqlite(path)?, written_by_this_process()?)),
        None => look_at_postgres(database).await,
    }
}

/// The file, and what of it still lies in the log.
fn kept_by_sqlite(path: &str) -> std::io::Result<i64> {
    let bytes = |path: PathBuf| std::fs::metadata(path).map_or(0, |file| file.len() as i64);
    Ok(bytes(path.into()) + bytes(format!("{path}-wal").into()))
}

fn written_by_this_process() -> Result<i64, Box<dyn std::error::Error>> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let line = io
        .lines()
        .find_map(|line| line.strip_prefix("write_bytes:"));
    Ok(line.ok_or("no write_bytes")?.trim().parse()?)
}

async fn look_at_postgres(database: &str) -> Result<(i64, i64), Box<dyn std::error::Error>> {
    let mut connection = PgConnection::connect(database).await?;
    sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await?;
    let kept = "SELECT pg_database_size(current_database())";
    let kept: i64 = sqlx::query_scalar(kept).fetch_one(&mut connection).await?;
    let log = "SELECT wal_bytes::BIGINT FROM pg_stat_wal";
    let log: i64 = sqlx::query_scalar(log).fetch_one(&mut connection).await?;
    let pages = "SELECT buffers_checkpoint + buffers_clean + buffers_backend FROM pg_stat_bgwriter";
    let pages: i64 = sqlx::query_scalar(pages).fetch_one(&mut connection).await?;
    Ok((kept, log + pages * PG_PAGE_BYTES))
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").finish_non_exhaustive()
    }
}

/// The most memory that this process ever held.
pub fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) / 1024
}
