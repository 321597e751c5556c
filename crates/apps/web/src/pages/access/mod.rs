//! Signing in, the home of a role, and who looked at my data.

pub mod consent;
pub mod home;
pub mod look;
pub mod security_event;
pub mod sign_in;
