//! The human steps: the visit at home and the conclusion of the Mahalla Seven. People bring
//! facts with their name and time; what follows from them the law says, not they.

mod exemption;

use ::store::job::{self, NewJob};
use ::store::{Platform, Tx, execute, fetch_optional};
use access::Permit;
use kernel::facts::{Cell, Fact, FactBody, Source, code};
use kernel::ids::AccountId;
use kernel::{CaseId, Day, EvidenceId, FactId, Money, PersonId};
use serde_json::json;
use uuid::Uuid;

use crate::case::{self, Case, EventKind, State, WaitFor};
use crate::events;
use crate::fault::Stop;
pub use exemption::{Exemption, ExemptionReason, WorkAnswer, asked_of};

/// What the social worker found at home; confirmed by the applicant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Made by the client: the same id is the same visit.
    pub id: Uuid,
    pub at_home: bool,
    pub confirmed: bool,
    /// A month's, of the whole family.
    pub informal_income: Money,
    /// What excuses each adult from work; see [`asked_of`].
    pub work: Vec<WorkAnswer>,
    pub visited_on: Day,
}

/// What the Mahalla Seven concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    pub id: Uuid,
    pub informal_income: Money,
    pub difficult_situation: bool,
    pub concluded_on: Day,
}

/// Why a step is not taken, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepRefusal {
    #[error("there is no case {case}")]
    NoCase { case: CaseId },
    #[error("case {number} does not wait for this step: it is {state}")]
    NotAwaited { number: String, state: State },
    #[error("{on} is not between the opening of the case on {from} and today, {to}")]
    DayOutside { on: Day, from: Day, to: Day },
    #[error("an income cannot be negative: {amount}")]
    NegativeIncome { amount: Money },
    #[error("person {person} is no adult of the family")]
    NotOfFamily { person: PersonId },
    #[error("an exemption from {since} on begins after {asked_on}, when it was asked for")]
    ExemptionToCome { since: Day, asked_on: Day },
    #[error("an exemption from {since} on cannot end on {until}")]
    ExemptionEndsFirst { since: Day, until: Day },
    #[error("{reason} ends one day: say on which")]
    NoEndOfExemption { reason: ExemptionReason },
}

impl StepRefusal {
    pub fn code(&self) -> &'static str {
        match self {
            StepRefusal::NoCase { .. } => "no_case",
            StepRefusal::NotAwaited { .. } => "not_awaited",
            StepRefusal::DayOutside { .. } => "day_outside",
            StepRefusal::NegativeIncome { .. } => "negative_income",
            StepRefusal::NotOfFamily { .. } => "not_of_family",
            StepRefusal::ExemptionToCome { .. } => "exemption_to_come",
            StepRefusal::ExemptionEndsFirst { .. } => "exemption_ends_first",
            StepRefusal::NoEndOfExemption { .. } => "no_end_of_exemption",
        }
    }
}

pub type StepStop = Stop<StepRefusal>;
type StepResult<T> = std::result::Result<T, StepStop>;

/// Records a visit. Recording it again changes nothing.
pub async fn record_visit(
    platform: &Platform,
    zone: kernel::Zone,
    permit: &Permit,
    case: CaseId,
    account: AccountId,
    visit: &Visit,
) -> StepResult<Case> {
    let yes_no = |flag: bool| Cell::Int(i64::from(flag));
    let cells = vec![
        yes_no(visit.at_home),
        yes_no(visit.confirmed),
        Cell::Int(visit.informal_income.minor()),
    ];
    let step = Step {
        id: visit.id,
        who: WaitFor::Visit,
        kind: code::VISIT,
        source: Source::Visit,
        event: EventKind::Visited,
        on: visit.visited_on,
        income: visit.informal_income,
        cells,
        work: &visit.work,
    };
    record(platform, zone, permit, case, account, step).await
}

/// Records the conclusion of the Mahalla Seven. Recording it again changes nothing.
pub async fn record_conclusion(
    platform: &Platform,
    zone: kernel::Zone,
    permit: &Permit,
    case: CaseId,
    account: AccountId,
    conclusion: &Conclusion,
) -> StepResult<Case> {
    let cells = vec![
        Cell::Int(conclusion.informal_income.minor()),
        Cell::Int(i64::from(conclusion.difficult_situation)),
    ];
    let step = Step {
        id: conclusion.id,
        who: WaitFor::Seven,
        kind: code::SEVEN,
        source: Source::MahallaSeven,
        event: EventKind::Concluded,
        on: conclusion.concluded_on,
        income: conclusion.informal_income,
        cells,
        work: &[],
    };
    record(platform, zone, permit, case, account, step).await
}

struct Step<'a> {
    id: Uuid,
    who: WaitFor,
    kind: u16,
    source: Source,
    event: EventKind,
    on: Day,
    income: Money,
    cells: Vec<Cell>,
    work: &'a [WorkAnswer],
}

async fn record(
    platform: &Platform,
    zone: kernel::Zone,
    permit: &Permit,
    case: CaseId,
    account: AccountId,
    step: Step<'_>,
) -> StepResult<Case> {
    let mut tx = platform.db.begin().await?;
    let Some(mut case) = case::find(&mut tx, case).await? else {
        return Err(Stop::Refused(StepRefusal::NoCase { case }));
    };
    if is_recorded(&mut tx, step.id).await? {
        return Ok(case);
    }
    check(&case, &step, platform.clock.now().day(zone))?;
    let facts = facts_of(platform, &case, &step);
    let detail = json!({ "fact": facts[0].id, "on": step.on });
    registry::fact::record(&mut tx, permit, &facts).await?;
    remember(&mut tx, step.id, case.id).await?;
    case.happened(platform.clock.now(), step.event, Some(account), detail);
    case.waits(
        WaitFor::Assessment,
        String::new(),
        platform.clock.now(),
        None,
    );
    let job = NewJob::new(events::ASSESS, case.id.to_string(), "{}");
    let mut cases = [case];
    case::save(&mut tx, &mut cases).await?;
    job::enqueue(&mut tx, &platform.ids, &[job]).await?;
    tx.commit().await?;
    let [case] = cases;
    Ok(case)
}

fn check(case: &Case, step: &Step<'_>, today: Day) -> StepResult<()> {
    let awaited = case.state == State::Visiting
        && case.wait.as_ref().is_some_and(|wait| wait.who == step.who);
    let refusal = if !awaited {
        StepRefusal::NotAwaited {
            number: case.number.clone(),
            state: case.state,
        }
    } else if step.on < case.applied_on || step.on > today {
        StepRefusal::DayOutside {
            on: step.on,
            from: case.applied_on,
            to: today,
        }
    } else if step.income.is_negative() {
        StepRefusal::NegativeIncome {
            amount: step.income,
        }
    } else {
        match exemption::refusal(case, step.work, step.on)? {
            Some(refusal) => refusal,
            None => return Ok(()),
        }
    };
    Err(Stop::Refused(refusal))
}

/// What was found of the family, then what each adult said of work.
fn facts_of(platform: &Platform, case: &Case, step: &Step<'_>) -> Vec<Fact> {
    let fact = |owner, kind, rows| Fact {
        id: FactId(platform.ids.uuid()),
        owner,
        kind,
        source: step.source,
        as_of: step.on,
        received_at: platform.clock.now(),
        // The person's own message is the evidence.
        evidence: EvidenceId(step.id),
        body: FactBody::new(rows),
    };
    let of_family = fact(case.unit.0, step.kind, vec![step.cells.clone()]);
    let of_adult = |answer: &WorkAnswer| {
        let rows = exemption::rows(answer);
        fact(answer.person.0, code::WORK_EXEMPTION, rows)
    };
    let of_adults = step.work.iter().map(of_adult);
    std::iter::once(of_family).chain(of_adults).collect()
}

async fn is_recorded(tx: &mut Tx, id: Uuid) -> crate::fault::Result<bool> {
    let found = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT case_id FROM step_message WHERE id = $1",
        id
    )?;
    Ok(found.is_some())
}

async fn remember(tx: &mut Tx, id: Uuid, case: CaseId) -> crate::fault::Result<()> {
    execute!(
        tx,
        "INSERT INTO step_message (id, case_id) VALUES ($1, $2)",
        id,
        case.0
    )?;
    Ok(())
}
