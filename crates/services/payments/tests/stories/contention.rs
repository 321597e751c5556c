//! Many at once: at the limit of a budget line, and on one run.

use futures::future::join_all;
use kernel::{Money, RunId};
use payments::Error;
use payments::run::{Kind, Refusal, State};
use payments::{appropriation, entitlement};
use store::testing::each_db;
use store::{execute, fetch_value};

use crate::SCHEMAS;
use crate::town::{CHILD, Town, family, month, treasurer};

/// A hundred families ask at once for money that reaches for sixty.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_commitments_at_once_stay_within_the_limit_and_use_it_up() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        let of_sixty: i64 = 60 * 100_200;
        town.limit(month("2026-02"), of_sixty).await;
        let asked: Vec<_> = (1..=100_u128)
            .map(|number| {
                let mut one = family(number, "2026-02", Some("2026-03"));
                one.amount = Money(100_200);
                vec![one]
            })
            .collect();
        let answers = join_all(asked.iter().map(|batch| town.open(batch))).await;
        let opened = answers.iter().filter(|answer| answer.is_ok()).count();
        for answer in &answers {
            let Err(refused) = answer else { continue };
            assert!(
                matches!(refused, Error::Entitlement(why) if why.is_of_budget()),
                "{refused}"
            );
        }
        assert_eq!(opened, 60);
        let mut tx = town.platform.db.read().await.unwrap();
        let line = appropriation::available(&mut tx, month("2026-02"))
            .await
            .unwrap();
        assert_eq!(line[0].committed, Money(of_sixty));
        drop(tx);
        town.verify().await;
    })
    .await;
}

/// Twenty sessions of two treasurers build and approve one run: one run, approved by both.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_sessions_on_one_run_make_one_run_approved_by_two() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        town.limit(month("2026-02"), 10_000_000).await;
        let batch: Vec<_> = (1..=8)
            .map(|n| family(n, "2026-02", Some("2026-03")))
            .collect();
        town.open(&batch).await.expect("opened");
        let builds =
            (0..20_u128).map(|number| town.build(600 + number, month("2026-02"), Kind::Regular));
        let built: Vec<_> = join_all(builds)
            .await
            .into_iter()
            .filter_map(Result::ok)
            .collect();
        let with_lines: Vec<RunId> = built
            .iter()
            .filter(|run| run.lines > 0)
            .map(|run| run.id)
            .collect();
        let run = *with_lines.first().expect("a run with lines");
        assert!(
            with_lines.iter().all(|other| *other == run),
            "{with_lines:?}"
        );

        let treasurers = [treasurer(1), treasurer(2)];
        let approvals = (0..20).map(|number| town.approve(run, &treasurers[number % 2]));
        for answer in join_all(approvals).await {
            if let Err(refused) = answer {
                let known = matches!(
                    refused,
                    Error::Run(Refusal::SamePerson { .. } | Refusal::WrongState { .. })
                );
                assert!(known, "{refused}");
            }
        }
        town.world().funds_at_once = true;
        let advances = (0..20).map(|_| town.advance(run));
        for answer in join_all(advances).await {
            answer.expect("each session sees the run go on");
        }
        let mut tx = town.platform.db.read().await.unwrap();
        let found = payments::run::find(&mut tx, run)
            .await
            .unwrap()
            .expect("the run");
        assert_eq!((found.state, found.lines), (State::Closed, 8));
        let approvals = fetch_value!(
            &mut tx,
            i64,
            "SELECT COUNT(*) FROM payment_run_event WHERE run = $1 \
             AND state IN ('approved_once', 'approved')",
            run.0
        );
        assert_eq!(approvals.unwrap(), 2);
        drop(tx);
        town.verify().await;
    })
    .await;
}

/// Two spouses who each apply: whoever is second is told who counts the person already.
#[tokio::test]
async fn nobody_is_counted_by_two_entitlements_of_a_programme_and_month() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        town.limit(month("2026-02"), 10_000_000).await;
        town.limit(month("2026-03"), 10_000_000).await;
        let first = family(1, "2026-02", Some("2026-03"));
        let mut second = family(2, "2026-02", Some("2026-04"));
        second.members = first.members.clone();
        town.open(std::slice::from_ref(&first)).await.expect("opened");
        let doubled = town.open(std::slice::from_ref(&second)).await;
        let by = matches!(
            &doubled,
            Err(Error::Entitlement(entitlement::Refusal::CountedTwice { by, .. })) if *by == first.id
        );
        assert!(by, "{doubled:?}");
        second.months.from = month("2026-03");
        town.open(&[second]).await.expect("the month after is free");
        town.verify().await;
    })
    .await;
}

/// The last wall, under every check of the program: the database's own.
#[tokio::test]
async fn the_database_itself_refuses_to_count_a_person_twice() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        for text in ["2026-11", "2026-12", "2027-01"] {
            town.limit(month(text), 10_000_000).await;
        }
        let one = family(1, "2026-11", Some("2027-02"));
        town.open(std::slice::from_ref(&one)).await.expect("opened");
        let person = one.members[0].0;
        // December again; December taken away twice; a month that nobody counted.
        for (year, months, says) in [
            (2026_i64, 4_i64.pow(11), "counted twice"),
            (2026, -2 * 4_i64.pow(11), "taken away twice"),
            (2027, -4, "taken away uncounted"),
        ] {
            let mut tx = town.platform.db.begin().await.unwrap();
            let written = execute!(
                &mut tx,
                "UPDATE counted SET months = months + $3 WHERE person = $1 AND year = $2",
                person,
                year,
                months
            );
            assert!(written.is_err(), "{says}");
        }
        let mut tx = town.platform.db.begin().await.unwrap();
        let again = execute!(
            &mut tx,
            "INSERT INTO counted (programme, person, year, months) VALUES ($1, $2, 2026, 1)",
            CHILD,
            person
        );
        assert!(again.is_err(), "a second row of the same key");
        drop(tx);
        town.verify().await;
        // Ending gives the later months free, and only those.
        let stop = entitlement::Stop {
            entitlement: one.id,
            last_month: month("2026-12"),
            reason: "moved away".to_owned(),
            by: None,
        };
        let mut tx = town.platform.db.begin().await.unwrap();
        let stopped = entitlement::stop(&mut tx, &town.platform.ids, &[stop]).await;
        assert_eq!(stopped.expect("stopped"), 1);
        tx.commit().await.unwrap();
        let mut later = family(2, "2027-01", Some("2027-02"));
        later.members = one.members.clone();
        town.open(&[later]).await.expect("January is free again");
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_whose_totals_differ_goes_no_further() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        town.limit(month("2026-02"), 10_000_000).await;
        town.open(&[family(1, "2026-02", Some("2026-03"))])
            .await
            .expect("opened");
        // A tiyin that no payment asks for, on a budget line of the run to be.
        let mut tx = town.platform.db.begin().await.unwrap();
        execute!(
            &mut tx,
            "INSERT INTO payment_run_line (run, appropriation, lines, amount_minor)
             VALUES ($1, $2, 0, 1)",
            RunId::from_u128(700).0,
            RunId::from_u128(701).0
        )
        .unwrap();
        tx.commit().await.unwrap();
        let built = town.build(700, month("2026-02"), Kind::Regular).await;
        assert!(
            matches!(built, Err(Error::Run(Refusal::TotalsDiffer { .. }))),
            "{built:?}"
        );
    })
    .await;
}
