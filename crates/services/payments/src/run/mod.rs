//! Runs: all payments of one month, from lines to closing.
//!
//! [`build`] writes one payment a live entitlement and month, [`approve`] takes two
//! different persons, [`advance`] does whatever the system can do next (order, funding,
//! statements, answers, closing) and says when to ask again. Each change of state is an
//! append-only event with its actor, and an outbox row.
//!
//! Everything here may be killed at any moment and called again.

mod advance;
mod approve;
mod build;
mod check;
mod due;
mod lines;
mod model;
mod seal;
pub(crate) mod store;

use ::store::{Ids, Tx, fetch_all};
use access::{Action, Permit};
use kernel::{Instant, Money, Month, PersonId, RunId, Zone};
use uuid::Uuid;

pub use advance::{ADVANCE, Advanced, advance, work};
pub use approve::approve;
pub use build::{BuildRun, build};
pub use check::{Checked, EXAMPLES_MAX, Example, Finding, FindingKind, check};
pub use due::{Due, Owner, WINDOW, due, pay_on};
pub use model::{Actor, BudgetLine, Kind, Refusal, Run, RunEvent, State};

use crate::order::Order;
use crate::statement::Statement;
use crate::{Result, events};

/// Payments of one page of [`paid`].
const PAID_PAGE_MAX: i64 = 10_000;

/// A run with all that a treasurer looks at side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSheet {
    pub run: Run,
    pub order: Option<Order>,
    pub statements: Vec<Statement>,
    pub budget_lines: Vec<BudgetLine>,
    pub events: Vec<RunEvent>,
}

pub async fn find(tx: &mut Tx, run: RunId) -> Result<Option<Run>> {
    store::find(tx, run).await
}

/// The newest runs first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Run>> {
    store::list(tx).await
}

pub async fn of_month(tx: &mut Tx, month: Month) -> Result<Vec<Run>> {
    store::of_month(tx, month).await
}

/// A run that waits, and for whom until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub run: Run,
    pub due: Due,
}

/// Every run that is not closed, the first due first.
pub async fn waiting(tx: &mut Tx, zone: Zone) -> Result<Vec<Waiting>> {
    let since = store::unclosed_since(tx).await?;
    let waits = |(run, since): (Run, Instant)| {
        Some(Waiting {
            due: due(&run, since, zone)?,
            run,
        })
    };
    let mut waiting: Vec<Waiting> = since.into_iter().filter_map(waits).collect();
    waiting.sort_by_key(|waiting| waiting.due.until);
    Ok(waiting)
}

/// The last month of which a regular run was begun.
pub async fn last_regular(tx: &mut Tx) -> Result<Option<Month>> {
    store::last_regular(tx).await
}

/// What came back of a run: the bank's reason, payments, their sum.
pub async fn returns_by_reason(tx: &mut Tx, run: RunId) -> Result<Vec<(String, i64, Money)>> {
    let rows = fetch_all!(
        tx,
        (String, i64, i64),
        "SELECT t.reason, COUNT(*), CAST(SUM(p.amount_minor) AS BIGINT)
         FROM account_task t JOIN payment p ON p.id = t.payment
         JOIN statement s ON s.id = p.statement
         WHERE s.run = $1 GROUP BY t.reason ORDER BY t.reason",
        run.0
    )?;
    Ok(rows
        .into_iter()
        .map(|(reason, count, sum)| (reason, count, Money(sum)))
        .collect())
}

/// One line of a run, as whoever looks for its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    pub payee: PersonId,
    pub programme: String,
    /// The month that it is for.
    pub month: Month,
    pub amount: Money,
}

/// The lines of a run, [`PAID_PAGE_MAX`] after `after`; answers where the next page begins, or
/// nothing at the end.
pub async fn paid(
    tx: &mut Tx,
    permit: &Permit,
    run: RunId,
    after: Uuid,
) -> Result<Option<(Vec<Paid>, Uuid)>> {
    permit.must_be_for(&[Action::ReadRun, Action::AssessCase]);
    let rows = fetch_all!(
        tx,
        (Uuid, Uuid, String, i64, i64),
        "SELECT p.id, p.payee, a.programme, p.month, p.amount_minor
         FROM payment p JOIN statement s ON s.id = p.statement
         JOIN appropriation a ON a.id = p.appropriation
         WHERE s.run = $1 AND p.id > $2 ORDER BY p.id LIMIT $3",
        run.0,
        after,
        PAID_PAGE_MAX
    )?;
    let Some(last) = rows.last().map(|row| row.0) else {
        return Ok(None);
    };
    let paid = |(_, payee, programme, month, amount)| {
        Ok(Paid {
            payee: PersonId(payee),
            programme,
            month: crate::sql::month(month)?,
            amount: Money(amount),
        })
    };
    let lines: Result<Vec<Paid>> = rows.into_iter().map(paid).collect();
    Ok(Some((lines?, last)))
}

impl RunSheet {
    /// What the run waits for; nothing when it is closed.
    pub fn due(&self, zone: Zone) -> Option<Due> {
        let since = self.events.last()?.at;
        due(&self.run, since, zone)
    }
}

pub async fn load_sheet(tx: &mut Tx, run: RunId) -> Result<RunSheet> {
    Ok(RunSheet {
        run: store::find(tx, run)
            .await?
            .ok_or(Refusal::Unknown { run })?,
        order: crate::order::of_run(tx, run).await?,
        statements: crate::statement::of_run(tx, run).await?,
        budget_lines: store::budget_lines(tx, run).await?,
        events: store::events(tx, run).await?,
    })
}

/// Moves a run on; refused unless it stands where the caller thinks.
pub(crate) async fn change_state(
    tx: &mut Tx,
    ids: &Ids,
    run: RunId,
    (from, to): (State, State),
    actor: &Actor,
    note: &str,
) -> Result<()> {
    assert!(
        from.may_become(to),
        "a run does not go from {from:?} to {to:?}"
    );
    let Some(seq) = store::set_state(tx, run, from, to).await? else {
        let found = store::find(tx, run)
            .await?
            .ok_or(Refusal::Unknown { run })?
            .state;
        return Err(Refusal::WrongState {
            run,
            found,
            wanted: from,
        }
        .into());
    };
    store::insert_event(tx, run, seq, to, actor, note, ids.now()).await?;
    Ok(events::emit_run(tx, ids, run, to.as_str(), seq).await?)
}
