//! Asking agencies for many families at once, and assessing what came in.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use access::{Action, Permit, Purpose};
use casework::assessment::{self, Answered, Silent};
use casework::case::Origin;
use casework::{Case, Shelf, case, events};
use exchange::consent::{self, Said};
use exchange::gather::{self, Ask, Gathered, Need, Who};
use kernel::{CaseId, Day, Instant, Month, PersonId, Pinfl, Source};
use rules::Pack;
use store::Tx;
use store::job::{self, Job, NewJob};

use super::Settled;
use crate::daftar::Daftar;
use crate::entitle;
use crate::error::Result;

/// Families asked about together: calls are shared, and one transaction writes them.
const FAMILIES_MAX: i64 = 200;
/// Cases assessed in one transaction.
const CASES_MAX: i64 = 500;
/// An answer that nobody promised is asked for again after so long.
const ASK_AGAIN_S: i64 = 6 * 3600;

/// What is done for a set of cases.
#[derive(Clone, Copy)]
enum Work {
    Gather,
    AssessAsKnown,
}

impl Daftar {
    /// Asks about the families that are due, and assesses them.
    pub(super) async fn gather_due(&self) -> Result<Settled> {
        let jobs = job::claim(&self.platform, events::GATHER, FAMILIES_MAX, job::LEASE_S).await?;
        if jobs.is_empty() {
            return Ok(Settled::default());
        }
        self.in_parts(&jobs, Work::Gather).await
    }

    /// Does the work of all jobs at once; of a set that fails each half is tried, so that what is wrong with
    /// one case holds up no other. Without the database nothing is tried.
    async fn in_parts(&self, jobs: &[Job], work: Work) -> Result<Settled> {
        let mut settled = Settled::default();
        let mut sets = vec![jobs];
        while let Some(set) = sets.pop() {
            let done = match work {
                Work::Gather => self.gather(set).await,
                Work::AssessAsKnown => self.assess_as_known(set).await,
            };
            let error = match done {
                Ok(one) => {
                    settled.add(one);
                    continue;
                }
                Err(error) => error,
            };
            self.open_cases(set).await?;
            if set.len() == 1 {
                settled.add(self.fail_all(set, &error.to_string()).await?);
                continue;
            }
            let (one, other) = set.split_at(set.len() / 2);
            sets.extend([other, one]);
        }
        Ok(settled)
    }

    async fn gather(&self, jobs: &[Job]) -> Result<Settled> {
        let permit = self
            .permit_for(Action::AssessCase, Purpose::Assessment, &ids(jobs))
            .await?;
        let cases = self.open_cases(jobs).await?;
        self.keep_consents(&permit, &cases).await?;
        let asks = self.asks(&permit, &cases).await?;
        let asked = asks.len();
        let gathered = gather::ask(&self.exchange, &permit, asks).await?;
        let answered: Vec<Answered> = gathered.iter().map(|g| answered(g, self.now())).collect();
        let settled = self
            .assess(&permit, jobs, &answered, again(&gathered, self.now()))
            .await?;
        Ok(Settled {
            gathered: asked,
            ..settled
        })
    }

    async fn open_cases(&self, jobs: &[Job]) -> Result<Vec<Case>> {
        let mut tx = self.platform.db.read().await?;
        let mut cases = case::load_all(&mut tx, &ids(jobs)).await?;
        cases.retain(|case| case.state.takes_facts());
        Ok(cases)
    }

    /// The consent that an application brought, which is for the bank and nobody else, becomes a record
    /// of its own, once: its person takes it back there.
    async fn keep_consents(&self, permit: &Permit, cases: &[Case]) -> Result<()> {
        let given: Vec<Said> = cases
            .iter()
            .filter(|case| case.bank_consent)
            .map(said)
            .collect();
        if given.is_empty() || !self.exchange.consented().contains(&Source::Bank) {
            return Ok(());
        }
        let ids = &self.platform.ids;
        self.exchange.agreements().await?;
        let mut tx = self.platform.db.begin().await?;
        consent::given_in_applications(&mut tx, ids, permit, Source::Bank, &given).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn asks(&self, permit: &Permit, cases: &[Case]) -> Result<Vec<Ask>> {
        let mut tx = self.platform.db.read().await?;
        let applicants: Vec<PersonId> = cases.iter().map(|case| case.applicant).collect();
        let consents = consent::standing(&mut tx, permit, Source::Bank, &applicants).await?;
        let pinfls = registry::person::pinfls_of(&mut tx, permit, &applicants).await?;
        let mut laws: BTreeMap<(&str, Day, u32), Laws> = BTreeMap::new();
        let mut asks = Vec::with_capacity(cases.len());
        for case in cases {
            let Some(pinfl) = pinfls.get(&case.applicant) else {
                tracing::warn!(case = %case.id, "the applicant has no PINFL; nobody can be asked");
                continue;
            };
            let key = (case.regime.as_str(), case.applied_on, case.district);
            let laws = match laws.entry(key) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Laws::of(&self.shelf, key)?),
            };
            let consent = consents.get(&case.applicant).filter(|one| {
                let application = (case.bank_consent, case.lodged_at);
                serves(one.given_at, case.origin, application)
            });
            let consent = consent.map(|one| one.name.clone());
            asks.push(ask(case, *pinfl, laws, consent));
        }
        Ok(asks)
    }

    /// Assesses cases whose facts came in otherwise: a visit, a conclusion.
    pub(super) async fn assess_due(&self) -> Result<Settled> {
        let jobs = job::claim(&self.platform, events::ASSESS, CASES_MAX, job::LEASE_S).await?;
        if jobs.is_empty() {
            return Ok(Settled::default());
        }
        self.in_parts(&jobs, Work::AssessAsKnown).await
    }

    /// On what is known, without asking anybody. What would have to be asked anew does not count: its
    /// agency is asked next.
    async fn assess_as_known(&self, jobs: &[Job]) -> Result<Settled> {
        let permit = self
            .permit_for(Action::AssessCase, Purpose::Assessment, &ids(jobs))
            .await?;
        let cases = self.open_cases(jobs).await?;
        let asks = self.asks(&permit, &cases).await?;
        let standing = gather::standing(&self.exchange, &permit, &asks).await?;
        let now = self.now();
        let mut answered: Vec<Answered> = standing.iter().map(|g| answered(g, now)).collect();
        // Of whom nobody can be asked everything known holds.
        let asked: HashSet<CaseId> = standing.iter().map(|one| one.case).collect();
        let others = ids(jobs).into_iter().filter(|case| !asked.contains(case));
        answered.extend(others.map(|case| Answered {
            case,
            silent: Vec::new(),
            lapsed: Vec::new(),
            aside: Vec::new(),
        }));
        self.assess(&permit, jobs, &answered, again(&standing, now))
            .await
    }

    /// One transaction: assessments, decisions, money that begins or ends, the jobs' end, and
    /// when to ask again.
    async fn assess(
        &self,
        permit: &Permit,
        jobs: &[Job],
        answered: &[Answered],
        again: Vec<(CaseId, Instant)>,
    ) -> Result<Settled> {
        let ids = &self.platform.ids;
        let mut tx = self.platform.db.begin().await?;
        let payable_from = payable_from(&mut tx, self.today().month()).await?;
        let mut settled = Settled::default();
        for part in answered.chunks(assessment::CASES_MAX) {
            let free = entitle::free_lines(&mut tx, payable_from, self.confirmed()).await?;
            let shelf = &self.shelf;
            let done =
                assessment::ready_cases(&mut tx, ids, shelf, permit, part, payable_from, free)
                    .await?;
            let followed = entitle::follow(&mut tx, ids, permit, &done.changes).await?;
            entitle::wait(&mut tx, ids, &followed).await?;
            settled.assessed += done.assessed;
            settled.refused += done.refused;
            settled.changes += followed.opened + followed.stopped;
        }
        job::done(&mut tx, jobs).await?;
        let later: Vec<NewJob> = again
            .into_iter()
            .map(|(case, at)| NewJob::new(events::GATHER, case.to_string(), "{}").at(at))
            .collect();
        job::enqueue(&mut tx, ids, &later).await?;
        tx.commit().await?;
        Ok(settled)
    }

    pub(super) async fn fail_all(&self, jobs: &[Job], error: &str) -> Result<Settled> {
        tracing::error!(jobs = jobs.len(), error, "work failed and is tried again");
        for job in jobs {
            job::fail(&self.platform, job, error).await?;
        }
        Ok(Settled {
            failed: jobs.len(),
            ..Settled::default()
        })
    }
}

/// The cases of jobs, each named by its job's key.
fn ids(jobs: &[Job]) -> Vec<CaseId> {
    jobs.iter().filter_map(|job| job.key.parse().ok()).collect()
}

/// The law of a case, and how far back any law in force on its day, that of its district's
/// overlays included, counts incomes: one question serves them all.
struct Laws {
    pack: Arc<Pack>,
    window_months: i32,
}

impl Laws {
    fn of(shelf: &Shelf, (regime, on, district): (&str, Day, u32)) -> Result<Laws> {
        let pack = shelf.regime(regime)?;
        let mut packs = shelf.overlays(on, district);
        packs.extend([Arc::clone(&pack), shelf.in_force(on)?]);
        let months = |pack: &Arc<Pack>| pack.window().months + pack.window().lag;
        let longest = packs.iter().map(months).max().unwrap_or_default();
        Ok(Laws {
            pack,
            window_months: i32::try_from(longest).expect("a window of at most some years"),
        })
    }

    /// The months to ask about, up to the last that counts.
    fn window(&self, last: Month) -> (Month, Month) {
        (last.plus(1 - self.window_months), last)
    }
}

/// An application without consent asks no bank, whatever was said before it; what is said after it
/// counts. A case that the system opened brings no word of its own: the one that stands holds.
fn serves(given_at: Instant, origin: Origin, (says_yes, lodged_at): (bool, Instant)) -> bool {
    origin != Origin::Application || says_yes || given_at >= lodged_at
}

fn said(case: &Case) -> Said {
    Said {
        person: case.applicant,
        opt_in: true,
        through: format!("application {}", case.number),
        by: None,
        at: case.lodged_at,
    }
}

fn ask(case: &Case, applicant: Pinfl, laws: &Laws, consent: Option<String>) -> Ask {
    let pack = &laws.pack;
    Ask {
        case: case.id,
        applicant,
        block: pack.unit().name.clone(),
        window: laws.window(case.window_end),
        as_of: case.applied_on,
        consent,
        kinds: pack.required_kinds().iter().filter_map(need).collect(),
    }
}

/// What an agency can be asked; visits, conclusions and declarations come from people.
fn need(required: &(u16, rules::Who)) -> Option<Need> {
    let (kind, who) = *required;
    let from_people = [Source::Visit, Source::MahallaSeven, Source::Declaration];
    let agency = kernel::facts::kind(kind)?.agency();
    let who = match who {
        rules::Who::Adults => Who::Adults,
        rules::Who::All | rules::Who::Children | rules::Who::Unit => Who::All,
    };
    (!from_people.contains(&agency)).then_some(Need { kind, who })
}

fn answered(gathered: &Gathered, now: Instant) -> Answered {
    let silent = gathered.silent.iter().map(|silent| Silent {
        agency: silent.agency.name().to_owned(),
        retry_at: silent.retry_at.unwrap_or(now.plus_seconds(ASK_AGAIN_S)),
    });
    Answered {
        case: gathered.case,
        silent: silent.collect(),
        lapsed: gathered.lapsed.clone(),
        aside: gathered.aside.clone(),
    }
}

/// When to ask again about whom: at the earliest promise.
fn again(gathered: &[Gathered], now: Instant) -> Vec<(CaseId, Instant)> {
    let mut soonest: HashMap<CaseId, Instant> = HashMap::new();
    for one in gathered {
        for at in one.silent.iter().filter_map(|silent| silent.retry_at) {
            let at = at.max(now.plus_seconds(1));
            let known = soonest.entry(one.case).or_insert(at);
            *known = (*known).min(at);
        }
    }
    let mut again: Vec<(CaseId, Instant)> = soonest.into_iter().collect();
    again.sort_unstable();
    again
}

/// The first month from `month` on that no payment run holds yet, nor any month after it: an event
/// may lie before the first run that there ever was.
pub(crate) async fn payable_from(tx: &mut Tx, month: Month) -> Result<Month> {
    let last = payments::run::last_regular(tx).await?;
    Ok(last.map_or(month, |last| month.max(last.plus(1))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::law;

    #[test]
    fn which_consent_serves_a_case() {
        let check = |origin, says_yes, given_at, expected: bool| {
            let served = serves(Instant(given_at), origin, (says_yes, Instant(10)));
            assert_eq!(served, expected, "{origin:?} {says_yes} {given_at}");
        };
        check(Origin::Application, true, 5, true);
        check(Origin::Application, false, 5, false);
        check(Origin::Application, false, 10, true);
        // Given after an application without it: what grows out of its award goes on with it.
        check(Origin::Reassessment, false, 5, true);
        check(Origin::Reassessment, true, 5, true);
    }

    /// The window that the agencies are asked about for an application of a day in a district.
    fn asked(shelf: &Shelf, on: &str, district: u32) -> (String, String) {
        let on = Day::parse(on).expect(on);
        let regime = shelf.in_force(on).expect("a regime");
        let laws = Laws::of(shelf, (regime.id(), on, district)).expect("laws");
        let (first, last) = laws.window(on.month().plus(-1));
        (first.to_string(), last.to_string())
    }

    #[test]
    fn the_agencies_are_asked_for_the_longest_window_of_the_laws_in_force_there_and_then() {
        let folder = tempfile::tempdir().unwrap();
        let packs = law(&folder);
        let file = packs.join("uz/uz-pilot/regime.md");
        let text = std::fs::read_to_string(&file).unwrap();
        let longer = "cut-off day: 16\nwindow months: 12";
        assert!(text.contains("cut-off day: 16"));
        std::fs::write(&file, text.replacen("cut-off day: 16", longer, 1)).unwrap();
        let read = crate::packs::read(&packs, "uz").unwrap();
        let shelf = Shelf::new(kernel::Zone::tashkent(), read);
        let check = |on, district, first: &str, last: &str| {
            let window = (first.to_owned(), last.to_owned());
            assert_eq!(asked(&shelf, on, district), window, "{on} in {district}");
        };
        check("2020-03-10", 1_724_220, "2019-03", "2020-02");
        check("2020-03-10", 1_726_262, "2019-12", "2020-02");
        check("2021-03-10", 1_724_220, "2020-12", "2021-02");
    }
}
