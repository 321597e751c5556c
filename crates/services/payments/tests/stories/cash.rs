//! Whoever has no account is paid at the cash desks of one bank, and what nobody came for is carried
//! over.

use access::{Action, Area, Scope, Subject};
use futures::TryStreamExt;
use kernel::{Mfo, PersonId, Pinfl, RunId};
use payments::cash::{self, CARRIED_MAX, CashPayee, Desk, Refusal, UNCLAIMED};
use payments::run::{self, FindingKind, Kind, Run, State};
use payments::{Error, account_change, account_task, statement};
use serde_json::Value;
use store::testing::each_db;

use crate::SCHEMAS;
use crate::partners::answer as bank_says;
use crate::town::{DISTRICT, Town, account, family, month, officer, treasurer};

fn desk() -> Desk {
    Desk {
        mfo: Mfo::parse("00873").unwrap(),
        account: kernel::BankAccount::parse("17302000400000873001").unwrap(),
    }
}

fn pinfl(serial: u16) -> Pinfl {
    let born = kernel::Day::parse("1990-01-01").expect("a day");
    Pinfl::make(kernel::Sex::Female, born, 999, serial)
}

async fn set(town: &Town, desk: Option<Desk>) -> payments::Result<()> {
    let permit = town
        .permit(&Subject::system(), Action::SettleRun, Scope::country())
        .await;
    let mut tx = town.platform.db.begin().await.unwrap();
    cash::set(&mut tx, &town.platform.ids, &permit, desk).await?;
    tx.commit().await.unwrap();
    Ok(())
}

/// Three families without an account, paid at the desks, and one with an account there.
async fn town(platform: store::Platform, named: bool) -> Town {
    let town = Town::new(platform).await;
    for text in ["2026-02", "2026-03", "2026-04", "2026-05", "2026-06"] {
        town.limit(month(text), 10_000_000).await;
    }
    set(&town, Some(desk())).await.expect("a desk");
    let mut batch: Vec<_> = (1..=4)
        .map(|n| family(n, "2026-02", Some("2026-07")))
        .collect();
    for one in &mut batch {
        one.mfo = desk().mfo;
    }
    for one in &mut batch[..3] {
        one.account = desk().account;
    }
    if named {
        let payees: Vec<CashPayee> = (1..=3_u128)
            .map(|n| CashPayee {
                person: PersonId::from_u128(n * 10),
                pinfl: pinfl(n as u16),
                name: format!("Oʻktamova \"Oygul\" {n}"),
            })
            .collect();
        let mut tx = town.platform.db.begin().await.unwrap();
        for _ in 0..2 {
            cash::note(&mut tx, &town.platform.ids, &payees)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }
    town.open(&batch).await.expect("opened");
    town
}

/// The bank tells that nobody came for the payment of a person by the end of its month.
async fn unclaimed(town: &Town, run: RunId, payee: u128) {
    let mut tx = town.platform.db.read().await.unwrap();
    let (statement, payment) = store::fetch_one!(
        &mut tx,
        (uuid::Uuid, uuid::Uuid),
        "SELECT p.statement, p.id FROM payment p JOIN statement s ON s.id = p.statement
         WHERE s.run = $1 AND p.payee = $2",
        run.0,
        PersonId::from_u128(payee).0
    )
    .unwrap();
    drop(tx);
    let (statement, payment) = (statement.to_string(), payment.to_string());
    let mut world = town.world();
    bank_says(
        &mut world,
        &statement,
        &payment,
        "returned",
        Some(UNCLAIMED),
    );
    let entry = world.book.get("00873").and_then(|book| {
        book.iter()
            .find(|entry| entry["payment_id"] == payment.as_str())
            .cloned()
    });
    let mut entry = entry.expect("it was booked");
    let book = world.book.get_mut("00873").expect("the bank's book");
    entry["seq"] = Value::from(book.len() as i64 + 1);
    entry["outcome"] = Value::from("returned");
    book.push(entry);
}

async fn collect(town: &Town, run: RunId) {
    payments::answer::collect(&town.platform, &town.partners, run)
        .await
        .expect("collected");
}

async fn open_tasks(town: &Town) -> Vec<String> {
    let scope = Scope::area(Area::District(DISTRICT));
    let permit = town.permit(&officer(), Action::MendAccount, scope).await;
    let mut tx = town.platform.db.read().await.unwrap();
    let open = account_task::list_open(&mut tx, &permit, None)
        .await
        .unwrap();
    open.into_iter().map(|task| task.reason).collect()
}

async fn lines_of(town: &Town, run: &Run) -> Vec<Value> {
    let mut tx = town.platform.db.read().await.unwrap();
    let sheet = run::load_sheet(&mut tx, run.id).await.unwrap();
    let id = sheet.statements[0].id;
    let (head, sha256) = statement::find_head(&mut tx, id)
        .await
        .unwrap()
        .expect("sealed");
    drop(tx);
    let parts: Vec<Vec<u8>> = statement::file::chunks(&town.platform.db, &head, sha256)
        .try_collect()
        .await
        .expect("its hash is right");
    let file: Value = serde_json::from_slice(&parts.concat()).expect("JSON");
    file["lines"].as_array().expect("lines").clone()
}

#[tokio::test]
async fn a_line_to_the_cash_desks_names_its_person_and_no_other_does() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform, true).await;
        let run = town.pay(500, month("2026-02"), Kind::Regular).await;
        assert_eq!((run.state, run.lines), (State::Closed, 4));
        let lines = lines_of(&town, &run).await;
        let of_line = |line: &Value| {
            let (pinfl, name) = (
                line["cash"]["pinfl"].as_str()?,
                line["cash"]["name"].as_str()?,
            );
            Some((pinfl.to_owned(), name.to_owned()))
        };
        let mut named: Vec<_> = lines.iter().filter_map(of_line).collect();
        named.sort_unstable();
        let expected =
            [1, 2, 3].map(|n| (pinfl(n).to_string(), format!("Oʻktamova \"Oygul\" {n}")));
        assert_eq!(named, expected);
        let own = lines
            .iter()
            .find(|line| line["account"] == account(4).as_str());
        assert!(own.expect("the fourth")["cash"].is_null());

        // Many persons on the desks' account are nothing odd; two on a person's account are.
        let permit = town
            .permit(&treasurer(1), Action::ReadRun, Scope::country())
            .await;
        let mut tx = town.platform.db.read().await.unwrap();
        let checked = run::check(&mut tx, &permit, run.id).await.unwrap();
        let shared = |found: &run::Finding| found.kind == FindingKind::SharedAccount;
        assert!(!checked.findings.iter().any(shared), "{checked:?}");
        drop(tx);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_line_to_the_cash_desks_that_names_nobody_is_never_built() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform, false).await;
        let built = town.build(500, month("2026-02"), Kind::Regular).await;
        assert!(
            matches!(built, Err(Error::Cash(Refusal::Unnamed { count: 3 }))),
            "{built:?}"
        );
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn what_nobody_came_for_is_carried_over_and_at_last_somebody_visits() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform, true).await;
        let first = town.pay(500, month("2026-02"), Kind::Regular).await.id;
        let mut last = first;
        for carried in 1..=CARRIED_MAX {
            unclaimed(&town, last, 10).await;
            collect(&town, last).await;
            assert_eq!(open_tasks(&town).await, [""; 0], "no new account is needed");
            let again = town
                .pay(500 + carried as u128, month("2026-03"), Kind::Reissue)
                .await;
            assert_eq!(
                (again.lines, again.state),
                (1, State::Closed),
                "time {carried}"
            );
            let line = &lines_of(&town, &again).await[0];
            assert_eq!(line["account"], desk().account.as_str());
            assert_eq!(line["cash"]["pinfl"], pinfl(1).to_string());
            town.verify().await;
            last = again.id;
        }
        unclaimed(&town, last, 10).await;
        collect(&town, last).await;
        assert_eq!(open_tasks(&town).await, [UNCLAIMED]);
        let nothing = town.pay(600, month("2026-04"), Kind::Reissue).await;
        assert_eq!(nothing.lines, 0, "it waits for a person");
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn money_that_is_carried_over_goes_to_the_account_that_the_person_has_meanwhile() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform, true).await;
        let first = town.pay(500, month("2026-02"), Kind::Regular).await.id;
        unclaimed(&town, first, 10).await;
        collect(&town, first).await;
        let person = PersonId::from_u128(10);
        let wish = account_change::Ask {
            id: uuid::Uuid::from_u128(7),
            person,
            district: DISTRICT,
            to: Some(account_change::Destination {
                mfo: Mfo::parse("00014").unwrap(),
                account: account(990),
            }),
        };
        let who = crate::town::citizen(person);
        let permit = town
            .permit(&who, Action::MendAccount, Scope::own(&who))
            .await;
        let ids = &town.platform.ids;
        let mut tx = town.platform.db.begin().await.unwrap();
        account_change::ask(&mut tx, ids, &permit, &wish)
            .await
            .expect("asked");
        tx.commit().await.unwrap();
        town.platform
            .clock
            .step(account_change::WAIT_S * 1_000_000)
            .unwrap();
        let mut tx = town.platform.db.begin().await.unwrap();
        assert_eq!(account_change::apply_due(&mut tx, ids).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let again = town.pay(501, month("2026-03"), Kind::Reissue).await;
        let line = &lines_of(&town, &again).await[0];
        assert_eq!(line["account"], account(990).as_str());
        assert!(line["cash"].is_null(), "the bank knows its client");
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn the_account_of_the_desks_is_a_banks_own_and_no_persons() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform, true).await;
        let of_a_person = Desk {
            mfo: desk().mfo,
            account: account(4),
        };
        let refused = set(&town, Some(of_a_person)).await;
        assert!(
            matches!(refused, Err(Error::Cash(Refusal::OfPersons { count: 1 }))),
            "{refused:?}"
        );
        let wish = account_change::Ask {
            id: uuid::Uuid::from_u128(7),
            person: PersonId::from_u128(40),
            district: DISTRICT,
            to: Some(account_change::Destination {
                mfo: desk().mfo,
                account: desk().account,
            }),
        };
        let scope = Scope::person(wish.person, Area::District(DISTRICT));
        let permit = town.permit(&officer(), Action::MendAccount, scope).await;
        let mut tx = town.platform.db.begin().await.unwrap();
        let asked = account_change::ask(&mut tx, &town.platform.ids, &permit, &wish).await;
        let refused = matches!(
            asked,
            Err(Error::AccountChange(account_change::Refusal::CashDesk))
        );
        assert!(refused, "{asked:?}");
        drop(tx);
        // Without desks nobody new is sent there; who is paid there goes on.
        set(&town, None).await.expect("taken away");
        let run = town.pay(500, month("2026-02"), Kind::Regular).await;
        assert_eq!(run.lines, 4);
        town.verify().await;
    })
    .await;
}
