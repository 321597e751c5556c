//! Births and deaths come as the civil registry's messages, and the law is asked again without
//! an application.

use access::{Action, Purpose};
use casework::case::{Case, Origin, State, counted_by, events, of_unit};
use kernel::{Day, Instant, PersonId, Pinfl, Sex};
use serde_json::{Value, json};

use crate::stage::{self, Cast, Stage, wire};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_birth_asks_the_law_again_and_the_same_message_is_one_birth() {
    stage::each(Cast::default(), async |stage| {
        let awarded = awarded_in_january(stage).await;
        let (case, mother) = find(stage, &awarded, Sex::Female).await;
        assert_eq!(reassessments(stage, &case).await.len(), 0);
        let birth = json!({
            "id": "0199c0de-0000-7000-8000-000000000001", "kind": "birth",
            "mother": mother.to_string(),
            "child": {
                "pinfl": newborn().to_string(), "sex": "f", "born": "2026-01-30",
                "names": { "family": "Karimova", "given": "Zilola", "patronymic": "Aziz qizi" },
            },
        });
        let persons = count(stage, "SELECT COUNT(*) FROM life_event").await;
        assert!(send(stage, &birth).await, "the first message is news");
        stage.daftar.settle().await.expect("a settling");
        let opened = reassessments(stage, &case).await;
        assert_eq!(opened.len(), 1, "{opened:?}");
        assert!(asked_because_of(stage, &opened[0], "birth").await);

        assert!(!send(stage, &birth).await, "the same id is the same birth");
        stage.daftar.settle().await.expect("a settling");
        assert_eq!(reassessments(stage, &case).await, opened);
        let after = count(stage, "SELECT COUNT(*) FROM life_event").await;
        assert_eq!(after, persons + 1);
        stage.everything_holds().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_stops_the_award_of_the_dead_once() {
    stage::each(Cast::default(), async |stage| {
        let awarded = awarded_in_january(stage).await;
        let case = &awarded[0];
        let dead = pinfl_of(stage, case.applicant).await;
        let death = json!({
            "id": "0199c0de-0000-7000-8000-000000000002", "kind": "death",
            "on": "2026-01-30", "person": dead.to_string(),
        });
        let stops = count(stage, "SELECT COUNT(*) FROM award_stop").await;
        assert!(send(stage, &death).await, "the first message is news");
        stage.daftar.settle().await.expect("a settling");
        let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
        let ended = casework::case::load(&mut tx, case.id)
            .await
            .expect("a case");
        drop(tx);
        assert_eq!(ended.state, State::Ended);
        assert_eq!(
            count(stage, "SELECT COUNT(*) FROM award_stop").await,
            stops + 1
        );

        assert!(!send(stage, &death).await, "the same id is the same death");
        stage.daftar.settle().await.expect("a settling");
        assert_eq!(
            count(stage, "SELECT COUNT(*) FROM award_stop").await,
            stops + 1
        );
        stage.everything_holds().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_told_after_the_next_payment_is_a_debt_that_nobody_pays_by_itself() {
    stage::each(Cast::default(), async |stage| {
        let awarded = awarded_in_january(stage).await;
        let february = stage::month(2026, 2);
        stage.appropriate(february).await;
        stage.whole_run(february).await;
        let case = &awarded[0];
        let dead = pinfl_of(stage, case.applicant).await;
        let death = json!({
            "id": "0199c0de-0000-7000-8000-000000000004", "kind": "death",
            "on": "2026-01-30", "person": dead.to_string(),
        });
        assert!(send(stage, &death).await, "the first message is news");
        stage.daftar.settle().await.expect("a settling");
        // For ten days the registry may take it back, and nobody is asked for money.
        let early = count(stage, "SELECT COUNT(*) FROM debt").await;
        assert_eq!(early, 0);
        days_pass(stage, 11).await;
        let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
        let debts = payments::debt::of_payee(&mut tx, case.applicant).await;
        let permit = stage
            .daftar
            .permit(Action::AssessCase, Purpose::Oversight, 1)
            .await;
        let permit = permit.expect("a permit");
        let told = casework::notice::of_person(&mut tx, &permit, case.applicant).await;
        let debts = debts.expect("debts");
        let months = payments::restatement::of_debt(&mut tx, debts[0].id).await;
        drop(tx);
        assert_eq!(debts.len(), 1);
        assert_eq!(Some(debts[0].amount), case.amount);
        assert_eq!(debts[0].state, payments::debt::State::Notified);
        assert_eq!(told.expect("notices").len(), 1);
        let months = months.expect("months");
        assert_eq!(months.len(), 1);
        assert_eq!(
            (months[0].month, months[0].due),
            (february, kernel::Money::ZERO)
        );
        let recoveries = count(stage, "SELECT COUNT(*) FROM recovery").await;
        assert_eq!(recoveries, 0, "nothing is kept from anybody by itself");
        stage.everything_holds().await;
    })
    .await;
}

/// A mother is told dead by mistake, and the run passes her over; the registry takes it back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mother_told_dead_by_mistake_is_paid_again_next_month_in_full() {
    stage::each(Cast::default(), async |stage| {
        let awarded = awarded_in_january(stage).await;
        let (case, mother) = find(stage, &awarded, Sex::Female).await;
        let death = json!({
            "id": "0199c0de-0000-7000-8000-000000000005", "kind": "death",
            "on": "2026-01-30", "person": mother.to_string(),
        });
        let annulled = json!({
            "id": "0199c0de-0000-7000-8000-000000000006", "kind": "death_annulled",
            "death": death["id"], "on": "2026-01-30", "person": mother.to_string(),
        });
        assert!(send(stage, &death).await, "the first message is news");
        stage.daftar.settle().await.expect("a settling");
        let (february, march) = (stage::month(2026, 2), stage::month(2026, 3));
        stage.appropriate(february).await;
        stage.whole_run(february).await;
        assert_eq!(
            paid(stage, case.applicant, february).await,
            0,
            "no money to the dead"
        );
        assert_eq!(state_of(stage, &case).await, State::Ended);

        assert!(
            send(stage, &annulled).await,
            "that it was taken back is news"
        );
        for again in [&annulled, &death] {
            assert!(!send(stage, again).await, "told again it changes nothing");
        }
        stage.daftar.settle().await.expect("a settling");
        assert_eq!(state_of(stage, &case).await, State::Awarded);
        stage.appropriate(march).await;
        stage.daftar.settle().await.expect("a settling");
        stage.whole_run(march).await;
        let amount = case.amount.expect("an amount").minor();
        let both = paid(stage, case.applicant, march).await;
        assert_eq!(both, 2 * amount, "March, and February in full");
        days_pass(stage, 20).await;
        assert_eq!(count(stage, "SELECT COUNT(*) FROM debt").await, 0);
        let told = "SELECT COUNT(*) FROM notice n JOIN award_resumed r ON r.stopped = n.id";
        assert_eq!(count(stage, told).await, 1, "she is told");
        stage.everything_holds().await;
    })
    .await;
}

/// Told after the payment, and taken back when it was a debt already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_debt_of_a_mistaken_death_is_none_any_more() {
    stage::each(Cast::default(), async |stage| {
        let awarded = awarded_in_january(stage).await;
        let (case, mother) = find(stage, &awarded, Sex::Female).await;
        let (february, march) = (stage::month(2026, 2), stage::month(2026, 3));
        stage.appropriate(february).await;
        stage.whole_run(february).await;
        let death = json!({
            "id": "0199c0de-0000-7000-8000-000000000007", "kind": "death",
            "on": "2026-01-30", "person": mother.to_string(),
        });
        let annulled = json!({
            "id": "0199c0de-0000-7000-8000-000000000008", "kind": "death_annulled",
            "death": death["id"], "on": "2026-01-30", "person": mother.to_string(),
        });
        assert!(send(stage, &death).await, "the first message is news");
        stage.daftar.settle().await.expect("a settling");
        days_pass(stage, 11).await;
        let owed = "SELECT COUNT(*) FROM debt WHERE state = 'notified'";
        assert_eq!(count(stage, owed).await, 1);
        assert!(
            send(stage, &annulled).await,
            "that it was taken back is news"
        );
        stage.daftar.settle().await.expect("a settling");
        assert_eq!(count(stage, owed).await, 0);
        assert_eq!(state_of(stage, &case).await, State::Awarded);
        stage.appropriate(march).await;
        stage.whole_run(march).await;
        let amount = case.amount.expect("an amount").minor();
        assert_eq!(paid(stage, case.applicant, february).await, amount);
        assert_eq!(paid(stage, case.applicant, march).await, amount);
        stage.everything_holds().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_registry_sends_births_and_deaths() {
    stage::each(Cast::default(), async |stage| {
        let url = format!("{}/api/civil-events", stage.address);
        let death = json!({
            "id": "0199c0de-0000-7000-8000-000000000003", "kind": "death",
            "on": "2025-12-20", "person": newborn().to_string(),
        });
        assert_eq!(wire::post(&url, "", &death).await.status, 401);
        for login in ["operator", "treasurer-1", "auditor"] {
            let token = wire::token(&stage.address, login).await;
            assert_eq!(
                wire::post(&url, &token, &death).await.status,
                403,
                "{login}"
            );
        }
        let token = wire::token(&stage.address, "civil-registry").await;
        let unknown = wire::post(&url, &token, &death).await;
        assert!((400..500).contains(&unknown.status), "{}", unknown.text);
    })
    .await;
}

/// A number that the sandbox's district does not use.
fn newborn() -> Pinfl {
    let born = Day::new(2026, 1, 30).expect("a day");
    Pinfl::make(Sex::Female, born, 999, 999)
}

/// January is lived through and closed, the law has not changed yet.
async fn awarded_in_january(stage: &Stage) -> Vec<Case> {
    stage.play("2026-01-26T09:00:00+05:00").await;
    let eve = Instant::parse_rfc3339("2026-01-31T20:00:00+05:00").expect("an instant");
    stage.clock(eve).await;
    let january = stage::month(2026, 1);
    stage.daftar.month_close(january).await.expect("a close");
    stage.daftar.settle().await.expect("a settling");
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let mut cases = counted_by(&mut tx, january).await.expect("cases");
    cases.retain(|case| case.state == State::Awarded && case.origin == Origin::Application);
    assert!(!cases.is_empty(), "nobody was awarded");
    cases
}

/// A case whose applicant is of that sex, with the number of the person.
async fn find(stage: &Stage, cases: &[Case], sex: Sex) -> (Case, Pinfl) {
    for case in cases {
        let pinfl = pinfl_of(stage, case.applicant).await;
        if pinfl.sex() == sex && reassessments(stage, case).await.is_empty() {
            return (case.clone(), pinfl);
        }
    }
    panic!("no such applicant")
}

async fn pinfl_of(stage: &Stage, person: PersonId) -> Pinfl {
    let permit = stage
        .daftar
        .permit(Action::AssessCase, Purpose::Oversight, 1)
        .await
        .expect("a permit");
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let found = registry::person::pinfls_of(&mut tx, &permit, &[person]).await;
    found.expect("numbers")[&person]
}

async fn reassessments(stage: &Stage, case: &Case) -> Vec<Case> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let mut cases = of_unit(&mut tx, case.unit).await.expect("cases");
    cases.retain(|other| other.origin == Origin::Reassessment);
    cases
}

async fn asked_because_of(stage: &Stage, case: &Case, cause: &str) -> bool {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let events = events(&mut tx, case.id).await.expect("events");
    events
        .iter()
        .any(|event| event.detail.to_string().contains(cause))
}

async fn count(stage: &Stage, sql: &'static str) -> i64 {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    store::fetch_value!(tx, i64, sql).expect("a count")
}

async fn state_of(stage: &Stage, case: &Case) -> State {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let case = casework::case::load(&mut tx, case.id).await;
    case.expect("a case").state
}

/// What the runs of a month pay to a person, in tiyin.
async fn paid(stage: &Stage, person: PersonId, month: kernel::Month) -> i64 {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let sum = store::fetch_value!(
        tx,
        i64,
        "SELECT CAST(COALESCE(SUM(p.amount_minor), 0) AS BIGINT) FROM payment p \
         JOIN statement s ON s.id = p.statement JOIN payment_run r ON r.id = s.run \
         WHERE r.month = $1 AND p.payee = $2",
        i64::from(month.0),
        person.0
    );
    sum.expect("a sum")
}

async fn days_pass(stage: &Stage, days: i64) {
    let at = stage.daftar.platform.clock.now();
    stage
        .daftar
        .set_clock(at.plus_seconds(days * 86_400))
        .expect("the clock goes forward");
    stage.daftar.settle().await.expect("a settling");
}

/// Sends a message as the registry does; true when it was news.
async fn send(stage: &Stage, message: &Value) -> bool {
    let token = wire::token(&stage.address, "civil-registry").await;
    let url = format!("{}/api/civil-events", stage.address);
    let answer = wire::post(&url, &token, message).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["fresh"].as_bool().expect("fresh is said")
}
