//! Approval by two different persons. What they approve is the order's own bytes.

use ::store::job::{self, NewJob};
use ::store::{Platform, Tx, bug};
use access::{Action, Permit};
use kernel::RunId;
use kernel::ids::AccountId;

use super::model::{Actor, Refusal, Run, State};
use super::{ADVANCE, change_state, store};
use crate::{Result, order};

/// Approves a built run in the name of the permit's account. `seen` is the order's
/// SHA-256 that was shown to the person: an approval of anything else is refused. The
/// second approval freezes the run and sets the system to work; approving again what one
/// has approved answers the same once it is frozen.
pub async fn approve(
    platform: &Platform,
    permit: &Permit,
    run: RunId,
    seen: [u8; 32],
) -> Result<Run> {
    permit.must_be_for(&[Action::ApproveRun]);
    let actor = Actor::of(permit);
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    let found = store::find(&mut tx, run)
        .await?
        .ok_or(Refusal::Unknown { run })?;
    let order = order::of_run(&mut tx, run).await?;
    if order.is_some_and(|order| order.sha256 != seen) {
        return Err(Refusal::OrderChanged { run }.into());
    }
    let earlier = earlier_approval(&mut tx, run, &actor).await?;
    match (found.state, earlier) {
        (State::Built, _) => {
            let step = (State::Built, State::ApprovedOnce);
            change_state(&mut tx, &platform.ids, run, step, &actor, "").await?;
        }
        (State::ApprovedOnce, Some(by)) => return Err(Refusal::SamePerson { run, by }.into()),
        (State::ApprovedOnce, None) => freeze(&mut tx, platform, run, &actor).await?,
        (State::Building, _) | (_, None) => {
            let (found, wanted) = (found.state, State::Built);
            return Err(Refusal::WrongState { run, found, wanted }.into());
        }
        (_, Some(_)) => return Ok(found),
    }
    let approved = store::find(&mut tx, run)
        .await?
        .ok_or(Refusal::Unknown { run })?;
    if bug::is_planted("answered_without_commit") {
        return Ok(approved);
    }
    tx.commit().await?;
    Ok(approved)
}

async fn freeze(tx: &mut Tx, platform: &Platform, run: RunId, actor: &Actor) -> Result<()> {
    let step = (State::ApprovedOnce, State::Approved);
    change_state(tx, &platform.ids, run, step, actor, "").await?;
    let payload = serde_json::json!({ "run": run }).to_string();
    let job = NewJob::new(ADVANCE, run.to_string(), payload);
    job::enqueue(tx, &platform.ids, &[job]).await?;
    Ok(())
}

/// The account with which this person approved the run before.
async fn earlier_approval(tx: &mut Tx, run: RunId, actor: &Actor) -> Result<Option<AccountId>> {
    let events = store::events(tx, run).await?;
    let mut approvals = events
        .into_iter()
        .filter(|event| matches!(event.state, State::ApprovedOnce | State::Approved));
    let same = approvals.find(|event| event.actor.is_same_person(actor));
    let same = same.filter(|_| !bug::is_planted("same_person_approves_twice"));
    Ok(same.and_then(|event| event.actor.account))
}
