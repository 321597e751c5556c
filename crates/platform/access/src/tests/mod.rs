//! Stories of access, each on both databases.
