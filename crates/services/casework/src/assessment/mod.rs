//! An assessment: the law applied to the facts of one unit. Stored with everything that made
//! it: law, day, roster, facts used and every condition, so that it can be replayed.

mod again;
#[cfg(test)]
mod again_tests;
mod cases;
mod conclude;
mod decide;
pub mod difference;
mod explain;
mod model;
mod register;
mod replay;
pub mod standing;
mod store;
#[cfg(test)]
mod tests;

use kernel::ids::AssessmentId;
use kernel::{Day, Instant, Money, Month, UnitId};
use uuid::Uuid;

use crate::case::{Held, Origin, Verdict};
use crate::shelf::PackHash;

pub use again::Again;
pub use cases::{Answered, Assessed, CASES_MAX, ready_cases};
pub use explain::{Explained, explain, nearest, receipt};
pub use model::{Next, Opinion, Silent, Stage, next};
pub use register::{Order, Progress, RegisterReport, register, register_again};
pub(crate) use replay::{Key, PAGE_ASSESSMENTS, Page};
pub(crate) use store::insert;
pub use store::{entitled_of_run, load_of_case, of_run_unit};

/// On which law and which day an assessment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    pub id: Uuid,
    pub regime: String,
    pub pack: PackHash,
    pub language_version: u32,
    /// The day whose parameters hold.
    pub decided_on: Day,
    pub assessed_at: Instant,
    pub applied_on: Day,
    pub counted_month: Month,
    pub window_end: Month,
    pub origin: Origin,
    pub former_category: Option<String>,
    pub held: Option<Held>,
    pub stage: Stage,
}

/// One stored assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The case, or the run over the register.
    pub subject: Uuid,
    pub unit: UnitId,
    pub id: AssessmentId,
    pub basis: Uuid,
    /// The packed portrait without facts.
    pub roster: Vec<u8>,
    /// The ids of the facts used, 16 bytes each.
    pub facts: Vec<u8>,
    pub verdict: Verdict,
    pub programme: Option<String>,
    pub category: Option<String>,
    pub amount: Option<Money>,
    pub per_capita_minor: Option<i64>,
    /// Every condition: id, truth, value, limit.
    pub trace: Vec<u8>,
}
