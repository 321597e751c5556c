//! Messages that come late, twice or in another order, and registries that answer days later: every
//! family ends with the same decision as where everything comes at once.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::time::Duration;

use access::{Action, Purpose};
use casework::case::counted_by;
use kernel::{Instant, PersonId, Pinfl};

use crate::stage::{self, Cast, Stage};

/// Days of January and February on which the two processes meet.
const DAYS: u32 = 57;
/// Days after them, at most, on which nothing but the waiting goes on.
const DAYS_OF_WAITING_MAX: u32 = 60;
/// Rounds of hearing at most on one day; each waits a moment for the other process.
const ROUNDS_MAX: usize = 200;
const MOMENT: Duration = Duration::from_millis(20);

/// Of each applicant, by number.
type Decisions = BTreeMap<String, Vec<String>>;

/// How messages travel.
fn schedules() -> [(&'static str, Cast); 4] {
    let district = || Cast {
        families: 200,
        ..Cast::default()
    };
    [
        ("at once", district()),
        (
            "one in three days late",
            Cast {
                late: 300,
                ..district()
            },
        ),
        (
            "cut, twice and in another order",
            Cast {
                faults: &[("duplicate", 200), ("reorder", 300), ("reset", 10)],
                ..district()
            },
        ),
        (
            "registries in messages of their own",
            Cast {
                later: true,
                ..district()
            },
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_family_is_decided_the_same_however_its_messages_travel() {
    let expected = OnceCell::new();
    for (name, cast) in schedules() {
        let story = async |stage: &Stage| {
            live_through(stage, cast.later).await;
            let ended = decisions(stage).await;
            stage.everything_holds().await;
            are_the_same(name, expected.get_or_init(|| ended.clone()), &ended);
        };
        // The registries' own messages and the day's work meet in the database.
        match cast.later {
            true => stage::each(cast.clone(), story).await,
            false => stage::on_sqlite(cast.clone(), story).await,
        }
    }
}

fn are_the_same(name: &str, expected: &Decisions, ended: &Decisions) {
    assert!(expected.len() > 20, "{} families applied", expected.len());
    let differ: Vec<_> = expected
        .iter()
        .filter(|(who, decided)| ended.get(*who) != Some(decided))
        .map(|(who, decided)| (who, decided, ended.get(who)))
        .collect();
    assert!(differ.is_empty(), "{name}: {differ:#?}");
    assert_eq!(ended.len(), expected.len(), "{name}");
}

/// Two months with their closes; who answers later is waited for on each day.
async fn live_through(stage: &Stage, later: bool) {
    let first = kernel::Day::new(2026, 1, 2).expect("a day");
    for day in 0..i32::try_from(DAYS).expect("a few days") {
        let day = first.plus_days(day);
        stage.play(&format!("{day}T18:00:00+05:00")).await;
        if later {
            hear_all(stage).await;
        }
    }
    // Who came last is answered and visited late where the agencies were.
    for day in DAYS..DAYS + DAYS_OF_WAITING_MAX {
        if !somebody_waits(stage).await {
            return;
        }
        let day = first.plus_days(i32::try_from(day).expect("a few days"));
        let morning = format!("{day}T09:00:00+05:00");
        let morning = Instant::parse_rfc3339(&morning).expect("an instant");
        stage.clock(morning).await;
        if later {
            hear_all(stage).await;
        }
        // An agency that was left alone is left so by the clock on the wall.
        tokio::time::sleep(MOMENT * 10).await;
    }
}

async fn somebody_waits(stage: &Stage) -> bool {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let waiting = "SELECT COUNT(*) FROM case_now WHERE state IN ('gathering', 'visiting')";
    stage::count(&mut tx, waiting).await > 0
}

async fn hear_all(stage: &Stage) {
    for _ in 0..ROUNDS_MAX {
        stage.daftar.correspond().await.expect("a correspondence");
        stage.daftar.settle().await.expect("a settling");
        let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
        let awaited = "SELECT COUNT(*) FROM awaited_person WHERE state = 'awaited'";
        if stage::count(&mut tx, awaited).await == 0 {
            return;
        }
        drop(tx);
        tokio::time::sleep(MOMENT).await;
    }
    panic!("a registry stays silent");
}

/// What was decided for each applicant: regime, state, verdict, category, amount and months.
async fn decisions(stage: &Stage) -> Decisions {
    let daftar = &stage.daftar;
    let permit = daftar.permit(Action::AssessCase, Purpose::Oversight, 0);
    let permit = permit.await.expect("a permit");
    let mut tx = daftar.platform.db.read().await.expect("a snapshot");
    let cases = counted_by(&mut tx, stage::month(2026, 3)).await;
    let cases = cases.expect("cases");
    let applicants: Vec<PersonId> = cases.iter().map(|case| case.applicant).collect();
    let numbers = registry::person::pinfls_of(&mut tx, &permit, &applicants).await;
    let numbers = numbers.expect("numbers");
    let mut all = Decisions::new();
    for case in cases {
        let number = numbers.get(&case.applicant).map(Pinfl::to_string);
        let decided = format!(
            "{} {:?} {:?} {:?} {:?} {:?} {:?}",
            case.regime,
            case.origin,
            case.state,
            case.verdict,
            case.category,
            case.amount,
            case.last_month
        );
        all.entry(number.expect("a number"))
            .or_default()
            .push(decided);
    }
    all.values_mut().for_each(|decided| decided.sort());
    all
}
