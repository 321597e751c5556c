//! What the country looks like through its own law: snapshots of the register, simulations over
//! them, and the statistics that describe who gains and who loses.
//!
//! ```text
//! register -> snapshot (Parquet) -> rules over columns -> decisions (Parquet)
//!                                \-> base against reform -> cost, coverage, poverty, Gini
//! ```
//!
//! Floats are allowed in statistics and only there; every amount is whole tiyin until it is
//! described.
//!
//! Reading order: [`snapshot`] and [`synthetic`] (families as columns), [`poverty`],
//! [`inequality`], [`targeting`], [`bootstrap`] (the measures), [`simulation`] (a reform against
//! the law), [`table`] and [`plot`] (how it is shown).

pub mod bootstrap;
pub mod decisions;
pub mod inequality;
#[cfg(test)]
mod measures_tests;
pub mod plot;
pub mod poverty;
pub mod simulation;
pub mod snapshot;
pub mod synthetic;
pub mod table;
pub mod targeting;
