//! SQL of answers.

use std::collections::HashMap;

use kernel::ids::StatementId;
use kernel::{Instant, Money, PersonId};
use store::{Fault, Tx, bulk, execute, fetch_all};
use uuid::Uuid;

use super::model::{Fit, Known, Why};
use crate::bank::{Answer, Outcome};
use crate::{PaymentId, Result, limits};

/// One more answer of a payment.
pub struct Event {
    payment: PaymentId,
    seq: i64,
    outcome: Outcome,
    reason: Option<String>,
    happened_at: Instant,
}

impl Event {
    pub fn of(answer: &Answer, seq: i64) -> Event {
        Event {
            payment: answer.payment_id,
            seq,
            outcome: answer.outcome,
            reason: answer.reason.clone(),
            happened_at: answer.at,
        }
    }
}

/// What a page adds to its statement's counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub credited: i64,
    pub credited_minor: i64,
    pub returned: i64,
    pub returned_minor: i64,
}

impl Counts {
    pub fn add(&mut self, fit: Fit, amount: Money) {
        let (credited, returned) = match fit {
            Fit::Credited => (1, 0),
            Fit::Returned => (0, 1),
            Fit::ReturnedLate => (-1, 1),
            Fit::Repeated | Fit::Unmatched(_) => (0, 0),
        };
        self.credited += credited;
        self.credited_minor += credited * amount.minor();
        self.returned += returned;
        self.returned_minor += returned * amount.minor();
    }
}

/// False when the cursor is no longer where the page was asked from.
pub async fn move_cursor(
    tx: &mut Tx,
    statement: StatementId,
    after: i64,
    last: i64,
) -> Result<bool> {
    let moved = execute!(
        tx,
        "UPDATE statement SET answered_seq = $3 WHERE id = $1 AND answered_seq = $2",
        statement.0,
        after,
        last
    )?;
    Ok(moved == 1)
}

/// What we know of payments; each id once, in their order.
pub async fn known(tx: &mut Tx, ids: &[PaymentId]) -> Result<HashMap<PaymentId, Known>> {
    const OF_IDS: bulk::With = bulk::With {
        v: "id",
        statement: "SELECT p.id, p.statement, p.payee, p.account, p.amount_minor, e.seq, e.state
            FROM v CROSS JOIN payment p LEFT JOIN payment_event e ON e.payment = p.id
            WHERE p.id = v.id",
    };
    type Row = (Uuid, Uuid, Uuid, String, i64, Option<i64>, Option<String>);
    let rows: Vec<Row> = bulk::select_in(tx, &OF_IDS, ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    let mut known: HashMap<PaymentId, Known> = HashMap::with_capacity(rows.len());
    for (id, statement, payee, account, amount, seq, state) in rows {
        let entry = known.entry(PaymentId(id)).or_insert_with(|| Known {
            statement: StatementId(statement),
            payee: PersonId(payee),
            account,
            amount: Money(amount),
            outcome: None,
            events: 0,
        });
        // One row an event: the last one holds.
        if let (Some(seq), Some(state)) = (seq, state)
            && seq > entry.events
        {
            entry.events = seq;
            entry.outcome = Some(read_outcome(&state)?);
        }
    }
    Ok(known)
}

pub fn read_outcome(text: &str) -> Result<Outcome> {
    let stored = || Fault::Stored {
        what: "a payment's state",
        reason: text.to_owned(),
    };
    Ok(Outcome::parse(text).ok_or_else(stored)?)
}

pub async fn insert_events(tx: &mut Tx, at: Instant, events: &[Event]) -> Result<()> {
    const EVENT: bulk::Insert = bulk::Insert {
        into: "payment_event (payment, seq, state, reason, happened_at, at)",
        on_conflict: "",
    };
    let mut events: Vec<&Event> = events.iter().collect();
    events.sort_by_key(|event| (event.payment, event.seq));
    bulk::insert(tx, &EVENT, &events, |row, event| {
        row.push(event.payment.0)
            .push(event.seq)
            .push(event.outcome.as_str())
            .push(event.reason.as_deref())
            .push(event.happened_at.0)
            .push(at.0);
    })
    .await?;
    Ok(())
}

pub async fn insert_unmatched(
    tx: &mut Tx,
    statement: StatementId,
    at: Instant,
    unmatched: &[(Answer, Why)],
) -> Result<()> {
    const UNMATCHED: bulk::Insert = bulk::Insert {
        into: "unmatched (statement, seq, payment, outcome, reason, why, happened_at, at)",
        on_conflict: "(statement, seq) DO NOTHING",
    };
    bulk::insert(tx, &UNMATCHED, unmatched, |row, (answer, why)| {
        row.push(statement.0)
            .push(answer.seq)
            .push(answer.payment_id.0)
            .push(answer.outcome.as_str())
            .push(answer.reason.as_deref())
            .push(why.as_str())
            .push(answer.at.0)
            .push(at.0);
    })
    .await?;
    Ok(())
}

/// Adds to the counts; a statement with an answer for every line is answered.
pub async fn add_counts(tx: &mut Tx, statement: StatementId, counts: &Counts) -> Result<()> {
    execute!(
        tx,
        "UPDATE statement SET credited = credited + $2, credited_minor = credited_minor + $3,
            returned = returned + $4, returned_minor = returned_minor + $5,
            state = CASE WHEN credited + returned + $2 + $4 = lines THEN 'answered' ELSE state END
         WHERE id = $1",
        statement.0,
        counts.credited,
        counts.credited_minor,
        counts.returned,
        counts.returned_minor
    )?;
    Ok(())
}

/// A line of a bank that a person has to look at.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Unmatched {
    pub statement: Uuid,
    pub seq: i64,
    pub payment: Uuid,
    pub outcome: String,
    pub reason: Option<String>,
    pub why: String,
    /// Microseconds UTC, as the bank says.
    pub happened_at: i64,
}

/// The work list of lines that fit nothing, the newest statements first.
pub async fn unmatched(tx: &mut Tx) -> Result<Vec<Unmatched>> {
    Ok(fetch_all!(
        tx,
        Unmatched,
        "SELECT statement, seq, payment, outcome, reason, why, happened_at FROM unmatched u
         WHERE NOT EXISTS (SELECT 1 FROM closed_line c
             WHERE c.source = u.statement AND c.place = u.seq)
         ORDER BY statement DESC, seq LIMIT $1",
        limits::LIST_MAX
    )?)
}
