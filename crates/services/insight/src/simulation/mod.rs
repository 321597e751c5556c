//! A reform against the law: both decide every family, and what differs is added up.
//!
//! ```text
//! base pack, reform pack, day -> Laws -> Worker: batch -> both decide -> Families (a row each)
//! Families + poverty line -> Study -> figures, groups, curve -> tables and plots
//! ```
//!
//! The measure of welfare is the base law's income a head (its rank variable, where that is
//! money) before benefits; after benefits, the same and the family's benefit a head. People are
//! those whom the base counts as members (its variable `members`), by whose number the income was
//! divided. A family whose income the facts do not tell counts in costs and nowhere where incomes
//! are compared; how many they are is said. One for whom a formula of a law fails (a number too
//! large, a division by nothing) counts nowhere: what that law would give is not known.
//!
//! Memory: 38 bytes a family (46 with weights of its own), and 28 more while it is ranked.

mod families;
mod groups;
mod laws;
mod population;
mod report;
mod study;
#[cfg(test)]
mod tests;

pub use families::{Answers, Families, Side, UNKNOWN_INCOME};
pub use groups::{by_decile, by_district};
pub use laws::{Law, Laws, LawsError, Steps, Worker};
pub use population::of_snapshot;
pub use report::{Plot, Report, Titles};
pub use study::{Column, Figure, Measured, Study, Unit};
