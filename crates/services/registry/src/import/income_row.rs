//! One row of an incomes file.

use super::answers::AnswerRow;
use super::cells::Row;
use super::report::{Reason, Reject};
use kernel::facts::{ValueType, code, kind};
use kernel::{Cell, Day, Month, Source};

const PAYER_CHARACTERS_MAX: usize = 200;
/// Columns in documented order (see `columns::INCOME_COLUMNS`).
mod at {
    pub const PINFL: usize = 0;
    pub const KIND: usize = 1;
    pub const DETAIL: usize = 2;
    pub const PAYER: usize = 3;
    pub const MONTH: usize = 4;
    pub const AMOUNT: usize = 5;
    pub const SOURCE: usize = 6;
    pub const AS_OF: usize = 7;
}

pub fn read(row: &Row<'_>, today: Day) -> Result<AnswerRow, Reject> {
    let pinfl = row.pinfl(at::PINFL)?;
    let kind = row.one_of(
        at::KIND,
        "wage, self_employment, pension, other_income",
        &[
            ("wage", code::WAGE),
            ("self_employment", code::SELF_EMPLOYMENT),
            ("pension", code::PENSION),
            ("other_income", code::OTHER_INCOME),
        ],
    )?;
    let source = source(row, kind)?;
    let month = past_month(row, today)?;
    let amount = row.number(at::AMOUNT)?;
    if amount < 0 {
        return Err(row.reject(at::AMOUNT, Reason::Negative));
    }
    let as_of = row.day(at::AS_OF)?;
    if as_of > today {
        return Err(row.reject(at::AS_OF, Reason::InTheFuture));
    }
    let (month, amount) = (Cell::Int(i64::from(month.0)), Cell::Int(amount));
    let cells = match kind {
        code::WAGE => vec![month, amount, payer(row)?],
        code::PENSION => vec![detail(row, kind, "kind")?, month, amount],
        code::OTHER_INCOME => vec![month, amount, detail(row, kind, "source")?],
        _ => vec![month, amount],
    };
    Ok(AnswerRow {
        line: row.line,
        pinfl,
        kind,
        source,
        as_of,
        cells,
    })
}

fn source(row: &Row<'_>, kind_code: u16) -> Result<Source, Reject> {
    let name = row.text(at::SOURCE, 40)?;
    let allowed = "tax, pension_fund, declaration, import";
    let source = Source::named(name);
    let source = source.ok_or_else(|| row.reject(at::SOURCE, Reason::NotOneOf { allowed }))?;
    let known = kind(kind_code).expect("a kind of the catalogue");
    match known.trust_of(source) {
        Some(_) => Ok(source),
        None => Err(row.reject(at::SOURCE, Reason::SourceNotPermitted)),
    }
}

fn past_month(row: &Row<'_>, today: Day) -> Result<Month, Reject> {
    let month = row.month(at::MONTH)?;
    if month > today.month() {
        return Err(row.reject(at::MONTH, Reason::InTheFuture));
    }
    Ok(month)
}

fn payer(row: &Row<'_>) -> Result<Cell, Reject> {
    let payer = row.text(at::PAYER, PAYER_CHARACTERS_MAX)?;
    Ok(if payer.is_empty() {
        Cell::Missing
    } else {
        Cell::Text(payer.to_owned())
    })
}

/// The word in `detail` as the code of the kind's field.
fn detail(row: &Row<'_>, kind_code: u16, field: &str) -> Result<Cell, Reject> {
    let known = kind(kind_code).expect("a kind of the catalogue");
    let place = known.field(field).expect("a field of the kind");
    let ValueType::Code(words) = known.fields[place].ty else {
        unreachable!("this field of the catalogue is a code")
    };
    let found = words
        .iter()
        .position(|word| *word == row.text(at::DETAIL, 40).unwrap_or(""));
    let allowed = match kind_code {
        code::PENSION => "old_age, disability, survivor, allowance",
        _ => "alimony, stipend, rent, remittance, farm",
    };
    let index = found.ok_or_else(|| row.reject(at::DETAIL, Reason::NotOneOf { allowed }))?;
    Ok(Cell::Int(index as i64))
}
