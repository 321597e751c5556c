//! The kernel: words that every other room of the house uses.
//!
//! Pure: no clock, no randomness, no files, no network, no async. The same
//! input gives the same output for ever, so a decision can be replayed.
//!
//! Reading order
//! 1. time and money: [`day`], [`money`]
//! 2. identifiers: [`ids`] (ours), [`pinfl`], [`snils`], [`phone`], [`account`] (other people's)
//! 3. places and names: [`territory`], [`names`], [`lang`]
//! 4. what is known: [`sourced`], [`facts`], [`portrait`]
//! 5. who belongs together: [`kin`]
//! 6. text of others, for eyes: [`printable`]
//!
//! Refusals are enums with the numbers in them; nothing here panics on input
//! from outside. An arithmetic overflow of money is a bug and does panic.

pub mod account;
pub mod bytes;
pub mod day;
pub mod facts;
pub mod ids;
pub mod kin;
pub mod lang;
pub mod money;
pub mod names;
pub mod phone;
pub mod pinfl;
pub mod portrait;
pub mod printable;
mod redact;
pub mod sex;
pub mod snils;
pub mod sourced;
pub mod territory;

pub use account::{BankAccount, Mfo};
pub use day::{Day, Instant, Month, Period, Zone};
pub use facts::{Cell, Fact, FactBody, FactKind, Source};
pub use ids::{
    AwardId, CaseId, DecisionId, DwellingId, EntitlementId, EvidenceId, FactId, PersonId, RunId,
    UnitId,
};
pub use lang::{Lang, Text3};
pub use money::{Currency, Money};
pub use names::Name;
pub use phone::Phone;
pub use pinfl::Pinfl;
pub use portrait::Portrait;
pub use sex::Sex;
pub use snils::Snils;
pub use sourced::Sourced;
