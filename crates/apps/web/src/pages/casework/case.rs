//! The district officer's pages: cases that wait and why, and one case.
//! An officer can neither approve nor refuse.

use askama::Template;
use kernel::{CaseId, Day, Instant};

use super::my_application::Step;
use super::{Reason, Status};
use crate::pages::figures::Bars;
use crate::shell::Shell;

#[derive(Debug)]
pub struct Waiting {
    pub case: CaseId,
    pub number: String,
    pub reason: Reason,
    /// The agencies that are silent, in words.
    pub whom: String,
    pub since: Day,
    pub deadline: Option<Day>,
    pub overdue: bool,
}

#[derive(Debug, Template)]
#[template(path = "casework/cases.html")]
pub struct CasesPage {
    pub shell: Shell,
    pub counts: Bars,
    pub chosen: Option<Reason>,
    pub lines: Vec<Waiting>,
    pub more: Option<String>,
}

/// What an answer of an agency or a fact looks like on the officer's page.
#[derive(Debug)]
pub struct Member {
    pub name: String,
    pub role: String,
    pub born: Day,
}

#[derive(Debug, Template)]
#[template(path = "casework/case.html")]
pub struct CasePage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub regime: String,
    pub lodged_at: Instant,
    pub status: Status,
    /// Why it waits, in words, with date and deadline; none when it does not.
    pub waits: Option<String>,
    pub members: Vec<Member>,
    pub steps: Vec<Step>,
}

impl CasesPage {
    fn reasons(&self) -> [Reason; 7] {
        Reason::ALL
    }

    fn is_chosen(&self, reason: &Reason) -> bool {
        self.chosen.as_ref() == Some(reason)
    }
}
