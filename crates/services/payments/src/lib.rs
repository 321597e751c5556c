//! Payments: from a budget line to the money on a person's account, and back.
//!
//! ```text
//! appropriation   what a district may spend from a programme in a month
//!     | commitment
//! entitlement     a unit's money, month by month, from a decision
//!     | run::build: one payment a live entitlement and month
//! run             building -> built -> approved_once -> approved -> ordered -> funded
//!     |                -> sent -> answered -> closed
//!     +- order        the payment order to the treasury: drafted -> accepted -> funded
//!     +- statement    the list for one bank: open -> sealed -> accepted -> answered
//! channel         how a bank is spoken to: over the wire, or with files
//!     |- delivery     statements as files (pain.001), with a manifest
//!     +- intake       the banks' files (pain.002, camt.053, camt.054, pacs.004, MT940)
//! answer          credited, or returned -> account_task: open -> mended -> reissued
//! account_change  a person is paid elsewhere: asked -> waiting (72 hours) -> applied, or stopped
//! cash            whoever has no account: the desks of one bank, carried over while unclaimed
//! payer, batch    a partner that hands payments over, and its lists of them
//! voucher         preactivated -> activated -> redeemed, or cancelled, expired
//! restatement     months decided again: arrears are an entitlement, too much is a debt
//!     |- debt         found -> notified -> recovering | waived | disputed -> recovered
//! trace, figure   where a payment is; what a district was paid
//! verify          everything above holds together, to the tiyin
//! ```
//! Reading order: [`appropriation`], [`entitlement`], [`run`], [`order`], [`statement`],
//! [`answer`], [`channel`], [`delivery`], [`intake`], [`account_task`], [`account_change`], [`cash`],
//! [`payer`], [`batch`], [`voucher`], [`restatement`], [`debt`], [`trace`], [`figure`],
//! [`verify`]. [`posting`] writes the double entry of the `ledger` engine; [`bank`] is the only
//! door to treasury and banks over the wire, and the `bankfile` engine knows the formats of files.
//!
//! # Why nobody is paid twice
//! 1. A payment is a row with the unique key (entitlement, month, attempt), written once.
//! 2. Intent is committed before anything is sent; the ids of order, statement and payment
//!    are made here and never again, so sending after a crash repeats and does not add.
//! 3. The ledger refuses to credit a person to whom nothing is owed, and a bank that was
//!    not given the money ([`ledger::Step`]).
//! 4. The database refuses to count a person a second time in a programme and month
//!    (table `counted`).
//! 5. A second attempt exists only for a payment whose return is booked.
//!
//! # Budget in this version
//! An appropriation belongs to one month. Opening an entitlement commits its amount in
//! every month of its term whose appropriation stands already (the first month's must);
//! an appropriation set later takes the running entitlements' amounts over at once, and
//! is refused below them.
//!
//! Units: money in tiyin ([`kernel::Money`]), months [`kernel::Month`], instants UTC.

pub mod account_change;
pub mod account_task;
pub mod answer;
pub mod appropriation;
pub mod bank;
pub mod batch;
pub mod cash;
pub mod channel;
pub mod debt;
pub mod delivery;
pub mod entitlement;
mod error;
pub mod events;
pub mod figure;
mod hashing;
mod id;
pub mod intake;
pub mod limits;
pub mod order;
pub mod payer;
pub mod posting;
pub mod restatement;
pub mod run;
mod sql;
pub mod statement;
pub mod trace;
pub mod verify;
pub mod voucher;

pub use bank::Partners;
pub use error::{Error, Result};
pub use id::PaymentId;

/// One database serves one country, and a country's benefits have one currency.
pub const CURRENCY: kernel::Currency = kernel::Currency::Uzs;

/// Tables of this service.
pub const SCHEMA: &[store::Migration] = &[
    store::migration!("payments", "0001_payments"),
    store::migration!("payments", "0002_bank_files"),
    store::migration!("payments", "0003_bank_keys"),
    store::migration!("payments", "0004_closed_line"),
    store::migration!("payments", "0005_account_change"),
    store::migration!("payments", "0006_payer"),
    store::migration!("payments", "0007_voucher"),
    store::migration!("payments", "0008_restatement"),
    store::migration!("payments", "0009_counted"),
    store::migration!("payments", "0011_cash"),
    store::migration!("payments", "0012_nominee"),
];
