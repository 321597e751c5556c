//! SQL of runs.

use kernel::ids::AccountId;
use kernel::{Instant, Money, Month, PersonId, RunId};
use store::{Fault, Tx, execute, fetch_all, fetch_optional};
use uuid::Uuid;

use super::model::{Actor, BudgetLine, Kind, Run, RunEvent, State};
use crate::{Result, limits, sql};

type RunRow = (Uuid, i64, String, String, i64, i64);

fn read(row: RunRow) -> Result<Run> {
    let (id, month, kind, state, lines, total) = row;
    Ok(Run {
        id: RunId(id),
        month: sql::month(month)?,
        kind: Kind::parse(&kind).ok_or(Fault::Stored {
            what: "a kind of run",
            reason: kind,
        })?,
        state: read_state(state)?,
        lines: sql::count(lines)?,
        total: Money(total),
    })
}

fn read_state(text: String) -> Result<State> {
    let stored = |reason| Fault::Stored {
        what: "a state of a run",
        reason,
    };
    Ok(State::parse(&text).ok_or_else(|| stored(text))?)
}

pub async fn find(tx: &mut Tx, run: RunId) -> Result<Option<Run>> {
    let row = fetch_optional!(
        tx,
        RunRow,
        "SELECT id, month, kind, state, lines, total_minor FROM payment_run WHERE id = $1",
        run.0
    )?;
    row.map(read).transpose()
}

pub async fn list(tx: &mut Tx) -> Result<Vec<Run>> {
    let rows = fetch_all!(
        tx,
        RunRow,
        "SELECT id, month, kind, state, lines, total_minor FROM payment_run
         ORDER BY id DESC LIMIT $1",
        limits::LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn of_month(tx: &mut Tx, month: Month) -> Result<Vec<Run>> {
    let rows = fetch_all!(
        tx,
        RunRow,
        "SELECT id, month, kind, state, lines, total_minor FROM payment_run
         WHERE month = $1 ORDER BY id LIMIT $2",
        i64::from(month.0),
        limits::LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

pub async fn last_regular(tx: &mut Tx) -> Result<Option<Month>> {
    let row = fetch_optional!(
        tx,
        (i64,),
        "SELECT month FROM payment_run WHERE kind = $1 ORDER BY month DESC LIMIT 1",
        Kind::Regular.as_str()
    )?;
    Ok(row.map(|(month,)| sql::month(month)).transpose()?)
}

/// Runs that are not closed, each with the moment in which it came into its state.
pub async fn unclosed_since(tx: &mut Tx) -> Result<Vec<(Run, Instant)>> {
    type Row = (Uuid, i64, String, String, i64, i64, i64);
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT r.id, r.month, r.kind, r.state, r.lines, r.total_minor, v.at
         FROM payment_run r JOIN payment_run_event v ON v.run = r.id AND v.seq = r.events
         WHERE r.state <> 'closed' ORDER BY r.id LIMIT $1",
        limits::LIST_MAX
    )?;
    let since = |(id, month, kind, state, lines, total, at)| {
        Ok((read((id, month, kind, state, lines, total))?, Instant(at)))
    };
    rows.into_iter().map(since).collect()
}

pub async fn in_state(tx: &mut Tx, state: State) -> Result<Vec<Run>> {
    let rows = fetch_all!(
        tx,
        RunRow,
        "SELECT id, month, kind, state, lines, total_minor FROM payment_run
         WHERE state = $1 ORDER BY id LIMIT $2",
        state.as_str(),
        limits::LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

/// The number of the change, or `None` when the run does not stand at `from`.
pub async fn set_state(tx: &mut Tx, run: RunId, from: State, to: State) -> Result<Option<i64>> {
    let row = fetch_optional!(
        tx,
        (i64,),
        "UPDATE payment_run SET state = $3, events = events + 1 WHERE id = $1 AND state = $2
         RETURNING events",
        run.0,
        from.as_str(),
        to.as_str()
    )?;
    Ok(row.map(|(seq,)| seq))
}

pub async fn insert_event(
    tx: &mut Tx,
    run: RunId,
    seq: i64,
    state: State,
    actor: &Actor,
    note: &str,
    at: Instant,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO payment_run_event (run, seq, state, actor, actor_person, note, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        run.0,
        seq,
        state.as_str(),
        actor.account.map(|account| account.0),
        actor.person.map(|person| person.0),
        note,
        at.0
    )?;
    Ok(())
}

type EventRow = (i64, String, Option<Uuid>, Option<Uuid>, String, i64);

pub async fn events(tx: &mut Tx, run: RunId) -> Result<Vec<RunEvent>> {
    let rows = fetch_all!(
        tx,
        EventRow,
        "SELECT seq, state, actor, actor_person, note, at FROM payment_run_event WHERE run = $1 ORDER BY seq
         LIMIT 100",
        run.0
    )?;
    let event = |(seq, state, actor, person, note, at): EventRow| {
        Ok(RunEvent {
            seq: sql::count(seq)?,
            state: read_state(state)?,
            actor: Actor {
                account: actor.map(AccountId),
                person: person.map(PersonId),
            },
            note,
            at: Instant(at),
        })
    };
    rows.into_iter().map(event).collect()
}

pub async fn budget_lines(tx: &mut Tx, run: RunId) -> Result<Vec<BudgetLine>> {
    let rows = fetch_all!(
        tx,
        (i64, String, i64, i64, i64),
        "SELECT a.district, a.programme, a.month, l.lines, l.amount_minor
         FROM payment_run_line l JOIN appropriation a ON a.id = l.appropriation
         WHERE l.run = $1 ORDER BY a.district, a.programme, a.month",
        run.0
    )?;
    let line = |(district, programme, month, lines, amount): (i64, String, i64, i64, i64)| {
        Ok(BudgetLine {
            district: sql::district(district)?,
            programme,
            month: sql::month(month)?,
            lines: sql::count(lines)?,
            amount: Money(amount),
        })
    };
    rows.into_iter().map(line).collect()
}
