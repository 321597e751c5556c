//! What follows for each assessed case: a refusal, a suspension, an award that goes on, a wait.

use std::collections::HashMap;

use ::store::job::{self, NewJob};
use ::store::{Ids, Tx};
use access::Permit;
use kernel::{CaseId, Day, DecisionId, Instant, Money, Month, Zone};
use serde_json::json;

use super::cases::{self, Answered, Assessed};
use super::decide::Decided;
use super::model::{self, Next};
use crate::award::{self, FreeLines, StopReason, continued};
use crate::case::{self, Case, EventKind, Origin, State, WaitFor, first_paid_month};
use crate::close;
use crate::decision::{self, Decision};
use crate::escalation;
use crate::fault::Result;
use crate::reassessment::Cause;
use crate::shelf::Shelf;

/// What is at hand while cases are concluded, and what has come of it so far.
pub(super) struct Work<'a> {
    pub(super) ids: &'a Ids,
    pub(super) permit: &'a Permit,
    pub(super) shelf: &'a Shelf,
    pub(super) now: Instant,
    pub(super) payable_from: Month,
    pub(super) free: FreeLines,
    pub(super) by_case: HashMap<CaseId, &'a Answered>,
    pub(super) report: Assessed,
    pub(super) decisions: Vec<Decision>,
}

impl Work<'_> {
    pub(super) async fn conclude(
        &mut self,
        tx: &mut Tx,
        case: &mut Case,
        decided: &Decided,
    ) -> Result<()> {
        self.report.assessed += 1;
        let silent = &self.by_case[&case.id].silent;
        let next = model::next(case, &decided.opinion, silent);
        match &next {
            Next::Refuse => self.refuse(tx, case).await?,
            Next::StaySuspended => case.wait = None,
            Next::Suspend => self.suspend(tx, case).await?,
            Next::AwardNow => self.award_now(tx, case).await?,
            Next::AwaitAgencies(agencies) => await_agencies(case, agencies, self.now),
            Next::AwaitClose if case.state == State::WaitingList => {}
            Next::AwaitClose => {
                case.state = State::Assessed;
                case.waits(WaitFor::Close, String::new(), self.now, None);
            }
            Next::AwaitVisit => self.await_step(case, WaitFor::Visit, decided),
            Next::AwaitSeven => self.await_step(case, WaitFor::Seven, decided),
        }
        Ok(())
    }

    async fn refuse(&mut self, tx: &mut Tx, case: &mut Case) -> Result<()> {
        self.report.refused += 1;
        let decision = decision::refuse(case, self.ids);
        self.restate(tx, case, decision.id, Money::ZERO).await?;
        self.end_former(tx, case, decision.id, StopReason::NotEntitled)
            .await?;
        self.decisions.push(decision);
        Ok(())
    }

    async fn suspend(&mut self, tx: &mut Tx, case: &mut Case) -> Result<()> {
        self.report.suspended += 1;
        let decision = decision::suspend(case, self.ids);
        self.end_former(tx, case, decision.id, StopReason::Suspended)
            .await?;
        self.decisions.push(decision);
        Ok(())
    }

    /// A payment that resumes needs free money; one that goes on needs it only for what it grows
    /// by. Who has to wait for it competes at the close, and is paid as before until then.
    async fn award_now(&mut self, tx: &mut Tx, case: &mut Case) -> Result<()> {
        let first = self.first_month(case);
        let before = case.clone();
        let until = continued::end_of_term(tx, case).await?;
        let held = continued::awards_of(tx, case, first).await?;
        let (ids, shelf) = (self.ids, self.shelf);
        let (decision, award) = decision::award(tx, ids, shelf, case, first, until).await?;
        let has_money = match before.state {
            State::Suspended => self.free.reaches(&award),
            _ => self.free.bears(&award, &held),
        };
        if !has_money {
            *case = before;
            self.decisions
                .extend(close::put_on_waiting_list(case, self.ids));
            return Ok(());
        }
        for held in &held {
            self.free.give_back(held, first);
        }
        self.restate(tx, case, decision.id, award.amount).await?;
        self.free.spend(&award);
        let stops = continued::stops(&held, first, decision.id, StopReason::Replaced);
        self.report.changes.stops.extend(stops);
        self.decisions.push(decision);
        self.report.changes.awards.push(award);
        Ok(())
    }

    /// Months from which the outcome would have counted, had it been known, and that were paid by
    /// then: so much was due in them.
    async fn restate(
        &mut self,
        tx: &mut Tx,
        case: &Case,
        decision: DecisionId,
        due: Money,
    ) -> Result<()> {
        let months = (first_paid_month(case.counted_month), self.first_month(case));
        if months.0 >= months.1 || case.origin != Origin::Reassessment {
            return Ok(());
        }
        let Some(cause) = case::cause_of(tx, case.id)
            .await?
            .filter(|one| one.restates())
        else {
            return Ok(());
        };
        let paid = continued::paid_since(tx, case, months.0).await?;
        let parts = match cause {
            Cause::Correction => self.parts_of_term(tx, case, (months, due)).await?,
            _ => vec![(months, due)],
        };
        for (months, due) in parts {
            let restated = paid
                .iter()
                .filter_map(|paid| award::restated(paid, months, due, cause, Some(decision)));
            self.report.changes.restated.extend(restated);
        }
        Ok(())
    }

    /// What was mended is asked of each part of the term as it was asked there: before a birth, say, the
    /// family was a smaller one. `due` is what the question says that counted last. Of months of which too
    /// little is known nothing is said.
    async fn parts_of_term(
        &self,
        tx: &mut Tx,
        case: &Case,
        ((from, to), due): ((Month, Month), Money),
    ) -> Result<Vec<((Month, Month), Money)>> {
        let (mut parts, mut until, mut former) = (Vec::new(), to, case.former_case);
        let mut said = Some(due);
        while let Some(id) = former.filter(|_| from < until) {
            let before = case::load(tx, id).await?;
            former = before.former_case;
            // It asked the question of the one before it, of that one's months and those before.
            let cause = case::cause_of(tx, id).await?;
            if former.is_some() && cause.is_some_and(Cause::asks_as_before) {
                continue;
            }
            let since = first_paid_month(before.counted_month).max(from);
            // The first of them is the one that was asked again.
            let said = said.take();
            if since < until {
                let due = match said {
                    Some(due) => Some(due),
                    None => self.due_again(tx, case, &before).await?,
                };
                parts.extend(due.map(|due| ((since, until), due)));
                until = since;
            }
        }
        Ok(parts)
    }

    async fn due_again(&self, tx: &mut Tx, case: &Case, before: &Case) -> Result<Option<Money>> {
        let answered = self.by_case[&case.id];
        let due = cases::due_again(tx, self, (before, answered)).await?;
        if due.is_none() {
            tracing::warn!(case = %before.id, "too little is known to say what was due in its months");
        }
        Ok(due)
    }

    /// From when the outcome counts: what the case continues ends with the month before.
    fn first_month(&self, case: &Case) -> Month {
        first_paid_month(case.counted_month).max(self.payable_from)
    }

    async fn end_former(
        &mut self,
        tx: &mut Tx,
        case: &Case,
        decision: DecisionId,
        reason: StopReason,
    ) -> Result<()> {
        let first = self.first_month(case);
        let held = continued::awards_of(tx, case, first).await?;
        for held in &held {
            self.free.give_back(held, first);
        }
        let stops = continued::stops(&held, first, decision, reason);
        self.report.changes.stops.extend(stops);
        Ok(())
    }

    fn await_step(&self, case: &mut Case, who: WaitFor, decided: &Decided) {
        let zone = self.shelf.zone();
        let days = decided.deadline_working_days(who);
        let deadline = deadline(self.now.day(zone), days, zone);
        case.state = State::Visiting;
        let since_before = case
            .wait
            .as_ref()
            .filter(|wait| wait.who == who)
            .and_then(|w| w.deadline);
        case.waits(
            who,
            String::new(),
            self.now,
            Some(since_before.unwrap_or(deadline)),
        );
    }

    pub(super) async fn write(mut self, tx: &mut Tx, cases: &mut [Case]) -> Result<Assessed> {
        let deadlines: Vec<NewJob> = cases.iter().filter_map(escalation::due_job).collect();
        case::save(tx, cases).await?;
        job::enqueue(tx, self.ids, &deadlines).await?;
        let stops = &self.report.changes.stops;
        award::insert_stops(tx, stops, self.now).await?;
        case::end_stopped(tx, self.now, stops).await?;
        award::insert(tx, &self.report.changes.awards).await?;
        decision::insert(tx, self.ids, &self.decisions).await?;
        self.decisions.clear();
        Ok(self.report)
    }
}

/// The end of the last working day that is left for a step.
fn deadline(today: Day, working_days: u32, zone: Zone) -> Instant {
    let last = today.plus_working_days(working_days, |_| false);
    Instant::start_of(last.plus_days(1), zone)
}

/// The state stays: a case on the waiting list, for one, keeps its place while a late answer is
/// asked for again.
pub(super) fn await_agencies(case: &mut Case, agencies: &[String], now: Instant) {
    if case.state == State::Assessed {
        case.state = State::Gathering;
    }
    case.waits(WaitFor::Agency, agencies.join(" "), now, None);
    let detail = json!({ "agencies": agencies });
    case.happened(now, EventKind::AgencySilent, None, detail);
}
