//! How a command ends when it cannot do what was asked: what happened, why, what to do; and the
//! exit code that a script reads.

use std::process::ExitCode;

/// Exit codes: 0 done, 1 failed, 2 wrong arguments (clap's own), 3 done in part or a check does
/// not hold.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    Failed(String),
    #[error("{what} is not understood: {why}")]
    Argument { what: &'static str, why: String },
    /// The result was printed already; only the exit code speaks.
    #[error("")]
    InPart,
}

impl Failure {
    pub fn code(&self) -> ExitCode {
        match self {
            Failure::Failed(_) => ExitCode::from(1),
            Failure::Argument { .. } => ExitCode::from(2),
            Failure::InPart => ExitCode::from(3),
        }
    }

    pub fn argument(what: &'static str, why: impl std::fmt::Display) -> Failure {
        Failure::Argument {
            what,
            why: why.to_string(),
        }
    }
}

/// Faults of the rooms below come with their own words.
macro_rules! from_fault {
    ($($fault:ty),+ $(,)?) => {
        $(impl From<$fault> for Failure {
            fn from(fault: $fault) -> Failure {
                Failure::Failed(fault.to_string())
            }
        })+
    };
}

from_fault!(
    app::Error,
    access::Denied,
    access::log::KeyFault,
    access::log::NoEntryId,
    access::log::ProveFault,
    access::account::AccountRefused,
    casework::Fault,
    exchange::ConnectorsRefused,
    exchange::dci::partner::PartnerRefused,
    exchange::subscribed::NotSubscribed,
    exchange::trial::TrialRefused,
    payments::Error,
    store::Fault,
    insight::snapshot::SnapshotError,
    std::io::Error,
    reqwest::Error,
);
