//! Statements (vedomost): the list of payments for one bank, as one file of canonical
//! JSON whose SHA-256 stands in the order. The file is not kept: it is made again from
//! the frozen lines whenever it is needed, in pages, and its hash must come out the same.

pub mod file;
mod lines;
mod store;

use ::store::Tx;
use kernel::ids::{OrderId, StatementId};
use kernel::{Instant, Mfo, Money, Month, RunId};

use crate::Result;
pub use file::Head;
pub use lines::{Destination, Line, Lines};
pub(crate) use store::{accepted, of_run, unaccepted};

/// Where a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Lines are being added.
    Open,
    /// Its file is fixed.
    Sealed,
    /// The bank has it.
    Accepted,
    /// The bank has answered for every line.
    Answered,
}

impl State {
    pub const ALL: [State; 4] = [State::Open, State::Sealed, State::Accepted, State::Answered];

    pub const fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Sealed => "sealed",
            State::Accepted => "accepted",
            State::Answered => "answered",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub id: StatementId,
    pub run: RunId,
    pub mfo: Mfo,
    pub state: State,
    pub lines: u64,
    pub total: Money,
    /// Of the file; `None` while the statement is open.
    pub sha256: Option<[u8; 32]>,
    pub accepted_at: Option<Instant>,
    pub credited: u64,
    pub credited_total: Money,
    pub returned: u64,
    pub returned_total: Money,
    /// It goes, or went, by file.
    pub by_file: bool,
    pub(crate) first: crate::PaymentId,
    pub(crate) last: crate::PaymentId,
    pub(crate) answered_seq: i64,
}

impl Statement {
    pub(crate) fn head(&self, order: OrderId, month: Month) -> Head {
        Head {
            statement: self.id,
            order,
            run: self.run,
            month,
            lines: self.lines,
            total: self.total,
            first: self.first,
            last: self.last,
        }
    }

    /// How many lines the bank has not answered.
    pub fn silent(&self) -> u64 {
        self.lines - self.credited - self.returned
    }
}

pub async fn find(tx: &mut Tx, statement: StatementId) -> Result<Option<Statement>> {
    store::find(tx, statement).await
}

/// What [`file::chunks`] needs to make a statement's file; `None` before its order stands.
pub async fn find_head(tx: &mut Tx, statement: StatementId) -> Result<Option<(Head, [u8; 32])>> {
    store::find_head(tx, statement).await
}
