//! Home: the rooms that the reader's role may enter.

use askama::Template;

use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "access/home.html")]
pub struct HomePage {
    pub shell: Shell,
    /// The reader's territory in words.
    pub area: String,
}
