//! Who is paid after death, on both databases.

use access::{Action, Purpose, Subject};
use kernel::{
    AwardId, BankAccount, EntitlementId, Mfo, Money, Month, Period, PersonId, RunId, UnitId,
};
use payments::appropriation::{self, SetLimit};
use payments::entitlement::{self, NewEntitlement};
use payments::run::{BuildRun, FindingKind, Kind};
use store::testing::each_db;
use store::{Platform, execute};

const DISTRICT: u32 = 1_726_262;
const PROGRAMME: &str = "child_benefit";
const SCHEMAS: &[&[store::Migration]] = &[access::SCHEMA, registry::SCHEMA, payments::SCHEMA];

fn month(text: &str) -> Month {
    Month::parse(text).expect(text)
}

/// Person `no` is paid `no` thousand tiyin a month from February on.
async fn paid(platform: &Platform, persons: &[u128]) {
    let ids = &platform.ids;
    let mut tx = platform.db.begin().await.unwrap();
    let line = SetLimit {
        id: ids.uuid(),
        month: month("2026-02"),
        district: DISTRICT,
        programme: PROGRAMME.to_owned(),
        limit: Money(1_000_000),
        set_by: None,
    };
    appropriation::set(&mut tx, ids, &line).await.unwrap();
    let new = |no: &u128| NewEntitlement {
        id: EntitlementId::from_u128(*no),
        award: AwardId::from_u128(*no),
        unit: UnitId::from_u128(*no),
        programme: PROGRAMME.to_owned(),
        district: DISTRICT,
        payee: PersonId::from_u128(*no),
        mfo: Mfo::parse("00014").unwrap(),
        account: BankAccount::parse(&format!("22618000{no:012}")).unwrap(),
        amount: Money(1_000 * *no as i64),
        months: Period {
            from: month("2026-02"),
            to: Some(month("2026-05")),
        },
        members: vec![PersonId::from_u128(*no)],
    };
    let batch: Vec<NewEntitlement> = persons.iter().map(new).collect();
    entitlement::open(&mut tx, ids, &batch).await.unwrap();
    tx.commit().await.unwrap();
}

/// What the register knows of a person from a moment on.
async fn knows(platform: &Platform, no: u128, known_from: i64, died: Option<&str>) {
    let mut tx = platform.db.begin().await.unwrap();
    let died = died.map(|day| i64::from(kernel::Day::parse(day).expect(day).0));
    execute!(
        tx,
        "INSERT INTO person (id, known_from, family, given, patronymic, sex, born, died, source)
         VALUES ($1, $2, 'Karimov', 'Anvar', '', 1, 0, $3, 1)",
        PersonId::from_u128(no).0,
        known_from,
        died
    )
    .unwrap();
    tx.commit().await.unwrap();
}

/// Died in the month paid: right. The month before: found, also when it is told after the build. A
/// death that was withdrawn is none.
#[tokio::test]
async fn whoever_died_before_the_month_that_is_paid_is_named() {
    each_db(SCHEMAS, async |platform| {
        paid(&platform, &[1, 2, 3, 4]).await;
        for no in [1, 2, 3, 4] {
            knows(&platform, no, 1, None).await;
        }
        knows(&platform, 2, 2, Some("2026-01-31")).await;
        knows(&platform, 3, 2, Some("2026-02-01")).await;
        knows(&platform, 4, 2, Some("2026-01-05")).await;
        knows(&platform, 4, 3, None).await;
        let system = Subject::system();
        let permit = async |action| {
            let permit = access::batch(&platform, &system, action, Purpose::Payment, None, 4);
            permit.await.unwrap()
        };
        let command = BuildRun {
            id: RunId::from_u128(500),
            month: month("2026-02"),
            kind: Kind::Regular,
        };
        let build = permit(Action::BuildRun).await;
        let run = payments::run::build(&platform, &build, command, |_| {}).await;
        let run = run.unwrap();
        assert_eq!(run.lines, 4);
        let read = permit(Action::ReadRun).await;
        let found = async || {
            let mut tx = platform.db.read().await.unwrap();
            let checked = super::check(&mut tx, &read, run.id).await.unwrap();
            let dead = checked.findings.into_iter();
            let mut dead = dead.filter(|found| found.kind == FindingKind::PaidAfterDeath);
            let dead = dead.next().map(|found| {
                let payees = found.examples.iter().map(|one| one.payee.0.as_u128());
                (
                    found.count,
                    found.amount.minor(),
                    payees.collect::<Vec<_>>(),
                )
            });
            dead.unwrap_or_default()
        };
        assert_eq!(found().await, (1, 2_000, vec![2]));
        knows(&platform, 1, 9, Some("2025-12-01")).await;
        let mut both = found().await;
        both.2.sort_unstable();
        assert_eq!(both, (2, 3_000, vec![1, 2]));
    })
    .await;
}
