//! The citizen's own pages: my applications, and the way of one of them.

use askama::Template;
use kernel::{CaseId, Day, Instant};

use super::{CaseLine, Next, Status};
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "casework/my_applications.html")]
pub struct MyApplicationsPage {
    pub shell: Shell,
    pub lines: Vec<CaseLine>,
}

/// A step that was made.
#[derive(Debug)]
pub struct Step {
    pub at: Instant,
    pub what: String,
    pub detail: String,
}

#[derive(Debug, Template)]
#[template(path = "casework/my_application.html")]
pub struct MyApplicationPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub lodged_on: Day,
    pub status: Status,
    pub next: Next,
    pub steps: Vec<Step>,
    /// The short message as it was sent.
    pub sms: Option<String>,
}
