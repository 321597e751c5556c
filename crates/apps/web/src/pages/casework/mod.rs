//! Applications, decisions, visits, conclusions, and the cases that wait.

pub mod application;
pub mod case;
pub mod conclusion;
pub mod contradiction;
pub mod decision;
pub mod exemption;
pub mod explained;
pub mod my_application;
pub mod reading;
pub mod renewal;
pub mod visit;

use kernel::{CaseId, Day, Lang, Money};

use crate::i18n::T;

/// The six words that a citizen meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Draft,
    Sent,
    Checking,
    Need,
    Decided,
    Paid,
}

/// What comes next and until when: a promise carries its date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Agencies,
    Agency { name: String, since: Day },
    Visit { until: Day },
    Seven { until: Day },
    Close { until: Day },
    Paid { until: Day },
    WaitingList,
    Suspended,
    Account,
    Confirm,
    Nothing,
}

/// What a case waits for, as the officer counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    Agency,
    Visit,
    Seven,
    Close,
    Budget,
    Renewal,
    Other,
}

impl Reason {
    pub const ALL: [Reason; 7] = [
        Reason::Agency,
        Reason::Visit,
        Reason::Seven,
        Reason::Close,
        Reason::Budget,
        Reason::Renewal,
        Reason::Other,
    ];

    /// For addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Reason::Agency => "agency",
            Reason::Visit => "visit",
            Reason::Seven => "seven",
            Reason::Close => "close",
            Reason::Budget => "budget",
            Reason::Renewal => "renewal",
            Reason::Other => "other",
        }
    }

    pub fn find(word: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// A line of the lists of cases.
#[derive(Debug, Clone)]
pub struct CaseLine {
    pub case: CaseId,
    pub number: String,
    pub name: String,
    pub lodged_on: Day,
    pub status: Status,
    pub next: Next,
}

impl Next {
    /// A renewal is prepared: there is a page to say yes on.
    pub fn is_confirm(&self) -> bool {
        *self == Next::Confirm
    }
}

/// Money that a decision gives.
#[derive(Debug, Clone)]
pub struct Given {
    pub programme: String,
    pub amount: Money,
}

impl T {
    pub fn status(self, status: &Status) -> &'static str {
        match status {
            Status::Draft => self.status_draft(),
            Status::Sent => self.status_sent(),
            Status::Checking => self.status_checking(),
            Status::Need => self.status_need(),
            Status::Decided => self.status_decided(),
            Status::Paid => self.status_paid(),
        }
    }

    /// The colour behind a status; the word says the same.
    pub fn status_tone(self, status: &Status) -> &'static str {
        match status {
            Status::Need => "wait",
            Status::Paid | Status::Decided => "yes",
            Status::Draft | Status::Sent | Status::Checking => "",
        }
    }

    pub fn next_step(self, next: &Next) -> String {
        match next {
            Next::Agencies => self.next_agencies().to_owned(),
            Next::Agency { name, since } => self.next_agencies_since(name, self.day(since)),
            Next::Visit { until } => self.next_visit(self.day(until)),
            Next::Seven { until } => self.next_seven(self.day(until)),
            Next::Close { until } => self.next_close(self.day(until)),
            Next::Paid { until } => self.next_paid(self.day(until)),
            Next::WaitingList => self.next_waiting_list().to_owned(),
            Next::Suspended => self.next_suspended().to_owned(),
            Next::Account => self.next_account().to_owned(),
            Next::Confirm => self.next_confirm().to_owned(),
            Next::Nothing => self.next_none().to_owned(),
        }
    }

    pub fn reason(self, reason: &Reason) -> &'static str {
        match reason {
            Reason::Agency => self.wait_agency(),
            Reason::Visit => self.wait_visit(),
            Reason::Seven => self.wait_seven(),
            Reason::Close => self.wait_close(),
            Reason::Budget => self.wait_budget(),
            Reason::Renewal => self.wait_renewal(),
            Reason::Other => self.wait_other(),
        }
    }

    /// A language by its name in the reader's.
    pub fn language(self, lang: Lang) -> &'static str {
        match lang {
            Lang::UzLatn => self.language_uz(),
            Lang::UzCyrl => self.language_uz_cyrl(),
            Lang::Ru => self.language_ru(),
            Lang::En => self.language_en(),
        }
    }

    /// A programme in words; a new one shows its id until its text is written.
    pub fn programme(self, id: &str) -> String {
        match id {
            "child_benefit" => self.programme_child_benefit().to_owned(),
            "material_assistance" => self.programme_material_assistance().to_owned(),
            other => other.to_owned(),
        }
    }
}
