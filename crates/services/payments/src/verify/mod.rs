//! Does everything hold together? [`all`] asks our own tables, [`against_banks`] compares
//! with the banks' own books. Both answer with the differences they found: none is good.

mod book;
mod checks;

pub use book::{BookCheck, against_banks};
pub use checks::all;

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The check, as a sentence about how it should be.
    pub check: &'static str,
    /// Where it is not so. No personal data: ids and sums.
    pub found: String,
}
