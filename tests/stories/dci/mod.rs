//! Systems of other agencies ask the register over HTTP, and are called back at a listener of their
//! own. Three families in two districts; partners that sign in each way.

mod account;
mod conformance;
mod encrypted;
mod enrolled;
mod forged;
mod later;
mod life;
pub mod listener;
pub mod message;
mod one_of_many;
pub mod register;
mod rotation;
mod search;
mod signed;
mod subscription;
mod token;
