//! Partners that are silent, and a program that dies between any two steps.

use kernel::RunId;
use payments::run::{self, Kind, State};
use payments::{Error, bank::PartnerFault, verify};
use store::testing::each_db;

use crate::SCHEMAS;
use crate::town::{CHILD, DISTRICT, Town, account, family, month};

const RUN: RunId = RunId::from_u128(500);

async fn approved(platform: store::Platform) -> Town {
    let town = Town::new(platform).await;
    town.limit(month("2026-02"), 10_000_000).await;
    let batch: Vec<_> = (1..=5)
        .map(|n| family(n, "2026-02", Some("2026-03")))
        .collect();
    town.open(&batch).await.expect("open");
    town.world().closed.insert(account(3).to_string());
    town.build(500, month("2026-02"), Kind::Regular)
        .await
        .expect("built");
    town.approve_twice(RUN).await;
    town.world().funds_at_once = true;
    town
}

/// The partner does what it was asked and its answer is lost, at the first call, at the
/// second, and so on until a run needs fewer calls: as if the program died between the
/// partner's effect and its own commit. Then it is started again.
#[tokio::test]
async fn an_answer_lost_at_any_call_neither_loses_nor_pays_twice() {
    for unanswered in 1.. {
        let calls = std::sync::Mutex::new(0);
        each_db(SCHEMAS, async |platform| {
            let town = approved(platform).await;
            town.world().unanswered_call = Some(unanswered);
            let first = town.advance(RUN).await;
            let lost = town.world().calls >= unanswered;
            assert_eq!(first.is_err(), lost, "call {unanswered}");
            assert_eq!(
                verify::all(&town.platform).await.unwrap(),
                [],
                "in the middle"
            );
            assert_eq!(town.advance(RUN).await.unwrap().state, State::Answered);
            assert_eq!(town.world().orders.len(), 1);
            // Sent again is only what the bank may not have: the one whose answer was lost.
            let sent: usize = town.world().deliveries.values().sum();
            assert!(sent <= 2 + 1, "two statements went out {sent} times");
            *calls.lock().unwrap() = town.world().calls;
            town.verify().await;
        })
        .await;
        let calls = *calls.lock().unwrap();
        if calls < unanswered {
            assert!(
                unanswered > 5,
                "an order, a question, two statements, two answers"
            );
            return;
        }
    }
}

#[tokio::test]
async fn a_silent_treasury_stops_nothing_but_the_money() {
    each_db(SCHEMAS, async |platform| {
        let town = approved(platform).await;
        town.world().silent = true;
        let fault = town.advance(RUN).await.unwrap_err();
        assert!(
            matches!(fault, Error::Partner(PartnerFault::Silent { .. })),
            "{fault}"
        );
        // The job waits with it, and is not worn out by it.
        for _ in 0..store::job::ATTEMPTS_MAX * 2 {
            let jobs = store::job::claim(&town.platform, run::ADVANCE, 10, 60)
                .await
                .unwrap();
            let waits = run::work(&town.platform, &town.partners, &jobs[0])
                .await
                .unwrap();
            assert_eq!(waits.state, State::Approved);
            town.platform
                .clock
                .set(waits.again_at.expect("a time"))
                .unwrap();
        }
        town.world().silent = false;
        town.world().funds_at_once = false;
        let waits = town.advance(RUN).await.unwrap();
        assert_eq!(waits.state, State::Ordered);
        let again_at = waits.again_at.expect("it asks again");
        assert!(again_at > town.platform.clock.now());
        assert!(
            town.world().statements.is_empty(),
            "no bank hears of it before the money"
        );
        assert_eq!(verify::all(&town.platform).await.unwrap(), []);
    })
    .await;
}

/// The transaction that builds is rolled back after its lines were written: the second
/// build finds none of them, and pays each once.
#[tokio::test]
async fn a_build_that_died_goes_on_where_its_last_commit_was() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        town.limit(month("2026-02"), 10_000_000_000).await;
        let batch: Vec<_> = (1..=300).map(|n| family(n, "2026-02", None)).collect();
        town.open(&batch).await.expect("open");
        for patience_us in [0, 500, 2_000, 8_000, 20_000, 40_000, 80_000] {
            let patience = std::time::Duration::from_micros(patience_us);
            let build = town.build(500, month("2026-02"), Kind::Regular);
            // Dropped in the middle, as a killed task is.
            let _ = tokio::time::timeout(patience, build).await;
            assert_eq!(verify::all(&town.platform).await.unwrap(), []);
        }
        let run = town
            .build(500, month("2026-02"), Kind::Regular)
            .await
            .expect("built");
        assert_eq!((run.state, run.lines), (State::Built, 300));
        let mut tx = town.platform.db.read().await.unwrap();
        let budget = payments::appropriation::available(&mut tx, month("2026-02"))
            .await
            .unwrap();
        assert_eq!(
            (budget[0].district, budget[0].programme.as_str()),
            (DISTRICT, CHILD)
        );
        assert_eq!(budget[0].committed, run.total);
        assert_eq!(verify::all(&town.platform).await.unwrap(), []);
    })
    .await;
}
