//! Sealing a built run: the SHA-256 of every statement, then the order, whose bytes name
//! them all. What two persons approve is this order, and so every line of every statement.

use ::store::{Platform, Tx, bug, execute, fetch_value};
use kernel::Money;

use super::model::{Actor, Refusal, Run, State};
use super::{change_state, store};
use crate::statement::{self, Statement};
use crate::{Result, order};

pub async fn seal(platform: &Platform, run: &Run) -> Result<()> {
    if run.lines == 0 {
        return close_empty(platform, run).await;
    }
    let order = order::id_of_run(platform, run.id).await?;
    let mut tx = platform.db.read().await?;
    let statements = statement::of_run(&mut tx, run.id).await?;
    drop(tx);
    for statement in statements
        .iter()
        .filter(|statement| statement.sha256.is_none())
    {
        let sha256 = statement::file::hash(&platform.db, &statement.head(order, run.month)).await?;
        let mut tx = platform.db.begin().await?;
        execute!(
            tx,
            "UPDATE statement SET sha256 = $2, state = 'sealed' WHERE id = $1 AND state = 'open'",
            statement.id.0,
            sha256.as_slice()
        )?;
        tx.commit().await?;
    }
    write_order(platform, run, order).await
}

async fn close_empty(platform: &Platform, run: &Run) -> Result<()> {
    let mut tx = platform.db.begin().await?;
    let step = (State::Building, State::Closed);
    change_state(
        &mut tx,
        &platform.ids,
        run.id,
        step,
        &Actor::SYSTEM,
        "nothing to pay",
    )
    .await?;
    Ok(tx.commit().await?)
}

async fn write_order(platform: &Platform, run: &Run, order: kernel::ids::OrderId) -> Result<()> {
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    let statements = statement::of_run(&mut tx, run.id).await?;
    let budget_lines = store::budget_lines(&mut tx, run.id).await?;
    let drafted = order::draft(order, run, &statements, &budget_lines);
    check_totals(&mut tx, run, &drafted, &statements).await?;
    order::insert(&mut tx, &drafted).await?;
    let step = (State::Building, State::Built);
    change_state(&mut tx, &platform.ids, run.id, step, &Actor::SYSTEM, "").await?;
    Ok(tx.commit().await?)
}

/// Order, statements, budget lines and payments are equal to the tiyin, or nothing goes on.
async fn check_totals(
    tx: &mut Tx,
    run: &Run,
    drafted: &order::Order,
    statements: &[Statement],
) -> Result<()> {
    let statements_total: Money = statements.iter().map(|statement| statement.total).sum();
    let lines: u64 = statements.iter().map(|statement| statement.lines).sum();
    let budget_total = fetch_value!(
        tx,
        i64,
        "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM payment_run_line
         WHERE run = $1",
        run.id.0
    )?;
    let equal = drafted.total == statements_total
        && drafted.total == run.total
        && drafted.total == Money(budget_total)
        && lines == run.lines;
    if equal || bug::is_planted("totals_not_compared") {
        return Ok(());
    }
    let (order, order_total) = (drafted.id, drafted.total);
    Err(Refusal::TotalsDiffer {
        run: run.id,
        order,
        order_total,
        statements_total,
    }
    .into())
}
