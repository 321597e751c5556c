//! Stories of the store, each on both databases.

mod bulk;
mod clock;
mod ids;
mod job;
mod lookup;
mod migrate;
mod outbox;
mod together;
mod tx;
