//! One row of an accounts file: a bank account of a person with its balance.

use super::answers::AnswerRow;
use super::cells::Row;
use super::report::{Reason, Reject};
use kernel::account::{BankAccount, Mfo};
use kernel::facts::{code, kind};
use kernel::{Cell, Day, Source};

/// Columns in documented order (see `columns::ACCOUNT_COLUMNS`).
mod at {
    pub const PINFL: usize = 0;
    pub const MFO: usize = 1;
    pub const ACCOUNT: usize = 2;
    pub const BALANCE: usize = 3;
    pub const CARD: usize = 4;
    pub const SOURCE: usize = 5;
    pub const AS_OF: usize = 6;
}

/// Rows of a person are gathered into one answer as incomes are.
pub fn read(row: &Row<'_>, today: Day) -> Result<AnswerRow, Reject> {
    let pinfl = row.pinfl(at::PINFL)?;
    let mfo = row.filled(at::MFO, 5)?;
    let bad = |column, rule: String| row.reject(column, Reason::BadAccount { rule });
    Mfo::parse(mfo).map_err(|error| bad(at::MFO, error.to_string()))?;
    let account = row.filled(at::ACCOUNT, 20)?;
    BankAccount::parse(account).map_err(|error| bad(at::ACCOUNT, error.to_string()))?;
    let balance = row.number(at::BALANCE)?;
    if balance < 0 {
        return Err(row.reject(at::BALANCE, Reason::Negative));
    }
    let card = row.one_of(at::CARD, "yes, no", &[("yes", 1), ("no", 0)])?;
    let source = row.text(at::SOURCE, 40)?;
    let allowed = "bank, import";
    let source = Source::named(source)
        .ok_or_else(|| row.reject(at::SOURCE, Reason::NotOneOf { allowed }))?;
    let known = kind(code::ACCOUNT).expect("a kind of the catalogue");
    if known.trust_of(source).is_none() {
        return Err(row.reject(at::SOURCE, Reason::SourceNotPermitted));
    }
    let as_of = row.day(at::AS_OF)?;
    if as_of > today {
        return Err(row.reject(at::AS_OF, Reason::InTheFuture));
    }
    let texts = [mfo, account].map(|text| Cell::Text(text.to_owned()));
    let [mfo, account] = texts;
    Ok(AnswerRow {
        line: row.line,
        pinfl,
        kind: code::ACCOUNT,
        source,
        as_of,
        cells: vec![mfo, account, Cell::Int(balance), Cell::Int(card)],
    })
}
