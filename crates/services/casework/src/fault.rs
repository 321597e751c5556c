//! What can go wrong: a refusal of the law to a person, or a fault of the machine.

use kernel::CaseId;

use crate::case::UnknownWord;

/// IO and broken storage. Logged at the rim, retried by the job queue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    #[error(transparent)]
    Store(#[from] store::Fault),
    #[error("our own table holds a word that we do not know: {0}")]
    Word(#[from] UnknownWord),
    #[error(transparent)]
    Registry(#[from] registry::RegisterError),
    #[error("there is no case {0}")]
    NoCase(CaseId),
    #[error("case {0} has not been assessed yet")]
    NotAssessed(CaseId),
    #[error("the text of pack {hash} of regime {regime} is not kept in this database")]
    PackNotKept { regime: String, hash: String },
    #[error("there is no run {0} over the register that came to its end")]
    NoRun(uuid::Uuid),
    #[error("{0} was changed for a simulation: no decision rests on it")]
    Simulated(String),
    #[error("no pack in force on {on}")]
    NoRegime { on: kernel::Day },
    #[error("pack {regime} cannot decide on {on}: {reason}")]
    Pack {
        regime: String,
        on: kernel::Day,
        reason: String,
    },
    #[error("what was stored as {what} cannot be read: {reason}")]
    Stored { what: &'static str, reason: String },
}

pub type Result<T> = std::result::Result<T, Fault>;

/// Why a command did not happen: refused with a reason for the person, or a fault.
#[derive(Debug, thiserror::Error)]
pub enum Stop<R: std::error::Error> {
    #[error("{0}")]
    Refused(R),
    #[error(transparent)]
    Fault(Fault),
}

impl<R: std::error::Error, F: Into<Fault>> From<F> for Stop<R> {
    fn from(fault: F) -> Stop<R> {
        Stop::Fault(fault.into())
    }
}
