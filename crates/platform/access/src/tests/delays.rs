//! Lawful secrecy: a look that is shown late, and the entry of the delay with it.

use kernel::day::Instant;
use kernel::ids::{PersonId, Uuid};
use store::testing::each_db;
use store::{Platform, execute};

use super::{MAHALLA, YUNUSOBOD, subject};
use crate::log::{
    Before, DELAY_DAYS_MAX, DelayRefusal, DelayStop, EntryId, Look, NewDelay, Whose, delay,
    is_look_at, of_person, verify_delays,
};
use crate::{Action, Area, Purpose, Role, SCHEMA, Scope, Subject, permit};

const DAY_S: i64 = 24 * 3600;

fn me() -> PersonId {
    PersonId::from_u128(1)
}

async fn look_at_me(platform: &Platform) -> EntryId {
    let officer = subject(Role::DistrictOfficer, Area::District(YUNUSOBOD), None);
    let scope = Scope::person(me(), MAHALLA);
    let (action, purpose) = (Action::ReadCase, Purpose::Oversight);
    let permit = permit(platform, &officer, action, purpose, scope)
        .await
        .unwrap();
    permit.entry()
}

/// What I read of the looks of others.
async fn i_see(platform: &Platform) -> Vec<Look> {
    let mine = subject(Role::Citizen, Area::Country, Some(me()));
    let (action, purpose) = (Action::ReadAccessLog, Purpose::OwnInformation);
    let asked = permit(platform, &mine, action, purpose, Scope::own(&mine))
        .await
        .unwrap();
    let mut tx = platform.db.read().await.unwrap();
    let whose = Whose {
        person: me(),
        cases: &[],
        runs: &[],
    };
    let now = platform.clock.now();
    let looks = of_person(&mut tx, &asked, &whose, now, Before::NONE).await;
    let looks = looks.unwrap().page;
    for look in &looks {
        assert!(
            is_look_at(&mut tx, &asked, &whose, look.entry, now)
                .await
                .unwrap()
        );
    }
    looks
}

fn officer() -> Subject {
    subject(Role::SecrecyOfficer, Area::Country, None)
}

fn until(platform: &Platform, days: i64) -> Instant {
    platform.clock.now().plus_seconds(days * DAY_S)
}

fn new(id: u128, entry: EntryId, until: Instant) -> NewDelay {
    let ground = "order 17 of the district court, 2026-01-04".to_owned();
    NewDelay {
        id: Uuid::from_u128(id),
        entry,
        until,
        ground,
    }
}

async fn days_pass(platform: &Platform, days: i64) {
    platform.clock.step(days * DAY_S * 1_000_000).unwrap();
}

#[tokio::test]
async fn a_withheld_look_is_shown_with_its_delay_when_the_time_is_over() {
    each_db(&[SCHEMA], async |platform| {
        let entry = look_at_me(&platform).await;
        assert_eq!(i_see(&platform).await.len(), 1);
        let asked = new(1, entry, until(&platform, 30));
        delay(&platform, &officer(), &asked).await.unwrap();
        delay(&platform, &officer(), &asked).await.unwrap();
        days_pass(&platform, 29).await;
        assert_eq!(i_see(&platform).await, [], "neither the look nor the delay");
        days_pass(&platform, 1).await;
        let seen = i_see(&platform).await;
        let actions: Vec<_> = seen.iter().map(|look| look.action).collect();
        assert!(actions.contains(&Action::ReadCase) && actions.contains(&Action::DelayDisclosure));
        let look = seen.iter().find(|look| look.entry == entry).unwrap();
        assert_eq!(look.withheld.as_deref(), Some(asked.ground.as_str()));
        let mut tx = platform.db.read().await.unwrap();
        let found = verify_delays(&mut tx).await.unwrap();
        assert_eq!(found.wrong, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_prolonged_delay_tells_nothing_at_its_first_end_and_ends_after_a_year() {
    each_db(&[SCHEMA], async |platform| {
        let entry = look_at_me(&platform).await;
        delay(&platform, &officer(), &new(1, entry, until(&platform, 10)))
            .await
            .unwrap();
        days_pass(&platform, 5).await;
        delay(&platform, &officer(), &new(2, entry, until(&platform, 60)))
            .await
            .unwrap();
        days_pass(&platform, 20).await;
        assert_eq!(
            i_see(&platform).await,
            [],
            "the first delay is over, the second is not"
        );
        let longer = delay(&platform, &officer(), &new(3, entry, until(&platform, 341))).await;
        let too_long = matches!(
            longer,
            Err(DelayStop::Refused(DelayRefusal::TooLong { .. }))
        );
        assert!(too_long, "{longer:?}");
        delay(&platform, &officer(), &new(4, entry, until(&platform, 340)))
            .await
            .unwrap();
        days_pass(&platform, DELAY_DAYS_MAX - 25).await;
        // Shown: the look and the three delays that withheld it. The refused one withheld
        // nothing; its entry is shown a year after it was written.
        assert_eq!(i_see(&platform).await.len(), 4);
        days_pass(&platform, 26).await;
        assert_eq!(i_see(&platform).await.len(), 5);
    })
    .await;
}

async fn check(platform: &Platform, who: &Subject, asked: NewDelay, expected: &str) {
    let refused = delay(platform, who, &asked).await.unwrap_err();
    assert!(
        refused.to_string().contains(expected),
        "{refused}: {expected}"
    );
    assert!(
        i_see(platform)
            .await
            .iter()
            .any(|look| look.entry == asked.entry)
            || asked.entry.seq == 99
    );
}

#[tokio::test]
async fn what_is_not_lawful_withholds_nothing() {
    each_db(&[SCHEMA], async |platform| {
        let entry = look_at_me(&platform).await;
        let soon = until(&platform, 3);
        let auditor = subject(Role::Auditor, Area::Country, None);
        check(
            &platform,
            &auditor,
            new(1, entry, soon),
            "may not delay_disclosure",
        )
        .await;
        check(
            &platform,
            &officer(),
            new(2, entry, until(&platform, 0)),
            "in the future",
        )
        .await;
        let silent = NewDelay {
            ground: "  ".to_owned(),
            ..new(3, entry, soon)
        };
        check(&platform, &officer(), silent, "say the ground").await;
        let none = EntryId { seq: 99, ..entry };
        check(&platform, &officer(), new(4, none, soon), "no such look").await;
        let himself = Subject {
            account: subject(Role::DistrictOfficer, MAHALLA, None).account,
            ..officer()
        };
        check(&platform, &himself, new(5, entry, soon), "of the own").await;
        delay(&platform, &officer(), &new(6, entry, soon))
            .await
            .unwrap();
        let other = delay(&platform, &officer(), &new(6, entry, until(&platform, 4))).await;
        let refused = matches!(other, Err(DelayStop::Refused(DelayRefusal::OtherDelay)));
        assert!(refused, "{other:?}");
    })
    .await;
}

#[tokio::test]
async fn a_delay_that_an_insider_wrote_is_found() {
    each_db(&[SCHEMA], async |platform| {
        let entry = look_at_me(&platform).await;
        let mut tx = platform.db.begin().await.unwrap();
        execute!(
            tx,
            "INSERT INTO disclosure_delay (id, chain_id, seq, until, ground, set_at, by_chain, by_seq)
             VALUES ($1, $2, $3, $4, 'mine', 0, $2, $3)",
            Uuid::from_u128(1),
            entry.chain,
            entry.seq,
            until(&platform, 3).0
        )
        .unwrap();
        let found = verify_delays(&mut tx).await.unwrap();
        assert_eq!(found.wrong.len(), 1, "{found:?}");
    })
    .await;
}
