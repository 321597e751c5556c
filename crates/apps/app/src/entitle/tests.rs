//! Awards beside their entitlements, on both databases.

use kernel::facts::{Cell, FactBody};
use kernel::{Day, EvidenceId, FactId, Money, RunId, Source, UnitId};
use payments::appropriation::SetLimit;
use store::testing::each_db;
use store::{Platform, execute, fetch_all};

use super::*;

/// Nobody's death waits to be confirmed.
const CONFIRMED: Confirmed = Confirmed {
    before: kernel::Instant(i64::MAX),
};
const DISTRICT: u32 = 1_726_262;
const PROGRAMME: &str = "child_benefit";

fn month(text: &str) -> Month {
    Month::parse(text).expect(text)
}

/// An award of February to April.
fn award_of_no(no: u128, amount: i64) -> Award {
    Award {
        id: AwardId::from_u128(no),
        case: CaseId::from_u128(no),
        decision: kernel::DecisionId::from_u128(no),
        unit: UnitId::from_u128(no),
        payee: PersonId::from_u128(no),
        district: DISTRICT,
        regime: "uz-sr26".to_owned(),
        programme: PROGRAMME.to_owned(),
        category: None,
        amount: Money(amount),
        first_month: month("2026-02"),
        end_month: month("2026-05"),
        at_end: casework::award::AtEnd::Stop,
        members: vec![casework::award::Member {
            person: PersonId::from_u128(no),
            until: None,
        }],
    }
}

/// Such an award, which waits for an account.
async fn awarded(platform: &Platform, no: u128, amount: i64) {
    let id = AwardId::from_u128(no);
    let waiting = Followed {
        without_account: vec![award_of_no(no, amount)],
        ..Followed::default()
    };
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
    wait(&mut tx, &platform.ids, &waiting).await.unwrap();
    tx.commit().await.unwrap();
}

async fn limits(platform: &Platform, limits: &[(&str, i64)]) {
    let ids = &platform.ids;
    let mut tx = platform.db.begin().await.unwrap();
    for (text, limit) in limits {
        let line = SetLimit {
            id: ids.uuid(),
            month: month(text),
            district: DISTRICT,
            programme: PROGRAMME.to_owned(),
            limit: Money(*limit),
            set_by: None,
        };
        appropriation::set(&mut tx, ids, &line).await.unwrap();
    }
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
        limits(&platform, &[("2026-02", 1_000), ("2026-03", 1_000)]).await;
        for (no, amount) in [(1, 300), (2, 450)] {
            awarded(&platform, no, amount).await;
        }
        let key = (DISTRICT, PROGRAMME.to_owned());
        let free = async |text| {
            let mut tx = platform.db.read().await.unwrap();
            let free = crate::proactive::free(&mut tx, month(text), CONFIRMED).await;
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
        let still = promised(&mut tx, CONFIRMED).await.unwrap();
        let still: Vec<(AwardId, Money)> = still.iter().map(|a| (a.id, a.amount)).collect();
        assert_eq!(still, [(AwardId::from_u128(2), Money(450))]);
        // A payment that resumes finds the same left.
        let lines = free_lines(&mut tx, month("2026-03"), CONFIRMED)
            .await
            .unwrap();
        let mut expected = FreeLines::default();
        expected.add(DISTRICT, PROGRAMME, month("2026-03"), Money(250));
        assert_eq!(lines, expected);
    })
    .await;
}

/// What the award held of the budget waits for as long as the registry may take the death back.
#[tokio::test]
async fn money_of_an_award_that_a_death_stopped_is_kept_until_it_is_confirmed() {
    each_db(&[casework::SCHEMA, payments::SCHEMA], async |platform| {
        limits(&platform, &[("2026-02", 1_000), ("2026-03", 1_000)]).await;
        awarded(&platform, 1, 300).await;
        let ids = &platform.ids;
        let mut tx = platform.db.begin().await.unwrap();
        entitlement::open(&mut tx, ids, &[entitlement_of(1, 300)])
            .await
            .unwrap();
        let at = ids.now();
        execute!(
            &mut tx,
            "INSERT INTO award_stop (award, from_month, reason, decision, stopped_at)
             VALUES ($1, $2, 'death', NULL, $3)",
            AwardId::from_u128(1).0,
            i64::from(month("2026-03").0),
            at.0
        )
        .unwrap();
        let stop = Stop {
            entitlement: EntitlementId::from_u128(1),
            last_month: month("2026-02"),
            reason: "death".to_owned(),
            by: None,
        };
        entitlement::stop(&mut tx, ids, &[stop]).await.unwrap();
        let key = (DISTRICT, PROGRAMME.to_owned());
        for (before, left) in [(at, 700), (at.plus_seconds(1), 1_000)] {
            let confirmed = Confirmed { before };
            let free = crate::proactive::free(&mut tx, month("2026-03"), confirmed).await;
            assert_eq!(free.unwrap()[&key], Money(left), "{before}");
        }
    })
    .await;
}

/// What the system may do with awards and the accounts of their payees.
async fn permit(platform: &Platform) -> Permit {
    let system = access::Subject::system();
    let run = Some(RunId(platform.ids.uuid()));
    let (action, purpose) = (Action::AssessCase, Purpose::Payment);
    let permit = access::batch(platform, &system, action, purpose, run, 1).await;
    permit.unwrap()
}

/// A bank tells of the card of each payee.
async fn cards(platform: &Platform, permit: &Permit, payees: &[u128]) {
    let card = |no: &u128| Fact {
        id: FactId(platform.ids.uuid()),
        owner: PersonId::from_u128(*no).0,
        kind: code::ACCOUNT,
        source: Source::Bank,
        as_of: Day::parse("2026-02-01").unwrap(),
        received_at: platform.clock.now(),
        evidence: EvidenceId(platform.ids.uuid()),
        body: FactBody::new(vec![vec![
            Cell::Text("00014".into()),
            Cell::Text("22618000000000000001".into()),
            Cell::Int(0),
            Cell::Int(1),
        ]]),
    };
    let facts: Vec<Fact> = payees.iter().map(card).collect();
    let mut tx = platform.db.begin().await.unwrap();
    registry::fact::record(&mut tx, permit, &facts)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

const SCHEMAS: &[&[store::Migration]] = &[
    access::SCHEMA,
    registry::SCHEMA,
    casework::SCHEMA,
    payments::SCHEMA,
];

/// A case that was awarded, as far as its events go.
async fn case_of(platform: &Platform, no: u128) {
    let mut tx = platform.db.begin().await.unwrap();
    execute!(
        tx,
        "INSERT INTO case_now (id, number, origin, applicant, unit, district, mahalla, regime, \
         bank_consent, lodged_at, applied_on, counted_month, window_end, state, events) \
         VALUES ($1, $2, 'application', $1, $1, $3, 0, 'uz-sr26', $4, 0, 0, 0, 0, 'awarded', 0)",
        CaseId::from_u128(no).0,
        format!("NO{no}"),
        i64::from(DISTRICT),
        true
    )
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_award_that_the_budget_does_not_reach_stops_no_other_and_its_case_says_why() {
    each_db(SCHEMAS, async |platform| {
        let permit = permit(&platform).await;
        cards(&platform, &permit, &[1, 2, 3]).await;
        limits(&platform, &[("2026-02", 700), ("2026-03", 700)]).await;
        for no in 1..4 {
            case_of(&platform, no).await;
        }
        let changes = Changes {
            awards: vec![
                award_of_no(1, 300),
                award_of_no(2, 900),
                award_of_no(3, 300),
            ],
            ..Changes::default()
        };
        let mut tx = platform.db.begin().await.unwrap();
        let ids = &platform.ids;
        let followed = follow(&mut tx, ids, &permit, &changes).await.unwrap();
        assert_eq!(followed.opened, 2);
        let [(award, refusal)] = &followed.without_money[..] else {
            panic!("{followed:?}");
        };
        assert_eq!(award.id, AwardId::from_u128(2));
        let entitlement::Refusal::OverBudget {
            available, asked, ..
        } = refusal
        else {
            panic!("{refusal}");
        };
        // At its turn the award before it had 300 of the 700.
        assert_eq!((*available, *asked), (Money(400), Money(900)));
        wait(&mut tx, ids, &followed).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = platform.db.read().await.unwrap();
        let events = fetch_all!(
            tx,
            (uuid::Uuid, String, String),
            "SELECT case_id, kind, detail FROM case_event"
        );
        let events = events.unwrap();
        let [(case, kind, detail)] = &events[..] else {
            panic!("one case, one event");
        };
        assert_eq!(
            (*case, kind.as_str()),
            (CaseId::from_u128(2).0, "payment_waits")
        );
        assert!(detail.contains(&refusal.to_string()), "{detail}");
        // Nothing is wrong with it but the money: it stays promised and is tried again.
        let waiting = job::keys(&mut tx, AWAIT_ACCOUNT).await.unwrap();
        assert_eq!(waiting, [AwardId::from_u128(2).to_string()]);
    })
    .await;
}

#[tokio::test]
async fn a_close_does_not_share_what_awards_that_wait_for_an_account_are_promised() {
    let folder = tempfile::tempdir().unwrap();
    let daftar = Daftar::init(crate::tests::config(&folder)).await.unwrap();
    let platform = &daftar.platform;
    limits(platform, &[("2026-02", 1_000), ("2026-03", 1_000)]).await;
    case_of(platform, 1).await;
    awarded(platform, 1, 300).await;
    let closed = daftar.month_close(month("2026-02")).await.unwrap();
    let left = (DISTRICT, PROGRAMME.to_owned(), Money(700));
    assert_eq!(closed.envelopes, [left]);
}

/// The register knows a person by name and number.
async fn passport(platform: &Platform, no: u128) -> Pinfl {
    let born = Day::parse("1990-01-01").unwrap();
    let pinfl = Pinfl::make(kernel::Sex::Female, born, 999, no as u16);
    let mut tx = platform.db.begin().await.unwrap();
    execute!(
        tx,
        "INSERT INTO person (id, known_from, family, given, patronymic, sex, born, source)
         VALUES ($1, 1, 'Karimova', 'Oʻgʻiloy', 'Anvar qizi', 2, $2, 1)",
        PersonId::from_u128(no).0,
        i64::from(born.0)
    )
    .unwrap();
    execute!(
        tx,
        "INSERT INTO identifier (kind, value, person, valid_from, known_from)
         VALUES (1, $1, $2, 0, 1)",
        pinfl.to_string(),
        PersonId::from_u128(no).0
    )
    .unwrap();
    tx.commit().await.unwrap();
    pinfl
}

/// 1 has a card, 2 has none, 3 has neither a card nor a number: nobody could pay that person.
#[tokio::test]
async fn whoever_has_no_account_is_paid_at_the_cash_desks_once_there_are_any() {
    each_db(SCHEMAS, async |platform| {
        let permit = permit(&platform).await;
        cards(&platform, &permit, &[1]).await;
        limits(&platform, &[("2026-02", 9_000), ("2026-03", 9_000)]).await;
        let pinfl = passport(&platform, 2).await;
        for no in 1..4 {
            case_of(&platform, no).await;
        }
        let changes = Changes {
            awards: (1..4).map(|no| award_of_no(no, 300)).collect(),
            ..Changes::default()
        };
        let ids = &platform.ids;
        let (system, action) = (access::Subject::system(), Action::SettleRun);
        let settle = access::batch(&platform, &system, action, Purpose::Payment, None, 0);
        let settle = settle.await.unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let desk = cash::Desk {
            mfo: Mfo::parse("00873").unwrap(),
            account: BankAccount::parse("17302000400000873001").unwrap(),
        };
        cash::set(&mut tx, ids, &settle, Some(desk)).await.unwrap();
        let followed = follow(&mut tx, ids, &permit, &changes).await.unwrap();
        let waits: Vec<AwardId> = followed.without_account.iter().map(|one| one.id).collect();
        assert_eq!((followed.opened, waits), (2, vec![AwardId::from_u128(3)]));
        let of = async |tx: &mut Tx, no| {
            let found = entitlement::find(tx, EntitlementId::from_u128(no)).await;
            let found = found.unwrap().expect("opened");
            (found.mfo, found.account)
        };
        assert_eq!(of(&mut tx, 1).await.0, Mfo::parse("00014").unwrap());
        assert_eq!(of(&mut tx, 2).await, (desk.mfo, desk.account));
        let named = fetch_all!(
            &mut tx,
            (uuid::Uuid, String, String),
            "SELECT person, pinfl, name FROM cash_payee"
        );
        let name = "Karimova Oʻgʻiloy Anvar qizi".to_owned();
        assert_eq!(
            named.unwrap(),
            [(PersonId::from_u128(2).0, pinfl.to_string(), name)]
        );
    })
    .await;
}
