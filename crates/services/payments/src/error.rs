//! What a command answers when it does not do what was asked: a refusal of its noun
//! (with the numbers), a silent or wrong partner, or a fault of the database.

use crate::{
    account_change, account_task, appropriation, bank, batch, cash, channel, debt, delivery,
    entitlement, intake, payer, restatement, run, voucher,
};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error(transparent)]
    Appropriation(#[from] appropriation::Refusal),
    #[error(transparent)]
    Entitlement(#[from] entitlement::Refusal),
    #[error(transparent)]
    Run(#[from] run::Refusal),
    #[error(transparent)]
    AccountTask(#[from] account_task::Refusal),
    #[error(transparent)]
    AccountChange(#[from] account_change::Refusal),
    #[error(transparent)]
    Payer(#[from] payer::Refusal),
    #[error(transparent)]
    Batch(#[from] batch::Refusal),
    #[error(transparent)]
    Voucher(#[from] voucher::Refusal),
    #[error(transparent)]
    Cash(#[from] cash::Refusal),
    #[error(transparent)]
    Channel(#[from] channel::Refusal),
    #[error(transparent)]
    Closing(#[from] intake::closing::Refusal),
    #[error(transparent)]
    Debt(#[from] debt::Refusal),
    #[error(transparent)]
    Restatement(#[from] restatement::Refusal),
    #[error(transparent)]
    Delivery(#[from] delivery::Refusal),
    #[error(transparent)]
    Intake(#[from] intake::Refusal),
    /// The ledger's own wall: a bug of the caller, or a row changed by hand.
    #[error("the ledger refuses: {0}")]
    Ledger(#[from] ledger::Refused),
    #[error(transparent)]
    Partner(#[from] bank::PartnerFault),
    #[error(transparent)]
    Fault(#[from] store::Fault),
    /// A file that goes out or comes in, and the disk it lies on.
    #[error("a file: {0}")]
    File(#[from] std::io::Error),
}

impl Error {
    /// True when the command itself is at fault and repeating it cannot help.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Error::Partner(_) | Error::Fault(_) | Error::File(_))
    }
}
