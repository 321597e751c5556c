//! An award: a decision that gives money for a term. Never changed: what ends it early is a
//! row of `award_stop`, what changes its amount is another award in its place; so is what runs on when
//! the death that stopped it is taken back.

pub(crate) mod continued;
mod free;
mod model;
mod resumed;
mod store;

use kernel::{AwardId, CaseId, DecisionId, Money, Month, Period, PersonId, UnitId};

use crate::reassessment::Cause;

pub use free::FreeLines;
pub(crate) use free::held_in;
pub use model::{AtEnd, StopReason, child_leaves, end_month};
pub(crate) use resumed::{insert_resumed, paid_otherwise, stopped_by_death, stopped_from};
pub use resumed::{of_persons_after, that_may_run_again};
pub use store::{
    Running, ending_in, find, first_months, load_many, members_leaving_in, of_case, of_persons,
    running_of_regime,
};
pub(crate) use store::{insert, insert_stops};

/// Money for a family, month by month from `first_month` up to, but not in, `end_month`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    pub id: AwardId,
    pub case: CaseId,
    pub decision: DecisionId,
    pub unit: UnitId,
    /// The person on whose card the money goes.
    pub payee: PersonId,
    pub district: u32,
    pub regime: String,
    pub programme: String,
    pub category: Option<String>,
    /// A month's amount of the whole family.
    pub amount: Money,
    pub first_month: Month,
    pub end_month: Month,
    pub at_end: AtEnd,
    pub members: Vec<Member>,
}

/// A person the award is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub person: PersonId,
    /// The first month in which the award is no longer for this person: a child that comes of age.
    pub until: Option<Month>,
}

/// An award ends before its term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwardStop {
    pub award: AwardId,
    pub case: CaseId,
    /// The first month that is no longer paid.
    pub from_month: Month,
    pub reason: StopReason,
    pub decision: Option<DecisionId>,
}

/// Months of an award that were paid before it was known that another amount was due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    pub award: AwardId,
    /// Half-open.
    pub months: Period<Month>,
    /// A month.
    pub due: Money,
    pub cause: Cause,
    pub decision: Option<DecisionId>,
}

/// The months of an award from the first up to, not including, the second of `months` in which
/// another amount was due; nothing when it was paid in none of them.
pub(crate) fn restated(
    running: &Running,
    (from, to): (Month, Month),
    due: Money,
    cause: Cause,
    decision: Option<DecisionId>,
) -> Option<Restated> {
    let from = from.max(running.award.first_month);
    let to = to.min(running.end());
    (from < to).then_some(Restated {
        award: running.award.id,
        months: Period { from, to: Some(to) },
        due,
        cause,
        decision,
    })
}

/// An award that a death stopped which was taken back: what the death restated of it is as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// The stopped one.
    pub award: AwardId,
    pub case: CaseId,
    pub payee: PersonId,
    /// Months that no run paid, half-open, and what was due in each.
    pub missed: Option<Period<Month>>,
    pub due: Money,
}

/// What payments has to follow, in this order: stops, awards, what a death no longer stops, then what
/// is restated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub stops: Vec<AwardStop>,
    pub awards: Vec<Award>,
    pub resumed: Vec<Resumed>,
    pub restated: Vec<Restated>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        let Changes {
            stops,
            awards,
            resumed,
            restated,
        } = self;
        stops.is_empty() && awards.is_empty() && resumed.is_empty() && restated.is_empty()
    }
}
