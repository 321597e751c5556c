//! Gathering the facts of many families in one go.
//!
//! First the civil registry for the applicants: its answers settle persons, ties and
//! homes, so the units can be composed. Then every other agency for the members, all
//! families together: persons of many families share a call, calls go in parallel
//! within each partner's limits. Two transactions in all, however many families.

mod harvest;
mod plan;
mod send;

use crate::evidence::{self, Evidence};
use crate::mended;
use crate::{Exchange, Result};
use access::{Action, Permit};
pub(crate) use harvest::Harvest;
use harvest::Outcome;
use kernel::{CaseId, Day, EvidenceId, Instant, Month, PersonId, Pinfl, Source, UnitId};
pub(crate) use plan::is_by_month;
use plan::{Family, Plan};
use registry::{civil, fact, person};
pub(crate) use send::Inquiry;
use std::collections::HashMap;
use store::Tx;

/// Persons in one call, whatever the connector says.
pub const PERSONS_A_CALL_MAX: usize = 1_000;
/// Families gathered in one go; more are gathered set by set.
pub const FAMILIES_A_SET_MAX: usize = 500;

/// What a case needs to know.
#[derive(Debug, Clone)]
pub struct Ask {
    pub case: CaseId,
    pub applicant: Pinfl,
    /// Name of the unit block by which the family is composed.
    pub block: String,
    /// First and last month of income, both included.
    pub window: (Month, Month),
    pub as_of: Day,
    /// The consent that lets us ask the bank.
    pub consent: Option<String>,
    pub kinds: Vec<Need>,
}

impl Ask {
    /// The consent that was given for this agency: an application's is for the bank and nobody else.
    fn consent_for(&self, agency: Source) -> Option<&String> {
        self.consent.as_ref().filter(|_| agency == Source::Bank)
    }
}

/// A kind of fact and about whom it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub kind: u16,
    pub who: Who,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Members of 18 completed years on the day.
    Adults,
    All,
}

/// What was learnt for one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    pub case: CaseId,
    /// `None` while the civil registry has not told us who this is.
    pub applicant: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub answered: Vec<Answered>,
    /// Empty when everything needed is known.
    pub silent: Vec<Silent>,
    /// What those who are silent now had said before, when it held: it answers this question no more.
    pub lapsed: Vec<EvidenceId>,
    /// What those who answered had said to other questions, of other months or later days: it would
    /// stand before their answer to this one.
    pub aside: Vec<EvidenceId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    pub agency: Source,
    pub person: PersonId,
    pub evidence: EvidenceId,
    pub as_of: Day,
    /// True when an earlier answer is still valid and nobody was asked.
    pub reused: bool,
}

/// An agency that did not say what was needed; what it would say stays unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silent {
    pub agency: Source,
    /// About whom; `None` when the applicant is not known yet.
    pub person: Option<PersonId>,
    pub reason: SilentReason,
    /// When to ask again; `None` when asking again would not help.
    pub retry_at: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SilentReason {
    /// It promised an answer.
    #[error("will answer by {ready_at}")]
    Pending { ready_at: Instant },
    #[error("{0}")]
    Failed(crate::CallFailure),
    /// It answered, and the answer was not believed.
    #[error("its answer was refused: {0}")]
    Refused(crate::AnswerRefusal),
    #[error("passed the person over")]
    PassedOver,
    #[error("was not asked yet")]
    NotAsked,
    #[error("the civil registry does not know this number")]
    NotFound,
    #[error("may only be asked with consent")]
    NoConsent,
    #[error("cannot be asked about a person without a PINFL")]
    NoPinfl,
    #[error("no connector is configured")]
    NoConnector,
    #[error("the person belongs to no unit: not alive, or not known")]
    NoUnit,
}

/// Gathers for each case; the answers come in the order of the asks.
pub async fn ask(exchange: &Exchange, permit: &Permit, asks: Vec<Ask>) -> Result<Vec<Gathered>> {
    permit.must_be_for(&[
        Action::GatherFacts,
        Action::AssessCase,
        Action::LodgeApplication,
    ]);
    let mut gathered = Vec::with_capacity(asks.len());
    for set in asks.chunks(FAMILIES_A_SET_MAX) {
        gathered.extend(ask_set(exchange, permit, set).await?);
    }
    Ok(gathered)
}

async fn ask_set(exchange: &Exchange, permit: &Permit, asks: &[Ask]) -> Result<Vec<Gathered>> {
    let civil = ask_civil_registry(exchange, permit, asks).await?;
    let (families, plan) = settle_families(exchange, permit, asks, civil).await?;
    let (later, at_once) = split(exchange, &plan.inquiries);
    let replies = send::send(exchange, &at_once).await;
    let mut harvest = Harvest::reap(exchange, replies);
    let waiting = |inquiry: &Inquiry| plan.waiting(asks, inquiry);
    await_answers(exchange, &later, waiting, &mut harvest).await?;
    if !harvest.is_empty() {
        let mut tx = exchange.platform.db.begin().await?;
        let received = harvest
            .store(&mut tx, &exchange.evidence_keys, &plan.persons)
            .await?;
        fact::record(&mut tx, permit, &harvest.facts(&plan.persons)).await?;
        let ids = &exchange.platform.ids;
        let received = (received.as_slice(), ids.now());
        let (mended, of) = mended::find(&mut tx, permit, &plan.said, received).await?;
        mended::keep(&mut tx, ids, (&mended, &of)).await?;
        tx.commit().await?;
    }
    Ok(plan.gathered(exchange, asks, families, |key| harvest.outcome(key)))
}

/// How the questions of cases stand, without asking anybody: what is answered still, and of whom
/// nothing is known that holds.
pub async fn standing(exchange: &Exchange, permit: &Permit, asks: &[Ask]) -> Result<Vec<Gathered>> {
    permit.must_be_for(&[Action::AssessCase]);
    let mut tx = exchange.platform.db.read().await?;
    let pinfls: Vec<Pinfl> = asks.iter().map(|ask| ask.applicant).collect();
    let known = person::find_by_pinfls(&mut tx, permit, &pinfls).await?;
    let civil = CivilRound {
        harvest: Harvest::default(),
        valid: valid_civil(&mut tx, permit, asks, &known).await?,
    };
    let families = plan::families(&mut tx, permit, asks, &civil, &known).await?;
    let plan = plan::plan(&mut tx, exchange, permit, asks, &families).await?;
    let not_asked = Outcome::Silent {
        reason: SilentReason::NotAsked,
        retry_at: Some(exchange.platform.clock.now()),
    };
    Ok(plan.gathered(exchange, asks, families, |_| not_asked.clone()))
}

/// Calls whose answers come later, and those that are answered at once.
fn split(exchange: &Exchange, inquiries: &[Inquiry]) -> (Vec<Inquiry>, Vec<Inquiry>) {
    let is_later = |inquiry: &Inquiry| {
        let connector = &exchange.lines[&inquiry.agency].connector;
        connector.dialect.later().is_some()
    };
    inquiries.iter().cloned().partition(is_later)
}

/// Keeps the questions that are answered later, and notes how they stand.
async fn await_answers(
    exchange: &Exchange,
    later: &[Inquiry],
    waiting: impl Fn(&Inquiry) -> HashMap<Pinfl, Vec<CaseId>>,
    harvest: &mut Harvest,
) -> Result<()> {
    if later.is_empty() {
        return Ok(());
    }
    let mut tx = exchange.platform.db.begin().await?;
    for inquiry in later {
        let standing = exchange.keep(&mut tx, inquiry, &waiting(inquiry)).await?;
        harvest.awaits(inquiry, standing);
    }
    Ok(tx.commit().await?)
}

/// The civil registry's word about the applicants: said just now, or still valid.
struct CivilRound {
    harvest: Harvest,
    valid: HashMap<Pinfl, Evidence>,
}

async fn ask_civil_registry(
    exchange: &Exchange,
    permit: &Permit,
    asks: &[Ask],
) -> Result<CivilRound> {
    let mut tx = exchange.platform.db.read().await?;
    let pinfls: Vec<Pinfl> = asks.iter().map(|ask| ask.applicant).collect();
    let known = person::find_by_pinfls(&mut tx, permit, &pinfls).await?;
    let valid = valid_civil(&mut tx, permit, asks, &known).await?;
    drop(tx);
    let inquiries = plan::civil_inquiries(exchange, permit, asks, &valid);
    let (later, at_once) = split(exchange, &inquiries);
    let replies = send::send(exchange, &at_once).await;
    let mut harvest = Harvest::reap(exchange, replies);
    let waiting = |_: &Inquiry| {
        let mut cases: HashMap<Pinfl, Vec<CaseId>> = HashMap::new();
        for ask in asks {
            cases.entry(ask.applicant).or_default().push(ask.case);
        }
        cases
    };
    await_answers(exchange, &later, waiting, &mut harvest).await?;
    Ok(CivilRound { harvest, valid })
}

async fn valid_civil(
    tx: &mut Tx,
    permit: &Permit,
    asks: &[Ask],
    known: &HashMap<Pinfl, PersonId>,
) -> Result<HashMap<Pinfl, Evidence>> {
    let persons: Vec<PersonId> = known.values().copied().collect();
    let held = evidence::of_persons(tx, permit, &persons).await?;
    let mut by_person: HashMap<PersonId, Evidence> = HashMap::new();
    for evidence in held
        .into_iter()
        .filter(|held| held.agency == Source::CivilRegistry)
    {
        by_person.insert(evidence.person, evidence);
    }
    let mut valid = HashMap::new();
    for ask in asks {
        let held = known
            .get(&ask.applicant)
            .and_then(|person| by_person.get(person));
        if let Some(held) = held.filter(|held| held.valid_until > ask.as_of && held.found) {
            valid.insert(ask.applicant, held.clone());
        }
    }
    Ok(valid)
}

/// Applies the civil registry's word and works out whom to ask what.
async fn settle_families(
    exchange: &Exchange,
    permit: &Permit,
    asks: &[Ask],
    mut civil: CivilRound,
) -> Result<(Vec<Family>, Plan)> {
    let (platform, ids) = (&exchange.platform, &exchange.platform.ids);
    let wrote = !civil.harvest.is_empty();
    let mut tx = if wrote {
        platform.db.begin().await?
    } else {
        platform.db.read().await?
    };
    let answers = civil.harvest.civil_answers();
    if !answers.is_empty() {
        civil::apply(&mut tx, ids, permit, &answers, platform.clock.now()).await?;
    }
    let pinfls: Vec<Pinfl> = asks.iter().map(|ask| ask.applicant).collect();
    let known = person::find_by_pinfls(&mut tx, permit, &pinfls).await?;
    if wrote {
        civil
            .harvest
            .store(&mut tx, &exchange.evidence_keys, &known)
            .await?;
    }
    let families = plan::families(&mut tx, permit, asks, &civil, &known).await?;
    let plan = plan::plan(&mut tx, exchange, permit, asks, &families).await?;
    if wrote {
        tx.commit().await?;
    }
    Ok((families, plan))
}

/// How the civil registry stands to one ask.
fn civil_outcome(civil: &CivilRound, ask: &Ask) -> Outcome {
    if let Some(held) = civil.valid.get(&ask.applicant) {
        let (evidence, as_of) = (held.id, held.as_of);
        return Outcome::Answered {
            evidence,
            as_of,
            reused: true,
        };
    }
    civil
        .harvest
        .outcome(&harvest::Key::of(Source::CivilRegistry, ask.applicant, ask))
}
