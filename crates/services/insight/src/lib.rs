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

pub mod decisions;
pub mod snapshot;
pub mod synthetic;
