//! SQL of statements.

use kernel::ids::{OrderId, StatementId};
use kernel::{Instant, Money, RunId};
use store::{Fault, Tx, bug, execute, fetch_all, fetch_optional};
use uuid::Uuid;

use super::{Head, State, Statement};
use crate::channel::Way;
use crate::{PaymentId, Result, sql};

#[derive(sqlx::FromRow)]
struct StatementRow {
    id: Uuid,
    run: Uuid,
    mfo: i64,
    state: String,
    first_payment: Uuid,
    last_payment: Uuid,
    lines: i64,
    total_minor: i64,
    sha256: Option<Vec<u8>>,
    accepted_at: Option<i64>,
    answered_seq: i64,
    credited: i64,
    credited_minor: i64,
    returned: i64,
    returned_minor: i64,
    way: Option<String>,
}

fn read(row: StatementRow) -> Result<Statement> {
    let state = State::parse(&row.state);
    Ok(Statement {
        id: StatementId(row.id),
        run: RunId(row.run),
        mfo: sql::mfo(row.mfo)?,
        state: state.ok_or(Fault::Stored {
            what: "a statement's state",
            reason: row.state,
        })?,
        lines: sql::count(row.lines)?,
        total: Money(row.total_minor),
        sha256: row.sha256.map(sql::sha256).transpose()?,
        accepted_at: row.accepted_at.map(Instant),
        credited: sql::count(row.credited)?,
        credited_total: Money(row.credited_minor),
        returned: sql::count(row.returned)?,
        returned_total: Money(row.returned_minor),
        by_file: row.way.as_deref() == Some(Way::File.as_str()),
        first: PaymentId(row.first_payment),
        last: PaymentId(row.last_payment),
        answered_seq: row.answered_seq,
    })
}

/// The statements of a run, in the order of banks.
pub(crate) async fn of_run(tx: &mut Tx, run: RunId) -> Result<Vec<Statement>> {
    let rows = fetch_all!(
        tx,
        StatementRow,
        "SELECT id, run, mfo, state, first_payment, last_payment, lines, total_minor, sha256,
            accepted_at, answered_seq, credited, credited_minor, returned, returned_minor, way
         FROM statement LEFT JOIN statement_way w ON w.statement = id WHERE run = $1 ORDER BY mfo",
        run.0
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn find(tx: &mut Tx, statement: StatementId) -> Result<Option<Statement>> {
    let row = fetch_optional!(
        tx,
        StatementRow,
        "SELECT id, run, mfo, state, first_payment, last_payment, lines, total_minor, sha256,
            accepted_at, answered_seq, credited, credited_minor, returned, returned_minor, way
         FROM statement LEFT JOIN statement_way w ON w.statement = id WHERE id = $1",
        statement.0
    )?;
    row.map(read).transpose()
}

pub async fn find_head(tx: &mut Tx, id: StatementId) -> Result<Option<(Head, [u8; 32])>> {
    let Some(statement) = find(tx, id).await? else {
        return Ok(None);
    };
    let of_order = fetch_optional!(
        tx,
        (Uuid, i64),
        "SELECT o.id, r.month FROM payment_order o JOIN payment_run r ON r.id = o.run
         WHERE o.run = $1",
        statement.run.0
    )?;
    let (Some((order, month)), Some(sha256)) = (of_order, statement.sha256) else {
        return Ok(None);
    };
    Ok(Some((
        statement.head(OrderId(order), sql::month(month)?),
        sha256,
    )))
}

/// The statements of a run that their banks do not have yet.
pub(crate) async fn unaccepted(tx: &mut Tx, run: RunId) -> Result<Vec<Statement>> {
    let mut statements = of_run(tx, run).await?;
    let again = bug::is_planted("accepted_is_sent_again");
    statements.retain(|statement| {
        statement.state == State::Sealed || (again && statement.state == State::Accepted)
    });
    Ok(statements)
}

/// The bank has it; false when that was known already.
pub(crate) async fn accepted(tx: &mut Tx, statement: StatementId, at: Instant) -> Result<bool> {
    let changed = execute!(
        tx,
        "UPDATE statement SET state = 'accepted', accepted_at = $2
         WHERE id = $1 AND state = 'sealed'",
        statement.0,
        at.0
    )?;
    Ok(changed == 1)
}
