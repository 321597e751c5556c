//! What a document looks like, and what its lines are made of.

use kernel::lang::Lang;
use kernel::{Currency, Day, Money};

/// A document before its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Design {
    pub lang: Lang,
    pub currency: Currency,
    pub title: String,
    /// Under the title, and above every further page.
    pub subtitle: String,
    /// What stands above the lines: a name and its value.
    pub head: Vec<(String, String)>,
    pub columns: Vec<Column>,
    /// How many lines will come, and what they come to.
    pub lines: u64,
    pub total: Money,
    /// The total in words, above the signatures of a PDF; empty: it is not spelt.
    pub total_in_words: String,
    /// Who signs; each gets a place.
    pub signatures: Vec<String>,
    pub words: Words,
    /// The day in the document's own properties.
    pub made_on: Day,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    /// In characters, about; the columns of a page share its width by it.
    pub width: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Number,
    Text,
    /// Digits that are no number: an account keeps its zeros.
    Code,
    /// Money; a document has one such column, and its total stands below it.
    Sum,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Number(u64),
    Text(String),
    Sum(Money),
}

/// One line: a cell for each column.
pub type Row = Vec<Cell>;

/// The fixed words of a document in its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The name of the worksheet.
    pub worksheet: String,
    pub total: String,
    pub page: String,
    /// Lines that are counted: one, few, many.
    pub lines: [String; 3],
    pub on_this_page: String,
    pub from_the_start: String,
    pub from_pages_before: String,
    /// Below a place for a signature.
    pub signature: String,
}

impl Design {
    /// Which column is the money.
    pub(crate) fn sum_column(&self) -> usize {
        let found = self.columns.iter().position(|one| one.kind == Kind::Sum);
        found.expect("a document of money has a column of sums")
    }
}
