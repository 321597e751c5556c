//! The frame around every page: language, who is signed in, the rooms of the
//! house that the reader's role may enter.

use kernel::lang::Lang;

use crate::i18n::T;

/// The telephone number that stands on every page.
pub const PHONE: &str = "1140";

/// A room of the navigation.
#[derive(Debug, Clone)]
pub struct Room {
    pub path: &'static str,
    pub label: &'static str,
    pub about: &'static str,
    pub current: bool,
}

/// Who is signed in, as the header shows it.
#[derive(Debug, Clone)]
pub struct Reader {
    pub login: String,
    pub role: String,
}

#[derive(Debug, Clone)]
pub struct Shell {
    pub t: T,
    /// Path and query of this page, so that a change of language stays here.
    pub here: String,
    pub reader: Option<Reader>,
    pub rooms: Vec<Room>,
    /// The page holds a form with the id `form`: the language buttons post it,
    /// so that typed values are kept.
    pub has_form: bool,
    /// The form came back with errors: the title says so.
    pub failed: bool,
    /// The data are made up, and every page says so.
    pub demo: bool,
    /// A short message of what was just done.
    pub done: Option<String>,
}

impl Shell {
    pub fn new(lang: Lang, here: impl Into<String>) -> Shell {
        Shell {
            t: T::new(lang),
            here: here.into(),
            reader: None,
            rooms: Vec::new(),
            has_form: false,
            failed: false,
            demo: false,
            done: None,
        }
    }

    pub fn with_form(mut self, failed: bool) -> Shell {
        self.has_form = true;
        self.failed = failed;
        self
    }

    /// Something on the page went wrong, though it holds no form to fill in again.
    pub fn with_failure(mut self) -> Shell {
        self.failed = true;
        self
    }

    pub fn done(mut self, message: impl Into<String>) -> Shell {
        self.done = Some(message.into());
        self
    }

    pub fn languages(&self) -> [Lang; 4] {
        Lang::ALL
    }

    pub fn phone(&self) -> &'static str {
        PHONE
    }

    pub fn style_path(&self) -> String {
        crate::style::path()
    }

    /// The address that changes the language and comes back here.
    pub fn language_path(&self, lang: &Lang) -> String {
        format!(
            "/language/{}?back={}",
            lang.tag(),
            crate::query::encode(&self.here)
        )
    }
}
