//! What can go wrong with a database: IO, a partner's word, never a person's
//! mistake. Logged once at the rim, retried by the job queue.

/// Result of everything that touches the database.
pub type Result<T, E = Fault> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    #[error("the database did not do it: {0}")]
    Sql(#[source] sqlx::Error),
    #[error(
        "no connection became free within {wait_s} s: either the database is \
         overloaded, or a second transaction, a permit or a claim was asked for \
         while a writing transaction of the same task was open"
    )]
    Busy { wait_s: u64 },
    #[error("'{address}' is no database address: write sqlite:PATH or postgres://USER@HOST/NAME")]
    Address { address: String },
    #[error("the database file {path} could not be prepared: {reason}")]
    File { path: String, reason: String },
    #[error(
        "the schema step {service}/{name} was already applied with another text: \
         a step in use is never edited, add the next one instead"
    )]
    HistoryChanged { service: String, name: String },
    #[error("the schema step {service}/{name} cannot be read, line {line}: {problem}")]
    Schema {
        service: String,
        name: String,
        line: usize,
        problem: String,
    },
    #[error("job {job} was taken over by another worker: its lease ran out")]
    LeaseLost { job: uuid::Uuid },
    #[error("what was stored under {what} cannot be read: {reason}")]
    Stored { what: &'static str, reason: String },
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Fault::Busy {
                wait_s: crate::WRITER_WAIT_S_MAX,
            },
            other => Fault::Sql(other),
        }
    }
}

impl Fault {
    /// True when a row with the same key is already there. The name of the
    /// constraint is known on PostgreSQL only, so say by the statement which
    /// key it was.
    pub fn is_unique_violation(&self) -> bool {
        self.database_error()
            .is_some_and(|e| e.is_unique_violation())
    }

    /// True when the row points to one that is not there.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.database_error()
            .is_some_and(|e| e.is_foreign_key_violation())
    }

    fn database_error(&self) -> Option<&dyn sqlx::error::DatabaseError> {
        match self {
            Fault::Sql(error) => error.as_database_error(),
            _ => None,
        }
    }
}
