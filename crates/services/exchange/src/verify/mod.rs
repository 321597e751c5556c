//! What data can break in what agencies and people said, checked: for `daftar verify`.

mod kept;

pub use kept::Answers;

/// Rows read at once.
pub(crate) const PAGE_ROWS: i64 = 10_000;
/// Differences that are written out; the count goes on.
const TOLD_MAX: usize = 100;

/// What a check found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Found {
    /// What was looked at.
    pub checked: u64,
    pub differences: u64,
    /// The first of them, each with what it is about.
    pub told: Vec<String>,
}

impl Found {
    pub fn holds(&self) -> bool {
        self.differences == 0
    }

    pub fn tell(&mut self, what: impl Into<String>) {
        self.differences += 1;
        if self.told.len() < TOLD_MAX {
            self.told.push(what.into());
        }
    }
}
