//! Names of people, kept as typed, and a folded key by which their spellings meet.
//!
//! - [`Name`] is what the person's document says, in whatever script.
//! - [`fold`] gives the search key: `Шахноза`, `Shahnoza` and `Шаҳноза` have one.
//! - [`latin_to_cyrillic`] and [`cyrillic_to_latin`] write Uzbek texts in the other script.
//!
//! The folded key finds candidates; it is a weak link and never decides anything.

mod alphabet;
mod exceptions;
mod fold;
mod pieces;
#[cfg(test)]
mod tests;
mod to_cyrillic;
mod to_latin;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use fold::fold;
pub use to_cyrillic::latin_to_cyrillic;
pub use to_latin::cyrillic_to_latin;

/// A person's name as typed.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Name {
    pub family: String,
    pub given: String,
    pub patronymic: Option<String>,
}

impl Name {
    /// An empty patronymic is none.
    pub fn new(family: &str, given: &str, patronymic: &str) -> Name {
        let patronymic = (!patronymic.is_empty()).then(|| patronymic.to_owned());
        Name {
            family: family.to_owned(),
            given: given.to_owned(),
            patronymic,
        }
    }

    /// Family name, given name, patronymic: as documents and letters write it.
    pub fn full(&self) -> String {
        match &self.patronymic {
            Some(patronymic) => format!("{} {} {patronymic}", self.family, self.given),
            None => format!("{} {}", self.family, self.given),
        }
    }

    /// The key of family and given name; patronymics are too often missing.
    pub fn fold(&self) -> String {
        format!("{} {}", fold(&self.family), fold(&self.given))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full())
    }
}

/// Names stay out of logs: initials only.
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let initial = |part: &str| part.chars().next().unwrap_or('?');
        write!(
            f,
            "Name({}. {}.)",
            initial(&self.family),
            initial(&self.given)
        )
    }
}
