//! The rules engine: the law as packs, one family or the whole country by the
//! same plan.
//!
//! ```text
//! Markdown -> markdown -> syntax -> typed -> Pack          (once, when a pack is read)
//! Pack + day of the decision -> Plan                       (parameters known and in force that day)
//! Plan + Batch (packed portraits as columns) -> Outcomes   (verdict, amount, trace, needs)
//! Plan + Portrait -> Trace -> Letter                       (a reading of the same row, in words)
//! Calculation + day -> Plan; Plan + Batch (columns of its inputs) -> Results
//! ```
//!
//! Pure: no files, no clock, no randomness. Units: money in tiyin, days since
//! 1970-01-01, months year*12+month-1. A missing fact is a value (`unknown, needs
//! X from Y`), never zero; a refusal rests on known facts only. Arithmetic is
//! exact and checked: an overflow is a fault of that unit, which is then not
//! decided. The format of packs is described by example in `packs/README.md`.
//!
//! Reading order: [`pack`], [`typed`], [`plan`], [`batch`], [`outcome`],
//! [`explain`], [`letter`], [`receipt`], [`cases`], [`openfisca`].

pub mod batch;
pub mod cases;
pub mod checker;
pub mod explain;
pub mod letter;
pub mod limits;
pub mod markdown;
pub mod openfisca;
pub mod outcome;
pub mod pack;
pub mod plan;
pub mod receipt;
pub mod reference;
pub mod source;
pub mod sql;
pub mod syntax;
pub mod typed;

pub use batch::{
    Batch, CaseFacts, Cases, Columns, Held, Malformed, Members, Misfit, Origin, Rows, Stage,
    Stretch, TableRead, Values,
};
pub use cases::{CaseError, CaseReport, run_cases};
pub use explain::{Trace, explain};
pub use letter::{Letter, letter};
pub use outcome::{ExactValue, Need, Outcomes, ResultColumn, Results, Verdict};
pub use pack::{
    AtEnd, Country, Group, HumanStep, LANGUAGE, LetterKind, OpenedBy, OverlayError, Pack,
    Parameter, Standing, Status, Step, Term, Territory, WhenUnmet, check_country, read_pack,
};
pub use plan::{Plan, PlanError, PlanInput};
pub use receipt::{Receipt, ReceiptError};
pub use source::{Diagnostic, Severity, SourceFile};
pub use sql::{Dialect, SqlError, to_sql};
pub use typed::Who;
