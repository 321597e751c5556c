//! Runs: kinds, states, refusals. Pure.

use access::{Permit, Role};
use kernel::ids::{AccountId, OrderId};
use kernel::{Instant, Money, Month, PersonId, RunId};

/// What a run pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One payment for each entitlement live in the month that has none yet.
    Regular,
    /// Returned payments whose account was put right.
    Reissue,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Regular => "regular",
            Kind::Reissue => "reissue",
        }
    }

    pub fn parse(text: &str) -> Option<Kind> {
        [Kind::Regular, Kind::Reissue]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// Where a run is. Each state names who must act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The system writes its lines.
    Building,
    /// The treasurer looks at it.
    Built,
    /// A second treasurer looks at it.
    ApprovedOnce,
    /// Frozen: the system sends the order to the treasury.
    Approved,
    /// The treasury funds it.
    Ordered,
    /// The system sends the statements to the banks.
    Funded,
    /// The banks credit or return each line.
    Sent,
    /// Every line is answered; the mahalla puts the accounts of returned lines right.
    Answered,
    /// Every line is credited, or paid again by a later run.
    Closed,
}

impl State {
    pub const ALL: [State; 9] = [
        State::Building,
        State::Built,
        State::ApprovedOnce,
        State::Approved,
        State::Ordered,
        State::Funded,
        State::Sent,
        State::Answered,
        State::Closed,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            State::Building => "building",
            State::Built => "built",
            State::ApprovedOnce => "approved_once",
            State::Approved => "approved",
            State::Ordered => "ordered",
            State::Funded => "funded",
            State::Sent => "sent",
            State::Answered => "answered",
            State::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The only ways on. There is no way back: what was built is paid or returned.
    pub fn may_become(self, next: State) -> bool {
        matches!(
            (self, next),
            (State::Building, State::Built)
                // Nothing to pay.
                | (State::Building, State::Closed)
                | (State::Built, State::ApprovedOnce)
                | (State::ApprovedOnce, State::Approved)
                | (State::Approved, State::Ordered)
                | (State::Ordered, State::Funded)
                | (State::Funded, State::Sent)
                | (State::Sent, State::Answered)
                | (State::Answered, State::Closed)
        )
    }
}

/// A run as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    /// The month in which it pays.
    pub month: Month,
    pub kind: Kind,
    pub state: State,
    pub lines: u64,
    pub total: Money,
}

/// Who did it: an account, and the person behind it where that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// `None`: the system.
    pub account: Option<AccountId>,
    pub person: Option<PersonId>,
}

impl Actor {
    pub const SYSTEM: Actor = Actor {
        account: None,
        person: None,
    };

    pub fn of(permit: &Permit) -> Actor {
        let subject = permit.subject();
        let account = (subject.role != Role::System).then_some(subject.account);
        Actor {
            account,
            person: subject.person,
        }
    }

    /// One account, or two accounts of one person: such two are not four eyes.
    pub fn is_same_person(&self, other: &Actor) -> bool {
        (self.account.is_some() && self.account == other.account)
            || (self.person.is_some() && self.person == other.person)
    }
}

/// One change of a run's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEvent {
    pub seq: u64,
    pub state: State,
    pub actor: Actor,
    pub note: String,
    pub at: Instant,
}

/// What a run takes from one budget line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetLine {
    pub district: u32,
    pub programme: String,
    /// The month the money is for: in a reissue an earlier one than the run's.
    pub month: Month,
    pub lines: u64,
    pub amount: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no run {run}")]
    Unknown { run: RunId },
    #[error("the id {run} belongs to a {} run of {month}", kind.as_str())]
    IdTaken {
        run: RunId,
        kind: Kind,
        month: Month,
    },
    #[error("run {run} is being built; one run is built at a time")]
    AnotherIsBuilding { run: RunId },
    #[error(
        "{lines} entitlements of {programme} in district {district} have no appropriation in {month}"
    )]
    NoAppropriation {
        district: u32,
        programme: String,
        month: Month,
        lines: u64,
    },
    #[error("run {run} is {}, not {}", found.as_str(), wanted.as_str())]
    WrongState {
        run: RunId,
        found: State,
        wanted: State,
    },
    #[error("run {run} was approved first by {by}: the second approval is another person's")]
    SamePerson { run: RunId, by: AccountId },
    #[error("run {run} has another order than the one that was shown")]
    OrderChanged { run: RunId },
    #[error("order {order} of run {run} is {order_total}, its statements are {statements_total}")]
    TotalsDiffer {
        run: RunId,
        order: OrderId,
        order_total: Money,
        statements_total: Money,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_goes_forward_one_step_at_a_time() {
        for (place, from) in State::ALL.into_iter().enumerate() {
            for (next_place, to) in State::ALL.into_iter().enumerate() {
                let nothing_to_pay = from == State::Building && to == State::Closed;
                let expected = next_place == place + 1 || nothing_to_pay;
                assert_eq!(from.may_become(to), expected, "{from:?} to {to:?}");
            }
            assert_eq!(State::parse(from.as_str()), Some(from));
        }
        assert_eq!(State::parse("paid"), None);
        assert_eq!(Kind::parse(Kind::Reissue.as_str()), Some(Kind::Reissue));
    }
}
