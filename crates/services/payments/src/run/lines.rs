//! The lines of a run: read in key order, placed in their banks' statements, written and
//! posted as sets.

use std::collections::BTreeMap;

use ::store::{Ids, Tx, bulk, execute, fetch_all};
use kernel::{Instant, Money, Month, RunId};
use ledger::{Step, Transfer};
use uuid::Uuid;

use crate::limits::{BANKS_MAX, BUILD_LINES_MAX};
use crate::posting::{self, Known, transfer};
use crate::{Result, account_task, cash};

/// A line to be, as its columns.
#[derive(Clone, Debug)]
pub struct Line {
    pub payment: Uuid,
    pub statement: Uuid,
    pub entitlement: Uuid,
    pub month: i64,
    pub attempt: i64,
    pub payee: Uuid,
    pub appropriation: Uuid,
    pub mfo: i64,
    pub account: String,
    pub amount: i64,
    /// The account task that a reissue ends; nil in a regular run.
    pub task: Uuid,
}

/// Where the next part begins: after this bank and id.
pub type Cursor = (i64, Uuid);

/// The next entitlements live in `month` that have no payment for it, bank by bank. One
/// opened since the run began whose month has no appropriation is left to the next run,
/// which refuses to begin without it.
pub async fn of_entitlements(
    tx: &mut Tx,
    month: Month,
    after: Cursor,
) -> Result<(Vec<Line>, Cursor)> {
    let rows = fetch_all!(
        tx,
        (Uuid, Uuid, Uuid, i64, String, i64),
        "SELECT e.id, e.payee, a.id, e.mfo, e.account, e.amount_minor
         FROM entitlement e CROSS JOIN appropriation a
         WHERE (e.mfo, e.id) > ($2, $3) AND e.from_month <= $1 AND e.to_month > $1
           AND a.district = e.district AND a.programme = e.programme AND a.month = $1
           AND NOT EXISTS (SELECT 1 FROM payment p
               WHERE p.month = $1 AND p.entitlement = e.id AND p.attempt = 1)
         ORDER BY e.mfo, e.id LIMIT $4",
        i64::from(month.0),
        after.0,
        after.1,
        BUILD_LINES_MAX as i64
    )?;
    let cursor = rows.last().map_or(after, |row| (row.3, row.0));
    let line = |(entitlement, payee, appropriation, mfo, account, amount)| Line {
        payment: Uuid::nil(),
        statement: Uuid::nil(),
        entitlement,
        month: i64::from(month.0),
        attempt: 1,
        payee,
        appropriation,
        mfo,
        account,
        amount,
        task: Uuid::nil(),
    };
    Ok((rows.into_iter().map(line).collect(), cursor))
}

/// The next mended tasks, each as the next attempt of its payment, on the new account.
pub async fn of_mended_tasks(tx: &mut Tx, after: Uuid) -> Result<(Vec<Line>, Cursor)> {
    let rows = fetch_all!(
        tx,
        (Uuid, Uuid, i64, i64, Uuid, Uuid, i64, String, i64),
        "SELECT t.id, p.entitlement, p.month, p.attempt, p.payee, p.appropriation,
            t.mfo, t.account, p.amount_minor
         FROM account_task t JOIN payment p ON p.id = t.payment
         WHERE t.state = 'mended' AND t.id > $1 ORDER BY t.id LIMIT $2",
        after,
        BUILD_LINES_MAX as i64
    )?;
    let cursor = (0, rows.last().map_or(after, |row| row.0));
    let line =
        |(task, entitlement, month, attempt, payee, appropriation, mfo, account, amount)| Line {
            payment: Uuid::nil(),
            statement: Uuid::nil(),
            entitlement,
            month,
            attempt: attempt + 1,
            payee,
            appropriation,
            mfo,
            account,
            amount,
            task,
        };
    let mut lines: Vec<Line> = rows.into_iter().map(line).collect();
    lines.sort_by_key(|line| (line.mfo, line.entitlement, line.month));
    Ok((lines, cursor))
}

/// Totals of a statement while its lines are added.
struct Growing {
    id: Uuid,
    first: Uuid,
    last: Uuid,
    lines: i64,
    total: i64,
}

/// Gives each line its id and its bank's statement, which is opened at its first line.
pub async fn place_in_statements(
    tx: &mut Tx,
    ids: &Ids,
    run: RunId,
    lines: &mut [Line],
) -> Result<()> {
    let mut statements = growing(tx, run).await?;
    for line in lines.iter_mut() {
        line.payment = ids.uuid();
        let statement = statements.entry(line.mfo).or_insert_with(|| Growing {
            id: ids.uuid(),
            first: line.payment,
            last: line.payment,
            lines: 0,
            total: 0,
        });
        line.statement = statement.id;
        // Ids rise, but not across a restart within the same millisecond.
        statement.first = statement.first.min(line.payment);
        statement.last = statement.last.max(line.payment);
        statement.lines += 1;
        statement.total += line.amount;
    }
    assert!(statements.len() <= BANKS_MAX, "more banks than {BANKS_MAX}");
    write_growing(tx, run, &statements).await
}

async fn growing(tx: &mut Tx, run: RunId) -> Result<BTreeMap<i64, Growing>> {
    let rows = fetch_all!(
        tx,
        (i64, Uuid, Uuid, Uuid, i64, i64),
        "SELECT mfo, id, first_payment, last_payment, lines, total_minor FROM statement
         WHERE run = $1",
        run.0
    )?;
    let statement = |(mfo, id, first, last, lines, total)| {
        (
            mfo,
            Growing {
                id,
                first,
                last,
                lines,
                total,
            },
        )
    };
    Ok(rows.into_iter().map(statement).collect())
}

async fn write_growing(tx: &mut Tx, run: RunId, statements: &BTreeMap<i64, Growing>) -> Result<()> {
    const STATEMENT: bulk::Insert = bulk::Insert {
        into: "statement (id, run, mfo, state, first_payment, last_payment, lines, total_minor,
            answered_seq, credited, credited_minor, returned, returned_minor)",
        on_conflict: "(id) DO UPDATE SET first_payment = excluded.first_payment,
            last_payment = excluded.last_payment, lines = excluded.lines,
            total_minor = excluded.total_minor",
    };
    let rows: Vec<(&i64, &Growing)> = statements.iter().collect();
    bulk::insert(tx, &STATEMENT, &rows, |row, (mfo, statement)| {
        row.push(statement.id).push(run.0).push(**mfo).push("open");
        row.push(statement.first).push(statement.last);
        row.push(statement.lines).push(statement.total);
        (0..5).for_each(|_| {
            row.push(0_i64);
        });
    })
    .await?;
    Ok(())
}

pub async fn insert(tx: &mut Tx, lines: &[Line]) -> Result<()> {
    const PAYMENT: bulk::Insert = bulk::Insert {
        into: "payment (id, statement, entitlement, month, attempt, payee, appropriation,
            account, amount_minor)",
        on_conflict: "",
    };
    bulk::insert(tx, &PAYMENT, lines, |row, line| {
        row.push(line.payment)
            .push(line.statement)
            .push(line.entitlement)
            .push(line.month)
            .push(line.attempt)
            .push(line.payee)
            .push(line.appropriation)
            .push(line.account.as_str())
            .push(line.amount);
    })
    .await?;
    Ok(())
}

/// A line that goes to the cash desks says whom the cashier pays.
pub async fn name_for_cash<'a>(tx: &mut Tx, lines: &'a [Line]) -> Result<()> {
    let goes = |line: &'a Line| cash::Goes {
        payment: line.payment,
        payee: line.payee,
        mfo: line.mfo,
        account: line.account.as_str(),
    };
    let goes: Vec<cash::Goes<'a>> = lines.iter().map(goes).collect();
    cash::freeze(tx, &goes).await
}

/// What was promised is owed now, to a person.
pub async fn post_due(tx: &mut Tx, at: Instant, lines: &[Line]) -> Result<()> {
    let due = |line: &Line| {
        transfer(
            Step::Due,
            line.payment,
            line.appropriation,
            line.payee,
            Money(line.amount),
        )
    };
    let batch: Vec<Transfer> = lines.iter().map(due).collect();
    posting::post(tx, at, &batch, Known::New).await?;
    Ok(())
}

/// The money is owed since the first attempt: only the tasks end.
pub async fn mark_reissued(tx: &mut Tx, lines: &[Line]) -> Result<()> {
    let pairs: Vec<(Uuid, Uuid)> = lines.iter().map(|line| (line.task, line.payment)).collect();
    account_task::end_reissued(tx, &pairs).await
}

/// Adds the lines to the run's totals and budget lines, and moves its cursor.
pub async fn add_to_run(tx: &mut Tx, run: RunId, lines: &[Line], cursor: Cursor) -> Result<()> {
    const BUDGET_LINE: bulk::Insert = bulk::Insert {
        into: "payment_run_line (run, appropriation, lines, amount_minor)",
        on_conflict: "(run, appropriation) DO UPDATE SET
            lines = payment_run_line.lines + excluded.lines,
            amount_minor = payment_run_line.amount_minor + excluded.amount_minor",
    };
    let mut sums: BTreeMap<Uuid, (i64, i64)> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry(line.appropriation).or_default();
        sum.0 += 1;
        sum.1 += line.amount;
    }
    let total: i64 = sums.values().map(|(_, amount)| amount).sum();
    let rows: Vec<(Uuid, (i64, i64))> = sums.into_iter().collect();
    bulk::insert(
        tx,
        &BUDGET_LINE,
        &rows,
        |row, (appropriation, (lines, amount))| {
            row.push(run.0)
                .push(*appropriation)
                .push(*lines)
                .push(*amount);
        },
    )
    .await?;
    execute!(
        tx,
        "UPDATE payment_run SET lines = lines + $2, total_minor = total_minor + $3,
            cursor_mfo = $4, cursor_id = $5 WHERE id = $1",
        run.0,
        lines.len() as i64,
        total,
        cursor.0,
        cursor.1
    )?;
    Ok(())
}
