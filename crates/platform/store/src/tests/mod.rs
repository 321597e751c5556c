//! Stories of the store, each on both databases.

mod ids;
