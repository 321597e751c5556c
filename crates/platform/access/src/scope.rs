//! What is asked about: whose data, in which case, where.

use kernel::ids::{CaseId, PersonId, RunId};

use crate::{Area, Subject};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    pub(crate) area: Area,
    pub(crate) person: Option<PersonId>,
    pub(crate) case: Option<CaseId>,
    pub(crate) run: Option<RunId>,
}

impl Scope {
    /// Lists and figures of an area, of no one in particular.
    pub const fn area(area: Area) -> Scope {
        Scope {
            area,
            person: None,
            case: None,
            run: None,
        }
    }

    pub const fn country() -> Scope {
        Scope::area(Area::Country)
    }

    /// A person who lives (or applies) in `area`.
    pub const fn person(person: PersonId, area: Area) -> Scope {
        Scope {
            person: Some(person),
            ..Scope::area(area)
        }
    }

    /// The person of the account. Denied when it has none.
    pub const fn own(subject: &Subject) -> Scope {
        Scope {
            person: subject.person,
            ..Scope::country()
        }
    }

    /// A case of `person`, the applicant, in `area`.
    pub const fn case(case: CaseId, person: PersonId, area: Area) -> Scope {
        Scope {
            case: Some(case),
            ..Scope::person(person, area)
        }
    }

    /// Everybody in the territory of the account, for a batch.
    pub(crate) const fn batch(subject: &Subject, run: Option<RunId>) -> Scope {
        Scope {
            run,
            ..Scope::area(subject.territory)
        }
    }

    /// A payment run of `area` (the country's run: `Area::Country`).
    pub const fn run(run: RunId, area: Area) -> Scope {
        Scope {
            run: Some(run),
            ..Scope::area(area)
        }
    }
}
