//! Whom to ask what: only what is needed, of whom it is needed, and not again while
//! an answer is valid.

use super::harvest::{Key, Outcome};
use super::send::Inquiry;
use super::{Answered, Ask, CivilRound, Gathered, Silent, SilentReason, Who, civil_outcome};
use crate::consent;
use crate::evidence::{self, Evidence};
use crate::{Exchange, Result};
use access::Permit;
use kernel::day::completed_years;
use kernel::kin::ADULT_YEARS;
use kernel::{CaseId, Day, Month, PersonId, Pinfl, Source, UnitId};
use registry::{person, unit};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::Tx;

/// The family of one ask, after the civil registry has spoken.
#[derive(Debug)]
pub(super) struct Family {
    pub applicant: Option<PersonId>,
    pub civil: Outcome,
    pub unit: Option<UnitId>,
    pub members: Vec<FamilyMember>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct FamilyMember {
    pub person: PersonId,
    pub pinfl: Option<Pinfl>,
    pub is_adult: bool,
}

/// Calls to make and, beside them, what is known already.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub inquiries: Vec<Inquiry>,
    pub persons: HashMap<Pinfl, PersonId>,
    /// What agencies have ever said of everybody here.
    pub said: Vec<Evidence>,
    /// By ask: questions with their answer or the reason they are not asked.
    settled: Vec<Vec<(Source, PersonId, Outcome)>>,
    /// By ask: questions that were sent.
    sent: Vec<Vec<(Source, PersonId, Pinfl)>>,
}

/// Calls that share these may share persons.
type Group = (Source, Day, (Month, Month), Option<String>);

pub(super) fn civil_inquiries(
    exchange: &Exchange,
    permit: &Permit,
    asks: &[Ask],
    valid: &HashMap<Pinfl, Evidence>,
) -> Vec<Inquiry> {
    let mut groups: BTreeMap<Group, BTreeSet<Pinfl>> = BTreeMap::new();
    for ask in asks
        .iter()
        .filter(|ask| !valid.contains_key(&ask.applicant))
    {
        let group = (Source::CivilRegistry, ask.as_of, ask.window, None);
        groups.entry(group).or_default().insert(ask.applicant);
    }
    inquiries(exchange, issue(permit, asks).as_deref(), groups)
}

/// What our own log names the look by: the permit's run, whose rows say which cases, or the one case.
fn issue(permit: &Permit, asks: &[Ask]) -> Option<String> {
    match (permit.run(), asks) {
        (Some(run), _) => Some(run.to_string()),
        (None, [ask]) => Some(ask.case.to_string()),
        (None, _) => None,
    }
}

/// Cuts each group into calls of at most the partner's number of persons. Agencies
/// without a connector get none.
fn inquiries(
    exchange: &Exchange,
    issue: Option<&str>,
    groups: BTreeMap<Group, BTreeSet<Pinfl>>,
) -> Vec<Inquiry> {
    let mut inquiries = Vec::new();
    for ((agency, as_of, window, consent), persons) in groups {
        let Some(line) = exchange.lines.get(&agency) else {
            continue;
        };
        let persons: Vec<Pinfl> = persons.into_iter().collect();
        for part in persons.chunks(line.connector.persons_max) {
            let (persons, consent) = (part.to_vec(), consent.clone());
            inquiries.push(Inquiry {
                agency,
                as_of,
                window,
                consent,
                persons,
                issue: issue.map(str::to_owned),
            });
        }
    }
    inquiries
}

/// Members of a unit with their birth dates.
type Members = Vec<(PersonId, Day)>;
/// By block and applicant.
type Units<'a> = HashMap<(&'a str, PersonId), (UnitId, Members)>;

/// The units of the applicants, with the numbers of their members.
pub(super) async fn families(
    tx: &mut Tx,
    permit: &Permit,
    asks: &[Ask],
    civil: &CivilRound,
    known: &HashMap<Pinfl, PersonId>,
) -> Result<Vec<Family>> {
    let units = units(tx, permit, asks, known).await?;
    let everyone: BTreeSet<PersonId> = units
        .values()
        .flat_map(|(_, members)| members.iter().map(|member| member.0))
        .collect();
    let everyone: Vec<PersonId> = everyone.into_iter().collect();
    let numbers = person::pinfls_of(tx, permit, &everyone).await?;
    let family = |ask: &Ask| {
        let applicant = known.get(&ask.applicant).copied();
        let unit = applicant.and_then(|person| units.get(&(ask.block.as_str(), person)));
        let member = |(person, born): &(PersonId, Day)| FamilyMember {
            person: *person,
            pinfl: numbers.get(person).copied(),
            is_adult: completed_years(*born, ask.as_of) >= ADULT_YEARS,
        };
        Family {
            applicant,
            civil: civil_outcome(civil, ask),
            unit: unit.map(|(unit, _)| *unit),
            members: unit
                .map(|(_, list)| list.iter().map(member).collect())
                .unwrap_or_default(),
        }
    };
    Ok(asks.iter().map(family).collect())
}

async fn units<'a>(
    tx: &mut Tx,
    permit: &Permit,
    asks: &'a [Ask],
    known: &HashMap<Pinfl, PersonId>,
) -> Result<Units<'a>> {
    let mut blocks: BTreeMap<&str, Vec<PersonId>> = BTreeMap::new();
    for ask in asks {
        blocks
            .entry(&ask.block)
            .or_default()
            .extend(known.get(&ask.applicant));
    }
    let mut units = Units::new();
    for (block, applicants) in blocks {
        let of = unit::of_persons(tx, permit, block, &applicants).await?;
        let ids: Vec<UnitId> = of.values().copied().collect();
        let mut members: HashMap<UnitId, Members> = HashMap::with_capacity(ids.len());
        for row in unit::load_many(tx, permit, block, &ids).await? {
            let list = row
                .portrait()?
                .members
                .iter()
                .map(|m| (m.person, m.born))
                .collect();
            members.insert(row.unit, list);
        }
        for (applicant, unit) in of {
            let list = members.get(&unit).cloned().unwrap_or_default();
            units.insert((block, applicant), (unit, list));
        }
    }
    Ok(units)
}

pub(super) async fn plan(
    tx: &mut Tx,
    exchange: &Exchange,
    permit: &Permit,
    asks: &[Ask],
    families: &[Family],
) -> Result<Plan> {
    let said = evidence::of_persons(tx, permit, &everyone(families)).await?;
    let held = held(&said);
    let refusing = refusing(tx, exchange, permit, families).await?;
    let mut plan = Plan::default();
    let mut groups: BTreeMap<Group, BTreeSet<Pinfl>> = BTreeMap::new();
    for (ask, family) in asks.iter().zip(families) {
        let (mut settled, mut sent) = (Vec::new(), Vec::new());
        for (agency, who) in agencies(ask) {
            let wanted = family
                .members
                .iter()
                .filter(|m| who == Who::All || m.is_adult);
            for member in wanted {
                match question(exchange, (&held, &refusing), agency, ask, member) {
                    Err(outcome) => settled.push((agency, member.person, outcome)),
                    Ok(pinfl) => {
                        let needs = exchange.lines[&agency].connector.needs_consent;
                        let consent = ask.consent_for(agency).filter(|_| needs).cloned();
                        let group = (agency, ask.as_of, ask.window, consent);
                        groups.entry(group).or_default().insert(pinfl);
                        plan.persons.insert(pinfl, member.person);
                        sent.push((agency, member.person, pinfl));
                    }
                }
            }
        }
        plan.settled.push(settled);
        plan.sent.push(sent);
    }
    plan.inquiries = inquiries(exchange, issue(permit, asks).as_deref(), groups);
    plan.said = said;
    Ok(plan)
}

/// The agencies an ask needs beside the civil registry, each once.
fn agencies(ask: &Ask) -> BTreeMap<Source, Who> {
    let mut agencies: BTreeMap<Source, Who> = BTreeMap::new();
    for need in &ask.kinds {
        let Some(kind) = kernel::facts::kind(need.kind) else {
            continue;
        };
        let agency = kind.agency();
        if !crate::AGENCIES.contains(&agency) {
            continue; // people are asked elsewhere: visits, the Seven, declarations
        }
        let who = agencies.entry(agency).or_insert(need.who);
        if need.who == Who::All {
            *who = Who::All;
        }
    }
    agencies
}

/// The number to ask about, or why there is no need or no way.
fn question(
    exchange: &Exchange,
    (held, refusing): (&Held<'_>, &HashSet<PersonId>),
    agency: Source,
    ask: &Ask,
    member: &FamilyMember,
) -> Result<Pinfl, Outcome> {
    let never = |reason| Outcome::Silent {
        reason,
        retry_at: None,
    };
    // Without consent nothing is asked, and what was told with it is not used for another question.
    // The applicant's is for the family; whoever of it has said no is not asked about.
    let line = exchange.lines.get(&agency);
    let has_consent = || ask.consent_for(agency).is_some() && !refusing.contains(&member.person);
    if line.is_some_and(|line| line.connector.needs_consent) && !has_consent() {
        return Err(never(SilentReason::NoConsent));
    }
    let known = held
        .get(&(member.person, agency))
        .map(Vec::as_slice)
        .unwrap_or_default();
    if let Some(evidence) = best(known, ask) {
        let (evidence, as_of) = (evidence.id, evidence.as_of);
        return Err(Outcome::Answered {
            evidence,
            as_of,
            reused: true,
        });
    }
    if line.is_none() {
        return Err(never(SilentReason::NoConnector));
    }
    member.pinfl.ok_or(never(SilentReason::NoPinfl))
}

/// Of several the one that speaks for the day that is asked about: the last before it, and only where
/// there is none the first after it. Of one day the last to come.
fn best<'a>(known: &[&'a Evidence], ask: &Ask) -> Option<&'a Evidence> {
    let distance = |held: &&Evidence| {
        let days = ask.as_of.days_since(held.as_of);
        (days < 0, days.abs())
    };
    let fits = known.iter().filter(|held| still_answers(held, ask)).rev();
    fits.copied().min_by_key(distance)
}

/// Incomes are told by month, so the window must be the same; the rest is a state of
/// affairs on a day.
fn still_answers(held: &Evidence, ask: &Ask) -> bool {
    let is_of_months = || !is_by_month(held.agency) || held.window == ask.window;
    !held.mended && held.valid_until > ask.as_of && is_of_months()
}

/// Whether an agency's answer holds only for the months that were asked about.
pub(crate) fn is_by_month(agency: Source) -> bool {
    let mut kinds = kernel::facts::CATALOGUE.iter();
    kinds.any(|kind| kind.agency() == agency && kind.month().is_some())
}

/// What was told of a person by an agency, in the order in which it came.
type Held<'a> = HashMap<(PersonId, Source), Vec<&'a Evidence>>;

fn held(said: &[Evidence]) -> Held<'_> {
    let mut held = Held::new();
    for evidence in said {
        held.entry((evidence.person, evidence.agency))
            .or_default()
            .push(evidence);
    }
    held
}

fn everyone(families: &[Family]) -> Vec<PersonId> {
    let members = families
        .iter()
        .flat_map(|family| family.members.iter().map(|m| m.person));
    let persons: BTreeSet<PersonId> = members.collect();
    persons.into_iter().collect()
}

/// Whose own word is that the bank is not asked about them.
async fn refusing(
    tx: &mut Tx,
    exchange: &Exchange,
    permit: &Permit,
    families: &[Family],
) -> Result<HashSet<PersonId>> {
    let bank = exchange.lines.get(&Source::Bank);
    if !bank.is_some_and(|line| line.connector.needs_consent) {
        return Ok(HashSet::new());
    }
    consent::refusing(tx, permit, Source::Bank, &everyone(families)).await
}

impl Plan {
    /// The cases that wait for the answers of each call, by person.
    pub fn waiting(&self, asks: &[Ask], inquiry: &Inquiry) -> HashMap<Pinfl, Vec<CaseId>> {
        let mut cases: HashMap<Pinfl, Vec<CaseId>> = HashMap::new();
        for (ask, sent) in asks.iter().zip(&self.sent) {
            for (agency, _, pinfl) in sent {
                if *agency == inquiry.agency && inquiry.persons.contains(pinfl) {
                    cases.entry(*pinfl).or_default().push(ask.case);
                }
            }
        }
        cases
    }

    /// Answers each ask from what was settled and what came back.
    pub fn gathered(
        mut self,
        exchange: &Exchange,
        asks: &[Ask],
        families: Vec<Family>,
        outcome: impl Fn(&Key) -> Outcome,
    ) -> Vec<Gathered> {
        let said = std::mem::take(&mut self.said);
        let said = held(&said);
        let mut all = Vec::with_capacity(asks.len());
        for (at, (ask, family)) in asks.iter().zip(families).enumerate() {
            let mut gathered = Gathered {
                case: ask.case,
                applicant: family.applicant,
                unit: family.unit,
                answered: Vec::new(),
                silent: Vec::new(),
                lapsed: Vec::new(),
                aside: Vec::new(),
            };
            let has_civil = exchange.lines.contains_key(&Source::CivilRegistry);
            let civil = match family.civil {
                Outcome::Silent { .. } if !has_civil => Outcome::Silent {
                    reason: SilentReason::NoConnector,
                    retry_at: None,
                },
                outcome => outcome,
            };
            let civil_spoke = matches!(civil, Outcome::Answered { .. });
            gathered.add(Source::CivilRegistry, family.applicant, civil);
            if family.unit.is_none() && civil_spoke {
                let nowhere = Outcome::Silent {
                    reason: SilentReason::NoUnit,
                    retry_at: None,
                };
                gathered.add(Source::CivilRegistry, family.applicant, nowhere);
            }
            for (agency, person, outcome) in std::mem::take(&mut self.settled[at]) {
                gathered.add(agency, Some(person), outcome);
            }
            for (agency, person, pinfl) in std::mem::take(&mut self.sent[at]) {
                let outcome = outcome(&Key::of(agency, pinfl, ask));
                gathered.add(agency, Some(person), outcome);
            }
            gathered.set_aside(&said);
            all.push(gathered);
        }
        all
    }
}

impl Gathered {
    /// Agencies that were never asked have said nothing: what is known of them was imported, and holds.
    fn set_aside(&mut self, said: &Held<'_>) {
        let of = |person, agency| said.get(&(person, agency)).into_iter().flatten();
        for silent in &self.silent {
            let Some(person) = silent.person else {
                continue;
            };
            let before = of(person, silent.agency);
            self.lapsed.extend(before.map(|evidence| evidence.id));
        }
        self.lapsed.sort_unstable();
        for answer in &self.answered {
            let others = of(answer.person, answer.agency)
                .filter(|other| other.id != answer.evidence && other.as_of >= answer.as_of);
            self.aside.extend(others.map(|evidence| evidence.id));
        }
        self.aside.sort_unstable();
    }

    fn add(&mut self, agency: Source, person: Option<PersonId>, outcome: Outcome) {
        match (outcome, person) {
            (
                Outcome::Answered {
                    evidence,
                    as_of,
                    reused,
                },
                Some(person),
            ) => {
                self.answered.push(Answered {
                    agency,
                    person,
                    evidence,
                    as_of,
                    reused,
                });
            }
            (Outcome::Answered { .. }, None) => {}
            (Outcome::Silent { reason, retry_at }, person) => {
                self.silent.push(Silent {
                    agency,
                    person,
                    reason,
                    retry_at,
                });
            }
        }
    }
}
