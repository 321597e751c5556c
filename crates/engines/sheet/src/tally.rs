//! The sum of a document's lines, and what is refused.

use kernel::Money;

use crate::design::{Cell, Design, Row};

#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    #[error(
        "{lines} lines are more than one document of this kind holds, which is {max}: take the \
         workbook (XLSX), or the file for machines"
    )]
    TooMany { lines: u64, max: u64 },
    #[error(
        "the lines are {lines} with {total}, and the head promises {promised_lines} with \
         {promised_total}: the document is not made"
    )]
    Differs {
        lines: u64,
        total: Money,
        promised_lines: u64,
        promised_total: Money,
    },
    #[error("the document cannot be made: {0}")]
    Library(String),
    #[error("the document cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

/// What has come so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub lines: u64,
    pub total: Money,
}

impl Tally {
    /// Counts a line; its cells must be those of the design.
    pub fn add(&mut self, design: &Design, row: &Row) {
        assert_eq!(row.len(), design.columns.len(), "a cell for each column");
        let Cell::Sum(sum) = &row[design.sum_column()] else {
            panic!("the column of sums holds a sum");
        };
        self.lines += 1;
        self.total += *sum;
    }

    /// Refused unless everything that the head promises has come.
    pub fn must_be(&self, design: &Design) -> Result<(), Wrong> {
        if (self.lines, self.total) == (design.lines, design.total) {
            return Ok(());
        }
        Err(Wrong::Differs {
            lines: self.lines,
            total: self.total,
            promised_lines: design.lines,
            promised_total: design.total,
        })
    }
}

/// Refused when a document of `max` lines cannot hold them.
pub fn fits(lines: u64, max: u64) -> Result<(), Wrong> {
    match lines > max {
        true => Err(Wrong::TooMany { lines, max }),
        false => Ok(()),
    }
}
