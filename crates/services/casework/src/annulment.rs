//! A death that the civil registry takes back. The award that it had stopped runs again for the same
//! case and decision, up to the end of its term, as another award in the place of the stopped one; the
//! months that went unpaid are made good, and what the death had restated is as it was. The others of
//! the family are asked about again.
//!
//! Nobody is paid twice: where another award of the programme pays for one of its persons by now, it
//! does not run again, and the case says so.

use ::store::{Platform, Tx};
use kernel::{AwardId, CaseId, Day, Month, Period, PersonId};
use serde_json::json;

use crate::award::{self, Award, Changes, Resumed, Running};
use crate::case::{self, EventKind, State};
use crate::fault::Result;
use crate::reassessment;

/// Of whom a death was taken back, and when the person died by what stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Back {
    pub person: PersonId,
    pub died: Option<Day>,
}

impl Back {
    /// The first month that is not due.
    fn until(&self) -> Month {
        self.died.map_or(Month(i32::MAX), |on| on.month().plus(1))
    }
}

/// Lets the awards run again that a death taken back had stopped, from `payable_from` on: the first
/// month that no run holds. `touched` are all members of the families. Where another death stands, the
/// caller follows it afterwards.
pub async fn resume(
    tx: &mut Tx,
    platform: &Platform,
    back: &[Back],
    touched: &[PersonId],
    payable_from: Month,
) -> Result<Changes> {
    let mut changes = Changes::default();
    let (mut links, mut over) = (Vec::new(), Vec::new());
    for stopped in award::stopped_by_death(tx, touched).await? {
        let of = |back: &&Back| back.person == stopped.award.payee;
        let Some(until) = back.iter().find(of).map(Back::until) else {
            continue;
        };
        let Some(from) = award::stopped_from(&stopped).filter(|from| *from < until) else {
            continue;
        };
        if let Some(other) = award::paid_otherwise(tx, &stopped.award, from).await? {
            does_not_run_again(tx, platform, stopped.award.case, other).await?;
            continue;
        }
        let again = again(tx, platform, &stopped, (from, payable_from)).await?;
        links.push((stopped.award.id, again.as_ref().map(|again| again.id)));
        changes.resumed.push(Resumed {
            award: stopped.award.id,
            case: stopped.award.case,
            payee: stopped.award.payee,
            missed: missed(&stopped.award, from, payable_from.min(until)),
            due: stopped.award.amount,
        });
        runs_again(tx, platform, stopped.award.case, again.as_ref()).await?;
        match again {
            Some(again) => changes.awards.push(again),
            None => over.push(stopped),
        }
    }
    award::insert(tx, &changes.awards).await?;
    award::insert_resumed(tx, &links, platform.clock.now()).await?;
    // At the end of these nobody was asked for another term.
    reassessment::term_over(tx, platform, &over, payable_from).await?;
    Ok(changes)
}

/// The award in the place of the stopped one; none when its term is over before the next month that
/// can be paid.
async fn again(
    tx: &mut Tx,
    platform: &Platform,
    stopped: &Running,
    (from, payable_from): (Month, Month),
) -> Result<Option<Award>> {
    let whole = award::find(tx, stopped.award.id).await?;
    let again = whole.map(|whole| Award {
        id: AwardId(platform.ids.uuid()),
        first_month: from.max(payable_from),
        ..whole.award
    });
    Ok(again.filter(|again| again.first_month < again.end_month))
}

/// Months that runs have passed over; nothing when there are none.
fn missed(stopped: &Award, from: Month, payable_from: Month) -> Option<Period<Month>> {
    let to = payable_from.min(stopped.end_month);
    (from < to).then_some(Period { from, to: Some(to) })
}

async fn runs_again(
    tx: &mut Tx,
    platform: &Platform,
    case: CaseId,
    again: Option<&Award>,
) -> Result<()> {
    let mut case = case::load(tx, case).await?;
    if case.state == State::Ended {
        case.state = State::Awarded;
    }
    let first_month = again.map(|again| again.first_month);
    let detail = json!({ "because": "death_annulled", "first_month": first_month });
    case.happened(platform.clock.now(), EventKind::Resumed, None, detail);
    case::save(tx, &mut [case]).await
}

async fn does_not_run_again(
    tx: &mut Tx,
    platform: &Platform,
    case: CaseId,
    other: AwardId,
) -> Result<()> {
    let mut case = case::load(tx, case).await?;
    let detail = json!({ "because": "another_award", "award": other });
    case.happened(platform.clock.now(), EventKind::NotResumed, None, detail);
    case::save(tx, &mut [case]).await
}
