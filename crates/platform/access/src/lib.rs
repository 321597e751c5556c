//! Who may do what, where, and the log of it: accounts, sign-in, sessions, the
//! one table `Role x Action x Area`, the [`Permit`] and the access log.
//!
//! Personal data is read only with a permit, and getting one writes the log
//! row first, durably. No permit, no query: use cases of the services take
//! `&Permit` and check it with [`Permit::must_be_for`].
//!
//! ```no_run
//! use access::{Action, Area, Purpose, Scope, Subject, permit, session};
//! # async fn example(platform: &store::Platform, case: kernel::ids::CaseId, person: kernel::ids::PersonId)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let signed_in = session::sign_in(platform, "qodirova", "a long secret", session::Kind::Browser).await?;
//! let subject: Subject = session::find(platform, &signed_in.token).await?.expect("just signed in");
//!
//! // Where the case is tells no one anything; it may be read without a permit.
//! let at = Area::Mahalla(1_726_262_001);
//! let permit = permit(platform, &subject, Action::ReadCase, Purpose::Casework,
//!     Scope::case(case, person, at)).await?;              // logged before it returns
//! // casework::case::load(&mut tx, &permit, case).await?
//! # let _ = permit; Ok(()) }
//! ```
//! A permit must not be asked for while the task holds a writing transaction
//! (see `store`): ask first, begin then.
//!
//! # No person decides
//! There is no action to approve, refuse or change a decision, for any role.
//! [`Action::AssessCase`] and [`Action::CloseMonth`] belong to the system alone
//! (a test holds this); a person enters facts: an application, a visit, a
//! conclusion, a mended account. The two approvals of a payment run are by two
//! different persons; that rule is of `payments`, with [`Subject::is_same_person`].
//!
//! # Reading order
//! [`Role`], [`Action`] and [`table`], [`Area`], [`Subject`], [`Scope`],
//! [`permit()`], [`Answering`], [`log`], [`account`], [`session`].

pub mod account;
mod action;
mod answering;
mod area;
mod errand;
pub mod log;
mod permit;
mod purpose;
mod role;
mod scope;
mod secret;
pub mod session;
mod subject;
pub mod table;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use answering::{Answering, HandedIn};
pub use area::{Area, AreaError};
pub use errand::{ERRAND_CHARS_MAX, Errand, NoErrand};
pub use permit::{Denied, Permit, batch, naming, permit};
pub use purpose::Purpose;
pub use role::Role;
pub use scope::Scope;
pub use secret::{SECRET_CHARS_MAX, SECRET_CHARS_MIN, SecretHash, SecretRefused};
pub use subject::Subject;

/// Tables of this crate.
pub const SCHEMA: &[store::Migration] = &[
    store::migration!("access", "0001_access"),
    store::migration!("access", "0002_checkpoint"),
    store::migration!("access", "0003_disclosure_delay"),
    store::migration!("access", "0005_digest"),
    store::migration!("access", "0004_person_read"),
    store::migration!("access", "0006_errand"),
];
