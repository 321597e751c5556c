//! The arithmetic of double entry, for money on its way from the budget to a person.
//!
//! Pure: no database, no clock, no randomness. A service hands in the accounts and
//! the transfers that it already knows, [`Book::fold`] answers with the changes, or
//! with the first transfer that cannot be and why, before anything was written.
//!
//! ```text
//! what may be spent      Budget -> Appropriation -> Commitment -> Payable(person)
//! where the money lies   Treasury -> Order -> Bank -> (the person: Payable falls to zero)
//!                                    ^          |
//!                                    +- Returned+
//! ```
//! Each move ([`Step`]) debits one kind of account and credits another, and no other
//! pair is accepted. Both halves meet at [`Step::Credit`]: what the bank holds and
//! what the state owes fall together, so money cannot reach a person to whom nothing
//! is owed, nor leave a bank that never received it.
//!
//! Units: [`kernel::Money`], whole minor units. Reading order: [`account`],
//! [`transfer`], [`book`].

pub mod account;
pub mod book;
pub mod transfer;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use account::{Account, AccountId, Code, Limit};
pub use book::{Book, Change, Folded};
pub use transfer::{Refusal, Refused, Side, Step, Transfer, TransferId};
