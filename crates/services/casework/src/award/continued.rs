//! The award that a case continues: a reassessment, a renewal or a migration grew out of it.

use ::store::Tx;
use kernel::{DecisionId, Instant, Month};

use super::{AwardStop, Running, StopReason};
use crate::case::{self, Case, Origin, first_paid_month};
use crate::fault::Result;

/// Awards of the former case that would still be paid in `month` or later.
pub(crate) async fn awards_of(tx: &mut Tx, case: &Case, month: Month) -> Result<Vec<Running>> {
    let Some(former) = case.former_case else {
        return Ok(Vec::new());
    };
    let mut awards = super::of_case(tx, former).await?;
    awards.retain(|running| running.end() > month);
    Ok(awards)
}

/// Cases before a case that are looked back at: more than one a month of the longest term.
const BEFORE_MAX: usize = 60;

/// Awards of the case before, of the one before that and so on, that were paid in `month` or later.
pub(crate) async fn paid_since(tx: &mut Tx, case: &Case, month: Month) -> Result<Vec<Running>> {
    let mut paid = Vec::new();
    let mut former = case.former_case;
    for _ in 0..BEFORE_MAX {
        let Some(before) = former else {
            break;
        };
        let awards = super::of_case(tx, before).await?;
        let ended = awards.iter().all(|running| running.end() <= month);
        paid.extend(awards.into_iter().filter(|one| one.end() > month));
        if ended {
            break;
        }
        former = case::load(tx, before).await?.former_case;
    }
    Ok(paid)
}

/// The first month that was awarded within the term of a case, and when: by it, or by a case before it
/// whose place it took after an event, and which rests on the same incomes.
pub(crate) async fn first_of_term(
    tx: &mut Tx,
    case: &Case,
) -> Result<(Option<Month>, Option<Instant>)> {
    let mut case = case.clone();
    let mut first = None;
    for _ in 0..BEFORE_MAX {
        let awards = super::of_case(tx, case.id).await?;
        first = awards
            .first()
            .map(|running| running.award.first_month)
            .or(first);
        let former = case
            .former_case
            .filter(|_| case.origin == Origin::Reassessment);
        let Some(former) = former else { break };
        let before = case::load(tx, former).await?;
        if before.window_end != case.window_end || before.regime != case.regime {
            break;
        }
        case = before;
    }
    Ok((first, case.decided_at))
}

/// They end with the month before `from`.
pub(crate) fn stops(
    awards: &[Running],
    from: Month,
    decision: DecisionId,
    reason: StopReason,
) -> Vec<AwardStop> {
    let stop = |running: &Running| AwardStop {
        award: running.award.id,
        case: running.award.case,
        from_month: from.max(running.award.first_month),
        reason,
        decision: Some(decision),
    };
    awards.iter().map(stop).collect()
}

/// Where the term ends within which a reassessment falls: an event begins no new term, and so no
/// new months of grace. Nothing when the term is over, when the category is another, or when the
/// former award ended with a child's coming of age and not with its term.
pub(crate) async fn end_of_term(tx: &mut Tx, case: &Case) -> Result<Option<Month>> {
    let (Origin::Reassessment, Some(former)) = (case.origin, case.former_case) else {
        return Ok(None);
    };
    let Some(last) = super::of_case(tx, former).await?.pop() else {
        return Ok(None);
    };
    let of_age = case::load(tx, former).await?.last_month;
    let end = last.award.end_month;
    let within = end > first_paid_month(case.counted_month)
        && last.award.regime == case.regime
        && last.award.category == case.category
        && of_age.is_none_or(|month| month.plus(1) != end);
    Ok(within.then_some(end))
}
