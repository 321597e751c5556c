//! Renewal (UZ-654b): at the end of a term the system prepares everything; the family only says
//! yes. Then agencies are asked again and the law decides anew.

use ::store::{Platform, Tx, execute, job};
use kernel::ids::AccountId;
use kernel::{CaseId, Day, Month};
use serde_json::json;
use uuid::Uuid;

use crate::application;
use crate::case::{self, Case, EventKind, Origin, State, WaitFor, window_end};
use crate::fault::{Result, Stop};
use crate::migration::{gather_jobs, open_from};
use crate::reassessment::confirmation;

/// Days in which a family may confirm.
const CONFIRM_DAYS: i64 = 30;

/// Prepares the renewal of awards that end before `on`.
pub(crate) async fn prepare(
    tx: &mut Tx,
    platform: &Platform,
    formers: &[Case],
    on: Day,
    counted: Month,
) -> Result<usize> {
    let continued = case::continued(tx, formers).await?;
    let until = platform.clock.now().plus_seconds(CONFIRM_DAYS * 86_400);
    let mut prepared = Vec::new();
    for former in formers
        .iter()
        .filter(|former| !continued.contains(&former.id))
    {
        let mut case = open_from(platform, former, Origin::Renewal);
        case.applied_on = on;
        case.window_end = window_end(on);
        case.counted_month = counted;
        confirmation(&mut case, platform, until);
        case.happened(
            platform.clock.now(),
            EventKind::Opened,
            None,
            json!({ "from": former.id }),
        );
        prepared.push(case);
    }
    let count = prepared.len();
    application::give_numbers(tx, &mut prepared).await?;
    case::save(tx, &mut prepared).await?;
    Ok(count)
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfirmRefusal {
    #[error("there is no case {case}")]
    NoCase { case: CaseId },
    #[error("case {number} is no prepared renewal: it is {state}")]
    NotPrepared { number: String, state: State },
}

impl ConfirmRefusal {
    pub fn code(&self) -> &'static str {
        match self {
            ConfirmRefusal::NoCase { .. } => "no_case",
            ConfirmRefusal::NotPrepared { .. } => "not_prepared",
        }
    }
}

/// The family confirms. `message` is the client's id: sent again, it changes nothing.
pub async fn confirm(
    platform: &Platform,
    case: CaseId,
    account: AccountId,
    message: Uuid,
) -> std::result::Result<Case, Stop<ConfirmRefusal>> {
    let mut tx = platform.db.begin().await?;
    let Some(mut case) = case::find(&mut tx, case).await? else {
        return Err(Stop::Refused(ConfirmRefusal::NoCase { case }));
    };
    let fresh = execute!(
        tx,
        "INSERT INTO step_message (id, case_id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        message,
        case.id.0
    )?;
    if fresh == 0 {
        return Ok(case);
    }
    if case.state != State::Prepared {
        let (number, state) = (case.number, case.state);
        return Err(Stop::Refused(ConfirmRefusal::NotPrepared { number, state }));
    }
    case.state = State::Gathering;
    let now = platform.clock.now();
    case.waits(WaitFor::Agency, String::new(), now, None);
    case.happened(
        now,
        EventKind::Confirmed,
        Some(account),
        json!({ "message": message }),
    );
    let jobs = gather_jobs(std::slice::from_ref(&case));
    let mut cases = [case];
    case::save(&mut tx, &mut cases).await?;
    job::enqueue(&mut tx, &platform.ids, &jobs).await?;
    tx.commit().await?;
    let [case] = cases;
    Ok(case)
}
