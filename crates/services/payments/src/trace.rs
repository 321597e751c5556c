//! Where a payment is and how it came there: every hop from the budget line to the
//! person, with time, file hash and actor. And the payments of one person.

use access::{Action, Area, Permit};
use kernel::ids::{AccountId, OrderId, StatementId};
use kernel::{AwardId, EntitlementId, Instant, Mfo, Money, Month, PersonId, RunId};
use store::{Tx, fetch_all, fetch_optional};
use uuid::Uuid;

use crate::bank::Outcome;
use crate::restatement::{self, RestatedMonth};
use crate::run::{self, State};
use crate::{PaymentId, Result, debt, limits, order, sql, statement};

/// What a permit may be for to see a person's payments.
const READERS: &[Action] = &[
    Action::ReadOwnPayments,
    Action::ReadRun,
    Action::ReadCase,
    Action::MendAccount,
];

/// One payment, as its person and the treasury see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub id: PaymentId,
    pub entitlement: EntitlementId,
    pub award: AwardId,
    pub programme: String,
    pub district: u32,
    pub month: Month,
    /// 1 for the first; a payment that came back has a next one.
    pub attempt: u64,
    pub payee: PersonId,
    pub amount: Money,
    pub mfo: Mfo,
    /// The last four digits of the account.
    pub account_end: String,
    /// Paid at a cash desk, against the passport.
    pub in_cash: bool,
    pub run: RunId,
    pub statement: StatementId,
    pub state: PaymentState,
    pub since: Instant,
}

/// Where a payment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentState {
    /// Not answered by the bank: it is where its run is.
    InRun(State),
    Credited,
    /// With the bank's reason code.
    Returned {
        reason: String,
    },
}

/// A step on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// The budget line got its limit.
    Appropriated {
        district: u32,
        programme: String,
        month: Month,
        limit: Money,
    },
    /// The entitlement was opened and its money committed.
    Committed {
        entitlement: EntitlementId,
        amount: Money,
    },
    /// Arrears: a month that had been paid otherwise than was due.
    Restated {
        month: Month,
        paid: Money,
        due: Money,
    },
    /// Part of the month is kept for a debt.
    Deducted {
        debt: Uuid,
        amount: Money,
    },
    /// The run changed its state.
    Run {
        run: RunId,
        state: State,
    },
    /// The treasury accepted the order.
    Ordered {
        order: OrderId,
        total: Money,
    },
    /// The treasury gave the money.
    Funded {
        order: OrderId,
        total: Money,
    },
    /// The bank accepted the statement.
    Sent {
        statement: StatementId,
        mfo: Mfo,
        lines: u64,
        total: Money,
    },
    Credited,
    Returned {
        reason: String,
    },
    /// The account was put right.
    Mended,
    /// Paid again, as another payment.
    Reissued {
        payment: PaymentId,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub at: Instant,
    /// `None` when the system did it.
    pub actor: Option<AccountId>,
    /// Of the file that went out with this step.
    pub sha256: Option<[u8; 32]>,
    pub hop: Hop,
}

impl Step {
    fn new(at: i64, actor: Option<Uuid>, sha256: Option<[u8; 32]>, hop: Hop) -> Step {
        Step {
            at: Instant(at),
            actor: actor.map(AccountId),
            sha256,
            hop,
        }
    }
}

#[derive(sqlx::FromRow)]
struct PaymentRow {
    id: Uuid,
    entitlement: Uuid,
    award: Uuid,
    programme: String,
    district: i64,
    month: i64,
    attempt: i64,
    payee: Uuid,
    amount_minor: i64,
    mfo: i64,
    account: String,
    in_cash: i64,
    run: Uuid,
    statement: Uuid,
    run_state: String,
    run_at: i64,
    state: Option<String>,
    reason: Option<String>,
    at: Option<i64>,
}

fn read(row: PaymentRow) -> Result<Payment> {
    let stored = |what, reason: &str| store::Fault::Stored {
        what,
        reason: reason.to_owned(),
    };
    let state = match row.state.as_deref() {
        None => {
            let run = State::parse(&row.run_state);
            PaymentState::InRun(run.ok_or_else(|| stored("a state of a run", &row.run_state))?)
        }
        Some(state) => match Outcome::parse(state) {
            Some(Outcome::Credited) => PaymentState::Credited,
            Some(Outcome::Returned) => PaymentState::Returned {
                reason: row.reason.unwrap_or_default(),
            },
            None => return Err(stored("a payment's state", state).into()),
        },
    };
    Ok(Payment {
        id: PaymentId(row.id),
        entitlement: EntitlementId(row.entitlement),
        award: AwardId(row.award),
        programme: row.programme,
        district: sql::district(row.district)?,
        month: sql::month(row.month)?,
        attempt: sql::count(row.attempt)?,
        payee: PersonId(row.payee),
        amount: Money(row.amount_minor),
        mfo: sql::mfo(row.mfo)?,
        account_end: row
            .account
            .chars()
            .skip(row.account.len().saturating_sub(4))
            .collect(),
        in_cash: row.in_cash > 0,
        run: RunId(row.run),
        statement: StatementId(row.statement),
        state,
        since: Instant(row.at.unwrap_or(row.run_at)),
    })
}

/// Whose payment it is and in which district, so that a permit can be asked for.
pub async fn payee_of(tx: &mut Tx, payment: PaymentId) -> Result<Option<(PersonId, u32)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, i64),
        "SELECT p.payee, n.district FROM payment p JOIN entitlement n ON n.id = p.entitlement
         WHERE p.id = $1",
        payment.0
    )?;
    row.map(|(payee, district)| Ok((PersonId(payee), sql::district(district)?)))
        .transpose()
}

/// A payment, if there is one that the permit opens.
pub async fn find(tx: &mut Tx, permit: &Permit, payment: PaymentId) -> Result<Option<Payment>> {
    permit.must_be_for(READERS);
    let row = fetch_optional!(
        tx,
        PaymentRow,
        "SELECT p.id, p.entitlement, n.award, n.programme, n.district, p.month, p.attempt, p.payee,
            p.amount_minor, s.mfo, p.account,
            (SELECT COUNT(*) FROM cash_line c WHERE c.payment = p.id) AS in_cash, s.run, p.statement, r.state AS run_state,
            (SELECT MAX(v.at) FROM payment_run_event v WHERE v.run = r.id) AS run_at,
            e.state, e.reason, e.happened_at AS at
         FROM payment p JOIN entitlement n ON n.id = p.entitlement
         JOIN statement s ON s.id = p.statement JOIN payment_run r ON r.id = s.run
         LEFT JOIN payment_event e ON e.payment = p.id
            AND e.seq = (SELECT MAX(l.seq) FROM payment_event l WHERE l.payment = p.id)
         WHERE p.id = $1",
        payment.0
    )?;
    let found = row.map(read).transpose()?;
    Ok(found.filter(|found| permit.opens_person(found.payee, Area::District(found.district))))
}

/// The payments of one person that the permit opens, the newest months first.
pub async fn of_person(tx: &mut Tx, permit: &Permit, payee: PersonId) -> Result<Vec<Payment>> {
    permit.must_be_for(READERS);
    let rows = fetch_all!(
        tx,
        PaymentRow,
        "SELECT p.id, p.entitlement, n.award, n.programme, n.district, p.month, p.attempt, p.payee,
            p.amount_minor, s.mfo, p.account,
            (SELECT COUNT(*) FROM cash_line c WHERE c.payment = p.id) AS in_cash, s.run, p.statement, r.state AS run_state,
            (SELECT MAX(v.at) FROM payment_run_event v WHERE v.run = r.id) AS run_at,
            e.state, e.reason, e.happened_at AS at
         FROM entitlement n CROSS JOIN (SELECT DISTINCT month FROM payment_run) m
         CROSS JOIN payment p
         JOIN statement s ON s.id = p.statement JOIN payment_run r ON r.id = s.run
         LEFT JOIN payment_event e ON e.payment = p.id
            AND e.seq = (SELECT MAX(l.seq) FROM payment_event l WHERE l.payment = p.id)
         WHERE n.payee = $1 AND p.month = m.month AND p.entitlement = n.id
         ORDER BY p.month DESC, n.programme, p.attempt DESC LIMIT $2",
        payee.0,
        limits::LIST_MAX
    )?;
    let mut payments = rows
        .into_iter()
        .map(read)
        .collect::<Result<Vec<Payment>>>()?;
    payments.retain(|found| permit.opens_person(payee, Area::District(found.district)));
    Ok(payments)
}

/// Every hop of a payment in the order of time; empty when the permit opens no such payment.
pub async fn trace(tx: &mut Tx, permit: &Permit, payment: PaymentId) -> Result<Vec<Step>> {
    let Some(found) = find(tx, permit, payment).await? else {
        return Ok(Vec::new());
    };
    let mut steps = appropriated(tx, &found).await?;
    let committed = committed(tx, &found).await?;
    let opened = committed.as_ref().map_or(found.since, |step| step.at);
    steps.extend(committed);
    steps.extend(restated(tx, &found, opened).await?);
    steps.extend(in_run(tx, &found).await?);
    steps.extend(answered(tx, payment).await?);
    steps.extend(mended(tx, payment).await?);
    // Stable: what happened at one instant stays in the order of the way.
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}

async fn appropriated(tx: &mut Tx, payment: &Payment) -> Result<Vec<Step>> {
    let rows = fetch_all!(
        tx,
        (i64, Option<Uuid>, i64),
        "SELECT e.at, e.set_by, e.limit_minor FROM payment p
         JOIN appropriation_event e ON e.appropriation = p.appropriation
         WHERE p.id = $1 ORDER BY e.at, e.id LIMIT 100",
        payment.id.0
    )?;
    let hop = |limit| Hop::Appropriated {
        district: payment.district,
        programme: payment.programme.clone(),
        month: payment.month,
        limit: Money(limit),
    };
    Ok(rows
        .into_iter()
        .map(|(at, by, limit)| Step::new(at, by, None, hop(limit)))
        .collect())
}

async fn committed(tx: &mut Tx, payment: &Payment) -> Result<Option<Step>> {
    let row = fetch_optional!(
        tx,
        (i64, Option<Uuid>),
        "SELECT at, changed_by FROM entitlement_event WHERE entitlement = $1 AND seq = 1",
        payment.entitlement.0
    )?;
    let hop = Hop::Committed {
        entitlement: payment.entitlement,
        amount: payment.amount,
    };
    Ok(row.map(|(at, by)| Step::new(at, by, None, hop)))
}

/// Why it is not just the month of an award: the months that it makes good, or what is kept of it.
async fn restated(tx: &mut Tx, payment: &Payment, opened: Instant) -> Result<Vec<Step>> {
    let months = restatement::paid_by(tx, payment.entitlement).await?;
    let month = |one: RestatedMonth| {
        let (month, paid, due) = (one.month, one.paid, one.due);
        Step::new(one.at.0, None, None, Hop::Restated { month, paid, due })
    };
    let mut steps: Vec<Step> = months.into_iter().map(month).collect();
    if let Some((debt, amount)) = debt::deduction(tx, payment.entitlement).await? {
        steps.push(Step::new(
            opened.0,
            None,
            None,
            Hop::Deducted { debt, amount },
        ));
    }
    Ok(steps)
}

async fn in_run(tx: &mut Tx, payment: &Payment) -> Result<Vec<Step>> {
    let run = payment.run;
    let mut steps = Vec::new();
    for event in run::load_sheet(tx, run).await?.events {
        let actor = event.actor.account.map(|account| account.0);
        steps.push(Step::new(
            event.at.0,
            actor,
            None,
            Hop::Run {
                run,
                state: event.state,
            },
        ));
    }
    if let Some(order) = order::of_run(tx, run).await? {
        let (sha256, total, id) = (Some(order.sha256), order.total, order.id);
        let ordered = order
            .accepted_at
            .map(|at| (at, Hop::Ordered { order: id, total }));
        let funded = order
            .funded_at
            .map(|at| (at, Hop::Funded { order: id, total }));
        let hops = ordered.into_iter().chain(funded);
        steps.extend(hops.map(|(at, hop)| Step::new(at.0, None, sha256, hop)));
    }
    if let Some(sent) = statement::find(tx, payment.statement).await?
        && let Some(at) = sent.accepted_at
    {
        let (mfo, lines, total) = (sent.mfo, sent.lines, sent.total);
        let hop = Hop::Sent {
            statement: sent.id,
            mfo,
            lines,
            total,
        };
        steps.push(Step::new(at.0, None, sent.sha256, hop));
    }
    Ok(steps)
}

async fn answered(tx: &mut Tx, payment: PaymentId) -> Result<Vec<Step>> {
    let rows = fetch_all!(
        tx,
        (i64, String, Option<String>),
        "SELECT happened_at, state, reason FROM payment_event WHERE payment = $1 ORDER BY seq
         LIMIT 100",
        payment.0
    )?;
    let step = |(at, state, reason): (i64, String, Option<String>)| {
        let hop = match Outcome::parse(&state) {
            Some(Outcome::Credited) => Hop::Credited,
            _ => Hop::Returned {
                reason: reason.unwrap_or_default(),
            },
        };
        Step::new(at, None, None, hop)
    };
    Ok(rows.into_iter().map(step).collect())
}

async fn mended(tx: &mut Tx, payment: PaymentId) -> Result<Vec<Step>> {
    let rows = fetch_all!(
        tx,
        (Option<i64>, Option<Uuid>, Option<Uuid>, Option<i64>),
        "SELECT t.mended_at, t.mended_by, t.reissued_as,
            (SELECT MIN(v.at) FROM payment_run_event v JOIN statement s ON s.run = v.run
             JOIN payment p ON p.statement = s.id WHERE p.id = t.reissued_as)
         FROM account_task t WHERE t.payment = $1 ORDER BY t.opened_at LIMIT 100",
        payment.0
    )?;
    let mut steps = Vec::new();
    for (mended_at, by, reissued_as, reissued_at) in rows {
        steps.extend(mended_at.map(|at| Step::new(at, by, None, Hop::Mended)));
        if let (Some(payment), Some(at)) = (reissued_as, reissued_at) {
            let hop = Hop::Reissued {
                payment: PaymentId(payment),
            };
            steps.push(Step::new(at, None, None, hop));
        }
    }
    Ok(steps)
}
