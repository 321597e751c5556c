//! What a treasurer sees before a run is approved, worked out by hand.

use access::{Action, Scope};
use kernel::{Money, PersonId, RunId, UnitId};
use payments::entitlement::NewEntitlement;
use payments::run::{self, Checked, FindingKind, Kind};
use store::testing::each_db;

use crate::SCHEMAS;
use crate::town::{Town, account, family, month, treasurer};

/// `(kind, how many, their sum, (payee, sum now, sum before) of each)`.
type Seen = (FindingKind, u64, i64, Vec<(u128, i64, Option<i64>)>);

fn seen(checked: &Checked) -> Vec<Seen> {
    let finding = |found: &run::Finding| {
        let example = |one: &run::Example| {
            let payee = one.payee.0.as_u128();
            (payee, one.amount.0, one.before.map(|money| money.0))
        };
        let examples = found.examples.iter().map(example).collect();
        (found.kind, found.count, found.amount.0, examples)
    };
    checked.findings.iter().map(finding).collect()
}

async fn check(town: &Town, id: u128) -> Checked {
    let permit = town
        .permit(&treasurer(1), Action::ReadRun, Scope::country())
        .await;
    let mut tx = town.platform.db.read().await.unwrap();
    run::check(&mut tx, &permit, RunId::from_u128(id))
        .await
        .unwrap()
}

/// The entitlement of a payee that follows one of the number `of`, under an id of its own.
fn follows(of: u128, id: u128, change: impl FnOnce(&mut NewEntitlement)) -> NewEntitlement {
    let mut next = family(id, "2026-03", Some("2027-03"));
    next.payee = PersonId::from_u128(of * 10);
    next.unit = UnitId::from_u128(of);
    (next.mfo, next.account, next.amount) = {
        let before = family(of, "2026-02", None);
        (before.mfo, before.account, before.amount)
    };
    change(&mut next);
    next
}

#[tokio::test]
async fn a_run_is_held_against_the_one_before_it() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        for of in ["2026-02", "2026-03"] {
            town.limit(month(of), 10_000_000).await;
        }
        // 1 stays as it is; 2 gets another sum; 3 another account; 4 stops; 5 and 7 are new and share one.
        let mut first: Vec<_> = [1].map(|n| family(n, "2026-02", Some("2027-02"))).to_vec();
        first.extend([2, 3, 4].map(|n| family(n, "2026-02", Some("2026-03"))));
        town.open(&first).await.expect("open");
        town.pay(600, month("2026-02"), Kind::Regular).await;
        let checked = check(&town, 600).await;
        assert_eq!(checked.before, None);
        assert_eq!(
            seen(&checked),
            [],
            "the first run has nothing to be held against"
        );

        let more = follows(2, 12, |next| next.amount = Money(150_000));
        let moved = follows(3, 13, |next| next.account = account(93));
        let one = family(5, "2026-03", Some("2027-03"));
        let mut other = family(7, "2026-03", Some("2027-03"));
        other.account = account(5);
        town.open(&[more, moved, one, other]).await.expect("open");
        let built = town.build(601, month("2026-03"), Kind::Regular).await;
        assert_eq!(built.expect("a run").lines, 5);
        let checked = check(&town, 601).await;
        assert_eq!(checked.before, Some(month("2026-02")));
        let two_new = vec![(50, 100_005, None), (70, 100_007, None)];
        assert_eq!(
            seen(&checked),
            [
                (FindingKind::New, 2, 200_012, two_new.clone()),
                (
                    FindingKind::Stopped,
                    1,
                    100_004,
                    vec![(40, 100_004, Some(100_004))]
                ),
                (
                    FindingKind::Amount,
                    1,
                    150_000,
                    vec![(20, 150_000, Some(100_002))]
                ),
                (
                    FindingKind::Account,
                    1,
                    100_003,
                    vec![(30, 100_003, Some(100_003))]
                ),
                (FindingKind::SharedAccount, 2, 200_012, two_new),
            ]
        );
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn of_many_findings_the_first_are_named_and_all_are_counted() {
    each_db(SCHEMAS, async |platform| {
        let town = Town::new(platform).await;
        for of in ["2026-02", "2026-03"] {
            town.limit(month(of), 10_000_000).await;
        }
        town.open(&[family(1, "2026-02", Some("2027-02"))])
            .await
            .expect("open");
        town.pay(600, month("2026-02"), Kind::Regular).await;
        let many: Vec<_> = (2..=40)
            .map(|n| family(n, "2026-03", Some("2027-03")))
            .collect();
        town.open(&many).await.expect("open");
        town.build(601, month("2026-03"), Kind::Regular)
            .await
            .expect("a run");
        let checked = check(&town, 601).await;
        let [new] = checked.findings.as_slice() else {
            panic!("only new ones: {:?}", seen(&checked));
        };
        let sum: i64 = (2..=40).map(|n| 100_000 + n).sum();
        assert_eq!(
            (new.kind, new.count, new.amount),
            (FindingKind::New, 39, Money(sum))
        );
        assert_eq!(new.examples.len() as i64, run::EXAMPLES_MAX);
    })
    .await;
}
