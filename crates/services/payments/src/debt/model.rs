//! Debts: states, limits, the arithmetic of a plan. Pure.

use kernel::ids::AccountId;
use kernel::{AwardId, Instant, Money, Month, Period, PersonId, UnitId};
use uuid::Uuid;

use crate::restatement::Reason;

/// Signs of a note at most.
pub const NOTE_MAX: usize = 1_000;

/// Where a debt is. Each state names who must act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The system tells the person.
    Found,
    /// An officer plans the recovery or waives it.
    Notified,
    /// The person objects; an officer decides.
    Disputed,
    /// The runs keep a part of each payment.
    Recovering,
    Recovered,
    Waived,
}

impl State {
    pub const ALL: [State; 6] = [
        State::Found,
        State::Notified,
        State::Disputed,
        State::Recovering,
        State::Recovered,
        State::Waived,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            State::Found => "found",
            State::Notified => "notified",
            State::Disputed => "disputed",
            State::Recovering => "recovering",
            State::Recovered => "recovered",
            State::Waived => "waived",
        }
    }

    pub fn parse(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Nobody has begun to recover it: what is owed to the person may lower it.
    pub const fn may_be_offset(self) -> bool {
        matches!(self, State::Found | State::Notified | State::Disputed)
    }

    /// An officer may decide: the person has been told.
    pub const fn may_be_decided(self) -> bool {
        matches!(self, State::Notified | State::Disputed)
    }
}

/// What happened to a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Found,
    Notified,
    Disputed,
    Planned,
    Offset,
    Recovered,
    Waived,
}

impl Change {
    pub const ALL: [Change; 7] = [
        Change::Found,
        Change::Notified,
        Change::Disputed,
        Change::Planned,
        Change::Offset,
        Change::Recovered,
        Change::Waived,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Change::Found => "found",
            Change::Notified => "notified",
            Change::Disputed => "disputed",
            Change::Planned => "planned",
            Change::Offset => "offset",
            Change::Recovered => "recovered",
            Change::Waived => "waived",
        }
    }

    pub fn parse(word: &str) -> Option<Change> {
        Change::ALL.into_iter().find(|change| change.word() == word)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDebt {
    pub award: AwardId,
    pub unit: UnitId,
    pub payee: PersonId,
    pub district: u32,
    pub programme: String,
    pub reason: Reason,
    pub amount: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    pub id: Uuid,
    pub award: AwardId,
    pub payee: PersonId,
    pub district: u32,
    pub programme: String,
    pub reason: Reason,
    pub amount: Money,
    /// Lowered by what was owed to the person.
    pub offset: Money,
    /// Kept by runs from payments.
    pub taken: Money,
    pub state: State,
    pub events: i64,
    pub found_at: Instant,
}

impl Debt {
    pub fn left(&self) -> Money {
        self.amount - self.offset - self.taken
    }

    pub(crate) fn must_be_undecided(&self) -> Result<(), Refusal> {
        match self.state.may_be_decided() {
            true => Ok(()),
            false => Err(Refusal::WrongState {
                debt: self.id,
                found: self.state,
            }),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DebtEvent {
    pub change: Change,
    pub amount: Money,
    pub note: String,
    pub by: Option<AccountId>,
    pub at: Instant,
}

/// How much of a month's payment may be kept, by the country's pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Percent of a month's payment at most.
    pub share_percent_max: u32,
    /// What must be left of a month's payment at least.
    pub floor: Money,
}

/// A recovery, as what is paid in which months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub segments: Vec<Segment>,
}

/// Months in which the same is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub months: Period<Month>,
    pub pays: Money,
    /// A month; nothing in the months after the debt is gone.
    pub deduction: Money,
}

impl Segment {
    fn count(&self) -> i64 {
        let to = self.months.to.map_or(self.months.from.0, |to| to.0);
        i64::from(to - self.months.from.0)
    }
}

impl Plan {
    /// What all its months keep.
    pub fn takes(&self) -> Money {
        let deducting = self
            .segments
            .iter()
            .filter(|one| one.deduction > Money::ZERO);
        deducting
            .map(|one| Money(one.deduction.minor() * one.count()))
            .sum()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no debt {debt}")]
    Unknown { debt: Uuid },
    #[error(
        "debt {debt} is {}: only one whose person was told, and that nobody decided, is decided",
        found.word()
    )]
    WrongState { debt: Uuid, found: State },
    #[error("a decision about a debt has a note of 1 to {NOTE_MAX} signs that says why")]
    NoNote,
    #[error("{asked} % of a payment was asked; from 1 to {most} % may be kept")]
    Share { asked: u32, most: u32 },
    #[error("a payment of {monthly} a month leaves nothing above the floor of {floor}")]
    BelowFloor { monthly: Money, floor: Money },
    #[error("debt {debt}: the person is paid nothing of that programme from {month} on")]
    NothingToTakeFrom { debt: Uuid, month: Month },
    #[error("another debt of the person is being recovered: one at a time")]
    AnotherPlan { debt: Uuid },
}

pub(crate) fn check_note(note: &str) -> Result<(), Refusal> {
    match (1..=NOTE_MAX).contains(&note.trim().chars().count()) {
        true => Ok(()),
        false => Err(Refusal::NoNote),
    }
}

/// Keeps `percent` of a month's payment, rounded down to the tiyin and never below the floor, until
/// the debt is gone or the months are; then pays as much as before.
pub fn plan(
    left: Money,
    monthly: Money,
    months: Period<Month>,
    percent: u32,
    limits: Limits,
) -> Result<Plan, Refusal> {
    if percent == 0 || percent > limits.share_percent_max {
        let (asked, most) = (percent, limits.share_percent_max);
        return Err(Refusal::Share { asked, most });
    }
    // A payment of nothing is no payment.
    let floor = limits.floor.max(Money(1));
    let share = Money(
        monthly.minor() / 100 * i64::from(percent)
            + monthly.minor() % 100 * i64::from(percent) / 100,
    );
    let deduction = share.min(monthly - floor);
    if deduction <= Money::ZERO {
        return Err(Refusal::BelowFloor { monthly, floor });
    }
    let (whole, rest) = (
        left.minor() / deduction.minor(),
        left.minor() % deduction.minor(),
    );
    let parts = [(whole, deduction), (i64::from(rest > 0), Money(rest))];
    let mut segments = Vec::new();
    let mut from = months.from;
    for (count, deduction) in parts {
        let to = from.plus(i32::try_from(count).unwrap_or(i32::MAX / 2));
        let to = months.to.map_or(to, |end| to.min(end));
        if from < to {
            segments.push(segment(from, Some(to), monthly, deduction));
            from = to;
        }
    }
    if months.to.is_none_or(|end| from < end) {
        segments.push(segment(from, months.to, monthly, Money::ZERO));
    }
    Ok(Plan { segments })
}

fn segment(from: Month, to: Option<Month>, monthly: Money, deduction: Money) -> Segment {
    Segment {
        months: Period { from, to },
        pays: monthly - deduction,
        deduction,
    }
}
