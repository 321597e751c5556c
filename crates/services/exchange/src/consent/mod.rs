//! Consent: on what each question rests, and what a person said to the questions that rest on
//! consent.
//!
//! ```text
//! agreement   one an agency, in revisions     public task: asked by law; consent: asked with it
//!     | record    one a person and agreement
//!     +- revision     given -> taken back -> given again ...   each holds the hash of the one before
//! ```
//! Benefits are assigned by law: the registry, the tax office and the others are asked without
//! consent, and none can be taken back. Bank balances are asked with the applicant's consent, which
//! an application brings and its person takes back at any time: from then on the bank is not asked
//! any more. What was received before stays with the decision that it served.

mod agreement;
mod record;
#[cfg(test)]
mod tests;
mod verify;

pub use agreement::{Agreement, LawfulBasis, Terms, id_of, newest, revisions};
pub(crate) use record::refusing;
pub use record::{
    Record, Refusal, Revision, Said, Standing, given_in_applications, history, of_person, say,
    standing,
};
pub use verify::{verify_agreements, verify_records};
