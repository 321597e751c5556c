//! Who asks.

use kernel::ids::{AccountId, PersonId};

use crate::{Area, Errand, Role};

/// An account as it is at this request: read anew each time, so that a role
/// taken away is gone at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub account: AccountId,
    pub role: Role,
    pub territory: Area,
    pub person: Option<PersonId>,
    /// What the citizen reads about who looked: the office, not the officer.
    pub office: String,
    /// Of a partner that came through a security server; the account does not hold it.
    pub errand: Errand,
}

impl Subject {
    /// The program itself: the worker, the month's close, the command line.
    pub fn system() -> Subject {
        Subject {
            account: AccountId::NIL,
            role: Role::System,
            territory: Area::Country,
            person: None,
            office: "Daftar".to_owned(),
            errand: Errand::NONE,
        }
    }

    /// True when the two are one account, or two accounts of one person: such
    /// two are not four eyes.
    pub fn is_same_person(&self, other: &Subject) -> bool {
        self.account == other.account || (self.person.is_some() && self.person == other.person)
    }
}
