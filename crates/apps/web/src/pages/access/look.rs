//! Who looked at my data: each look, by whom, when and why.

use askama::Template;
use kernel::Instant;

use crate::shell::Shell;

#[derive(Debug)]
pub struct Look {
    pub at: Instant,
    pub who: String,
    pub why: String,
    pub what: String,
}

#[derive(Debug, Template)]
#[template(path = "access/look.html")]
pub struct LookPage {
    pub shell: Shell,
    pub looks: Vec<Look>,
}
