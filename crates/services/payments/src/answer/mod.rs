//! Answers of the banks: each line is credited or returned.
//!
//! Answers are read in pages and reconciled a page in a transaction: events of the
//! payments, postings, tasks for what came back, the statement's counts and its cursor
//! all move together. An answer that fits nothing is kept as unmatched.

mod model;
mod store;

use std::collections::HashMap;

use ::store::{Platform, Tx};
use kernel::ids::StatementId;
use kernel::{Instant, RunId};
use ledger::{Step, Transfer};
use uuid::Uuid;

use crate::bank::{Answer, Outcome, Partners};
use crate::limits::ANSWERS_PAGE_MAX;
use crate::posting::{self, Known as Ids, ONE, bank_owner, transfer};
use crate::run::{self, Actor, State};
use crate::statement::{self, Statement};
use crate::{PaymentId, Result, account_task, events};

pub(crate) use model::Known;
use model::fit;
pub use model::{Fit, Why};
pub(crate) use store::known;
pub use store::{Unmatched, unmatched};

/// What one collection brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    pub credited: u64,
    pub returned: u64,
    pub repeated: u64,
    pub unmatched: u64,
    /// Every line of the run is answered.
    pub complete: bool,
}

impl Collected {
    fn add(&mut self, page: &Page) {
        self.credited += page.counts.credited.max(0) as u64;
        self.returned += page.returned.len() as u64;
        self.repeated += page.repeated;
        self.unmatched += page.unmatched.len() as u64;
    }
}

/// Asks every bank of the run for what it has not told yet, also banks that have answered
/// for every line: money can come back a month later.
pub async fn collect(platform: &Platform, partners: &Partners, run: RunId) -> Result<Collected> {
    let mut collected = Collected::default();
    let mut tx = platform.db.read().await?;
    let statements = statement::of_run(&mut tx, run).await?;
    drop(tx);
    let mut fault = None;
    // A bank that takes files answers with files: see `intake`.
    for statement in statements
        .iter()
        .filter(|statement| statement.accepted_at.is_some() && !statement.by_file)
    {
        match collect_statement(platform, partners, statement, &mut collected).await {
            Ok(()) => {}
            Err(error @ crate::Error::Partner(_)) => fault = fault.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    collected.complete = end_if_answered(platform, run).await?;
    match fault {
        Some(fault) if !collected.complete => Err(fault),
        _ => Ok(collected),
    }
}

async fn collect_statement(
    platform: &Platform,
    partners: &Partners,
    statement: &Statement,
    collected: &mut Collected,
) -> Result<()> {
    let mut after = statement.answered_seq;
    loop {
        let answers = partners
            .answers(statement.mfo, statement.id, after)
            .await?
            .answers;
        let Some(last) = answers.iter().map(|answer| answer.seq).max() else {
            return Ok(());
        };
        let more = answers.len() == ANSWERS_PAGE_MAX;
        let page = reconcile(platform, statement, answers, after, last).await?;
        collected.add(&page);
        after = last;
        if !more {
            return Ok(());
        }
    }
}

/// True when every line of the run is answered.
async fn end_if_answered(platform: &Platform, run: RunId) -> Result<bool> {
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    let found = run::find(&mut tx, run)
        .await?
        .ok_or(run::Refusal::Unknown { run })?;
    let statements = statement::of_run(&mut tx, run).await?;
    let silent: u64 = statements.iter().map(Statement::silent).sum();
    if silent == 0 && found.state == State::Sent {
        let step = (State::Sent, State::Answered);
        run::change_state(&mut tx, &platform.ids, run, step, &Actor::SYSTEM, "").await?;
        tx.commit().await?;
    }
    Ok(silent == 0 && found.state >= State::Sent)
}

/// Closes a run whose every line is credited or paid again; false when one still waits.
pub(crate) async fn close_settled(platform: &Platform, run: RunId) -> Result<bool> {
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    if account_task::waiting_of_run(&mut tx, run).await? > 0 {
        return Ok(false);
    }
    let step = (State::Answered, State::Closed);
    run::change_state(&mut tx, &platform.ids, run, step, &Actor::SYSTEM, "").await?;
    tx.commit().await?;
    Ok(true)
}

/// Ends every run whose last line is answered, and closes those that wait for nobody.
pub(crate) async fn settle_all(platform: &Platform) -> Result<()> {
    let mut tx = platform.db.read().await?;
    let sent = run::store::in_state(&mut tx, State::Sent).await?;
    drop(tx);
    for run in sent {
        end_if_answered(platform, run.id).await?;
    }
    match close_all_settled(platform).await {
        // A worker closed it meanwhile.
        Err(crate::Error::Run(run::Refusal::WrongState { .. })) => Ok(()),
        closed => closed,
    }
}

/// Closes every answered run that waits for nobody any more.
pub(crate) async fn close_all_settled(platform: &Platform) -> Result<()> {
    let mut tx = platform.db.read().await?;
    let answered = run::store::in_state(&mut tx, State::Answered).await?;
    drop(tx);
    for run in answered {
        close_settled(platform, run.id).await?;
    }
    Ok(())
}

/// What a page of answers changes.
#[derive(Default)]
pub(crate) struct Page {
    events: Vec<store::Event>,
    transfers: Vec<Transfer>,
    returned: Vec<(PaymentId, String)>,
    unmatched: Vec<(Answer, Why)>,
    repeated: u64,
    counts: store::Counts,
}

async fn reconcile(
    platform: &Platform,
    statement: &Statement,
    mut answers: Vec<Answer>,
    after: i64,
    last: i64,
) -> Result<Page> {
    // In the order in which things happened, whatever the order in which they are told.
    answers.sort_by_key(|answer| answer.seq);
    let now = platform.clock.now();
    let mut tx = platform.db.begin().await?;
    if !store::move_cursor(&mut tx, statement.id, after, last).await? {
        // Another worker was quicker and has done it all.
        return Ok(Page::default());
    }
    let mut ids: Vec<PaymentId> = answers.iter().map(|answer| answer.payment_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let known = store::known(&mut tx, &ids).await?;
    let page = weigh(statement, answers, known);
    page.write(&mut tx, platform, statement.id, now).await?;
    store::insert_unmatched(&mut tx, statement.id, now, &page.unmatched).await?;
    tx.commit().await?;
    Ok(page)
}

impl Page {
    /// Takes one answer up, and what is known of its payment moves with it.
    pub(crate) fn take(&mut self, fit: Fit, answer: Answer, known: &mut Known, bank: Uuid) {
        let payment = answer.payment_id;
        let (step, debit, credit) = match fit {
            Fit::Credited => (Step::Credit, known.payee.0, bank),
            Fit::Returned => (Step::Return, ONE, bank),
            Fit::ReturnedLate => (Step::ReturnLate, ONE, known.payee.0),
            Fit::Repeated | Fit::Unmatched(_) => return,
        };
        known.outcome = Some(answer.outcome);
        known.events += 1;
        self.transfers
            .push(transfer(step, payment.0, debit, credit, known.amount));
        self.counts.add(fit, known.amount);
        self.events.push(store::Event::of(&answer, known.events));
        if answer.outcome == Outcome::Returned {
            self.returned
                .push((payment, answer.reason.unwrap_or_default()));
        }
    }

    /// Writes what the answers of one statement change.
    pub(crate) async fn write(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        statement: StatementId,
        now: Instant,
    ) -> Result<()> {
        store::insert_events(tx, now, &self.events).await?;
        posting::post(tx, now, &self.transfers, Ids::New).await?;
        store::add_counts(tx, statement, &self.counts).await?;
        open_tasks(tx, platform, &self.returned).await
    }
}

async fn open_tasks(
    tx: &mut Tx,
    platform: &Platform,
    returned: &[(PaymentId, String)],
) -> Result<()> {
    account_task::open(tx, &platform.ids, returned).await?;
    let ids: Vec<_> = returned.iter().map(|(payment, _)| payment.0).collect();
    Ok(events::emit_set(
        tx,
        &platform.ids,
        events::PAYMENTS_RETURNED,
        "returned",
        &ids,
    )
    .await?)
}

/// Each answer in turn, on what the ones before it left.
fn weigh(
    statement: &Statement,
    answers: Vec<Answer>,
    mut known: HashMap<PaymentId, Known>,
) -> Page {
    let mut page = Page::default();
    let bank = bank_owner(statement.mfo);
    for answer in answers {
        let found = known.get_mut(&answer.payment_id);
        let fits = fit(&answer, statement.id, found.as_deref());
        match (fits, found) {
            (Fit::Unmatched(why), _) => page.unmatched.push((answer, why)),
            (Fit::Repeated, _) | (_, None) => page.repeated += 1,
            (fits, Some(known)) => page.take(fits, answer, known, bank),
        }
    }
    page
}
