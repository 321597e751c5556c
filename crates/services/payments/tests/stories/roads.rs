//! The straight road: build, approve, order, fund, send, answer.

use access::{Action, Area, Scope};
use kernel::{Money, PersonId, RunId};
use payments::run::{self, Kind, Refusal, State};
use payments::trace::{self, Hop, PaymentState};
use payments::{Error, figure};
use sha2::{Digest, Sha256};
use store::testing::each_db;

use crate::SCHEMAS;
use crate::town::{CHILD, DISTRICT, Town, family, month, treasurer};

const RUN: RunId = RunId::from_u128(500);

async fn town_with_families(platform: store::Platform, families: u128) -> Town {
    let town = Town::new(platform).await;
    town.limit(month("2026-02"), 10_000_000).await;
    let batch: Vec<_> = (1..=families)
        .map(|n| family(n, "2026-02", Some("2027-02")))
        .collect();
    town.open(&batch).await.expect("open");
    town
}

#[tokio::test]
async fn money_reaches_every_person_and_every_hop_is_known() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_families(platform, 5).await;
        let built = town
            .build(500, month("2026-02"), Kind::Regular)
            .await
            .expect("built");
        assert_eq!(
            (built.state, built.lines, built.total),
            (State::Built, 5, Money(500_015))
        );
        town.approve_twice(RUN).await;

        let waits = town.advance(RUN).await.expect("ordered");
        assert_eq!(waits.state, State::Ordered);
        assert!(waits.again_at.is_some() && town.world().statements.is_empty());

        town.world().funds_at_once = true;
        let order = town
            .world()
            .orders
            .keys()
            .next()
            .cloned()
            .expect("an order");
        town.world().funded.insert(order);
        let closed = town.advance(RUN).await.expect("closed");
        assert_eq!((closed.state, closed.again_at), (State::Closed, None));

        let mut tx = town.platform.db.read().await.unwrap();
        let figures = figure::of_month(&mut tx, month("2026-02"), Some(DISTRICT))
            .await
            .unwrap();
        assert_eq!(figures.len(), 1);
        assert_eq!(
            (figures[0].credited_total, figures[0].on_the_way()),
            (Money(500_015), Money(0))
        );
        let sheet = run::load_sheet(&mut tx, RUN).await.unwrap();
        for statement in &sheet.statements {
            let bytes = town.world().statement_bytes[&statement.id.to_string()].clone();
            let sha256: [u8; 32] = Sha256::digest(&bytes).into();
            assert_eq!(
                statement.sha256,
                Some(sha256),
                "the hash in the order is the file's"
            );
        }
        drop(tx);
        hops_are_known(&town).await;
        town.verify().await;
    })
    .await;
}

async fn hops_are_known(town: &Town) {
    let auditor = access::Subject {
        role: access::Role::Auditor,
        ..treasurer(3)
    };
    let payee = PersonId::from_u128(20);
    let scope = Scope::person(payee, Area::District(DISTRICT));
    let permit = town.permit(&auditor, Action::ReadRun, scope).await;
    let mut tx = town.platform.db.read().await.unwrap();
    let payments = trace::of_person(&mut tx, &permit, payee).await.unwrap();
    assert_eq!(payments.len(), 1);
    assert_eq!(payments[0].state, PaymentState::Credited);
    assert_eq!(
        (payments[0].programme.as_str(), payments[0].attempt),
        (CHILD, 1)
    );

    let steps = trace::trace(&mut tx, &permit, payments[0].id)
        .await
        .unwrap();
    let approvals = steps.iter().filter(|step| step.actor.is_some()).count();
    assert_eq!(approvals, 2, "two persons and the system");
    let has = |wanted: fn(&Hop) -> bool| steps.iter().any(|step| wanted(&step.hop));
    assert!(has(|hop| matches!(hop, Hop::Appropriated { .. })));
    assert!(has(|hop| matches!(hop, Hop::Committed { .. })));
    assert!(has(|hop| matches!(hop, Hop::Ordered { .. })));
    assert!(has(|hop| matches!(hop, Hop::Funded { .. })));
    assert!(has(|hop| matches!(hop, Hop::Sent { .. })));
    assert!(has(|hop| matches!(hop, Hop::Credited)));

    let of_another = Scope::person(PersonId::from_u128(30), Area::District(DISTRICT));
    let permit = town.permit(&auditor, Action::ReadRun, of_another).await;
    assert_eq!(
        trace::trace(&mut tx, &permit, payments[0].id)
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn a_run_made_twice_pays_nobody_twice() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_families(platform, 4).await;
        let first = town.pay(500, month("2026-02"), Kind::Regular).await;
        assert_eq!((first.state, first.lines), (State::Closed, 4));
        let again = town.pay(501, month("2026-02"), Kind::Regular).await;
        assert_eq!((again.state, again.lines), (State::Closed, 0));
        let same = town
            .build(500, month("2026-02"), Kind::Regular)
            .await
            .unwrap();
        assert_eq!(same, first);
        // One who came later is paid by a second run of the same month, alone.
        town.open(&[family(9, "2026-02", None)])
            .await
            .expect("open");
        let late = town.pay(502, month("2026-02"), Kind::Regular).await;
        assert_eq!((late.lines, late.total), (1, Money(100_009)));
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_is_approved_by_two_different_persons() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_families(platform, 2).await;
        town.build(500, month("2026-02"), Kind::Regular)
            .await
            .expect("built");
        town.approve(RUN, &treasurer(1)).await.expect("the first");
        let same = town.approve(RUN, &treasurer(1)).await.unwrap_err();
        assert!(
            matches!(same, Error::Run(Refusal::SamePerson { .. })),
            "{same}"
        );
        // Another account of the same person is not a second pair of eyes.
        let other_account = access::Subject {
            person: treasurer(1).person,
            ..treasurer(2)
        };
        let same = town.approve(RUN, &other_account).await.unwrap_err();
        assert!(
            matches!(same, Error::Run(Refusal::SamePerson { .. })),
            "{same}"
        );
        assert_eq!(town.advance(RUN).await.unwrap().state, State::ApprovedOnce);
        assert!(
            town.world().orders.is_empty(),
            "nothing leaves before the second approval"
        );

        town.approve(RUN, &treasurer(2)).await.expect("the second");
        let again = town
            .approve(RUN, &treasurer(2))
            .await
            .expect("the same answer");
        assert_eq!(again.state, State::Approved);
        let third = town.approve(RUN, &treasurer(3)).await.unwrap_err();
        assert!(
            matches!(third, Error::Run(Refusal::WrongState { .. })),
            "{third}"
        );

        let permit = town
            .permit(&treasurer(3), Action::ApproveRun, Scope::country())
            .await;
        let other = run::approve(&town.platform, &permit, RUN, [0; 32])
            .await
            .unwrap_err();
        assert!(
            matches!(other, Error::Run(Refusal::OrderChanged { .. })),
            "{other}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_month_without_appropriation_is_not_built() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_families(platform, 3).await;
        let refused = town
            .build(500, month("2026-03"), Kind::Regular)
            .await
            .unwrap_err();
        let expected = Refusal::NoAppropriation {
            district: DISTRICT,
            programme: CHILD.to_owned(),
            month: month("2026-03"),
            lines: 3,
        };
        assert!(matches!(refused, Error::Run(found) if found == expected));
    })
    .await;
}

#[tokio::test]
async fn the_job_drives_the_run_and_comes_back_while_partners_work() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_families(platform, 2).await;
        town.build(500, month("2026-02"), Kind::Regular)
            .await
            .expect("built");
        town.approve_twice(RUN).await;
        let claim = async || {
            store::job::claim(&town.platform, run::ADVANCE, 10, 60)
                .await
                .expect("jobs")
        };
        let jobs = claim().await;
        assert_eq!(jobs.len(), 1);
        let ordered = run::work(&town.platform, &town.partners, &jobs[0])
            .await
            .unwrap();
        assert_eq!(ordered.state, State::Ordered);
        assert!(claim().await.is_empty(), "not before its time");
        let order = town
            .world()
            .orders
            .keys()
            .next()
            .cloned()
            .expect("an order");
        town.world().funded.insert(order);
        town.platform
            .clock
            .set(ordered.again_at.expect("a time"))
            .unwrap();
        let jobs = claim().await;
        let closed = run::work(&town.platform, &town.partners, &jobs[0])
            .await
            .unwrap();
        assert_eq!(closed.state, State::Closed);
        town.platform.clock.step(86_400_000_000).unwrap();
        assert!(claim().await.is_empty(), "nothing is left to do");
    })
    .await;
}

/// More lines than one transaction, one page of a file and one page of answers hold.
#[tokio::test]
async fn a_large_run_goes_in_parts_and_pages() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        town.limit(month("2026-02"), i64::from(u32::MAX) * 1000)
            .await;
        let batch: Vec<_> = (1..=20_500)
            .map(|n| family(n, "2026-02", Some("2026-03")))
            .collect();
        town.open(&batch).await.expect("open");
        town.world()
            .closed
            .insert(crate::town::account(20_000).to_string());
        let run = town.pay(500, month("2026-02"), Kind::Regular).await;
        assert_eq!((run.state, run.lines), (State::Answered, 20_500));
        town.verify().await;
    })
    .await;
}
