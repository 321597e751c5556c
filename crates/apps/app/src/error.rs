//! What can go wrong when the rooms work together.

use crate::packs::PacksError;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Fault),
    #[error(transparent)]
    Access(#[from] access::Denied),
    #[error(transparent)]
    Key(#[from] access::log::KeyFault),
    #[error(transparent)]
    Checkpoint(#[from] access::log::CheckpointFault),
    #[error(
        "the log's keys are gone, and there are checkpoints that they signed: bring the file or \
         the variable back; new keys would make every proof of before worthless"
    )]
    KeyLost,
    #[error(
        "the keys of evidence are gone, and there are answers of agencies that they sealed: bring \
         the file or the variable back (--evidence-key)"
    )]
    EvidenceKeyLost,
    #[error(transparent)]
    Registry(#[from] registry::RegisterError),
    #[error(transparent)]
    Exchange(#[from] exchange::ExchangeError),
    #[error(transparent)]
    Casework(#[from] casework::Fault),
    #[error(transparent)]
    Payments(#[from] payments::Error),
    #[error(transparent)]
    Packs(#[from] PacksError),
    #[error(transparent)]
    Snapshot(insight::snapshot::SnapshotError),
    #[error("this database serves {has}, not {asked}: a database serves one country for ever")]
    AnotherCountry { has: String, asked: String },
    #[error("this database was not made yet: run `daftar init --country {country}` first")]
    NotMade { country: String },
    #[error(
        "the payment run of {last} is built already and would miss awards that begin with {first}: \
         assess on a day of {last} or later (`--on`)"
    )]
    RunIsBuilt {
        first: kernel::Month,
        last: kernel::Month,
    },
    #[error(
        "the law of {on} has no parameter `{name}`: how much of a payment may be kept is not \
         known; write it into the country's pack"
    )]
    NoRecoveryLimit { name: &'static str, on: kernel::Day },
    #[error("run {run} is not frozen yet: its statements are sealed when it is built")]
    NotFrozen { run: kernel::RunId },
    #[error("run {run} has no statement for bank {mfo}")]
    NoStatement {
        run: kernel::RunId,
        mfo: kernel::Mfo,
    },
    #[error(transparent)]
    Sheet(#[from] sheet::Wrong),
    #[error("this is allowed in a demonstration only (`--demo`)")]
    NotADemo,
    #[error("{partner} does not answer as agreed: {why}")]
    Partner { partner: &'static str, why: String },
    #[error("the key in {file} cannot be used: {why}")]
    KeyFile { file: String, why: String },
    #[error("the authorities of partners cannot be used (--partner-ca): {why}")]
    Authority { why: String },
    #[error("{what} is damaged: {why}")]
    Damaged { what: &'static str, why: String },
}
