//! An application: a person's number and consents, nothing else. Everything else is asked of
//! the agencies. Lodged by the person or by a mahalla worker, who cannot decide it.

pub mod number;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use ::store::job::{self, NewJob};
use ::store::{Platform, Tx};
use access::{Area, Permit};
use kernel::ids::{AccountId, ApplicationId};
use kernel::{CaseId, Day, Instant, Lang, Month, PersonId, Pinfl};
use registry::unit::UnitRow;
use serde_json::json;

use crate::award;
use crate::case::{
    self, Case, EventKind, Origin, State, WaitFor, counted_month, first_paid_month, window_end,
};
use crate::events;
use crate::fault::{Fault, Result, Stop};
use crate::language;
use crate::migration::gather_jobs;
use crate::shelf::Shelf;

/// What is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApplication {
    /// Made by the client: the same id is the same application.
    pub id: ApplicationId,
    pub pinfl: Pinfl,
    /// The person agrees that the agencies are asked.
    pub consent: bool,
    /// The person agrees that the banks are asked for balances.
    pub bank_consent: bool,
    /// The language of the person's letters, when it was said.
    pub lang: Option<Lang>,
    /// The account that lodged it.
    pub lodged_by: AccountId,
}

/// The receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lodged {
    pub case: CaseId,
    pub number: String,
    pub received_at: Instant,
    pub regime: String,
    pub applicant: PersonId,
    pub counted_month: Month,
}

/// Why an application is not taken, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the person has not agreed that the agencies are asked")]
    NoConsent,
    #[error("application {id} was already lodged for another person")]
    IdOfAnother { id: ApplicationId },
    #[error("the register holds no person with this PINFL")]
    UnknownPerson,
    /// Where, only the access log is told: a worker who types a number learns no address by it.
    #[error("the person lives elsewhere: the worker there lodges, or the person")]
    LivesElsewhere { applicant: PersonId, home: Area },
    #[error("the register says that this person has died")]
    PersonDead,
    #[error("the register holds no family of this person")]
    NoFamily,
    #[error("the family has applied in {month} already: {number}")]
    AlreadyThisMonth { month: Month, number: String },
    #[error("the family is helped until the end of {last_month} under {number}")]
    AlreadyAwarded { last_month: Month, number: String },
}

impl Refusal {
    /// For machines: the word of the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NoConsent => "no_consent",
            Refusal::IdOfAnother { .. } => "id_of_another",
            Refusal::UnknownPerson => "unknown_person",
            Refusal::LivesElsewhere { .. } => "lives_elsewhere",
            Refusal::PersonDead => "person_dead",
            Refusal::NoFamily => "no_family",
            Refusal::AlreadyThisMonth { .. } => "already_this_month",
            Refusal::AlreadyAwarded { .. } => "already_awarded",
        }
    }
}

pub type LodgeStop = Stop<Refusal>;

/// Lodges an application and lets the agencies be asked, in one transaction.
pub async fn lodge(
    platform: &Platform,
    shelf: &Shelf,
    permit: &Permit,
    new: &NewApplication,
) -> std::result::Result<Lodged, LodgeStop> {
    let mut tx = platform.db.begin().await?;
    let lodged = lodge_in(&mut tx, platform, shelf, permit, new).await?;
    tx.commit().await?;
    Ok(lodged)
}

async fn lodge_in(
    tx: &mut Tx,
    platform: &Platform,
    shelf: &Shelf,
    permit: &Permit,
    new: &NewApplication,
) -> std::result::Result<Lodged, LodgeStop> {
    if !new.consent {
        return Err(Stop::Refused(Refusal::NoConsent));
    }
    let applicant = registry::person::find_by_pinfl(tx, permit, new.pinfl).await?;
    let applicant = applicant.ok_or(Stop::Refused(Refusal::UnknownPerson))?;
    if let Some(before) = store::find(tx, new.id).await? {
        return receipt_again(before, applicant, new.id);
    }
    let now = platform.clock.now();
    let today = now.day(shelf.zone());
    refuse_elsewhere(tx, permit, applicant, today).await?;
    refuse_dead(tx, permit, applicant).await?;
    let pack = shelf.in_force(today)?;
    let unit = family_of(tx, permit, pack.unit().name.as_str(), applicant).await?;
    tx.alone(&format!("family {}", unit.unit)).await?;
    refuse_second(tx, &unit, today.month()).await?;
    let counted = counted_month(today, pack.cut_off_day());
    refuse_awarded(tx, shelf, pack.id(), applicant, counted).await?;
    let case = open(
        tx,
        platform,
        &unit,
        applicant,
        pack.id(),
        today,
        pack.cut_off_day(),
    )
    .await?;
    if let Some(lang) = new.lang {
        language::choose(tx, applicant, lang, now).await?;
    }
    let lodged = receipt(&case);
    store::insert(tx, new, &case).await?;
    begin(tx, platform, case, new).await?;
    Ok(lodged)
}

/// A worker lodges for those of the own mahalla, and for those of whom nobody knows yet where
/// they live; the permit says for whom this account may.
async fn refuse_elsewhere(
    tx: &mut Tx,
    permit: &Permit,
    applicant: PersonId,
    today: Day,
) -> std::result::Result<(), LodgeStop> {
    let Some(home) = registry::kin::home(tx, permit, applicant, today).await? else {
        return Ok(());
    };
    let home = Area::from_code(i64::from(home.mahalla)).unwrap_or(Area::District(home.district));
    if permit.opens_person(applicant, home) {
        return Ok(());
    }
    Err(Stop::Refused(Refusal::LivesElsewhere { applicant, home }))
}

/// Whoever stands here alive has to be told what is wrong, and who mends it.
async fn refuse_dead(
    tx: &mut Tx,
    permit: &Permit,
    applicant: PersonId,
) -> std::result::Result<(), LodgeStop> {
    match registry::person::died(tx, permit, &[applicant])
        .await?
        .is_empty()
    {
        true => Ok(()),
        false => Err(Stop::Refused(Refusal::PersonDead)),
    }
}

fn receipt_again(
    before: Lodged,
    applicant: PersonId,
    id: ApplicationId,
) -> std::result::Result<Lodged, LodgeStop> {
    if before.applicant != applicant {
        return Err(Stop::Refused(Refusal::IdOfAnother { id }));
    }
    Ok(before)
}

fn receipt(case: &Case) -> Lodged {
    Lodged {
        case: case.id,
        number: case.number.clone(),
        received_at: case.lodged_at,
        regime: case.regime.clone(),
        applicant: case.applicant,
        counted_month: case.counted_month,
    }
}

async fn family_of(
    tx: &mut Tx,
    permit: &Permit,
    block: &str,
    applicant: PersonId,
) -> std::result::Result<UnitRow, LodgeStop> {
    let unit = registry::unit::of_person(tx, permit, block, applicant).await?;
    unit.ok_or(Stop::Refused(Refusal::NoFamily))
}

async fn refuse_second(
    tx: &mut Tx,
    unit: &UnitRow,
    month: Month,
) -> std::result::Result<(), LodgeStop> {
    match store::of_unit_in_month(tx, unit.unit, month).await? {
        Some(number) => Err(Stop::Refused(Refusal::AlreadyThisMonth { month, number })),
        None => Ok(()),
    }
}

/// A family whose award runs in the month that the application would be paid from has nothing
/// to apply for.
async fn refuse_awarded(
    tx: &mut Tx,
    shelf: &Shelf,
    regime: &str,
    applicant: PersonId,
    counted: Month,
) -> std::result::Result<(), LodgeStop> {
    let running = award::of_persons(tx, &[applicant], first_paid_month(counted)).await?;
    let same = |running: &award::Running| shelf.is_same_benefit(regime, &running.award.regime);
    let Some((_, running)) = running.into_iter().find(|(_, running)| same(running)) else {
        return Ok(());
    };
    let last_month = running.end().plus(-1);
    let number = case::load(tx, running.award.case).await?.number;
    Err(Stop::Refused(Refusal::AlreadyAwarded {
        last_month,
        number,
    }))
}

/// A new case of a family on a day.
async fn open(
    tx: &mut Tx,
    platform: &Platform,
    unit: &UnitRow,
    applicant: PersonId,
    regime: &str,
    today: Day,
    cut_off_day: u32,
) -> Result<Case> {
    let id = CaseId(platform.ids.uuid());
    let mut case = Case {
        origin: Origin::Application,
        applicant,
        unit: unit.unit,
        district: unit.district,
        mahalla: unit.mahalla,
        regime: regime.to_owned(),
        lodged_at: platform.clock.now(),
        applied_on: today,
        counted_month: counted_month(today, cut_off_day),
        window_end: window_end(today),
        ..Case::blank(id, State::Gathering)
    };
    give_numbers(tx, std::slice::from_mut(&mut case)).await?;
    Ok(case)
}

/// Numbers tried for one case; each is taken with a chance of some per cent at most.
const NUMBER_ATTEMPTS_MAX: u32 = 16;

/// Gives each new case the first of its numbers that nobody has, neither stored nor among them.
pub(crate) async fn give_numbers(tx: &mut Tx, cases: &mut [Case]) -> Result<()> {
    let mut given: HashSet<String> = HashSet::with_capacity(cases.len());
    let mut without: Vec<usize> = (0..cases.len()).collect();
    for attempt in 0..NUMBER_ATTEMPTS_MAX {
        let numbers = without.iter().map(|at| number::of(cases[*at].id, attempt));
        let numbers: Vec<String> = numbers.collect();
        let taken = case::taken_numbers(tx, &numbers).await?;
        let mut still_without = Vec::new();
        for (at, number) in without.into_iter().zip(numbers) {
            if taken.contains(&number) || !given.insert(number.clone()) {
                still_without.push(at);
            } else {
                cases[at].number = number;
            }
        }
        if still_without.is_empty() {
            return Ok(());
        }
        without = still_without;
    }
    Err(Fault::Stored {
        what: "case numbers",
        reason: "all that were tried are taken".to_owned(),
    })
}

async fn begin(
    tx: &mut Tx,
    platform: &Platform,
    mut case: Case,
    new: &NewApplication,
) -> Result<()> {
    case.bank_consent = new.bank_consent;
    case.waits(WaitFor::Agency, String::new(), case.lodged_at, None);
    let detail = json!({ "application": new.id, "bank_consent": new.bank_consent });
    case.happened(
        case.lodged_at,
        EventKind::Lodged,
        Some(new.lodged_by),
        detail,
    );
    let job = NewJob::new(events::GATHER, case.id.to_string(), "{}");
    case::save(tx, &mut [case]).await?;
    job::enqueue(tx, &platform.ids, &[job]).await?;
    Ok(())
}

/// The applicant lets somebody be asked who could not be asked before: the agencies of open cases are
/// asked again at once.
pub async fn ask_again(tx: &mut Tx, platform: &Platform, applicant: PersonId) -> Result<()> {
    let mut cases = case::of_applicant(tx, applicant).await?;
    cases.retain(|case| case.state.takes_facts());
    let keys: Vec<String> = cases.iter().map(|case| case.id.to_string()).collect();
    job::hasten(tx, &platform.ids, events::GATHER, &keys).await?;
    job::enqueue(tx, &platform.ids, &gather_jobs(&cases)).await?;
    Ok(())
}

/// The family takes its application back; what is decided is decided.
pub async fn withdraw(
    tx: &mut Tx,
    now: Instant,
    case: CaseId,
    account: AccountId,
) -> std::result::Result<Case, Stop<NotOpen>> {
    let mut case = case::load(tx, case).await?;
    if !case.state.is_open() {
        return Err(Stop::Refused(NotOpen {
            number: case.number,
            state: case.state,
        }));
    }
    case.state = State::Withdrawn;
    case.wait = None;
    case.happened(now, EventKind::Withdrawn, Some(account), json!({}));
    let mut cases = [case];
    case::save(tx, &mut cases).await?;
    let [case] = cases;
    Ok(case)
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("case {number} is {state} already and cannot be withdrawn")]
pub struct NotOpen {
    pub number: String,
    pub state: State,
}
