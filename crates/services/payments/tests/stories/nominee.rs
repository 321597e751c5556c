//! A guardian receives a person's money: on a document, for a time, seen by two of staff, told to the
//! person, and back again.

use access::{Action, Area, Scope, Subject};
use kernel::{EntitlementId, Instant, Mfo, PersonId};
use payments::account_change::nominee::{self, AskNominee, Nominee};
use payments::account_change::{self, AccountChange, Ask, Destination, Refusal, State, WAIT_S};
use payments::{Error, entitlement};
use store::testing::each_db;
use uuid::Uuid;

use crate::SCHEMAS;
use crate::town::{DISTRICT, Town, account, citizen, family, month, officer, worker};

const WARD: PersonId = PersonId::from_u128(20);
const GUARDIAN: PersonId = PersonId::from_u128(40);
const DAY_S: i64 = 24 * 3600;

async fn town(platform: store::Platform) -> Town {
    let town = Town::new(platform).await;
    town.limit(month("2026-02"), 10_000_000).await;
    town.open(&[family(2, "2026-02", None), family(4, "2026-02", None)])
        .await
        .expect("open");
    town
}

fn now(town: &Town) -> Instant {
    town.platform.clock.now()
}

/// Thirty days of guardianship, to the guardian's own account.
fn wish(town: &Town, id: u128) -> AskNominee {
    AskNominee {
        ask: Ask {
            id: Uuid::from_u128(id),
            person: WARD,
            district: DISTRICT,
            to: Some(Destination {
                mfo: Mfo::parse("00014").unwrap(),
                account: account(4),
            }),
        },
        nominee: Nominee {
            person: GUARDIAN,
            basis: "Guardianship decision No. 14 of 2026-01-20".to_owned(),
            until: now(town).plus_seconds(30 * DAY_S),
        },
    }
}

async fn ask(town: &Town, who: &Subject, wish: &AskNominee) -> payments::Result<AccountChange> {
    let scope = Scope::person(wish.ask.person, Area::District(DISTRICT));
    let permit = town.permit(who, Action::MendAccount, scope).await;
    let mut tx = town.platform.db.begin().await.unwrap();
    let change = nominee::ask(&mut tx, &town.platform.ids, &permit, wish).await?;
    tx.commit().await.unwrap();
    Ok(change)
}

async fn confirm(town: &Town, who: &Subject, id: Uuid) -> payments::Result<()> {
    let scope = Scope::area(Area::District(DISTRICT));
    let permit = town.permit(who, Action::MendAccount, scope).await;
    let mut tx = town.platform.db.begin().await.unwrap();
    account_change::confirm(&mut tx, &town.platform.ids, &permit, id).await?;
    tx.commit().await.unwrap();
    Ok(())
}

async fn wait(town: &Town, seconds: i64) -> usize {
    town.platform.clock.step(seconds * 1_000_000).unwrap();
    let mut tx = town.platform.db.begin().await.unwrap();
    let applied = account_change::apply_due(&mut tx, &town.platform.ids).await;
    tx.commit().await.unwrap();
    applied.unwrap()
}

/// The ward's account, and who receives the money there.
async fn stands(town: &Town) -> (String, Option<PersonId>) {
    let mut tx = town.platform.db.read().await.unwrap();
    let found = entitlement::find(&mut tx, EntitlementId::from_u128(2)).await;
    let nominee = nominee::of(&mut tx, WARD).await.unwrap();
    let account = found.unwrap().expect("it stands").account.to_string();
    (account, nominee.map(|nominee| nominee.person))
}

#[tokio::test]
async fn a_guardian_receives_the_money_until_the_document_ends_and_then_it_goes_back() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform).await;
        let wish = wish(&town, 1);
        let change = ask(&town, &officer(), &wish).await.expect("asked");
        assert_eq!(change.state, State::Asked, "a second one looks first");
        assert_eq!(
            ask(&town, &officer(), &wish).await.expect("again").id,
            change.id
        );
        let same = confirm(&town, &officer(), change.id).await;
        assert!(
            matches!(same, Err(Error::AccountChange(Refusal::SamePerson))),
            "{same:?}"
        );
        confirm(&town, &worker(), change.id)
            .await
            .expect("confirmed");
        assert_eq!(wait(&town, WAIT_S - 1).await, 0);
        assert_eq!(stands(&town).await, (account(2).to_string(), None));
        assert_eq!(wait(&town, 1).await, 1);
        assert_eq!(
            stands(&town).await,
            (account(4).to_string(), Some(GUARDIAN))
        );
        town.verify().await;

        assert_eq!(
            wait(&town, 30 * DAY_S - WAIT_S - 1).await,
            0,
            "the last second"
        );
        assert_eq!(wait(&town, 1).await, 1);
        assert_eq!(stands(&town).await, (account(2).to_string(), None));
        assert_eq!(wait(&town, DAY_S).await, 0, "once");
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn the_person_stops_a_nominee_as_any_change() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform).await;
        let change = ask(&town, &officer(), &wish(&town, 1))
            .await
            .expect("asked");
        confirm(&town, &worker(), change.id)
            .await
            .expect("confirmed");
        let who = citizen(WARD);
        let permit = town
            .permit(&who, Action::StopAccountChange, Scope::own(&who))
            .await;
        let mut tx = town.platform.db.begin().await.unwrap();
        account_change::stop(&mut tx, &town.platform.ids, &permit, change.id)
            .await
            .expect("stopped");
        tx.commit().await.unwrap();
        assert_eq!(wait(&town, 40 * DAY_S).await, 0);
        assert_eq!(stands(&town).await, (account(2).to_string(), None));
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn a_second_guardian_hands_back_to_the_person_and_not_to_the_first() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform).await;
        let first = ask(&town, &officer(), &wish(&town, 1))
            .await
            .expect("asked");
        confirm(&town, &worker(), first.id)
            .await
            .expect("confirmed");
        assert_eq!(wait(&town, WAIT_S).await, 1);
        let mut next = wish(&town, 2);
        next.nominee.person = PersonId::from_u128(60);
        next.ask.to = Some(Destination {
            mfo: Mfo::parse("00500").unwrap(),
            account: account(6),
        });
        let second = ask(&town, &officer(), &next).await.expect("asked");
        confirm(&town, &worker(), second.id)
            .await
            .expect("confirmed");
        assert_eq!(wait(&town, WAIT_S).await, 1);
        assert_eq!(
            stands(&town).await,
            (account(6).to_string(), Some(PersonId::from_u128(60)))
        );
        assert_eq!(wait(&town, 60 * DAY_S).await, 1);
        assert_eq!(stands(&town).await, (account(2).to_string(), None));
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_no_nominee_is_refused() {
    each_db(SCHEMAS, async |platform| {
        let town = town(platform).await;
        let good = wish(&town, 1);
        let refused = async |change: fn(&mut AskNominee), expected: Refusal| {
            let mut wrong = good.clone();
            change(&mut wrong);
            let answer = ask(&town, &officer(), &wrong).await;
            let Err(Error::AccountChange(found)) = answer else {
                panic!("{answer:?} instead of {expected:?}");
            };
            assert_eq!(found, expected);
        };
        refused(
            |w| w.nominee.basis = " ".to_owned(),
            Refusal::Basis { found: 0 },
        )
        .await;
        refused(
            |w| w.nominee.basis = "x".repeat(201),
            Refusal::Basis { found: 201 },
        )
        .await;
        refused(|w| w.nominee.person = WARD, Refusal::OwnNominee).await;
        refused(|w| w.nominee.until = Instant(0), Refusal::NomineeEnded).await;
        refused(|w| w.ask.to = None, Refusal::NomineeEnded).await;
        let nobody = |w: &mut AskNominee| {
            w.ask.person = PersonId::from_u128(999);
            w.ask.id = Uuid::from_u128(9);
        };
        refused(nobody, Refusal::NowhereToReturn).await;
        town.verify().await;
    })
    .await;
}
