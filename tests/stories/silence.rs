//! Agencies that do not answer: a case waits, and nothing is refused for what is not known.

use access::{Action, Purpose};
use casework::case::{Case, State, Verdict, WaitFor, counted_by};
use rules::explain::Trace;
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
