//! The manifest of an export: every file with its hash, every sum, and nothing of a person.

use kernel::{Money, RunId};
use serde::Serialize;
use signing::SigningKey;
use uuid::Uuid;

use super::WrittenFile;
use crate::Result;
use crate::order::Order;
use crate::run::{self, Run};
use crate::statement::Statement;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    pub run: RunId,
    /// The month that is paid for.
    pub month: String,
    pub currency: &'static str,
    pub order: Uuid,
    /// Of the order that two persons approved.
    pub order_sha256: String,
    pub lines: u64,
    pub total_minor: i64,
    /// The key under whose name each file is signed; `None`: they are not signed.
    pub signed_by: Option<String>,
    pub files: Vec<Written>,
    /// Statements of banks that are called over the wire: no file is written for them.
    pub by_wire: Vec<ByWire>,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    pub bank: String,
    pub file: String,
    pub message: String,
    pub attempt: i64,
    pub lines: u64,
    pub total_minor: i64,
    pub bytes: u64,
    pub sha256: String,
    pub statement: Uuid,
    /// Of the lines as they stand in the order.
    pub statement_sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ByWire {
    pub bank: String,
    pub statement: Uuid,
    pub lines: u64,
    pub total_minor: i64,
}

impl Written {
    pub(super) fn of(
        statement: &Statement,
        file: &WrittenFile,
        name: String,
        bytes: u64,
        sha256: [u8; 32],
    ) -> Written {
        Written {
            bank: statement.mfo.to_string(),
            file: name,
            message: file.message.clone(),
            attempt: file.attempt,
            lines: statement.lines,
            total_minor: statement.total.minor(),
            bytes,
            sha256: hex::encode(sha256),
            statement: statement.id.0,
            statement_sha256: statement.sha256.map(hex::encode).unwrap_or_default(),
        }
    }
}

impl Manifest {
    pub(super) fn of(run: &Run, order: &Order, key: Option<&SigningKey>) -> Manifest {
        Manifest {
            run: run.id,
            month: run.month.to_string(),
            currency: crate::CURRENCY.code(),
            order: order.id.0,
            order_sha256: hex::encode(order.sha256),
            lines: run.lines,
            total_minor: order.total.minor(),
            signed_by: key.map(|key| key.kid().to_owned()),
            files: Vec::new(),
            by_wire: Vec::new(),
        }
    }

    pub(super) fn add_by_wire(&mut self, statement: &Statement) {
        self.by_wire.push(ByWire {
            bank: statement.mfo.to_string(),
            statement: statement.id.0,
            lines: statement.lines,
            total_minor: statement.total.minor(),
        });
    }

    /// The files and the statements on the wire are the order, to the tiyin.
    pub(super) fn check_totals(&self, run: &Run) -> Result<()> {
        let files = self.files.iter().map(|file| (file.lines, file.total_minor));
        let wire = self.by_wire.iter().map(|one| (one.lines, one.total_minor));
        let sums = files.chain(wire).fold((0, Money::ZERO), |sum, one| {
            (sum.0 + one.0, sum.1 + Money(one.1))
        });
        if sums == (self.lines, Money(self.total_minor)) {
            return Ok(());
        }
        Err(run::Refusal::TotalsDiffer {
            run: run.id,
            order: kernel::ids::OrderId(self.order),
            order_total: Money(self.total_minor),
            statements_total: sums.1,
        }
        .into())
    }
}
