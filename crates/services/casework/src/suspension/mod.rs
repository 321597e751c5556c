//! A suspended payment: a condition of the law that only suspends is not met. The case stays, is
//! looked at again at the beginning of each month, and is paid again from the month in which the
//! condition is found to be met. While its agencies have not answered, they are reminded: what
//! they say of the month they were asked about comes first. When the time that the pack gives is
//! over, it is refused; when the family applies anew and is awarded, the new case takes its place.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use ::store::{Platform, Tx, job};
use kernel::{CaseId, Instant, Month, PersonId};
use serde_json::json;

use crate::award::Award;
use crate::case::{self, Case, EventKind, State, WaitFor, window_end};
use crate::decision::{self, Decision};
use crate::fault::{Fault, Result};
use crate::migration::gather_jobs;
use crate::roster;
use crate::shelf::Shelf;

/// Cases looked at in one step.
const BATCH_MAX: i64 = 1_000;

/// What a look at the suspended cases did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Their agencies are asked again.
    pub again: usize,
    /// Their agencies have not answered about an earlier month: they are asked about it again.
    pub reminded: usize,
    /// Suspended for as long as the law allows: refused.
    pub over: usize,
}

/// Looks at every suspended case at the beginning of `month`; doing it again changes nothing.
pub async fn look(tx: &mut Tx, platform: &Platform, shelf: &Shelf, month: Month) -> Result<Looked> {
    let mut looked = Looked::default();
    let mut after = CaseId::NIL;
    loop {
        let cases = case::suspended(tx, month, after, BATCH_MAX).await?;
        let Some(last) = cases.last() else {
            return Ok(looked);
        };
        after = last.id;
        let (unanswered, answered): (Vec<Case>, Vec<Case>) =
            cases.into_iter().partition(|case| case.wait.is_some());
        let (mut again, mut over) = (Vec::new(), Vec::new());
        for case in answered {
            if month < until(tx, shelf, &case).await? {
                again.push(case);
            } else {
                over.push(case);
            }
        }
        looked.again += again.len();
        looked.reminded += unanswered.len();
        looked.over += over.len();
        // Who promised a time has a job that waits for it, and gets no second one.
        job::enqueue(tx, &platform.ids, &gather_jobs(&unanswered)).await?;
        ask_again(tx, platform, again, month).await?;
        end(tx, platform, over).await?;
    }
}

/// The first month in which the case is not looked at any more.
async fn until(tx: &mut Tx, shelf: &Shelf, case: &Case) -> Result<Month> {
    let hash = case.pack.ok_or(Fault::NotAssessed(case.id))?;
    let pack = shelf.kept(tx, &case.regime, &hash).await?;
    let since = case.decided_at.ok_or(Fault::NotAssessed(case.id))?;
    let months = pack.suspension_months().unwrap_or(0);
    let months = i32::try_from(months).expect("a term of at most ten years");
    Ok(since.month(shelf.zone()).plus(months))
}

/// The law, ages and incomes of the new month; who belongs to the family is asked anew.
async fn ask_again(
    tx: &mut Tx,
    platform: &Platform,
    mut cases: Vec<Case>,
    month: Month,
) -> Result<()> {
    let now = platform.clock.now();
    for case in &mut cases {
        case.applied_on = month.first_day();
        case.counted_month = month.plus(-1);
        case.window_end = window_end(case.applied_on);
        case.roster = None;
        case.waits(WaitFor::Agency, String::new(), now, None);
        case.happened(
            now,
            EventKind::LookedAtAgain,
            None,
            json!({ "month": month }),
        );
    }
    let jobs = gather_jobs(&cases);
    case::save(tx, &mut cases).await?;
    job::enqueue(tx, &platform.ids, &jobs).await?;
    Ok(())
}

async fn end(tx: &mut Tx, platform: &Platform, mut cases: Vec<Case>) -> Result<()> {
    let decisions: Vec<Decision> = cases
        .iter_mut()
        .map(|case| decision::refuse(case, &platform.ids))
        .collect();
    case::save(tx, &mut cases).await?;
    decision::insert(tx, &platform.ids, &decisions).await
}

/// These awards take the place of the suspended cases of the same benefit for the same persons,
/// however the family is composed now. An application that comes to nothing takes none.
pub(crate) async fn replaced(
    tx: &mut Tx,
    shelf: &Shelf,
    now: Instant,
    awards: &[Award],
) -> Result<()> {
    let mut regimes: HashMap<PersonId, Vec<&str>> = HashMap::new();
    for award in awards {
        for member in &award.members {
            let paid = regimes.entry(member.person).or_default();
            paid.push(award.regime.as_str());
        }
    }
    let persons: Vec<PersonId> = regimes.keys().copied().collect();
    let mut over = Vec::new();
    for mut case in case::suspended_of_persons(tx, &persons).await? {
        let members = roster::persons(&case)?;
        let mut paid = members.iter().filter_map(|person| regimes.get(person));
        if paid.any(|of| {
            of.iter()
                .any(|one| shelf.is_same_benefit(&case.regime, one))
        }) {
            case.state = State::Ended;
            case.wait = None;
            let detail = json!({ "because": "applied_anew" });
            case.happened(now, EventKind::Ended, None, detail);
            over.push(case);
        }
    }
    case::save(tx, &mut over).await
}
