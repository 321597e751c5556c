//! For what a system of another agency asks, in its own words. They stand in the log with the look, so
//! that the person reads under which case of theirs it was.

use kernel::printable::is_printable;
use serde::{Deserialize, Serialize};

/// Characters of each of the three at most.
pub const ERRAND_CHARS_MAX: usize = 255;

/// What came with a request, as it came: nobody here can check it, and the log says who said it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, sqlx::FromRow)]
pub struct Errand {
    /// The request itself; by it both security servers find the message that they keep.
    #[sqlx(rename = "errand_id")]
    pub id: Option<String>,
    /// Who asked, within the office.
    #[sqlx(rename = "errand_user")]
    pub user: Option<String>,
    /// The case, on which the office works.
    #[sqlx(rename = "errand_issue")]
    pub issue: Option<String>,
}

/// What cannot be shown as it came is refused: a person must read what the office said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it has at most {ERRAND_CHARS_MAX} characters, each of which can be seen")]
pub struct NoErrand;

impl Errand {
    /// Of whoever asks here itself.
    pub const NONE: Errand = Errand {
        id: None,
        user: None,
        issue: None,
    };

    pub fn is_none(&self) -> bool {
        *self == Errand::NONE
    }

    pub(crate) fn fields(&self) -> [Option<&str>; 3] {
        [&self.id, &self.user, &self.issue].map(|field| field.as_deref())
    }

    /// One of the three words; an empty one says nothing.
    pub fn word(text: &str) -> Result<Option<String>, NoErrand> {
        let fits = text.chars().count() <= ERRAND_CHARS_MAX && text.chars().all(is_printable);
        match (fits, text.trim()) {
            (false, _) => Err(NoErrand),
            (true, "") => Ok(None),
            (true, text) => Ok(Some(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_kept_as_it_came_or_refused() {
        let long = "ў".repeat(ERRAND_CHARS_MAX);
        for good in ["Case 17/2026", "Иш № 4", long.as_str()] {
            assert_eq!(Errand::word(good), Ok(Some(good.to_owned())));
        }
        assert_eq!(Errand::word("  "), Ok(None));
        for bad in ["a\nb", "\u{1b}[2J", "a\u{202e}b", &format!("{long}x")] {
            assert_eq!(Errand::word(bad), Err(NoErrand), "{bad:?}");
        }
    }
}
