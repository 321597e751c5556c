//! Questions that meet a case that is not decided yet: a birth while another reassessment of the award
//! waits for an agency, a correction after that birth. Each is asked when the one before it is decided, so
//! that nothing is lost and the months come out the same in whatever order they were told.

use ::store::job::{self, Job, NewJob};
use ::store::{Platform, Tx};
use kernel::{CaseId, Day, Instant, Month, Zone};
use serde::{Deserialize, Serialize};

use super::{Ask, Cause, open_all};
use crate::award::{self, StopReason};
use crate::case::{self, Case, Origin, State};
use crate::events;
use crate::fault::{Fault, Result};

/// Looked at again so often: whoever is waited for may take days.
const AGAIN_S: i64 = 6 * 3600;
const DAY_S: i64 = 86_400;
/// Cases after each other that are followed: more than one a month of the longest term.
const AFTER_MAX: usize = 60;

/// What is to be asked of the award, or of the one that takes its place.
#[derive(Serialize, Deserialize)]
struct PutOff {
    former: CaseId,
    cause: String,
    on: Day,
    counted: Month,
}

impl PutOff {
    fn job(&self) -> NewJob {
        let payload = serde_json::to_string(self).expect("plain data becomes JSON");
        let key = format!("{} {} {}", self.former, self.cause, self.on);
        NewJob::new(events::PUT_OFF, key, payload)
    }
}

/// When an open case is looked at again.
pub(super) fn soon(platform: &Platform) -> Instant {
    platform.clock.now().plus_seconds(AGAIN_S)
}

/// Until an award begins the one before it is paid, and its months cannot be another award's: whatever is
/// asked of the months before is asked when they have been paid, and then they are restated.
pub(super) fn is_to_begin(platform: &Platform, month: Month) -> bool {
    platform.clock.now().month(Zone::tashkent()) < month
}

pub(super) fn beginning(month: Month) -> Instant {
    Instant::start_of(month.first_day(), Zone::tashkent())
}

pub(super) async fn keep(
    tx: &mut Tx,
    platform: &Platform,
    (former, ask): (&Case, Ask),
    at: Instant,
) -> Result<()> {
    let put_off = PutOff {
        former: former.id,
        cause: ask.cause.word().to_owned(),
        on: ask.on,
        counted: ask.counted,
    };
    job::enqueue(tx, &platform.ids, &[put_off.job().at(at)]).await?;
    Ok(())
}

/// Asks what was put off, once nothing stands before it any more; the number of cases opened. Where no
/// award runs any more there is nothing to ask.
pub async fn ask_again(tx: &mut Tx, platform: &Platform, job: &Job) -> Result<usize> {
    let damaged = |reason: String| Fault::Stored {
        what: "a reassessment that was put off",
        reason,
    };
    let put_off: PutOff = serde_json::from_str(&job.payload).map_err(|e| damaged(e.to_string()))?;
    let ask = Ask {
        on: put_off.on,
        counted: put_off.counted,
        cause: put_off.cause.parse()?,
    };
    // Its own key would stand in the way of putting it off once more.
    job::done(tx, std::slice::from_ref(job)).await?;
    let last = last(tx, put_off.former).await?;
    if last.state == State::Awarded {
        return open_all(tx, platform, std::slice::from_ref(&last), ask).await;
    }
    if may_run_again(tx, platform, &last).await? {
        let at = platform.clock.now().plus_seconds(DAY_S);
        keep(tx, platform, (&last, ask), at).await?;
    }
    Ok(0)
}

/// The last of the cases that took each other's place, this one's first.
async fn last(tx: &mut Tx, former: CaseId) -> Result<Case> {
    let mut now = case::load(tx, former).await?;
    for _ in 0..AFTER_MAX {
        match case::successor(tx, now.id).await? {
            Some(next) if now.state != State::Awarded => now = next,
            _ => break,
        }
    }
    Ok(now)
}

/// Whether a death ended the award, within its term: the registry may take it back, and then what was put
/// off is asked of the award that runs again.
async fn may_run_again(tx: &mut Tx, platform: &Platform, ended: &Case) -> Result<bool> {
    let awards = award::of_case(tx, ended.id).await?;
    let month = platform.clock.now().month(Zone::tashkent());
    let by_death = |award: &award::Running| {
        let reason = award.stopped.as_ref().map(|(_, reason)| *reason);
        reason == Some(StopReason::Death) && month < award.award.end_month
    };
    Ok(awards.iter().any(by_death))
}

/// Whether a question is answered by the case that stands before it: a correction asks for all that is
/// known when it is decided; of what happened on one day (twins) one look is enough, as long as it is not
/// fixed yet who the family is; and when a death is taken back, open cases begin anew, which answers for
/// their own months.
pub(super) async fn is_asked_already(tx: &mut Tx, ask: Ask, open: &Case) -> Result<bool> {
    if ask.cause == Cause::DeathAnnulled {
        let begins_anew = open.origin == Origin::Reassessment && open.state.takes_facts();
        return Ok(begins_anew && open.counted_month <= ask.counted);
    }
    let cause = case::cause_of(tx, open.id).await?;
    if ask.cause == Cause::Correction {
        return Ok(cause == Some(Cause::Correction) && open.counted_month <= ask.counted);
    }
    let of_that_day = cause == Some(ask.cause) && open.counted_month == ask.counted;
    Ok(of_that_day && open.roster.is_none() && open.applied_on == ask.on)
}
