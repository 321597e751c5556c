//! Months that were paid and are decided again: arrears, debts, recovery, down to the bank.

use kernel::ids::AccountId;
use kernel::{AwardId, Money, Month, Period, PersonId};
use payments::Error;
use payments::debt::{self, Debt, Decide, Limits, Refusal, State};
use payments::entitlement::{self, Stop};
use payments::restatement::{self, Confirmed, Reason, Restatement, Settled};
use payments::run::Kind;
use payments::trace::{self, Hop};
use store::fetch_all;
use store::testing::each_db;

use crate::SCHEMAS;
use crate::town::{Town, family, month};

/// Family 1 is paid so much a month.
const MONTHLY: i64 = 100_001;
const LIMITS: Limits = Limits {
    share_percent_max: 20,
    floor: Money(50_000),
};

/// A town whose family 1 was paid from February up to, not including, `to`.
async fn paid_until(platform: store::Platform, to: &str) -> Town {
    let town = Town::new(platform).await;
    for number in 2..14 {
        town.limit(Month::parse("2026-01").unwrap().plus(number - 1), 1_000_000)
            .await;
    }
    town.open(&[family(1, "2026-02", Some("2027-02"))])
        .await
        .expect("opened");
    let mut at = month("2026-02");
    while at < month(to) {
        pay(&town, at).await;
        at = at.plus(1);
    }
    town
}

async fn pay(town: &Town, month: Month) {
    town.pay(1_000 + month.0 as u128, month, Kind::Regular)
        .await;
}

/// Sums that left for the family in a month's run.
async fn sums(town: &Town, month: Month) -> Vec<i64> {
    let mut tx = town.platform.db.read().await.unwrap();
    let rows: Vec<(i64,)> = fetch_all!(
        tx,
        (i64,),
        "SELECT p.amount_minor FROM payment p JOIN statement s ON s.id = p.statement
         JOIN payment_run r ON r.id = s.run WHERE r.month = $1 ORDER BY p.amount_minor",
        i64::from(month.0)
    )
    .unwrap();
    rows.into_iter().map(|(minor,)| minor).collect()
}

/// What the trace of a payment says of restated months.
async fn arrears_hops(town: &Town, month: Month, amount: Money) -> Vec<Hop> {
    let permit = town
        .permit(
            &crate::town::treasurer(1),
            access::Action::ReadRun,
            access::Scope::country(),
        )
        .await;
    let mut tx = town.platform.db.read().await.unwrap();
    let payments = trace::of_person(&mut tx, &permit, PersonId::from_u128(10))
        .await
        .unwrap();
    let found = payments
        .iter()
        .find(|one| (one.month, one.amount) == (month, amount));
    let steps = trace::trace(&mut tx, &permit, found.expect("the payment").id)
        .await
        .unwrap();
    let hops = steps.into_iter().map(|step| step.hop);
    hops.filter(|hop| matches!(hop, Hop::Restated { .. }))
        .collect()
}

async fn restate(town: &Town, from: &str, to: &str, due: i64, reason: Reason) -> Vec<i64> {
    let batch = [Restatement {
        award: AwardId::from_u128(1),
        months: Period {
            from: month(from),
            to: Some(month(to)),
        },
        due: Money(due),
        reason,
        decision: None,
    }];
    let mut tx = town.platform.db.begin().await.unwrap();
    let found = restatement::restate(&mut tx, &town.platform.ids, &batch)
        .await
        .expect("restated");
    tx.commit().await.unwrap();
    found.iter().map(|one| one.difference().minor()).collect()
}

/// Deaths that were told ten days ago are confirmed.
fn confirmed(town: &Town) -> Confirmed {
    Confirmed {
        before: town.platform.clock.now().plus_seconds(-10 * 86_400),
    }
}

async fn settle(town: &Town, pay_month: &str) -> Settled {
    let mut tx = town.platform.db.begin().await.unwrap();
    let ids = &town.platform.ids;
    let settled = restatement::settle(&mut tx, ids, month(pay_month), confirmed(town)).await;
    tx.commit().await.unwrap();
    settled.expect("settled")
}

async fn debts(town: &Town) -> Vec<Debt> {
    let mut tx = town.platform.db.read().await.unwrap();
    debt::of_payee(&mut tx, PersonId::from_u128(10))
        .await
        .unwrap()
}

fn decide(debt: &Debt) -> Decide {
    Decide {
        debt: debt.id,
        note: "the wage was told late".to_owned(),
        by: AccountId::from_u128(77),
    }
}

async fn notify(town: &Town, debt: &Debt) {
    let mut tx = town.platform.db.begin().await.unwrap();
    debt::notify(&mut tx, &town.platform.ids, debt.id)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn recover(town: &Town, debt: &Debt, percent: u32, from: &str) -> payments::Result<Money> {
    let mut tx = town.platform.db.begin().await.unwrap();
    let ids = &town.platform.ids;
    let plan = debt::recover(&mut tx, ids, &decide(debt), percent, LIMITS, month(from)).await?;
    tx.commit().await.unwrap();
    Ok(plan.takes())
}

#[tokio::test]
async fn a_birth_told_late_is_paid_for_with_the_next_run_once() {
    each_db(SCHEMAS, async |platform| {
        let town = paid_until(platform, "2026-05").await;
        // Born in February, told in April: March and April were worth 25 000 more.
        let due = MONTHLY + 25_000;
        assert_eq!(
            restate(&town, "2026-03", "2026-05", due, Reason::Birth).await,
            [25_000, 25_000]
        );
        let settled = Settled {
            arrears: 1,
            ..Settled::default()
        };
        assert_eq!(settle(&town, "2026-05").await, settled);
        assert_eq!(
            restate(&town, "2026-03", "2026-05", due, Reason::Birth)
                .await
                .len(),
            0
        );
        assert_eq!(settle(&town, "2026-05").await, Settled::default());
        pay(&town, month("2026-05")).await;
        assert_eq!(sums(&town, month("2026-05")).await, [50_000, MONTHLY]);
        pay(&town, month("2026-06")).await;
        assert_eq!(sums(&town, month("2026-06")).await, [MONTHLY]);
        let hops = arrears_hops(&town, month("2026-05"), Money(50_000)).await;
        let good = |text: &str| Hop::Restated {
            month: month(text),
            paid: Money(MONTHLY),
            due: Money(due),
        };
        assert_eq!(hops, [good("2026-03"), good("2026-04")]);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn arrears_wait_for_a_budget_that_reaches() {
    each_db(SCHEMAS, async |platform| {
        let town = paid_until(platform, "2026-04").await;
        town.limit(month("2026-04"), MONTHLY).await;
        restate(
            &town,
            "2026-02",
            "2026-04",
            MONTHLY + 10_000,
            Reason::Indexation,
        )
        .await;
        let waiting = Settled {
            waiting: 1,
            ..Settled::default()
        };
        assert_eq!(settle(&town, "2026-04").await, waiting);
        pay(&town, month("2026-04")).await;
        assert_eq!(sums(&town, month("2026-04")).await, [MONTHLY]);
        // What came since is settled together with it.
        assert_eq!(
            restate(
                &town,
                "2026-04",
                "2026-05",
                MONTHLY - 4_000,
                Reason::Correction
            )
            .await,
            [-4_000]
        );
        let settled = Settled {
            arrears: 1,
            ..Settled::default()
        };
        assert_eq!(settle(&town, "2026-05").await, settled);
        pay(&town, month("2026-05")).await;
        assert_eq!(sums(&town, month("2026-05")).await, [16_000, MONTHLY]);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn too_much_is_a_debt_that_a_person_is_told_of_and_that_runs_keep_by_a_plan() {
    each_db(SCHEMAS, async |platform| {
        let town = paid_until(platform, "2026-05").await;
        let less = MONTHLY - 30_000;
        assert_eq!(
            restate(&town, "2026-02", "2026-05", less, Reason::Correction).await,
            [-30_000; 3]
        );
        let settled = Settled {
            debts: 1,
            ..Settled::default()
        };
        assert_eq!(settle(&town, "2026-05").await, settled);
        let debt = debts(&town).await.remove(0);
        assert_eq!(
            (debt.amount, debt.left(), debt.state),
            (Money(90_000), Money(90_000), State::Found)
        );
        // Nothing is kept by itself, nor before the person was told.
        pay(&town, month("2026-05")).await;
        assert_eq!(sums(&town, month("2026-05")).await, [MONTHLY]);
        let early = recover(&town, &debt, 20, "2026-06").await;
        assert!(
            matches!(early, Err(Error::Debt(Refusal::WrongState { .. }))),
            "{early:?}"
        );
        notify(&town, &debt).await;
        let much = recover(&town, &debt, 21, "2026-06").await;
        assert!(
            matches!(
                much,
                Err(Error::Debt(Refusal::Share {
                    asked: 21,
                    most: 20
                }))
            ),
            "{much:?}"
        );
        // A fifth of 100 001, rounded down: 20 000 in four months and 10 000 in the fifth.
        assert_eq!(
            recover(&town, &debt, 20, "2026-06").await.unwrap(),
            Money(90_000)
        );
        let again = recover(&town, &debt, 20, "2026-06").await;
        assert!(
            matches!(again, Err(Error::Debt(Refusal::WrongState { .. }))),
            "{again:?}"
        );
        town.verify().await;
        let paid = [80_001, 80_001, 80_001, 80_001, 90_001, MONTHLY];
        for (place, sum) in paid.into_iter().enumerate() {
            let at = month("2026-06").plus(place as i32);
            pay(&town, at).await;
            assert_eq!(sums(&town, at).await, [sum], "{at}");
        }
        let mut tx = town.platform.db.begin().await.unwrap();
        assert_eq!(
            debt::end_recovered(&mut tx, &town.platform.ids)
                .await
                .unwrap(),
            1
        );
        tx.commit().await.unwrap();
        let debt = debts(&town).await.remove(0);
        assert_eq!((debt.left(), debt.state), (Money::ZERO, State::Recovered));
        // A month that a debt was kept from was worth its whole amount.
        assert_eq!(
            restate(&town, "2026-06", "2026-12", MONTHLY, Reason::Correction)
                .await
                .len(),
            0
        );
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_death_told_late_is_a_debt_that_takes_nothing_from_anybody() {
    each_db(SCHEMAS, async |platform| {
        let town = paid_until(platform, "2026-05").await;
        let found = restate(&town, "2026-04", "2026-05", 0, Reason::Death).await;
        assert_eq!(found, [-MONTHLY]);
        // For ten days the registry may take it back, and nobody is asked for anything.
        assert_eq!(settle(&town, "2026-05").await, Settled::default());
        assert!(debts(&town).await.is_empty());
        town.verify().await;
        days_pass(&town, 11);
        settle(&town, "2026-05").await;
        let debt = debts(&town).await.remove(0);
        notify(&town, &debt).await;
        let mut tx = town.platform.db.begin().await.unwrap();
        let ids = &town.platform.ids;
        let mut decide = decide(&debt);
        let silent = Decide {
            note: " ".to_owned(),
            ..decide.clone()
        };
        let refused = debt::waive(&mut tx, ids, &silent).await;
        assert!(
            matches!(refused, Err(Error::Debt(Refusal::NoNote))),
            "{refused:?}"
        );
        decide.note = "the heirs have nothing".to_owned();
        debt::dispute(&mut tx, ids, &decide).await.unwrap();
        debt::waive(&mut tx, ids, &decide).await.unwrap();
        let over = debt::waive(&mut tx, ids, &decide).await;
        assert!(
            matches!(over, Err(Error::Debt(Refusal::WrongState { .. }))),
            "{over:?}"
        );
        tx.commit().await.unwrap();
        assert_eq!(debts(&town).await[0].state, State::Waived);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_correction_of_a_correction_lowers_the_debt_before_it_is_paid_out() {
    each_db(SCHEMAS, async |platform| {
        let town = paid_until(platform, "2026-05").await;
        restate(
            &town,
            "2026-02",
            "2026-05",
            MONTHLY - 30_000,
            Reason::Correction,
        )
        .await;
        settle(&town, "2026-05").await;
        // It was 10 000 too little for two of the months, and 60 000 for the third.
        restate(
            &town,
            "2026-02",
            "2026-04",
            MONTHLY - 20_000,
            Reason::Correction,
        )
        .await;
        assert_eq!(settle(&town, "2026-05").await.cancelled, 1);
        assert_eq!(debts(&town).await[0].left(), Money(70_000));
        restate(
            &town,
            "2026-04",
            "2026-05",
            MONTHLY + 50_000,
            Reason::Correction,
        )
        .await;
        let settled = Settled {
            arrears: 1,
            ..Settled::default()
        };
        assert_eq!(settle(&town, "2026-05").await, settled);
        let debt = debts(&town).await.remove(0);
        assert_eq!((debt.left(), debt.state), (Money::ZERO, State::Recovered));
        pay(&town, month("2026-05")).await;
        // 80 000 were owed for April, 70 000 of them lowered the debt.
        assert_eq!(sums(&town, month("2026-05")).await, [10_000, MONTHLY]);
        town.verify().await;
    })
    .await;
}

/// After any restatements what was paid, what is owed and what is a debt come to what was due.
#[tokio::test]
async fn whatever_is_restated_the_person_comes_to_what_was_due() {
    each_db(SCHEMAS, async |platform| {
        let town = paid_until(platform, "2026-06").await;
        let mut luck = 7_u64;
        let mut next = |most: u64| {
            luck = luck
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (luck >> 33) % most
        };
        let mut due = [MONTHLY; 4];
        for _ in 0..12 {
            let from = next(4) as usize;
            let to = from + 1 + next(4 - from as u64) as usize;
            let amount = next(200_000) as i64;
            due[from..to].fill(amount);
            let at = |place: usize| month("2026-02").plus(place as i32).to_string();
            restate(&town, &at(from), &at(to), amount, Reason::Correction).await;
            if next(2) == 0 {
                settle(&town, "2026-06").await;
            }
            town.verify().await;
        }
        settle(&town, "2026-06").await;
        pay(&town, month("2026-06")).await;
        let arrears: i64 = sums(&town, month("2026-06")).await.iter().sum::<i64>() - MONTHLY;
        let debts = debts(&town).await;
        let owed: i64 = debts.iter().map(|debt| debt.left().minor()).sum();
        let paid = 4 * MONTHLY + arrears - owed;
        assert_eq!(paid, due.iter().sum::<i64>(), "{due:?}");
        town.verify().await;
    })
    .await;
}

fn days_pass(town: &Town, days: i64) {
    let micros = days * 86_400 * 1_000_000;
    town.platform.clock.step(micros).unwrap();
}

async fn take_back(town: &Town) -> Vec<i64> {
    let mut tx = town.platform.db.begin().await.unwrap();
    let award = AwardId::from_u128(1);
    let found = restatement::take_back(&mut tx, &town.platform.ids, award, Month(0)).await;
    tx.commit().await.unwrap();
    let found = found.expect("taken back");
    found.iter().map(|one| one.difference().minor()).collect()
}

#[tokio::test]
async fn a_death_that_is_taken_back_within_its_days_was_never_a_debt() {
    each_db(SCHEMAS, async |platform| {
        let town = paid_until(platform, "2026-05").await;
        // March had been mended before the death was told.
        restate(
            &town,
            "2026-03",
            "2026-04",
            MONTHLY - 1_000,
            Reason::Correction,
        )
        .await;
        settle(&town, "2026-05").await;
        restate(&town, "2026-03", "2026-05", 0, Reason::Death).await;
        days_pass(&town, 9);
        assert_eq!(settle(&town, "2026-05").await, Settled::default());
        assert_eq!(take_back(&town).await, [MONTHLY - 1_000, MONTHLY]);
        assert_eq!(take_back(&town).await, [0_i64; 0], "taken back once");
        let cancelled = Settled {
            cancelled: 1,
            ..Settled::default()
        };
        assert_eq!(settle(&town, "2026-05").await, cancelled);
        days_pass(&town, 30);
        assert_eq!(settle(&town, "2026-05").await, Settled::default());
        let debts = debts(&town).await;
        assert_eq!(debts.len(), 1, "that of March alone: {debts:?}");
        assert_eq!(debts[0].amount, Money(1_000));
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_debt_of_a_death_that_is_taken_back_is_none_and_a_waived_one_is_not_paid_again() {
    for waived in [false, true] {
        each_db(SCHEMAS, async |platform| {
            let town = paid_until(platform, "2026-05").await;
            restate(&town, "2026-04", "2026-05", 0, Reason::Death).await;
            days_pass(&town, 11);
            settle(&town, "2026-05").await;
            let debt = debts(&town).await.remove(0);
            notify(&town, &debt).await;
            if waived {
                let mut tx = town.platform.db.begin().await.unwrap();
                let ids = &town.platform.ids;
                debt::waive(&mut tx, ids, &decide(&debt)).await.unwrap();
                tx.commit().await.unwrap();
            }
            let back: &[i64] = if waived { &[] } else { &[MONTHLY] };
            assert_eq!(take_back(&town).await, back);
            settle(&town, "2026-05").await;
            let debt = debts(&town).await.remove(0);
            let ended = match waived {
                true => State::Waived,
                false => State::Recovered,
            };
            assert_eq!(debt.state, ended);
            pay(&town, month("2026-05")).await;
            assert_eq!(sums(&town, month("2026-05")).await, [MONTHLY]);
            town.verify().await;
        })
        .await;
    }
}

#[tokio::test]
async fn months_that_no_run_paid_are_made_good_with_the_next_one_once() {
    each_db(SCHEMAS, async |platform| {
        let town = paid_until(platform, "2026-04").await;
        let ids = &town.platform.ids;
        let stop = Stop {
            entitlement: kernel::EntitlementId::from_u128(1),
            last_month: month("2026-03"),
            reason: "death".to_owned(),
            by: None,
        };
        let mut tx = town.platform.db.begin().await.unwrap();
        assert_eq!(entitlement::stop(&mut tx, ids, &[stop]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let missed = Restatement {
            award: AwardId::from_u128(1),
            // March was paid.
            months: Period {
                from: month("2026-03"),
                to: Some(month("2026-06")),
            },
            due: Money(MONTHLY),
            reason: Reason::DeathAnnulled,
            decision: None,
        };
        for expected in [2, 0] {
            let mut tx = town.platform.db.begin().await.unwrap();
            let found = restatement::make_good(&mut tx, ids, &missed).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(found.len(), expected);
            assert_eq!(settle(&town, "2026-06").await.arrears, expected / 2);
        }
        // What is due otherwise for a month that was made good is held against that.
        let less = MONTHLY - 700;
        let found = restate(&town, "2026-04", "2026-05", less, Reason::Correction).await;
        assert_eq!(found, [-700]);
        pay(&town, month("2026-06")).await;
        assert_eq!(sums(&town, month("2026-06")).await, [2 * MONTHLY]);
        town.verify().await;
    })
    .await;
}
