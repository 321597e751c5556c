//! What registries tell us of: births, deaths, marriages and divorces that become life events. We
//! subscribe where a connector's file says so, again each day, and hear how it ended.
//!
//! ```text
//! kept ──taken by the registry──> sent ──on-subscribe──> stands | refused
//! stands ──the registry ends it──> ended        stands ──we do──> left
//! ```
//!
//! The standard has no word for "do you still tell me?": to subscribe again is that question. A
//! registry that says `already_subscribed` still tells us; a new code says that it had stopped.
//!
//! # Reading order
//! `ask.rs`, `hear.rs`, `store.rs` (SQL).

mod ask;
mod hear;
mod store;

pub use ask::{ASKS_AGAIN_S, NotSubscribed};
pub use store::{State, Subscribed};
