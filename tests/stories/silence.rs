//! Agencies that do not answer: a case waits, and nothing is refused for what is not known.

use std::time::Duration;

use access::{Action, Area, Purpose, Role, Scope, Subject};
use casework::application::{self, NewApplication};
use casework::case::{Case, State, Verdict, WaitFor, counted_by};
use kernel::ids::{AccountId, ApplicationId};
use kernel::{CaseId, Instant, Source};
use rules::explain::{FactUsed, Trace};
use rules::outcome::Truth;

use crate::stage::{self, Cast, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_refusal_rests_on_what_a_silent_agency_did_not_say() {
    let silent = Cast {
        families: 300,
        late: 1000,
        ..Cast::default()
    };
    stage::each(silent, async |stage| {
        stage.play("2026-01-08T09:00:00+05:00").await;
        let early = cases(stage).await;
        let waiting = early
            .iter()
            .filter(|case| waits_for_an_agency(case))
            .count();
        assert!(waiting > 0, "nobody waits for an agency that is silent");
        every_refusal_is_known(stage, &early).await;

        stage.play("2026-01-26T09:00:00+05:00").await;
        let late = cases(stage).await;
        let refused = every_refusal_is_known(stage, &late).await;
        assert!(refused > 0, "late answers settle cases too");
        stage.everything_holds().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_makes_nobody_poorer() {
    let cut = Cast {
        families: 150,
        late: 300,
        timeout: 20,
        ..Cast::default()
    };
    stage::each(cut, async |stage| {
        stage.play("2026-01-12T09:00:00+05:00").await;
        let cases = cases(stage).await;
        every_refusal_is_known(stage, &cases).await;
        stage.everything_holds().await;
    })
    .await;
}

/// Half a year later, for a week.
const SCENARIO: &str = "
    [[fault]]
    agency = 'cadastre'
    fault = 'reset'
    from = '2026-06-01T00:00:00+05:00'
    until = '2026-06-08T00:00:00+05:00'

    [[fault]]
    agency = 'vehicles'
    fault = 'reset'
    from = '2026-06-01T00:00:00+05:00'
    until = '2026-06-08T00:00:00+05:00'
";
const MOMENT: Duration = Duration::from_millis(200);
const DOWN: [Source; 2] = [Source::Cadastre, Source::Vehicles];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_rests_on_what_a_silent_agency_said_half_a_year_before() {
    let down = Cast {
        families: 800,
        scenario: SCENARIO,
        ..Cast::default()
    };
    stage::on_sqlite(down, async |stage| {
        stage.play("2026-01-26T09:00:00+05:00").await;
        let first = refused_on(stage, cases(stage).await).await;
        assert!(first.len() > 2, "{} refused on what they own", first.len());

        stage.clock(instant("2026-06-02T09:00:00+05:00")).await;
        let mut again = Vec::new();
        for case in first {
            again.push(apply_again(stage, &case).await);
        }
        stage.daftar.settle().await.expect("a settling");
        let waiting = load(stage, &again).await;
        assert_eq!(refused_on(stage, waiting.clone()).await.len(), 0);
        let waiting = waiting.iter().filter(|case| waits_for_an_agency(case));
        assert!(waiting.count() > 1, "nobody waits for those who are silent");

        // They are asked again without anybody's doing, and what they own refuses.
        let mut settled = load(stage, &again).await;
        for day in 8..30 {
            // An agency that was left alone is left so by the clock on the wall.
            tokio::time::sleep(MOMENT).await;
            let morning = format!("2026-06-{day:02}T09:00:00+05:00");
            stage.clock(instant(&morning)).await;
            settled = load(stage, &again).await;
            if !settled.iter().any(waits_for_an_agency) {
                break;
            }
        }
        assert!(!settled.iter().any(waits_for_an_agency));
        assert!(refused_on(stage, settled).await.len() > 1);
        stage.everything_holds().await;
    })
    .await;
}

fn instant(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("an instant")
}

async fn apply_again(stage: &Stage, former: &Case) -> CaseId {
    let daftar = &stage.daftar;
    let citizen = Subject {
        account: AccountId::from_u128(1),
        role: Role::Citizen,
        territory: Area::Country,
        person: Some(former.applicant),
        office: String::new(),
        errand: access::Errand::NONE,
    };
    let (action, scope) = (Action::LodgeApplication, Scope::own(&citizen));
    let permit = access::permit(&daftar.platform, &citizen, action, Purpose::Intake, scope);
    let permit = permit.await.expect("a permit");
    let mut tx = daftar.platform.db.read().await.expect("a snapshot");
    let numbers = registry::person::pinfls_of(&mut tx, &permit, &[former.applicant]).await;
    drop(tx);
    let new = NewApplication {
        id: ApplicationId(daftar.platform.ids.uuid()),
        pinfl: numbers.expect("numbers")[&former.applicant],
        consent: true,
        bank_consent: true,
        lang: None,
        lodged_by: citizen.account,
    };
    let lodged = application::lodge(&daftar.platform, &daftar.shelf, &permit, &new).await;
    lodged.expect("an application").case
}

async fn load(stage: &Stage, cases: &[CaseId]) -> Vec<Case> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let loaded = casework::case::load_all(&mut tx, cases).await;
    loaded.expect("cases")
}

/// Those that were refused on what one of the agencies said.
async fn refused_on(stage: &Stage, cases: Vec<Case>) -> Vec<Case> {
    let daftar = &stage.daftar;
    let permit = daftar
        .permit(Action::AssessCase, Purpose::Oversight, 0)
        .await
        .expect("a permit");
    let mut tx = daftar.platform.db.read().await.expect("a snapshot");
    let mut found = Vec::new();
    for case in cases
        .into_iter()
        .filter(|case| case.state == State::Refused)
    {
        let explained = casework::letter::explain(&mut tx, &permit, &daftar.shelf, &case).await;
        let trace = explained.expect("a trace").trace;
        let deciding = trace.deciding.map(|place| &trace.conditions[place]);
        let rests = |fact: &FactUsed| DOWN.contains(&fact.source);
        if deciding.is_some_and(|one| one.facts.iter().any(rests)) {
            found.push(case);
        }
    }
    found
}

fn waits_for_an_agency(case: &Case) -> bool {
    let agency = case.wait.as_ref().is_some_and(|w| w.who == WaitFor::Agency);
    agency && case.decision.is_none()
}

async fn cases(stage: &Stage) -> Vec<Case> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    counted_by(&mut tx, stage::month(2026, 2))
        .await
        .expect("cases")
}

/// Looks at every refused case; gives their number.
async fn every_refusal_is_known(stage: &Stage, cases: &[Case]) -> usize {
    let daftar = &stage.daftar;
    let permit = daftar
        .permit(Action::AssessCase, Purpose::Oversight, 0)
        .await
        .expect("a permit");
    let mut tx = daftar.platform.db.read().await.expect("a snapshot");
    let mut refused = 0;
    for case in cases {
        if case.state != State::Refused {
            let unknown = case.verdict == Some(Verdict::Unknown);
            assert!(
                !unknown || case.decision.is_none(),
                "{} decided",
                case.number
            );
            continue;
        }
        refused += 1;
        assert_eq!(case.verdict, Some(Verdict::NotEntitled), "{}", case.number);
        let explained = casework::letter::explain(&mut tx, &permit, &daftar.shelf, case)
            .await
            .expect("a trace");
        is_known(&case.number, &explained.trace);
    }
    refused
}

/// The deciding condition is not met, on facts that are there.
fn is_known(number: &str, trace: &Trace) {
    let deciding = trace.deciding.map(|place| &trace.conditions[place]);
    let deciding = deciding.unwrap_or_else(|| panic!("{number} was refused for no condition"));
    assert_eq!(
        deciding.truth,
        Truth::NotMet,
        "{number}: {}",
        deciding.text.en
    );
    assert!(
        deciding.value.is_some() || !deciding.facts.is_empty(),
        "{number} rests on nothing: {}",
        deciding.text.en
    );
}
