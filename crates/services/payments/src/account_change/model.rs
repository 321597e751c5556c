//! Account changes: states, origins, refusals. Pure.

use access::Role;
use kernel::{BankAccount, Instant, Mfo, PersonId};
use uuid::Uuid;

use super::nominee::BASIS_CHARS_MAX;

/// Seconds between the asking and the effect: three days in which the person can say no.
pub const WAIT_S: i64 = 72 * 3600;

/// An account in a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination {
    pub mfo: Mfo,
    pub account: BankAccount,
}

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Person,
    /// Needs a second one of them.
    Staff,
    /// A partner's system.
    Partner,
}

impl Origin {
    pub const ALL: [Origin; 3] = [Origin::Person, Origin::Staff, Origin::Partner];

    pub const fn of_role(role: Role) -> Origin {
        match role {
            Role::Citizen => Origin::Person,
            Role::Partner => Origin::Partner,
            _ => Origin::Staff,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Origin::Person => "person",
            Origin::Staff => "staff",
            Origin::Partner => "partner",
        }
    }

    /// Where a change begins.
    pub const fn first_state(self) -> State {
        match self {
            Origin::Staff => State::Asked,
            Origin::Person | Origin::Partner => State::Waiting,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A second member of staff looks at it.
    Asked,
    /// Its time runs.
    Waiting,
    /// Took effect.
    Applied,
    /// The person said no.
    Stopped,
    /// The second member of staff said no.
    Declined,
}

impl State {
    pub const ALL: [State; 5] = [
        State::Asked,
        State::Waiting,
        State::Applied,
        State::Stopped,
        State::Declined,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            State::Asked => "asked",
            State::Waiting => "waiting",
            State::Applied => "applied",
            State::Stopped => "stopped",
            State::Declined => "declined",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The only ways on. What took effect is changed by another change.
    pub const fn may_become(self, next: State) -> bool {
        matches!(
            (self, next),
            (
                State::Asked,
                State::Waiting | State::Declined | State::Stopped
            ) | (State::Waiting, State::Applied | State::Stopped)
        )
    }

    pub const fn is_open(self) -> bool {
        matches!(self, State::Asked | State::Waiting)
    }
}

/// A change as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange {
    pub id: Uuid,
    pub person: PersonId,
    pub district: u32,
    /// `None`: the link is to end.
    pub to: Option<Destination>,
    pub origin: String,
    pub state: State,
    pub asked_at: Instant,
    pub due_at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no change of an account {id}")]
    Unknown { id: Uuid },
    #[error("the id {id} asked for another account")]
    IdTaken { id: Uuid },
    #[error("another change of this person's account waits until {due_at}; let it end first")]
    AnotherWaits { due_at: Instant },
    #[error("no account is linked to this person")]
    NothingLinked,
    #[error("the change is {} already", state.as_str())]
    NotOpen { state: State },
    #[error("who asked for the change cannot be the second one who looks at it")]
    SamePerson,
    #[error("accounts are kept in so'm; this one is not")]
    NotInSoum,
    #[error("this is the bank's own account for its cash desks, not a person's")]
    CashDesk,
    #[error("a nominee needs a document of 1 to {BASIS_CHARS_MAX} characters, this has {found}")]
    Basis { found: usize },
    #[error("nobody is a nominee for himself")]
    OwnNominee,
    #[error("the person is paid to this account already")]
    OwnAccount,
    #[error("the nominee's account is not named, or the nominee's time is over already")]
    NomineeEnded,
    #[error(
        "the person is paid nowhere yet, and the money could not go back when the nominee ends: \
         link an account of the person first, or set the cash desks"
    )]
    NowhereToReturn,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_goes_only_where_the_table_says() {
        use State::*;
        let ways = [
            (Asked, Waiting),
            (Asked, Declined),
            (Asked, Stopped),
            (Waiting, Applied),
            (Waiting, Stopped),
        ];
        for from in State::ALL {
            for to in State::ALL {
                assert_eq!(
                    from.may_become(to),
                    ways.contains(&(from, to)),
                    "{from:?} -> {to:?}"
                );
            }
            assert_eq!(State::parse(from.as_str()), Some(from));
        }
    }

    #[test]
    fn only_what_staff_ask_needs_a_second_person() {
        let first = Origin::ALL.map(Origin::first_state);
        assert_eq!(first, [State::Waiting, State::Asked, State::Waiting]);
        assert_eq!(Origin::of_role(Role::DistrictOfficer), Origin::Staff);
        assert_eq!(Origin::of_role(Role::SocialWorker), Origin::Staff);
        assert_eq!(Origin::of_role(Role::Citizen), Origin::Person);
        assert_eq!(Origin::of_role(Role::Partner), Origin::Partner);
    }
}
