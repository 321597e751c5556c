//! Payments: the citizen's, the returned ones, the runs and the budget.

pub mod account_task;
pub mod appropriation;
pub mod debt;
pub mod payment;
pub mod run;
pub mod run_sheet;
pub mod statement;
pub mod worklist;
