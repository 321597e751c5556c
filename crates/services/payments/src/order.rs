//! The payment order to the treasury: one a run. Its canonical bytes name the budget
//! lines that pay and every statement with its hash; they are written once, before the
//! run is shown to anybody, approved by two persons, and sent as they are.

use kernel::ids::OrderId;
use kernel::{Instant, Money, RunId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Fault, Platform, Tx, execute, fetch_optional};
use uuid::Uuid;

use crate::run::{BudgetLine, Run};
use crate::statement::Statement;
use crate::{CURRENCY, Result, sql};

/// Where an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    Drafted,
    Accepted,
    Funded,
}

impl State {
    pub const ALL: [State; 3] = [State::Drafted, State::Accepted, State::Funded];

    pub const fn as_str(self) -> &'static str {
        match self {
            State::Drafted => "drafted",
            State::Accepted => "accepted",
            State::Funded => "funded",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub run: RunId,
    pub state: State,
    pub total: Money,
    /// The very bytes that are sent.
    pub body: Vec<u8>,
    pub sha256: [u8; 32],
    pub accepted_at: Option<Instant>,
    pub funded_at: Option<Instant>,
}

/// The order on the wire; the order of fields is the canonical one.
#[derive(Serialize)]
struct OrderJson<'a> {
    order_id: OrderId,
    run_id: RunId,
    month: String,
    currency: &'a str,
    total_minor: i64,
    budget_lines: Vec<BudgetLineJson<'a>>,
    banks: Vec<BankJson>,
}

#[derive(Serialize)]
struct BudgetLineJson<'a> {
    district: u32,
    programme: &'a str,
    amount_minor: i64,
}

#[derive(Serialize)]
struct BankJson {
    mfo: String,
    statement_id: Uuid,
    count: u64,
    total_minor: i64,
    sha256: String,
}

/// The order of a run whose statements are sealed.
pub(crate) fn draft(
    id: OrderId,
    run: &Run,
    statements: &[Statement],
    budget_lines: &[BudgetLine],
) -> Order {
    let total: Money = budget_lines.iter().map(|line| line.amount).sum();
    let json = OrderJson {
        order_id: id,
        run_id: run.id,
        month: run.month.to_string(),
        currency: CURRENCY.code(),
        total_minor: total.minor(),
        budget_lines: budget_lines_json(budget_lines),
        banks: statements.iter().map(bank_json).collect(),
    };
    let body = serde_json::to_vec(&json).expect("plain values always serialize");
    let sha256 = Sha256::digest(&body).into();
    let (accepted_at, funded_at) = (None, None);
    Order {
        id,
        run: run.id,
        state: State::Drafted,
        total,
        body,
        sha256,
        accepted_at,
        funded_at,
    }
}

/// A reissue may pay several months of one district and programme: one line on the wire.
fn budget_lines_json(lines: &[BudgetLine]) -> Vec<BudgetLineJson<'_>> {
    let mut merged: Vec<BudgetLineJson<'_>> = Vec::new();
    for line in lines {
        match merged.last_mut() {
            Some(last) if (last.district, last.programme) == (line.district, &line.programme) => {
                last.amount_minor += line.amount.minor();
            }
            _ => merged.push(BudgetLineJson {
                district: line.district,
                programme: &line.programme,
                amount_minor: line.amount.minor(),
            }),
        }
    }
    merged
}

fn bank_json(statement: &Statement) -> BankJson {
    let sha256 = statement
        .sha256
        .expect("an order is drafted over sealed statements");
    BankJson {
        mfo: statement.mfo.to_string(),
        statement_id: statement.id.0,
        count: statement.lines,
        total_minor: statement.total.minor(),
        sha256: hex::encode(sha256),
    }
}

/// The id that the run's order will have: made once, before the statements are hashed,
/// because their files name it.
pub(crate) async fn id_of_run(platform: &Platform, run: RunId) -> Result<OrderId> {
    let mut tx = platform.db.begin().await?;
    execute!(
        tx,
        "UPDATE payment_run SET order_id = $2 WHERE id = $1 AND order_id IS NULL",
        run.0,
        platform.ids.uuid()
    )?;
    let (id,) = store::fetch_one!(
        tx,
        (Uuid,),
        "SELECT order_id FROM payment_run WHERE id = $1",
        run.0
    )?;
    tx.commit().await?;
    Ok(OrderId(id))
}

pub(crate) async fn insert(tx: &mut Tx, order: &Order) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO payment_order (id, run, state, total_minor, body, sha256)
         VALUES ($1, $2, $3, $4, $5, $6)",
        order.id.0,
        order.run.0,
        order.state.as_str(),
        order.total.minor(),
        order.body.as_slice(),
        order.sha256.as_slice()
    )?;
    Ok(())
}

type OrderRow = (
    Uuid,
    Uuid,
    String,
    i64,
    Vec<u8>,
    Vec<u8>,
    Option<i64>,
    Option<i64>,
);

pub async fn of_run(tx: &mut Tx, run: RunId) -> Result<Option<Order>> {
    let row = fetch_optional!(
        tx,
        OrderRow,
        "SELECT id, run, state, total_minor, body, sha256, accepted_at, funded_at
         FROM payment_order WHERE run = $1",
        run.0
    )?;
    row.map(read).transpose()
}

fn read(row: OrderRow) -> Result<Order> {
    let (id, run, state, total, body, sha256, accepted_at, funded_at) = row;
    Ok(Order {
        id: OrderId(id),
        run: RunId(run),
        state: State::parse(&state).ok_or(Fault::Stored {
            what: "an order's state",
            reason: state,
        })?,
        total: Money(total),
        body,
        sha256: sql::sha256(sha256)?,
        accepted_at: accepted_at.map(Instant),
        funded_at: funded_at.map(Instant),
    })
}

/// The treasury has it; false when that was known already.
pub(crate) async fn accepted(tx: &mut Tx, order: OrderId, at: Instant) -> Result<bool> {
    let changed = execute!(
        tx,
        "UPDATE payment_order SET state = 'accepted', accepted_at = $2
         WHERE id = $1 AND state = 'drafted'",
        order.0,
        at.0
    )?;
    Ok(changed == 1)
}

/// The treasury gave the money; false when that was known already.
pub(crate) async fn funded(tx: &mut Tx, order: OrderId, at: Instant) -> Result<bool> {
    let changed = execute!(
        tx,
        "UPDATE payment_order SET state = 'funded', funded_at = $2
         WHERE id = $1 AND state = 'accepted'",
        order.0,
        at.0
    )?;
    Ok(changed == 1)
}
