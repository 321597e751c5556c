//! A person's account changes: who may ask, who must look, how long it waits, who can stop it.

use access::{Action, Area, Role, Scope, Subject};
use kernel::{EntitlementId, Mfo, PersonId};
use payments::account_change::{self, Ask, Asked, Destination, Refusal, State, WAIT_S};
use payments::{Error, entitlement};
use store::testing::each_db;
use uuid::Uuid;

use crate::SCHEMAS;
use crate::town::{DISTRICT, Town, account, citizen, family, month, officer, worker};

const PAYEE: PersonId = PersonId::from_u128(20);

fn partner() -> Subject {
    Subject {
        account: kernel::ids::AccountId(Uuid::from_u128(80)),
        role: Role::Partner,
        ..officer()
    }
}

fn to(number: u128) -> Option<Destination> {
    let (mfo, account) = (Mfo::parse("00500").unwrap(), account(number));
    Some(Destination { mfo, account })
}

fn wish(id: u128, to: Option<Destination>) -> Ask {
    Ask {
        id: Uuid::from_u128(id),
        person: PAYEE,
        district: DISTRICT,
        to,
    }
}

async fn town(platform: store::Platform) -> Town {
    let town = Town::new(platform).await;
    town.limit(month("2026-02"), 10_000_000).await;
    town.open(&[family(2, "2026-02", None)])
        .await
        .expect("open");
    town
}

async fn ask(town: &Town, who: &Subject, wish: &Ask) -> payments::Result<Asked> {
    let action = match who.role {
        Role::Partner => Action::LinkAccount,
        _ => Action::MendAccount,
    };
    let scope = match who.role {
        Role::Citizen => Scope::own(who),
        _ => Scope::person(wish.person, Area::District(DISTRICT)),
    };
    let permit = town.permit(who, action, scope).await;
    let mut tx = town.platform.db.begin().await.unwrap();
    let asked = account_change::ask(&mut tx, &town.platform.ids, &permit, wish).await?;
    tx.commit().await.unwrap();
    Ok(asked)
}

/// A deed of somebody on the change: `confirm`, `decline` or `stop`.
async fn act(town: &Town, who: &Subject, deed: &str, id: u128) -> payments::Result<()> {
    let (action, scope) = match deed {
        "stop" => (Action::StopAccountChange, Scope::own(who)),
        _ => (Action::MendAccount, Scope::area(Area::District(DISTRICT))),
    };
    let permit = town.permit(who, action, scope).await;
    let (ids, id) = (&town.platform.ids, Uuid::from_u128(id));
    let mut tx = town.platform.db.begin().await.unwrap();
    match deed {
        "confirm" => account_change::confirm(&mut tx, ids, &permit, id).await?,
        "decline" => account_change::decline(&mut tx, ids, &permit, id).await?,
        _ => account_change::stop(&mut tx, ids, &permit, id).await?,
    }
    tx.commit().await.unwrap();
    Ok(())
}

/// The time goes on; how many changes took effect.
async fn wait(town: &Town, seconds: i64) -> usize {
    town.platform.clock.step(seconds * 1_000_000).unwrap();
    let mut tx = town.platform.db.begin().await.unwrap();
    let applied = account_change::apply_due(&mut tx, &town.platform.ids).await;
    tx.commit().await.unwrap();
    applied.unwrap()
}

async fn paid_to(town: &Town) -> String {
    let mut tx = town.platform.db.read().await.unwrap();
    let found = entitlement::find(&mut tx, EntitlementId::from_u128(2)).await;
    found.unwrap().expect("it stands").account.to_string()
}

async fn linked(town: &Town) -> Option<Destination> {
    let mut tx = town.platform.db.read().await.unwrap();
    let current = account_change::current(&mut tx, &[PAYEE]).await.unwrap();
    current.get(&PAYEE).copied()
}

fn state(asked: Asked) -> State {
    match asked {
        Asked::Change(change) => change.state,
        Asked::Already => panic!("it is a change"),
    }
}

#[tokio::test]
async fn what_a_partner_or_the_person_asks_takes_effect_after_seventy_two_hours_and_not_before() {
    for who in [partner(), citizen(PAYEE)] {
        each_db(SCHEMAS, async |platform| {
            let town = town(platform).await;
            let asked = ask(&town, &who, &wish(1, to(990))).await.unwrap();
            assert_eq!(state(asked), State::Waiting);
            assert_eq!(wait(&town, WAIT_S - 1).await, 0);
            assert_eq!(
                (paid_to(&town).await, linked(&town).await),
                (account(2).to_string(), None)
            );
            assert_eq!(wait(&town, 1).await, 1);
            assert_eq!(
                (paid_to(&town).await, linked(&town).await),
                (account(990).to_string(), to(990))
            );
            assert_eq!(wait(&town, WAIT_S).await, 0, "once");
            let again = ask(&town, &who, &wish(2, to(990))).await.unwrap();
            assert_eq!(again, Asked::Already);
            town.verify().await;
        })
        .await;
    }
}

#[tokio::test]
async fn what_staff_ask_waits_for_another_member_of_staff_however_long() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform).await;
        let asked = ask(&town, &officer(), &wish(1, to(990))).await.unwrap();
        assert_eq!(state(asked), State::Asked);
        assert_eq!(wait(&town, WAIT_S * 10).await, 0);
        let same = act(&town, &officer(), "confirm", 1).await.unwrap_err();
        assert!(
            matches!(same, Error::AccountChange(Refusal::SamePerson)),
            "{same}"
        );
        act(&town, &worker(), "confirm", 1)
            .await
            .expect("a second one");
        let twice = act(&town, &worker(), "confirm", 1).await.unwrap_err();
        assert!(
            matches!(twice, Error::AccountChange(Refusal::NotOpen { .. })),
            "{twice}"
        );
        assert_eq!(wait(&town, 0).await, 1, "its 72 hours are long over");
        assert_eq!(paid_to(&town).await, account(990).to_string());
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn the_person_stops_it_and_another_may_be_asked_for_afterwards() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform).await;
        // By whom it was asked; what was done meanwhile; who stops it.
        for (id, who, confirmed) in [
            (1, partner(), false),
            (2, officer(), false),
            (3, officer(), true),
        ] {
            ask(&town, &who, &wish(id, to(990))).await.unwrap();
            if confirmed {
                act(&town, &worker(), "confirm", id).await.unwrap();
            }
            let stranger = citizen(PersonId::from_u128(21));
            let unknown = act(&town, &stranger, "stop", id).await.unwrap_err();
            assert!(
                matches!(unknown, Error::AccountChange(Refusal::Unknown { .. })),
                "{unknown}"
            );
            act(&town, &citizen(PAYEE), "stop", id).await.expect("no");
            act(&town, &citizen(PAYEE), "stop", id)
                .await
                .expect("the same no");
            assert_eq!(wait(&town, WAIT_S).await, 0);
            assert_eq!(paid_to(&town).await, account(2).to_string());
        }
        ask(&town, &officer(), &wish(4, to(990))).await.unwrap();
        act(&town, &worker(), "decline", 4)
            .await
            .expect("the second one says no");
        let late = act(&town, &citizen(PAYEE), "stop", 4).await.unwrap_err();
        assert!(
            matches!(late, Error::AccountChange(Refusal::NotOpen { .. })),
            "{late}"
        );
        assert_eq!(wait(&town, WAIT_S).await, 0);
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn one_change_at_a_time_and_one_id_for_one_wish() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform).await;
        let nothing = ask(&town, &partner(), &wish(9, None)).await.unwrap_err();
        assert!(
            matches!(nothing, Error::AccountChange(Refusal::NothingLinked)),
            "{nothing}"
        );
        let first = ask(&town, &partner(), &wish(1, to(990))).await.unwrap();
        assert_eq!(
            ask(&town, &partner(), &wish(1, to(990))).await.unwrap(),
            first
        );
        assert_eq!(
            ask(&town, &officer(), &wish(2, to(990))).await.unwrap(),
            first,
            "the same wish"
        );
        let taken = ask(&town, &partner(), &wish(1, to(991))).await.unwrap_err();
        assert!(
            matches!(taken, Error::AccountChange(Refusal::IdTaken { .. })),
            "{taken}"
        );
        let other = ask(&town, &partner(), &wish(3, to(991))).await.unwrap_err();
        assert!(
            matches!(other, Error::AccountChange(Refusal::AnotherWaits { .. })),
            "{other}"
        );
        wait(&town, WAIT_S).await;
        // The link ends; what is paid stays as it is.
        ask(&town, &partner(), &wish(4, None)).await.unwrap();
        wait(&town, WAIT_S).await;
        assert_eq!(
            (paid_to(&town).await, linked(&town).await),
            (account(990).to_string(), None)
        );
        let dollars = kernel::BankAccount::parse("22618840000000000990").unwrap();
        let dollars = to(1).map(|to| Destination {
            account: dollars,
            ..to
        });
        let refused = ask(&town, &partner(), &wish(5, dollars)).await.unwrap_err();
        assert!(
            matches!(refused, Error::AccountChange(Refusal::NotInSoum)),
            "{refused}"
        );
        town.verify().await;
    })
    .await;
}
