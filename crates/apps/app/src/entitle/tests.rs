//! Awards beside their entitlements, on both databases.

use kernel::UnitId;
use payments::appropriation::{self, SetLimit};
use store::testing::each_db;
use store::{Platform, execute};

use super::*;

const DISTRICT: u32 = 1_726_262;
const PROGRAMME: &str = "child_benefit";

fn month(text: &str) -> Month {
    Month::parse(text).expect(text)
}

/// An award of February to April.
async fn awarded(platform: &Platform, no: u128, amount: i64) {
    let id = AwardId::from_u128(no);
    let mut tx = platform.db.begin().await.unwrap();
    execute!(
        tx,
        "INSERT INTO award (id, case_id, decision, unit, payee, district, regime, programme, \
         amount_minor, first_month, end_month, at_end) \
         VALUES ($1, $1, $1, $1, $1, $2, 'uz-sr26', $3, $4, $5, $6, 'stop')",
        id.0,
        i64::from(DISTRICT),
        PROGRAMME,
        amount,
        i64::from(month("2026-02").0),
        i64::from(month("2026-05").0)
    )
    .unwrap();
    tx.commit().await.unwrap();
}

fn entitlement_of(no: u128, amount: i64) -> NewEntitlement {
    NewEntitlement {
        id: EntitlementId::from_u128(no),
        award: AwardId::from_u128(no),
        unit: UnitId::from_u128(no),
        programme: PROGRAMME.to_owned(),
        district: DISTRICT,
        payee: PersonId::from_u128(no),
        mfo: Mfo::parse("00014").unwrap(),
        account: BankAccount::parse("22618000000000000001").unwrap(),
        amount: Money(amount),
        months: Period {
            from: month("2026-02"),
            to: Some(month("2026-05")),
        },
        members: vec![PersonId::from_u128(no)],
    }
}

#[tokio::test]
async fn money_of_an_award_that_waits_for_an_account_is_not_free() {
    each_db(&[casework::SCHEMA, payments::SCHEMA], async |platform| {
        let ids = &platform.ids;
        let mut tx = platform.db.begin().await.unwrap();
        let line = SetLimit {
            id: ids.uuid(),
            month: month("2026-03"),
            district: DISTRICT,
            programme: PROGRAMME.to_owned(),
            limit: Money(1_000),
            set_by: None,
        };
        let first = SetLimit {
            id: ids.uuid(),
            month: month("2026-02"),
            ..line.clone()
        };
        for line in [&first, &line] {
            appropriation::set(&mut tx, ids, line).await.unwrap();
        }
        tx.commit().await.unwrap();
        for (no, amount) in [(1, 300), (2, 450)] {
            awarded(&platform, no, amount).await;
        }
        let key = (DISTRICT, PROGRAMME.to_owned());
        let free = async |text| {
            let mut tx = platform.db.read().await.unwrap();
            let free = crate::proactive::free(&mut tx, month(text)).await;
            free.unwrap()[&key]
        };
        assert_eq!(free("2026-03").await, Money(250), "both wait");
        // A bank tells of the first one's card: committed, and not counted twice.
        let mut tx = platform.db.begin().await.unwrap();
        entitlement::open(&mut tx, ids, &[entitlement_of(1, 300)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(free("2026-03").await, Money(250));
        let mut tx = platform.db.read().await.unwrap();
        let still = promised(&mut tx, month("2026-03")).await.unwrap();
        assert_eq!(still, BTreeMap::from([(key.clone(), Money(450))]));
        assert!(
            promised(&mut tx, month("2026-05"))
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}
