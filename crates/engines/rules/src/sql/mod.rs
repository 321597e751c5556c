//! A plan as one SQL statement over a snapshot's tables, for engines that spread work over
//! many machines and as an oracle for this one.
//!
//! ```text
//! person            members alive on the day
//! u0, m0, w0 ...    units, members, rows of facts with a row of unknowns where nobody was asked
//! u1, u2, m1 ...    each layer adds columns computed from the one before
//! j1 ... j3         conditions, category and programme, amount
//! ```
//!
//! Every node that can differ between families is a column `v` (value), `s` (how much is
//! known: 0 nothing, 1 at least the value, 2 all), `d` (denominator of a fraction) and `n`
//! (which facts are missing behind it), each with the node's number. Fractions stay exact,
//! comparisons multiply crosswise in 128 bits, and what does not fit 64 bits becomes unknown,
//! as in the engine. A plan of which that cannot be shown is refused.
//!
//! Reading order: [`to_sql`], `bounds` (what is known before any family is seen), `layers`
//! (which column when), `local`, `exact`, `calendar`, `gather` (the columns), `verdict`.

mod bounds;
mod calendar;
mod dialect;
mod exact;
mod gather;
mod layers;
mod local;
mod slots;
mod verdict;

pub use dialect::Dialect;

use crate::batch::CaseFacts;
use crate::plan::Plan;

/// Why a plan has no SQL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    #[error("`{0}` may need numbers of more than 128 bits, or days beyond the calendar")]
    TooWide(String),
    #[error("`{0}` uses brackets or inputs of its own, which have no SQL")]
    Calculation(String),
    #[error(
        "the pack lets `{first}` prevail for `{kind}`, and a snapshot keeps the catalogue's order: \
         assess the register itself"
    )]
    Prevails {
        kind: &'static str,
        first: &'static str,
    },
}

/// The statement that decides every unit of a snapshot, all with one case. Its columns are
/// those of the decisions that the engine writes.
pub fn to_sql(plan: &Plan, case: &CaseFacts, dialect: Dialect) -> Result<String, SqlError> {
    if plan.pack.is_calculation() {
        return Err(SqlError::Calculation(plan.pack.id().to_owned()));
    }
    if let Some((kind, first)) = plan.prevails() {
        return Err(SqlError::Prevails { kind, first });
    }
    let bounds = bounds::bounds(plan, case)?;
    let statement = layers::Statement::new(plan, bounds, dialect);
    Ok(statement.written(case))
}
