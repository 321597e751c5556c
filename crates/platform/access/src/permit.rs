//! The permit: proof that the table allows it and that the log knows of it.

use kernel::day::Instant;
use kernel::ids::{CaseId, PersonId, RunId};
use store::Platform;

use crate::log::{Chain, Entry, EntryId, NewEntry};
use crate::table::{Reach, reach};
use crate::{Action, Area, Purpose, Role, Scope, Subject};

/// Made by [`permit()`], [`batch`] and [`naming`] only. It opens what its scope names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a permit that is not handed to a query has only written a log row"]
pub struct Permit {
    subject: Subject,
    action: Action,
    purpose: Purpose,
    scope: Scope,
    at: Instant,
    /// None while the row of an [`Answering`](crate::Answering) is on its way.
    entry: Option<EntryId>,
}

/// Why there is no permit. All but the last two stand in the log as refused.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    #[error("a {} may not {}", .role.name(), .action.name())]
    NotAllowed { role: Role, action: Action },
    #[error("{asked} is outside of {own}, the territory of the account")]
    OutsideTerritory { own: Area, asked: Area },
    #[error("this concerns another person")]
    NotOwn,
    #[error("the access log cannot be written, so nothing may be read: {reason}")]
    LogUnavailable { reason: String },
}

/// Asks whether `subject` may do `action` in `scope`, writes the answer to the
/// access log, and returns after that row is durable. Rows of many tasks share
/// one commit.
pub async fn permit(
    platform: &Platform,
    subject: &Subject,
    action: Action,
    purpose: Purpose,
    scope: Scope,
) -> Result<Permit, Denied> {
    mint(platform, subject, (action, purpose), scope, None).await
}

/// One permit and one log row for a batch over `population` families or
/// persons. Each person finds it on "who looked" through the run's own rows:
/// `run` is what those rows carry (`None` for an import or a whole register).
pub async fn batch(
    platform: &Platform,
    subject: &Subject,
    action: Action,
    purpose: Purpose,
    run: Option<RunId>,
    population: u64,
) -> Result<Permit, Denied> {
    let scope = Scope::batch(subject, run);
    mint(
        platform,
        subject,
        (action, purpose),
        scope,
        Some(population),
    )
    .await
}

/// One permit and one log row for a list that shows these persons. Each of them finds it on "who
/// looked": whom it named is written in the same commit.
pub async fn naming(
    platform: &Platform,
    subject: &Subject,
    action: Action,
    purpose: Purpose,
    persons: &[PersonId],
) -> Result<Permit, Denied> {
    let mut named = persons.to_vec();
    named.sort_unstable();
    named.dedup();
    // A run of its own, also over nobody: a row without one is a read of the whole register.
    let scope = Scope::batch(subject, Some(RunId(platform.ids.uuid())));
    let population = Some(named.len() as u64);
    write(
        platform,
        subject,
        (action, purpose),
        scope,
        population,
        named,
    )
    .await
}

impl Permit {
    pub(crate) fn granted(
        subject: &Subject,
        (action, purpose): (Action, Purpose),
        scope: Scope,
        at: Instant,
        entry: Option<EntryId>,
    ) -> Permit {
        Permit {
            subject: subject.clone(),
            action,
            purpose,
            scope,
            at,
            entry,
        }
    }

    /// See [`batch`].
    pub async fn batch(
        platform: &Platform,
        subject: &Subject,
        action: Action,
        purpose: Purpose,
        run: Option<RunId>,
        population: u64,
    ) -> Result<Permit, Denied> {
        batch(platform, subject, action, purpose, run, population).await
    }

    /// Stops the program when a use case was handed a permit for something
    /// else: that is a bug of the caller, not a mistake of a person.
    pub fn must_be_for(&self, actions: &[Action]) {
        assert!(
            actions.contains(&self.action),
            "a permit to {} was used for one of {actions:?}",
            self.action.name()
        );
    }

    /// True when this permit opens the data of `person` who lives in `area`:
    /// the person it names, or, when it names none, whoever is in its area.
    pub fn opens_person(&self, person: PersonId, area: Area) -> bool {
        match self.scope.person {
            Some(named) => named == person,
            None => self.scope.area.covers(area),
        }
    }

    /// True when this permit opens `case`, which lies in `area`.
    pub fn opens_case(&self, case: CaseId, area: Area) -> bool {
        match (self.scope.case, self.scope.person) {
            (Some(named), _) => named == case,
            (None, Some(_)) => false,
            (None, None) => self.scope.area.covers(area),
        }
    }

    pub fn subject(&self) -> &Subject {
        &self.subject
    }
    pub fn action(&self) -> Action {
        self.action
    }
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }
    pub fn area(&self) -> Area {
        self.scope.area
    }
    pub fn person(&self) -> Option<PersonId> {
        self.scope.person
    }
    pub fn case(&self) -> Option<CaseId> {
        self.scope.case
    }
    pub fn run(&self) -> Option<RunId> {
        self.scope.run
    }
    /// The log row. A permit of an [`Answering`](crate::Answering) has none yet: to ask it for one is a
    /// bug of the caller.
    pub fn entry(&self) -> EntryId {
        self.entry.expect("the row of this permit is durable")
    }
    /// When the log row was written.
    pub fn at(&self) -> Instant {
        self.at
    }
}

pub(crate) async fn mint(
    platform: &Platform,
    subject: &Subject,
    asked: (Action, Purpose),
    scope: Scope,
    population: Option<u64>,
) -> Result<Permit, Denied> {
    write(platform, subject, asked, scope, population, Vec::new()).await
}

async fn write(
    platform: &Platform,
    subject: &Subject,
    asked: (Action, Purpose),
    scope: Scope,
    population: Option<u64>,
    named: Vec<PersonId>,
) -> Result<Permit, Denied> {
    let judged = judge(subject, asked.0, &scope);
    let at = platform.clock.now();
    let entry = Entry::of(subject, asked, &scope, at, judged.is_ok(), population);
    // Who is refused has seen nobody.
    let named = if judged.is_ok() { named } else { Vec::new() };
    let entry = durable(platform, NewEntry { entry, named }).await?;
    judged.map(|()| Permit::granted(subject, asked, scope, at, Some(entry)))
}

/// One permit and one log row that holds the digest of what is granted beyond the scope.
pub(crate) async fn granting(
    platform: &Platform,
    subject: &Subject,
    asked: (Action, Purpose),
    scope: Scope,
    digest: Option<Vec<u8>>,
) -> Result<Permit, Denied> {
    let judged = judge(subject, asked.0, &scope);
    let at = platform.clock.now();
    let entry = Entry::of(subject, asked, &scope, at, judged.is_ok(), None);
    let entry = durable(platform, Entry { digest, ..entry }.into()).await?;
    judged.map(|()| Permit::granted(subject, asked, scope, at, Some(entry)))
}

async fn durable(platform: &Platform, row: NewEntry) -> Result<EntryId, Denied> {
    let written = platform.add::<Chain>(row).await.kept().await;
    written.map_err(|reason| Denied::LogUnavailable { reason })
}

/// The table, applied. Pure.
pub(crate) fn judge(subject: &Subject, action: Action, scope: &Scope) -> Result<(), Denied> {
    match reach(subject.role, action) {
        Reach::Everywhere => Ok(()),
        Reach::Within if subject.territory.covers(scope.area) => Ok(()),
        Reach::Within => Err(Denied::OutsideTerritory {
            own: subject.territory,
            asked: scope.area,
        }),
        Reach::Own if scope.person.is_some() && scope.person == subject.person => Ok(()),
        Reach::Own => Err(Denied::NotOwn),
        Reach::Never => Err(Denied::NotAllowed {
            role: subject.role,
            action,
        }),
    }
}
