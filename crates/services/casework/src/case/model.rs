//! States of a case and what it waits for. Pure.
//!
//! ```text
//! gathering ─┬─> visiting ──┬─> assessed ─┬─> awarded ──> ended
//!            │   (SR26)     │             ├─> waiting_list ─> awarded | refused
//!            │              │             └─> refused
//!            └──────────────┴─> refused          any open state ─> withdrawn
//! prepared (a renewal) ─> gathering | ended
//! gathering (a review) ─> suspended ─> awarded | refused | ended (a new application is awarded)
//! ended (by a death) ─> awarded (the death was taken back)
//! ```
//! A state changes by the machine alone; a person can only add facts or withdraw.

use kernel::{Day, Instant, Month};

/// Writes an enum as its snake_case word, in SQL, JSON and pages alike.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),+];

            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::case::UnknownWord;
            fn from_str(word: &str) -> ::std::result::Result<$name, $crate::case::UnknownWord> {
                match word {
                    $($word => Ok($name::$variant),)+
                    _ => Err($crate::case::UnknownWord { of: stringify!($name), word: word.into() }),
                }
            }
        }
    };
}
pub(crate) use words;

/// A word that our own tables should never hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is no {of}")]
pub struct UnknownWord {
    pub of: &'static str,
    pub word: String,
}

words! {
    State {
        /// A renewal that the family has not confirmed yet.
        Prepared = "prepared",
        /// Agencies are asked.
        Gathering = "gathering",
        /// Waits for the home visit or the conclusion of the Mahalla Seven.
        Visiting = "visiting",
        /// Entitled; the award is made at the month's close.
        Assessed = "assessed",
        Awarded = "awarded",
        Refused = "refused",
        /// Entitled, but the month's budget is spent; competes at the next close.
        WaitingList = "waiting_list",
        Withdrawn = "withdrawn",
        /// A condition that only suspends is not met: looked at again each month.
        Suspended = "suspended",
        /// The award ran out, was stopped, or another case took its place.
        Ended = "ended",
    }
}

impl State {
    /// Open: the family waits for an answer of ours.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            State::Prepared
                | State::Gathering
                | State::Visiting
                | State::Assessed
                | State::WaitingList
        )
    }

    /// Facts may still change the outcome of the case itself.
    pub const fn takes_facts(self) -> bool {
        matches!(
            self,
            State::Gathering
                | State::Visiting
                | State::Assessed
                | State::WaitingList
                | State::Suspended
        )
    }
}

words! {
    WaitFor {
        Agency = "agency",
        Visit = "visit",
        Seven = "seven",
        /// A family has to confirm its prepared renewal.
        Confirmation = "confirmation",
        /// The month's close.
        Close = "close",
        /// The next assessment: the facts are in.
        Assessment = "assessment",
    }
}

/// For whom a case waits, since when and until when it should have come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    pub who: WaitFor,
    /// The agencies by their codes, separated by spaces; empty for the others.
    pub detail: String,
    pub since: Instant,
    pub deadline: Option<Instant>,
}

impl Wait {
    pub fn is_overdue(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline < now)
    }
}

words! {
    /// What opened the case.
    Origin {
        Application = "application",
        /// A change of regime moved the family, without an application.
        Migration = "migration",
        /// A birth, a death, an age or a late answer.
        Reassessment = "reassessment",
        Renewal = "renewal",
        /// The register alone showed that the family is entitled.
        Proactive = "proactive",
    }
}

words! {
    EventKind {
        Lodged = "lodged",
        Opened = "opened",
        AgenciesAnswered = "agencies_answered",
        AgencySilent = "agency_silent",
        Visited = "visited",
        Concluded = "concluded",
        /// A visit or a conclusion did not come in time; the district officer is told.
        StepLate = "step_late",
        Assessed = "assessed",
        Awarded = "awarded",
        /// Awarded, but the budget does not reach: paid when it does.
        PaymentWaits = "payment_waits",
        Refused = "refused",
        PutOnWaitingList = "put_on_waiting_list",
        RegimeChanged = "regime_changed",
        Confirmed = "confirmed",
        Suspended = "suspended",
        /// A suspended case is looked at again.
        LookedAtAgain = "looked_at_again",
        Withdrawn = "withdrawn",
        Ended = "ended",
        /// The death that had ended it was taken back: paid again.
        Resumed = "resumed",
        /// The same, but another award of the programme pays by now.
        NotResumed = "not_resumed",
    }
}

/// The month whose close will award an application: its own up to and including the cut-off
/// day, the next one after it (PKM-35: by the 16th assessed this month, after it the next).
/// `applied_on` is the local day, so 23:59:59 of the cut-off day still counts.
pub fn counted_month(applied_on: Day, cut_off_day: u32) -> Month {
    let month = applied_on.month();
    if applied_on.day_of_month() <= cut_off_day {
        month
    } else {
        month.plus(1)
    }
}

/// The last of the three months whose income counts: the one before the application's.
pub fn window_end(applied_on: Day) -> Month {
    applied_on.month().plus(-1)
}

/// Money is paid from the month after the one that was closed.
pub fn first_paid_month(counted: Month) -> Month {
    counted.plus(1)
}
