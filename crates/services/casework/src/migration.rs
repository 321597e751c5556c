//! A change of regime on a day: families with a running award and cases that no close has
//! reached move to the new law, without an application (PKM-35, transitional clause, recalled).

use ::store::job::{self, NewJob};
use ::store::{Platform, Tx};
use kernel::{AwardId, CaseId, Day, Month};
use serde_json::json;

use crate::award::{self, Running};
use crate::case::{self, Case, EventKind, Origin, State, Wait, WaitFor, window_end};
use crate::fault::Result;
use crate::{application, events};

/// Families moved in one transaction at most.
pub const BATCH_MAX: i64 = 2_000;

/// From which regime to which, and from when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub from: String,
    pub to: String,
    /// The first day of the new law.
    pub on: Day,
    /// The first month paid under it.
    pub first_month: Month,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Waiting cases that changed their regime.
    pub cases: usize,
    /// Families with an award, each with a new case.
    pub awards: usize,
}

/// Moves everyone, in transactions of [`BATCH_MAX`]; begun again it goes on where it stopped.
pub async fn regime(platform: &Platform, change: &Change) -> Result<Moved> {
    let mut moved = Moved::default();
    loop {
        let mut tx = platform.db.begin().await?;
        let cases = move_cases(&mut tx, platform, change).await?;
        tx.commit().await?;
        moved.cases += cases;
        if cases == 0 {
            break;
        }
    }
    let mut after = AwardId::NIL;
    loop {
        let mut tx = platform.db.begin().await?;
        let awards =
            award::running_of_regime(&mut tx, &change.from, change.first_month, after, BATCH_MAX)
                .await?;
        let Some(last) = awards.last() else { break };
        after = last.award.id;
        moved.awards += move_awards(&mut tx, platform, change, &awards).await?;
        tx.commit().await?;
    }
    Ok(moved)
}

/// Waiting cases stay the same case under the same number.
async fn move_cases(tx: &mut Tx, platform: &Platform, change: &Change) -> Result<usize> {
    let mut cases = case::open_of_regime(tx, &change.from, BATCH_MAX).await?;
    let moved = cases.len();
    let now = platform.clock.now();
    for case in &mut cases {
        let detail = json!({ "from": change.from, "to": change.to, "on": change.on });
        put_under(case, change);
        case.state = State::Gathering;
        case.waits(WaitFor::Agency, String::new(), now, None);
        case.happened(now, EventKind::RegimeChanged, None, detail);
    }
    let jobs = gather_jobs(&cases);
    case::save(tx, &mut cases).await?;
    job::enqueue(tx, &platform.ids, &jobs).await?;
    Ok(moved)
}

/// The law of the new day holds: its parameters, ages and window of income.
fn put_under(case: &mut Case, change: &Change) {
    case.regime.clone_from(&change.to);
    case.origin = Origin::Migration;
    case.applied_on = change.on;
    case.window_end = window_end(change.on);
    case.roster = None;
    // A member of the regime before is a former member, also where that had no categories.
    let former = case.former_category.take();
    case.former_category = Some(former.unwrap_or_else(|| change.from.clone()));
}

/// An award runs on until the new case is decided; then one takes the other's place.
async fn move_awards(
    tx: &mut Tx,
    platform: &Platform,
    change: &Change,
    awards: &[Running],
) -> Result<usize> {
    let formers: Vec<CaseId> = awards.iter().map(|running| running.award.case).collect();
    let formers = case::load_many(tx, &formers).await?;
    let continued = case::continued(tx, &formers).await?;
    let mut opened = Vec::new();
    for former in formers
        .iter()
        .filter(|former| !continued.contains(&former.id))
    {
        let mut case = open_from(platform, former, Origin::Migration);
        put_under(&mut case, change);
        case.counted_month = change.first_month.plus(-1);
        case.happened(
            platform.clock.now(),
            EventKind::Opened,
            None,
            json!({ "from": former.id }),
        );
        opened.push(case);
    }
    let jobs = gather_jobs(&opened);
    let count = opened.len();
    application::give_numbers(tx, &mut opened).await?;
    case::save(tx, &mut opened).await?;
    job::enqueue(tx, &platform.ids, &jobs).await?;
    Ok(count)
}

/// A new case, without number yet, of a family whose former case was awarded.
pub(crate) fn open_from(platform: &Platform, former: &Case, origin: Origin) -> Case {
    let id = CaseId(platform.ids.uuid());
    Case {
        origin,
        former_case: Some(former.id),
        // Who once was in the register stays a former member, whatever came after.
        former_category: former
            .former_category
            .clone()
            .or_else(|| former.category.clone()),
        applicant: former.applicant,
        unit: former.unit,
        district: former.district,
        mahalla: former.mahalla,
        regime: former.regime.clone(),
        bank_consent: former.bank_consent,
        lodged_at: platform.clock.now(),
        applied_on: former.applied_on,
        counted_month: former.counted_month,
        window_end: former.window_end,
        wait: Some(Wait {
            who: WaitFor::Agency,
            detail: String::new(),
            since: platform.clock.now(),
            deadline: None,
        }),
        ..Case::blank(id, State::Gathering)
    }
}

pub(crate) fn gather_jobs(cases: &[Case]) -> Vec<NewJob> {
    cases
        .iter()
        .map(|case| NewJob::new(events::GATHER, case.id.to_string(), "{}"))
        .collect()
}
