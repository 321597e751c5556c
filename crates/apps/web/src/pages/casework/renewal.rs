//! A renewal that the system prepared and the family only confirms.

use askama::Template;
use kernel::CaseId;
use uuid::Uuid;

use crate::form::Problems;
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "casework/renewal.html")]
pub struct RenewalPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub id: Uuid,
    pub problems: Problems,
}
