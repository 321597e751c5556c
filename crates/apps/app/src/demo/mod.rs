//! The demonstration: a synthetic district lives through two regimes and two payment runs, and
//! every decision and every tiyin is compared with what the sandbox and its banks say.

mod accounts;
mod compare;
mod guests;
pub mod plan;
mod run;
mod sandbox;

pub use accounts::{Login, open_accounts};
pub use compare::Compared;
pub use guests::{Guest, newcomers, open_guests};
pub use run::{Told, Totals, run};
pub use sandbox::{SandboxClient, Stepped};
