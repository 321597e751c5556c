//! A snapshot: the register on one day as a folder of Parquet files that any engine reads.
//!
//! ```text
//! unit.parquet      unit, unit_id, district, mahalla, asked_visit, ...
//! member.parquet    member, unit, role, tie, sex, born, died, asked_wage, ...
//! wage.parquet      unit, member, from_source, as_of, month, amount      one file a kind of facts
//! manifest.json     what, when, how many, and the hash of each file
//! ```
//!
//! Units and members are numbered one after the other; all files are in the order of the
//! units and have the same stretches of units as row groups, so that a stretch can be read
//! alone. Money is whole tiyin, a day counts from 1970-01-01, a month is year*12+month-1,
//! codes are places in the catalogue's lists; null is unknown. **Asked and nothing** is
//! `asked_<kind>` true without a row; **never asked** is false: the engine then puts a row of
//! unknowns in the place (see `rules::batch`). No name, number or text goes along.
//!
//! Reading order: [`Writer`], [`Splitter`], [`Manifest`], [`Snapshot`], [`Group`].

mod error;
pub(crate) mod file;
mod group;
mod manifest;
mod read;
pub(crate) mod schema;
mod split;
#[cfg(test)]
pub(crate) mod tests;
mod write;

pub use error::{Result, SnapshotError};
pub use group::{Facts, GROUP_UNITS, Group, Members, Units};
pub use manifest::{FORMAT, FileEntry, Manifest};
pub use read::{Snapshot, What};
pub use split::Splitter;
pub use write::{Subject, Writer, join};
