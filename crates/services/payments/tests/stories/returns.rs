//! Money that comes back, and banks that talk strangely.

use access::{Action, Area, Scope};
use kernel::{Mfo, Money, PersonId, RunId};
use payments::Error;
use payments::account_change::{self, Asked, WAIT_S};
use payments::account_task::{self, AccountTask, Mend, Refusal};
use payments::answer;
use payments::figure;
use payments::run::{self, Kind, State};
use store::testing::each_db;

use crate::SCHEMAS;
use crate::partners::{answer as bank_says, lock};
use crate::town::{DISTRICT, Town, account, family, month, officer, worker};

const RUN: RunId = RunId::from_u128(500);

async fn town_with_a_closed_account(platform: store::Platform) -> Town {
    let town = Town::new(platform).await;
    town.limit(month("2026-02"), 10_000_000).await;
    town.limit(month("2026-03"), 10_000_000).await;
    let batch: Vec<_> = (1..=4)
        .map(|n| family(n, "2026-02", Some("2027-02")))
        .collect();
    town.open(&batch).await.expect("open");
    town.world().closed.insert(account(2).to_string());
    town
}

async fn tasks(town: &Town) -> Vec<AccountTask> {
    let scope = Scope::area(Area::District(DISTRICT));
    let permit = town.permit(&officer(), Action::MendAccount, scope).await;
    let mut tx = town.platform.db.read().await.unwrap();
    account_task::list_open(&mut tx, &permit, None)
        .await
        .unwrap()
}

/// Asked by the officer, looked at by a social worker, waited for; how many tasks were mended.
async fn mend(town: &Town, command: &Mend) -> payments::Result<usize> {
    let before = tasks(town).await.len();
    ask(town, command).await?;
    assert!(
        tasks(town).await.len() < before,
        "nobody enters it a second time"
    );
    let (ids, scope) = (&town.platform.ids, Scope::area(Area::District(DISTRICT)));
    let permit = town.permit(&worker(), Action::MendAccount, scope).await;
    let mut tx = town.platform.db.begin().await.unwrap();
    account_change::confirm(&mut tx, ids, &permit, command.id).await?;
    tx.commit().await.unwrap();
    town.platform.clock.step(WAIT_S * 1_000_000).unwrap();
    let mut tx = town.platform.db.begin().await.unwrap();
    account_change::apply_due(&mut tx, ids).await?;
    tx.commit().await.unwrap();
    Ok(before - tasks(town).await.len())
}

async fn ask(town: &Town, command: &Mend) -> payments::Result<Asked> {
    let scope = Scope::area(Area::District(DISTRICT));
    let permit = town.permit(&officer(), Action::MendAccount, scope).await;
    let mut tx = town.platform.db.begin().await.unwrap();
    let asked = account_task::mend(&mut tx, &town.platform.ids, &permit, command).await?;
    tx.commit().await.unwrap();
    Ok(asked)
}

fn new_account(town: &Town, task: &AccountTask) -> Mend {
    let (mfo, account) = (Mfo::parse("00500").unwrap(), account(992));
    Mend {
        id: town.platform.ids.uuid(),
        task: task.id,
        mfo,
        account,
    }
}

#[tokio::test]
async fn a_returned_payment_is_paid_again_after_the_account_is_mended() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_a_closed_account(platform).await;
        let run = town.pay(500, month("2026-02"), Kind::Regular).await;
        assert_eq!(run.state, State::Answered, "it waits for the account");
        let open = tasks(&town).await;
        assert_eq!(open.len(), 1);
        assert_eq!(
            (open[0].payee, open[0].amount),
            (PersonId::from_u128(20), Money(100_002))
        );
        assert_eq!(open[0].reason, "AC04");
        let nothing = town.pay(501, month("2026-02"), Kind::Reissue).await;
        assert_eq!(nothing.lines, 0, "no account is mended yet");
        town.verify().await;

        let command = new_account(&town, &open[0]);
        assert_eq!(mend(&town, &command).await.expect("mended"), 1);
        let again = ask(&town, &command).await.expect("the same answer");
        assert!(matches!(again, Asked::Change(change) if change.state.as_str() == "applied"));
        let other = Mend {
            id: town.platform.ids.uuid(),
            ..command.clone()
        };
        let refused = ask(&town, &other).await.unwrap_err();
        assert!(
            matches!(refused, Error::AccountTask(Refusal::NotOpen { .. })),
            "{refused}"
        );

        let again = town.pay(502, month("2026-02"), Kind::Reissue).await;
        assert_eq!((again.state, again.lines), (State::Closed, 1));
        let mut tx = town.platform.db.read().await.unwrap();
        let first = run::find(&mut tx, RUN).await.unwrap().unwrap();
        assert_eq!(
            first.state,
            State::Closed,
            "its last line is paid by another run"
        );
        let figures = figure::of_month(&mut tx, month("2026-02"), None)
            .await
            .unwrap();
        assert_eq!(
            (
                figures[0].payments,
                figures[0].credited,
                figures[0].returned
            ),
            (4, 4, 0)
        );
        drop(tx);
        assert!(tasks(&town).await.is_empty());
        town.verify().await;

        let march = town.pay(503, month("2026-03"), Kind::Regular).await;
        assert_eq!(
            (march.state, march.lines),
            (State::Closed, 4),
            "to the new account"
        );
        assert_eq!(lock(&town.world).book["00500"].len(), 2);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn one_mended_account_mends_every_month_that_came_back_from_it() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_a_closed_account(platform).await;
        town.pay(500, month("2026-02"), Kind::Regular).await;
        town.pay(501, month("2026-03"), Kind::Regular).await;
        let open = tasks(&town).await;
        assert_eq!(open.len(), 2);
        assert_eq!(
            mend(&town, &new_account(&town, &open[1]))
                .await
                .expect("mended"),
            2
        );
        let again = town.pay(502, month("2026-03"), Kind::Reissue).await;
        assert_eq!(
            (again.state, again.lines, again.total),
            (State::Closed, 2, Money(200_004))
        );
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_bank_that_repeats_and_reorders_changes_nothing() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_a_closed_account(platform).await;
        town.world().stutters = true;
        town.pay(500, month("2026-02"), Kind::Regular).await;
        assert_eq!(tasks(&town).await.len(), 1);
        // It says everything once more, under new numbers.
        {
            let mut world = town.world();
            let statements: Vec<String> = world.answers.keys().cloned().collect();
            for statement in statements {
                for old in world.answers[&statement].clone() {
                    let payment = old["payment_id"].as_str().unwrap();
                    let outcome = old["outcome"].as_str().unwrap();
                    bank_says(&mut world, &statement, payment, outcome, None);
                }
            }
        }
        let collected = answer::collect(&town.platform, &town.partners, RUN)
            .await
            .unwrap();
        assert_eq!(
            (collected.credited, collected.returned, collected.repeated),
            (0, 0, 8)
        );
        assert_eq!(tasks(&town).await.len(), 1);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_fits_nothing_is_kept_for_people() {
    each_db(SCHEMAS, async |platform| {
        let town = town_with_a_closed_account(platform).await;
        town.pay(500, month("2026-02"), Kind::Regular).await;
        let (credited, returned, unknown) = {
            let mut world = town.world();
            let mut found: [Option<(String, String)>; 2] = [None, None];
            for (statement, answers) in &world.answers {
                for answer in answers {
                    let payment = answer["payment_id"].as_str().unwrap().to_owned();
                    let place = usize::from(answer["outcome"] == "returned");
                    found[place] = Some((statement.clone(), payment));
                }
            }
            let [Some(credited), Some(returned)] = found else {
                panic!("one of each")
            };
            let unknown = "00000000-0000-7000-8000-000000000001";
            bank_says(&mut world, &credited.0, unknown, "credited", None);
            bank_says(&mut world, &returned.0, &returned.1, "credited", None);
            // A month later the bank takes back what it had credited.
            bank_says(
                &mut world,
                &credited.0,
                &credited.1,
                "returned",
                Some("MD07"),
            );
            (credited.1, returned.1, unknown)
        };
        let collected = answer::collect(&town.platform, &town.partners, RUN)
            .await
            .unwrap();
        assert_eq!((collected.returned, collected.unmatched), (1, 2));
        let mut tx = town.platform.db.read().await.unwrap();
        let mut unmatched: Vec<(String, String)> = answer::unmatched(&mut tx)
            .await
            .unwrap()
            .into_iter()
            .map(|line| (line.payment.to_string(), line.why))
            .collect();
        unmatched.sort_by(|a, b| a.1.cmp(&b.1));
        let expected = [
            (returned, "credited_after_return".to_owned()),
            (unknown.to_owned(), "unknown_payment".to_owned()),
        ];
        assert_eq!(unmatched, expected);
        drop(tx);
        let reasons: Vec<String> = tasks(&town)
            .await
            .into_iter()
            .map(|task| task.reason)
            .collect();
        assert_eq!(reasons, ["AC04", "MD07"], "{credited} is owed again");
        assert_eq!(payments::verify::all(&town.platform).await.unwrap(), []);
    })
    .await;
}
