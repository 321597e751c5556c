//! A birth, a death, a child's coming of age or the end of a term asks the question of the law
//! again, without an application. The award runs on until the answer.

use crate::Permit;
use ::store::Platform;
use ::store::{Tx, job};
use kernel::{AwardId, CaseId, Day, Month, PersonId};
use serde_json::json;

use crate::award::{self, AtEnd};
use crate::case::{self, Case, EventKind, Origin, State, Wait, WaitFor, window_end};
use crate::fault::Result;
use crate::migration::{gather_jobs, open_from};

/// Awards looked at in one transaction.
const BATCH_MAX: i64 = 1_000;

/// Why the question is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Birth,
    Death,
    ComingOfAge,
    TermEnd,
}

impl Cause {
    pub const fn word(self) -> &'static str {
        match self {
            Cause::Birth => "birth",
            Cause::Death => "death",
            Cause::ComingOfAge => "coming_of_age",
            Cause::TermEnd => "term_end",
        }
    }
}

/// Opens a reassessment of every award that runs for one of the persons. What the law says then
/// holds from the month after `on`. One open reassessment a family is enough.
pub async fn on_event(
    tx: &mut Tx,
    platform: &Platform,
    permit: &Permit,
    persons: &[PersonId],
    on: Day,
    cause: Cause,
) -> Result<usize> {
    let running = award::of_persons(tx, persons, on.month().plus(1)).await?;
    let mut formers: Vec<CaseId> = running
        .iter()
        .map(|(_, running)| running.award.case)
        .collect();
    formers.sort_unstable();
    formers.dedup();
    let formers = case::load_many(tx, &formers).await?;
    open_all(tx, platform, permit, &formers, on, on.month(), cause).await
}

/// Awards that go on in `month` without a child who came of age in the month before.
pub async fn comings_of_age(
    tx: &mut Tx,
    platform: &Platform,
    permit: &Permit,
    month: Month,
) -> Result<usize> {
    let mut after = AwardId::NIL;
    let mut opened = 0;
    loop {
        let awards = award::members_leaving_in(tx, month, after, BATCH_MAX).await?;
        let Some(last) = awards.last() else {
            return Ok(opened);
        };
        after = last.award.id;
        let formers: Vec<CaseId> = awards.iter().map(|running| running.award.case).collect();
        let formers = case::load_many(tx, &formers).await?;
        let (on, counted) = (month.first_day(), month.plus(-1));
        opened += open_all(
            tx,
            platform,
            permit,
            &formers,
            on,
            counted,
            Cause::ComingOfAge,
        )
        .await?;
    }
}

/// Terms that are over with the month before `month`: assessed again, or prepared as a renewal
/// that the family confirms, as the pack says.
pub async fn term_ends(
    tx: &mut Tx,
    platform: &Platform,
    permit: &Permit,
    month: Month,
) -> Result<usize> {
    let mut after = AwardId::NIL;
    let mut opened = 0;
    loop {
        let awards = award::ending_in(tx, month, after, BATCH_MAX).await?;
        let Some(last) = awards.last() else {
            return Ok(opened);
        };
        after = last.award.id;
        let of = |at_end: AtEnd| -> Vec<CaseId> {
            let kept = awards
                .iter()
                .filter(|running| running.award.at_end == at_end);
            kept.map(|running| running.award.case).collect()
        };
        let again = case::load_many(tx, &of(AtEnd::Reassess)).await?;
        let on = month.first_day();
        opened += open_all(
            tx,
            platform,
            permit,
            &again,
            on,
            month.plus(-1),
            Cause::TermEnd,
        )
        .await?;
        let renewed = case::load_many(tx, &of(AtEnd::Renewal)).await?;
        opened += crate::renewal::prepare(tx, platform, &renewed, on, month.plus(-1)).await?;
    }
}

async fn open_all(
    tx: &mut Tx,
    platform: &Platform,
    permit: &Permit,
    formers: &[Case],
    on: Day,
    counted: Month,
    cause: Cause,
) -> Result<usize> {
    let continued = case::continued(tx, formers).await?;
    let mut opened = Vec::new();
    for former in formers
        .iter()
        .filter(|former| !continued.contains(&former.id))
    {
        let mut case = open_from(tx, platform, former, Origin::Reassessment).await?;
        case.applied_on = on;
        case.window_end = window_end(on);
        case.counted_month = counted;
        if let Some(adult) = survivor(tx, permit, former, on).await? {
            case.applicant = adult;
        }
        let detail = json!({ "from": former.id, "cause": cause.word() });
        case.happened(platform.clock.now(), EventKind::Opened, None, detail);
        opened.push(case);
    }
    let jobs = gather_jobs(&opened);
    let count = opened.len();
    case::save(tx, &mut opened).await?;
    job::enqueue(tx, &platform.ids, &jobs).await?;
    Ok(count)
}

/// When the applicant has died: the first other adult of the roster, who is paid from now on.
async fn survivor(
    tx: &mut Tx,
    permit: &Permit,
    former: &Case,
    on: Day,
) -> Result<Option<PersonId>> {
    let persons = crate::roster::persons(former)?;
    let known = registry::person::load_many(tx, permit, &persons).await?;
    let is_alive = |person: &PersonId| {
        known
            .get(person)
            .is_some_and(|p| p.died.is_none_or(|died| died > on))
    };
    if is_alive(&former.applicant) {
        return Ok(None);
    }
    let is_adult = |person: &PersonId| {
        let born = known.get(person).map(|p| p.born);
        born.is_some_and(|born| kernel::day::completed_years(born, on) >= kernel::kin::ADULT_YEARS)
    };
    Ok(persons
        .into_iter()
        .find(|person| is_alive(person) && is_adult(person)))
}

/// What a prepared renewal waits for, and until when.
pub(crate) fn confirmation(case: &mut Case, platform: &Platform, until: kernel::Instant) {
    let since = platform.clock.now();
    case.state = State::Prepared;
    case.wait = Some(Wait {
        who: WaitFor::Confirmation,
        detail: String::new(),
        since,
        deadline: Some(until),
    });
}
