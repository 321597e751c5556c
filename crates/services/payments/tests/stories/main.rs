//! Stories of money: from the budget line to the person and back, on both databases,
//! with a treasury and banks behind real HTTP. Each ends with `verify` and with the
//! banks' own books.

mod account_change;
mod cash;
mod check;
mod contention;
mod faults;
mod file_bank;
mod files;
mod nominee;
mod orders;
mod partners;
mod restated;
mod returns;
mod roads;
mod signed;
mod town;

/// Tables that a story stands on.
const SCHEMAS: &[&[store::Migration]] = &[access::SCHEMA, payments::SCHEMA];
